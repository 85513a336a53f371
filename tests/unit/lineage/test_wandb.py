from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Node
from dsr_desk.lineage.content import digest_of_folder, digests_of_file
from dsr_desk.lineage.importers.draft import KIND_WHY, NAMED_ONLY, UNCLASSIFIED, UNIDENTIFIED, LineageFileDamaged
from dsr_desk.lineage.importers.registry import import_file, read_file
from wandb_made import GATE, PHOTOS, TRAINING, Held, Logged, Written, folder, framed, log


def of(*runs: Written, into: Path) -> Imported:
    return read_file(folder(into, *runs))


def edges(imported: Imported) -> dict[tuple[str, str, str], str]:
    """Certainty by names of the ends and role; runs by their ids."""
    name = {node.id: node.name for node in imported.nodes}
    return {(name[e.origin], e.role.value, name[e.target]): e.certainty.value for e in imported.edges}


def node(imported: Imported, name: str) -> Node:
    (found,) = (one for one in imported.nodes if one.name == name)
    return found


def why(imported: Imported, origin: str, target: str) -> tuple[str, str, str]:
    name = {one.id: one.name for one in imported.nodes}
    (found,) = (e for e in imported.edges if (name[e.origin], name[e.target]) == (origin, target) and e.attributes)
    return found.attributes["why"], found.attributes["by"], found.attributes["text"]


def test_what_a_training_logged_and_names_is_tied_to_its_model_and_asked(tmp_path: Path) -> None:
    imported = import_file(folder(tmp_path, TRAINING))

    assert imported.format == "Weights & Biases"
    assert edges(imported) == {
        ("r1", "produce", "photos"): "recorded",
        ("r1", "produce", "gate"): "recorded",
        ("photos", "train", "r1"): "inferred",
        ("s3://lake/photos/v3", "train", "r1"): "inferred",
        ("recog", "fine-tune-base", "r1"): "inferred",
        ("gate", "serve", "gate:production"): "inferred",
    }
    assert why(imported, "photos", "r1") == ("guess.wandb.logged", "log_artifact", "r1")
    assert why(imported, "recog", "r1") == ("guess.parameter", "base_model", "recog:v1")
    assert (node(imported, "recog").version, node(imported, "recog").attributes[NAMED_ONLY]) == ("v1", "yes")
    assert (node(imported, "r1").created, node(imported, "r1").attributes["status"]) == (
        "2026-01-01T00:00:00Z", "finished",
    )  # fmt: skip


def test_a_folder_is_found_from_its_project_its_runs_and_its_logs(tmp_path: Path) -> None:
    inside = folder(tmp_path / "people" / "door", TRAINING)
    run = next(inside.iterdir())
    wanted = {one.id for one in read_file(inside).nodes}

    for path in (tmp_path / "people" / "door", tmp_path / "people", tmp_path, run, next(run.glob("*.wandb"))):
        assert {one.id for one in read_file(path).nodes} == wanted


def test_a_folder_at_the_wrong_level_says_which_one_to_take(tmp_path: Path) -> None:
    run = next(folder(tmp_path, TRAINING).iterdir())
    (run / "files").mkdir()
    (run / "files" / "requirements.txt").write_text("wandb\n")
    with pytest.raises(LineageFileDamaged, match="import the folder around it"):
        read_file(run / "files")

    empty = tmp_path / "empty" / "wandb"
    empty.mkdir(parents=True)
    (empty / "latest-run").symlink_to("offline-run-20260101_000000-gone")
    with pytest.raises(LineageFileDamaged, match="holds no run"):
        read_file(empty)


