"""Which rights a letter exercises, and which it says that it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from re import Pattern
from typing import TypeVar

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind, Law, Right
from dsr_desk.intake.model import Passage
from dsr_desk.intake.words import RIGHTS

Word = TypeVar("Word", Right, Law)


def rights_in(passages: Collection[Passage]) -> tuple[tuple[Right, ...], tuple[Right, ...], list[Found]]:
    """Rights asked for in the order in which they are to be met, rights declined, and where each stands."""
    ranked = spoken_of(RIGHTS, passages)
    return tuple(right for right, _ in ranked), (), [Found(FoundKind.RIGHT, right, where) for right, where in ranked]


def spoken_of(patterns: Mapping[Word, Pattern[str]], passages: Collection[Passage]) -> list[tuple[Word, Message]]:
    """Words that the passages hold, the most spoken of first, each with the first place."""
    counts: Counter[Word] = Counter()
    first: dict[Word, Message] = {}
    for line, place in _lines(passages):
        for word, pattern in patterns.items():
            if matches := [match[0] for match in pattern.finditer(line)]:
                counts[word] += len(matches)
                first.setdefault(word, message("where.words", place=place, words=matches[0]))
    return [(word, first[word]) for word, _ in counts.most_common()]


def _lines(passages: Collection[Passage]) -> Iterator[tuple[str, Message]]:
    for passage in passages:
        for number, line in enumerate(passage.text.splitlines(), start=passage.line):
            if not line.lstrip().startswith(">"):
                yield line, message("where.line", place=passage.where, line=number)
