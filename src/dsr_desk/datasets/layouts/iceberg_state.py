"""What an Iceberg table says of itself: its newest metadata file, the snapshot in use and the files in it.

Read with pyiceberg. Places are said in full in there, as the table lay when it was written; what lies below the place
of the table is looked up below the folder at hand instead, so that a copy or a new tree is read like the table itself.
The format is the table specification of the Apache Iceberg project.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from dsr_desk.core.message import Message, message

METADATA = "metadata"
HINT = "version-hint.text"
VERSIONS = (1, 2)
"""Of the format, which are written here."""

_NAME = re.compile(r"(?:v(\d+)|(\d+)-[0-9a-fA-F-]+)(?:\.gz)?\.metadata\.json(?:\.gz)?")


class NotUnderstood(Exception):
    """The table is none that is brought in line here; the argument is the reason as a message."""

    @property
    def why(self) -> Message:
        why: Message = self.args[0]
        return why


@dataclass(frozen=True)
class IcebergState:
    """A table at a folder. `table` is pyiceberg's, `said` the metadata as they are stored, `file` their name."""

    root: Path
    file: str
    said: Mapping[str, Any]
    table: Any
    entries: tuple[tuple[Any, tuple[Any, ...]], ...]
    """Manifests of the snapshot in use, each with the data files in it (`pyiceberg.manifest.ManifestEntry`)."""

    @property
    def location(self) -> str:
        return str(self.said["location"]).rstrip("/")

    @property
    def snapshots(self) -> int:
        return len(self.said.get("snapshots") or ())

    @property
    def is_at_home(self) -> bool:
        """Whether the table lies where its metadata say."""
        parts = urlsplit(self.location)
        return parts.scheme in ("", "file") and Path(parts.path).resolve() == self.root.resolve()

    def inner(self, said: str) -> str:
        """The path below the table of a place that is said in full. Raises NotUnderstood."""
        return below_location(self.location, said)

    def files(self) -> dict[str, Any]:
        """Data files in use by their paths below the table."""
        return {self.inner(entry.data_file.file_path): entry.data_file for _, held in self.entries for entry in held}


def below_location(location: str, said: str) -> str:
    """Raises NotUnderstood for what does not lie below the place of a table."""
    inner = said.removeprefix(f"{location}/")
    if inner == said or ".." in PurePosixPath(inner).parts:
        raise NotUnderstood(message("why.layout.iceberg-outside"))
    return inner


def metadata_files(names: frozenset[str]) -> list[str]:
    return sorted(name for name in names if name.endswith((".metadata.json", ".metadata.json.gz")))


def newest(folder: Path) -> str:
    """The metadata file with the highest number. Raises NotUnderstood where that is not one, or the hint says another.

    Numbers are what engines tell versions by; which one a catalog points to stands in the catalog alone.
    """
    numbers: dict[int, list[str]] = {}
    for name in metadata_files(frozenset(child.name for child in folder.iterdir())):
        found = _NAME.fullmatch(name)
        numbers.setdefault(int(found[1] or found[2]) if found else -1, []).append(name)
    highest = max(numbers, default=0)
    last = numbers.get(highest, [])
    hint = (folder / HINT).read_text("utf-8").strip() if (folder / HINT).exists() else ""
    clear = len(last) == 1 and -1 not in numbers
    if not clear or (hint and hint not in (str(highest), last[0], last[0].partition(".")[0])):
        raise NotUnderstood(message("why.layout.iceberg-pointer"))
    return last[0]


def stored_metadata(place: Path) -> dict[str, Any]:
    data = place.read_bytes()
    said: dict[str, Any] = json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    return said


def state_of(root: Path) -> IcebergState:
    """Raises NotUnderstood, OSError."""
    file = newest(root / METADATA)
    try:
        said = stored_metadata(root / METADATA / file)
        version = said["format-version"]
        if version not in VERSIONS:
            raise NotUnderstood(message("why.layout.iceberg-version", version=version))
        table = opened(root, file, said)
        return IcebergState(root, file, said, table, _entries(table))
    except (NotUnderstood, OSError):
        raise
    except Exception as error:  # whatever the library raises for what it cannot read
        raise NotUnderstood(message("why.layout.iceberg-metadata")) from error


def opened(root: Path, file: str, said: Mapping[str, Any]) -> Any:
    """The table as pyiceberg has it, with all that it says to be below its place read from the folder `root`."""
    from pyiceberg.catalog.noop import NoopCatalog
    from pyiceberg.table import StaticTable
    from pyiceberg.table.metadata import TableMetadataUtil

    location = str(said["location"]).rstrip("/")
    metadata = TableMetadataUtil.parse_obj(dict(said))
    # Not by the table's own settings, which name the code that reads it.
    io = _files_below(root, location)
    place = f"{location}/{METADATA}/{file}"
    return StaticTable(("table",), metadata, place, io, NoopCatalog("none"))


def _files_below(root: Path, location: str) -> Any:
    from pyarrow.fs import LocalFileSystem
    from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

    class Below(PyArrowFileIO):  # type: ignore[misc]  # pyiceberg is optional
        def new_input(self, location_said: str) -> Any:
            path = str(root / below_location(location, location_said))
            return PyArrowFile(location=location_said, path=path, fs=LocalFileSystem())

        new_output = new_input

    return Below()


def _entries(table: Any) -> tuple[tuple[Any, tuple[Any, ...]], ...]:
    """Raises NotUnderstood where rows are deleted by files of deletes."""
    from pyiceberg.manifest import ManifestContent

    snapshot = table.current_snapshot()
    held = []
    for manifest in snapshot.manifests(table.io) if snapshot is not None else ():
        entries = tuple(manifest.fetch_manifest_entry(table.io, discard_deleted=True))
        if entries and manifest.content != ManifestContent.DATA:
            raise NotUnderstood(message("why.layout.iceberg-deletes"))
        if entries:
            held.append((manifest, entries))
    return tuple(held)
