"""From hit dataset versions to every model that they reached, with role, paths, certainty and what came of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.lineage import (
    MODEL_ROLES,
    AffectedModel,
    Certainty,
    ExcludedModel,
    Impact,
    JoinQuestion,
    Node,
    NodeKind,
    Path,
    Role,
)
from dsr_desk.core.message import message
from dsr_desk.core.period import Period
from dsr_desk.lineage.graph import CERTAINTIES, ROLES, Graph, Indices, Mask, Walk

_A_DAY = timedelta(days=1)
_MODEL_BITS = sum(1 << i for i, role in enumerate(ROLES) if role in MODEL_ROLES)
_MOST_STEPS = 200_000
_FAR = 1 << 40
_DATE = r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"
_PERIOD = re.compile(rf"\s*{_DATE}\s*(?:to|until|till|through|[-–—/,])\s*{_DATE}\s*", re.IGNORECASE)


@dataclass(frozen=True)
class _Start:
    """The walks from one hit dataset version. `tiers[c]` uses edges up to certainty c, `weights` those by which data
    enters a model's weights; `dated` is dated out."""

    seats: list[int]
    tiers: list[Walk]
    weights: Walk
    all: Mask
    dated: dict[int, str]
    arrived: str


def affected(
    graph: Graph,
    dataset_versions: Iterable[str],
    hits: Mapping[str, int] | None = None,
    arrived: Mapping[str, str] | None = None,
) -> Impact:
    """Every model that these dataset versions (`name@version`, a name, or a node id) reached.

    `hits` counts hit items per version and is handed through. `arrived` gives, where it is known, the UTC time before
    which no hit item of a version can have been in it: what was finished at least a day before is excluded, with the
    reason. Nothing is found through a version that was derived by erasure.
    """
    arrived = arrived or {}
    asked = list(dict.fromkeys(dataset_versions))
    places = {version: graph.find(version, NodeKind.DATASET) for version in asked}
    walked = {version: _walks(graph, places[version], arrived.get(version, "")) for version in asked if places[version]}
    starts = list(walked.values())
    mentioned = {version for version, start in walked.items() if (start.all & graph.stated).any()}
    models = graph.of_kind(NodeKind.MODEL)
    reached = graph.mask()
    for start in starts:
        reached |= start.tiers[-1].reached
    roles = _roles(graph, starts)
    trained = graph.trained
    silent = models[~trained[models] & ~reached[models]]
    return Impact(
        models=AffectedModels(graph, starts, models[reached[models]], roles),
        without_lineage=tuple(graph.nodes[i] for i in silent[np.argsort(graph.name_rank[silent])].tolist()),
        excluded=_excluded(graph, starts, reached),
        not_in_lineage=tuple(version for version in asked if version not in mentioned),
        questions=_open_questions(graph, starts),
        hits=dict(hits or {}),
    )


