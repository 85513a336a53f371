from __future__ import annotations

import pytest

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.names import (
    Likely,
    is_placeholder,
    leaves_unnamed,
    meaning_of,
    model_file,
    named_in,
    names_nothing,
)

MODEL, DATASET = NodeKind.MODEL, NodeKind.DATASET


@pytest.mark.parametrize(
    ("key", "value", "kind", "role"),
    [
        ("base_model", "models:/recogniser/1", MODEL, Role.FINE_TUNE_BASE),
        ("base_model", "recogniser", MODEL, Role.FINE_TUNE_BASE),
        ("init_checkpoint", "models:/recogniser@champion", MODEL, Role.FINE_TUNE_BASE),
        ("parent_model", "recogniser/1", MODEL, Role.FINE_TUNE_BASE),
        ("resume_from_checkpoint", "out/checkpoint-500", MODEL, Role.FINE_TUNE_BASE),
        ("pretrained", "imagenet", MODEL, Role.FINE_TUNE_BASE),
        ("weights", "retina.pt", MODEL, Role.FINE_TUNE_BASE),
        ("backbone", "arcface_r50", MODEL, Role.FINE_TUNE_BASE),
        ("_name_or_path", "sample-org/face-encoder", MODEL, Role.FINE_TUNE_BASE),
        ("modelNameOrPath", "bert", MODEL, Role.FINE_TUNE_BASE),
        ("model", "yolov8n-face.pt", MODEL, Role.FINE_TUNE_BASE),
        ("trained_from", "gate", MODEL, Role.FINE_TUNE_BASE),
        ("model.init.path", "/m/x", MODEL, Role.FINE_TUNE_BASE),
        ("anything", "runs:/0a1b/model", MODEL, Role.FINE_TUNE_BASE),
        ("anything", "old/gate.onnx", MODEL, Role.FINE_TUNE_BASE),
        ("teacher", "gate", MODEL, Role.DISTIL),
        ("teacher.checkpoint", "big", MODEL, Role.DISTIL),
        ("lora_weights", "a/b", MODEL, Role.ADAPTER),
        ("quantized_from", "gate/1", MODEL, Role.QUANTISE),
        ("embedding_model", "net/vgg", MODEL, Role.EMBED),
        ("eval_model", "models:/gate/1", MODEL, Role.SERVE),
        ("data", "s3://lake/photos/v3/", DATASET, Role.TRAIN),
        ("dataset", "photos", DATASET, Role.TRAIN),
        ("dataset.name", "photos", DATASET, Role.TRAIN),
        ("trainDir", "/x", DATASET, Role.TRAIN),
        ("train", "photos", DATASET, Role.TRAIN),
        ("trained_on", "photos", DATASET, Role.TRAIN),
        ("member_photos", "/srv/p", DATASET, Role.TRAIN),
        ("calibration_data", "s3://c", DATASET, Role.TRAIN),
        ("anything", "s3://lake/members.parquet", DATASET, Role.TRAIN),
        ("val_data", "/v", DATASET, Role.VALIDATE),
        ("eval_set", "holdout", DATASET, Role.EVALUATE),
        ("test_data_uri", "s3://t", DATASET, Role.EVALUATE),
    ],
)
def test_a_parameter_that_names_a_model_or_data_is_understood(key: str, value: str, kind: NodeKind, role: Role) -> None:
    meaning = meaning_of(key, value)
    assert meaning is not None
    assert (meaning.kind, meaning.role) == (kind, role)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", 3),
        ("lr", "0.1"),
        ("base_lr", "0.1"),
        ("resume", "False"),
        ("weights", "none"),
        ("base_model", "scratch"),
        ("base_model", ""),
        ("class_weight", "balanced"),
        ("init", "k-means++"),
        ("weights_init", "xavier"),
        ("model", "LogisticRegression"),
        ("model_type", "vit"),
        ("model.optimizer", "adam"),
        ("test_size", "0.2"),
        ("train_batch_size", 8),
        ("eval_strategy", "epoch"),
        ("dataset_version", "v3"),
        ("monitor", "val/loss"),
        ("output_dir", "s3://x/y.parquet"),
        ("save_path", "a/b.pt"),
        ("model_dir", "/opt/ml/model"),
        ("hub_model_id", "me/gate"),
        ("base_url", "http://x/y"),
        ("notes", "trained on\nphotos"),
    ],
)
def test_what_names_nothing_or_is_written_is_no_input(key: str, value: object) -> None:
    assert meaning_of(key, value) is None


def test_names_inside_lists_and_objects_are_found_with_the_way_to_them() -> None:
    found = {
        (one.key, one.text) for one in named_in("cfg", '{"model": {"init": "m/x.pt"}, "data": {"train": "s3://p"}}')
    }
    assert found == {("cfg.model.init", "m/x.pt"), ("cfg.data.train", "s3://p")}
    for value in ('["a", "b"]', "['a', 'b']", "a, b", ["a", "b"]):
        assert [one.text for one in named_in("datasets", value)] == ["a", "b"]
    assert not list(named_in("datasets", "[" * 100_000))


def test_a_switch_says_that_there_was_a_base_and_not_which() -> None:
    assert leaves_unnamed("pretrained", True)
    assert leaves_unnamed("model.pretrained", "True")
    assert leaves_unnamed("warm_start", "yes")
    assert not leaves_unnamed("pretrained", "False")
    assert not leaves_unnamed("shuffle", "True")
    assert not leaves_unnamed("pretrained", "org/net")


@pytest.mark.parametrize("name", ["imagefolder", "json", "Image-Folder", "my_dataset", "data", "None", "--", " "])
def test_the_name_of_a_loader_is_no_dataset(name: str) -> None:
    assert is_placeholder(name)


@pytest.mark.parametrize("name", ["photos", "imagenet-1k", "2024", "org/data", "s3://lake/data", "faces.csv"])
def test_a_name_of_its_own_is_a_dataset(name: str) -> None:
    assert not is_placeholder(name)


def test_nothing_is_named_by_numbers_switches_and_prose() -> None:
    assert all(names_nothing(value) for value in (None, True, 3, "1e-4", "0.1, 0.2", "auto", "a\nb", "x" * 2_000))
    assert not names_nothing("photos")


@pytest.mark.parametrize(
    "name",
    [
        "weights/best.pt", "last.ckpt", "rel/gate.engine", "adapter_model.safetensors", "net.onnx", "checkpoint-500",
        "out/checkpoint-500/", "models/model.pkl", "pytorch_model-00001-of-00002.bin", "export/saved_model",
        "model.joblib", "ckpt/net.h5", "m.gguf", "gate.TFLITE", "C:\\runs\\best.pth", "epoch=12.ckpt", "s3://b/output/model.tar.gz",
    ],
)  # fmt: skip
def test_weights_are_known_by_their_name(name: str) -> None:
    assert model_file(name) is Likely.YES


@pytest.mark.parametrize("name", ["prep/all.bin", "x.pkl", "cache.npz", "table.h5", "models", "ckpt", "feats.joblib"])
def test_what_may_be_weights_and_may_be_else_is_left_open(name: str) -> None:
    assert model_file(name) is Likely.PERHAPS


@pytest.mark.parametrize(
    "name",
    ["metrics.json", "a.csv", "", "README.md", "ckpt/optimizer.pt", "training_args.bin", "photos", "data.tar.gz"],
)
def test_what_lies_beside_weights_is_none(name: str) -> None:
    assert model_file(name) is Likely.NO
