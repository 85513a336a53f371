"""An organisation's own face network: a folder with an ONNX file and `engine.json` beside it becomes an engine.

Detection and alignment stay the product's. `engine.json`:

    {"name": "...", "model": "file.onnx", "dimension": 512, "side": 112, "padding": 0.25,
     "colours": "RGB" or "BGR", "layout": "NCHW" or "NHWC", "mean": 127.5, "range": 127.5, "mirror": true,
     "card": {"trained_on": "...", "known_weaknesses": "...", "licence": "..."}}

A pixel enters the network as (value - mean) / range. With `mirror` a template is the mean of chip and mirror image.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.faces.alignment import Aligner
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine import Alignment, Chips, Detection, ModelCard, Pixels
from dsr_desk.faces.runtime import both_ways, in_batches, of_length_one, session
from dsr_desk.faces.weights import LANDMARKS_FILE, weight_file

MANIFEST = "engine.json"
CODE_VERSION = 1
LARGEST_SIDE = 1024

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


class OwnModelUnusable(DeskError):
    code = "ENGINE-OWN-MODEL"
    happened = "The face model in {folder} cannot be used: {why}."
    means = "Nothing was indexed or searched with it; indexes made with it stay as they are."
    todo = "Mend engine.json or the ONNX file beside it; docs/file-formats.md says what they hold."


class OwnEngine:
    """See `Engine`. `base` detects; this one aligns as its network wants and embeds."""

    def __init__(self, folder: Path, base: DlibEngine) -> None:
        manifest = _read_manifest(folder)
        try:
            model = (folder / manifest["model"]).read_bytes()
            self._session = session(model)
        except OSError as error:
            raise OwnModelUnusable(
                folder=folder, why=message("why.own-model.unreadable", file=manifest["model"])
            ) from error
        except Exception as error:  # ONNX Runtime's own exceptions have no common base
            raise OwnModelUnusable(
                folder=folder, why=message("why.own-model.no-onnx", file=manifest["model"])
            ) from error
        self.name = str(manifest["name"])
        self.dimension = int(manifest["dimension"])
        self.smallest_face = base.smallest_face
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
        self.embed(np.zeros((1, manifest["side"], manifest["side"], 3), np.uint8))

    def smallest_face_in(self, width: int, height: int) -> int:
        return self._base.smallest_face_in(width, height)

    def detect(self, pixels: Pixels) -> list[Detection]:
        return self._base.detect(pixels)

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        return self._aligner.align(pixels, detections)

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        def batch(part: Chips) -> NDArray[np.float32]:
            return in_batches(self._run, part, self.dimension)

        return both_ways(batch, chips) if self._manifest["mirror"] else of_length_one(batch(chips))

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
        return answer.astype(np.float32)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
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
    if not 0 < manifest["side"] <= LARGEST_SIDE or manifest["dimension"] < 1 or manifest["range"] == 0:
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.bounds"))
    return manifest
