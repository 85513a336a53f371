from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Imported
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import import_file


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
    whole, inside = import_file(mlruns.parent), import_file(mlruns)
    assert whole.format == inside.format
    assert edges(whole) == edges(inside)


def test_the_run_of_an_input_is_known_from_its_path(mlruns: Path) -> None:
    imported = import_file(mlruns)

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
    assert ("run:go-r2", "produce", "model:hidden") in edges(import_file(mlruns))


def test_a_broken_file_in_the_store_is_named(mlruns: Path) -> None:
    write(mlruns, "7/r1/meta.yaml", "run_id: [r1\n")
    with pytest.raises(LineageFileDamaged, match=r"7/r1/meta.yaml, line 2"):
        import_file(mlruns)


def test_tags_that_would_make_objects_are_refused_and_make_none(mlruns: Path, tmp_path: Path) -> None:
    make = f"!!python/object/apply:os.mkdir ['{tmp_path}/made']"
    write(mlruns, "7/r1/meta.yaml", f"run_id: {make}\n")
    with pytest.raises(LineageFileDamaged, match="plain YAML"):
        import_file(mlruns)
    assert not (tmp_path / "made").exists()


def test_pictures_and_tables_among_artifacts_do_not_change_the_digest_and_weights_and_metadata_do(mlruns: Path) -> None:
    before = import_file(mlruns).digest
    write(mlruns, "7/r1/artifacts/plots/loss.png", "large")
    assert import_file(mlruns).digest == before
    write(mlruns, "7/r1/artifacts/weights/best.pt", "w")
    assert import_file(mlruns).digest != before
    before = import_file(mlruns).digest
    write(mlruns, "7/r1/meta.yaml", "run_id: r1\nrun_name: other\n")
    assert import_file(mlruns).digest != before


def test_a_real_store_has_the_graph_that_a_person_reads_in_it(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "lineage" / "mlflow" / "filestore"
    imported = import_file(folder)

    assert edges(imported) == {
        ("dataset:customers", "train", "run:unequaled-pig-158"),
        ("run:unequaled-pig-158", "produce", "model:churn"),
        ("model:churn", "serve", "deployment:churn@champion"),
    }
    shutil.copytree(folder, tmp_path / "moved")
    assert import_file(tmp_path / "moved").digest == imported.digest
