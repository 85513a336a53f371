"""The single-file verifier where it is run: Python 3.9 and up, cryptography 38 and up, as systems bring them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from evidence_sample import rsa_signer

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import CERTIFICATE, EVIDENCE, SIGNATURE, TIME_STAMP
from stamping import below, party, root, stamp, stamper

VERIFIER = Path(check_bundle.__file__)
TREE = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 9))
LATER = {
    "UTC", "StrEnum", "ExceptionGroup", "TaskGroup", "tomllib", "file_digest", "batched", "pairwise", "bit_count",
    "override", "assert_never", "Self", "aiter", "anext", "slots", "kw_only",
    "not_valid_before_utc", "not_valid_after_utc", "load_pem_x509_certificates", "verify_directly_issued_by",
    "signature_algorithm_parameters", "public_key_algorithm_oid", "asn1", "verification", "deterministic_signing",
}  # fmt: skip
"""What came with Python 3.10 or later, or with cryptography 39 or later."""


def test_it_is_written_for_python_3_9_and_cryptography_38() -> None:
    """That it parses is seen above. Of names and arguments those are forbidden that later versions brought."""
    used: set[str] = set()
    for node in ast.walk(TREE):
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            used |= {part for one in node.names for part in one.name.split(".")}
        elif isinstance(node, ast.Call):
            named = {one.arg for one in node.keywords}
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert not (called == "zip" and "strict" in named), node.lineno
            assert not (called == "catch_warnings" and named), node.lineno
            both = called in ("isinstance", "issubclass") and isinstance(node.args[1], ast.BinOp)
            assert not both, node.lineno
    assert not used & LATER


def test_what_python_reads_at_once_needs_no_later_python() -> None:
    """Types written with a bar are texts here and are not read: what would be read is an alias or a base."""
    assert any(isinstance(one, ast.ImportFrom) and one.module == "__future__" for one in TREE.body)
    for node in TREE.body:
        if isinstance(node, ast.Assign):
            bars = [one for one in ast.walk(node.value) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitOr)]
            types = {"str", "bytes", "int", "float", "bool", "dict", "list", "tuple", "None"}
            assert not types & {ast.unparse(side).partition("[")[0] for one in bars for side in (one.left, one.right)}


@pytest.fixture(scope="session")
def oldest() -> str:
    python = Path(sys.prefix) / "oldest" / "bin" / "python"
    if not python.exists():
        pytest.skip("there is no environment with the oldest cryptography: make .venv/oldest/installed fetches it")
    return str(python)


def signer(kind: str) -> Signer:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    if kind == "p-384":
        key = ec.generate_private_key(ec.SECP384R1())
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lumen Vision GmbH")])
        builder = x509.CertificateBuilder(name, name, key.public_key(), 77)
        builder = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=900))
        return Signer(key, builder.sign(key, hashes.SHA384()))
    return rsa_signer() if kind == "rsa" else Signer.new("Lumen Vision GmbH", begin)


def says(python: str, bundle: dict[str, bytes], folder: Path, *more: str) -> tuple[int, list[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in bundle.items():
        (folder / name).write_bytes(data)
    command = (python, "-I", "-W", "error", str(VERIFIER), str(folder), *more)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("kind", ["p-256", "p-384", "rsa"])
def test_a_genuine_bundle_holds_with_the_oldest_library(
    kind: str, edition: Edition, oldest: str, content: EvidenceContent, tmp_path: Path
) -> None:
    made = signer(kind)
    top = root()
    bundle = sign(content, edition, made, "en").in_memory
    bundle[TIME_STAMP] = stamp(bundle[SIGNATURE], stamper(below(top)))
    (tmp_path / "roots.pem").write_bytes(top.pem)
    told = ("--fingerprint", made.fingerprint, "--authorities", str(tmp_path / "roots.pem"))
    code, lines = says(oldest, bundle, tmp_path / "bundle", *told)
    assert code == 0, lines
    assert {line.split()[0] for line in lines} == {"holds", "declared,"}
    here = says(sys.executable, bundle, tmp_path / "bundle", *told)
    assert (code, lines) == here
    code, lines = says(oldest, bundle, tmp_path / "bundle")
    assert code == 3
    assert [line.split(":")[0] for line in lines if line.startswith("not checked")] == [
        "not checked signer", "not checked time",
    ]  # fmt: skip


def test_forged_bundles_fail_with_the_oldest_library_for_the_same_reasons(
    oldest: str, content: EvidenceContent, tmp_path: Path
) -> None:
    made, other = signer("p-256"), signer("p-256")
    whole = sign(content, Edition.REGULATOR, made, "en").in_memory
    alien = sign(content, Edition.REGULATOR, other, "en").in_memory
    late = Signer.new("Lumen Vision GmbH", datetime(2019, 1, 1, tzinfo=UTC))
    archive, signature = bytearray(whole[EVIDENCE]), bytearray(whole[SIGNATURE])
    archive[len(archive) // 2] ^= 1
    signature[-1] ^= 1
    forged = {
        "archive": {**whole, EVIDENCE: bytes(archive)},
        "signature": {**whole, SIGNATURE: bytes(signature)},
        "other": alien,
        "certificate": {**whole, CERTIFICATE: alien[CERTIFICATE]},
        "ended": sign(content, Edition.REGULATOR, late, "en").in_memory,
        "stamp": {**whole, TIME_STAMP: stamp(whole[SIGNATURE], party("Somebody"))},
        "cut": {**whole, EVIDENCE: whole[EVIDENCE][:-30]},
    }
    for name, bundle in forged.items():
        told = late.fingerprint if name == "ended" else made.fingerprint
        code, lines = says(oldest, bundle, tmp_path / name, "--fingerprint", told)
        assert code == 1, name
        assert lines == says(sys.executable, bundle, tmp_path / name, "--fingerprint", told)[1]


_JUDGE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("check_bundle", sys.argv[1])
one = importlib.util.module_from_spec(spec)
sys.modules["check_bundle"] = one
spec.loader.exec_module(one)
said = []
for data, answer, roots in json.load(sys.stdin):
    try:
        stamp = one.check_time_stamp(bytes.fromhex(data), bytes.fromhex(answer))
        one.require_trusted(stamp, one.authorities_of(bytes.fromhex(roots)))
        said.append("")
    except one.Refused as refused:
        said.append(type(refused).__name__ + " " + refused.said.code)
print(json.dumps(said))
"""


def test_the_oldest_library_judges_time_stamps_as_the_newest_does(oldest: str) -> None:
    top, data = root(), b"a signature"
    ended = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
    answers = [
        stamp(data, stamper(below(top))), stamp(data, stamper(below(top, ca=False))), stamp(data, stamper()),
        stamp(data, stamper(below(top, valid=ended))), stamp(data, stamper(below(below(top, length=0), "Lower"))),
        stamp(data, stamper(below(root()))), stamp(data, party("Somebody", top)), stamp(b"other", stamper(top)),
    ]  # fmt: skip
    asked = json.dumps([[data.hex(), answer.hex(), top.pem.hex()] for answer in answers])
    found = []
    for python in (oldest, sys.executable):
        command = (python, "-I", "-W", "error", "-c", _JUDGE, str(VERIFIER))
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        found.append(json.loads(done.stdout))
    assert found[0] == found[1]
    assert found[0] == [
        "", "Refused time.issuer", "Unchecked time.untrusted", "Refused time.expired", "Refused time.length",
        "Refused time.chain", "Refused time.purpose", "Refused time.other",
    ]  # fmt: skip
