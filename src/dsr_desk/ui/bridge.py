"""The one way from worker threads into the windows.

A job runs in its own thread. It leaves its latest `Progress` in its `Work`; a timer of the UI thread picks it up ten
times a second while any job runs, so a chatty job cannot flood the event loop. Results and errors come by queued
signals. A job belongs to the desk that was open when it began, and goes on when the window is locked. `close` cancels
and joins: no thread outlives the bridge.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dsr_desk.app.faults import error_for
from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, Report

PICK_UP_MS = 100

T = TypeVar("T")


class Work:
    """One job as the windows see it. Attributes are read by the UI thread; `report` is called by the worker."""

    def __init__(self, name: str, *, cancellable: bool, owner: object = None, quiet: bool = False) -> None:
        self.name = name
        self.quiet = quiet
        self.cancellable = cancellable
        self.owner = owner
        self.token = CancelToken()
        self.started = time.monotonic()
        self.progress: Progress | None = None
        self.thread: threading.Thread | None = None

    def report(self, progress: Progress) -> None:
        self.progress = progress

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started


class Bridge(QObject):
    """Starts jobs and brings their progress, results and errors to the UI thread."""

    started = Signal(object)
    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    _ended = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[Work] = []
        self.owner: object = None
        """The desk that is open: what begins now belongs to it."""
        self._callbacks: dict[
            Work, tuple[QObject, Callable[[object], object], Callable[[DeskError], object] | None]
        ] = {}
        self._when_done: list[tuple[object, Callable[[], object]]] = []
        self._closing = False
        self._timer = QTimer(self)
        self._timer.setInterval(PICK_UP_MS)
        self._timer.timeout.connect(self._pick_up)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        name: str,
        work: Callable[[Report, CancelToken], T],
        done: Callable[[T], object],
        *,
        context: QObject,
        failed: Callable[[DeskError], object] | None = None,
        cancellable: bool = True,
        apart: bool = False,
        quiet: bool = False,
    ) -> Work:
        """Run `work` in a thread; then `done(result)` in the UI thread, unless `context` is gone by then.

        An error goes to `failed`, or else to the signal `failed`, which the window shows as a dialog. What is `apart`
        needs no desk. What is `quiet` is a moment's reading of a screen: nobody is told that it runs or that it ended.
        """
        if self._closing:
            raise RuntimeError("the bridge is closed")
        job = Work(name, cancellable=cancellable, owner=None if apart else self.owner, quiet=quiet)
        self._callbacks[job] = (context, done, failed)  # type: ignore[assignment]
        self.running.append(job)

        def body() -> None:
            result: object = None
            error: DeskError | None = None
            try:
                result = work(job.report, job.token)
            except BaseException as fault:  # noqa: BLE001 - whatever a job raises must reach a person and end the job
                error = error_for(fault, name)
            self._ended.emit(job, result, error)

        job.thread = threading.Thread(target=body, name=f"work: {name}")
        if not quiet:
            self.started.emit(job)
            self._timer.start()
        job.thread.start()
        return job

    @property
    def own(self) -> list[Work]:
        """What runs for the desk that is open, the oldest first, and what belongs to none; nothing that is quiet."""
        return [job for job in self.running if job.owner in (None, self.owner) and not job.quiet]

    def of(self, owner: object) -> list[Work]:
        """What runs for a desk, the oldest first."""
        return [job for job in self.running if job.owner is owner]

    def when_done(self, owner: object, act: Callable[[], object]) -> None:
        """Call at once, or as soon as the last running job of a desk has ended."""
        self._when_done.append((owner, act))
        self._settle()

    def cancel_all(self) -> None:
        for job in self.running:
            if job.cancellable:
                job.token.cancel()

    def leave(self, owner: object, ended: Callable[[Work, DeskError | None], object]) -> None:
        """Let the running jobs of a desk go on without its screens; `ended` hears of each instead."""

        def told(job: Work, error: DeskError | None = None) -> None:
            if not job.quiet:
                ended(job, error)

        for job in self.of(owner):
            self._callbacks[job] = (self, lambda _result, job=job: told(job), partial(told, job))  # type: ignore[misc]

    def forget(self) -> None:
        """Drop the callbacks of running jobs: they end, but nobody in the windows hears of it."""
        for job in self.running:
            self._callbacks[job] = (self, _nothing, _nothing)

    def close(self) -> None:
        """Cancel what can be cancelled and wait for every thread."""
        self._closing = True
        self.forget()
        self.cancel_all()
        for job in list(self.running):
            if job.thread is not None:
                job.thread.join()
            self._finish(job)
        self._timer.stop()
        self._settle()

    def _pick_up(self) -> None:
        for job in self.running:
            if not job.quiet:
                self.progressed.emit(job)

    @Slot(object, object, object)
    def _end(self, job: Work, result: object, error: DeskError | None) -> None:
        if job not in self.running:
            return
        if job.thread is not None:
            job.thread.join()
        context, done, failed = self._callbacks[job]
        self._finish(job)
        try:
            if shiboken6.isValid(context):
                if error is None:
                    done(result)
                elif failed is not None:
                    failed(error)
                elif not isinstance(error, Cancelled):
                    self.failed.emit(error)
        finally:
            self._settle()

    def _finish(self, job: Work) -> None:
        self.running.remove(job)
        del self._callbacks[job]
        if not self.running:
            self._timer.stop()
        if not job.quiet:
            self.finished.emit(job)

    def _settle(self) -> None:
        waiting, self._when_done = self._when_done, []
        for owner, act in waiting:
            if self.of(owner):
                self._when_done.append((owner, act))
            else:
                act()


def _nothing(_value: object) -> None:
    """The callback of a job that nobody waits for any more."""
