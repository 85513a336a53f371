"""What falls due in an order's case after it was carried out: obligations, reports, reading back again, answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dsr_desk.app.case.case_lines import CaseLine, list_cases
from dsr_desk.app.case.chasing import tasks
from dsr_desk.app.case.orders import show_order
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.obligations import obligations
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.case import Case
from dsr_desk.core.message import Message, message
from dsr_desk.core.orders import due_days
from dsr_desk.core.requests import CaseState

READ_AGAIN = (30, 60, 90)
"""Days after the last erasure on which the data is read back again: what was restored meanwhile shows then."""

AHEAD = timedelta(366)
"""How far ahead repeated duties are listed."""


@dataclass(frozen=True)
class DatedDuty:
    """Something that is due on a day (ISO). `done` is the day (ISO) on which it was said or seen to be done, "" where
    it was not."""

    day: str
    what: Message
    done: str

    def late(self, today: date) -> bool:
        return not self.done and self.day < today.isoformat()


@dataclass(frozen=True)
class DutiesOpen:
    """What of an order's duties is not done, oldest first, as it stands on the day `today`."""

    duties: tuple[DatedDuty, ...]
    today: date

    @property
    def first(self) -> DatedDuty | None:
        """The first that is open, whether its day has passed or not; None where nothing is due within a year."""
        return next(iter(self.duties), None)

    @property
    def due(self) -> tuple[DatedDuty, ...]:
        """What is late or due today."""
        return tuple(one for one in self.duties if one.day <= self.today.isoformat())

    @property
    def late(self) -> int:
        return sum(one.late(self.today) for one in self.duties)

    @property
    def next(self) -> DatedDuty | None:
        """What comes next after today; None where nothing does within a year."""
        return next((one for one in self.duties if one.day > self.today.isoformat()), None)


def open_duties(desk: Desk, ref: str, today: date) -> DutiesOpen:
    """Raises CaseMissing, OrderMissing."""
    return DutiesOpen(tuple(one for one in duties(desk, ref, today) if not one.done), today)


def duties_of_orders(desk: Desk, today: date) -> dict[str, DutiesOpen]:
    """By case, of every order: duties go on in a closed case, and end where an order was refused or is forgotten."""
    found = [one.ref for one in list_cases(desk) if one.is_order and (not one.state.is_end or one.state in _GO_ON)]
    return {ref: open_duties(desk, ref, today) for ref in found if not desk.case(ref).is_forgotten}


_GO_ON = (CaseState.CLOSED, CaseState.PARTLY_GRANTED)


def urgent_first(cases: Iterable[CaseLine], open_: Mapping[str, DutiesOpen], today: date) -> list[CaseLine]:
    """By the day on which a case, or the first duty of an order, is due. Then whose person was answered, then what has
    ended; unless a duty of it is due."""

    def rank(case: CaseLine) -> tuple[int, str, str]:
        days = [one.day for one in open_[case.ref].duties[:1]] if case.ref in open_ else []
        waits = 2 if case.closed is not None else int(case.answered is not None)
        is_due = any(day <= today.isoformat() for day in days)
        return 0 if is_due else waits, next(iter(days), case.due.isoformat()), case.ref

    return sorted(cases, key=rank)


def duties(desk: Desk, ref: str, today: date) -> list[DatedDuty]:
    """All that is due under the order, oldest first, at most a year ahead. Raises CaseMissing, OrderMissing."""
    with desk.reading(ref) as case:
        found = [*_obligations(desk, ref, case, today), *_readings(case), *_answers(desk, ref)]
    return sorted(found, key=lambda one: (one.day, str(one.what)))


def _obligations(desk: Desk, ref: str, case: Case, today: date) -> Iterator[DatedDuty]:
    until = (today + AHEAD).isoformat()
    met = {one.id for one in obligations(desk, ref, day=today.isoformat()) if one.met}
    read = case.read_back["time"][:10] if case.read_back is not None else today.isoformat()
    for one in show_order(desk, ref).content.obligations:
        word = case.met.get(one.id)
        said = word["time"][:10] if word is not None and word["how"] != "taken-back" else ""
        what = message("duty.obligation", id=one.id, what=one.name)
        days = due_days(one.due, one.every, until)
        for place, day in enumerate(days):
            if one.every:
                done = said > (days[place - 1] if place else "")
                yield DatedDuty(day, what, said if done else "")
            else:
                yield DatedDuty(day, what, (said or read) if one.id in met else "")


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
