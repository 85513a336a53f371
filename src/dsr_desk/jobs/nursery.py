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
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn

from dsr_desk.core.codec import prepare
from dsr_desk.jobs.channel import Frames
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
_ASKED, _DONE, _REFUSED = b"?", b"+", b"-"
_NUMBER = 8
"""Bytes of an answer."""


class Nursery:
    """The owner's side. One a process, started when the first cell is wanted; threads take turns."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        self._control = Frames(ours)
        spawn = multiprocessing.get_context("spawn")
        self._process = spawn.Process(target=main, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        weakref.finalize(self, self._control.close)

    @property
    def works(self) -> bool:
        return self._process.is_alive() and not self._control.closed

    def load(self, modules: Iterable[str]) -> None:
        """Modules that cells will need, before there is one; nobody waits for that. Raises OSError."""
        with self._lock:
            self._send(("load", (tuple(modules), sys.path)))

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

    def let_go(self, process: int) -> None:
        """Ends a cell that has answered all it was asked; nobody waits for that. Raises OSError."""
        with self._lock:
            self._send(("let go", process))

    def _asked(self, what: object, end: socket.socket | None = None) -> int:
        with self._lock:
            self._send(what)
            try:
                if end is not None:
                    self._control.hand_over(end, _PATIENCE)
                how, said = self._control.receive(_PATIENCE, most=_NUMBER)
            except BaseException:
                self._control.close()  # an answer that comes late would be taken for that to the next question
                raise
        number = int.from_bytes(said, "big", signed=True)
        if how != _DONE:
            raise OSError(number, "no cell could be started")
        return number

    def _send(self, what: object) -> None:
        try:
            self._control.send(_ASKED, pickle.dumps(what), _PATIENCE)
        except BaseException:
            self._control.close()  # half a question would be taken for the beginning of the next
            raise


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
    prepare()
    owner = Frames(control)
    cells = _Cells(owner)
    try:
        while True:
            kind, *what = pickle.loads(owner.receive()[1])
            if kind == "let go":
                cells.end(what[0])
                continue
            if kind == "load":
                cells.load(*what[0])
            else:
                try:
                    number = cells.answer(kind, what)
                    how = _DONE
                except OSError as error:
                    number, how = error.errno or 0, _REFUSED
                owner.send(how, number.to_bytes(_NUMBER, "big", signed=True))
            cells.have_one_ready()
    except OSError:
        pass
    finally:
        cells.end_all()


class _Cells:
    """The cells of a nursery. One is always forked ahead and waits to be told what it may touch."""

    def __init__(self, owner: Frames) -> None:
        self._owner = owner
        self._there: set[int] = set()
        self._ready: tuple[int, Frames] | None = None

    def answer(self, kind: str, what: list[Any]) -> int:
        """Raises OSError."""
        if kind == "end":
            return self.end(what[0])
        self.load(*what[0])
        return self._begin(what[1])

    def load(self, modules: tuple[str, ...], path: list[str]) -> None:
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
                self.end(child)

    def have_one_ready(self) -> None:
        if self._ready is not None:
            return
        ours, theirs = socket.socketpair()
        nursery = os.getpid()
        child = os.fork()
        if child == 0:
            self._owner.close()
            ours.close()
            end_with(nursery)
            _wait_and_begin(Frames(theirs))
        theirs.close()
        self._there.add(child)
        self._ready = child, Frames(ours)

    def end_all(self) -> None:
        for child in self._there:
            os.kill(child, signal.SIGKILL)

    def _begin(self, confinement: Confinement) -> int:
        with self._owner.take_over() as end:
            self.have_one_ready()
            assert self._ready is not None
            (child, told), self._ready = self._ready, None
            try:
                told.send(_ASKED, pickle.dumps(confinement))
                told.hand_over(end)
            finally:
                told.close()
        return child

    def end(self, process: int) -> int:
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        self._there.discard(process)
        return os.waitstatus_to_exitcode(status)


def _wait_and_begin(told: Frames) -> NoReturn:
    try:
        confinement: Confinement = pickle.loads(told.receive()[1])
        begin(told.take_over(), confinement)
    finally:
        os._exit(1)


def end_with(owner: int) -> None:
    """This process never outlives the one that started it (a process id)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != owner:
            os._exit(1)
