"""Bytes that stand in a table as text are found or named, and what is a text stays one."""

from __future__ import annotations

import base64
import json
import random

import pytest

from contracts.container_samples import photo
from dsr_desk.datasets.cells import Answer, is_text_alone, seen
from dsr_desk.datasets.odd_texts import is_no_text, printed_bytes

PHOTO = photo(7, 400)
BYTES = random.Random(1).randbytes(3000)


@pytest.mark.parametrize("data", [PHOTO, b'it\'s "both"' + PHOTO, b"\\ and \n" * 20])
def test_what_python_prints_of_bytes_is_these_bytes(data: bytes) -> None:
    assert printed_bytes(f" {data!r}\n") == data
    assert printed_bytes(repr(data)[:-1]) is None
    assert printed_bytes(f"{data!r} + {data!r}") is None


def test_a_printed_photo_is_one_and_is_printed_again_where_it_changes() -> None:
    assert not is_text_alone(repr(PHOTO))
    found = seen(repr(PHOTO))
    assert (found.answer, found.photos) == (Answer.ITEM, (PHOTO,))
    assert found.changed is not None
    assert found.changed([b"\xff\xd8masked"], True) == repr(b"\xff\xd8masked")
    assert found.changed([None], True) is None


@pytest.mark.parametrize(
    "text",
    [base64.b85encode(BYTES).decode(), BYTES.decode("latin-1")],
    ids=["base85", "bytes as letters"],
)
def test_other_bytes_in_letters_are_named(text: str) -> None:
    assert not is_text_alone(text)
    assert seen(text).answer is Answer.UNREAD


@pytest.mark.parametrize(
    "text",
    [
        "A sentence of a letter that goes on and on, with names and numbers like 12. " * 40,
        json.dumps([{"name": f"Person {n}", "mail": f"p{n}@example.org"} for n in range(60)], separators=(",", ":")),
        "/".join(f"folder-{n % 9}" for n in range(200)),
        "一些文字" * 400,
    ],
    ids=["prose", "JSON", "path", "Chinese"],
)
def test_long_texts_stay_texts(text: str) -> None:
    assert not is_no_text(text)
    assert seen(text).answer is Answer.TEXT
