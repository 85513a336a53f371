"""Iceberg tables: a file that is written anew keeps its name, and one new snapshot takes the place of all.

Manifests have the least and greatest values of each file, so that those of old snapshots name people who are erased.
They go, and with them statistics, old metadata files and the way back to earlier states. The newest metadata file keeps
its name, since a catalog elsewhere points to it.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.iceberg_state import (
    METADATA,
    IcebergState,
    NotUnderstood,
    metadata_files,
    opened,
    state_of,
)
from dsr_desk.datasets.layouts.rules import Mending, Rule, names_in

_GOES = (".metadata.json", ".metadata.json.gz", ".avro", ".puffin", ".stats", ".crc")
"""What ends the names of metadata, manifests and their lists, statistics, and checksums of these."""

_BY_COLUMN = ("column_sizes", "value_counts", "null_value_counts", "nan_value_counts", "lower_bounds", "upper_bounds")


class IcebergTable(Rule):
    kind = "iceberg"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:
        return METADATA in names and bool(metadata_files(names_in(folder / METADATA)))

    def is_own(self, inner: str) -> bool:
        return inner.startswith(f"{METADATA}/")

    def hindrance(self, root: Path, inner: str) -> Message | None:
        if importlib.util.find_spec("pyiceberg") is None:
            return message("why.layout.needs", library="pyiceberg")
        try:
            state = state_of(root)
            part = state.files().get(inner)
        except NotUnderstood as error:
            return error.why
        except OSError:
            return message("why.layout.iceberg-metadata")
        if set(state.said.get("refs") or ()) - {"main"}:
            return message("why.layout.iceberg-refs")
        if part is not None and (part.file_format.value != "PARQUET" or part.key_metadata):
            return message("why.layout.iceberg-format")
        return None

    def foreseen(self, root: Path) -> Collection[Message]:
        if importlib.util.find_spec("pyiceberg") is None:
            return ()
        try:
            state = state_of(root)
        except (NotUnderstood, OSError):
            return ()
        told = [
            message("note.layout.iceberg-history", count=state.snapshots),
            message("note.layout.iceberg-catalog", file=f"{state.location}/{METADATA}/{state.file}"),
        ]
        if not state.is_at_home:
            told.append(message("note.layout.iceberg-elsewhere", location=state.location))
        return told

    def mend(self, mending: Mending, root: str) -> None:
        old, new = mending.old / root, mending.new / root
        try:
            before = state_of(old)
            _Snapshot(mending, root, before).write()
            mending.notes += self.foreseen(old)
            gone = {inner for inner in _inside(mending, root) if _below(root, inner) in mending.gone}
            _require_true(mending, state_of(new), before, set(_inside(mending, root)), gone)
        except NotUnderstood as error:
            raise mending.unfit(error.why) from error
        except OSError:
            raise
        except Exception as error:  # whatever the library raises for what it cannot write
            raise mending.unfit(message("why.layout.iceberg-metadata")) from error


class _Snapshot:
    """The one snapshot of a table that is written anew."""

    def __init__(self, mending: Mending, root: str, before: IcebergState) -> None:
        self._mending, self._root, self._before = mending, root, before
        self._new = mending.new / root
        self._writes = opened(self._new, before.file, before.said)
        self._metadata = self._writes.metadata
        self._id = self._metadata.new_snapshot_id()
        self._sequence = self._metadata.last_sequence_number + 1 if before.said["format-version"] > 1 else None
        self._changed = set(_inside(mending, root))
        self._unique = uuid.uuid4()

    def write(self) -> None:
        manifests, held = self._manifests()
        place = f"snap-{self._id}-0-{self._unique}.avro"
        self._list(place, manifests)
        written = {place, *(manifest.manifest_path.rpartition("/")[2] for manifest in manifests)}
        for name in sorted(names_in(self._new / METADATA) - written):
            if name.endswith(_GOES) and name != self._before.file:
                self._mending.remove(self._below(name))
        self._mending.changed |= {self._below(name) for name in written}
        said = json.dumps(self._said(place, held), indent=None, ensure_ascii=False).encode()
        packed = ".gz" in self._before.file
        self._mending.write(self._below(self._before.file), gzip.compress(said) if packed else said)

    def _manifests(self) -> tuple[list[Any], list[Any]]:
        """One for each that was in use, without what it says of files that are not any more; and all files."""
        from pyiceberg.manifest import write_manifest

        written: list[Any] = []
        held: list[Any] = []
        for manifest, entries in self._before.entries:
            left = [entry for entry in map(self._renewed, entries) if entry is not None]
            if not left:
                continue
            spec = self._metadata.specs()[manifest.partition_spec_id]
            out = self._writes.io.new_output(self._said_at(f"{self._unique}-m{len(written)}.avro"))
            version, schema = self._metadata.format_version, self._schema_of(spec)
            with write_manifest(version, spec, schema, out, self._id, "deflate") as writer:
                for entry in left:
                    writer.existing(entry)
            written.append(writer.to_manifest_file())
            held += [entry.data_file for entry in left]
        return written, held

    def _schema_of(self, spec: Any) -> Any:
        """The newest schema that has what the files are divided by: columns may have gone since."""
        schemas = [self._metadata.schema(), *sorted(self._metadata.schemas, key=lambda one: -one.schema_id)]
        wanted = {field.source_id for field in spec.fields}
        fitting = [schema for schema in schemas if wanted <= set(schema.field_ids)]
        if not fitting:
            raise NotUnderstood(message("why.layout.iceberg-metadata"))
        return fitting[0]

    def _renewed(self, entry: Any) -> Any:
        """The entry of a file as it is now, None where no row is left."""
        inner = self._before.inner(entry.data_file.file_path)
        if inner not in self._changed:
            return entry
        if _below(self._root, inner) in self._mending.gone:
            return None
        told = _told(self._new / inner, entry.data_file, self._metadata)
        if not told.record_count:
            return None
        entry.data_file = told
        return entry

    def _list(self, name: str, manifests: list[Any]) -> None:
        from pyiceberg.manifest import write_manifest_list

        out = self._writes.io.new_output(self._said_at(name))
        version = self._metadata.format_version
        with write_manifest_list(version, out, self._id, None, self._sequence, "deflate") as writer:
            writer.add_manifests(manifests)

    def _said(self, manifest_list: str, held: list[Any]) -> dict[str, Any]:
        """The metadata as they were but for snapshots and what tells of them."""
        now = max(int(time.time() * 1000), int(self._before.said["last-updated-ms"]) + 1)
        totals = {
            "total-records": sum(file.record_count for file in held),
            "total-data-files": len(held),
            "total-files-size": sum(file.file_size_in_bytes for file in held),
            **dict.fromkeys(("total-delete-files", "total-position-deletes", "total-equality-deletes"), 0),
        }
        snapshot = {
            "snapshot-id": self._id,
            "timestamp-ms": now,
            "manifest-list": self._said_at(manifest_list),
            "summary": {"operation": "overwrite", **{name: str(total) for name, total in totals.items()}},
            "schema-id": self._metadata.current_schema_id,
        }
        said = {
            **self._before.said,
            "last-updated-ms": now,
            "current-snapshot-id": self._id,
            "snapshots": [snapshot],
            "snapshot-log": [{"snapshot-id": self._id, "timestamp-ms": now}],
            "metadata-log": [],
            "refs": {"main": {"snapshot-id": self._id, "type": "branch"}},
        }
        for name in ("statistics", "partition-statistics"):
            if name in said:
                said[name] = []
        if self._sequence is not None:
            snapshot["sequence-number"] = said["last-sequence-number"] = self._sequence
        return said

    def _below(self, name: str) -> str:
        return _below(self._root, f"{METADATA}/{name}")

    def _said_at(self, name: str) -> str:
        return f"{self._before.location}/{METADATA}/{name}"


def _below(root: str, inner: str) -> str:
    return f"{root}/{inner}" if root else inner


def _inside(mending: Mending, root: str) -> Iterator[str]:
    """Changed files by their paths below the table."""
    return (inner[len(root) + 1 if root else 0 :] for inner in mending.below(root))


def _told(file: Path, before: Any, metadata: Any) -> Any:
    """What a manifest says of a data file, as it is now; of each column what it said before."""
    from pyiceberg.io.pyarrow import (
        compute_statistics_plan,
        data_file_statistics_from_parquet_metadata,
        parquet_path_to_id_mapping,
        pyarrow_to_schema,
    )
    from pyiceberg.manifest import DATA_FILE_TYPE, DEFAULT_READ_VERSION, DataFile

    footer = pq.read_metadata(file)
    # By the columns of the file, which may be called otherwise in the table by now.
    schema = pyarrow_to_schema(footer.schema.to_arrow_schema(), metadata.name_mapping())
    found = data_file_statistics_from_parquet_metadata(
        footer, compute_statistics_plan(schema, metadata.properties), parquet_path_to_id_mapping(schema)
    ).to_serialized_dict()
    names = [field.name for field in DATA_FILE_TYPE[DEFAULT_READ_VERSION].fields]
    kept = {name: getattr(before, name, None) for name in names}
    for name in _BY_COLUMN:
        kept[name] = _of_columns(found.get(name), kept[name])
    kept |= {"record_count": footer.num_rows, "file_size_in_bytes": file.stat().st_size}
    told = DataFile.from_args(**kept | {"split_offsets": found.get("split_offsets")})
    told.spec_id = before.spec_id
    return told


def _of_columns(found: Mapping[int, Any] | None, before: Mapping[int, Any] | None) -> dict[int, Any] | None:
    if before is None:
        return None
    return {column: value for column, value in (found or {}).items() if column in before}


def _require_true(
    mending: Mending, after: IcebergState, before: IcebergState, changed: Collection[str], gone: Collection[str]
) -> None:
    """The table names the files that are there, as they are, and is read by its library with as many rows as they have.

    Files that did not change are the very same; of the others all rows are read.
    """
    there, was = after.files(), before.files()
    rows = {inner: _rows(after.root / inner, file) for inner, file in there.items()}
    emptied = [one for one in was.keys() - there.keys() if one in gone or not _rows(after.root / one, was[one])]
    tasks = list(after.table.scan().plan_files())
    fits = (
        there.keys() | set(emptied) == was.keys()
        and all(file.record_count == rows[inner] for inner, file in there.items())
        and all(file.file_size_in_bytes == (after.root / inner).stat().st_size for inner, file in there.items())
        and sorted(after.inner(task.file.file_path) for task in tasks) == sorted(there)
        and after.snapshots == 1
    )
    wanted = [task for task in tasks if after.inner(task.file.file_path) in changed]
    if not fits or _read(after.table, wanted) != sum(count for inner, count in rows.items() if inner in changed):
        raise mending.unfit(message("why.layout.iceberg-metadata"))


def _rows(place: Path, file: Any) -> int:
    """As the file itself counts them, where it is of a kind that says so."""
    return int(pq.read_metadata(place).num_rows if file.file_format.value == "PARQUET" else file.record_count)


def _read(table: Any, tasks: Collection[Any]) -> int:
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.io.pyarrow import ArrowScan

    scan = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue())
    return sum(batch.num_rows for batch in scan.to_record_batches(tasks))
