from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from dsr_desk.core.lineage import AffectedModel, Certainty, Fate, Node, NodeKind, Observed, Planned, Role, Step
from dsr_desk.lineage import dispositions as kept

GATE = Node("model:gate", NodeKind.MODEL, "gate", "3")
RETRAIN = Planned(Fate.RETRAINED, "", "Model team", "2026-12-31", "officer", "2026-11-21T10:00:00Z")


def test_a_plan_and_an_observation_are_kept_apart(db: Database) -> None:
    kept.plan(db, "2026-001", GATE, RETRAIN)
    kept.observe(db, "2026-001", GATE, Observed(Fate.WITHDRAWN, "the endpoint answers 404", "officer", "2026-12-01"))

    (one,) = kept.of_case(db, "2026-001")
    assert one.planned == RETRAIN
    assert one.observed is not None
    assert one.observed.fate is Fate.WITHDRAWN
    assert kept.of_case(db, "2026-002") == []


def test_an_undo_brings_back_what_was_planned_before(db: Database) -> None:
    kept.plan(db, "c", GATE, RETRAIN)
    kept.plan(db, "c", GATE, replace(RETRAIN, fate=Fate.HELD, reason="a court asked for it"))
    kept.undo(db, "c", GATE.id)

    assert kept.of_case(db, "c")[0].planned == RETRAIN
    assert [(planned.fate, undone) for planned, _, undone in kept.history(db, "c", GATE.id)] == [
        (Fate.RETRAINED, False),
        (Fate.HELD, True),
    ]
    kept.undo(db, "c", GATE.id)
    assert kept.of_case(db, "c") == []
    with pytest.raises(kept.NothingDecided):
        kept.undo(db, "c", GATE.id)


def test_what_is_approved_is_corrected_and_never_undone(db: Database) -> None:
    kept.plan(db, "c", GATE, RETRAIN)
    kept.mark_approved(db, "c")
    with pytest.raises(kept.DispositionApproved):
        kept.undo(db, "c", GATE.id)

    kept.plan(db, "c", GATE, replace(RETRAIN, fate=Fate.DESTROYED))
    (one,) = kept.of_case(db, "c")
    assert one.planned is not None
    assert (one.planned.fate, one.approved) == (Fate.DESTROYED, False)
    assert [approved for _, approved, _ in kept.history(db, "c", GATE.id)] == [True, False]


@pytest.mark.parametrize("fate", [Fate.HELD, Fate.INFEASIBLE, Fate.NOT_AFFECTED])
def test_a_model_that_stays_needs_a_reason(db: Database, fate: Fate) -> None:
    with pytest.raises(kept.DispositionWithoutReason):
        kept.plan(db, "c", GATE, replace(RETRAIN, fate=fate, reason="  "))
    assert kept.of_case(db, "c") == []


def test_a_deadline_is_a_date(db: Database) -> None:
    with pytest.raises(kept.DispositionDeadline):
        kept.plan(db, "c", GATE, replace(RETRAIN, deadline="soon"))


def test_an_observation_says_how_it_is_known(db: Database) -> None:
    with pytest.raises(kept.DispositionWithoutReason):
        kept.observe(db, "c", GATE, Observed(Fate.DESTROYED, " ", "officer", "2026-12-01"))


def test_models_without_a_plan_and_plans_that_are_late_are_found(db: Database) -> None:
    other = Node("model:other", NodeKind.MODEL, "other")
    models = [AffectedModel(node, (Role.TRAIN,), Certainty.RECORDED, True, ((Step(node),),)) for node in (GATE, other)]
    kept.plan(db, "c", GATE, RETRAIN)
    listed = kept.of_case(db, "c")

    assert [model.name for model in kept.undecided(models, listed)] == ["other"]
    assert [one.name for one in kept.overdue(listed, "2027-01-01")] == ["gate"]
    assert kept.overdue(listed, "2026-12-31") == []


def test_an_observation_can_be_taken_back_and_the_one_before_counts_again(db: Database) -> None:
    kept.plan(db, "c", GATE, RETRAIN)
    for fate in (Fate.WITHDRAWN, Fate.DESTROYED):
        kept.observe(db, "c", GATE, Observed(fate, "seen by Olga", "officer", "2026-12-01"))

    fates = []
    for _ in range(2):
        kept.undo_observed(db, "c", GATE.id)
        (one,) = kept.of_case(db, "c")
        fates.append(one.observed and one.observed.fate)
        assert one.planned == RETRAIN
    assert fates == [Fate.WITHDRAWN, None]
    with pytest.raises(kept.NothingObserved):
        kept.undo_observed(db, "c", GATE.id)


def test_who_saw_it_and_when_it_was_written_down_stand_beside_the_day(db: Database) -> None:
    seen = Observed(
        Fate.DESTROYED, "the store is empty", "officer", "2026-12-01", "platform team", "2026-12-03T09:00:00Z"
    )
    kept.observe(db, "c", GATE, seen)
    (found,) = kept.of_case(db, "c")
    assert found.observed == seen


@pytest.mark.parametrize("day", ["2026-12-05", "soon"])
def test_what_nobody_can_have_seen_yet_is_refused(db: Database, day: str) -> None:
    with pytest.raises(kept.ObservationDay):
        kept.observe(db, "c", GATE, Observed(Fate.DESTROYED, "gone", "officer", day, "", "2026-12-03T09:00:00Z"))
