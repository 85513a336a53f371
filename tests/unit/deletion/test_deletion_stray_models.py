"""Files of models that were to be destroyed are found renamed, packed, saved anew and converted."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

import model_samples as made
from dsr_desk.core.strays import StrayBy
from dsr_desk.datasets.model_files import examined
from dsr_desk.deletion.stray import sweep
from dsr_desk.deletion.stray_found import StraySweep
from dsr_desk.deletion.wanted import KnownModel, Wanted

MODEL = made.checkpoint(made.weights())
NAME = "net@1"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


WANTED = Wanted(models={digest(MODEL): NAME})
ALL = Wanted(models={digest(MODEL): NAME}, all_models=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def told(done: StraySweep) -> dict[str, tuple[str, str]]:
    return {Path(one.place).name: (one.how.value, one.name) for one in done.found}


def test_a_renamed_file_of_a_model_is_found_by_either_digest(root: Path) -> None:
    (root / "holiday.jpg").write_bytes(MODEL)
    md5 = f"md5:{hashlib.md5(MODEL, usedforsecurity=False).hexdigest()}"
    for wanted in (WANTED, Wanted(models={md5: NAME})):
        assert told(sweep([root], wanted)) == {"holiday.jpg": ("model", NAME)}


def test_a_model_that_is_packed_is_found(root: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("old/weights", MODEL)
    with zipfile.ZipFile(root / "backup", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    (root / "w.gz").write_bytes(gzip.compress(MODEL))
    done = sweep([root], WANTED)
    assert told(done) == {"backup": ("model-inside", NAME), "w.gz": ("model-inside", NAME)}
    assert {one.inside for one in done.found} == {("inner.zip › old/weights",), ("w",)}


def test_a_model_that_was_saved_anew_or_converted_is_told_by_the_tensors_of_one_that_lies_there(root: Path) -> None:
    (root / "original").write_bytes(MODEL)
    (root / "again").write_bytes(made.checkpoint(made.weights(), prefix="module.", extra="saved in May"))
    (root / "converted").write_bytes(made.safetensors(made.weights(), note="converted"))
    (root / "half").write_bytes(made.safetensors(made.weights(dtype="<f2")))
    (root / "another").write_bytes(made.safetensors({"x": made.weights()["fc.bias"]}))
    done = sweep([root], WANTED)
    assert told(done) == {
        "original": ("model", NAME),
        "again": ("same-tensors", NAME),
        "converted": ("same-tensors", NAME),
        "half": ("same-shapes", NAME),
    }
    assert {one.how for one in done.found if one.how.is_a_copy} == {StrayBy.MODEL, StrayBy.SAME_TENSORS}


def test_what_an_earlier_sweep_knew_of_the_tensors_is_enough(root: Path, tmp_path: Path) -> None:
    (tmp_path / "gone").write_bytes(MODEL)
    known = examined(tmp_path / "gone")
    assert known is not None
    (root / "converted").write_bytes(made.onnx(made.weights()))
    wanted = Wanted(models=WANTED.models, tensors=(KnownModel(NAME, known),))
    assert told(sweep([root], wanted)) == {"converted": ("same-tensors", NAME)}


def test_a_converted_model_in_an_archive_is_told_by_its_tensors_too(root: Path) -> None:
    (root / "original").write_bytes(MODEL)
    with zipfile.ZipFile(root / "a.zip", "w") as archive:
        archive.writestr("m/x.bin", made.safetensors(made.weights()))
    assert told(sweep([root], WANTED))["a.zip"] == ("same-tensors", NAME)


def test_files_of_models_that_nothing_explains_are_told_where_they_are_asked_for(root: Path) -> None:
    other = made.safetensors(made.weights(7) | {"more": made.weights()["fc.bias"]})
    (root / "other").write_bytes(other)
    (root / "forest").write_bytes(made.SCIKIT)
    assert told(sweep([root], WANTED)) == {}
    assert told(sweep([root], ALL)) == {"other": ("unknown-model", ""), "forest": ("unknown-model", "")}
    known = Wanted(models=WANTED.models, known_models=frozenset({digest(other)}), all_models=True)
    done = sweep([root], known)
    assert told(done) == {"forest": ("unknown-model", "")}
    assert done.models == 2


def test_that_lineage_knows_a_file_as_another_model_does_not_hide_that_it_is_the_same(root: Path) -> None:
    copy = made.safetensors(made.weights())
    (root / "original").write_bytes(MODEL)
    (root / "copy").write_bytes(copy)
    wanted = Wanted(models=WANTED.models, known_models=frozenset({digest(copy)}))
    assert told(sweep([root], wanted))["copy"] == ("same-tensors", NAME)


def test_every_finding_of_a_model_says_by_what_it_was_found(root: Path) -> None:
    (root / "original").write_bytes(MODEL)
    (root / "half").write_bytes(made.safetensors(made.weights(dtype="<f2")))
    (root / "forest").write_bytes(made.SCIKIT)
    said = {Path(one.place).name: one.says.say() for one in sweep([root], ALL).found}
    assert said["original"] == "is a file of the model net@1, byte for byte"
    assert "3 tensors have the names and shapes of those of the model net@1" in said["half"]
    assert "pickle-scikit-learn" in said["forest"]
    assert "nobody explained" in said["forest"]
