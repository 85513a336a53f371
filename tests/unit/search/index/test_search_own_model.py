"""An index made with an organisation's own network: built and checked in workers, never loaded here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.faces import own_model
from dsr_desk.faces.engine_check import EngineCheck, MatchRates, Share, write_check
from dsr_desk.faces.facts import OwnModelUnusable
from dsr_desk.search.faces.known import known_scores
from dsr_desk.search.index.about import About, IndexSigner, read_about
from dsr_desk.search.index.build import Addressed, build
from dsr_desk.search.index.check import FoundAgain, check
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.keyfile import Secret
from unit.faces.conftest import face_drawing

SECRET = Secret(passphrase="a passphrase for this test")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A network that takes one face at a time."""
    folder = tmp_path / "model"
    folder.mkdir()
    chance = np.random.default_rng(1)
    kernel, matrix = chance.normal(size=(8, 3, 8, 8)), chance.normal(size=(8 * 4 * 4, 16))
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "k"], ["c"], strides=[8, 8], kernel_shape=[8, 8]),
            helper.make_node("Reshape", ["c", "shape"], ["f"]),
            helper.make_node("MatMul", ["f", "w"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 16])],
        [
            numpy_helper.from_array(kernel.astype(np.float32), "k"),
            numpy_helper.from_array(matrix.astype(np.float32), "w"),
            numpy_helper.from_array(np.array([1, 8 * 4 * 4]), "shape"),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "net.onnx")
    card = {"trained_on": "nothing", "licence": "none"}
    said = {"name": "tiny", "model": "net.onnx", "dimension": 16, "side": 32, "padding": 0.25, "colours": "RGB"}
    said |= {"layout": "NCHW", "mean": 127.5, "range": 128, "mirror": False, "card": card}
    (folder / "engine.json").write_text(json.dumps(said))
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two people in one photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    both = Image.new("RGB", (800, 400))
    both.paste(face_drawing(), (0, 0))
    both.paste(face_drawing(skin=(150, 100, 70)), (400, 0))
    both.save(folder / "both.png")
    return folder


def test_an_index_of_photos_with_several_faces_is_built_and_checked_with_a_network_that_takes_one_at_a_time(
    model: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_model, "OwnEngine", None)
    monkeypatch.chdir(tmp_path)
    to = tmp_path / "own.dsrindex"
    version = DatasetVersion("people", "1")
    report = build([photos], to, version=version, addressed=Addressed((), SECRET), engine_name=model.name)
    assert (report.faces, report.ledger["faces"]) == (2, 1)
    with Index.open(to, SECRET) as index:
        assert index.about.dimension == 16
        found = check(index)
    assert found.ok
    assert found.found_again == FoundAgain(2, 2)


def test_an_index_carries_what_was_stated_and_measured_of_the_engine_that_made_it(
    model: Path, photos: Path, tmp_path: Path
) -> None:
    to, version = tmp_path / "own.dsrindex", DatasetVersion("people", "1")
    key = Ed25519PrivateKey.generate()
    signer = IndexSigner(key.public_key().public_bytes_raw().hex(), key.sign)

    def made() -> About:
        build([photos], to, version=version, addressed=Addressed((), SECRET), engine_name=str(model), signer=signer)
        with Index.open(to, SECRET) as index:
            return index.about

    about = made()
    assert about.engine_card is not None
    assert about.engine_card.trained_on == "nothing"
    assert about.engine_check is None
    assert about.engine_says[-1] == message("engine.check.none")
    found = EngineCheck(
        digest=about.engine_digest, checked="2026-11-30T12:00:00Z", people=40, photos=200, missed=3,
        missed_by_built_in=1, rates=(MatchRates(1e-3, Share(0.9, 0.8, 0.95), Share(0.97, 0.95, 0.99)),),
        genuine=tuple(at / 10 for at in range(9)), spread=0.2, reason="it is the only one that we may use",
    )  # fmt: skip
    write_check(model, found)
    again = made()
    assert again.engine_check == found
    said = [one.say() for one in again.engine_says]
    assert said[-1].endswith("than the built-in engine: it is the only one that we may use")
    assert "90.0 % found (80.0 to 95.0 %); built-in: 97.0 %" in said[-2]
    known = known_scores(again)
    assert known is not None
    assert known.genuine == found.genuine
    assert known_scores(about) is None
    broken = json.loads((to / "about.json").read_bytes())
    broken["statement"]["engine_checked"] = '{"genuine": []}'
    with pytest.raises(ValueError, match="not an about"):
        read_about(json.dumps(broken).encode())


def test_a_network_that_cannot_be_used_leaves_no_index(model: Path, photos: Path, tmp_path: Path) -> None:
    (model / "net.onnx").write_bytes(b"no network")
    to = tmp_path / "own.dsrindex"
    version = DatasetVersion("people", "1")
    with pytest.raises(OwnModelUnusable) as refused:
        build([photos], to, version=version, addressed=Addressed((), SECRET), engine_name=str(model))
    assert refused.value.why.code == "why.own-model.no-onnx"
    assert not to.exists()
