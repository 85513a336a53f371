"""What acts of a case say to people outside: fields of their own beside those that stay in the house.

`told` is what both editions of a bundle may open, `inside` what a regulator's may; `evidence.contents.disclosed` is
the table. Sentences name no files, and of an error only why it came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from dsr_desk.core.actions import ActionKind, Check, Outcome, Plan
from dsr_desk.core.acts import item_salt, pseudonym, salted_digest
from dsr_desk.core.errors import for_others
from dsr_desk.core.findings import Candidate, Declared, Gap, SearchResult, kind_code
from dsr_desk.core.message import Message, without_names
from dsr_desk.search.index.about import About

TOLD, INSIDE = "told", "inside"
_NAMED = (ActionKind.BACKUP, ActionKind.TELL_RECIPIENT)
"""Actions whose target the person is told."""


class Searched(Protocol):
    """An index as it was at the moment of a search."""

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> About: ...

    @property
    def formats(self) -> tuple[str, ...]: ...


class Versions:
    """Dataset versions of candidates, numbered as they come: rows name them by number."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def word(self, one: Candidate, case_key: bytes) -> str:
        """The open word of a candidate's row: kind, number of the dataset version, reasons, salted hash.

        Nothing of where it lies: of a stranger's photo that alone could be too much.
        """
        version = self.known.setdefault(one.dataset_version, len(self.known))
        reasons = "+".join(dict.fromkeys(reason.kind.value for reason in one.reasons))
        digest = salted_digest(item_salt(case_key, one.id), one.address.digest)
        return f"{one.kind.value} {version} {reasons or '-'} {digest}"


def of_search(
    result: SearchResult, indexes: Sequence[Searched], versions: Versions, case_key: bytes
) -> dict[str, dict[str, Any]]:
    """The fields of a search; the digest of an index's inventory is salted as those of items are."""
    told, inside = [], []
    for one in indexes:
        about, key = one.about, pseudonym(case_key, one.about.index)
        told.append(
            {
                "key": key,
                "dataset_version": about.dataset_version,
                "photos": about.photos,
                "records": about.records,
                "ledger": [[what, count] for what, count in about.ledger.items() if count],
                "formats": [Message(f"format.{form}", english=form).as_json() for form in one.formats],
            }
        )
        inside.append(
            {
                "key": key,
                "index": one.name,
                "generation": about.generation,
                "engine": f"{about.engine} {about.engine_digest[:16]}",
                **({"engine_says": sentences(about.engine_says)} if about.engine_says else {}),
                "built": about.built,
                "faces": about.faces,
                "inventory": salted_digest(item_salt(case_key, about.index), about.inventory),
            }
        )
    return {
        TOLD: {
            "statement": sentences(result.statement),
            "gaps": gaps(result.gaps),
            **({"declared": [_declared(one) for one in result.declared]} if result.declared else {}),
            "indexes": told,
            "versions": list(versions.known),
            "found": result.pile.count,
        },
        INSIDE: {"indexes": inside},
    }


def of_plan(plan: Plan) -> dict[str, dict[str, Any]]:
    """The fields of a plan. Its rows stand in the order of the actions: so many for each. Of an order there are none:
    an action `covers` so many items of the scope."""
    actions = [
        {
            "action": one.id,
            "kind": one.kind.value,
            "items": len(one.items),
            "ground": one.ground,
            "until": one.until,
            "what": one.what if one.kind in _NAMED else "",
            **({"covers": one.count} if one.containers else {}),
        }
        for one in plan.actions
    ]
    return {
        TOLD: {"actions": actions, "gaps": gaps(plan.gaps)},
        INSIDE: {"targets": [one.what for one in plan.actions]},
    }


def of_outcome(kind: ActionKind, outcome: Outcome, *, operator: str = "", proof: str = "") -> dict[str, dict[str, Any]]:
    """The fields of an outcome. `operator` is who did it elsewhere, `proof` the digest of a file that came with it."""
    notes = sentences(outcome.notes)
    return {
        TOLD: {"answer": notes if kind is ActionKind.TELL_RECIPIENT else []},
        INSIDE: {"notes": notes, "operator": operator, "proof": proof},
    }


def of_checks(checks: Iterable[Check]) -> dict[str, dict[str, Any]]:
    """The field of a reading back: its looks at whole places."""
    said = [
        {
            "how": sentence(one.name),
            "seen": one.seen.value,
            "says": sentence(one.says),
            "gaps": gaps(one.not_looked),
        }
        for one in checks
    ]
    return {TOLD: {"checks": said}}


def sentence(said: Message) -> dict[str, Any]:
    return without_names(for_others(said)).as_json()


def sentences(said: Iterable[Message]) -> list[dict[str, Any]]:
    return [sentence(one) for one in said]


def gaps(found: Iterable[Gap]) -> list[dict[str, Any]]:
    return [gap(one) for one in found]


def gap(one: Gap) -> dict[str, Any]:
    """Of places that were not read also what they are."""
    kind = {"kind": sentence(one.kind)} if one.kind is not None else {}
    return {"what": sentence(one.what), "why": sentence(one.why), "count": one.count, **kind}


def _declared(one: Declared) -> dict[str, Any]:
    """Places for which an officer answers; `entry` is that act's place, and who it was follows from there."""
    of = kind_code(one.gap.kind) if one.gap.kind is not None else ""
    return {**gap(one.gap), "of": of, "because": one.because, "day": one.declared[:10], "entry": one.entry}
