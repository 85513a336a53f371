"""A request that is here already is noticed: by its letter, the sender's number, an identifier of the person."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from dsr_desk.app.case import cases, drafts, duplicates, ending
from dsr_desk.app.desk import Desk
from dsr_desk.core.requests import CaseState, Found, FoundKind, Law, Right

LETTER = "Please delete all photos of me under the GDPR. My e-mail is Ada@Example.org, my telephone +49 30 23125 088."


def letter(folder: Path, text: str = LETTER, name: str = "letter.txt") -> drafts.RequestDraft:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return drafts.understand(path, [])


def opened(desk: Desk, draft: drafts.RequestDraft) -> str:
    said = drafts.correct(draft, right=Right.ERASURE, law=Law.EU_GDPR, received=date(2026, 11, 3))
    view, _ = cases.open_case(desk, said, confirmed=True, without_photo=True)
    return view.ref


def codes(desk: Desk, draft: drafts.RequestDraft) -> list[str]:
    return [one.why.code for one in duplicates.likely_duplicates(desk, draft.request)]


def test_the_same_letter_is_noticed_in_an_ended_case_too(desk: Desk, tmp_path: Path) -> None:
    ref = opened(desk, letter(tmp_path))
    ending.end_case(desk, ref, CaseState.WITHDRAWN, "she withdrew it")
    (same,) = duplicates.likely_duplicates(desk, letter(tmp_path, name="copy.txt").request)
    assert (same.ref, same.state, same.why.code) == (ref, CaseState.WITHDRAWN, "duplicate.letter")


def test_the_same_number_of_the_sender_is_noticed(desk: Desk, tmp_path: Path) -> None:
    def request(email: str) -> str:
        identity = {"identity_type": "email", "identity_value": email, "identity_format": "raw"}
        return json.dumps(
            {
                "regulation": "gdpr", "subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
                "subject_request_type": "erasure", "submitted_time": "2026-11-03T10:00:00Z",
                "subject_identities": [identity],
            }
        )  # fmt: skip

    opened(desk, letter(tmp_path, request("ada@example.org"), "one.json"))
    assert codes(desk, letter(tmp_path, request("other@example.org"), "two.json")) == ["duplicate.reference"]


@pytest.mark.parametrize(("kind", "value"), [(FoundKind.EMAIL, "ada@example.org"), (FoundKind.PHONE, "030 23125088")])
def test_the_same_address_or_number_is_noticed_however_it_is_written(
    desk: Desk, tmp_path: Path, kind: FoundKind, value: str
) -> None:
    opened(desk, letter(tmp_path))
    other = drafts.correct(letter(tmp_path, "Hello", "other.txt"), found=(Found(kind, value),))
    assert codes(desk, other) == ["duplicate.identifier"]


def test_what_an_officer_corrected_counts_and_no_longer_what_was_read(desk: Desk, tmp_path: Path) -> None:
    ref = opened(desk, letter(tmp_path))
    view = cases.show_case(desk, ref)
    other = drafts.correct(letter(tmp_path, "Hello", "other.txt"), found=(Found(FoundKind.EMAIL, "ada@example.org"),))
    assert codes(desk, other)
    nobody = type(view.identifiers)(names=("Ada Example",))
    cases.edit_request(desk, ref, right=view.right, law=view.law, received=view.received, identifiers=nobody)
    assert codes(desk, other) == []


def test_two_requests_without_a_letter_and_a_number_are_not_one(desk: Desk) -> None:
    def typed(email: str) -> drafts.RequestDraft:
        return drafts.correct(drafts.understand(None, []), found=(Found(FoundKind.EMAIL, email),))

    opened(desk, typed("ada@example.org"))
    assert codes(desk, typed("eve@example.org")) == []


def test_what_names_another_thing_is_no_number_of_the_sender(desk: Desk, tmp_path: Path) -> None:
    opened(desk, letter(tmp_path))
    numbered = (Found(FoundKind.REFERENCE, letter(tmp_path).request.identifiers.emails[0]),)
    other = drafts.correct(letter(tmp_path, "Hello", "other.txt"), found=numbered)
    assert codes(desk, other) == []


def test_a_forgotten_case_is_a_duplicate_of_nothing(desk: Desk, tmp_path: Path) -> None:
    ref = opened(desk, letter(tmp_path))
    ending.end_case(desk, ref, CaseState.WITHDRAWN, "she withdrew it", letter=True)
    ending.forget_case(desk, ref)
    assert codes(desk, letter(tmp_path, name="again.txt")) == []


def test_another_person_is_no_duplicate_and_a_duplicate_is_a_warning(desk: Desk, tmp_path: Path) -> None:
    opened(desk, letter(tmp_path))
    other = letter(tmp_path, "Please delete my photos under the GDPR. My e-mail is eve@example.org.", "other.txt")
    assert codes(desk, other) == []
    warned = duplicates.warned(desk, letter(tmp_path, name="again.txt"))
    assert [one.code for one in warned.warnings][-1] == "duplicate"
