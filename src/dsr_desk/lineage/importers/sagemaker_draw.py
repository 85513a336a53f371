"""What SageMaker knows by ARNs and places, as nodes: one account in one region is a system."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import (
    BY_FILE,
    KIND_TEXT,
    KIND_WHY,
    NAMED_ONLY,
    UNCLASSIFIED,
    ImportRefused,
    LineageDraft,
    Place,
    system_of,
)
from dsr_desk.lineage.importers.names import Likely, is_placeholder, leaves_unnamed, model_file, named_in
from dsr_desk.lineage.importers.reading import role_named
from dsr_desk.lineage.importers.times import when

SYSTEM = "sagemaker"
LOOSE = Certainty.INFERRED
_ARN = re.compile(r"arn:(aws[a-z-]*):sagemaker:([a-z0-9-]*):(\d{12}|aws):([a-z-]+)/(.+)", re.IGNORECASE)
_OF_JOB = re.compile(r"(.+)-aws-(training|processing|transform)-job")
_RUNS = ("training-job", "processing-job", "transform-job", "hyper-parameter-tuning-job")
_BASE = ("model", "pretrained", "pretrained_model", "checkpoint", "base_model")


class Arn(NamedTuple):
    """Names in ARNs are in small letters, whatever they are elsewhere."""

    system: str
    kind: str
    name: str


def arn_of(text: object, place: Place) -> Arn:
    """Raises ImportRefused for what is no ARN of SageMaker."""
    found = _ARN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ImportRefused(place, "damage.arn")
    _, region, account, kind, name = found.groups()
    return Arn(system_of(SYSTEM, account, region), kind.lower(), name)


def is_arn(text: object) -> bool:
    return isinstance(text, str) and _ARN.fullmatch(text) is not None


def moment(value: object, place: Place, draft: LineageDraft) -> str:
    """A time as the command line prints it: ISO 8601, or seconds since 1970 in its first version."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            seconds = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value))
            return seconds.strftime("%Y-%m-%dT%H:%M:%SZ")
        except (OverflowError, ValueError):
            pass
    return when(value, place, draft)


@dataclass(frozen=True)
class SageMakerJob:
    """A run that takes and gives: its node, and its name for sentences."""

    node: str
    name: str


