"""WebDataset shards: tar archives whose members share a key up to the first dot of the base name."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets import gzipped
from dsr_desk.datasets.tar import TarArchive

LOOKED_AT = 64


class WebDatasetShard(TarArchive):
    """A sample is all members of one key; several photos may share it, `.json` and `.txt` are its records."""

    format: ClassVar[str] = "webdataset"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """A tar in which a photo shares its key with another member, as samples do."""
        return super().recognises(path, head) and cls(path, "").has_samples()

    def has_samples(self) -> bool:
        """Whether a photo among the first members shares its key with a neighbour."""
        members: dict[str, int] = {}
        with_photo: set[str] = set()
        try:
            with gzipped.opened(self.path) as file:
                for member in islice(self._members(file), LOOKED_AT):
                    if not member.info.isreg():
                        continue
                    key = self.group_of(member.name)
                    members[key] = members.get(key, 0) + 1
                    if member.kind is ItemKind.PHOTO:
                        with_photo.add(key)
        except DeskError:
            return any(members[key] > 1 for key in with_photo)
        return any(members[key] > 1 for key in with_photo)

    def group_of(self, name: str) -> str:
        folder, slash, base = name.rpartition("/")
        return folder + slash + base.partition(".")[0]

    def leaves_with(self, name: str, lost_groups: Collection[str]) -> bool:
        """Labels, captions and embeddings of a sample go with its last photo."""
        return self.group_of(name) in lost_groups
