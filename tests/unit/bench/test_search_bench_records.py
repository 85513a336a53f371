"""The benchmarks of record search on few records: what they find, what they measure."""

from __future__ import annotations

import pytest

import search_fakes
from bench.damage import NAME_WAYS, ONE_EDIT, WAYS, damaged
from bench.invented_people import CULTURES, people
from bench.matching import measure_matching
from bench.records import records_rows
from dsr_desk.jobs.progress import Cancelled, CancelToken


@pytest.fixture(scope="module")
def agreements():
    return measure_matching(600, 300, load=search_fakes.load_fake)


def share_found(agreements, of, ways=None):
    rows = [row for row in agreements if row.of == of and (ways is None or row.way in ways)]
    return sum(row.found for row in rows) / sum(row.asked for row in rows)


@pytest.mark.parametrize("of", ["e-mail", "phone", "user name", "account id"])
def test_every_identifier_is_found_in_every_way_to_write_it(agreements, of):
    assert [row.misses for row in agreements if row.of == of and row.misses] == []
    assert share_found(agreements, of) == 1


def test_names_are_found_with_a_letter_wrong_and_in_other_letters(agreements):
    assert share_found(agreements, "name", ONE_EDIT) >= 0.98
    assert share_found(agreements, "name") >= 0.98


def test_dates_of_birth_and_addresses_confirm_in_every_way_to_write_them(agreements):
    assert share_found(agreements, "date of birth") == 1
    assert share_found(agreements, "address") == 1


def test_identifiers_bring_nobody_else(agreements):
    assert all(row.precision == 1 for row in agreements if row.of in ("e-mail", "account id"))


@pytest.mark.long
def test_size_and_speed_are_measured_beside_their_peers():
    rows = {row.what: row for row in records_rows(1000, load=search_fakes.load_fake)}
    assert rows["index, for each record"].ours > rows["index, for each record"].theirs
    assert rows["building the index of 1,000 records"].theirs > 0
    assert rows["e-mail, 50th percentile"].ours > 0
    assert rows["a list of 2,000 hashes"].ours > 0


def test_a_measurement_can_be_cancelled():
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        records_rows(1000, load=search_fakes.load_fake, cancel=cancel)


def test_the_same_people_come_again_and_share_households_and_phones():
    first = list(people(3000, 5))
    assert first[:500] == list(people(500, 5))
    assert {person.culture for person in first} == {culture.name for culture in CULTURES}
    households = {}
    for person in first:
        households.setdefault(person.household, []).append(person)
    families = [members for members in households.values() if len(members) > 1]
    assert all(len({(one.family, one.street) for one in members}) == 1 for members in families)
    assert any(len({one.phone for one in members}) < len(members) for members in families)


def test_each_way_to_write_a_field_applies_to_somebody_and_changes_what_it_says():
    seen = {}
    for person in people(3000):
        for name, way in NAME_WAYS.items():
            held = way(person, [0.4, 0.5, 0.6, 0.7])
            if held is not None:
                seen.setdefault(name, (person.name, held))
    assert seen.keys() == NAME_WAYS.keys()
    assert all(name == "as it is" or wanted != held for name, (wanted, held) in seen.items())
    somebody = next(people(1))
    assert {damaged(of, somebody, [0.0] * 5)[0] for of in WAYS} == {next(iter(ways)) for ways in WAYS.values()}
