"""From a dataset version to every model that saw it: nodes, edges, affected models, dispositions.

Edges run with the data: origin is what was there before, target what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dsr_desk.core.lineage_questions import LineageQuestion
from dsr_desk.core.message import Message
from dsr_desk.core.period import Period
from dsr_desk.core.retained import Received, RetainedOutput


class NodeKind(StrEnum):
    DATASET = "dataset"
    RUN = "run"
    MODEL = "model"
    DEPLOYMENT = "deployment"
    PRODUCT = "product"
    OUTPUT = "output"
    EMBEDDING = "embedding"
    BENCHMARK = "benchmark"
    API = "api"
    ENDPOINT = "endpoint"
    RECIPIENT = "recipient"


class Role(StrEnum):
    """What the origin of an edge was used for. The first ten say how a model came to know the data."""

    TRAIN = "train"
    VALIDATE = "validate"
    EVALUATE = "evaluate"
    FINE_TUNE_BASE = "fine-tune-base"
    DISTIL = "distil"
    ADAPTER = "adapter"
    MERGE = "merge"
    QUANTISE = "quantise"
    EMBED = "embed"
    INPUT = "input"
    SERVE = "serve"
    PRODUCE = "produce"
    DERIVE = "derive"
    ERASE = "erase"
    CONTAIN = "contain"
    COPY = "copy"
    GENERATE = "generate"
    PARENT = "parent"
    PASS_ON = "pass-on"

    @property
    def reaches_a_model(self) -> bool:
        """Whether this role says how a model came to know its data; the others only hand data on."""
        return self in MODEL_ROLES

    @property
    def enters_weights(self) -> bool:
        """False where data was only measured against: it can be read from no weight."""
        return self not in (Role.VALIDATE, Role.EVALUATE)


MODEL_ROLES = frozenset(list(Role)[:10])
_SAYS_HOW = (MODEL_ROLES - {Role.INPUT}) | {Role.COPY}
_ENDED_BADLY = {
    "failed": "failed", "fail": "failed", "crashed": "failed", "error": "failed",
    "killed": "killed", "abort": "killed", "aborted": "killed", "stopped": "killed", "cancelled": "killed",
}  # fmt: skip
_STANDS_ON_IT = ("deployments", "products", "outputs", "embeddings", "benchmarks")


class Learned(StrEnum):
    """Whether a model learned from data itself, or is made from one that did, or was measured; else nobody knows."""

    ITSELF = "itself"
    INHERITED = "inherited"
    MEASURED = "measured"
    NOT_KNOWN = "not-known"


class Certainty(StrEnum):
    """How sure an edge is: stated by a source, concluded from what a source states, or an open question."""

    RECORDED = "recorded"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in the graph. `id` is unique in the vault and the same in every import of the same thing.

    `digests` are content digests, "sha256:…" or "md5:…"; `aliases` other names of the same thing (URIs, ids of the
    producing system). `created` and `ended` are UTC timestamps, "" where not recorded: a run's end is its
    `ended`, a dataset's or model's `ended` is the moment it was destroyed or withdrawn.
    """

    id: str
    kind: NodeKind
    name: str
    version: str = ""
    namespace: str = ""
    digests: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    created: str = ""
    ended: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def label(self) -> str:
        """For people: `name@version`, or the name where no version is recorded."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def title(self) -> str:
        """As `label`, without the id that a run carries as its version."""
        return self.name if self.kind is NodeKind.RUN else self.label

    @property
    def licence(self) -> str:
        """Ids, expression or name, as the source gives them; "unknown" where it gives none."""
        return self.attributes.get("licence", "unknown")


@dataclass(frozen=True, slots=True)
class Edge:
    """`origin` and `target` are node ids; `source` is the SHA-256 (hex) of the file that states the edge.

    `attributes`: `why` (a code of the catalogue) says what an inferred edge was concluded from, `by` which field or
    parameter of the source, `text` its value; `since`, `until` (UTC) and `told` what is recorded of a use or a
    recipient.
    """

    origin: str
    target: str
    role: Role
    certainty: Certainty = Certainty.RECORDED
    source: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class PathStep:
    """A node on a path and the role by which the path came to it (None for the first)."""

    node: Node
    role: Role | None = None
    certainty: Certainty = Certainty.RECORDED

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.node.kind.value,
            "name": self.node.name,
            "version": self.node.version,
            "id": self.node.id,
            "licence": self.node.licence,
            "role": self.role.value if self.role else None,
            "certainty": self.certainty.value,
        }


Path = tuple[PathStep, ...]
"""From a dataset version (first step) to a model (last step)."""


def surest(path: Path) -> Certainty:
    """How sure a whole path is: as sure as its weakest step."""
    return max((step.certainty for step in path), key=list(Certainty).index)


def learned_by(path: Path) -> Learned:
    """What a path says of the model at its end: nothing over an open question or a use that nobody recorded."""
    if not all(step.role.enters_weights for step in path if step.role is not None):
        return Learned.MEASURED
    if surest(path) is Certainty.UNKNOWN:
        return Learned.NOT_KNOWN
    roles: set[Role | None] = set()
    for step in path[1:]:
        roles.add(step.role)
        if step.node.kind is NodeKind.MODEL and not roles & _SAYS_HOW:
            return Learned.NOT_KNOWN
        if step.node.kind is not NodeKind.RUN:
            roles.clear()
    return Learned.INHERITED if any(step.node.kind is NodeKind.MODEL for step in path[:-1]) else Learned.ITSELF


@dataclass(frozen=True)
class AffectedModel:
    """A model that data of a hit dataset version reached.

    `in_weights` is False where every path goes through a validation or an evaluation only. `paths` holds the shortest
    from each hit dataset version, and where that one only measures the shortest into the weights too, surest first.
    `certainties` says how sure each role is. `training_recorded` is False where no source records what the model was
    trained on, `training_complete` where the record does not say everything, all the way up: there may be more paths.
    `sources` are digests of the files that state the paths, "" among them for what this vault registered or concluded.
    `received` says who got the model, as far as recorded; None where no source says it, not even "none".
    `retained` says of outputs, embeddings and benchmarks which runs made them, and of which items they are.
    `deployments` are endpoints too, `products` are APIs too.
    """

    node: Node
    roles: tuple[Role, ...]
    certainty: Certainty
    in_weights: bool
    paths: tuple[Path, ...]
    period: Period = field(default_factory=Period)
    deployments: tuple[Node, ...] = ()
    products: tuple[Node, ...] = ()
    outputs: tuple[Node, ...] = ()
    embeddings: tuple[Node, ...] = ()
    benchmarks: tuple[Node, ...] = ()
    certainties: Mapping[Role, Certainty] = field(default_factory=dict)
    training_recorded: bool = True
    training_complete: bool = True
    sources: tuple[str, ...] = ()
    received: tuple[Received, ...] | None = None
    retained: tuple[RetainedOutput, ...] = ()

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def version(self) -> str:
        return self.node.version

    @property
    def task(self) -> str:
        """What the model is for, "" where no source says it: not every model on these photos is a face model."""
        return self.node.attributes.get("task", "")

    @property
    def learned(self) -> Learned:
        """By the paths. That it was only measured is said where sources state it, and all that it was trained on."""
        found = {learned_by(path) for path in self.paths} - {Learned.MEASURED}
        if found:
            return min(found, key=list(Learned).index)
        stated = all(surest(path) is Certainty.RECORDED for path in self.paths) and self.training_complete
        return Learned.MEASURED if stated and not self.in_weights else Learned.NOT_KNOWN

    @property
    def run_status(self) -> str:
        """`failed` or `killed` where the run that left it did not end well, else "": weights may lie there."""
        runs = (next((s.node for s in reversed(path) if s.node.kind is NodeKind.RUN), None) for path in self.paths)
        said = {_ENDED_BADLY.get(run.attributes.get("status", "").casefold(), "") for run in runs if run is not None}
        return max(said, default="")

    @property
    def passed_on_to(self) -> tuple[str, ...] | None:
        """Names of who got it."""
        return None if self.received is None else tuple(one.name for one in self.received)

    @property
    def shortest_path(self) -> Path:
        return self.paths[0]

    @property
    def dataset_versions(self) -> tuple[str, ...]:
        """Labels of the hit dataset versions that reach this model."""
        return tuple(dict.fromkeys(path[0].node.label for path in self.paths))

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "roles": [role.value for role in self.roles],
            "certainties": {role.value: certainty.value for role, certainty in self.certainties.items()},
            "certainty": self.certainty.value,
            "paths": [[step.as_json() for step in path] for path in self.paths],
            "in_weights": self.in_weights,
            "learned": self.learned.value,
            "task": self.task,
            "licence": self.node.licence,
            "training_recorded": self.training_recorded,
            "training_complete": self.training_complete,
            "run_status": self.run_status,
            "period": {"since": self.period.since, "until": self.period.until, "running": self.period.running},
            **{name: [node.label for node in getattr(self, name)] for name in _STANDS_ON_IT},
            "passed_on_to": None if self.passed_on_to is None else list(self.passed_on_to),
            "received": None if self.received is None else [one.as_json() for one in self.received],
            "retained": [one.as_json() for one in self.retained],
        }


@dataclass(frozen=True)
class ExcludedModel:
    """A model that a path reaches and that cannot hold the data, with the reason."""

    node: Node
    reason: Message


@dataclass(frozen=True)
class Impact:
    """Every model that hit dataset versions reach, and what could not be said.

    `without_lineage` are models with no recorded training data that no path reaches: silence is not innocence.
    `partly_recorded` are those that no path reaches and of which something is recorded, but not everything, all the way
    up. `runs` read the data, and nothing that they made is recorded. `not_in_lineage` are dataset versions that no
    source mentions, `questions` open ones that the result depends on, those with the largest effect first.
    """

    models: Sequence[AffectedModel]
    without_lineage: Sequence[Node]
    partly_recorded: Sequence[Node] = ()
    runs: Sequence[Node] = ()
    excluded: Sequence[ExcludedModel] = ()
    not_in_lineage: tuple[str, ...] = ()
    questions: tuple[LineageQuestion, ...] = ()
    hits: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "models": [model.as_json() for model in self.models],
            **{
                what: [{"name": n.name, "version": n.version, "id": n.id} for n in getattr(self, what)]
                for what in ("without_lineage", "partly_recorded", "runs")
            },
            "excluded": [
                {"name": e.node.name, "version": e.node.version, "reason": e.reason.as_json()} for e in self.excluded
            ],
            "not_in_lineage": list(self.not_in_lineage),
            "questions": [question.as_json() for question in self.questions],
        }


class DispositionKind(StrEnum):
    """What shall become of an affected model, or was seen to have become of it."""

    DESTROYED = "destroyed"
    RETRAINED = "retrained"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    INFEASIBLE = "infeasible"
    NOT_AFFECTED = "not-affected"

    @property
    def needs_a_reason(self) -> bool:
        return self in (DispositionKind.HELD, DispositionKind.INFEASIBLE, DispositionKind.NOT_AFFECTED)


@dataclass(frozen=True)
class Planned:
    """What an officer decided for a model. `deadline` is a date, "" where none is set."""

    disposition: DispositionKind
    reason: str
    responsible: str
    deadline: str
    officer: str
    decided: str


@dataclass(frozen=True)
class Observed:
    """What was seen afterwards, and how they know. Never taken from the plan.

    `seen` is the day (or the time) on which it was seen, `by` who saw it, "" for the officer; `officer` wrote it down
    at the time `recorded`.
    """

    disposition: DispositionKind
    how: str
    officer: str
    seen: str
    by: str = ""
    recorded: str = ""


@dataclass(frozen=True)
class Disposition:
    """One model of one case: the plan and, apart from it, what was observed. `model` is a node id."""

    case: str
    model: str
    name: str
    version: str
    planned: Planned | None = None
    observed: Observed | None = None
    approved: bool = False

    def overdue(self, today: str) -> bool:
        """Whether its deadline (a date) has passed and nobody has seen it done."""
        return self.planned is not None and self.observed is None and "" < self.planned.deadline < today
