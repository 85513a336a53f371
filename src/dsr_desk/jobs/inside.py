"""What runs inside a cell: it is asked to call functions and answers with plain values, never with pickled ones."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, NoReturn

from dsr_desk.core.codec import packed
from dsr_desk.core.errors import DeskError, place_of
from dsr_desk.core.message import Message, message
from dsr_desk.jobs.channel import ChannelClosed, Frames
from dsr_desk.jobs.confine import enter_cell

ASK, STREAM = b"A", b"S"
"""What a cell is asked for: one answer, or pieces one after the other."""

VALUE, PIECE, END, ERROR, FAULT = b"V", b"P", b"N", b"E", b"F"
"""What it answers: a value; a piece and the end of a stream; an error of ours; anything else that was raised."""

FAULTS = ("why.cell.fault", "why.cell.memory")


_MOST_FILES = 4096
"""Beyond it no file of a nursery is open."""


@dataclass(frozen=True)
class Confinement:
    """What a cell may touch beside the program's own files, and the bytes of memory beyond what it begins with."""

    read: tuple[Path, ...]
    write: tuple[Path, ...]
    memory: int


@dataclass
class _State:
    inside: bool = False


_state = _State()


class _Absent(MetaPathFinder):
    """Arrow looks for pandas before it takes or gives the first value, which costs seconds where it is installed."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def is_inside() -> bool:
    """Whether this process is a cell."""
    return _state.inside


def begin(end: socket.socket, confinement: Confinement) -> NoReturn:
    """The whole life of a cell: confined before it reads the first byte, ended when its owner is gone."""
    _state.inside = True
    sys.meta_path.insert(0, _Absent())
    code = 1
    try:
        os.chdir("/")
        os.closerange(3, end.fileno())
        os.closerange(end.fileno() + 1, _MOST_FILES)
        enter_cell(confinement.read, confinement.write, confinement.memory)
        _serve(Frames(end))
        code = 0
    finally:
        os._exit(code)


def _serve(channel: Frames) -> None:
    try:
        while True:
            how, asked = channel.receive()
            _answer(channel, how, asked)
    except ChannelClosed:
        return


def _answer(channel: Frames, how: bytes, asked: bytes) -> None:
    try:
        function, args = _unpickled(asked)
        if how == STREAM:
            for piece in _pieces(function, args):
                channel.send(PIECE, packed(piece))
            answer = END, b""
        else:
            answer = VALUE, packed(function(*args))
    except ChannelClosed:
        raise
    except DeskError as error:
        answer = ERROR, packed((type(error).__module__, error.message))
    except BaseException as fault:  # noqa: BLE001 - what hostile input brings about must not end the cell unsaid
        answer = FAULT, packed(_why(fault))
    channel.send(*answer)


def _unpickled(asked: bytes) -> tuple[Callable[..., Any], Sequence[Any]]:
    function, args = pickle.loads(asked)
    return function, args


def _pieces(function: Callable[..., Iterator[Any]], args: Sequence[Any]) -> Iterator[Any]:
    yield from function(*args)


def _why(fault: BaseException) -> Message:
    if isinstance(fault, MemoryError):
        return message("why.cell.memory")
    return message("why.cell.fault", kind=place_of(fault))


def silence() -> None:
    """Standard streams to nowhere, since what a library says of a file may hold what stands in it; interrupts too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if nowhere > 2:
        os.close(nowhere)
    sys.stdin = sys.__stdin__ = None  # type: ignore[misc]
