"""What the lineage does not know: what a regulator asks next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np

from dsr_desk.core.lineage import Node, NodeKind, Role
from dsr_desk.core.lineage_questions import LineageQuestion
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.importers.draft import BY_FILE, KIND_WHY, UNCLASSIFIED, UNIDENTIFIED
from dsr_desk.lineage.prepared import KINDS
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
    that this vault registered and that no source mentions.

    `models_without_input` have no recorded training data, `models_in_part` a record that does not say everything, all
    the way up. `runs_without_model` took data, and nothing is recorded that they made but weights whose place nobody
    knows; `data_unidentified` is named by
    how it was loaded alone, `outputs_unclassified` came of a run and may be models. Of `partial_sources` something was
    left out: their warnings say what.
    """

    datasets_without_consumer: Sequence[Node]
    registered_without_lineage: Sequence[Node]
    models_without_input: Sequence[Node]
    models_in_part: Sequence[Node]
    runs_without_model: Sequence[Node]
    data_unidentified: Sequence[Node]
    outputs_unclassified: Sequence[Node]
    old_sources: tuple[OldSource, ...]
    partial_sources: tuple[Source, ...]
    questions: Sequence[LineageQuestion]
    counts: dict[str, int]

    @property
    def all_is_known(self) -> bool:
        """Whether nothing at all is left open."""
        return not any(getattr(self, field.name) for field in fields(self) if field.name != "counts")

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: [node.label for node in getattr(self, name)] for name in _OF_NODES},
            "old_sources": [{"file": old.source.file, "days": old.days} for old in self.old_sources],
            "partial_sources": [
                {"file": one.file, "warnings": [warning.as_json() for warning in one.warnings]}
                for one in self.partial_sources
            ],
            "questions": [question.as_json() for question in self.questions],
            "counts": self.counts,
            "complete": self.all_is_known,
        }


_OF_NODES = (
    "datasets_without_consumer",
    "registered_without_lineage",
    "models_without_input",
    "models_in_part",
    "runs_without_model",
    "data_unidentified",
    "outputs_unclassified",
)


def coverage(graph: Graph, sources: Iterable[Source], now: str) -> Coverage:
    """`now` is a UTC timestamp. A file that was imported again counts with its newest import alone."""
    datasets, models, runs = map(graph.of_kind, (NodeKind.DATASET, NodeKind.MODEL, NodeKind.RUN))
    twin = np.arange(len(graph.nodes)) != graph.original
    feeds = ~graph.with_role(Role.CONTAIN, Role.ERASE) | (twin[graph.target] & graph.with_role(Role.CONTAIN))
    feeds &= ~(twin[graph.target] & graph.with_role(Role.COPY))
    fed = graph.mask(graph.original[graph.origin[feeds]])
    idle = datasets[~fed[datasets]]
    measured = graph.with_role(*(role for role in Role if not role.enters_weights), Role.SERVE)
    took = graph.mask(graph.target[~measured & (graph.kind[graph.origin] == KINDS.index(NodeKind.DATASET))])
    lost = graph.marked(BY_FILE) & graph.marked(KIND_WHY)
    gave = graph.mask(graph.original[graph.origin[~lost[graph.target]]])
    latest = _latest(sources)
    return Coverage(
        datasets_without_consumer=graph.by_name(idle),
        registered_without_lineage=graph.by_name(idle[~graph.stated[idle]]),
        models_without_input=graph.by_name(models[~graph.trained[models]]),
        models_in_part=graph.by_name(models[graph.trained[models] & ~graph.complete[models]]),
        runs_without_model=graph.by_name(runs[took[runs] & ~gave[runs]]),
        data_unidentified=graph.by_name(datasets[graph.marked(UNIDENTIFIED)[datasets]]),
        outputs_unclassified=graph.by_name(np.flatnonzero(graph.marked(UNCLASSIFIED)[: graph.size])),
        old_sources=_old(latest, now),
        partial_sources=tuple(source for source in latest if source.warnings),
        questions=graph.questions,
        counts=graph.counts(),
    )


def _latest(sources: Iterable[Source]) -> list[Source]:
    return list({(source.file, source.format): source for source in sources}.values())


def _old(sources: Iterable[Source], now: str) -> tuple[OldSource, ...]:
    today = datetime.fromisoformat(now)
    ages = [OldSource(s, (today - datetime.fromisoformat(s.newest or s.imported)).days) for s in sources]
    return tuple(sorted((age for age in ages if age.days > OLD_AFTER_DAYS), key=lambda age: -age.days))
