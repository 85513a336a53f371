"""A sworn statement and a page for the public, as an officer makes them."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from PySide6.QtWidgets import QFileDialog

from dsr_desk.app.case import cases
from dsr_desk.app.proof import recipients
from dsr_desk.core.acts import Kind
from dsr_desk.core.requests import Law
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.views.proof.bundles import BundlesDialog
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.proof.swear import SwearDialog
from ui.conftest import Visitor


@pytest.fixture
def page(visitor: Visitor) -> EvidencePage:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    shown = visitor.open_case("evidence")
    assert isinstance(shown, EvidencePage)
    return shown


def under(visitor: Visitor, law: Law) -> None:
    known = cases.show_case(visitor.desk, visitor.office.case)
    cases.edit_request(
        visitor.desk, known.ref, right=known.right, law=law, received=known.received, identifiers=known.identifiers
    )
    visitor.hear_of(Kind.CONFIRMED)
    visitor.settle()


def test_a_statement_is_read_before_it_is_sworn_and_what_is_typed_after_is_worded_anew(
    visitor: Visitor, page: EvidencePage
) -> None:
    assert not page.made.swear.isVisible()
    under(visitor, Law.CCPA)
    assert page.made.swear.isVisible()
    page.made.swear.click()
    dialog = visitor.dialog(SwearDialog)
    assert dialog.name.text() == "Ada"
    assert not dialog.act.isEnabled()
    dialog.capacity.setText("Chief Privacy Officer")
    dialog.act.click()
    visitor.settle()
    assert "I declare under penalty of perjury that" in dialog.statement.text()
    dialog.name.setText("Ada M. Quill")
    assert not dialog.statement.isVisible()
    dialog.act.click()
    visitor.settle()
    assert "I am Ada M. Quill, Chief Privacy Officer" in dialog.statement.text()
    assert visitor.desk.vault.log.newest(Kind.SWORN) is None
    dialog.act.click()
    visitor.sign()
    assert visitor.errors == []
    assert not dialog.isVisible()
    sworn = visitor.desk.vault.log.newest(Kind.SWORN)
    assert sworn is not None
    assert visitor.desk.values(sworn)["name"] == "Ada M. Quill"


def test_a_statement_that_is_out_of_date_stays_open_with_the_reason(visitor: Visitor, page: EvidencePage) -> None:
    under(visitor, Law.CCPA)
    page.made.swear.click()
    dialog = visitor.dialog(SwearDialog)
    dialog.capacity.setText("Chief Privacy Officer")
    dialog.act.click()
    visitor.settle()
    visitor.identify()
    dialog.act.click()
    visitor.sign()
    assert dialog.isVisible()
    assert "SWORN-OUTDATED" in dialog.problem.text
    assert visitor.desk.vault.log.newest(Kind.SWORN) is None
    dialog.reject()


def test_the_page_for_the_public_waits_for_a_bundle_for_a_regulator(
    visitor: Visitor, page: EvidencePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not page.made.summary.isEnabled()
    recipients.add_recipient(visitor.desk, "Authority", str(pyrage.x25519.Identity.generate().to_public()))
    visitor.hear_of(Kind.RECIPIENT)
    visitor.settle()
    page.recipients.requester.setChecked(False)
    page.recipients.model.tick(0, on=True)
    page.sign_and_seal(tmp_path / "out")
    visitor.sign()
    assert visitor.errors == []
    visitor.dialog(BundlesDialog).accept()
    visitor.settle()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(tmp_path / "page.pdf"), ""))
    page.made.summary.click()
    visitor.settle()
    visitor.dialog(LinesDialog).reject()
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
