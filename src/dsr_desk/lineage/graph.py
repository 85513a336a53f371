"""The whole lineage in memory: one graph over all sources, in arrays, with breadth-first walks that bear cycles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dsr_desk.core.items import recipients_in
from dsr_desk.core.lineage import (
    Edge,
    LineageAnswer,
    LineageQuestion,
    Node,
    NodeKind,
    Path,
    PathStep,
    Received,
    Role,
)
from dsr_desk.lineage.building import Built
from dsr_desk.lineage.complete import completely_recorded
from dsr_desk.lineage.edges import CERTAINTIES, ROLES, EdgeTable, Indices, Mask, mask_of
from dsr_desk.lineage.identity import REGISTERED, NodeAnswer
from dsr_desk.lineage.questions import answer_said, questions_of, things_asked

_SPARSE = 50

PASSED_ON_TO = "passed-on-to"
"""Attribute of a model: who received it."""


@dataclass(frozen=True)
class Walk:
    """What a breadth-first walk reached. `arrival[i]` is the edge by which node i was first met, -1 at the start;
    `depth[i]` the number of edges on the way."""

    reached: Mask
    arrival: Indices
    depth: Indices


class Graph:
    """Made once, then only read. Places are positions in `nodes`, which ends with twins (see `twins`)."""

    def __init__(self, built: Built) -> None:
        self.nodes, self.original, self.sources = built.nodes, built.original, built.sources
        self.members, self._by_id, self._named = built.members, built.place_of, built.names
        self.said, self.stated, self._notes = built.said, built.stated, built.notes
        self._set_edges(built.edges)
        self.received = self._recipients()
        """Who received what stands at a place, as any source says it; none where one says so."""

        self.name_rank = np.empty(len(self.nodes), dtype=np.int64)
        self.name_rank[sorted(range(len(self.nodes)), key=lambda i: (self.nodes[i].name, self.nodes[i].version))] = (
            np.arange(len(self.nodes))
        )
        self.trained = self._trained()
        """Which nodes some dataset reaches by other than validation and evaluation."""

        self.complete = completely_recorded(self)
        """Of which models sources state all that they learned from, all the way up."""

        self._labels = built.labels
        asked = questions_of(self, built)
        self.questions: tuple[LineageQuestion, ...] = tuple(question for question, _ in asked)
        self.question_places = [places for _, places in asked]
        """The places that hang on each question."""

        self.asked = {(question.first, question.second) for question in self.questions} | things_asked(built)
        """The keys under which an answer can be given, also on one thing of what is asked at large."""

    def _recipients(self) -> dict[int, tuple[Received, ...]]:
        found: dict[int, dict[str, Received]] = {}
        for place, members in self.members.items():
            for node in members:
                names = recipients_in(node.attributes.get(PASSED_ON_TO, ""))
                if names is not None:
                    found.setdefault(place, {}).update({name: Received(name) for name in names})
        for k in np.flatnonzero(self.said.has_role(Role.PASS_ON)).tolist():
            edge = self.edge(k, self.said)
            name = self.nodes[int(self.said.target[k])].name
            noted = Received(name, edge.attributes.get("since", ""), edge.attributes.get("told", ""))
            found.setdefault(int(self.said.origin[k]), {})[name] = noted
        return {place: tuple(received.values()) for place, received in found.items()}

    def _set_edges(self, edges: EdgeTable) -> None:
        """Takes edges that are sorted by origin."""
        self.edges = edges
        self.origin, self.target, self.role, self.certainty = edges.origin, edges.target, edges.role, edges.certainty
        self.first_edge = np.searchsorted(self.origin, np.arange(len(self.nodes) + 1))
        kinds = list(NodeKind)
        self.kind = np.array([kinds.index(node.kind) for node in self.nodes], dtype=np.uint8)

    @property
    def size(self) -> int:
        """How many places are no twins; those come first."""
        return len(self.members)

    @cached_property
    def twins_of(self) -> dict[int, tuple[int, ...]]:
        """The twins of each place that has any."""
        found: dict[int, tuple[int, ...]] = {}
        for twin in range(self.size, len(self.nodes)):
            node = int(self.original[twin])
            found[node] = (*found.get(node, ()), twin)
        return found

    def folded(self, reached: Mask) -> Mask:
        """As `reached`, where what a twin is, its original is too, and twins are not."""
        found = reached.copy()
        found[self.original[reached]] = True
        found[self.size :] = False
        return found

    def mask(self, seats: Iterable[int] = ()) -> Mask:
        """Which nodes these are."""
        return mask_of(len(self.nodes), seats)

    def of_kind(self, kind: NodeKind) -> Indices:
        """Places of this kind; twins are not among them."""
        return np.flatnonzero(self.kind[: self.size] == list(NodeKind).index(kind))

    def with_role(self, *roles: Role) -> Mask:
        """Which edges have one of these roles."""
        return self.edges.has_role(*roles)

    def outgoing(self, node: int) -> range:
        """Edge numbers that leave a node."""
        return range(int(self.first_edge[node]), int(self.first_edge[node + 1]))

    def position(self, ident: str) -> int | None:
        """Where the node with this id stands, whichever source named it."""
        return self._by_id.get(ident)

    def find(self, text: str, kind: NodeKind) -> list[int]:
        """Nodes meant by an id, by `name@version`, or by a name (then every version of it).

        What is registered here goes before what other systems call so: whether that is the same is a question.
        """
        if text in self._by_id:
            return [self._by_id[text]]
        plain = text.casefold()
        name, at, version = plain.rpartition("@")
        exact = self._named[kind].get((name, version), set()) if at else set()
        found = sorted(exact or self._named[kind].get((plain, None), set()))
        return [place for place in found if REGISTERED in self.nodes[place].attributes] or found

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

    @cached_property
    def said_as(self) -> dict[str, Node]:
        """Every node by its id, as its source says it, before it was joined with others."""
        return {node.id: node for members in self.members.values() for node in members}

    def answer_said(self, answer: NodeAnswer) -> LineageAnswer:
        """An officer's answer in words."""
        return answer_said(self._labels, answer, self.said_as)

    def edge(self, number: int, among: EdgeTable | None = None) -> Edge:
        """One edge of the graph, or of another table over its nodes."""
        table = self.edges if among is None else among
        source, note = int(table.source[number]), int(table.note[number])
        return Edge(
            self.nodes[int(table.origin[number])].id,
            self.nodes[int(table.target[number])].id,
            ROLES[int(table.role[number])],
            CERTAINTIES[int(table.certainty[number])],
            self.sources[source] if source >= 0 else "",
            self._notes[note] if note >= 0 else {},
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
        return self.folded(self.walk(self.of_kind(NodeKind.DATASET).tolist(), ~measured).reached)

    def counts(self) -> dict[str, Any]:
        """Nodes by kind, edges, sources, open questions."""
        kinds = {kind.value: len(self.of_kind(kind)) for kind in NodeKind}
        return {**kinds, "edges": int(self.origin.size), "sources": len(self.sources), "questions": len(self.questions)}
