"""What the organisation calls its own is kept in the vault, journalled, and used when letters are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.app.case import drafts
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.house import HouseUnfit, kept_house, our_house, set_house
from dsr_desk.core.acts import Kind
from dsr_desk.core.deadlines import Place
from dsr_desk.core.requests import Whose
from dsr_desk.intake.model import NO_HOUSE, House

KEY = "ab" * 32


def test_it_is_kept_as_it_was_set_and_journalled(desk: Desk) -> None:
    assert kept_house(desk) == NO_HOUSE
    before = desk.vault.log.size
    set_house(
        desk, House(domains=("@Aurora.example",), zone="Europe/Berlin", country="de", agents={"A-1": KEY.upper()})
    )
    kept = kept_house(desk)
    assert (kept.domains, kept.zone, kept.country) == (("aurora.example",), "Europe/Berlin", "DE")
    assert kept.agents == {"A-1": KEY}
    assert [entry.kind for entry in desk.vault.log.entries("")][-1] is Kind.ORGANISATION
    assert desk.vault.log.size == before + 1
    assert desk.vault.problems() == []


def test_what_is_said_twice_or_with_spaces_around_is_kept_once(desk: Desk) -> None:
    set_house(desk, House(phones=(" +49 30  1 ", "+49 30 1", " ")))
    assert kept_house(desk).phones == ("+49 30 1",)


def test_numbers_without_a_country_are_those_of_the_office_unless_somebody_said_another(tmp_path: Path) -> None:
    desk, _ = Desk.create(tmp_path / "french", "Org", "Ada", "a passphrase for tests", place=Place("FR"))
    with desk:
        assert (our_house(desk).country, kept_house(desk).country) == ("FR", "")
        set_house(desk, House(country="be"))
        assert our_house(desk).country == "BE"


def test_letters_are_read_with_the_officers_as_people_of_the_house(desk: Desk) -> None:
    set_house(desk, House(people=("Tobias Brandt",)))
    ours = our_house(desk)
    assert ours.name == desk.vault.organisation
    assert {"Tobias Brandt", desk.vault.officer_name} <= set(ours.people)


@pytest.mark.parametrize(
    "house",
    [
        House(domains=("localhost",)),
        House(domains=("ada@aurora.example",)),
        House(domains=("aurora .example",)),
        House(addresses=("nobody",)),
        House(addresses=("a@b@aurora.example",)),
        House(zone="Europe/Nowhere"),
        House(zone="../localtime"),
        House(country="XX"),
        House(agents={"A-1": "abc"}),
        House(agents={"A-1": "ab" * 31}),
        House(agents={"A-1": " ".join(["ab"] * 32)}),
        House(agents={"A-1": "ab" * 15 + " " * 4 + "ab" * 15}),
        House(agents={" ": KEY}),
    ],
)
def test_what_cannot_hold_is_refused_and_nothing_is_changed(desk: Desk, house: House) -> None:
    with pytest.raises(HouseUnfit):
        set_house(desk, house)
    assert kept_house(desk) == NO_HOUSE


def test_what_is_ours_is_not_proposed_as_the_persons(desk: Desk, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Delete my photos under the GDPR. My e-mail is ada@example.org, yours is help@aurora.example.\n")
    set_house(desk, House(domains=("aurora.example",)))
    request = drafts.understand(letter, [], house=our_house(desk)).request
    assert request.identifiers.emails == ("ada@example.org",)
    assert all(one.whose is Whose.HOUSE for one in request.found if one.value == "help@aurora.example")
