"""The sample organisation's MLflow store and OpenLineage events, written as those tools write them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PORTRAITS, EVENTS = ("member-portraits", "2024.1"), ("street-events", "2023.2")

_TABLES = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) NOT NULL,
  artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT,
  workspace VARCHAR(63) NOT NULL DEFAULT 'default');
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20),
  source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT,
  end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200),
  experiment_id INTEGER REFERENCES experiments (experiment_id), deleted_time BIGINT);
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32) REFERENCES runs (run_uuid),
  PRIMARY KEY (key, run_uuid));
CREATE TABLE datasets (dataset_uuid VARCHAR(36) NOT NULL, experiment_id INTEGER, name VARCHAR(500),
  digest VARCHAR(36), dataset_source_type VARCHAR(36), dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT,
  PRIMARY KEY (experiment_id, name, digest));
CREATE TABLE inputs (input_uuid VARCHAR(36) NOT NULL, source_type VARCHAR(36), source_id VARCHAR(36),
  destination_type VARCHAR(36), destination_id VARCHAR(36), step BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (source_type, source_id, destination_type, destination_id));
CREATE TABLE input_tags (input_uuid VARCHAR(36), name VARCHAR(255), value VARCHAR(500), PRIMARY KEY (input_uuid, name));
CREATE TABLE logged_models (model_id VARCHAR(36) PRIMARY KEY, experiment_id INTEGER, name VARCHAR(500),
  artifact_location VARCHAR(1000), creation_timestamp_ms BIGINT, last_updated_timestamp_ms BIGINT, status INTEGER,
  lifecycle_stage VARCHAR(32), model_type VARCHAR(500), source_run_id VARCHAR(32), status_message VARCHAR(1000));
CREATE TABLE registered_models (name VARCHAR(256), creation_time BIGINT, last_updated_time BIGINT,
  description VARCHAR(5000), workspace VARCHAR(63) NOT NULL DEFAULT 'default', PRIMARY KEY (workspace, name));
CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
  description VARCHAR(5000), user_id VARCHAR(256), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32),
  status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), storage_location VARCHAR(500),
  workspace VARCHAR(63) NOT NULL DEFAULT 'default', PRIMARY KEY (workspace, name, version));
CREATE TABLE registered_model_aliases (alias VARCHAR(256), version INTEGER, name VARCHAR(256),
  workspace VARCHAR(63) NOT NULL DEFAULT 'default', PRIMARY KEY (workspace, name, alias));
"""


@dataclass(frozen=True)
class _Training:
    """One run of the store: what it read (name, version, context), which model it began from, what came of it."""

    run: str
    day: str
    reads: tuple[tuple[str, str, str], ...]
    makes: tuple[str, int] | None
    base: tuple[str, int] | None = None
    status: str = "FINISHED"


_TRAININGS = (
    _Training("embedder-first", "2024-02-12", ((*PORTRAITS, "training"),), ("face-embedder", 1)),
    _Training(
        "embedder-second",
        "2024-06-03",
        ((*PORTRAITS, "training"), (*EVENTS, "training")),
        ("face-embedder", 2),
    ),
    _Training(
        "gate-fine-tune", "2024-09-17", (("badge-photos", "3", "training"),), ("badge-gate", 1), ("face-embedder", 2)
    ),
    _Training("age-first", "2023-11-20", (("licensed-ages", "1.0", "training"),), ("age-estimator", 1)),
    _Training("age-on-events", "2023-12-04", ((*EVENTS, "evaluation"),), None, ("age-estimator", 1)),
    _Training(
        "pose-first",
        "2023-11-06",
        (("licensed-poses", "2", "training"), (*EVENTS, "validation")),
        ("pose-estimator", 1),
    ),
    _Training("colour-first", "2024-03-08", (("studio-flowers", "5", "training"),), ("colour-namer", 1)),
)
_WITHOUT_RECORD = ("crowd-counter", 1, "2022-05-30")
_OURS = {"_producer": "urn:larkfield:scheduler", "_schemaURL": "urn:dsr-desk:dataset-facet:1"}
_DEPLOYED = ("production", 2, "face-embedder")


