"""A list with the requests of several people in the window: somebody says whose case it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.core.requests import FoundKind
from dsr_desk.intake import registry
from dsr_desk.intake.model import House, Intake
from dsr_desk.ui.views.case import new_case
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.which_person import WhichPersonDialog
from dsr_desk.ui.widgets import Button
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


def test_a_list_is_read_once_and_with_what_is_known_of_the_house(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = House(name="Harbour Photos")
    monkeypatch.setattr(new_case, "our_house", lambda _desk: ours)
    seen: list[House] = []
    read = registry.read_requests

    def counted(path: Path, house: House) -> list[Intake]:
        seen.append(house)
        return read(path, house)

    monkeypatch.setattr(registry, "read_requests", counted)
    dialog_of(visitor, listed(tmp_path)).accept()
    visitor.settle()
    assert seen == [ours]


def test_nobody_chosen_leaves_the_page_as_it_was(visitor: Visitor, tmp_path: Path) -> None:
    dialog_of(visitor, listed(tmp_path)).reject()
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    assert page.draft is None
    assert page.go.isEnabled()


QUOTED = """From: Jane Roe <jane@example.org>
To: Privacy <privacy@house.example>
Date: Tue, 03 Nov 2026 10:00:00 +0100
Content-Type: text/plain

Please delete my photos under the GDPR.
User name: jroe

On 2 Nov 2026, Tobias Brandt <dpo@house.example> wrote:
> Call me on +49 30 23125 099.
"""


def test_what_belongs_to_others_is_shown_apart_and_can_be_taken_over(visitor: Visitor, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_text(QUOTED)
    visitor.workspace.drop([letter])
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    before = {one.value for one in page.form.found}
    assert "jane@example.org" in before
    assert not before & {"dpo@house.example", "privacy@house.example", "+49 30 23125 099"}
    assert "dpo@house.example" in {one.value for one in page.form.apart}
    (take,) = [one for one in page.findChildren(Button) if one.accessibleName() == "Take over dpo@house.example"]
    take.click()
    assert {one.value for one in page.form.found} == before | {"dpo@house.example"}
    assert "dpo@house.example" not in {one.value for one in page.form.apart}
