"""Buttons and the rules behind them: refusals, passphrases, rounds, versions, and on what a ✓ rests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import cases, deleting, ending, review, searching
from dsr_desk.app.proof import sealing
from dsr_desk.core.actions import Seen
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Identifiers, Verdict
from dsr_desk.core.requests import CaseState, Law, Right
from dsr_desk.ui.acting import SignDialog
from dsr_desk.ui.dialogs import QuestionDialog
from dsr_desk.ui.findings import FoundLabel
from dsr_desk.ui.navigation import StepLook
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.end_case import EndCaseDialog, ReopenDialog
from dsr_desk.ui.views.case.facts_versions import FactsVersionsDialog
from dsr_desk.ui.views.case.identity import FailedDialog
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.case.search import SearchPage
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.widgets import Button, Chip
from ui.conftest import OTHER_PASSPHRASE, Visitor


@pytest.fixture
def reviewed(visitor: Visitor) -> Visitor:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    return visitor


def deletion_of(visitor: Visitor) -> DeletionPage:
    page = visitor.open_case("deletion")
    assert isinstance(page, DeletionPage)
    return page


def review_of(visitor: Visitor) -> ReviewPage:
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    return page


def command(act: Callable[[], object]) -> str:
    """What the command that tries the same is refused with."""
    with pytest.raises(DeskError) as caught:
        act()
    return f"{caught.value.what_happened} {caught.value.what_to_do}"


def says(button: Button) -> str:
    """Why a button cannot be pressed, for the mouse and for a screen reader."""
    assert not button.isEnabled()
    assert button.toolTip() == button.accessibleDescription() != ""
    return button.toolTip()


def test_an_act_that_is_refused_has_a_button_that_says_the_reason_of_the_command(reviewed: Visitor) -> None:
    desk, ref = reviewed.desk, reviewed.office.case
    page = deletion_of(reviewed)
    assert page.plan.isEnabled()
    assert page.plan.toolTip() == ""
    assert says(page.approve) == command(lambda: deleting.approve(desk, ref))
    assert says(page.run) == command(lambda: deleting.run(desk, ref))
    assert says(page.look) == command(lambda: deleting.read_back(desk, ref))
    page.plan.click()
    reviewed.settle()
    assert page.approve.isEnabled()
    assert says(page.run) == command(lambda: deleting.run(desk, ref))
    reviewed.approve()
    search = reviewed.open_case("search")
    assert isinstance(search, SearchPage)
    assert says(search.go) == command(lambda: searching.search_case(desk, ref)) == search.blocked.text
    assert not search.to_identity.isVisible()


def test_a_seal_that_is_refused_says_the_reason_of_the_command(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    assert says(page.go) == command(lambda: sealing.seal(visitor.desk, visitor.office.case, tmp_path / "out"))


def test_an_ended_case_is_read_and_not_edited_until_it_is_reopened(visitor: Visitor) -> None:
    desk, ref = visitor.desk, visitor.office.case
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    assert not page.reopen.isVisible()
    visitor.session.do(lambda: ending.end_case(desk, ref, CaseState.WITHDRAWN, "withdrawn by mail"))
    visitor.settle()
    known = cases.show_case(desk, ref)
    assert says(page.save) == command(
        lambda: cases.edit_request(
            desk, ref, right=known.right, law=known.law, received=known.received, identifiers=known.identifiers
        )
    )
    assert not page.form.right.isEnabled()
    page.reopen.click()
    dialog = visitor.dialog(ReopenDialog)
    assert not dialog.act.isEnabled()
    dialog._reason.setText("she asked once more")
    dialog.act.click()
    visitor.settle()
    assert desk.case(ref).ended is None
    assert not page.reopen.isVisible()
    assert page.form.right.isEnabled()


@pytest.mark.parametrize("secret", ["no passphrase at all", OTHER_PASSPHRASE])
def test_a_passphrase_that_is_not_the_own_one_approves_nothing_and_says_so(reviewed: Visitor, secret: str) -> None:
    reviewed.add_officer()
    reviewed.plan()
    page = deletion_of(reviewed)
    page.approve.click()
    reviewed.sign(secret)
    dialog = reviewed.dialog(SignDialog)
    assert dialog.problem.isVisible()
    assert "PASSPHRASE" in dialog.problem.text
    assert reviewed.desk.case(reviewed.office.case).approvers == []
    reviewed.sign()
    assert not dialog.isVisible()
    assert reviewed.desk.case(reviewed.office.case).approvers == [reviewed.desk.vault.officer_key]
    assert says(page.approve) == "You approved this plan."
    assert reviewed.errors == []


def test_what_has_changed_since_the_plan_is_listed_and_a_new_plan_is_at_hand(reviewed: Visitor) -> None:
    desk, ref = reviewed.desk, reviewed.office.case
    reviewed.plan()
    page = deletion_of(reviewed)
    assert not page.changed.isVisible()
    item = next(one for one in review.review_items(desk, ref) if one.decision and one.decision.verdict is Verdict.SAME)
    reviewed.session.do(lambda: review.decide(desk, ref, item.candidate.id, Verdict.DIFFERENT))
    reviewed.settle()
    assert page.changed.isVisible()
    assert page.changed.said == ["One decision was changed."]
    assert "the decisions" in says(page.approve)
    assert page.plan.text() == "Plan anew"
    assert page.plan.property("kind") == "primary"
    page.plan.click()
    reviewed.settle()
    assert not page.changed.isVisible()
    assert page.approve.isEnabled()
    assert reviewed.errors == []


def test_under_an_approved_plan_one_confirmation_withdraws_it_and_decides(reviewed: Visitor, qtbot: QtBot) -> None:
    desk, ref = reviewed.desk, reviewed.office.case
    reviewed.plan()
    reviewed.approve()
    page = review_of(reviewed)
    assert "A new decision withdraws it" in page.notice.text
    item = page.current()
    assert item is not None
    assert item.verdict is not None
    other = Verdict.DIFFERENT if item.verdict is Verdict.SAME else Verdict.SAME
    page.bar.buttons[other].click()
    reviewed.dialog(QuestionDialog).cancel.click()
    assert desk.case(ref).plan is not None
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_2 if other is Verdict.DIFFERENT else Qt.Key.Key_1)
    question = reviewed.dialog(QuestionDialog)
    assert question.cancel.isDefault()
    question.act.click()
    reviewed.settle()
    case = desk.case(ref)
    assert case.plan is None
    decided = {desk.name(ref, one.address.id): one.verdict for one in review.decisions(desk, ref)}
    assert decided[item.key] is other
    assert not page.notice.isVisible()
    assert reviewed.errors == []


def test_while_a_run_is_not_read_back_no_decision_can_be_made(reviewed: Visitor) -> None:
    desk, ref = reviewed.desk, reviewed.office.case
    reviewed.plan()
    reviewed.approve()
    deleting.run(desk, ref)
    page = review_of(reviewed)
    item = review.review_items(desk, ref)[0].candidate.id
    reason = command(lambda: review.decide(desk, ref, item, Verdict.UNSURE))
    assert {says(button) for button in page.bar.buttons.values()} == {reason}
    assert page.notice.text == reason


def test_what_is_still_there_leads_to_another_round_and_the_first_one_stays_visible(
    reviewed: Visitor, tmp_path: Path
) -> None:
    desk, ref = reviewed.desk, reviewed.office.case
    data = reviewed.office.folder / "data"
    shutil.copytree(data, tmp_path / "copy")
    reviewed.plan()
    reviewed.approve()
    deleting.run(desk, ref)
    page = deletion_of(reviewed)
    assert page.look.isEnabled()
    assert not page.search.isVisible()
    shutil.copytree(tmp_path / "copy", data, dirs_exist_ok=True)
    page.look.click()
    reviewed.settle()
    assert page._looked.view is not None
    assert page._looked.view.read_back is not None
    assert page._looked.view.read_back.seen is Seen.STILL_THERE
    assert page.search.isVisible()
    assert page.search.property("kind") == "primary"
    assert "searched" in says(page.plan)
    page.search.click()
    reviewed.settle()
    search = reviewed.workspace.page("search")
    assert isinstance(search, SearchPage)
    assert search.go.isEnabled()
    search.go.click()
    reviewed.settle()
    page = deletion_of(reviewed)
    assert page.rounds.isVisible()
    assert len(page.rounds.said) == 2
    assert "by Ada" in page.rounds.said[0]
    assert page.rounds.said[1] == "Nothing was deleted in it yet."
    assert reviewed.errors == []


def test_every_version_of_the_facts_says_who_and_when_and_where_it_was_read(visitor: Visitor) -> None:
    desk, ref = visitor.desk, visitor.office.case
    known = cases.show_case(desk, ref)
    before = known.version
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    more = Identifiers(names=(*known.identifiers.names, "Somebody Else"), emails=known.identifiers.emails)
    visitor.session.do(
        lambda: cases.edit_request(
            desk, ref, right=Right.OBJECTION, law=Law.EU_GDPR, received=known.received, identifiers=more
        )
    )
    visitor.settle()
    assert page.versions.text() == f"{before + 1} versions"
    page.versions.click()
    dialog = visitor.dialog(FactsVersionsDialog)
    assert len(dialog.said) == before + 1
    assert dialog.said[0].startswith("confirmed by Ada; ")
    assert "entry" in dialog.said[0]
    assert dialog.said[-1].startswith("read by the program when Ada opened the case; ")
    shown = [one.text() for one in dialog.findChildren(QLabel)]
    assert "entered by Ada" in shown
    assert any("letter" in text or "line" in text for text in shown)
    dialog.reject()


def test_the_end_of_a_case_says_what_is_open_in_it(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    page.end.click()
    dialog = visitor.dialog(EndCaseDialog)
    count = len(review.review_items(visitor.desk, visitor.office.case))
    assert dialog.left == [
        f"{count} candidates are not decided",
        "No answer to the person is recorded",
        "No evidence was sealed",
    ]
    assert dialog.end is CaseState.CLOSED
    assert not dialog.act.isEnabled()
    visitor.settle()
    dialog._reason.setText("she was answered by telephone")
    assert dialog.act.isEnabled()
    dialog.reject()


def test_a_place_that_is_taken_out_of_the_field_is_not_the_place_of_the_case_any_more(visitor: Visitor) -> None:
    desk, ref = visitor.desk, visitor.office.case
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    for typed, place in (("DE-BY", "DE-BY"), ("", str(cases.usual_place(Law.EU_GDPR, desk.place)))):
        page.form.place.setText(typed)
        page.form.edited.emit()
        page.save.click()
        visitor.settle()
        assert str(cases.facts_versions(desk, ref)[-1].facts.place) == place


def test_nothing_is_called_gone_before_it_was_read_back(reviewed: Visitor) -> None:
    page = reviewed.open_case("evidence")
    assert isinstance(page, EvidencePage)

    def claimed() -> str:
        return " ".join(one.text() for one in page.claims.findChildren(QLabel) if one.isVisible())

    assert "gone" not in claimed()
    reviewed.plan()
    reviewed.approve()
    deleting.run(reviewed.desk, reviewed.office.case)
    page.forget()
    reviewed.settle()
    assert "gone" not in claimed()
    deleting.read_back(reviewed.desk, reviewed.office.case)
    page.forget()
    reviewed.settle()
    assert "gone" in claimed()
    strong = [one for one in page.claims.findChildren(Chip) if one.isVisible() and one.text in ("proved", "read back")]
    assert strong
    assert all(one.accessibleDescription().startswith("Ada, ") for one in strong)


def test_what_is_ready_says_on_enter_and_on_a_click_on_what_it_rests(reviewed: Visitor, qtbot: QtBot) -> None:
    page = reviewed.open_case("evidence")
    assert isinstance(page, EvidencePage)
    lines = [one for one in page.findChildren(FoundLabel) if one.accessibleDescription()]
    identity = lines[0]
    sentence, finding = identity.text(), identity.accessibleDescription()
    assert finding.startswith("Ada, ")
    assert "entry" in finding
    assert identity.toolTip() == finding
    qtbot.keyClick(identity, Qt.Key.Key_Return)
    assert identity.text() == f"{sentence}\n{finding}"
    qtbot.mouseClick(identity, Qt.MouseButton.LeftButton)
    assert identity.text() == sentence


def test_an_identity_check_that_does_not_hold_stops_search_and_approval(reviewed: Visitor) -> None:
    desk, ref = reviewed.desk, reviewed.office.case
    reviewed.plan()
    page = reviewed.open_case("request")
    assert isinstance(page, RequestPage)
    assert page.identity.state.accessibleDescription().startswith("Ada, ")
    page.identity.withdraw.click()
    dialog = reviewed.dialog(FailedDialog)
    assert not dialog.act.isEnabled()
    dialog._reason.setText("the caller was somebody else")
    dialog.act.click()
    reviewed.settle()
    assert not desk.case(ref).identified
    assert page.identity.state.text == "failed"
    assert page.identity.failed.isVisible()
    assert "the caller was somebody else" in page.identity.failed.text
    assert not page.identity.done.isVisible()
    assert says(deletion_of(reviewed).approve) == command(lambda: deleting.approve(desk, ref))
    assert reviewed.workspace.side.button("request").state is StepLook.BEGUN
