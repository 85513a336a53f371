"""What was erased is known again: an index is compared with marks of it, which say nothing without the vault's key.

Bytes and identifiers are keyed digests. A look (perceptual hash) must be found when it is not quite the same: its bits
are put in another order and some of them turned, both by the key, so that distances stay and nothing else does.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.findings import Identifiers
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.postings import KEY_BYTES, Rows, read_run
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.search.records.identifiers import forms_of, keys_of

MARK = 16
LOOK = 8
"""Bytes of a mark, and of a perceptual hash."""

NEAR_BITS = 6
"""Of 64, as reading back has it."""

SHORTEST = 4
"""A shorter user name or account id stands in too many columns for other things."""


@dataclass(frozen=True)
class Marks:
    """What is remembered of one erasure: marks one after the other."""

    contents: bytes = b""
    looks: bytes = b""
    identifiers: bytes = b""


@dataclass
class Again:
    """Rows of an index's items that hold again what was erased: by their bytes, their look, an identifier."""

    contents: set[int] = field(default_factory=set)
    looks: set[int] = field(default_factory=set)
    identifiers: set[int] = field(default_factory=set)

    @property
    def items(self) -> set[int]:
        return self.contents | self.looks | self.identifiers


class Marker:
    """Makes marks with a key that follows from a vault's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"dsr-desk guard 1", "sha256")

    def marks(self, digests: Iterable[str], looks: Iterable[str], identifiers: Identifiers, country: str = "") -> Marks:
        """`digests` are SHA-256 (hex) of erased bytes, `looks` perceptual hashes (hex) of erased photos' pictures."""
        hashes = b"".join(bytes.fromhex(one) for one in looks)
        turned = self.turned(np.frombuffer(hashes[: len(hashes) // LOOK * LOOK], ">u8").astype(np.uint64))
        keys = sorted(set(_keys_of(identifiers, country)))
        return Marks(
            b"".join(self.content(bytes.fromhex(one)) for one in sorted(set(digests))),
            np.unique(turned).astype(">u8").tobytes(),
            b"".join(map(self.identifier, keys)),
        )

    def content(self, digest: bytes) -> bytes:
        return hashlib.blake2b(digest, key=self._key, digest_size=MARK, person=b"content").digest()

    def identifier(self, key: int) -> bytes:
        """`key` is one that the index finds items by."""
        data = key.to_bytes(KEY_BYTES)
        return hashlib.blake2b(data, key=self._key, digest_size=MARK, person=b"identifier").digest()

    def turned(self, looks: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Perceptual hashes (n,) as they are remembered; their distances stay."""
        order, mask = self._order
        found = np.full(len(looks), mask, np.uint64)
        for to, bit in enumerate(order):
            found ^= ((looks >> np.uint64(bit)) & np.uint64(1)) << np.uint64(to)
        return found

    @cached_property
    def _order(self) -> tuple[list[int], np.uint64]:
        by = [hashlib.blake2b(bytes([bit]), key=self._key, person=b"order").digest() for bit in range(LOOK * 8)]
        mask = hashlib.blake2b(b"", key=self._key, digest_size=LOOK, person=b"mask").digest()
        return sorted(range(LOOK * 8), key=lambda bit: by[bit]), np.uint64(int.from_bytes(mask))


def found_again(index: Index, marker: Marker, remembered: Mapping[str, Marks]) -> dict[str, Again]:
    """What of each erasure an index holds again, by the names that the erasures have here; none that holds nothing."""
    found: dict[str, Again] = defaultdict(Again)
    contents, identifiers = _Sorted(remembered), _by_mark(remembered)
    listed = iter(index.rows("SELECT id, digest FROM items") if contents.any else ())
    while batch := list(islice(listed, _AT_ONCE)):
        for name, row in contents.met([row for row, _ in batch], b"".join(marker.content(one) for _, one in batch)):
            found[name].contents.add(row)
    for key, items in _keys_in(index) if identifiers else ():
        for name in identifiers.get(marker.identifier(key), ()):
            found[name].identifiers.update(items.tolist())
    rows, hashes = index.perceptual_hashes
    there = marker.turned(hashes) if any(one.looks for one in remembered.values()) else hashes[:0]
    for name, marks in remembered.items():
        for look in np.frombuffer(marks.looks, ">u8").astype(np.uint64):
            near = np.bitwise_count(there ^ look) <= NEAR_BITS
            if near.any():
                found[name].looks.update(rows[: len(there)][near].tolist())
    return dict(found)


_AT_ONCE = 10_000


class _Sorted:
    """Marks of contents in order, with the erasures that they are of: an order leaves millions."""

    def __init__(self, remembered: Mapping[str, Marks]) -> None:
        self._names = list(remembered)
        marks = np.frombuffer(b"".join(one.contents for one in remembered.values()), ">u8").reshape(-1, 2)
        order = np.argsort(marks[:, 0], kind="stable")
        self._first, self._second = marks[order, 0].astype(np.uint64), marks[order, 1].astype(np.uint64)
        counts = [len(one.contents) // MARK for one in remembered.values()]
        self._owners = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)[order]

    @property
    def any(self) -> bool:
        return bool(len(self._first))

    def met(self, rows: Sequence[int], marks: bytes) -> Iterator[tuple[str, int]]:
        """Erasures that remember a mark, each with the row whose mark it is. `marks` are those of `rows`, in order."""
        own = np.frombuffer(marks, ">u8").reshape(-1, 2).astype(np.uint64)
        low = np.searchsorted(self._first, own[:, 0], "left")
        high = np.searchsorted(self._first, own[:, 0], "right")
        for place in np.flatnonzero(low < high):
            for at in range(low[place], high[place]):
                if self._second[at] == own[place, 1]:
                    yield self._names[self._owners[at]], rows[int(place)]


def _by_mark(remembered: Mapping[str, Marks]) -> dict[bytes, list[str]]:
    """By mark of an identifier, the erasures that remember it."""
    found: dict[bytes, list[str]] = defaultdict(list)
    for name, marks in remembered.items():
        data = marks.identifiers
        for start in range(0, len(data), MARK):
            found[data[start : start + MARK]].append(name)
    return found


def _keys_in(index: Index) -> Iterator[tuple[int, Rows]]:
    """Keys with the items that they find; a key can come more than once."""
    for (run,) in list(index.rows("SELECT id FROM runs")):
        keys, items = read_run(index.db, run)
        each, starts = np.unique(keys, return_index=True)
        for key, start, end in zip(each.tolist(), starts, [*starts[1:], len(keys)], strict=True):
            yield key, items[start:end]


def _keys_of(identifiers: Identifiers, country: str) -> Iterator[int]:
    """Of what stands for one person alone, in its strong form."""
    kinds = (
        (ColumnKind.EMAIL, identifiers.emails),
        (ColumnKind.PHONE, identifiers.phones),
        (ColumnKind.USER_NAME, [one for one in identifiers.user_names if len(one.strip()) >= SHORTEST]),
        (ColumnKind.ACCOUNT_ID, [one for one in identifiers.account_ids if len(one.strip()) >= SHORTEST]),
    )
    for kind, values in kinds:
        for value in values:
            for form in forms_of(kind, value, country):
                if form.note is None:
                    yield from keys_of(form)
