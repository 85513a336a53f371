from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dsr_desk.app.case import cases, chasing, deleting, handing_over
from dsr_desk.app.data import indexing, registering
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.requests import CaseState
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.tasks import (
    FORTNIGHT,
    AskDialog,
    DeclareDialog,
    HandedOverDialog,
    HandOutDialog,
    LetterDialog,
    TasksDialog,
)
from ui.conftest import Visitor
from unit.app.small_case import built_elsewhere


@pytest.fixture
def away(visitor: Visitor, tmp_path: Path) -> Path:
    """An approved case whose data was taken to another machine; returns where it lies there."""
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    for index in indexing.list_indexes(visitor.desk):
        visitor.desk.release(index.name)
    there = tmp_path / "there"
    (visitor.office.folder / "data").rename(there)
    built_elsewhere(visitor.desk)
    deleting.make_plan(visitor.desk, visitor.office.case)
    deleting.approve(visitor.desk, visitor.office.case)
    return there


def open_tasks(visitor: Visitor) -> TasksDialog:
    page = visitor.open_case("deletion")
    assert isinstance(page, DeletionPage)
    assert page.tasks.isVisible()
    page.tasks.click()
    return visitor.dialog(TasksDialog)


def test_a_plan_is_handed_over_and_the_answer_taken_in(visitor: Visitor, away: Path, tmp_path: Path) -> None:
    dialog = open_tasks(visitor)
    assert dialog.hand.isVisible()
    assert dialog.waits.isVisible()
    dialog.hand_over_to(tmp_path / "plan.age")
    visitor.settle()
    shown = visitor.dialog(HandedOverDialog)
    secrets = [one.accessibleName() for one in shown.findChildren(type(dialog._elsewhere)) if one.accessibleName()]
    passphrase = next(text for text in secrets if text.startswith("Passphrase")).split(": ")[1]
    key = next(text for text in secrets if text.startswith("Key of Ada")).split(": ")[1]
    shown.accept()
    done = handing_over.run_handed_over(
        tmp_path / "plan.age",
        passphrase,
        [away / one.name for one in away.iterdir()],
        officers=[key],
        operator="Olga",
        answer=tmp_path / "answer.age",
    )
    dialog.take_in(done.answer)
    visitor.settle()
    assert visitor.errors == []
    assert cases.show_case(visitor.desk, visitor.office.case).state is CaseState.DELETED
    states = {one.outcome.state for one in dialog.list.model.rows if one.outcome is not None}
    assert states == {OutcomeState.DONE}
    assert "read back there" in dialog.list.model.sentence(dialog.list.model.rows[0])
    dialog.reject()


def test_an_answer_to_another_plan_is_refused_with_its_reason(visitor: Visitor, away: Path, tmp_path: Path) -> None:
    assert away.is_dir()
    (tmp_path / "answer.age").write_bytes(b"no answer")
    dialog = open_tasks(visitor)
    dialog.take_in(tmp_path / "answer.age")
    visitor.settle()
    assert [error.code for error in visitor.errors] == ["DELETE-NOT-HANDED-OVER"]
    dialog.reject()


def test_a_task_is_asked_for_chased_and_declared_with_a_proof(visitor: Visitor, away: Path, tmp_path: Path) -> None:
    assert away.is_dir()
    deleting.run(visitor.desk, visitor.office.case)
    dialog = open_tasks(visitor)
    waiting = next(row for row, one in enumerate(dialog.list.model.rows) if one.waits)
    dialog.list.table.choose(waiting)
    dialog.letter.click()
    visitor.dialog(LetterDialog).accept()
    dialog.ask.click()
    ask = visitor.dialog(AskDialog)
    ask.day.day = date.today()
    ask.act.click()
    task = dialog.list.model.rows[waiting]
    assert task.is_due(date.today())
    assert "ask again" in dialog.list.model.sentence(task)
    listed = visitor.show("cases")
    assert isinstance(listed, CasesPage)
    assert "ask again" in listed.model.sentence(listed.model.rows[0])

    dialog.answer.click()
    declared = visitor.dialog(DeclareDialog)
    assert not declared.act.isEnabled()
    declared.how.setText("head of storage, by e-mail")
    declared.proof.field.setText(str(tmp_path / "nowhere.txt"))
    declared.act.click()
    assert declared.isVisible()
    assert "DELETE-PROOF-UNREADABLE" in declared.problem.text
    proof = tmp_path / "answer.txt"
    proof.write_text("done on Monday")
    declared.proof.field.setText(str(proof))
    declared.act.click()
    visitor.settle()
    assert not declared.isVisible()
    assert chasing.tasks(visitor.desk, visitor.office.case)[waiting].proofs[0].name == "answer.txt"
    assert "declared done" in dialog.list.model.sentence(dialog.list.model.rows[waiting])
    assert chasing.due_tasks(visitor.desk, date.today()) == {}
    assert visitor.errors == []
    dialog.reject()


def test_a_recipient_is_handed_a_folder_and_has_a_day_by_which_to_answer(visitor: Visitor, tmp_path: Path) -> None:
    registering.correct_dataset(
        visitor.desk, indexing.list_indexes(visitor.desk)[0].dataset_version, {"data_recipients": "Example, Inc."}
    )
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    deleting.make_plan(visitor.desk, visitor.office.case)
    deleting.approve(visitor.desk, visitor.office.case)
    deleting.run(visitor.desk, visitor.office.case)
    dialog = open_tasks(visitor)
    rows = dialog.list.model.rows
    told = next(row for row, one in enumerate(rows) if one.action.kind is ActionKind.TELL_RECIPIENT)
    dialog.list.table.choose(told)
    assert dialog.hand_out.isEnabled()
    dialog.hand_out.click()
    visitor.dialog(HandOutDialog).write_to(tmp_path)
    visitor.settle()
    task = dialog.list.model.rows[told]
    assert (tmp_path / task.action.id / "check_items.py").is_file()
    assert task.due == date.today() + 2 * FORTNIGHT
    assert visitor.errors == []
    dialog.reject()
