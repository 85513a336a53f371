"""What an MLflow store says, whether it lies in a database or in files."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import system_of
from dsr_desk.lineage.importers.names import (
    Meaning,
    NamedValue,
    is_placeholder,
    leaves_unnamed,
    named_in,
    says_training,
)

NAMESPACE = "mlflow"
CONTEXT_TAG = "mlflow.data.context"
PARENT_TAG = "mlflow.parentRunId"
DELETED_STAGE = "Deleted_Internal"
OLD_MODELS_TAG = "mlflow.log-model.history"
JUDGED_TAG = "mlflow.datasets"
VERSIONS_TAG = "mlflow.modelVersions"
OWN_TAGS = "mlflow."
"""How the names of tags begin that MLflow sets by itself."""

_PLACES = ("uri", "url", "delta_table_name", "table_name", "data_dir", "data_files", "path")
_HUB = "hugging_face"


@dataclass(frozen=True)
class Experiment:
    """`created` as the store keeps it, "" in older ones; `place` is where its artifacts lie."""

    key: str
    created: str
    place: str


@dataclass(frozen=True)
class Dataset:
    """`digest` is eight digits over a sample: a version, and no proof of content. `other` is a name elsewhere."""

    key: str
    name: str
    digest: str
    source: str
    other: str = ""


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
    place: str = ""


@dataclass(frozen=True)
class ModelVersion:
    name: str
    version: str
    created: str
    source: str
    run: str
    stage: str = ""
    model: str = ""


@dataclass(frozen=True)
class Mention:
    """A model or data that a parameter or tag probably names. `of` is a run, a logged model or `NAME/VERSION`."""

    of: str
    named: NamedValue
    tag: bool


@dataclass
class Store:
    """`reads` are (dataset, run, context); `takes`, `makes` and `traces` (run, logged model).

    `measures` are (dataset, logged model, run) of recorded metrics, where the dataset is a key or (name, digest).
    `histories` is the tag in which older versions kept the models of a run, `found` models among the artifacts of runs,
    `judged` the tag in which an evaluation says which model it tried on which data, `tried` that data, with the run.
    `signs` say of a run that it trained; `unnamed` are switches (run, parameter, value) by which a model began from
    weights that nobody names; `weights` files (run, path, SHA-256) that a run left; `registered` names and versions of
    logged models that a tag keeps; `told` tags of versions, `NAME/VERSION` first; `places` where datasets lie.
    """

    experiments: list[Experiment] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    models: dict[str, LoggedModel] = field(default_factory=dict)
    versions: list[ModelVersion] = field(default_factory=list)
    aliases: list[tuple[str, str, str]] = field(default_factory=list)
    reads: list[tuple[str, str, str]] = field(default_factory=list)
    takes: list[tuple[str, str]] = field(default_factory=list)
    makes: list[tuple[str, str]] = field(default_factory=list)
    traces: set[tuple[str, str]] = field(default_factory=set)
    measures: set[tuple[str | tuple[str, str], str, str]] = field(default_factory=set)
    histories: dict[str, str] = field(default_factory=dict)
    found: list[LoggedModel] = field(default_factory=list)
    judged: dict[str, str] = field(default_factory=dict)
    tried: set[tuple[str, str]] = field(default_factory=set)
    mentions: list[Mention] = field(default_factory=list)
    signs: dict[str, str] = field(default_factory=dict)
    unnamed: list[tuple[str, str, str]] = field(default_factory=list)
    weights: list[tuple[str, str, str]] = field(default_factory=list)
    registered: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    told: list[tuple[str, str, str]] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def add_dataset(self, dataset: Dataset) -> None:
        self.datasets[dataset.key] = dataset
        if "/" in dataset.source:
            self.places.add(plain_place(dataset.source))

    @property
    def system(self) -> str:
        """The same for later copies of one store: what its first experiment was given when it was made.

        A store that is too old to say when that was is known by its first run.
        """
        first = min(self.experiments, key=_age, default=None)
        if first is not None and first.created:
            return system_of(NAMESPACE, first.key, first.created, first.place)
        run = min(self.runs.values(), key=lambda run: (run.created or "9", run.key), default=None)
        place = (first.key, first.place) if first is not None else ()
        return system_of(NAMESPACE, *place, run.key if run is not None else "")

    def say(self, of: str, key: str, value: str, *, tag: bool = False) -> None:
        """Keeps what a parameter or tag of a run, logged model or version may say about what it was made from."""
        if tag and key.startswith(OWN_TAGS):
            if key == JUDGED_TAG:
                self.judged[of] = value
            return
        found, unnamed = _meant(key, value)
        for named in found or self._place(key, value):
            self.mentions.append(Mention(of, named, tag))
        if unnamed:
            self.unnamed.append((of, key, value))
        self.say_measured(of, key)

    def say_of_name(self, name: str, key: str, value: str) -> None:
        """As `say`, of all versions of a registered name."""
        for version in self.versions:
            if version.name == name:
                self.say(f"{name}/{version.version}", key, value, tag=True)

    def say_within(self, of: str, key: str, told: dict[Any, Any]) -> None:
        """As `say`, for an object."""
        for name, value in told.items():
            if isinstance(value, dict):
                self.say_within(of, f"{key}.{name}", value)
            elif isinstance(value, str):
                self.say(of, f"{key}.{name}", value)

    def say_measured(self, run: str, key: str) -> None:
        """Keeps the name of a parameter, tag or metric that only a training has."""
        if run not in self.signs and _only_trained(key):
            self.signs[run] = key

    def say_registered(self, model: str, text: str) -> None:
        """The tag in which a logged model keeps the versions that were registered from it."""
        for entry in _listed(text):
            if isinstance(entry.get("name"), str):
                self.registered[model].append((entry["name"], str(entry.get("version", ""))))

    def _place(self, key: str, value: str) -> tuple[NamedValue, ...]:
        """Any parameter that holds the address of a dataset of this store names that dataset."""
        if "/" not in value or plain_place(value) not in self.places:
            return ()
        return (NamedValue(key, value, Meaning(NodeKind.DATASET, Role.TRAIN)),)


def plain_place(text: str) -> str:
    """An address without what makes no difference."""
    return text.strip().removeprefix("file://").rstrip("/")


def source_place(text: str) -> str:
    """The URI, URL, table or path in a dataset source, which is JSON; the text itself where it is not.

    What names a loader (`imagefolder`) is no place.
    """
    value = _json(text)
    if not isinstance(value, dict):
        return text
    found = (_first_text(value.get(key)) for key in _PLACES)
    return next((place for place in found if not is_placeholder(place)), "")


def _first_text(value: Any) -> str:
    """A text, or the first in a list or under a split."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return _first_text(value[0]) if value else ""
    return value if isinstance(value, str) else ""


