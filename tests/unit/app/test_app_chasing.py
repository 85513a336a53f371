"""Tasks of other teams: asked, chased, answered with a proof."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dsr_desk.app import chasing, deleting, handing_over, indexing
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.canonical import sha256_hex
from unit.app.conftest import Work

TODAY = date(2026, 11, 21)


@pytest.fixture
def waiting(work: Work, tmp_path: Path) -> list[chasing.Task]:
    """The tasks of a case whose plan has run here while its data lies elsewhere."""
    work.search()
    work.decide_all()
    for index in indexing.list_indexes(work.desk):
        work.desk.release(index.name)
    work.data.rename(tmp_path / "there")
    deleting.make_plan(work.desk, work.ref)
    assert not any(one.waits for one in chasing.tasks(work.desk, work.ref))
    deleting.approve(work.desk, work.ref)
    deleting.run(work.desk, work.ref)
    return [one for one in chasing.tasks(work.desk, work.ref) if one.waits]


def test_a_case_without_a_plan_has_no_tasks(work: Work) -> None:
    assert chasing.tasks(work.desk, work.ref) == []
    assert chasing.due_tasks(work.desk, TODAY) == {}


def test_what_was_asked_is_due_on_its_day_and_counts_reminders(work: Work, waiting: list[chasing.Task]) -> None:
    action = waiting[0].action.id
    assert waiting[0].action.kind not in (ActionKind.HOLD, ActionKind.ERASE_ITEMS)
    chasing.chase(work.desk, work.ref, [action], TODAY + timedelta(days=14))
    assert chasing.due_tasks(work.desk, TODAY) == {}
    assert chasing.due_tasks(work.desk, TODAY + timedelta(days=14)) == {work.ref: 1}
    first = chasing.tasks(work.desk, work.ref)[0]
    chasing.chase(work.desk, work.ref, [action], TODAY)

    again = next(one for one in chasing.tasks(work.desk, work.ref) if one.action.id == action)

    assert (again.reminders, again.chase_on) == (1, TODAY)
    assert again.asked == first.asked != ""
    assert again.is_due(TODAY)


def test_a_declared_task_is_due_no_more_and_its_proof_is_kept(
    work: Work, waiting: list[chasing.Task], tmp_path: Path
) -> None:
    action = waiting[0].action.id
    chasing.chase(work.desk, work.ref, [action], TODAY)
    answer = tmp_path / "answer.txt"
    answer.write_bytes(b"We deleted it on Monday.")

    outcome = handing_over.declare(work.desk, work.ref, action, "their letter of Monday", answer)

    digest = sha256_hex(b"We deleted it on Monday.")
    assert outcome.state is OutcomeState.DONE
    assert digest in outcome.notes[0]
    assert chasing.due_tasks(work.desk, TODAY) == {}
    task = next(one for one in chasing.tasks(work.desk, work.ref) if one.action.id == action)
    assert [(one.name, one.digest) for one in task.proofs] == [("answer.txt", digest)]
    assert chasing.proof(work.desk, digest) == b"We deleted it on Monday."
    assert chasing.proof(work.desk, "0" * 64) is None
    with pytest.raises(chasing.TaskNotOpen):
        chasing.chase(work.desk, work.ref, [action], TODAY)


def test_a_proof_that_cannot_be_read_records_nothing(
    work: Work, waiting: list[chasing.Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = waiting[0].action.id
    with pytest.raises(handing_over.ProofUnreadable, match="PROOF"):
        handing_over.declare(work.desk, work.ref, action, "their letter", tmp_path / "nowhere.pdf")
    large = tmp_path / "large.pdf"
    large.write_bytes(bytes(11))
    monkeypatch.setattr(handing_over, "LARGEST_PROOF", 10)
    with pytest.raises(handing_over.ProofUnreadable, match="PROOF"):
        handing_over.declare(work.desk, work.ref, action, "their letter", large)
    assert next(one for one in chasing.tasks(work.desk, work.ref) if one.action.id == action).waits


def test_nobody_can_be_asked_before_the_plan_has_run(work: Work) -> None:
    with pytest.raises(chasing.TaskNotOpen):
        chasing.chase(work.desk, work.ref, ["a1"], TODAY)
