"""Making a large part legible at a glance: runs drawn as arrows, things that are alike drawn as one box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.part import Part

_DOUBT = list(Certainty)
_ROLES = {role: i for i, role in enumerate(Role)}
LEAST = 3
LEAST_COMMON = 4
MOST_BOXES = 40

Colours = NDArray[np.int64]


@dataclass(frozen=True)
class Folding:
    """`members` are the ids of the nodes in each box (by its id), `alike` those that a node which stands by itself
    would be in one box with."""

    part: Part
    members: Mapping[str, tuple[str, ...]]
    alike: Mapping[str, tuple[str, ...]]


def without_runs(part: Part) -> Part:
    """Each run becomes arrows from what it took to what it gave, with the role of what it took."""
    runs = {node.id for node in part.nodes if node.kind == NodeKind.RUN}
    takes: dict[str, list[Edge]] = defaultdict(list)
    gives: dict[str, list[Edge]] = defaultdict(list)
    for edge in part.edges:
        if edge.target in runs:
            takes[edge.target].append(edge)
        if edge.origin in runs:
            gives[edge.origin].append(edge)
    found = {(e.origin, e.target, e.role): e for e in part.edges if e.origin not in runs and e.target not in runs}
    for run in runs:
        for before in _beyond(run, takes, runs):
            for after in gives[run]:
                if after.target in runs or after.target == before.origin:
                    continue
                certainty = _less_sure(before.certainty, after.certainty)
                role = before.role if before.role.reaches_a_model or before.role is Role.SERVE else after.role
                edge = Edge(before.origin, after.target, role, certainty, before.source)
                found.setdefault((edge.origin, edge.target, edge.role), edge)
    return Part(tuple(node for node in part.nodes if node.id not in runs), tuple(found.values()), part.starts)


def folded(
    part: Part, opened: Collection[str] = (), apart: Mapping[str, str] | None = None, most: int = MOST_BOXES
) -> Folding:
    """Three or more nodes become one box where they are of one kind, came of the same things in the same way, and
    lead to the same kinds of things.

    `opened` are ids of nodes that stand by themselves all the same; nodes with different words in `apart` are never
    in one box. Where more than `most` boxes would stay, things count as alike although they lead to different kinds
    of things; then what is left over counts as alike where it stands equally deep; then whatever stands equally deep;
    then whatever is of one kind.
    """
    for strictness in range(4, -1, -1):
        colour, otherwise = _colours(part, (), apart or {}, strictness)
        sizes = np.unique(colour, return_counts=True)[1]
        if int(np.where(sizes < LEAST, sizes, 1).sum()) <= most:
            break
    if opened:
        colour, otherwise = _colours(part, opened, apart or {}, strictness)
    kept = [group for group in _groups(part, otherwise) if any(node.id in opened for node in group)]
    return _boxed(part, _groups(part, colour), kept)


def _colours(part: Part, opened: Collection[str], apart: Mapping[str, str], strictness: int) -> tuple[Colours, Colours]:
    """A number for each node, equal where they are alike, by partition refinement: first by what they lead to, then by
    what they came of. The second numbers are those that opened nodes would have if they were not."""
    seat = {node.id: i for i, node in enumerate(part.nodes)}
    ends = [(seat[e.origin], seat[e.target], _ROLES[e.role] * 3 + _DOUBT.index(e.certainty)) for e in part.edges]
    origin, target, label = np.array(ends, dtype=np.int64).reshape(len(ends), 3).T
    words: dict[tuple[NodeKind, str], int] = {}
    colour = np.array(
        [words.setdefault((node.kind, apart.get(node.id, "")), len(words)) for node in part.nodes], dtype=np.int64
    )
    by_depth = _split(colour, _depths(len(colour), origin, target).astype(np.uint64))
    if strictness == 4:
        colour = _refined(colour, origin, target, label)
    if strictness == 1:
        colour = by_depth
    first = np.array([node.id in part.starts for node in part.nodes], dtype=bool)
    if strictness >= 2:
        first |= ~np.isin(np.arange(len(colour)), target)
    colour = _singled(colour, first)
    alone = np.array([node.id in opened for node in part.nodes], dtype=bool)
    if strictness < 2:
        return _singled(colour, alone), colour
    singled = _refined(_singled(colour, alone), target, origin, label)
    otherwise = _split(colour, _around(singled, target, origin, label))
    if strictness == 2:
        return _gathered(singled, by_depth, first | alone), _gathered(otherwise, by_depth, first)
    return singled, otherwise


def _gathered(colour: Colours, wider: Colours, but: NDArray[np.bool_]) -> Colours:
    """Classes that are too small for a box are joined by a wider notion of what is alike."""
    _, place, count = np.unique(colour, return_inverse=True, return_counts=True)
    small = (count[place.reshape(-1)] < LEAST) & ~but
    return np.where(small, wider + colour.max(initial=0) + 1, colour)


def _groups(part: Part, colour: Colours) -> list[list[Node]]:
    found: dict[int, list[Node]] = defaultdict(list)
    for node, value in zip(part.nodes, colour.tolist(), strict=True):
        found[value].append(node)
    return [group for group in found.values() if len(group) >= LEAST]


def _singled(colour: Colours, which: NDArray[np.bool_]) -> Colours:
    """Each of these nodes in a class of its own."""
    return np.where(which, np.arange(len(colour)) + colour.max(initial=0) + 1, colour)


def _refined(colour: Colours, near: Colours, far: Colours, label: Colours) -> Colours:
    """Splits classes until the nodes of each have, over edges of each label, neighbours of the same classes."""
    count = len(np.unique(colour))
    while True:
        colour = _split(colour, _around(colour, near, far, label))
        finer = int(colour.max(initial=-1)) + 1
        if finer <= count:
            return colour
        count = finer


def _around(colour: Colours, near: Colours, far: Colours, label: Colours) -> NDArray[np.uint64]:
    """A number for the set of labels and classes of each node's neighbours."""
    around = np.zeros(len(colour), dtype=np.uint64)
    if near.size:
        seen = np.unique(np.stack([near, label, colour[far]]), axis=1).astype(np.uint64)
        np.add.at(around, seen[0].astype(np.int64), _mixed(_mixed(seen[2]) + seen[1]))
    return around


