"""What acts say of the facts of a request: whose clock it is, and who found or typed each value."""

from __future__ import annotations

from datetime import date

import pytest

from dsr_desk.core.acts import Kind
from dsr_desk.core.deadlines import Place, Stop, StopReason
from dsr_desk.core.facts import Facts, changed, clock_of, facts_draft, union
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import message
from dsr_desk.core.requests import Found, FoundKind, Law, Right

OFFICE = Place("DE", "BE")
DAY = date(2026, 11, 3)
STOP = Stop(StopReason.FEE, date(2026, 11, 5))


@pytest.mark.parametrize("place", [Place(), Place("GB"), Place("GB", "ENG")])
def test_a_clock_is_read_as_it_was_signed(place: Place) -> None:
    facts = Facts(Right.ACCESS, Law.UK_GDPR, DAY, Identifiers(), place, date(2026, 11, 20), (STOP,))
    said = facts_draft(Kind.CONFIRMED, facts, (), key=bytes(32), typed_by="ann").open
    assert clock_of(said, OFFICE) == (place, facts.extended, facts.stops)


def test_an_act_that_names_no_place_counts_the_holidays_of_the_office() -> None:
    assert clock_of({}, OFFICE) == (OFFICE, None, ())


def test_what_was_found_keeps_its_place_and_what_was_not_is_somebodys_or_left_out() -> None:
    read = Found(FoundKind.EMAIL, "ada@example.org", message("where.file", file="letter.txt"))
    gone, number = Found(FoundKind.EMAIL, "eve@example.org"), Found(FoundKind.REFERENCE, "R-7")
    facts = Facts(Right.ACCESS, Law.LGPD, DAY, Identifiers(names=("Ada",), emails=("ada@example.org",)))
    for typed_by in ("ann", ""):
        draft = facts_draft(Kind.PROPOSED, facts, (read, gone, number, read), key=bytes(32), typed_by=typed_by)
        found = {(one["kind"], one["value"]): one["typed_by"] for one in draft.fields["found"]}
        assert len(found) == len(draft.fields["found"])
        assert found["e-mail", "ada@example.org"] == found["reference", "R-7"] == ""
        assert ("e-mail", "eve@example.org") not in found
        assert found.get(("name", "Ada")) == (typed_by or None)


def test_identifiers_are_added_and_taken_away_one_by_one_and_each_is_kept_once() -> None:
    ada = Identifiers(names=("Ada",), emails=("a@example.org", "b@example.org"))
    after = changed(ada, [(FoundKind.NAME, "Ada"), (FoundKind.PHONE, "1")], [(FoundKind.EMAIL, "a@example.org")])
    assert after == Identifiers(names=("Ada",), emails=("b@example.org",), phones=("1",))
    assert union([ada, after]) == Identifiers(names=("Ada",), emails=("a@example.org", "b@example.org"), phones=("1",))
    with pytest.raises(KeyError):
        changed(ada, [(FoundKind.LAW, "eu-gdpr")], [])
