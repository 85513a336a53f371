"""What the scope page shows, read beside the window: the scope in force, or what was looked up and not yet signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import orders, scope
from dsr_desk.app.case.orders import ItemList
from dsr_desk.app.case.scoping import Resolved, resolve
from dsr_desk.app.case.steps import Finding, finding
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message
from dsr_desk.core.order_refusals import ScopeMissing
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.selectors import Selector, lists_in
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui.models.scope import ScopeRow, scope_rows


@dataclass(frozen=True)
class ScopeShown:
    """`asked` is the selector to begin with. `rows` are those of the scope in force, None where there is none."""

    asked: str
    versions: tuple[DatasetVersion, ...]
    refused: Refusal | None
    checked: bool
    rows: tuple[ScopeRow, ...] | None = None
    found: Finding | None = None
    current: bool = True
    """Whether the scope in force is of this round; after a deletion it is looked up again."""


@dataclass(frozen=True)
class LookedUp:
    """What a selector covers now; nobody signed it. `notes`: what fits nothing, what nearly fits, what was not read."""

    resolved: Resolved
    lists: dict[str, ItemList]
    rows: tuple[ScopeRow, ...]
    notes: tuple[Message, ...]


def look(desk: Desk, ref: str) -> ScopeShown:
    order = orders.show_order(desk, ref).content
    versions = tuple(one for one, _ in dataset_versions(desk))
    with desk.reading(ref) as case:
        checked, current = case.identified, case.searched
    refused = refusal(desk, ref, Kind.SCOPE)
    try:
        view = scope.show_scope(desk, ref)
    except ScopeMissing:
        return ScopeShown(order.covers, versions, refused, checked)
    rows = tuple(scope_rows(view.parts))
    return ScopeShown(view.selector, versions, refused, checked, rows, finding(desk, view.entry), current)


def look_up(
    desk: Desk, ref: str, selector: Selector, read: dict[str, ItemList], report: Report, cancel: CancelToken
) -> LookedUp:
    """Resolves a selector and writes nothing. `read` are lists given just now; others came with the order or scope."""
    known = dict(read)
    if not known.keys() >= set(lists_in(selector)):
        known = {**orders.lists_of(desk, ref), **_signed_lists(desk, ref), **read}
    lists = {name: known[name] for name in lists_in(selector) if name in known}
    found = resolve(desk, selector, lists, report=report, cancel=cancel)
    notes = (*found.unmatched, *found.near, *(gap.says for gap in found.gaps))
    return LookedUp(found, lists, tuple(scope_rows(found.parts)), notes)


def _signed_lists(desk: Desk, ref: str) -> dict[str, ItemList]:
    try:
        return scope.lists_of(desk, scope.show_scope(desk, ref))
    except ScopeMissing:
        return {}


@dataclass(frozen=True)
class Totals:
    """Over all rows. `containers` have something covered, `mixed` of them other people's data as well."""

    items: int
    size: int
    containers: int
    mixed: int
    stays: int
    unread: int
    unknown: int
    """Containers and datasets of which something is neither in nor out."""


def totals(rows: Sequence[ScopeRow]) -> Totals:
    inside = [one for one in rows if one.inside]
    return Totals(
        sum(one.items for one in inside),
        sum(one.size for one in inside),
        len(inside),
        sum(1 for one in inside if one.stays),
        sum(one.stays for one in inside),
        sum(one.unread for one in inside),
        sum(1 for one in rows if not one.is_known),
    )
