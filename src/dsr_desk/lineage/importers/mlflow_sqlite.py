"""MLflow's SQLite tracking store and registry (2.x and 3.x)."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import LineageDraft
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
from dsr_desk.lineage.importers.peek import Peek, checked_tables, sound_database, the_file
from dsr_desk.lineage.importers.reading import maybe_text, some_text, utc

FORMAT = "MLflow (SQLite)"

_TABLES = {
    "runs": ("run_uuid", "start_time", "end_time", "lifecycle_stage"),
    "tags": ("key", "value", "run_uuid"),
    "model_versions": ("name", "version", "creation_time", "source", "run_id", "current_stage"),
}
_DATASET_TABLES = {
    "datasets": ("dataset_uuid", "name", "digest", "dataset_source"),
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id"),
    "input_tags": ("input_uuid", "name", "value"),
}

files = the_file


def sniff(peek: Peek) -> bool:
    return {"experiments", "runs", "model_versions"} <= peek.tables


def read(peek: Peek, draft: LineageDraft) -> None:
    with sound_database(peek.path) as db:
        columns = checked_tables(db, _TABLES)
        store = Store()
        _runs(db, store, columns["runs"])
        if "datasets" in peek.tables:
            _datasets(db, store)
        else:
            draft.warn("note.lineage.old-mlflow")
        if "logged_models" in peek.tables:
            _logged_models(db, store)
        if "logged_model_metrics" in peek.tables:
            _metrics(db, store)
        histories = db.execute("SELECT run_uuid, value FROM tags WHERE key = ?", [OLD_MODELS_TAG])
        store.histories.update((str(run), str(said)) for run, said in histories)
        _registry(db, store, peek.tables)
    draw(store, draft)


def _rows(db: sqlite3.Connection, columns: str, table: str) -> Iterator[tuple[Message, tuple[Any, ...]]]:
    """Rows of a table, each with its place."""
    for number, row in enumerate(db.execute(f"SELECT {columns} FROM {table}"), 1):
        yield message("place.row", table=table, row=number), row


def _runs(db: sqlite3.Connection, store: Store, columns: frozenset[str]) -> None:
    parents = dict(db.execute("SELECT run_uuid, value FROM tags WHERE key = ?", [PARENT_TAG]).fetchall())
    name = "name" if "name" in columns else "NULL"
    status = "status" if "status" in columns else "NULL"
    wanted = f"run_uuid, {name}, start_time, end_time, lifecycle_stage, {status}"
    for place, (run, title, start, end, stage, state) in _rows(db, wanted, "runs"):
        times = utc(start, place), utc(end, place)
        names = some_text(run, place), maybe_text(title, place)
        deleted, parent = stage == "deleted", str(parents.get(run) or "")
        store.runs[run] = Run(*names, *times, maybe_text(state, place), deleted, parent)


def _datasets(db: sqlite3.Connection, store: Store) -> None:
    checked_tables(db, _DATASET_TABLES)
    for place, (key, name, digest, source) in _rows(db, "dataset_uuid, name, digest, dataset_source", "datasets"):
        names = some_text(key, place), some_text(name, place), maybe_text(digest, place)
        store.datasets[key] = Dataset(*names, source_place(maybe_text(source, place)))
    contexts: dict[str, str] = defaultdict(str)
    contexts.update(db.execute("SELECT input_uuid, value FROM input_tags WHERE name = ?", [CONTEXT_TAG]).fetchall())
    for key, source_type, source, target_type, target in db.execute(
        "SELECT input_uuid, source_type, source_id, destination_type, destination_id FROM inputs"
    ):
        match source_type, target_type:
            case "DATASET", "RUN":
                store.reads.append((source, target, str(contexts[key])))
            case "RUN_INPUT", "MODEL_INPUT":
                store.takes.append((source, target))
            case "RUN_OUTPUT", "MODEL_OUTPUT":
                store.makes.append((source, target))


def _logged_models(db: sqlite3.Connection, store: Store) -> None:
    checked_tables(db, {"logged_models": ("model_id", "name", "source_run_id", "creation_timestamp_ms")})
    wanted = "model_id, name, source_run_id, creation_timestamp_ms, lifecycle_stage"
    for place, (key, name, run, created, stage) in _rows(db, wanted, "logged_models"):
        names = some_text(key, place), maybe_text(name, place), maybe_text(run, place)
        store.models[key] = LoggedModel(*names, utc(created, place), stage == "deleted")


def _metrics(db: sqlite3.Connection, store: Store) -> None:
    """Which data a logged model was measured on, as MLflow 3 keeps it beside each metric."""
    wanted = ("model_id", "dataset_name", "dataset_digest")
    checked_tables(db, {"logged_model_metrics": wanted})
    known = {(dataset.name, dataset.digest): dataset.key for dataset in store.datasets.values()}
    rows = db.execute("SELECT DISTINCT dataset_name, dataset_digest, model_id FROM logged_model_metrics")
    for name, digest, model in rows:
        if (name, digest) in known:
            store.measures.add((known[name, digest], str(model)))


def _registry(db: sqlite3.Connection, store: Store, tables: frozenset[str]) -> None:
    wanted = "name, version, creation_time, source, run_id, current_stage"
    for place, (name, version, created, *told) in _rows(db, wanted, "model_versions"):
        source, run, stage = (maybe_text(one, place) for one in told)
        names = some_text(name, place), maybe_text(version, place)
        store.versions.append(ModelVersion(*names, utc(created, place), source, run, stage))
    if "registered_model_aliases" in tables:
        for name, version, alias in db.execute("SELECT name, version, alias FROM registered_model_aliases"):
            store.aliases.append((name, str(version), alias))
