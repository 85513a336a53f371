"""What documents must hold, in the windows: a checklist with a button for each field, and words for every case."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel

from dsr_desk.app.case import cases
from dsr_desk.app.proof.required import RequiredEmpty, filled_fields, general_fields, sealing_refusal
from dsr_desk.core.requests import Law, Right
from dsr_desk.core.required import Document, FieldState, field_name
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.language import say
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.proof.required import GeneralDialog, StateDialog
from dsr_desk.ui.views.vault.settings import SettingsPage
from ui.conftest import Visitor


def evidence(visitor: Visitor) -> EvidencePage:
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    return page


def under(visitor: Visitor, law: Law) -> None:
    """A case in which nothing was found, under a law of which nothing is stated."""
    desk, ref = visitor.desk, visitor.office.case
    case = cases.show_case(desk, ref)
    cases.edit_request(desk, ref, right=Right.ERASURE, law=law, received=case.received, identifiers=case.identifiers)
    visitor.identify()
    visitor.search()


def shown(page: EvidencePage) -> str:
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisibleTo(page))


def state(visitor: Visitor, dialog: Dialog, what: FieldState, words: str) -> None:
    assert isinstance(dialog, StateDialog)
    assert not dialog.act.isEnabled(), "without words nothing is stated"
    dialog.state.choose(what)
    dialog.words.setText(words)
    dialog.act.click()
    visitor.settle()


def test_an_empty_field_keeps_the_button_off_and_says_what_the_command_says(visitor: Visitor) -> None:
    under(visitor, Law.LGPD)
    page = evidence(visitor)
    refused = sealing_refusal(visitor.desk, visitor.office.case, requester=True, regulators=0)
    assert isinstance(refused, RequiredEmpty)
    assert not page.go.isEnabled()
    assert page.go.toolTip() == say(refused.message)
    assert "Must be stated first" in shown(page)


def test_each_field_has_its_button_and_once_all_are_stated_the_case_can_be_sealed(
    visitor: Visitor, tmp_path: Path
) -> None:
    under(visitor, Law.LGPD)
    page, desk, ref = evidence(visitor), visitor.desk, visitor.office.case
    fields = {one.field for kind in (Document.REQUESTER, Document.REGULATOR) for one in filled_fields(desk, ref, kind)}
    names = {f"State: {say(field_name(one))}" for one in fields}
    assert {button.accessibleName() for button in page.states} == names
    assert len(page.states) == len(names)
    for one in filled_fields(desk, ref, Document.REQUESTER):
        if one.state is FieldState.EMPTY:
            assert not page.go.isEnabled()
            page.states[0].click()
            assert visitor.dialog(StateDialog).heading.text() == say(field_name(one.field)), "empty ones come first"
            state(visitor, visitor.dialog(StateDialog), FieldState.NOT_YET_KNOWN, "asked our lawyers")
    assert "Not yet known, the organisation stated on" in shown(page)
    assert page.go.isEnabled()
    page.sign_and_seal(tmp_path / "out")
    visitor.sign()
    assert visitor.errors == []
    assert list((tmp_path / "out").iterdir())


def test_what_is_stated_in_the_settings_holds_for_every_case_under_the_law(visitor: Visitor) -> None:
    under(visitor, Law.LGPD)
    settings = visitor.show("settings")
    assert isinstance(settings, SettingsPage)
    settings.organisation.general.click()
    dialog = visitor.dialog(GeneralDialog)
    dialog.law.choose(Law.LGPD)
    dialog.law.activated.emit(0)
    names = [one.field for one in general_fields(visitor.desk, Law.LGPD)]
    assert len(dialog.buttons) == len(names)
    dialog.buttons[names.index("officer")].click()
    state(visitor, visitor.dialog(StateDialog), FieldState.STATED, "Ines Sample, dpo@org.example")
    assert "Ines Sample, dpo@org.example" in "\n".join(one.text() for one in dialog.findChildren(QLabel))
    dialog.reject()
    assert "Ines Sample, dpo@org.example" in shown(evidence(visitor))


def test_another_case_shows_its_own_fields(visitor: Visitor) -> None:
    under(visitor, Law.LGPD)
    page = evidence(visitor)
    assert page._fields_of == visitor.office.case
    page._show_required("2026-999", {})
    assert page._fields, "what was looked up for another case is not shown"
