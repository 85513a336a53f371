"""What of the data an order covers: resolved over the indexes, signed, and looked at by sample."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.case import told
from dsr_desk.app.case.orders import kept_lists
from dsr_desk.app.case.scoping import PartOfScope, Resolved, resolve
from dsr_desk.app.data.indexing import generations, opened, resolve_index
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import part_id
from dsr_desk.core.acts import Draft, Kind, Pseudonyms, Row, item_salt, salted_digest
from dsr_desk.core.changes import Change
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.core.order_refusals import SampleUnknown, ScopeMissing
from dsr_desk.core.sampling import SAMPLE_SIZE, clopper_pearson, drawn
from dsr_desk.core.selectors import Selector, said
from dsr_desk.intake.item_list import ItemList
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.index.streaming import items_of_container
from dsr_desk.storage.log_reading import in_form

WHOLE, MIXED = "whole", "mixed"


@dataclass(frozen=True)
class ScopePart:
    """A container of the scope in force. `first` is the place of its first item among the rows of the scope.

    `not_known` items are neither in nor out. `index` names the index that was read, `also` others that hold the same
    container.
    """

    name: str
    dataset_version: str
    container: str
    index: str
    how: str
    items: int
    size: int
    of: int
    unread: int
    why: Message
    first: int
    not_known: int = 0
    also: tuple[str, ...] = ()

    @property
    def inside(self) -> bool:
        return self.how in (WHOLE, MIXED)


@dataclass(frozen=True)
class ScopeView:
    """The scope in force: who resolved it (a name) and when (UTC), by which selectors, and what it holds."""

    selector: str
    parts: tuple[ScopePart, ...]
    items: int
    size: int
    rest: int
    officer: str
    time: str
    entry: int
    act: str

    @property
    def not_known(self) -> tuple[ScopePart, ...]:
        """Containers of which something is neither known to be covered nor known not to be."""
        return tuple(one for one in self.parts if not one.inside or one.not_known)


@dataclass(frozen=True)
class ScopeItem:
    """An item of the scope, or beside it."""

    address: ItemAddress
    kind: ItemKind
    size: int


@dataclass(frozen=True)
class Drawn:
    """A drawn item. `sample` is the act's digest, `place` its position; `word` is "" where nobody looked."""

    sample: str
    of: str
    place: int
    item: ScopeItem
    part: ScopePart
    word: str


@dataclass(frozen=True)
class SampleView:
    """A sample of the scope in force. `wrong` of `looked` do not fit; the true share lies between `low` and `high`."""

    act: str
    of: str
    n: int
    population: int
    seed: str
    looked: int
    unsure: int
    wrong: int
    low: float
    high: float


