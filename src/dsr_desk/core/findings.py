"""What search proposes and what an officer decides: candidates, reasons, decisions, hits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.items import Box, Flaw, ItemAddress, ItemKind
from dsr_desk.core.message import Message, message, without_names

EXPECTED_STRANGERS = 10.0
"""Strangers' faces that a search may show, where nobody says another number."""


class FoundBy(StrEnum):
    """What of the subject a record was found by. A mention is in a text, or in a field that is not for it."""

    IDENTIFIER = "identifier"
    NAME = "name"
    MENTION = "mention"
    CONFIRMATION = "confirmation"


class ReasonKind(StrEnum):
    FACE = "face"
    RECORD = "record"
    LINK = "link"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Reason:
    """Why an item is a candidate. `score` is a similarity from 0 to 1, higher is closer.

    `expected_strangers` (faces only) is the number of unrelated faces expected at this score or above in this
    index; None where the index is too small for a fit that can be trusted. `by` is there for records.
    """

    kind: ReasonKind
    score: float
    says: Message
    face: int | None = None
    expected_strangers: float | None = None
    linked_item: str | None = None
    by: FoundBy | None = None


@dataclass(frozen=True)
class Candidate:
    """An item that search proposes. `index` names the index that holds it; `face` is the face compared.

    `box` is its place in the picture that the photo's file shows first, None where another picture shows it.
    `strangers` are the pictures of the file (see `faces.frames`) that show nobody but others: each of their faces was
    compared, and none of them is a reason. `sample` ties the items of one container that belong together, "" for none.
    """

    address: ItemAddress
    kind: ItemKind
    dataset_version: str
    index: str
    reasons: tuple[Reason, ...]
    face: int | None = None
    box: Box | None = None
    quality: tuple[Flaw, ...] = ()
    strangers: tuple[int, ...] = ()
    sample: str = ""

    @property
    def id(self) -> str:
        return self.address.id

    @property
    def best_score(self) -> float:
        return max((reason.score for reason in self.reasons), default=0.0)


@dataclass(frozen=True)
class ExpectedMisses:
    """What part of the person's photos that are in the indexes, with a face found, scores below the line.

    `share` is from 0 to 1, and for nine people in ten it lies between `lowest` and `highest`. `listed` estimates how
    many of the listed faces are the person's, None where no expectation of strangers is trusted.
    """

    share: float
    lowest: float
    highest: float
    listed: float | None = None

    def count(self, listed: float) -> tuple[int, int, int]:
        """How many photos that is, and bounds, where so many were listed."""
        least, middle, most = (listed * part / max(1 - part, 0.01) for part in (self.lowest, self.share, self.highest))
        return round(middle), math.floor(least), math.ceil(most)


@dataclass(frozen=True)
class Pile:
    """What is to be reviewed: all faces below `expected_strangers`, plus all records, links and duplicates.

    `lowest` gives for each index the score down to which the references' faces are in it. `misses` is None where no
    face was compared, or nobody measured how the engine's scores spread within a person.
    """

    expected_strangers: float
    count: int
    lowest: tuple[tuple[str, float], ...] = ()
    misses: ExpectedMisses | None = None


_IN_CONTAINERS = ("gap.unread.inside", "gap.unread.many")


@dataclass(frozen=True)
class Gap:
    """A part of the scope that was not looked at, and why; `count` photos, records or items where that is known.

    Of places that were not read, and that an officer may declare to hold no personal data, `kind` says what they are,
    `dataset_version` of what they are a part, and `places` names a few of them.
    """

    what: Message
    why: Message
    count: int | None = None
    kind: Message | None = None
    dataset_version: str = ""
    places: tuple[str, ...] = ()

    @property
    def in_containers(self) -> bool:
        """Whether reading the containers again tells it anew, as they are then."""
        return self.what.code in _IN_CONTAINERS

    @property
    def unnamed(self) -> Gap:
        """The gap with the number of names in place of a list of them: what files are called stays in the house."""
        kind = without_names(self.kind) if self.kind is not None else None
        return Gap(without_names(self.what), without_names(self.why), self.count, kind, self.dataset_version)

    @property
    def says(self) -> Message:
        """All of it in one sentence."""
        if self.count is None:
            return message("gap.says", what=self.what, why=self.why)
        return message("gap.says.counted", what=self.what, why=self.why, count=self.count)


@dataclass(frozen=True)
class Declared:
    """Places that were not read, of a kind of which an officer declared that it holds no personal data.

    `entry` is the place of that act in the log, `officer` a name, `declared` its UTC time.
    """

    gap: Gap
    officer: str
    declared: str
    because: str
    entry: int

    @property
    def says(self) -> Message:
        return message(
            "declared.harmless",
            what=self.gap.what,
            count=self.gap.count or 0,
            officer=self.officer,
            day=self.declared,
            because=self.because,
        )

    @property
    def stated(self) -> Message:
        """The same without a name, as a statement has it."""
        kind, count = self.gap.kind or self.gap.what, self.gap.count or 0
        return message("statement.harmless", kind=kind, count=count, day=self.declared, because=self.because)


def kind_code(kind: Message) -> str:
    """What an act calls a kind of content: its values may be names. The same in every vault."""
    return digest_of([kind.code, [[name, str(value)] for name, value in sorted(kind.values.items())]])[:32]


def places_not_read(gaps: Iterable[Gap]) -> int:
    """How many places of containers these gaps are, each once."""
    return sum(gap.count or 0 for gap in dict.fromkeys(gaps) if gap.kind is not None)


@dataclass(frozen=True)
class SearchResult:
    """What one search returned. Never "nothing found" where something failed: see `gaps`.

    `declared` is what was not read and is no gap, since an officer answers for it.
    """

    candidates: tuple[Candidate, ...]
    pile: Pile
    gaps: tuple[Gap, ...]
    compared_faces: int
    compared_records: int
    statement: tuple[Message, ...]
    complete: bool = True
    engine: str = ""
    indexes: tuple[str, ...] = ()
    declared: tuple[Declared, ...] = ()


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Decision:
    """An officer's word on one candidate, kept by address so that it survives indexing again."""

    case: str
    address: ItemAddress
    face: int | None
    verdict: Verdict
    officer: str
    decided: str
    reason: str = ""


@dataclass(frozen=True)
class Hit:
    """A candidate that an officer decided to be the same person."""

    candidate: Candidate
    decision: Decision

    @property
    def address(self) -> ItemAddress:
        return self.candidate.address


@dataclass(frozen=True)
class Identifiers:
    """What the subject is known by. Values as they were given; search normalises them."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    user_names: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    dates_of_birth: tuple[str, ...] = ()
    addresses: tuple[str, ...] = field(default=())

    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__dataclass_fields__)
