"""Everything a bundle says, as plain values. The bundle is made from this and from nothing else.

Timestamps are UTC, RFC 3339 with `Z`; dates `2026-02-28`; digests SHA-256 in hex. An empty string means "unknown"
and is printed as such. Nothing here is computed from a plan: outcomes come from reading back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from dsr_desk.core.actions import Seen
from dsr_desk.core.findings import Gap
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.core.lineage import ExcludedModel
from dsr_desk.core.required import Filled
from dsr_desk.evidence.contents.journal_parts import Earlier, JournalExcerpt, JournalLeaf
from dsr_desk.evidence.contents.many import Many, number_of, numbers
from dsr_desk.evidence.contents.parts import (
    ActionEntry,
    BackupEntry,
    CaseFile,
    Declarant,
    EarlierBundle,
    FaceCrop,
    HitItem,
    IndexEntry,
    LookEntry,
    ModelEntry,
    Organisation,
    Question,
    Relation,
    Retained,
    Review,
    Search,
    Told,
)
from dsr_desk.evidence.contents.standing import Claim
from dsr_desk.evidence.contents.sworn import SwornEntry

__all__ = [
    "ActionEntry",
    "BackupEntry",
    "CaseFile",
    "Declarant",
    "Earlier",
    "EarlierBundle",
    "Edition",
    "EvidenceContent",
    "FaceCrop",
    "HitItem",
    "IndexEntry",
    "JournalExcerpt",
    "JournalLeaf",
    "LookEntry",
    "ModelEntry",
    "Organisation",
    "Question",
    "Relation",
    "Retained",
    "Review",
    "Search",
    "Told",
]


_SEEN = tuple(Seen)
_DOUBTFUL = (Seen.GONE_WHERE_READ, Seen.NOT_LOOKED, Seen.STILL_THERE)


class Edition(StrEnum):
    """For whom a bundle is written."""

    REQUESTER = "requester"
    REGULATOR = "regulator"


@dataclass(frozen=True)
class EvidenceContent:
    """All that a bundle of either edition is made from. Each edition takes its own part and leaves out the rest."""

    organisation: Organisation
    case: CaseFile
    sealed: str
    searched: tuple[IndexEntry, ...]
    searches: tuple[Search, ...]
    gaps: tuple[Gap, ...]
    review: Review
    hits: Many[HitItem]
    models: tuple[ModelEntry, ...]
    models_without_lineage: tuple[str, ...]
    excluded_models: tuple[ExcludedModel, ...]
    actions: tuple[ActionEntry, ...]
    read_backs: tuple[LookEntry, ...]
    journal: JournalExcerpt
    declarant: Declarant
    officers: tuple[str, ...]
    not_read: int = 0
    """Places that the newest reading back could not read, and of which no officer said that they hold nothing."""
    retained: tuple[Retained, ...] = ()
    told: tuple[Told, ...] = ()
    backups: tuple[BackupEntry, ...] = ()
    lineage_sources: tuple[tuple[str, str], ...] = ()
    datasets: tuple[DatasetVersion, ...] = ()
    """Every registered dataset version as it is registered at the time of sealing."""
    not_in_lineage: tuple[str, ...] = ()
    """Dataset versions with hits that no lineage source mentions."""
    models_in_part: tuple[str, ...] = ()
    """Models that no path reaches and of which not all that they learned from is recorded."""
    runs_without_model: tuple[str, ...] = ()
    """Runs that took data of dataset versions with hits, and nothing is recorded that they made."""
    open_questions: tuple[Question, ...] = ()
    """Open questions of lineage that the models depend on, those with the largest effect first."""
    claims: tuple[Claim, ...] = ()
    sworn: SwornEntry | None = None
    earlier: tuple[EarlierBundle, ...] = ()
    required: Mapping[Edition, tuple[Filled, ...]] = field(default_factory=dict)
    """What each edition must hold by law, field by field."""
    order: Mapping[str, Any] | None = None
    """Of a case about an order: obligations and counts, as order.json has them; None in a person's case."""
    other_identifiers: tuple[str, ...] = field(default=(), repr=False)
    """The subject's and other people's identifiers: sealing refuses a regulator edition that holds one of them."""

    @property
    def nothing_found(self) -> bool:
        return not len(self.hits)

    @property
    def compared_faces(self) -> bool:
        """Whether the searches before any deletion compared a face: without a usable photo none does."""
        return any(search.result.compared_faces for search in self.searches if not search.after_deletion)

    @property
    def looks(self) -> tuple[LookEntry, ...]:
        """The newest reading back, which looked at what every round had deleted."""
        return tuple(one for one in self.read_backs if not one.superseded)

    @property
    def doubts(self) -> tuple[LookEntry, ...]:
        """Looks at whole places that found something still there, or did not see all: they weigh on every "gone"."""
        return tuple(one for one in self.looks if not one.items and one.seen in _DOUBTFUL)

    @property
    def done(self) -> bool:
        """Whether all that was found was read back as gone, masked or kept on a legal ground, and nothing is open."""
        settled = all(self.tally.seen()[weak] == 0 for weak in _DOUBTFUL)
        return bool(self.looks) and not self.nothing_found and settled and not self.doubts and not self.review.open

    @property
    def rounds(self) -> int:
        """How many passes of search, review and deletion there were."""
        numbered: tuple[Search | ActionEntry | LookEntry, ...] = (*self.searches, *self.actions, *self.read_backs)
        return max((one.round for one in numbered), default=1)

    @cached_property
    def outcomes(self) -> Outcomes:
        """What became of each hit, by reading back."""
        return Outcomes(self.looks, self.retained)

    @cached_property
    def tally(self) -> Tally:
        """How many hits there are of each kind and outcome; reads all of them once."""
        counts = Counter((hit.dataset_version, hit.kind, self.outcomes[hit.ref]) for hit in self.hits)
        return Tally(counts)


@dataclass(frozen=True)
class Tally:
    """Counts of hits by dataset version, kind and what reading back says of them."""

    counts: Counter[tuple[str, ItemKind, Seen]]

    def of(self, kind: ItemKind, dataset_version: str = "") -> int:
        """In all dataset versions, if none is named."""
        return sum(n for (v, k, _), n in self.counts.items() if k is kind and dataset_version in ("", v))

    def seen(self, dataset_version: str = "") -> Counter[Seen]:
        found: Counter[Seen] = Counter()
        for (version, _, outcome), count in self.counts.items():
            if dataset_version in ("", version):
                found[outcome] += count
        return found

    @property
    def dataset_versions(self) -> list[str]:
        return sorted({version for version, _, _ in self.counts})


class Outcomes:
    """The weakest thing that reading back says of each hit; NOT_LOOKED where nobody looked. A byte for each item."""

    def __init__(self, read_backs: tuple[LookEntry, ...], retained: tuple[Retained, ...]) -> None:
        self._weakest = bytearray()
        for look in read_backs:
            for number in numbers(look.items):
                self._note(number, look.seen.weakness)
        for kept in retained:
            for number in numbers(kept.items):
                if not self._at(number):
                    self._note(number, Seen.HELD.weakness)

    def __getitem__(self, ref: str) -> Seen:
        found = self._at(number_of(ref))
        return _SEEN[found - 1] if found else Seen.NOT_LOOKED

    def _at(self, number: int) -> int:
        return self._weakest[number] if number < len(self._weakest) else 0

    def _note(self, number: int, weakness: int) -> None:
        if number >= len(self._weakest):
            self._weakest.extend(bytes(number + 1 - len(self._weakest)))
        self._weakest[number] = max(self._weakest[number], weakness + 1)
