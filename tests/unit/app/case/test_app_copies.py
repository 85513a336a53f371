"""A photo is found however it is packed; what cannot be looked into is counted; others are not taken for it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import quopri
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import deeds
from dsr_desk.app.case import copies
from dsr_desk.app.case.copies import Copies, look_into
from unit.app.photos_by_hand import docx, mail, pdf, picture, saved
from unit.evidence import planted_in_evidence as planted

PHOTO, OTHER = picture(1), picture(2)
DRAWN = picture(3, "PNG")


def pixels_of(photo: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photo))


def in_lines(data: bytes, width: int, line: bytes = b"\n") -> bytes:
    text = base64.b64encode(data)
    return line.join(text[at : at + width] for at in range(0, len(text), width))


def zipped(data: bytes, name: str = "a.bin") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return out.getvalue()


def without_metadata(photo: bytes) -> bytes:
    """The same scan with another head: the comment segment that was there is gone."""
    return photo[:2] + b"\xff\xfe\x00\x08remark" + photo[2:]


PACKED: dict[str, bytes | str] = {
    "as it is": PHOTO,
    "behind other bytes": b"head " + PHOTO + b" tail",
    "in a mail": mail(("me.jpg", PHOTO)),
    "in short lines": in_lines(PHOTO, 7, b"\r\n"),
    "in quoted lines": b"> " + in_lines(PHOTO, 60, b"\n> "),
    "at another place of the spelling": base64.b64encode(b"x" + PHOTO),
    "and at the third": base64.b64encode(b"xy" + PHOTO),
    "in JSON": json.dumps({"letter": f"see {in_lines(PHOTO, 76).decode()}"}),
    "in JSON whose slashes are spelled": json.dumps({"p": base64.b64encode(PHOTO).decode()}).replace("/", "\\/"),
    "in a document of an office": docx(OTHER, PHOTO),
    "in such a document in a mail": mail(("form.docx", docx(PHOTO))),
    "in a zip in a zip": zipped(zipped(PHOTO)),
    "in gzip": gzip.compress(PHOTO),
    "in a PDF": pdf(PHOTO, flate=False),
    "as pixels in a PDF": pdf(PHOTO, flate=True),
    "as pixels in a PDF in a mail": mail(("letter.pdf", pdf(PHOTO, flate=True))),
    "with another head": without_metadata(PHOTO),
    "as another kind of picture": saved(pixels_of(PHOTO), "PNG"),
    "as another kind of picture in a mail": mail(("me.png", saved(pixels_of(PHOTO), "BMP"))),
    "cut short": PHOTO[: len(PHOTO) * 3 // 4],
    "in quoted-printable": b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(PHOTO),
}


@pytest.mark.parametrize("how", PACKED)
def test_a_photo_is_found(how: str) -> None:
    copies = Copies.of([DRAWN, PHOTO])
    assert copies.held_by(PACKED[how]) == [{1}]
    assert copies.unread == 0


@pytest.mark.parametrize("content", [OTHER, docx(OTHER), mail(("a.jpg", OTHER)), pdf(OTHER, flate=True), b"", "text"])
def test_another_photo_is_not_taken_for_it(content: bytes | str) -> None:
    copies = Copies.of([PHOTO, DRAWN])
    assert copies.held_by(content) == [frozenset()]
    assert copies.unread == 0


def test_a_photo_of_few_bytes_is_found_too() -> None:
    small = saved(Image.new("RGB", (64, 64), (3, 4, 5)), "PNG")
    assert len(small) < 300
    assert Copies.of([small]).held_by(b"before" + small + b"after") == [{0}]


@pytest.mark.parametrize(
    "content",
    [
        zipped(PHOTO)[:-40],
        b"%PDF-1.7\n" + b"broken " * 400,
        zipped(zipped(zipped(zipped(zipped(zipped(zipped(PHOTO))))))),
    ],
)
def test_what_cannot_be_looked_into_is_counted(content: bytes) -> None:
    copies = Copies.of([PHOTO])
    assert copies.held_by(content) == [frozenset()]
    assert copies.unread == 1


def test_a_member_that_is_encrypted_is_counted() -> None:
    content = bytearray(docx(PHOTO))
    for at in (at for at in range(len(content)) if content[at : at + 4] == b"PK\x01\x02"):
        content[at + 8] |= 1
    copies = Copies.of([PHOTO])
    assert copies.held_by(bytes(content)) == [frozenset()]
    assert copies.unread == 2


KNOWN = Copies.of([PHOTO])


@given(st.binary(max_size=400), st.integers(1, 200), st.sampled_from([b"\n", b"\r\n", b" \t"]))
def test_a_photo_is_found_in_lines_of_any_length_behind_anything(before: bytes, width: int, line: bytes) -> None:
    assert look_into(KNOWN.photos, KNOWN.least, [before + b"\n\n" + in_lines(PHOTO, width, line)]).held == ((0,),)


@pytest.mark.usefixtures("real_cells")
def test_what_ends_its_cell_is_counted_and_the_rest_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Copies.of([PHOTO])
    monkeypatch.setattr(copies, "look_into", planted.crash_at_what_is_hostile)
    held = found.held_by(b"plain", b"hostile", b"plain")
    assert held == [frozenset({0}), frozenset(), frozenset({0})]
    assert found.unread == 1


@pytest.mark.usefixtures("real_cells")
def test_an_answer_for_fewer_values_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Copies.of([PHOTO])
    monkeypatch.setattr(copies, "look_into", planted.find_nothing)
    assert found.held_by(PHOTO) == [frozenset()]
    assert found.unread == 1


@pytest.mark.usefixtures("real_cells")
def test_a_photo_that_ends_its_cell_is_still_found_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "with_pixels", deeds.crash)
    found = Copies.of([PHOTO])
    assert found.unread == 1
    assert found.held_by(PACKED["in a mail"]) == [{0}]
