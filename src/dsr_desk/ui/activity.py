"""The strip at the bottom: what runs, how far it is, how long it still takes, and a way to cancel it."""

from __future__ import annotations

from collections import deque

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from dsr_desk.ui import words
from dsr_desk.ui.bridge import Bridge, Work
from dsr_desk.ui.language import say
from dsr_desk.ui.widgets import Button, label
from dsr_desk.ui.words import tr

WINDOW = 60
LEAST_SECONDS = 5.0
AGREE_WITHIN = 0.25


class Pace:
    """Estimates from the speed of the recent past. A new phase or a new total starts afresh."""

    def __init__(self) -> None:
        self._phase = ""
        self._total: int | None = None
        self._samples: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def see(self, seconds: float, phase: str, done: int, total: int | None) -> float | None:
        """Seconds left, or None while that would be a guess. `seconds` counts from the start of the job."""
        if phase != self._phase or total != self._total:
            self._samples.clear()
            self._phase, self._total = phase, total
        self._samples.append((seconds, done))
        if total is None or done >= total:
            return None
        first = self._samples[0]
        middle = self._samples[len(self._samples) // 2]
        if seconds - first[0] < LEAST_SECONDS:
            return None
        whole = _left(first, (seconds, done), total)
        recent = _left(middle, (seconds, done), total)
        if whole is None or recent is None or abs(whole - recent) > AGREE_WITHIN * max(whole, recent):
            return None
        return whole


def _left(earlier: tuple[float, int], now: tuple[float, int], total: int) -> float | None:
    seconds, items = now[0] - earlier[0], now[1] - earlier[1]
    if seconds <= 0 or items <= 0:
        return None
    return (total - now[1]) * seconds / items


WORTH_SAYING = 2.0
"""Seconds: the end of shorter jobs shows in what they changed and needs no sentence."""

SKIPPED = ("skipped", "unreadable", "truncated", "crashed", "not_comparable")


class ActivityStrip(QFrame):
    """Shows the oldest running job; says how many more there are."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self.setFixedHeight(40)
        self.setAccessibleName(tr("Running work"))
        self._bridge = bridge
        self._pace: dict[Work, Pace] = {}
        self._name = label(role="strong")
        self._phase = label(role="muted")
        self._bar = QProgressBar()
        self._bar.setFixedWidth(200)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the running work"))
        self._count = label()
        self._note = label(role="muted")
        self._cancel = Button(tr("Cancel"), self._cancel_shown, name=tr("Cancel the running work"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(12)
        for part in (self._name, self._phase, self._bar, self._count):
            layout.addWidget(part)
        layout.addWidget(self._note, 1)
        layout.addWidget(self._cancel)
        self._cancel.setStyleSheet("padding: 2px 10px; min-height: 18px;")
        bridge.progressed.connect(self._refresh)
        bridge.finished.connect(self._ended)
        self._said = tr("No work running")
        self._idle(self._said)

    def announce(self, text: str) -> None:
        """Say a sentence here and to a screen reader."""
        self._said = text
        if not self._bridge.own:
            self._idle(text)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def rest(self) -> None:
        """What was said belongs to the place where it was said."""
        self._said = tr("No work running")
        if not self._bridge.own:
            self._idle(self._said)

    def _refresh(self, _job: Work) -> None:
        if not self._bridge.own:
            return
        job = self._bridge.own[0]
        progress = job.progress
        self._name.setText(job.name)
        self._name.show()
        self._phase.setText(say(progress.phase) if progress else "")
        total = progress.total if progress else None
        done = progress.done if progress else 0
        self._bar.setVisible(True)
        self._bar.setRange(0, total or 0)
        # A bar that is full while the job still closes its files would be a lie.
        self._bar.setValue(min(done, max(0, (total or 0) * 99 // 100)) if total else 0)
        self._count.setText(
            f"{words.figure(done)} / {words.figure(total)}" if total else words.figure(done) if done else ""
        )
        self._note.setText(" · ".join(self._notes(job, done, total)))
        self._cancel.setVisible(job.cancellable)
        self._cancel.setEnabled(not job.token.cancelled)

    def _notes(self, job: Work, done: int, total: int | None) -> list[str]:
        if job.token.cancelled:
            return [tr("stopping, what was found is kept")]
        notes = [tr("{time} elapsed").format(time=words.duration(job.elapsed))]
        phase = job.progress.phase.code if job.progress else ""
        left = self._pace.setdefault(job, Pace()).see(job.elapsed, phase, done, total)
        if left is not None:
            notes.append(tr("about {time} left").format(time=words.duration(left)))
        skipped = sum(job.progress.notes.get(kind, 0) for kind in SKIPPED) if job.progress else 0
        if skipped:
            notes.append(words.counted(skipped, "1 skipped", "%Ln skipped"))
        if (more := len(self._bridge.own) - 1) > 0:
            notes.append(words.counted(more, "1 more job runs", "%Ln more jobs run"))
        return notes

    def _ended(self, job: Work) -> None:
        self._pace.pop(job, None)
        if job.owner not in (None, self._bridge.owner):
            return
        if self._bridge.own:
            self._refresh(self._bridge.own[0])
            return
        if job.elapsed < WORTH_SAYING and not job.token.cancelled:
            self._idle(self._said)
            return
        took = words.duration(job.elapsed)
        text = tr("{name}: stopped after {time}") if job.token.cancelled else tr("{name}: ended after {time}")
        self.announce(text.format(name=job.name, time=took))

    def _idle(self, text: str) -> None:
        self._name.hide()
        self._phase.setText(text)
        self._count.clear()
        self._note.clear()
        self._bar.hide()
        self._cancel.hide()

    def _cancel_shown(self) -> None:
        if self._bridge.own:
            self._bridge.own[0].token.cancel()
            self._refresh(self._bridge.own[0])
