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
from pathlib import Path
from typing import Any

SAMPLE_SECONDS = 0.5

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
    `seconds` of the processor, once it has ended."""

    def __init__(self) -> None:
        self.most = 0
        self.seconds = 0.0
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self.seconds = -_seconds(_processes())
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += _seconds(_processes())
        self._ended.set()
        self._watch.join()

    def _run(self) -> None:
        more = True
        while more:
            more = not self._ended.wait(SAMPLE_SECONDS)
            self.most = max(self.most, sum(map(_held, _processes())))


def _processes() -> list[int]:
    """This process and all below it."""
    below: dict[int, list[int]] = defaultdict(list)
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            below[int(_stat(place)[1])].append(int(place.name))
    found = [os.getpid()]
    for one in found:
        found += below[one]
    return found


def _seconds(processes: list[int]) -> float:
    """Of the processor, those of children that have ended counted with the process that waited for them."""
    ticks = 0
    for one in processes:
        with suppress(OSError):
            ticks += sum(map(int, _stat(Path(f"/proc/{one}"))[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(place: Path) -> list[str]:
    """What the kernel says of a process, behind its name. Raises OSError."""
    return (place / "stat").read_text().rpartition(")")[2].split()


def _held(process: int) -> int:
    """Bytes of no file, those that forked processes share in parts; 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return 1024 * int(line.split()[1])
    return 0
