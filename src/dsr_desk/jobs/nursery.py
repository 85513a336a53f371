"""Where cells come from: a process with the program's modules in memory, from which a cell is forked in milliseconds.

It starts with an empty memory, never opens what came from outside, has one thread, so that it may fork, and ends with
its owner. Its cells are its children: it alone ends and counts them, so that no process id is used twice.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn

from dsr_desk.jobs.channel import ChannelClosed
from dsr_desk.jobs.confine import enforced, prepared_filter, unseen
from dsr_desk.jobs.inside import Confinement, begin, silence

FORKS = sys.platform == "linux"
"""Elsewhere a cell is started anew each time: slower, and not confined by the kernel (see `jobs.confine`)."""

_KEPT = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"} | {
    "XDG_CACHE_HOME",
    "DSR_DESK_CACHE",
    "ORT_DISABLE_TELEMETRY",
}
"""Of the environment; the rest may hold what is no business of a cell."""

_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Libraries that would start threads when they are loaded: a process with threads must not fork."""

_PATIENCE = 60.0
_LENGTH = struct.Struct(">I")


class Nursery:
    """The owner's side. One a process, started when the first cell is wanted; threads take turns."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        self._control = ours
        self._control.settimeout(_PATIENCE)
        spawn = multiprocessing.get_context("spawn")
        self._process = spawn.Process(target=main, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        weakref.finalize(self, ours.close)

    @property
    def works(self) -> bool:
        return self._process.is_alive()

    def load(self, modules: Iterable[str]) -> None:
        """Modules that cells will need, before there is one."""
        self._asked(("load", (tuple(modules), sys.path)))

    def fork(self, modules: Iterable[str], confinement: Confinement) -> tuple[socket.socket, int]:
        """A new cell: the owner's end of its channel, and its process. Raises OSError where there is no nursery."""
        ours, theirs = socket.socketpair()
        try:
            return ours, self._asked(("fork", (tuple(modules), sys.path), confinement), theirs)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()

    def end(self, process: int) -> int:
        """Ends a cell if it still runs. Returns its exit code, negative for a signal, as `subprocess` has it."""
        return self._asked(("end", process))

    def _asked(self, what: object, end: socket.socket | None = None) -> int:
        with self._lock:
            data = pickle.dumps(what)
            self._control.sendall(_LENGTH.pack(len(data)) + data)
            if end is not None:
                socket.send_fds(self._control, [b"."], [end.fileno()])
            answer = _exactly(self._control, 9)
            if answer[:1] != b"+":
                raise OSError(int.from_bytes(answer[1:], "big", signed=True), "no cell could be started")
            return int.from_bytes(answer[1:], "big", signed=True)


def spawned(modules: Iterable[str], confinement: Confinement) -> tuple[socket.socket, Callable[[], int]]:
    """A cell where there is no forking: the owner's end of its channel, and how it is ended. Raises OSError."""
    ours, theirs = socket.socketpair()
    process = multiprocessing.get_context("spawn").Process(
        target=_anew, args=(theirs, tuple(modules), confinement), daemon=True
    )
    process.start()
    theirs.close()

    def end() -> int:
        process.kill()
        process.join()
        code = process.exitcode
        process.close()
        return 0 if code is None else code

    return ours, end


def _anew(end: socket.socket, modules: tuple[str, ...], confinement: Confinement) -> None:
    silence()
    for module in modules:
        importlib.import_module(module)
    begin(end, confinement)


def main(control: socket.socket) -> None:
    """The nursery's side: answers until its owner is gone."""
    silence()
    unseen()
    for name in os.environ.keys() - _KEPT:
        del os.environ[name]
    os.environ.update(_ONE_THREAD)
    if enforced().calls:
        for writing in (False, True):
            prepared_filter(writing=writing)
    cells = _Cells(control)
    try:
        while True:
            (length,) = _LENGTH.unpack(_exactly(control, _LENGTH.size))
            kind, *what = pickle.loads(_exactly(control, length))
            try:
                number = cells.answer(kind, what)
                answer = b"+"
            except OSError as error:
                number, answer = error.errno or 0, b"-"
            control.sendall(answer + number.to_bytes(8, "big", signed=True))
            cells.have_one_ready()
    except (ChannelClosed, OSError):
        pass
    finally:
        cells.end_all()


class _Cells:
    """The cells of a nursery. One is always forked ahead and waits to be told what it may touch."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._there: set[int] = set()
        self._ready: tuple[int, socket.socket] | None = None

    def answer(self, kind: str, what: list[Any]) -> int:
        """Raises OSError."""
        if kind == "end":
            return self._end(what[0])
        self._load(*what[0])
        return self._begin(what[1]) if kind == "fork" else 0

    def have_one_ready(self) -> None:
        if self._ready is not None:
            return
        ours, theirs = socket.socketpair()
        nursery = os.getpid()
        child = os.fork()
        if child == 0:
            self._control.close()
            ours.close()
            end_with(nursery)
            _wait_and_begin(theirs)
        theirs.close()
        self._there.add(child)
        self._ready = child, ours

    def end_all(self) -> None:
        for child in self._there:
            os.kill(child, signal.SIGKILL)

    def _begin(self, confinement: Confinement) -> int:
        _, (received,), _, _ = socket.recv_fds(self._control, 1, 1)
        try:
            self.have_one_ready()
            assert self._ready is not None
            (child, told), self._ready = self._ready, None
            with told:
                data = pickle.dumps(confinement)
                told.sendall(_LENGTH.pack(len(data)) + data)
                socket.send_fds(told, [b"."], [received])
        finally:
            os.close(received)
        return child

    def _end(self, process: int) -> int:
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        self._there.discard(process)
        return os.waitstatus_to_exitcode(status)

    def _load(self, modules: tuple[str, ...], path: list[str]) -> None:
        """They are looked for where the owner looks now."""
        missing = [module for module in modules if module not in sys.modules]
        if missing:
            sys.path[:] = path
        for module in missing:
            with suppress(Exception):  # the cell will fail on it too, and says so
                importlib.import_module(module)
        if missing:
            gc.collect()
            gc.freeze()
            if self._ready is not None:
                (child, told), self._ready = self._ready, None
                told.close()
                self._end(child)


def _wait_and_begin(told: socket.socket) -> NoReturn:
    try:
        (length,) = _LENGTH.unpack(_exactly(told, _LENGTH.size))
        confinement: Confinement = pickle.loads(_exactly(told, length))
        _, (received,), _, _ = socket.recv_fds(told, 1, 1)
        begin(socket.socket(fileno=received), confinement)
    finally:
        os._exit(1)


def end_with(owner: int) -> None:
    """This process never outlives the one that started it (a process id)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != owner:
            os._exit(1)


def _exactly(control: socket.socket, length: int) -> bytes:
    come = b""
    while len(come) < length:
        piece = control.recv(length - len(come))
        if not piece:
            raise ChannelClosed
        come += piece
    return come
