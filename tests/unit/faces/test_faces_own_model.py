"""An ONNX file and a manifest in a folder become an engine; anything else is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import planted_model
import pytest
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from dsr_desk.core.message import message
from dsr_desk.faces import facts, own_model
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.facts import EngineFacts, OwnModelUnusable, engine_facts, engine_grants
from dsr_desk.faces.own_model import OwnEngine
from dsr_desk.faces.presets import PRESETS
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.cell import Limits, ask
from dsr_desk.jobs.confine import enforced

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


def network(
    dimension: int = 8, batch: int | str = "n", flat: int = 0, middle: tuple[onnx.NodeProto, ...] = ()
) -> bytes:
    """The mean colour of the chip, times a matrix. `batch` is what it says that it takes, `flat` what it takes."""
    matrix = np.random.default_rng(5).normal(size=(3, dimension)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["x"], ["m"]),
            helper.make_node("Reshape", ["m", "shape"], ["f"]),
            *(middle or (helper.make_node("Identity", ["f"], ["g"]),)),
            helper.make_node("MatMul", ["g", "w"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 32, 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, dimension])],
        [numpy_helper.from_array(matrix, "w"), numpy_helper.from_array(np.array([flat, 3]), "shape")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(onnx.ModelProto.SerializeToString(model))


def in_two_files(folder: Path) -> bytes:
    """The same network with its matrix in a file beside it."""
    model = onnx.load_model_from_string(network())
    (matrix,) = [one for one in model.graph.initializer if one.name == "w"]
    (folder / "weights.bin").write_bytes(matrix.raw_data)
    external_data_helper.set_external_data(matrix, location="weights.bin")
    matrix.ClearField("raw_data")
    return bytes(onnx.ModelProto.SerializeToString(model))


def endless() -> tuple[onnx.NodeProto, ...]:
    """A loop that ends when pigs fly."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["still"]), helper.make_node("Identity", ["v"], ["u"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("u", TensorProto.FLOAT, None),
        ],
    )
    yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))
    return yes, helper.make_node("Loop", ["", "yes", "f"], ["g"], body=body)


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
    assert (engine.card.known_weaknesses, engine.card.consent) == ("", "")  # and nobody guesses


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
        ({"model": ".."}, message("why.own-model.unreadable", file="..")),
        ({"card": "none"}, message("why.own-model.lacks", key="card")),
        ({"padding": float("nan")}, message("why.own-model.bounds")),
        ({"mean": 10**400}, message("why.own-model.bounds")),
        ({"dimension": 10**9}, message("why.own-model.bounds")),
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


@pytest.mark.parametrize(("batch", "flat"), [(1, 1), (4, 4), ("n", 1), (1, 0), (5, 0)])
@pytest.mark.parametrize("mirror", [True, False])
def test_a_network_that_takes_so_many_chips_at_once_gives_what_one_without_that_bound_gives(
    batch, flat, mirror, tmp_path, base
):
    chips = np.random.default_rng(3).integers(0, 256, (7, 32, 32, 3), np.uint8)
    free = OwnEngine(folder_with(tmp_path / "free", network(), mirror=mirror), base)
    bound = OwnEngine(folder_with(tmp_path / "bound", network(batch=batch, flat=flat), mirror=mirror), base)
    for some in (chips, chips[:1], chips[:0]):
        assert np.allclose(bound.embed(some), free.embed(some), atol=1e-6)
        assert bound.embed(some).shape == (len(some), 8)


def test_a_network_whose_answer_depends_on_the_other_faces_gets_them_one_by_one(tmp_path, base):
    first = helper.make_node("ReduceMean", ["f"], ["all"], keepdims=1)
    mixed = helper.make_node("Sub", ["f", "all"], ["g"])
    engine = OwnEngine(folder_with(tmp_path / "own", network(middle=(first, mixed))), base)
    chips = np.random.default_rng(3).integers(0, 256, (3, 32, 32, 3), np.uint8)
    assert np.allclose(engine.embed(chips)[:1], engine.embed(chips[:1]), atol=1e-6)


