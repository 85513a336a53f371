"""All words of names that an index holds, and those among them that are a few letters off another.

The words lie in memory, nine bytes of numbers for each beside its letters. Most are ruled out by their length and by
which letters they hold once and twice: one edit changes at most two of those marks. What is left is measured.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from dsr_desk.storage.tables import Database

TABLES = ("CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, words TEXT NOT NULL)",)
AT_ONCE = 50_000
_CLASSES = 32


class Vocabulary:
    """The words of an index, loaded once."""

    def __init__(self, db: Database) -> None:
        self._words = sorted(known_words(db))
        parts = [self._words[start : start + AT_ONCE] for start in range(0, len(self._words), AT_ONCE)]
        marks = [_marks(part) for part in parts]
        self._marks = np.concatenate(marks) if marks else np.empty(0, np.uint64)
        self._lengths = np.fromiter(map(len, self._words), np.uint8, len(self._words))

    def __len__(self) -> int:
        return len(self._words)

    def near(self, word: str, edits: int) -> list[str]:
        """Words that at most so many edits (a letter left out, put in, replaced, two exchanged) make of this one."""
        if not edits or not self._words:
            return []
        unlike = np.bitwise_count(self._marks ^ _marks([word])[0])
        length = min(len(word), 255)
        lengths = np.abs(self._lengths.astype(np.int16) - length)
        left = [self._words[place] for place in np.flatnonzero((unlike <= 2 * edits) & (lengths <= edits))]
        measured = process.extract(word, left, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return [found for found, _, _ in measured]


def known_words(db: Database) -> set[str]:
    """All words of an index."""
    return {word for (words,) in db.conn.execute("SELECT words FROM vocabulary") for word in words.split("\n")}


def add_words(db: Database, words: Collection[str]) -> None:
    """Adds words that it does not hold yet, inside the caller's transaction."""
    if words:
        db.conn.execute("INSERT INTO vocabulary (words) VALUES (?)", ["\n".join(sorted(words))])


def drop_words(db: Database, words: Iterable[str]) -> None:
    """Takes words out, inside the caller's transaction."""
    gone = set(words)
    for row, text in db.conn.execute("SELECT id, words FROM vocabulary").fetchall():
        here = text.split("\n")
        left = [word for word in here if word not in gone]
        if not left:
            db.conn.execute("DELETE FROM vocabulary WHERE id = ?", [row])
        elif len(left) < len(here):
            db.conn.execute("UPDATE vocabulary SET words = ? WHERE id = ?", ["\n".join(left), row])


def _marks(words: list[str]) -> NDArray[np.uint64]:
    """For each word 64 bits: which of 32 classes of letters it holds, and which of them more than once."""
    letters = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    classes = np.where((letters >= 97) & (letters <= 122), letters - 97, 26 + letters % 6).astype(np.int64)
    owners = np.repeat(np.arange(len(words)), np.fromiter(map(len, words), np.int64, len(words)))
    counts = np.bincount(owners * _CLASSES + classes, minlength=len(words) * _CLASSES).reshape(-1, _CLASSES)
    bits = np.uint64(1) << np.arange(2 * _CLASSES, dtype=np.uint64)
    marks: NDArray[np.uint64] = np.hstack([counts > 0, counts > 1]) @ bits
    return marks
