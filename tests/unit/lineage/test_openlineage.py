from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.lineage.said import facts_of
from lineage_fakes import graph_of

Event = Callable[..., dict[str, object]]


def lines(path: Path, *events: object) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.label}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_data_that_a_model_comes_from_trains_it_and_a_model_is_its_base(tmp_path: Path, event: Event) -> None:
    imported = import_file(lines(tmp_path / "e.ndjson", event("1", ("faces@3", "!base"), ("!net@2",))))

    assert edges(imported) == {
        ("dataset:faces@3", "train", "run:job-1"),
        ("model:base", "fine-tune-base", "run:job-1"),
        ("run:job-1", "produce", "model:net@2"),
    }


def test_events_of_one_run_are_merged(tmp_path: Path, event: Event) -> None:
    started = event("1", ("faces",), (), eventType="START", eventTime="2026-03-01T09:00:00+01:00")
    imported = import_file(lines(tmp_path / "e.ndjson", started, event("1", (), ("!net",))))

    (run,) = [node for node in imported.nodes if node.kind == "run"]
    assert (run.created, run.ended) == ("2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z")
    assert ("dataset:faces", "train", "run:job-1") in edges(imported)
    assert imported.newest == "2026-03-01T10:00:00Z"


def test_a_run_that_makes_no_model_tries_its_model_on_the_data(tmp_path: Path, event: Event) -> None:
    imported = import_file(lines(tmp_path / "e.ndjson", event("1", ("faces", "!net"), ("scores",))))
    impact = affected(graph_of(imported.nodes, imported.edges), ["faces"])

    (model,) = impact.models
    assert (model.roles, model.certainty, model.in_weights) == ((Role.EVALUATE,), Certainty.INFERRED, False)
    assert [node.name for node in model.outputs] == ["scores"]


def test_our_facet_says_the_role(tmp_path: Path, event: Event) -> None:
    plain = event("1", ("faces",), ("!net",))
    plain["inputs"][0]["inputFacets"] = {"dsrdesk_lineage": {"role": "validate", "certainty": "inferred"}}  # type: ignore[index]
    imported = import_file(lines(tmp_path / "e.ndjson", plain))

    (edge,) = [edge for edge in imported.edges if edge.role is Role.VALIDATE]
    assert edge.certainty is Certainty.INFERRED


def test_one_event_an_array_and_lines_give_the_same_graph(tmp_path: Path, event: Event) -> None:
    one = event("1", ("faces",), ("!net",))
    single = tmp_path / "one.json"
    single.write_text(json.dumps(one, indent=2), encoding="utf-8")
    array = tmp_path / "array.json"
    array.write_text("\ufeff" + json.dumps([one], indent=2), encoding="utf-8")

    graphs = [edges(import_file(path)) for path in (single, array, lines(tmp_path / "e.ndjson", one))]
    assert graphs[0] == graphs[1] == graphs[2]
    assert len(graphs[0]) == 2


def test_an_array_larger_than_one_read_is_complete(tmp_path: Path, event: Event) -> None:
    path = tmp_path / "array.json"
    path.write_text(json.dumps([event(str(i), (f"d{i}",), pad="x" * 700) for i in range(4000)]), encoding="utf-8")

    assert len(import_file(path).edges) == 4000


def test_dataset_and_job_events_columns_symlinks_and_renames(tmp_path: Path, event: Event) -> None:
    dataset = {
        "eventTime": "2026-03-01T10:00:00",
        "dataset": {
            "namespace": "lake",
            "name": "new",
            "facets": {
                "symlinks": {"identifiers": [{"namespace": "hive", "name": "faces"}]},
                "lifecycleStateChange": {
                    "lifecycleStateChange": "RENAME",
                    "previousIdentifier": {"namespace": "lake", "name": "old"},
                },
                "columnLineage": {
                    "fields": {"face": {"inputFields": [{"namespace": "lake", "name": "raw", "field": "f"}]}}
                },
            },
        },
    }
    job = {key: value for key, value in event("1", ("new",), ("!net",)).items() if key not in ("run", "eventType")}
    imported = import_file(lines(tmp_path / "e.ndjson", dataset, job))

    assert edges(imported) == {
        ("dataset:old", "copy", "dataset:new"),
        ("dataset:raw", "derive", "dataset:new"),
        ("dataset:new", "train", "run:job-1"),
        ("run:job-1", "produce", "model:net"),
    }
    (alias,) = next(node for node in imported.nodes if node.name == "new").aliases
    assert alias.startswith("openlineage:")
    assert alias.endswith("/faces")