def test_a_network_that_answers_with_no_numbers_is_refused(tmp_path, base):
    with pytest.raises(OwnModelUnusable) as refused:
        OwnEngine(
            folder_with(tmp_path / "own", network(middle=(helper.make_node("Log", ["f"], ["g"]),)), mean=255), base
        )
    assert refused.value.why == message("why.own-model.no-numbers")


def test_a_network_in_several_files_is_refused(tmp_path, base):
    folder = folder_with(tmp_path / "own", network())
    (folder / "net.onnx").write_bytes(in_two_files(folder))
    with pytest.raises(OwnModelUnusable) as refused:
        OwnEngine(folder, base)
    assert refused.value.why == message("why.own-model.external", file="net.onnx")


def test_what_an_own_model_is_comes_out_of_a_cell_as_it_is(tmp_path, base, monkeypatch):
    folder = folder_with(tmp_path / "own", network(batch=1, flat=1))
    expected = OwnEngine(folder, base)
    monkeypatch.setattr(own_model, "session", None)  # here, where keys could be, it is not loaded
    monkeypatch.chdir(tmp_path)
    assert engine_facts("own", loader("own")) == EngineFacts(expected.digest, 8, expected.card)


def test_a_cell_that_loads_an_own_model_may_read_its_two_files(tmp_path):
    folder = folder_with(tmp_path / "own", network())
    (folder / "diary.txt").write_text("Dear diary")
    own = [path for path in engine_grants(str(folder)).read if path.is_relative_to(folder)]
    assert own == [folder / "engine.json", folder / "net.onnx"]
    assert not [path for path in engine_grants("standard").read if path.is_relative_to(folder)]


@pytest.mark.skipif(not enforced().files, reason="the kernel does not keep files from cells here")
def test_a_manifest_that_names_another_place_leads_nowhere(tmp_path):
    (tmp_path / "secret").write_text("secret")
    for name in ("..", ".", "../secret", "sub/../../secret", ""):
        folder = folder_with(tmp_path / "own", network(), model=name)
        with pytest.raises(OwnModelUnusable):
            engine_grants(str(folder))


def test_a_reader_that_names_another_file_opens_it_to_nobody(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("secret")
    folder = folder_with(tmp_path / "own", network())
    monkeypatch.setattr(own_model, "model_files", planted_model.name_elsewhere)
    with pytest.raises(OwnModelUnusable) as refused:
        engine_grants(str(folder))
    assert refused.value.why == message("why.own-model.unreadable", file="../secret")


@pytest.mark.parametrize(
    ("content", "changes", "code"),
    [
        (b"no network", {}, "why.own-model.no-onnx"),
        (network(), {"dimension": 9}, "why.own-model.shape"),
        (network(middle=endless()), {}, "why.cell.slow"),
    ],
)
def test_an_own_model_that_fails_in_its_cell_is_refused_with_the_reason(content, changes, code, tmp_path, monkeypatch):
    monkeypatch.setattr(facts, "TRIAL", Limits(seconds=5 if code.endswith("slow") else 120, memory=6 << 30))
    folder = str(folder_with(tmp_path / "own", content, **changes))
    with pytest.raises(OwnModelUnusable) as refused:
        engine_facts(folder, loader(folder))
    assert refused.value.why.code == code
    assert str(refused.value.details["folder"]) == folder


def test_a_manifest_that_is_no_end_of_brackets_is_refused(tmp_path):
    folder = folder_with(tmp_path / "own", network())
    (folder / "engine.json").write_text("[" * 200_000)
    with pytest.raises(OwnModelUnusable) as refused:
        ask(list[str], own_model.model_files, folder, grants=engine_grants("standard"))
    assert refused.value.why.code == "why.own-model.no-manifest"
