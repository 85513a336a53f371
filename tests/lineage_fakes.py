"""A lineage graph from dataclasses, without a vault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dsr_desk.core.lineage import Edge, Node
from dsr_desk.lineage.building import build
from dsr_desk.lineage.edges import CERTAINTIES, NO_NOTE, ROLES, EdgeTable
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import NodeAnswer, RegisteredVersion


def graph_of(
    nodes: Sequence[Node],
    edges: Iterable[Edge],
    registered: Iterable[RegisteredVersion] = (),
    answers: Iterable[NodeAnswer] = (),
) -> Graph:
    position = {node.id: i for i, node in enumerate(nodes)}
    listed = list(edges)
    sources = list(dict.fromkeys(edge.source for edge in listed))
    notes = [edge.attributes for edge in listed]
    rows = [
        (
            position[edge.origin],
            position[edge.target],
            ROLES.index(edge.role),
            CERTAINTIES.index(edge.certainty),
            sources.index(edge.source),
            number if edge.attributes else NO_NOTE,
        )
        for number, edge in enumerate(listed)
    ]
    return Graph(build(nodes, EdgeTable.of(rows), sources, registered, answers, notes=notes))
