"""A check holds, fails or was not made; the first line says whose signature it is; no file ends in a traceback."""

from __future__ import annotations

import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer, readable_fingerprint
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import CERTIFICATE, SIGNATURE, TIME_STAMP, Said, all_hold
from dsr_desk.evidence.verifying.verify import verify
from stamping import party, root, stamp, stamper

SEED = 20_261_130


@pytest.fixture(scope="module")
def maker() -> Signer:
    return Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def bundle(content: EvidenceContent, maker: Signer) -> dict[str, bytes]:
    return sign(content, Edition.REGULATOR, maker, "en").in_memory


def folder_of(bundle: dict[str, bytes], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in bundle.items():
        (folder / name).write_bytes(data)
    return folder


def alone(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    code = check_bundle.main([str(one) for one in arguments])
    return code, capsys.readouterr().out.splitlines()


def test_three_ends_are_told_apart() -> None:
    assert all_hold([True, True]) is True
    assert all_hold([True, None]) is None
    assert all_hold([True, None, False]) is False


def test_the_first_line_says_whose_signature_with_which_fingerprint_compared_how(
    bundle: dict[str, bytes], maker: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(bundle, tmp_path)
    spoken = readable_fingerprint(maker.fingerprint)
    tool = f"sha256 Fingerprint={maker.certificate.fingerprint(hashes.SHA256()).hex(':').upper()}"
    for given, word, says, code, ok in (
        (maker.fingerprint, "holds", "compared with the fingerprint that you gave: equal", 0, True),
        (spoken, "holds", "compared with the fingerprint that you gave: equal", 0, True),
        (tool, "holds", "compared with the fingerprint that you gave: equal", 0, True),
        ("00" * 32, "FAILS", "compared with the fingerprint that you gave: different", 1, False),
        (maker.fingerprint[:40], "not checked", "no SHA-256 fingerprint", 3, None),
        (None, "not checked", "anybody can make a certificate with this name: compare it now", 3, None),
    ):
        ended, lines = alone(capsys, folder, *(["--fingerprint", given] if given else []))
        assert ended == code
        for first in (lines[0], verify(folder, expected_certificate=given).checks[0].says.say()):
            assert "“Lumen Vision GmbH”" in first
            assert spoken in first
            assert says in first
        assert lines[0].startswith(word)
        found = verify(folder, expected_certificate=given)
        assert (found.ok, found.checks[0].name, found.checks[0].ok) == (ok, "signer", ok)


def test_a_name_cannot_write_lines_of_the_verifier(
    content: EvidenceContent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A\nholds       signer: all\u202eis well\x1b[2J")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5)
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2030, 1, 1, tzinfo=UTC)
    )
    posing = Signer(key, builder.sign(key, hashes.SHA256()))
    folder = folder_of(sign(content, Edition.REQUESTER, posing, "en").in_memory, tmp_path)
    code, lines = alone(capsys, folder)
    assert code == 3
    assert lines[0].startswith("not checked signer: Signed as “A\\nholds")
    assert not any(line.startswith("holds       signer") for line in lines)
    assert all(line.isprintable() for line in lines)


def test_what_the_library_does_not_know_is_not_called_damaged(
    bundle: dict[str, bytes], maker: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """An old, new or reduced cryptography: nothing fails, and every check that it stops is named."""
    folder = folder_of(bundle, tmp_path)

    def unsupported(*_: object, **__: object) -> None:
        raise UnsupportedAlgorithm("no such curve")

    def lacking(*_: object, **__: object) -> None:
        raise AttributeError("'builtins.Certificate' object has no attribute 'public_key'")

    for stands_in, says in ((unsupported, "does not know an algorithm"), (lacking, "lacks what this check needs")):
        monkeypatch.setattr(check_bundle, "_require", stands_in)
        code, lines = alone(capsys, folder, "--fingerprint", maker.fingerprint)
        monkeypatch.undo()
        assert code == 3
        assert not any("FAILS" in line or "damaged" in line for line in lines)
        assert says in next(line for line in lines if "signature:" in line)
        for name in ("signer", "signature", "statement", "journal"):
            assert any(line.startswith("not checked") and f" {name}: " in line for line in lines), name
    assert alone(capsys, folder, "--fingerprint", maker.fingerprint)[0] == 0


def test_a_value_of_another_kind_in_a_file_is_damage_and_not_what_the_library_lacks() -> None:
    for value in ("text", 1, 1.5, True, None, [], {}):
        with pytest.raises(AttributeError) as caught:
            value.no_such_thing  # type: ignore[union-attr]  # noqa: B018

        def raising(error: AttributeError = caught.value) -> Said:
            raise error

        found = check_bundle.finding("x", raising)
        assert (found.ok, found.says.code) == (False, "damaged")


def test_a_library_that_warns_says_nothing_of_the_bundle(
    bundle: dict[str, bytes], maker: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later cryptography may call deprecated what is used here; that is no damage of a genuine bundle."""
    valid_at = check_bundle.valid_at

    def warning(*given: Any) -> bool:
        warnings.warn("use something else", DeprecationWarning, stacklevel=2)
        return valid_at(*given)

    monkeypatch.setattr(check_bundle, "valid_at", warning)
    findings, _ = check_bundle.check_all(bundle, maker.fingerprint)
    assert all(one.ok for one in findings)


def test_an_older_library_or_none_is_named_and_nothing_is_checked(
    bundle: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(bundle, tmp_path)
    monkeypatch.setattr(check_bundle, "_version", "37.0.4")
    said = "not checked: This computer's cryptography 37.0.4 is too old; 38 or later is needed."
    assert alone(capsys, folder) == (3, [said])
    command = (sys.executable, "-I", "-S", check_bundle.__file__, str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
    assert "no package cryptography" in done.stdout


def test_what_cannot_be_read_is_named_without_a_traceback(
    bundle: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(bundle, tmp_path / "bundle")
    assert alone(capsys, tmp_path)[0] == 3
    assert alone(capsys, folder, "--checkpoint", tmp_path / "none")[0] == 3
    assert alone(capsys, folder, "--authorities", tmp_path)[0] == 3
    for data in (b"", b"\xff\xfe\x00", bytes(range(256))):
        (tmp_path / "odd").write_bytes(data)
        assert alone(capsys, folder, "--checkpoint", tmp_path / "odd")[0] == 1
        assert alone(capsys, folder, "--authorities", tmp_path / "odd")[0] == 3
    with pytest.raises(SystemExit) as ended:
        check_bundle.main([])
    assert ended.value.code == 2


@pytest.mark.parametrize("count", [pytest.param(60, id="part"), pytest.param(1500, id="all", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", [SIGNATURE, TIME_STAMP, CERTIFICATE])
def test_no_change_of_signature_stamp_or_certificate_ends_in_a_traceback_or_holds(
    name: str, count: int, bundle: dict[str, bytes], maker: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    top = root()
    bundle[TIME_STAMP] = stamp(bundle[SIGNATURE], stamper(top))
    whole = check_bundle.check_all(bundle, maker.fingerprint, None, None, top.pem)[0]
    assert all(one.ok for one in whole)
    before = {one.name: str(one.says) for one in whole}
    with capsys.disabled():
        print(f" seed {SEED}", end="")
    for number, changed in enumerate(changes(bundle[name], count)):
        findings, _ = check_bundle.check_all({**bundle, name: changed}, maker.fingerprint, None, None, top.pem)
        if name == TIME_STAMP and all(one.ok for one in findings):
            # Not all of an answer is signed; what it says of the time and of who says it may not change.
            assert {one.name: str(one.says) for one in findings} == before, number
            continue
        assert all_hold(one.ok for one in findings) is not True, number


def test_a_certificate_for_anything_else_is_no_time_stamp(bundle: dict[str, bytes], maker: Signer) -> None:
    by = party("Somebody")
    bundle[TIME_STAMP] = stamp(bundle[SIGNATURE], by)
    findings, declared = check_bundle.check_all(bundle, maker.fingerprint, None, None, by.pem)
    assert [one.says.code for one in findings if one.ok is False] == ["time.purpose"]
    assert "clock" in [one.code for one in declared]


def changes(data: bytes, count: int) -> Iterator[bytes]:
    """Bits, and whole values of DER cut, doubled, swapped, retagged or with another length: the same each time."""
    chance = random.Random(SEED)
    places = [at for at in range(len(data) - 2) if data[at] in (2, 3, 4, 5, 6, 0x13, 0x17, 0x18, 0x30, 0x31, 0xA0)]
    for number in range(count):
        changed = bytearray(data)
        at = chance.choice(places)
        size = 2 + (data[at + 1] if data[at + 1] < 0x80 else 0)
        match number % 6:
            case 0:
                changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : at + size]
            case 2:
                changed[at:at] = data[at : at + size]
            case 3:
                changed[at] = chance.choice((0, 2, 4, 6, 0x1F, 0x30, 0x31, 0x80, 0xA0, 0xFF))
            case 4:
                changed[at + 1] = chance.choice((0, 1, 0x7F, 0x80, 0x81, 0x84, 0x85, 0xFF))
            case _:
                del changed[chance.randrange(len(data)) :]
        if changed != data:
            yield bytes(changed)
