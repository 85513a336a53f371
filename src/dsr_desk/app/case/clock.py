"""The clock of a person's case: extended with reasons, standing still where the law lets it, ended by an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dsr_desk.app.case.cases import CaseView, facts_versions, say_facts
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.deadlines import Stop, StopReason
from dsr_desk.core.errors import DeskError
from dsr_desk.core.facts import Facts
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.refusals import AnswerDayImpossible
from dsr_desk.core.requests import Law


class ExtensionRefused(DeskError):
    code = "CLOCK-NO-EXTENSION"
    happened = "Case {case} cannot be extended by what the person was told on {day:day}."
    means = "Under {law} more time needs reasons that she was told before the first due day. The due day stays."
    todo = "Give the day on which she was told, and the reasons; if it passed, answer as soon as possible and say why."


class StopRefused(DeskError):
    code = "CLOCK-NO-STOP"
    happened = "Under {law} the clock does not stand still for this reason."
    means = "The due day of case {case} stays."
    todo = "Answer in time, or extend with reasons where the law allows it."


class StopImpossible(DeskError):
    code = "CLOCK-STOP-ORDER"
    happened = "On {day:day} the clock of case {case} cannot begin or end to stand still."
    means = "A stop begins once the request arrived and none is open, and ends later, by today. Nothing was changed."
    todo = "Look at the clock with dsr-desk case show, and give the day again."


class ClockUnexplained(DeskError):
    code = "CLOCK-REASON"
    happened = "No reason was given for the change of the clock."
    means = "The reasons are part of the evidence. Nothing was changed."
    todo = "Give them in words, as the person was told."


def extend(desk: Desk, ref: str, told: date, reasons: str, today: date | None = None) -> Change:
    """The person was told on `told`, with reasons, that it takes longer.

    Raises ClockUnexplained, ExtensionRefused.
    """
    if not reasons.strip():
        raise ClockUnexplained()
    with desk.vault.transaction():
        before = _facts(desk, ref)
        after = replace(before, extended=told)
        too_early_or_late = not before.received <= told <= (today or date.today())
        if too_early_or_late or not after.deadline.extended:
            raise ExtensionRefused(case=ref, day=told.isoformat(), law=term(before.law))
        return say_facts(desk, ref, after, reasons.strip())


def pause(desk: Desk, ref: str, reason: StopReason, begin: date, words: str, today: date | None = None) -> Change:
    """From `begin` on the office waits for the person. Raises ClockUnexplained, StopRefused, StopImpossible."""
    if not words.strip():
        raise ClockUnexplained()
    with desk.vault.transaction():
        before = _facts(desk, ref)
        if before.law is not Law.UK_GDPR:
            raise StopRefused(case=ref, law=term(before.law))
        arrived_by_then = before.received <= begin <= (today or date.today())
        if not arrived_by_then or any(one.end is None or one.end > begin for one in before.stops):
            raise StopImpossible(case=ref, day=begin.isoformat())
        after = replace(before, stops=(*before.stops, Stop(reason, begin)))
        return say_facts(desk, ref, after, words.strip())


def resume(desk: Desk, ref: str, end: date, today: date | None = None) -> Change:
    """On `end` the person gave what the office waited for. Raises StopImpossible."""
    with desk.vault.transaction():
        before = _facts(desk, ref)
        last = before.stops[-1] if before.stops else None
        if last is None or last.end is not None or not last.begin <= end <= (today or date.today()):
            raise StopImpossible(case=ref, day=end.isoformat())
        after = replace(before, stops=(*before.stops[:-1], replace(last, end=end)))
        return say_facts(desk, ref, after)


def answered(desk: Desk, ref: str, day: date | None, how: str, today: date | None = None) -> Change:
    """Records on which day the person was answered, and how; None takes such a word back. An ended case has it too.

    Raises AnswerDayImpossible.
    """
    if day is not None and day > (today or date.today()):
        raise AnswerDayImpossible(case=ref, day=day.isoformat())
    said = {"day": day.isoformat() if day is not None else ""}
    return desk.act(Draft(Kind.ANSWERED, said, {"how": " ".join(how.split())}), ref)


def answer_said(case: CaseView) -> Message | None:
    """Whether the person was answered in time; None while she was not answered."""
    if case.answered is None:
        return None
    late = (case.answered - case.due).days
    day = case.answered.isoformat()
    return message("answered.late", day=day, count=late) if late > 0 else message("answered.in-time", day=day)


def _facts(desk: Desk, ref: str) -> Facts:
    return facts_versions(desk, ref)[-1].facts
