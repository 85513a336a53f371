"""The parts of what a bundle says. Conventions as in `content`, through which other rooms import these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.acts import salted_digest
from dsr_desk.core.deadlines import Deadline
from dsr_desk.core.findings import SearchResult
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import AffectedModel, DispositionKind, Learned, Observed, Planned
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import IdentityCheck, Law, Right

_SETTLED = (DispositionKind.DESTROYED, DispositionKind.RETRAINED, DispositionKind.NOT_AFFECTED)


class Relation(StrEnum):
    """What a later bundle does to an earlier one of the same case."""

    COMPLETES = "completes"
    CORRECTS = "corrects"


@dataclass(frozen=True)
class Organisation:
    """Who answers. `contact` is for the person, `authority` the supervisory authority that she may turn to."""

    name: str
    address: str = ""
    contact: str = ""
    authority: str = ""


@dataclass(frozen=True)
class CaseFile:
    """The case. `person` is how the requester is addressed and stands in the requester edition alone.

    `identity` names the officer, and not the officer's key.
    """

    ref: str
    right: Right
    law: Law
    received: str
    opened: str
    due: tuple[Deadline, ...]
    identity: IdentityCheck | None
    person: str = ""
    closed: str = ""

    @property
    def order(self) -> bool:
        """A regulator's order about a dataset or a source: no pictures, whoever receives it."""
        return self.law is Law.ORDER


@dataclass(frozen=True)
class IndexEntry:
    """A dataset version that was searched, through which index, made by which engine.

    `ledger` counts photos by class ("faces", "no_face_found", …) and sums to `photos`; `sources` are digests of what
    was read to make the index; `formats` are what people call the containers ("folder of photos").
    """

    dataset_version: str
    index: str
    generation: str
    engine: str
    built: str
    photos: int
    records: int
    faces: int
    ledger: tuple[tuple[str, int], ...] = ()
    sources: tuple[str, ...] = ()
    formats: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Search:
    """One search, with or without a hit, by an officer of that name."""

    when: str
    officer: str
    result: SearchResult
    after_deletion: bool = False
    round: int = 1


@dataclass(frozen=True)
class Review:
    """What officers looked at. `down_to_strangers` is the number of strangers expected at the lowest score reviewed
    ("1", "0.5"), as text since it is a bound and no measurement.

    `second_by_packet` and `second_in_program` count items that a second officer decided too, blind by packet or with
    the first word hidden by the program; `settled` those on which a third one had to. `one_officer` says whether the
    vault has nobody else who could look.
    """

    candidates: int
    same: int
    different: int
    unsure: int
    not_reviewed: int
    down_to_strangers: str
    deciders: tuple[str, ...]
    second_reviewers: tuple[str, ...] = ()
    second_by_packet: int = 0
    second_in_program: int = 0
    settled: int = 0
    one_officer: bool = False

    @property
    def open(self) -> int:
        """Candidates on which there is no word that counts."""
        return self.not_reviewed + self.unsure

    @property
    def second_look(self) -> list[Message]:
        """Who else looked at what was decided, and how much that is worth; names stand in what a regulator reads."""
        if self.one_officer:
            return [message("declared.second.alone")]
        counts = {"packet": self.second_by_packet, "program": self.second_in_program, "settled": self.settled}
        said = [message(f"declared.second.{how}", count=count) for how, count in counts.items() if count]
        return said or [message("declared.second.none")]


@dataclass(frozen=True)
class FaceCrop:
    """The subject's own face, cut from one photo. `origin` is the digest of the photo that it was cut from."""

    image: bytes
    origin: str
    faces_found: int


@dataclass(frozen=True)
class HitItem:
    """One photo or record of the subject. `ref` counts inside the case ("item-0001").

    `digest` is the content's SHA-256 and `salt` 32 random bytes kept in the vault: only their hash is handed out.
    `container` names a class of location that holds no personal data ("photos-000.tar"); the path inside it does
    not leave the house. `found_by` are kinds of reasons (face, record, link, duplicate). `occurrence` as in ids.
    """

    ref: str
    kind: ItemKind
    dataset_version: str
    container: str
    digest: str
    salt: bytes = field(repr=False)
    found_by: tuple[str, ...]
    decided: str
    decider: str
    crop: FaceCrop | None = None
    name: str = ""
    """The item's pseudonym in the case."""

    @property
    def salted_hash(self) -> str:
        """Of this item's digest."""
        return salted_digest(self.salt, self.digest)


@dataclass(frozen=True)
class ModelEntry:
    """An affected model, what shall become of it and what was seen. `photos` and `records` count hits in the dataset
    versions that reach it: no count of what the model learned from."""

    model: AffectedModel
    photos: int
    records: int
    planned: Planned | None = None
    observed: Observed | None = None
    key: str = ""
    """The model's pseudonym in the case."""
    standing: Mapping[str, Any] | None = None
    """Of an order: how far records bear out the word on it, as JSON."""

    @property
    def label(self) -> str:
        return self.model.node.label

    @property
    def remains(self) -> bool:
        """Whether weights that may have learned from the data are, as far as was seen, still there."""
        gone = self.observed is not None and self.observed.disposition in _SETTLED
        return self.model.learned is not Learned.MEASURED and not gone


@dataclass(frozen=True)
class Question:
    """What lineage asks an officer, with what speaks for and against it, and how many models depend on it."""

    says: Message
    evidence: tuple[Message, ...]
    against: tuple[Message, ...]
    models: int


@dataclass(frozen=True)
class ActionEntry:
    """One step of a plan as it was carried out. `ended` is "" where it was begun and never closed.

    `round` counts passes of search, review and deletion.

    `items` are references or ranges of them, as in `many.ranges`; `proofs` digests of files that came with an answer.
    """

    ref: str
    kind: ActionKind
    target: str
    items: tuple[str, ...]
    begun: str
    ended: str
    operator: str
    approver: str
    digest_before: str = ""
    digest_after: str = ""
    proofs: tuple[str, ...] = ()
    round: int = 1


@dataclass(frozen=True)
class LookEntry:
    """What was read back after the actions: of items, of a model file, or of a whole dataset version.

    `how` names the look (content hash, near-duplicate, search again, identifiers, model file). `items` are references
    or ranges of them. A `superseded` look is of an earlier round: a later one looked at all of it again, and counts.
    """

    target: Message
    how: Message
    seen: Seen
    when: str
    officer: str
    items: tuple[str, ...] = ()
    says: tuple[Message, ...] = ()
    round: int = 1
    superseded: bool = False


@dataclass(frozen=True)
class Retained:
    """What stays, on which legal ground, until when. `items` as above."""

    items: tuple[str, ...]
    ground: str
    until: str


@dataclass(frozen=True)
class Told:
    """A data recipient who was told, and the answer. `told` is "" where nobody was told yet."""

    recipient: str
    told: str
    answer: tuple[Message, ...] = ()
    answered: str = ""


@dataclass(frozen=True)
class BackupEntry:
    """A backup that still holds erased data until it is overwritten on a date."""

    name: str
    overwritten: str


@dataclass(frozen=True)
class Declarant:
    """Who declares what no computation can prove, and on what knowledge. `validator` confirmed the outcome and did not
    run it; "" in a vault with one officer, and the certificate then says so."""

    name: str
    role: Message
    basis: Message
    validator: str = ""


@dataclass(frozen=True)
class EarlierBundle:
    """A bundle of the same case that this one corrects or completes."""

    evidence_digest: str
    sealed: str
    relation: Relation
    why: Message
