"""Ten thousand changes of one byte, in what is encrypted, in the archive and in what is signed: always the same ones.

The ordinary run tries a part of them.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from evidence_sample import certified, found
from test_evidence_tools import openssl_verifies, tool

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Evidence, sign, wrap_age, wrap_cms, wrap_html, wrap_pdf
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import CERTIFICATE, EVIDENCE, SIGNATURE, check_all
from dsr_desk.evidence.verifying.verify import Secrets, opening, verify
from dsr_desk.evidence.wrappers.cms import EnvelopeKey

CHANGES = {
    "age": 3000,
    "archive": 3000,
    "signature": 1400,
    "page": 1300,
    "certificate": 600,
    "envelope": 500,
    "pdf": 200,
}
PART = 20
LEAST = 200
"""Of fewer changes the share that nothing reads would be chance."""

pytestmark = pytest.mark.usefixtures("few_iterations")


@dataclass(frozen=True)
class Target:
    """What is changed, and a question: do all checks hold for these bytes, and what is said?"""

    data: bytes
    holds: Callable[[bytes], tuple[bool, str]]
    content: Callable[[], dict[str, bytes]] = dict
    """What was in the bytes that were asked about last."""


def changes(data: bytes, count: int) -> Iterator[tuple[int, bytes]]:
    """Single bits, the same ones each time: the first and last kilobyte in full turn, the rest spread."""
    chance = random.Random(count)
    ends = [*range(min(1024, len(data))), *range(max(0, len(data) - 1024), len(data))]
    places = chance.sample(ends, min(count // 3, len(ends))) + chance.sample(range(len(data)), min(count, len(data)))
    for place in places[:count]:
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        yield place, bytes(changed)


@pytest.fixture(scope="module")
def organisation() -> Signer:
    return Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def evidence(organisation: Signer) -> Evidence:
    return sign(found(), Edition.REGULATOR, organisation, "en")


@pytest.fixture
def few_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rounds of key derivation, so that thousands of changed pages can be tried."""
    monkeypatch.setattr("dsr_desk.evidence.wrappers.html.ITERATIONS", 10)
    monkeypatch.setattr("dsr_desk.evidence.wrappers.html._ITERATIONS_ALLOWED", range(1, 100_001))


def part(evidence: Evidence, name: str) -> Target:
    bundle = evidence.in_memory

    def holds(data: bytes) -> tuple[bool, str]:
        findings, _ = check_all({**bundle, name: data})
        return all(one.ok for one in findings), " ".join(str(one.says) for one in findings if not one.ok)

    return Target(bundle[name], holds)


def wrapped(path: Path, **opened: object) -> Target:
    def holds(data: bytes) -> tuple[bool, str]:
        path.write_bytes(data)
        result = verify(path, **opened)  # type: ignore[arg-type]
        return result.ok, " ".join(check.says.say() for check in result.checks if not check.ok)

    def content() -> dict[str, bytes]:
        with opening(path, Secrets(**opened)) as bundle:  # type: ignore[arg-type]
            bundle.archive.seek(0)
            return {**bundle.beside, EVIDENCE: bundle.archive.read()}

    return Target(path.read_bytes(), holds, content)


def target(kind: str, evidence: Evidence, organisation: Signer, folder: Path) -> Target:
    content: EvidenceContent = found()
    if kind in ("archive", "signature", "certificate"):
        return part(evidence, {"archive": EVIDENCE, "signature": SIGNATURE, "certificate": CERTIFICATE}[kind])
    if kind == "age":
        identity = pyrage.x25519.Identity.generate()
        sealed = wrap_age(evidence, folder / "b.age", [str(identity.to_public())])
        return wrapped(sealed.path, identities=[str(identity)])
    if kind == "envelope":
        key = rsa.generate_private_key(65537, 2048)
        pem = certified("Authority", key, organisation.key, organisation.certificate.subject)  # type: ignore[arg-type]
        certificate = pem.public_bytes(Encoding.PEM)
        sealed = wrap_cms(evidence, folder / "b.p7m", [certificate])
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return wrapped(sealed.path, envelope_key=EnvelopeKey(certificate, private))
    hers = sign(content, Edition.REQUESTER, organisation, "en")
    sealed = (wrap_pdf if kind == "pdf" else wrap_html)(hers, folder / f"b.{kind}")
    return wrapped(sealed.path, passphrase=sealed.passphrase)


@pytest.mark.slow
@pytest.mark.parametrize("part_of", [pytest.param(PART, id="part"), pytest.param(1, id="all", marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", CHANGES)
def test_a_changed_byte_is_refused_with_a_reason(
    kind: str, part_of: int, evidence: Evidence, organisation: Signer, tmp_path: Path
) -> None:
    tried = target(kind, evidence, organisation, tmp_path)
    assert tried.holds(tried.data) == (True, "")
    content, unread = tried.content(), 0
    count = max(LEAST, CHANGES[kind] // part_of)
    for place, changed in changes(tried.data, count):
        holds, says = tried.holds(changed)
        if kind in ("pdf", "envelope") and holds:
            # Neither is authenticated as a whole: a byte that nothing reads may change, what is read may not.
            assert tried.content() == content
            unread += 1
            continue
        assert not holds, place
        assert says, place
    assert unread <= count // 10


def test_ten_thousand_changes_are_tried() -> None:
    assert sum(CHANGES.values()) == 10_000


def test_openssl_and_age_refuse_changed_bytes_too(evidence: Evidence, tmp_path: Path) -> None:
    for name, data in evidence.in_memory.items():
        (tmp_path / name).write_bytes(data)
    assert openssl_verifies(tmp_path)
    for _, changed in changes(evidence.in_memory[EVIDENCE], 25):
        (tmp_path / EVIDENCE).write_bytes(changed)
        assert not openssl_verifies(tmp_path)
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(identity))
    sealed = wrap_age(evidence, tmp_path / "b.age", [str(identity.to_public())])
    command = [tool("age"), "-d", "-i", "key", "-o", "out.zip", "changed.age"]
    for _, changed in changes(sealed.path.read_bytes(), 25):
        (tmp_path / "changed.age").write_bytes(changed)
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
