"""The registry of an MLflow store: versions of models, what they are copies of, where they are in use."""

from __future__ import annotations

import re
from collections import defaultdict

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import NAMED_ONLY
from dsr_desk.lineage.importers.mlflow_drawing import MlflowDrawing, global_name, version_id
from dsr_desk.lineage.importers.mlflow_store import DELETED_STAGE, ModelVersion, Store, plain_place
from dsr_desk.lineage.importers.names import names_nothing
from dsr_desk.lineage.importers.times import when

_TAKEN_OUT = "REDACTED-"
"""How source and run begin of a version that was deleted."""
_NO_STAGE = ("", "None", "Archived", DELETED_STAGE)
_IN_USE = ("deploy", "endpoint", "serving", "served", "live_", "production", "rollout")
_RUN_OF = re.compile(r"(?:runs:/|.*/(?=[0-9a-f]{32}/artifacts/))([0-9a-f]{32})/")
_A_TIME = re.compile(r"\d{4}-\d{2}|\d{10}")
_OVER = ("retired", "undeployed", "withdrawn", "until", "decommissioned", "removed")


def versions_by_model(store: Store) -> dict[str, list[ModelVersion]]:
    """Registered versions of each logged model: by its id, by its place, by the run and the name in it."""
    of_run = defaultdict(list)
    at: dict[str, str] = {}
    for model in store.models.values():
        of_run[model.run].append(model.key)
        if model.place:
            at[plain_place(model.place)] = model.key
    tagged = {said: key for key, listed in store.registered.items() for said in listed if key in store.models}
    found = defaultdict(list)
    for version in store.versions:
        key = version.model or version.source.removeprefix("models:/").strip("/")
        if key not in store.models:
            key = at.get(plain_place(version.source), "")
        if not key and version.run and not version.source.startswith("models:/"):
            named = [one for one in of_run[version.run] if version.source.endswith(f"/{store.models[one].name}")]
            key = named[0] if len(named) == 1 else ""
        key = key or tagged.get((version.name, version.version), "")
        if key in store.models:
            found[key].append(version)
    return {key: sorted(listed, key=_originals_first) for key, listed in found.items()}


def _originals_first(version: ModelVersion) -> tuple[bool, str, str]:
    copied = version.source.startswith("models:/") and "/" in version.source.removeprefix("models:/")
    return copied, version.created, version.name


def register(drawing: MlflowDrawing, registered: dict[str, list[ModelVersion]]) -> None:
    """Adds versions and deployments."""
    store, draft = drawing.store, drawing.draft
    model_of = {(v.name, v.version): drawing.models[key] for key, listed in registered.items() for v in listed}
    for version in store.versions:
        named = version.source.startswith(("models:", "runs:"))
        source = version.source if "/" in version.source and not named else ""
        node = draft.node(
            NodeKind.MODEL, version.name, version.version, drawing.system, key=version_id(drawing.system, version),
            aliases=[source, _global(version)], created=version.created,
            deleted="yes" if version.stage == DELETED_STAGE else "",
        )  # fmt: skip
        drawing.versions[version.name, version.version] = node
    for version in store.versions:
        _came_of(drawing, version, model_of.get((version.name, version.version)))
        if version.stage not in _NO_STAGE:
            _deploy(
                drawing, version, f"{version.name} ({version.stage})", version.version,
                {"why": "guess.registry-stage", "by": "current_stage", "text": version.stage},
            )  # fmt: skip
    known = {(version.name, version.version): version for version in store.versions}
    for name, number, alias in store.aliases:
        if (name, number) in known:
            why = {"why": "guess.registry-alias", "by": "alias", "text": alias}
            _deploy(drawing, known[name, number], f"{name}@{alias}", "", why)
    for owner, key, value in store.told:
        name, _, number = owner.rpartition("/")
        if (name, number) in known:
            _told(drawing, known[name, number], key, value)


def _global(version: ModelVersion) -> str:
    """The same version in a copy of the store, whatever became of the experiments around it."""
    run = global_name("version", version.run)
    return f"{run}:{version.name}:{version.version}:{version.created}" if run else ""


def _came_of(drawing: MlflowDrawing, version: ModelVersion, logged: str | None) -> None:
    draft, node = drawing.draft, drawing.versions[version.name, version.version]
    original = _copied(drawing.store, version)
    if logged is not None:
        draft.edge(logged, node, Role.COPY)
    elif original is not None:
        known = drawing.versions.get(original) or draft.node(
            NodeKind.MODEL, *original, drawing.system, **{NAMED_ONLY: "yes"}
        )
        if "@" in version.source:
            why = {"why": "guess.alias-now", "by": "source", "text": version.source}
            draft.edge(known, node, Role.COPY, Certainty.INFERRED, **why)
        else:
            draft.edge(known, node, Role.COPY)
    elif version.run and not version.run.startswith(_TAKEN_OUT):
        drawing.produce(version.run, node)
    elif run := _RUN_OF.match(version.source):
        if version.source.startswith("runs:/"):
            drawing.produce(run[1], node)
        else:
            why = {"why": "guess.place", "by": "source", "text": version.source}
            drawing.produce(run[1], node, Certainty.INFERRED, **why)
    elif version.source and not version.source.startswith(_TAKEN_OUT):
        draft.warn("note.lineage.version-of-what", version=version.version)


def _copied(store: Store, version: ModelVersion) -> tuple[str, str] | None:
    """Name and version of the registered model that this one was copied from, as `models:/name/2` or `@alias`."""
    if not version.source.startswith("models:/"):
        return None
    source = version.source.removeprefix("models:/").strip("/")
    name, slash, number = source.rpartition("/")
    if slash:
        return name, number
    name, at, alias = source.partition("@")
    return next(((name, n) for owner, n, called in store.aliases if at and (owner, called) == (name, alias)), None)


def _deploy(drawing: MlflowDrawing, version: ModelVersion, name: str, number: str, why: dict[str, str]) -> None:
    place = drawing.draft.node(NodeKind.DEPLOYMENT, name, number, drawing.system)
    node = drawing.versions[version.name, version.version]
    drawing.draft.edge(node, place, Role.SERVE, Certainty.INFERRED, **why)


def _told(drawing: MlflowDrawing, version: ModelVersion, key: str, value: str) -> None:
    """A tag of a version that says that, where or since when it is in use."""
    word = f"{key.casefold()}_"
    over = any(one in word for one in _OVER)
    if not over and not any(one in word for one in _IN_USE):
        return
    why = {"why": "guess.tag", "by": key, "text": value}
    time = when(value, ("model_version_tags", key), drawing.draft) if _A_TIME.match(value) else ""
    if time:
        why["until" if over else "since"] = time
    if time or value.strip().casefold() in ("true", "yes", "1"):
        _deploy(drawing, version, f"{version.name} ({key})", version.version, why)
    elif not names_nothing(value):
        _deploy(drawing, version, value, "", why)
