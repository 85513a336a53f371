"""What an MLflow store says, as a graph: what it records, and apart from that what follows."""

from __future__ import annotations

from collections import defaultdict

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import NAMED_ONLY, UNIDENTIFIED, LineageDraft, node_id
from dsr_desk.lineage.importers.mlflow_drawing import MlflowDrawing, global_name, version_id
from dsr_desk.lineage.importers.mlflow_mentions import mention
from dsr_desk.lineage.importers.mlflow_registry import register, versions_by_model
from dsr_desk.lineage.importers.mlflow_store import (
    CONTEXT_TAG,
    PARENT_TAG,
    Dataset,
    LoggedModel,
    ModelVersion,
    Store,
    add_evaluations,
    add_old_models,
)
from dsr_desk.lineage.importers.mlflow_weights import leave_weights, left_files
from dsr_desk.lineage.importers.names import is_placeholder
from dsr_desk.lineage.importers.reading import role_named
from dsr_desk.lineage.importers.settling import nest_runs

_STATED = (Role.TRAIN, Role.VALIDATE, Role.EVALUATE, Role.SERVE)
_MEASURES = (Role.VALIDATE, Role.EVALUATE)


def draw(store: Store, draft: LineageDraft) -> None:
    """Adds the store's graph. A registered version of a logged model is that model, under its registered name."""
    add_old_models(store)
    add_evaluations(store)
    drawing = MlflowDrawing(store, draft, store.system)
    for key, dataset in store.datasets.items():
        drawing.datasets[key] = _dataset(drawing, dataset)
    for run in store.runs.values():
        drawing.runs[run.key] = draft.node(
            NodeKind.RUN, run.name or run.key, run.key if run.name else "", drawing.system,
            key=f"run:{drawing.system}|{run.key}", aliases=[run.key, global_name("run", run.key)],
            created=run.created, ended=run.ended, status=run.status, deleted="yes" if run.deleted else "",
        )  # fmt: skip
    registered = versions_by_model(store)
    for model in store.models.values():
        drawing.models[model.key] = _logged_model(drawing, model, registered.get(model.key, [])[:1])
        if model.run:
            drawing.produce(model.run, drawing.models[model.key])
    for run_key, model_key in store.makes:
        drawing.produce(run_key, drawing.model(model_key))
    register(drawing, registered)
    left_files(drawing)
    _read(drawing)
    mention(drawing)
    _settle(drawing)
    parents = {drawing.runs[key]: drawing.run(run.parent) for key, run in store.runs.items() if run.parent}
    nest_runs(draft, parents, PARENT_TAG)
    leave_weights(drawing)
    nest_runs(draft, parents, PARENT_TAG)


def _dataset(drawing: MlflowDrawing, dataset: Dataset) -> str:
    """The same data are logged under several ids: one thing where name, digest and source agree."""
    ident = node_id(NodeKind.DATASET, dataset.name, dataset.digest, drawing.system)
    unknown = is_placeholder(dataset.name) and not dataset.source
    if unknown and not dataset.digest:
        ident = f"{ident}|{dataset.key}"
    aliases = [dataset.source, dataset.other, global_name("dataset", dataset.key)]
    return drawing.draft.node(
        NodeKind.DATASET, dataset.name, dataset.digest, drawing.system, aliases=aliases,
        key=f"{ident}|{dataset.source}" if dataset.source else ident, **{UNIDENTIFIED: "yes" if unknown else ""},
    )  # fmt: skip


def _logged_model(drawing: MlflowDrawing, model: LoggedModel, version: list[ModelVersion]) -> str:
    deleted = "yes" if model.deleted else ""
    aliases = [model.key, global_name("model", model.key), model.place]
    if version:
        known = version[0]
        return drawing.draft.node(
            NodeKind.MODEL, known.name, known.version, drawing.system, key=version_id(drawing.system, known),
            aliases=aliases, created=model.created, logged_as=model.name, deleted=deleted,
        )  # fmt: skip
    return drawing.draft.node(
        NodeKind.MODEL, model.name or model.key, model.key, drawing.system, aliases=aliases, created=model.created,
        deleted=deleted,
    )  # fmt: skip


def _read(drawing: MlflowDrawing) -> None:
    """What runs read in a role that is stated, and the models that they took."""
    store, draft = drawing.store, drawing.draft
    lost = 0
    for dataset, run, context in store.reads:
        lost += dataset not in drawing.datasets
        role = role_named(context)
        if role in _STATED:
            drawing.read(_data(drawing, dataset, run), run, role)
    if lost:
        draft.warn("note.lineage.lost-inputs", count=lost)
    for run, model in (*store.takes, *sorted(store.traces)):
        if drawing.run(run) not in drawing.makers[drawing.model(model)]:
            drawing.taken[run].append(drawing.model(model))


