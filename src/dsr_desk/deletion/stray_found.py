"""What sweeps of disks find, and what they say of what they looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from dsr_desk.core.findings import Gap
from dsr_desk.core.message import Message, message
from dsr_desk.core.strays import StrayBy
from dsr_desk.datasets.model_files import ModelFile
from dsr_desk.datasets.names import inside, safe_name
from dsr_desk.datasets.sniff import named_like_record
from dsr_desk.deletion.stray_walk import is_below
from dsr_desk.deletion.sweep import EXAMPLES


@dataclass(frozen=True)
class Stray:
    """Something that was found. `place` is the path of a file, or of a folder in which there are very many.

    `digest` tells it from whatever else may come to lie there; `file` is SHA-256 of the file as it was read, "" for a
    folder. `count` items or members were found in it, of which `inside` names some. `name` is the model's, `model` what
    its file says. `device` is the file system's number. `sought` says for a folder what was looked for.
    """

    place: str
    how: StrayBy
    digest: str
    file: str = ""
    device: int = 0
    count: int = 1
    size: int = 0
    inside: tuple[str, ...] = ()
    name: str = ""
    model: ModelFile | None = None
    sought: str = ""

    @property
    def key(self) -> str:
        """What a case knows it by."""
        return f"{self.place}\n{self.how.value}\n{self.digest}"

    @property
    def says(self) -> Message:
        """What is there, and by what it was found."""
        file = self.model or ModelFile("")
        return message(
            f"stray.{self.how.value}",
            count=self.count,
            name=self.name,
            format=file.format,
            tensors=file.tensors,
            bytes=self.size,
        )

    @property
    def shown(self) -> str:
        """Where it is, for people; a few of the places inside."""
        return inside(safe_name(self.place), self.inside[0]) if len(self.inside) == 1 else safe_name(self.place)


@dataclass
class StraySweep:
    """What a sweep found and what it looked at. `not_looked` with a `kind` are places that no reader understands.

    `gone` are earlier findings that are not there any more. `registered` counts what lies where the vault knows it to
    lie, which deletions and reading back are about; `models` the files of models that were met.
    """

    roots: tuple[str, ...]
    found: list[Stray] = field(default_factory=list)
    gone: list[Stray] = field(default_factory=list)
    not_looked: list[Gap] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    items: int = 0
    models: int = 0
    registered: int = 0

    @property
    def complete(self) -> bool:
        """Whether all was entered and read, as far as its formats are. What nothing is known of that would tell it,
        looks of photos and digests of models, was not looked for: `not_looked` names it."""
        return all(gap.kind is not None or gap.what.code in _NOT_SOUGHT for gap in self.not_looked)

    @property
    def counts(self) -> dict[str, int]:
        """Findings by how they were found."""
        return dict(sorted(Counter(one.how.value for one in self.found).items()))


_NOT_SOUGHT = ("gap.sweep.looks", "gap.sweep.model")


@dataclass(frozen=True)
class Home:
    """Places that the vault knows and that reading back reads: container files, and folders of loose photos.

    `with_records`: what is named like the record of a photo lies at home in such a folder too.
    """

    files: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    with_records: bool = False

    def holds(self, path: str, *, photo: bool) -> bool:
        loose = photo or (self.with_records and named_like_record(path))
        return path in self.files or (loose and any(is_below(path, folder) for folder in self.folders))


@dataclass
class Inside:
    """What was found in one container: how many, some places, and a digest over all, in whatever order they came."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    total: int = 0

    def add(self, place: str, digest: str) -> None:
        self.count += 1
        self.total = (self.total + int(digest, 16)) % (1 << 256)
        if len(self.places) < EXAMPLES:
            self.places.append(place)

    @property
    def digest(self) -> str:
        return f"{self.total:064x}"


@dataclass
class PlacesCounted:
    """So many places, of which there may be millions; a few of them by name."""

    count: int = 0
    names: dict[str, None] = field(default_factory=dict)

    def add(self, name: str, count: int = 1) -> None:
        self.count += count
        if len(self.names) < EXAMPLES:
            self.names[name] = None
