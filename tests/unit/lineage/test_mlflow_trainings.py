"""What an MLflow store says of trainings outside of the fields that are made for it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Learned, NodeKind
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of
from mlflow_store import MlflowDatabase

Found = dict[tuple[str, str, str], str]
UUID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> MlflowDatabase:
    """A dataset `photos` at a place, and a model `recogniser` 1 that was trained on it."""
    made = MlflowDatabase(tmp_path / "mlflow.db")
    made.dataset("photos", "s3://lake/photos/v3/")
    made.dataset("licensed", "s3://lake/licensed/", "11111111")
    made.run("first")
    made.reads("first", "photos")
    made.model("m-1", "first", "recog")
    made.version("recogniser", 1, "models:/m-1", "first")
    made.add("registered_model_aliases", "champion", 1, "recogniser")
    return made


def edges(imported: Imported) -> Found:
    """Ends by name with the certainty; what is inferred says from which field."""
    name = {node.id: node.name for node in imported.nodes}
    return {
        (name[e.origin], e.role.value, name[e.target]): e.certainty.value
        if e.certainty is Certainty.RECORDED
        else f"{e.certainty.value}: {e.attributes['why']} {e.attributes.get('by', '')}".strip()
        for e in imported.edges
    }


def said(imported: Imported, data: str = "photos") -> dict[str, str]:
    impact = affected(graph_of(imported.nodes, imported.edges), [data])
    return {model.name: model.learned.value for model in impact.models}


def attributes(imported: Imported, name: str) -> dict[str, str]:
    return next(dict(node.attributes) for node in imported.nodes if node.name == name)


@pytest.mark.parametrize(
    "text", ["models:/recogniser/1", "models:/recogniser@champion", "recogniser/1", "recogniser:1", "m-1", "first"]
)
def test_a_base_in_a_parameter_is_found_in_the_store_and_is_not_recorded(store: MlflowDatabase, text: str) -> None:
    store.run("tune", base_model="models:/m-1" if text == "m-1" else text)
    store.reads("tune", "licensed")
    store.model("m-2", "tune", "gate")
    imported = read_file(store.path)

    assert edges(imported)["recogniser", "fine-tune-base", "run-tune"] == "inferred: guess.parameter base_model"
    assert said(imported)["gate"] != Learned.MEASURED


def test_a_base_that_the_store_does_not_hold_is_a_model_of_which_only_the_name_is_known(store: MlflowDatabase) -> None:
    store.run("tune", init_checkpoint="/srv/old/photos.ckpt")
    store.reads("tune", "licensed")
    store.model("m-2", "tune", "gate")
    imported = read_file(store.path)

    assert edges(imported)["/srv/old/photos.ckpt", "fine-tune-base", "run-tune"].startswith("inferred")
    assert attributes(imported, "/srv/old/photos.ckpt") == {"named-only": "yes"}
    assert "gate" in {
        node.name for node in affected(graph_of(imported.nodes, imported.edges), ["photos"]).partly_recorded
    }


def test_an_alias_that_points_nowhere_any_more_may_mean_each_version(store: MlflowDatabase) -> None:
    store.run("tune", base_model="models:/recogniser@retired")
    store.model("m-2", "tune", "gate")
    imported = read_file(store.path)

    assert [node.version for node in imported.nodes if node.attributes.get("named-only")] == [""]
    assert said(imported)["gate"] == Learned.NOT_KNOWN


def test_tags_of_runs_models_and_versions_name_bases_too(store: MlflowDatabase) -> None:
    for key in ("a", "b", "c"):
        store.run(key)
        store.reads(key, "licensed")
        store.model(f"m-{key}", key, f"of-{key}")
    store.add("tags", "parent_model", "recogniser/1", "a")
    store.add("logged_model_params", "m-b", "teacher", "recogniser/1")
    store.version("named", 1, "models:/m-c", "c")
    store.add("model_version_tags", "base_model", "recogniser/1", "named", 1)
    found = edges(read_file(store.path))

    assert found["recogniser", "fine-tune-base", "run-a"] == "inferred: guess.tag parent_model"
    assert found["recogniser", "distil", "of-b"] == "inferred: guess.parameter teacher"
    assert found["recogniser", "fine-tune-base", "named"] == "inferred: guess.tag base_model"


def test_a_switch_that_says_there_was_a_base_leaves_the_record_incomplete(store: MlflowDatabase) -> None:
    store.run("tune", pretrained="True")
    store.reads("tune", "licensed")
    store.reads("tune", "photos", "evaluation")
    store.model("m-2", "tune", "gate")
    imported = read_file(store.path)

    assert edges(imported)["pretrained=True", "fine-tune-base", "run-tune"] == "inferred: guess.switch pretrained"
    assert said(imported)["gate"] == Learned.NOT_KNOWN


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data", "s3://lake/photos/v3"),
        ("dataset", "photos"),
        ("train_dir", "s3://lake/photos/v3/part-7/"),
        ("lake", "s3://lake/photos/v3/"),
    ],
)
def test_data_in_a_parameter_is_the_dataset_that_lies_there_or_is_called_so(
    store: MlflowDatabase, key: str, value: str
) -> None:
    store.run("tune", **{key: value})
    store.model("m-2", "tune", "gate")
    assert edges(read_file(store.path))["photos", "train", "run-tune"] == f"inferred: guess.parameter {key}"


def test_data_by_the_name_of_a_loader_ties_no_two_runs_together(store: MlflowDatabase) -> None:
    for key in ("a", "b"):
        store.run(key, dataset="imagefolder")
        store.model(f"m-{key}", key, f"of-{key}")
    imported = read_file(store.path)

    loaded = [node for node in imported.nodes if node.name == "imagefolder"]
    assert len({node.id for node in loaded}) == 2
    assert all(node.attributes == {"unidentified": "yes"} for node in loaded)


def test_a_run_that_trained_and_left_no_model_left_weights(store: MlflowDatabase) -> None:
    store.run("lost")
    store.reads("lost", "photos")
    store.run("script", epochs="3")
    store.run("looked")
    store.reads("looked", "photos", "evaluation")
    imported = read_file(store.path)

    assert said(imported)["weights of run-lost"] == Learned.ITSELF
    assert attributes(imported, "weights of run-lost")["kind-why"] == "guess.kind.trained-run"
    assert attributes(imported, "weights of run-script")["kind-text"] == "epochs"
    assert "weights of run-looked" not in {node.name for node in imported.nodes}


def test_a_file_of_another_run_is_a_model_of_that_run(store: MlflowDatabase) -> None:
    store.run(UUID)
    store.reads(UUID, "photos")
    store.run("a", resume_from=f"runs:/{UUID}/weights/best.pt")
    store.run("b", resume_from=f"s3://bucket/0/{UUID}/artifacts/weights/best.pt")
    for key in ("a", "b"):
        store.model(f"m-{key}", key, f"of-{key}")
    imported = read_file(store.path)

    (file,) = [node for node in imported.nodes if node.name == "weights/best.pt"]
    assert file.version == f"run-{UUID}"
    assert {said(imported)[name] for name in ("of-a", "of-b", "weights/best.pt")} <= {Learned.INHERITED, Learned.ITSELF}


def test_a_model_that_a_training_took_may_be_its_base_and_is_not_said_to_be(store: MlflowDatabase) -> None:
    store.run("tune")
    store.reads("tune", "licensed")
    store.takes("tune", "m-1")
    store.model("m-2", "tune", "gate")
    assert edges(read_file(store.path))["recogniser", "fine-tune-base", "run-tune"] == "inferred: guess.model-input"


def test_a_model_that_its_own_run_logged_metrics_for_is_not_its_own_base(store: MlflowDatabase) -> None:
    store.takes("first", "m-1")
    assert ("recogniser", "fine-tune-base", "run-first") not in edges(read_file(store.path))


def test_data_without_a_context_trained_what_the_run_made_as_far_as_one_can_tell(store: MlflowDatabase) -> None:
    store.run("tune")
    store.reads("tune", "photos", "")
    store.reads("tune", "licensed", "batch 7")
    store.model("m-2", "tune", "gate")
    found = edges(read_file(store.path))

    assert found["photos", "train", "run-tune"] == "inferred: guess.no-context mlflow.data.context"
    assert found["licensed", "train", "run-tune"] == "inferred: guess.context mlflow.data.context"


def test_metrics_in_another_run_state_an_evaluation_and_those_in_its_own_do_not(store: MlflowDatabase) -> None:
    store.run("tune")
    store.model("m-2", "tune", "gate")
    store.reads("tune", "licensed")
    store.add("logged_model_metrics", "m-2", "tune", "photos", "photos", "0a1b2c3d")
    assert edges(read_file(store.path))["photos", "evaluate", "gate"].startswith("inferred: guess.metric")

    store.run("judge")
    store.reads("judge", "photos", "")
    store.takes("judge", "m-2")
    store.add("logged_model_metrics", "m-2", "judge", "photos", "photos", "0a1b2c3d")
    imported = read_file(store.path)
    assert edges(imported)["photos", "evaluate", "gate"] == "recorded"
    assert said(imported)["gate"] == Learned.MEASURED


def test_of_two_models_that_a_run_took_nobody_knows_which_it_measured(store: MlflowDatabase) -> None:
    store.run("second")
    store.reads("second", "licensed")
    store.model("m-2", "second", "gate")
    store.run("judge")
    store.reads("judge", "licensed", "testing")
    for model in ("m-1", "m-2"):
        store.takes("judge", model)
    assert edges(read_file(store.path))["licensed", "evaluate", "recogniser"] == "inferred: guess.tried"


def test_a_model_that_answered_in_a_traced_run_was_used_by_it(store: MlflowDatabase) -> None:
    store.run("chat")
    store.add("trace_request_metadata", "mlflow.modelId", "m-1", "t1")
    store.add("trace_request_metadata", "mlflow.sourceRun", "chat", "t1")
    assert edges(read_file(store.path))["recogniser", "serve", "run-chat"] == "recorded"


def test_what_was_deleted_for_good_leaves_no_model_looking_better(store: MlflowDatabase) -> None:
    """Without its rows a run, a model and data are still what others name."""
    store.run("judge")
    store.reads("judge", "licensed", "evaluation")
    store.takes("judge", "m-1")
    before = said(read_file(store.path), "licensed")
    assert before == {"recogniser": Learned.MEASURED}
    for table, key in (("runs", "run_uuid = 'first'"), ("datasets", "name = 'photos'"), ("params", "1"), ("tags", "1")):
        copy = store.path.with_name(f"{table}.db")
        shutil.copy(store.path, copy)
        db = sqlite3.connect(copy)
        db.execute(f"DELETE FROM {table} WHERE {key}")
        db.commit()
        db.close()
        imported = read_file(copy)
        assert ("run-first" in {n.name for n in imported.nodes}) is (table != "runs")
        assert said(imported, "licensed")["recogniser"] in (Learned.MEASURED, Learned.NOT_KNOWN)
        if table == "datasets":
            assert said(imported, "licensed")["recogniser"] == Learned.NOT_KNOWN


def test_a_later_copy_of_a_store_is_the_same_system_and_another_store_is_not(
    store: MlflowDatabase, tmp_path: Path
) -> None:
    def systems(path: Path) -> set[str]:
        return {node.namespace for node in read_file(path).nodes}

    first = systems(store.path)
    store.run("later")
    store.db.execute("DELETE FROM runs WHERE run_uuid = 'first'")
    store.add("experiments", 9, "old", "/srv/mlruns/9", 1_800_000_000_000)
    assert systems(store.path) == first

    other = MlflowDatabase(tmp_path / "other.db", created=1_700_000_000_001)
    other.run("first")
    assert systems(other.path).isdisjoint(first)
    elsewhere = MlflowDatabase(tmp_path / "elsewhere.db", place="/data/b/mlruns/0")
    elsewhere.run("first")
    assert systems(elsewhere.path).isdisjoint(first)


def test_what_has_an_id_that_no_other_store_gives_out_is_known_again_when_its_experiment_is_gone(
    tmp_path: Path,
) -> None:
    made = MlflowDatabase(tmp_path / "mlflow.db")
    made.run(UUID)
    made.model(f"m-{UUID}", UUID, "gate")
    before = read_file(made.path)
    made.db.execute("UPDATE experiments SET experiment_id = 5, creation_time = 1710000000000")
    made.db.commit()
    after = read_file(made.path)

    models = [[node for node in one.nodes if node.name == "gate"] for one in (before, after)]
    assert models[0][0].namespace != models[1][0].namespace
    graph = graph_of([*before.nodes, *after.nodes], [*before.edges, *after.edges])
    assert len(graph.of_kind(NodeKind.MODEL)) == 1


def test_a_name_that_was_deleted_and_given_anew_is_another_model(store: MlflowDatabase) -> None:
    before = read_file(store.path)
    store.db.execute("DELETE FROM model_versions")
    store.run("second")
    store.reads("second", "licensed")
    store.model("m-2", "second", "gate")
    store.version("recogniser", 1, "models:/m-2", "second", created=1_800_000_000_000)
    after = read_file(store.path)

    ids = [{n.id for n in one.nodes if n.name == "recogniser" and n.version == "1"} for one in (before, after)]
    assert ids[0].isdisjoint(ids[1])


def test_a_version_by_hand_is_not_the_only_model_of_its_run_when_it_lies_elsewhere(store: MlflowDatabase) -> None:
    store.version("by-hand", 1, "runs:/first/weights/best.pt", "first")
    found = edges(read_file(store.path))
    assert found["run-first", "produce", "by-hand"] == "recorded"
    assert not {("recogniser", "copy", "by-hand"), ("by-hand", "copy", "recogniser")} & found.keys()


def test_stages_aliases_and_tags_say_where_a_version_is_in_use(store: MlflowDatabase) -> None:
    store.db.execute("UPDATE model_versions SET current_stage = 'Production'")
    store.add("model_version_tags", "deployed_to", "gate 7", "recogniser", 1)
    store.add("model_version_tags", "deployed_at", "2024-03-01", "recogniser", 1)
    store.add("model_version_tags", "retired_at", "2025-02-01", "recogniser", 1)
    imported = read_file(store.path)

    used = {target: how for (_, role, target), how in edges(imported).items() if role == "serve"}
    assert used == {
        "recogniser (Production)": "inferred: guess.registry-stage current_stage",
        "recogniser@champion": "inferred: guess.registry-alias alias",
        "gate 7": "inferred: guess.tag deployed_to",
        "recogniser (deployed_at)": "inferred: guess.tag deployed_at",
        "recogniser (retired_at)": "inferred: guess.tag retired_at",
    }
    periods = [(e.attributes.get("since"), e.attributes.get("until")) for e in imported.edges]
    assert ("2024-03-01T00:00:00Z", None) in periods
    assert (None, "2025-02-01T00:00:00Z") in periods


def test_data_in_one_place_under_one_name_and_digest_is_one_and_elsewhere_another(store: MlflowDatabase) -> None:
    store.add("datasets", "again", "photos", "0a1b2c3d", "s3", '{"uri": "s3://lake/photos/v3/"}')
    store.add("datasets", "raw", "photos", "0a1b2c3d", "s3", '{"uri": "s3://raw/photos/"}')
    imported = read_file(store.path)
    assert len({node.id for node in imported.nodes if node.name == "photos"}) == 2


def test_data_without_a_name_or_a_place_are_not_identified(store: MlflowDatabase) -> None:
    store.dataset("dataset", digest="99999999")
    store.reads("first", "dataset")
    assert attributes(read_file(store.path), "dataset") == {"unidentified": "yes"}


def test_a_loader_of_the_hub_is_no_place(store: MlflowDatabase) -> None:
    for name, said in (
        ("imagefolder", '{"path": "imagefolder", "data_dir": null}'),
        ("csv", '{"path": "csv", "data_files": {"train": ["/srv/members.csv"]}}'),
    ):
        store.add("datasets", name, name, "7", "hugging_face", said)
        store.reads("first", name)
    imported = read_file(store.path)
    assert attributes(imported, "imagefolder") == {"unidentified": "yes"}
    (table,) = [node for node in imported.nodes if node.name == "csv"]
    assert table.aliases == ("/srv/members.csv",)


def test_data_of_the_hub_are_called_as_the_hub_calls_them(store: MlflowDatabase) -> None:
    store.add("datasets", "hub", "hub", "77", "hugging_face", '{"path": "org/photos", "revision": null}')
    (hub,) = [node for node in read_file(store.path).nodes if node.name == "hub"]
    assert "huggingface/org/photos" in hub.aliases


def test_a_run_that_failed_says_so(store: MlflowDatabase) -> None:
    store.run("failed", status="FAILED")
    store.reads("failed", "photos")
    imported = read_file(store.path)
    assert attributes(imported, "run-failed")["status"] == "FAILED"
    assert "weights of run-failed" in said(imported)
    assert attributes(imported, "weights of run-failed")["run-status"] == "failed"


def test_an_odd_time_costs_that_time(store: MlflowDatabase) -> None:
    store.db.execute("UPDATE runs SET start_time = 'yesterday', end_time = NULL")
    store.db.commit()
    imported = read_file(store.path)
    assert [warning.code for warning in imported.warnings] == ["note.lineage.time-odd"]
    assert said(imported)["recogniser"] == Learned.ITSELF


def test_a_copy_of_a_version_learned_what_the_version_learned_and_takes_not_its_name(store: MlflowDatabase) -> None:
    store.version("a-copy", 1, "models:/recogniser/1", "first")
    imported = read_file(store.path)
    assert edges(imported)["recogniser", "copy", "a-copy"] == "recorded"
    assert said(imported)["a-copy"] == Learned.INHERITED
    assert edges(imported)["run-first", "produce", "recogniser"] == "recorded"


def test_an_evaluation_says_in_a_tag_which_model_it_tried_on_which_data(store: MlflowDatabase) -> None:
    store.run("judge")
    store.reads("judge", "licensed", "")
    store.add(
        "tags", "mlflow.datasets", '[{"name": "licensed", "hash": "c0ffee", "model": "m-1"}, 3, {"name": 1}]', "judge"
    )
    imported = read_file(store.path)
    assert edges(imported)["licensed", "evaluate", "recogniser"] == "recorded"
    assert said(imported, "licensed") == {"recogniser": Learned.MEASURED}


def test_an_evaluation_in_the_run_that_trained_is_one_where_the_run_states_what_it_trained_on(
    store: MlflowDatabase,
) -> None:
    for run, context in (("stated", "training"), ("unstated", "")):
        store.run(run)
        store.reads(run, "licensed", context)
        store.reads(run, "photos", "")
        store.model(f"m-{run}", run, f"of-{run}")
        tag = f'[{{"name": "photos", "hash": "1", "model": "m-{run}"}}]'
        store.add("tags", "mlflow.datasets", tag, run)
    imported = read_file(store.path)
    assert said(imported)["of-stated"] == Learned.MEASURED
    assert said(imported)["of-unstated"] == Learned.ITSELF
    assert edges(imported)["photos", "train", "run-unstated"].startswith("inferred")


def test_a_version_without_a_run_is_of_the_run_in_whose_folder_it_lies(store: MlflowDatabase) -> None:
    store.run(UUID)
    store.reads(UUID, "photos")
    store.version("by-uri", 1, f"runs:/{UUID}/model")
    store.version("by-place", 1, f"s3://bucket/0/{UUID}/artifacts/model")
    found = edges(read_file(store.path))
    assert found[f"run-{UUID}", "produce", "by-uri"] == "recorded"
    assert found[f"run-{UUID}", "produce", "by-place"] == "inferred: guess.place source"


def test_a_tag_of_a_registered_name_is_one_of_each_version(store: MlflowDatabase) -> None:
    store.db.execute("CREATE TABLE registered_model_tags (key TEXT, value TEXT, name TEXT)")
    store.add("registered_model_tags", "base_model", "old/net.pt", "recogniser")
    assert edges(read_file(store.path))["old/net.pt", "fine-tune-base", "recogniser"].startswith("inferred")


def test_an_evaluation_by_mlflow_2_writes_a_hash_for_the_name_of_the_one_dataset_that_it_read(
    store: MlflowDatabase,
) -> None:
    store.run("judge")
    store.reads("judge", "licensed", "")
    store.add("tags", "mlflow.datasets", '[{"name": "c0ffee", "hash": "c0ffee", "model": "m-1"}]', "judge")
    assert said(read_file(store.path), "licensed") == {"recogniser": Learned.MEASURED}
    store.reads("judge", "photos", "")
    assert edges(read_file(store.path)).get(("licensed", "evaluate", "recogniser")) is None