def _split(colour: Colours, by: NDArray[np.uint64]) -> Colours:
    together = _mixed(_mixed(colour.astype(np.uint64)) + by)
    return np.unique(together, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64: sums of its values stand for sets."""
    value = (value + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _depths(count: int, origin: Colours, target: Colours) -> Colours:
    """Fewest edges from anything that nothing comes before; what only cycles lead to stands at 0."""
    depth = np.zeros(count, dtype=np.int64)
    reached = ~np.isin(np.arange(count), target)
    level = 0
    while True:
        new = np.unique(target[reached[origin] & ~reached[target]])
        if not new.size:
            return depth
        level += 1
        depth[new] = level
        reached[new] = True


def _boxed(part: Part, groups: Sequence[Sequence[Node]], opened: Sequence[Sequence[Node]]) -> Folding:
    box_of: dict[str, Node] = {}
    members: dict[str, tuple[str, ...]] = {}
    for group in groups:
        box = _box(group)
        members[box.id] = tuple(node.id for node in group)
        box_of.update({node.id: box for node in group})
    alike = {node.id: tuple(other.id for other in group) for group in opened for node in group if node.id not in box_of}
    nodes = {box_of.get(node.id, node).id: box_of.get(node.id, node) for node in part.nodes}
    edges: dict[tuple[str, str, Role], Edge] = {}
    for edge in part.edges:
        origin, target = (box_of[end].id if end in box_of else end for end in (edge.origin, edge.target))
        if origin == target:
            continue
        known = edges.get((origin, target, edge.role))
        certainty = edge.certainty if known is None else _less_sure(known.certainty, edge.certainty)
        edges[origin, target, edge.role] = replace(edge, origin=origin, target=target, certainty=certainty)
    return Folding(Part(tuple(nodes.values()), tuple(edges.values()), part.starts), members, alike)


def _box(group: Sequence[Node]) -> Node:
    """Named as all of it, or as the beginning of all names; "" where they have nothing in common but their kind."""
    ident = sha256_hex("\n".join(sorted(node.id for node in group)).encode())[:16]
    kind, names = group[0].kind, {node.name for node in group}
    begin = names.pop() if len(names) == 1 else _common_beginning(names)
    return Node(f"folded:{kind.value}:{ident}", kind, begin)


def _common_beginning(names: Collection[str]) -> str:
    """Up to a sign that divides words, and “…”; "" where that says too little."""
    first, last = min(names), max(names)
    length = next((i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    found = first[: max(first.rfind(sign, 0, length) for sign in "-_./: ") + 1]
    return f"{found}…" if len(found) >= LEAST_COMMON else ""


def _beyond(run: str, takes: dict[str, list[Edge]], runs: set[str]) -> list[Edge]:
    """What a run took, through the runs around it; as sure as the least sure step."""
    found, seen, queue = [], {run}, [(run, Certainty.RECORDED)]
    for current, so_far in queue:
        for edge in takes[current]:
            certainty = _less_sure(so_far, edge.certainty)
            if edge.origin not in runs:
                found.append(replace(edge, certainty=certainty))
            elif edge.origin not in seen:
                seen.add(edge.origin)
                queue.append((edge.origin, certainty))
    return found


def _less_sure(first: Certainty, second: Certainty) -> Certainty:
    return max(first, second, key=_DOUBT.index)
