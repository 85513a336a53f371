"""The plan of an order: whole containers go by removal, mixed ones by the erasers, what lies elsewhere by a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from dsr_desk.app.case.order_items import others_than
from dsr_desk.app.case.reaching import found_here
from dsr_desk.app.case.scope import MIXED, WHOLE, ScopePart, ScopeView, items_of, show_scope
from dsr_desk.app.data.indexing import opened
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, PlacedContainer, Plan
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.whole import WholeSight, look_whole
from dsr_desk.datasets.whole_places import OtherPlaces, WholeSet
from dsr_desk.datasets.whole_sets import whole_sets
from dsr_desk.deletion import letters
from dsr_desk.deletion.handed_parts import content_of
from dsr_desk.deletion.plan import PlanScope, beyond, dispose, unreached_gap
from dsr_desk.deletion.reach import require_reached
from dsr_desk.deletion.removal import container_at, note
from dsr_desk.search.index.contents import ContainerState


class ChangedSince(DeskError):
    code = "ORDER-CHANGED-SINCE"
    happened = "{what} is not as it was when its index was built."
    means = "What lies there now is in no scope, so nothing of it is planned."
    todo = "Update the index, resolve the scope again, and look at its samples."


@dataclass(frozen=True)
class _Placed:
    """A container in scope, with what its index says of it; `container` is None where it is not here."""

    part: ScopePart
    container: Container | None
    state: ContainerState | None
    unreached: Message | None = None

    def as_planned(self) -> PlacedContainer:
        part, state = self.part, self.state
        form, path = (state.format, str(state.path)) if state is not None else ("", "")
        whole = part.how == WHOLE
        return PlacedContainer(part.dataset_version, part.container, form, path, part.items, part.size, whole)

    def as_listed(self, desk: Desk, view: ScopeView) -> PlacedContainer:
        """With a digest over its items: whoever holds it gets them as a list, which the plan's approval binds so."""
        addresses = (item.address for item in items_of(desk, view, self.part))
        content = content_of((at.member, at.digest, at.occurrence) for at in addresses)
        return replace(self.as_planned(), content=content)


def make_order_plan(desk: Desk, ref: str, made: str, scope: PlanScope, *, first: int) -> Plan:
    """A plan for all that the scope in force holds; its actions are numbered from `first` on.

    `scope` gives what lies beyond the containers: versions' facts, models, backups. What cannot be reached keeps its
    action and says why.
    """
    view, scope = show_scope(desk, ref), replace(scope, ordered=True)
    placed = _placed(desk, view)
    gaps = [*_not_known(view)]
    actions = _removals(desk, view, [one for one in placed if one.part.how == WHOLE], gaps)
    actions += [
        _erasure(desk, view, one, gaps) for one in placed if one.part.how == MIXED and one.container is not None
    ]
    away = [one for one in placed if one.container is None]
    actions += _elsewhere(desk, ref, view, [one for one in away if one.unreached is None], scope)
    actions += [_unreached(desk, view, one, gaps) for one in away if one.unreached is not None]
    actions += _index_entries(placed)
    counts: dict[str, int] = defaultdict(int)
    for one in placed:
        counts[one.part.dataset_version] += one.part.items
    for version, count in counts.items():
        actions += beyond(ref, version, count, scope, gaps)
    actions += dispose(ref, scope, gaps)
    numbered = tuple(replace(action, id=f"a{number:02d}") for number, action in enumerate(actions, start=first))
    return Plan(ref, made, numbered, tuple(gaps))


def _placed(desk: Desk, view: ScopeView) -> list[_Placed]:
    here = found_here(desk, {one.dataset_version for one in view.parts})
    states: dict[str, dict[str, ContainerState]] = {}
    found = []
    for part in view.parts:
        if not part.inside or not part.items:
            continue
        if part.index not in states:
            states[part.index] = {}
            with suppress(DeskError):
                states[part.index] = {one.name: one for one in opened(desk, part.index).containers()}
        place, state = (part.dataset_version, part.container), states[part.index].get(part.container)
        container, why = here.containers.get(place), here.unreached.get(place) or here.unopened.get(part.index)
        if container is not None and state is not None:
            why = _changed(container, state)
        found.append(_Placed(part, container if why is None else None, state, why))
    return found


def _changed(container: Container, state: ContainerState) -> Message | None:
    """Why a container is not what the scope was resolved over; None where it is."""
    try:
        require_reached(container)
        if container.fingerprint() != state.fingerprint:
            return ChangedSince(what=container.name).message
    except DeskError as error:
        return error.message
    return None


def _not_known(view: ScopeView) -> Iterator[Gap]:
    for part in view.not_known:
        what = message("gap.scope.part", container=part.container or part.dataset_version)
        why = message("why.scope.items") if part.inside else part.why
        yield Gap(what, why, part.not_known or None, dataset_version=part.dataset_version)


