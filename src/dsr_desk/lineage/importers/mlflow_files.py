"""MLflow's file store (`mlruns`): experiments, runs, inputs, outputs and the registry as small YAML files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.mlflow_store import (
    CONTEXT_TAG,
    OLD_MODELS_TAG,
    PARENT_TAG,
    Dataset,
    LoggedModel,
    ModelVersion,
    Run,
    Store,
    draw,
    source_place,
)
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import mapping, maybe_text, some_text, text_of, utc, yaml_document

FORMAT = "MLflow (mlruns)"

_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_META = (
    "*/meta.yaml",
    "*/datasets/*/meta.yaml",
    "*/models/*/meta.yaml",
    "*/*/meta.yaml",
    "*/*/inputs/*/meta.yaml",
    "*/*/outputs/*/meta.yaml",
    f"*/*/tags/{PARENT_TAG}",
    f"*/*/tags/{OLD_MODELS_TAG}",
    "models/*/version-*/meta.yaml",
    "models/*/aliases/*",
)
_FOLDERS = (
    "*",
    "*/*",
    *(f"*/{kind}/*" for kind in ("datasets", "models")),
    *(f"*/*/{kind}{below}" for kind in ("inputs", "outputs") for below in ("", "/*")),
    "*/*/tags",
    "models/*/version-*",
    "models/*/aliases",
)


def sniff(peek: Peek) -> bool:
    if not peek.is_folder:
        return False
    return any(b"experiment_id" in path.read_bytes()[:4096] for path in _root(peek.path).glob("*/meta.yaml"))


def _root(folder: Path) -> Path:
    """The store itself, or the one in a project's folder under the name that MLflow gives it."""
    inside = folder / "mlruns"
    if not inside.is_dir() or any(folder.glob("*/meta.yaml")):
        return folder
    os.scandir(inside).close()
    return inside


def files(peek: Peek) -> list[Path]:
    return sorted({path for pattern in _META for path in _root(peek.path).glob(pattern) if path.is_file()})


def read(peek: Peek, draft: LineageDraft) -> None:
    store = Store()
    root = _root(peek.path)
    _can_be_listed(root)
    for experiment in sorted(path.parent for path in root.glob("*/meta.yaml")):
        if experiment.name == "models":
            continue
        _experiment(root, experiment, store)
    for path in sorted(root.glob("models/*/version-*/meta.yaml")):
        _version(root, path, store)
    for path in sorted(root.glob("models/*/aliases/*")):
        store.aliases.append((path.parts[-3], text_of(path).strip(), path.name))
    draw(store, draft)


def _can_be_listed(root: Path) -> None:
    """Raises OSError for a folder that cannot be looked into, which patterns of names pass over in silence."""
    for folder in (root, *(found for pattern in _FOLDERS for found in root.glob(pattern))):
        if folder.is_dir():
            os.scandir(folder).close()


def _experiment(root: Path, folder: Path, store: Store) -> None:
    for path in sorted(folder.glob("datasets/*/meta.yaml")):
        meta, place = _meta(root, path)
        source = source_place(maybe_text(meta.get("source"), place))
        name, digest = some_text(meta.get("name"), (place, "name")), maybe_text(meta.get("digest"), place)
        store.datasets[path.parent.name] = Dataset(path.parent.name, name, digest, source)
    for path in sorted(folder.glob("models/*/meta.yaml")):
        meta, place = _meta(root, path)
        key = some_text(meta.get("model_id"), (place, "model_id"))
        run = maybe_text(meta.get("source_run_id"), place)
        created = utc(meta.get("creation_timestamp"), place)
        deleted = meta.get("lifecycle_stage") == "deleted"
        store.models[key] = LoggedModel(key, maybe_text(meta.get("name"), place), run, created, deleted)
    for path in sorted(folder.glob("*/meta.yaml")):
        if path.parent.name not in ("datasets", "models"):
            _run(root, path, store)


def _run(root: Path, path: Path, store: Store) -> None:
    meta, place = _meta(root, path)
    key = some_text(meta.get("run_id") or meta.get("run_uuid"), (place, "run_id"))
    around = path.parent / "tags" / PARENT_TAG
    history = path.parent / "tags" / OLD_MODELS_TAG
    if history.exists():
        store.histories[key] = text_of(history)
    status = meta.get("status")
    word = _STATUS.get(status, "") if isinstance(status, int) else maybe_text(status, place)
    name = maybe_text(meta.get("run_name"), place)
    times = utc(meta.get("start_time"), place), utc(meta.get("end_time"), place)
    parent = text_of(around).strip() if around.exists() else ""
    store.runs[key] = Run(key, name, *times, word, meta.get("lifecycle_stage") == "deleted", parent)
    # Both ids in these files are those of the dataset or the model: the run is known from the path alone.
    for link in sorted(path.parent.glob("inputs/*/meta.yaml")):
        said, where = _meta(root, link)
        source = some_text(said.get("source_id"), (where, "source_id"))
        if said.get("source_type") == "DATASET":
            tags = said.get("tags")
            context = tags.get(CONTEXT_TAG, "") if isinstance(tags, dict) else ""
            store.reads.append((source, key, maybe_text(context, where)))
        else:
            store.takes.append((key, some_text(said.get("destination_id"), (where, "destination_id"))))
    for link in sorted(path.parent.glob("outputs/*/meta.yaml")):
        said, where = _meta(root, link)
        store.makes.append((key, some_text(said.get("destination_id"), (where, "destination_id"))))


def _version(root: Path, path: Path, store: Store) -> None:
    meta, place = _meta(root, path)
    name = some_text(meta.get("name"), (place, "name"))
    version = some_text(maybe_text(meta.get("version"), place), (place, "version"))
    told = (maybe_text(meta.get(field), place) for field in ("source", "run_id", "current_stage", "model_id"))
    store.versions.append(ModelVersion(name, version, utc(meta.get("creation_timestamp"), place), *told))


def _meta(root: Path, path: Path) -> tuple[Mapping[str, Any], str]:
    place = path.relative_to(root).as_posix()
    try:
        return mapping(yaml_document(text_of(path)), place), place
    except ImportRefused as error:
        if error.place == place:
            raise
        raise error.inside(place) from error
