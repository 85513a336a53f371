"""An MLflow store of many runs as a tracking server writes it: ids of 32 characters, one model of each run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_TABLES = """
CREATE TABLE experiments (experiment_id INTEGER, name TEXT, artifact_location TEXT, lifecycle_stage TEXT,
                          creation_time BIGINT);
INSERT INTO experiments VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', 1700000000000);
CREATE TABLE runs (run_uuid TEXT, name TEXT, experiment_id INTEGER, status TEXT, start_time BIGINT, end_time BIGINT,
                   lifecycle_stage TEXT, artifact_uri TEXT);
CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE datasets (dataset_uuid TEXT, experiment_id INTEGER, name TEXT, digest TEXT, dataset_source_type TEXT,
                       dataset_source TEXT);
CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT, destination_id TEXT);
CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, source TEXT, run_id TEXT,
                             current_stage TEXT, status TEXT);
"""
_FIRST, _STEP, _TOOK = 1_700_000_000_000, 1000, 500_000


def mlflow_store(folder: Path, runs: int, *, datasets: int, share: int) -> Path:
    """Each run read one dataset (`photos-0@00000000` every `share`th, the others in turn) and gave a registered
    model."""
    path = folder / "mlflow.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_TABLES)
        many = range(runs)
        ids = [f"{i:032x}" for i in many]
        begun = [_FIRST + i * _STEP for i in many]
        places = [f"mlflow-artifacts:/0/{ident}/artifacts" for ident in ids]
        db.executemany(
            "INSERT INTO runs VALUES (?, ?, 0, 'FINISHED', ?, ?, 'active', ?)",
            [(ids[i], f"train-{i}", begun[i], begun[i] + _TOOK, places[i]) for i in many],
        )
        db.executemany(
            "INSERT INTO datasets VALUES (?, 0, ?, ?, 'local', ?)",
            [(f"d{i}", f"photos-{i}", f"{i:08x}", f'{{"uri": "/data/photos-{i}"}}') for i in range(datasets)],
        )
        read = [(f"i{i}", f"d{0 if i % share == 0 else i % datasets}", ids[i]) for i in many]
        db.executemany("INSERT INTO inputs VALUES (?, 'DATASET', ?, 'RUN', ?)", read)
        db.executemany(
            "INSERT INTO input_tags VALUES (?, 'mlflow.data.context', 'training')", [(ident,) for ident, *_ in read]
        )
        db.executemany(
            "INSERT INTO model_versions VALUES (?, 1, ?, ?, ?, 'None', 'READY')",
            [(f"model-{i}", begun[i] + _TOOK, f"{places[i]}/model", ids[i]) for i in many],
        )
    return path
