"""What every lineage importer promises, on a small real example of each format."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sagemaker_made
import wandb_made
from dsr_desk.core.errors import DeskError
from dsr_desk.lineage import store
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.registry import (
    IMPORTERS,
    LineageFileUnreadable,
    LineageFormatUnknown,
    import_file,
    read_file,
)
from dsr_desk.lineage.schema import MIGRATIONS
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.migrations import migrate
from dsr_desk.storage.tables import Database
from mlflow_store import store_of_files

Maker = Callable[[Path], Path]


def text(name: str, content: str) -> Maker:
    def made(folder: Path) -> Path:
        path = folder / name
        path.write_text(content, encoding="utf-8")
        return path

    return made


def document(name: str, content: object) -> Maker:
    return text(name, json.dumps(content, indent=1))


def mlflow_database(folder: Path) -> Path:
    path = folder / "mlflow.db"
    db = sqlite3.connect(path)
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
        INSERT INTO runs VALUES ('r', 1700000000000, 1700000001000, 'active');
        INSERT INTO datasets VALUES ('d', 'faces', '01234567', '{}');
        INSERT INTO inputs VALUES ('i', 'DATASET', 'd', 'RUN', 'r');
        INSERT INTO model_versions VALUES ('gate', 1, 1700000000000, 'runs:/r/m', 'r', 'None');
        """
    )
    db.close()
    return path


