"""Letters as PDF."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel, FoundKind, Right
from dsr_desk.intake.model import RequestUnreadable
from dsr_desk.intake.registry import parse

Make = Callable[..., bytes]


def test_a_letter_is_read_with_its_page(pdf_letter: Make) -> None:
    (intake,) = parse(pdf_letter("Please erase my photos.", "Account number: LM-99"), "letter.pdf")
    assert intake.request.channel is Channel.PDF
    assert intake.request.right is Right.ERASURE
    assert str(intake.request.where(FoundKind.ACCOUNT_ID)) == "page 1, line 2"


def test_a_photo_in_the_letter_becomes_a_reference_photo_byte_for_byte(pdf_letter: Make, picture: Make) -> None:
    (intake,) = parse(pdf_letter("Please erase my photos.", jpeg=picture()), "letter.pdf")
    assert [(photo.name, photo.data) for photo in intake.photos] == [("letter-1-1.jpg", picture())]


def test_small_pictures_in_the_letter_are_no_reference_photos(pdf_letter: Make, picture: Make) -> None:
    (intake,) = parse(pdf_letter("Please erase my photos.", jpeg=picture(80)), "letter.pdf")
    assert intake.photos == ()


def test_a_scan_is_told_from_a_photo_and_asks_for_its_text(pdf_letter: Make, picture: Make) -> None:
    (intake,) = parse(pdf_letter(jpeg=picture(), box=(0, 0, 595, 842)), "scan.pdf")
    assert intake.photos == ()
    assert message("note.pdf.scans", name="scan.pdf", count=1) in intake.warnings


def test_a_picture_that_is_no_jpeg_is_taken_as_png(picture: Make) -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(picture())).convert("P").save(out, "PDF", resolution=50)
    (intake,) = parse(out.getvalue(), "page.pdf")
    assert message("note.pdf.scans", name="page.pdf", count=1) in intake.warnings


@pytest.mark.parametrize("data", [b"%PDF-1.4\n%%EOF", b"%PDF-1.7 and nothing more"])
def test_a_broken_pdf_is_an_error(data: bytes) -> None:
    with pytest.raises(RequestUnreadable) as caught:
        parse(data, "letter.pdf")
    assert caught.value.why == message("why.pdf.damaged")
