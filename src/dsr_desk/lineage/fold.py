"""Making a large part legible at a glance: runs drawn as arrows, models that are alike drawn as one box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.part import Part

_DOUBT = list(Certainty)
FOLDED = "folded"
"""Attribute of a box that stands for several nodes: their ids, one a line."""


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


def folded(part: Part, opened: Collection[str] = (), least: int = 3) -> Part:
    """Nodes of one kind that nothing follows and that came of the same things become one box.

    Only where there are at least `least` of them. `opened` are ids of such boxes that stay unfolded. A box has the
    id of its group, a name such as “12 models”, and the ids of its nodes in the attribute `folded`; its edges have
    every role that one of its nodes has, and the least sure word on it.
    """
    leads = {edge.origin for edge in part.edges}
    origins: dict[str, set[str]] = defaultdict(set)
    for edge in part.edges:
        origins[edge.target].add(edge.origin)
    groups: dict[tuple[NodeKind, tuple[str, ...]], list[Node]] = defaultdict(list)
    for node in part.nodes:
        if node.id not in leads and node.id in origins and node.id not in part.starts:
            groups[node.kind, tuple(sorted(origins[node.id]))].append(node)
    box_of: dict[str, Node] = {}
    for (kind, whence), members in groups.items():
        ident = f"folded:{kind.value}:{'+'.join(whence)}"
        if len(members) >= least and ident not in opened:
            names = "\n".join(node.id for node in members)
            box = Node(ident, kind, f"{len(members):,} {kind.value}s", attributes={FOLDED: names})
            box_of.update({node.id: box for node in members})
    nodes = {box_of.get(node.id, node).id: box_of.get(node.id, node) for node in part.nodes}
    edges: dict[tuple[str, str, Role], Edge] = {}
    for edge in part.edges:
        target = box_of[edge.target].id if edge.target in box_of else edge.target
        key = (edge.origin, target, edge.role)
        known = edges.get(key)
        certainty = edge.certainty if known is None else _less_sure(known.certainty, edge.certainty)
        edges[key] = replace(edge, target=target, certainty=certainty)
    return Part(tuple(nodes.values()), tuple(edges.values()), part.starts)


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
