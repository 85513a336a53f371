"""Kinds of content of which an officer declared, once a dataset version, that they hold no personal data.

Such places are no gap any more: the act that says so stands for them, and with them in statement and evidence. It holds
for versions that an erasure made of that one, and not against what was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dsr_desk.app.case.review import hits
from dsr_desk.app.data.indexing import ancestors, list_indexes, opened, version_code
from dsr_desk.app.data.registering import registered_dataset
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Declared, Gap, kind_code
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.message import Message, message
from dsr_desk.search.index import unread
from dsr_desk.search.index.folder import Index

DECLARED, TAKEN_BACK = "declared", "taken-back"
"""What an act says became of a kind."""


class KindUnknown(DeskError):
    code = "HARMLESS-NO-SUCH-KIND"
    happened = "{version} holds nothing of the kind {kind} that was not read."
    means = "Nothing was declared."
    todo = "Take one of the kinds that `index unread` lists for an index of it."


class ReasonMissing(DeskError):
    code = "HARMLESS-NO-REASON"
    happened = "It was not said why {kind} holds no personal data."
    means = "Nothing was declared: the reason stands in the evidence, and without one nobody could judge it."
    todo = "Say how you know that, and who looked."


class KindContradicted(DeskError):
    code = "HARMLESS-CONTRADICTED"
    happened = "In what is of the kind {kind} in {version} a person was found already ({count} times)."
    means = "It cannot be declared to hold no personal data. Nothing was declared."
    todo = "Leave it among what was not searched, or have it read: `index unread` says why it is not."


class NotDeclared(DeskError):
    code = "HARMLESS-NOT-DECLARED"
    happened = "Of the kind {kind} in {version} nothing is declared."
    means = "Nothing was changed."
    todo = "`dataset harmless` without a kind lists what is declared."


@dataclass(frozen=True)
class Mark:
    """One declaration in force. `officer` is a name, `entry` its place in the log."""

    dataset_version: str
    kind: Message
    because: str
    officer: str
    declared: str
    entry: int


def name_of(kind: Message) -> str:
    """What commands call a kind: its code without the first word, and its values."""
    return ":".join([kind.code.removeprefix("kind."), *(str(value) for value in kind.values.values())])


def marks(desk: Desk, version_id: str = "") -> list[Mark]:
    """What is declared now, oldest first; of one dataset version, what was declared of those it came from too."""
    line = [version_id, *ancestors(desk, version_id)] if version_id else []
    names = desk.vault.officer_names()
    found: dict[tuple[str, str], Mark] = {}
    for entry in desk.vault.log.entries("", kinds=[Kind.HARMLESS]):
        said = entry.act.open
        key = said["dataset"], said["kind"]
        if said["event"] == TAKEN_BACK:
            found.pop(key, None)
            continue
        values = desk.values(entry.seq)
        officer = names.get(entry.act.officer, entry.act.officer)
        kind = Message.from_json(values["what"])
        found[key] = Mark(values["dataset"], kind, values["because"], officer, entry.act.time, entry.seq)
    return [mark for mark in found.values() if not version_id or mark.dataset_version in line]


def declare(desk: Desk, version_id: str, kind: str, because: str) -> Change:
    """Declares that what was not read of a kind (by `name_of`) in a dataset version holds no personal data.

    Raises DatasetNotRegistered, KindUnknown, ReasonMissing, KindContradicted.
    """
    registered_dataset(desk, version_id)
    reason = " ".join(because.split())
    if not reason:
        raise ReasonMissing(kind=kind)
    what = next((one for one in kinds_of(desk, version_id) if name_of(one) == kind), None)
    if what is None:
        raise KindUnknown(version=version_id, kind=kind)
    found = Contradictions(desk).of(version_id, [what])[what]
    if found:
        raise KindContradicted(version=version_id, kind=what, count=found)
    return desk.act(
        Draft(
            Kind.HARMLESS,
            {"dataset": version_code(version_id), "kind": kind_code(what), "event": DECLARED},
            {"dataset": version_id, "what": what.as_json(), "because": reason},
        ),
        subject=version_id,
    )


def take_back(desk: Desk, version_id: str, kind: str) -> Change:
    """From now on what is of this kind counts as not searched again. Raises NotDeclared."""
    mark = next((one for one in marks(desk) if one.dataset_version == version_id and name_of(one.kind) == kind), None)
    if mark is None:
        raise NotDeclared(version=version_id, kind=kind)
    said = {"dataset": version_code(version_id), "kind": kind_code(mark.kind), "event": TAKEN_BACK}
    return desk.act(Draft(Kind.HARMLESS, said), subject=version_id)


def kinds_of(desk: Desk, version_id: str) -> list[Message]:
    """Kinds of what the indexes of a dataset version did not read, parts of photos among them."""
    found: dict[Message, None] = {}
    for index in _indexes(desk, version_id):
        for one in unread.unread_kinds(index):
            found[one.kind] = None
        for code in index.about.unread:
            if not any(kind.code == code for kind in found):
                found[message(code)] = None
    return list(found)


class Contradictions:
    """Hits of all cases, read once, beside what was not read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, version_id: str, kinds: Collection[Message]) -> dict[Message, int]:
        """How many hits of any case lie inside of what is of these kinds in a dataset version."""
        found: dict[Message, set[str]] = {kind: set() for kind in kinds}
        for index in _indexes(self._desk, version_id) if kinds else ():
            known = self._hits.get(version_id.rpartition("@")[0], {})
            for kind, items in unread.of_kinds(index, kinds, list(known.values())).items():
                found[kind] |= items
        return {kind: len(items) for kind, items in found.items()}

    @cached_property
    def _hits(self) -> dict[str, dict[str, ItemAddress]]:
        """Addresses by dataset and id."""
        found: dict[str, dict[str, ItemAddress]] = defaultdict(dict)
        for ref in self._desk.vault.cases.refs().values():
            with self._desk.reading(ref) as case:
                known = [] if case.is_forgotten else hits(self._desk, ref)
            for hit in known:
                found[hit.address.dataset][hit.address.id] = hit.address
        return found


