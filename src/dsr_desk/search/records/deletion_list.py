"""Looks a whole list of hashes up in an index: one pass over what items are found by, then the records themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dsr_desk.core.hashes import hash_in
from dsr_desk.core.message import Message, message
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.search.index.contents import IndexedItem
from dsr_desk.search.index.folder import IN_CLAUSE, Index
from dsr_desk.search.index.lookup import forms_in
from dsr_desk.search.records.columns import Field
from dsr_desk.search.records.combined import SAYS, combined_hashes
from dsr_desk.search.records.identifiers import HASHES, hashes_of, key_of_hash
from dsr_desk.search.records.search import HASH_NAMES, agreement, records


@dataclass(frozen=True)
class HashMatch:
    """A record that holds what a hash is of. `says` names the field and what was disregarded, never its value."""

    hash: str
    item: IndexedItem
    says: Message


def match_hashes(index: Index, hashes: Collection[str], report: Report, cancel: CancelToken) -> Iterator[HashMatch]:
    """Every record that has one of these hashes (small hexadecimal MD5, SHA-1 or SHA-256), in the order of records.

    Raises Cancelled, IndexDamaged.
    """
    by_key: dict[int, list[str]] = defaultdict(list)
    for one in hashes:
        by_key[key_of_hash(one)].append(one)
    wanted: dict[int, set[str]] = defaultdict(set)
    for key, rows in index.postings.matches(by_key):
        cancel.check()
        for row in rows.tolist():
            wanted[row].update(by_key[key])
    names = [name for name, digits in HASHES.items() if any(len(one) == digits for one in hashes)]
    ordered = sorted(wanted)
    for start in range(0, len(ordered), IN_CLAUSE):
        cancel.check()
        report(Progress(message("phase.looking-at-records"), start, len(ordered)))
        part = ordered[start : start + IN_CLAUSE]
        items = index.items(part)
        for row, fields in records(index, part).items():
            there = hashes_in_record(fields, index.country, names)
            for found in sorted(wanted[row] & there.keys()):
                yield HashMatch(found, items[row], there[found])


def hashes_in_record(fields: Sequence[Field], country: str, names: Collection[str]) -> dict[str, Message]:
    """Every hash (hexadecimal) of these kinds that a record has, with the sentence that says of what."""
    found = {digest.hex(): SAYS for digest in combined_hashes(fields)}
    for one in fields:
        for kind, form in forms_in(one.kind, one.value, country):
            if form.hashed:
                for name, digest in hashes_of(form.text, names).items():
                    found.setdefault(digest, agreement("this-hash", kind, one, note=form.note, hash=HASH_NAMES[name]))
        if held := hash_in(one.value):
            found.setdefault(held, message("reason.hash", column=one.column))
    return found
