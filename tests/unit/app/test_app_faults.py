"""Faults of the program: what is kept of them, and that nothing of what they say is."""

from __future__ import annotations

import gc
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from dsr_desk.app import faults
from dsr_desk.app.faults import error_for, watch
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.errors import place_of
from dsr_desk.core.message import Message, message, said_all
from dsr_desk.storage.vault_folder import VaultMissing

MARKER = "Mara Lindqvist"


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where reports lie."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(faults, "_written", {})
    return tmp_path / "dsr-desk" / "faults"


@pytest.fixture
def unhooked() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


def raised_below(fault: BaseException) -> BaseException:
    """The fault as it comes out of the program, which it passed."""

    def failing() -> Iterator[Message]:
        yield message("quoted", text="x")
        raise fault

    with pytest.raises(type(fault)) as caught:
        said_all(failing())
    return caught.value


def test_a_report_holds_classes_places_and_versions_and_nothing_else(reports: Path) -> None:
    try:
        try:
            raise KeyError(MARKER)
        except KeyError as cause:
            raise OSError(28, MARKER, f"/home/ann/{MARKER}") from cause
    except OSError as error:
        told = error_for(raised_below(error), "reading")
    (report,) = reports.iterdir()
    first, second, third, nothing, *rest = report.read_text(encoding="ascii").splitlines()
    assert first == "DSR Desk 0.1.0"
    assert second.startswith("Python 3.")
    assert third.endswith(" UTC")
    assert nothing == ""
    assert rest[0] == "OSError ENOSPC"
    assert all(line.startswith("  dsr_desk.core.") for line in rest[1:-2])
    assert len(rest) >= 4
    assert rest[-2:] == ["", "KeyError"]
    assert told.code == "SYSTEM-REFUSED"
    assert told.details["report"] == message("fault.report", where=str(report))
    assert told.details["why"] == message("why.disk-full")
    assert MARKER not in str(told.as_json())
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(reports.stat().st_mode) == 0o700


def test_the_same_fault_again_is_one_report(reports: Path) -> None:
    told = [error_for(raised_below(ValueError(str(number))), "x").message for number in range(3)]
    assert told[0] == told[1] == told[2]
    assert len(list(reports.iterdir())) == 1


def test_old_reports_go(reports: Path) -> None:
    reports.mkdir(parents=True)
    for number in range(30):
        (reports / f"20200101T0000{number:02}.txt").write_text("old")
    error_for(ValueError(), "x")
    left = sorted(reports.iterdir())
    assert len(left) == faults.KEPT
    assert left[-1].name > "2026"


def test_a_report_stays_small_however_deep_the_fault_lies(reports: Path) -> None:
    deep = message("quoted", text="x")
    for _ in range(5000):
        deep = message("quoted", text=deep)
    with pytest.raises(RecursionError) as caught:
        deep.say()
    told = error_for(caught.value, "x")
    assert "RecursionError, dsr_desk.core." in told.what_happened
    (report,) = reports.iterdir()
    assert report.stat().st_size < 3000
    assert " more ..." in report.read_text()


def test_causes_are_followed_once_each_and_only_so_far(reports: Path) -> None:
    one, other = ValueError(MARKER), TypeError(MARKER)
    one.__cause__, other.__cause__ = other, one
    error_for(ExceptionGroup(MARKER, [one, KeyError(MARKER)]), "x")
    (report,) = reports.iterdir()
    assert report.read_text().split("\n\n")[1:] == ["ExceptionGroup", "ValueError", "KeyError", "TypeError\n"]
    last: BaseException = ValueError()
    for _ in range(100):
        following = ValueError()
        following.__cause__ = last
        last = following
    error_for(BaseExceptionGroup("", [last, KeyboardInterrupt()]), "x")
    assert max(path.read_text().count("\nValueError") for path in reports.iterdir()) == 8


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_fault_is_told_where_no_report_can_be_written(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    told = error_for(MemoryError(), "x")
    assert told.code == "PROGRAM-FAULT"
    assert told.details["report"] == message("fault.no-report")
    assert str(catalogue(language)["fault.no-report"]) in told.say(language)[2]


def test_an_error_of_ours_is_no_fault(reports: Path) -> None:
    error = VaultMissing(where="x")
    assert error_for(error, "x") is error
    assert not reports.exists()


def test_a_place_is_module_and_line_alone() -> None:
    assert place_of(KeyError(MARKER)) == "KeyError"
    place, line = place_of(raised_below(KeyError(MARKER))).rsplit(":", 1)
    assert place.startswith("KeyError, dsr_desk.core.")
    assert line.isdecimal()


@pytest.mark.usefixtures("unhooked")
def test_what_nobody_caught_in_a_thread_is_told() -> None:
    told: list[BaseException] = []
    end = watch(told.append)
    thread = threading.Thread(target=raised_below)
    thread.start()
    thread.join()
    assert [type(one) for one in told] == [TypeError]
    end()


@pytest.mark.usefixtures("unhooked")
def test_what_is_told_while_telling_fails_ends_in_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    def failing(_: BaseException) -> NoReturn:
        raise ValueError(MARKER)

    watch(failing)
    sys.excepthook(ValueError, ValueError(MARKER), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert capsys.readouterr().err == "[PROGRAM-FAULT]\n"


@pytest.mark.usefixtures("unhooked")
def test_a_fault_while_an_object_is_freed_is_written_down_alone(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Freed:
        def __del__(self) -> None:
            raise ValueError(MARKER)

    told: list[BaseException] = []
    watch(told.append)
    Freed()
    gc.collect()
    assert told == []
    assert capsys.readouterr().err == ""
    (report,) = reports.iterdir()
    assert "\nValueError\n" in report.read_text()


@pytest.mark.usefixtures("unhooked")
def test_the_hooks_are_what_they_were_when_watching_ends() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    watch(lambda _: None)()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
