"""MLflow's SQLite tracking store and registry (2.x and 3.x)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.mlflow_artifacts import artifacts_of, take_artifacts, take_description
from dsr_desk.lineage.importers.mlflow_draw import draw
from dsr_desk.lineage.importers.mlflow_store import (
    CONTEXT_TAG,
    JUDGED_TAG,
    OLD_MODELS_TAG,
    OWN_TAGS,
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
from dsr_desk.lineage.importers.peek import Peek, checked_tables, sound_database, the_file
from dsr_desk.lineage.importers.reading import maybe_text, some_text
from dsr_desk.lineage.importers.times import since_1970

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
_HOLDS = frozenset(("experiments", "runs", "model_versions"))
_ENDINGS = (".db", ".sqlite", ".sqlite3")
_DESCRIPTIONS = "*/models/*/artifacts/MLmodel"
_MODEL_OF_TRACE = "mlflow.modelId"
_RUN_OF_TRACE = "mlflow.sourceRun"


def sniff(peek: Peek) -> bool:
    return _database(peek) is not None


def files(peek: Peek) -> list[Path]:
    """The database, and of a project's folder the artifacts beside it that are read."""
    database = _database(peek)
    if database is None:
        return []
    found = the_file(Peek(database))
    for folder in _artifact_roots(peek):
        found += folder.glob(_DESCRIPTIONS)
        for run in folder.glob("*/*"):
            found += (path for _, path in artifacts_of(run))
    return sorted(found)


def read(peek: Peek, draft: LineageDraft) -> None:
    database = _database(peek)
    if database is None:
        return
    store = Store()
    _read(Peek(database), store, draft)
    for folder in _artifact_roots(peek):
        for run in sorted(folder.glob("*/*")):
            if run.name in store.runs:
                take_artifacts(peek.path, run, run.name, store, draft, peek.sha256_of)
        for path in sorted(folder.glob(_DESCRIPTIONS)):
            if path.parts[-3] in store.models:
                take_description(peek.path, path, path.parts[-3], store, draft)
    draw(store, draft)


def _database(peek: Peek) -> Path | None:
    """The file itself, or the one store in a project's folder; of several there each is to be named."""
    if not peek.is_folder:
        return peek.path if peek.tables >= _HOLDS else None
    listed = [path for path in sorted(peek.path.iterdir()) if path.suffix in _ENDINGS and path.is_file()]
    found = [path for path in listed if _is_a_store(path)]
    return found[0] if len(found) == 1 else None


def _is_a_store(path: Path) -> bool:
    """False for a database that is broken: the folder may hold anything."""
    try:
        return Peek(path).tables >= _HOLDS
    except ImportRefused:
        return False


def _artifact_roots(peek: Peek) -> list[Path]:
    """Where MLflow puts artifacts beside its database, on its own and as a server."""
    if not peek.is_folder:
        return []
    return [path for name in ("mlruns", "mlartifacts") if (path := peek.path / name).is_dir()]


def _read(peek: Peek, store: Store, draft: LineageDraft) -> None:
    with sound_database(peek.path) as db:
        checked_tables(db, _TABLES)
        _experiments(db, store)
        _runs(db, store, draft)
        if "datasets" in peek.tables:
            _datasets(db, store)
        else:
            draft.warn("note.lineage.old-mlflow")
        if "logged_models" in peek.tables:
            _logged_models(db, store, draft)
        if "logged_model_metrics" in peek.tables:
            _metrics(db, store)
        histories = db.execute("SELECT run_uuid, value FROM tags WHERE key = ?", [OLD_MODELS_TAG])
        store.histories.update((str(run), str(said)) for run, said in histories)
        _registry(db, store, peek.tables, draft)
        _told(db, store, peek.tables)
        _traces(db, store, peek.tables)


def _rows(db: sqlite3.Connection, columns: str, table: str) -> Iterator[tuple[Message, tuple[Any, ...]]]:
    """Rows of a table, each with its place."""
    for number, row in enumerate(db.execute(f"SELECT {columns} FROM {table}"), 1):
        yield message("place.row", table=table, row=number), row


def _columns(db: sqlite3.Connection, table: str, wanted: tuple[str, ...]) -> str:
    """For a SELECT: what an older version did not have is NULL."""
    there = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
    return ", ".join(name if name in there else "NULL" for name in wanted)


def _experiments(db: sqlite3.Connection, store: Store) -> None:
    wanted = _columns(db, "experiments", ("experiment_id", "creation_time", "artifact_location"))
    for place, row in _rows(db, wanted, "experiments"):
        store.experiments.append(Experiment(*(maybe_text(one, place) for one in row)))


def _runs(db: sqlite3.Connection, store: Store, draft: LineageDraft) -> None:
    parents = dict(db.execute("SELECT run_uuid, value FROM tags WHERE key = ?", [PARENT_TAG]).fetchall())
    wanted = _columns(db, "runs", ("run_uuid", "name", "start_time", "end_time", "lifecycle_stage", "status"))
    for place, (run, title, start, end, stage, state) in _rows(db, wanted, "runs"):
        times = since_1970(start, place, draft), since_1970(end, place, draft)
        names = some_text(run, place), maybe_text(title, place)
        deleted, parent = stage == "deleted", str(parents.get(run) or "")
        store.runs[run] = Run(*names, *times, maybe_text(state, place), deleted, parent)


