"""The part of the graph that dataset versions reach, as sources said it: what is exported and drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.edges import CERTAINTIES, CERTAINTY_CODE, ROLES, EdgeTable, Mask
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import BEFORE, ERASED, REGISTERED

_INFERRED = CERTAINTY_CODE[Certainty.INFERRED]


@dataclass(frozen=True)
class Part:
    """Nodes in the order of their places in the graph, edges between them, and the ids of the nodes that it began from.
    `places` are those of the nodes, where the part was taken from a graph."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    starts: tuple[str, ...]
    places: tuple[int, ...] = field(default=(), compare=False)


def affected_part(graph: Graph, dataset_versions: Iterable[str]) -> Part:
    """All that these dataset versions reach: models, and what stands on them. Without conclusions of this program,
    which another program draws for itself when it reads the part."""
    starts = sorted({seat for version in dataset_versions for seat in graph.find(version, NodeKind.DATASET)})
    reached = graph.walk(starts, ~graph.with_role(Role.ERASE)).reached
    return _part(graph, graph.folded(reached), starts)


def drawn_part(graph: Graph, dataset_versions: Iterable[str] | None = None) -> Part:
    """As `affected_part`, or everything for None, with the conclusions of this program too: open questions, and parts
    that flow into the consumers of their whole."""
    asked = dataset_versions is not None
    starts = sorted({seat for version in dataset_versions or () for seat in graph.find(version, NodeKind.DATASET)})
    kept = ~graph.with_role(Role.ERASE) if asked else np.ones(graph.role.size, dtype=bool)
    reached = graph.walk(starts, kept).reached if asked else ~graph.mask()
    kept &= reached[graph.origin] & reached[graph.target]
    ends = graph.original[graph.origin], graph.original[graph.target]
    into_twin = ends[1] != graph.target
    kept &= (ends[0] != ends[1]) & ~(into_twin & reached[ends[1]])
    nodes = {i: _plain(graph.nodes[i]) for i in np.unique(graph.original[reached]).tolist()}
    surest: dict[tuple[str, str, Role], Edge] = {}
    for k in np.flatnonzero(kept).tolist():
        edge = _edge(graph, nodes, k, graph.edges)
        if edge.role is Role.COPY and (edge.target, edge.origin, edge.role) in surest:
            continue
        _keep(surest, edge)
    return _whole(nodes, surest, starts)


def drawn_places(graph: Graph, dataset_versions: Iterable[str]) -> Mask:
    """Which places of the graph are in the `drawn_part` of these dataset versions."""
    starts = [seat for version in dataset_versions for seat in graph.find(version, NodeKind.DATASET)]
    return graph.folded(graph.walk(starts, ~graph.with_role(Role.ERASE)).reached)


def whole_graph(graph: Graph) -> Part:
    """Everything that is known."""
    return _part(graph, graph.folded(~graph.mask()), [])


def _part(graph: Graph, wanted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], starts: list[int]) -> Part:
    said = graph.said
    inside = np.flatnonzero(wanted[said.origin] & wanted[said.target] & (said.origin != said.target))
    nodes = {i: _plain(graph.nodes[i]) for i in np.flatnonzero(wanted).tolist()}
    surest: dict[tuple[str, str, Role], Edge] = {}
    for k in inside.tolist():
        _keep(surest, _edge(graph, nodes, k, said))
    for origin, target in _answered(graph, wanted):
        _keep(surest, Edge(nodes[origin].id, nodes[target].id, Role.COPY, Certainty.INFERRED))
    return _whole(nodes, surest, starts)


def _whole(nodes: dict[int, Node], edges: dict[tuple[str, str, Role], Edge], starts: list[int]) -> Part:
    begun = tuple(nodes[place].id for place in starts)
    return Part(tuple(nodes.values()), tuple(edges.values()), begun, tuple(nodes))


def _edge(graph: Graph, nodes: dict[int, Node], number: int, among: EdgeTable) -> Edge:
    """An edge between nodes that are at hand, or what twins of them stand for."""
    origin, target = graph.original[among.origin[number]], graph.original[among.target[number]]
    role, certainty = ROLES[among.role[number]], CERTAINTIES[among.certainty[number]]
    source, noted = graph.source_of(number, among), graph.noted_of(number, among)
    return Edge(nodes[int(origin)].id, nodes[int(target)].id, role, certainty, source, noted)


def _answered(graph: Graph, wanted: Mask) -> Iterator[tuple[int, int]]:
    """From a version to what another system calls so without one, where an officer said that they are the same: no
    program that reads the part can conclude that for itself."""
    end = graph.original[graph.target]
    tied = graph.with_role(Role.CONTAIN) & (end != graph.target) & (graph.certainty <= _INFERRED)
    for k in np.flatnonzero(tied & wanted[graph.original[graph.origin]] & wanted[end]).tolist():
        origin, target = int(graph.original[graph.origin[k]]), int(end[k])
        if graph.nodes[origin].namespace != graph.nodes[target].namespace:
            yield origin, target


def _keep(surest: dict[tuple[str, str, Role], Edge], edge: Edge) -> None:
    known = surest.setdefault((edge.origin, edge.target, edge.role), edge)
    if CERTAINTIES.index(edge.certainty) < CERTAINTIES.index(known.certainty):
        surest[edge.origin, edge.target, edge.role] = edge


def _plain(node: Node) -> Node:
    """Without the note that this vault registered it: that is no fact about the dataset."""
    if REGISTERED not in node.attributes:
        return node
    kept = {key: value for key, value in node.attributes.items() if key not in (REGISTERED, ERASED, BEFORE)}
    return replace(node, attributes=kept)
