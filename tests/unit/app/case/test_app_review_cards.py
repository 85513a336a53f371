"""Cards of a review: what lies on one, how the list is made without candidates, and how a card is decided."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import review, review_list
from dsr_desk.app.case.review_content import band
from dsr_desk.app.case.review_deck import Deck
from dsr_desk.app.case.review_list import laid_out, review_cards
from dsr_desk.app.case.searching import _ordered
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import ItemAddress
from dsr_desk.storage.log_reading import LogDamaged
from unit.app import by_hand
from unit.app.by_hand import ADA, BEN, acting, candidate, more_officers, open_case, search

SAME, DIFFERENT = Verdict.SAME, Verdict.DIFFERENT


def of_sample(one: Candidate, sample: str, member: str, container: str = "shard.tar") -> Candidate:
    return replace(one, address=ItemAddress("portraits", container, member, one.address.digest), sample=sample)


PHOTO = of_sample(candidate(1, expected=5.0), "anna", "anna.jpg")
RECORD = of_sample(candidate(2), "anna", "anna.json")
MORE = of_sample(candidate(3), "anna", "anna.txt")
ELSEWHERE = of_sample(candidate(4), "anna", "anna.json", "other.tar")
TWINS = [of_sample(candidate(number, expected=1.0), "twins", f"twins.{number}.jpg") for number in (5, 6)]
TWINS_RECORD = of_sample(candidate(7), "twins", "twins.json")
ALONE = candidate(8, expected=0.01)


def on_cards(desk: Desk, ref: str, *found: Candidate) -> list[list[Candidate]]:
    named = {desk.name(ref, one.id): one for one in found}
    return [[named[line.key] for line in card.lines] for card in review_cards(desk, ref)]


def test_a_photo_lies_on_one_card_with_the_records_of_its_sample_and_stands_first(desk: Desk) -> None:
    ref = open_case(desk)
    search(desk, ref, PHOTO, RECORD, MORE, ALONE)
    cards = on_cards(desk, ref, PHOTO, RECORD, MORE, ALONE)
    assert [len(card) for card in cards] == [3, 1]
    assert cards[0][0] == PHOTO
    assert [item.card for item in review.review_items(desk, ref)] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    "found",
    [
        (*TWINS, TWINS_RECORD),  # nobody knows whose record it is
        (RECORD, MORE),
        (PHOTO, ELSEWHERE),
        (PHOTO, replace(RECORD, dataset_version="portraits@2")),
        (ALONE, candidate(9)),
    ],
)
def test_everything_else_lies_on_a_card_of_its_own(desk: Desk, found: tuple[Candidate, ...]) -> None:
    ref = open_case(desk)
    search(desk, ref, *found)
    assert [len(card) for card in on_cards(desk, ref, *found)] == [1] * len(found)


def test_cards_of_a_sample_that_is_taken_apart_are_single(desk: Desk) -> None:
    ref = open_case(desk)
    search(desk, ref, PHOTO, RECORD)
    deck = review_cards(desk, ref)
    (card,) = deck
    assert [len(one.lines) for one in deck.taken_apart(card.lines[0].sample)] == [1, 1]


def test_what_was_decided_in_an_earlier_round_is_no_part_of_a_card_of_this_one(desk: Desk) -> None:
    ref = open_case(desk)
    search(desk, ref, PHOTO)
    review.decide(desk, ref, PHOTO.id, SAME)
    by_hand.erase(desk, ref, PHOTO)
    search(desk, ref, RECORD)
    assert on_cards(desk, ref, PHOTO, RECORD) == [[RECORD], [PHOTO]]


def test_the_list_is_made_without_reading_a_candidate_and_is_that_of_older_searches(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [PHOTO, RECORD, MORE, *TWINS, TWINS_RECORD, ALONE, *(candidate(n, expected=n) for n in range(20, 60))]
    ref = open_case(desk)
    search(desk, ref, *found)
    review.decide(desk, ref, ALONE.id, DIFFERENT)

    def older(*_: object) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr(review_list, "_read", older)
        expected = list(review_cards(desk, ref))

    def refuse(*_: object) -> None:
        raise AssertionError("a candidate is read")

    monkeypatch.setattr(review_list, "candidates_of", refuse)
    assert list(review_cards(desk, ref)) == expected
    assert sum(not card.is_open for card in expected) == 1


def test_a_search_writes_its_rows_in_bands_and_inside_a_band_in_no_order_of_scores(desk: Desk) -> None:
    ref = open_case(desk)
    near = [candidate(number, expected=0.001 * number) for number in range(2, 8)]
    scored = [
        replace(one, reasons=(replace(one.reasons[0], score=0.9 - place / 100),)) for place, one in enumerate(near)
    ]
    found = [candidate(20, expected=50.0), *scored, candidate(21)]
    names = [name for name, _ in _ordered(desk.key(ref), found)]
    by_band = {desk.name(ref, one.id): band(one) for one in found}
    assert names == sorted(names, key=lambda name: (by_band[name], name))
    search(desk, ref, *found)
    assert [line.key for card in review_cards(desk, ref) for line in card.lines] == names


def _shorter(said: dict[str, Any]) -> None:
    said["of"].pop()


def _unknown_kind(said: dict[str, Any]) -> None:
    said["kinds"] = "70"


@pytest.mark.parametrize("damage", [_shorter, _unknown_kind])
def test_a_list_that_does_not_fit_its_rows_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, damage: Callable[[dict[str, Any]], None]
) -> None:
    def other(found: list[Candidate]) -> dict[str, Any]:
        said = laid_out(found)
        damage(said)
        return said

    monkeypatch.setattr(by_hand, "laid_out", other)
    ref = open_case(desk)
    search(desk, ref, PHOTO, ALONE)
    with pytest.raises(LogDamaged):
        review_cards(desk, ref)


def test_a_card_is_one_act_with_a_word_for_each_and_one_undo_takes_both_back(desk: Desk) -> None:
    ref = open_case(desk)
    search(desk, ref, PHOTO, RECORD, ALONE)
    review.decide(desk, ref, ALONE.id, DIFFERENT)
    before = desk.vault.log.size
    review.decide_many(desk, ref, [PHOTO.id, RECORD.id], SAME)
    assert desk.vault.log.size == before + 1
    rows = list(desk.vault.log.rows(before))
    assert {(row.item, row.word) for row in rows} == {(desk.name(ref, one.id), "same") for one in (PHOTO, RECORD)}
    review.undo_last(desk, ref)
    assert by_hand.verdicts(desk, ref) == {ALONE.id: DIFFERENT}
    review.undo_last(desk, ref)
    assert by_hand.verdicts(desk, ref) == {}
    assert desk.case(ref).undoable == []


def test_a_second_officer_sees_cards_without_a_word(desk: Desk) -> None:
    ref = open_case(desk)
    more_officers(desk)
    search(desk, ref, PHOTO, RECORD, ALONE)
    review.decide_many(desk, ref, [PHOTO.id, RECORD.id], SAME)
    review.decide(desk, ref, ALONE.id, DIFFERENT)
    assert not review.second_cards(desk, ref)
    with acting(desk, BEN):
        cards = review.second_cards(desk, ref)
        assert {line.verdict for card in cards for line in card.lines} == {None}
        waiting = {one.id for one in review.second_items(desk, ref)}
        assert {desk.name(ref, one) for one in waiting} == {line.key for card in cards for line in card.lines}
        assert _largest(cards) == 2
        review.review_again(desk, ref, [PHOTO.id, RECORD.id], DIFFERENT)
        assert not review.dispute_cards(desk, ref)
    with acting(desk, by_hand.CLEO):
        assert _largest(review.dispute_cards(desk, ref)) == 2


def _largest(cards: Deck) -> int:
    return max(len(card.lines) for card in cards)


def test_the_command_says_what_lies_on_one_card_and_decides_one_alone(desk: Desk) -> None:
    ref = open_case(desk)
    search(desk, ref, PHOTO, RECORD, ALONE)
    folder = desk.vault.folder
    desk.close()
    secret = folder.parent / "passphrase"
    secret.write_text(ADA, encoding="utf-8")

    def run(*arguments: str) -> str:
        made = CliRunner().invoke(main, [*arguments, "--vault", str(folder), "--passphrase-file", str(secret)])
        assert made.exit_code == 0, made.output
        return made.output

    rows = json.loads(run("case", "candidates", ref, "--json"))
    assert [(row["number"], row["card"]) for row in rows] == [(1, 1), (2, 1), (3, 2)]
    assert "3 candidates on 2 cards" in run("case", "candidates", ref)
    run("case", "decide", ref, RECORD.id, "--verdict", "different")
    decided = {row["id"]: row["decision"] for row in json.loads(run("case", "candidates", ref, "--json"))}
    assert decided == {PHOTO.id: None, RECORD.id: "different", ALONE.id: None}
