"""Files of models are told by what stands in them; nothing in them is ever carried out."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import model_samples as made
from dsr_desk.datasets.model_files import ModelFile, examined


def told(tmp_path: Path, data: bytes) -> ModelFile | None:
    place = tmp_path / "no suffix"
    place.write_bytes(data)
    return examined(place)


WRITERS = [made.safetensors, made.checkpoint, made.gguf, made.keras, made.onnx]


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (made.safetensors(made.weights()), "safetensors"),
        (made.checkpoint(made.weights()), "pytorch"),
        (made.checkpoint(made.weights(), script=True), "torchscript"),
        (made.gguf(made.weights()), "gguf"),
        (made.keras(made.weights()), "keras-h5"),
        (made.onnx(made.weights()), "onnx"),
        (made.TFLITE, "tflite"),
        (made.SAVED_MODEL, "saved-model"),
        (made.SCIKIT, "pickle-scikit-learn"),
        (zlib.compress(made.SCIKIT), "pickle-scikit-learn"),
    ],
)
def test_a_model_is_told_by_its_content_whatever_it_is_called(tmp_path: Path, data: bytes, format_: str) -> None:
    found = told(tmp_path, data)
    assert found is not None
    assert found.format == format_


@pytest.mark.parametrize(
    "data", [b"", b"name,mail\nAda,ada@example.org\n", b"{}", b"\x80\x04N.", b"PK\x03\x04", b"GGUF"]
)
def test_what_is_no_model_is_told_as_none(tmp_path: Path, data: bytes) -> None:
    assert told(tmp_path, data) is None


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_tensors_are_the_same_in_every_format(tmp_path: Path, write: object) -> None:
    known, found = told(tmp_path, made.safetensors(made.weights())), told(tmp_path, write(made.weights()))  # type: ignore[operator]
    assert known is not None
    assert found is not None
    assert found.tensors == 3
    if write is not made.gguf:  # which fills tensors up with zeros
        assert found.contents == known.contents
    if write is not made.keras:  # which calls them by the layers that they are in
        assert found.names == known.names


def test_metadata_and_order_change_nothing_of_the_tensors(tmp_path: Path) -> None:
    tensors = made.weights()
    one = told(tmp_path, made.safetensors(tensors))
    other = told(tmp_path, made.safetensors(dict(reversed(tensors.items())), note="saved again"))
    assert one == other


def test_a_conversion_to_half_precision_keeps_names_and_shapes_and_no_content(tmp_path: Path) -> None:
    one = told(tmp_path, made.checkpoint(made.weights()))
    other = told(tmp_path, made.safetensors(made.weights(dtype="<f2")))
    assert one is not None
    assert other is not None
    assert one.names == other.names
    assert one.contents != other.contents != ""


def test_what_parallel_training_puts_before_all_names_does_not_count(tmp_path: Path) -> None:
    one = told(tmp_path, made.checkpoint(made.weights()))
    assert one == told(tmp_path, made.checkpoint(made.weights(), prefix="module."))


def test_another_training_has_other_contents(tmp_path: Path) -> None:
    one, other = (told(tmp_path, made.safetensors(made.weights(seed))) for seed in (1, 2))
    assert one is not None
    assert other is not None
    assert (one.names == other.names, one.contents == other.contents) == (True, False)


def test_a_checkpoint_that_would_call_something_is_read_and_nothing_is_called(tmp_path: Path) -> None:
    marker = tmp_path / "called"
    found = told(tmp_path, made.checkpoint(made.weights(), extra=made.calling(str(marker))))
    assert found is not None
    assert found.tensors == 3
    assert not marker.exists()


def test_a_tensor_that_lies_turned_in_its_storage_has_no_content_that_could_be_compared(tmp_path: Path) -> None:
    turned = {**made.weights(), "fc.weight": np.asfortranarray(made.weights()["fc.weight"])}
    found = told(tmp_path, made.checkpoint(turned))
    assert found is not None
    assert (found.tensors, found.contents) == (3, "")


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_that_breaks_off_says_nothing_of_tensors_that_are_not_there(tmp_path: Path, write: object) -> None:
    whole: bytes = write(made.weights())  # type: ignore[operator]
    known = told(tmp_path, whole)
    for part in (0.3, 0.6, 0.95):
        found = told(tmp_path, whole[: int(len(whole) * part)])
        assert found is None or known is None or found.contents != known.contents


@given(st.sampled_from(WRITERS), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6))
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, write: object, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(write(made.weights()))  # type: ignore[operator]
    for at, value in changes:
        data[at % len(data)] = value
    found = told(tmp_path_factory.mktemp("broken"), bytes(data))
    assert found is None or isinstance(found, ModelFile)
