"""Tasks of other teams: asked, chased, answered with a proof."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dsr_desk.app.case import chasing, deleting, ending, handing_over
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import message, quoted
from dsr_desk.core.refusals import ActionNotOpen
from dsr_desk.core.requests import CaseState
from unit.app.small_case import Small, built_elsewhere

TODAY = date(2026, 11, 21)


@pytest.fixture
def waiting(small: Small, tmp_path: Path) -> list[chasing.TeamTask]:
    """The tasks of a case whose plan has run here while its data lies elsewhere."""
    small.reviewed()
    small.desk.release("people")
    small.table.parent.rename(tmp_path / "there")
    built_elsewhere(small.desk)
    deleting.make_plan(small.desk, small.ref)
    assert not any(one.waits for one in chasing.tasks(small.desk, small.ref))
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    return [one for one in chasing.tasks(small.desk, small.ref) if one.waits]


def test_a_case_without_a_plan_has_no_tasks(small: Small) -> None:
    assert chasing.tasks(small.desk, small.ref) == []
    assert chasing.due_tasks(small.desk, TODAY) == {}


def test_what_was_asked_is_due_on_its_day_and_counts_reminders(small: Small, waiting: list[chasing.TeamTask]) -> None:
    action = waiting[0].action.id
    assert waiting[0].action.kind not in (ActionKind.HOLD, ActionKind.ERASE_ITEMS)
    chasing.chase(small.desk, small.ref, [action], TODAY + timedelta(days=14))
    assert chasing.due_tasks(small.desk, TODAY) == {}
    assert chasing.due_tasks(small.desk, TODAY + timedelta(days=14)) == {small.ref: 1}
    first = chasing.tasks(small.desk, small.ref)[0]
    chasing.chase(small.desk, small.ref, [action], TODAY)

    again = next(one for one in chasing.tasks(small.desk, small.ref) if one.action.id == action)

    assert (again.reminders, again.chase_on) == (1, TODAY)
    assert again.asked == first.asked != ""
    assert again.is_due(TODAY)


def test_a_declared_task_is_due_no_more_and_its_proof_is_kept(
    small: Small, waiting: list[chasing.TeamTask], tmp_path: Path
) -> None:
    action = waiting[0].action.id
    chasing.chase(small.desk, small.ref, [action], TODAY)
    answer = tmp_path / "answer.txt"
    answer.write_bytes(b"We deleted it on Monday.")

    outcome = handing_over.declare(small.desk, small.ref, action, "their letter of Monday", answer)

    digest = sha256_hex(b"We deleted it on Monday.")
    assert outcome.state is OutcomeState.DONE
    assert outcome.notes == (quoted("their letter of Monday"), message("note.proof", digest=digest))
    assert chasing.due_tasks(small.desk, TODAY) == {}
    task = next(one for one in chasing.tasks(small.desk, small.ref) if one.action.id == action)
    assert [(one.name, one.digest) for one in task.proofs] == [("answer.txt", digest)]
    assert chasing.proof(small.desk, small.ref, digest) == b"We deleted it on Monday."
    assert chasing.proof(small.desk, small.ref, "0" * 64) is None
    assert small.desk.vault.problems() == []
    with pytest.raises(ActionNotOpen):
        chasing.chase(small.desk, small.ref, [action], TODAY)


def test_a_proof_that_cannot_be_read_records_nothing(
    small: Small, waiting: list[chasing.TeamTask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = waiting[0].action.id
    with pytest.raises(handing_over.ProofUnreadable, match="PROOF"):
        handing_over.declare(small.desk, small.ref, action, "their letter", tmp_path / "nowhere.pdf")
    large = tmp_path / "large.pdf"
    large.write_bytes(bytes(11))
    monkeypatch.setattr(handing_over, "LARGEST_PROOF", 10)
    with pytest.raises(handing_over.ProofUnreadable, match="PROOF"):
        handing_over.declare(small.desk, small.ref, action, "their letter", large)
    assert next(one for one in chasing.tasks(small.desk, small.ref) if one.action.id == action).waits


def test_nobody_can_be_asked_before_the_plan_has_run(small: Small) -> None:
    with pytest.raises(ActionNotOpen):
        chasing.chase(small.desk, small.ref, ["a1"], TODAY)
    with pytest.raises(ActionNotOpen):
        chasing.chase(small.desk, small.ref, [], TODAY)


def test_a_task_of_an_earlier_round_waits_on_and_is_answered_after_the_end(small: Small) -> None:
    small.deleted()
    (told,) = [one.action.id for one in chasing.tasks(small.desk, small.ref) if one.waits]
    chasing.chase(small.desk, small.ref, [told], TODAY)
    small.write([*small.rows, "A-5,Wilma,wilma@example.com"])
    deleting.read_back(small.desk, small.ref)
    small.search()
    small.decide_open()
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    waiting = {one.action.id: one.asked for one in chasing.tasks(small.desk, small.ref) if one.waits}
    assert [bool(asked) for asked in waiting.values()] == [True, False]
    assert chasing.due_tasks(small.desk, TODAY) == {small.ref: 1}
    deleting.read_back(small.desk, small.ref)
    ending.end_case(small.desk, small.ref, CaseState.CLOSED, "the rest is not ours")

    outcome = handing_over.declare(small.desk, small.ref, told, "deleted, says their letter")

    assert (outcome.action, outcome.state, outcome.declared) == (told, OutcomeState.DONE, True)
    assert told not in [one.action.id for one in chasing.tasks(small.desk, small.ref) if one.waits]
    assert chasing.due_tasks(small.desk, TODAY) == {}
    assert small.desk.vault.problems() == []
