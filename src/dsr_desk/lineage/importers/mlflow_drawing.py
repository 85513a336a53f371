"""The graph of an MLflow store while it is drawn: node ids by the store's own keys."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import NAMED_ONLY, LineageDraft, node_id
from dsr_desk.lineage.importers.mlflow_store import ModelVersion, Store

_ENDED_BADLY = ("FAILED", "KILLED")
_UUID = re.compile(r"(m-)?[0-9a-f]{32}")


@dataclass
class MlflowDrawing:
    """`making` are keys of runs that gave out a model, `makers` the runs that gave out each model, `taken` the models
    that a run took and did not make, `inputs` what runs read and as what."""

    store: Store
    draft: LineageDraft
    system: str
    datasets: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)
    making: set[str] = field(default_factory=set)
    makers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    inputs: dict[str, list[tuple[str, Role]]] = field(default_factory=lambda: defaultdict(list))

    def run(self, key: str) -> str:
        """A run of which nothing but the id may be left."""
        if key not in self.runs:
            ident = f"run:{self.system}|{key}"
            aliases = [key, global_name("run", key)]
            self.runs[key] = self.draft.node(
                NodeKind.RUN, key, "", self.system, key=ident, aliases=aliases, **{NAMED_ONLY: "yes"}
            )
        return self.runs[key]

    def model(self, key: str) -> str:
        """A logged model of which nothing but the id may be left."""
        if key not in self.models:
            aliases = [key, global_name("model", key)]
            self.models[key] = self.draft.node(
                NodeKind.MODEL, key, "", self.system, aliases=aliases, **{NAMED_ONLY: "yes"}
            )
        return self.models[key]

    def produce(self, run: str, model: str, certainty: Certainty = Certainty.RECORDED, **why: str) -> None:
        """A run, by its key, gave out a model (a node)."""
        self.draft.edge(self.run(run), model, Role.PRODUCE, certainty, **why)
        self.making.add(run)
        self.makers[model].add(self.run(run))
        status = self.store.runs[run].status if run in self.store.runs else ""
        if status in _ENDED_BADLY:
            node = self.draft.nodes[model]
            self.draft.add(replace(node, attributes={**node.attributes, "run-status": status.casefold()}))

    def read(self, origin: str, run: str, role: Role, certainty: Certainty = Certainty.RECORDED, **why: str) -> None:
        self.draft.edge(origin, self.run(run), role, certainty, **why)
        self.inputs[run].append((origin, role))

    def trains(self, run: str) -> bool:
        """Whether something says of a run that it trained: what it logged, what it read to train on, what it made."""
        read = self.inputs.get(run, ())
        return run in self.making or run in self.store.signs or any(role is Role.TRAIN for _, role in read)


def global_name(kind: str, key: str) -> str:
    """A URN for what has an id that no other store gives out, "" for others."""
    return f"urn:mlflow:{kind}:{key}" if _UUID.fullmatch(key) else ""


def version_id(system: str, version: ModelVersion) -> str:
    """A name that was deleted and given anew starts again with version 1: it is another model."""
    return f"{node_id(NodeKind.MODEL, version.name, version.version, system)}|{version.created}".rstrip("|")
