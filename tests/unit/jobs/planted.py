"""Decoders that somebody planted: what a hostile file could make a library do. Functions of cells are importable."""

from __future__ import annotations

import enum
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import ItemGone
from dsr_desk.jobs.cell import ask


class Colour(enum.Enum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    name: str
    data: bytes
    on: date
    at: datetime
    where: Path
    colour: Colour
    why: Message
    parts: tuple[Thing, ...] = ()
    counts: frozenset[int] = frozenset()
    maybe: str | None = None


def thing() -> Thing:
    inner = Thing(
        "a\udc80ż",
        b"\x00\xff",
        date(2026, 3, 1),
        datetime(2026, 3, 1, 9, tzinfo=UTC),
        Path("/x"),
        Colour.RED,
        message("why.cell.slow", seconds=3),
    )
    return Thing("b", b"", inner.on, inner.at, inner.where, inner.colour, inner.why, (inner,), frozenset({1, 2}), "c")


def echo(value: Any) -> Any:
    return value


def count(most: int) -> Iterator[int]:
    yield from range(most)


def who() -> tuple[int, int]:
    return os.getpid(), os.getppid()


def loaded(module: str) -> bool:
    return module in sys.modules


def nested() -> int:
    process: int = ask(int, os.getpid)
    return process if process == os.getpid() else 0


def environment() -> dict[str, str]:
    return dict(os.environ)


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def refuse(number: int) -> None:
    raise ValueError(f"no {number} of Jane Roe")


def refuse_by_code() -> None:
    raise ItemGone(name="a.zip")


def exit_quietly() -> None:
    sys.exit(3)


def abort() -> None:
    os.abort()


def die() -> None:
    os._exit(7)


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def names(path: str) -> list[str]:
    return sorted(one.name for one in Path(path).iterdir())


def write(path: str) -> None:
    Path(path).write_bytes(b"written")


def replace(path: str) -> None:
    """As an erasure does: new beside old, then in its place."""
    beside = Path(path + ".new")
    beside.write_bytes(b"replaced")
    beside.replace(path)


def connect(family: int) -> None:
    socket.socket(family, socket.SOCK_STREAM)


def fork() -> int:
    return os.fork()


def execute() -> None:
    os.execv("/bin/true", ["true"])


def shoot(process: int) -> None:
    os.kill(process, signal.SIGTERM)


def thread() -> str:
    said = []
    one = threading.Thread(target=lambda: said.append("ran"))
    one.start()
    one.join()
    return said[0]


def forge(frame: bytes) -> None:
    """Writes to its owner itself, past the answer."""
    for number in range(3, 64):
        try:
            os.set_blocking(number, True)
            os.write(number, frame)
        except OSError:
            continue
    os._exit(0)


def open_files() -> list[str]:
    """What each open file of this process is."""
    found = []
    for number in sorted(int(one.name) for one in Path("/proc/self/fd").iterdir()):
        try:
            found.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        except OSError:
            continue  # the one that listed the folder
    return found


def endless() -> Iterator[int]:
    yield 0
    threading.Event().wait()