class SageMakerDrawing:
    """Adds nodes by ARN and by place, the same for the same, and remembers what jobs made and took."""

    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self._tuned: list[tuple[SageMakerJob, str]] = []
        self._checkpoints: dict[str, list[SageMakerJob]] = defaultdict(list)
        self._outputs: set[tuple[str, str]] = set()
        self._around: dict[tuple[str, str], set[str]] = defaultdict(set)

    def run(self, arn: Arn, name: str = "", **said: str) -> str:
        """A job. `experiment-trial-component/NAME-aws-training-job` is how lineage calls training job NAME."""
        kind, key = arn.kind, arn.name
        if (found := _OF_JOB.fullmatch(key)) and kind == "experiment-trial-component":
            kind, key = f"{found[2]}-job", found[1]
        ident = f"run:{arn.system}|{kind}/{key.lower()}"
        return self.draft.node(NodeKind.RUN, name or key, "", arn.system, key=ident, **said)

    def package(self, arn: Arn, group: str = "", **said: str) -> str:
        """A model package: a version of its group, or one by itself."""
        name, _, version = arn.name.partition("/")
        key = f"model:{arn.system}|model-package/{arn.name.lower()}"
        return self.draft.node(NodeKind.MODEL, group or name, version, arn.system, key=key, **said)

    def model(self, system: str, name: str, **said: str) -> str:
        """What SageMaker calls a model: a container that is ready to serve, with the weights that it was given."""
        return self.draft.node(
            NodeKind.MODEL, name, "", system, key=f"model:{system}|model/{name.lower()}", **said
        )  # fmt: skip

    def configuration(self, system: str, name: str, **said: str) -> str:
        key = f"deployment:{system}|endpoint-config/{name.lower()}"
        return self.draft.node(NodeKind.DEPLOYMENT, name, "", system, key=key, **said)

    def endpoint(self, system: str, name: str, **said: str) -> str:
        key = f"endpoint:{system}|{name.lower()}"
        return self.draft.node(NodeKind.ENDPOINT, name, "", system, key=key, **said)

    def weights(self, system: str, place: str, **said: str) -> str:
        """Weights that lie at a place and that a source calls weights."""
        place = place.rstrip("/")
        if (system, place) not in self._outputs:
            self._outputs.add((system, place))
            folder = place.rpartition("/")[0]
            for around in (folder, folder.rpartition("/")[0]):
                if around.count("/") > 2:
                    self._around[system, around].add(place)
        return self.draft.node(
            NodeKind.MODEL, place, "", system, aliases=[place], **{BY_FILE: "yes", **said}
        )  # fmt: skip

    def lying_at(self, system: str, place: str, **said: str) -> str:
        """What lies at a place: a model where a job is known to have left it there or its name says so, else data."""
        place = place.rstrip("/")
        if (system, place) in self._outputs:
            return self.weights(system, place)
        if is_arn(place):
            return self.by_arn(arn_of(place, place))
        if model_file(place) is Likely.YES:
            return self.draft.node(
                NodeKind.MODEL, place, "", system, aliases=[place],
                **{BY_FILE: "yes", KIND_WHY: "guess.kind.file", KIND_TEXT: place},
            )  # fmt: skip
        return self.draft.node(NodeKind.DATASET, place, "", system, aliases=[place], **said)

    def by_arn(self, arn: Arn) -> str:
        """Something that is only named by its ARN."""
        if arn.kind in _RUNS or arn.kind == "experiment-trial-component":
            return self.run(arn)
        if arn.kind == "model-package":
            return self.package(arn)
        if arn.kind == "model":
            return self.model(arn.system, arn.name)
        if arn.kind == "endpoint":
            return self.endpoint(arn.system, arn.name)
        if arn.kind == "endpoint-config":
            return self.configuration(arn.system, arn.name)
        kind = NodeKind.MODEL if "model" in arn.kind or arn.kind == "hub-content" else NodeKind.DATASET
        return self.draft.node(kind, f"{arn.kind}/{arn.name}", "", arn.system, **{NAMED_ONLY: "yes"})

    def channel(self, job: SageMakerJob, name: str, place: str, *, is_model: bool = False) -> None:
        """What a training job reads, under the name that its author gave it. Only a word that states the use does."""
        system, word = self.draft.nodes[job.node].namespace, name.strip().lower()
        for inside in sorted(self._around.get((system, place.rstrip("/")), ())):
            self._edge(self.weights(system, inside), job, Role.FINE_TUNE_BASE, name)
        if is_model or word in _BASE:
            self._edge(self.weights(system, place), job, Role.FINE_TUNE_BASE, name, stated=is_model or word == "model")
            return
        origin = self.lying_at(system, place)
        if self.draft.nodes[origin].kind is NodeKind.MODEL:
            self._edge(origin, job, Role.FINE_TUNE_BASE, name)
            return
        role = role_named(name)
        if role in (Role.TRAIN, Role.VALIDATE, Role.EVALUATE):
            self._edge(origin, job, role, name, stated=True)
            return
        meant = next((one.meaning for one in named_in(name, place)), None)
        self._edge(origin, job, meant.role if meant and meant.kind is NodeKind.DATASET else Role.TRAIN, name)

    def _edge(self, origin: str, job: SageMakerJob, role: Role, channel: str, *, stated: bool = False) -> None:
        if stated:
            self.draft.edge(origin, job.node, role)
        else:
            self.draft.edge(origin, job.node, role, LOOSE, why="guess.sagemaker.channel", by=channel, text=channel)

    def checkpoints(self, job: SageMakerJob, place: str) -> None:
        """Where a job keeps what it has learned so far. A job that finds some there goes on from them."""
        weights = self.weights(self.draft.nodes[job.node].namespace, place)
        self.draft.edge(job.node, weights, Role.PRODUCE)
        self._checkpoints[weights].append(job)

    def tuned(self, job: SageMakerJob, tuning: str) -> None:
        """One of the trainings that a tuning job started."""
        self._tuned.append((job, tuning))

    def settle(self) -> None:
        """What follows from all answers together.

        What trains a model is data. Jobs that share a place for checkpoints may have begun where another stopped. A
        training of which only a tuning job is described took what that one names.
        """
        for origin, _, role in self.draft.edges:
            node = self.draft.nodes[origin]
            if role in (Role.TRAIN, Role.VALIDATE, Role.EVALUATE) and UNCLASSIFIED in node.attributes:
                said = {name: value for name, value in node.attributes.items() if name != UNCLASSIFIED}
                self.draft.nodes[origin] = replace(node, attributes=said)
        fed = {target for _, target, _ in self.draft.edges}
        for job, tuning in self._tuned:
            if job.node not in fed:
                self.draft.edge(
                    tuning, job.node, Role.PARENT, LOOSE,
                    why="guess.sagemaker.tuning", by="TuningJobArn", text=self.draft.nodes[tuning].name,
                )  # fmt: skip
        for weights, jobs in self._checkpoints.items():
            for job in jobs if len(jobs) > 1 else ():
                self.draft.edge(
                    weights, job.node, Role.FINE_TUNE_BASE, LOOSE,
                    why="guess.sagemaker.checkpoints", by="CheckpointConfig", text=self.draft.nodes[weights].name,
                )  # fmt: skip

    def parameters(self, job: SageMakerJob, given: Mapping[str, Any]) -> None:
        """Free parameters; the toolkit for scripts writes each as JSON, and its own under names of its own."""
        system = self.draft.nodes[job.node].namespace
        for key, value in given.items():
            if key.startswith("sagemaker_") or not isinstance(value, str):
                continue
            if leaves_unnamed(key, _unquoted(value)):
                unnamed = {"key": f"unnamed:{job.node}|{key}", NAMED_ONLY: "yes"}
                base = self.draft.node(NodeKind.MODEL, f"{key}={value}", job.name, system, **unnamed)
                said = {"why": "guess.switch", "by": key, "text": value}
                self.draft.edge(base, job.node, Role.FINE_TUNE_BASE, LOOSE, **said)
            for named in named_in(key, _unquoted(value)):
                kind = named.meaning.kind
                if kind is NodeKind.DATASET and is_placeholder(named.text):
                    origin = self.draft.unidentified(named.text, of=job.node)
                elif (system, named.text.rstrip("/")) in self._outputs:
                    origin = self.weights(system, named.text)
                else:
                    aliases = [named.text] if "://" in named.text else []
                    origin = self.draft.node(kind, named.text, "", system, aliases=aliases, **{NAMED_ONLY: "yes"})
                role = named.meaning.role
                if self.draft.nodes[origin].kind is not kind:
                    role = Role.FINE_TUNE_BASE
                self.draft.edge(origin, job.node, role, LOOSE, why="guess.parameter", by=named.key, text=named.text)


def _unquoted(value: str) -> Any:
    if value[:1] not in ('"', "[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
