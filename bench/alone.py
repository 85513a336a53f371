"""One thing measured in a process that begins with nothing: what it takes, with all processes below it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE_SECONDS = 0.2

_CALL = (
    "import pickle, sys; function, args = pickle.load(sys.stdin.buffer); "
    "pickle.dump(function(*args), sys.stdout.buffer)"
)


def alone(function: Callable[..., Any], *args: Any) -> Any:
    """What a function of a module returns, called in a process that has loaded its module and nothing else.

    One of `multiprocessing` has loaded the whole command, and each process that it starts does so anew. Raises
    CalledProcessError where the function raises, which then is on the error stream.
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    asked = pickle.dumps((function, args))
    done = subprocess.run([sys.executable, "-c", _CALL], input=asked, env=env, check=True, stdout=subprocess.PIPE)
    return pickle.loads(done.stdout)


class Watch:
    """Watches this process and all below it: `most` bytes that they hold, what several share counted once, and
    `seconds` of the processor."""

    def __init__(self) -> None:
        self.most = 0
        self._spent: dict[int, float] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True)

    @property
    def seconds(self) -> float:
        return sum(self._spent.values())

    def __enter__(self) -> Watch:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _run(self) -> None:
        began: dict[int, float] = {}
        more = True
        while more:
            more = not self._ended.wait(SAMPLE_SECONDS)
            there = _processes()
            self.most = max(self.most, sum(one.held for one in there))
            for one in there:
                began.setdefault(one.number, one.seconds if one.is_own else 0.0)
                self._spent[one.number] = one.seconds - began[one.number]


@dataclass(frozen=True)
class _Process:
    number: int
    parent: int
    seconds: float
    held: int = 0

    @property
    def is_own(self) -> bool:
        return self.number == os.getpid()


def _processes() -> list[_Process]:
    """This process and all below it."""
    below: dict[int, list[_Process]] = defaultdict(list)
    found: list[_Process] = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            seconds = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
            one = _Process(int(place.name), int(fields[1]), seconds)
            below[one.parent].append(one)
            found += [one] if one.is_own else []
    for one in found:
        found += below[one.number]
    return [_Process(one.number, one.parent, one.seconds, _held(one.number)) for one in found]


def _held(process: int) -> int:
    """Bytes of no file, those that forked processes share in parts; 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return 1024 * int(line.split()[1])
    return 0
