"""What the windows say of photos that were destroyed, letters that still hold them, backups, and cases that are due."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from dsr_desk.app.case.ending import due_cases, end_case
from dsr_desk.app.vault.keeping import backups_made
from dsr_desk.app.vault.retention import period, set_period
from dsr_desk.core.requests import CaseState
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.views.case.end_case import EndCaseDialog
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.backups_dialog import BackupDialog, BackupsDialog
from dsr_desk.ui.views.vault.retention_card import DueDialog
from dsr_desk.ui.views.vault.settings import SettingsPage
from ui.conftest import Visitor
from unit.app.photos_by_hand import docx, mail, open_case, picture

PHOTO = picture(1)


def with_letter(visitor: Visitor) -> str:
    """A case whose letter holds the photo in a file that cannot be taken apart."""
    return open_case(visitor.desk, mail(("me.jpg", PHOTO), ("form.docx", docx(PHOTO))), PHOTO)


def ending_of(visitor: Visitor, ref: str) -> EndCaseDialog:
    visitor.session.open_case(ref, "evidence")
    visitor.settle()
    page = visitor.workspace.page("evidence")
    assert isinstance(page, EvidencePage)
    page.end.click()
    visitor.settle()
    return visitor.dialog(EndCaseDialog)


@pytest.mark.parametrize("destroyed", [True, False])
def test_what_becomes_of_a_letter_that_holds_the_photo_must_be_chosen(visitor: Visitor, destroyed: bool) -> None:
    ref = with_letter(visitor)
    dialog = ending_of(visitor, ref)
    assert dialog.letter.isVisible()
    assert "form.docx" in dialog.files.text
    assert not dialog.act.isEnabled()
    dialog.letter.choose(destroyed)
    dialog.allow()
    assert not dialog.act.isEnabled()  # something is left open
    dialog._reason.setText("she withdrew her request")
    dialog.act.click()
    visitor.settle()
    forgotten = visitor.desk.case(ref).forgotten
    assert [one["what"] for one in forgotten] == (["letter", "references"] if destroyed else ["references"])
    assert forgotten[-1]["scanned"]["holding"] == (0 if destroyed else 1)
    visitor.session.open_case(ref, "request")
    visitor.settle()
    page = visitor.workspace.page("request")
    assert isinstance(page, RequestPage)
    page.photos.tell.click()
    told = " ".join(one.text() for one in visitor.dialog(LinesDialog).findChildren(QLabel))
    assert "One reference photo was destroyed" in told
    assert ("A copy was found" in told) is not destroyed


def test_the_letter_is_saved_as_it_came(visitor: Visitor, tmp_path: Path) -> None:
    ref = with_letter(visitor)
    visitor.session.open_case(ref, "request")
    visitor.settle()
    page = visitor.workspace.page("request")
    assert isinstance(page, RequestPage)
    assert page.letter.isVisible()
    page.save_letter_to(tmp_path / "letter.eml")
    visitor.settle()
    assert docx(PHOTO)[:20] not in (tmp_path / "letter.eml").read_bytes()
    assert (tmp_path / "letter.eml").read_bytes().startswith(b"From: Ada Example")


def settings_of(visitor: Visitor) -> SettingsPage:
    page = visitor.show("settings")
    visitor.settle()
    assert isinstance(page, SettingsPage)
    return page


def test_how_long_cases_are_kept_is_set_with_its_rule_and_what_is_due_is_forgotten(visitor: Visitor) -> None:
    ref = with_letter(visitor)
    end_case(visitor.desk, ref, CaseState.CLOSED, "the rest is not ours", letter=True)
    visitor.session.tell()
    card = settings_of(visitor).retention
    assert not card.due.isEnabled()
    card.months.setText("0")
    card._allow()
    assert not card.save.isEnabled()
    card.rule.setText("limitation of claims")
    card._allow()
    card.save.click()
    visitor.settle()
    found = period(visitor.desk)
    assert found is not None
    assert (found.months, found.rule) == (0, "limitation of claims")
    assert card.due.isEnabled()
    card.due.click()
    dialog = visitor.dialog(DueDialog)
    assert dialog.lines[0].startswith(f"{ref}: due since")
    dialog.act.click()
    visitor.settle()
    assert visitor.desk.case(ref).is_forgotten
    assert due_cases(visitor.desk) == []
    assert not card.due.isEnabled()


def test_the_day_of_a_backup_is_said_when_it_is_made_and_that_it_is_gone_afterwards(
    visitor: Visitor, tmp_path: Path
) -> None:
    card = settings_of(visitor).vault
    card.backup.click()
    dialog = visitor.dialog(BackupDialog)
    assert not dialog.act.isEnabled()
    dialog.folder.field.setText(str(tmp_path))
    dialog.known.setChecked(True)
    dialog.until.day = date(2027, 3, 1)
    dialog.act.click()
    visitor.settle()
    (made,) = backups_made(visitor.desk)
    assert (made.until, made.destroyed) == ("2027-03-01", "")
    card.made.click()
    shown = visitor.dialog(BackupsDialog)
    shown.buttons[made.seq].click()
    assert backups_made(visitor.desk)[0].destroyed
    assert shown.buttons == {}
    shown.reject()


def test_where_no_closed_case_is_due_the_card_says_so(visitor: Visitor) -> None:
    set_period(visitor.desk, 0, "limitation of claims")
    visitor.session.tell()
    card = settings_of(visitor).retention
    assert not card.due.isEnabled()
    assert "No closed case is due" in card.state.text
