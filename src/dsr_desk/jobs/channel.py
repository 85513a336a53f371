"""Frames between processes of this program: a kind (one byte), a length, so many bytes. Nothing here reads them.

Read and written as files are: a cell may use no call of sockets.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

_HEAD = struct.Struct(">cQ")
_PIECE = 1 << 20

T = TypeVar("T")


class ChannelClosed(OSError):
    """The other side is gone, or sent what is no frame."""


class Frames:
    """One end. Times are seconds for a whole frame, None without limit; TimeoutError where it took longer."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        end.setblocking(False)

    def send(self, kind: bytes, data: bytes, seconds: float | None = None) -> None:
        """Raises ChannelClosed, TimeoutError."""
        until = _until(seconds)
        for piece in (_HEAD.pack(kind, len(data)), data):
            left = memoryview(piece)
            while left:
                written = self._unblocked(partial(os.write, self._end.fileno(), left), select.POLLOUT, until)
                left = left[written:]

    def receive(self, seconds: float | None = None, most: int | None = None) -> tuple[bytes, bytes]:
        """A frame of at most so many bytes. Raises ChannelClosed, TimeoutError.

        Memory grows with what has come, not with what a frame claims to hold.
        """
        until = _until(seconds)
        kind, length = _HEAD.unpack(self._exactly(_HEAD.size, until))
        if most is not None and length > most:
            raise ChannelClosed
        return kind, self._exactly(length, until)

    def hand_over(self, end: socket.socket, seconds: float | None = None) -> None:
        """The end of another channel, for who uses sockets. Raises ChannelClosed, TimeoutError."""
        self._unblocked(lambda: socket.send_fds(self._end, [b"."], [end.fileno()]), select.POLLOUT, _until(seconds))

    def take_over(self) -> socket.socket:
        """What was handed over. Raises ChannelClosed."""
        _, ends, _, _ = self._unblocked(lambda: socket.recv_fds(self._end, 1, 1), select.POLLIN, None)
        if not ends:
            raise ChannelClosed
        return socket.socket(fileno=ends[0])

    @property
    def closed(self) -> bool:
        """Whether this end is."""
        return self._end.fileno() < 0

    def close(self) -> None:
        self._end.close()

    def _exactly(self, length: int, until: float | None) -> bytes:
        come = bytearray()
        while len(come) < length:
            most = min(_PIECE, length - len(come))
            piece = self._unblocked(partial(os.read, self._end.fileno(), most), select.POLLIN, until)
            if not piece:
                raise ChannelClosed
            come += piece
        return bytes(come)

    def _unblocked(self, does: Callable[[], T], event: int, until: float | None) -> T:
        while True:
            try:
                return does()
            except BlockingIOError:
                self._wait(event, until)
            except OSError as error:
                raise ChannelClosed from error

    def _wait(self, event: int, until: float | None) -> None:
        poll = select.poll()
        with suppress(OSError, ValueError):  # closed by another thread: the next try says so
            poll.register(self._end, event)
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        poll.poll(None if left is None else left * 1000)


def _until(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds
