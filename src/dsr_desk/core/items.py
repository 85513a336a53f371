"""Datasets, items and faces: what a container holds and how one thing in it is named for good."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from dsr_desk.core.canonical import spelled


class ItemKind(StrEnum):
    PHOTO = "photo"
    RECORD = "record"


class LedgerClass(StrEnum):
    """Where a photo ends up: exactly one class, and the counts sum to the photos read."""

    FACES = "faces"
    NO_FACE = "no_face_found"
    NOT_COMPARABLE = "not_comparable"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    SKIPPED = "skipped"
    CRASHED = "crashed"
    LISTED = "listed"


class Flaw(StrEnum):
    """What stands in the way of comparing a face."""

    SMALL = "small-face"
    BLURRED = "blurred"
    TURNED = "turned-away"
    DARK = "too-dark"
    BRIGHT = "too-bright"


class ColumnKind(StrEnum):
    """What a column holds, as far as search cares."""

    NAME = "name"
    EMAIL = "e-mail"
    PHONE = "phone"
    USER_NAME = "user name"
    ACCOUNT_ID = "account id"
    ADDRESS = "address"
    DATE_OF_BIRTH = "date of birth"
    FREE_TEXT = "free text"
    PHOTO_REFERENCE = "photo reference"
    OTHER = "other"


@dataclass(frozen=True)
class ItemAddress:
    """Where an item lies and what it is; stable when a dataset is indexed again.

    `container` is the container's name inside the dataset, `member` the path inside the container ("" for a row of
    a table), `digest` the SHA-256 (hex) of the stored bytes, `occurrence` counts from 0 over items that are alike
    in all of these. Row numbers are no part of it.
    """

    dataset: str
    container: str
    member: str
    digest: str
    occurrence: int = 0

    @cached_property
    def id(self) -> str:
        """32 hex digits."""
        return address_of(self.dataset, self.container, self.member, self.digest, self.occurrence).hex()

    @property
    def place(self) -> str:
        """For people: container and member."""
        return f"{self.container} › {self.member}" if self.member else self.container


ADDRESS = 16
"""Bytes of an item's id."""


def address_of(dataset: str, container: str, member: str, digest: str, occurrence: int) -> bytes:
    """The id of an `ItemAddress` as 16 bytes: the beginning of the SHA-256 over its canonical JSON."""
    return sha256(spelled([dataset, container, member, digest, occurrence])).digest()[:ADDRESS]


@dataclass(frozen=True)
class DatasetVersion:
    """A body of training data at one point in time. What nobody knows is "unknown", and reports say so."""

    name: str
    version: str
    source: str = "unknown"
    collected: str = "unknown"
    supplier: str = "unknown"
    legal_basis: str = "unknown"
    purposes: str = "unknown"
    retention: str = "unknown"
    data_recipients: str = "unknown"
    responsible: str = "unknown"
    other_places: str = "unknown"
    derived_from: str = ""

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"


def recipients_in(text: str) -> tuple[str, ...] | None:
    """Who got data, or a model: names with semicolons or line ends between them; none for "none", None for unknown."""
    names = tuple(dict.fromkeys(name for one in text.replace("\n", ";").split(";") if (name := one.strip())))
    if not names or [name.casefold() for name in names] == ["unknown"]:
        return None
    return () if [name.casefold() for name in names] == ["none"] else names


IDENTITY = ("name", "version")
FACTS = tuple(field.name for field in fields(DatasetVersion) if field.name not in (*IDENTITY, "derived_from"))
"""The fields of `DatasetVersion` that may be unknown, and be corrected later, in the order of a form."""


@dataclass(frozen=True)
class Box:
    """A face's place in pixels of the upright photo: left and top inside, right and bottom outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)
