"""What runs in a worker process: it gets a photo's bytes and returns what it holds. It never holds a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsr_desk.faces.engine import Engine
from dsr_desk.faces.photo import PhotoResult, examine

LoadEngine = Callable[[], Engine]
"""Makes or finds an engine; pickled to workers, so a function of a module or a `partial` of one."""


@dataclass
class _Worker:
    engine: Engine | None = None
    thumbnails: bool = False


_worker = _Worker()


def prepare(load: LoadEngine, thumbnails: bool) -> None:
    """Runs once in each worker."""
    _worker.engine = load()
    _worker.thumbnails = thumbnails


def examine_photo(data: bytes, orientation: int | None) -> PhotoResult:
    if _worker.engine is None:
        raise RuntimeError("the worker was not prepared")
    return examine(_worker.engine, data, orientation, thumbnails=_worker.thumbnails)
