"""Everything a bundle says, as plain values. The bundle is made from this and from nothing else.

Timestamps are UTC, RFC 3339 with `Z`; dates `2026-02-28`; digests SHA-256 in hex. An empty string means "unknown"
and is printed as such. Nothing here is computed from a plan: outcomes come from reading back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from dsr_desk.core.actions import Seen
from dsr_desk.core.findings import NotSearched
from dsr_desk.evidence.parts import (
    ActionEntry,
    Backup,
    CaseFile,
    CustodyEvent,
    Declarant,
    DueDate,
    Earlier,
    EarlierBundle,
    FaceCrop,
    HitItem,
    Identity,
    JournalExcerpt,
    JournalLeaf,
    ModelEntry,
    ObservedFate,
    Organisation,
    PathStep,
    PlannedFate,
    ReadBack,
    Relation,
    Retained,
    Review,
    Search,
    SearchedIndex,
    Told,
)

__all__ = [
    "ActionEntry",
    "Backup",
    "CaseFile",
    "CustodyEvent",
    "Declarant",
    "DueDate",
    "Earlier",
    "EarlierBundle",
    "Edition",
    "EvidenceContent",
    "FaceCrop",
    "HitItem",
    "Identity",
    "JournalExcerpt",
    "JournalLeaf",
    "Language",
    "ModelEntry",
    "NotSearched",
    "ObservedFate",
    "Organisation",
    "PathStep",
    "PlannedFate",
    "ReadBack",
    "Relation",
    "Retained",
    "Review",
    "Search",
    "SearchedIndex",
    "Seen",
    "Told",
]


class Edition(StrEnum):
    """For whom a bundle is written."""

    REQUESTER = "requester"
    REGULATOR = "regulator"


class Language(StrEnum):
    ENGLISH = "en"
    GERMAN = "de"


@dataclass(frozen=True)
class EvidenceContent:
    """All that a bundle of either edition is made from. Each edition takes its own part and leaves out the rest."""

    organisation: Organisation
    case: CaseFile
    sealed: str
    searched: tuple[SearchedIndex, ...]
    searches: tuple[Search, ...]
    not_searched: tuple[NotSearched, ...]
    review: Review
    hits: tuple[HitItem, ...]
    models: tuple[ModelEntry, ...]
    models_without_lineage: tuple[str, ...]
    excluded_models: tuple[tuple[str, str], ...]
    actions: tuple[ActionEntry, ...]
    read_backs: tuple[ReadBack, ...]
    custody: tuple[CustodyEvent, ...]
    journal: JournalExcerpt
    declarant: Declarant
    officers: tuple[str, ...]
    retained: tuple[Retained, ...] = ()
    told: tuple[Told, ...] = ()
    backups: tuple[Backup, ...] = ()
    limits: tuple[str, ...] = ()
    lineage_sources: tuple[tuple[str, str], ...] = ()
    not_registered: tuple[str, ...] = ()
    earlier: tuple[EarlierBundle, ...] = ()
    other_identifiers: tuple[str, ...] = field(default=(), repr=False)
    """The subject's and other people's identifiers: sealing refuses a regulator edition that holds one of them."""

    @property
    def nothing_found(self) -> bool:
        return not self.hits

    @cached_property
    def salted_custody(self) -> tuple[CustodyEvent, ...]:
        """Custody as it is handed out: digests of items found are salted as their hits are."""
        hits = {hit.ref: hit for hit in self.hits}
        return tuple(
            replace(
                event,
                digest_before=hits[event.item].salted(event.digest_before),
                digest_after=hits[event.item].salted(event.digest_after),
            )
            if event.item in hits
            else event
            for event in self.custody
        )

    @property
    def doubts(self) -> tuple[ReadBack, ...]:
        """Looks at whole places that found something still there, or could not look: they weigh on every "gone"."""
        return tuple(
            one for one in self.read_backs if not one.items and one.seen in (Seen.NOT_LOOKED, Seen.STILL_THERE)
        )

    @cached_property
    def outcomes(self) -> dict[str, Seen]:
        """The weakest thing that reading back says of each hit, by its ref; NOT_LOOKED where nobody looked."""
        rank = {seen: place for place, seen in enumerate(Seen)}
        weakest: dict[str, Seen] = {}
        for entry in self.read_backs:
            for ref in entry.items:
                weakest[ref] = max(weakest.get(ref, Seen.GONE), entry.seen, key=rank.__getitem__)
        held = {ref for entry in self.retained for ref in entry.items}
        return {hit.ref: weakest.get(hit.ref, Seen.HELD if hit.ref in held else Seen.NOT_LOOKED) for hit in self.hits}
