from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of

NEW = """
CREATE TABLE Type (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(255) NOT NULL, version VARCHAR(255),
                   type_kind TINYINT(1) NOT NULL, description TEXT, input_type TEXT, output_type TEXT);
CREATE TABLE Artifact (id INTEGER PRIMARY KEY AUTOINCREMENT, type_id INT NOT NULL, uri TEXT, state INT,
                       name VARCHAR(255), external_id VARCHAR(255), create_time_since_epoch INT NOT NULL DEFAULT 0,
                       last_update_time_since_epoch INT NOT NULL DEFAULT 0, metadata BLOB);
CREATE TABLE Execution (id INTEGER PRIMARY KEY AUTOINCREMENT, type_id INT NOT NULL, last_known_state INT,
                        name VARCHAR(255), external_id VARCHAR(255), create_time_since_epoch INT NOT NULL DEFAULT 0,
                        last_update_time_since_epoch INT NOT NULL DEFAULT 0, metadata BLOB);
CREATE TABLE Event (id INTEGER PRIMARY KEY AUTOINCREMENT, artifact_id INT NOT NULL, execution_id INT NOT NULL,
                    type INT NOT NULL, milliseconds_since_epoch INT);
"""
OLD = """
CREATE TABLE Type (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(255) NOT NULL, type_kind TINYINT(1) NOT NULL,
                   input_type TEXT, output_type TEXT);
CREATE TABLE Artifact (id INTEGER PRIMARY KEY AUTOINCREMENT, type_id INT NOT NULL, uri TEXT);
CREATE TABLE Execution (id INTEGER PRIMARY KEY AUTOINCREMENT, type_id INT NOT NULL);
CREATE TABLE Event (id INTEGER PRIMARY KEY AUTOINCREMENT, artifact_id INT NOT NULL, execution_id INT NOT NULL,
                    type INT NOT NULL, milliseconds_since_epoch INT);
"""
TYPES = ["Examples", "Model", "PushedModel", "ModelEvaluation", "Trainer", "Evaluator", "Pusher"]
ARTIFACTS = [("Examples", "/data/faces"), ("Model", "/models/1")]
ARTIFACTS += [("PushedModel", "/serving/1"), ("ModelEvaluation", "/eval/1")]
EVENTS = [
    ("/data/faces", "Trainer", 3), ("/models/1", "Trainer", 4), ("/data/faces", "Evaluator", 3),
    ("/models/1", "Evaluator", 3), ("/eval/1", "Evaluator", 4), ("/models/1", "Pusher", 3), ("/serving/1", "Pusher", 4),
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Callable[[str], Path]:
    def made(schema: str) -> Path:
        path = tmp_path / "metadata.sqlite"
        db = sqlite3.connect(path)
        db.executescript(schema)
        for name in TYPES:
            db.execute("INSERT INTO Type (name, type_kind) VALUES (?, ?)", [name, int(not name.endswith("er"))])
        kind = dict(db.execute("SELECT name, id FROM Type").fetchall())
        for name, uri in ARTIFACTS:
            db.execute("INSERT INTO Artifact (type_id, uri) VALUES (?, ?)", [kind[name], uri])
        for name in TYPES[4:]:
            db.execute("INSERT INTO Execution (type_id) VALUES (?)", [kind[name]])
        for uri, execution, way in EVENTS:
            db.execute(
                "INSERT INTO Event (artifact_id, execution_id, type) SELECT a.id, e.id, ? FROM Artifact a, Execution e "
                "WHERE a.uri = ? AND e.type_id = ?",
                [way, uri, kind[execution]],
            )
        db.commit()
        db.close()
        return path

    return made


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.name}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


@pytest.mark.parametrize("schema", [NEW, OLD], ids=["newest", "oldest"])
def test_a_pipeline_becomes_training_evaluation_and_deployment(store: Callable[[str], Path], schema: str) -> None:
    imported = read_file(store(schema))

    assert edges(imported) == {
        ("dataset:/data/faces", "train", "run:Trainer"),
        ("run:Trainer", "produce", "model:/models/1"),
        ("dataset:/data/faces", "evaluate", "run:Evaluator"),
        ("dataset:/data/faces", "evaluate", "model:/models/1"),
        ("model:/models/1", "serve", "run:Evaluator"),
        ("run:Evaluator", "produce", "output:/eval/1"),
        ("model:/models/1", "serve", "run:Pusher"),
        ("run:Pusher", "produce", "deployment:/serving/1"),
    }
    (model,) = affected(graph_of(imported.nodes, imported.edges), ["/data/faces"]).models
    assert model.roles == (Role.TRAIN, Role.EVALUATE)
    assert model.certainty is Certainty.RECORDED
    assert [node.name for node in model.deployments] == ["/serving/1"]
    assert [node.name for node in model.outputs] == ["/eval/1"]


