"""PDF forms: what was entered counts, what is only offered never does; pages without text are kept as pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from dsr_desk.core.requests import Right
from dsr_desk.intake.model import Intake, Voice
from dsr_desk.intake.pages import MOST_SHOWN, WIDEST
from dsr_desk.intake.pdf import read_pdf
from dsr_desk.intake.registry import parse

Words = tuple[str, int, int]
"""Printed words and where: from the left, from the bottom, in points."""


def text_field(name: str, value: str, left: int, bottom: int, tip: str = "") -> Dictionary:
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=name, V=value, Rect=[left, bottom, left + 200, bottom + 16]
    )
    if tip:
        field.TU = tip
    return field


def box(name: str, left: int, bottom: int, *, ticked: bool) -> Dictionary:
    state = Name.Yes if ticked else Name.Off
    return Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T=name, V=state, AS=state,
        Rect=[left, bottom, left + 12, bottom + 12],
        AP=Dictionary(N=Dictionary(Yes=Dictionary(), Off=Dictionary())),
    )  # fmt: skip


def form(printed: Sequence[Words], fields: Sequence[Dictionary], *, typed: Sequence[Dictionary] = ()) -> bytes:
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    show = "".join(f"BT /F 11 Tf {left} {bottom} Td ({words}) Tj ET\n" for words, left, bottom in printed)
    for field in fields:
        if "/AP" in field:
            shown = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 12, 12])
            field.AP = Dictionary(N=Dictionary(Yes=pdf.make_indirect(shown), Off=pdf.make_indirect(shown)))
    made = [pdf.make_indirect(field) for field in [*fields, *typed]]
    pdf.pages.append(
        pikepdf.Page(
            pdf.make_indirect(
                Dictionary(
                    Type=Name.Page, MediaBox=[0, 0, 595, 842], Contents=pdf.make_stream(show.encode()),
                    Resources=Dictionary(Font=Dictionary(F=font)), Annots=Array(made),
                )
            )
        )
    )  # fmt: skip
    if fields:
        pdf.Root.AcroForm = Dictionary(Fields=Array(made[: len(fields)]))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def read(data: bytes) -> Intake:
    (intake,) = parse(data, "form.pdf")
    return intake


OFFERED = [
    ("Our form for requests under the GDPR: access, erasure, rectification", 50, 800),
    ("Full name", 50, 760),
    ("E-mail", 50, 730),
    ("erasure of my data", 70, 700),
    ("a copy of my data", 70, 680),
]


def entered() -> list[Dictionary]:
    return [text_field("Full name", "Jane Roe", 200, 757), text_field("Text2", "jane@example.org", 200, 727)]


def test_values_are_read_with_their_labels_also_from_fields_without_a_name() -> None:
    request = read(form(OFFERED, entered())).request
    assert request.identifiers.names == ("Jane Roe",)
    assert request.identifiers.emails == ("jane@example.org",)


@pytest.mark.parametrize(("erasure", "copy", "right"), [(True, False, Right.ERASURE), (False, True, Right.ACCESS)])
def test_a_box_that_is_not_ticked_asks_for_nothing(erasure: bool, copy: bool, right: Right) -> None:
    boxes = [box("c1", 50, 698, ticked=erasure), box("c2", 50, 678, ticked=copy)]
    assert read(form(OFFERED, [*entered(), *boxes])).request.asked == (right,)


def test_no_box_ticked_asks_for_nothing_whatever_the_form_prints() -> None:
    boxes = [box("erasure", 50, 698, ticked=False), box("copy", 50, 678, ticked=False)]
    assert read(form(OFFERED, [*entered(), *boxes])).request.asked == ()


def test_what_a_form_with_boxes_prints_is_said_by_the_house() -> None:
    held = read_pdf(form(OFFERED, [*entered(), box("erasure", 50, 698, ticked=True)]), "form.pdf")
    voices = {one.voice: one.text for one in held.passages}
    assert "Our form" in voices[Voice.HOUSE]
    assert "copy" in voices[Voice.HOUSE]
    assert "erasure of my data" in voices[Voice.FORM]


def test_a_letter_with_one_field_for_the_place_is_the_persons_own() -> None:
    words = [("I ask you to delete my photos under the GDPR.", 50, 760), ("Jane Roe", 50, 740)]
    assert read(form(words, [text_field("Place", "London", 50, 700)])).request.asked == (Right.ERASURE,)


def test_what_was_typed_on_a_page_without_fields_counts() -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Contents="Jane Roe", Rect=[200, 757, 400, 773])
    assert read(form([("Name:", 150, 760)], [], typed=[note])).request.identifiers.names == ("Jane Roe",)


def scan(pages: int, picture: Callable[..., bytes]) -> bytes:
    photo = picture(300)
    pdf = Pdf.new()
    drawn = Stream(
        pdf, photo, Type=Name.XObject, Subtype=Name.Image, Width=300, Height=300, ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    image = pdf.make_indirect(drawn)
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1]
        page.Resources = Dictionary(XObject=Dictionary(P=image))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /P Do Q")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_a_scan_is_a_page_to_be_read_by_a_person_and_no_photo(picture: Callable[..., bytes]) -> None:
    intake = read(scan(1, picture))
    assert [str(page.name) for page in intake.pages] == ["form.pdf, page 1"]
    assert Image.open(io.BytesIO(intake.pages[0].data)).format == "PNG"
    assert Image.open(io.BytesIO(intake.pages[0].data)).width <= WIDEST
    assert intake.photos == ()
    assert (intake.request.right, intake.request.received) == (Right.UNKNOWN, None)
    assert "note.pdf.scans" in {one.code for one in intake.warnings}


def test_more_scans_than_are_shown_are_counted(picture: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr_desk.intake.pdf.MOST_SHOWN", 2)
    assert MOST_SHOWN > 2
    intake = read(scan(3, picture))
    assert len(intake.pages) == 2
    assert "note.page.most" in {one.code for one in intake.warnings}


def test_an_empty_page_is_no_scan() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    pdf.save(out)
    assert read_pdf(out.getvalue(), "form.pdf").pages == ()
