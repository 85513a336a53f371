"""Artifacts of an MLflow store where they lie beside it: descriptions of models, and weights. No other is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, said
from dsr_desk.lineage.importers.mlflow_store import LoggedModel, Store
from dsr_desk.lineage.importers.names import Likely, model_file
from dsr_desk.lineage.importers.reading import mapping, text_of, yaml_document

_BASE = "source_model_name"
"""What flavors of pretrained networks began from."""


def texts_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Keys and files of a folder that holds one text a key; a key with slashes lies deeper."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def artifacts_of(run: Path) -> Iterator[tuple[str, Path]]:
    """Artifacts that are read: descriptions of models, and weights outside of these, for their digest."""
    listed = list(texts_in(run / "artifacts"))
    models = [name.removesuffix("MLmodel") for name, path in listed if path.name == "MLmodel"]
    for name, path in listed:
        inside = any(name.startswith(model) for model in models)
        if path.name == "MLmodel" or (not inside and model_file(name) is not Likely.NO):
            yield name, path


def take_artifacts(
    root: Path, run: Path, key: str, store: Store, draft: LineageDraft, sha256: Callable[[Path], str]
) -> None:
    """What the folder of a run holds, with the digest of weights."""
    for at, path in artifacts_of(run):
        if path.name == "MLmodel":
            _logged_in_run(root, path, LoggedModel("", at.removesuffix("MLmodel").strip("/"), key, ""), store, draft)
        else:
            store.weights.append((key, at, sha256(path)))


def _logged_in_run(root: Path, path: Path, model: LoggedModel, store: Store, draft: LineageDraft) -> None:
    """A model among the artifacts of a run, as MLflow 2 keeps them: also where no tag of the run lists it."""
    uuid = _description(root, path, draft).get("model_uuid")
    key = uuid if isinstance(uuid, str) and uuid else f"{model.run}/{model.name}"
    store.found.append(replace(model, key=key))
    take_description(root, path, key, store, draft)


def take_description(root: Path, path: Path, key: str, store: Store, draft: LineageDraft) -> None:
    """What the description of a logged model says of where it came from: the rest of it says how it is loaded."""
    meta = _description(root, path, draft)
    told = meta.get("metadata")
    if isinstance(told, dict):
        store.say_within(key, "metadata", told)
    flavors = meta.get("flavors")
    for flavor, fields in flavors.items() if isinstance(flavors, dict) else ():
        base = fields.get(_BASE) if isinstance(fields, dict) else None
        if isinstance(base, str):
            store.say(key, f"flavors.{flavor}.{_BASE}", base)


def _description(root: Path, path: Path, draft: LineageDraft) -> Mapping[str, Any]:
    """Empty where it cannot be read, with a warning: the model is known without it."""
    try:
        return meta_at(root, path)[0]
    except ImportRefused as error:
        draft.warn("note.lineage.not-described", place=said(error.place), why=error.why)
        return {}


def meta_at(root: Path, path: Path) -> tuple[Mapping[str, Any], str]:
    place = path.relative_to(root).as_posix()
    try:
        return mapping(yaml_document(text_of(path)), place), place
    except ImportRefused as error:
        if error.place == place:
            raise
        raise error.inside(place) from error