def entry(kind: str, name: str = "", **more: object) -> dict[str, object]:
    return {"type": kind, **({"namespace": "lake", "name": name} if name else {}), **more}


@pytest.mark.parametrize("key", ["entries", "lineage"])
@pytest.mark.parametrize("side", ["run", "job"])
def test_explicit_lineage_of_a_run_or_a_job_is_followed(tmp_path: Path, event: Event, key: str, side: str) -> None:
    told = event("1", ("seen",), ("out",))
    listed = [
        entry("DATASET", "out", inputs=[entry("DATASET", "seen"), entry("DATASET", "more"), entry("JOB")]),
        entry("DATASET", "aside", fields={"f": {"inputs": [entry("DATASET", "raw", field="x"), entry("JOB", "load")]}}),
        entry("JOB", inputs=[entry("DATASET", "late"), entry("JOB", "before", runId="r0")]),
        entry("JOB", "other", inputs=[entry("DATASET", "seen")]),
    ]
    told[side]["facets"] = {"lineage": {key: listed}}  # type: ignore[index]

    assert edges(import_file(lines(tmp_path / "e.ndjson", told))) == {
        ("dataset:seen", "input", "run:job-1"), ("run:job-1", "produce", "dataset:out"),
        ("dataset:more", "derive", "dataset:out"), ("dataset:raw", "derive", "dataset:aside"),
        ("run:load", "produce", "dataset:aside"), ("dataset:late", "input", "run:job-1"),
        ("run:before", "derive", "run:job-1"), ("dataset:seen", "input", "run:other"),
    }  # fmt: skip


def test_a_symlink_is_another_name_of_the_same_dataset(tmp_path: Path, event: Event) -> None:
    """The job that reads names the table; the job that wrote named the folder, and the table as a symlink of it."""
    wrote = event("1", ("raw",), ("/warehouse/faces",))
    wrote["outputs"][0]["facets"]["symlinks"] = {"identifiers": [{"namespace": "lake", "name": "db.faces"}]}  # type: ignore[index]
    imported = import_file(lines(tmp_path / "e.ndjson", wrote, event("2", ("db.faces",), ("!net",))))

    found = affected(graph_of(imported.nodes, imported.edges), ["raw"]).models
    assert [(model.name, model.certainty.value) for model in found] == [("net", "recorded")]


def test_fields_that_are_not_there_and_times_of_every_make_are_read(tmp_path: Path, event: Event) -> None:
    bare = {"eventTime": "2026-03-01T10:00:00.123456789", "run": {"runId": "1"}, "job": {"namespace": "j", "name": "n"}}
    null = event("2", ("faces",)) | {"outputs": None, "eventType": None, "eventTime": "2026-03-01T12:00:00+02:00"}
    null["run"]["facets"] = None  # type: ignore[index]
    imported = import_file(lines(tmp_path / "e.ndjson", bare, null))

    assert sorted(node.created for node in imported.nodes if node.kind == "run") == ["2026-03-01T10:00:00Z"] * 2
    assert imported.newest == "2026-03-01T10:00:00Z"


def test_events_that_were_handed_out_as_one_list_are_read(tmp_path: Path, event: Event) -> None:
    path = tmp_path / "events.json"
    path.write_text(
        json.dumps({"events": [event("1", ("faces",)), event("2", ("faces",), ("!net",))], "totalCount": 2})
    )
    assert edges(import_file(path)) >= {("dataset:faces", "train", "run:job-2")}