def test_an_event_of_an_artifact_that_is_not_there_is_refused(store: Callable[[str], Path]) -> None:
    path = store(NEW)
    db = sqlite3.connect(path)
    db.execute("DELETE FROM Artifact WHERE uri = '/models/1'")
    db.commit()
    db.close()

    with pytest.raises(LineageFileDamaged, match="not there"):
        read_file(path)


def test_properties_give_names_versions_and_licences(store: Callable[[str], Path]) -> None:
    path = store(NEW)
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE ArtifactProperty (artifact_id INT NOT NULL, name VARCHAR(255) NOT NULL, is_custom_property TINYINT,
                                       int_value INT, double_value DOUBLE, string_value TEXT);
        INSERT INTO ArtifactProperty VALUES (2, 'display_name', 1, NULL, NULL, 'gate'),
                                            (2, 'version', 0, 7, NULL, NULL),
                                            (2, 'license', 1, NULL, NULL, 'MIT'), (2, 'span', 0, 3, NULL, NULL);
        """
    )
    db.commit()
    db.close()

    (model,) = [node for node in read_file(path).nodes if node.kind == "model"]
    assert (model.label, model.attributes["licence"], model.aliases) == ("gate@7", "MIT", ("/models/1",))


def test_data_that_was_entered_twice_may_be_either(store: Callable[[str], Path]) -> None:
    path = store(NEW)
    db = sqlite3.connect(path)
    db.execute("INSERT INTO Artifact (type_id, uri) SELECT type_id, uri FROM Artifact WHERE uri = '/data/faces'")
    db.commit()
    db.close()

    imported = read_file(path)
    (again,) = [node for node in imported.nodes if node.attributes.get("artifact") == "5"]
    (model,) = affected(graph_of(imported.nodes, imported.edges), [again.id]).models
    assert (model.name, model.certainty) == ("/models/1", Certainty.INFERRED)


def test_equal_numbers_in_two_stores_are_not_the_same_runs(store: Callable[[str], Path], tmp_path: Path) -> None:
    first = read_file(store(NEW))
    path = tmp_path / "metadata.sqlite"
    db = sqlite3.connect(path)
    db.execute("UPDATE Artifact SET uri = '/other' || uri")
    db.commit()
    db.close()
    second = read_file(path)

    assert not {node.id for node in first.nodes} & {node.id for node in second.nodes}
    graph = graph_of((*first.nodes, *second.nodes), (*first.edges, *second.edges))
    found = {model.name: model.certainty for model in affected(graph, ["/data/faces"]).models}
    assert found == {"/models/1": Certainty.RECORDED, "/other/models/1": Certainty.UNKNOWN}, "asked, and meanwhile open"


def test_what_only_the_name_of_a_type_of_one_s_own_says_is_concluded(store: Callable[[str], Path]) -> None:
    path = store(OLD)
    db = sqlite3.connect(path)
    db.executescript(
        """
        INSERT INTO Type (name, type_kind) VALUES ('acme.Test', 0), ('acme.DoorModel', 1), ('acme.Blob', 1);
        INSERT INTO Artifact (type_id, uri) SELECT id, '/own/' || name FROM Type WHERE name LIKE 'acme.%' AND type_kind;
        INSERT INTO Artifact (type_id, uri) SELECT id, '' FROM Type WHERE name = 'Examples';
        INSERT INTO Execution (type_id) SELECT id FROM Type WHERE name = 'acme.Test';
        INSERT INTO Event (artifact_id, execution_id, type)
            SELECT a.id, e.id, 3 FROM Artifact a, Execution e
            WHERE a.uri = '/data/faces' AND e.type_id = (SELECT id FROM Type WHERE name = 'acme.Test');
        """
    )
    db.commit()
    db.close()
    imported = read_file(path)

    own = {node.name: node for node in imported.nodes if node.attributes["type"].startswith("acme.")}
    assert own["/own/acme.DoorModel"].attributes["kind-why"] == "guess.kind.type"
    assert own["/own/acme.Blob"].attributes["unclassified"] == "yes"
    (edge,) = (edge for edge in imported.edges if edge.target == own["Test"].id)
    assert (edge.role, edge.certainty, edge.attributes["text"]) == (Role.EVALUATE, Certainty.INFERRED, "acme.Test")
    nameless = [node for node in imported.nodes if node.attributes.get("unidentified")]
    assert [node.kind.value for node in nameless] == ["dataset"]
