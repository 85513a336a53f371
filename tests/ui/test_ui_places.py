from __future__ import annotations

from pathlib import Path

import pyrage
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.deleting import WantedTreatment
from dsr_desk.app.proof.recipients import list_recipients
from dsr_desk.core.actions import ActionKind
from dsr_desk.core.items import Box
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.requests import CaseState
from dsr_desk.ui.dialogs import QuestionDialog
from dsr_desk.ui.photos import FacePicker
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.deletion_parts import TreatmentDialog
from dsr_desk.ui.views.case.end_case import EndCaseDialog
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.data.recipients import RecipientDialog, RecipientsPage
from dsr_desk.ui.views.models.disposition import DispositionDialog
from dsr_desk.ui.views.models.lineage import LineagePage
from dsr_desk.ui.views.models.models import ModelsPage
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.checkpoints import CompareDialog, write
from dsr_desk.ui.views.vault.journal import JournalPage
from dsr_desk.ui.widgets import Chip
from ui.conftest import Visitor


def test_a_recipient_is_added_compared_and_can_be_sealed_for(visitor: Visitor) -> None:
    page = visitor.show("recipients")
    assert isinstance(page, RecipientsPage)
    page._ask()
    dialog = visitor.dialog(RecipientDialog)
    dialog.name.setText("Data protection authority")
    dialog.key.setText(str(pyrage.x25519.Identity.generate().to_public()))
    dialog.act.click()
    visitor.settle()
    page.table.choose(0)
    page.compared.click()
    assert list_recipients(visitor.desk)[0].compared is not None
    evidence = visitor.open_case("evidence")
    assert isinstance(evidence, EvidencePage)
    evidence.recipients.model.tick(0, on=True)
    assert evidence.go.text() == "Seal for 2 recipients …"


def test_what_is_no_age_key_is_refused(visitor: Visitor) -> None:
    page = visitor.show("recipients")
    assert isinstance(page, RecipientsPage)
    page._ask()
    dialog = visitor.dialog(RecipientDialog)
    dialog.name.setText("Somebody")
    dialog.key.setText("AGE-SECRET-KEY-1")
    dialog.act.click()
    assert dialog.isVisible()
    assert "RECIPIENT-KEY" in dialog.problem.text
    assert dialog.name.text() == "Somebody"
    assert list_recipients(visitor.desk) == []


def test_the_journal_shows_the_newest_entry_first(visitor: Visitor) -> None:
    visitor.identify()
    page = visitor.show("journal")
    assert isinstance(page, JournalPage)
    assert page.model.rows[0].kind == "identity"
    assert "Identity check recorded" in page.model.sentence(page.model.rows[0])
    assert page.model.rows[0].officer == "Ada"
    numbers = [line.seq for line in page.model.rows]
    assert numbers == sorted(numbers, reverse=True)


