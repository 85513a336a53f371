from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import LineageFolderUnknown, read_file
from mlflow_store import MlflowDatabase


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


STORE = {
    "7/meta.yaml": "experiment_id: '7'\nname: doors\n",
    "7/datasets/d1/meta.yaml": 'name: faces\ndigest: 0a0b0c0d\nsource: \'{"uri": "file:///srv/faces"}\'\n',
    "7/models/m-1/meta.yaml": "model_id: m-1\nname: net\nsource_run_id: r1\ncreation_timestamp: 1700000000000\n",
    "7/r1/meta.yaml": "run_id: r1\nrun_name: go-r1\nstart_time: 1700000000000\nend_time: 1700000009000\nstatus: 3\n",
    "7/r2/meta.yaml": "run_id: r2\nrun_name: go-r2\nstart_time: 1700000000000\nend_time: null\nstatus: 1\n",
    "7/r1/inputs/x/meta.yaml": (
        "source_type: DATASET\nsource_id: d1\ndestination_type: RUN\ndestination_id: d1\n"
        "tags:\n  mlflow.data.context: training\n"
    ),
    "7/r1/outputs/m-1/meta.yaml": "source_id: m-1\ndestination_id: m-1\nsource_type: RUN_OUTPUT\n",
    "7/r2/inputs/y/meta.yaml": (
        "source_type: RUN_INPUT\nsource_id: m-1\ndestination_type: MODEL_INPUT\ndestination_id: m-1\n"
    ),
    "7/r2/tags/mlflow.parentRunId": "r1",
    "models/gate/meta.yaml": "name: gate\n",
    "models/gate/version-2/meta.yaml": "name: gate\nversion: 2\nmodel_id: m-1\nrun_id: r1\ncurrent_stage: None\n",
    "models/gate/aliases/live": "2",
}


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    root = tmp_path / "mlruns"
    for name, text in STORE.items():
        write(root, name, text)
    return root


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.name}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_the_folder_of_the_project_stands_for_the_store_in_it(mlruns: Path) -> None:
    whole, inside = read_file(mlruns.parent), read_file(mlruns)
    assert whole.format == inside.format
    assert edges(whole) == edges(inside)


def test_the_run_of_an_input_is_known_from_its_path(mlruns: Path) -> None:
    imported = read_file(mlruns)

    assert edges(imported) == {
        ("dataset:faces", "train", "run:go-r1"),
        ("run:go-r1", "produce", "model:gate"),
        ("model:gate", "serve", "run:go-r2"),
        ("model:gate", "serve", "deployment:gate@live"),
    }
    assert imported.format == "MLflow (mlruns)"
    assert next(node for node in imported.nodes if node.name == "go-r1").ended == "2023-11-14T22:13:29Z"


def test_models_that_an_older_mlflow_kept_in_a_tag_are_found(mlruns: Path) -> None:
    write(mlruns, "7/r2/tags/mlflow.log-model.history", '[{"artifact_path": "hidden"}]')
    assert ("run:go-r2", "produce", "model:hidden") in edges(read_file(mlruns))


def test_a_broken_file_in_the_store_is_named(mlruns: Path) -> None:
    write(mlruns, "7/r1/meta.yaml", "run_id: [r1\n")
    with pytest.raises(LineageFileDamaged, match=r"7/r1/meta.yaml, line 2"):
        read_file(mlruns)


def test_tags_that_would_make_objects_are_refused_and_make_none(mlruns: Path, tmp_path: Path) -> None:
    make = f"!!python/object/apply:os.mkdir ['{tmp_path}/made']"
    write(mlruns, "7/r1/meta.yaml", f"run_id: {make}\n")
    with pytest.raises(LineageFileDamaged, match="plain YAML"):
        read_file(mlruns)
    assert not (tmp_path / "made").exists()


def test_pictures_and_tables_among_artifacts_do_not_change_the_digest_and_weights_and_metadata_do(mlruns: Path) -> None:
    before = read_file(mlruns).digest
    write(mlruns, "7/r1/artifacts/plots/loss.png", "large")
    assert read_file(mlruns).digest == before
    write(mlruns, "7/r1/artifacts/weights/best.pt", "w")
    assert read_file(mlruns).digest != before
    before = read_file(mlruns).digest
    write(mlruns, "7/r1/meta.yaml", "run_id: r1\nrun_name: other\n")
    assert read_file(mlruns).digest != before


def labels(imported: Imported) -> dict[str, dict[str, str]]:
    return {node.label: dict(node.attributes) for node in imported.nodes}


def test_weights_among_the_artifacts_of_two_runs_are_two_models_with_their_digests(mlruns: Path) -> None:
    for run in ("r1", "r2"):
        write(mlruns, f"7/{run}/artifacts/weights/best.pt", run)
    write(mlruns, "7/r2/artifacts/cache/features.npz", "n")
    imported = read_file(mlruns)

    files = [node for node in imported.nodes if node.name == "weights/best.pt"]
    assert {node.version for node in files} == {"go-r1", "go-r2"}
    assert {node.digests for node in files} == {(f"sha256:{sha256(run).hexdigest()}",) for run in (b"r1", b"r2")}
    assert ("run:go-r2", "produce", "model:weights/best.pt") in edges(imported)
    assert "cache/features.npz@go-r2" not in labels(imported)


