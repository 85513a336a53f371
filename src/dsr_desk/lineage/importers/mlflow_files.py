"""MLflow's file store (`mlruns`): experiments, runs, inputs, outputs and the registry as small YAML files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from dsr_desk.lineage.importers.draft import LineageDraft
from dsr_desk.lineage.importers.mlflow_artifacts import (
    artifacts_of,
    meta_at,
    take_artifacts,
    take_description,
    texts_in,
)
from dsr_desk.lineage.importers.mlflow_draw import draw
from dsr_desk.lineage.importers.mlflow_store import (
    CONTEXT_TAG,
    OLD_MODELS_TAG,
    PARENT_TAG,
    VERSIONS_TAG,
    Dataset,
    Experiment,
    LoggedModel,
    ModelVersion,
    Run,
    Store,
    name_elsewhere,
    source_place,
)
from dsr_desk.lineage.importers.names import says_training
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import maybe_text, some_text, text_of
from dsr_desk.lineage.importers.times import since_1970

FORMAT = "MLflow (mlruns)"

_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_EXPERIMENTS = ("*", ".trash/*")
"""Where experiments lie, those that were deleted among them."""
_META = (
    "meta.yaml",
    "datasets/*/meta.yaml",
    "models/*/meta.yaml",
    "models/*/artifacts/MLmodel",
    "*/meta.yaml",
    "*/inputs/*/meta.yaml",
    "*/outputs/*/meta.yaml",
    "traces/*/request_metadata/mlflow.modelId",
    "traces/*/request_metadata/mlflow.sourceRun",
)
_REGISTRY = (
    "models/*/version-*/meta.yaml",
    "models/*/aliases/*",
    "models/*/version-*/tags/**/*",
    "models/*/tags/**/*",
)
_FOLDERS = (
    *(
        f"{experiment}{inner}"
        for experiment in _EXPERIMENTS
        for inner in ("", "/*", "/datasets/*", "/models/*", "/*/tags", "/*/params", "/*/artifacts", "/*/inputs",
                      "/*/inputs/*", "/*/outputs", "/*/outputs/*")
    ),
    "models/*/version-*",
    "models/*/aliases",
)  # fmt: skip
_NO_RUN = ("datasets", "models", "traces", "evaluation_datasets")


def sniff(peek: Peek) -> bool:
    if not peek.is_folder:
        return False
    return any(b"experiment_id" in path.read_bytes()[:4096] for path in _experiments(_root(peek.path)))


def _root(folder: Path) -> Path:
    """The store itself, or the one in a project's folder under the name that MLflow gives it."""
    inside = folder / "mlruns"
    if not inside.is_dir() or any(folder.glob("*/meta.yaml")):
        return folder
    os.scandir(inside).close()
    return inside


def _experiments(root: Path) -> list[Path]:
    """Their `meta.yaml`."""
    return sorted(path for where in _EXPERIMENTS for path in root.glob(f"{where}/meta.yaml"))


def files(peek: Peek) -> list[Path]:
    root = _root(peek.path)
    found = {path for pattern in _REGISTRY for path in root.glob(pattern) if path.is_file()}
    for experiment in _experiments(root):
        folder = experiment.parent
        found |= {path for pattern in _META for path in folder.glob(pattern) if path.is_file()}
        for run in _runs(folder):
            found |= {path for _, path in texts_in(run / "tags")}
            found |= {path for _, path in texts_in(run / "params")}
            found |= {path for _, path in artifacts_of(run)}
        for model in folder.glob("models/*"):
            found |= {path for inner in ("tags", "params", "metrics") for _, path in texts_in(model / inner)}
    return sorted(found)


def read(peek: Peek, draft: LineageDraft) -> None:
    store = Store()
    root = _root(peek.path)
    _can_be_listed(root)
    for path in _experiments(root):
        if path.parent.name != "models":
            _experiment(root, path, store, draft, peek.sha256_of)
    for path in sorted(root.glob("models/*/version-*/meta.yaml")):
        _version(root, path, store, draft)
    for folder in sorted(root.glob("models/*")):
        for key, path in texts_in(folder / "tags"):
            store.say_of_name(folder.name, key, text_of(path))
    for path in sorted(root.glob("models/*/aliases/*")):
        store.aliases.append((path.parts[-3], text_of(path).strip(), path.name))
    draw(store, draft)


def _can_be_listed(root: Path) -> None:
    """Raises OSError for a folder that cannot be looked into, which patterns of names pass over in silence."""
    for folder in (root, *(found for pattern in _FOLDERS for found in root.glob(pattern))):
        if folder.is_dir():
            os.scandir(folder).close()


def _runs(experiment: Path) -> list[Path]:
    return sorted(path.parent for path in experiment.glob("*/meta.yaml") if path.parent.name not in _NO_RUN)


