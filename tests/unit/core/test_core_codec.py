"""Dataclasses to JSON and back."""

from __future__ import annotations

import json
from datetime import date

import pytest
from cattrs.errors import ClassValidationError

from dsr_desk.core import codec
from dsr_desk.core.findings import Candidate, Reason, ReasonKind
from dsr_desk.core.items import Box, Flaw, ItemAddress, ItemKind
from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right

CANDIDATE = Candidate(
    ItemAddress("faces", "photos", "Zoë 1.jpg", "ab" * 32, 2),
    ItemKind.PHOTO,
    "faces@1",
    "faces",
    (Reason(ReasonKind.FACE, 0.9375, message("record.same", name="Zoë"), face=1, expected_strangers=0.5),),
    face=1,
    box=Box(1, 2, 3, 4),
    quality=(Flaw.SMALL,),
)
REQUEST = Request(
    Channel.EMAIL,
    (Found(FoundKind.NAME, "Zoë", message("where.header", header="From")),),
    Right.ERASURE,
    Law.EU_GDPR,
    date(2026, 2, 28),
    "letter.eml",
)


@pytest.mark.parametrize("value", [CANDIDATE, REQUEST], ids=["candidate", "request"])
def test_what_was_kept_comes_back_as_it_was(value: object) -> None:
    assert codec.from_text(codec.to_text(value), type(value)) == value


def test_enums_and_dates_are_kept_as_plain_text() -> None:
    stored = json.loads(codec.to_text(REQUEST))
    assert stored["law"] == "eu-gdpr"
    assert stored["received"] == "2026-02-28"


def test_text_is_the_same_for_equal_values_and_readable() -> None:
    text = codec.to_text(CANDIDATE)
    assert "Zoë 1.jpg" in text
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ClassValidationError):
        codec.restore({"left": "far"}, Box)
