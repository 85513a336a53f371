"""Files in memory alone: where a cell holds what lies inside the file that it reads, since it may write to no disk.

A cell begins with all that it may use, and the kernel bounds their number and size (`jobs.confine`). Only Linux has
such files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MOST_FILES = 8
"""So many at once: one in another is as deep as reading goes."""

MOST_BYTES = 1 << 30
"""Of one of them."""

_ready: list[int] = []
_used: set[int] = set()


class NoScratch(Exception):
    """There is no such file: all are in use, or the system has none."""


def prepare() -> None:
    """Makes the files of this process, which may make none later."""
    if sys.platform == "linux":
        _ready.extend(os.memfd_create("scratch") for _ in range(MOST_FILES))


@contextmanager
def in_memory() -> Iterator[int]:
    """The descriptor of an empty file that is open for reading and writing. Raises NoScratch."""
    descriptor = _taken()
    _used.add(descriptor)
    try:
        yield descriptor
    finally:
        _used.discard(descriptor)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        _ready.append(descriptor)


def held() -> int:
    """Bytes in all such files of this process that are in use."""
    return sum(os.fstat(descriptor).st_size for descriptor in _used)


def place_of(descriptor: int) -> str:
    """The path under which libraries of this process open such a file."""
    return f"/proc/self/fd/{descriptor}"


def _taken() -> int:
    if _ready:
        return _ready.pop()
    try:
        return os.memfd_create("scratch")
    except (AttributeError, OSError) as error:
        raise NoScratch from error