def resolve_scope(
    desk: Desk,
    ref: str,
    selector: Selector,
    lists: Mapping[str, ItemList] | None = None,
    *,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Change:
    """Looks up what the selectors cover and signs it: containers, counts and the root over all items.

    Raises what the rules refuse, what `scoping.resolve` raises.
    """
    desk.require(ref, Draft(Kind.SCOPE))
    resolved = resolve(desk, selector, lists, report=report, cancel=cancel)
    return sign_scope(desk, ref, resolved, lists, report=report, cancel=cancel)


def sign_scope(
    desk: Desk,
    ref: str,
    resolved: Resolved,
    lists: Mapping[str, ItemList] | None = None,
    *,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Change:
    """Signs what was looked up before. Raises what the rules refuse, ScopeStale where an index has changed since."""
    selector, lists = resolved.selector, lists or {}
    with desk.vault.transaction():
        case, names = desk.case(ref), Pseudonyms(desk.key(ref))
        inside = [one for one in resolved.parts if one.how in (WHOLE, MIXED)]
        parts = [_open(names.of(part_id(one.dataset_version, one.container)), one) for one in resolved.parts]
        open_ = {
            "parts": parts,
            "items": sum(one.items for one in inside),
            "size": sum(one.size for one in inside),
            "rest": sum(one.of - one.items for one in inside if one.how == MIXED),
            "indexes": generations(desk, ref),
        }
        fields: dict[str, Any] = {
            "selector": said(selector),
            "lists": {name: desk.vault.log.put_blob(case.id, one.data).as_value() for name, one in lists.items()},
            "told": _told(selector, parts, resolved),
            "indexes": [[one.index, *one.also] for one in resolved.parts],
        }
        rows = _rows(resolved, inside, desk.key(ref), names, report, cancel or CancelToken())
        return desk.act(Draft(Kind.SCOPE, open_, fields, rows), ref)


def show_scope(desk: Desk, ref: str, before: int | None = None) -> ScopeView:
    """The scope in force, or that which was at a place in the log. Raises CaseMissing, ScopeMissing."""
    with desk.reading(ref) as case:
        known = [one for one in case.scopes if before is None or one["seq"] < before]
        if not known:
            raise ScopeMissing(case=ref)
        return _view(desk, known[-1])


def lists_of(desk: Desk, scope: ScopeView) -> dict[str, ItemList]:
    """The lists that the scope's selectors name, as they were signed."""
    return kept_lists(desk, scope.entry)


def scope_versions(desk: Desk, ref: str) -> dict[str, int]:
    """Dataset versions that the scope in force touches, with how many items; nothing before it was resolved."""
    with desk.reading(ref) as case:
        if case.scope is None:
            return {}
        found: dict[str, int] = {}
        for part in _view(desk, case.scope).parts:
            found[part.dataset_version] = found.get(part.dataset_version, 0) + part.items
        return found


def items_of(desk: Desk, scope: ScopeView, part: ScopePart) -> Iterator[ScopeItem]:
    """The items of a container in scope, as they were signed, in the order of the rows."""
    dataset = part.dataset_version.rpartition("@")[0]
    with in_form(scope.entry):
        for row in desk.vault.log.rows(scope.entry, part.first, part.items):
            yield _item(row, dataset, part.container)


def draw(desk: Desk, ref: str, of: str = "scope", n: int = SAMPLE_SIZE) -> Change:
    """Draws a sample of what is in scope, or of the "rest" beside it in mixed containers.

    The seed is in the journal before anything of what was drawn is shown.
    """
    with desk.vault.transaction():
        scope = show_scope(desk, ref)
        population = scope.items if of == "scope" else scope.rest
        sample = {
            "scope": scope.act,
            "of": of,
            "seed": secrets.token_hex(32),
            "n": min(n, population),
            "population": population,
        }
        return desk.act(Draft(Kind.SAMPLE, sample), ref)


def samples(desk: Desk, ref: str) -> list[SampleView]:
    """Samples of the scope in force, oldest first, with the exact interval (Clopper and Pearson, 95 %).

    What was looked at in part is no random sample: it says nothing of the whole yet, which may be anything.
    """
    with desk.reading(ref) as case:
        act = case.scope["act"] if case.scope is not None else ""
        found = []
        for one in case.samples:
            if one["scope"] != act:
                continue
            words = list(one["words"].values())
            unsure = words.count("unsure")
            wrong = words.count("not" if one["of"] == "scope" else "belongs")
            whole = len(words) == one["n"] and not unsure
            low, high = clopper_pearson(wrong, one["n"]) if whole else (0.0, 1.0)
            sizes = (one["n"], one["population"], one["seed"], len(words))
            found.append(SampleView(one["act"], one["of"], *sizes, unsure, wrong, low, high))
        return found


def drawn_items(desk: Desk, ref: str) -> list[Drawn]:
    """Everything that was drawn of the scope in force, in its order."""
    with desk.reading(ref) as case:
        scope = show_scope(desk, ref)
        found: list[Drawn] = []
        for one in case.samples:
            if one["scope"] != scope.act:
                continue
            places = drawn(bytes.fromhex(one["seed"]), one["n"], one["population"])
            at = _in_scope(desk, scope, places) if one["of"] == "scope" else _beside(desk, scope, places)
            found += [
                Drawn(one["act"], one["of"], place, item, part, one["words"].get(str(place), ""))
                for place, part, item in at
            ]
        return found


def mark(desk: Desk, ref: str, words: Mapping[int, str], of: str = "scope") -> Change:
    """What an officer saw: by position in the newest such sample "belongs", "not" or "unsure". Raises SampleUnknown."""
    with desk.vault.transaction():
        newest = next((one.act for one in reversed(samples(desk, ref)) if one.of == of), None)
        own = {one.place: one for one in drawn_items(desk, ref) if one.sample == newest}
        if not own.keys() >= words.keys():
            raise SampleUnknown(case=ref)
        return mark_drawn(desk, ref, [(own[place], word) for place, word in sorted(words.items())])


def mark_drawn(desk: Desk, ref: str, words: Sequence[tuple[Drawn, str]]) -> Change:
    """The same for items of one sample that are at hand: nothing is read again. Raises SampleUnknown."""
    samples_of = {one.sample for one, _ in words}
    if len(samples_of) != 1:
        raise SampleUnknown(case=ref)
    rows = [Row(desk.name(ref, one.item.address.id), f"{word} {one.place}") for one, word in words]
    return desk.act(Draft(Kind.SAMPLED, {"sample": samples_of.pop()}, {}, rows), ref)


def _open(name: str, part: PartOfScope) -> list[Any]:
    inside = part.how in (WHOLE, MIXED)
    inside_of = (part.items, part.size) if inside else (0, 0)
    return [name, part.how, *inside_of, part.of, part.unread, part.not_known]


def _told(selector: Selector, parts: Sequence[Sequence[Any]], resolved: Resolved) -> dict[str, Any]:
    """What a regulator is told: where things lie, and why they are in scope."""
    named = [
        {
            "key": said_part[0],
            "dataset_version": one.dataset_version,
            "container": one.container,
            "why": one.why.as_json(),
        }
        for said_part, one in zip(parts, resolved.parts, strict=True)
    ]
    more = [one.as_json() for one in (*resolved.near, *resolved.unmatched)]
    return {"selector": said(selector), "parts": named, "gaps": told.gaps(resolved.gaps), "left_out": more}


def _rows(
    resolved: Resolved,
    inside: Iterable[PartOfScope],
    key: bytes,
    names: Pseudonyms,
    report: Report,
    cancel: CancelToken,
) -> Iterator[Row]:
    """A row for each item; its content digest is salted, so that it tells nothing to who has not the salt."""
    count, total = 0, sum(one.items for one in resolved.parts)
    for part in inside:
        for address, kind, size in resolved.items(part):
            if count % 5000 == 0:
                cancel.check()
                report(Progress(message("phase.scope"), count, total))
            count += 1
            item = address.id
            word = f"{kind.value} {salted_digest(item_salt(key, item), address.digest)}"
            yield Row(names.of(item), word, [address.member, address.digest, address.occurrence, size])


def _view(desk: Desk, scope: dict[str, Any]) -> ScopeView:
    act, values = desk.vault.log.entry(scope["seq"]).act, desk.values(scope["seq"])
    parts, first = [], 0
    with in_form(scope["seq"]):
        said_parts = values.get("told", {"selector": "", "parts": []})
        for open_, named, indexes in zip(
            act.open["parts"], said_parts["parts"], values.get("indexes", []), strict=True
        ):
            name, how, items, size, of, unread, not_known = open_
            why = Message.from_json(named["why"])
            place = (named["dataset_version"], named["container"], indexes[0])
            parts.append(
                ScopePart(name, *place, how, items, size, of, unread, why, first, not_known, tuple(indexes[1:]))
            )
            first += items
    names = desk.vault.officer_names()
    who = (names.get(scope["officer"], ""), scope["time"], scope["seq"], scope["act"])
    return ScopeView(said_parts["selector"], tuple(parts), scope["items"], scope["size"], scope["rest"], *who)


def _item(row: Row, dataset: str, container: str) -> ScopeItem:
    member, digest, occurrence, size = row.value
    address = ItemAddress(dataset, container, member, digest, occurrence)
    return ScopeItem(address, ItemKind(row.word.partition(" ")[0]), size)


def _in_scope(desk: Desk, scope: ScopeView, places: Sequence[int]) -> Iterator[tuple[int, ScopePart, ScopeItem]]:
    for place in places:
        part = next(one for one in scope.parts if one.first <= place < one.first + one.items)
        row = desk.vault.log.row(scope.entry, place)
        with in_form(scope.entry):
            item = _item(row, part.dataset_version.rpartition("@")[0], part.container)
        yield place, part, item


def _beside(desk: Desk, scope: ScopeView, places: Sequence[int]) -> Iterator[tuple[int, ScopePart, ScopeItem]]:
    """What stays in mixed containers, counted in the order of their indexes."""
    wanted, count = set(places), 0
    for part in scope.parts:
        if part.how != MIXED or not wanted:
            continue
        size = part.of - part.items
        if not any(count <= place < count + size for place in wanted):
            count += size
            continue
        inside = {one.address.id for one in items_of(desk, scope, part)}
        index = opened(desk, resolve_index(desk, part.index).name)
        for address, kind, size_of in items_of_container(index, part.container):
            if address.id in inside:
                continue
            if count in wanted:
                yield count, part, ScopeItem(address, kind, size_of)
            count += 1
