"""What falls due in an order's case after it was carried out: obligations, reports, reading back again, answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dsr_desk.app.case.chasing import tasks
from dsr_desk.app.case.orders import show_order
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.case import Case
from dsr_desk.core.message import Message, message
from dsr_desk.core.orders import due_days

READ_AGAIN = (30, 60, 90)
"""Days after the last erasure on which the data is read back again: what was restored meanwhile shows then."""

AHEAD = timedelta(366)
"""How far ahead repeated duties are listed."""


@dataclass(frozen=True)
class DatedDuty:
    """Something that is due on a day (ISO). `done` is the day (ISO) on which it was done, "" where it was not."""

    day: str
    what: Message
    done: str

    def late(self, today: date) -> bool:
        return not self.done and self.day < today.isoformat()


def duties(desk: Desk, ref: str, today: date) -> list[DatedDuty]:
    """All that is due under the order, oldest first, at most a year ahead. Raises CaseMissing, OrderMissing."""
    with desk.reading(ref) as case:
        found = [*_obligations(desk, ref, case, today), *_readings(case), *_answers(desk, ref)]
    return sorted(found, key=lambda one: (one.day, str(one.what)))


def _obligations(desk: Desk, ref: str, case: Case, today: date) -> Iterator[DatedDuty]:
    until = (today + AHEAD).isoformat()
    for one in show_order(desk, ref).content.obligations:
        word = case.met.get(one.id)
        said = word["time"][:10] if word is not None and word["how"] != "taken-back" else ""
        days = due_days(one.due, one.every, until)
        for place, day in enumerate(days):
            before = days[place - 1] if place else ""
            what = message("duty.obligation", id=one.id, what=one.name)
            yield DatedDuty(day, what, said if said and (not one.every or said > before) else "")


def _readings(case: Case) -> Iterator[DatedDuty]:
    ended = [one["ended"] for one in case.actions if one["ended"] and one["kind"] in _ERASES]
    if not ended:
        return
    last = date.fromisoformat(max(ended)[:10])
    reads = [one["time"][:10] for round_ in case.rounds for one in round_["read_backs"]]
    for days in READ_AGAIN:
        day = (last + timedelta(days)).isoformat()
        yield DatedDuty(
            day, message("duty.read-again", count=days), min((one for one in reads if one >= day), default="")
        )


_ERASES = tuple(one.value for one in (ActionKind.REMOVE, ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS))


def _answers(desk: Desk, ref: str) -> Iterator[DatedDuty]:
    for task in tasks(desk, ref):
        if task.due is None:
            continue
        outcome = task.outcome
        done = outcome.ended[:10] if outcome is not None and outcome.state is OutcomeState.DONE else ""
        yield DatedDuty(task.due.isoformat(), message("duty.answer", who=task.action.what), done)
