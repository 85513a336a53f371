"""The sample organisation of drawn people, shipped as files: where it lies, a copy of it, its truth.

The laboratory draws it (`make sample`). A case changes data, so each works on a copy, whose letters are of these days.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path

import dsr_desk
from dsr_desk.core import codec
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import Box, DatasetVersion, ItemAddress

CONTENTS = "sample.json"
LETTER_SENT = datetime(2024, 11, 4, 8, 41, tzinfo=UTC)
"""When the letters were sent, as shipped."""

_PACKAGE = Path(dsr_desk.__file__).parent
PLACES = (_PACKAGE / "sample", _PACKAGE.parents[1] / "assets" / "sample")
"""Where an installed program has it, and a checkout."""


class SampleMissing(DeskError):
    code = "SAMPLE-MISSING"
    happened = "The sample organisation was not installed: it is not in {folder}."
    means = "The demo and the sample case cannot be shown. Vaults and cases are not concerned."
    todo = "Install this program again; in a checkout, draw the sample with make sample."


@dataclass(frozen=True)
class SampleContents:
    """What `sample.json` says of a sample."""

    people: int
    photos: int
    records: int
    datasets: tuple[DatasetVersion, ...]


@dataclass(frozen=True)
class SampleDataset:
    """A dataset version of the sample with the paths that an index of it is built from."""

    version: DatasetVersion
    sources: tuple[Path, ...]


@dataclass(frozen=True)
class Sample:
    """Where everything of the sample lies."""

    folder: Path
    contents: SampleContents

    @classmethod
    def at(cls, folder: Path) -> Sample:
        """The sample in that folder. Raises OSError."""
        return cls(folder, codec.from_text((folder / CONTENTS).read_text(encoding="utf-8"), SampleContents))

    @property
    def datasets(self) -> tuple[SampleDataset, ...]:
        data = self.folder / "datasets"
        return tuple(SampleDataset(version, (data / version.name,)) for version in self.contents.datasets)

    @property
    def lineage(self) -> tuple[Path, ...]:
        """What the organisation's systems recorded: four formats and a table by hand."""
        folder = self.folder / "lineage"
        names = ("mlflow.db", "openlineage.ndjson", "app.cdx.json", "deployments.csv")
        return (*(folder / name for name in names), *sorted((folder / "cards").iterdir()))

    @property
    def letter(self) -> Path:
        return self.folder / "request" / "letter.eml"

    @property
    def letter_german(self) -> Path:
        """The same request in German."""
        return self.folder / "request" / "brief.eml"

    @property
    def truth(self) -> Path:
        return self.folder / "truth.json"


def copy_sample(to: Path, today: date | None = None) -> Sample:
    """Copies the shipped sample into a new folder. Raises SampleMissing."""
    shipped = next((folder for folder in PLACES if (folder / CONTENTS).is_file()), None)
    if shipped is None:
        raise SampleMissing(folder=PLACES[0])
    # Not copytree: it hands on the rights of the shipped folders, which everybody may read.
    to.mkdir(parents=True)
    for found in sorted(shipped.rglob("*")):
        copy = to / found.relative_to(shipped)
        if found.is_dir():
            copy.mkdir()
        else:
            shutil.copyfile(found, copy)
    sample = Sample.at(to)
    date_letters(sample, (today or date.today()) - timedelta(3))
    return sample


def date_letters(sample: Sample, day: date) -> None:
    """Makes the letters of a drawn sample letters of that day."""
    sent = datetime.combine(day, time(LETTER_SENT.hour, LETTER_SENT.minute), UTC)
    for letter in (sample.letter, sample.letter_german):
        drawn = letter.read_bytes()
        letter.write_bytes(drawn.replace(format_datetime(LETTER_SENT).encode(), format_datetime(sent).encode()))


@dataclass(frozen=True)
class FaceThere:
    """A drawn face: person, middle between the eyes and half the face's width, in pixels of the stored photo."""

    person: int
    x: int
    y: int
    half: int

    def in_box(self, box: Box) -> bool:
        """Whether the box is about this face: the middle of the eyes lies in it."""
        return box.left <= self.x < box.right and box.top <= self.y < box.bottom


@dataclass(frozen=True)
class TrueItem:
    """One item and who is in it (photo) or whom it is about (record). `hard` says why a face in it may be missed."""

    container: str
    member: str
    digest: str
    people: tuple[int, ...]
    is_photo: bool
    hard: str = ""
    faces: tuple[FaceThere, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.container, self.member, self.digest

    @property
    def place(self) -> str:
        return f"{self.container} › {self.member}" if self.member else self.container


@dataclass(frozen=True)
class Missed:
    """An item of the subject that was not proposed, and what makes it hard ("" where nothing does)."""

    place: str
    is_photo: bool
    hard: str


@dataclass(frozen=True)
class Comparison:
    """Counts against the truth. `wrongly_proposed` are items of other people or of nobody among the proposed."""

    photos: int
    photos_found: int
    records: int
    records_found: int
    missed: tuple[Missed, ...]
    wrongly_proposed: int
    unknown: int

    @property
    def statement(self) -> str:
        """One sentence for people."""
        hard = sum(bool(one.hard) for one in self.missed)
        hard_said = f" ({hard} of them made hard on purpose)" if hard else ""
        return (
            f"Of {self.photos} photos and {self.records} records of the subject, {self.photos_found} and "
            f"{self.records_found} were found; {len(self.missed)} were missed{hard_said}; "
            f"{self.wrongly_proposed} items of others were among the proposed."
        )


@dataclass(frozen=True)
class Truth:
    """Whose photos and records the sample holds. `person` is the subject's number in `people` (names)."""

    subject: str
    people: tuple[str, ...]
    person: int
    items: tuple[TrueItem, ...]

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Reads `truth.json` of a sample."""
        return codec.from_text(path.read_text(encoding="utf-8"), cls)

    def of_subject(self) -> tuple[TrueItem, ...]:
        """All items that show or name the subject."""
        return tuple(item for item in self.items if self.person in item.people)

    def item_at(self, address: ItemAddress) -> TrueItem | None:
        """The true item at an address, None where the sample made no such item."""
        return self._by_key().get((address.container, address.member, address.digest))

    def verdict(self, candidate: Candidate) -> Verdict:
        """What an officer who knew the truth would decide. For a face with a box, that face alone counts."""
        item = self.item_at(candidate.address)
        if item is None or self.person not in item.people:
            return Verdict.DIFFERENT
        if candidate.box is None or not item.faces:
            return Verdict.SAME
        mine = [face for face in item.faces if face.person == self.person]
        return Verdict.SAME if any(face.in_box(candidate.box) for face in mine) else Verdict.DIFFERENT

    def compare(self, proposed: Iterable[ItemAddress]) -> Comparison:
        """Counts over items, each once."""
        known = self._by_key()
        keys = {(address.container, address.member, address.digest) for address in proposed}
        mine = self.of_subject()
        missed = tuple(Missed(item.place, item.is_photo, item.hard) for item in mine if item.key not in keys)
        photos = [item for item in mine if item.is_photo]
        records = [item for item in mine if not item.is_photo]
        wrong = [key for key in keys if key in known and self.person not in known[key].people]
        return Comparison(
            photos=len(photos),
            photos_found=sum(item.key in keys for item in photos),
            records=len(records),
            records_found=sum(item.key in keys for item in records),
            missed=missed,
            wrongly_proposed=len(wrong),
            unknown=sum(key not in known for key in keys),
        )

    def _by_key(self) -> dict[tuple[str, str, str], TrueItem]:
        return {item.key: item for item in self.items}
