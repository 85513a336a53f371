"""Several officers at one window and elsewhere: switching, second review, disagreement, policy, packets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from dsr_desk.app.case.packet_files import For, open_packet
from dsr_desk.app.case.packet_work import Said, answer_review, decide
from dsr_desk.app.case.review import SecondItem
from dsr_desk.app.vault import officers
from dsr_desk.core.findings import Verdict
from dsr_desk.core.policy import Policy
from dsr_desk.ui.acting import SwitchDialog
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.packets import HandOverDialog, take_answer_in
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.case.review_modes import Mode
from dsr_desk.ui.views.vault.policy_card import PolicyDialog
from dsr_desk.ui.views.vault.settings import SettingsPage
from ui.conftest import OTHER_PASSPHRASE, Visitor

THIRD_PASSPHRASE = "yet another passphrase"


@pytest.fixture
def reviewed(visitor: Visitor) -> Visitor:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    visitor.add_officer()
    return visitor


def review_of(visitor: Visitor) -> ReviewPage:
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    return page


def settings_of(visitor: Visitor) -> SettingsPage:
    page = visitor.show("settings")
    assert isinstance(page, SettingsPage)
    return page


def perceptible(widget: QWidget) -> list[str]:
    """All that a person could read or hear in a widget."""
    shown = [one for one in widget.findChildren(QWidget) if one.isVisible()]
    found = [one.text() for one in shown if isinstance(one, QLabel | QAbstractButton)]
    return [*found, *(text for one in shown for text in (one.accessibleName(), one.toolTip()))]


def test_who_is_alone_has_nobody_to_switch_to(visitor: Visitor) -> None:
    assert visitor.workspace.officer.text() == "Ada"
    assert not visitor.workspace.switch.isEnabled()
    assert "no other officer" in visitor.workspace.switch.toolTip()


def test_another_officer_goes_on_with_the_vault_open_and_all_screens_know(reviewed: Visitor) -> None:
    page = reviewed.open_case("deletion")
    assert isinstance(page, DeletionPage)
    reviewed.plan()
    reviewed.approve()
    page.forget()
    reviewed.settle()
    assert page.approve.toolTip() == "You approved this plan."
    reviewed.switch("wrong wrong wrong")
    dialog = reviewed.dialog(SwitchDialog)
    assert "PASSPHRASE" in dialog.problem.text
    assert reviewed.workspace.officer.text() == "Ada"
    dialog.secret.setText(OTHER_PASSPHRASE)
    dialog.act.click()
    reviewed.settle()
    assert reviewed.workspace.officer.text() == reviewed.desk.vault.officer_name == "Grace"
    assert page.approve.toolTip() != "You approved this plan."
    assert reviewed.errors == []


def test_a_second_review_shows_neither_verdict_nor_score_of_the_first(reviewed: Visitor) -> None:
    reviewed.switch()
    page = review_of(reviewed)
    assert page.mode.value is Mode.SECOND
    assert page.model.deck
    assert all(card.is_open and card.verdict is None for card in page.model.deck)
    buttons = page.bar.buttons.values()
    words = [button.text() for button in buttons] + [button.accessibleName() for button in buttons]
    for row, card in enumerate(page.model.deck):
        page._go_to(row)
        reviewed.settle()
        assert page.content is not None
        assert all(isinstance(one, SecondItem) for one, _ in page.content.parts)
        shown = [text for text in perceptible(reviewed.window) if text not in words]
        for telling in ("Same person", "Different", "Unsure", "unrelated faces", "score hidden", "Show the score"):
            assert not [text for text in shown if telling in text]
        assert "not decided" in page.model.sentence(card)
    assert not page.bar.reveal.isVisible()
    assert not page.undo.isEnabled()
    first = page.model.card(0).key
    page._go_to(0)
    reviewed.settle()
    page.decide(Verdict.SAME)
    reviewed.settle()
    assert page.undo.isEnabled()
    case = reviewed.desk.case(reviewed.office.case)
    second = case.item(first).second
    assert second is not None
    assert second.officer == reviewed.desk.vault.officer_key
    page.undo.click()
    reviewed.settle()
    assert not page.undo.isEnabled()
    assert reviewed.desk.case(reviewed.office.case).item(first).second is None
    assert page.model.card(0).is_open
    assert reviewed.errors == []


def test_a_third_officer_settles_what_two_see_differently(reviewed: Visitor) -> None:
    ref = reviewed.office.case
    reviewed.add_officer("Cleo", THIRD_PASSPHRASE)
    reviewed.switch()
    page = review_of(reviewed)
    item = page.model.card(0).key
    known = reviewed.desk.case(ref).item(item)
    assert known is not None
    other = Verdict.DIFFERENT if known.verdict == "same" else Verdict.SAME
    page._go_to(0)
    reviewed.settle()
    page.decide(other)
    reviewed.settle()
    assert Mode.SETTLE not in page.mode._values
    reviewed.switch(THIRD_PASSPHRASE)
    page = review_of(reviewed)
    page.mode.choose(Mode.SETTLE)
    page.mode.activated.emit(page.mode.currentIndex())
    reviewed.settle()
    assert [card.key for card in page.model.deck] == [item]
    page.decide(other)
    reviewed.settle()
    settled = reviewed.desk.case(ref).item(item)
    assert settled is not None
    assert settled.agreed
    assert settled.verdict == other.value
    assert reviewed.errors == []


def test_a_stricter_policy_holds_at_once_and_a_looser_one_waits_for_another_officer(visitor: Visitor) -> None:
    page = settings_of(visitor)
    assert any("One officer approves a plan" in sentence for sentence in page.policy.said)
    page.policy.change.click()
    dialog = visitor.dialog(PolicyDialog)
    dialog.approvals.choose(2)
    dialog.act.click()
    assert "VAULT-POLICY-IMPOSSIBLE" in dialog.problem.text
    visitor.add_officer()
    dialog.act.click()
    visitor.settle()
    assert officers.policy(visitor.desk) == Policy(approvals=2)
    page.policy.change.click()
    dialog = visitor.dialog(PolicyDialog)
    dialog.approvals.choose(1)
    dialog.act.click()
    assert "VAULT-CHANGE-NOT-APPROVED" in dialog.problem.text
    dialog.reject()
    visitor.settle()
    (waiting,) = officers.proposals(visitor.desk)
    assert not page.policy.approvals[waiting.digest].isEnabled()
    visitor.switch()
    visitor.settle()
    page.policy.approvals[waiting.digest].click()
    visitor.settle()
    page.policy.change.click()
    dialog = visitor.dialog(PolicyDialog)
    dialog.approvals.choose(1)
    dialog.act.click()
    visitor.settle()
    assert officers.policy(visitor.desk) == Policy(approvals=1)
    assert page.policy.approvals == {}
    assert visitor.errors == []


def test_a_case_is_handed_over_for_a_second_review_and_the_answer_taken_in(reviewed: Visitor, tmp_path: Path) -> None:
    ref = reviewed.office.case
    page = review_of(reviewed)
    assert page.hand.isVisible()
    page.hand.click()
    dialog = reviewed.dialog(HandOverDialog)
    assert dialog.officer.value == "Grace"
    assert dialog.what.value is For.REVIEW
    dialog.write(tmp_path / "for-grace.packet")
    reviewed.settle()
    assert not dialog.isVisible()
    opened = open_packet(tmp_path / "for-grace.packet", OTHER_PASSPHRASE)
    decide(opened, {one.candidate.id: Said(Verdict.SAME) for one in opened.packet.items})
    answer_review(opened, tmp_path / "answer")
    take_answer_in(reviewed.session, page, tmp_path / "answer")
    reviewed.settle()
    assert reviewed.errors == []
    seconds = [item.second for item in reviewed.desk.case(ref).to_review_again() if item.second is not None]
    assert len(seconds) == len(opened.packet.items) > 0
    take_answer_in(reviewed.session, page, tmp_path / "answer")
    reviewed.settle()
    assert [error.code for error in reviewed.errors] == ["ACT-TAKEN-TWICE"]


def test_nobody_is_asked_by_packet_where_there_is_nobody(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = review_of(visitor)
    assert not page.hand.isVisible()
    assert not page.take.isVisible()
