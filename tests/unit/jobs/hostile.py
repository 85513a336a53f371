"""What code in a cell might do to its owner, with all that a cell has. Functions of cells are importable."""

from __future__ import annotations

import os
import resource
import stat
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NoReturn


class Evil(Exception):
    """Looking at it raises."""

    def __str__(self) -> NoReturn:
        raise SystemExit(9)

    __repr__ = __str__

    @property
    def args(self) -> NoReturn:  # type: ignore[override]
        raise KeyboardInterrupt


class Bare(BaseException):
    """No exception that `except Exception` sees."""


RAISED: dict[str, Any] = {
    "evil": Evil,
    "bare": Bare,
    "exit": SystemExit,
    "interrupt": KeyboardInterrupt,
    "generator": GeneratorExit,
    "stop": StopIteration,
    "group": lambda: ExceptionGroup("Jane Roe", [ValueError("Jane Roe")]),
    "recursion": lambda: recurse(),
    "named": lambda: type("\x1b[2J\u202eJane", (Exception,), {})(),
}


def recurse() -> Any:
    return recurse()


def raised(what: str) -> None:
    raise RAISED[what]()


ANSWERS: dict[str, Any] = {
    "an object": object,
    "a function": lambda: recurse,
    "too large a number": lambda: 1 << 70,
    "nesting without end": lambda: nested(100_000),
    "a class": lambda: Evil,
    "keys of all kinds": lambda: {object(): 1},
}


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


def answered(what: str) -> Any:
    return ANSWERS[what]()


def odd_numbers() -> list[float]:
    return [float("nan"), float("inf"), -0.0]


def drip() -> None:
    """A frame that is long in coming: each byte alone would be in time."""
    channel = _channel()
    for byte in struct.pack(">cQ", b"V", 1 << 20):
        os.write(channel, bytes([byte]))
    while True:
        os.write(channel, b"x")
        time.sleep(0.02)


def flood() -> Iterator[bytes]:
    """As much as the channel takes, past its generator."""
    channel = _channel()
    os.set_blocking(channel, True)
    frame = struct.pack(">cQ", b"P", 8 + 2) + bytes(8) + b"\xc4\x00"
    while True:
        os.write(channel, frame * 1000)
    yield b""


def many_threads() -> int:
    """How many there can be."""
    ended, started = threading.Event(), []
    threading.stack_size(1 << 20)
    with suppress(RuntimeError, MemoryError):
        while True:
            one = threading.Thread(target=ended.wait, daemon=True)
            one.start()
            started.append(one)
    ended.set()
    for one in started:
        one.join()
    return len(started)


def limits() -> dict[str, int]:
    """The hard ones: what is raised again is not."""
    return {
        name: resource.getrlimit(getattr(resource, name))[1]
        for name in ("RLIMIT_CORE", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_STACK")
    }


def _channel() -> int:
    for number in range(3, 64):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
    raise AssertionError
