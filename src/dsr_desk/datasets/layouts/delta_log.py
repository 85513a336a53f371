"""The log of a Delta table: which files are in it, as its entries and its last checkpoint say.

The format is the Delta transaction log protocol of the Delta Lake project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq

LOG, POINTER = "_delta_log", "_last_checkpoint"
_ENTRY = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\.\d{10}\.\d{10})?\.parquet")
_VERSIONED = re.compile(r"\.?(\d{20})\.")
_SUMS = re.compile(r"\.?\d{20}\.(?:crc|json\.crc|checkpoint.*\.crc)")
_COMPACTED = re.compile(r"\d{20}\.\d{20}\.compacted\.json")
_POINTERS = re.compile(r"_last_checkpoint|\._last_checkpoint\.crc")
_PLAIN = (_ENTRY, _CHECKPOINT, _SUMS, _COMPACTED, _POINTERS)

Actions = Mapping[str, Any]


class NotReplayed(Exception):
    """The log is none that is understood here."""


@dataclass
class Replayed:
    """What holds after the last entry. `files` are the add actions by path as the log spells it."""

    version: int
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    protocol: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, str]:
        return self.metadata.get("configuration") or {}

    @property
    def features(self) -> set[str]:
        return {*(self.protocol.get("readerFeatures") or ()), *(self.protocol.get("writerFeatures") or ())}

    def spelt(self, inner: str) -> str | None:
        """A file of the table as the log spells it, None where it is in no use."""
        return next((path for path in self.files if unquote(path) == inner), None)


def replay(log: Path) -> Replayed:
    """Raises NotReplayed, OSError."""
    names = sorted(child.name for child in log.iterdir())
    entries = {int(found[1]): name for name in names if (found := _ENTRY.fullmatch(name))}
    checkpoints: dict[int, list[str]] = {}
    for name in names:
        if found := _CHECKPOINT.fullmatch(name):
            checkpoints.setdefault(int(found[1]), []).append(name)
    if not entries and not checkpoints:
        raise NotReplayed
    start = max(checkpoints, default=-1)
    last = max((*entries, start))
    state = Replayed(last)
    try:
        for name in checkpoints.get(start, ()):
            for actions in pq.read_table(log / name, use_threads=False).to_pylist():
                _apply(state, {kind: _plain(action) for kind, action in actions.items() if action is not None})
        for version in range(start + 1, last + 1):
            for line in (log / entries[version]).read_text("utf-8").splitlines():
                if line.strip():
                    _apply(state, json.loads(line))
    except (KeyError, ValueError, TypeError) as error:
        raise NotReplayed from error
    return state


def older_than(log: Path, version: int) -> Iterator[str]:
    """Names of entries, checkpoints and sums of versions before this one."""
    for child in sorted(log.iterdir()):
        if (found := _VERSIONED.match(child.name)) and int(found[1]) < version:
            yield child.name


def versions_in(log: Path) -> int:
    """So many versions can be opened by their own entries."""
    return sum(1 for child in log.iterdir() if _ENTRY.fullmatch(child.name))


def is_plain(log: Path) -> bool:
    """Whether there is nothing but entries, checkpoints of the first kind and sums of them."""
    names = [child.name for child in log.iterdir() if not (child.is_dir() and not any(child.iterdir()))]
    return all(any(kind.fullmatch(name) for kind in _PLAIN) for name in names)


def _apply(state: Replayed, actions: Actions) -> None:
    if add := actions.get("add"):
        state.files[add["path"]] = add
    if remove := actions.get("remove"):
        state.files.pop(remove["path"], None)
    state.protocol = actions.get("protocol") or state.protocol
    state.metadata = actions.get("metaData") or state.metadata


def _plain(action: Any) -> Any:
    """An action of a checkpoint as an entry spells it: maps are lists of pairs there."""
    if not isinstance(action, dict):
        return action
    return {
        key: dict(value) if isinstance(value, list) and all(isinstance(one, tuple) for one in value) else value
        for key, value in action.items()
        if value is not None and not key.endswith("_parsed")
    }
