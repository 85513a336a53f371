"""What shall become of an affected model and, apart from that, what was observed. Entries are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import AffectedModel, Disposition, Fate, Node, Observed, Planned

_A_DAY = timedelta(days=1)
"""The day of an officer may be ahead of the day of UTC."""


class ModelNotAffected(DeskError):
    code = "LINEAGE-MODEL-NOT-AFFECTED"
    happened = "The model {model} is not among the affected models of this case."
    means = "Nothing was recorded for it."
    todo = "List the affected models (lineage affected --case) and give the id of one."


class DispositionWithoutReason(DeskError):
    code = "LINEAGE-DISPOSITION-REASON"
    happened = "A model that is {fate} needs a reason."
    means = "The evidence would not say why the model stays. Nothing was recorded."
    todo = "Give the reason, and who is responsible."


class DispositionDeadline(DeskError):
    code = "LINEAGE-DISPOSITION-DEADLINE"
    happened = "The deadline is no date."
    means = "Nobody could be reminded of it. Nothing was recorded."
    todo = "Give it as year, month and day, such as 2026-12-31, or leave it empty."


class DispositionApproved(DeskError):
    code = "LINEAGE-DISPOSITION-APPROVED"
    happened = "What shall become of this model is part of an approved plan."
    means = "It can no longer be undone. Nothing was changed."
    todo = "Withdraw the plan while it has not run, or decide anew: the new entry stands beside the old one."


class NothingDecided(DeskError):
    code = "LINEAGE-NOTHING-DECIDED"
    happened = "Nothing was decided for this model."
    means = "There is nothing to undo."
    todo = "Go on with the other models."


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


def plan(db: Database, case: str, model: Node, planned: Planned) -> None:
    """Adds what was decided; the newest counts. Raises DispositionWithoutReason, DispositionDeadline."""
    if planned.fate.needs_a_reason and not planned.reason.strip():
        raise DispositionWithoutReason(fate=planned.fate.value)
    if planned.deadline:
        try:
            date.fromisoformat(planned.deadline)
        except ValueError as error:
            raise DispositionDeadline() from error
    db.table("lineage_dispositions").insert(
        {
            "case_id": case,
            "model": model.id,
            "name": model.name,
            "version": model.version,
            "fate": planned.fate.value,
            "reason": planned.reason.strip(),
            "responsible": planned.responsible.strip(),
            "deadline": planned.deadline,
            "officer": planned.officer,
            "decided": planned.decided,
        }
    )


def undo(db: Database, case: str, model: str) -> None:
    """Takes the newest entry of a model back. Raises NothingDecided, DispositionApproved."""
    row = db.conn.execute(
        "SELECT entry, approved FROM lineage_dispositions WHERE case_id = ? AND model = ? AND undone = 0 "
        "ORDER BY entry DESC LIMIT 1",
        [case, model],
    ).fetchone()
    if row is None:
        raise NothingDecided()
    if row[1]:
        raise DispositionApproved()
    db.table("lineage_dispositions").update(row[0], {"undone": 1})


def observe(db: Database, case: str, model: Node, observed: Observed) -> None:
    """Adds what was seen; the newest counts, the earlier ones stay. Raises DispositionWithoutReason, ObservationDay."""
    if not observed.how.strip():
        raise DispositionWithoutReason(fate=observed.fate.value)
    try:
        seen = datetime.fromisoformat(observed.seen).date()
    except ValueError as error:
        raise ObservationDay() from error
    if observed.recorded and seen > datetime.fromisoformat(observed.recorded).date() + _A_DAY:
        raise ObservationDay()
    db.table("lineage_observations").insert(
        {
            "case_id": case,
            "model": model.id,
            "name": model.name,
            "version": model.version,
            "fate": observed.fate.value,
            "how": observed.how.strip(),
            "officer": observed.officer,
            "seen": observed.seen,
            "seen_by": observed.by.strip(),
            "recorded": observed.recorded,
        }
    )


def undo_observed(db: Database, case: str, model: str) -> None:
    """Takes the newest observation of a model back; it stays in the history. Raises NothingObserved."""
    row = db.conn.execute(
        "SELECT max(entry) FROM lineage_observations WHERE case_id = ? AND model = ? AND undone = 0", [case, model]
    ).fetchone()
    if row[0] is None:
        raise NothingObserved()
    db.table("lineage_observations").update(row[0], {"undone": 1})


def mark_approved(db: Database, case: str) -> None:
    """What is decided now belongs to an approved plan."""
    db.conn.execute("UPDATE lineage_dispositions SET approved = 1 WHERE case_id = ? AND undone = 0", [case])


def of_case(db: Database, case: str) -> list[Disposition]:
    """One for each model that anything was decided or seen for, by name."""
    found: dict[str, Disposition] = {}
    planned = db.query("SELECT * FROM lineage_dispositions WHERE case_id = ? AND undone = 0 ORDER BY entry", [case])
    for row in planned:
        said = Planned(
            Fate(row["fate"]), row["reason"], row["responsible"], row["deadline"], row["officer"], row["decided"]
        )
        found[row["model"]] = Disposition(
            case, row["model"], row["name"], row["version"], said, approved=bool(row["approved"])
        )
    for row in db.query("SELECT * FROM lineage_observations WHERE case_id = ? AND undone = 0 ORDER BY entry", [case]):
        known = found.get(row["model"])
        seen = Observed(Fate(row["fate"]), row["how"], row["officer"], row["seen"], row["seen_by"], row["recorded"])
        found[row["model"]] = Disposition(
            case,
            row["model"],
            row["name"],
            row["version"],
            known.planned if known else None,
            seen,
            approved=known.approved if known else False,
        )
    return sorted(found.values(), key=lambda one: (one.name, one.version))


def history(db: Database, case: str, model: str) -> list[tuple[Planned, bool, bool]]:
    """All that was ever planned for a model, in order, each with whether it is approved and whether it was undone."""
    rows = db.conn.execute(
        """SELECT fate, reason, responsible, deadline, officer, decided, approved, undone FROM lineage_dispositions
           WHERE case_id = ? AND model = ? ORDER BY entry""",
        [case, model],
    )
    return [(Planned(Fate(fate), *rest), bool(approved), bool(undone)) for fate, *rest, approved, undone in rows]


def undecided(models: Iterable[AffectedModel], dispositions: Iterable[Disposition]) -> list[AffectedModel]:
    """Affected models for which nothing is planned."""
    planned = {one.model for one in dispositions if one.planned is not None}
    return [model for model in models if model.id not in planned]


def overdue(dispositions: Iterable[Disposition], today: str) -> list[Disposition]:
    """Planned dispositions whose deadline (a date) has passed and that nobody has seen done."""
    return [
        one
        for one in dispositions
        if one.planned is not None and one.planned.deadline and one.planned.deadline < today and one.observed is None
    ]