def write_mlflow(path: Path) -> None:
    """An MLflow 3 tracking store and registry with the tables and columns that tell who was trained on what."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_TABLES)
        db.execute("INSERT INTO alembic_version VALUES ('dc11669786a5')")
        began = _millis("2022-05-01")
        db.execute(
            "INSERT INTO experiments VALUES (1, 'faces', '/srv/mlflow/1', 'active', ?, ?, 'default')", [began, began]
        )
        for training in _TRAININGS:
            _write_run(db, training)
        name, version, day = _WITHOUT_RECORD
        _register(db, name, version, _millis(day), "/srv/models/crowd-counter", None)
        db.execute("INSERT INTO registered_model_aliases VALUES (?, ?, ?, 'default')", _DEPLOYED)


def _write_run(db: sqlite3.Connection, training: _Training) -> None:
    run, begun = _hex(f"run {training.run}"), _millis(training.day)
    ended = begun + 5 * 3_600_000
    db.execute(
        "INSERT INTO runs VALUES (?, ?, 'JOB', 'train.py', '', 'ml-team', ?, ?, ?, '', 'active', ?, 1, NULL)",
        [run, training.run, training.status, begun, ended, f"/srv/mlflow/1/{run}/artifacts"],
    )
    db.executemany(
        "INSERT INTO tags VALUES (?, ?, ?)",
        [("mlflow.runName", training.run, run), ("mlflow.user", "ml-team", run), ("mlflow.source.type", "JOB", run)],
    )
    for name, version, context in training.reads:
        key = _uuid(f"dataset {name} {version}")
        source = json.dumps({"uri": f"/srv/datasets/{name}/{version}"})
        db.execute(
            "INSERT OR IGNORE INTO datasets VALUES (?, 1, ?, ?, 'local', ?, NULL, NULL)", [key, name, version, source]
        )
        link = _input(db, "DATASET", key, "RUN", run)
        db.execute("INSERT INTO input_tags VALUES (?, 'mlflow.data.context', ?)", [link, context])
    if training.base:
        _input(db, "RUN_INPUT", run, "MODEL_INPUT", _model_id(*training.base))
    if training.makes:
        name, number = training.makes
        model = _model_id(name, number)
        _input(db, "RUN_OUTPUT", run, "MODEL_OUTPUT", model)
        db.execute(
            "INSERT INTO logged_models VALUES (?, 1, ?, ?, ?, ?, 2, 'active', NULL, ?, NULL)",
            [model, name, f"/srv/mlflow/1/models/{model}/artifacts", ended, ended, run],
        )
        _register(db, name, number, ended, f"models:/{model}", run)


def _register(db: sqlite3.Connection, name: str, version: int, when: int, source: str, run: str | None) -> None:
    db.execute("INSERT OR IGNORE INTO registered_models VALUES (?, ?, ?, NULL, 'default')", [name, when, when])
    db.execute(
        "INSERT INTO model_versions (name, version, creation_time, last_updated_time, current_stage, source, run_id,"
        " status) VALUES (?, ?, ?, ?, 'None', ?, ?, 'READY')",
        [name, version, when, when, source, run],
    )


def _input(db: sqlite3.Connection, source_type: str, source: str, target_type: str, target: str) -> str:
    key = _hex(f"input {source} {target}")
    db.execute("INSERT INTO inputs VALUES (?, ?, ?, ?, ?, 0)", [key, source_type, source, target_type, target])
    return key


def write_openlineage(path: Path) -> None:
    """OpenLineage run events, one a line, of the jobs around the store: crops and what was trained on them, a student
    of the embedder, vectors and tags that were kept, a search over events, and a model from before the events."""
    crops = _dataset("portrait-crops", "2024.1-crops")
    embedder, tagger = _model("face-embedder", "2"), _model("smile-tagger", "2.0")
    events = [
        *_run_events("faces.crop-portraits", "2024-07-01T05:00:00Z", [_dataset(*PORTRAITS)], [crops]),
        *_run_events("faces.train-smile-tagger", "2024-07-09T06:00:00Z", [crops], [tagger]),
        *_run_events(
            "search.train-event-search", "2023-10-16T06:00:00Z", [_dataset(*EVENTS)], [_model("event-search", "1.3")]
        ),
        *_run_events(
            "faces.distil-embedder", "2024-10-07T06:00:00Z",
            [_as(embedder, "distil"), _dataset("street-crowds", "4")], [_model("face-embedder-mini", "1.0")],
        ),
        *_run_events(
            "search.embed-members", "2024-08-02T05:00:00Z",
            [_as(embedder, "embed"), _dataset(*PORTRAITS)], [_kept("embedding", "member-vectors", "2024-08")],
        ),
        *_run_events(
            "faces.tag-portraits", "2024-08-05T05:00:00Z",
            [_as(tagger, "serve"), crops], [_kept("output", "portrait-tags", "2024-08")],
        ),
        *_run_events(
            "search.train-crowd-pose", "2022-10-03T06:00:00Z", [_dataset(EVENTS[0], "")], [_model("crowd-pose", "0.1")]
        ),
    ]  # fmt: skip
    path.write_text("".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events), encoding="utf-8")


def _run_events(job: str, begun: str, inputs: list[Mapping[str, Any]], outputs: list[Mapping[str, Any]]) -> list[Any]:
    space, _, name = job.partition(".")
    ended = begun.replace("T05", "T09").replace("T06", "T14")
    return [
        {
            "eventType": kind,
            "eventTime": when,
            "producer": "urn:larkfield:scheduler",
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": {"runId": _uuid(f"{job} {begun}")},
            "job": {"namespace": space, "name": name},
            "inputs": inputs,
            "outputs": outputs if kind == "COMPLETE" else [],
        }
        for kind, when in (("START", begun), ("COMPLETE", ended))
    ]


def _dataset(name: str, version: str, **facets: Mapping[str, Any]) -> dict[str, Any]:
    said = {"version": _facet("DatasetVersionDatasetFacet", datasetVersion=version)} if version else {}
    return {"namespace": "larkfield", "name": name, "facets": {**said, **facets}}


def _as(item: dict[str, Any], role: str) -> dict[str, Any]:
    """An input with what it was used for, in the facet that `docs/lineage.md` describes."""
    return {**item, "inputFacets": {"dsrdesk_lineage": {**_OURS, "role": role}}}


def _kept(kind: str, name: str, version: str) -> dict[str, Any]:
    return _dataset(name, version, dsrdesk_lineage={**_OURS, "kind": kind})


def _model(name: str, version: str) -> dict[str, Any]:
    return _dataset(name, version, datasetType=_facet("DatasetTypeDatasetFacet", datasetType="MODEL"))


def _facet(kind: str, **fields: str) -> dict[str, str]:
    schema = f"https://openlineage.io/spec/facets/1-0-0/{kind}.json"
    return {"_producer": "urn:larkfield:scheduler", "_schemaURL": schema, **fields}


def _model_id(name: str, version: int) -> str:
    return "m-" + _hex(f"model {name} {version}")


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _uuid(text: str) -> str:
    digits = _hex(text)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _millis(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(hour=7, tzinfo=UTC).timestamp() * 1000)
