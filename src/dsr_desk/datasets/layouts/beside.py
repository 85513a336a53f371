"""What programs keep beside files of data: checksums of Hadoop, a common summary of Parquet, counts of img2dataset."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import google_crc32c
import pyarrow as pa
import pyarrow.parquet as pq

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.rules import Mending, Rule

_SUMS_HEAD = struct.Struct(">4si")
_SUMMARY, _SCHEMA = "_metadata", "_common_metadata"
_STATS = re.compile(r"(.+)_stats\.json")
_PETASTORM = b"dataset-toolkit."

Sum = Callable[[bytes], int]


class HadoopSums(Rule):
    """`.x.crc` beside x: a checksum of every so many bytes, which Hadoop and Spark compare when they read x."""

    kind = "hadoop"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return any(name.startswith(".") and name.endswith(".crc") for name in names)

    def is_own(self, inner: str) -> bool:
        return inner.startswith(".") and inner.endswith(".crc") and "/" not in inner

    def concerns(self, root: Path, inner: str) -> bool:
        return "/" not in inner and (root / f".{inner}.crc").is_file()

    def of_one(self, inner: str) -> tuple[str, ...]:
        return (f".{inner}.crc",)

    def mend(self, mending: Mending, root: str) -> None:
        for inner in list(mending.below(root)):
            folder, _, name = inner.rpartition("/")
            sums = _below(folder, f".{name}.crc")
            if folder != root or sums in mending.gone or not (mending.old / sums).is_file():
                continue
            new = mending.new / inner
            fresh = _sums_like(mending.old / sums, mending.old / inner, new) if new.exists() else None
            if fresh is None:
                # Without them the file is read unchecked; with wrong ones not at all.
                mending.remove(sums)
            else:
                mending.write(sums, fresh)


class ParquetSummary(Rule):
    """`_metadata` repeats the row groups of all files, with their statistics; `_common_metadata` their columns."""

    kind = "parquet-summary"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return bool(names & {_SUMMARY, _SCHEMA})

    def is_own(self, inner: str) -> bool:
        return inner in (_SUMMARY, _SCHEMA)

    def concerns(self, root: Path, inner: str) -> bool:
        return inner.endswith((".parquet", ".parq", ".pq")) and not inner.startswith(".") and bool(root)

    def tells_of(self, root: Path, inner: str) -> bool:
        return (root / _SUMMARY).exists() and f"{inner}/".encode() in (root / _SUMMARY).read_bytes()

    def hindrance(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        for name in (_SUMMARY, _SCHEMA):
            try:
                said = pq.read_metadata(root / name).metadata or {} if (root / name).exists() else {}
            except (OSError, pa.ArrowException):
                return message("why.layout.parquet-summary")
            if any(key.startswith(_PETASTORM) for key in said):
                return message("why.layout.parquet-summary")
        return None

    def mend(self, mending: Mending, root: str) -> None:
        old, new = mending.old / root, mending.new / root
        if not (old / _SUMMARY).exists():
            return
        before = pq.read_metadata(old / _SUMMARY)
        paths = [before.row_group(number).column(0).file_path for number in range(before.num_row_groups)]
        changed = {inner[len(root) + 1 if root else 0 :] for inner in mending.below(root)}
        if not changed & {*paths}:
            return
        left = [path for path in dict.fromkeys(paths) if _below(root, path) not in mending.gone]
        if not left:
            mending.remove(_below(root, _SUMMARY))
            return
        whole: Any = None
        for path in left:
            part = pq.read_metadata(new / path)
            part.set_file_path(path)
            if whole is None:
                whole = part
            else:
                whole.append_row_groups(part)
        fresh = new / f"{_SUMMARY}.fresh"
        whole.write_metadata_file(str(fresh))
        data = fresh.read_bytes()
        fresh.unlink()
        mending.write(_below(root, _SUMMARY), data)
        after = pq.read_metadata(new / _SUMMARY)
        rows = sum(pq.read_metadata(new / path).num_rows for path in left)
        if after.num_rows != rows or not after.schema.equals(before.schema):
            raise mending.unfit(message("why.layout.parquet-summary"))


class Img2DatasetCounts(Rule):
    """`00000_stats.json` beside a shard: how many samples were tried, and how many came."""

    kind = "img2dataset"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return any(name.endswith("_stats.json") for name in names)

    def is_own(self, inner: str) -> bool:
        return "/" not in inner and _STATS.fullmatch(inner) is not None

    def concerns(self, root: Path, inner: str) -> bool:
        return "/" not in inner and _told(root / f"{inner.rpartition('.')[0]}_stats.json") is not None

    def of_one(self, inner: str) -> tuple[str, ...]:
        """A shard's; its table alone is told of beside the shard."""
        return () if inner.endswith(".parquet") else (f"{inner.rpartition('.')[0]}_stats.json",)

    def mend(self, mending: Mending, root: str) -> None:
        stems = {inner.rpartition("/")[2].rpartition(".")[0] for inner in mending.below(root)}
        for stem in sorted(stems):
            inner = _below(root, f"{stem}_stats.json")
            told = _told(mending.old / inner)
            lost = _lost(mending, root, stem)
            if told is None or not lost.total() or inner in mending.gone:
                continue
            _take(told, lost)
            stored = (mending.old / inner).read_text("utf-8")
            mending.write(inner, json.dumps(told, indent=4 if "\n    " in stored else None).encode())


