"""What an MLflow store says, whether it lies in a database or in files, as a graph."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import LineageDraft
from dsr_desk.lineage.importers.reading import role_named
from dsr_desk.lineage.importers.settling import nest_runs

NAMESPACE = "mlflow"
CONTEXT_TAG = "mlflow.data.context"
PARENT_TAG = "mlflow.parentRunId"
DELETED_STAGE = "Deleted_Internal"
OLD_MODELS_TAG = "mlflow.log-model.history"


@dataclass(frozen=True)
class Dataset:
    """`digest` is eight digits over a sample: a version, and no proof of content."""

    key: str
    name: str
    digest: str
    source: str


@dataclass(frozen=True)
class Run:
    key: str
    name: str
    created: str
    ended: str
    status: str = ""
    deleted: bool = False
    parent: str = ""


@dataclass(frozen=True)
class LoggedModel:
    key: str
    name: str
    run: str
    created: str
    deleted: bool = False


@dataclass(frozen=True)
class ModelVersion:
    name: str
    version: str
    created: str
    source: str
    run: str
    stage: str = ""
    model: str = ""


@dataclass
class Store:
    """`reads` are (dataset, run, context); `takes` and `makes` are (run, logged model); `measures` are (dataset, logged
    model) of recorded metrics; `histories` the tag in which
    older versions kept the models of a run."""

    datasets: dict[str, Dataset] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    models: dict[str, LoggedModel] = field(default_factory=dict)
    versions: list[ModelVersion] = field(default_factory=list)
    aliases: list[tuple[str, str, str]] = field(default_factory=list)
    reads: list[tuple[str, str, str]] = field(default_factory=list)
    takes: list[tuple[str, str]] = field(default_factory=list)
    makes: list[tuple[str, str]] = field(default_factory=list)
    measures: set[tuple[str, str]] = field(default_factory=set)
    histories: dict[str, str] = field(default_factory=dict)


def draw(store: Store, draft: LineageDraft) -> None:
    """Adds the store's graph. A registered version of a logged model is that model, under its registered name."""
    _add_old_models(store)
    datasets = {
        key: draft.node(NodeKind.DATASET, d.name, d.digest, NAMESPACE, aliases=[d.source])
        for key, d in store.datasets.items()
    }
    runs = {key: _run(draft, run) for key, run in store.runs.items()}
    versions = _versions_by_model(store)
    models = {key: _logged_model(draft, model, versions[key][:1]) for key, model in store.models.items()}

    for model in store.models.values():
        if model.run in runs:
            draft.edge(runs[model.run], models[model.key], Role.PRODUCE)
    for run, model_key in store.makes:
        if run in runs and model_key in models:
            draft.edge(runs[run], models[model_key], Role.PRODUCE)
    making = {run for run, _ in store.makes} | {model.run for model in store.models.values()}
    making |= {version.run for version in store.versions}
    taken = defaultdict(list)
    for run, model_key in store.takes:
        if run in runs and model_key in models:
            role = Role.FINE_TUNE_BASE if run in making else Role.SERVE
            draft.edge(models[model_key], runs[run], role)
            taken[run].append(models[model_key])
    lost = 0
    for dataset, run, context in store.reads:
        if dataset in datasets and run in runs:
            _read(draft, datasets[dataset], runs[run], context, making=run in making, tried=taken[run])
        else:
            lost += 1
    if lost:
        draft.warn("note.lineage.lost-inputs", count=lost)

    for dataset, model_key in sorted(store.measures):
        if dataset in datasets and model_key in models:
            _measured(draft, datasets[dataset], models[model_key])
    _registered(store, draft, runs, models, versions)
    parents = {runs[key]: runs[run.parent] for key, run in store.runs.items() if run.parent in runs}
    nest_runs(draft, parents)


def source_place(text: str) -> str:
    """The URI, URL or path in a dataset source, which is JSON; the text itself where it is not."""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value, dict):
        return text
    return next((value[key] for key in ("uri", "url", "path") if isinstance(value.get(key), str)), "")


def _run(draft: LineageDraft, run: Run) -> str:
    return draft.node(
        NodeKind.RUN, run.name or run.key, run.key if run.name else "", NAMESPACE,
        key=f"run:{NAMESPACE}|{run.key}", aliases=[run.key], created=run.created, ended=run.ended, status=run.status,
        deleted="yes" if run.deleted else "",
    )  # fmt: skip


def _logged_model(draft: LineageDraft, model: LoggedModel, version: list[ModelVersion]) -> str:
    deleted = "yes" if model.deleted else ""
    if version:
        known = version[0]
        return draft.node(
            NodeKind.MODEL, known.name, known.version, NAMESPACE, aliases=[model.key], created=model.created,
            logged_as=model.name, deleted=deleted,
        )  # fmt: skip
    return draft.node(
        NodeKind.MODEL, model.name or model.key, model.key, NAMESPACE, aliases=[model.key], created=model.created,
        deleted=deleted,
    )  # fmt: skip