def test_a_lineage_file_that_cannot_be_read_changes_nothing(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.show("lineage")
    assert isinstance(page, LineagePage)
    before = len(page.model.rows)
    broken = tmp_path / "broken.ndjson"
    broken.write_text("this is no lineage")
    visitor.workspace.drop([broken])
    visitor.settle()
    assert len(visitor.errors) == 1
    assert len(page.model.rows) == before


def test_a_lineage_file_is_taken_out_after_a_question(visitor: Visitor) -> None:
    page = visitor.show("lineage")
    assert isinstance(page, LineagePage)
    before = len(page.model.rows)
    assert before
    page.switch.setCurrentIndex(1)
    page.table.choose(0)
    page.forget_it.click()
    question = visitor.dialog(QuestionDialog)
    assert question.cancel.isDefault()
    question.act.click()
    visitor.settle()
    assert len(page.model.rows) == before - 1


def test_an_index_says_for_what_and_until_when_it_may_exist(visitor: Visitor) -> None:
    page = visitor.show("indexes")
    assert isinstance(page, IndexesPage)
    page.table.choose(0)
    assert "unknown" in {chip.accessibleName() for chip in page.facts.findChildren(Chip)}


def test_holding_a_model_needs_a_reason(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    page = visitor.open_case("models")
    assert isinstance(page, ModelsPage)
    page.table.choose(0)
    page.decide.click()
    dialog = visitor.dialog(DispositionDialog)
    dialog._disposition.choose(DispositionKind.HELD)
    dialog.allow()
    assert not dialog.act.isEnabled()
    dialog._reason.setText("evidence in a lawsuit until it ends")
    assert dialog.act.isEnabled()
    dialog.act.click()
    visitor.settle()
    assert visitor.errors == []
    planned = page.lists.affected.rows[0].disposition
    assert planned is not None
    assert planned.planned is not None
    assert planned.planned.disposition is DispositionKind.HELD


def test_an_item_can_be_held_instead_and_the_plan_is_made_anew(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    page = visitor.open_case("deletion")
    assert isinstance(page, DeletionPage)
    page.plan.click()
    visitor.settle()
    before = page._looked.erase
    photos = next(row for row in page.model.rows if row.action.kind is ActionKind.ERASE_ITEMS)
    page._open_action(photos)
    dialog = visitor.dialog(TreatmentDialog)
    dialog.way.choose(WantedTreatment.HOLD)
    dialog.allow()
    assert not dialog.act.isEnabled()
    dialog.reason.setText("Article 17(3)(e): a claim is defended")
    dialog.act.click()
    visitor.settle()
    assert visitor.errors == []
    held = [row for row in page.model.rows if row.action.kind is ActionKind.HOLD]
    assert len(held) == 1
    assert page._looked.erase < before


def test_refusing_a_case_needs_a_reason_and_destroys_the_photos(visitor: Visitor) -> None:
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    page.end.click()
    dialog = visitor.dialog(EndCaseDialog)
    dialog._end.choose(CaseState.REFUSED)
    dialog.allow()
    assert not dialog.act.isEnabled()
    dialog._reason.setText("not the person in the photos")
    visitor.settle()
    dialog.act.click()
    visitor.settle()
    case = show_case(visitor.desk, visitor.office.case)
    assert case.state is CaseState.REFUSED
    assert all(photo.destroyed for photo in case.photos)
    assert not page.end.isVisible()


def test_one_of_several_faces_is_chosen_by_click_or_number(qtbot: QtBot) -> None:
    picker = FacePicker(200)
    qtbot.addWidget(picker)
    boxes = [(1, Box(10, 10, 40, 40)), (2, Box(60, 10, 90, 40))]
    picker.show_photo("group.jpg", QImage(100, 50, QImage.Format.Format_RGB32), QSize(100, 50), boxes, None)
    picker.show()
    assert "choose one" in picker.accessibleName()
    with qtbot.waitSignal(picker.chosen) as caught:
        qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=QPoint(int(picker.width() * 0.75), 100))
    assert caught.args == [2]
    with qtbot.waitSignal(picker.chosen) as caught:
        qtbot.keyClick(picker, Qt.Key.Key_1)
    assert caught.args == [1]


def test_a_checkpoint_is_written_from_the_journal_and_held_against_it(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.show("journal")
    assert isinstance(page, JournalPage)
    write(visitor.session, page, tmp_path / "checkpoint.pdf")
    visitor.settle()
    assert page.model.rows[0].kind == "checkpoint"
    page.compare.click()
    dialog = visitor.dialog(CompareDialog)
    dialog.file.field.setText(str(tmp_path / "checkpoint.pdf"))
    dialog.act.click()
    visitor.settle()
    assert dialog.isVisible()
    assert "continues the checkpoint" in dialog.found.text
    dialog.file.field.clear()
    dialog.typed.setText("dsr-desk/ 12")
    dialog.act.click()
    visitor.settle()
    assert "CHECKPOINT-LINE-WRONG" in dialog.problem.text
    assert not dialog.found.isVisible()
