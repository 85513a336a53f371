"""The cell: what came from outside is parsed in a process that holds no key and reaches nothing.

A letter, a photo, a container or a lineage file may hold whatever somebody put there, and the libraries that read it
are large. So they read it in a process that is forked for this one task, that the kernel keeps from networks, other
files and other processes (`jobs.confine`), that has bounds on memory and time, and that answers with plain values,
which are checked. Nothing that a cell sends is unpickled. Whatever becomes of it costs that one input.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dsr_desk.core.codec import unpacked
from dsr_desk.core.errors import DeskError, error_from
from dsr_desk.core.message import Message, message
from dsr_desk.jobs import inside
from dsr_desk.jobs.channel import ChannelClosed, Frames
from dsr_desk.jobs.inside import Confinement, is_inside
from dsr_desk.jobs.nursery import FORKS, Nursery, spawned


class CellFailed(DeskError):
    code = "CELL-FAILED"
    happened = "What came from outside could not be read: {why}."
    means = (
        "It was read in a process of its own, which holds no keys; nothing else was harmed. What it holds is not known."
    )
    todo = "Get it anew from where it came from, or in another format."


@dataclass(frozen=True)
class Grants:
    """What a cell may touch besides the program's own files: files, and folders with all that is below them.

    What it may write it may also read, create, rename and remove.
    """

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Limits:
    """`seconds` until an answer is there, of a stream until each piece is; `memory` in bytes beyond the beginning.

    `answer` is the most bytes that an answer, or a piece, may have.
    """

    seconds: float = 60.0
    memory: int = 2 << 30
    answer: int = 64 << 20


NOTHING = Grants()
USUAL = Limits()


class CellProcess:
    """One confined process, asked one thing after the other by one thread at a time."""

    def __init__(self, modules: Iterable[str] = (), grants: Grants = NOTHING, limits: Limits = USUAL) -> None:
        """`modules` are loaded once and for all cells that come after. Raises CellFailed where none can be started."""
        confinement = Confinement(_absolute(grants.read), _absolute(grants.write), limits.memory)
        try:
            if FORKS:
                nursery = _nursery()
                end, process = nursery.fork(modules, confinement)
                self._end: Callable[[], int] = partial(nursery.end, process)
                self._leave: Callable[[], object] = partial(nursery.let_go, process)
            else:
                end, self._end = spawned(modules, confinement)
                self._leave = self._end
        except OSError as error:
            raise CellFailed(why=message("why.cell.none")) from error
        self._limits = limits
        self._channel = Frames(end)
        self._closed = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, kind: Any, function: Callable[..., Any], args: tuple[Any, ...], seconds: float | None = None) -> Any:
        """What the function returns, checked to be a `kind`; Any for plain values of whatever form.

        Raises DeskError as the function did; CellFailed, after which the cell is of no use unless the reason is a
        fault (`why.cell.fault`, `why.cell.memory`).
        """
        seconds = seconds or self._limits.seconds
        self._ask(inside.ASK, function, args, seconds)
        how, data = self._answer(seconds)
        if how != inside.VALUE:
            raise self._unfit()
        return self._checked(data, kind)

    def stream(self, kind: Any, function: Callable[..., Iterator[Any]], args: tuple[Any, ...]) -> Iterator[Any]:
        """What the generator yields, as it comes, each a `kind`. Raises as `call` does."""
        self._ask(inside.STREAM, function, args, self._limits.seconds)
        while True:
            how, data = self._answer(self._limits.seconds)
            if how == inside.END:
                return
            if how != inside.PIECE:
                raise self._unfit()
            yield self._checked(data, kind)

    def close(self) -> int | None:
        """Ends the process. Returns its exit code the first time; any thread may call this."""
        if not self._closed.acquire(blocking=False):
            return None
        self._channel.close()
        with suppress(OSError):
            return self._end()
        return None

    def let_go(self) -> None:
        """Ends the process once all that was asked is answered: nobody waits for it."""
        if self._closed.acquire(blocking=False):
            self._channel.close()
            with suppress(OSError):
                self._leave()

    def _ask(self, how: bytes, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> None:
        asked = pickle.dumps((function, args))
        try:
            self._channel.send(how, asked, seconds)
        except TimeoutError as error:
            raise self._slow(seconds) from error
        except ChannelClosed as error:
            raise self._ended() from error

    def _answer(self, seconds: float) -> tuple[bytes, bytes]:
        try:
            kind, data = self._channel.receive(seconds, self._limits.answer)
        except TimeoutError as error:
            raise self._slow(seconds) from error
        except ChannelClosed as error:
            raise self._ended() from error
        if kind == inside.ERROR:
            raise self._error(data)
        if kind == inside.FAULT:
            why = self._checked(data, Message)
            raise CellFailed(why=why) if why.code in inside.FAULTS else self._unfit()
        return kind, data

    def _checked(self, data: bytes, kind: Any) -> Any:
        try:
            return unpacked(data, kind)
        except Exception as error:
            raise self._unfit() from error

    def _error(self, data: bytes) -> DeskError:
        module, said = self._checked(data, tuple[str, Message])
        try:
            return error_from(said, module)
        except Exception:  # noqa: BLE001 - a code that is none or not its own, values that do not fit
            return self._unfit()

    def _slow(self, seconds: float) -> CellFailed:
        self.close()
        return CellFailed(why=message("why.cell.slow", seconds=round(seconds)))

    def _ended(self) -> CellFailed:
        code = self.close()
        return CellFailed(why=message("why.cell.ended", exit_code=0 if code is None else code))

    def _unfit(self) -> CellFailed:
        self.close()
        return CellFailed(why=message("why.cell.unfit"))


def ask(kind: Any, function: Callable[..., Any], *args: Any, grants: Grants = NOTHING, limits: Limits = USUAL) -> Any:
    """What `function(*args)` returns, from a cell of its own, checked to be a `kind`.

    `function` is one of a module. What it raises arrives: a DeskError as it is, anything else as CellFailed.
    """
    if is_inside():
        return function(*args)
    with CellProcess((function.__module__,), grants, limits) as cell:
        answer = cell.call(kind, function, args)
        cell.let_go()
        return answer


def stream(
    kind: Any, function: Callable[..., Iterator[Any]], *args: Any, grants: Grants = NOTHING, limits: Limits = USUAL
) -> Iterator[Any]:
    """What the generator `function(*args)` yields, each piece checked to be a `kind`. Closing it ends the cell."""
    if is_inside():
        yield from function(*args)
        return
    with CellProcess((function.__module__,), grants, limits) as cell:
        yield from cell.stream(kind, function, args)
        cell.let_go()


def load(*modules: str) -> None:
    """Has modules ready for cells that come later, while their owner does something else. Raises CellFailed."""
    try:
        if FORKS and not is_inside():
            _nursery().load(modules)
    except OSError as error:
        raise CellFailed(why=message("why.cell.none")) from error


@dataclass
class _Kept:
    nursery: Nursery | None = None


_kept = _Kept()
_starting = threading.Lock()


def _nursery() -> Nursery:
    """The nursery of this process: another one where it ended, or where this process was forked from its owner."""
    with _starting:
        there = _kept.nursery
        if there is None or there.owner != os.getpid() or not there.works:
            there = _kept.nursery = Nursery()
        return there


def _absolute(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(path.absolute() for path in paths)
