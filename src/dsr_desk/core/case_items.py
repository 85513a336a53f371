"""Candidates of a case and what officers said of them: views of the fold's own lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """What an officer said of one thing: the verdict, by whom, and the act (digest) and entry in which it stands.

    `settled` is True for the word of a third officer where two disagreed.
    """

    says: str
    officer: str
    act: str
    seq: int
    settled: bool = False


class Item:
    """One candidate of a case, a view of the fold's own list."""

    __slots__ = ("_of", "key")

    def __init__(self, key: str, of: list[Any]) -> None:
        self.key = key
        self._of = of

    @property
    def place(self) -> tuple[int, int]:
        """Entry and position of the newest row that proposes it: its content lies there."""
        return self._of[0], self._of[1]

    @property
    def round(self) -> int:
        """The newest round in which a search proposed it."""
        return int(self._of[2])

    @property
    def words(self) -> list[Word]:
        """First reviews in force, oldest first: the last one counts."""
        return [Word(*one) for one in self._of[3]]

    @property
    def second(self) -> Word | None:
        """The newest second review in force."""
        return Word(*self._of[4][-1]) if self._of[4] else None

    @property
    def verdict(self) -> str:
        """The verdict in force, "" where there is none."""
        return str(self._of[3][-1][0]) if self._of[3] else ""

    @property
    def word(self) -> Word | None:
        return Word(*self._of[3][-1]) if self._of[3] else None

    @property
    def seen(self) -> str:
        """What was last read back of it: a code of `Seen`, "" where nobody looked since it was proposed."""
        return str(self._of[5])

    @property
    def agreed(self) -> bool:
        """Whether a second officer came to the same word, or a third one settled it."""
        if not self._of[3]:
            return False
        if Word(*self._of[3][-1]).settled:
            return True
        second = self.second
        return second is not None and second.says == self.verdict and second.officer != self._of[3][-1][1]

    @property
    def disputed(self) -> bool:
        second = self.second
        return second is not None and bool(self._of[3]) and second.says != self.verdict and not self.agreed


@dataclass(frozen=True)
class CandidateRows:
    """Many candidates at once, a list for each thing: names, place of the newest row that proposes each (entry and
    position), its round, the verdict in force ("" for none)."""

    keys: list[str]
    seqs: list[int]
    positions: list[int]
    rounds: list[int]
    verdicts: list[str]


def candidate_rows(items: Mapping[str, list[Any]], number: int) -> CandidateRows:
    """Of a fold's own lists: candidates of a round, and everything that was ever decided."""
    return _rows([key for key, of in items.items() if of[2] == number or of[3]], items)


def rows_of(items: Iterable[Item]) -> CandidateRows:
    own = {item.key: item._of for item in items}
    return _rows(list(own), own)


def _rows(keys: list[str], items: Mapping[str, list[Any]]) -> CandidateRows:
    found = [items[key] for key in keys]
    return CandidateRows(
        keys,
        [of[0] for of in found],
        [of[1] for of in found],
        [of[2] for of in found],
        [of[3][-1][0] if of[3] else "" for of in found],
    )
