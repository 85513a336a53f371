"""A few safety lines, always the same ones, are taken out: the tests that guard them must fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).parents[1] / "mutants" / "run.py"


@pytest.mark.slow
def test_a_sample_of_the_safety_lines_cannot_be_removed_with_the_tests_green() -> None:
    done = subprocess.run([sys.executable, str(RUNNER), "--sample", "3"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_edit_fits_the_source() -> None:
    done = subprocess.run([sys.executable, str(RUNNER), "--fits"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
