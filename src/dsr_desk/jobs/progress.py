"""How a job tells what it does and learns that it should stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message


class Cancelled(DeskError):
    code = "JOB-CANCELLED"
    happened = "The work was cancelled."
    means = "What was done until then is kept; what was not looked at is listed as not searched."
    todo = "Start the same work again: it goes on where it stopped."


@dataclass(frozen=True)
class Progress:
    """A moment of a job. `total` is None while it is unknown; `notes` holds counts by class, such as the ledger."""

    phase: Message
    done: int
    total: int | None = None
    notes: dict[str, int] = field(default_factory=dict)


class CancelToken:
    """Set by the window or a signal, looked at by the job between two pieces of work."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled once `cancel` was called."""
        if self._event.is_set():
            raise Cancelled()


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """A `Report` for callers that show nothing."""
