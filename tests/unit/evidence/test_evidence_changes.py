"""Ten thousand changes of each wrapper, of its bytes and of what it is made of: none is accepted, none ends in a
traceback. The ordinary run tries a few dozen.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from evidence_mutations import Mutate, mutations, of_age, of_bytes, of_der, of_folder, of_page, of_pdf, of_zip
from evidence_sample import certified
from test_evidence_tools import openssl_verifies, tool

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Evidence, sign, wrap_age, wrap_cms, wrap_html, wrap_pdf
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, TEXT, main
from dsr_desk.evidence.verifying.verify import SecretNeeded, Verification, verify
from dsr_desk.evidence.wrappers.cms import EnvelopeKey

ALL, PARTS, FEW = 10_000, 5, 40
DEAR = ("envelope", "pdf", "folder")
"""Each change of these takes long: the ordinary run tries fewer."""
SEED = int(os.environ.get("DSR_DESK_SEED", "20261130"))
"""Set it to try others; it is printed with what was accepted."""

pytestmark = [
    pytest.mark.usefixtures("few_iterations"),
    pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning"),
]


@dataclass(frozen=True)
class Target:
    """A genuine file, how its parts are changed, and what the program says of other bytes."""

    data: bytes
    structured: Mutate
    verified: Callable[[bytes], Verification]


@pytest.fixture(scope="module")
def evidence(sample_content: EvidenceContent, signer: Signer) -> dict[Edition, Evidence]:
    return {edition: sign(sample_content, edition, signer, "en") for edition in Edition}


def age(evidence: dict[Edition, Evidence], path: Path) -> tuple[Mutate, dict[str, object]]:
    identity = pyrage.x25519.Identity.generate()
    wrap_age(evidence[Edition.REGULATOR], path, [str(identity.to_public())])
    return of_age, {"identities": [str(identity)]}


def envelope(evidence: dict[Edition, Evidence], path: Path) -> tuple[Mutate, dict[str, object]]:
    key = rsa.generate_private_key(65537, 2048)
    pem = certified("Authority", key, ec.generate_private_key(ec.SECP256R1()), None).public_bytes(Encoding.PEM)
    wrap_cms(evidence[Edition.REGULATOR], path, [pem])
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return of_der, {"envelope_key": EnvelopeKey(pem, private)}


def page(evidence: dict[Edition, Evidence], path: Path) -> tuple[Mutate, dict[str, object]]:
    return of_page, {"passphrase": wrap_html(evidence[Edition.REQUESTER], path).passphrase}


def pdf(evidence: dict[Edition, Evidence], path: Path) -> tuple[Mutate, dict[str, object]]:
    return of_pdf, {"passphrase": wrap_pdf(evidence[Edition.REQUESTER], path).passphrase}


def plain_zip(evidence: dict[Edition, Evidence], path: Path) -> tuple[Mutate, dict[str, object]]:
    path.write_bytes(stored_zip(evidence[Edition.REGULATOR].in_memory))
    return of_zip, {}


def tries(count: int, kind: str) -> int:
    return count // 2 if count == FEW and kind in DEAR else count


PARTLY = [
    pytest.param(FEW, 0, id="few"),
    *(pytest.param(ALL // PARTS, number, id=f"all-{number}", marks=pytest.mark.long) for number in range(PARTS)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "part"), PARTLY)
@pytest.mark.parametrize("make", [age, envelope, page, pdf, plain_zip])
def test_no_changed_file_is_accepted_and_each_is_refused_with_a_reason(
    make: Callable[[dict[Edition, Evidence], Path], tuple[Mutate, dict[str, object]]],
    count: int,
    part: int,
    evidence: dict[Edition, Evidence],
    signer: Signer,
    tmp_path: Path,
) -> None:
    path = tmp_path / "sealed"
    structured, secrets = make(evidence, path)
    data = path.read_bytes()

    def verified() -> Verification:
        return verify(path, expected_certificate=signer.fingerprint, **secrets)  # type: ignore[arg-type]

    assert verified().ok is True
    print(f"seed {SEED + part}")
    for which, changed in mutations(data, [of_bytes, structured], tries(count, make.__name__), SEED + part):
        path.write_bytes(changed)
        try:
            result = verified()
        except SecretNeeded:  # its beginning is that of another wrapper now
            continue
        assert result.ok is False, which
        assert all(check.says.say() for check in result.checks), which


@pytest.mark.slow
@pytest.mark.parametrize(("count", "part"), PARTLY)
def test_no_changed_folder_is_accepted_by_either_verifier(
    count: int,
    part: int,
    evidence: dict[Edition, Evidence],
    signer: Signer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = evidence[Edition.REGULATOR].in_memory
    without_text = {name: data for name, data in files.items() if name != TEXT}  # what to do, which proves nothing
    named = [str(tmp_path), "--fingerprint", signer.fingerprint]

    def written(changed: dict[str, bytes]) -> None:
        for path in tmp_path.iterdir():
            path.unlink()
        for name, data in changed.items():
            (tmp_path / name).write_bytes(data)

    print(f"seed {SEED + part}")
    written(files)
    assert verify(tmp_path, expected_certificate=signer.fingerprint).ok is True
    assert main(named) == 0
    for which, changed in mutations(files, [of_folder], tries(count, "folder"), SEED + part):
        if changed == without_text:
            continue
        written(changed)
        if EVIDENCE in changed:
            assert verify(tmp_path, expected_certificate=signer.fingerprint).ok is not True, which
        assert main(named) in (1, 3), which
        assert "Traceback" not in capsys.readouterr().out, which


def test_openssl_and_age_refuse_changed_bytes_too(evidence: dict[Edition, Evidence], tmp_path: Path) -> None:
    files = evidence[Edition.REGULATOR].in_memory
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert openssl_verifies(tmp_path)
    for which, changed in mutations(files[EVIDENCE], [of_bytes, of_zip], 25, SEED):
        (tmp_path / EVIDENCE).write_bytes(changed)
        assert not openssl_verifies(tmp_path), which
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(identity))
    sealed = wrap_age(evidence[Edition.REGULATOR], tmp_path / "b.age", [str(identity.to_public())])
    command = [tool("age"), "-d", "-i", "key", "-o", "out.zip", "changed.age"]
    for which, changed in mutations(sealed.path.read_bytes(), [of_bytes, of_age], 25, SEED):
        (tmp_path / "changed.age").write_bytes(changed)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode != 0, which
