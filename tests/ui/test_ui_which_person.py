"""A list with the requests of several people in the window: somebody says whose case it is."""

from __future__ import annotations

from pathlib import Path

from dsr_desk.core.requests import FoundKind
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.which_person import WhichPersonDialog
from ui.conftest import Visitor


def listed(folder: Path) -> Path:
    letter = folder / "requests.csv"
    letter.write_text("name,e-mail,request\nJane Roe,jane@example.org,delete\nJohn Doe,john@example.org,access\n")
    return letter


def dialog_of(visitor: Visitor, letter: Path) -> WhichPersonDialog:
    visitor.workspace.drop([letter])
    visitor.settle()
    (dialog,) = visitor.workspace.findChildren(WhichPersonDialog)
    return dialog


def test_the_case_is_about_the_one_that_is_chosen(visitor: Visitor, tmp_path: Path) -> None:
    dialog = dialog_of(visitor, listed(tmp_path))
    assert [dialog.choice.itemText(place) for place in range(2)] == [
        "1. Jane Roe, jane@example.org",
        "2. John Doe, john@example.org",
    ]
    dialog.choice.choose(2)
    dialog.accept()
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    values = {one.value for one in page.form.found if one.kind in (FoundKind.NAME, FoundKind.EMAIL)}
    assert values == {"John Doe", "john@example.org"}


def test_nobody_chosen_leaves_the_page_as_it_was(visitor: Visitor, tmp_path: Path) -> None:
    dialog_of(visitor, listed(tmp_path)).reject()
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    assert page.draft is None
    assert page.go.isEnabled()
