"""The sample's lineage, read by the importers that read real stores."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from dsr_desk.app.sample import Sample
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file


def rows(path: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return [tuple(map(str, row)) for row in db.execute(query)]


def test_datasets_of_the_sample_are_named_in_the_store_with_their_version(sample: Sample) -> None:
    named = set(rows(sample.lineage[0], "SELECT name, digest FROM datasets"))
    assert {(dataset.version.name, dataset.version.version) for dataset in sample.datasets} <= named


def test_the_store_holds_training_evaluation_and_a_fine_tune(sample: Sample) -> None:
    contexts = rows(sample.lineage[0], "SELECT DISTINCT value FROM input_tags WHERE name = 'mlflow.data.context'")
    assert set(contexts) == {("training",), ("evaluation",)}
    links = rows(
        sample.lineage[0],
        "SELECT v.name, w.name FROM inputs i JOIN model_versions v ON v.source = 'models:/' || i.destination_id "
        "JOIN model_versions w ON w.run_id = i.source_id WHERE i.source_type = 'RUN_INPUT'",
    )
    assert links == [("face-embedder", "badge-gate")]


def test_one_model_is_deployed_and_one_has_no_recorded_training_data(sample: Sample) -> None:
    assert rows(sample.lineage[0], "SELECT name, version, alias FROM registered_model_aliases") == [
        ("face-embedder", "2", "production")
    ]
    assert rows(sample.lineage[0], "SELECT name FROM model_versions WHERE run_id IS NULL") == [("crowd-counter",)]


def test_events_name_runs_datasets_with_versions_and_models(sample: Sample) -> None:
    events = [json.loads(line) for line in sample.lineage[1].read_text("utf-8").splitlines()]
    assert {event["eventType"] for event in events} == {"START", "COMPLETE"}
    outputs = {
        (output["name"], output["facets"]["version"]["datasetVersion"], "datasetType" in output["facets"])
        for event in events
        for output in event["outputs"]
    }
    assert outputs == {
        ("portrait-crops", "2024.1-crops", False),
        ("smile-tagger", "2.0", True),
        ("event-search", "1.3", True),
    }


def test_both_files_join_and_reach_six_models_by_training_fine_tune_and_evaluation(sample: Sample) -> None:
    imported = [import_file(path) for path in sample.lineage]
    graph = Graph.of([node for one in imported for node in one.nodes], [edge for one in imported for edge in one.edges])
    impact = affected(graph, [dataset.version.id for dataset in sample.datasets])
    roles = {model.node.label: [role.value for role in model.roles] for model in impact.models}
    assert roles == {
        "face-embedder@1": ["train"],
        "face-embedder@2": ["train"],
        "badge-gate@1": ["fine-tune-base"],
        "event-search@1.3": ["train"],
        "smile-tagger@2.0": ["train"],
        "age-estimator@1": ["evaluate"],
    }
    assert [model.node.label for model in impact.models if model.deployments] == ["face-embedder@2"]
    assert [node.name for node in impact.without_lineage] == ["crowd-counter"]
    assert impact.questions == ()
