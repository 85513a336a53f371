"""A random sample that anybody can draw again from its seed, and what it says of the whole: an exact interval.

Drawing, for a population of N things in an order that is fixed beforehand (positions 0 to N - 1):

    counter = 0
    until n different positions are drawn:
        block  = SHA-256(seed ‖ counter as 8 bytes, most significant first); counter = counter + 1
        number = the first 8 bytes of the block, most significant first
        where number >= 2^64 - (2^64 mod N): next block, so that every position is as likely as any other
        position = number mod N; one that is drawn already counts once

The sample is those positions in ascending order; all of them where n is N or more.

The interval is that of C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
case of the binomial", Biometrika 26 (1934): whatever the true share is, it lies inside at least as often as the
confidence says. It does not narrow where the sample is a large part of the population: it errs to the wide side.
"""

from __future__ import annotations

from hashlib import sha256
from math import exp, lgamma, log, log1p

SEED_BYTES = 32
"""Of a seed that nobody can guess before it is in the journal."""

SAMPLE_SIZE = 200
"""Things that are drawn where nobody says how many: if all fit, at most 1.9 % of the whole does not (95 %)."""

_NUMBERS = 2**64
_TINY = 1e-300
_CLOSE = 3e-16


def drawn(seed: bytes, n: int, population: int) -> list[int]:
    """`n` positions below `population`, ascending, each set of so many as likely as any other. See the module.

    Raises ValueError for numbers below zero.
    """
    if n < 0 or population < 0:
        raise ValueError("a sample has no negative size")
    if n >= population:
        return list(range(population))
    accepted = _NUMBERS - _NUMBERS % population
    found: set[int] = set()
    counter = 0
    while len(found) < n:
        number = int.from_bytes(sha256(seed + counter.to_bytes(8, "big")).digest()[:8], "big")
        counter += 1
        if number < accepted:
            found.add(number % population)
    return sorted(found)


def clopper_pearson(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Between which shares (0 to 1) the whole lies, where `k` of `n` drawn ones have a property.

    (0, 1) where none was drawn: nothing is known. Raises ValueError for what no count or confidence is.
    """
    if not 0 <= k <= n or not 0 < confidence < 1:
        raise ValueError("no count of a sample, or no confidence")
    tail = (1 - confidence) / 2
    low = 0.0 if k == 0 else beta_share(k, n - k + 1, tail)
    high = 1.0 if k == n else 1.0 - beta_share(n - k, k + 1, tail)
    return low, high


def beta_share(a: float, b: float, tail: float) -> float:
    """The share p at which I_p(a, b) is `tail`: there `a` or more of a + b - 1 have the property so rarely.

    Of a beta law with these parameters (above 0) it is the quantile.
    """
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if _beta(middle, a, b) < tail:
            low = middle
        else:
            high = middle


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 < x < 1, from its continued fraction (DLMF 8.17.22)."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, by the modified Lentz algorithm; it converges in about the root of a + b steps."""
    c, d = 1.0, _inverse(1 - (a + b) * x / (a + 1))
    value = d
    m = 0
    while True:
        m += 1
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = _inverse(1 + numerator * d)
            c = 1 + numerator / c
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            return value


def _inverse(value: float) -> float:
    return 1 / (value if abs(value) > _TINY else _TINY)
