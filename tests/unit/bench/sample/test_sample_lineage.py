"""The sample's lineage, read by the importers that read real stores."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import import_lineage, lineage_graph, lineage_sources
from dsr_desk.app.sample import Sample
from dsr_desk.app.sample_answers import answer_sample_questions
from dsr_desk.core.lineage import Certainty, Impact, Learned
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected, collected_since
from dsr_desk.lineage.importers.registry import import_file
from lineage_fakes import graph_of
from quick_keys import make_keys_quick


def rows(path: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return [tuple(map(str, row)) for row in db.execute(query)]


def test_datasets_of_the_sample_are_named_in_the_store_with_their_version(sample: Sample) -> None:
    named = set(rows(sample.lineage[0], "SELECT name, digest FROM datasets"))
    assert {(dataset.version.name, dataset.version.version) for dataset in sample.datasets} <= named


def test_the_store_holds_training_evaluation_and_a_fine_tune(sample: Sample) -> None:
    contexts = rows(sample.lineage[0], "SELECT DISTINCT value FROM input_tags WHERE name = 'mlflow.data.context'")
    assert set(contexts) == {("training",), ("evaluation",), ("validation",)}
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
    assert {name for name, _, is_model in outputs if is_model} == {
        "smile-tagger", "event-search", "face-embedder-mini", "crowd-pose",
    }  # fmt: skip
    assert ("portrait-crops", "2024.1-crops", False) in outputs


@pytest.fixture
def answered(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A vault with the sample's lineage, in which its officer has answered all questions."""
    make_keys_quick(monkeypatch)
    desk, _ = Desk.create(tmp_path / "vault", "Larkfield", "Robin", "a passphrase of five words")
    with desk:
        import_lineage(desk, sample.lineage)
        answer_sample_questions(desk)
        yield desk


def reached(desk: Desk, sample: Sample) -> Impact:
    versions = [dataset.version for dataset in sample.datasets]
    since = {version.id: collected_since(version.collected) for version in versions}
    return affected(lineage_graph(desk), [version.id for version in versions], arrived=since)


def test_until_the_officer_answers_nothing_of_several_systems_is_sure_and_no_model_is_left_out(sample: Sample) -> None:
    imported = [import_file(path) for path in sample.lineage]
    registered = [RegisteredVersion(dataset.version.name, dataset.version.version) for dataset in sample.datasets]
    graph = graph_of(
        [node for one in imported for node in one.nodes], [edge for one in imported for edge in one.edges], registered
    )
    impact = affected(graph, [version.id for version in registered])
    assert {model.certainty for model in impact.models} == {Certainty.UNKNOWN}
    assert {model.learned for model in impact.models} == {Learned.NOT_KNOWN}
    assert {"badge-gate-night-int8", "age-estimator", "face-embedder-mini"} <= {model.name for model in impact.models}
    assert impact.questions


def test_five_formats_join_and_show_every_role_by_which_a_model_can_know_a_person(
    sample: Sample, answered: Desk
) -> None:
    impact = reached(answered, sample)
    assert {one.format for one in lineage_sources(answered)} == {
        "MLflow (SQLite)", "OpenLineage", "CycloneDX", "Hugging Face", "DSR Desk CSV",
    }  # fmt: skip
    assert {model.node.label: ([role.value for role in model.roles], model.learned) for model in impact.models} == {
        "face-embedder@1": (["train"], Learned.ITSELF),
        "face-embedder@2": (["train"], Learned.ITSELF),
        "larkfield/face-embedder": (["train"], Learned.NOT_KNOWN),
        "badge-gate@1": (["fine-tune-base"], Learned.INHERITED),
        "badge-gate-lora": (["adapter"], Learned.NOT_KNOWN),
        "badge-gate-night": (["merge"], Learned.NOT_KNOWN),
        "badge-gate-night-int8": (["quantise"], Learned.NOT_KNOWN),
        "face-embedder-mini@1.0": (["distil"], Learned.INHERITED),
        "event-search@1.3": (["train"], Learned.ITSELF),
        "smile-tagger@2.0": (["train"], Learned.ITSELF),
        "pose-estimator@1": (["validate"], Learned.MEASURED),
        "age-estimator@1": (["evaluate"], Learned.MEASURED),
    }
    assert [one.node.label for one in impact.excluded] == ["crowd-pose@0.1"]
    assert [node.name for node in impact.without_lineage] == ["crowd-counter"]
    assert impact.questions == ()


def test_what_stands_on_the_models_is_named_with_its_period_and_purpose(sample: Sample, answered: Desk) -> None:
    by_label = {model.node.label: model for model in reached(answered, sample).models}
    embedder = by_label["face-embedder@2"]

    assert [node.name for node in embedder.deployments] == ["face-embedder@production", "album sorting"]
    assert (embedder.period.since[:10], embedder.period.running) == ("2024-06-10", True)
    assert [node.label for node in embedder.products] == ["Larkfield app@7.2"]
    assert [node.label for node in embedder.embeddings] == ["member-vectors@2024-08"]
    assert [node.name for node in embedder.benchmarks] == ["member look-alikes"]
    assert [node.label for node in by_label["smile-tagger@2.0"].outputs] == ["portrait-tags@2024-08"]
    first = by_label["face-embedder@1"].period
    assert (first.since[:10], first.until[:10]) == ("2024-02-20", "2024-06-10")
    assert by_label["event-search@1.3"].task == "finding photos by what is on them"
    assert by_label["badge-gate-lora"].node.licence == "larkfield-internal"
