"""Where containers are read for an inventory: in cells of this computer, or by a cluster that sees the same disks."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from dsr_desk.core.codec import packed, unpacked
from dsr_desk.core.errors import DeskError, error_from
from dsr_desk.core.message import Message
from dsr_desk.datasets.carried import Once
from dsr_desk.datasets.celled import CelledContainer, ContainerPlace, hashed
from dsr_desk.datasets.container import Accounts, ContainerNotRead, Unread
from dsr_desk.datasets.hashed import BLOCK_ITEMS, Block, Blocks
from dsr_desk.datasets.registry import SourceMissing
from dsr_desk.faces.facts import INVENTORY
from dsr_desk.jobs.cell import Grants
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.start import Where, start_workers
from dsr_desk.jobs.workers import Crash, Recipe, Task, Workers
from dsr_desk.search.index.work import AnswerUnusable

AHEAD = 4
"""So many pieces of a container wait until they are written."""

AT_ONCE = 65_536
"""So many items of a container come back from a cluster in one answer."""

TASK_SECONDS = 3600.0
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class WaitingContainer:
    """A container that is to be read behind the first `done` items; `row` is its own in the index."""

    container: CelledContainer
    row: int
    done: int


Said = Iterator[Block | Unread | Accounts]
Read = Callable[[Sequence[WaitingContainer], CancelToken], Generator[tuple[WaitingContainer, Said], None, None]]
"""Gives the containers in their order, each with what is said of it, which raises what reading it raises."""


def in_cells(
    at_once: int, waiting: Sequence[WaitingContainer], cancel: CancelToken
) -> Generator[tuple[WaitingContainer, Said], None, None]:
    """Reads so many containers side by side, each in a cell of its own."""
    ended = threading.Event()
    begun: deque[_Reader] = deque()
    left = iter(waiting)
    try:
        while True:
            while len(begun) < at_once and (one := next(left, None)) is not None:
                begun.append(_Reader(one, ended))
            if not begun:
                return
            yield begun[0].one, begun[0].said(cancel)
            begun.popleft()
    finally:
        ended.set()
        for reader in begun:
            reader.join()


class _Reader(threading.Thread):
    """Reads one container into a queue."""

    def __init__(self, one: WaitingContainer, ended: threading.Event) -> None:
        super().__init__(name="inventory", daemon=True)
        self.one = one
        self._ended = ended
        self._come: queue.Queue[Block | Unread | Accounts | BaseException | None] = queue.Queue(AHEAD)
        self.start()

    def run(self) -> None:
        end: BaseException | None = None
        try:
            with closing(self.one.container.inventory(self.one.done)) as pieces:
                for piece in pieces:
                    if not self._put(piece):
                        return
        except BaseException as error:  # noqa: BLE001 - is raised where the container is written
            end = error
        self._put(end)

    def said(self, cancel: CancelToken) -> Said:
        while True:
            cancel.check()
            with suppress(queue.Empty):
                one = self._come.get(timeout=LOOK_SECONDS)
                if one is None:
                    return
                if isinstance(one, BaseException):
                    raise one
                yield one

    def _put(self, one: Block | Unread | Accounts | BaseException | None) -> bool:
        while not self._ended.is_set():
            with suppress(queue.Full):
                self._come.put(one, timeout=LOOK_SECONDS)
                return True
        return False


@dataclass(frozen=True)
class HashedAnswer:
    """What a worker of a cluster says of a container: `error` came behind the pieces, or there are `more` of them."""

    pieces: tuple[Blocks, ...]
    error: tuple[str, Message] | None
    more: bool


def recipe_of(sources: Sequence[Path]) -> Recipe:
    """Workers that may read these sources, which lie at the same place on each of their computers."""
    here = tuple(source.absolute() for source in sources)
    return Recipe(see, (here,), identity, INVENTORY, Grants(read=here))


def see(sources: Sequence[Path]) -> None:
    """Runs once in each worker. Raises SourceMissing where it does not see them."""
    for source in sources:
        if not source.exists():
            raise SourceMissing(path=source)


def identity() -> str:
    """Of what this worker works with."""
    return INVENTORY


def by_workers(
    workers: Workers, waiting: Sequence[WaitingContainer], cancel: CancelToken
) -> Generator[tuple[WaitingContainer, Said], None, None]:
    """Lets workers read containers, each of them one at a time."""
    tasks = (Task(one, _asked(one, one.done)) for one in waiting)
    for one, answer in workers.in_order(answered, tasks, cancel, TASK_SECONDS):
        yield one, one.container.told(_pieces(workers, one, answer))


def answered(place: ContainerPlace, first: int) -> bytes:
    """What a container holds behind its first items, packed. Runs in a worker."""
    pieces: list[Blocks] = []
    error: tuple[str, Message] | None = None
    count, more = 0, False
    listing = hashed(place, first, BLOCK_ITEMS)
    try:
        for piece in listing:
            pieces.append(piece)
            count += len(piece)
            if count >= AT_ONCE and piece.accounts is None:
                more = True
                break
    except DeskError as met:
        error = type(met).__module__, met.message
    return packed(HashedAnswer(tuple(pieces), error, more))


def _asked(one: WaitingContainer, first: int) -> tuple[ContainerPlace, int]:
    one.container.go_on()
    return one.container.place, first


def _pieces(workers: Workers, one: WaitingContainer, answer: bytes | Crash | None) -> Iterator[Blocks]:
    done, once = one.done, Once()
    while True:
        if isinstance(answer, Crash):
            raise ContainerNotRead(name=one.container.name, why=answer.why)
        try:
            told: HashedAnswer = unpacked(answer or b"", HashedAnswer)
        except Exception as error:
            raise AnswerUnusable() from error
        once.begin()
        yield from (replace(piece, unread=once.new(piece.unread)) for piece in told.pieces)
        done += sum(map(len, told.pieces))
        if told.error is not None:
            raise _error(*told.error)
        if not told.more:
            return
        answer = workers.run(answered, _asked(one, done), TASK_SECONDS)


def _error(module: str, said: Message) -> DeskError:
    try:
        return error_from(said, module)
    except Exception as error:
        raise AnswerUnusable() from error


@contextmanager
def reading(where: Where, sources: Sequence[Path]) -> Iterator[Read]:
    """How containers of these sources are read: so many side by side, or by a cluster. Raises as `start_workers`."""
    if isinstance(where, int):
        yield partial(in_cells, where)
        return
    with start_workers(where, recipe_of(sources)) as workers:
        yield partial(by_workers, workers)
