"""Trainings that no tracker saw: what their folders say, and weights as models by file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Learned
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import LineageFolderUnknown, import_file, read_file
from lineage_fakes import graph_of

Edges = set[tuple[str, str, str, str]]


def put(root: Path, name: str, content: str | bytes = "") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content or name.encode() * 40)
    return path


def weights(root: Path, *names: str) -> None:
    for name in names:
        put(root, name, hashlib.sha256(str(root / name).encode()).digest() * 3)


def sure(imported: Imported) -> Edges:
    name = {node.id: node.name for node in imported.nodes}
    return {(name[e.origin], e.role.value, name[e.target], e.certainty.value) for e in imported.edges}


def models(imported: Imported) -> set[str]:
    return {node.label for node in imported.nodes if node.kind == "model" and "named-only" not in node.attributes}


def codes(imported: Imported) -> set[str]:
    return {note.code for note in imported.warnings}


def ultralytics(root: Path, name: str, data: str = "/data/photos/photos.yaml", model: str = "yolov8n.pt") -> Path:
    args = f"task: detect\nmode: train\nmodel: {model}\ndata: {data}\npretrained: true\nsave_dir: runs/{name}\n"
    put(root, f"{name}/args.yaml", args)
    put(root, f"{name}/results.csv", f"epoch,time\n1,{len(name)}.{sum(name.encode())}\n2,3\n")
    weights(root, f"{name}/weights/best.pt", f"{name}/weights/last.pt")
    return root / name


def test_a_run_of_ultralytics_says_its_data_and_its_base(tmp_path: Path) -> None:
    imported = import_file(ultralytics(tmp_path, "train3"))

    assert sure(imported) == {
        ("/data/photos/photos.yaml", "train", "train3", "recorded"),
        ("yolov8n.pt", "fine-tune-base", "train3", "recorded"),
        ("train3", "produce", "weights/best.pt", "recorded"), ("train3", "produce", "weights/last.pt", "recorded"),
    }  # fmt: skip
    assert models(imported) == {"weights/best.pt@train3", "weights/last.pt@train3"}


def test_weights_have_the_digest_by_which_a_registry_knows_them(tmp_path: Path) -> None:
    run = ultralytics(tmp_path, "train3")
    digest = hashlib.sha256((run / "weights" / "best.pt").read_bytes()).hexdigest()
    (best,) = [node for node in import_file(run).nodes if node.name == "weights/best.pt"]
    assert best.digests == (f"sha256:{digest}",)


def test_files_too_short_for_weights_are_not_known_by_what_they_hold(tmp_path: Path) -> None:
    """Two placeholders of two trainings are two models."""
    for name in ("train", "train2"):
        run = ultralytics(tmp_path, name, f"/data/{name}.yaml")
        for one in ("best.pt", "last.pt"):
            (run / "weights" / one).write_bytes(b"x\n")
    imported = import_file(tmp_path)
    graph = graph_of(imported.nodes, imported.edges)
    found = affected(graph, ["/data/train.yaml"]).models
    assert {model.node.label for model in found} == {"weights/best.pt@train", "weights/last.pt@train"}
    assert "note.lineage.tiny" in codes(imported)


def test_many_runs_below_one_folder_are_one_source_and_their_weights_stay_apart(tmp_path: Path) -> None:
    ultralytics(tmp_path, "detect/train", "/data/a.yaml")
    ultralytics(tmp_path, "segment/train", "/data/b.yaml")
    ultralytics(tmp_path, "detect/train2", "/data/a.yaml")
    imported = import_file(tmp_path)
    graph = graph_of(imported.nodes, imported.edges)

    assert {m.node.label for m in affected(graph, ["/data/b.yaml"]).models} == {
        "weights/best.pt@segment/train", "weights/last.pt@segment/train",
    }  # fmt: skip
    assert len(affected(graph, ["/data/a.yaml"]).models) == 4


def test_a_run_that_begins_from_the_weights_of_another_is_tied_to_it(tmp_path: Path) -> None:
    ultralytics(tmp_path, "runs/detect/train", "/data/photos.yaml")
    ultralytics(tmp_path, "runs/detect/train2", "/data/other.yaml", "/srv/runs/detect/train/weights/best.pt")
    imported = import_file(tmp_path)
    assert ("weights/best.pt", "fine-tune-base", "train2", "inferred") in sure(imported)
    graph = graph_of(imported.nodes, imported.edges)
    assert len(affected(graph, ["/data/photos.yaml"]).models) == 4


def test_a_run_that_goes_on_with_its_own_weights_has_no_other_base(tmp_path: Path) -> None:
    run = ultralytics(tmp_path, "runs/detect/train", model="runs/detect/train/weights/last.pt")
    assert not [edge for edge in sure(import_file(run.parents[2])) if edge[1] == "fine-tune-base"]


def test_a_design_is_no_base_and_named_weights_are(tmp_path: Path) -> None:
    run = ultralytics(tmp_path, "train", model="yolov8n.yaml")
    (run / "args.yaml").write_text(
        "task: detect\nmode: train\nmodel: yolov8n.yaml\ndata: /d/p.yaml\npretrained: faces.pt\n", encoding="utf-8"
    )
    bases = {edge[0] for edge in sure(import_file(run)) if edge[1] == "fine-tune-base"}
    assert bases == {"faces.pt"}


def test_a_validation_of_ultralytics_is_a_measurement(tmp_path: Path) -> None:
    put(tmp_path, "val/args.yaml", "task: detect\nmode: val\nmodel: best.pt\ndata: /d/p.yaml\n")
    roles = {edge[1] for edge in sure(import_file(tmp_path))}
    assert roles == {"evaluate", "serve"}


@pytest.mark.parametrize("name", ["data.yaml", "dataset", "imagefolder"])
def test_a_name_that_names_nothing_is_data_of_that_run_alone(tmp_path: Path, name: str) -> None:
    for run in ("train", "train2"):
        ultralytics(tmp_path, run, name)
    data = [node for node in import_file(tmp_path).nodes if node.kind == "dataset"]
    assert [node.attributes.get("unidentified") for node in data] == ["yes", "yes"]


def test_two_teams_with_the_same_settings_are_two_systems(tmp_path: Path) -> None:
    imports = []
    for team in ("a", "b"):
        run = ultralytics(tmp_path / team, "train", "coco8.yaml")
        (run / "results.csv").write_text(f"epoch,loss\n1,0.{ord(team)}\n", encoding="utf-8")
        imports.append(import_file(run))
    assert not {node.id for node in imports[0].nodes} & {node.id for node in imports[1].nodes}


def test_a_folder_that_grew_is_the_same_system(tmp_path: Path) -> None:
    ultralytics(tmp_path, "train")
    before = import_file(tmp_path)
    ultralytics(tmp_path, "train2")
    with (tmp_path / "train" / "results.csv").open("a") as log:
        log.write("3,4\n")
    after = import_file(tmp_path)
    assert before.digest != after.digest
    assert {node.id for node in before.nodes} < {node.id for node in after.nodes}


def test_lightning_names_are_free_and_so_they_are_conclusions(tmp_path: Path) -> None:
    put(tmp_path, "lightning_logs/version_0/hparams.yaml", "data_dir: /data/photos\nbackbone: arcface_r50\nlr: 0.1\n")
    weights(tmp_path, "lightning_logs/version_0/checkpoints/last.ckpt")
    imported = import_file(tmp_path)
    assert sure(imported) == {
        ("/data/photos", "train", "version_0", "inferred"), ("arcface_r50", "fine-tune-base", "version_0", "inferred"),
        ("version_0", "produce", "checkpoints/last.ckpt", "recorded"),
    }  # fmt: skip
    assert {edge.attributes.get("by") for edge in imported.edges} == {"data_dir", "backbone", None}


def test_tags_of_python_in_settings_are_plain_values_and_nothing_is_made_of_them(tmp_path: Path) -> None:
    made = tmp_path / "made"
    text = (
        "data_dir: /data/photos\nsize: !!python/tuple [1, 2]\n"
        f"odd: !!python/object/apply:os.system ['touch {made}']\n"
        "args: !!python/object:argparse.Namespace {weights: b.pt}\n"
    )
    put(tmp_path, "run/hparams.yaml", text)
    weights(tmp_path, "run/checkpoints/last.ckpt")
    # Not in a cell, which would refuse what the tags ask for.
    assert ("/data/photos", "train", "run", "inferred") in sure(read_file(tmp_path / "run"))
    assert not made.exists()


def test_empty_settings_leave_a_model_of_which_nothing_is_known(tmp_path: Path) -> None:
    put(tmp_path, "lightning_logs/version_0/hparams.yaml", "{}\n")
    weights(tmp_path, "lightning_logs/version_0/checkpoints/epoch=1-step=20.ckpt")
    imported = import_file(tmp_path)
    assert models(imported) == {"checkpoints/epoch=1-step=20.ckpt@version_0"}
    assert [edge[1] for edge in sure(imported)] == ["produce"]


def trainer(root: Path, *, base: str = "sample-org/face-encoder") -> Path:
    put(root, "config.json", json.dumps({"_name_or_path": base, "model_type": "vit"}))
    state = {"global_step": 500, "log_history": [{"loss": 0.7, "step": 10}]}
    put(root, "checkpoint-500/trainer_state.json", json.dumps(state))
    weights(
        root, "checkpoint-500/model.safetensors.index", "checkpoint-500/optimizer.pt", "checkpoint-500/rng_state.pth"
    )
    weights(root, "checkpoint-500/pytorch_model.bin", "checkpoint-500/training_args.bin", "checkpoint-500/scheduler.pt")
    return root


def test_a_checkpoint_of_the_trainer_is_one_model_and_its_base_is_asked_about(tmp_path: Path) -> None:
    imported = import_file(trainer(tmp_path / "out"))
    assert models(imported) == {"checkpoint-500@out"}
    assert ("sample-org/face-encoder", "fine-tune-base", "out", "inferred") in sure(imported)
    (base,) = [node for node in imported.nodes if node.name == "sample-org/face-encoder"]
    assert base.namespace == "huggingface"
    (checkpoint,) = [node for node in imported.nodes if node.name == "checkpoint-500"]
    assert len(checkpoint.digests) == 1


def test_a_card_and_an_adapter_beside_checkpoints_are_read(tmp_path: Path) -> None:
    root = trainer(tmp_path / "out")
    put(root, "README.md", "---\nbase_model: sample-org/base\ndatasets:\n- team/faces\n- imagefolder\n---\n# x\n")
    put(root, "adapter_config.json", json.dumps({"base_model_name_or_path": "sample-org/encoder"}))
    weights(root, "adapter_model.bin")
    imported = import_file(root)
    found = sure(imported)
    assert found >= {
        ("team/faces", "train", "out", "recorded"), ("sample-org/encoder", "adapter", "out", "recorded"),
        ("imagefolder", "train", "out", "recorded"), ("sample-org/base", "fine-tune-base", "out", "recorded"),
    }  # fmt: skip
    (loader,) = [node for node in imported.nodes if node.name == "imagefolder"]
    assert loader.attributes["unidentified"] == "yes"
    assert models(imported) == {"checkpoint-500@out", "out"}


def test_what_detectron_trained_and_tested_on_is_recorded(tmp_path: Path) -> None:
    put(
        tmp_path, "output/config.yaml",
        "DATASETS:\n  TRAIN: !!python/tuple [faces_train]\n  TEST: [faces_val]\nMODEL:\n  WEIGHTS: base.pkl\n",
    )  # fmt: skip
    weights(tmp_path, "output/model_final.pth")
    assert sure(import_file(tmp_path / "output")) == {
        ("faces_train", "train", "output", "recorded"), ("faces_val", "evaluate", "output", "recorded"),
        ("base.pkl", "fine-tune-base", "output", "recorded"), ("output", "produce", "model_final.pth", "recorded"),
    }  # fmt: skip


def test_yolov5_timm_and_hydra_are_read(tmp_path: Path) -> None:
    put(tmp_path, "exp/opt.yaml", "weights: yolov5s.pt\ndata: data/faces.yaml\nsave_dir: runs/train/exp\nhyp: h.yaml\n")
    put(
        tmp_path, "timm/args.yaml", "data_dir: /data/faces\nmodel: resnet50\npretrained: true\ninitial_checkpoint: ''\n"
    )
    weights(tmp_path, "exp/weights/best.pt", "timm/model_best.pth.tar")
    put(tmp_path, "multi/0/.hydra/config.yaml", "data:\n  train_dir: /data/faces\nmodel:\n  ckpt_path: /m/base.ckpt\n")
    weights(tmp_path, "multi/0/checkpoints/last.ckpt")
    found = sure(import_file(tmp_path))
    assert found >= {
        ("data/faces.yaml", "train", "exp", "recorded"), ("yolov5s.pt", "fine-tune-base", "exp", "recorded"),
        ("/data/faces", "train", "timm", "inferred"), ("resnet50", "fine-tune-base", "timm", "inferred"),
        ("/data/faces", "train", "0", "inferred"), ("/m/base.ckpt", "fine-tune-base", "0", "inferred"),
    }  # fmt: skip


def test_weights_without_any_word_are_models_by_file_of_unknown_data(tmp_path: Path) -> None:
    weights(tmp_path, "work/epoch_12.pth", "export/gate.onnx", "saved/variables/variables.data-00000-of-00001")
    put(tmp_path, "saved/saved_model.pb", b"graph" * 20)
    put(tmp_path, "work/config.py", "dataset = 1\n")
    imported = import_file(tmp_path)
    assert {label.partition("@")[0] for label in models(imported)} == {"work/epoch_12.pth", "export/gate.onnx", "saved"}
    assert not imported.edges
    assert "note.lineage.code-config" in codes(imported)


def test_what_tensorflow_saves_is_known_by_its_values_and_not_by_its_graph(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        put(tmp_path, f"{name}/saved_model.pb", b"graph" * 20)
        weights(tmp_path, f"{name}/variables/variables.data-00000-of-00001")
        found += [node.digests for node in import_file(tmp_path / name).nodes]
    assert found[0] != found[1]


def test_nothing_learned_is_ever_called_measured_only(tmp_path: Path) -> None:
    for name in ("train", "train2"):
        ultralytics(tmp_path, name, "/data/photos.yaml", "faces.pt")
    put(tmp_path, "lightning_logs/version_0/hparams.yaml", "val_data: /data/photos.yaml\n")
    weights(tmp_path, "lightning_logs/version_0/checkpoints/last.ckpt")
    imported = import_file(tmp_path)
    found = affected(graph_of(imported.nodes, imported.edges), ["/data/photos.yaml"]).models
    assert {model.learned for model in found} <= {Learned.ITSELF, Learned.NOT_KNOWN, Learned.INHERITED}


def test_settings_that_are_broken_are_refused_with_their_place(tmp_path: Path) -> None:
    run = ultralytics(tmp_path, "train")
    (run / "args.yaml").write_text("task: [\n", encoding="utf-8")
    with pytest.raises(LineageFileDamaged, match=r"args\.yaml"):
        import_file(tmp_path)


def test_broken_settings_that_any_program_may_have_cost_themselves(tmp_path: Path) -> None:
    put(tmp_path, "m/config.json", "{")
    weights(tmp_path, "m/model.pt")
    imported = import_file(tmp_path)
    assert "note.lineage.config-unread" in codes(imported)
    assert len(models(imported)) == 1


def test_a_link_inside_is_no_second_model_and_one_that_leads_out_is_refused_by_name(tmp_path: Path) -> None:
    root = tmp_path / "work"
    weights(root, "epoch_1.pth")
    (root / "latest.pth").symlink_to("epoch_1.pth")
    assert len(models(import_file(root))) == 1
    weights(tmp_path, "secret.pth")
    (root / "out.pth").symlink_to(tmp_path / "secret.pth")
    with pytest.raises(Exception, match=r"out\.pth"):
        import_file(root)


def test_a_folder_with_nothing_in_it_says_which_folders_are_read(tmp_path: Path) -> None:
    put(tmp_path, "notes/readme.txt", "hello")
    with pytest.raises(LineageFolderUnknown) as refused:
        import_file(tmp_path)
    assert "Ultralytics" in refused.value.what_happened
    assert "mlruns" in refused.value.what_happened


def test_a_pickle_in_a_run_is_not_opened(tmp_path: Path) -> None:
    run = ultralytics(tmp_path, "train")
    made = tmp_path / "made"
    (run / "weights" / "best.pt").write_bytes(b"cos\nsystem\n(S'touch " + str(made).encode() + b"'\ntR." + bytes(64))
    import_file(tmp_path)
    assert not made.exists()
