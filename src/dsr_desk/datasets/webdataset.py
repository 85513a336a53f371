"""WebDataset shards: tar archives whose members belong to photos by their names, up to a dot."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.members import ArchiveMember, is_photo
from dsr_desk.datasets.samples import Samples
from dsr_desk.datasets.tar import TarArchive

LOOKED_AT = 64


class WebDatasetShard(TarArchive):
    """A sample is one or more photos with the members that `samples.Samples` ties to them."""

    format: ClassVar[str] = "webdataset"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """A tar in which a photo shares its key with another member, as samples do."""
        return super().recognises(path, head) and cls(path, "").has_samples()

    def has_samples(self) -> bool:
        """Whether a photo among the first members shares its key with another one, or with what is none."""
        photos: list[str] = []
        others: list[str] = []
        try:
            for member in islice(self.walk(), LOOKED_AT):
                if isinstance(member, ArchiveMember) and member.is_file:
                    (photos if is_photo(member) else others).append(member.place)
        except DeskError:
            pass
        return bool(Samples(photos, others)) or len({_key(name) for name in photos}) < len(photos)

    def follows(self) -> bool:
        """Labels and embeddings of a sample go with its last photo."""
        return True


def _key(name: str) -> str:
    """Up to the first dot of the base name, where the format lets it end."""
    folder, slash, base = name.rpartition("/")
    return folder + slash + base.partition(".")[0]
