"""What a parser may do with whatever it is given: answer, or refuse with an error of ours, soon and within bounds."""

from __future__ import annotations

import resource
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.verifying.check_bundle import Refused

MOST_SECONDS = 10.0
MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Target:
    """One parser. `seeds` makes small files that it takes; `parse` reads one, in an empty folder if it needs a file.

    `private` stands in the files, and never in an error.
    """

    name: str
    seeds: Callable[[Path], list[bytes]]
    parse: Callable[[bytes, Path], object]
    private: str = ""


class Finding(Exception):
    """What a parser must not do. `place` tells one from another."""

    def __init__(self, what: str, place: str) -> None:
        super().__init__(f"{what} at {place}")
        self.place = f"{what} {place}"


def check(target: Target, data: bytes, folder: Path) -> None:
    """Raises Finding. A hang, a crash and too much memory end the process, or come as such after all."""
    begun = time.process_time()
    try:
        target.parse(data, folder)
    except (DeskError, Refused) as refused:
        if target.private and target.private in str(refused.as_json() if isinstance(refused, DeskError) else refused):
            raise Finding("told", _place(refused)) from refused
    except (Exception, RecursionError, MemoryError) as fault:
        raise Finding(type(fault).__name__, _place(fault)) from fault
    taken = time.process_time() - begun
    if taken > MOST_SECONDS:
        raise Finding("slow", f"{target.name}, {taken:.0f} s")


@contextmanager
def bounded() -> Iterator[None]:
    """At most so much memory beyond what the process has already."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    held = next(
        int(line.split()[1]) << 10
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmData:")
    )
    resource.setrlimit(resource.RLIMIT_DATA, (held + MOST_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _place(fault: BaseException) -> str:
    frames = [one for one in traceback.extract_tb(fault.__traceback__) if "/dsr_desk/" in one.filename]
    last = frames[-1] if frames else traceback.extract_tb(fault.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
