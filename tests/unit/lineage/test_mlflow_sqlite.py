from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of


def edges(path: Path) -> set[tuple[str, str, str]]:
    imported = read_file(path)
    label = {node.id: f"{node.kind.value}:{node.name}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_datasets_runs_models_bases_and_registered_names_become_one_graph(mlflow_store: Path) -> None:
    assert edges(mlflow_store) == {
        ("dataset:faces", "train", "run:train"),
        ("run:train", "produce", "model:gate"),
        ("model:gate", "fine-tune-base", "run:tune"),
        ("run:tune", "produce", "model:gate-tuned"),
        ("dataset:holdout", "evaluate", "run:measure"),
        ("dataset:holdout", "evaluate", "model:gate"),
        ("model:gate", "serve", "run:measure"),
        ("run:mystery", "produce", "model:odd"),
        ("model:gate", "serve", "deployment:gate (Production)"),
        ("model:gate", "serve", "deployment:gate@champion"),
    }


def test_an_evaluation_run_reaches_the_model_that_it_measured(mlflow_store: Path) -> None:
    imported = read_file(mlflow_store)
    impact = affected(graph_of(imported.nodes, imported.edges), ["holdout"])
    gate = next(model for model in impact.models if model.name == "gate")

    assert gate.roles == (Role.EVALUATE,)
    assert gate.certainty is Certainty.RECORDED
    assert not gate.in_weights
    assert [node.name for node in impact.without_lineage] == ["odd"]


def test_the_source_of_a_dataset_is_its_other_name_and_its_digest_is_no_proof_of_content(mlflow_store: Path) -> None:
    faces = next(node for node in read_file(mlflow_store).nodes if node.name == "faces")

    assert (faces.version, faces.aliases, faces.digests) == ("2026-01", ("file:///data/faces",), ())


def test_a_registered_version_without_logged_model_hangs_on_its_run(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("INSERT INTO model_versions VALUES ('older', 4, 1700000000000, 'runs:/r3/model', 'r3', 'None')")
    db.execute("INSERT INTO model_versions VALUES ('lost', 1, 1700000000000, 's3://bucket/x', NULL, 'None')")
    db.commit()
    db.close()

    assert ("run:measure", "produce", "model:older") in edges(mlflow_store)
    assert "note.lineage.version-of-what" in [warning.code for warning in read_file(mlflow_store).warnings]


def test_a_copied_version_comes_of_the_version_that_it_was_copied_from(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("INSERT INTO model_versions VALUES ('gate-live', 1, 0, 'models:/gate/1', NULL, 'None')")
    db.execute("INSERT INTO model_versions VALUES ('gate-edge', 1, 0, 'models:/gate@champion', NULL, 'None')")
    db.commit()
    db.close()

    assert {("model:gate", "copy", "model:gate-live"), ("model:gate", "copy", "model:gate-edge")} <= edges(mlflow_store)


def test_models_that_an_older_mlflow_kept_in_a_tag_are_found(mlflow_store: Path) -> None:
    history = '[{"artifact_path": "hidden", "model_uuid": "u1", "flavors": {}}, {"artifact_path": "second"}]'
    db = sqlite3.connect(mlflow_store)
    db.execute("INSERT INTO tags VALUES ('mlflow.log-model.history', ?, 'r3')", [history])
    db.execute("INSERT INTO tags VALUES ('mlflow.log-model.history', ?, 'r1')", [history])
    db.execute("INSERT INTO model_versions VALUES ('named', 1, 0, 'runs:/r3/second', 'r3', 'None')")
    db.commit()
    db.close()

    made = {target for origin, role, target in edges(mlflow_store) if (origin, role) == ("run:measure", "produce")}
    assert made == {"model:hidden", "model:named"}
    assert ("run:train", "produce", "model:hidden") not in edges(mlflow_store)


def test_an_inner_run_without_data_has_it_from_the_run_around_it(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("INSERT INTO tags VALUES ('mlflow.parentRunId', 'r1', 'r4')")
    db.commit()
    db.close()

    imported = read_file(mlflow_store)
    impact = affected(graph_of(imported.nodes, imported.edges), ["faces@2026-01"])
    odd = next(model for model in impact.models if model.name == "odd")
    assert odd.certainty is Certainty.INFERRED
    assert odd.roles == (Role.TRAIN,)


def test_a_store_without_dataset_tables_is_imported_with_a_warning(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.executescript("DROP TABLE datasets; DROP TABLE inputs; DROP TABLE input_tags;")
    db.close()

    assert message("note.lineage.old-mlflow") in read_file(mlflow_store).warnings


def test_inputs_whose_dataset_is_gone_are_counted(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("DELETE FROM datasets WHERE dataset_uuid = 'd2'")
    db.commit()
    db.close()

    assert message("note.lineage.lost-inputs", count=1) in read_file(mlflow_store).warnings


def test_what_a_running_server_has_not_yet_folded_in_is_read_and_nothing_is_written(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("INSERT INTO datasets VALUES ('d9', 1, 'fresh', '00', 'local', '{}')")
    db.commit()
    before = mlflow_store.read_bytes()

    assert "fresh" in {node.name for node in read_file(mlflow_store).nodes}
    assert mlflow_store.read_bytes() == before
    db.close()


def test_a_missing_column_and_a_damaged_page_are_refused_with_their_place(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("ALTER TABLE datasets DROP COLUMN digest")
    db.close()
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(mlflow_store)
    assert "table datasets, the column digest is missing" in refused.value.what_happened
    assert "mlflow.db" in refused.value.what_happened

    data = bytearray(mlflow_store.read_bytes())
    data[4096 * 3 : 4096 * 3 + 2000] = b"\xff" * 2000
    mlflow_store.write_bytes(data)
    with pytest.raises(LineageFileDamaged):
        read_file(mlflow_store)


def test_a_view_in_the_place_of_a_table_is_not_run(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.executescript("ALTER TABLE inputs RENAME TO hidden; CREATE VIEW inputs AS SELECT * FROM hidden;")
    db.close()

    with pytest.raises(LineageFileDamaged) as refused:
        read_file(mlflow_store)
    assert "table inputs" in refused.value.what_happened


def test_a_real_store_has_the_graph_that_a_person_reads_in_it(real_data: Path) -> None:
    path = real_data / "lineage" / "mlflow" / "mlflow_3.17.2.db"
    imported = read_file(path)

    assert edges(path) == {
        ("dataset:customers", "train", "run:upset-gull-580"),
        ("run:upset-gull-580", "produce", "model:churn"),
        ("model:churn", "fine-tune-base", "run:spiffy-lark-515"),
        ("run:spiffy-lark-515", "produce", "model:ft"),
        ("model:churn", "serve", "deployment:churn@champion"),
    }
    assert {node.name for node in imported.nodes if node.kind == "run"} == {
        "upset-gull-580",
        "unruly-mole-447",
        "spiffy-lark-515",
    }
    assert imported.newest.startswith("2026-11-21T01:35")


def test_metrics_of_a_model_on_data_say_that_it_was_tried_on_them(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute(
        "CREATE TABLE logged_model_metrics (model_id TEXT, dataset_uuid TEXT, dataset_name TEXT, dataset_digest TEXT)"
    )
    rows = [
        ("m-1", "faces", "2026-01"),
        ("m-2", "holdout", "aa11bb22"),
        ("m-2", "gone", "0"),
        ("m-9", "faces", "2026-01"),
    ]
    db.executemany("INSERT INTO logged_model_metrics VALUES (?, NULL, ?, ?)", rows)
    db.commit()
    db.close()

    found = edges(mlflow_store)
    assert ("dataset:holdout", "evaluate", "model:gate-tuned") in found
    assert ("dataset:faces", "evaluate", "model:gate") not in found, "its own run trained it on them"


def test_a_deleted_version_is_no_deployment(mlflow_store: Path) -> None:
    db = sqlite3.connect(mlflow_store)
    db.execute("INSERT INTO model_versions VALUES ('gone', 1, 0, '', NULL, 'Deleted_Internal')")
    db.commit()
    db.close()

    (gone,) = [node for node in read_file(mlflow_store).nodes if node.name.startswith("gone")]
    assert (gone.kind, gone.attributes) == ("model", {"deleted": "yes"})
