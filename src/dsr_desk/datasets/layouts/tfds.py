"""Datasets as TensorFlow Datasets writes them: one file that says how many records each shard has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.rules import Examples, Mending, Rule

INFO, FEATURES = "dataset_info.json", "features.json"
_SHARD = re.compile(r"(?:.*-)?(?P<split>[^-/]+)\.[^-./]+-(?P<number>\d{5})-of-\d{5}")


class TensorFlowDataset(Rule):
    kind = "tensorflow-datasets"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return names.issuperset((INFO, FEATURES))

    def is_own(self, inner: str) -> bool:
        return inner in (INFO, FEATURES)

    def concerns(self, root: Path, inner: str) -> bool:  # noqa: ARG002
        return "/" not in inner

    def hindrance(self, root: Path, inner: str) -> Message | None:
        try:
            told = _told(json.loads((root / INFO).read_text("utf-8")), inner)
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return message("why.layout.tensorflow-datasets")
        return None if told is not None else message("why.layout.tensorflow-datasets")

    def keeps(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        return message("why.layout.tensorflow-shard")

    def mend(self, mending: Mending, root: str) -> None:
        place = mending.old / root / INFO
        stored = place.read_text("utf-8")
        info = json.loads(stored)
        for inner in mending.below(root):
            seen = mending.examples.get(inner)
            told = _told(info, inner[len(root) + 1 if root else 0 :]) if seen is not None else None
            if told is not None and seen is not None:
                _take(mending, *told, seen)
        text = json.dumps(info, indent=2 if "\n  " in stored else None, sort_keys=list(info) == sorted(info))
        mending.write(f"{root}/{INFO}" if root else INFO, text.encode())


def _told(info: Any, inner: str) -> tuple[dict[str, Any], int] | None:
    """What is said of the split that a shard is in, and which of its shards it is."""
    found = _SHARD.fullmatch(inner)
    if found is None:
        return None
    splits = [split for split in info["splits"] if split["name"] == found["split"]]
    number = int(found["number"])
    return (splits[0], number) if splits and number < len(splits[0]["shardLengths"]) else None


def _take(mending: Mending, split: dict[str, Any], number: int, seen: Examples) -> None:
    """Numbers of 64 bits are texts in the JSON of protocol buffers."""
    length = int(split["shardLengths"][number]) - (seen.before - seen.after)
    size = int(split.get("numBytes") or 0) - (seen.size_before - seen.size_after)
    if length < 0:
        raise mending.unfit(message("why.layout.tensorflow-datasets"))
    split["shardLengths"][number] = str(length)
    split["numBytes"] = str(max(0, size))
