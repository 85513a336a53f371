"""Spawned worker processes: a worker that dies costs only the task it ran, which is tried once more alone."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pebble

from dsr_desk.core.message import message
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.workers import Crash, Workers, wait


class WorkerPool(Workers):
    """`prepare(*prepare_args)` runs once in each worker, which starts with an empty memory and holds no key."""

    def __init__(self, workers: int, prepare: Callable[..., None], prepare_args: tuple[Any, ...] = ()) -> None:
        self._size = max(1, workers)
        self._pool = pebble.ProcessPool(
            max_workers=self._size,
            context=multiprocessing.get_context("spawn"),
            initializer=begin_worker,
            initargs=(os.getpid(), prepare, prepare_args),
        )

    @property
    def size(self) -> int:
        return self._size

    def start(self) -> None:
        """Lets workers get ready now, while their owner does something else; otherwise the first task does."""
        _ = self._pool.active

    def close(self, *, at_once: bool) -> None:
        if at_once:
            self._pool.stop()  # type: ignore[no-untyped-call]
        else:
            self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _begin(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Future[Any]:
        return self._pool.schedule(function, args=args, timeout=seconds)

    def _outcome(
        self,
        begun: Future[Any],
        function: Callable[..., Any],
        args: tuple[Any, ...],
        seconds: float,
        cancel: CancelToken,
    ) -> Any:
        try:
            return wait(begun, cancel)
        except (pebble.ProcessExpired, TimeoutError):
            pass
        try:
            return wait(self._begin(function, args, seconds), cancel)
        except pebble.ProcessExpired as error:
            return Crash(message("why.worker.ended", exit_code=error.exitcode))
        except TimeoutError:
            return Crash(message("why.worker.slow", seconds=round(seconds)))


def begin_worker(owner: int, prepare: Callable[..., None], prepare_args: tuple[Any, ...]) -> None:
    """An interrupt is the owner's to handle; a worker never outlives its owner (a process id)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != owner:
            os._exit(1)
    prepare(*prepare_args)