def ml_metadata(folder: Path) -> Path:
    path = folder / "mlmd.db"
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE Type (id INTEGER PRIMARY KEY, name TEXT, type_kind INT);
        CREATE TABLE Artifact (id INTEGER PRIMARY KEY, type_id INT, uri TEXT);
        CREATE TABLE Execution (id INTEGER PRIMARY KEY, type_id INT);
        CREATE TABLE Event (artifact_id INT, execution_id INT, type INT);
        INSERT INTO Type VALUES (1, 'Examples', 1), (2, 'Model', 1), (3, 'Trainer', 0);
        INSERT INTO Artifact VALUES (1, 1, 'faces'), (2, 2, 'gate');
        INSERT INTO Execution VALUES (1, 3);
        INSERT INTO Event VALUES (1, 1, 3), (2, 1, 4);
        """
    )
    db.close()
    return path


def weights_file(folder: Path) -> Path:
    told = {"ss_sd_model_name": "base.safetensors", "ss_dataset_dirs": json.dumps({"faces": {"img_count": 7}})}
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    head = json.dumps({"__metadata__": told, "w": tensor}).encode()
    path = folder / "gate.safetensors"
    path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(8))
    return path


def training_folder(folder: Path) -> Path:
    run = folder / "runs" / "train"
    (run / "weights").mkdir(parents=True)
    (run / "args.yaml").write_text("task: detect\nmode: train\nmodel: base.pt\ndata: /d/faces.yaml\n", encoding="utf-8")
    (run / "results.csv").write_text("epoch,time\n1,2\n", encoding="utf-8")
    (run / "weights" / "best.pt").write_bytes(bytes(64))
    return folder / "runs"


def mlflow_folder(folder: Path) -> Path:
    return store_of_files(folder / "mlruns")


def wandb_folder(folder: Path) -> Path:
    """A run with its log, and its settings once more beside it."""
    made = wandb_made.folder(folder, wandb_made.TRAINING)
    for run in made.iterdir():
        (run / "files").mkdir()
        (run / "files" / "config.yaml").write_text("data: {value: faces/2026}\nlr: {value: 0.1}\n", encoding="utf-8")
    return made


RUN_EVENT = {
    "eventType": "COMPLETE", "eventTime": "2026-01-01T00:00:00Z", "run": {"runId": "r"},
    "job": {"namespace": "j", "name": "n"}, "inputs": [{"namespace": "l", "name": "faces"}],
    "outputs": [{"namespace": "l", "name": "gate", "facets": {"datasetType": {"datasetType": "MODEL"}}}],
}  # fmt: skip
FACES = wandb_made.artifact("team/doors/faces:v1", "dataset")
GATE = wandb_made.artifact("team/doors/gate:v1", "model")
EXAMPLES: dict[str, Maker] = {
    "MLflow (SQLite)": mlflow_database,
    "ML Metadata": ml_metadata,
    "MLflow (mlruns)": mlflow_folder,
    "OpenLineage": text("events.ndjson", json.dumps(RUN_EVENT) + "\n" + json.dumps(RUN_EVENT) + "\n"),
    "CycloneDX": document(
        "bom.json",
        {
            "bomFormat": "CycloneDX", "specVersion": "1.7",
            "components": [
                {"type": "data", "bom-ref": "d", "name": "faces"},
                {
                    "type": "machine-learning-model", "name": "gate",
                    "modelCard": {"modelParameters": {"datasets": [{"ref": "d"}]}},
                },
            ],
        },
    ),
    "SPDX 3": document(
        "bom.spdx3.json",
        {
            "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
            "@graph": [
                {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "gate"},
                {"type": "dataset_DatasetPackage", "spdxId": "urn:d", "name": "faces"},
                {"type": "Relationship", "relationshipType": "trainedOn", "from": "urn:m", "to": ["urn:d"]},
            ],
        },
    ),
    "Croissant": document(
        "croissant.json",
        {
            "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "faces",
            "distribution": [{"@id": "a.zip", "md5": "ab" * 16}],
        },
    ),
    "Hugging Face": text("README.md", "---\ndatasets: [faces]\n---\n# Gate\n"),
    "Weights (safetensors, GGUF)": weights_file,
    "Training folders": training_folder,
    "DVC": text(
        "dvc.lock",
        "schema: '2.0'\nstages:\n  train:\n    deps:\n    - {path: faces, md5: a1}\n"
        "    outs:\n    - {path: m.onnx, md5: b2}\n",
    ),
    "Weights & Biases": wandb_folder,
    "Weights & Biases (export)": text(
        "wandb.ndjson",
        "".join(
            json.dumps(wandb_made.exported(key, job_type="train", used=[FACES], logged=[GATE])) + "\n"
            for key in ("r1", "r2")
        ),
    ),
    "SageMaker": document("job.json", sagemaker_made.training()),
    "PROV-JSON": document(
        "prov.json", {"prefix": {"ex": "http://x/"}, "used": {"_:1": {"prov:activity": "ex:a", "prov:entity": "ex:e"}}}
    ),
    "DSR Desk JSON": document(
        "own.json",
        {
            "dsr-desk-lineage": 1, "nodes": [{"kind": "model", "name": "gate"}],
            "edges": [{"from": {"kind": "dataset", "name": "faces"}, "to": {"kind": "model", "name": "gate"}}],
        },
    ),
    "DSR Desk CSV": text(
        "own.csv", "from_kind,from_name,role,to_kind,to_name\ndataset,faces,train,model,gate\nmodel,odd,,,\n"
    ),
}  # fmt: skip


def told_in(path: Path) -> list[Path]:
    """The files in which a source says something."""
    return [path] if path.is_file() else sorted(path.rglob("*.yaml"))


every_format = pytest.mark.parametrize("name", EXAMPLES)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_importer_has_an_example_here() -> None:
    assert set(EXAMPLES) == {importer.FORMAT for importer in IMPORTERS}


@every_format
def test_the_format_is_known_by_its_content_and_gives_a_graph(name: str, tmp_path: Path) -> None:
    imported = import_file(EXAMPLES[name](tmp_path))

    assert imported.format == name
    assert len(imported.nodes) >= 2
    assert imported.edges
    assert {edge.source for edge in imported.edges} == {imported.digest}
    assert {edge.origin for edge in imported.edges} | {edge.target for edge in imported.edges} <= {
        node.id for node in imported.nodes
    }


@every_format
def test_only_one_importer_takes_it(name: str, tmp_path: Path) -> None:
    path = EXAMPLES[name](tmp_path)
    assert [importer.FORMAT for importer in IMPORTERS if importer.sniff(Peek(path))] == [name]


@every_format
def test_the_same_bytes_give_the_same_result_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    path = EXAMPLES[name](tmp_path)
    before = everything_in(tmp_path)

    assert import_file(path) == import_file(path) == read_file(path)
    assert everything_in(tmp_path) == before


@every_format
def test_it_is_kept_once_and_comes_back_whole(name: str, tmp_path: Path) -> None:
    imported = import_file(EXAMPLES[name](tmp_path))
    db: Database = open_encrypted(tmp_path / "vault.db", bytes(32))
    migrate(db, MIGRATIONS)

    assert store.save(db, imported, "2026-01-01T00:00:00Z")
    assert not store.save(db, imported, "2026-01-01T00:00:00Z")
    assert {node.id for node in store.load(db).nodes} == {node.id for node in imported.nodes}
    db.close()


@every_format
def test_damage_anywhere_is_refused_with_file_place_and_reason_or_harmless(name: str, tmp_path: Path) -> None:
    """Bytes are cut off and overturned at random places: a clear error or a graph, and never anything else."""
    path = EXAMPLES[name](tmp_path)
    victim = told_in(path)[0]
    whole = victim.read_bytes()
    chance = random.Random(name)
    refused = []
    for _ in range(60):
        broken = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.5 else whole)
        for _ in range(chance.randrange(1, 6) if broken else 0):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        victim.write_bytes(broken)
        try:
            read_file(path)
        except DeskError as error:
            refused.append(error)
    assert len(refused) > 10
    for error in refused:
        assert path.name in error.what_happened
        assert isinstance(error, LineageFormatUnknown) or (error.details["place"] and error.details["why"])


@pytest.mark.parametrize(
    "name", [name for name, made in EXAMPLES.items() if made not in (mlflow_database, ml_metadata, weights_file)]
)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "cp037"])
def test_a_text_in_another_encoding_is_refused(name: str, encoding: str, tmp_path: Path) -> None:
    path = EXAMPLES[name](tmp_path)
    victim = next(
        one for one in told_in(path) if "faces" in one.read_text(encoding="utf-8") or "ex:e" in one.read_text()
    )
    text = victim.read_text(encoding="utf-8").replace("faces", "f\u00e4ces").replace("ex:e", "ex:\u00e4")
    victim.write_text(text, encoding=encoding)
    with pytest.raises(DeskError) as refused:
        read_file(path)
    assert path.name in refused.value.what_happened


def test_a_file_of_no_known_format_says_which_are_known(tmp_path: Path) -> None:
    for name, content in (("x.json", '{"hello": 1}'), ("x.txt", "hello"), ("x.bin", "\0\1"), ("empty", "")):
        with pytest.raises(LineageFormatUnknown, match="OpenLineage"):
            import_file(text(name, content)(tmp_path))


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "made").encode() + b"'\ntR.")
    with pytest.raises(LineageFormatUnknown):
        import_file(path)
    assert not (tmp_path / "made").exists()


def test_a_missing_file_is_an_error_with_a_way_on(tmp_path: Path) -> None:
    with pytest.raises(LineageFileUnreadable):
        import_file(tmp_path / "nowhere.json")


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    for name, content in (
        ("deep.json", '{"bomFormat": ' + "[" * 200_000),
        ("deep.ndjson", "[" * 200_000),
        ("deep.md", "---\n" + "[" * 20_000 + "\n---\n"),
    ):
        with pytest.raises(DeskError):
            import_file(text(name, content)(tmp_path))


def test_numbers_without_end_and_half_characters_are_refused(tmp_path: Path) -> None:
    for name, content in (
        ("number.ndjson", json.dumps(RUN_EVENT).replace("{", '{"n": ' + "9" * 5000 + ", ", 1)),
        ("half.json", json.dumps(RUN_EVENT).replace("faces", "\\ud800")),
        ("constant.json", json.dumps(RUN_EVENT).replace("{", '{"n": NaN, ', 1)),
    ):
        with pytest.raises(LineageFileDamaged):
            import_file(text(name, content)(tmp_path))


ODD: tuple[Any, ...] = (None, True, 0, -1.5, 10**30, "", "x", "\0", [], {}, [[]], [{}], {"@id": 1}, "2020-13-45")


def changed(value: Any, chance: random.Random) -> Any:
    """The same document with one value inside it replaced or taken away."""
    value = json.loads(json.dumps(value))
    at = value
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return value
        key = chance.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and chance.random() < 0.8:
            at = at[key]
        elif chance.random() < 0.2:
            del at[key]
            return value
        else:
            at[key] = json.loads(json.dumps(chance.choice(ODD)))
            return value


def test_any_value_of_a_real_file_may_be_something_else(real_data: Path, tmp_path: Path) -> None:
    """A document that is whole and wrong in one place: a graph without loose ends or a clear refusal."""
    chance = random.Random(5)
    results = {True: 0, False: 0}
    for path in sorted((real_data / "lineage").rglob("*.json")):
        text = path.read_text(encoding="utf-8")
        if len(text) > 30_000 or "{{" in text:
            continue
        for _ in range(6):
            victim = tmp_path / path.name
            victim.write_text(json.dumps(changed(json.loads(text), chance)), encoding="utf-8")
            try:
                imported = read_file(victim)
            except DeskError:
                results[False] += 1
                continue
            results[True] += 1
            ids = {node.id for node in imported.nodes}
            assert all({edge.origin, edge.target} <= ids for edge in imported.edges)
    assert min(results.values()) > 50
