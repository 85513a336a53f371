"""Small lineage: nodes by short names, an MLflow store written as MLflow writes it, a database as in a vault."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.schema import MIGRATIONS
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.migrations import migrate
from dsr_desk.storage.tables import Database
from lineage_fakes import graph_of


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An encrypted database with the lineage tables."""
    opened = open_encrypted(tmp_path / "vault.db", bytes(32))
    migrate(opened, MIGRATIONS)
    yield opened
    opened.close()


def short(text: str) -> Node:
    """`dataset:faces@1` or `model:net` or `run:7` as a node without a namespace."""
    kind, _, label = text.partition(":")
    name, _, version = label.partition("@")
    return Node(text, NodeKind(kind), name, version)


@pytest.fixture
def draw() -> Callable[..., Graph]:
    """Graph from lines such as `dataset:a@1 train run:1`; a third word `?` makes the edge inferred. `edges` come
    before those."""

    def drawn(*lines: str, nodes: tuple[Node, ...] = (), edges: Iterable[Edge] = (), **more: object) -> Graph:
        known = {node.id: node for node in nodes}
        edges = list(edges)
        for line in lines:
            origin, role, target, *doubt = line.split()
            for end in (origin, target):
                known.setdefault(end, short(end))
            edges.append(Edge(origin, target, Role(role), Certainty.INFERRED if doubt else Certainty.RECORDED, "src"))
        return graph_of(list(known.values()), edges, **more)  # type: ignore[arg-type]

    return drawn


@pytest.fixture
def mlflow_store(tmp_path: Path) -> Path:
    """Two datasets, a trained and registered model, a fine-tune of it, an evaluation of it, a model without data."""
    path = tmp_path / "mlflow.db"
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE experiments (experiment_id INTEGER, name TEXT);
        CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT, start_time BIGINT, end_time BIGINT,
                           lifecycle_stage TEXT, experiment_id INTEGER);
        CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
        CREATE TABLE datasets (dataset_uuid TEXT, experiment_id INTEGER, name TEXT, digest TEXT,
                               dataset_source_type TEXT, dataset_source TEXT);
        CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT,
                             destination_id TEXT);
        CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
        CREATE TABLE logged_models (model_id TEXT, experiment_id INTEGER, name TEXT, source_run_id TEXT,
                                    creation_timestamp_ms BIGINT, lifecycle_stage TEXT);
        CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, source TEXT, run_id TEXT,
                                     current_stage TEXT);
        CREATE TABLE registered_model_aliases (alias TEXT, version INTEGER, name TEXT);
        INSERT INTO datasets VALUES ('d1', 1, 'faces', '2026-01', 'local', '{"uri": "file:///data/faces"}'),
                                    ('d2', 1, 'holdout', 'aa11bb22', 'local', '{"uri": "file:///data/holdout"}');
        INSERT INTO model_versions VALUES ('gate', 1, 1700000000000, 'models:/m-1', 'r1', 'Production');
        INSERT INTO registered_model_aliases VALUES ('champion', 1, 'gate');
        """
    )
    runs = [("r1", "train"), ("r2", "tune"), ("r3", "measure"), ("r4", "mystery")]
    for i, (run, name) in enumerate(runs):
        start = 1_700_000_000_000 + i * 86_400_000
        db.execute("INSERT INTO runs VALUES (?, ?, 'FINISHED', ?, ?, 'active', 1)", [run, name, start, start + 1000])
    for model, name, run in (("m-1", "gate-net", "r1"), ("m-2", "gate-tuned", "r2"), ("m-3", "odd", "r4")):
        db.execute("INSERT INTO logged_models VALUES (?, 1, ?, ?, 1700000000000, 'active')", [model, name, run])
    for number, row in enumerate(
        [
            ("DATASET", "d1", "RUN", "r1"),
            ("RUN_OUTPUT", "r1", "MODEL_OUTPUT", "m-1"),
            ("RUN_INPUT", "r2", "MODEL_INPUT", "m-1"),
            ("RUN_OUTPUT", "r2", "MODEL_OUTPUT", "m-2"),
            ("DATASET", "d2", "RUN", "r3"),
            ("RUN_INPUT", "r3", "MODEL_INPUT", "m-1"),
            ("RUN_OUTPUT", "r4", "MODEL_OUTPUT", "m-3"),
        ]
    ):
        db.execute("INSERT INTO inputs VALUES (?, ?, ?, ?, ?)", [str(number), *row])
    db.execute("INSERT INTO input_tags VALUES ('0', 'mlflow.data.context', 'training')")
    db.execute("INSERT INTO input_tags VALUES ('4', 'mlflow.data.context', 'testing')")
    db.commit()
    db.close()
    return path


@pytest.fixture
def event() -> Callable[..., dict[str, object]]:
    """An OpenLineage run event; names starting with `!` are models, `name@version` gives the version facet."""

    def dataset(text: str) -> dict[str, object]:
        name, _, version = text.removeprefix("!").partition("@")
        facets: dict[str, object] = {}
        if version:
            facets["version"] = {"datasetVersion": version}
        if text.startswith("!"):
            facets["datasetType"] = {"datasetType": "MODEL"}
        return {"namespace": "lake", "name": name, "facets": facets}

    def made(
        run: str, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = (), **more: object
    ) -> dict[str, object]:
        return json.loads(
            json.dumps(
                {
                    "eventType": "COMPLETE",
                    "eventTime": "2026-03-01T10:00:00Z",
                    "producer": "test",
                    "run": {"runId": run},
                    "job": {"namespace": "jobs", "name": f"job-{run}"},
                    "inputs": [dataset(name) for name in inputs],
                    "outputs": [dataset(name) for name in outputs],
                    **more,
                }
            )
        )

    return made
