"""Honest counts against the truth."""

from __future__ import annotations

import json
from pathlib import Path

from dsr_desk.app.sample.truth import FaceThere, TrueItem, Truth
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import Box, ItemAddress, ItemKind

ME, OTHER = 0, 1
GROUP = TrueItem(
    "a", "group.jpg", "d1", (ME, OTHER), True, faces=(FaceThere(ME, 30, 30, 10), FaceThere(OTHER, 80, 30, 10))
)
HARD = TrueItem("a", "dark.jpg", "d2", (ME,), True, hard="dark", faces=(FaceThere(ME, 30, 30, 10),))
ROW = TrueItem("a/table.csv", "", "d3", (ME,), False)
STRANGER = TrueItem("a", "stranger.jpg", "d4", (OTHER,), True, faces=(FaceThere(OTHER, 30, 30, 10),))
TRUTH = Truth("Me", ("Me", "Other"), ME, (GROUP, HARD, ROW, STRANGER))


def address(item: TrueItem) -> ItemAddress:
    return ItemAddress("set@1", item.container, item.member, item.digest)


def candidate(item: TrueItem, box: Box | None = None) -> Candidate:
    kind = ItemKind.PHOTO if item.is_photo else ItemKind.RECORD
    return Candidate(address(item), kind, "set@1", "index", (), box=box)


def test_what_was_not_proposed_is_counted_as_missed_with_its_reason() -> None:
    found = TRUTH.compare([address(GROUP), address(STRANGER)])
    assert (found.photos, found.photos_found, found.records, found.records_found) == (2, 1, 1, 0)
    assert [(one.place, one.hard) for one in found.missed] == [("a › dark.jpg", "dark"), ("a/table.csv", "")]
    assert found.wrongly_proposed == 1
    assert "2 were missed (1 of them made hard on purpose)" in found.statement


def test_nothing_missed_is_said_plainly() -> None:
    found = TRUTH.compare([address(item) for item in TRUTH.of_subject()])
    assert found.missed == ()
    assert found.wrongly_proposed == 0
    assert "0 were missed; 0 items of others" in found.statement


def test_an_item_that_the_sample_never_made_is_counted_apart() -> None:
    found = TRUTH.compare([ItemAddress("set@1", "a", "new.jpg", "d9")])
    assert (found.wrongly_proposed, found.unknown) == (0, 1)


def test_the_same_item_proposed_twice_counts_once() -> None:
    assert TRUTH.compare([address(STRANGER), address(STRANGER)]).wrongly_proposed == 1


def test_a_comparison_can_be_narrowed_to_one_dataset() -> None:
    assert TRUTH.compare([], datasets=["a/table.csv"]).photos == 0


def test_in_a_group_the_face_decides_and_not_the_photo() -> None:
    assert TRUTH.verdict(candidate(GROUP, Box(20, 20, 45, 50))) is Verdict.SAME
    assert TRUTH.verdict(candidate(GROUP, Box(70, 20, 95, 50))) is Verdict.DIFFERENT


def test_without_a_face_the_item_decides() -> None:
    assert TRUTH.verdict(candidate(ROW)) is Verdict.SAME
    assert TRUTH.verdict(candidate(STRANGER)) is Verdict.DIFFERENT


def test_an_unknown_item_is_never_the_same_person() -> None:
    unknown = TrueItem("b", "x.jpg", "d9", (ME,), True)
    assert TRUTH.verdict(candidate(unknown)) is Verdict.DIFFERENT


def test_the_truth_comes_back_from_its_file_as_it_went_in(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(TRUTH.as_json()), encoding="utf-8")
    assert Truth.load(path) == TRUTH
