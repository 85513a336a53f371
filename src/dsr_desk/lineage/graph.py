"""The whole lineage in memory: one graph over all sources, in arrays, with breadth-first walks that bear cycles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from dsr_desk.core.codec import from_text
from dsr_desk.core.lineage import Edge, Node, NodeKind, Path, PathStep, Role
from dsr_desk.core.lineage_questions import LineageAnswer, LineageQuestion
from dsr_desk.lineage.building import Built
from dsr_desk.lineage.complete import completely_recorded
from dsr_desk.lineage.edges import CERTAINTIES, ROLES, EdgeTable, Indices, Mask, mask_of
from dsr_desk.lineage.identity import REGISTERED, NodeAnswer
from dsr_desk.lineage.packing import NodesAt, Packed, PackedNodes
from dsr_desk.lineage.prepared import (
    KINDS,
    MARKS,
    GraphWords,
    PreparedGraph,
    asked_key,
    id_key,
    keys_of,
    name_key,
    prepared,
    with_questions,
)
from dsr_desk.lineage.questions import answer_said, questions_of, things_asked

_SPARSE = 50


@dataclass(frozen=True)
class Walk:
    """What a breadth-first walk reached. `arrival[i]` is the edge by which node i was first met, -1 at the start;
    `depth[i]` the number of edges on the way."""

    reached: Mask
    arrival: Indices
    depth: Indices


class Graph:
    """Made once, then only read; any thread may. Places are positions in `nodes`, which ends with twins (see `twins`).

    Nodes are made when they are asked for: what concerns all of them is in the arrays.
    """

    def __init__(self, built: Built) -> None:
        self._take(prepared(built))
        trained = replace(self.prepared, trained=self._trained())
        self._take(trained)
        self._take(replace(trained, complete=completely_recorded(self)))
        asked = questions_of(self, built)
        keys = sorted({(question.first, question.second) for question, _ in asked} | things_asked(built))
        self._take(replace(self.prepared, **with_questions(asked, keys)))

    @classmethod
    def of(cls, made: PreparedGraph) -> Graph:
        """The graph that consists of this."""
        graph = cls.__new__(cls)
        graph._take(made)
        return graph

    def _take(self, made: PreparedGraph) -> None:
        self.prepared = made
        self.nodes = PackedNodes(made.nodes)
        self.original, self.kind, self.name_rank, self.moments = made.original, made.kind, made.name_rank, made.moments
        self.said, self.edges, self.stated = made.said, made.edges, made.stated
        self.origin, self.target = made.edges.origin, made.edges.target
        self.role, self.certainty = made.edges.role, made.edges.certainty
        self.first_edge = np.searchsorted(self.origin, np.arange(len(self.nodes) + 1))
        self.size = int((made.original == np.arange(len(self.nodes))).sum())
        """How many places are no twins; those come first."""

        self.trained, self.complete = made.trained, made.complete
        """Which nodes some dataset reaches by other than validation and evaluation; of which models sources state all
        that they learned from, all the way up."""

        words = from_text(made.words, GraphWords)
        self.sources, self._labels, self.received = words.sources, words.labels, words.received
        """`received` says who received what stands at a place, as any source says it; none where one says so."""

        self._notes: Packed[dict[str, str]] = Packed(made.notes, json.loads)
        self.questions = Packed(made.questions, lambda text: from_text(text, LineageQuestion))
        self._asked = Packed(made.asked, str)

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
        return np.flatnonzero(self.kind[: self.size] == KINDS.index(kind))

    def with_role(self, *roles: Role) -> Mask:
        """Which edges have one of these roles."""
        return self.edges.has_role(*roles)

    def outgoing(self, node: int) -> range:
        """Edge numbers that leave a node."""
        return range(int(self.first_edge[node]), int(self.first_edge[node + 1]))

    def members(self, place: int) -> list[Node]:
        """What sources say of a node, before it was joined with others."""
        return self.nodes.members(place)

    def marked(self, *attributes: str) -> Mask:
        """Which places have one of these attributes, which are among MARKS."""
        wanted = sum(1 << MARKS.index(name) for name in attributes)
        return np.asarray((self.prepared.marks & wanted) != 0)

    def at(self, places: Indices) -> NodesAt:
        """The nodes at these places, made when they are looked at."""
        return NodesAt(self.nodes, places)

    def by_name(self, places: Indices) -> NodesAt:
        return self.at(places[np.argsort(self.name_rank[places])])

    def position(self, ident: str) -> int | None:
        """Where the node with this id stands, whichever source named it."""
        return next(iter(self._with_key(id_key(ident))), None)

    def find(self, text: str, kind: NodeKind) -> list[int]:
        """Nodes meant by an id, by `name@version`, or by a name (then every version of it).

        What is registered here goes before what other systems call so: whether that is the same is a question.
        """
        known = self.position(text)
        if known is not None:
            return [known]
        plain = text.casefold()
        name, at, version = plain.rpartition("@")
        exact = self._with_key(name_key(kind, name, version)) if at else []
        found = exact or self._with_key(name_key(kind, plain))
        registered = self.marked(REGISTERED)
        return [place for place in found if registered[place]] or found

    def _with_key(self, key: str) -> list[int]:
        """Places of what has this key among those of `keys_of`, in ascending order."""
        return [
            place
            for place in self.prepared.keys.seats_of(key)
            if any(key in keys_of(node) for node in self.members(place))
        ]

    def search(self, text: str) -> NodesAt:
        """Nodes in whose label, id or other names a text stands, once each: exact ones first, then by name."""
        return self.at(self.places_called(text))

    def places_called(self, text: str) -> Indices:
        """The places of `search`."""
        plain = text.casefold().strip()
        found: dict[int, int] = {}
        for place in self.nodes.perhaps_called(plain) if plain else ():
            for node in self.members(place):
                names = [name.casefold() for name in (node.label, node.name, node.id, *node.aliases)]
                rank = 0 if plain in names else 1 if names[0].startswith(plain) else 2
                if rank < 2 or any(plain in name for name in names):
                    found[place] = min(rank, found.get(place, rank))
        ordered = sorted(found, key=lambda place: (found[place], self.name_rank[place]))
        return np.array(ordered, dtype=np.int64)

    def said_as(self, ident: str) -> Node | None:
        """A node by its id, as its source says it, before it was joined with others; None where no source names it."""
        place = self.position(ident)
        return None if place is None else next(node for node in self.members(place) if node.id == ident)

    def answer_said(self, answer: NodeAnswer) -> LineageAnswer:
        """An officer's answer in words."""
        return answer_said(self._labels, answer, self.said_as)

    def is_asked(self, first: str, second: str) -> bool:
        """Whether an answer can be given under these keys, also on one thing of what is asked at large."""
        key = asked_key(first, second)
        return any(self._asked[number] == key for number in self.prepared.asked_keys.seats_of(key))

    def questions_on(self, places: Mask) -> list[int]:
        """Numbers of the questions on which one of these places hangs."""
        ends = self.prepared.question_ends
        number = np.repeat(np.arange(ends.size), np.diff(ends, prepend=0))
        found: list[int] = np.unique(number[places[self.original[self.prepared.question_places]]]).tolist()
        return found

    def edge(self, number: int, among: EdgeTable | None = None) -> Edge:
        """One edge of the graph, or of another table over its nodes."""
        table = self.edges if among is None else among
        return Edge(
            self.nodes[int(table.origin[number])].id,
            self.nodes[int(table.target[number])].id,
            ROLES[int(table.role[number])],
            CERTAINTIES[int(table.certainty[number])],
            self.source_of(number, table),
            self.noted_of(number, table),
        )

    def source_of(self, number: int, among: EdgeTable | None = None) -> str:
        """Digest of the source that states an edge, "" where none does."""
        source = int((among or self.edges).source[number])
        return self.sources[source] if source >= 0 else ""

    def noted_of(self, number: int, among: EdgeTable | None = None) -> dict[str, str]:
        """What a source notes of an edge."""
        note = int((among or self.edges).note[number])
        return self._notes[note] if note >= 0 else {}

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
