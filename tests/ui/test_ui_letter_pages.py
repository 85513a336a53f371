"""Letters that are pictures: a scan, a photo of a sheet. They are read by a person, beside the fields."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QPoint, QSize, Qt
from pytestqt.qtbot import QtBot

from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.letter_pages import NO_PAGES, LetterShown
from dsr_desk.app.case.letters import letter_of
from dsr_desk.core.message import message
from dsr_desk.core.requests import FoundKind, Law, Right
from dsr_desk.ui import placing
from dsr_desk.ui.letter_pages import LetterPages
from dsr_desk.ui.views.case.add_photos import AddPhotosDialog
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.case.what_is_it import WhatIsItDialog
from ui.conftest import Visitor
from ui.laid_out import faults

SHEET = (1240, 1754)
PLACE = (700, 300)


def portrait(visitor: Visitor) -> Path:
    """A photo of the person alone."""
    truth, data = visitor.office.truth, visitor.office.folder / "data"
    members = [one for one in truth.items if one.is_photo and one.people == (truth.person,) and not one.hard]
    return next(path for one in members for path in data.rglob(one.member))


def sheet(visitor: Visitor) -> Image.Image:
    """A page of a letter as a scanner sees it, with a photo on it."""
    page = Image.new("RGB", SHEET, "white")
    draw = ImageDraw.Draw(page)
    for line in range(60):
        draw.text((120, 120 + 24 * line), "Please delete the photos of me.", fill="black")
    with Image.open(portrait(visitor)) as photo:
        page.paste(photo.convert("RGB").resize((400, 400)), PLACE)
    return page


@pytest.fixture
def scan(visitor: Visitor, tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    sheet(visitor).save(path, "PDF", resolution=150)
    return path


def new_case(visitor: Visitor) -> NewCasePage:
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    return page


def dropped(visitor: Visitor, path: Path) -> NewCasePage:
    visitor.workspace.drop([path])
    return new_case(visitor)


def opened(visitor: Visitor, page: NewCasePage) -> RequestPage:
    page.form._rows[0].value.setText("Beatriz Carvalho")
    page.form.right.choose(Right.ERASURE)
    page.form.law.choose(Law.EU_GDPR)
    page.form.received.day = date(2026, 11, 5)
    page.form.edited.emit()
    page.go.click()
    visitor.settle()
    request = visitor.workspace.page("request")
    assert isinstance(request, RequestPage)
    visitor.settle()
    return request


def test_a_scanned_letter_is_shown_beside_the_fields_and_stays_with_the_case(visitor: Visitor, scan: Path) -> None:
    page = dropped(visitor, scan)
    shown = page.form.pages
    assert shown.isVisible()
    assert shown.area.canvas.image.width() >= 1000
    assert not page.form.original.isVisible()
    for size in (placing.LEAST, QSize(960, 540), QSize(1366, 768)):
        visitor.window.resize(size)
        visitor.settle()
        assert faults(visitor.window) == []
    page.without_photo.setChecked(True)
    request = opened(visitor, page)
    assert visitor.errors == []
    kept = letter_of(visitor.desk, request.ref)
    assert kept is not None
    assert kept.data == scan.read_bytes()
    assert request.form.pages.isVisible()
    assert request.form.pages.area.canvas.image == shown.area.canvas.image


def test_a_page_fits_the_width_until_somebody_zooms(visitor: Visitor, scan: Path, qtbot: QtBot) -> None:
    area = dropped(visitor, scan).form.pages.area
    assert area.canvas.width() <= area.width()
    assert area.verticalScrollBar().maximum() > 0
    before = area.canvas.width()
    qtbot.keyClicks(area, "+")
    assert area.canvas.width() > before
    assert area.horizontalScrollBar().maximum() > 0
    qtbot.keyClicks(area, "0")
    assert area.canvas.width() == before


def test_a_face_on_the_page_is_offered_and_becomes_a_reference_only_when_it_is_taken(
    visitor: Visitor, scan: Path
) -> None:
    page = dropped(visitor, scan)
    assert page.draft is not None
    assert page.draft.photos == ()
    (use,) = page.form.pages.faces
    use.click()
    visitor.settle()
    assert page.draft is not None
    (photo,) = page.draft.photos
    assert photo.usable
    assert page.form.pages.isVisible()


def test_a_frame_drawn_on_a_page_of_an_open_case_becomes_a_reference(
    visitor: Visitor, scan: Path, qtbot: QtBot
) -> None:
    page = dropped(visitor, scan)
    page.without_photo.setChecked(True)
    request = opened(visitor, page)
    canvas = request.form.pages.area.canvas
    scale = canvas.image.width() / SHEET[0] * canvas.zoom
    corners = [QPoint(round((PLACE[0] + at) * scale), round((PLACE[1] + at) * scale)) for at in (0, 400)]
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=corners[0])
    qtbot.mouseMove(canvas, corners[1])
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=corners[1])
    visitor.settle()
    dialog = visitor.dialog(AddPhotosDialog)
    assert len(dialog.usable) == 1
    dialog.act.click()
    visitor.settle()
    (photo,) = show_case(visitor.desk, request.ref).photos
    assert photo.name.startswith("scan-1-")


def test_a_picture_that_is_dropped_is_asked_about_and_a_sheet_is_no_reference(visitor: Visitor, tmp_path: Path) -> None:
    paper = tmp_path / "sheet.jpg"
    sheet(visitor).save(paper, quality=85)
    photo = portrait(visitor)
    visitor.workspace.drop([paper, photo])
    visitor.settle()
    dialog = visitor.dialog(WhatIsItDialog)
    assert (dialog.letter, dialog.photos) == (paper, [photo])
    dialog.choices[1].choose(True)
    dialog.allow()
    assert not dialog.act.isEnabled()
    dialog.choices[1].choose(False)
    dialog.allow()
    dialog.act.click()
    page = new_case(visitor)
    assert page.draft is not None
    assert [one.name for one in page.draft.photos] == [photo.name]
    assert page.draft.letter == paper.read_bytes()
    assert page.form.pages.isVisible()


def test_each_value_of_an_open_case_says_where_it_was_read_or_who_entered_it(visitor: Visitor) -> None:
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    first = page.form._rows[0]
    assert "line" in first.where.text()
    first.value.setText("Another Name")
    first.value.textEdited.emit("Another Name")
    assert first.where.text() == "entered by you"
    page.save.click()
    visitor.settle()
    said = {one.found.value: one.where.text() for one in page.form._rows}
    assert said["Another Name"] == "entered by Ada"
    assert all("line" in where for value, where in said.items() if value != "Another Name")
    assert show_case(visitor.desk, page.ref).request.typed_by(FoundKind.NAME, "Another Name")


def test_pages_that_cannot_be_shown_any_more_are_not_left_out_silently(qtbot: QtBot) -> None:
    pages = LetterPages()
    qtbot.addWidget(pages)
    pages.show_letter(LetterShown(unshown=message("letter.part-destroyed", count=2)))
    assert pages.isVisible()
    assert pages.unshown.isVisible()
    assert pages.unshown.text.startswith("2 parts of the letter were destroyed on purpose")
    assert not pages.area.isVisible()
    pages.show_letter(NO_PAGES)
    assert not pages.isVisible()
