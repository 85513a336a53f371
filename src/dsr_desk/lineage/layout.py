"""Where the nodes of a drawing stand: layers from left to right, few crossings, straight long edges.

Layers by longest path, crossings by medians, places by least squares with a smallest gap (Sugiyama's method, with
pool-adjacent-violators for the places). Pure Python: 2,000 nodes take well under half a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

BOX = (204.0, 50.0)
GAP = (84.0, 14.0)
ACROSS = BOX[0] + GAP[0]
SWEEPS = 6
MOST_BENDS = 20_000

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """`at` is the left top corner of each node; `routes` the points of each edge from box to box. Pixels."""

    at: Mapping[str, Point]
    routes: Mapping[tuple[str, str], tuple[Point, ...]]
    layers: tuple[tuple[str, ...], ...]
    width: float
    height: float


def layered(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> Layout:
    """Places nodes (unique ids) so that edges run to the right; an edge that closes a cycle runs back."""
    known = {node: i for i, node in enumerate(nodes)}
    pairs = list(dict.fromkeys((known[a], known[b]) for a, b in edges if a != b and a in known and b in known))
    forward = _without_cycles(len(nodes), pairs)
    layer = _layers(len(nodes), forward)
    chains, layer = _with_bends(forward, layer)
    columns = _ordered(layer, chains.values())
    height = [BOX[1] + GAP[1]] * len(nodes) + [GAP[1] * 0.75] * (len(layer) - len(nodes))  # a bend needs little
    rows = _rows(columns, chains.values(), height)
    at = {node: (layer[i] * ACROSS, rows[i] - BOX[1] / 2) for i, node in enumerate(nodes)}
    routes = {}
    for pair in pairs:
        chain = chains.get(pair) or chains[pair[::-1]]
        routes[nodes[pair[0]], nodes[pair[1]]] = _route(chain, pair[0] == chain[0], layer, rows, len(nodes))
    return Layout(
        at,
        routes,
        tuple(tuple(nodes[i] for i in column if i < len(nodes)) for column in columns),
        (len(columns) - 1) * ACROSS + BOX[0] if columns else 0.0,
        max((y + BOX[1] for _, y in at.values()), default=0.0),
    )


def _without_cycles(count: int, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same edges with those turned round that close a cycle in a depth-first walk."""
    onward: dict[int, list[int]] = defaultdict(list)
    entered = [0] * count
    for a, b in pairs:
        onward[a].append(b)
        entered[b] += 1
    state = [0] * count
    turned = set()
    for start in sorted(range(count), key=lambda i: entered[i]):
        if state[start]:
            continue
        state[start] = 1
        stack = [(start, iter(onward[start]))]
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                stack.pop()
            elif state[following] == 1:
                turned.add((node, following))
            elif not state[following]:
                state[following] = 1
                stack.append((following, iter(onward[following])))
    return list(dict.fromkeys((b, a) if (a, b) in turned else (a, b) for a, b in pairs))


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Longest path from the left; what has nothing before it moves up to what it feeds."""
    onward: dict[int, list[int]] = defaultdict(list)
    waiting = [0] * count
    for a, b in edges:
        onward[a].append(b)
        waiting[b] += 1
    sources = [i for i in range(count) if not waiting[i]]
    depth = [0] * count
    order = list(sources)
    for node in order:
        for target in onward[node]:
            depth[target] = max(depth[target], depth[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    for node in sources:
        if onward[node]:
            depth[node] = min(depth[target] for target in onward[node]) - 1
    return depth


def _with_bends(
    edges: Sequence[tuple[int, int]], layer: list[int]
) -> tuple[dict[tuple[int, int], list[int]], list[int]]:
    """Each edge as a chain with one bend in every layer that it crosses; none where there would be too many."""
    layer = list(layer)
    bends = sum(layer[b] - layer[a] - 1 for a, b in edges)
    chains = {}
    for a, b in edges:
        chain = [a]
        if bends <= MOST_BENDS:
            for between in range(layer[a] + 1, layer[b]):
                chain.append(len(layer))
                layer.append(between)
        chains[a, b] = [*chain, b]
    return chains, layer


def _ordered(layer: Sequence[int], chains: Iterable[Sequence[int]]) -> list[list[int]]:
    """Columns from left to right, each from top to bottom with few crossings."""
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for a, b in pairwise(chain):
            after[a].append(b)
            before[b].append(a)
    columns: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for node in _depth_first(len(layer), before, after):
        columns[layer[node]].append(node)
    place = [0.0] * len(layer)
    for column in columns:
        for row, node in enumerate(column):
            place[node] = float(row)
    for sweep in range(SWEEPS):
        backward = sweep % 2
        for column in reversed(columns[:-1]) if backward else columns[1:]:
            near = after if backward else before
            middle = {node: _mean([place[other] for other in near[node]], place[node]) for node in column}
            column.sort(key=middle.__getitem__)
            for row, node in enumerate(column):
                place[node] = float(row)
    return columns


def _depth_first(count: int, before: Mapping[int, list[int]], after: Mapping[int, list[int]]) -> list[int]:
    """An order that keeps what hangs together together."""
    seen = [False] * count
    order = []
    for start in range(count):
        stack = [start]
        while stack:
            node = stack.pop()
            if seen[node]:
                continue
            seen[node] = True
            order.append(node)
            stack.extend(other for other in (*before.get(node, ()), *after.get(node, ())) if not seen[other])
    return order


def _rows(columns: Sequence[Sequence[int]], chains: Iterable[Sequence[int]], height: Sequence[float]) -> list[float]:
    """Middle of each node from the top: near its neighbours, in its order, never overlapping."""
    near: dict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for a, b in pairwise(chain):
            near[a].append(b)
            near[b].append(a)
    rows = [0.0] * len(height)
    for column in columns:
        _pack(column, [0.0] * len(column), height, rows)
    for sweep in range(SWEEPS):
        for column in reversed(columns) if sweep % 2 else columns:
            wish = [_mean([rows[other] for other in near[node]], rows[node]) for node in column]
            _pack(column, wish, height, rows)
    top = min((rows[node] - height[node] / 2 for column in columns for node in column), default=0.0)
    return [row - top for row in rows]


def _pack(column: Sequence[int], wish: Sequence[float], height: Sequence[float], rows: list[float]) -> None:
    """The places nearest to the wishes (least squares) that keep order and room: pool adjacent violators."""
    offset, reach = [], 0.0
    for node in column:
        offset.append(reach + height[node] / 2)
        reach += height[node]
    blocks: list[tuple[float, int]] = []
    for i in range(len(column)):
        total, count = wish[i] - offset[i], 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            other, more = blocks.pop()
            total, count = total + other, count + more
        blocks.append((total, count))
    i = 0
    for total, count in blocks:
        for node in column[i : i + count]:
            rows[node] = total / count + offset[i]
            i += 1


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _route(
    chain: Sequence[int], forward: bool, layer: Sequence[int], rows: Sequence[float], real: int
) -> tuple[Point, ...]:
    points: list[Point] = []
    for i, node in enumerate(chain):
        left = layer[node] * ACROSS
        if node >= real:
            points += [(left, rows[node]), (left + BOX[0], rows[node])]
        else:
            points.append((left + (BOX[0] if i == 0 else 0.0), rows[node]))
    return tuple(points if forward else reversed(points))
