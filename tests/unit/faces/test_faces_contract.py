"""Contract 2: what a manifest says of alignment, colours, batches and a detector is what happens to a face."""

from __future__ import annotations

import json
from pathlib import Path

import drawn_detectors as drawn
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dsr_desk.core.codec import plain
from dsr_desk.core.message import message
from dsr_desk.faces import own_model
from dsr_desk.faces.alignment import arcface
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine_check import EngineCheck, MatchRates, Share, read_check, write_check
from dsr_desk.faces.facts import OwnModelUnusable, engine_facts, engine_grants
from dsr_desk.faces.graphs import embedder_graph
from dsr_desk.faces.manifest import DetectorPart, DlibAlignment, read_manifest
from dsr_desk.faces.own_detector import SMALLEST
from dsr_desk.faces.own_model import OwnEngine
from dsr_desk.faces.presets import PRESETS
from dsr_desk.faces.registry import loader
from dsr_desk.faces.sanity import Sanity, try_sanity
from dsr_desk.faces.weights import EMBEDDER_FILE, read_embedder, weight_file

MANIFEST = {
    "contract": 2,
    "name": "house model",
    "model": "net.onnx",
    "dimension": 3,
    "side": 64,
    "alignment": {"kind": "arcface"},
    "colours": "RGB",
    "layout": "NHWC",
    "mean": 127.5,
    "scale": 128,
    "mirror": False,
    "card": {"trained_on": "consenting employees", "consent": "asked, in writing", "licence": "own"},
}
DETECTOR = {"model": "det.onnx", "preset": "yunet", "size": [320, 320], "threshold": 0.9}


def mean_colour(batch: int | str = "n", layout: str = "NHWC") -> bytes:
    """A network whose template is the mean of what enters it, by channel."""
    axes = [1, 2] if layout == "NHWC" else [2, 3]
    shape = [batch, 64, 64, 3] if layout == "NHWC" else [batch, 3, 64, 64]
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["x"], ["y"], axes=axes, keepdims=0)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


@pytest.fixture(scope="module")
def base() -> DlibEngine:
    return DlibEngine("standard", PRESETS["standard"])


def folder_with(path: Path, /, network: bytes | None = None, **changes: object) -> Path:
    path.mkdir(exist_ok=True)
    (path / "net.onnx").write_bytes(network or mean_colour())
    (path / "det.onnx").write_bytes(drawn.yunet((320, 320)))
    said = {key: value for key, value in {**MANIFEST, **changes}.items() if value is not None}
    (path / "engine.json").write_text(json.dumps(said))
    return path


def test_a_manifest_of_contract_2_says_all_that_happens_to_a_chip(tmp_path):
    said = read_manifest(folder_with(tmp_path / "own", mean=[1, 2, 3], batch=4, detector=DETECTOR))
    assert said.alignment == arcface(64)
    assert (said.mean, said.scale, said.batch) == ((1.0, 2.0, 3.0), (128.0, 128.0, 128.0), 4)
    assert said.detector == DetectorPart("det.onnx", "yunet", (320, 320), 0.9)
    assert said.files == ("net.onnx", "det.onnx")


def test_alignments_are_dlibs_or_five_points(tmp_path):
    points = [[20, 25], [44, 25], [32, 38], [22, 50], [42, 50]]
    for stated, expected in (
        ({"kind": "dlib", "padding": 0.4}, DlibAlignment(0.4)),
        ({"kind": "template", "points": points}, tuple((float(x), float(y)) for x, y in points)),
    ):
        assert read_manifest(folder_with(tmp_path / "own", alignment=stated)).alignment == expected


def test_a_manifest_without_a_contract_is_read_as_before(tmp_path):
    first = {"contract": None, "alignment": None, "padding": 0.25, "range": 100, "scale": None}
    said = read_manifest(folder_with(tmp_path / "own", **first, detector=DETECTOR, batch=7))
    assert (said.contract, said.alignment, said.scale) == (1, DlibAlignment(0.25), (100.0,) * 3)
    assert (said.detector, said.batch) == (None, None)


FAMILIES = ("scrfd", "yunet", "centerface", "retinaface")
POINTS = message("why.own-model.points")


def five(*first: list[int]) -> dict[str, object]:
    return {"kind": "template", "points": [*first, *[[9, 9]] * 3]}


