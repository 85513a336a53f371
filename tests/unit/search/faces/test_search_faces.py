"""Codes, exact search, calibration and recall."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import search_fakes
from dsr_desk.jobs import cell
from dsr_desk.search.faces.calibration import LEAST_FACES, calibrate
from dsr_desk.search.faces.few import line_of_few
from dsr_desk.search.faces.known import GENUINE_SHARES, KnownScores
from dsr_desk.search.faces.recall import NobodyToMeasure, measure_recall
from dsr_desk.search.faces.search import (
    average,
    could_reach,
    exact_scores,
    positions_of,
    reaching,
    scan,
    scan_error,
)
from dsr_desk.search.index.codes import Codes, coarse_error, decode, encode
from dsr_desk.search.index.contents import Coarse
from dsr_desk.search.index.folder import Index

vectors = arrays(np.float32, (5, 128), elements=st.floats(-1, 1, width=32))


def unit(values: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)
    return (values / np.where(lengths == 0, 1, lengths)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(vectors, vectors)
def test_codes_keep_every_score_within_the_proven_error(templates, queries):
    templates, query = unit(templates), unit(queries)[0].astype(np.float64)
    codes = encode(templates)
    true = templates.astype(np.float64) @ query
    stored = decode(codes) @ query
    coarse = codes.coarse.astype(np.float64) @ query * codes.scales
    assert np.all(np.abs(stored - true) <= codes.scales * np.sqrt(128) / 508 + 1e-6)
    assert np.all(np.abs(coarse - stored) <= coarse_error(codes.scales, 128) + 1e-9)


@pytest.fixture(scope="module")
def index(world):
    with Index.open(world.photo_index, world.addressed.secret) as opened:
        yield opened


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), threshold=st.floats(-1, 1), near=st.booleans())
def test_a_search_returns_exactly_what_comparing_with_every_face_returns(index, seed, threshold, near):
    rng = np.random.default_rng(seed)
    template = search_fakes.template(seed % 110, 9) if near else rng.standard_normal(128)
    query = average([template])
    everything = np.arange(len(index.coarse))
    truth = decode(index.codes(everything)) @ query
    if seed % 3 == 0:
        threshold = float(truth[seed % len(truth)])
    found = reaching(index, query, threshold)
    assert set(found.positions.tolist()) == set(np.flatnonzero(exact_scores(index, query, everything) >= threshold))
    assert np.allclose(found.scores, truth[found.positions], atol=1e-12, rtol=0)
    assert list(found.scores) == sorted(found.scores, reverse=True)


def test_the_scan_stays_within_its_bound(index):
    query = average([search_fakes.template(3, 9)])
    truth = decode(index.codes(np.arange(len(index.coarse)))) @ query
    assert np.all(np.abs(scan(index.coarse, query) - truth) <= scan_error(index.coarse.scales, query))


def held(codes: Codes) -> Coarse:
    rows = np.arange(len(codes.scales))
    return Coarse(codes.coarse, codes.scales, rows + 1, np.ones(1, np.int64), np.zeros(1, np.int64))


@settings(max_examples=100, deadline=None)
@given(vectors, vectors)
def test_the_scan_stays_within_its_bound_for_any_template_and_query(templates, queries):
    codes, query = encode(unit(templates)), queries[0].astype(np.float64)
    assume(np.linalg.norm(query) > 1e-6)
    query /= np.linalg.norm(query)
    assert np.all(np.abs(scan(held(codes), query) - decode(codes) @ query) <= scan_error(codes.scales, query))


@pytest.mark.parametrize("dimension", [4, 128, 130, 512, 2048])
def test_the_scan_stays_within_its_bound_for_engines_of_other_dimensions(dimension):
    rng = np.random.default_rng(dimension)
    templates = unit(rng.standard_normal((10_000, dimension)) ** 3)
    codes, query = encode(templates), average([templates[7] + 0.3 * templates[8]])
    found = scan(held(codes), query)
    assert np.all(np.abs(found - decode(codes) @ query) <= scan_error(codes.scales, query))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), max_size=200), st.integers(0, 60))
def test_positions_are_those_that_are_set(bits, gap):
    mask = np.array([*bits, *([False] * gap), *bits], bool)
    assert positions_of(mask).tolist() == np.flatnonzero(mask).tolist()


@settings(max_examples=60, deadline=None)
@given(vectors, vectors, st.floats(-1, 1))
def test_nothing_that_reaches_the_threshold_is_ruled_out(templates, queries, threshold):
    codes, query = encode(unit(templates)), queries[0].astype(np.float64)
    assume(np.linalg.norm(query) > 1e-6)
    query /= np.linalg.norm(query)
    truth = decode(codes) @ query
    for limit in (threshold, float(truth[0])):
        kept = could_reach(held(codes), query, limit, scan(held(codes), query))
        assert set(np.flatnonzero(truth >= limit)) <= set(kept.tolist())


def test_references_are_averaged_before_they_are_compared():
    one, other = search_fakes.template(1, 1), search_fakes.template(1, 2)
    query = average([one, other])
    assert np.isclose(np.linalg.norm(query), 1)
    assert np.allclose(query, (one + other) / np.linalg.norm(one + other), atol=1e-6)
    with pytest.raises(ValueError, match="reference"):
        average([])


def strangers(seed: int, count: int, own: int = 0) -> np.ndarray:
    """Scores of random people and of a few photos of the subject."""
    rng = np.random.default_rng(seed)
    people = rng.standard_normal((count, 24)) + 2.0
    query = rng.standard_normal(24) + 2.0
    scores = people @ query / np.linalg.norm(people, axis=1) / np.linalg.norm(query)
    return np.concatenate([scores, 0.985 + 0.01 * rng.random(own)]).astype(np.float32)


@pytest.mark.parametrize(("count", "own"), [(1000, 0), (5000, 12), (20_000, 40)])
def test_expected_strangers_agree_with_counted_ones(count, own):
    ratios = {10: [], 100: []}
    for seed in range(25):
        scores = strangers(seed, count, own)
        fit = calibrate(scores)
        assert fit.trusted
        true = np.sort(scores[:count])[::-1]
        for rank, found in ratios.items():
            found.append((fit.expected(float(true[rank - 1])) or 0) / rank)
    assert 0.6 < np.median(ratios[10]) < 1.6
    assert all(0.5 < ratio < 2 for ratio in ratios[100])


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.8])
def test_a_subject_with_many_photos_in_an_index_is_not_taken_for_strangers(share):
    known = KnownScores(genuine=tuple(np.linspace(0.92, 0.99, 9)))
    for seed in range(10):
        crowd = strangers(seed, 2000)
        chances = np.random.default_rng(seed).random(int(2000 * share / (1 - share)))
        own = np.interp(chances, GENUINE_SHARES, known.genuine)
        scores = np.concatenate([crowd, own]).astype(np.float32)
        fit = calibrate(scores, known)
        border = fit.score_at(10)
        assert fit.trusted == (share < 0.15)
        assert np.mean(own < (line_of_few(scores, 10) if border is None else border)) < 0.15


def test_an_expectation_never_rises_with_the_score():
    fit = calibrate(strangers(1, 3000, 5))
    expected = [fit.expected(score) for score in np.linspace(-1, 1, 200)]
    assert all(one >= other for one, other in pairwise(expected))
    border = fit.score_at(10)
    assert border is not None
    assert fit.expected(border) <= 10.001


def test_a_small_index_gives_no_expectation():
    fit = calibrate(strangers(1, LEAST_FACES - 1))
    assert not fit.trusted
    assert fit.expected(0.9) is None
    assert fit.score_at(10) is None


def test_identical_faces_give_no_expectation():
    assert not calibrate(np.full(1000, 0.9, np.float32)).trusted


def test_recall_counts_photos_that_rank_above_strangers(tmp_path):
    for person in range(20):
        (tmp_path / f"p{person}").mkdir()
        for shot in range(4 if person < 15 else 2):
            data = search_fakes.photo((person, shot)) if (person, shot) != (0, 3) else search_fakes.photo()
            (tmp_path / f"p{person}" / f"{shot}.png").write_bytes(data)
    cell.load(search_fakes.__name__)  # a worker may not read files of the tests
    report = measure_recall(tmp_path, load=search_fakes.load_fake, engine_name="fake", strangers=(1, 10))
    assert (report.people, report.photos, report.references, report.genuine) == (20, 70, 15, 45)
    assert report.without_face == 1
    assert report.recall_at == {1: round(44 / 45, 4), 10: round(44 / 45, 4)}


def test_recall_needs_a_person_with_three_photos(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.png").write_bytes(search_fakes.photo((1, 1)))
    with pytest.raises(NobodyToMeasure):
        measure_recall(tmp_path, load=search_fakes.load_fake)


def test_expected_strangers_agree_with_counted_ones_on_real_templates():
    """Unit vectors with the spread of real templates: many dimensions that matter little, people in clusters."""
    rng = np.random.default_rng(3)
    spread = 1 / np.arange(1, 129) ** 0.7
    people = np.repeat(rng.standard_normal((900, 128)) * spread + 0.9 * spread[0] * np.eye(128)[0], 3, axis=0)
    shots = people + 0.35 * rng.standard_normal((2700, 128)) * spread
    shots /= np.linalg.norm(shots, axis=1, keepdims=True)
    ratios = []
    for reference in range(0, 2700, 90):
        scores = np.delete(shots @ shots[reference], reference)
        owners = np.delete(np.repeat(np.arange(900), 3), reference)
        counted = np.sort(scores[owners != reference // 3])[::-1]
        ratios.append((calibrate(scores.astype(np.float32)).expected(float(counted[9])) or 0) / 10)
    assert 0.5 < np.median(ratios) < 2


@pytest.mark.slow
def test_recall_on_real_faces_is_high(real_data: Path, tmp_path):
    people = [path for path in sorted((real_data / "faces" / "lfw").iterdir()) if len(list(path.iterdir())) >= 3]
    for person in people[:6]:
        (tmp_path / person.name).symlink_to(person)
    report = measure_recall(tmp_path)
    assert report.without_face <= report.photos // 20
    assert report.recall_at[10] >= 0.95
