"""Shards of img2dataset: WebDataset shards of rewritten photos; only a text beside says how they were held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Entry
from dsr_desk.datasets.orientation import orientation_in
from dsr_desk.datasets.webdataset import LOOKED_AT, WebDatasetShard


class Img2DatasetShard(WebDatasetShard):
    """The orientation comes from the `exif` column of the Parquet file of the same stem, or from a sample's JSON."""

    format: ClassVar[str] = "img2dataset"
    title: ClassVar[str] = "img2dataset shard"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """A shard whose samples' JSON has the fields that img2dataset writes."""
        return super().recognises(path, head) and cls(path, "").has_its_fields()

    def has_its_fields(self) -> bool:
        try:
            records = [entry.record for entry in islice(super().entries(), LOOKED_AT) if entry.record]
        except DeskError:
            return False
        return any({"key", "status"} <= set(record) for record in records)

    def entries(self) -> Iterator[Entry]:
        for entry in super().entries():
            if entry.kind is ItemKind.PHOTO:
                entry = replace(entry, orientation=self.orientations.get(entry.group.rpartition("/")[2]))
            yield entry

    @cached_property
    def orientations(self) -> dict[str, int]:
        """EXIF orientation by key, for the photos that were not upright."""
        beside = self.path.with_suffix(".parquet")
        try:
            with pq.ParquetFile(beside) as file:
                if {"key", "exif"} <= set(file.schema_arrow.names):
                    rows = file.read(columns=["key", "exif"], use_threads=False).to_pylist()
                    return _turned((str(row["key"]), row["exif"]) for row in rows)
        except (OSError, pa.ArrowException):
            pass
        try:
            return _turned(self._exif_in_samples())
        except DeskError:
            return {}

    def _exif_in_samples(self) -> Iterator[tuple[str, str | None]]:
        for entry in super().entries():
            if entry.record is not None and entry.member.endswith(".json"):
                exif = json.loads(entry.read()).get("exif")
                yield entry.group.rpartition("/")[2], exif if isinstance(exif, str) else json.dumps(exif)


def _turned(exif: Iterator[tuple[str, str | None]]) -> dict[str, int]:
    found = ((key, orientation_in(text)) for key, text in exif)
    return {key: turn for key, turn in found if turn is not None and turn != 1}
