"""What weights say of themselves in their heads."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import import_file

KOHYA = {
    "ss_base_model_version": "sdxl_base_v1-0", "ss_sd_model_name": "sdxl.safetensors", "modelspec.title": "person lora",
    "ss_dataset_dirs": json.dumps({"10_person": {"n_repeats": 10, "img_count": 20}}),
    "ss_new_sd_model_hash": "AB" * 32, "ss_training_finished_at": "1726067863.29673", "ss_session_id": "123",
}  # fmt: skip


def safetensors(path: Path, told: object, tensor: bytes = bytes(8)) -> Path:
    head = {"__metadata__": told, "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, len(tensor)]}}
    data = json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(data)) + data + tensor)
    return path


def gguf(path: Path, told: dict[str, object], version: int = 3) -> Path:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    def one(value: object) -> bytes:
        if isinstance(value, str):
            return struct.pack("<I", 8) + text(value)
        if isinstance(value, list):
            return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
        return struct.pack("<II", 4, value)

    body = b"".join(text(key) + one(value) for key, value in told.items())
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", version, 0, len(told)) + body)
    return path


def sure(imported: Imported) -> set[tuple[str, str, str, str]]:
    name = {node.id: node.name for node in imported.nodes}
    return {(name[e.origin], e.role.value, name[e.target], e.certainty.value) for e in imported.edges}


def test_a_lora_of_kohya_says_its_folders_and_its_base(tmp_path: Path) -> None:
    imported = import_file(safetensors(tmp_path / "person.safetensors", KOHYA))
    assert sure(imported) == {
        ("10_person", "train", "person lora", "recorded"), ("sdxl.safetensors", "adapter", "person lora", "recorded"),
    }  # fmt: skip
    node = {node.name: node for node in imported.nodes}
    assert node["10_person"].attributes["images"] == "20"
    assert node["sdxl.safetensors"].digests == ("sha256:" + "ab" * 32,)
    assert node["person lora"].created == "2024-09-11T15:17:43Z"


def test_checkpoints_of_one_session_name_the_same_folders_and_those_of_two_do_not(tmp_path: Path) -> None:
    first = import_file(safetensors(tmp_path / "a.safetensors", KOHYA))
    second = import_file(safetensors(tmp_path / "b.safetensors", KOHYA, b"12345678"))
    other = import_file(safetensors(tmp_path / "c.safetensors", KOHYA | {"ss_session_id": "124"}))
    data = [{node.id for node in one.nodes if node.kind == "dataset"} for one in (first, second, other)]
    assert (data[0] == data[1], data[0] & data[2]) == (True, set())
    models = [{node.id for node in one.nodes if node.name == "person lora"} for one in (first, second)]
    assert not models[0] & models[1]


def test_folders_in_the_longer_form_and_for_regularisation_are_read(tmp_path: Path) -> None:
    told = {
        "ss_datasets": json.dumps([{"subsets": [{"image_dir": "faces_a", "img_count": 3}, {"image_dir": "faces_b"}]}]),
        "ss_reg_dataset_dirs": json.dumps({"1_people": {"img_count": 100}}),
    }
    found = sure(import_file(safetensors(tmp_path / "m.safetensors", told)))
    assert {edge[0] for edge in found} == {"faces_a", "faces_b", "1_people"}


def test_merged_weights_name_all_they_were_merged_from(tmp_path: Path) -> None:
    models = {"cd" * 32: {"name": "faces.safetensors", "legacy_hash": "x"}}
    told = {"sd_merge_models": json.dumps(models), "modelspec.merged_from": "one, two"}
    imported = import_file(safetensors(tmp_path / "m.safetensors", told))
    assert sure(imported) == {(name, "merge", "m", "recorded") for name in ("faces.safetensors", "one", "two")}
    assert any(node.digests == ("sha256:" + "cd" * 32,) for node in imported.nodes)


def test_free_keys_are_conclusions(tmp_path: Path) -> None:
    told = {"format": "pt", "base_model": "sample-org/encoder", "train_data": "s3://lake/photos"}
    assert sure(import_file(safetensors(tmp_path / "m.safetensors", told))) == {
        ("sample-org/encoder", "fine-tune-base", "m", "inferred"), ("s3://lake/photos", "train", "m", "inferred"),
    }  # fmt: skip


def test_weights_that_say_nothing_are_a_model_of_unknown_data(tmp_path: Path) -> None:
    imported = import_file(safetensors(tmp_path / "gate.safetensors", {"format": "pt"}))
    (model,) = imported.nodes
    assert (model.name, model.attributes["by-file"], len(model.digests)) == ("gate", "yes", 1)
    assert not imported.edges


def test_gguf_says_its_parents_and_its_data(tmp_path: Path) -> None:
    told = {
        "general.name": "Gate 7B", "general.base_model.count": 1, "general.base_model.0.name": "Encoder",
        "general.base_model.0.organization": "Sample Org", "general.dataset.0.name": "Faces",
        "general.dataset.count": 2, "general.dataset.1.name": "imagefolder",
        "tokenizer.ggml.tokens": ["a"] * 3000, "general.tags": ["x"],
    }  # fmt: skip
    imported = import_file(gguf(tmp_path / "gate.gguf", told))
    assert sure(imported) == {
        ("Sample Org Encoder", "fine-tune-base", "Gate 7B", "recorded"), ("Faces", "train", "Gate 7B", "recorded"),
        ("imagefolder", "train", "Gate 7B", "recorded"),
    }  # fmt: skip
    (loader,) = [node for node in imported.nodes if node.name == "imagefolder"]
    assert loader.attributes["unidentified"] == "yes"


def test_several_parents_were_merged_and_an_adapter_adapts(tmp_path: Path) -> None:
    two = {"general.base_model.0.name": "a1", "general.base_model.1.name": "b1"}
    assert {edge[1] for edge in sure(import_file(gguf(tmp_path / "m.gguf", two)))} == {"merge"}
    one = {"general.type": "adapter", "general.base_model.0.name": "a1"}
    assert {edge[1] for edge in sure(import_file(gguf(tmp_path / "a.gguf", one)))} == {"adapter"}


@pytest.mark.parametrize("cut", [9, 40, 200, -1])
def test_cut_weights_are_refused(tmp_path: Path, cut: int) -> None:
    path = safetensors(tmp_path / "person.safetensors", KOHYA)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(LineageFileDamaged, match="cut or damaged"):
        import_file(path)


def test_a_head_that_claims_to_be_endless_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 1 << 60))
    with pytest.raises(LineageFileDamaged):
        import_file(path)


def test_a_field_that_cannot_be_read_costs_itself(tmp_path: Path) -> None:
    imported = import_file(safetensors(tmp_path / "m.safetensors", KOHYA | {"ss_dataset_dirs": "{"}))
    assert "note.lineage.head-odd" in {note.code for note in imported.warnings}
    assert ("sdxl.safetensors", "adapter", "person lora", "recorded") in sure(imported)
