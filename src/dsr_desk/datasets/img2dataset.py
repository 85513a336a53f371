"""Shards of img2dataset: WebDataset shards of rewritten photos, with a table of their metadata beside."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import astuple, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Accounts, ContainerEntry, Doomed, Listed, Unread, items_of
from dsr_desk.datasets.erasing import Rewritten, file_digest
from dsr_desk.datasets.file_container import state_of
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.parquet import ParquetTable
from dsr_desk.datasets.records import SAMPLE_FIELDS, orientation_beside, orientation_in
from dsr_desk.datasets.webdataset import LOOKED_AT, WebDatasetShard


class Img2DatasetShard(WebDatasetShard):
    """A sample's row in the Parquet file of the same stem is a record of its own, called `00000.parquet/KEY`.

    That row, or the sample's JSON, says how the photo was held. Rows of photos that could not be fetched are records
    too. Shard and table are rewritten one after the other; a run that was killed between them is finished by the next.
    """

    format: ClassVar[str] = "img2dataset"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """A shard whose samples' JSON has the fields that img2dataset writes."""
        return super().recognises(path, head) and cls(path, "").has_its_fields()

    def has_its_fields(self) -> bool:
        try:
            records = [entry.record for entry in islice(items_of(super().listing()), LOOKED_AT) if entry.record]
        except DeskError:
            return False
        return any(record.keys() >= SAMPLE_FIELDS for record in records)

    def companions(self) -> Collection[Path]:
        counts = self.path.with_name(f"{self.path.stem}_stats.json")
        return (counts, self._table_path) if self._table else (counts,)

    def beside(self) -> Collection[Path]:
        return (self._table_path,)

    def belongings(self) -> Collection[Path]:
        return (*super().belongings(), self.path.with_name(f"{self.path.stem}_stats.json"))

    def listing(self) -> Iterator[Listed]:
        accounts: list[Accounts] = []
        for one in super().listing():
            if isinstance(one, Accounts):
                accounts.append(one)
                continue
            if isinstance(one, ContainerEntry) and one.kind is ItemKind.PHOTO:
                one = replace(one, orientation=self.orientations.get(_key(one.group)))
            yield one
        for one in self._table.listing() if self._table is not None else ():
            if isinstance(one, Accounts):
                accounts.append(one)
            elif isinstance(one, Unread):
                yield replace(one, place=self._row_prefix + one.place)
            else:
                key = safe_name((one.record or {}).get("key", ""))
                yield replace(one, member=self._row_prefix + key, group=key)
        if len(accounts) == 1 + (self._table is not None):
            yield Accounts(*map(sum, zip(*map(astuple, accounts), strict=True)))

    def inventory(self) -> Iterator[Listed]:
        """See `FileContainer.inventory`: the table says more of each photo."""
        return self.listing()

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        if self._table is not None and member.startswith(self._row_prefix):
            return self._table.read("", digest, occurrence, hint)
        return super().read(member, digest, occurrence, hint)

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:
        """See `FileContainer.rewrite`."""
        if self._table is None:
            return super().rewrite(doomed, work)
        rows = {replace(one, member=""): one for one in doomed if one.member.startswith(self._row_prefix)}
        table = self._table.rewrite(rows, work)
        shard = WebDatasetShard(self.path, self.name).rewrite([one for one in doomed if one not in rows.values()], work)
        return Rewritten(
            kept=shard.kept + table.kept,
            erased=(*shard.erased, *(rows[one] for one in table.erased)),
            missing=(*shard.missing, *(rows[one] for one in table.missing)),
            files=(*table.files, *shard.files),
            notes=tuple(dict.fromkeys((*shard.notes, *table.notes))),
        )

    def digest(self) -> str:
        """Over shard and table, where there is one."""
        shard = super().digest()
        return sha256_hex(f"{shard} {file_digest(self._table_path)}".encode()) if self._has_table else shard

    def fingerprint(self) -> str:
        return f"{super().fingerprint()} {state_of(self._table_path)}" if self._has_table else super().fingerprint()

    @cached_property
    def orientations(self) -> dict[str, int]:
        """EXIF orientation by key, for the photos that were not upright."""
        try:
            with pq.ParquetFile(self._table_path) as file:
                if {"key", "exif"} <= set(file.schema_arrow.names):
                    rows = file.read(columns=["key", "exif"], use_threads=False).to_pylist()
                    return _turned((str(row["key"]), orientation_in(row["exif"])) for row in rows)
        except (OSError, pa.ArrowException):
            pass
        try:
            return _turned(self._from_samples())
        except DeskError:
            return {}

    @property
    def _table_path(self) -> Path:
        return self.path.with_suffix(".parquet")

    @property
    def _has_table(self) -> bool:
        return self._table_path.is_file()

    @property
    def _row_prefix(self) -> str:
        return f"{safe_name(self._table_path.name)}/"

    @cached_property
    def _table(self) -> ParquetTable | None:
        """The table beside, if it tells of samples."""
        try:
            with pq.ParquetFile(self._table_path) as file:
                there = "key" in file.schema_arrow.names
        except OSError:
            there = False
        except pa.ArrowException:
            there = True
        return ParquetTable(self._table_path, self.name) if there else None

    def _from_samples(self) -> Iterator[tuple[str, int | None]]:
        for entry in items_of(super().listing()):
            if entry.record is not None and entry.member.endswith(".json"):
                yield _key(entry.group), orientation_beside(entry.read())


def _key(group: str) -> str:
    return group.rpartition("/")[2]


def _turned(found: Iterator[tuple[str, int | None]]) -> dict[str, int]:
    return {key: turn for key, turn in found if turn is not None and turn != 1}
