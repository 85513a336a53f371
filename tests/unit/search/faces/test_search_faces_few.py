"""The line where no expectation is trusted, and what probably lies below a line."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dsr_desk.search.faces.few import EVERYTHING, line_of_few
from dsr_desk.search.faces.known import BUILT_IN, GENUINE_SHARES, KnownScores, measured
from dsr_desk.search.faces.misses import expected_misses, misses_said
from dsr_desk.search.faces.pile import FacePile


def crowd(rng: np.random.Generator, count: int, middle: float) -> np.ndarray:
    return np.clip(middle + 0.03 * rng.standard_normal(count), -1, 0.999)


@pytest.mark.parametrize("middle", [0.1, 0.84, 0.89])
@pytest.mark.parametrize("own", [0.0, 0.05, 0.3, 0.6, 0.93])
@pytest.mark.parametrize("count", [40, 150])
def test_of_few_faces_the_persons_are_listed_whatever_strangers_score_in_a_population(count, own, middle):
    """The same strangers, higher or lower altogether, and some or most of the faces the person's."""
    missed, strangers = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hers = middle + 0.115 * (1 - middle) / 0.16 + 0.004 * rng.standard_normal(int(own * count))
        others = crowd(rng, count - len(hers), middle)
        line = line_of_few(np.concatenate([hers, others]).astype(np.float32), 10)
        missed.append(np.mean(hers < line) if len(hers) else 0.0)
        strangers.append(np.count_nonzero(others >= line))
    assert np.mean(missed) < 0.02
    assert np.mean(strangers) < count / 2
    assert own > 0.1 or np.mean(strangers) > 5


def test_the_persons_own_photos_do_not_push_the_line_over_those_that_score_like_the_best_strangers():
    missed = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hers = 0.84 + 0.03 * rng.uniform(1.3, 1.6, 60)
        scores = np.concatenate([hers, crowd(rng, 340, 0.84)]).astype(np.float32)
        missed.append(np.mean(hers < line_of_few(scores, 40)))
    assert np.mean(missed) < 0.1


def test_of_very_few_faces_every_one_is_listed():
    assert line_of_few(np.linspace(0.1, 0.9, 20).astype(np.float32), 10) == EVERYTHING


def test_faces_that_all_score_the_same_are_all_listed():
    scores = np.full(1000, 0.9, np.float32)
    assert np.all(scores >= line_of_few(scores, 10))


def people(count: int, photos: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Templates of people whose photos differ, those of some people more than those of others."""
    rng = np.random.default_rng(seed)
    own = 0.35 + 0.25 * rng.random((count, 1, 1))
    faces = rng.standard_normal((count, 1, 16)) + own * rng.standard_normal((count, photos, 16))
    faces /= np.linalg.norm(faces, axis=2, keepdims=True)
    return faces.reshape(-1, 16), np.repeat(np.arange(count), photos)


def test_scores_of_one_person_are_measured_for_one_reference_and_for_several():
    faces, owners = people(60, 12)
    known = measured(faces, owners)
    assert known is not None
    assert [count for count, _ in known.several] == [2, 4, 8]
    low = [scores[1] for scores in (known.genuine, *(scores for _, scores in known.several))]
    assert low == sorted(low)
    assert known.of_references(3).genuine == known.several[0][1]
    assert known.of_references(1).genuine == known.genuine
    assert 0.05 < known.spread < 0.9
    assert measured(faces[:1], owners[:1]) is None
    alone = measured(*people(60, 2))
    assert alone is None or alone.several == ()


def test_the_share_below_a_line_lies_in_its_bounds_for_nine_people_in_ten():
    known = measured(*people(120, 12, seed=1))
    assert known is not None
    faces, owners = people(120, 12, seed=2)
    for at in (0.1, 0.3):
        line = float(np.interp(at, GENUINE_SHARES, known.genuine))
        said = known.below(line)
        assert said.lowest <= said.value <= said.highest
        assert said.value == pytest.approx(at, abs=0.01)
        shares = [
            np.mean(np.delete(faces[owners == one] @ faces[first], 0) < line)
            for one, first in enumerate(np.flatnonzero(np.diff(owners, prepend=-1)))
        ]
        inside = np.mean([said.lowest - 0.1 <= share <= said.highest + 0.1 for share in shares])
        assert inside > 0.8
        assert np.mean(shares) == pytest.approx(said.value, abs=0.08)


def test_a_higher_line_never_misses_fewer():
    said = [BUILT_IN.below(line) for line in np.linspace(0.8, 0.999, 40)]
    for name in ("value", "lowest", "highest"):
        values = [getattr(one, name) for one in said]
        assert all(one <= other + 1e-9 for one, other in pairwise(values)), name


def pile(lowest: float, listed: int, faces: int, near: float | None = 3.0, known: KnownScores | None = BUILT_IN):
    expected = 10.0 if near is not None else None
    below = known.below(lowest) if known else None
    return FacePile((None,) * listed, lowest, faces, faces, near is not None, "photos", None, below, expected, near)


def test_misses_stand_beside_strangers_with_bounds_and_with_what_brings_them():
    misses = expected_misses([pile(0.95, 40, 5000)])
    assert misses is not None
    assert misses.listed == 30
    middle, least, most = misses.count(misses.listed)
    assert least <= middle <= most
    assert middle == round(30 * misses.share / (1 - misses.share))
    codes = [one.code for one in misses_said([pile(0.95, 40, 5000)])]
    assert codes == ["statement.misses", "statement.misses.count", "statement.misses.ways"]


def test_no_number_of_photos_is_said_where_no_more_are_listed_than_strangers_are_expected():
    codes = [one.code for one in misses_said([pile(0.95, 9, 5000)])]
    assert "statement.misses.count" not in codes
    codes = [one.code for one in misses_said([pile(0.95, 9, 5000, near=None)])]
    assert "statement.misses.count" not in codes


def test_a_crowded_region_is_said_where_strangers_hide_most_photos_of_the_person():
    said = {one.code: one for one in misses_said([pile(0.97, 40, 3_000_000, near=400.0)])}
    assert said["statement.crowded"].values["strangers"] == 400.0
    assert "statement.crowded" not in {one.code for one in misses_said([pile(0.93, 40, 3_000_000, near=2.0)])}


def test_what_was_never_measured_of_an_engine_is_not_known():
    assert [one.code for one in misses_said([pile(0.5, 12, 800, known=None)])] == ["statement.misses.unknown"]
    mixed = [pile(0.95, 12, 800), pile(0.5, 12, 800, known=None)]
    assert [one.code for one in misses_said(mixed)] == ["statement.misses.unknown"]
    assert misses_said([]) == []


def test_no_share_of_misses_is_said_to_be_nothing():
    (first, *_) = misses_said([pile(0.86, 40, 5000)])
    assert first.code == "statement.misses.few"
    assert "0 in 100 probably" not in str(first)
    assert first.values["highest"] >= 1
