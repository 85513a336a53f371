"""Candidates, decisions and refused links of a case as its log holds them, many at a time."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Kind, Row
from dsr_desk.core.case import Case
from dsr_desk.core.case_items import Item, Word
from dsr_desk.core.findings import Candidate, Decision, ReasonKind, Verdict
from dsr_desk.core.items import ItemAddress
from dsr_desk.storage.log_reading import in_form

FEW = 20
"""So many rows are read one by one; for more, the whole search that proposed them is read once."""

_DECIDING = (Kind.DECIDED, Kind.SETTLED)


def candidates_of(desk: Desk, items: Collection[Item]) -> dict[str, Candidate]:
    """What search said of these items, by pseudonym; forgotten ones are left out. Raises LogDamaged."""
    if len(items) <= FEW:
        rows: Iterable[Row] = (desk.vault.log.row(*item.place) for item in items)
    else:
        rows = _proposed(desk, items)
    places = {item.key: item.place[0] for item in items}
    return {row.item: _candidate(places.get(row.item, -1), row.value) for row in rows if row.value is not None}


def _candidate(seq: int, value: Any) -> Candidate:
    """What is shown and erased is what the row names. That the name is the item's is part of every proof.

    `seq` is -1 where the row stands in the place of another item's."""
    with in_form(seq):
        if seq < 0:
            raise ValueError("another item")
        found = codec.restore(value["candidate"], Candidate)
        if found.id != value["id"]:
            raise ValueError("another item")
        return found


def _proposed(desk: Desk, items: Collection[Item]) -> Iterator[Row]:
    wanted: dict[int, set[int]] = {}
    for item in items:
        seq, position = item.place
        wanted.setdefault(seq, set()).add(position)
    for seq, positions in sorted(wanted.items()):
        yield from (row for at, row in enumerate(desk.vault.log.rows(seq)) if at in positions)


def decisions_of(desk: Desk, case: Case, items: Iterable[Item]) -> dict[str, Decision]:
    """The decisions in force on these items by pseudonym, oldest first; forgotten ones are left out.

    Raises LogDamaged.
    """
    return {row.item: _decision(case, word, row, time) for row, word, time in _in_force(desk, case, items)}


def _decision(case: Case, word: Word, row: Row, time: str) -> Decision:
    with in_form(word.seq):
        value = row.value
        address = codec.restore(value["address"], ItemAddress)
        if address.id != value["id"] or type(value["reason"]) is not str:
            raise ValueError("another item")
        return Decision(case.ref, address, value["face"], Verdict(row.word), word.officer, time, value["reason"])


def decided_faces(desk: Desk, ref: str, items: Iterable[Item]) -> Iterator[tuple[str, bytes]]:
    """Id and face (JPEG) of those of the items whose face was kept when they were decided, oldest first."""
    for row, word, _ in _in_force(desk, desk.case(ref), items):
        with in_form(word.seq):
            crop = row.value["crop"]
            image = desk.vault.log.blob(crop) if crop is not None else None
            found = str(row.value["id"])
        if image is not None:
            yield found, image


def refused_links_of(desk: Desk, case: Case) -> frozenset[tuple[str, str]]:
    """Pairs of item ids whose link was refused."""
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in desk.vault.log.entries(case.id, kinds=[Kind.LINK]):
        said: dict[str, Any] = desk.values(entry.seq)
        if "item" in said and "linked" in said:
            named[entry.act.open["item"], entry.act.open["linked"]] = said["item"], said["linked"]
    return frozenset(named[item, linked] for item, linked in case.links if (item, linked) in named)


def _in_force(desk: Desk, case: Case, items: Iterable[Item]) -> Iterator[tuple[Row, Word, str]]:
    """Rows of the words in force, each with the word and its time."""
    words = {item.key: item.word for item in items}
    for seq, time, row in desk.vault.log.rows_of(case.id, _DECIDING):
        word = words.get(row.item)
        if word is not None and word.seq == seq and row.value is not None:
            yield row, word, time


def band(candidate: Candidate) -> int:
    """Bands of review: inside one the order says nothing about the score, since people follow order."""
    if any(reason.kind is not ReasonKind.FACE for reason in candidate.reasons):
        return 0
    expected = [reason.expected_strangers for reason in candidate.reasons if reason.expected_strangers is not None]
    if expected:
        return max(0, min(9, math.ceil(math.log10(max(min(expected), 1e-9))) + 3))
    return max(0, 9 - int(candidate.best_score * 10))
