"""A sample that a regulator draws again, and what may be said of the whole because of it."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsr_desk.core.sampling import clopper_pearson, drawn

SEED = bytes(range(32))

# R 4, binom.test(k, n)$conf.int
KNOWN = {
    (0, 10): (0.0, 0.3084971),
    (1, 10): (0.002528579, 0.4450161),
    (5, 10): (0.1870860, 0.8129140),
    (7, 10): (0.3475471, 0.9332605),
    (10, 10): (0.6915029, 1.0),
    (3, 20): (0.03207094, 0.3789268),
    (0, 100): (0.0, 0.03621669),
    (50, 100): (0.3983211, 0.6016789),
}


def by_hand(seed: bytes, n: int, population: int) -> list[int]:
    """As the page of the module says it, by somebody who never saw our code."""
    places: list[int] = []
    counter = 0
    while len(places) < min(n, population):
        number = int(sha256(seed + bytes.fromhex(f"{counter:016x}")).hexdigest()[:16], 16)
        counter += 1
        if number >= 2**64 - 2**64 % population:
            continue
        if number % population not in places:
            places.append(number % population)
    return sorted(places)


def test_a_sample_is_the_same_wherever_it_is_drawn() -> None:
    assert drawn(b"seed", 5, 3_000_000) == [459158, 635327, 1477493, 1598602, 2329192]
    assert drawn(SEED, 0, 10) == []
    assert drawn(SEED, 10, 10) == drawn(SEED, 99, 10) == list(range(10))
    assert drawn(SEED, 3, 0) == []


@given(st.binary(min_size=1, max_size=40), st.integers(0, 30), st.integers(1, 200))
def test_a_sample_can_be_drawn_again_from_its_description(seed: bytes, n: int, population: int) -> None:
    assert drawn(seed, n, population) == by_hand(seed, n, population)


@given(st.binary(min_size=1, max_size=40), st.integers(0, 50), st.integers(0, 2**63))
def test_a_sample_has_different_positions_of_the_population(seed: bytes, n: int, population: int) -> None:
    found = drawn(seed, n, population)
    assert len(found) == len(set(found)) == min(n, population)
    assert all(0 <= one < population for one in found)


def test_every_position_is_as_likely_as_any_other() -> None:
    counts = [0] * 7
    for number in range(3_500):
        for position in drawn(number.to_bytes(4, "big"), 2, 7):
            counts[position] += 1
    assert sum((count - 1000) ** 2 / 1000 for count in counts) < 22.5  # chi-squared, 6 degrees, one in a thousand


def test_numbers_that_would_make_some_positions_likelier_are_passed_over() -> None:
    population = 2**63 + 1  # nearly every second number is beyond the last whole round
    numbers = [int.from_bytes(sha256(SEED + n.to_bytes(8, "big")).digest()[:8], "big") for n in range(40)]
    assert any(number >= population for number in numbers)
    assert drawn(SEED, 5, population) == sorted([number for number in numbers if number < population][:5])


def test_another_seed_draws_another_sample() -> None:
    assert drawn(b"a" * 32, 20, 10_000) != drawn(b"b" * 32, 20, 10_000)


def test_what_is_no_sample_is_refused() -> None:
    for wrong in ((-1, 5), (1, -5)):
        with pytest.raises(ValueError, match="negative"):
            drawn(SEED, *wrong)
    for k, n, confidence in ((3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)):
        with pytest.raises(ValueError, match="no count"):
            clopper_pearson(k, n, confidence)


@pytest.mark.parametrize(("k", "n"), KNOWN)
def test_the_interval_is_that_of_the_tables(k: int, n: int) -> None:
    assert clopper_pearson(k, n) == pytest.approx(KNOWN[k, n], rel=1e-6)


def at_least(k: int, n: int, share: Fraction) -> Fraction:
    return sum((comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1)), Fraction())


@settings(max_examples=40)
@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from((0.9, 0.95, 0.99))
)
def test_at_the_ends_of_the_interval_what_was_seen_is_as_rare_as_the_confidence_says(
    seen: tuple[int, int], confidence: float
) -> None:
    k, n = seen
    low, high = clopper_pearson(k, n, confidence)
    assert 0 <= low <= k / n <= high <= 1
    if k:
        assert float(at_least(k, n, Fraction(low))) == pytest.approx((1 - confidence) / 2, rel=1e-9)
    if k < n:
        assert float(1 - at_least(k + 1, n, Fraction(high))) == pytest.approx((1 - confidence) / 2, rel=1e-9)


def test_the_interval_of_a_large_sample_is_right_too() -> None:
    n = 3_000_000
    assert clopper_pearson(0, n)[1] == pytest.approx(1 - 0.025 ** (1 / n), rel=1e-6)
    assert clopper_pearson(n, n)[0] == pytest.approx(0.025 ** (1 / n), rel=1e-9)
    low, high = clopper_pearson(n // 2, n)
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.5 / n**0.5, 0.5 + 1.96 * 0.5 / n**0.5), abs=1e-6)


def test_of_nothing_drawn_nothing_is_known() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