def test_a_file_that_may_be_weights_is_asked_about_where_a_run_left_nothing_else(mlruns: Path) -> None:
    write(mlruns, "7/r2/artifacts/out/all.bin", "b")
    imported = read_file(mlruns)
    assert labels(imported)["out/all.bin@go-r2"] == {
        "by-file": "yes", "kind-why": "guess.kind.file", "kind-text": "out/all.bin",
    }  # fmt: skip


def test_a_model_among_the_artifacts_is_one_though_no_tag_lists_it_and_its_weights_are_no_second(mlruns: Path) -> None:
    write(mlruns, "7/r2/artifacts/net/MLmodel", "flavors:\n  transformers: {source_model_name: org/base}\n")
    write(mlruns, "7/r2/artifacts/net/data/model.safetensors", "w")
    imported = read_file(mlruns)

    assert ("run:go-r2", "produce", "model:net") in edges(imported)
    assert ("model:org/base", "fine-tune-base", "model:net") in edges(imported)
    assert not any("safetensors" in label for label in labels(imported))


def test_a_description_of_a_model_that_cannot_be_read_costs_what_it_says_and_no_model(mlruns: Path) -> None:
    write(mlruns, "7/r2/artifacts/net/MLmodel", "flavors: [")
    imported = read_file(mlruns)
    assert ("run:go-r2", "produce", "model:net") in edges(imported)
    assert [warning.code for warning in imported.warnings] == ["note.lineage.not-described"]


def test_parameters_and_tags_are_files_whose_names_may_lie_deeper(mlruns: Path) -> None:
    write(mlruns, "7/r1/params/model/init", "old/photos.ckpt")
    write(mlruns, "7/r1/tags/teacher", "gate/2")
    write(mlruns, "7/models/m-1/params/adapter", "a/lora.pt")
    write(mlruns, "models/gate/version-2/tags/base_model", "org/other")
    found = edges(read_file(mlruns))

    assert ("model:old/photos.ckpt", "fine-tune-base", "run:go-r1") in found
    assert ("model:a/lora.pt", "adapter", "model:gate") in found
    assert ("model:org/other", "fine-tune-base", "model:gate") in found


def test_metrics_of_a_logged_model_name_the_run_and_the_data(mlruns: Path) -> None:
    write(mlruns, "7/datasets/d2/meta.yaml", "name: hold out\ndigest: '77'\nsource: '{}'\n")
    write(mlruns, "7/models/m-1/metrics/acc", "1700000000000 0.9 0 r2 hold out 77\n1700000000000 0.9 0 r1\n")
    assert ("dataset:hold out", "evaluate", "model:gate") in edges(read_file(mlruns))


def test_experiments_that_were_deleted_are_read_where_they_lie(mlruns: Path) -> None:
    before = read_file(mlruns)
    (mlruns / ".trash").mkdir()
    (mlruns / "7").rename(mlruns / ".trash" / "7")
    after = read_file(mlruns)
    assert edges(after) == edges(before)
    assert {node.namespace for node in after.nodes} == {node.namespace for node in before.nodes}


def test_a_project_with_its_database_is_read_with_the_artifacts_beside_it(tmp_path: Path) -> None:
    made = MlflowDatabase(tmp_path / "mlflow.db")
    made.dataset("photos", "s3://lake/photos/")
    made.run("r1")
    made.reads("r1", "photos")
    made.run("r2")
    made.model("m-2", "r2")
    write(tmp_path, "mlruns/0/r1/artifacts/weights/best.pt", "w")
    write(tmp_path, "mlartifacts/0/models/m-2/artifacts/MLmodel", "metadata: {base_model: org/base}\n")
    write(tmp_path, "mlruns/0/unknown/artifacts/weights/best.pt", "w")
    imported = read_file(tmp_path)

    assert imported.format == "MLflow (SQLite)"
    assert ("run:run-r1", "produce", "model:weights/best.pt") in edges(imported)
    assert ("model:org/base", "fine-tune-base", "model:net-m-2") in edges(imported)
    assert "weights of run-r1" in {node.name for node in read_file(made.path).nodes}
    assert "weights of run-r1" not in {node.name for node in imported.nodes}


def test_of_several_databases_in_a_folder_none_is_read_as_if_it_were_the_one(tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        MlflowDatabase(tmp_path / name)
    with pytest.raises(LineageFolderUnknown):
        read_file(tmp_path)


def test_a_real_store_has_the_graph_that_a_person_reads_in_it(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "lineage" / "mlflow" / "filestore"
    imported = read_file(folder)

    assert edges(imported) == {
        ("dataset:customers", "train", "run:unequaled-pig-158"),
        ("run:unequaled-pig-158", "produce", "model:churn"),
        ("model:churn", "serve", "deployment:churn@champion"),
    }
    shutil.copytree(folder, tmp_path / "moved")
    assert read_file(tmp_path / "moved").digest == imported.digest
