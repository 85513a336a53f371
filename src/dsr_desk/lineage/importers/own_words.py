"""The words of our own forms: kinds, roles, certainties, namespaces, and what may be said of a use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import UNCLASSIFIED, LineageDraft, Place
from dsr_desk.lineage.importers.reading import role_said, several
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import plain_text, trifle

EDGE_TERMS = ("why", "by", "text", "since", "until", "told", "items")
"""What may be noted of an edge: why it was concluded, since and until when a use lasted, whether a recipient was told,
of which items a retained output is."""
REGISTERED_HERE = "registered"

_KINDS = {kind.value: kind for kind in NodeKind}
_TOLD = {
    "yes": "yes", "true": "yes", "ja": "yes", "told": "yes", "informed": "yes",
    "no": "no", "false": "no", "nein": "no", "not yet": "no",
}  # fmt: skip


def space_of(said: str, own: str) -> str:
    """The namespace that is said, else the document's own; "" for what this vault registered."""
    return "" if said.casefold() == REGISTERED_HERE else said or own


def kind_of(text: str, place: Place, draft: LineageDraft) -> tuple[NodeKind, dict[str, str]]:
    """A kind, and attributes that say that it is none of ours."""
    word = text.casefold()
    for spelled in (word, word.removesuffix("s")):
        if spelled in _KINDS:
            return _KINDS[spelled], {}
    trifle(draft, place, text, "damage.one-of", "became.unclassified", words=tuple(_KINDS))
    return NodeKind.DATASET, {UNCLASSIFIED: "yes"}


def role_of(text: str, place: Place, draft: LineageDraft) -> tuple[Role, dict[str, str]]:
    """A role by its own word or by a producer's; `input` where nothing is said, or (with why) nothing that is known."""
    role = role_said(text.casefold())
    if role is not None or not text:
        return role or Role.INPUT, {}
    words = tuple(role.value for role in Role)
    trifle(draft, place, text, "damage.one-of", "became.used-somehow", words=words)
    return Role.INPUT, {"why": "guess.role-unknown", "by": "role", "text": text}


def certainty_of(text: str, place: Place, draft: LineageDraft, *, doubted: bool = False) -> Certainty:
    """Recorded where nothing is said, unless the role itself is in doubt; inferred for a word that is unknown."""
    word = text.casefold()
    try:
        said = Certainty(word) if word else Certainty.RECORDED
    except ValueError:
        words = tuple(certainty.value for certainty in Certainty)
        trifle(draft, place, text, "damage.one-of", "became.inferred", words=words)
        said = Certainty.INFERRED
    return Certainty.INFERRED if doubted and said is Certainty.RECORDED else said


def edge_terms(said: Mapping[str, Any], place: Place, draft: LineageDraft) -> dict[str, str]:
    """Since, until, told (yes, no, or the day) and items of a use, as far as they are said."""
    found = {field: when(said.get(field), (place, field), draft) for field in ("since", "until")}
    told = said.get("told")
    if isinstance(told, bool):
        told = "yes" if told else "no"
    text = plain_text(told, (place, "told"), draft)
    found["told"] = _TOLD.get(text.casefold()) or when(text, (place, "told"), draft)
    listed = said.get("items")
    items = listed.split(";") if isinstance(listed, str) else several(listed)
    named = (plain_text(one, (place, "items"), draft) for one in items)
    found["items"] = "\n".join(dict.fromkeys(filter(None, named)))
    return {key: value for key, value in found.items() if value}