def _removals(desk: Desk, view: ScopeView, placed: Sequence[_Placed], gaps: list[Gap]) -> list[Action]:
    """Sets of containers that go by one removal each, looked at together, so that links between them are known."""
    by_path: dict[str, list[_Placed]] = defaultdict(list)
    for one in placed:
        if one.container is not None and one.state is not None:
            by_path[str(one.state.path)].append(one)
    others = others_than(desk, [one.as_planned() for own in by_path.values() for one in own])
    wholes = whole_sets([container_at(own[0].as_planned()) for own in by_path.values()], others)
    sights = _looked_at(wholes, others)
    return [
        _removal(desk, view, whole, [one for each in whole.containers for one in by_path[str(each.path)]], sight, gaps)
        for whole, sight in zip(wholes, sights, strict=True)
    ]


def _looked_at(wholes: Sequence[WholeSet], others: OtherPlaces) -> list[WholeSight | DeskError]:
    """All together, so that what is linked between them is known to go; one by one where one of them is refused."""
    try:
        return list(look_whole(wholes, others))
    except DeskError:
        found: list[WholeSight | DeskError] = []
        for whole in wholes:
            try:
                found += look_whole([whole], others)
            except DeskError as error:
                found.append(error)
        return found


def _removal(
    desk: Desk,
    view: ScopeView,
    whole: WholeSet,
    own: Sequence[_Placed],
    sight: WholeSight | DeskError,
    gaps: list[Gap],
) -> Action:
    containers = tuple(one.as_planned() for one in own)
    action = Action(
        "",
        ActionKind.REMOVE,
        whole.name,
        own[0].part.dataset_version,
        containers=containers,
        count=sum(one.items for one in containers),
        size=sum(one.size for one in containers),
        root=str(whole.root),
    )
    if isinstance(sight, DeskError):
        listed = tuple(one.as_listed(desk, view) for one in own)
        unreached = replace(action, containers=listed, unreached=sight.message)
        gaps.append(unreached_gap(unreached))
        return unreached
    named = (*sight.links, *sight.beside, *sight.staying, *sight.closed)
    changes = (*(note(one) for one in named), *sight.snapshots, *sight.notes)
    return replace(action, expected=sight.state, size=sight.size, changes=changes)


def _erasure(desk: Desk, view: ScopeView, one: _Placed, gaps: list[Gap]) -> Action:
    part, container = one.part, one.container
    tabular = container is not None and container.tabular
    action = Action(
        "",
        ActionKind.ERASE_ROWS if tabular else ActionKind.ERASE_ITEMS,
        part.container,
        part.dataset_version,
        container=part.container,
        containers=(one.as_planned(),),
        count=part.items,
        size=part.size,
    )
    try:
        if container is not None:
            doomed = [
                Doomed(item.address.member, item.address.digest, item.address.occurrence)
                for item in items_of(desk, view, part)
            ]
            return replace(action, changes=container.before_erasing(doomed))
    except DeskError as error:
        action = replace(action, containers=(one.as_listed(desk, view),), unreached=error.message)
        gaps.append(unreached_gap(action))
    return action


def _unreached(desk: Desk, view: ScopeView, one: _Placed, gaps: list[Gap]) -> Action:
    part = one.part
    kind = ActionKind.REMOVE if part.how == WHOLE else ActionKind.ERASE_ITEMS
    action = Action(
        "",
        kind,
        part.container,
        part.dataset_version,
        container=part.container if part.how == MIXED else "",
        containers=(one.as_listed(desk, view),),
        count=part.items,
        size=part.size,
        unreached=one.unreached,
    )
    gaps.append(unreached_gap(action))
    return action


def _elsewhere(desk: Desk, ref: str, view: ScopeView, placed: Sequence[_Placed], scope: PlanScope) -> list[Action]:
    """One task for each dataset version of which containers lie with others."""
    by_version: dict[str, list[_Placed]] = defaultdict(list)
    for one in placed:
        by_version[one.part.dataset_version].append(one)
    actions = []
    for version, own in by_version.items():
        facts = scope.versions.get(version)
        count = sum(one.part.items for one in own)
        actions.append(
            Action(
                "",
                ActionKind.TASK,
                version,
                version,
                instruction=letters.containers_elsewhere(ref, version, [one.part.container for one in own], count),
                responsible=facts.responsible if facts else "",
                containers=tuple(replace(one.as_listed(desk, view), path="") for one in own),
                count=count,
                size=sum(one.part.size for one in own),
            )
        )
    return actions


def _index_entries(placed: Sequence[_Placed]) -> list[Action]:
    by_index: dict[str, list[PlacedContainer]] = defaultdict(list)
    for one in placed:
        for index in (one.part.index, *one.part.also):
            by_index[index].append(one.as_planned())
    return [
        Action("", ActionKind.ERASE_INDEX, index, index=index, containers=tuple(own), count=sum(n.items for n in own))
        for index, own in by_index.items()
    ]
