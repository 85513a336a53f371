"""The whole lineage in memory: one graph over all sources, in arrays, with breadth-first walks that bear cycles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import recipients_in
from dsr_desk.core.lineage import Certainty, Edge, JoinQuestion, Node, NodeKind, Path, PathStep, Role
from dsr_desk.lineage.identity import NodeAnswer, RegisteredVersion, WholePart, identify, named_version
from dsr_desk.lineage.importers.draft import merged

ROLES = tuple(Role)
CERTAINTIES = (Certainty.RECORDED, Certainty.INFERRED, Certainty.UNKNOWN)
_ROLE = {role: code for code, role in enumerate(ROLES)}
_CERTAINTY = {certainty: code for code, certainty in enumerate(CERTAINTIES)}

_SPARSE = 50

PASSED_ON_TO = "passed-on-to"
"""Attribute of a model: who received it."""

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class EdgeTable:
    """Edges as parallel arrays; `origin` and `target` are positions in a list of nodes.

    `role` and `certainty` are positions in ROLES and CERTAINTIES, `source` in the list of source digests.
    """

    origin: Indices
    target: Indices
    role: NDArray[np.uint8]
    certainty: NDArray[np.uint8]
    source: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, int, int]]) -> EdgeTable:
        table = np.array(rows, dtype=np.int64).reshape(len(rows), 5)
        return cls(
            table[:, 0], table[:, 1], table[:, 2].astype(np.uint8), table[:, 3].astype(np.uint8),
            table[:, 4].astype(np.int32),
        )  # fmt: skip

    def and_also(self, other: EdgeTable) -> EdgeTable:
        columns = (field.name for field in fields(self))
        return EdgeTable(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in columns))


@dataclass(frozen=True)
class Walk:
    """What a breadth-first walk reached. `arrival[i]` is the edge by which node i was first met, -1 at the start;
    `depth[i]` the number of edges on the way."""

    reached: Mask
    arrival: Indices
    depth: Indices


class Graph:
    """Built once, then only read. Node positions are stable for the life of the object."""

    def __init__(
        self,
        nodes: Sequence[Node],
        edges: EdgeTable,
        sources: Sequence[str] = (),
        registered: Iterable[RegisteredVersion] = (),
        answers: Iterable[NodeAnswer] = (),
        systems: Sequence[str] = (),
    ) -> None:
        """`nodes` may name one id several times (once a source); `sources` are the digests that edges refer to.

        `systems` names the format of each node's source, "" where it was written by hand.
        """
        known = {version.id: version for version in registered}
        stated_digests = {digest for node in nodes for digest in node.digests}
        parts = {version.id: version.parts_among(stated_digests) for version in known.values()}
        ours = [version.as_node() for version in known.values()]
        ours += [part for listed in parts.values() for part in listed]
        unique: dict[str, Node] = {}
        for node in (*ours, *nodes):  # ours first: what is registered is called as this vault calls it
            other = unique.get(node.id)
            unique[node.id] = node if other is None else merged(other, node)
        listed = list(unique.values())
        named: dict[str, set[str]] = defaultdict(set)
        for node, system in zip(nodes, systems, strict=False):
            named[node.id].update({system} - {""})
        found = identify(listed, answers, [frozenset(named[node.id]) for node in listed])
        self.questions: tuple[JoinQuestion, ...] = tuple(found.questions)
        self.sources = tuple(sources)
        seat = self._take_seats(listed, found.leader)
        stated = [self._by_id[node.id] for node in nodes]
        self.passed_on_to = self._recipients(nodes)
        """Who received what stands at a position, as any source says it; none where one says so."""

        to_seat = np.array(stated, dtype=np.int64)
        said = EdgeTable(to_seat[edges.origin], to_seat[edges.target], edges.role, edges.certainty, edges.source)
        self.said = said.and_also(EdgeTable.of(self._from_registration(known, parts)))
        unknown = [(seat[a], seat[b], _ROLE[Role.COPY], _CERTAINTY[Certainty.UNKNOWN], -1) for a, b in found.links]
        wholes = [WholePart(seat[w.whole], seat[w.part], w.certainty) for w in found.wholes]
        self._set_edges(self._with_wholes(self.said.and_also(EdgeTable.of(unknown)), wholes))
        self.stated = self.mask(stated)
        self._named = self._names(listed, seat)
        self.name_rank = np.empty(len(self.nodes), dtype=np.int64)
        self.name_rank[sorted(range(len(self.nodes)), key=lambda i: (self.nodes[i].name, self.nodes[i].version))] = (
            np.arange(len(self.nodes))
        )
        self.trained = self._trained()
        """Which nodes some dataset reaches by other than validation and evaluation."""

    def _take_seats(self, listed: Sequence[Node], leader: Sequence[int]) -> list[int]:
        """One position for all nodes that are the same; returns the position of each listed node."""
        leaders = sorted(set(leader))
        place = {first: i for i, first in enumerate(leaders)}
        seat = [place[first] for first in leader]
        self.nodes: list[Node] = [listed[first] for first in leaders]
        self.members: dict[int, list[Node]] = defaultdict(list)
        for i, node in enumerate(listed):
            if leader[i] != i:
                self.nodes[seat[i]] = merged(self.nodes[seat[i]], node)
            self.members[seat[i]].append(node)
        self._by_id = {node.id: seat[i] for i, node in enumerate(listed)}
        return seat

    def _recipients(self, nodes: Iterable[Node]) -> dict[int, tuple[str, ...]]:
        found: dict[int, tuple[str, ...]] = {}
        for node in nodes:
            names = recipients_in(node.attributes.get(PASSED_ON_TO, ""))
            if names is not None:
                seat = self._by_id[node.id]
                found[seat] = tuple(dict.fromkeys((*found.get(seat, ()), *names)))
        return found

    @staticmethod
    def _names(listed: Sequence[Node], seat: Sequence[int]) -> dict[NodeKind, dict[tuple[str, str | None], set[int]]]:
        """Positions by kind and by (name, version), and by (name, None) for all versions of a name."""
        found: dict[NodeKind, dict[tuple[str, str | None], set[int]]] = {kind: {} for kind in NodeKind}
        for i, node in enumerate(listed):
            names = found[node.kind]
            name, version = named_version(node)
            keys = {(name, version.casefold()), (name, None), (node.name.casefold(), None)}
            if node.version:
                keys.add((node.name.casefold(), node.version.casefold()))
            for key in keys:
                names.setdefault(key, set()).add(seat[i])
        return found

    def _from_registration(
        self, known: dict[str, RegisteredVersion], parts: dict[str, list[Node]]
    ) -> list[tuple[int, int, int, int, int]]:
        rows = [
            (
                self._by_id[known[version].as_node().id], self._by_id[part.id],
                _ROLE[Role.CONTAIN], _CERTAINTY[Certainty.RECORDED], -1,
            )
            for version, listed in parts.items()
            for part in listed
        ]  # fmt: skip
        for version in known.values():
            before = known.get(version.derived_from)
            if before is not None:
                role = Role.ERASE if version.by_erasure else Role.DERIVE
                ends = (self._by_id[before.as_node().id], self._by_id[version.as_node().id])
                rows.append((*ends, _ROLE[role], _CERTAINTY[Certainty.RECORDED], -1))
        return rows

    def _with_wholes(self, edges: EdgeTable, wholes: Sequence[WholePart]) -> EdgeTable:
        """Lets data flow from a part to the consumers of its whole, and never on to the other parts.

        For that each whole with consumers gets a twin, which has the consumers and not the parts.
        """
        contains, copies = _ROLE[Role.CONTAIN], _ROLE[Role.COPY]
        rows: list[tuple[int, int, int, int, int]] = []
        parts: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for k in np.flatnonzero(edges.role == contains).tolist():
            whole = int(edges.origin[k])
            if self.nodes[whole].kind == NodeKind.DATASET:
                parts[whole].append((int(edges.target[k]), int(edges.certainty[k]), int(edges.source[k])))
        for link in wholes:
            if link.whole != link.part:
                certainty = _CERTAINTY[link.certainty]
                rows.append((link.whole, link.part, contains, certainty, -1))
                parts[link.whole].append((link.part, certainty, -1))
        self.twins: dict[int, int] = {}
        if not parts:
            return edges
        consumers: dict[int, list[int]] = defaultdict(list)
        of_wholes = np.isin(edges.origin, np.fromiter(parts, dtype=np.int64)) & (edges.role != contains)
        for k in np.flatnonzero(of_wholes).tolist():
            consumers[int(edges.origin[k])].append(k)
        twin = self.twins
        for whole in parts:
            twin[whole] = len(self.nodes)
            self.nodes.append(self.nodes[whole])
        inferred = _CERTAINTY[Certainty.INFERRED]
        for whole, members in parts.items():
            for part, certainty, source in members:
                rows.append((part, twin[whole], contains, max(certainty, inferred), source))
                if part in twin:
                    rows.append((twin[part], twin[whole], contains, max(certainty, inferred), source))
            for k in consumers[whole]:
                target = int(edges.target[k])
                # What may be the same as this whole is reached as a whole too: it ties no versions to each other.
                end = twin.get(target, target) if edges.role[k] == copies else target
                rows.append((twin[whole], end, int(edges.role[k]), int(edges.certainty[k]), int(edges.source[k])))
        return edges.and_also(EdgeTable.of(rows))

    def _set_edges(self, edges: EdgeTable) -> None:
        """Sorts by origin and keeps the surest of edges that are said twice."""
        order = np.lexsort((edges.certainty, edges.role, edges.target, edges.origin))
        key = np.stack([edges.origin[order], edges.target[order], edges.role[order].astype(np.int64)])
        fresh = np.ones(order.size, dtype=bool)
        fresh[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
        fresh &= key[0] != key[1]
        order = order[fresh]
        self.origin, self.target = edges.origin[order], edges.target[order]
        self.role, self.certainty, self.source = edges.role[order], edges.certainty[order], edges.source[order]
        self.first_edge = np.searchsorted(self.origin, np.arange(len(self.nodes) + 1))
        kinds = list(NodeKind)
        self.kind = np.array([kinds.index(node.kind) for node in self.nodes], dtype=np.uint8)

    def mask(self, seats: Iterable[int] = ()) -> Mask:
        """Which nodes these are."""
        chosen = np.zeros(len(self.nodes), dtype=bool)
        chosen[seats if isinstance(seats, np.ndarray) else list(seats)] = True
        return chosen

    def of_kind(self, kind: NodeKind) -> Indices:
        return np.flatnonzero(self.kind == list(NodeKind).index(kind))

    def with_role(self, *roles: Role) -> Mask:
        """Which edges have one of these roles."""
        wanted = np.array([role in roles for role in ROLES])
        return np.asarray(wanted[self.role])

    def outgoing(self, node: int) -> range:
        """Edge numbers that leave a node."""
        return range(int(self.first_edge[node]), int(self.first_edge[node + 1]))

    def position(self, ident: str) -> int | None:
        """Where the node with this id stands, whichever source named it."""
        return self._by_id.get(ident)

    def find(self, text: str, kind: NodeKind) -> list[int]:
        """Nodes meant by an id, by `name@version`, or by a name (then every version of it)."""
        if text in self._by_id:
            return [self._by_id[text]]
        plain = text.casefold()
        name, at, version = plain.rpartition("@")
        exact = self._named[kind].get((name, version), set()) if at else set()
        return sorted(exact or self._named[kind].get((plain, None), set()))

    def search(self, text: str) -> list[Node]:
        """Nodes in whose label, id or other names a text stands, once each: exact ones first, then by name."""
        plain = text.casefold().strip()
        if not plain:
            return []
        found: dict[int, int] = {}
        for seat, members in self.members.items():
            for node in members:
                names = [name.casefold() for name in (node.label, node.name, node.id, *node.aliases)]
                rank = 0 if plain in names else 1 if names[0].startswith(plain) else 2
                if rank < 2 or any(plain in name for name in names):
                    found[seat] = min(rank, found.get(seat, rank))
        return [self.nodes[seat] for seat in sorted(found, key=lambda i: (found[i], self.name_rank[i]))]

    @property
    def said_as(self) -> dict[str, Node]:
        """Every node by its id, as its source says it, before it was joined with others."""
        return {node.id: node for members in self.members.values() for node in members}

    def edge(self, number: int, among: EdgeTable | None = None) -> Edge:
        """One edge of the graph, or of another table over its nodes."""
        table = self if among is None else among
        source = int(table.source[number])
        return Edge(
            self.nodes[int(table.origin[number])].id,
            self.nodes[int(table.target[number])].id,
            ROLES[int(table.role[number])],
            CERTAINTIES[int(table.certainty[number])],
            self.sources[source] if source >= 0 else "",
        )

    def walk(self, starts: Iterable[int], allowed: Mask, closed: Mask | None = None) -> Walk:
        """Breadth-first along allowed edges; nodes in `closed` are not entered."""
        reached = self.mask()
        arrival = np.full(len(self.nodes), -1, dtype=np.int64)
        depth = np.zeros(len(self.nodes), dtype=np.int64)
        level = 0
        frontier = np.unique(np.fromiter(starts, dtype=np.int64))
        reached[frontier] = True
        while frontier.size:
            edges = self.edges_from(frontier)
            edges = edges[allowed[edges]]
            targets = self.target[edges]
            new = ~reached[targets]
            if closed is not None:
                new &= ~closed[targets]
            level += 1
            # Backwards, since of several edges to one node the last that is assigned stays: the surest comes first.
            met = targets[new][::-1]
            arrival[met] = edges[new][::-1]
            if met.size * _SPARSE > len(self.nodes):
                fresh = np.zeros(len(self.nodes), dtype=bool)
                fresh[met] = True
                frontier = np.flatnonzero(fresh)
            else:
                frontier = np.unique(met)
            reached[frontier] = True
            depth[frontier] = level
        return Walk(reached, arrival, depth)

    def edges_from(self, nodes: Indices) -> Indices:
        """Numbers of all edges that leave these nodes."""
        starts = self.first_edge[nodes]
        counts = self.first_edge[nodes + 1] - starts
        ends = np.cumsum(counts)
        total = int(ends[-1]) if counts.size else 0
        shift: Indices = np.repeat(starts - (ends - counts), counts)
        return np.arange(total) + shift

    def edges_to(self, node: int, walk: Walk) -> list[int]:
        """Edge numbers of the shortest path that the walk found, from its start on."""
        numbers = []
        while (edge := int(walk.arrival[node])) >= 0:
            numbers.append(edge)
            node = int(self.origin[edge])
        return numbers[::-1]

    def path_along(self, start: int, edges: Iterable[int]) -> Path:
        steps = [PathStep(self.nodes[start])]
        for number in edges:
            node = self.nodes[int(self.target[number])]
            steps.append(PathStep(node, ROLES[int(self.role[number])], CERTAINTIES[int(self.certainty[number])]))
        return tuple(steps)

    def _trained(self) -> Mask:
        measured = self.with_role(*(role for role in Role if not role.enters_weights))
        return self.walk(self.of_kind(NodeKind.DATASET).tolist(), ~measured).reached

    def counts(self) -> dict[str, Any]:
        """Nodes by kind, edges, sources, open questions."""
        kinds = {kind.value: len(self.of_kind(kind)) for kind in NodeKind}
        return {**kinds, "edges": int(self.origin.size), "sources": len(self.sources), "questions": len(self.questions)}
