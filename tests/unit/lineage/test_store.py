from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Certainty, NodeKind
from dsr_desk.core.lineage_questions import LineageQuestion, QuestionKind
from dsr_desk.lineage import store
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.storage.registers import touch
from dsr_desk.storage.tables import Database

NOW = "2026-11-21T10:00:00Z"


def test_a_saved_source_comes_back_as_the_same_graph(db: Database, mlflow_store: Path) -> None:
    imported = import_file(mlflow_store)
    assert store.save(db, imported, NOW)
    graph = store.load(db)

    assert {node.id: node for node in graph.nodes} == {node.id: node for node in imported.nodes}
    assert {graph.edge(i) for i in range(graph.origin.size)} == set(imported.edges)
    (source,) = store.sources(db)
    assert (source.digest, source.file, source.imported) == (imported.digest, "mlflow.db", NOW)
    assert (source.nodes, source.edges) == (len(imported.nodes), len(imported.edges))


def test_the_same_bytes_change_nothing_the_second_time(db: Database, mlflow_store: Path) -> None:
    assert store.save(db, import_file(mlflow_store), NOW)
    assert not store.save(db, import_file(mlflow_store), NOW)
    assert len(store.sources(db)) == 1


def systems_asked(graph: Graph) -> list[LineageQuestion]:
    return [question for question in graph.questions if question.kind is QuestionKind.SYSTEMS]


def test_two_sources_join_in_one_graph_once_an_officer_says_that_they_mean_the_same(
    db: Database, mlflow_store: Path, tmp_path: Path, event: Callable[..., object]
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text(json.dumps(event("9", ("faces@2026-01",), ("!street@4",))) + "\n", encoding="utf-8")
    for file in (mlflow_store, path):
        store.save(db, import_file(file), NOW)
    ours = [RegisteredVersion("faces", "2026-01")]
    for certainty in (Certainty.UNKNOWN, Certainty.RECORDED):
        graph = store.load(db, ours)
        found = {model.name: model.certainty for model in affected(graph, ["faces@2026-01"]).models}
        assert {name: found[name] for name in ("gate", "street")} == dict.fromkeys(("gate", "street"), certainty)
        for question in systems_asked(graph):
            store.answer(db, question.first, question.second, True, "officer", NOW)


def test_nothing_is_kept_of_a_source_that_fails_half_way(db: Database, mlflow_store: Path) -> None:
    imported = import_file(mlflow_store)
    broken = replace(imported, edges=(*imported.edges, replace(imported.edges[0], target="nowhere")))
    with pytest.raises(KeyError):
        store.save(db, broken, NOW)

    assert store.sources(db) == []
    assert store.load(db).nodes == []


def test_a_source_can_be_taken_out_again(db: Database, mlflow_store: Path) -> None:
    imported = import_file(mlflow_store)
    store.save(db, imported, NOW)
    store.forget(db, imported.digest)

    assert store.load(db).nodes == []
    with pytest.raises(store.NoSuchSource):
        store.forget(db, imported.digest)


def test_an_answer_is_remembered_replaced_and_taken_back(db: Database) -> None:
    touched = [touch("lineage_answers", "a", "b")]
    assert store.answer(db, "b", "a", True, "officer", NOW) == touched
    assert store.answer(db, "a", "b", False, "officer", NOW) == touched
    assert [(a.first, a.second, a.same) for a in store.answers(db)] == [("a", "b", False)]
    assert store.answer(db, "a", "b", None, "officer", NOW) == touched
    assert store.answers(db) == []


def test_a_thing_is_of_the_kind_that_was_said_last(db: Database) -> None:
    store.answer(db, "model:x", "is-a:dataset", True, "officer", NOW)
    touched = store.answer(db, "model:x", "is-a:output", True, "officer", NOW)
    assert [(a.first, a.second) for a in store.answers(db)] == [("model:x", "is-a:output")]
    assert sorted(touched) == sorted(
        touch("lineage_answers", "model:x", f"is-a:{kind}") for kind in ("output", "dataset")
    )


def test_names_are_asked_about_between_systems_and_not_where_one_source_tells_them_apart(
    db: Database, mlflow_store: Path, tmp_path: Path, event: Callable[..., dict[str, object]]
) -> None:
    first = json.loads(json.dumps(event("1", ("faces",), ("!street",))).replace('"lake"', '"s3://lake"'))
    second = json.loads(json.dumps(first).replace('"s3://lake"', '"s3://elsewhere"'))
    path = tmp_path / "events.ndjson"
    path.write_text(json.dumps(first) + "\n" + json.dumps(second) + "\n", encoding="utf-8")
    store.save(db, import_file(path), NOW)
    assert store.load(db).questions == ()

    store.save(db, import_file(mlflow_store), NOW)
    asked = [{question.first, question.second} for question in systems_asked(store.load(db))]
    assert len(asked) == 2
    assert all(any(key.startswith("system:mlflow:") for key in pair) for pair in asked)
    assert len(systems_asked(store.load(db, [RegisteredVersion("faces", "9")]))) == 5


def test_two_documents_that_share_a_name_ask_whether_it_is_one_thing(db: Database, tmp_path: Path) -> None:
    def bill(number: int, model: str) -> Path:
        path = tmp_path / f"{number}.json"
        serial = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
        card = {"modelParameters": {"datasets": [{"ref": "d"}]}}
        parts = [
            {"type": "data", "bom-ref": "d", "name": "photos", "version": "1"},
            {"type": "machine-learning-model", "bom-ref": "m", "name": model, "version": "1", "modelCard": card},
        ]
        head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial}
        path.write_text(json.dumps({**head, "components": parts}))
        return path

    for number, model in ((1, "ours"), (2, "theirs")):
        store.save(db, import_file(bill(number, model)), "2026-01-01T00:00:00Z")
    graph = store.load(db)
    (question,) = systems_asked(graph)
    (single, *_) = question.singles
    for end in (single.first, single.second):
        found = sorted(model.certainty for model in affected(graph, [end]).models)
        assert found == [Certainty.INFERRED, Certainty.UNKNOWN]
    assert store.load(db).questions == graph.questions


def test_imports_say_when_each_was_imported_and_what_it_names(db: Database, mlflow_store: Path, tmp_path: Path) -> None:
    read = import_file(mlflow_store)
    card = tmp_path / "tuned"
    card.mkdir()
    (card / "README.md").write_text("---\nbase_model: gate\nlibrary_name: peft\n---\n", encoding="utf-8")
    store.save(db, read, NOW)
    store.save(db, import_file(card), NOW)
    later = "2026-11-25T10:00:00Z"

    found = store.imports(db, {read.digest: [later]})

    assert [(one.file, one.times) for one in found.sources] == [("mlflow.db", (NOW, later)), ("tuned", (NOW,))]
    assert found.names[read.digest] == {node.id for node in read.nodes}
    model = next(node for node in read.nodes if node.kind is NodeKind.MODEL)
    assert found.sight([model.id], (), NOW).listed == (found.sources[0],)
    base = next(node for node in store.load(db).nodes if node.name == "gate" and not node.version)
    assert found.sight([base.id], (), "").listed == (), "a card names what its model was made from, gone or not"
