"""Delta tables: a file that is written anew keeps its name, and the log begins anew with the version that says so.

Entries before that would name the erased person: each has the least and greatest values of its files.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.delta_log import (
    LOG,
    POINTER,
    NotReplayed,
    Replayed,
    is_plain,
    older_than,
    replay,
    versions_in,
)
from dsr_desk.datasets.layouts.rules import Mending, Rule

_UNDERSTOOD = {
    *("appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns", "identityColumns"),
    *("columnMapping", "deletionVectors", "timestampNtz", "domainMetadata", "vacuumProtocolCheck"),
}
"""Features of tables under which a file may lose rows in the way that is done here."""

_LARGEST_TEXT = 1000


class DeltaTableRule(Rule):
    kind = "delta"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return LOG in names

    def is_own(self, inner: str) -> bool:
        return inner.startswith(f"{LOG}/")

    def hindrance(self, root: Path, inner: str) -> Message | None:
        if importlib.util.find_spec("deltalake") is None:
            return message("why.layout.needs", library="deltalake")
        try:
            state = replay(root / LOG)
        except (NotReplayed, OSError):
            return message("why.layout.delta-log")
        if not is_plain(root / LOG) or state.features - _UNDERSTOOD:
            return message("why.layout.delta-features")
        if state.settings.get("delta.appendOnly", "").lower() == "true":
            return message("why.layout.delta-append-only")
        add = state.files.get(state.spelt(inner) or "", {})
        if add.get("deletionVector"):
            return message("why.layout.delta-vectors")
        return message("why.layout.delta-features") if "baseRowId" in add and add["baseRowId"] is not None else None

    def foreseen(self, root: Path) -> Collection[Message]:
        return [message("note.layout.delta-history", count=versions_in(root / LOG))]

    def mend(self, mending: Mending, root: str) -> None:
        old, new = mending.old / root, mending.new / root
        state = replay(old / LOG)
        version = state.version + 1
        lines = [_commit(version)]
        for inner in mending.below(root):
            spelt = state.spelt(inner[len(root) + 1 if root else 0 :])
            if spelt is not None:
                lines.append(_action(state.files[spelt], mending.new / inner, gone=inner in mending.gone))
        entry = f"{LOG}/{version:020d}.json"
        mending.write(_below(root, entry), "".join(json.dumps(line) + "\n" for line in lines).encode())
        self._begin_anew(mending, root, version)
        self._forget(mending, root, version)
        mending.notes += self.foreseen(old)
        after = replay(new / LOG)
        self._require_true(mending, root, after, state)
        self._load(mending, new, after)

    def _begin_anew(self, mending: Mending, root: str, version: int) -> None:
        """A checkpoint of this version, and nothing before it."""
        from deltalake.exceptions import DeltaError

        log = mending.new / root / LOG
        try:
            _opened(log.parent, mending).create_checkpoint()
        except DeltaError as error:
            raise mending.unfit(message("why.layout.delta-log")) from error
        # Sums beside the pointer to the last checkpoint are those of the old one.
        stale = [name for name in ("._last_checkpoint.crc",) if (log / name).exists()]
        for name in (*older_than(log, version), *stale):
            mending.remove(_below(root, f"{LOG}/{name}"))
        for child in log.iterdir():
            if not child.is_symlink():
                mending.changed.add(_below(root, f"{LOG}/{child.name}"))

    def _forget(self, mending: Mending, root: str, version: int) -> None:
        """What the log says of files that are gone, by paths that may name values of their partitions, goes too."""
        log = mending.new / root / LOG
        gone = {path for path in _removed_in(log / f"{version:020d}.json") if _is_gone(mending, root, unquote(path))}
        if not gone:
            return
        entry = log / f"{version:020d}.json"
        lines = entry.read_text("utf-8").splitlines(keepends=True)
        left = [line for line in lines if json.loads(line).get("remove", {}).get("path") not in gone]
        mending.write(_below(root, f"{LOG}/{entry.name}"), "".join(left).encode())
        place = log / f"{version:020d}.checkpoint.parquet"
        table = pq.read_table(place, use_threads=False)
        stays = [said is None or said["path"] not in gone for said in table["remove"].to_pylist()]
        pq.write_table(table.filter(pa.array(stays)), place)
        pointer = json.loads((log / POINTER).read_text("utf-8"))
        kept = {key: value for key, value in pointer.items() if key not in ("sizeInBytes", "checksum")}
        fresh = json.dumps({**kept, "size": sum(stays)}).encode()
        mending.write(_below(root, f"{LOG}/{POINTER}"), fresh)

    def _require_true(self, mending: Mending, root: str, after: Replayed, before: Replayed) -> None:
        """The log says of every file what is there, and names no file more or less than it did."""
        for path in before.files.keys() | after.files.keys():
            place = mending.new / root / unquote(path)
            add = after.files.get(path)
            empty = add is None and path in before.files and _is_empty(mending, root, unquote(path))
            if not empty and (add is None or not place.exists() or add["size"] != place.stat().st_size):
                raise mending.unfit(message("why.layout.delta-log"))

    def _load(self, mending: Mending, new: Path, after: Replayed) -> None:
        table = _opened(new, mending)
        fits = table.version() == after.version and len(table.file_uris()) == len(after.files)
        if fits and table.protocol().min_reader_version == 1:
            rows = sum(pq.read_metadata(new / unquote(path)).num_rows for path in after.files)
            fits = table.to_pyarrow_dataset().count_rows() == rows
        if not fits:
            raise mending.unfit(message("why.layout.delta-log"))


def _is_empty(mending: Mending, root: str, inner: str) -> bool:
    place = mending.new / root / inner
    return _is_gone(mending, root, inner) or (place.exists() and not pq.read_metadata(place).num_rows)


def _is_gone(mending: Mending, root: str, inner: str) -> bool:
    return _below(root, inner) in mending.gone and not (mending.new / root / inner).exists()


def _removed_in(entry: Path) -> Iterator[str]:
    """Paths of the files that an entry of the log removes."""
    for line in entry.read_text("utf-8").splitlines():
        if removed := json.loads(line).get("remove"):
            yield removed["path"]


def _opened(root: Path, mending: Mending) -> Any:
    """By the library of the format."""
    import deltalake
    from deltalake.exceptions import DeltaError

    try:
        return deltalake.DeltaTable(str(root))
    except DeltaError as error:
        raise mending.unfit(message("why.layout.delta-log")) from error


def _now() -> int:
    return int(time.time() * 1000)


def _commit(version: int) -> dict[str, Any]:
    told = {"timestamp": _now(), "operation": "DELETE", "operationParameters": {}, "readVersion": version - 1}
    return {"commitInfo": {**told, "engineInfo": "dsr-desk"}}


def _action(add: Mapping[str, Any], file: Path, *, gone: bool) -> dict[str, Any]:
    """The file as it is now, under its old name; one that is gone or without rows is in use no more."""
    rows = 0 if gone else pq.read_metadata(file).num_rows
    told = {key: value for key, value in add.items() if value is not None}
    if not rows:
        kept = {key: told[key] for key in ("path", "partitionValues", "size") if key in told}
        return {"remove": {**kept, "deletionTimestamp": _now(), "dataChange": False, "extendedFileMetadata": True}}
    said = json.loads(told.get("stats") or "{}")
    told |= {"size": file.stat().st_size, "modificationTime": _now(), "dataChange": False}
    return {"add": {**told, "stats": json.dumps(_statistics(file, said, rows), ensure_ascii=False)}}


# Statistics


def _statistics(file: Path, said: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Of the same columns as before, as far as their values are spelt here; the others have none, which is allowed."""
    wanted = said.get("minValues") or {}, said.get("maxValues") or {}, said.get("nullCount") or {}
    names = dict.fromkeys([*wanted[0], *wanted[1], *wanted[2]])
    least, most, nulls = {}, {}, {}
    with pq.ParquetFile(file, pre_buffer=False) as opened:
        for name in names:
            if name not in opened.schema_arrow.names:
                continue
            column = opened.read(columns=[name], use_threads=False)[name]
            if pa.types.is_struct(column.type):
                continue
            nulls[name] = column.null_count
            low, high = _bounds(column)
            if low is not None and name in wanted[0]:
                least[name] = low
            if high is not None and name in wanted[1]:
                most[name] = high
    return {"numRecords": rows, "minValues": least, "maxValues": most, "nullCount": nulls}


def _bounds(column: pa.ChunkedArray) -> tuple[Any, Any]:
    kind = column.type
    plain = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_date(kind) or _is_text(kind)
    if not plain or column.null_count == len(column):
        return None, None
    if pa.types.is_floating(kind) and pc.any(pc.is_nan(column)).as_py():
        return None, None
    found = pc.min_max(column)
    return _spelt(found["min"].as_py()), _spelt(found["max"].as_py())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _spelt(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LARGEST_TEXT else None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _below(root: str, inner: str) -> str:
    return f"{root}/{inner}" if root else inner
