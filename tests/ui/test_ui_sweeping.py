from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import sweeping
from dsr_desk.core.strays import Explained
from dsr_desk.deletion import stray
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.strays import ExplainDialog, StraysDialog
from dsr_desk.ui.views.case.sweeping import SweepDialog
from ui.conftest import Visitor
from ui.test_ui_orders import nameless, open_at, opened, scoped


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """An empty disk."""
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def copied(visitor: Visitor, disk: Path, count: int = 1) -> list[Path]:
    """Copies of photos of the office, under names that nobody gave them."""
    photos = sorted(path for path in (visitor.office.folder / "data").rglob("*") if path.suffix in (".jpg", ".png"))
    return [Path(shutil.copy(photo, disk / f"old-{n}.bak")) for n, photo in enumerate(photos[:count])]


def at_deletion(visitor: Visitor, ref: str) -> DeletionPage:
    page = open_at(visitor, ref, "deletion")
    assert isinstance(page, DeletionPage)
    return page


def swept(visitor: Visitor, page: DeletionPage, *roots: Path, models: bool = False, stay: bool = False) -> StraysDialog:
    """As an officer sweeps: the dialog asks for the places, and what was found is listed when it has ended."""
    page.strays.begin.click()
    dialog = visitor.dialog(SweepDialog)
    assert not dialog.act.isEnabled()
    dialog.add(roots)
    dialog.models.setChecked(models)
    dialog.one_filesystem.setChecked(stay)
    dialog.act.click()
    visitor.settle()
    return visitor.dialog(StraysDialog)


def test_an_order_is_swept_and_what_is_found_is_listed_until_somebody_explains_it(visitor: Visitor, disk: Path) -> None:
    ref = scoped(visitor)
    copied(visitor, disk, 2)
    page = at_deletion(visitor, ref)
    assert "No disk was swept" in page.strays.says.text
    assert not page.strays.found.isVisible()
    dialog = swept(visitor, page, disk, disk / "old-0.bak")
    assert nameless(dialog) == []
    rows = [dialog.model.sentence(row) for row in dialog.model.rows]
    assert len(rows) == 2
    assert all("old-" in one and "its bytes" in one and "not explained" in one for one in rows)
    assert any("look-alikes" in one for one in dialog.gaps)  # of an order no photo is decoded
    assert "2" in dialog.headline.text
    dialog.list.table.choose(0)
    dialog.explain.click()
    word = visitor.dialog(ExplainDialog)
    assert not word.act.isEnabled()
    word.how.choose(Explained.STAYS_BY_LAW)
    word.why.setText("a court asked for it")
    word.act.click()
    visitor.settle()
    said = {one.id: (one.open, one.reason) for one in sweeping.findings(visitor.desk, ref)}
    assert sorted(said.values()) == [(False, "a court asked for it"), (True, "")]
    assert not dialog.model.rows[0].explained  # what is open stands first
    assert "a court asked for it" in dialog.model.sentence(dialog.model.rows[1])
    dialog.reject()
    assert page.strays.found.isVisible()
    assert page.strays.says.text == dialog.headline.text
    assert visitor.errors == []


def test_what_is_gone_is_said_to_be_gone_and_is_not_explained(visitor: Visitor, disk: Path) -> None:
    ref = scoped(visitor)
    (copy,) = copied(visitor, disk)
    page = at_deletion(visitor, ref)
    swept(visitor, page, disk).reject()
    copy.unlink()
    (disk / "other.txt").write_text("nothing of hers", encoding="utf-8")
    dialog = swept(visitor, page, disk)
    assert [one.gone for one in dialog.model.rows] == [True]
    assert "gone" in dialog.model.sentence(dialog.model.rows[0])
    assert not dialog.explain.isEnabled()
    assert "later sweep" in dialog.explain.toolTip()
    dialog.reject()


def test_places_that_are_not_there_are_named_and_never_count_as_swept(visitor: Visitor, disk: Path) -> None:
    page = at_deletion(visitor, scoped(visitor))
    dialog = swept(visitor, page, disk / "not-mounted", disk, stay=True)
    assert any("not-mounted" in one for one in dialog.gaps)
    assert "Nothing unexplained" in dialog.headline.text
    assert "not all of it was entered" in dialog.headline.text
    dialog.reject()


def test_before_anything_is_decided_a_sweep_looks_for_nothing_and_says_so(visitor: Visitor, disk: Path) -> None:
    ref = opened(visitor)
    page = at_deletion(visitor, ref)
    page.strays.sweep([disk], models=False, one_filesystem=False)
    visitor.settle()
    assert [error.code for error in visitor.errors] == ["SWEEP-NOTHING-WANTED"]
    assert page.strays.begin.isEnabled()
    assert sweeping.swept(visitor.desk, ref) is None


def test_files_of_models_are_listed_where_that_is_asked_for(visitor: Visitor, disk: Path) -> None:
    weights = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (disk / "left.safetensors").write_bytes(len(weights).to_bytes(8, "little") + weights + bytes(4))
    page = at_deletion(visitor, scoped(visitor))
    assert swept(visitor, page, disk).model.rows == []
    visitor.dialog(StraysDialog).reject()
    dialog = swept(visitor, page, disk, models=True)
    assert "model file nobody explained" in dialog.model.sentence(dialog.model.rows[0])
    dialog.reject()


def test_a_sweep_that_is_cancelled_keeps_what_it_found_and_says_that_it_was_cancelled(
    visitor: Visitor, disk: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = scoped(visitor)
    for name in ("a", "b"):
        (disk / name).mkdir()
        copied(visitor, disk / name)
    began = threading.Event()
    take = stray._Sweeping.take

    def taken(work: stray._Sweeping, folder: object) -> None:
        take(work, folder)  # type: ignore[arg-type]
        if work._result.found or work._result.files:
            began.set()
            while not work._token.cancelled:
                began.wait(0.01)

    monkeypatch.setattr(stray._Sweeping, "take", taken)
    page = at_deletion(visitor, ref)
    page.strays.begin.click()
    asked = visitor.dialog(SweepDialog)
    asked.add([disk])
    asked.act.click()
    qtbot.waitUntil(began.is_set)
    meanwhile = page.strays.begin.isEnabled()
    visitor.workspace.strip._cancel.click()
    visitor.settle()
    assert not meanwhile
    dialog = visitor.dialog(StraysDialog)
    assert len(dialog.model.rows) == 1
    assert any("cancelled" in one for one in dialog.gaps)
    dialog.reject()
    assert page.strays.begin.isEnabled()
    assert visitor.errors == []


def test_who_does_something_else_by_then_is_told_and_not_interrupted(visitor: Visitor, disk: Path) -> None:
    ref = scoped(visitor)
    copied(visitor, disk)
    page = at_deletion(visitor, ref)
    page.strays.sweep([disk], models=False, one_filesystem=False)
    visitor.show("journal")
    assert not any(one.isVisible() for one in visitor.window.findChildren(StraysDialog))
    assert len(sweeping.findings(visitor.desk, ref)) == 1


def test_a_persons_case_is_swept_for_what_was_decided_to_be_hers(visitor: Visitor, disk: Path) -> None:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    copied(visitor, disk, 8)
    dialog = swept(visitor, at_deletion(visitor, visitor.office.case), disk)
    assert 0 < len(dialog.model.rows) < 8
    dialog.reject()
    assert visitor.errors == []
