"""Takes safety lines out of the program, one at a time, and sees whether the test that guards each of them fails.

    python tests/mutants/run.py [--sample N] [--only TEXT] [--list] [--fits]

All their tests must be green first. Then each edit is made in a copy of the source; its test runs there in a process of
its own, a fork of this one, which has read what does not change. A line that can be removed with its test green is
printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import importlib
import multiprocessing
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from edits import EDITS, Edit

ROOT = Path(__file__).parents[2]
LONGEST = 120
"""Seconds."""

READ_BEFORE = ("hypothesis", "cryptography.x509", "numpy", "PIL.Image", "pyrage", "sqlcipher3.dbapi2", "sqlite_utils")
LONG = " -m long"
"""Behind a test that stands in the long run alone."""
QUICK = ("tests/unit/core/", "tests/unit/storage/", "tests/unit/deletion/")
OPTIONS = (
    "-q", "-x", "--no-header", "--tb=line", "-rf", "--hypothesis-profile=ci",
    "-W", "ignore:Module already imported:pytest.PytestWarning",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """`killed`: the test failed, as it must. `why` says what went wrong otherwise, or which test failed."""

    edit: Edit
    killed: bool
    why: str = ""


def run(edit: Edit, source: Path) -> Verdict:
    """Makes the edit in the copy at `source`, runs its test, and takes the edit back."""
    times = _times(edit, source)
    if times != 1:
        return Verdict(edit, False, f"the text stands {times} times in {edit.file}")
    file = source / "dsr_desk" / edit.file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    try:
        code, said = _tested(edit.test, source, LONGEST)
    finally:
        file.write_text(text, encoding="utf-8")
    failed = re.findall(r"^FAILED (.+?)(?: - .*)?$", said, re.MULTILINE)
    if code == 1 and failed:
        return Verdict(edit, True, failed[0])
    if code is None:
        return Verdict(edit, False, "its test did not end")
    return Verdict(edit, False, "its test stays green" if code == 0 else f"pytest ended with {code}: {said[-300:]}")


def red(edits: Sequence[Edit], source: Path) -> str:
    """What pytest says of tests that fail without any edit, which would prove nothing; "" where all are green."""
    for options in ("", LONG):
        tests = dict.fromkeys(shlex.split(edit.test)[0] for edit in edits if edit.test.endswith(LONG) == bool(options))
        if tests:
            code, said = _tested(" ".join(tests) + options, source, None)
            if code != 0:
                return said[-2_000:] or f"pytest ended with {code}"
    return ""


def _tested(test: str, source: Path, longest: float | None) -> tuple[int | None, str]:
    """Exit code of pytest (None where it took longer, in seconds) and what it printed."""
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as said:
        forked = multiprocessing.get_context("fork").Process(target=_pytest, args=(test, source, said.fileno()))
        forked.start()
        forked.join(longest)
        code = forked.exitcode
        with suppress(ProcessLookupError):
            os.killpg(forked.pid or 0, signal.SIGKILL)
        forked.join()
        return code, Path(said.name).read_text(encoding="utf-8", errors="replace")


def _pytest(test: str, source: Path, said: int) -> None:
    os.setsid()
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(ROOT)
    os.environ["PYTHONPATH"] = str(source)
    sys.path.insert(0, str(source))
    sys.exit(int(pytest.main([*OPTIONS, *shlex.split(test)])))


def _times(edit: Edit, source: Path) -> int:
    return (source / "dsr_desk" / edit.file).read_text(encoding="utf-8").count(edit.old)


def chosen(sample: int, only: str) -> Sequence[Edit]:
    """All edits, those whose name holds a text, or always the same few of those whose tests are quick."""
    found = [edit for edit in EDITS if only in edit.name]
    if not sample:
        return found
    return sorted((edit for edit in found if edit.test.startswith(QUICK)), key=_drawn)[:sample]


def _drawn(edit: Edit) -> bytes:
    """A place in an order that means nothing, and that stays as it is when lines are added."""
    return hashlib.sha256(edit.name.encode()).digest()


def copy_to(folder: Path) -> Path:
    """A copy of the source, compiled so that every later change of a file is noticed, however soon it comes."""
    source = folder / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    (folder / "assets").symlink_to(ROOT / "assets")
    compileall.compile_dir(source, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return source


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many of them, always the same ones")
    parser.add_argument("--only", default="", help="those whose name holds this text")
    parser.add_argument("--list", action="store_true", help="names alone")
    parser.add_argument("--fits", action="store_true", help="only whether each edit still fits the source")
    options = parser.parse_args(arguments)
    edits = chosen(options.sample, options.only)
    if options.fits:
        odd = [edit.name for edit in edits if _times(edit, ROOT / "src") != 1]
        print(*(f"does not fit: {name}" for name in odd), sep="\n")
        return 1 if odd else 0
    if options.list:
        print(*(f"{edit.name}  ({edit.test})" for edit in edits), sep="\n")
        return 0
    began, alive = time.monotonic(), []
    for name in READ_BEFORE:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="dsr-desk-mutants-") as folder:
        source = copy_to(Path(folder))
        failing = red(edits, source)
        if failing:
            print(f"without any edit:\n{failing}")
            return 1
        for edit in edits:
            verdict = run(edit, source)
            print(f"{'killed ' if verdict.killed else 'ALIVE  '} {edit.name}: {verdict.why}", flush=True)
            if not verdict.killed:
                alive.append(edit)
    print(f"{len(edits) - len(alive)} of {len(edits)} killed in {time.monotonic() - began:.0f} s")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
