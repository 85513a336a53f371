"""Expected strangers beside counted ones, on labelled photos and on mixtures, and the strangers that are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import search_fakes
from bench import validation as validation_module
from bench.growing import growing_rows
from bench.population import DRAWN_AT_ONCE, Population
from bench.validation import Validation, validate_calibration
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress
from dsr_desk.search.faces.calibration import VALIDATED_ON_MIXTURES, VALIDATED_ON_PHOTOS, Calibration
from dsr_desk.search.faces.recall import Labelled, LabelledPhoto

PEOPLE, SHOTS = 200, 3
FROZEN_FIRST = [-0.05266, 0.37222, 0.56473, -0.21681, 0.21104, -0.57804, -0.14828, 0.30347]
FROZEN_MEAN = [0.12124, 0.24609, 0.21489, -0.00191, 0.02379, -0.02233, 0.00237, -0.03587]


@pytest.fixture(scope="module")
def labelled() -> Labelled:
    photos = tuple(
        LabelledPhoto(person, shot, search_fakes.template(person, shot)[None].astype(np.float64))
        for person in range(PEOPLE)
        for shot in range(SHOTS)
    )
    return Labelled(photos, (SHOTS,) * PEOPLE, 1.0)


@pytest.fixture(scope="module")
def validation(labelled: Labelled) -> Validation:
    return Validation(labelled)


def test_the_crowd_is_drawn_as_it_was_when_figures_were_published() -> None:
    """Another crowd would need all figures anew."""
    rng = np.random.default_rng(4)
    faces = rng.standard_normal((300, 8)) + 2 * np.eye(8)[rng.integers(0, 3, 300)]
    drawn = np.concatenate(list(Population(faces / np.linalg.norm(faces, axis=1, keepdims=True), 7).draw(1000)))
    assert drawn[0] == pytest.approx(FROZEN_FIRST, abs=1e-4)
    assert np.abs(drawn.mean(axis=0) - FROZEN_MEAN).max() < 1e-4


def test_a_search_with_what_was_confirmed_finds_more_and_says_how_much_is_missed() -> None:
    photos = tuple(
        LabelledPhoto(person, shot, search_fakes.template(person, shot)[None].astype(np.float64))
        for person in range(40)
        for shot in range(10)
    )
    first, second = growing_rows(Labelled(photos, (10,) * 40, 1.0), 2000, people=8)
    assert (first.people, first.own, first.faces, first.round, second.round) == (8, 9, 2000, 1, 2)
    assert first.found <= second.found
    assert second.found > 0.9
    assert second.missed <= first.missed + 0.01
    assert first.strangers <= 20
    (drawn, _) = growing_rows(Labelled(photos, (10,) * 40, 1.0), 2000, own=30, people=4)
    assert drawn.own == 30


def test_each_photo_is_a_reference_once(validation: Validation) -> None:
    (row,) = validation.on_photos(counted=(10,))
    assert (row.counted, row.references, row.faces, row.kind) == (10, PEOPLE * SHOTS, PEOPLE * SHOTS - 1, "photos")
    assert 0.4 < row.median < 2.5
    assert row.within_two <= row.within_four


def test_a_part_of_the_photos_stands_for_a_small_index(validation: Validation) -> None:
    (row,) = validation.on_photos(counted=(10,), size=250)
    assert row.faces == 250
    assert 0.4 < row.median < 2.5


def test_where_nothing_is_predicted_that_is_counted(validation: Validation) -> None:
    assert validation.on_photos(counted=(10,), size=150) == []


def test_no_person_is_on_both_sides(validation: Validation) -> None:
    sides = [set(validation.owners[validation.first_half == half].tolist()) for half in (True, False)]
    assert sides[0] | sides[1] == set(range(PEOPLE))
    assert not sides[0] & sides[1]


@pytest.mark.long
def test_expectations_hold_in_an_index_of_drawn_strangers(validation: Validation) -> None:
    rows = {(row.counted, row.own): row for row in validation.on_mixtures(40_000, owns=(0, 20), counted=(10, 100))}
    assert {row.faces for row in rows.values()} == {40_000}
    for own in (0, 20):
        assert 0.5 < rows[10, own].median < 2
        assert rows[100, own].within_two > 0.9


def test_it_is_told_how_close_drawn_strangers_are_to_people(validation: Validation) -> None:
    found = validation.closeness()
    assert [one.photos for one in found] == [1e-2, 1e-3, 1e-4]
    assert all(one.photos / 20 < one.drawn < 20 * one.photos for one in found)


@pytest.mark.long
def test_drawn_strangers_are_as_close_to_real_people_as_others_are(real_data: Path) -> None:
    people = [path for path in sorted((real_data / "faces" / "lfw").iterdir()) if len(list(path.iterdir())) >= 3]
    engine = load_engine("standard")
    photos = [
        LabelledPhoto(person, number, np.stack([face.template for face in found]).astype(np.float64))
        for person, folder in enumerate(people[:150])
        for number, path in enumerate(sorted(folder.iterdir())[:2])
        if (found := examine(engine, path.read_bytes()).faces[:1])
    ]
    first, second, _ = Validation(Labelled(tuple(photos), (2,) * 150, 1.0)).closeness()
    assert 0.3 < first.drawn / first.photos < 3
    assert 0.2 < second.drawn / second.photos < 5


def test_as_many_are_drawn_as_were_asked_for() -> None:
    faces = np.stack([search_fakes.template(person, 0) for person in range(60)]).astype(np.float64)
    parts = list(Population(faces).draw(DRAWN_AT_ONCE + 7))
    assert [len(part) for part in parts] == [DRAWN_AT_ONCE, 7]
    assert np.allclose(np.linalg.norm(parts[0], axis=1), 1, atol=1e-5)


def test_the_same_seed_draws_the_same_strangers() -> None:
    faces = np.stack([search_fakes.template(person, 0) for person in range(60)]).astype(np.float64)
    one, other = (np.concatenate(list(Population(faces, seed=3).draw(50))) for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.long
def test_all_sizes_are_compared_and_told(labelled: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation_module, "MIXTURES", (5000,))
    told: list[Progress] = []
    found = validate_calibration(labelled, report=told.append)
    assert {row.faces for row in found.agreements} == {250, 500, 599, 5000}
    assert [moment.total for moment in told] == [4, 4, 4, 4]
    assert len(found.closeness) == 3


def test_a_comparison_can_be_cancelled(validation: Validation) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        validation.on_mixtures(5000, cancel=cancel)


@pytest.mark.parametrize(
    ("faces", "on"),
    [
        (1000, "photos"),
        (VALIDATED_ON_PHOTOS, "photos"),
        (VALIDATED_ON_PHOTOS + 1, "mixtures"),
        (VALIDATED_ON_MIXTURES, "mixtures"),
        (VALIDATED_ON_MIXTURES + 1, ""),
    ],
)
def test_what_an_expectation_was_tested_on_depends_on_the_size(faces: int, on: str) -> None:
    assert Calibration(faces, trusted=True).validated_on == on
    assert Calibration(faces, trusted=False).validated_on == ""
