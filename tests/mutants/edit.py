"""What is taken out of the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """`old` stands once in `file` (below src/dsr_desk) and becomes `new`; `test` is what pytest is given:
    a place, and `-m long` behind it where the test stands in the long run alone."""

    name: str
    file: str
    old: str
    new: str
    test: str


def lines(file: str, tests: str, *said: tuple[str, str, str, str]) -> Iterator[Edit]:
    """Edits of one file, each with its name, what stands there, what comes in its place, and its test.

    The test is one of the file `tests` by its name, a place with a path of its own, or "" for all of `tests`.
    """
    for name, old, new, test in said:
        place = test if "/" in test else f"{tests}::{test}" if test else tests
        yield Edit(name, file, old, new, place)
