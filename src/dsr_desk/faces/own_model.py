"""An organisation's own face network: a folder with an ONNX file and `engine.json` beside it becomes an engine.

Detection and alignment stay the product's. `engine.json`:

    {"name": "...", "model": "file.onnx", "dimension": 512, "side": 112, "padding": 0.25,
     "colours": "RGB" or "BGR", "layout": "NCHW" or "NHWC", "mean": 127.5, "range": 127.5, "mirror": true,
     "card": {"trained_on": "...", "known_weaknesses": "...", "licence": "..."}}

A pixel enters the network as (value - mean) / range. With `mirror` a template is the mean of chip and mirror image. A
network that takes so many chips at once and no others gets so many.

The file is from outside: everything here runs in cells (see `facts`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.message import message
from dsr_desk.faces.alignment import Aligner
from dsr_desk.faces.dlib_engine import PRESETS, DlibEngine
from dsr_desk.faces.engine import Alignment, Chips, Detection, ModelCard, Pixels
from dsr_desk.faces.facts import MANIFEST, EngineFacts, OwnModelUnusable
from dsr_desk.faces.runtime import BATCH, both_ways, of_length_one, session
from dsr_desk.faces.weights import LANDMARKS_FILE, weight_file

CODE_VERSION = 1
LARGEST_SIDE = 1024
LARGEST_DIMENSION = 65_536
LARGEST_PADDING = 10.0
LARGEST_NUMBER = 1e9

_KINDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "model": str,
    "dimension": int,
    "side": int,
    "padding": (int, float),
    "colours": str,
    "layout": str,
    "mean": (int, float),
    "range": (int, float),
    "mirror": bool,
    "card": dict,
}


class OwnEngine:
    """See `Engine`. `base` detects; this one aligns as its network wants and embeds."""

    def __init__(self, folder: Path, base: DlibEngine) -> None:
        manifest = _read_manifest(folder)
        try:
            model = (folder / manifest["model"]).read_bytes()
        except OSError as error:
            raise OwnModelUnusable(
                folder=folder, why=message("why.own-model.unreadable", file=manifest["model"])
            ) from error
        try:
            whole = _is_whole(model)
            self._session: Any = session(model) if whole else None
        except Exception as error:  # ONNX and ONNX Runtime raise what has no common base
            raise OwnModelUnusable(
                folder=folder, why=message("why.own-model.no-onnx", file=manifest["model"])
            ) from error
        if not whole:
            raise OwnModelUnusable(folder=folder, why=message("why.own-model.external", file=manifest["model"]))
        self.name = str(manifest["name"])
        self.dimension = int(manifest["dimension"])
        self.smallest_face, self.turns = base.smallest_face, base.turns
        card = manifest["card"]
        self.card = ModelCard(
            name=self.name,
            networks=(str(manifest["model"]), *base.card.networks[:2]),
            trained_on=str(card.get("trained_on", "unknown")),
            known_weaknesses=str(card.get("known_weaknesses", "unknown")),
            licence=str(card.get("licence", "unknown")),
        )
        spelled = {key: repr(value) for key, value in manifest.items()}
        self.digest = digest_of(["own", CODE_VERSION, hashlib.sha256(model).hexdigest(), spelled])
        self._manifest = manifest
        self._folder = folder
        self._base = base
        self._aligner = Aligner(weight_file(LANDMARKS_FILE), int(manifest["side"]), float(manifest["padding"]))
        self._at_once = self._tried_at_once()

    def smallest_face_in(self, width: int, height: int) -> int:
        return self._base.smallest_face_in(width, height)

    def detect(self, pixels: Pixels) -> list[Detection]:
        return self._base.detect(pixels)

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        return self._aligner.align(pixels, detections)

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        return both_ways(self._batches, chips) if self._manifest["mirror"] else of_length_one(self._batches(chips))

    def _tried_at_once(self) -> tuple[int, bool]:
        """How many chips go in at once, and whether no fewer may. Raises OwnModelUnusable where none can."""
        takes = self._session.get_inputs()[0].shape
        fixed = takes[0] if takes and isinstance(takes[0], int) else 0
        side = self._manifest["side"]
        chips = np.random.default_rng(1).integers(0, 256, (max(fixed, 2), side, side, 3), np.uint8)
        if fixed:
            self._run(chips[:fixed])
            return fixed, True
        try:
            together = self._run(chips)
        except OwnModelUnusable as error:
            try:
                self._run(chips[:1])
            except OwnModelUnusable:
                raise error from None
            return 1, True
        # A template that depends on who else was in the photo would never be found again.
        alone = np.concatenate([self._run(chips[:1]), self._run(chips[1:])])
        return (BATCH, False) if np.allclose(together, alone, rtol=0.01, atol=0.001) else (1, True)

    def _batches(self, chips: Chips) -> NDArray[np.float32]:
        """What is missing to so many chips as the network wants is filled up with black ones."""
        count, no_fewer = self._at_once
        found = np.zeros((len(chips), self.dimension), np.float32)
        for at in range(0, len(chips), count):
            part = chips[at : at + count]
            missing = count - len(part) if no_fewer else 0
            filled = np.concatenate([part, np.zeros((missing, *part.shape[1:]), np.uint8)])
            found[at : at + len(part)] = self._run(filled)[: len(part)]
        return found

    def _run(self, chips: Chips) -> NDArray[np.float32]:
        if self._manifest["colours"] == "BGR":
            chips = chips[..., ::-1]
        values = (chips.astype(np.float32) - self._manifest["mean"]) / self._manifest["range"]
        if self._manifest["layout"] == "NCHW":
            values = values.transpose(0, 3, 1, 2)
        values = np.ascontiguousarray(values, np.float32)
        try:
            answer = np.asarray(self._session.run(None, {self._session.get_inputs()[0].name: values})[0])
        except Exception as error:  # as above
            raise OwnModelUnusable(folder=self._folder, why=message("why.own-model.chips")) from error
        if answer.shape != (len(chips), self.dimension):
            raise OwnModelUnusable(folder=self._folder, why=message("why.own-model.shape", shape=str(answer.shape)))
        answer = answer.astype(np.float32)
        if not np.isfinite(answer).all():
            raise OwnModelUnusable(folder=self._folder, why=message("why.own-model.no-numbers"))
        return answer


def model_name(folder: Path) -> str:
    """The file beside the manifest that holds the network. Raises OwnModelUnusable."""
    return str(_read_manifest(folder)["model"])


def try_model(folder: Path) -> EngineFacts:
    """Loads the network and lets it answer once. Raises OwnModelUnusable."""
    engine = OwnEngine(folder, DlibEngine("standard", PRESETS["standard"]))
    return EngineFacts(engine.digest, engine.dimension)


def _is_whole(model: bytes) -> bool:
    """Whether all of a network is in its file. Raises where it is none."""
    read = onnx.load_model_from_string(model)
    nodes = [node for function in read.functions for node in function.node]
    tensors = (*_tensors(read.graph), *_inside(nodes))
    return not any(map(onnx.external_data_helper.uses_external_data, tensors))


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _inside(graph.node)


def _inside(nodes: Sequence[Any]) -> Iterator[Any]:
    for attribute in (attribute for node in nodes for attribute in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for graph in (attribute.g, *attribute.graphs):
            yield from _tensors(graph)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.no-manifest")) from error
    if not isinstance(manifest, dict):
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.no-object"))
    for key, kind in _KINDS.items():
        if key not in manifest or not isinstance(manifest[key], kind):
            raise OwnModelUnusable(folder=folder, why=message("why.own-model.lacks", key=key))
    if Path(manifest["model"]).name != manifest["model"]:
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.elsewhere"))
    if manifest["colours"] not in ("RGB", "BGR") or manifest["layout"] not in ("NCHW", "NHWC"):
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.layout"))
    sizes = 0 < manifest["side"] <= LARGEST_SIDE and 0 < manifest["dimension"] <= LARGEST_DIMENSION
    numbers = all(abs(manifest[key]) <= LARGEST_NUMBER for key in ("mean", "range"))
    if not sizes or not numbers or manifest["range"] == 0 or not 0 <= manifest["padding"] <= LARGEST_PADDING:
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.bounds"))
    return manifest