def _sums_like(sums: Path, old: Path, new: Path) -> bytes | None:
    """Sums of the new file of the kind that the old file's are; None where these are of none that is known."""
    stored = sums.read_bytes()
    if len(stored) < _SUMS_HEAD.size:
        return None
    magic, size = _SUMS_HEAD.unpack_from(stored)
    if magic != b"crc\0" or not 0 < size <= 1 << 20:
        return None
    for one in (zlib.crc32, google_crc32c.value):
        if _sums(old, size, one) == stored[_SUMS_HEAD.size :]:
            return stored[: _SUMS_HEAD.size] + _sums(new, size, one)
    return None


def _sums(path: Path, size: int, sum_of: Sum) -> bytes:
    with path.open("rb") as file:
        return b"".join(struct.pack(">I", sum_of(piece)) for piece in iter(lambda: file.read(size), b""))


def _told(stats: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(stats.read_text("utf-8")) if stats.is_file() else None
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and {"count", "successes"} <= told.keys() else None


def _lost(mending: Mending, root: str, stem: str) -> Counter[str]:
    """Samples that went, by how they had come: as the table beside says, or else those of the shard, which all came."""
    table = _below(root, f"{stem}.parquet")
    if table in mending.changed:
        before, after = _by_status(mending.old / table), _by_status(mending.new / table)
        if before is not None and after is not None:
            return before - after
    parts = [seen for inner, seen in mending.examples.items() if inner.rpartition("/")[2].rpartition(".")[0] == stem]
    return Counter(success=sum(seen.before - seen.after for seen in parts))


def _by_status(table: Path) -> Counter[str] | None:
    with pq.ParquetFile(table) as file:
        if "status" not in file.schema_arrow.names:
            return None
        return Counter(str(one) for one in file.read(columns=["status"], use_threads=False)["status"].to_pylist())


def _take(told: dict[str, Any], lost: Counter[str]) -> None:
    by_name = {"count": lost.total(), "successes": lost["success"]}
    by_name |= {name: lost[name] for name in ("failed_to_download", "failed_to_resize")}
    for name, less in by_name.items():
        if isinstance(told.get(name), int):
            told[name] = max(0, told[name] - less)
    came = told.get("status_dict")
    if isinstance(came, dict) and isinstance(came.get("success"), int):
        came["success"] = max(0, came["success"] - lost["success"])


def _below(root: str, inner: str) -> str:
    return f"{root}/{inner}" if root else inner
