"""What the workers of these tests do. Functions of a worker must be importable in another process."""

from __future__ import annotations

import os
import threading
from importlib import import_module
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.container import ItemGone

_prepared: list[object] = []


def prepare(*values: object) -> None:
    _prepared.extend(values)


def prepared() -> list[object]:
    return _prepared


def double(number: int) -> int:
    return 2 * number


def die() -> None:
    os._exit(7)


def die_the_first_time(mark: str) -> str:
    path = Path(mark)
    if path.exists():
        return "done"
    path.touch()
    os._exit(7)


def never_end() -> None:
    threading.Event().wait()


def refuse(number: int) -> None:
    raise ValueError(f"no {number}")


def processes() -> tuple[int, int]:
    """The worker's process and its parent's."""
    return os.getpid(), os.getppid()


def identity() -> str:
    return "one engine"


def backwards(data: bytes) -> bytes:
    return data[::-1]


def die_on(data: bytes) -> bytes:
    if data == b"bomb":
        os._exit(7)
    return data


def process() -> bytes:
    return str(os.getpid()).encode()


def refuse_by_code() -> None:
    raise ItemGone(name="a.zip")


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def raise_error(module: str, code: str, values: dict[str, object]) -> None:
    """An error of ours as the code in that module raises it."""
    import_module(module)
    raise DeskError.registry[code](**values)
