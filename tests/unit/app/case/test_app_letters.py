"""The letter is kept in parts and put together again byte for byte; a part that is gone is named."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.app.case import cases, ending, letters
from dsr_desk.app.case.letters import LetterMissing, files_of, letter_of, save_letter, taken_apart
from dsr_desk.app.desk import Desk
from dsr_desk.core.requests import CaseState
from unit.app.photos_by_hand import docx, mail, open_case, pdf, picture

PHOTO, OTHER = picture(1), picture(2)


def spelled(data: bytes, width: int, line: bytes) -> bytes:
    text = base64.b64encode(data)
    return line.join(text[at : at + width] for at in range(0, len(text), width)) if width else text


LETTERS = {
    "a mail": mail(("me.jpg", PHOTO), ("form.docx", docx(OTHER))),
    "a mail with lines as on other systems": mail(("me.jpg", PHOTO)).replace(b"\n", b"\r\n"),
    "a photo twice": mail(("me.jpg", PHOTO), ("again.jpg", PHOTO)),
    "a text": b"Erase my data.\n",
    "nothing": b"",
    "one line": json.dumps({"photo": base64.b64encode(PHOTO).decode()}).encode(),
    "lines of uneven width": b"\n\n" + spelled(OTHER[:1_140], 76, b"\n") + b"\n" + spelled(PHOTO, 60, b"\n"),
    "lines that end in two ways": b"\n\n" + spelled(OTHER[:1_140], 76, b"\n") + b"\r\n" + spelled(PHOTO, 76, b"\n"),
    "a photo as it is": b"Content-Transfer-Encoding: binary\n\n" + PHOTO + b"\n--end",
    "a PDF": pdf(PHOTO, flate=False),
    "a PDF in a mail": mail(("letter.pdf", pdf(PHOTO, flate=False))),
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_comes_back_as_it_came(desk: Desk, name: str) -> None:
    ref = open_case(desk, LETTERS[name] or mail(), PHOTO)
    found = letter_of(desk, ref)
    assert found is not None
    assert found.data == (LETTERS[name] or mail())
    assert found.missing == ()
    assert desk.vault.problems() == []


@given(st.binary(min_size=513, max_size=3_000), st.integers(0, 90), st.sampled_from([b"\n", b"\r\n"]), st.binary())
def test_whatever_is_in_a_letter_its_parts_make_it_again(data: bytes, width: int, line: bytes, before: bytes) -> None:
    letter = before + line + line + spelled(data, width, line) + line + b"--end"
    kept = taken_apart(letter, [])
    assert _joined(kept["pieces"]) == letter


def _joined(pieces: list[letters.Piece]) -> bytes:
    found = b""
    for piece in pieces:
        content = _joined(piece["pieces"]) if "pieces" in piece else piece["file"]
        found += spelled(content, piece["width"], piece["line"].encode()) if "width" in piece else content
    return found


def test_a_photo_lies_in_the_vault_once_and_an_attachment_beside_the_text(desk: Desk) -> None:
    form = docx(OTHER)
    ref = open_case(desk, mail(("me.jpg", PHOTO), ("again.jpg", PHOTO), ("form.docx", form)), PHOTO)
    stored = [bytes(one) for (one,) in desk.vault.db.conn.execute("SELECT content FROM blobs")]
    assert stored.count(PHOTO) == stored.count(form) == 1
    whole = b"".join(stored)
    assert whole.count(PHOTO) == 1
    assert base64.b64encode(PHOTO)[:60] not in whole
    kept = desk.values(desk.case(ref).opened[2])["letter"]["pieces"]
    assert [name for name, _ in files_of(kept) if name] == ["form.docx"]


def test_the_same_attachment_twice_is_stored_once(desk: Desk) -> None:
    form = docx(OTHER)
    open_case(desk, mail(("one.docx", form), ("two.docx", form)))
    stored = [bytes(one) for (one,) in desk.vault.db.conn.execute("SELECT content FROM blobs")]
    assert stored.count(form) == 1


def test_a_destroyed_photo_leaves_its_place_in_the_letter_empty_and_is_named(desk: Desk, tmp_path: Path) -> None:
    letter = mail(("me.jpg", PHOTO), ("form.docx", docx(OTHER)))
    ref = open_case(desk, letter, PHOTO)
    ending.end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert save_letter(desk, ref, tmp_path / "letter.eml") == ("me.jpg",)
    written = (tmp_path / "letter.eml").read_bytes()
    assert written == letter.replace(spelled(PHOTO, 76, b"\n"), spelled(bytes(len(PHOTO)), 76, b"\n"))


def test_of_a_case_without_a_letter_none_is_written(desk: Desk, tmp_path: Path) -> None:
    ref = open_case(desk, b"", PHOTO)
    with pytest.raises(LetterMissing):
        save_letter(desk, ref, tmp_path / "letter.eml")
    assert list(tmp_path.glob("letter*")) == []
    assert cases.show_case(desk, ref).photos[0].name == "me.jpg"