def test_the_first_line_may_be_longer_than_a_look_at_the_file(tmp_path: Path, event: Event) -> None:
    long = event("1", ("faces",), ("!net",), padding="x" * (2 << 20))
    imported = import_file(lines(tmp_path / "e.ndjson", long, event("2", ("faces",), ("!other",))))
    assert len([node for node in imported.nodes if node.kind == "model"]) == 2
    alone = import_file(lines(tmp_path / "one.json", long))
    assert len(alone.nodes) == 3


def test_a_dropped_dataset_has_an_end(tmp_path: Path, event: Event) -> None:
    dropped = event("1", (), ("faces",))
    dropped["outputs"][0]["facets"]["lifecycleStateChange"] = {"lifecycleStateChange": "DROP"}  # type: ignore[index]
    imported = import_file(lines(tmp_path / "e.ndjson", dropped))

    assert next(node for node in imported.nodes if node.name == "faces").ended == "2026-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"eventTime": "{{RUN_START_TIME}}"}, "line 2, eventTime"),
        ({"run": {}}, "line 2, run.runId"),
        ({"job": {"namespace": "x"}}, "line 2, job.name"),
        ({"inputs": [{"name": "faces"}]}, "line 2, inputs[0], namespace"),
        ({"inputs": {"name": "faces"}}, "line 2, inputs"),
    ],
)
def test_a_broken_event_is_refused_with_its_place(
    tmp_path: Path, event: Event, broken: dict[str, object], place: str
) -> None:
    path = lines(tmp_path / "e.ndjson", event("1", ("faces",)), event("2", ("faces",)) | broken)

    with pytest.raises(LineageFileDamaged) as refused:
        import_file(path)
    assert f"e.ndjson was not imported: at {place}, " in refused.value.what_happened


def test_a_cut_file_is_refused_with_its_place(tmp_path: Path, event: Event) -> None:
    whole = "".join(json.dumps(event(str(i), ("faces",))) + "\n" for i in range(3))
    (tmp_path / "e.ndjson").write_text(whole[:-40], encoding="utf-8")
    with pytest.raises(LineageFileDamaged, match="at line 3"):
        import_file(tmp_path / "e.ndjson")

    (tmp_path / "a.json").write_text(json.dumps([event("1"), event("2")])[:-1], encoding="utf-8")
    with pytest.raises(LineageFileDamaged, match="after event 2, the list ends too early"):
        import_file(tmp_path / "a.json")


