"""Match rates are counted, not guessed; intervals come from people, and what too few pairs decide is not said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dsr_desk.faces.engine_check import Share
from dsr_desk.faces.facts import EngineFacts
from dsr_desk.faces.sanity import Sanity
from dsr_desk.search.faces import checking, recall
from dsr_desk.search.faces.checking import EngineCheckTooFew, measure_engine
from dsr_desk.search.faces.match_rates import Pairs, share_of_people
from dsr_desk.search.faces.recall import Labelled, LabelledPhoto, measure_recall

DIMENSION = 24


def crowd(people: int, photos: int, spread: float = 0.25, seed: int = 0, about: float = 0.0) -> np.ndarray:
    """Templates, shape (people, photos, dimension); `about` draws everybody nearer to one place."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(people, 1, DIMENSION)) + about
    faces = middles + spread * rng.normal(size=(people, photos, DIMENSION)) * np.sqrt(DIMENSION) / 4
    return faces / np.linalg.norm(faces, axis=2, keepdims=True)


def pairs_of(faces: np.ndarray, without: int = 0) -> Pairs:
    flat = list(faces.reshape(-1, faces.shape[-1]))
    owners = np.repeat(np.arange(len(faces)), faces.shape[1]).tolist()
    return Pairs([None] * without + flat[without:], owners)


def counted(faces: np.ndarray, rate: float) -> float:
    flat = faces.reshape(-1, faces.shape[-1])
    owners = np.repeat(np.arange(len(faces)), faces.shape[1])
    one, other = np.triu_indices(len(flat), 1)
    scores, same = (flat @ flat.T)[one, other], owners[one] == owners[other]
    border = np.sort(scores[~same])[::-1][int(rate * np.count_nonzero(~same))]
    return float(np.mean(scores[same] > border))


