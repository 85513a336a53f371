"""Stores of MLflow: as it lies in files, one model that was trained on one dataset; in SQLite, one to be filled."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path


def store_of_files(root: Path) -> Path:
    for name, content in {
        "1/meta.yaml": "experiment_id: '1'\n",
        "1/datasets/d/meta.yaml": "name: faces\ndigest: '0123'\nsource: '{}'\n",
        "1/r/meta.yaml": "run_id: r\nend_time: 1700000000000\n",
        "1/r/inputs/i/meta.yaml": "source_type: DATASET\nsource_id: d\n",
        "models/gate/version-1/meta.yaml": "name: gate\nversion: 1\nrun_id: r\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


_TABLES = """
CREATE TABLE experiments (experiment_id INTEGER, name TEXT, artifact_location TEXT, creation_time BIGINT);
CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT, start_time BIGINT, end_time BIGINT, lifecycle_stage TEXT);
CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE latest_metrics (key TEXT, value DOUBLE, run_uuid TEXT);
CREATE TABLE datasets (dataset_uuid TEXT, name TEXT, digest TEXT, dataset_source_type TEXT, dataset_source TEXT);
CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT, destination_id TEXT);
CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
CREATE TABLE logged_models (model_id TEXT, name TEXT, source_run_id TEXT, creation_timestamp_ms BIGINT,
                            lifecycle_stage TEXT, artifact_location TEXT);
CREATE TABLE logged_model_params (model_id TEXT, param_key TEXT, param_value TEXT);
CREATE TABLE logged_model_tags (model_id TEXT, tag_key TEXT, tag_value TEXT);
CREATE TABLE logged_model_metrics (model_id TEXT, run_id TEXT, dataset_uuid TEXT, dataset_name TEXT,
                                   dataset_digest TEXT);
CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, source TEXT, run_id TEXT,
                             current_stage TEXT);
CREATE TABLE model_version_tags (key TEXT, value TEXT, name TEXT, version INTEGER);
CREATE TABLE registered_model_aliases (alias TEXT, version INTEGER, name TEXT);
CREATE TABLE trace_request_metadata (key TEXT, value TEXT, request_id TEXT);
"""


class MlflowDatabase:
    """A store of MLflow 3 in SQLite, filled a row at a time. Times are milliseconds since 1970."""

    def __init__(self, path: Path, created: int = 1_700_000_000_000, place: str = "/srv/mlruns/0") -> None:
        self.path = path
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA synchronous = off")
        self.db.executescript(_TABLES)
        self.add("experiments", 0, "Default", place, created)
        self.links = 0

    def add(self, table: str, *row: object) -> None:
        self.db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        self.db.commit()

    def run(self, key: str, parent: str = "", status: str = "FINISHED", **params: str) -> None:
        self.add("runs", key, f"run-{key}", status, 1_700_000_000_000, 1_700_000_060_000, "active")
        if parent:
            self.add("tags", "mlflow.parentRunId", parent, key)
        for name, value in params.items():
            self.add("params", name, value, key)

    def dataset(self, name: str, place: str = "", digest: str = "0a1b2c3d") -> None:
        """Its key is its name."""
        self.add("datasets", name, name, digest, "s3", json.dumps({"uri": place} if place else {}))

    def reads(self, run: str, dataset: str, context: str = "training") -> None:
        self._link("DATASET", dataset, "RUN", run)
        if context:
            self.add("input_tags", str(self.links), "mlflow.data.context", context)

    def takes(self, run: str, model: str) -> None:
        self._link("RUN_INPUT", run, "MODEL_INPUT", model)

    def model(self, key: str, run: str, name: str = "") -> None:
        self.add("logged_models", key, name or f"net-{key}", run, 1_700_000_050_000, "active", f"/srv/models/{key}")
        self._link("RUN_OUTPUT", run, "MODEL_OUTPUT", key)

    def version(self, name: str, number: int, source: str, run: str = "", created: int = 1_700_000_055_000) -> None:
        self.add("model_versions", name, number, created, source, run, "None")

    def _link(self, *ends: str) -> None:
        self.links += 1
        self.add("inputs", str(self.links), *ends)
