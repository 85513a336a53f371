"""What is typed and not saved yet: written into the vault soon after typing, and brought back where it was typed.

Forms are followed: whatever shows anew what is saved follows again, and what was typed stands there once more. Writing
goes on in one thread beside the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from dsr_desk.app.desk import Desk
from dsr_desk.app.faults import error_for
from dsr_desk.app.vault.unsaved import Typed, drop, keep_typed, typed_before, typed_now
from dsr_desk.core.errors import DeskError
from dsr_desk.ui.words import tr

SOON_MS = 400


class Typable(Protocol):
    """What can say what is typed into it, as plain JSON values, and show that again."""

    def typed(self) -> dict[str, Any]: ...

    def retype(self, values: Mapping[str, Any]) -> object: ...


@dataclass
class _Followed:
    place: str
    title: str
    case: str
    base: dict[str, Any] | None
    """What was saved; None where what is kept goes by `forget` alone."""


class Unsaved(QObject):
    """`discarded` carries a place where what is saved is to be shown again; `failed` why something was not kept."""

    discarded = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._known: dict[str, Typed] = {}
        self._followed: dict[Typable, _Followed] = {}
        self._to_write: set[str] = set()
        self._acts: set[str] = set()
        """Places of what became an act, and is not forgotten yet."""
        self._retyping = self._stopped = False
        self._thread: ThreadPoolExecutor | None = None
        self._problem: DeskError | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON_MS)
        self._timer.timeout.connect(self._write)
        self.read()

    def read(self) -> None:
        """From the vault: at first, and where a job kept something."""
        self._known = {one.place: one for one in typed_before(self._desk)} | {
            place: self._known[place] for place in self._to_write if place in self._known
        }

    @property
    def all(self) -> list[Typed]:
        """What is typed and not saved, the newest first."""
        return sorted(self._known.values(), key=lambda one: one.kept, reverse=True)

    def of(self, place: str) -> Typed | None:
        return self._known.get(place)

    def follow(
        self,
        place: str,
        title: str,
        form: Typable,
        edited: Any,
        case: str = "",
        *,
        until_forgotten: bool = False,
        bring_back: bool = True,
    ) -> None:
        """The form shows what is saved: bring back what was typed into it before, and keep what is typed from now on.

        `edited` is its signal. What equals what is saved is not kept, unless it is `until_forgotten`. Without
        `bring_back` the form begins anew.
        """
        if self._stopped:
            return
        if form not in self._followed:
            edited.connect(lambda: self._hear(form))
        self._followed[form] = _Followed(place, title, case, None if until_forgotten else form.typed())
        before = self._known.get(place)
        if not bring_back:
            self._keep(self._followed[form], form.typed())
            return
        if before is None:
            return
        if before.values == self._followed[form].base:
            self.forget(place)
        elif before.values:
            self._retyping = True
            try:
                form.retype(before.values)
            finally:
                self._retyping = False

    def leave(self, form: Typable) -> None:
        """The form is gone; what was typed into it stays kept."""
        self._followed.pop(form, None)

    def forget(self, place: str) -> None:
        """It was saved, or is discarded."""
        self._acts.discard(place)
        if self._stopped or place not in self._known:
            return
        del self._known[place]
        self._to_write.add(place)
        self._soon()

    def discard(self, place: str) -> None:
        """An officer does not want it."""
        self.forget(place)
        self.discarded.emit(place)

    def done(self, place: str) -> None:
        """From a job: what was typed became an act. Counts where the window locks, and nobody forgets it any more."""
        self._acts.add(place)
        if self._stopped:
            if self._thread is not None:
                self._thread.shutdown(wait=True)
            drop(self._desk, place)

    def flush(self) -> Callable[[], None]:
        """Writes what is to be written, and gives what waits for that: in a job that writes after it."""
        self._timer.stop()
        self._write()
        last = self._thread.submit(lambda: None) if self._thread is not None and not self._stopped else None
        return lambda: None if last is None else last.result()

    def stop(self) -> None:
        """The window lets go: what is typed by now is written, nothing after it is heard."""
        if not self._stopped:
            for place in tuple(self._acts):
                self.forget(place)
            self._timer.stop()
            self._write()
            self._stopped = True

    @property
    def writes(self) -> bool:
        """Whether `finish` has anything to wait for."""
        return self._thread is not None

    def finish(self) -> None:
        """Waits until all is written: in any thread. Raises DeskError where the last of it was not."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
            if self._problem is not None:
                raise self._problem

    def _hear(self, form: Typable) -> None:
        about = self._followed.get(form)
        if about is None or self._retyping or self._stopped:
            return
        values = form.typed()
        if values == about.base:
            self.forget(about.place)
            return
        self._keep(about, values)

    def _keep(self, about: _Followed, values: dict[str, Any]) -> None:
        self._known[about.place] = typed_now(self._desk, about.place, about.title, about.case, values)
        self._to_write.add(about.place)
        self._soon()

    def _soon(self) -> None:
        """However fast somebody types, what was typed is written in between."""
        if not self._timer.isActive():
            self._timer.start()

    def _write(self) -> None:
        places, self._to_write = self._to_write, set()
        for place in places:
            one = self._known.get(place)
            self._beside(
                (lambda place=place: drop(self._desk, place))  # type: ignore[misc]
                if one is None
                else (lambda one=one: keep_typed(self._desk, one))  # type: ignore[misc]
            )

    def _beside(self, act: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="unsaved")
        self._thread.submit(act).add_done_callback(self._wrote)

    def _wrote(self, done: Future[None]) -> None:
        """In the thread."""
        fault, before = done.exception(), self._problem
        self._problem = error_for(fault, tr("keeping what was typed")) if fault is not None else None
        if self._problem is not None and before is None and not self._stopped:
            self.failed.emit(self._problem)
