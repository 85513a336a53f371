"""Lance datasets: a folder of files that its own library reads and writes, with every version that was not removed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.arrow_metadata import metadata_in
from dsr_desk.datasets.arrow_values import bounded
from dsr_desk.datasets.beside_rows import Said
from dsr_desk.datasets.columnar import ColumnarFile, ColumnSource, Group, Target
from dsr_desk.datasets.columns import Columns
from dsr_desk.datasets.container import Accounts, Doomed, Listed, Unread
from dsr_desk.datasets.erasing import Rewritten
from dsr_desk.datasets.folder import FolderOfPhotos

BATCH_ROWS = 1024


class LanceDataset(ColumnarFile):
    """Its rows are those of the present version. What older versions and deleted rows hold is named."""

    format: ClassVar[str] = "lance"
    needs: ClassVar[str] = "lance"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """It is a folder, which `layouts` recognise."""
        return False

    @contextmanager
    def opened(self) -> Iterator[_Dataset]:
        try:
            yield _Dataset(self.path)
        except (OSError, ValueError, RuntimeError, pa.ArrowException) as error:
            if isinstance(error, DeskError):
                raise
            raise self.damaged("why.lance.unreadable") from error

    @contextmanager
    def writing(self, target: Path, source: ColumnSource) -> Iterator[Target]:
        raise NotImplementedError("a dataset is written anew by `rewrite_in`")

    def listing(self) -> Iterator[Listed]:
        with self.opened() as source:
            hidden = list(source.hidden())
        for one in super().listing():
            if isinstance(one, Accounts):
                count = sum(place.count for place in hidden)
                yield from hidden
                yield Accounts(one.own + count, one.items, one.texts, one.labels, one.opened, one.unread + count)
            else:
                yield one

    def foreseen(self) -> list[Message]:
        """What writing it anew changes beside the rows."""
        with self.opened() as source:
            return [message("note.layout.lance", versions=source.versions, indexes=source.indexes)]

    def hindrance(self) -> Message | None:
        """Why it cannot be written anew, None where it can."""
        with self.opened() as source:
            return message("why.layout.lance-tags") if source.has_tags else None

    def rewrite_in(self, tree: Path, doomed: Collection[Doomed]) -> Rewritten:
        """Writes the rows that stay as a new version into the copy at `tree`, and removes all others there."""
        resolution = self.resolved(doomed)
        if not resolution.changes:
            return Rewritten(resolution.kept, (), resolution.missing)
        notes = self.foreseen()
        with self.opened() as source:
            tables = self._after(source, resolution.changes)
            batches = (batch for table in tables for batch in table.to_batches())
            source.write(tree, pa.RecordBatchReader.from_batches(source.schema, batches))
        self.verify(tree, resolution)
        with LanceDataset(tree, self.name).opened() as new:
            if list(new.hidden()):
                raise self.damaged("why.lance.unreadable")
        return Rewritten(resolution.kept, resolution.found, resolution.missing, (), tuple(notes))

    def digest(self) -> str:
        """Over names, sizes and times of its files, none of which is ever written to again."""
        return FolderOfPhotos(self.path, self.name).digest()

    def fingerprint(self) -> str:
        return self.digest()


class _Dataset:
    """See `columnar.Source`."""

    def __init__(self, path: Path) -> None:
        import lance

        self._dataset: Any = lance.dataset(str(path))
        self.schema: pa.Schema = self._dataset.schema

    @property
    def said(self) -> list[Said]:
        return metadata_in(self.schema)

    @property
    def own(self) -> int:
        return int(self._dataset.count_rows()) * len(Columns(self.schema).leaves)

    @property
    def versions(self) -> int:
        """Older ones, which can still be opened."""
        return len(self._dataset.versions()) - 1

    @property
    def indexes(self) -> int:
        return len(self._dataset.describe_indices())

    @property
    def has_tags(self) -> bool:
        return bool(self._dataset.tags.list())

    def hidden(self) -> Iterator[Unread]:
        """What is stored and is no row of the present version."""
        if self.versions:
            yield Unread("", message("kind.old-version"), message("why.lance.versions"), self.versions)
        deleted = sum(int(fragment.num_deletions) for fragment in self._dataset.get_fragments())
        if deleted:
            yield Unread("", message("kind.deleted-rows"), message("why.lance.deleted"), deleted)

    def groups(self) -> Iterator[Group]:
        for fragment in self._dataset.get_fragments():
            yield Group(int(fragment.count_rows()), partial(self._batches, fragment))

    def write(self, place: Path, rows: pa.RecordBatchReader) -> None:
        import lance

        version = self._dataset.data_storage_version
        lance.write_dataset(rows, str(place), mode="overwrite", data_storage_version=version)
        lance.dataset(str(place)).cleanup_old_versions(older_than=timedelta(0), delete_unverified=True)

    def _batches(self, fragment: Any) -> Iterator[pa.RecordBatch]:
        for batch in fragment.to_batches(batch_size=BATCH_ROWS):
            yield from bounded(batch)
