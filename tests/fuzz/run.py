"""Searches for input that breaks a parser: `run.py [--seconds N] [--keep FOLDER] [NAME ...]`.

Each target runs in a process of its own, guided by what code it reaches where atheris is installed, else by chance
alone. What it finds lies in FOLDER, a file for each place; the exit code is 1 where there was anything.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dsr_desk.jobs import inside
from fuzz.checking import MOST_BYTES, MOST_SECONDS, Finding, Target, bounded, check
from fuzz.mutating import LARGEST, changed
from fuzz.targets import emptied, kept, targets


class Hunt:
    """One target, the findings so far and where they are kept."""

    def __init__(self, target: Target, keep: Path) -> None:
        self.target, self._keep = target, keep
        memory = Path("/dev/shm")
        self._scratch = tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory if memory.is_dir() else None)
        self._folder = Path(self._scratch.name)
        self._seen: set[str] = set()
        self.tried = 0
        self.seeds = [*target.seeds(self._folder), *(data for _, data in kept(target.name))]
        self._now = keep / f"{target.name}-ended-it"

    def one(self, data: bytes) -> None:
        self.tried += 1
        self._now.write_bytes(data)
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS + 2)
        try:
            check(self.target, data, emptied(self._folder))
        except Finding as finding:
            if finding.place not in self._seen:
                self._seen.add(finding.place)
                name = f"{self.target.name}-{finding.place.replace(' ', '-').replace('/', '-')}"[:120]
                (self._keep / name).write_bytes(data)
                print(f"{self.target.name}: {finding}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def end(self) -> NoReturn:
        self._now.unlink()
        self._scratch.cleanup()
        print(f"{self.target.name}: {self.tried} tried, {len(self._seen)} found", flush=True)
        sys.stdout.flush()
        os._exit(1 if self._seen else 0)


def by_chance(hunt: Hunt, seconds: float) -> None:
    chance = random.Random()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        hunt.one(changed(chance, chance.choice(hunt.seeds), hunt.seeds))


def guided(atheris: Any, hunt: Hunt, seconds: float) -> None:
    """libFuzzer keeps what reaches new code; half of the changes are its own, half know the form of files."""
    until = time.monotonic() + seconds

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        return changed(chance, data, hunt.seeds)[:most]

    def one(data: bytes) -> None:
        hunt.one(data)
        if time.monotonic() > until:
            hunt.end()

    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as corpus:
        for number, data in enumerate(hunt.seeds):
            (Path(corpus) / str(number)).write_bytes(data)
        options = [f"-max_len={LARGEST}", "-rss_limit_mb=0", "-timeout=3600", "-len_control=0", "-print_final_stats=0"]
        atheris.Setup([sys.argv[0], corpus, *options], one, custom_mutator=change, enable_python_coverage=True)
        atheris.Fuzz()


def hunt_one(name: str, seconds: float, keep: Path) -> NoReturn:
    faulthandler.enable()
    inside._state.inside = True
    atheris: Any = None
    with suppress(ImportError):
        atheris = importlib.import_module("atheris")
    prepare: Callable[[], Hunt] = lambda: Hunt(targets()[name], keep)  # noqa: E731
    if atheris is None:
        hunt = prepare()
        run: Callable[[], None] = lambda: by_chance(hunt, seconds)  # noqa: E731
    else:
        with atheris.instrument_imports(include=["dsr_desk", "zipfile", "tarfile", "email", "openpyxl", "yaml"]):
            hunt = prepare()
            for data in hunt.seeds:
                hunt.one(data)  # loads what is loaded when it is used
        run = lambda: guided(atheris, hunt, seconds)  # noqa: E731
    with bounded():
        run()
    hunt.end()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    if given.one:
        hunt_one(given.one, given.seconds, given.keep)
    broken = []
    for name in given.names or targets():
        command = [sys.executable, __file__, "--one", name, "--seconds", str(given.seconds), "--keep", str(given.keep)]
        log = given.keep / f"{name}.log"
        with log.open("w") as said:
            code = subprocess.run(command, check=False, stderr=said).returncode
        if code:
            broken.append(name)
        if code not in (0, 1):
            print(f"{name}: ended with {code}, see {log}", flush=True)
    print(f"Most memory {MOST_BYTES >> 20} MB, most time {MOST_SECONDS:.0f} s. Broken: {', '.join(broken) or 'none'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
