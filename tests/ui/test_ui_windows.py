from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import cases, deleting, drafts, review
from dsr_desk.app.case.searching import last_search
from dsr_desk.app.data.columns import ColumnKind, columns, correct_column
from dsr_desk.app.data.indexing import list_indexes
from dsr_desk.app.data.registering import register_dataset
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import ReasonKind, Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.refusals import ReviewOpen
from dsr_desk.core.requests import CaseState, Law
from dsr_desk.ui import review_keys
from dsr_desk.ui.acting import SignDialog
from dsr_desk.ui.dialogs import ErrorDialog, QuestionDialog
from dsr_desk.ui.language import say
from dsr_desk.ui.navigation import StepLook
from dsr_desk.ui.views.case.add_photos import AddPhotosDialog
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.case.search import SearchPage
from dsr_desk.ui.views.case.what_is_it import WhatIsItDialog
from dsr_desk.ui.views.proof.bundles import BundlesDialog
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.welcome import Welcome
from dsr_desk.ui.widgets import Chip
from ui.conftest import PASSPHRASE, Visitor


def test_the_cases_say_what_is_due_and_enter_goes_on_with_one(visitor: Visitor, qtbot: QtBot) -> None:
    page = visitor.show("cases")
    assert isinstance(page, CasesPage)
    says = page.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert says.startswith("Reference: 2026-001")
    assert "Erasure" in says
    assert "Record identity check" in says
    page.table.choose(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    visitor.settle()
    assert visitor.session.case == "2026-001"
    assert isinstance(visitor.workspace.stack.currentWidget(), RequestPage)


def test_the_search_waits_for_the_identity_check(visitor: Visitor) -> None:
    search = visitor.open_case("search")
    assert isinstance(search, SearchPage)
    assert not search.go.isEnabled()
    assert search.blocked.isVisible()
    request = visitor.show("request")
    assert isinstance(request, RequestPage)
    request.identity.method.setText("video call")
    assert not request.identity.button.isEnabled()
    request.identity.shows.setText("seen in the call")
    request.identity.button.click()
    visitor.settle()
    assert cases.show_case(visitor.desk, "2026-001").state is CaseState.IDENTIFIED
    assert visitor.workspace.side.button("request").state is StepLook.DONE
    visitor.show("search")
    assert search.go.isEnabled()


def test_a_search_fills_the_review_and_says_what_was_not_searched(visitor: Visitor) -> None:
    visitor.identify()
    page = visitor.open_case("search")
    assert isinstance(page, SearchPage)
    assert page.go.text() == "Search 1 index"
    page.model.tick(0, on=False)
    assert not page.go.isEnabled()
    page.model.tick(0, on=True)
    page.go.click()
    visitor.settle()
    result = last_search(visitor.desk, "2026-001")
    assert result is not None
    assert page.state.text == ("with gaps" if result.gaps else "complete")
    shown = [one.text() for one in page.findChildren(QLabel)]
    assert all(say(one.says) in shown for one in result.gaps)
    found = visitor.show("review")
    assert isinstance(found, ReviewPage)
    assert len(found.model.deck) >= 3
    assert visitor.errors == []


def test_a_search_that_left_something_out_is_not_called_complete(visitor: Visitor) -> None:
    visitor.identify()
    register_dataset(visitor.desk, DatasetVersion("elsewhere", "3"))
    page = visitor.open_case("search")
    assert isinstance(page, SearchPage)
    page.go.click()
    visitor.settle()
    assert page.state.text == "with gaps"
    assert any("elsewhere@3" in one.text() for one in page.findChildren(QLabel))


def test_keys_decide_and_go_on_and_undo_comes_back(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    first, second = page.model.card(0), page.model.card(1)
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_2)
    visitor.settle()
    assert [one.verdict for one in review.decisions(visitor.desk, "2026-001")] == [Verdict.DIFFERENT]
    now = page.current()
    assert now is not None
    assert now.key == second.key
    qtbot.keyClick(page, Qt.Key.Key_Left)
    qtbot.keyClick(page, Qt.Key.Key_3)
    visitor.settle()
    assert [one.verdict for one in review.decisions(visitor.desk, "2026-001")] == [Verdict.UNSURE]
    visitor.window.activateWindow()
    qtbot.waitUntil(visitor.window.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    visitor.settle()
    now = page.current()
    assert now is not None
    assert now.key == first.key
    assert now.verdict is Verdict.DIFFERENT
    assert "1 of" in page.progress.text


def test_the_score_stays_hidden_until_decided_and_an_early_look_is_journalled(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    faces = [item.candidate.face is not None for item in review.review_items(visitor.desk, "2026-001")]
    page._go_to(faces.index(True))
    visitor.settle()
    assert page.bar.score.text() == "score hidden until decided"
    page.bar.reveal.click()
    visitor.settle()
    assert page.bar.score.text() != "score hidden until decided"
    assert not page.bar.reveal.isVisible()
    entries = visitor.desk.vault.log.entries(visitor.desk.case("2026-001").id)
    assert Kind.SCORE_SHOWN in [entry.kind for entry in entries]


def test_the_three_decisions_look_alike(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    assert [button.property("kind") for button in page.bar.buttons.values()] == ["", "", ""]


def test_deleting_needs_the_case_number_and_what_is_certified_was_read_back(visitor: Visitor, tmp_path: Path) -> None:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    page = visitor.open_case("deletion")
    assert isinstance(page, DeletionPage)
    page.plan.click()
    visitor.settle()
    assert not page.run.isEnabled()
    assert page.approve.isEnabled()
    page.approve.click()
    visitor.sign()
    assert page.run.isEnabled()
    count = page._looked.erase
    assert count > 0
    assert page.run.text() == f"Delete {count} items …"
    page.run.click()
    dialog = visitor.dialog(SignDialog)
    assert dialog.act.text() == f"Delete {count} items"
    assert dialog.cancel.isDefault()
    assert dialog.field is not None
    dialog.secret.setText(PASSPHRASE)
    dialog.field.setText("2026-002")
    assert not dialog.act.isEnabled()
    visitor.sign()
    assert cases.show_case(visitor.desk, "2026-001").state is CaseState.READ_BACK
    assert visitor.workspace.side.button("deletion").state is StepLook.DONE

    evidence = visitor.show("evidence")
    assert isinstance(evidence, EvidencePage)
    assert evidence.go.text() == "Seal for 1 recipient …"
    evidence.recipients.requester.setChecked(False)
    assert not evidence.go.isEnabled()
    evidence.recipients.requester.setChecked(True)
    evidence.sign_and_seal(tmp_path / "out")
    visitor.sign()
    sealed = visitor.dialog(BundlesDialog)
    assert (tmp_path / "out" / "2026-001-answer.pdf").is_file()
    assert [chip for chip in sealed.findChildren(QWidget) if chip.accessibleName() == "holds"]
    sealed.accept()
    assert visitor.errors == []


def test_what_an_undecided_review_forbids_is_said_by_button_and_command_alike(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("deletion")
    assert isinstance(page, DeletionPage)
    assert not page.plan.isEnabled()
    with pytest.raises(ReviewOpen) as refused:
        deleting.make_plan(visitor.desk, "2026-001")
    error = refused.value
    assert page.plan.toolTip() == page.plan.accessibleDescription() == f"{error.what_happened} {error.what_to_do}"
    assert page.plan.toolTip() in page._nothing.accessibleName()
    dialog = ErrorDialog(error, visitor.window)
    texts = [child.text() for child in dialog.findChildren(QLabel)]
    for part in (error.what_happened, error.what_it_means, error.what_to_do, error.code):
        assert part in texts


def test_a_dropped_letter_becomes_a_case_as_the_officer_corrected_it(visitor: Visitor) -> None:
    visitor.workspace.drop([visitor.office.letter])
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    assert page.form.original.toPlainText()
    assert len(page.photos.pickers) == 2
    assert page.go.isEnabled()
    page.form._rows[0].value.setText("Somebody Else")
    page.go.click()
    visitor.settle()
    assert visitor.session.case == "2026-002"
    assert "Somebody Else" in cases.show_case(visitor.desk, "2026-002").identifiers.names
    assert isinstance(visitor.workspace.stack.currentWidget(), RequestPage)


def test_photos_without_a_usable_face_need_the_words_records_alone(visitor: Visitor, tmp_path: Path) -> None:
    photo = tmp_path / "nobody.png"
    Image.new("RGB", (200, 200), (90, 120, 150)).save(photo)
    visitor.workspace.drop([photo])
    visitor.settle()
    asked = visitor.dialog(WhatIsItDialog)
    asked.choices[0].choose(False)
    asked.act.click()
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    page.form.law.choose(Law.EU_GDPR)
    page.form.received.day = date(2026, 11, 5)
    assert not page.go.isEnabled()
    assert page.without_photo.isVisible()
    page.without_photo.setChecked(True)
    page.form.law.choose(Law.EU_GDPR)
    page.form.received.day = date(2026, 11, 5)
    page.form.edited.emit()
    assert page.go.isEnabled()


def test_locking_blanks_the_window_and_closes_the_vault(visitor: Visitor) -> None:
    visitor.open_case("request")
    visitor.window.lock()
    assert visitor.window.workspace is None
    assert isinstance(visitor.window.centralWidget(), Welcome)
    visitor.settle()
    visitor.office.open().close()


def test_idle_minutes_lock_the_window(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.window._idle._timer.setInterval(1)
    visitor.window._idle._timer.start()
    qtbot.waitUntil(lambda: visitor.window.workspace is None)


def test_leaving_while_work_runs_asks_with_verbs(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: QuestionDialog) -> int:
        asked.append(question.act.text())
        return 0

    monkeypatch.setattr(QuestionDialog, "exec", answer)
    go_on = []
    visitor.window.bridge.run(
        "Building an index",
        lambda _report, token: [token.check() for _ in iter(lambda: bool(go_on), True)],
        lambda _result: None,
        context=visitor.window,
    )
    assert not visitor.window.close()
    assert asked == ["Stop it and leave"]
    assert visitor.window.isVisible()
    go_on.append(True)


@pytest.mark.parametrize(
    "place",
    [
        "cases",
        "request",
        "search",
        "review",
        "models",
        "deletion",
        "evidence",
        "indexes",
        "lineage",
        "recipients",
        "journal",
        "settings",
        "new",
    ],
)
def test_every_control_of_every_screen_has_a_name(visitor: Visitor, place: str) -> None:
    visitor.identify()
    visitor.search()
    visitor.session.open_case(visitor.office.case)
    page = visitor.show(place)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTableView)
    controls = [one for kind in kinds for one in page.findChildren(kind) if not one.objectName().startswith("qt_")]
    nameless = [one for one in controls if not (one.accessibleName() or getattr(one, "text", str)())]
    assert not nameless
    for table in page.findChildren(QTableView):
        tester = QAbstractItemModelTester(table.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
        for row in range(table.model().rowCount()):
            assert table.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        tester.deleteLater()


def test_the_steps_show_their_state_as_sign_and_word(visitor: Visitor) -> None:
    visitor.open_case("request")
    button = visitor.workspace.side.button("search")
    assert button._icon == StepLook.OPEN.value
    assert "identity" in button.accessibleName()


def linked(page: ReviewPage) -> int:
    """The row of a candidate that is proposed by a link."""
    items = review.review_items(page.session.desk, "2026-001")
    kinds = [{reason.kind for reason in item.candidate.reasons} for item in items]
    return items[next(row for row, found in enumerate(kinds) if ReasonKind.LINK in found)].card - 1


def test_a_link_is_refused_by_itself_and_undone_with_the_same_key(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    page._go_to(linked(page))
    visitor.settle()
    assert page.content is not None
    item = page.content.parts[0][0]
    reason = next(one for one in item.reasons if one.kind is ReasonKind.LINK)
    buttons = [one for one in page.place.findChildren(QAbstractButton) if one.text() == "link is wrong"]
    buttons[0].click()
    visitor.settle()
    assert review.refused_links(visitor.desk, "2026-001") == {(item.id, reason.linked_item)}
    assert any(chip.text == "refused" for chip in page.place.findChildren(Chip))
    assert review.decisions(visitor.desk, "2026-001") == []
    qtbot.keyClick(page, Qt.Key.Key_2)
    visitor.settle()
    page._go_to(linked(page))
    visitor.settle()
    back = next(one for one in page.place.findChildren(QAbstractButton) if one.text() == "take it back")
    back.click()
    visitor.settle()
    assert review.refused_links(visitor.desk, "2026-001") == frozenset()
    page.place.link_judged.emit(item.id, reason.linked_item, False)
    visitor.settle()
    page.undo.click()
    visitor.settle()
    assert review.refused_links(visitor.desk, "2026-001") == frozenset()
    assert len(review.decisions(visitor.desk, "2026-001")) == 1
    assert visitor.errors == []


def test_the_review_listens_to_the_keys_that_were_chosen(visitor: Visitor, qtbot: QtBot) -> None:
    review_keys.remember({Verdict.SAME: "S", Verdict.DIFFERENT: "D", Verdict.UNSURE: "U"})
    visitor.identify()
    visitor.search()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    assert [button.text() for button in page.bar.buttons.values()] == ["S  Same person", "D  Different", "U  Unsure"]
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_2)
    visitor.settle()
    assert review.decisions(visitor.desk, "2026-001") == []
    qtbot.keyClick(page, Qt.Key.Key_D)
    visitor.settle()
    assert [one.verdict for one in review.decisions(visitor.desk, "2026-001")] == [Verdict.DIFFERENT]


def test_an_index_that_changed_since_the_search_is_said_in_the_review(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    index = list_indexes(visitor.desk)[0]
    correct_column(visitor.desk, index.name, columns(visitor.desk, index.name)[0].name, ColumnKind.OTHER)
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    assert page.foot.warning.isVisible()
    assert "search it again" in page.foot.warning.text


def test_photos_are_added_to_an_open_case_with_how_they_are_known(visitor: Visitor, tmp_path: Path) -> None:
    visitor.identify()
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    mine = [
        item for item in visitor.office.truth.items if item.is_photo and item.people == (visitor.office.truth.person,)
    ]
    folder = visitor.office.folder / "data"
    photo = next(path for item in mine for path in folder.rglob(Path(item.member).name))
    empty = tmp_path / "nobody.png"
    Image.new("RGB", (200, 200), (90, 120, 150)).save(empty)
    before = len(cases.show_case(visitor.desk, "2026-001").photos)
    visitor.workspace.drop([photo, empty])
    visitor.settle()
    dialog = visitor.dialog(AddPhotosDialog)
    assert dialog.left_out.isVisible()
    assert dialog.act.text() == "Add 1 photo"
    assert not dialog.act.isEnabled()
    dialog.how.setText("sent from the same address")
    dialog.act.click()
    visitor.settle()
    case = cases.show_case(visitor.desk, "2026-001")
    assert len(case.photos) == before + 1
    assert case.identity is not None
    assert case.identity.photo_shows_requester == "seen in the call; sent from the same address"
    assert visitor.errors == []


def test_a_first_photo_after_the_identity_check_asks_how_it_is_known(visitor: Visitor) -> None:
    draft = drafts.understand(visitor.office.letter, [])
    photos = [photo for photo in draft.photos if photo.usable]
    case, _ = cases.open_case(visitor.desk, replace(draft, photos=()), without_photo=True, confirmed=True)
    cases.record_identity(visitor.desk, case.ref, method="video call", photo_shows_requester="")
    cases.add_photos(visitor.desk, case.ref, photos[:1])
    visitor.session.open_case(case.ref, "request")
    visitor.settle()
    page = visitor.workspace.page("request")
    assert isinstance(page, RequestPage)
    assert page.identity.state.text == "photo not confirmed"
    assert page.identity.method.text() == "video call"
    page.identity.shows.setText("seen in the call")
    page.identity.acting.setText("the mother, birth certificate seen")
    page.identity.button.click()
    visitor.settle()
    assert page.identity.state.text == "verified"
    assert "acting for the person: the mother" in page.identity.done.text
    check = cases.show_case(visitor.desk, case.ref).identity
    assert check is not None
    assert check.photo_shows_requester == "seen in the call"
