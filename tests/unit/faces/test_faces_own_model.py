"""An ONNX file and a manifest in a folder become an engine; anything else is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dsr_desk.core.message import message
from dsr_desk.faces.dlib_engine import PRESETS, DlibEngine
from dsr_desk.faces.own_model import OwnEngine, OwnModelUnusable

MANIFEST = {
    "name": "house model",
    "model": "net.onnx",
    "dimension": 8,
    "side": 32,
    "padding": 0.3,
    "colours": "BGR",
    "layout": "NCHW",
    "mean": 127.5,
    "range": 128,
    "mirror": True,
    "card": {"trained_on": "consenting employees", "licence": "own"},
}


def network(dimension: int = 8) -> bytes:
    """The mean colour of the chip, times a matrix."""
    matrix = np.random.default_rng(5).normal(size=(3, dimension)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["x"], ["m"]),
            helper.make_node("Flatten", ["m"], ["f"]),
            helper.make_node("MatMul", ["f", "w"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 32, 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", dimension])],
        [numpy_helper.from_array(matrix, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(onnx.ModelProto.SerializeToString(model))


@pytest.fixture(scope="module")
def base() -> DlibEngine:
    return DlibEngine("standard", PRESETS["standard"])


def folder_with(path: Path, network: bytes, /, **changes: object) -> Path:
    path.mkdir(exist_ok=True)
    (path / "net.onnx").write_bytes(network)
    (path / "engine.json").write_text(json.dumps({**MANIFEST, **changes}))
    return path


def test_an_own_network_embeds_what_the_product_detects(tmp_path, base, face_photo):
    engine = OwnEngine(folder_with(tmp_path / "own", network()), base)
    pixels = np.asarray(face_photo)
    aligned = engine.align(pixels, engine.detect(pixels))
    templates = engine.embed(aligned.chips)
    assert aligned.chips.shape == (1, 32, 32, 3)
    assert templates.shape == (1, 8)
    assert np.linalg.norm(templates[0]) == pytest.approx(1.0, abs=1e-5)
    assert engine.card.trained_on == "consenting employees"
    assert engine.card.known_weaknesses == "unknown"


def test_its_digest_names_the_network_and_the_manifest(tmp_path, base):
    engines = [
        OwnEngine(folder_with(tmp_path / "a", network()), base),
        OwnEngine(folder_with(tmp_path / "b", network()), base),
        OwnEngine(folder_with(tmp_path / "c", network(), mean=0), base),
    ]
    assert engines[0].digest == engines[1].digest
    assert len({base.digest, *(engine.digest for engine in engines)}) == 3


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"dimension": 9}, message("why.own-model.shape", shape="(2, 8)")),
        ({"side": 16}, message("why.own-model.chips")),
        ({"side": 0}, message("why.own-model.bounds")),
        ({"range": 0}, message("why.own-model.bounds")),
        ({"colours": "grey"}, message("why.own-model.layout")),
        ({"model": "../net.onnx"}, message("why.own-model.elsewhere")),
        ({"model": "absent.onnx"}, message("why.own-model.unreadable", file="absent.onnx")),
        ({"card": "none"}, message("why.own-model.lacks", key="card")),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_with_the_reason(changes, why, tmp_path, base):
    with pytest.raises(OwnModelUnusable) as caught:
        OwnEngine(folder_with(tmp_path / "own", network(), **changes), base)
    assert caught.value.why == why


def test_a_folder_without_a_manifest_and_a_file_that_is_no_network_are_refused(tmp_path, base):
    with pytest.raises(OwnModelUnusable):
        OwnEngine(tmp_path, base)
    with pytest.raises(OwnModelUnusable):
        OwnEngine(folder_with(tmp_path / "own", b"no network"), base)
