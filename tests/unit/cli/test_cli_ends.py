"""How the whole program ends, as its own process: exit codes, and no traceback from any corner of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

MARKER = "Mara Lindqvist"
SETUP = f"""
import sys, threading, signal, os
import click
from dsr_desk import __main__ as program
from dsr_desk.cli.main import Nouns
class Freed:
    def __del__(self):
        raise ValueError({MARKER!r})
def raising(fault):
    raise fault
def deep():
    return deep()
def callback(*args, **kwargs):
    WHAT
Nouns.get_command = lambda *_: click.Command("vault", callback=callback)
sys.argv = ["dsr-desk", "vault"]
program.run()
"""


def ended(what: str, folder: Path, environment: Mapping[str, str] | None = None, **more: Any) -> tuple[int, str, str]:
    """Exit code and what was printed, where a command of the program does `what`."""
    done = subprocess.run(
        [sys.executable, "-c", SETUP.replace("WHAT", what)],
        env={**os.environ, "PYTHONUNBUFFERED": "", "XDG_STATE_HOME": str(folder / "state"), **(environment or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
        text=True,
        timeout=60,
        check=False,
    )
    told = (done.stdout or "") + (done.stderr or "")
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert MARKER not in told
    for report in (folder / "state").rglob("*.txt"):
        assert MARKER not in report.read_text()
    return done.returncode, done.stdout or "", done.stderr or ""


@pytest.mark.parametrize(
    "what",
    [
        f"raise ValueError({MARKER!r})",
        f"raise BaseException({MARKER!r})",
        f"raise ExceptionGroup({MARKER!r}, [ValueError({MARKER!r})])",
        "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "raise MemoryError",
        "raise EOFError",
        "raise StopIteration",
        "raise GeneratorExit",
        "deep()",
        f"raise UnicodeDecodeError('utf-8', {MARKER!r}.encode(), 0, 1, {MARKER!r})",
        f"sys.exit({MARKER!r})",
        "import nothing_of_this_name",
    ],
)
def test_whatever_ends_a_command_is_exit_code_3(what: str, tmp_path: Path) -> None:
    code, out, err = ended(what, tmp_path)
    assert (code, out) == (3, "")
    assert ("[PROGRAM-FAULT]" in err) != what.startswith("sys.exit")


def test_a_fault_in_a_thread_is_told_too(tmp_path: Path) -> None:
    what = f"t = threading.Thread(target=raising, args=(ValueError({MARKER!r}),)); t.start(); t.join(); print('done')"
    code, out, err = ended(what, tmp_path)
    assert (code, out) == (0, "done\n")
    assert err.endswith("[PROGRAM-FAULT]\n")


def test_a_fault_in_freeing_is_written_down_and_the_command_goes_on(tmp_path: Path) -> None:
    assert ended("Freed(); click.echo('done'); globals()['late'] = Freed()", tmp_path) == (0, "done\n", "")
    assert list((tmp_path / "state").rglob("*.txt"))


def test_what_libraries_log_and_warn_of_is_not_printed(tmp_path: Path) -> None:
    what = f"""import logging, warnings
    warnings.warn({MARKER!r})
    logging.getLogger("library").error({MARKER!r})
    click.echo("done")"""
    assert ended(what, tmp_path) == (0, "done\n", "")


def test_an_interrupt_ends_it_with_a_word(tmp_path: Path) -> None:
    code, _, err = ended("os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(20)", tmp_path)
    assert (code, err.strip()) == (1, "Aborted!")


def test_a_reader_that_went_away_ends_it_quietly(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        code, _, err = ended("click.echo('x' * 100000)", tmp_path, stdout=gone)
    assert (code, err) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("what", ["click.echo('done')", "sys.stdout.write('done')"])
def test_what_cannot_be_printed_is_said(what: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        code, _, err = ended(what, tmp_path, stdout=full)
        assert code == 3
        assert err.startswith("The system refused what the program wanted (the disk is full) ")
        assert err.endswith("[SYSTEM-REFUSED]\n")
        code, _, _ = ended(what, tmp_path, stdout=full, stderr=full)
        assert code == 3


def test_without_any_stream_it_still_ends_with_its_code(tmp_path: Path) -> None:
    def close() -> None:
        for number in (0, 1, 2):
            os.close(number)

    for what, code in (("click.echo('x')", 0), ("raise ValueError", 3)):
        assert ended(what, tmp_path, preexec_fn=close)[0] == code


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "", "XDG_STATE_HOME": ""},
        {"HOME": "/nonexistent", "XDG_STATE_HOME": ""},
        {"HOME": "relative", "XDG_STATE_HOME": "relative"},
        {"HOME": "/proc", "XDG_STATE_HOME": "/proc"},
    ],
    ids=lambda environment: environment["HOME"],
)
def test_a_fault_is_told_without_a_home_to_write_to(environment: Mapping[str, str], tmp_path: Path) -> None:
    code, _, err = ended("raise ValueError", tmp_path, {**environment, "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""})
    assert code == 3
    assert err.endswith("[PROGRAM-FAULT]\n")


def test_what_a_terminal_cannot_write_is_spelled(tmp_path: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    code, out, _ = ended("print('Zoë ' + os.fsdecode(b'\\xff'))", tmp_path, environment)
    assert (code, out) == (0, "Zo\\xeb \\udcff\n")


def test_arguments_that_are_no_text_are_refused_in_words(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dsr_desk",
            b"vault",
            b"info",
            b"--vault",
            b"\xff\xfe/none",
            b"--passphrase-file",
            b"\xff",
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_program_with_parts_missing_says_so(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ImportError('no click')")
    done = subprocess.run(
        [sys.executable, "-m", "dsr_desk", "vault", "info"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == "The program is not whole (ImportError). Install it again. [PROGRAM-FAULT]\n"


def test_ctrl_c_reaches_the_exit_code_before_any_command(tmp_path: Path) -> None:
    code = "import signal, dsr_desk.__main__ as p; p._program = lambda: signal.raise_signal(signal.SIGINT); p.run()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