def _datasets(db: sqlite3.Connection, store: Store) -> None:
    checked_tables(db, _DATASET_TABLES)
    wanted = _columns(db, "datasets", ("dataset_uuid", "name", "digest", "dataset_source", "dataset_source_type"))
    for place, (key, name, digest, source, kind) in _rows(db, wanted, "datasets"):
        names = some_text(key, place), some_text(name, place), maybe_text(digest, place)
        said = maybe_text(source, place)
        store.add_dataset(Dataset(*names, source_place(said), name_elsewhere(str(kind), said)))
    contexts = dict(db.execute("SELECT input_uuid, value FROM input_tags WHERE name = ?", [CONTEXT_TAG]).fetchall())
    for key, source_type, source, target_type, target in db.execute(
        "SELECT input_uuid, source_type, source_id, destination_type, destination_id FROM inputs"
    ):
        match source_type, target_type:
            case "DATASET", "RUN":
                store.reads.append((str(source), str(target), str(contexts.get(key) or "")))
            case "RUN_INPUT", "MODEL_INPUT":
                store.takes.append((str(source), str(target)))
            case "RUN_OUTPUT", "MODEL_OUTPUT":
                store.makes.append((str(source), str(target)))


def _logged_models(db: sqlite3.Connection, store: Store, draft: LineageDraft) -> None:
    checked_tables(db, {"logged_models": ("model_id", "name", "source_run_id", "creation_timestamp_ms")})
    names = ("model_id", "name", "source_run_id", "creation_timestamp_ms", "lifecycle_stage", "artifact_location")
    for place, (key, name, run, created, stage, at) in _rows(
        db, _columns(db, "logged_models", names), "logged_models"
    ):  # fmt: skip
        told = some_text(key, place), maybe_text(name, place), maybe_text(run, place)
        when = since_1970(created, place, draft)
        store.models[key] = LoggedModel(*told, when, stage == "deleted", maybe_text(at, place))


def _metrics(db: sqlite3.Connection, store: Store) -> None:
    """Which data a logged model was measured on, as MLflow 3 keeps it beside each metric."""
    checked_tables(db, {"logged_model_metrics": ("model_id", "dataset_name", "dataset_digest")})
    wanted = _columns(
        db, "logged_model_metrics", ("dataset_name", "dataset_digest", "model_id", "run_id", "dataset_uuid")
    )
    for name, digest, model, run, key in db.execute(f"SELECT DISTINCT {wanted} FROM logged_model_metrics"):
        if name:
            dataset = str(key) if key in store.datasets else (str(name), str(digest or ""))
            store.measures.add((dataset, str(model), str(run or "")))


def _registry(db: sqlite3.Connection, store: Store, tables: frozenset[str], draft: LineageDraft) -> None:
    wanted = "name, version, creation_time, source, run_id, current_stage"
    for place, (name, version, created, *told) in _rows(db, wanted, "model_versions"):
        source, run, stage = (maybe_text(one, place) for one in told)
        names = some_text(name, place), maybe_text(version, place)
        store.versions.append(ModelVersion(*names, since_1970(created, place, draft), source, run, stage))
    if "registered_model_aliases" in tables:
        for name, version, alias in db.execute("SELECT name, version, alias FROM registered_model_aliases"):
            store.aliases.append((str(name), str(version), str(alias)))


def _told(db: sqlite3.Connection, store: Store, tables: frozenset[str]) -> None:
    """Parameters and tags: what people wrote down of a training because no other field asks for it."""
    for table, of, key, value in (
        ("params", "run_uuid", "key", "value"),
        ("tags", "run_uuid", "key", "value"),
        ("logged_model_params", "model_id", "param_key", "param_value"),
        ("logged_model_tags", "model_id", "tag_key", "tag_value"),
        ("model_version_tags", "name || '/' || version", "key", "value"),
    ):
        if table not in tables:
            continue
        own = f" WHERE {key} NOT LIKE '{OWN_TAGS}%' OR {key} IN (?, ?)" if table.endswith("tags") else ""
        wanted = [JUDGED_TAG, VERSIONS_TAG] if own else []
        for owner, name, text in db.execute(f"SELECT {of}, {key}, {value} FROM {table}{own}", wanted):
            if name == VERSIONS_TAG:
                store.say_registered(str(owner), str(text))
            else:
                store.say(str(owner), str(name), str(text or ""), tag=table.endswith("tags"))
            if table == "model_version_tags":
                store.told.append((str(owner), str(name), str(text or "")))
    if "registered_model_tags" in tables:
        for owner, name, text in db.execute("SELECT name, key, value FROM registered_model_tags"):
            store.say_of_name(str(owner), str(name), str(text or ""))
    if "latest_metrics" in tables:
        for run, name in db.execute(
            "SELECT run_uuid, key FROM latest_metrics"
            " WHERE key LIKE '%train%' OR key LIKE '%loss%' OR key LIKE '%epoch%'"
        ):
            store.say_measured(str(run), str(name))


def _traces(db: sqlite3.Connection, store: Store, tables: frozenset[str]) -> None:
    """Which logged model a run asked, where the calls were traced."""
    if "trace_request_metadata" not in tables:
        return
    rows = db.execute(
        "SELECT DISTINCT run.value, model.value FROM trace_request_metadata model JOIN trace_request_metadata run"
        " ON run.request_id = model.request_id AND run.key = ? WHERE model.key = ?",
        [_RUN_OF_TRACE, _MODEL_OF_TRACE],
    )
    store.traces.update((str(run), str(model)) for run, model in rows)
