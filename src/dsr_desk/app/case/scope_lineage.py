"""What lineage says of dataset versions for a scope: what a model was trained on, what was made from what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from dsr_desk.app.case.scope_words import IN, OPEN, OUT
from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.edges import CERTAINTIES, Mask
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import REGISTERED
from dsr_desk.lineage.prepared import KINDS

_DATA = (NodeKind.DATASET, NodeKind.RUN, NodeKind.EMBEDDING, NodeKind.OUTPUT)
"""What data passes through on its way to other data; what a model gives out is not the data that it was trained on."""

_SURE = CERTAINTIES.index(Certainty.INFERRED)


@dataclass(frozen=True)
class Trained:
    """`words` say of each dataset version whether a model was trained on it; `measured` are those it only saw so."""

    words: Mapping[str, int]
    measured: tuple[str, ...]


@dataclass(frozen=True)
class Descent:
    """`words` say of each dataset version whether it was made from an origin, `origins` from which.

    `elsewhere` are labels of data that lineage alone knows: made from an origin, and registered nowhere here.
    """

    words: Mapping[str, int]
    origins: Mapping[str, str]
    elsewhere: tuple[str, ...]


def trained_on(graph: Graph, model: str, versions: Iterable[str]) -> Trained | None:
    """None where no source names the model. A model of which the training is not recorded in full may have seen
    everything."""
    seats = graph.find(model, NodeKind.MODEL)
    if not seats:
        return None
    measures = graph.with_role(*(role for role in Role if not role.enters_weights))
    hands_on = ~graph.with_role(Role.ERASE)
    recorded = all(graph.complete[seat] for seat in seats)
    words: dict[str, int] = {}
    measured = []
    for version in versions:
        start = graph.find(version, NodeKind.DATASET)
        words[version] = OUT if recorded else OPEN
        if _reaches(graph, start, seats, hands_on & ~measures & (graph.certainty <= _SURE)):
            words[version] = IN
        elif _reaches(graph, start, seats, hands_on & ~measures):
            words[version] = OPEN
        elif _reaches(graph, start, seats, hands_on):
            measured.append(version)
    return Trained(words, tuple(measured))


def made_from(graph: Graph, origins: Mapping[str, int], versions: Iterable[str]) -> Descent:
    """What was made from `origins`: dataset versions with IN where all of them, OPEN where a part of them is meant.

    What was made from a part may hold nothing of it, so it is OPEN; of an erasure it is for its digests to say.
    """
    measures = graph.with_role(*(role for role in Role if not role.enters_weights))
    others = ~np.isin(graph.kind, [KINDS.index(kind) for kind in _DATA])
    words, found = dict.fromkeys(versions, OUT), dict[str, str]()
    seats = {version: graph.find(version, NodeKind.DATASET) for version in words}
    known = {seat for own in seats.values() for seat in own}
    elsewhere: set[str] = set()
    for origin, word in origins.items():
        start = seats.get(origin) or graph.find(origin, NodeKind.DATASET)
        allowed = ~measures if word == IN else ~measures & ~graph.with_role(Role.ERASE)
        sure, perhaps = (
            graph.folded(graph.walk(start, edges, others).reached)
            for edges in (allowed & (graph.certainty <= _SURE), allowed)
        )
        for version, own in seats.items():
            if version == origin or not any(perhaps[seat] for seat in own):
                continue
            got = word if any(sure[seat] for seat in own) else OPEN
            if got > words[version]:
                words[version], found[version] = got, origin
        elsewhere.update(_unregistered(graph, perhaps, known | set(start) | _mere_names(graph, start)))
    return Descent(words, found, tuple(sorted(elsewhere)))


def _reaches(graph: Graph, start: list[int], goals: list[int], allowed: Mask) -> bool:
    reached = graph.folded(graph.walk(start, allowed).reached) if start else graph.mask()
    return any(bool(reached[goal]) for goal in goals)


def _mere_names(graph: Graph, versions: Iterable[int]) -> set[int]:
    """Names of a dataset without a version into which nothing else goes and that lie nowhere: they say that some
    version was meant, and are no data beside the versions."""
    named = {graph.nodes[seat].name for seat in versions}
    made = graph.folded(graph.mask(graph.target[~graph.with_role(Role.CONTAIN)]))
    return {
        seat
        for seat in graph.of_kind(NodeKind.DATASET).tolist()
        if not made[seat] and not (node := graph.nodes[seat]).version and node.name in named and not node.aliases
    }


def _unregistered(graph: Graph, reached: Mask, known: set[int]) -> Iterable[str]:
    found = graph.folded(reached) & (graph.kind == KINDS.index(NodeKind.DATASET)) & ~graph.marked(REGISTERED)
    for seat in np.flatnonzero(found).tolist():
        if seat not in known:
            yield graph.nodes[seat].label