def another(file: str, preset: str) -> object:
    return message("why.own-model.detector", file=file, preset=preset)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"contract": 3}, message("why.own-model.contract", contract="3")),
        ({"contract": True}, message("why.own-model.contract", contract="True")),
        ({"scale": 1 / 128}, message("why.own-model.scale")),
        ({"scale": [128, 128, 0.0078]}, message("why.own-model.scale")),
        ({"scale": [128, 0, 128]}, message("why.own-model.bounds")),
        ({"mean": [1, 2]}, message("why.own-model.lacks", key="mean")),
        ({"mean": "127"}, message("why.own-model.lacks", key="mean")),
        ({"scale": None, "range": 128}, message("why.own-model.lacks", key="scale")),
        ({"alignment": None, "padding": 0.25}, message("why.own-model.lacks", key="alignment")),
        ({"alignment": {"kind": "mtcnn"}}, message("why.own-model.alignment")),
        ({"alignment": {"kind": "dlib"}}, message("why.own-model.lacks", key="padding")),
        ({"alignment": five([1, 2])}, POINTS),
        ({"alignment": five([1, 2], [1, 2])}, POINTS),
        ({"alignment": five([44, 2], [9, 2])}, POINTS),
        ({"alignment": five([1, 2], [65, 2])}, POINTS),
        ({"batch": 0}, message("why.own-model.bounds")),
        ({"batch": True}, message("why.own-model.lacks", key="batch")),
        ({"side": True}, message("why.own-model.lacks", key="side")),
        ({"card": {"consent": 7}}, message("why.own-model.lacks", key="card")),
        ({"detector": DETECTOR | {"preset": "mtcnn"}}, message("why.own-model.preset", known=FAMILIES)),
        ({"detector": DETECTOR | {"size": [320]}}, message("why.own-model.lacks", key="size")),
        ({"detector": DETECTOR | {"size": [100, 320]}}, message("why.own-model.bounds")),
        ({"detector": DETECTOR | {"threshold": 1.5}}, message("why.own-model.bounds")),
        ({"detector": DETECTOR | {"model": "../det.onnx"}}, message("why.own-model.elsewhere")),
        ({"detector": DETECTOR | {"preset": "scrfd"}}, another("det.onnx", "scrfd")),
        ({"detector": DETECTOR | {"model": "net.onnx"}}, another("net.onnx", "yunet")),
        ({"detector": DETECTOR | {"model": "none.onnx"}}, message("why.own-model.unreadable", file="none.onnx")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_reason(changes, why, tmp_path, base):
    with pytest.raises(OwnModelUnusable) as caught:
        OwnEngine(folder_with(tmp_path / "own", **changes), base)
    assert caught.value.why == why


def test_each_channel_has_its_own_mean_and_scale_in_the_order_of_the_colours(tmp_path, base):
    chip = np.full((1, 64, 64, 3), (200, 100, 50), np.uint8)
    for colours, order in (("RGB", [200, 100, 50]), ("BGR", [50, 100, 200])):
        folder = folder_with(tmp_path / colours, colours=colours, mean=[10, 20, 30], scale=[2, 4, 8])
        expected = (np.array(order) - [10, 20, 30]) / [2, 4, 8]
        assert np.allclose(OwnEngine(folder, base).embed(chip)[0], expected / np.linalg.norm(expected), atol=1e-5)


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
def test_a_batch_that_is_stated_goes_in_at_once(layout, tmp_path, base):
    chips = np.random.default_rng(3).integers(0, 256, (5, 64, 64, 3), np.uint8)
    free = OwnEngine(folder_with(tmp_path / "free", mean_colour("n", layout), layout=layout), base)
    bound = OwnEngine(folder_with(tmp_path / "bound", mean_colour("n", layout), layout=layout, batch=2), base)
    taken: list[int] = []
    run = bound._run
    bound._run = lambda part: (taken.append(len(part)), run(part))[1]
    assert np.allclose(bound.embed(chips), free.embed(chips), atol=1e-6)
    assert taken == [2, 2, 2]


def test_what_nobody_stated_stays_unstated_and_the_card_changes_no_template(tmp_path, base):
    one = OwnEngine(folder_with(tmp_path / "one"), base)
    other = OwnEngine(folder_with(tmp_path / "other", card={}, name="renamed"), base)
    assert one.digest == other.digest
    assert one.card.lines[2].say() == "Consent of those people: asked, in writing."
    assert [line.say() for line in other.card.lines[1:]] == [
        "Trained on: not stated.",
        "Consent of those people: not stated.",
        "Known weaknesses: not stated.",
        "Licence: not stated.",
    ]
    assert OwnEngine(folder_with(tmp_path / "third", mean=1), base).digest != one.digest


def test_an_own_detector_finds_and_its_points_align(tmp_path, base):
    folder = folder_with(tmp_path / "own", detector=DETECTOR)
    engine = OwnEngine(folder, base)
    pixels = np.zeros((320, 320, 3), np.uint8)
    pixels[96:104, 160:168] = (255, 0, 0)
    (found,) = engine.detect(pixels)
    aligned = engine.align(pixels, [found])
    ys, xs = np.nonzero(aligned.chips[0][..., 0] > 128)
    nose = arcface(64)[2]
    assert (xs.min(), ys.min()) == pytest.approx(nose, abs=2.5)  # the red square begins at the nose
    assert engine.smallest_face == SMALLEST
    assert engine.card.networks == ("net.onnx", "det.onnx")
    before = engine.digest
    (folder / "det.onnx").write_bytes(drawn.yunet())
    assert OwnEngine(folder, base).digest != before


def test_the_built_in_network_as_an_onnx_file_gives_the_built_in_templates(tmp_path, base, face_photo):
    weights = weight_file(EMBEDDER_FILE).read_bytes()
    model = onnx.load_model_from_string(embedder_graph(read_embedder(weights)))
    del model.graph.node[0]  # to floating point, which enters here as it is
    model.graph.node[0].input[0] = "photo"
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT
    first = read_embedder(weights).convolutions[0]
    for at, values in enumerate((first.kernel, first.bias)):  # without the mean colour folded in
        model.graph.initializer[at].CopyFrom(numpy_helper.from_array(values, model.graph.initializer[at].name))
    exported = {"mean": [122.782, 117.001, 104.298], "scale": 256, "mirror": True, "dimension": 128, "side": 150}
    folder = folder_with(
        tmp_path / "own", model.SerializeToString(), **exported, alignment={"kind": "dlib", "padding": 0.25}
    )
    engine = OwnEngine(folder, base)
    pixels = np.asarray(face_photo)
    found = base.detect(pixels)
    assert engine.detect(pixels) == found
    ours, theirs = engine.align(pixels, found), base.align(pixels, found)
    assert np.array_equal(ours.chips, theirs.chips)
    chips = np.concatenate([theirs.chips, np.random.default_rng(1).integers(0, 256, (3, 150, 150, 3), np.uint8)])
    assert np.abs(engine.embed(chips) - base.embed(chips)).max() < 1e-4


CHECK = EngineCheck(
    digest="",
    checked="2026-11-30T12:00:00Z",
    people=40,
    photos=200,
    missed=3,
    missed_by_built_in=1,
    rates=(MatchRates(1e-3, Share(0.9, 0.8, 0.95), Share(0.97, 0.95, 0.99)), MatchRates(1e-4, None, None)),
    genuine=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    several=((2, (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)),),
    spread=0.2,
    reason="it is the only one that we may use",
)


def test_what_was_measured_comes_with_the_engine_that_it_was_measured_of(tmp_path):
    folder = folder_with(tmp_path / "own", detector=DETECTOR)
    facts = engine_facts(str(folder), loader(str(folder)))
    assert facts.check is None
    check = CHECK.__class__(**{**vars(CHECK), "digest": facts.digest})
    path = write_check(folder, check)
    assert path in engine_grants(str(folder)).read
    assert engine_facts(str(folder), loader(str(folder))).check == check
    folder_with(folder, detector=DETECTOR, mean=100)
    assert engine_facts(str(folder), loader(str(folder))).check is None


@pytest.mark.parametrize(
    "changed",
    [
        {"genuine": [0.5] * 8},
        {"genuine": [0.9, *[0.5] * 8]},
        {"genuine": [*[0.5] * 8, 1.5]},
        {"genuine": [*[0.5] * 8, float("nan")]},
        {"spread": 1.0},
        {"several": [[2, [0.5]]]},
        {"reason": "x" * 501},
        {"rates": [{"false_matches": 0.001, "own": {"value": 0.5, "lowest": 0.6, "highest": 0.7}, "built_in": None}]},
        {"people": "many"},
        {"rates": None},
    ],
)
def test_a_check_that_says_what_cannot_be_is_none(changed, tmp_path):
    (tmp_path / "check.json").write_text(json.dumps({**plain(CHECK), **changed}))
    assert read_check(tmp_path, "") is None
    (tmp_path / "check.json").write_text("[" * 100_000)
    assert read_check(tmp_path, "") is None


def test_what_is_worse_is_what_the_built_in_engine_finds_more_of():
    assert [rate.false_matches for rate in CHECK.worse] == [1e-3]
    assert not MatchRates(1e-3, Share(0.9, 0.8, 0.95), Share(0.9, 0.8, 0.95)).worse
    assert not MatchRates(1e-3, Share(0.9, 0.8, 0.95), None).worse


def test_sanity_is_tried_in_a_cell_and_a_network_that_sees_colour_alone_is_not_sound(
    tmp_path, monkeypatch, draw_face, encoded
):
    folder = folder_with(tmp_path / "own", mean=0)
    monkeypatch.setattr(own_model, "session", None)
    photos = [encoded(draw_face(skin=skin)) for skin in ((222, 178, 148), (150, 100, 70), (90, 60, 50))]
    found = try_sanity(str(folder), photos)
    assert found.people == 3
    assert found.mirrored == pytest.approx(1.0, abs=1e-3)
    assert not found.sound
    assert Sanity(3, 1.0, 0.9, 0.1, 0.2).sound
    assert not Sanity(2, 1.0, 0.9, 0.1, 0.2).sound
