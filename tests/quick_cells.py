"""Cells without a process: what is asked and answered crosses as it does between processes, and nothing is confined.

Starting a process takes many times longer than what most tests have read. Tests of what cells keep out, of what ends
them and of their speed have real ones, and so has everything that is made from the sample organisation.
"""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

import pytest

from dsr_desk.core.codec import packed
from dsr_desk.core.errors import DeskError
from dsr_desk.jobs import cell, inside
from dsr_desk.jobs.cell import NOTHING, USUAL, CellProcess, Grants, Limits
from dsr_desk.jobs.channel import ChannelClosed

PLANTED = ("deeds", "planted")
"""How modules begin whose functions do what hostile input could make a library do."""


def make_cells_quick(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cell, "CellProcess", QuickCell)


class QuickCell(CellProcess):
    def __init__(self, modules: Iterable[str] = (), grants: Grants = NOTHING, limits: Limits = USUAL) -> None:
        del modules, grants
        self._limits = limits
        self._channel = _Here()  # type: ignore[assignment]

    def close(self) -> int:
        self._channel.close()
        return -signal.SIGKILL

    def let_go(self) -> None:
        self._channel.close()


class _Here:
    """The channel to a cell that is this process: it works when its answer is waited for."""

    def __init__(self) -> None:
        self._answers = _answers(inside.ASK, b"")

    def send(self, how: bytes, asked: bytes, seconds: float) -> None:
        del seconds
        function, _ = inside._unpickled(asked)
        if function.__module__.rpartition(".")[2].startswith(PLANTED):
            raise AssertionError(f"{function.__name__} may do anything: its test asks for real_cells")
        self._answers = _answers(how, asked)

    def receive(self, seconds: float, most: int) -> tuple[bytes, bytes]:
        del seconds
        with _inside():
            kind, data = next(self._answers)
        if len(data) > most:
            raise ChannelClosed
        return kind, data

    def close(self) -> None:
        with _inside():
            self._answers.close()


def _answers(how: bytes, asked: bytes) -> Generator[tuple[bytes, bytes], None, None]:
    """As `inside` gives them."""
    try:
        function, args = inside._unpickled(asked)
        if how == inside.STREAM:
            for piece in function(*args):
                yield inside.PIECE, packed(piece)
            yield inside.END, b""
        else:
            yield inside.VALUE, packed(function(*args))
    except DeskError as error:
        yield inside.ERROR, packed((type(error).__module__, error.message))
    except Exception as fault:  # noqa: BLE001 - as in a cell
        yield inside.FAULT, packed(inside._why(fault))


@contextmanager
def _inside() -> Iterator[None]:
    before, inside._state.inside = inside._state.inside, True
    try:
        yield
    finally:
        inside._state.inside = before
