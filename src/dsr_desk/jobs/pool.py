"""Spawned worker processes: a worker that dies costs only the task it ran, which is tried once more alone."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

import pebble

from dsr_desk.jobs.progress import CancelToken

Given = TypeVar("Given")
Result = TypeVar("Result")

IN_FLIGHT_BYTES = 256 * 1024 * 1024
TASK_SECONDS = 300.0
TASKS_A_WORKER = 8


@dataclass(frozen=True)
class Task(Generic[Given]):
    """`given` comes back with the result; `args` are pickled to a worker; `size` is roughly their bytes.

    A task whose `args` are None needs no worker: it keeps its place in the order and its result is None.
    """

    given: Given
    args: tuple[Any, ...] | None
    size: int = 0


@dataclass(frozen=True)
class Crash:
    """A task that ended its worker twice, in a few words."""

    why: str


class WorkerPool:
    """`prepare(*prepare_args)` runs once in each worker, which starts with an empty memory and holds no key."""

    def __init__(self, workers: int, prepare: Callable[..., None], prepare_args: tuple[Any, ...] = ()) -> None:
        self.workers = max(1, workers)
        self._pool = pebble.ProcessPool(
            max_workers=self.workers,
            context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(os.getpid(), prepare, prepare_args),
        )

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def in_order(
        self,
        function: Callable[..., Result],
        tasks: Iterable[Task[Given]],
        cancel: CancelToken,
        seconds: float = TASK_SECONDS,
    ) -> Iterator[tuple[Given, Result | Crash | None]]:
        """Results in the order of the tasks. Tasks are drawn only as fast as workers and memory allow.

        Raises what `function` raised, and Cancelled.
        """
        waiting: deque[tuple[Task[Given], pebble.ProcessFuture[Any] | None]] = deque()
        in_flight = at_work = 0
        for task in tasks:
            cancel.check()
            future = None
            if task.args is not None:
                future = self._pool.schedule(function, args=task.args, timeout=seconds)
                at_work += 1
            waiting.append((task, future))
            in_flight += task.size
            while waiting and (
                in_flight > IN_FLIGHT_BYTES or at_work > TASKS_A_WORKER * self.workers or _is_done(waiting[0][1])
            ):
                done, future = waiting.popleft()
                in_flight -= done.size
                at_work -= future is not None
                yield done.given, self._outcome(function, done, future, seconds, cancel)
        while waiting:
            done, future = waiting.popleft()
            yield done.given, self._outcome(function, done, future, seconds, cancel)

    def _outcome(
        self,
        function: Callable[..., Result],
        task: Task[Given],
        future: pebble.ProcessFuture[Any] | None,
        seconds: float,
        cancel: CancelToken,
    ) -> Result | Crash | None:
        if future is None or task.args is None:
            return None
        result: Result
        try:
            result = _wait(future, cancel)
            return result
        except (pebble.ProcessExpired, TookTooLong):
            pass
        try:
            result = _wait(self._pool.schedule(function, args=task.args, timeout=seconds), cancel)
            return result
        except pebble.ProcessExpired as error:
            return Crash(f"it ended the program that read it (code {error.exitcode})")
        except TookTooLong:
            return Crash(f"it took longer than {seconds:.0f} seconds")


def _is_done(future: pebble.ProcessFuture[Any] | None) -> bool:
    return future is None or future.done()


def _wait(future: pebble.ProcessFuture[Result], cancel: CancelToken) -> Result:
    while True:
        cancel.check()
        try:
            return future.result(timeout=0.2)
        except TookTooLong:
            if future.done():
                raise


def _begin(parent: int, prepare: Callable[..., None], prepare_args: tuple[Any, ...]) -> None:
    """An interrupt is the owner's to handle; a worker never outlives its owner."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    prepare(*prepare_args)