def _experiment(root: Path, at: Path, store: Store, draft: LineageDraft, sha256: Callable[[Path], str]) -> None:
    folder = at.parent
    meta, place = meta_at(root, at)
    told = (maybe_text(meta.get(name), place) for name in ("experiment_id", "creation_time", "artifact_location"))
    store.experiments.append(Experiment(*told))
    for path in sorted(folder.glob("datasets/*/meta.yaml")):
        meta, place = meta_at(root, path)
        said = maybe_text(meta.get("source"), place)
        name, digest = some_text(meta.get("name"), (place, "name")), maybe_text(meta.get("digest"), place)
        other = name_elsewhere(maybe_text(meta.get("source_type"), place), said)
        store.add_dataset(Dataset(path.parent.name, name, digest, source_place(said), other))
    for path in sorted(folder.glob("models/*/meta.yaml")):
        _model(root, path, store, draft)
    for run in _runs(folder):
        _run(root, run, store, draft, sha256)
    for path in sorted(folder.glob("traces/*/request_metadata/mlflow.modelId")):
        run_of = path.with_name("mlflow.sourceRun")
        if run_of.exists():
            store.traces.add((text_of(run_of).strip(), text_of(path).strip()))


def _model(root: Path, path: Path, store: Store, draft: LineageDraft) -> None:
    meta, place = meta_at(root, path)
    key = some_text(meta.get("model_id"), (place, "model_id"))
    name, run, at = (maybe_text(meta.get(field), place) for field in ("name", "source_run_id", "artifact_location"))
    created = since_1970(meta.get("creation_timestamp"), place, draft)
    store.models[key] = LoggedModel(key, name, run, created, meta.get("lifecycle_stage") == "deleted", at)
    for kind in ("tags", "params"):
        for name, file in texts_in(path.parent / kind):
            if name == VERSIONS_TAG:
                store.say_registered(key, text_of(file))
            else:
                store.say(key, name, text_of(file), tag=kind == "tags")
    for _, file in texts_in(path.parent / "metrics"):
        for line in text_of(file).splitlines():
            words = line.split(" ")  # time, value, step, run, then name and digest of a dataset
            if len(words) >= 6:
                store.measures.add(((" ".join(words[4:-1]), words[-1]), key, words[3]))
    described = path.parent / "artifacts" / "MLmodel"
    if described.exists():
        take_description(root, described, key, store, draft)


def _run(root: Path, folder: Path, store: Store, draft: LineageDraft, sha256: Callable[[Path], str]) -> None:
    meta, place = meta_at(root, folder / "meta.yaml")
    key = some_text(meta.get("run_id") or meta.get("run_uuid"), (place, "run_id"))
    tags = {name: text_of(path) for name, path in texts_in(folder / "tags")}
    if OLD_MODELS_TAG in tags:
        store.histories[key] = tags[OLD_MODELS_TAG]
    status = meta.get("status")
    word = _STATUS.get(status, "") if isinstance(status, int) else maybe_text(status, place)
    name = maybe_text(meta.get("run_name"), place)
    began, ended = (since_1970(meta.get(field), place, draft) for field in ("start_time", "end_time"))
    parent = tags.get(PARENT_TAG, "").strip()
    store.runs[key] = Run(key, name, began, ended, word, meta.get("lifecycle_stage") == "deleted", parent)
    for said, text in tags.items():
        store.say(key, said, text, tag=True)
    for said, path in texts_in(folder / "params"):
        store.say(key, said, text_of(path))
    for said, _ in texts_in(folder / "metrics"):
        if says_training(said):
            store.say_measured(key, said)
    take_artifacts(root, folder, key, store, draft, sha256)
    # Both ids in these files are those of the dataset or the model: the run is known from the path alone.
    for link in sorted(folder.glob("inputs/*/meta.yaml")):
        meta, where = meta_at(root, link)
        source = some_text(meta.get("source_id"), (where, "source_id"))
        if meta.get("source_type") == "DATASET":
            said_of = meta.get("tags")
            context = said_of.get(CONTEXT_TAG, "") if isinstance(said_of, dict) else ""
            store.reads.append((source, key, maybe_text(context, where)))
        else:
            store.takes.append((key, some_text(meta.get("destination_id"), (where, "destination_id"))))
    for link in sorted(folder.glob("outputs/*/meta.yaml")):
        meta, where = meta_at(root, link)
        store.makes.append((key, some_text(meta.get("destination_id"), (where, "destination_id"))))


def _version(root: Path, path: Path, store: Store, draft: LineageDraft) -> None:
    meta, place = meta_at(root, path)
    name = some_text(meta.get("name"), (place, "name"))
    version = some_text(maybe_text(meta.get("version"), place), (place, "version"))
    told = (maybe_text(meta.get(field), place) for field in ("source", "run_id", "current_stage", "model_id"))
    created = since_1970(meta.get("creation_timestamp"), place, draft)
    store.versions.append(ModelVersion(name, version, created, *told))
    for key, file in texts_in(path.parent / "tags"):
        text = text_of(file)
        store.say(f"{name}/{version}", key, text, tag=True)
        store.told.append((f"{name}/{version}", key, text))