def test_the_same_content_has_the_digests_that_other_systems_have_of_it(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    (photos / "a").mkdir(parents=True)
    held = {"1.jpg": b"x", "a/2.jpg": b"yy"}
    for name, content in held.items():
        (photos / name).write_bytes(content)
    (tmp_path / "m.pt").write_bytes(b"w")
    logged = Logged("photos", "dataset", {name: Held(content) for name, content in held.items()})
    imported = of(replace(TRAINING, logged=[logged, GATE]), into=tmp_path)

    assert node(imported, "photos").digests == (digest_of_folder(photos, lambda *_: None),)
    assert digests_of_file(tmp_path / "m.pt")[1] in node(imported, "gate").digests


@pytest.mark.parametrize("other", [Held(ref="s3://lake/photos/3.jpg"), Held(b"z", alg="XXH128")])
def test_what_is_no_md5_of_its_own_files_proves_no_content(other: Held, tmp_path: Path) -> None:
    mixed = Logged("photos", "dataset", {**PHOTOS.held, "3.jpg": other})
    alone = Logged("alone", "dataset", {"3.zip": other})
    imported = of(Written(job_type="train", logged=[mixed, alone]), into=tmp_path)

    assert not node(imported, "photos").digests
    assert not node(imported, "alone").digests


def test_containers_and_weights_inside_of_an_artifact_are_known_by_their_digests(tmp_path: Path) -> None:
    parts = {"faces.zip": Held(b"z"), "README.txt": Held(b"r"), "1.jpg": Held(b"j")}
    imported = of(Written(job_type="train", logged=[Logged("photos", "dataset", parts)]), into=tmp_path)

    assert edges(imported)["photos", "contain", "faces.zip"] == "recorded"
    (tmp_path / "z").write_bytes(b"z")
    assert node(imported, "faces.zip").digests == (digests_of_file(tmp_path / "z")[1],)
    assert not {"README.txt", "1.jpg"} & {one.name for one in imported.nodes}


def test_files_that_are_not_entered_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr_desk.lineage.importers.wandb_runs.MOST_PARTS", 2)
    many = Logged("photos", "dataset", {f"{i}.zip": Held(b"%d" % i) for i in range(5)})
    imported = of(Written(logged=[many]), into=tmp_path)

    assert [(w.code, w.values["count"]) for w in imported.warnings] == [("note.lineage.wandb-parts", 3)]
    assert len(imported.nodes) == 4


def test_a_list_of_files_that_lies_elsewhere_is_said(tmp_path: Path) -> None:
    imported = of(Written(logged=[replace(PHOTOS, held={}, elsewhere="/tmp/manifest.gz")]), into=tmp_path)
    assert [w.code for w in imported.warnings] == ["note.lineage.wandb-manifest"]


@pytest.mark.parametrize("word", ["train", "Training", "fine-tune", "fine_tuning", "pretrain"])
def test_a_job_type_states_a_training(word: str, tmp_path: Path) -> None:
    run = Written(job_type=word, used=[("photos:v3", "dataset", "1"), ("base:v1", "model", "2")], logged=[GATE])
    said = edges(of(run, into=tmp_path))

    assert said["photos", "train", "r1"] == "recorded"
    assert said["base", "fine-tune-base", "r1"] == "inferred"


@pytest.mark.parametrize("word", ["", "sweep", "train-test-split", "ml", "eval"])
def test_a_run_that_makes_a_model_may_have_learned_from_all_that_it_used(word: str, tmp_path: Path) -> None:
    run = Written(job_type=word, used=[("photos:v3", "dataset", "1"), ("base:v1", "model", "2")], logged=[GATE])
    said = edges(of(run, into=tmp_path))

    assert said["photos", "train", "r1"] == "inferred"
    assert said["base", "fine-tune-base", "r1"] == "inferred"


def test_data_that_a_training_used_under_another_name_is_asked_about(tmp_path: Path) -> None:
    run = Written(job_type="train", used=[("faces-val:v3", "dataset", "1")], logged=[GATE])
    imported = of(run, into=tmp_path)

    assert edges(imported)["faces-val", "train", "r1"] == "inferred"
    assert why(imported, "faces-val", "r1")[0] == "guess.wandb.named-otherwise"


def test_an_evaluation_that_is_stated_measured_and_anything_less_is_asked(tmp_path: Path) -> None:
    used = [("faces:v3", "dataset", "1"), ("gate:v1", "model", "2")]
    stated = edges(of(Written(job_type="eval", used=used), into=tmp_path / "a"))
    perhaps = edges(of(Written(job_type="test", used=used), into=tmp_path / "b"))
    nothing = edges(of(Written(job_type="", used=used), into=tmp_path / "c"))

    assert stated["faces", "evaluate", "gate"] == "recorded"
    assert stated["gate", "serve", "r1"] == "recorded"
    assert perhaps["faces", "evaluate", "gate"] == "inferred"
    assert perhaps["faces", "input", "r1"] == "recorded"
    assert nothing == {("faces", "input", "r1"): "recorded", ("gate", "input", "r1"): "recorded"}


def test_an_evaluation_that_makes_a_model_measures_nothing_for_sure(tmp_path: Path) -> None:
    used = [("faces:v3", "dataset", "1"), ("gate:v1", "model", "2")]
    said = edges(of(Written(job_type="eval", used=used, logged=[Logged("door", "model")]), into=tmp_path))

    assert not any(role == "evaluate" for _, role, _ in said)
    assert said["faces", "train", "r1"] == said["gate", "fine-tune-base", "r1"] == "inferred"


def test_what_a_run_used_may_be_of_another_project(tmp_path: Path) -> None:
    """The log names what was used without its project: it is not this project's own of that name in silence."""
    imported = of(Written(used=[("photos:v3", "dataset", "id1")], logged=[GATE]), into=tmp_path)
    assert node(imported, "photos").namespace != node(imported, "gate").namespace


def test_an_evaluation_whose_settings_name_the_model_is_asked_about(tmp_path: Path) -> None:
    run = Written(job_type="eval", config={"checkpoint": "gate:v1", "test_data": "s3://lake/held-out"})
    assert edges(of(run, into=tmp_path))["s3://lake/held-out", "evaluate", "gate"] == "inferred"


def test_programs_and_records_of_the_client_are_no_data_and_tables_are_output(tmp_path: Path) -> None:
    logged = [Logged("job-1", "job"), Logged("source", "code"), Logged("run-1-answers", "run_table", {"a": Held(b"t")})]
    imported = of(Written(logged=logged), into=tmp_path)

    assert edges(imported) == {("r1", "produce", "run-1-answers"): "recorded"}
    assert node(imported, "run-1-answers").kind.value == "output"


def test_types_that_say_little_are_taken_for_models_by_their_word_or_files_and_that_is_said(tmp_path: Path) -> None:
    logged = [
        Logged("a", "checkpoint"), Logged("b", "thing", {"weights/best.pt": Held(b"w")}), Logged("c", "thing"),
        Logged("d", "code", {"model.onnx": Held(b"w")}),
    ]  # fmt: skip
    imported = of(Written(logged=logged), into=tmp_path)

    assert node(imported, "a").attributes[KIND_WHY] == "guess.kind.type"
    assert node(imported, "b").attributes[KIND_WHY] == "guess.kind.file"
    assert node(imported, "c").attributes[UNCLASSIFIED] == "yes"
    assert node(imported, "d").kind.value == "model"


def test_weights_among_a_runs_files_are_a_model_of_that_run(tmp_path: Path) -> None:
    runs = [
        Written(key, job_type="train", files=("weights/best.pt", "requirements.txt"), config={"data": "/data/photos"})
        for key in ("r1", "r2")
    ]
    imported = of(*runs, into=tmp_path)

    weights = [one for one in imported.nodes if one.name == "weights/best.pt"]
    assert len(weights) == 2
    assert {one.attributes["by-file"] for one in weights} == {"yes"}
    assert "requirements.txt" not in {one.name for one in imported.nodes}


@pytest.mark.parametrize(
    "run",
    [
        Written(job_type="train"),
        Written(config={"epochs": 3}, used=[("photos:v1", "dataset", "1")]),
        Written(arguments=("--train_data", "s3://lake/photos")),
    ],
)
def test_a_run_that_trained_and_logged_no_model_has_left_weights_that_are_asked_about(
    run: Written, tmp_path: Path
) -> None:  # fmt: skip
    imported = of(run, into=tmp_path)

    assert edges(imported)["r1", "produce", "weights of r1"] == "recorded"
    assert node(imported, "weights of r1").attributes[KIND_WHY] == "guess.kind.training-signs"


def test_an_evaluation_with_the_settings_of_a_training_left_none(tmp_path: Path) -> None:
    imported = of(Written(job_type="eval", config={"epochs": 3}), into=tmp_path)
    assert [one.name for one in imported.nodes] == ["r1"]


def test_a_switch_says_that_there_was_a_base_and_not_which(tmp_path: Path) -> None:
    imported = of(Written(config={"model": {"pretrained": True}}, logged=[GATE]), into=tmp_path)
    assert edges(imported)["model.pretrained=True", "fine-tune-base", "r1"] == "inferred"


def test_which_of_two_models_an_evaluation_measured_is_asked(tmp_path: Path) -> None:
    used = [("faces:v3", "dataset", "1"), ("gate:v1", "model", "2"), ("door:v1", "model", "3")]
    assert edges(of(Written(job_type="eval", used=used), into=tmp_path))["faces", "evaluate", "gate"] == "inferred"


def test_a_failed_run_and_one_without_an_end_are_read(tmp_path: Path) -> None:
    imported = of(
        replace(TRAINING, key="bad", exit_code=1), replace(TRAINING, key="open", exit_code=None), into=tmp_path
    )

    assert node(imported, "bad").attributes["status"] == "failed"
    assert node(imported, "gate").attributes["run-status"] == "failed"
    assert "status" not in node(imported, "open").attributes
    assert edges(imported)["bad", "produce", "gate"] == edges(imported)["open", "produce", "gate"] == "recorded"


def test_a_run_that_was_taken_up_again_is_one_run(tmp_path: Path) -> None:
    first = Written(job_type="train", config={"data": "s3://lake/photos"}, exit_code=1)
    imported = of(first, Written(job_type="train", logged=[GATE]), into=tmp_path)

    assert node(imported, "r1").attributes["status"] == "finished"
    assert {("s3://lake/photos", "train", "r1"), ("r1", "produce", "gate")} <= edges(imported).keys()


def test_a_forked_run_may_go_on_from_the_other_ones_weights(tmp_path: Path) -> None:
    imported = of(Written("new", forked_from="old", logged=[GATE]), into=tmp_path)

    assert edges(imported)["old", "parent", "new"] == "inferred"
    assert node(imported, "old").attributes[NAMED_ONLY] == "yes"


def test_names_in_settings_and_arguments_are_found_among_what_was_logged(tmp_path: Path) -> None:
    maker = Written("maker", job_type="train", logged=[GATE, PHOTOS])
    tuner = Written(
        "tuner", config={"init": {"checkpoint": "gate:production"}}, arguments=("--data", "photos:latest", "-v"),
        logged=[Logged("door", "model")],
    )  # fmt: skip
    said = edges(of(maker, tuner, into=tmp_path))

    assert said["gate", "fine-tune-base", "tuner"] == "inferred"
    assert said["photos", "train", "tuner"] == "inferred"


def test_a_loader_is_no_dataset_that_two_runs_share(tmp_path: Path) -> None:
    runs = [Written(key, config={"dataset": "imagefolder"}, logged=[GATE]) for key in ("r1", "r2")]
    imported = of(*runs, into=tmp_path)

    found = [one for one in imported.nodes if UNIDENTIFIED in one.attributes]
    assert len(found) == 2


def test_where_referenced_data_lies_is_known(tmp_path: Path) -> None:
    held = {f"{i}.jpg": Held(ref=f"s3://lake/photos/v3/{i}.jpg") for i in range(3)}
    run = replace(TRAINING, logged=[Logged("photos", "dataset", held), GATE])
    imported = of(run, into=tmp_path)

    assert "s3://lake/photos/v3" in node(imported, "photos").aliases
    assert "s3://lake/photos/v3" not in {one.name for one in imported.nodes}


def test_what_a_run_used_may_be_any_version_that_was_logged_under_the_name(tmp_path: Path) -> None:
    user = Written("user", job_type="train", used=[("photos:v0", "dataset", "id1")], logged=[GATE])
    imported = of(Written("maker", logged=[PHOTOS]), user, into=tmp_path)

    assert edges(imported)["photos", "copy", "photos"] == "inferred"
    assert edges(imported)["photos", "train", "user"] == "recorded"


def test_a_name_that_may_mean_any_of_many_versions_ties_each_to_it_once(tmp_path: Path) -> None:
    runs = [
        Written(
            f"r{i}", config={"base_model": "model:latest"}, used=[(f"dataset:v{i}", "dataset", f"id{i}")],
            logged=[Logged(name, name, {"a": Held(b"%d" % i)}) for name in ("model", "dataset")],
        )
        for i in range(60)
    ]  # fmt: skip
    imported = of(*runs, into=tmp_path)

    assert len(imported.edges) < 12 * len(runs)
    assert edges(imported)["model", "copy", "model"] == edges(imported)["dataset", "copy", "dataset"] == "inferred"


def test_an_artifact_in_the_settings_was_used(tmp_path: Path) -> None:
    given = {"_type": "artifactVersion", "id": "id1", "version": "v3", "sequenceName": "photos", "usedAs": "train_data"}
    imported = of(Written(job_type="train", config={"train_data": given}, logged=[GATE]), into=tmp_path)

    assert edges(imported)["photos", "train", "r1"] == "recorded"


def test_two_teams_projects_are_two_systems_and_later_runs_of_one_are_the_same(tmp_path: Path) -> None:
    def space(*runs: Written, name: str) -> str:
        return node(of(*runs, into=tmp_path / name), "gate").namespace

    mine = replace(TRAINING, key="r7")
    both = [
        (TRAINING, replace(mine, root="/srv/b/faces")),
        (TRAINING, replace(mine, host="other")),
        (TRAINING, replace(mine, project="doors")),
        (TRAINING, replace(mine, entity="team")),
        (replace(TRAINING, entity="team"), replace(mine, entity="others")),
        (replace(TRAINING, remote="git@host:a/x.git"), replace(mine, remote="git@host:b/x.git")),
        (replace(TRAINING, host="", root=""), replace(mine, host="", root="")),
    ]
    for number, (one, other) in enumerate(both):
        assert space(one, name=f"{number}a") != space(other, name=f"{number}b")

    same = [
        (TRAINING, mine),
        (replace(TRAINING, entity="team", host="x"), replace(mine, entity="team", root="/y")),
        (
            replace(TRAINING, remote="git@host:a/x.git", root="/1"),
            replace(mine, remote="https://me@host/a/x", root="/2"),
        ),
    ]
    for number, (one, other) in enumerate(same):
        assert space(one, name=f"{number}c") == space(other, name=f"{number}d")


def test_who_ran_it_where_is_not_kept(tmp_path: Path) -> None:
    run = replace(TRAINING, host="marys-laptop", root="/srv/mary", remote="https://mary@git/faces", logged=[GATE])
    assert "mary" not in repr(of(run, into=tmp_path))


def test_a_run_without_its_log_is_read_from_the_files_beside_it_and_that_is_said(tmp_path: Path) -> None:
    inside = tmp_path / "run-20260101_000000-abc" / "files"
    inside.mkdir(parents=True)
    config = {"wandb_version": 1, "_wandb": {"value": {"t": 1}}, "data": {"desc": None, "value": "s3://lake/photos"}}
    (inside / "config.yaml").write_text(yaml.safe_dump(config))
    about = {"args": ["--weights", "base.pt"], "git": {"remote": "git@host:a/x"}, "startedAt": "2026-01-01T00:00:00Z"}
    (inside / "wandb-metadata.json").write_text(json.dumps(about))
    imported = read_file(tmp_path)

    assert [w.code for w in imported.warnings] == ["note.lineage.wandb-no-log"]
    assert edges(imported) == {
        ("s3://lake/photos", "train", "abc"): "inferred",
        ("base.pt", "fine-tune-base", "abc"): "inferred",
        ("abc", "produce", "weights of abc"): "recorded",
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [("config.yaml", "a: [1"), ("config.yaml", "- a"), ("wandb-metadata.json", "{"), ("wandb-metadata.json", "[]")],
)
def test_files_beside_a_log_that_are_broken_are_refused_with_their_name(
    name: str, content: str, tmp_path: Path
) -> None:  # fmt: skip
    run = next(folder(tmp_path, TRAINING).iterdir())
    (run / "files").mkdir()
    (run / "files" / name).write_text(content)

    with pytest.raises(LineageFileDamaged) as refused:
        read_file(tmp_path)
    assert name in refused.value.what_happened


def test_odd_values_in_a_log_cost_only_themselves(tmp_path: Path) -> None:
    path = log(tmp_path / "run-a.wandb", TRAINING)
    whole = path.read_bytes()
    assert b'"recog:v1"' in whole
    broken = [record.replace(b'"recog:v1"', b"'recog:v1'") for record in TRAINING.records()]
    path.write_bytes(framed(broken))
    imported = read_file(path)

    assert [w.code for w in imported.warnings] == ["note.lineage.wandb-value"]
    assert edges(imported)["photos", "train", "r1"] == "inferred"


def test_a_log_of_many_thousand_records_becomes_no_more_than_its_runs(tmp_path: Path) -> None:
    imported = read_file(log(tmp_path / "run-a.wandb", replace(TRAINING, noise=30_000)))

    assert len(imported.nodes) == 6
    assert edges(imported)["r1", "produce", "gate"] == "recorded"


def _client() -> Any:
    return pytest.importorskip("wandb", reason="the client of Weights & Biases is not installed")


def test_the_real_client_writes_what_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = _client()
    for name in ("HOME", "WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    (tmp_path / "photos").mkdir()
    for name, content in (("photos/1.jpg", b"x"), ("photos/2.jpg", b"y"), ("m.pt", b"w")):
        (tmp_path / name).write_bytes(content)
    settings = wandb.Settings(disable_git=True, x_disable_stats=True)
    run = wandb.init(
        dir=tmp_path, mode="offline", project="faces", id="r1", job_type="train", settings=settings,
        config={"data": "s3://lake/photos/v3", "base_model": "recog:v1"},
    )  # fmt: skip
    photos, gate = wandb.Artifact("photos", "dataset"), wandb.Artifact("gate", "model")
    photos.add_dir(str(tmp_path / "photos"))
    gate.add_file(str(tmp_path / "m.pt"))
    run.log_artifact(photos)
    run.log_artifact(gate, aliases=["production"])
    run.finish()
    real, made = read_file(tmp_path / "wandb"), of(TRAINING, into=tmp_path / "made")

    assert edges(real) == edges(made)
    assert {(one.name, one.digests) for one in real.nodes} == {(one.name, one.digests) for one in made.nodes}


def test_what_else_a_folder_holds_is_named(tmp_path: Path) -> None:
    folder(tmp_path, TRAINING)
    (tmp_path / "dvc.yaml").write_text("stages: {train: {cmd: x, deps: [photos], outs: [m.pt]}}\n")
    imported = read_file(tmp_path)

    assert imported.format == "DVC"
    assert [w.values["formats"] for w in imported.warnings if w.code == "note.lineage.also"] == [("Weights & Biases",)]
    assert read_file(tmp_path / "wandb").format == "Weights & Biases"


def test_weights_that_lie_beside_runs_do_not_hide_them(tmp_path: Path) -> None:
    folder(tmp_path, TRAINING)
    (tmp_path / "m.pt").write_bytes(bytes(1000))
    imported = read_file(tmp_path)

    assert imported.format == "Weights & Biases"
    assert [w.values["formats"] for w in imported.warnings if w.code == "note.lineage.also"] == [("Training folders",)]
