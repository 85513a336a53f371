"""The index of an MDS dataset: of each shard the number of samples, the size and the digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import packing
from dsr_desk.datasets.erasing import CHUNK
from dsr_desk.datasets.layouts.rules import Mending, Rule
from dsr_desk.datasets.mds import head_of

INDEX = "index.json"
_STORED = ("raw_data", "zip_data")
"""Of the shard as it is, and of the packed one."""


class MdsIndex(Rule):
    kind = "mds"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:
        if INDEX not in names:
            return False
        try:
            with (folder / INDEX).open("rb") as file:
                return b'"shards"' in file.read(65536)
        except OSError:
            return False

    def is_own(self, inner: str) -> bool:
        return inner == INDEX

    def concerns(self, root: Path, inner: str) -> bool:
        return inner.encode() in (root / INDEX).read_bytes()

    def hindrance(self, root: Path, inner: str) -> Message | None:
        try:
            shards: list[Any] = [shard for shard in _shards(_read(root)) if inner in _names(shard)]
        except (OSError, ValueError, KeyError, TypeError):
            return message("why.layout.mds")
        for shard in shards:
            told: list[Any] = [shard[stored] for stored in _STORED if shard.get(stored)]
            if shard.get("format") != "mds" or shard.get("version") != 2:
                return message("why.layout.mds")
            if any(_hash(name) is None for one in told for name in one.get("hashes") or {}):
                return message("why.layout.mds-digest")
            if sum((root / name).exists() for name in _names(shard)) > 1:
                return message("why.layout.mds-twice")
        return None

    def tells_of(self, root: Path, inner: str) -> bool:
        return self.concerns(root, f"{inner}/")

    def mend(self, mending: Mending, root: str) -> None:
        text = (mending.old / root / INDEX).read_text("utf-8")
        index = json.loads(text)
        below = {inner[len(root) + 1 if root else 0 :]: mending.new / inner for inner in mending.below(root)}
        told = [shard for shard in _shards(index) if _names(shard) & below.keys()]
        if not told:
            return
        for shard in told:
            there = {name for name in _names(shard) & below.keys() if below[name].exists()}
            if not there:
                index["shards"].remove(shard)
            for name in there:
                _renew(shard, below[name])
        mending.write(f"{root}/{INDEX}" if root else INDEX, json.dumps(index, sort_keys=_is_sorted(text)).encode())
        self._check(mending, mending.new / root, below)

    def _check(self, mending: Mending, folder: Path, changed: Mapping[str, Path]) -> None:
        """Every shard has the size that the index says; those that changed, the samples and digests too."""
        for shard in _shards(_read(folder)):
            for stored in _STORED:
                told: dict[str, Any] = shard.get(stored) or {}
                place = folder / told["basename"] if told else None
                if place is None or not place.exists():
                    continue
                fits = place.stat().st_size == told["bytes"]
                if told["basename"] in changed:
                    digests = {name: _digest(name, _chunks(place)) for name in told.get("hashes") or {}}
                    fits = fits and digests == (told.get("hashes") or {}) and _samples(place) == shard["samples"]
                if not fits:
                    raise mending.unfit(message("why.layout.mds"))


def _renew(shard: dict[str, Any], place: Path) -> None:
    shard["samples"] = _samples(place)
    for stored in _STORED:
        told = shard.get(stored)
        if not told:
            continue
        # The index of a packed shard tells of it unpacked too.
        pieces = _chunks if told["basename"].endswith(place.name) else _unpacked
        told["bytes"] = sum(map(len, pieces(place)))
        told["hashes"] = {name: _digest(name, pieces(place)) for name in told.get("hashes") or {}}


def _samples(place: Path) -> int:
    with packing.opened(place) as file:
        head = head_of(file)
    return head.samples if head is not None else -1


def _chunks(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        yield from _pieces(file)


def _unpacked(place: Path) -> Iterator[bytes]:
    with packing.opened(place) as file:
        yield from _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


def _digest(name: str, pieces: Iterable[bytes]) -> str:
    made = _hash(name)
    assert made is not None
    for piece in pieces:
        made.update(piece)
    return str(made.hexdigest())


def _hash(name: str) -> Any:
    """A digest by the name that the index has for it; None for one that is not known here."""
    if name in hashlib.algorithms_guaranteed and not name.startswith("shake"):
        return hashlib.new(name, usedforsecurity=False)
    return None


def _read(root: Path) -> Any:
    return json.loads((root / INDEX).read_text("utf-8"))


def _shards(index: Any) -> list[dict[str, Any]]:
    return [shard for shard in index["shards"] if isinstance(shard, dict)]


def _names(shard: Mapping[str, Any]) -> set[str]:
    return {shard[stored]["basename"] for stored in _STORED if shard.get(stored)}


def _is_sorted(text: str) -> bool:
    keys = list(json.loads(text))
    return keys == sorted(keys)
