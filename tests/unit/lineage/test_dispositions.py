"""What may be decided for a model and what counts as seen: rules of the trade, whoever records it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsr_desk.core.lineage import (
    AffectedModel,
    Certainty,
    Disposition,
    DispositionKind,
    Node,
    NodeKind,
    Observed,
    PathStep,
    Planned,
    Role,
)
from dsr_desk.lineage import dispositions as rules

GATE = Node("model:gate", NodeKind.MODEL, "gate", "3")
RETRAIN = Planned(DispositionKind.RETRAINED, "", "Model team", "2026-12-31", "Ada", "2026-11-21T10:00:00Z")
SEEN = Observed(
    DispositionKind.DESTROYED, "the store is empty", "Ada", "2026-12-01", "platform team", "2026-12-03T09:00:00Z"
)
DECIDED = Disposition("2026-001", GATE.id, GATE.name, GATE.version, RETRAIN)


@pytest.mark.parametrize(
    "disposition", [DispositionKind.HELD, DispositionKind.INFEASIBLE, DispositionKind.NOT_AFFECTED]
)
def test_a_model_that_stays_needs_a_reason(disposition: DispositionKind) -> None:
    with pytest.raises(rules.DispositionWithoutReason):
        rules.checked_plan(replace(RETRAIN, disposition=disposition, reason="  "))
    assert rules.checked_plan(replace(RETRAIN, disposition=disposition, reason=" a court asked for it ")).reason


def test_what_is_decided_is_kept_trimmed_and_otherwise_as_it_was_said() -> None:
    assert rules.checked_plan(RETRAIN) == RETRAIN
    said = rules.checked_plan(replace(RETRAIN, reason=" late ", responsible=" Model team "))
    assert (said.reason, said.responsible) == ("late", "Model team")


@pytest.mark.parametrize("deadline", ["soon", "2026-13-01", "31.12.2026"])
def test_a_deadline_is_a_date(deadline: str) -> None:
    with pytest.raises(rules.DispositionDeadline):
        rules.checked_plan(replace(RETRAIN, deadline=deadline))


def test_a_deadline_is_kept_in_one_form_so_that_it_can_be_compared() -> None:
    assert rules.checked_plan(replace(RETRAIN, deadline="20261231")).deadline == "2026-12-31"
    assert rules.checked_plan(replace(RETRAIN, deadline="")).deadline == ""


def test_an_observation_says_how_it_is_known() -> None:
    with pytest.raises(rules.DispositionWithoutReason):
        rules.checked_observation(replace(SEEN, how=" "))


def test_who_saw_it_and_when_it_was_written_down_stand_beside_the_day() -> None:
    assert rules.checked_observation(SEEN) == SEEN
    assert rules.checked_observation(replace(SEEN, seen="2026-12-01 09:30")).seen == "2026-12-01T09:30"


@pytest.mark.parametrize("day", ["2026-12-05", "soon"])
def test_what_nobody_can_have_seen_yet_is_refused(day: str) -> None:
    with pytest.raises(rules.ObservationDay):
        rules.checked_observation(replace(SEEN, seen=day))


def test_the_day_of_an_officer_may_be_ahead_of_the_day_of_utc() -> None:
    assert rules.checked_observation(replace(SEEN, seen="2026-12-04")).seen == "2026-12-04"


def test_models_without_a_plan_and_plans_that_are_late_are_found() -> None:
    other = Node("model:other", NodeKind.MODEL, "other")
    models = [
        AffectedModel(node, (Role.TRAIN,), Certainty.RECORDED, True, ((PathStep(node),),)) for node in (GATE, other)
    ]

    assert [model.name for model in rules.undecided(models, [DECIDED])] == ["other"]
    assert [model.name for model in rules.undecided(models, [replace(DECIDED, planned=None)])] == ["gate", "other"]
    assert DECIDED.overdue("2027-01-01")
    assert not DECIDED.overdue("2026-12-31")
    assert not replace(DECIDED, observed=SEEN).overdue("2027-01-01")
