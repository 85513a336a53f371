"""PDF files: pictures, texts, what else is in them, and that no revision keeps what was erased."""

from __future__ import annotations

import hashlib
import io
from functools import partial
from pathlib import Path

import pikepdf
import pytest
from container_checks import listed as listed_as
from container_checks import photos as photos_as
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import ContainerDamaged, ContainerEntry, Doomed, Unread
from dsr_desk.datasets.erasing import ContainerNotRewritten
from dsr_desk.datasets.office import TextInDocument
from dsr_desk.datasets.registry import open_source


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (60 * shade, 80, 90)).save(out, "JPEG")
    return out.getvalue()


def picture(pdf: pikepdf.Pdf, data: bytes) -> Stream:
    return Stream(
        pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=40, Height=30, ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip


def written(text: str) -> bytes:
    return f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET /Im0 Do".encode()


def page_with(pdf: pikepdf.Pdf, text: str, **pictures: Stream) -> pikepdf.Page:
    page = pdf.add_blank_page(page_size=(300, 300))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    shown = Dictionary({f"/{name}": one for name, one in pictures.items()})
    page.obj.Resources = Dictionary(XObject=shown, Font=Dictionary(F1=font))
    page.obj.Contents = Stream(pdf, written(text))
    return page


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    with pikepdf.new() as pdf:
        page = page_with(pdf, "Dear Wilma Quastenfloss", Im0=picture(pdf, jpeg(1)))
        note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Contents="call\nOtto", T="Ann", Rect=[0, 0, 9, 9])
        page.obj.Annots = Array([pdf.make_indirect(note)])
        inner = picture(pdf, jpeg(2))
        form = Stream(pdf, b"/X Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        form.Resources = Dictionary(XObject=Dictionary(X=inner))
        grey = Stream(pdf, bytes(range(100)) * 12, Type=Name.XObject, Subtype=Name.Image, Width=40, Height=30)
        grey.ColorSpace, grey.BitsPerComponent = Name.DeviceGray, 8
        page_with(pdf, "", Im0=form, Im1=grey, Im2=page.obj.Resources.XObject.Im0)
        pdf.attachments["people.csv"] = b"name;mail\nWilma;wilma@example.com\n"
        pdf.docinfo["/Author"] = "Vera Writer"
        pdf.save(path)
    return path


listed = partial(listed_as, format_name="pdf")
photos = partial(photos_as, format_name="pdf")


def unread(path: Path) -> dict[str, str]:
    return {one.place: one.kind.code for one in listed(path) if isinstance(one, Unread)}


def doomed(path: Path, *members: str) -> list[Doomed]:
    (container,) = open_source(path)
    return [
        Doomed(one.member, hashlib.sha256(one.read()).hexdigest())
        for one in container.entries()
        if one.member in members
    ]


def test_pictures_on_pages_and_in_what_pages_draw_are_photos_each_once(letter):
    found = photos(letter)
    assert list(found) == ["page 1 image Im0", "page 2 image Im0/X", "page 2 image Im1"]
    assert found["page 1 image Im0"] == jpeg(1)
    assert found["page 2 image Im0/X"] == jpeg(2)
    assert Image.open(io.BytesIO(found["page 2 image Im1"])).size == (40, 30)


def test_texts_of_pages_notes_attachments_and_facts_about_the_file_are_records(letter):
    records = {
        one.member: one.record
        for one in listed(letter)
        if isinstance(one, ContainerEntry) and one.kind is ItemKind.RECORD
    }
    assert records["page 1"] == {"text": "Dear Wilma Quastenfloss"}
    assert set(records["document"]["text"].split("\n")) >= {"call", "Otto", "Ann", "Vera Writer"}
    assert records["people.csv"] == {"name": "Wilma", "mail": "wilma@example.com"}
    assert unread(letter) == {}


def test_an_erased_picture_is_in_no_byte_of_the_file_and_all_others_stay(letter):
    before = photos(letter)
    (container,) = open_source(letter)
    done = container.erase(doomed(letter, "page 1 image Im0"))
    assert len(done.erased) == 1
    after = photos(letter)
    assert after == {member: data for member, data in before.items() if member != "page 1 image Im0"}
    assert jpeg(1)[200:] not in letter.read_bytes()
    with pikepdf.open(letter) as pdf:
        assert pdf.pages[0].obj.Resources.XObject.Im0.Width == 1
        assert pdf.docinfo["/Author"] == "Vera Writer"


def test_earlier_revisions_are_named_and_go_when_the_file_is_written_anew(letter):
    size = letter.stat().st_size
    start = int(letter.read_bytes().rsplit(b"startxref\n", 1)[1].split()[0])
    update = f"\nxref\n0 0\ntrailer\n<< /Size 99 /Root 1 0 R /Prev {start} >>\nstartxref\n{size + 1}\n%%EOF\n"
    with letter.open("ab") as file:
        file.write(update.encode())
    left = unread(letter)
    assert set(left.values()) == {"kind.pdf-revision", "kind.pdf-unused"}
    (container,) = open_source(letter)
    container.erase(doomed(letter, "page 1 image Im0"))
    assert unread(letter) == {}


def test_what_no_page_shows_is_named(tmp_path):
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        page_with(pdf, "x")
        pdf.Root.PieceInfo = Dictionary(A=pdf.make_indirect(picture(pdf, jpeg(3))))
        pdf.pages[0].obj.Contents = Stream(pdf, b"q BI /W 2 /H 1 /CS /G /BPC 8 ID ab EI Q")
        pdf.save(path)
    assert sorted(unread(path).values()) == ["kind.pdf-inline", "kind.pdf-picture"]


def test_a_picture_in_strips_is_named(tmp_path):
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        strips = {}
        for number in range(3):
            strips[f"S{number}"] = picture(pdf, jpeg(number))
            strips[f"S{number}"].Height = 8
        page_with(pdf, "x", **strips)
        pdf.save(path)
    assert unread(path) == {"page 1": "kind.pdf-strips"}


def test_what_is_written_is_not_taken_out_and_that_is_said_before(letter):
    (container,) = open_source(letter)
    before = letter.read_bytes()
    for ask in (container.before_erasing, container.erase):
        with pytest.raises(TextInDocument):
            ask(doomed(letter, "page 1"))
    assert letter.read_bytes() == before
    codes = [one.code for one in container.before_erasing(doomed(letter, "page 1 image Im0"))]
    assert codes == ["note.erase.grey-point", "note.erase.pdf"]


def test_of_a_signed_file_it_is_said_before_that_the_signature_will_not_hold(letter):
    with pikepdf.open(letter, allow_overwriting_input=True) as pdf:
        pdf.Root.Perms = Dictionary(DocMDP=pdf.make_indirect(Dictionary(Type=Name.Sig)))
        pdf.save(letter)
    (container,) = open_source(letter)
    notes = container.before_erasing(doomed(letter, "page 1 image Im0"))
    assert "note.erase.signature" in [one.code for one in notes]


def test_a_file_with_a_password_says_so_and_one_that_anybody_may_open_is_read_and_not_rewritten(letter, tmp_path):
    with pikepdf.open(letter) as pdf:
        pdf.save(tmp_path / "closed.pdf", encryption=pikepdf.Encryption(user="a", owner="b"))
        pdf.save(tmp_path / "open.pdf", encryption=pikepdf.Encryption(user="", owner="b"))
    (container,) = open_source(tmp_path / "closed.pdf")
    with pytest.raises(ContainerDamaged) as error:
        list(container.listing())
    assert error.value.why.code == "why.encrypted"
    assert len(photos(tmp_path / "open.pdf")) == 3
    (container,) = open_source(tmp_path / "open.pdf")
    with pytest.raises(ContainerNotRewritten):
        container.erase(doomed(tmp_path / "open.pdf", "page 1 image Im0"))
