"""Where the nodes of a lineage drawing stand: layers from left to right, few crossings. No Qt here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

SWEEPS = 4


def layers(edges: Iterable[tuple[str, str]], nodes: Iterable[str]) -> dict[str, int]:
    """The layer of each node: one more than its deepest origin. A cycle is cut where it closes."""
    onward: dict[str, list[str]] = defaultdict(list)
    incoming: dict[str, int] = dict.fromkeys(nodes, 0)
    for origin, target in dict.fromkeys(edges):
        if origin != target:
            onward[origin].append(target)
            incoming[target] += 1
    depth = dict.fromkeys(incoming, 0)
    waiting = dict(incoming)
    ready = [node for node, count in waiting.items() if not count]
    while waiting:
        if not ready:
            ready = [min(waiting, key=lambda node: (waiting[node], depth[node]))]
        node = ready.pop(0)
        waiting.pop(node, None)
        for target in onward[node]:
            if target in waiting:
                depth[target] = max(depth[target], depth[node] + 1)
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    return depth


def rows(depth: Mapping[str, int], edges: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The row of each node in its layer, counted so that every layer is centred on row 0."""
    columns: dict[int, list[str]] = defaultdict(list)
    for node, layer in depth.items():
        columns[layer].append(node)
    near: dict[str, list[str]] = defaultdict(list)
    for origin, target in edges:
        near[origin].append(target)
        near[target].append(origin)
    place = {node: float(row) for column in columns.values() for row, node in enumerate(column)}
    for sweep in range(SWEEPS):
        for layer in sorted(columns, reverse=bool(sweep % 2)):
            columns[layer].sort(key=lambda node: _middle(node, near, place))
            place.update({node: float(row) for row, node in enumerate(columns[layer])})
    return {node: row - (len(column) - 1) / 2 for column in columns.values() for row, node in enumerate(column)}


def _middle(node: str, near: Mapping[str, list[str]], place: Mapping[str, float]) -> float:
    others = near.get(node, [])
    return sum(place[other] for other in others) / len(others) if others else place[node]
