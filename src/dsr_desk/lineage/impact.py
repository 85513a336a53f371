"""From hit dataset versions to every model that they reached, with role, paths, certainty and what came of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dsr_desk.core.lineage import AffectedModel, Certainty, ExcludedModel, Impact, Node, NodeKind, Path, Role
from dsr_desk.core.lineage_questions import LineageQuestion
from dsr_desk.core.message import Message, message
from dsr_desk.core.period import Period
from dsr_desk.lineage.edges import CERTAINTIES, ROLES, Indices, Mask
from dsr_desk.lineage.graph import Graph, Walk
from dsr_desk.lineage.packing import Lazy
from dsr_desk.lineage.prepared import KINDS, day_of, moment
from dsr_desk.lineage.retained import KEPT_KINDS, retained_of
from dsr_desk.lineage.roles import RoleBits, Start, certainties_of, roles_reached

_A_DAY = 24 * 3600 * 1_000_000
_MOST_STEPS = 200_000
_HELD = 4096
_FAR = 1 << 40
_DATE = r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"
_PERIOD = re.compile(rf"\s*{_DATE}\s*(?:to|until|till|through|[-–—/,])\s*{_DATE}\s*", re.IGNORECASE)


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
        reached |= graph.folded(start.tiers[-1].reached)
    left = models[~reached[models]]
    return Impact(
        models=AffectedModels(graph, starts, models[reached[models]], roles_reached(graph, starts)),
        without_lineage=graph.by_name(left[~graph.trained[left]]),
        partly_recorded=graph.by_name(left[graph.trained[left] & ~graph.complete[left]]),
        runs=graph.by_name(_left_nothing(graph, reached)),
        excluded=_excluded(graph, starts, reached),
        not_in_lineage=tuple(version for version in asked if version not in mentioned),
        questions=_open_questions(graph, starts),
        hits=dict(hits or {}),
    )


def _left_nothing(graph: Graph, reached: Mask) -> Indices:
    """Runs that took the data and of which nothing is recorded that they made: weights may lie somewhere."""
    runs = graph.of_kind(NodeKind.RUN)
    measured = graph.with_role(*(role for role in Role if not role.enters_weights), Role.SERVE)
    took = graph.mask(graph.target[reached_from(graph, reached) & ~measured])
    gave = graph.mask(graph.original[graph.origin])
    return runs[reached[runs] & took[runs] & ~gave[runs]]


def reached_from(graph: Graph, reached: Mask) -> Mask:
    """Edges that leave what was reached, or a twin of it."""
    return np.asarray(reached[graph.original[graph.origin]])


@dataclass(frozen=True)
class Brief:
    """`in_weights`: data went in by a training; `only_measured`: sources state that it did not."""

    certainties: Mapping[Role, Certainty]
    certainty: Certainty
    in_weights: bool
    only_measured: bool


class AffectedModels(Lazy[AffectedModel]):
    """Made one by one when they are looked at, since there may be tens of thousands: those that hold the data in
    their weights first, then by the length of the shortest path, then by name."""

    def __init__(self, graph: Graph, starts: Sequence[Start], seats: Indices, roles: Sequence[RoleBits]) -> None:
        """`roles` are the bits of ROLES of each place, by how sure they are (positions in CERTAINTIES)."""
        self._graph, self._starts, self._roles = graph, starts, roles
        self._made = lru_cache(_HELD)(lambda seat: _model(graph, seat, starts, roles))
        weights = graph.mask()
        rank = np.full(len(graph.nodes), np.iinfo(np.int64).max)
        for start in starts:
            weights |= graph.folded(start.weights.reached)
            for code, walk in enumerate(start.tiers):
                here = np.flatnonzero(walk.reached)
                np.minimum.at(rank, graph.original[here], code * _FAR + walk.depth[here])
        order = np.lexsort((graph.name_rank[seats], rank[seats] % _FAR, ~weights[seats]))
        self._seats: list[int] = seats[order].tolist()
        self._listed = {seat: index for index, seat in enumerate(self._seats)}

    def __len__(self) -> int:
        return len(self._seats)

    def one(self, index: int) -> AffectedModel:
        return self._made(self._seats[index])

    def brief_at(self, seat: int) -> Brief | None:
        """What is known in short of the model at a place of the graph; None if it is not affected.

        Cheaper than the model itself, for which paths and all that stands on it are looked for.
        """
        if seat not in self._listed:
            return None
        tiers = [code for start in self._starts for code in _tiers(self._graph, start, seat)]
        in_weights = any(_places(self._graph, start.weights, seat) for start in self._starts)
        certainty = CERTAINTIES[min(tiers)]
        measured = not in_weights and certainty is Certainty.RECORDED and bool(self._graph.complete[seat])
        return Brief(certainties_of(self._roles, seat), certainty, in_weights, measured)

    def of(self, model: str) -> AffectedModel | None:
        """The model that has this node id among its names; None if it is not affected."""
        seat = self._graph.position(model)
        return self[self._listed[seat]] if seat is not None and seat in self._listed else None


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
    goals = {goal, *graph.twins_of.get(goal, ())}
    near = _ancestors(graph, goals, allowed)
    found: list[Path] = []
    queue: list[tuple[int, tuple[int, ...]]] = [
        (seat, ()) for version in dataset_versions for seat in graph.find(version, NodeKind.DATASET) if near[seat]
    ]
    for steps, (node, edges) in enumerate(queue):
        if len(found) == limit or steps == _MOST_STEPS:
            return found, False
        if node in goals:
            start = int(graph.origin[edges[0]]) if edges else node
            found.append(graph.path_along(start, edges))
            continue
        visited = {int(graph.original[graph.origin[edge]]) for edge in edges} | {int(graph.original[node])}
        for edge in graph.outgoing(node):
            target = int(graph.target[edge])
            if allowed[edge] and near[target] and int(graph.original[target]) not in visited:
                queue.append((target, (*edges, edge)))
    return found, True


def _walks(graph: Graph, seats: list[int], arrived: str) -> Start:
    allowed = ~graph.with_role(Role.ERASE)
    dated = _finished_before(graph, arrived)
    closed = graph.mask(dated)[graph.original]
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
    everything = graph.walk(seats, allowed).reached if dated.size else tiers[-1].reached
    return Start(seats, tiers, weights, everything, dated, arrived)


def _finished_before(graph: Graph, arrived: str) -> Indices:
    """Runs and models that were finished at least a day before.

    A run is finished when it ended. A model that a run made is finished with its run, since a store may enter it
    before it is trained; only one without a run goes by its own date.
    """
    if not arrived:
        return np.zeros(0, dtype=np.int64)
    runs, models = graph.of_kind(NodeKind.RUN), graph.of_kind(NodeKind.MODEL)
    made_by_run = graph.mask(graph.target[graph.mask(runs)[graph.origin]])
    dated = np.concatenate([runs, models[~made_by_run[models]]])
    early = graph.moments[dated] <= moment(arrived) - _A_DAY
    return np.asarray(dated[early])


def _model(graph: Graph, seat: int, starts: Sequence[Start], roles: Sequence[RoleBits]) -> AffectedModel:
    paths = sorted(_paths_to(graph, seat, starts), key=lambda found: (found[0], len(found[1])))
    downstream, certainties = _downstream(graph, seat), certainties_of(roles, seat)
    in_use = [*downstream[NodeKind.DEPLOYMENT], *downstream[NodeKind.ENDPOINT]]
    return AffectedModel(
        node=graph.nodes[seat],
        roles=tuple(certainties),
        certainties=certainties,
        certainty=CERTAINTIES[paths[0][0]],
        in_weights=any(_places(graph, start.weights, seat) for start in starts),
        paths=tuple(graph.path_along(int(graph.origin[edges[0]]) if edges else seat, edges) for _, edges in paths),
        period=_period(in_use, _served(graph, seat)),
        deployments=tuple(in_use),
        products=(*downstream[NodeKind.PRODUCT], *downstream[NodeKind.API]),
        outputs=(*downstream[NodeKind.OUTPUT], *downstream[NodeKind.DATASET]),
        embeddings=tuple(downstream[NodeKind.EMBEDDING]),
        benchmarks=tuple(downstream[NodeKind.BENCHMARK]),
        sources=tuple(dict.fromkeys(graph.source_of(edge) for _, edges in paths for edge in edges)),
        training_recorded=bool(graph.trained[seat]),
        training_complete=bool(graph.complete[seat]),
        received=graph.received.get(seat),
        retained=tuple(retained_of(graph, [node for kind in KEPT_KINDS for node in downstream[kind]])),
    )


def _paths_to(graph: Graph, seat: int, starts: Sequence[Start]) -> Iterator[tuple[int, list[int]]]:
    """Certainty and edges of the shortest path from each start, and of the shortest into the weights where that one
    was only measured: what a model learned must not hide behind what it was tested on."""
    for start in starts:
        for tier in _tiers(graph, start, seat)[:1]:
            edges = _shortest(graph, start.tiers[tier], seat)
            yield tier, edges
            measured = any(not ROLES[int(graph.role[edge])].enters_weights for edge in edges)
            if measured and _places(graph, start.weights, seat):
                learned = _shortest(graph, start.weights, seat)
                yield max(int(graph.certainty[edge]) for edge in learned), learned


def _shortest(graph: Graph, walk: Walk, seat: int) -> list[int]:
    """Edges by which a walk came to a place or a twin of it."""
    return graph.edges_to(min(_places(graph, walk, seat), key=lambda place: int(walk.depth[place])), walk)


def _places(graph: Graph, walk: Walk, seat: int) -> list[int]:
    """A place and its twins, as far as a walk reached them."""
    return [place for place in (seat, *graph.twins_of.get(seat, ())) if walk.reached[place]]


def _tiers(graph: Graph, start: Start, seat: int) -> list[int]:
    """Positions in CERTAINTIES of the walks that reached a node, the surest first."""
    return [code for code, walk in enumerate(start.tiers) if _places(graph, walk, seat)]


def _downstream(graph: Graph, model: int) -> dict[NodeKind, list[Node]]:
    """What was made from a model or stands on it. Runs count as its own where they used the model itself; other
    models and what is made from the data that it gave out do not."""
    found: dict[NodeKind, list[Node]] = defaultdict(list)
    seen = {model}
    queue = [model]
    for seat in queue:
        for edge in graph.outgoing(seat):
            target = int(graph.original[graph.target[edge]])
            kind = KINDS[graph.kind[target]]
            if target in seen or kind is NodeKind.MODEL:
                continue
            seen.add(target)
            if kind is not NodeKind.RUN:
                found[kind].append(graph.nodes[target])
            if kind is not NodeKind.DATASET and (kind is not NodeKind.RUN or seat == model):
                queue.append(target)
    return found


def _served(graph: Graph, model: int) -> list[Period]:
    """What edges say of since when and until when a model was in use; that somebody got it is no use."""
    edges = (graph.edge(number) for number in graph.outgoing(model))
    noted = [edge.attributes for edge in edges if edge.role is Role.SERVE]
    dated = [(one.get("since", ""), one.get("until", "")) for one in noted if one.get("since") or one.get("until")]
    return [Period(since, until, not until) for since, until in dated]


def _period(deployments: Sequence[Node], served: Sequence[Period]) -> Period:
    """What is recorded of it; a deployment without any date says that it was used and not when."""
    dated = [Period(n.created, n.ended, not n.ended) for n in deployments if n.created or n.ended] + list(served)
    running = any(one.running for one in dated)
    since = min((one.since for one in dated if one.since), default="")
    return Period(since, "" if running else max((one.until for one in dated), default=""), running)


class ModelsDatedOut(Lazy[ExcludedModel]):
    """By name."""

    def __init__(self, graph: Graph, reasons: Mapping[int, Message]) -> None:
        self._reasons = reasons
        self._nodes = graph.by_name(np.fromiter(reasons, dtype=np.int64, count=len(reasons)))

    def __len__(self) -> int:
        return len(self._nodes)

    def one(self, index: int) -> ExcludedModel:
        return ExcludedModel(self._nodes[index], self._reasons[int(self._nodes.places[index])])


def _excluded(graph: Graph, starts: Sequence[Start], reached: Mask) -> ModelsDatedOut:
    found: dict[int, Message] = {}
    for start in starts:
        runs = start.dated[graph.kind[start.dated] == KINDS.index(NodeKind.RUN)]
        when = dict(zip(start.dated.tolist(), graph.moments[start.dated].tolist(), strict=True))
        edges = graph.edges_from(runs)
        made = graph.original[graph.target[edges]].tolist()
        when.update(zip(made, graph.moments[graph.origin[edges]].tolist(), strict=True))
        out = graph.folded(start.all) & ~reached & (graph.kind == KINDS.index(NodeKind.MODEL))
        for place in np.flatnonzero(out).tolist():
            if place not in found:
                arrived = start.arrived[:10]
                if place in when:
                    found[place] = message("excluded.finished", finished=day_of(when[place]), arrived=arrived)
                else:
                    found[place] = message("excluded.parts", arrived=arrived)
    return ModelsDatedOut(graph, found)


def _open_questions(graph: Graph, starts: Sequence[Start]) -> tuple[LineageQuestion, ...]:
    seen = graph.mask()
    for start in starts:
        seen |= graph.folded(start.all)
    return tuple(graph.questions[number] for number in graph.questions_on(seen))


def _ancestors(graph: Graph, goals: Iterable[int], allowed: Mask) -> Mask:
    """Which places reach one of these."""
    reached = graph.mask(goals)
    while (new := np.flatnonzero(allowed & reached[graph.target] & ~reached[graph.origin])).size:
        reached[graph.origin[new]] = True
    return reached
