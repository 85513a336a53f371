"""Where Qt cannot be loaded everything but the windows is tested, and the last line says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CORE = TESTS / "unit" / "core"
HIDES_QT = """
import sys


class Hides:
    def find_spec(self, name, *_):
        if name == "PySide6.QtWidgets":
            raise ImportError("libEGL.so.1: cannot open shared object file")


sys.meta_path.insert(0, Hides())
"""


def run(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The tests of the windows and of one more file."""
    (folder / "sitecustomize.py").write_text(HIDES_QT)
    others = [path for place in (TESTS, CORE.parent, CORE) for path in place.iterdir()]
    chosen = (TESTS / "ui", CORE.parent, CORE, CORE / "test_core_merkle.py", TESTS / "conftest.py")
    left_out = [f"--ignore={path}" for path in others if path not in chosen]
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "pytest", str(TESTS), *left_out]
    return subprocess.run(
        command, cwd=TESTS.parent, env=environment | more, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_run_without_qt_tests_all_but_the_windows_and_says_so_last(tmp_path: Path) -> None:
    done = run(tmp_path)
    lines = done.stdout.splitlines()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed, 1 skipped" in lines[-2]
    assert lines[-1].startswith("The windows (tests/ui) were NOT tested: Qt cannot be loaded (libEGL.so.1: ")


def test_in_ci_a_run_without_qt_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, CI="true")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Qt cannot be loaded: libEGL.so.1" in done.stderr