def name_elsewhere(kind: str, text: str) -> str:
    """What a dataset is called in the hub of models and datasets that it was loaded from, "" for any other."""
    value = _json(text)
    path = value.get("path") if kind == _HUB and isinstance(value, dict) else None
    return f"huggingface/{path}" if isinstance(path, str) and path.count("/") == 1 else ""


def add_old_models(store: Store) -> None:
    """Models in the run tag in which MLflow 2 kept them, or among artifacts; where MLflow 3 lists them, the tag is
    ignored."""
    listed_here = {model.run for model in store.models.values()}
    for run, text in store.histories.items():
        for entry in _listed(text) if run not in listed_here else ():
            if isinstance(entry.get("artifact_path"), str):
                key = entry.get("model_uuid")
                key = key if isinstance(key, str) and key else f"{run}/{entry['artifact_path']}"
                store.models[key] = LoggedModel(key, entry["artifact_path"], run, "")
    known = {(model.run, model.name) for model in store.models.values()}
    for model in store.found:
        if (model.run, model.name) not in known:
            store.models.setdefault(model.key, model)


_only_trained = lru_cache(1 << 12)(says_training)


def add_evaluations(store: Store) -> None:
    """What a run evaluated, as `mlflow.evaluate` leaves it in a tag: a model, on one of the datasets that it read.

    MLflow 2 writes a hash in the place of the name: that is the one dataset of a run that read no other.
    """
    read: dict[str, list[str]] = defaultdict(list)
    for dataset, run, _ in store.reads:
        read[run].append(dataset)
    for run, text in store.judged.items():
        entries = _listed(text)
        for entry in entries:
            model, name = entry.get("model"), entry.get("name")
            if not isinstance(model, str) or not isinstance(name, str):
                continue
            known = [key for key in read[run] if key in store.datasets and store.datasets[key].name == name]
            if name == entry.get("hash") and len(read[run]) == len(entries) == 1:
                known = [key for key in read[run] if key in store.datasets]
            store.measures.update((key, model, run) for key in known)
            store.tried.update((key, run) for key in known)
            if not known:
                store.measures.add(((name, ""), model, run))


@lru_cache(1 << 16)
def _meant(key: str, value: str) -> tuple[tuple[NamedValue, ...], bool]:
    """What it names, and whether it says that there were weights which it does not name."""
    return tuple(named_in(key, value)), leaves_unnamed(key, value)


def _age(experiment: Experiment) -> tuple[bool, int, str]:
    digits = re.fullmatch(r"\d+", experiment.created)
    return digits is None, int(experiment.created) if digits else 0, experiment.key


def _listed(text: str) -> list[dict[str, Any]]:
    value = _json(text)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