def set_apart(desk: Desk, gaps: Sequence[Gap]) -> tuple[list[Gap], list[Declared]]:
    """Gaps that stay, and places for which an officer answers; what was contradicted since stays and says so."""
    stay: list[Gap] = []
    declared: list[Declared] = []
    known: dict[str, dict[Message, Mark]] = {}
    contradictions, contradicted = Contradictions(desk), set[int]()
    for gap in gaps:
        version = gap.dataset_version
        if gap.kind is not None and version not in known:
            known[version] = {mark.kind: mark for mark in marks(desk, version)}
            counts = contradictions.of(version, known[version])
            contradicted |= {mark.entry for kind, mark in known[version].items() if counts[kind]}
        mark = known[version].get(gap.kind) if gap.kind is not None else None
        if mark is None:
            stay.append(gap)
            continue
        if mark.entry in contradicted:
            why = message("why.harmless-contradicted", why=gap.why, day=mark.declared)
            stay.append(replace(gap, why=why))
        else:
            declared.append(Declared(gap, mark.officer, mark.declared, mark.because, mark.entry))
    return stay, declared


def harmless_kinds(desk: Desk, versions: Iterable[str]) -> dict[str, frozenset[Message]]:
    """Kinds that need no reading back, by dataset version."""
    contradictions = Contradictions(desk)
    found = {}
    for version in versions:
        counts = contradictions.of(version, {mark.kind for mark in marks(desk, version)})
        if kinds := frozenset(kind for kind, count in counts.items() if not count):
            found[version] = kinds
    return found


def _indexes(desk: Desk, version_id: str) -> list[Index]:
    """Open indexes of a dataset version; one that cannot be opened says nothing."""
    found = []
    for known in list_indexes(desk):
        if known.destroyed is None and version_id in (known.dataset_version, *ancestors(desk, known.dataset_version)):
            try:
                found.append(opened(desk, known.name))
            except DeskError:
                continue
    return found