def _versions_by_model(store: Store) -> dict[str, list[ModelVersion]]:
    """Registered versions of each logged model: by its id, else by the run that made just one, or one of that path."""
    by_run = defaultdict(list)
    for model in store.models.values():
        by_run[model.run].append(model.key)
    found = defaultdict(list)
    for version in store.versions:
        key = version.model or version.source.removeprefix("models:/").strip("/")
        if key not in store.models and version.run:
            made = by_run[version.run]
            named = [k for k in made if len(made) == 1 or version.source.endswith(f"/{store.models[k].name}")]
            key = named[0] if len(named) == 1 else key
        if key in store.models:
            found[key].append(version)
    return found


def _copied(store: Store, version: ModelVersion) -> tuple[str, str] | None:
    """Name and version of the registered model that this one was copied from, as `models:/name/2` or `@alias`."""
    source = version.source.removeprefix("models:/") if version.source.startswith("models:/") else ""
    name, slash, number = source.rpartition("/")
    if not slash:
        name, _, alias = source.partition("@")
        number = next((n for owner, n, called in store.aliases if (owner, called) == (name, alias)), "")
    return next(((v.name, v.version) for v in store.versions if (v.name, v.version) == (name, number)), None)


def _add_old_models(store: Store) -> None:
    """Models in the run tag in which MLflow 2 kept them; MLflow 3 lists them itself, and then the tag is ignored."""
    listed_here = {model.run for model in store.models.values()}
    for run, text in store.histories.items():
        try:
            listed = json.loads(text)
        except ValueError:
            continue
        for entry in listed if isinstance(listed, list) and run not in listed_here else []:
            if isinstance(entry, dict) and isinstance(entry.get("artifact_path"), str):
                key = entry.get("model_uuid")
                key = key if isinstance(key, str) and key else f"{run}/{entry['artifact_path']}"
                store.models[key] = LoggedModel(key, entry["artifact_path"], run, "")


def _read(draft: LineageDraft, dataset: str, run: str, context: str, *, making: bool, tried: list[str]) -> None:
    role = role_named(context) or (Role.TRAIN if making else Role.EVALUATE if tried else Role.INPUT)
    draft.edge(dataset, run, role)
    if not making:
        for model in tried:
            said = role_named(context) is not None and not role.enters_weights
            draft.edge(dataset, model, Role.EVALUATE, Certainty.RECORDED if said else Certainty.INFERRED)


def _measured(draft: LineageDraft, dataset: str, model: str) -> None:
    """Metrics of a model on data: it was tried on them, unless it is recorded that a run trained it on them."""
    makers = {origin for origin, target, role in draft.edges if target == model and role is Role.PRODUCE}
    if not any((dataset, run, Role.TRAIN) in draft.edges for run in makers):
        draft.edge(dataset, model, Role.EVALUATE)


def _registered(
    store: Store,
    draft: LineageDraft,
    runs: dict[str, str],
    models: dict[str, str],
    versions: dict[str, list[ModelVersion]],
) -> None:
    model_of = {(v.name, v.version): models[key] for key, listed in versions.items() for v in listed}
    for version in store.versions:
        node = draft.node(NodeKind.MODEL, version.name, version.version, NAMESPACE, created=version.created)
        logged = model_of.get((version.name, version.version))
        if logged is not None:
            draft.edge(logged, node, Role.COPY)
        elif version.run in runs:
            draft.edge(runs[version.run], node, Role.PRODUCE)
        elif (original := _copied(store, version)) is not None:
            draft.edge(draft.node(NodeKind.MODEL, *original, NAMESPACE), node, Role.COPY)
        elif version.source:
            draft.warn("note.lineage.version-of-what", version=version.version)
        if version.stage == DELETED_STAGE:
            draft.node(NodeKind.MODEL, version.name, version.version, NAMESPACE, deleted="yes")
        elif version.stage not in ("", "None", "Archived"):
            place = draft.node(NodeKind.DEPLOYMENT, f"{version.name} ({version.stage})", version.version, NAMESPACE)
            draft.edge(node, place, Role.SERVE)
    known = {(version.name, version.version) for version in store.versions}
    for name, number, alias in store.aliases:
        if (name, number) in known:
            node = draft.node(NodeKind.MODEL, name, number, NAMESPACE)
            place = draft.node(NodeKind.DEPLOYMENT, f"{name}@{alias}", "", NAMESPACE)
            draft.edge(node, place, Role.SERVE, Certainty.INFERRED)
