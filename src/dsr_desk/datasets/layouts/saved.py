"""Folders that `save_to_disk` of Hugging Face datasets writes: shards of Arrow, and two files that tell of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.erasing import file_digest
from dsr_desk.datasets.layouts.rules import Mending, Rule

STATE, INFO, SPLITS = "state.json", "dataset_info.json", "dataset_dict.json"


class SavedDataset(Rule):
    kind = "saved-by-datasets"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return names.issuperset((STATE, INFO)) or SPLITS in names

    def is_own(self, inner: str) -> bool:
        return inner in (STATE, INFO, SPLITS)

    def concerns(self, root: Path, inner: str) -> bool:
        return "/" not in inner and (root / STATE).exists()

    def tells_of(self, root: Path, inner: str) -> bool:  # noqa: ARG002
        return (root / SPLITS).exists()

    def hindrance(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        try:
            state, info = _json_at(root / STATE), _json_at(root / INFO)
            files = [one["filename"] for one in state["_data_files"]]
        except (OSError, ValueError, KeyError, TypeError):
            return message("why.layout.saved")
        # An index beside the shards says in which order rows are taken: by their numbers.
        if any("indices" in key and state[key] for key in state) or not all((root / one).exists() for one in files):
            return message("why.layout.saved")
        return None if isinstance(info, dict) else message("why.layout.saved")

    def mend(self, mending: Mending, root: str) -> None:
        """Counts the split anew, and gives the dataset another fingerprint, by which its library keeps what it made."""
        old, new = mending.old / root, mending.new / root
        state, info = _json_at(old / STATE), _json_at(old / INFO)
        files = [one["filename"] for one in state["_data_files"]]
        changed = [one for one in files if _below(root, one) in mending.changed]
        gone = [one for one in files if _below(root, one) in mending.gone]
        if not changed and not gone:
            return
        before = [_rows(old / one) for one in files]
        after = [0 if one in gone else _rows(new / one) for one in files]
        if any(_schema(new / one) != _schema(old / one) for one in changed):
            raise mending.unfit(message("why.layout.saved"))
        state["_data_files"] = [one for one in state["_data_files"] if one["filename"] not in gone]
        digests = "".join([*(file_digest(new / one) for one in changed), *gone])
        state["_fingerprint"] = sha256_hex(f"{state.get('_fingerprint')}{digests}".encode())[:16]
        _count(info, state.get("_split"), before, after)
        for name, said in ((STATE, state), (INFO, info)):
            stored = (old / name).read_text("utf-8")
            text = json.dumps(said, indent=2 if "\n  " in stored else None, sort_keys=list(said) == sorted(said))
            mending.write(_below(root, name), text.encode())
        if sum(after) != sum(before) - sum(_lost(mending, root, one) for one in (*changed, *gone)):
            raise mending.unfit(message("why.layout.saved"))


def _count(info: dict[str, Any], split: Any, before: list[int], after: list[int]) -> None:
    """The split's numbers, where they were those of the shards: a filtered dataset keeps those of what it came from."""
    splits = info.get("splits") or {}
    told = splits.get(split) or (next(iter(splits.values())) if len(splits) == 1 else None)
    if not isinstance(told, dict) or told.get("num_examples") != sum(before):
        return
    whole, left = sum(before), sum(after)
    told["num_examples"] = left
    size = told.get("num_bytes")
    if isinstance(size, int) and whole:
        told["num_bytes"] = size * left // whole
        for name in ("dataset_size", "size_in_bytes"):
            if isinstance(info.get(name), int):
                info[name] = max(0, info[name] - (size - told["num_bytes"]))
    if told.get("shard_lengths") == before:
        told["shard_lengths"] = after
    elif told.get("shard_lengths"):
        told["shard_lengths"] = None


def _lost(mending: Mending, root: str, name: str) -> int:
    seen = mending.examples[_below(root, name)]
    return seen.before - seen.after


def _rows(path: Path) -> int:
    rows = 0
    with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as stream:
        for batch in stream:
            rows += batch.num_rows
    return rows


def _schema(path: Path) -> pa.Schema:
    with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as stream:
        return stream.schema.with_metadata(None)


def _json_at(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _below(root: str, inner: str) -> str:
    return f"{root}/{inner}" if root else inner
