"""Ids, versions and boxes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.items import Box, DatasetVersion, ItemAddress

ADDRESS = ItemAddress("faces", "shard-000.tar", "a/0001.jpg", "ab" * 32)
BOXES = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 40)] * 2).map(
    lambda box: Box(box[0], box[1], box[0] + box[2], box[1] + box[3])
)


def test_an_id_never_changes() -> None:
    assert ADDRESS.id == "c3cbdeab143f542e7eb669a6e0053db0"


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "other"},
        {"container": "shard-001.tar"},
        {"member": "a/0002.jpg"},
        {"digest": "cd" * 32},
        {"occurrence": 1},
    ],
)
def test_each_part_of_an_address_counts_for_the_id(change: dict[str, object]) -> None:
    assert replace(ADDRESS, **change).id != ADDRESS.id


def test_parts_of_an_address_do_not_run_into_each_other() -> None:
    assert ItemAddress("a", "bc", "", "d").id != ItemAddress("ab", "c", "", "d").id


def test_people_read_container_and_member() -> None:
    assert ADDRESS.place == "shard-000.tar › a/0001.jpg"
    assert replace(ADDRESS, container="people.csv", member="").place == "people.csv"


def test_what_nobody_knows_about_a_dataset_is_called_unknown() -> None:
    version = DatasetVersion("faces", "2")
    assert version.id == "faces@2"
    assert version.legal_basis == version.data_recipients == version.responsible == "unknown"


def test_overlap_is_shared_area_over_joined_area() -> None:
    assert Box(0, 0, 10, 10).overlap(Box(5, 0, 15, 10)) == pytest.approx(50 / 150)
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 20, 10)) == 0.0


@given(BOXES, BOXES)
def test_overlap_does_not_ask_who_comes_first_and_is_one_only_for_the_same_box(one: Box, other: Box) -> None:
    assert one.overlap(other) == other.overlap(one)
    assert 0 <= one.overlap(other) <= 1
    assert (one.overlap(other) == 1) == (one == other)
