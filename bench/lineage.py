"""How fast lineage is on this machine: import per format, impact on a large graph, memory, the layout."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sqlite3
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from dsr_desk.core.lineage import Edge, Node, NodeKind, Role
from dsr_desk.lineage.building import build
from dsr_desk.lineage.edges import NO_NOTE, ROLES, EdgeTable
from dsr_desk.lineage.export import to_openlineage, to_prov
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.lineage.layout import layered
from dsr_desk.lineage.part import Part

NOW = "2026-01-01T00:00:00Z"
TEAM = 200
REPEATS = 5
_SEATS = {
    NodeKind.DATASET: (0, 2),
    NodeKind.RUN: (2, 5),
    NodeKind.MODEL: (5, 9),
    NodeKind.DEPLOYMENT: (9, 10),
}
_MIX = (
    (NodeKind.DATASET, NodeKind.RUN, Role.TRAIN, 0.4),
    (NodeKind.DATASET, NodeKind.RUN, Role.EVALUATE, 0.1),
    (NodeKind.RUN, NodeKind.MODEL, Role.PRODUCE, 0.25),
    (NodeKind.MODEL, NodeKind.RUN, Role.FINE_TUNE_BASE, 0.1),
    (NodeKind.DATASET, NodeKind.DATASET, Role.DERIVE, 0.08),
    (NodeKind.MODEL, NodeKind.DEPLOYMENT, Role.SERVE, 0.05),
    (NodeKind.MODEL, NodeKind.DATASET, Role.GENERATE, 0.02),
)


@dataclass(frozen=True)
class BenchRow:
    """One measured figure. `how` says on what."""

    what: str
    value: float
    unit: str
    how: str


def bench_rows(folder: Path, nodes: int = 100_000, edges: int = 1_000_000, links: int = 20_000) -> Iterator[BenchRow]:
    """Measures one figure after the other. Needs an empty folder for the files that it imports."""
    for name, write in _WRITERS.items():
        path = write(folder, links)
        started = time.perf_counter()
        imported = import_file(path)
        rate = len(imported.edges) / (time.perf_counter() - started)
        yield BenchRow(
            f"import {name}", rate, "edges/s", f"{len(imported.nodes):,} nodes, {len(imported.edges):,} edges"
        )
    yield from _large_graph(nodes, edges)
    yield _layout()


def organisation(nodes: int, edges: int) -> tuple[list[Node], EdgeTable]:
    """A made-up organisation: teams of 200 things whose later ones are made from earlier ones, and one edge in a
    hundred to a later team. Always the same for the same sizes."""
    chance = np.random.default_rng(7)
    of_ten = [kind for kind, (first, last) in _SEATS.items() for _ in range(first, last)]
    listed = [Node(f"{of_ten[i % 10].value}:bench|n{i}|1", of_ten[i % 10], f"n{i}", "1", "bench") for i in range(nodes)]
    which = chance.choice(len(_MIX), edges, p=[share for *_, share in _MIX])
    tens = nodes // 10
    first = chance.integers(0, tens, edges)
    near = first // (TEAM // 10) * (TEAM // 10) + chance.integers(0, TEAM // 10, edges)
    second = np.where(chance.random(edges) < 0.99, np.minimum(near, tens - 1), chance.integers(0, tens, edges))
    first, second = np.minimum(first, second), np.maximum(first, second)
    ends = []
    for tens_of, side in ((first, 0), (second, 1)):
        kinds = [target if side else origin for origin, target, _, _ in _MIX]
        low, high = (np.array([_SEATS[kind][k] for kind in kinds])[which] for k in (0, 1))
        ends.append(tens_of * 10 + chance.integers(low, high))
    roles = np.array([ROLES.index(role) for _, _, role, _ in _MIX], dtype=np.uint8)[which]
    nothing = np.full(edges, NO_NOTE, np.int32)
    return listed, EdgeTable(ends[0], ends[1], roles, np.zeros(edges, np.uint8), np.zeros(edges, np.int32), nothing)


def _large_graph(nodes: int, edges: int) -> Iterator[BenchRow]:
    listed, table = organisation(nodes, edges)
    size = f"{nodes:,} nodes, {edges:,} edges"
    _, held = _held(lambda: Graph(build(listed, table, [""])))
    yield BenchRow("memory of the graph", held, "MB", f"{size}, beside the nodes themselves")
    started = time.perf_counter()
    graph = Graph(build(listed, table, [""]))
    yield BenchRow("load", time.perf_counter() - started, "s", size)
    theirs = None
    if importlib.util.find_spec("networkx") is not None:
        theirs, held = _held(lambda: _networkx_graph(table))
        yield BenchRow("networkx: memory of the graph", held, "MB", f"{size}, without roles, certainties and sources")
        started = time.perf_counter()
        theirs = _networkx_graph(table)
        yield BenchRow("networkx: load", time.perf_counter() - started, "s", "without identities, roles and sources")
    late = nodes * 9 // 100 * 10
    for what, version in (("a late dataset", f"n{late}@1"), ("the first dataset", "n0@1")):
        (start,) = graph.find(version, NodeKind.DATASET)
        ours, others = [], []
        for _ in range(REPEATS):
            started = time.perf_counter()
            impact = affected(graph, [version])
            shown = impact.models[:100]
            ours.append(time.perf_counter() - started)
            if theirs is not None:
                started = time.perf_counter()
                reached = importlib.import_module("networkx").descendants(theirs, start)
                count = sum(graph.nodes[node].kind == NodeKind.MODEL for node in reached)
                others.append(time.perf_counter() - started)
        models = f"{len(impact.models):,} models, {len(shown)} of them with paths"
        yield BenchRow(f"impact of {what}", median(ours), "s", models)
        if others:
            says = f"{count:,} models, {len(impact.models):,} here; without roles and paths"
            yield BenchRow(f"networkx: {what}", median(others), "s", says)


def _held(make: Callable[[], Any]) -> tuple[Any, float]:
    """What is made, and the megabytes that it holds."""
    tracemalloc.start()
    made = make()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return made, held / 2**20


def _networkx_graph(table: EdgeTable) -> Any:
    graph = importlib.import_module("networkx").DiGraph()
    graph.add_edges_from(zip(table.origin.tolist(), table.target.tolist(), strict=True))
    return graph


def _layout() -> BenchRow:
    chance = np.random.default_rng(7)
    names = [str(i) for i in range(2000)]
    pairs = [(str(int(chance.integers(max(0, i - 200), i))), str(i)) for i in range(1, 2000) for _ in range(1 + i % 2)]
    started = time.perf_counter()
    layout = layered(names, pairs)
    return BenchRow(
        "layout", time.perf_counter() - started, "s", f"2,000 nodes, {len(pairs):,} edges, {len(layout.layers)} layers"
    )


def _links(count: int) -> Part:
    """Datasets that runs make models from: `count` edges."""
    nodes, edges = [], []
    for i in range(count // 2):
        ends = [
            Node(f"dataset:lake|d{i // 4}", NodeKind.DATASET, f"d{i // 4}", "", "lake"),
            Node(f"run:lake|r{i}", NodeKind.RUN, f"r{i}", "", "lake", ended=NOW),
            Node(f"model:lake|m{i}", NodeKind.MODEL, f"m{i}", "", "lake"),
        ]
        nodes += ends
        edges += [Edge(ends[0].id, ends[1].id, Role.TRAIN), Edge(ends[1].id, ends[2].id, Role.PRODUCE)]
    return Part(tuple({node.id: node for node in nodes}.values()), tuple(edges), ())


def _text(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def _openlineage(folder: Path, links: int) -> Path:
    return _text(folder, "events.ndjson", to_openlineage(_links(links), NOW))


def _prov(folder: Path, links: int) -> Path:
    return _text(folder, "prov.json", to_prov(_links(links)))


def _csv(folder: Path, links: int) -> Path:
    lines = [f"dataset,d{i // 4},train,model,m{i}" for i in range(links)]
    return _text(folder, "own.csv", "\n".join(["from_kind,from_name,role,to_kind,to_name", *lines]) + "\n")


def _json(folder: Path, links: int) -> Path:
    edges = [
        {
            "from": {"kind": "dataset", "name": f"d{i // 4}"},
            "to": {"kind": "model", "name": f"m{i}"},
            "role": "train",
        }
        for i in range(links)
    ]
    return _text(folder, "own.json", json.dumps({"dsr-desk-lineage": 1, "edges": edges}))


def _cyclonedx(folder: Path, links: int) -> Path:
    models = [
        {
            "type": "machine-learning-model",
            "name": f"m{i}",
            "modelCard": {"modelParameters": {"datasets": [{"ref": f"d{i // 4}"}]}},
        }
        for i in range(links)
    ]
    data = [{"type": "data", "bom-ref": f"d{i}", "name": f"d{i}"} for i in range(links // 4 + 1)]
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6"}
    return _text(folder, "bom.json", json.dumps({**head, "components": [*data, *models]}))


def _spdx(folder: Path, links: int) -> Path:
    graph: list[dict[str, Any]] = [
        {"type": "dataset_DatasetPackage", "spdxId": f"urn:d{i}", "name": f"d{i}"} for i in range(links // 4 + 1)
    ]
    for i in range(links):
        graph.append({"type": "ai_AIPackage", "spdxId": f"urn:m{i}", "name": f"m{i}"})
        said = {"relationshipType": "trainedOn", "from": f"urn:m{i}", "to": [f"urn:d{i // 4}"]}
        graph.append({"type": "Relationship", **said})
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return _text(folder, "bom.spdx3.json", json.dumps({"@context": context, "@graph": graph}))


def _croissant(folder: Path, links: int) -> Path:
    files = [{"@id": f"f{i}", "sha256": f"{i:064x}"} for i in range(links)]
    head = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "d"}
    return _text(folder, "croissant.json", json.dumps({**head, "distribution": files}))


def _card(folder: Path, links: int) -> Path:
    names = "".join(f"- acme/d{i}\n" for i in range(links))
    return _text(folder, "card/README.md", f"---\ndatasets:\n{names}---\n# Net\n")


def _dvc(folder: Path, links: int) -> Path:
    stages = "".join(
        f"  s{i}:\n    deps:\n    - {{path: d{i // 4}, md5: a{i // 4}}}\n"
        f"    outs:\n    - {{path: m{i}.onnx, md5: b{i}}}\n"
        for i in range(links // 2)
    )
    return _text(folder, "dvc.lock", f"schema: '2.0'\nstages:\n{stages}")


def _mlflow(folder: Path, links: int) -> Path:
    path = folder / "mlflow.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(
            """
            CREATE TABLE experiments (experiment_id INTEGER);
            CREATE TABLE runs (run_uuid TEXT, start_time BIGINT, end_time BIGINT, lifecycle_stage TEXT);
            CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
            CREATE TABLE datasets (dataset_uuid TEXT, name TEXT, digest TEXT, dataset_source TEXT);
            CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT,
                                 destination_id TEXT);
            CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
            CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, source TEXT, run_id TEXT,
                                         current_stage TEXT);
            """
        )
        many = range(links // 2)
        db.executemany("INSERT INTO runs VALUES (?, 0, 1000, 'active')", [(f"r{i}",) for i in many])
        db.executemany("INSERT INTO datasets VALUES (?, ?, '1', '{}')", [(f"d{i}", f"d{i}") for i in many[::4]])
        read = [(f"i{i}", f"d{i // 4 * 4}", f"r{i}") for i in many]
        db.executemany("INSERT INTO inputs VALUES (?, 'DATASET', ?, 'RUN', ?)", read)
        db.executemany("INSERT INTO model_versions VALUES (?, 1, 0, '', ?, 'None')", [(f"m{i}", f"r{i}") for i in many])
    return path


def _mlflow_folder(folder: Path, links: int) -> Path:
    root = folder / "mlruns"
    _text(root, "1/meta.yaml", "experiment_id: '1'\n")
    for i in range(links // 40):
        _text(root, f"1/datasets/d{i}/meta.yaml", f"name: d{i}\ndigest: '1'\nsource: '{{}}'\n")
        _text(root, f"1/r{i}/meta.yaml", f"run_id: r{i}\nend_time: 1000\n")
        _text(root, f"1/r{i}/inputs/i/meta.yaml", f"source_type: DATASET\nsource_id: d{i}\n")
        _text(root, f"models/m{i}/version-1/meta.yaml", f"name: m{i}\nversion: 1\nrun_id: r{i}\n")
    return root


def _ml_metadata(folder: Path, links: int) -> Path:
    path = folder / "mlmd.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(
            """
            CREATE TABLE Type (id INTEGER PRIMARY KEY, name TEXT, type_kind INT);
            CREATE TABLE Artifact (id INTEGER PRIMARY KEY, type_id INT, uri TEXT);
            CREATE TABLE Execution (id INTEGER PRIMARY KEY, type_id INT);
            CREATE TABLE Event (artifact_id INT, execution_id INT, type INT);
            INSERT INTO Type VALUES (1, 'Examples', 1), (2, 'Model', 1), (3, 'Trainer', 0);
            """
        )
        many = range(1, links // 2 + 1)
        db.executemany("INSERT INTO Artifact VALUES (?, 1, ?)", [(2 * i, f"d{i}") for i in many])
        db.executemany("INSERT INTO Artifact VALUES (?, 2, ?)", [(2 * i + 1, f"m{i}") for i in many])
        db.executemany("INSERT INTO Execution VALUES (?, 3)", [(i,) for i in many])
        db.executemany("INSERT INTO Event VALUES (?, ?, 3)", [(2 * i, i) for i in many])
        db.executemany("INSERT INTO Event VALUES (?, ?, 4)", [(2 * i + 1, i) for i in many])
    return path


_WRITERS: dict[str, Callable[[Path, int], Path]] = {
    "MLflow (SQLite)": _mlflow,
    "MLflow (mlruns)": _mlflow_folder,
    "OpenLineage": _openlineage,
    "CycloneDX": _cyclonedx,
    "SPDX 3": _spdx,
    "Hugging Face": _card,
    "DVC": _dvc,
    "ML Metadata": _ml_metadata,
    "PROV-JSON": _prov,
    "Croissant": _croissant,
    "DSR Desk JSON": _json,
    "DSR Desk CSV": _csv,
}
