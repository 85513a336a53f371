"""The verifier that lies in bundles meets what nobody foresaw: it says that a check was not made, and no more."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, check_all, finding, main, zip_head
from resealing import Bundle, files_of, resealed

MARKER = "Mara Lindqvist"
VERIFIER = Path(check_bundle.__file__)


@pytest.fixture(scope="module")
def bundle(sample_content: EvidenceContent, signer: Signer) -> Bundle:
    return dict(sign(sample_content, Edition.REGULATOR, signer, "en").in_memory)


def verdicts(bundle: Bundle, archive: bytes) -> dict[str, bool | None]:
    beside = {name: data for name, data in bundle.items() if name != EVIDENCE}
    findings, _ = check_all(beside, None, None, io.BytesIO(archive))
    return {one.name: one.ok for one in findings}


def in_folder(bundle: Bundle, folder: Path) -> Path:
    for name, data in bundle.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    "fault", [OSError(5, MARKER), EOFError(MARKER), AssertionError(MARKER), MemoryError(MARKER), RuntimeError(MARKER)]
)
def test_a_fault_in_a_check_is_a_check_that_was_not_made(fault: Exception) -> None:
    def failing() -> NoReturn:
        raise fault

    found = finding("x", failing)
    assert found.ok is None
    assert found.says.code == "unchecked.fault"
    assert type(fault).__name__ in str(found.says)
    assert MARKER not in str(found.says)


@pytest.mark.parametrize("fault", [OSError(MARKER), KeyError(MARKER), MemoryError(MARKER)])
def test_a_fault_around_the_checks_ends_the_verifier_with_its_code(
    fault: Exception,
    bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(*_: object) -> NoReturn:
        raise fault

    monkeypatch.setattr(check_bundle, "check_all", failing)
    assert main([str(in_folder(bundle, tmp_path))]) == 3
    told = capsys.readouterr()
    assert told.out.startswith("not checked: ")
    assert told.err == ""
    assert (MARKER in told.out) == isinstance(fault, OSError)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: whole[10:],
        lambda whole: whole[:18] + b"\xff" * 8 + whole[26:],
        lambda whole: whole[:26] + b"\xff\xff\xff\xff" + whole[30:],
        lambda whole: whole[:14] + bytes([whole[14] ^ 1]) + whole[15:],
        lambda whole: whole.replace(b"PK\x01\x02", b"PK\x05\x06"),
        lambda whole: whole + whole,
        lambda _: b"",
        lambda _: b"PK\x03\x04" * 1000,
        lambda _: zip_head("a", 1 << 62, 0),
        lambda _: zip_head("a", (1 << 64) - 1, 0),
    ],
)
def test_a_damaged_archive_fails_and_nothing_else_happens(damage: Callable[[bytes], bytes], bundle: Bundle) -> None:
    found = verdicts(bundle, damage(bundle[EVIDENCE]))
    assert found["archive"] is False
    assert found["signature"] is False
    assert found["statement"] is None


def test_very_many_members_are_refused_soon(bundle: Bundle) -> None:
    heads = [zip_head(f"data/{number:07}", 0, 0) for number in range(check_bundle._MOST + 10)]
    assert verdicts(bundle, b"".join(heads))["archive"] is False


DEEP = "[" * 20_000
HOSTILE = [
    '{"a":' * 20_000, DEEP, "NaN", "-Infinity", "9" * 10_000, '"\\ud800"', "null", "[]", "{}", '""', "\0", "\ufeff{}",
    '{"leaves": 1e400}', "1" + "0" * 400,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_signed_file_may_hold_anything(number: int, bundle: Bundle, signer: Signer) -> None:
    """Files of the case, by whoever holds the organisation's key."""
    for name in sorted(name for name in files_of(bundle) if ".json" in name)[number % 5 :: 5]:
        forged = resealed(bundle, signer, {name: HOSTILE[number].encode()})
        beside = {name: data for name, data in forged.items() if name != EVIDENCE}
        findings, _ = check_all(beside, None, None, io.BytesIO(forged[EVIDENCE]))
        assert [str(one.says) for one in findings if one.says.code == "unchecked.fault"] == []


def test_links_of_certificates_in_a_ring_come_to_an_end(bundle: Bundle) -> None:
    link = {"certificate": bundle["certificate.pem"].decode(), "envelope": {"payload": "", "signatures": []}}
    line = json.dumps(link).encode() + b"\n"
    beside = {name: data for name, data in bundle.items() if name != EVIDENCE}
    findings, _ = check_all({**beside, "succession.jsonl": line * 500}, "ab" * 32, None, io.BytesIO(bundle[EVIDENCE]))
    assert findings[0].ok is False


def test_nobody_who_reads_the_verdict_and_nobody_who_waits_is_no_traceback(bundle: Bundle, tmp_path: Path) -> None:
    folder = in_folder(bundle, tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        done = subprocess.run(
            [sys.executable, VERIFIER, folder], stdout=gone, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (3, "")
    stop = "import os, runpy, signal, sys; import dsr_desk.evidence.verifying.check_bundle; "
    stop += "import json; json.loads = lambda *a, **k: signal.raise_signal(signal.SIGINT); sys.argv = sys.argv[1:]; "
    stop += "runpy.run_path(sys.argv[0], run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", stop, VERIFIER, folder], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
