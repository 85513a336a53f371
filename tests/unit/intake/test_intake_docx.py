"""Letters written in Word and as RTF."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.oxml.parser import parse_xml

from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import FoundKind, Right
from dsr_desk.intake.docx import read_docx
from dsr_desk.intake.model import Intake
from dsr_desk.intake.registry import parse

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
Picture = Callable[..., bytes]


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def text_of(document: Document) -> str:
    return "\n".join(one.text for one in read_docx(saved(document), "letter.docx").passages)


def read(data: bytes, name: str = "letter.docx") -> Intake:
    (intake,) = parse(data, name)
    return intake


def test_text_tables_headers_and_boxes_are_read() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Jane Roe, 1 High Street"
    paragraph = document.add_paragraph("Please delete my photos.")
    box = f"<w:r {WORD}><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    paragraph._p.append(parse_xml(box))
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "E-mail", "jane@example.org"
    said = text_of(document)
    assert said.split("\n") == [
        "Jane Roe, 1 High Street", "Please delete my photos.", "In a box", "E-mail: jane@example.org",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "gone",
    [
        '<w:del {} w:id="1"><w:r><w:delText>John Doe</w:delText></w:r></w:del>',
        '<w:moveFrom {} w:id="1"><w:r><w:t>John Doe</w:t></w:r></w:moveFrom>',
        "<w:r {}><w:rPr><w:vanish/></w:rPr><w:t>John Doe</w:t></w:r>",
        "<w:r {}><w:instrText>John Doe</w:instrText></w:r>",
        "<w:sdt {}><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
        "<w:sdtContent><w:r><w:t>John Doe</w:t></w:r></w:sdtContent></w:sdt>",
    ],
)
def test_what_was_deleted_hidden_or_only_asks_to_be_written_over_is_no_text(gone: str) -> None:
    document = docx.Document()
    document.add_paragraph("I am Jane Roe")._p.append(parse_xml(gone.format(WORD)))
    assert text_of(document) == "I am Jane Roe"


def test_what_was_put_in_while_changes_were_tracked_is_text() -> None:
    document = docx.Document()
    new = f'<w:ins {WORD} w:id="1"><w:r><w:t> Roe</w:t></w:r></w:ins>'
    document.add_paragraph("I am Jane")._p.append(parse_xml(new))
    assert text_of(document) == "I am Jane Roe"


def test_a_box_that_is_not_ticked_asks_for_nothing() -> None:
    document = docx.Document()
    document.add_paragraph("Name: Jane Roe")
    document.add_paragraph("☐ Please delete my photos")
    document.add_paragraph("☒ Please send me a copy of my data")
    assert read(saved(document)).request.asked == (Right.ACCESS,)


def test_photos_in_the_letter_are_offered_and_logos_named(picture: Picture) -> None:
    document = docx.Document()
    document.add_paragraph("Delete me")
    document.add_picture(io.BytesIO(picture(200)))
    document.add_picture(io.BytesIO(picture(40, seed=2)))
    intake = read(saved(document))
    assert [one.name for one in intake.photos] == ["letter-1.jpg"]
    assert "note.attached.no-reference" in {one.code for one in intake.warnings}


def test_a_scan_pasted_into_word_is_a_page(picture: Picture) -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(picture(400)))
    intake = read(saved(document))
    assert len(intake.pages) == 1
    assert intake.photos == ()


def beside_a_letter(parts: int, size: int) -> bytes:
    """A whole letter in a package that holds so many more parts, each of so many bytes."""
    document = docx.Document()
    document.add_paragraph("Please delete my photos.")
    out = io.BytesIO(saved(document))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for number in range(parts):
            package.writestr(f"word/{number}", bytes(size))
    return out.getvalue()


def of_entities() -> bytes:
    """A document whose entities stand for one another, to fill memory."""
    letter, out = saved(docx.Document()), io.BytesIO()
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]>'
    text += f"<w:document {WORD}><w:body><w:p><w:r><w:t>Jane &a9;</w:t></w:r></w:p></w:body></w:document>"
    with zipfile.ZipFile(io.BytesIO(letter)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(name, text if name == "word/document.xml" else before.read(name))
    return out.getvalue()


@pytest.mark.parametrize(("parts", "size"), [(2, 101 << 20), (5_001, 0)], ids=["large", "many"])
def test_a_package_that_would_fill_memory_is_refused_before_it_is_opened(parts: int, size: int) -> None:
    with pytest.raises(DeskError) as caught:
        read(beside_a_letter(parts, size))
    assert (caught.value.code, caught.value.why.code) == ("REQUEST-UNREADABLE", "why.docx.unpacked")


def test_a_package_that_is_cut_is_refused_in_words() -> None:
    with pytest.raises(DeskError) as caught:
        read(saved(docx.Document())[:900])
    assert caught.value.code == "REQUEST-UNREADABLE"


def test_entities_are_not_unfolded() -> None:
    try:
        said = read(of_entities()).request.text
    except DeskError as refused:
        said = refused.code
    assert "haha" not in said


def test_rtf_is_read_in_its_code_page_without_what_is_hidden(picture: Picture) -> None:
    photo = picture(200)
    letter = (
        rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\pard \'cc\'e5\'ed\'ff {\v hidden}\par Name: Jane Roe\par "
        rb"please delete my photos{\pict\jpegblip\picw10 " + photo.hex().encode() + b"}}"
    )
    intake = read(letter, "letter.rtf")
    assert intake.request.text.startswith("Меня")
    assert "hidden" not in intake.request.text
    assert intake.request.asked == (Right.ERASURE,)
    assert [one.data for one in intake.photos] == [photo]


def test_places_of_what_was_read_name_the_line() -> None:
    document = docx.Document()
    document.add_paragraph("Please delete my photos")
    document.add_paragraph("User name: jroe")
    where = read(saved(document)).request.where(FoundKind.USER_NAME, "jroe")
    assert str(where) == "letter, line 2"