def test_events_take_memory_for_the_graph_and_not_for_the_file(tmp_path: Path, event: Event) -> None:
    path = tmp_path / "big.ndjson"
    text = json.dumps(event("RUN", ("faces",), ("!net",), padding="x" * 4000))
    with path.open("w", encoding="utf-8") as file:
        for i in range(3_000):
            file.write(text.replace("RUN", str(i % 50)) + "\n")
    tracemalloc.start()
    imported = import_file(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (len(imported.nodes), len(imported.edges)) == (52, 100)
    assert peak < path.stat().st_size / 3


def test_real_events_have_the_graph_that_a_person_reads_in_them(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "lineage" / "openlineage"
    apples = sorted(folder.glob("*apples__*.json"))
    path = tmp_path / "apples.ndjson"
    lines(path, *(json.loads(file.read_text(encoding="utf-8")) for file in apples))
    imported = import_file(path)

    assert len(apples) == 8
    assert {node.name for node in imported.nodes if node.kind == "dataset"} == {
        "red.delicious", "crab.apples", "apples", "cinnamon", "sugar", "apple.filling", "apple.cider",
        "apple.vinegar", "apple.pie",
    }  # fmt: skip
    assert len([node for node in imported.nodes if node.kind == "run"]) == 8
    assert len(imported.edges) == 20

    simple = import_file(folder / "marquez__api__src__test__resources__open_lineage__event_simple.json")
    assert edges(simple) == {
        ("dataset:instance.schema.input-1", "input", "run:myjob"),
        ("dataset:instance.schema.input-2", "input", "run:myjob"),
        ("run:myjob", "produce", "dataset:instance.schema.output-1"),
    }
    alone = import_file(folder / "marquez__api__src__test__resources__open_lineage__event_dataset_event.json")
    (node,) = alone.nodes
    assert (node.attributes["stated-namespace"], node.name) == ("my-dataset-namespace", "my-dataset-name")


def test_real_templates_with_unfilled_times_are_refused(real_data: Path) -> None:
    folder = real_data / "lineage" / "openlineage"
    for path in [*folder.glob("*metadata.template.json"), *folder.glob("*expected_kafka.json")]:
        with pytest.raises(LineageFileDamaged, match="eventTime, a placeholder of the template"):
            import_file(path)


def test_every_other_real_event_is_imported(real_data: Path) -> None:
    folder = real_data / "lineage" / "openlineage"
    for path in sorted(folder.glob("*open_lineage__*.json")):
        assert import_file(path).nodes, path.name


def stated(namespace: str, name: str, **facets: object) -> dict[str, object]:
    return {"namespace": namespace, "name": name, "facets": facets}


MODEL = {"datasetType": {"datasetType": "MODEL"}}


def test_a_namespace_that_names_no_place_in_the_world_is_of_this_log_alone(tmp_path: Path, event: Event) -> None:
    """Two teams have `default`, `file` or `localhost`; a bucket and a host of a domain there is once."""
    spaces = ["default", "file", "postgres://localhost:5432", "postgres://db:5432", "kafka://10.0.0.7:9092"]
    places = ["s3://lake", "postgres://db.example.org:5432", "arn:aws:glue:eu-west-1:1"]
    found = []
    for team in ("1", "2"):
        told = event(team) | {"inputs": [stated(space, "faces") for space in (*spaces, *places)]}
        imported = import_file(lines(tmp_path / f"{team}.ndjson", told))
        found.append({node.namespace for node in imported.nodes if node.kind == "dataset"})
    assert found[0] & found[1] == set(places)
    assert len(found[0]) == len(spaces) + len(places)


def test_a_longer_edition_of_the_same_log_names_the_same_things(tmp_path: Path, event: Event) -> None:
    first, second = event("1", ("faces",), ("!net",)), event("2", ("faces",), ("!other",))
    short, long = (import_file(lines(tmp_path / "e.ndjson", *events)) for events in ([first], [first, second]))
    assert {node.id for node in short.nodes} <= {node.id for node in long.nodes}


def test_runs_of_two_logs_with_one_made_up_id_are_two_and_a_uuid_is_one_run(tmp_path: Path, event: Event) -> None:
    for ident, runs in (("00000000-0000-0000-0000-000000000031", 2), ("6f9c2a50-1d5e-4c57-9a0b-0c6a4f6f1f10", 1)):
        found = set()
        for name, time in (("a", "2026-01-01T00:00:00Z"), ("b", "2026-01-02T00:00:00Z")):
            imported = import_file(lines(tmp_path / f"{name}.ndjson", event(ident, ("x",), eventTime=time)))
            found |= {node.id for node in imported.nodes if node.kind == "run"}
        assert len(found) == runs


def test_names_keep_the_folders_before_them(tmp_path: Path, event: Event) -> None:
    first = event("1") | {
        "inputs": [stated("s3://lake", "raw/faces")],
        "outputs": [stated("s3://lake", "quality", **MODEL)],
    }
    other = event("2") | {
        "inputs": [stated("s3://lake", "licensed/faces")],
        "outputs": [stated("s3://lake", "recog", **MODEL)],
    }
    imported = import_file(lines(tmp_path / "e.ndjson", first, other))
    graph = graph_of(imported.nodes, imported.edges)
    assert [model.name for model in affected(graph, ["raw/faces"]).models] == ["quality"]


@pytest.mark.parametrize(
    ("job", "output", "why"),
    [
        ("etl", "models/gate/model.pt", "guess.kind.file"),
        ("train_gate", "models/gate", "guess.kind.job"),
        ("fineTuneGate", "gate/v3", "guess.kind.job"),
    ],
)
def test_what_seems_to_be_a_model_is_taken_for_one_and_asked_about(
    tmp_path: Path, event: Event, job: str, output: str, why: str
) -> None:
    told = event("1", ("photos",), (output,)) | {"job": {"namespace": "j", "name": job}}
    imported = import_file(lines(tmp_path / "e.ndjson", told))

    (model,) = [node for node in imported.nodes if node.kind == "model"]
    assert (model.name, model.attributes["kind-why"]) == (output, why)
    (edge,) = [edge for edge in imported.edges if edge.role is Role.TRAIN]
    assert edge.certainty is Certainty.INFERRED


@pytest.mark.parametrize("output", ["metrics.csv", "training_data", "train_features", "gate_metrics"])
def test_what_a_training_writes_beside_its_model_is_no_model(tmp_path: Path, event: Event, output: str) -> None:
    told = event("1", ("photos",), (output,)) | {"job": {"namespace": "j", "name": "train_gate"}}
    assert not [node for node in import_file(lines(tmp_path / "e.ndjson", told)).nodes if node.kind == "model"]


def test_a_table_is_no_model_whoever_writes_it(tmp_path: Path, event: Event) -> None:
    told = event("1", ("photos",)) | {"job": {"namespace": "j", "name": "train"}}
    told["outputs"] = [stated("l", "a", datasetType={"datasetType": "TABLE"}), stated("l", "b", schema={"fields": []})]
    told["outputs"] += [stated("l", "c", schema={"fields": [{"name": "x"}]})]  # type: ignore[operator]
    names = {node.name for node in import_file(lines(tmp_path / "e.ndjson", told)).nodes if node.kind == "model"}
    assert not names & {"a", "c"}


def test_what_a_model_was_trained_on_is_recorded_unless_the_job_is_called_after_measuring(
    tmp_path: Path, event: Event
) -> None:
    trained = event("1", ("faces", "!base"), ("!net",))
    measured = event("2", ("faces",), ("!report",)) | {"job": {"namespace": "j", "name": "evaluate_net"}}
    imported = import_file(lines(tmp_path / "e.ndjson", trained, measured))
    sure = {(edge.role.value, edge.certainty.value) for edge in imported.edges if edge.role is not Role.PRODUCE}
    assert sure == {("train", "recorded"), ("fine-tune-base", "inferred"), ("train", "inferred")}


@pytest.mark.parametrize(("state", "word"), [("FAIL", "failed"), ("ABORT", "killed")])
def test_weights_of_a_run_that_did_not_end_well_are_listed_with_the_word(
    tmp_path: Path, event: Event, state: str, word: str
) -> None:
    begun = event("1", ("faces",), (), eventType="START")
    imported = import_file(lines(tmp_path / "e.ndjson", begun, event("1", (), ("!net",), eventType=state)))

    assert "note.lineage.run-failed" in {note.code for note in imported.warnings}
    (found,) = affected(graph_of(imported.nodes, imported.edges), ["faces"]).models
    assert (found.name, found.run_status) == ("net", word)
    assert ("model.run-failed" if word == "failed" else "model.run-stopped") in {one.code for one in facts_of(found)}


@pytest.mark.parametrize("odd", [1767225600000, "spring 2026", None, "01.02.2026 10:00"])
def test_an_odd_time_costs_the_time_and_no_event(tmp_path: Path, event: Event, odd: object) -> None:
    imported = import_file(lines(tmp_path / "e.ndjson", event("1", ("a",), eventTime=odd), event("2", ("b",))))
    assert {node.name for node in imported.nodes if node.kind == "dataset"} == {"a", "b"}
    assert any(note.code.startswith("note.lineage.time") for note in imported.warnings)


def test_an_unknown_type_of_event_is_said_and_kept(tmp_path: Path, event: Event) -> None:
    imported = import_file(lines(tmp_path / "e.ndjson", event("1", ("a",), ("!net",), eventType="DONE")))
    assert "note.lineage.event-type" in {note.code for note in imported.warnings}
    assert ("dataset:a", "train", "run:job-1") in edges(imported)
