"""Documents of office programs: pictures and what is written in them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Accounts, ContainerEntry, Doomed, Unread
from dsr_desk.datasets.office import GREY_POINTS, TextInDocument, written_in
from dsr_desk.datasets.registry import open_source

TYPES = b'<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>'
LETTER = (
    b'<w:document xmlns:w="w" xmlns:p="p"><w:body><w:p><w:r>'
    b"<w:t>Dear Wilma Quasten</w:t></w:r><w:r><w:t>floss</w:t></w:r>"
    b'</w:p><w:p><w:ins w:author="Ann Clerk"><w:r><w:t>Bye</w:t></w:r></w:ins><p:docPr descr="Wilma at sea"/></w:p>'
    b"</w:body></w:document>"
)
RELS = b'<Relationships xmlns="r"><Relationship Id="1" Target="mailto:wilma@example.com"/></Relationships>'
CORE = b'<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>Otto Author</dc:creator></cp:coreProperties>'


def picture(shade: int, format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 80, 90)).save(out, format)
    return out.getvalue()


def docx(path: Path, **more: bytes) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("inside.jpg", picture(9, "JPEG"))
    parts = {
        "[Content_Types].xml": TYPES,
        "word/document.xml": LETTER,
        "word/_rels/document.xml.rels": RELS,
        "word/styles.xml": b'<w:styles xmlns:w="w"><w:style w:styleId="Normal"/></w:styles>',
        "docProps/core.xml": CORE,
        "word/media/image1.png": picture(1),
        "word/media/image2.jpeg": picture(2, "JPEG"),
        "word/media/image3.emf": b"\x01\0\0\0" + bytes(100),
        "word/embeddings/photos.zip": inner.getvalue(),
        **more,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_pictures_are_photos_and_parts_are_records_and_all_else_is_named(tmp_path):
    (container,) = open_source(docx(tmp_path / "letter.docx"))
    assert container.format == "office"
    listed = list(container.listing())
    photos = [one.member for one in listed if isinstance(one, ContainerEntry) and one.kind is ItemKind.PHOTO]
    records = {
        one.member: one.record["text"]
        for one in listed
        if isinstance(one, ContainerEntry) and one.kind is ItemKind.RECORD
    }
    assert photos == ["word/media/image1.png", "word/media/image2.jpeg", "word/embeddings/photos.zip › inside.jpg"]
    assert records == {
        "word/document.xml": "Dear Wilma Quastenfloss\nAnn Clerk\nBye\nWilma at sea",
        "word/_rels/document.xml.rels": "wilma@example.com",
        "docProps/core.xml": "Otto Author",
    }
    assert [one.place for one in listed if isinstance(one, Unread)] == ["word/media/image3.emf"]
    accounts = listed[-1]
    assert isinstance(accounts, Accounts)
    assert accounts.own == accounts.answered


def test_an_erased_picture_leaves_a_grey_point_and_everything_else_stays(tmp_path):
    path = docx(tmp_path / "letter.docx")
    (container,) = open_source(path)
    before = zipfile.ZipFile(path)
    digest = hashlib.sha256(picture(1)).hexdigest()
    done = container.erase([Doomed("word/media/image1.png", digest)])
    assert (len(done.erased), done.missing) == (1, ())
    after = zipfile.ZipFile(path)
    assert after.namelist() == before.namelist()
    assert after.read("word/media/image1.png") == GREY_POINTS["png"]
    assert after.read("word/document.xml") == LETTER
    assert picture(1) not in path.read_bytes()
    (again,) = open_source(path)
    assert "word/media/image1.png" not in [one.member for one in again.entries()]
    assert Image.open(io.BytesIO(after.read("word/media/image1.png"))).size == (1, 1)


def test_a_picture_in_a_container_inside_goes_whole(tmp_path):
    path = docx(tmp_path / "letter.docx")
    (container,) = open_source(path)
    container.erase([Doomed("word/embeddings/photos.zip › inside.jpg", hashlib.sha256(picture(9, "JPEG")).hexdigest())])
    inner = zipfile.ZipFile(io.BytesIO(zipfile.ZipFile(path).read("word/embeddings/photos.zip")))
    assert inner.namelist() == []


def test_what_is_written_in_a_document_is_not_taken_out_and_that_is_said_before(tmp_path):
    path = docx(tmp_path / "letter.docx")
    (container,) = open_source(path)
    doomed = [Doomed("word/document.xml", hashlib.sha256(LETTER).hexdigest())]
    before = path.read_bytes()
    with pytest.raises(TextInDocument):
        container.before_erasing(doomed)
    with pytest.raises(TextInDocument):
        container.erase(doomed)
    assert path.read_bytes() == before
    (note,) = container.before_erasing([Doomed("word/media/image1.png", hashlib.sha256(picture(1)).hexdigest())])
    assert note.code == "note.erase.grey-point"


def test_documents_of_other_programs_are_read_too(tmp_path):
    path = tmp_path / "text.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", '<o xmlns:t="t"><t:p>Wilma <t:span>Quastenfloss</t:span></t:p></o>')
        archive.writestr("Pictures/1.jpg", picture(3, "JPEG"))
    (container,) = open_source(path)
    assert [(one.member, one.kind) for one in container.entries()] == [
        ("content.xml", ItemKind.RECORD),
        ("Pictures/1.jpg", ItemKind.PHOTO),
    ]


def test_a_part_that_cannot_be_parsed_is_named(tmp_path):
    (container,) = open_source(docx(tmp_path / "letter.docx", **{"word/comments.xml": b"<a><b>", "x.xml": b"\0\1"}))
    unread = {one.place: one.kind.code for one in container.listing() if isinstance(one, Unread)}
    assert unread["word/comments.xml"] == "kind.document-part"


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (b"<a/>", ""),
        (b"<p>12</p>", ""),
        (b"\xef\xbb\xbf<x><p>A</p><p>B<b>C</b>D</p></x>", "A\nBCD"),
        (b"application/epub+zip", ""),
    ],
)
def test_a_part_says_its_paragraphs(part, says):
    assert written_in(part) == says