def test_a_true_match_rate_is_the_share_of_genuine_pairs_above_the_score_of_that_many_false_ones():
    faces = crowd(60, 5, 0.9)
    pairs = pairs_of(faces)
    assert (pairs.genuine_pairs, pairs.false_pairs) == (600, 300 * 299 // 2 - 600)
    for rate in (1e-3, 3e-4):
        found = pairs.true_matches(rate)
        assert found is not None
        assert found.value == pytest.approx(counted(faces, rate), abs=1e-6)
        assert found.lowest < found.value < found.highest


def test_a_rate_that_fewer_than_ten_false_pairs_would_decide_is_none():
    pairs = pairs_of(crowd(60, 5))
    assert pairs.measurable(1e-3)
    assert not pairs.measurable(1e-4)
    assert pairs.true_matches(1e-4) is None


def test_photos_without_a_face_are_genuine_pairs_that_were_missed():
    faces = crowd(60, 5)
    whole, missed = pairs_of(faces).true_matches(1e-3), pairs_of(faces, without=30).true_matches(1e-3)
    assert whole is not None
    assert missed is not None
    assert pairs_of(faces, without=30).genuine_pairs == 600
    assert missed.value < whole.value - 0.05


def test_intervals_are_as_wide_as_people_differ_and_not_as_pairs_are_many():
    rng = np.random.default_rng(2)
    faces = crowd(60, 8)
    faces[:15] = crowd(15, 8, spread=3.0, seed=9)  # a quarter of the people is never found, whatever the photo
    share = pairs_of(faces).true_matches(1e-3)
    assert share is not None
    pairs = 60 * 28
    as_if_independent = 1.96 * np.sqrt(share.value * (1 - share.value) / pairs)
    assert (share.highest - share.lowest) / 2 > 3 * as_if_independent
    assert rng is not None


def test_where_all_was_found_the_bound_is_three_in_as_many_people():
    share = share_of_people(np.full(50, 4), np.full(50, 4))
    assert share == Share(1.0, 0.94, 1.0)
    assert share_of_people(np.zeros(50, int), np.full(50, 4)) == Share(0.0, 0.0, 0.06)
    assert share_of_people(np.zeros(3, int), np.zeros(3, int)) is None


def test_a_group_that_looks_alike_to_a_network_shows_within_itself():
    faces = np.concatenate([crowd(60, 4), crowd(20, 4, seed=5, about=1.2)])
    pairs = pairs_of(faces)
    groups = {person: "crowded" if person >= 60 else "other" for person in range(80) if person != 3}
    crowded, other = pairs.by_group(groups, 1e-3)
    assert (crowded.people, crowded.photos, crowded.false_pairs, crowded.genuine_pairs) == (
        20,
        80,
        80 * 79 // 2 - 120,
        120,
    )
    assert other.people == 59
    threshold = pairs.threshold(1e-3)
    flat = faces[60:].reshape(-1, DIMENSION)
    owners = np.repeat(np.arange(20), 4)
    one, other_ = np.triu_indices(len(flat), 1)
    strangers = (flat @ flat.T)[one, other_][owners[one] != owners[other_]]
    assert crowded.false_matches is not None
    assert other.false_matches is not None
    assert crowded.false_matches.value == pytest.approx(np.mean(strangers > threshold), abs=1e-6)
    assert crowded.false_matches.value > 10 * other.false_matches.value
    assert crowded.true_matches is not None


def test_a_group_of_one_person_has_no_false_matches_to_measure():
    (alone,) = pairs_of(crowd(60, 4)).by_group({7: "alone"}, 1e-3)
    assert alone.false_matches is None
    assert alone.genuine_pairs == 6


def labelled(faces: np.ndarray, folder: Path, seconds: float = 2.0) -> Labelled:
    photos = tuple(
        LabelledPhoto(person, number, np.array([face]))
        for person, own in enumerate(faces)
        for number, face in enumerate(own)
    )
    files = tuple(
        tuple(folder / f"p{person:03}" / f"{n}.jpg" for n in range(faces.shape[1])) for person in range(len(faces))
    )
    return Labelled(photos, (faces.shape[1],) * len(faces), seconds, files)


SOUND = Sanity(24, 1.0, 0.9, 0.1, 0.2)


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`measure_engine` of two engines whose templates are given."""

    def measure(own: np.ndarray, built_in: np.ndarray, **options: object):
        people = tmp_path / "people"
        for person in range(len(own)):
            (people / f"p{person:03}").mkdir(parents=True, exist_ok=True)
            for number in range(own.shape[1]):
                (people / f"p{person:03}" / f"{number}.jpg").write_bytes(b"")
        faces = {"own": own, "standard": built_in}
        monkeypatch.setattr(
            checking,
            "read_labelled",
            lambda where, name, *_: labelled(faces[name], where, 3.0 if name == "own" else 2.0),
        )
        monkeypatch.setattr(checking, "engine_facts", lambda *_: EngineFacts("ab", DIMENSION))
        monkeypatch.setattr(checking, "try_sanity", lambda *_: SOUND)
        return measure_engine("own", people, **options)

    return measure


def test_an_engine_is_measured_beside_the_built_in_one_on_the_same_photos(measured):
    found = measured(crowd(60, 5, 0.4), crowd(60, 5, 0.2))
    first, second, third = found.check.rates
    assert (first.false_matches, second.false_matches, third.false_matches) == (1e-3, 1e-4, 1e-5)
    assert first.worse
    assert found.check.worse == (first,)
    assert second.own is second.built_in is third.own is None
    assert (found.check.people, found.check.photos, found.check.missed, found.check.digest) == (60, 300, 0, "ab")
    assert found.check.genuine[0] < found.check.genuine[4] < found.check.genuine[8]
    assert (found.seconds, found.seconds_of_built_in) == (0.01, 0.0067)


def test_too_few_photos_are_said_before_any_is_read(measured):
    with pytest.raises(EngineCheckTooFew) as refused:
        measured(crowd(20, 5), crowd(20, 5))
    assert refused.value.details["pairs"] == 100 * 99 // 2 - 200


def test_groups_are_measured_by_both_engines_and_who_has_none_is_counted(measured):
    groups = {f"p{person:03}": "a" if person < 30 else "b" for person in range(55)}
    found = measured(crowd(60, 5, 0.4), crowd(60, 5, 0.2), groups=groups)
    assert [(one.own.group, one.own.people, one.built_in.people) for one in found.groups] == [
        ("a", 30, 30),
        ("b", 25, 25),
    ]
    assert found.without_group == 5


def test_recall_by_group_adds_up_to_recall(tmp_path, monkeypatch):
    faces = crowd(60, 5, 0.5)
    monkeypatch.setattr(recall, "read_labelled", lambda where, *_: labelled(faces, where))
    groups = {f"p{person:03}": "a" if person < 20 else "b" for person in range(60)}
    found = measure_recall(tmp_path, groups=groups)
    one, other = found.groups
    assert (one.people, other.people, one.genuine + other.genuine) == (20, 40, found.genuine)
    for rank in (10, 50):
        first, second = one.recall_at[rank], other.recall_at[rank]
        assert first is not None
        assert second is not None
        together = (first.value * one.genuine + second.value * other.genuine) / found.genuine
        assert together == pytest.approx(found.recall_at[rank], abs=1e-4)
    assert one.within is not None
    assert found.without_group == 0
    assert measure_recall(tmp_path).groups == ()
