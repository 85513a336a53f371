"""What all workers have in common, those of this computer and those of a cluster: tasks in, results in their order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from dsr_desk.core.message import Message
from dsr_desk.jobs.cell import NOTHING, Grants
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
    """A task that twice ended its worker, took too long, or met a fault of the program."""

    why: Message


@dataclass(frozen=True)
class Recipe:
    """How a worker is made ready: `prepare(*args)` once in each process.

    `identify()`, asked in a worker that is ready, names what it works with; it must be `identity`. Functions of
    modules and what can be pickled, since other processes get them. `grants` are the files that `prepare` reads.
    """

    prepare: Callable[..., None]
    args: tuple[Any, ...]
    identify: Callable[[], str]
    identity: str
    grants: Grants = NOTHING


class Workers(ABC):
    """Processes that start with an empty memory, hold no key, get bytes and return plain values."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many tasks are worked on at the same time."""

    @abstractmethod
    def close(self, *, at_once: bool) -> None:
        """Lets the workers go, `at_once` without waiting for what they do."""

    @abstractmethod
    def _begin(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Future[Any]: ...

    @abstractmethod
    def _outcome(
        self,
        begun: Future[Any],
        function: Callable[..., Any],
        args: tuple[Any, ...],
        seconds: float,
        cancel: CancelToken,
    ) -> Any:
        """Waits. Raises Cancelled."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=error is not None)

    def in_order(
        self,
        function: Callable[..., Result],
        tasks: Iterable[Task[Given]],
        cancel: CancelToken,
        seconds: float = TASK_SECONDS,
    ) -> Iterator[tuple[Given, Result | Crash | None]]:
        """Results in the order of the tasks. Tasks are drawn only as fast as workers and memory allow.

        Raises the DeskError that `function` raised, and Cancelled.
        """
        waiting: deque[tuple[Task[Given], Future[Any] | None]] = deque()
        in_flight = at_work = 0
        for task in tasks:
            cancel.check()
            begun = None
            if task.args is not None:
                begun = self._begin(function, task.args, seconds)
                at_work += 1
            waiting.append((task, begun))
            in_flight += task.size
            while waiting and (
                in_flight > IN_FLIGHT_BYTES or at_work > TASKS_A_WORKER * self.size or _is_done(waiting[0][1])
            ):
                done, begun = waiting.popleft()
                in_flight -= done.size
                at_work -= begun is not None
                yield done.given, self._finish(function, done, begun, seconds, cancel)
        while waiting:
            done, begun = waiting.popleft()
            yield done.given, self._finish(function, done, begun, seconds, cancel)

    def run(
        self, function: Callable[..., Result], args: tuple[Any, ...], seconds: float = TASK_SECONDS
    ) -> Result | Crash:
        """One task, waited for. Several threads may call this at once."""
        outcome: Result | Crash = self._outcome(
            self._begin(function, args, seconds), function, args, seconds, CancelToken()
        )
        return outcome

    def _finish(
        self,
        function: Callable[..., Result],
        task: Task[Given],
        begun: Future[Any] | None,
        seconds: float,
        cancel: CancelToken,
    ) -> Result | Crash | None:
        if begun is None or task.args is None:
            return None
        outcome: Result | Crash = self._outcome(begun, function, task.args, seconds, cancel)
        return outcome


def wait(begun: Future[Result], cancel: CancelToken) -> Result:
    """Waits for a result and looks up now and then whether it is still wanted. Raises Cancelled."""
    while True:
        cancel.check()
        try:
            return begun.result(timeout=0.2)
        except TimeoutError:
            if begun.done():
                raise


def _is_done(begun: Future[Any] | None) -> bool:
    return begun is None or begun.done()
