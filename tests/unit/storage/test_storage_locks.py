"""One writer at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dsr_desk.storage.files import NotWritable
from dsr_desk.storage.locks import FileLock, InUse

HOLDER = """
import sys
from pathlib import Path
from dsr_desk.storage.locks import FileLock
lock = FileLock(Path(sys.argv[1]), "the vault")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_holder_in_the_same_program_is_refused(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock", "the vault")
    with pytest.raises(InUse, match="the vault is open"):
        FileLock(tmp_path / "lock", "the vault")
    first.release()
    FileLock(tmp_path / "lock", "the vault").release()


def test_a_lock_of_another_program_holds_until_that_program_dies(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(InUse):
            FileLock(tmp_path / "lock", "the vault")
        other.kill()
        other.wait()
    FileLock(tmp_path / "lock", "the vault").release()


def test_releasing_twice_is_harmless(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock", "the vault")
    lock.release()
    lock.release()


def test_a_place_where_no_lock_can_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "no")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(NotWritable):
        FileLock(tmp_path / "lock", "the vault")
