"""The safety lines of an order's scope: selectors, what is drawn from it, what is read from indexes."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "core/sampling.py",
        "tests/unit/core/test_core_sampling.py",
        (
            "no position is likelier than another",
            "        if number < accepted:\n            found",
            "        if number >= 0:\n            found",
            "test_numbers_that_would_make_some_positions_likelier_are_passed_over",
        ),
        (
            "the interval leaves half of the doubt on each side",
            "tail = (1 - confidence) / 2",
            "tail = 1 - confidence",
            "test_the_interval_is_that_of_the_tables",
        ),
        (
            "where none was found the share may still be above zero",
            "high = 1.0 if k == n else",
            "high = 1.0 if k == n else 0.0 if k == 0 else",
            "test_the_interval_is_that_of_the_tables",
        ),
    ),
)