def _data(drawing: MlflowDrawing, dataset: str, run: str) -> str:
    """Data that a run read; where the store names them no more, each run has read its own."""
    return drawing.datasets.get(dataset) or drawing.draft.unidentified(dataset, drawing.run(run))


def _settle(drawing: MlflowDrawing) -> None:
    """What runs read or took in no stated role, and which model was measured on what."""
    draft = drawing.draft
    measured = _measures(drawing)
    on = {(dataset, run) for dataset, _, run in measured}
    taught = {run for _, run, context in drawing.store.reads if role_named(context) is Role.TRAIN}
    for dataset, run, context in drawing.store.reads:
        if role_named(context) in _STATED:
            continue
        origin = _data(drawing, dataset, run)
        why = {"why": "guess.context" if context else "guess.no-context", "by": CONTEXT_TAG, "text": context}
        if (dataset, run) in drawing.store.tried and run in taught:
            drawing.read(origin, run, Role.EVALUATE)
        elif drawing.trains(run):
            drawing.read(origin, run, Role.TRAIN, Certainty.INFERRED, **why)
        elif (origin, run) in on:
            drawing.read(origin, run, Role.EVALUATE)
        elif drawing.taken.get(run):
            drawing.read(origin, run, Role.EVALUATE, Certainty.INFERRED, **why)
        else:
            drawing.read(origin, run, Role.INPUT)
    for run, models in drawing.taken.items():
        trains = drawing.trains(run)
        for model in dict.fromkeys(models):
            if trains:
                why = {"why": "guess.model-input", "text": draft.nodes[model].label}
                draft.edge(model, drawing.run(run), Role.FINE_TUNE_BASE, Certainty.INFERRED, **why)
            else:
                draft.edge(model, drawing.run(run), Role.SERVE)
            _try(drawing, run, model, sure=not trains and len(set(models)) == 1)
    for dataset, model, run in measured:
        _measure(drawing, dataset, model, run)


def _try(drawing: MlflowDrawing, run: str, model: str, *, sure: bool) -> None:
    """A model that a run took was measured on what the run read to measure on: surely where it took no other."""
    draft, here = drawing.draft, drawing.run(run)
    for origin, role in drawing.inputs.get(run, ()):
        if role not in _MEASURES:
            continue
        if sure and draft.edges.get((origin, here, role)) is Certainty.RECORDED:
            draft.edge(origin, model, Role.EVALUATE)
        else:
            why = {"why": "guess.tried", "text": draft.nodes[here].name}
            draft.edge(origin, model, Role.EVALUATE, Certainty.INFERRED, **why)


def _measures(drawing: MlflowDrawing) -> list[tuple[str, str, str]]:
    """(dataset, model, run) of metrics, as nodes but for the run. What has only name and digest left is named."""
    by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, dataset in drawing.store.datasets.items():
        by_name[dataset.name, dataset.digest].add(drawing.datasets[key])
    found = []
    for said, model, run in sorted(drawing.store.measures, key=str):
        known = {drawing.datasets[said]} if isinstance(said, str) else by_name.get(said, set())
        if not known and not isinstance(said, str):
            known = {drawing.draft.node(NodeKind.DATASET, *said, drawing.system, **{NAMED_ONLY: "yes"})}
        found += [(dataset, drawing.model(model), run) for dataset in sorted(known)]
    return found


def _measure(drawing: MlflowDrawing, dataset: str, model: str, run: str) -> None:
    """Metrics of a model on data: it was tried on them. In the run that made it they may have been trained on too."""
    draft, makers = drawing.draft, drawing.makers.get(model, set())
    if any(draft.edges.get((dataset, maker, Role.TRAIN)) is Certainty.RECORDED for maker in makers):
        return
    here = drawing.run(run) if run else ""
    stated = any(draft.edges.get((dataset, here, role)) is Certainty.RECORDED for role in _MEASURES)
    if stated or (here and here not in makers and (dataset, here, Role.TRAIN) not in draft.edges):
        draft.edge(dataset, model, Role.EVALUATE)
    else:
        why = {"why": "guess.metric", "text": draft.nodes[dataset].label}
        draft.edge(dataset, model, Role.EVALUATE, Certainty.INFERRED, **why)
