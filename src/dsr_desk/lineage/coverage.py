"""What the lineage does not know: what a regulator asks next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsr_desk.core.lineage import JoinQuestion, Node, NodeKind, Role
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.store import Source

OLD_AFTER_DAYS = 30


@dataclass(frozen=True)
class OldSource:
    """A source whose latest word is older than 30 days, and how many days."""

    source: Source
    days: int


@dataclass(frozen=True)
class Coverage:
    """`datasets_without_consumer` feed nothing that is recorded; `registered_without_lineage` are those among them
    that this vault registered and that no source mentions. `models_without_input` have no recorded training data."""

    datasets_without_consumer: tuple[Node, ...]
    registered_without_lineage: tuple[Node, ...]
    models_without_input: tuple[Node, ...]
    old_sources: tuple[OldSource, ...]
    questions: tuple[JoinQuestion, ...]
    counts: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return {
            "datasets_without_consumer": [node.label for node in self.datasets_without_consumer],
            "registered_without_lineage": [node.label for node in self.registered_without_lineage],
            "models_without_input": [node.label for node in self.models_without_input],
            "old_sources": [{"file": old.source.file, "days": old.days} for old in self.old_sources],
            "questions": [question.says.as_json() for question in self.questions],
            "counts": self.counts,
        }


def coverage(graph: Graph, sources: Iterable[Source], now: str) -> Coverage:
    """`now` is a UTC timestamp. A file that was imported again counts with its newest import alone."""
    twins = graph.mask(graph.twins.values())
    feeds = ~graph.with_role(Role.CONTAIN, Role.ERASE) | twins[graph.target]
    fed = graph.mask(graph.origin[feeds])
    idle = [int(i) for i in graph.of_kind(NodeKind.DATASET) if not fed[i] and not twins[i]]
    trained = graph.trained
    return Coverage(
        datasets_without_consumer=_sorted(graph.nodes[i] for i in idle),
        registered_without_lineage=_sorted(graph.nodes[i] for i in idle if not graph.stated[i]),
        models_without_input=_sorted(graph.nodes[int(i)] for i in graph.of_kind(NodeKind.MODEL) if not trained[i]),
        old_sources=_old(sources, now),
        questions=graph.questions,
        counts=graph.counts(),
    )


def _old(sources: Iterable[Source], now: str) -> tuple[OldSource, ...]:
    latest: dict[tuple[str, str], Source] = {}
    for source in sources:
        latest[source.file, source.format] = source
    today = datetime.fromisoformat(now)
    ages = [OldSource(s, (today - datetime.fromisoformat(s.newest or s.imported)).days) for s in latest.values()]
    return tuple(sorted((age for age in ages if age.days > OLD_AFTER_DAYS), key=lambda age: -age.days))


def _sorted(nodes: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(sorted(nodes, key=lambda node: (node.name, node.version, node.id)))
