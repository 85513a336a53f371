"""Worker processes of this computer: cells. One that dies costs only the task it ran, which is tried once more."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from dsr_desk.jobs.cell import CellFailed, CellProcess, Limits
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.workers import Crash, Recipe, Workers, wait

LIMITS = Limits(memory=6 << 30)
"""Of a worker: a face engine, and the largest photo that is looked at."""

PREPARE_SECONDS = 300.0


class WorkerPool(Workers):
    """Each is made ready by the recipe, starts with an empty memory and holds no key. Results are plain values."""

    def __init__(self, workers: int, recipe: Recipe) -> None:
        self._size = max(1, workers)
        self._recipe = recipe
        self._idle: queue.SimpleQueue[CellProcess | None] = queue.SimpleQueue()
        self._there: set[CellProcess] = set()
        self._closing = False
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="cell")
        for _ in range(self._size):
            self._idle.put(None)

    @property
    def size(self) -> int:
        return self._size

    @property
    def started(self) -> int:
        """How many workers there are now."""
        return len(self._there)

    def start(self) -> None:
        """Lets workers get ready now, while their owner does something else; otherwise the first tasks do."""
        for _ in range(self._size):
            self._threads.submit(self._get_ready)

    def close(self, *, at_once: bool) -> None:
        self._closing = at_once
        if at_once:
            for cell in list(self._there):
                cell.close()
        self._threads.shutdown(wait=True, cancel_futures=at_once)
        for cell in list(self._there):
            cell.close()

    def _begin(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Future[Any]:
        return self._threads.submit(self._work, function, args, seconds)

    def _outcome(
        self,
        begun: Future[Any],
        function: Callable[..., Any],  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        seconds: float,  # noqa: ARG002
        cancel: CancelToken,
    ) -> Any:
        return wait(begun, cancel)

    def _work(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Any:
        try:
            return self._once(function, args, seconds)
        except CellFailed as failed:
            if self._closing:
                return Crash(failed.why)
        try:
            return self._once(function, args, seconds)
        except CellFailed as failed:
            return Crash(failed.why)

    def _once(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Any:
        """In a worker that is there, or a new one. One that failed is of no use to the next task."""
        cell = self._idle.get()
        try:
            cell = cell or self._new()
            result = cell.call(Any, function, args, seconds)
        except CellFailed:
            self._let_go(cell)
            cell = None
            raise
        finally:
            self._idle.put(cell)
        return result

    def _get_ready(self) -> None:
        cell = self._idle.get()
        try:
            cell = cell or self._new()
        finally:
            self._idle.put(cell)

    def _new(self) -> CellProcess:
        cell = CellProcess((self._recipe.prepare.__module__,), self._recipe.grants, LIMITS)
        self._there.add(cell)
        try:
            cell.call(Any, self._recipe.prepare, self._recipe.args, PREPARE_SECONDS)
        except BaseException:
            self._let_go(cell)
            raise
        return cell

    def _let_go(self, cell: CellProcess | None) -> None:
        if cell is not None:
            self._there.discard(cell)
            cell.close()
