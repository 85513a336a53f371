"""What a mutation reports: its entry in the log, what the windows refresh, and the act that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dsr_desk.core.acts import Draft, Entry, Kind


class Topic(StrEnum):
    """What a change touched; windows refresh by these."""

    CASES = "cases"
    CASE = "case"
    REVIEW = "review"
    MODELS = "models"
    DELETION = "deletion"
    EVIDENCE = "evidence"
    INDEXES = "indexes"
    LINEAGE = "lineage"
    RECIPIENTS = "recipients"
    OFFICERS = "officers"
    JOURNAL = "journal"


@dataclass(frozen=True)
class Change:
    """`kinds` are those of the acts that were written, `entry` is the place of the newest in the log.

    `case` is a reference, None on the vault itself; `subject` what the act is about, for whoever made it; `undo` the
    act that takes it back, None where there is none.
    """

    kinds: frozenset[Kind]
    entry: int
    case: str | None = None
    subject: str = ""
    undo: Draft | None = None

    @property
    def topics(self) -> frozenset[Topic]:
        """What windows read anew. Every entry is a line of the journal."""
        return frozenset({Topic.JOURNAL}).union(*(TOPICS.get(kind, ()) for kind in self.kinds))


_UNDOABLE = frozenset({Kind.DECIDED, Kind.SECOND_REVIEW, Kind.SETTLED, Kind.DISPOSITION, Kind.OBSERVED})


def undo_of(draft: Draft, entry: Entry) -> Draft | None:
    """The act that takes a draft back, which stands as this entry; None where there is none."""
    if draft.kind in _UNDOABLE:
        return Draft(Kind.UNDONE, {"act": entry.act.digest})
    if draft.kind is Kind.LINK and draft.open["refused"]:
        return Draft(Kind.LINK, {**draft.open, "refused": False}, draft.fields)
    return None


_CASE = frozenset({Topic.CASES, Topic.CASE})
_REVIEW = frozenset({Topic.REVIEW, Topic.MODELS, Topic.DELETION, Topic.CASES})
_DELETION = frozenset({Topic.DELETION, Topic.REVIEW, Topic.CASES, Topic.EVIDENCE})
_SEARCH = frozenset({Topic.CASE, Topic.CASES, Topic.REVIEW, Topic.DELETION})
_EVIDENCE = frozenset({Topic.EVIDENCE, Topic.CASES})
_LINEAGE = frozenset({Topic.LINEAGE, Topic.MODELS})
_INDEXES = frozenset({Topic.INDEXES, Topic.MODELS})
_WHOLE_CASE = frozenset({Topic.CASES, Topic.CASE, Topic.REVIEW, Topic.MODELS, Topic.DELETION, Topic.EVIDENCE})
_VAULT = frozenset({Topic.OFFICERS})

TOPICS: Mapping[Kind, frozenset[Topic]] = {
    Kind.RECEIVED: _CASE,
    Kind.PROPOSED: _CASE,
    Kind.CONFIRMED: _CASE | {Topic.DELETION},
    Kind.IDENTITY: _CASE | {Topic.DELETION},
    Kind.REFERENCE: _CASE | {Topic.DELETION},
    Kind.SEARCHED: _SEARCH,
    Kind.DECIDED: _REVIEW,
    Kind.UNDONE: _REVIEW,
    Kind.LINK: frozenset({Topic.REVIEW}),
    Kind.SECOND_REVIEW: _REVIEW,
    Kind.SETTLED: _REVIEW,
    Kind.TREATED: _DELETION,
    Kind.DISPOSITION: frozenset({Topic.MODELS, Topic.DELETION}),
    Kind.OBSERVED: frozenset({Topic.MODELS, Topic.EVIDENCE}),
    Kind.PLANNED: _DELETION,
    Kind.APPROVED: _DELETION,
    Kind.PLAN_WITHDRAWN: _DELETION,
    Kind.BEGUN: _DELETION,
    Kind.OUTCOME: _DELETION,
    Kind.DERIVED: _INDEXES,
    Kind.HANDED_OVER: _DELETION,
    Kind.ASKED: frozenset({Topic.DELETION, Topic.CASES}),
    Kind.READ_BACK: _DELETION,
    Kind.VALIDATED: _EVIDENCE,
    Kind.SWORN: frozenset({Topic.EVIDENCE}),
    Kind.STATED: frozenset({Topic.EVIDENCE}),
    Kind.SEALING: frozenset({Topic.EVIDENCE}),
    Kind.SEALED: _EVIDENCE,
    Kind.TIME_ASKED: frozenset({Topic.EVIDENCE}),
    Kind.TIME_ATTESTED: frozenset({Topic.EVIDENCE}),
    Kind.LINEAGE_EXPORTED: frozenset({Topic.MODELS}),
    Kind.SWEPT: _DELETION,
    Kind.EXPLAINED: _DELETION,
    Kind.ANSWERED: _CASE,
    Kind.CLOSED: _WHOLE_CASE,
    Kind.REOPENED: _WHOLE_CASE,
    Kind.FORGOTTEN: _CASE,
    Kind.KEPT: _CASE,
    Kind.ORDER: _CASE | {Topic.EVIDENCE},
    Kind.SCOPE: _SEARCH | {Topic.MODELS, Topic.EVIDENCE},
    Kind.SAMPLE: _SEARCH,
    Kind.SAMPLED: _SEARCH,
    Kind.MET: _EVIDENCE | {Topic.CASE},
    Kind.OFFICER_ADDED: _VAULT,
    Kind.OFFICER_REMOVED: _VAULT,
    Kind.RECOVERY_KEY: _VAULT,
    Kind.CHANGE_PROPOSED: _VAULT,
    Kind.CHANGE_APPROVED: _VAULT,
    Kind.PASSPHRASE_CHANGED: _VAULT,
    Kind.REKEYED: _VAULT,
    Kind.BACKUP: _VAULT,
    Kind.BACKUP_DESTROYED: _VAULT,
    Kind.RETENTION: _VAULT | _CASE,
    Kind.CHECKPOINT: _VAULT,
    Kind.POLICY: frozenset({Topic.OFFICERS, Topic.DELETION, Topic.CASES, Topic.EVIDENCE, Topic.REVIEW}),
    Kind.UNLOCKED: frozenset(Topic),
    Kind.ORGANISATION: frozenset({Topic.EVIDENCE}),
    Kind.STATED_GENERALLY: frozenset({Topic.EVIDENCE}),
    Kind.ORGANISATION_KEY: frozenset({Topic.EVIDENCE}),
    Kind.RECIPIENT: frozenset({Topic.RECIPIENTS}),
    Kind.AUTHORITY: frozenset({Topic.EVIDENCE}),
    Kind.DATASET: _INDEXES,
    Kind.INDEX: _INDEXES,
    Kind.HARMLESS: _INDEXES | _CASE,
    Kind.COLUMNS: _INDEXES | _CASE,
    Kind.LINEAGE: _LINEAGE,
    Kind.LIST_LOOKED_UP: frozenset({Topic.INDEXES}),
}
"""What each act touches; one that is not here touches the journal alone."""
