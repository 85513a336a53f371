"""What may be decided for an affected model, what counts as having seen it, and what is still to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import AffectedModel, Disposition, Observed, Planned
from dsr_desk.core.message import message, term

_A_DAY = timedelta(days=1)
"""The day of an officer may be ahead of the day of UTC."""


class DispositionWithoutReason(DeskError):
    code = "LINEAGE-DISPOSITION-REASON"
    happened = "“{disposition}” of a model needs a reason."
    means = "The evidence would not say why the model stays. Nothing was recorded."
    todo = "Give the reason, and who is responsible."


class DispositionDeadline(DeskError):
    code = "LINEAGE-DISPOSITION-DEADLINE"
    happened = "The deadline is no date."
    means = "Nobody could be reminded of it. Nothing was recorded."
    todo = "Give it as year, month and day, such as 2026-12-31, or leave it empty."


class ObservationDay(DeskError):
    code = "LINEAGE-OBSERVATION-DAY"
    happened = "The day on which it was seen is no day up to today."
    means = "What has not been seen yet proves nothing. Nothing was recorded."
    todo = "Give the day as year, month and day, such as 2026-12-31, and not later than today."


class NothingObserved(DeskError):
    code = "LINEAGE-NOTHING-OBSERVED"
    happened = "Nothing was seen of this model afterwards."
    means = "There is nothing to undo."
    todo = "Go on with the other models."


def checked_plan(planned: Planned) -> Planned:
    """As it is kept: trimmed, the deadline as 2026-12-31. Raises DispositionWithoutReason, DispositionDeadline."""
    if planned.disposition.needs_a_reason and not planned.reason.strip():
        raise DispositionWithoutReason(disposition=term(planned.disposition))
    deadline = planned.deadline
    if deadline:
        try:
            deadline = date.fromisoformat(deadline).isoformat()
        except ValueError as error:
            raise DispositionDeadline() from error
    return replace(planned, reason=planned.reason.strip(), responsible=planned.responsible.strip(), deadline=deadline)


def checked_observation(observed: Observed) -> Observed:
    """As it is kept: trimmed, the day or time without spaces. Raises DispositionWithoutReason, ObservationDay."""
    if not observed.how.strip():
        raise DispositionWithoutReason(disposition=message(f"disposition-seen.{observed.disposition}"))
    try:
        seen = datetime.fromisoformat(observed.seen)
    except ValueError as error:
        raise ObservationDay() from error
    if observed.recorded and seen.date() > datetime.fromisoformat(observed.recorded).date() + _A_DAY:
        raise ObservationDay()
    day = observed.seen.strip().replace(" ", "T")
    return replace(observed, how=observed.how.strip(), by=observed.by.strip(), seen=day)


def undecided(models: Iterable[AffectedModel], dispositions: Iterable[Disposition]) -> list[AffectedModel]:
    """Affected models for which nothing is planned."""
    planned = {one.model for one in dispositions if one.planned is not None}
    return [model for model in models if model.id not in planned]
