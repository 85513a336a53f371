"""What was decided and seen of affected models: acts of the case, by officers as they were called when they signed."""

from __future__ import annotations

import pytest

from dsr_desk.app.case import deleting, ending
from dsr_desk.app.models import lineage as models
from dsr_desk.app.vault import officers
from dsr_desk.app.vault.keeping import check_vault
from dsr_desk.core.acts import Kind
from dsr_desk.core.lineage import AffectedModel, Disposition, DispositionKind
from dsr_desk.core.refusals import CaseOver, DispositionApproved, NothingDecidedOnModel
from dsr_desk.core.requests import CaseState
from dsr_desk.lineage.dispositions import DispositionDeadline, DispositionWithoutReason, NothingObserved, ObservationDay
from unit.app.conftest import PASSPHRASE, Work

BO = "Bo opens with this"


@pytest.fixture
def decided(work: Work) -> Work:
    work.search()
    work.decide_all()
    return work


def model_of(work: Work) -> AffectedModel:
    return models.affected_by_case(work.desk, work.ref).models[0]


def disposition(work: Work) -> Disposition:
    return models.dispositions(work.desk, work.ref)[model_of(work).id]


def plan(work: Work, disposition: DispositionKind = DispositionKind.RETRAINED, **more: str) -> None:
    models.plan_disposition(work.desk, work.ref, model_of(work).id, disposition, **more)


def see(work: Work, disposition: DispositionKind = DispositionKind.DESTROYED, **more: str) -> None:
    models.observe_disposition(work.desk, work.ref, model_of(work).id, disposition, "the store is empty", **more)


def test_what_was_decided_and_what_was_seen_are_kept_apart_and_name_who_signed(decided: Work) -> None:
    officers.add_officer(decided.desk, "Bo", BO)
    plan(decided, reason=" late ", responsible="Model team", deadline="20261231")
    decided.desk.switch_officer(BO)
    see(decided, seen="2026-11-20", by="platform team")
    decided.desk.switch_officer(PASSPHRASE)
    officers.remove_officer(decided.desk, "Bo")

    found, model = disposition(decided), model_of(decided)
    assert (found.model, found.name, found.version) == (model.id, model.name, model.version)
    assert found.planned is not None
    assert (found.planned.disposition, found.planned.reason, found.planned.officer) == (
        DispositionKind.RETRAINED,
        "late",
        "Ada",
    )
    assert (found.planned.responsible, found.planned.deadline) == ("Model team", "2026-12-31")
    assert found.observed is not None
    assert (found.observed.disposition, found.observed.how) == (DispositionKind.DESTROYED, "the store is empty")
    assert (found.observed.officer, found.observed.by, found.observed.seen) == ("Bo", "platform team", "2026-11-20")
    assert found.planned.decided <= found.observed.recorded
    assert check_vault(decided.desk) == []


def test_acts_call_a_model_by_its_pseudonym_in_the_open(decided: Work) -> None:
    plan(decided, reason="because of Ada Example")
    see(decided)
    case = decided.desk.case(decided.ref)
    written = [one.act for one in decided.desk.vault.log.entries(case.id)]
    said = [one.open for one in written if one.kind in (Kind.DISPOSITION, Kind.OBSERVED)]
    assert [one["model"] for one in said] == [decided.desk.name(decided.ref, model_of(decided).id)] * 2
    assert model_of(decided).name not in str(said)


def test_an_undo_brings_back_what_was_decided_before(decided: Work) -> None:
    model = model_of(decided).id
    plan(decided)
    plan(decided, DispositionKind.HELD, reason="a court asked for it")
    models.undo_disposition(decided.desk, decided.ref, model)

    planned = disposition(decided).planned
    assert planned is not None
    assert planned.disposition is DispositionKind.RETRAINED
    past = models.history(decided.desk, decided.ref, model)
    assert [(one.planned.disposition, one.undone) for one in past] == [
        (DispositionKind.RETRAINED, False),
        (DispositionKind.HELD, True),
    ]
    models.undo_disposition(decided.desk, decided.ref, model)
    assert models.dispositions(decided.desk, decided.ref) == {}
    with pytest.raises(NothingDecidedOnModel):
        models.undo_disposition(decided.desk, decided.ref, model)


def test_an_observation_can_be_taken_back_and_the_one_before_counts_again(decided: Work) -> None:
    model = model_of(decided).id
    plan(decided)
    see(decided, DispositionKind.WITHDRAWN)
    see(decided, DispositionKind.DESTROYED)
    dispositions = []
    for _ in range(2):
        models.undo_observation(decided.desk, decided.ref, model)
        found = disposition(decided)
        dispositions.append(found.observed and found.observed.disposition)
        assert found.planned is not None
    assert dispositions == [DispositionKind.WITHDRAWN, None]
    with pytest.raises(NothingObserved):
        models.undo_observation(decided.desk, decided.ref, model)


def test_what_is_approved_is_corrected_and_never_undone(decided: Work) -> None:
    desk, ref, model = decided.desk, decided.ref, model_of(decided).id
    plan(decided)
    deleting.make_plan(desk, ref)
    deleting.approve(desk, ref)
    assert disposition(decided).approved
    with pytest.raises(DispositionApproved):
        models.undo_disposition(desk, ref, model)

    plan(decided, DispositionKind.DESTROYED)
    assert not disposition(decided).approved
    assert [one.approved for one in models.history(desk, ref, model)] == [True, False]
    models.undo_disposition(desk, ref, model)
    assert disposition(decided).approved


def test_a_withdrawn_plan_leaves_what_was_decided_as_if_nobody_had_approved_it(decided: Work) -> None:
    plan(decided)
    deleting.make_plan(decided.desk, decided.ref)
    deleting.approve(decided.desk, decided.ref)
    deleting.withdraw_plan(decided.desk, decided.ref)
    assert not disposition(decided).approved
    models.undo_disposition(decided.desk, decided.ref, model_of(decided).id)
    assert models.dispositions(decided.desk, decided.ref) == {}


def test_what_was_run_stays_approved_whatever_plan_comes_after_it(decided: Work) -> None:
    desk, ref = decided.desk, decided.ref
    plan(decided)
    deleting.make_plan(desk, ref)
    deleting.approve(desk, ref)
    deleting.run(desk, ref)
    deleting.read_back(desk, ref)
    decided.search()
    assert disposition(decided).approved
    with pytest.raises(DispositionApproved):
        models.undo_disposition(desk, ref, model_of(decided).id)


def test_what_makes_no_sense_is_not_recorded(decided: Work) -> None:
    before = decided.desk.vault.log.size
    with pytest.raises(DispositionWithoutReason):
        plan(decided, DispositionKind.HELD, reason=" ")
    with pytest.raises(DispositionDeadline):
        plan(decided, deadline="soon")
    with pytest.raises(ObservationDay):
        see(decided, seen="2999-01-01")
    with pytest.raises(models.ModelNotAffected):
        models.plan_disposition(decided.desk, decided.ref, "model:|nobody", DispositionKind.DESTROYED)
    assert decided.desk.vault.log.size == before


def test_an_ended_case_takes_what_was_seen_and_no_decision(decided: Work) -> None:
    plan(decided)
    ending.end_case(decided.desk, decided.ref, CaseState.CLOSED, "done")
    with pytest.raises(CaseOver):
        plan(decided, DispositionKind.DESTROYED)
    with pytest.raises(CaseOver):
        models.undo_disposition(decided.desk, decided.ref, model_of(decided).id)
    see(decided)
    models.undo_observation(decided.desk, decided.ref, model_of(decided).id)
    assert disposition(decided).observed is None