class AffectedModels(Sequence[AffectedModel]):
    """Made one by one when they are looked at, since there may be tens of thousands: those that hold the data in
    their weights first, then by the length of the shortest path, then by name."""

    def __init__(self, graph: Graph, starts: Sequence[_Start], seats: Indices, roles: NDArray[np.uint32]) -> None:
        self._graph, self._starts, self._roles = graph, starts, roles
        self._made: dict[int, AffectedModel] = {}
        weights = graph.mask()
        rank = np.full(len(graph.nodes), np.iinfo(np.int64).max)
        for start in starts:
            weights |= start.weights.reached
            for code, walk in enumerate(start.tiers):
                here = np.flatnonzero(walk.reached)
                rank[here] = np.minimum(rank[here], code * _FAR + walk.depth[here])
        order = np.lexsort((graph.name_rank[seats], rank[seats] % _FAR, ~weights[seats]))
        self._seats: list[int] = seats[order].tolist()
        self._listed = frozenset(self._seats)

    def __len__(self) -> int:
        return len(self._seats)

    @overload
    def __getitem__(self, index: int) -> AffectedModel: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[AffectedModel, ...]: ...

    def __getitem__(self, index: int | slice) -> AffectedModel | tuple[AffectedModel, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        seat = self._seats[index]
        if seat not in self._made:
            self._made[seat] = _model(self._graph, seat, self._starts, int(self._roles[seat]))
        return self._made[seat]

    def brief(self, model: str) -> tuple[tuple[Role, ...], Certainty, bool] | None:
        """Roles, certainty and whether the data is in the weights of one model (node id); None if it is not affected.

        Cheaper than the model itself, for which paths and all that stands on it are looked for.
        """
        seat = self._graph.position(model)
        if seat is None or seat not in self._listed:
            return None
        certainty = CERTAINTIES[min(code for start in self._starts for code in _tiers(start, seat))]
        return (
            _role_names(int(self._roles[seat])),
            certainty,
            any(start.weights.reached[seat] for start in self._starts),
        )

    def of(self, model: str) -> AffectedModel | None:
        """The model that has this node id among its names; None if it is not affected."""
        seat = self._graph.position(model)
        return self[self._seats.index(seat)] if seat is not None and seat in self._listed else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def collected_since(collected: str) -> str:
    """Since when the first photo of a dataset version can have been in it: the first moment (UTC) of a period of
    collection, "2023-05 to 2023-09" or an ISO 8601 interval; "" for anything else. A single date says when a dataset
    was made or published, and photos may be older than that."""
    found = _PERIOD.fullmatch(collected)
    if found is None:
        return ""
    first, last = (_first_day(*found.groups()[i : i + 3]) for i in (0, 3))
    return f"{first.isoformat()}T00:00:00Z" if first and last and first <= last else ""


def _first_day(year: str, month: str | None, day: str | None) -> date | None:
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def all_paths(graph: Graph, dataset_versions: Iterable[str], model: str, limit: int = 100) -> tuple[list[Path], bool]:
    """Paths without repeated nodes from these versions to a model (node id), shortest first, at most `limit`.

    The second value is False where there are more, or where looking for them was given up.
    """
    goal = graph.position(model)
    if goal is None:
        return [], True
    allowed = ~graph.with_role(Role.ERASE)
    near = _ancestors(graph, goal, allowed)
    found: list[Path] = []
    queue: list[tuple[int, tuple[int, ...]]] = [
        (seat, ()) for version in dataset_versions for seat in graph.find(version, NodeKind.DATASET) if near[seat]
    ]
    for steps, (node, edges) in enumerate(queue):
        if len(found) == limit or steps == _MOST_STEPS:
            return found, False
        if node == goal:
            start = int(graph.origin[edges[0]]) if edges else node
            found.append(graph.path_along(start, edges))
            continue
        visited = {int(graph.origin[edge]) for edge in edges}
        for edge in graph.outgoing(node):
            target = int(graph.target[edge])
            if allowed[edge] and near[target] and target != node and target not in visited:
                queue.append((target, (*edges, edge)))
    return found, True


def _walks(graph: Graph, seats: list[int], arrived: str) -> _Start:
    allowed = ~graph.with_role(Role.ERASE)
    dated = _finished_before(graph, arrived)
    closed = graph.mask(dated)
    widest = graph.walk(seats, allowed, closed)
    met = graph.edges_from(np.flatnonzero(widest.reached))
    tiers = [
        graph.walk(seats, allowed & (graph.certainty <= code), closed)
        if (graph.certainty[met] > code).any()
        else widest
        for code in range(len(CERTAINTIES))
    ]
    measured = graph.with_role(*(role for role in Role if not role.enters_weights))
    weights = graph.walk(seats, allowed & ~measured, closed) if measured[met].any() else widest
    everything = graph.walk(seats, allowed).reached if dated else tiers[-1].reached
    return _Start(seats, tiers, weights, everything, dated, arrived)


def _finished_before(graph: Graph, arrived: str) -> dict[int, str]:
    """Runs and models that were finished at least a day before, with the day.

    A run is finished when it ended. A model that a run made is finished with its run, since a store may enter it
    before it is trained; only one without a run goes by its own date.
    """
    if not arrived:
        return {}
    limit = datetime.fromisoformat(arrived) - _A_DAY
    runs, models = graph.of_kind(NodeKind.RUN), graph.of_kind(NodeKind.MODEL)
    is_run = graph.mask(runs)
    made_by_run = graph.mask(graph.target[is_run[graph.origin]])
    found = {}
    for seats in (runs, models[~made_by_run[models]]):
        for seat in seats:
            node = graph.nodes[int(seat)]
            finished = node.ended if node.kind == NodeKind.RUN else node.created
            if finished and datetime.fromisoformat(finished) <= limit:
                found[int(seat)] = finished
    return found


def _roles(graph: Graph, starts: Sequence[_Start]) -> NDArray[np.uint32]:
    """Bits of ROLES by which data of any start came to each node; edges that only hand on pass them along."""
    used = np.zeros(graph.origin.size, dtype=bool)
    for start in starts:
        reached = start.tiers[-1].reached
        used |= reached[graph.origin] & reached[graph.target]
    used &= ~graph.with_role(Role.ERASE)
    bits = np.left_shift(np.uint32(1), graph.role.astype(np.uint32))
    says = used & graph.with_role(*MODEL_ROLES)
    mask = np.zeros(len(graph.nodes), dtype=np.uint32)
    np.bitwise_or.at(mask, graph.target[says], bits[says])
    hands_on = used & ~says
    changed = np.flatnonzero(mask)
    while changed.size:
        edges = graph.edges_from(changed)
        edges = edges[hands_on[edges]]
        before = mask.copy()
        np.bitwise_or.at(mask, graph.target[edges], mask[graph.origin[edges]])
        changed = np.flatnonzero(mask != before)
    return mask


def _model(graph: Graph, seat: int, starts: Sequence[_Start], bits: int) -> AffectedModel:
    paths = sorted(_paths_to(graph, seat, starts), key=lambda found: (found[0], len(found[1])))
    downstream = _downstream(graph, seat)
    return AffectedModel(
        node=graph.nodes[seat],
        roles=_role_names(bits),
        certainty=CERTAINTIES[paths[0][0]],
        in_weights=any(start.weights.reached[seat] for start in starts),
        paths=tuple(graph.path_along(int(graph.origin[edges[0]]) if edges else seat, edges) for _, edges in paths),
        period=_period(downstream[NodeKind.DEPLOYMENT]),
        deployments=tuple(downstream[NodeKind.DEPLOYMENT]),
        products=tuple(downstream[NodeKind.PRODUCT]),
        outputs=(*downstream[NodeKind.OUTPUT], *downstream[NodeKind.DATASET]),
        embeddings=tuple(downstream[NodeKind.EMBEDDING]),
        benchmarks=tuple(downstream[NodeKind.BENCHMARK]),
        sources=tuple(dict.fromkeys(graph.edge(edge).source for _, edges in paths for edge in edges)),
        training_recorded=bool(graph.trained[seat]),
        passed_on_to=graph.passed_on_to.get(seat),
    )


def _paths_to(graph: Graph, seat: int, starts: Sequence[_Start]) -> Iterator[tuple[int, list[int]]]:
    """Certainty and edges of the shortest path from each start, and of the shortest into the weights where that one
    was only measured: what a model learned must not hide behind what it was tested on."""
    for start in starts:
        for tier in _tiers(start, seat)[:1]:
            edges = graph.edges_to(seat, start.tiers[tier])
            yield tier, edges
            measured = any(not ROLES[int(graph.role[edge])].enters_weights for edge in edges)
            if measured and start.weights.reached[seat]:
                learned = graph.edges_to(seat, start.weights)
                yield max(int(graph.certainty[edge]) for edge in learned), learned


def _tiers(start: _Start, seat: int) -> list[int]:
    """Positions in CERTAINTIES of the walks that reached a node, the surest first."""
    return [code for code, walk in enumerate(start.tiers) if walk.reached[seat]]


def _role_names(bits: int) -> tuple[Role, ...]:
    return tuple(role for i, role in enumerate(ROLES) if bits & _MODEL_BITS & 1 << i) or (Role.DERIVE,)


def _downstream(graph: Graph, model: int) -> dict[NodeKind, list[Node]]:
    """What was made from a model or stands on it. Runs count as its own where they used the model itself; other
    models and what is made from the data that it gave out do not."""
    found: dict[NodeKind, list[Node]] = defaultdict(list)
    seen = {model}
    queue = [model]
    for seat in queue:
        for edge in graph.outgoing(seat):
            target = int(graph.target[edge])
            kind = graph.nodes[target].kind
            if target in seen or kind == NodeKind.MODEL:
                continue
            seen.add(target)
            if kind != NodeKind.RUN:
                found[kind].append(graph.nodes[target])
            if kind != NodeKind.DATASET and (kind != NodeKind.RUN or seat == model):
                queue.append(target)
    return found


def _period(deployments: Sequence[Node]) -> Period:
    """What is recorded of it; a deployment without any date says that it was used and not when."""
    dated = [node for node in deployments if node.created or node.ended]
    running = any(not node.ended for node in dated)
    since = min((node.created for node in dated if node.created), default="")
    return Period(since, "" if running else max((node.ended for node in dated), default=""), running)


def _excluded(graph: Graph, starts: Sequence[_Start], reached: Mask) -> tuple[ExcludedModel, ...]:
    found: dict[int, ExcludedModel] = {}
    for start in starts:
        finished = dict(start.dated)
        for seat, day in start.dated.items():
            if graph.nodes[seat].kind == NodeKind.RUN:
                finished.update({int(graph.target[edge]): day for edge in graph.outgoing(seat)})
        for seat in np.flatnonzero(start.all & ~reached).tolist():
            if graph.nodes[seat].kind == NodeKind.MODEL and seat not in found:
                arrived = start.arrived[:10]
                if seat in finished:
                    reason = message("excluded.finished", finished=finished[seat][:10], arrived=arrived)
                else:
                    reason = message("excluded.parts", arrived=arrived)
                found[seat] = ExcludedModel(graph.nodes[seat], reason)
    return tuple(sorted(found.values(), key=lambda e: (e.node.name, e.node.version)))


def _open_questions(graph: Graph, starts: Sequence[_Start]) -> tuple[JoinQuestion, ...]:
    seen = graph.mask()
    for start in starts:
        seen |= start.all
    return tuple(
        question
        for question in graph.questions
        if any(
            seat is not None and seen[seat]
            for seat in (graph.position(question.first.id), graph.position(question.second.id))
        )
    )


def _ancestors(graph: Graph, goal: int, allowed: Mask) -> Mask:
    """Which nodes reach the goal."""
    reached = graph.mask([goal])
    while (new := np.flatnonzero(allowed & reached[graph.target] & ~reached[graph.origin])).size:
        reached[graph.origin[new]] = True
    return reached
