"""The parts of what a bundle says. Conventions as in `content`, through which other rooms import these."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dsr_desk.core.actions import Seen
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import Fate
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.facts import Fact, Saying

_SETTLED = (Fate.DESTROYED, Fate.RETRAINED, Fate.NOT_AFFECTED)


def salted(salt: bytes, digest: str) -> str:
    """SHA-256 over salt ‖ content digest (32 bytes): says nothing to who has not both. "" stays ""."""
    if len(salt) != 32:
        raise ValueError("a salt has 32 bytes")
    return hashlib.sha256(salt + bytes.fromhex(digest)).hexdigest() if digest else ""


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
class DueDate:
    """One duty with its last day; `steps` is the arithmetic, `rule` its source."""

    duty: str
    due: str
    rule: Saying
    steps: tuple[Saying, ...] = ()


@dataclass(frozen=True)
class Identity:
    """How the requester was verified: the method, never the document. `officer` is a name."""

    method: str
    photo_shows_requester: str
    officer: str
    checked: str
    acting_for: str = ""


@dataclass(frozen=True)
class CaseFile:
    """The case. `person` is how the requester is addressed and stands in the requester edition alone.

    `order` is true for a regulator's order about a dataset or a source: no pictures, whoever receives it.
    """

    ref: str
    right: Right
    law: Law
    received: str
    opened: str
    due: tuple[DueDate, ...]
    identity: Identity | None
    person: str = ""
    closed: str = ""
    order: bool = False


@dataclass(frozen=True)
class SearchedIndex:
    """A dataset version that was searched, through which index, made by which engine.

    `ledger` counts photos by class ("faces", "no_face_found", …) and sums to `photos`; `sources` are digests of what
    was read to make the index; `format` is what people call the container ("folder of photos", "CSV table").
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
    format: str = ""


@dataclass(frozen=True)
class Gap:
    """A part of the scope that was not searched, or not looked at afterwards."""

    what: Saying
    why: Saying
    count: int | None = None


@dataclass(frozen=True)
class Search:
    """One search, with or without a hit. `statement` is what it says of itself."""

    when: str
    officer: str
    indexes: tuple[str, ...]
    compared_faces: int
    compared_records: int
    candidates: int
    statement: str | tuple[Fact, ...]
    complete: bool
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

    @property
    def salted_hash(self) -> str:
        """Of this item's digest."""
        return salted(self.salt, self.digest)


@dataclass(frozen=True)
class PathStep:
    """A node on the way from a dataset version to a model; `role` says how the path came to it."""

    kind: str
    label: str
    role: str
    certainty: str


@dataclass(frozen=True)
class PlannedFate:
    fate: Fate
    reason: str
    responsible: str
    deadline: str
    officer: str
    decided: str


@dataclass(frozen=True)
class ObservedFate:
    """What was seen of a model and how they know: seen by `by` ("": the officer), written down by `officer`."""

    fate: Fate
    how: str
    officer: str
    seen: str
    by: str = ""
    recorded: str = ""


@dataclass(frozen=True)
class ModelEntry:
    """An affected model. `items` counts hits in the dataset versions that reach it; it is no count of what the model
    was trained on unless `reaches_items` says that lineage names the items themselves."""

    name: str
    version: str
    roles: tuple[str, ...]
    certainty: str
    in_weights: bool
    dataset_versions: tuple[str, ...]
    photos: int
    records: int
    paths: tuple[tuple[PathStep, ...], ...]
    period: str = ""
    deployments: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    planned: PlannedFate | None = None
    observed: ObservedFate | None = None
    training_recorded: bool = True
    reaches_items: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def remains(self) -> bool:
        """Whether weights that may have learned from the data are, as far as was seen, still there."""
        gone = self.observed is not None and self.observed.fate in _SETTLED
        return self.in_weights and not gone


@dataclass(frozen=True)
class ActionEntry:
    """One step of a plan as it was carried out. `ended` is "" where it was begun and never closed.

    `round` counts passes of search, review and deletion.

    `items` are references or ranges of them, as in `many.ranges`; `proofs` digests of files that came with an answer.
    """

    ref: str
    kind: str
    target: str
    items: tuple[str, ...]
    begun: str
    ended: str
    operator: str
    approver: str
    method: Saying
    result: Saying
    digest_before: str = ""
    digest_after: str = ""
    proofs: tuple[str, ...] = ()
    round: int = 1


@dataclass(frozen=True)
class ReadBack:
    """What was read back after the actions: of items, of a model file, or of a whole dataset version.

    `how` names the look (content hash, near-duplicate, search again, identifiers, model file). `items` are references
    or ranges of them. A `superseded` look is of an earlier round: a later one looked at all of it again, and counts.
    """

    target: Saying
    how: Saying
    seen: Seen
    when: str
    officer: str
    items: tuple[str, ...] = ()
    says: str | tuple[Fact, ...] = ""
    round: int = 1
    superseded: bool = False


@dataclass(frozen=True)
class Retained:
    """What stays, on which legal ground, until when. `items` as above."""

    items: tuple[str, ...]
    ground: str
    reason: str
    until: str


@dataclass(frozen=True)
class Told:
    """A data recipient who was told, and the answer. `told` is "" where nobody was told yet."""

    recipient: str
    told: str
    answer: str = ""
    answered: str = ""


@dataclass(frozen=True)
class Backup:
    """A backup that still holds erased data until it is overwritten on a date."""

    name: str
    overwritten: str
    says: str = ""


@dataclass(frozen=True)
class CustodyEvent:
    """Who touched what: item, officer, UTC time, place, purpose, digest before and after ("" where it is gone).

    `salt` is that of an item that was found, b"" for a container: an item's digests leave the house salted.
    """

    item: str
    who: str
    when: str
    where: str
    why: Saying
    digest_before: str
    digest_after: str
    salt: bytes = field(default=b"", repr=False)

    @property
    def handed_out(self) -> CustodyEvent:
        """The event as it is written into a bundle: without the salt, its digests salted."""
        if not self.salt:
            if self.item.startswith("item-"):
                raise ValueError("an item's digests leave the house salted")
            return self
        before, after = (salted(self.salt, digest) for digest in (self.digest_before, self.digest_after))
        return replace(self, digest_before=before, digest_after=after, salt=b"")


@dataclass(frozen=True)
class Declarant:
    """Who declares what no computation can prove, and on what knowledge. `validator` confirmed the outcome and did not
    run it; "" in a vault with one officer, and the certificate then says so."""

    name: str
    role: str
    basis: Saying
    validator: str = ""


@dataclass(frozen=True)
class EarlierBundle:
    """A bundle of the same case that this one corrects or completes."""

    evidence_digest: str
    sealed: str
    relation: Relation
    why: Saying
