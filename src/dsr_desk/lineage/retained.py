"""Which runs made what was kept of a model's work, and of which items it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.core.retained import RetainedOutput
from dsr_desk.lineage.graph import Graph

KEPT_KINDS = (NodeKind.OUTPUT, NodeKind.EMBEDDING, NodeKind.BENCHMARK)


def retained_of(graph: Graph, nodes: Iterable[Node]) -> Iterator[RetainedOutput]:
    """Those of the nodes that are kept outputs, with what all sources say of them."""
    for node in nodes:
        place = graph.position(node.id) if node.kind in KEPT_KINDS else None
        if place is None:
            continue
        runs: dict[str, None] = {}
        items: dict[str, None] = {}
        for number in np.flatnonzero(graph.said.target == place).tolist():
            edge = graph.edge(number, graph.said)
            origin = graph.nodes[int(graph.said.origin[number])]
            if origin.kind is NodeKind.RUN:
                runs[origin.title] = None
            items.update(dict.fromkeys(filter(None, edge.attributes.get("items", "").split("\n"))))
        yield RetainedOutput(node.id, node.kind.value, node.label, tuple(runs), tuple(items))
