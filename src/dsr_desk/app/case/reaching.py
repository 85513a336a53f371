"""What of a case's data lies here and can be reached: containers, indexes, and why others cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from dsr_desk.app.case.order_items import OrderItems, others_than
from dsr_desk.app.case.review import decisions
from dsr_desk.app.data.harmless import harmless_kinds
from dsr_desk.app.data.indexing import (
    RegisteredIndex,
    SourcesElsewhere,
    ancestors,
    list_indexes,
    opened,
    refresh_index,
    resolve_index,
    secret_of,
    signer_of,
)
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Plan
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets.container import Container, ContainerNotRead
from dsr_desk.datasets.registry import SourceMissing, open_source, reopen
from dsr_desk.deletion.plan import Place
from dsr_desk.deletion.reach import NotHere
from dsr_desk.deletion.run import IndexEntries, Stores
from dsr_desk.deletion.staying import Staying, held_by
from dsr_desk.jobs.progress import Cancelled, CancelToken, Report
from dsr_desk.search.index.contents import ContainerState
from dsr_desk.search.index.erase import erase_containers, erase_items, items_in, remaining_items


class _Entries:
    """An index's entries as a deletion sees them; closed while it is rewritten."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk, self._name = desk, name

    def erase(self, items: Sequence[str]) -> None:
        known = resolve_index(self._desk, self._name)
        self._desk.release(known.name)
        if not known.present:
            raise NotHere(what=known.name)
        erase_items(known.path, secret_of(self._desk), items, signer_of(self._desk))

    def remaining(self, items: Sequence[str]) -> Collection[str]:
        return remaining_items(opened(self._desk, self._name), items)

    def erase_places(self, containers: Sequence[str], items: Iterable[str]) -> None:
        known = resolve_index(self._desk, self._name)
        self._desk.release(known.name)
        if not known.present:
            raise NotHere(what=known.name)
        erase_containers(known.path, secret_of(self._desk), containers, items, signer_of(self._desk))

    def count_in(self, containers: Sequence[str]) -> int:
        return items_in(opened(self._desk, self._name), containers)


@dataclass
class FoundHere:
    """What the vault knows, as far as it is here.

    `unreached` says why containers that were indexed here cannot be opened now, `unopened` why indexes of them cannot.
    """

    containers: dict[Place, Container] = field(default_factory=dict)
    entries: dict[str, IndexEntries] = field(default_factory=dict)
    unreached: dict[Place, Message] = field(default_factory=dict)
    unopened: dict[str, Message] = field(default_factory=dict)


def stores(desk: Desk, plan: Plan) -> Stores:
    """All containers and indexes that the vault knows, as far as they are here: reading back looks at all of them."""
    found = found_here(desk, {action.dataset_version for action in plan.actions})
    away = {(one.dataset_version, one.container) for one in plan.erasing} - found.containers.keys()
    found.containers |= _come_back(desk, away - found.unreached.keys())
    versions = {version for version, _ in found.containers}
    harmless = harmless_kinds(desk, versions)
    found_stores = Stores(found.containers, found.entries, found.unreached, harmless, staying(desk, plan))
    if not desk.case(plan.case).is_order:
        return found_stores
    planned = [one for action in plan.actions for one in action.containers]
    items = OrderItems(desk, plan)
    return replace(found_stores, others=others_than(desk, planned), items_of=items.planned, erased=items.erased)


def staying(desk: Desk, plan: Plan) -> Staying:
    """What a deletion leaves on purpose: what was decided to be somebody else's, and what the plan holds."""
    others = [one.address for one in decisions(desk, plan.case) if one.verdict is Verdict.DIFFERENT]
    return Staying({**dict.fromkeys(others, message("why.rejected")), **held_by(plan)})


def found_here(desk: Desk, planned: Collection[str] = ()) -> FoundHere:
    """A container goes by the dataset versions that a plan names, also once an erasure has made a later one of it.

    What was indexed elsewhere and is not here lies elsewhere: it is neither found nor unreached.
    """
    found = FoundHere()
    for known in list_indexes(desk):
        if known.destroyed is not None:
            continue
        if not known.present:
            desk.release(known.name)
        try:
            index = opened(desk, known.name)
            containers = index.containers()
        except DeskError as error:
            if known.sources:
                found.unopened[known.name] = error.message
            continue
        found.entries[known.name] = _Entries(desk, known.name)
        line = [index.version.id, *ancestors(desk, index.version.id)]
        versions = [one for one in line if one in planned] or [index.version.id]
        for container in containers:
            places = [(version, container.name) for version in versions]
            try:
                found.containers.update(dict.fromkeys(places, _reopened(container)))
            except DeskError as error:
                if known.sources:
                    found.unreached.update(dict.fromkeys(places, error.message))
    return found


def not_refreshed(desk: Desk, report: Report, cancel: CancelToken) -> Iterator[tuple[RegisteredIndex, Message]]:
    """Brings every index up to date with what lies in its containers now; gives those of which that failed, and why:
    `ELSEWHERE` where the data lies elsewhere. Raises Cancelled.
    """
    for known in list_indexes(desk):
        if known.destroyed is None:
            try:
                refresh_index(desk, known.name, report, cancel)
            except SourcesElsewhere:
                yield known, ELSEWHERE
            except Cancelled:
                raise
            except DeskError as error:
                yield known, error.why


ELSEWHERE = message("why.elsewhere")


def _come_back(desk: Desk, away: Collection[Place]) -> dict[Place, Container]:
    """Containers that an index no longer knows, since they were away when it was brought up to date."""
    found: dict[Place, Container] = {}
    for known in list_indexes(desk) if away else ():
        names = {name: version for version, name in away if _same_dataset(version, known.dataset_version)}
        for source in known.sources if names and known.destroyed is None else ():
            with suppress(DeskError):
                found |= {(names[one.name], one.name): one for one in open_source(source) if one.name in names}
    return found


def _same_dataset(one: str, other: str) -> bool:
    return one.rpartition("@")[0] == other.rpartition("@")[0]


def _reopened(state: ContainerState) -> Container:
    """Raises NotHere, ContainerNotRead, SourceNotUnderstood."""
    try:
        return reopen(state.format, state.path, state.name)
    except SourceMissing:
        raise NotHere(what=state.name) from None
    except OSError as error:
        raise ContainerNotRead(name=state.name, why=refused(error)) from error
