"""An organisation's own face network: a folder with an ONNX file and `engine.json` beside it becomes an engine.

The manifest (see `manifest`) says how chips are aligned and what enters the network; it may name a detector beside it.
With `mirror` a template is the mean of chip and mirror image. A network that takes so many chips at once and no others
gets so many.

The files are from outside: everything here runs in cells (see `facts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.message import Message, message
from dsr_desk.faces.alignment import Aligner, TemplateAligner
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine import Alignment, Chips, Detection, Pixels
from dsr_desk.faces.engine_check import read_check
from dsr_desk.faces.facts import EngineFacts, OwnModelUnusable
from dsr_desk.faces.manifest import DetectorPart, DlibAlignment, Manifest, read_manifest
from dsr_desk.faces.own_detector import TURNS, OwnDetector
from dsr_desk.faces.presets import PRESETS
from dsr_desk.faces.runtime import BATCH, both_ways, of_length_one, session
from dsr_desk.faces.weights import LANDMARKS_FILE, weight_file

CODE_VERSION = 1
"""Of contract 1, whose digests stay."""

CONTRACT_VERSION = 1
"""Of contract 2: to be raised with every change after which the same photo gets another template."""


class OwnEngine:
    """See `Engine`. `base` detects where the manifest names no detector; this one aligns and embeds."""

    def __init__(self, folder: Path, base: DlibEngine) -> None:
        manifest = read_manifest(folder)
        self._folder = folder
        self._manifest = manifest
        model = self._whole(manifest.model)
        self._session: Any = self._loaded(model)
        digests = [hashlib.sha256(model).hexdigest()]
        self._detector: OwnDetector | DlibEngine = base
        self.smallest_face, self.turns = base.smallest_face, base.turns
        if manifest.detector is not None:
            found = self._whole(manifest.detector.model)
            digests.append(hashlib.sha256(found).hexdigest())
            self._detector = self._detecting(found, manifest.detector)
            self.smallest_face, self.turns = self._detector.smallest_face, TURNS
        self.name = manifest.name
        self.dimension = manifest.dimension
        beside = (manifest.detector.model,) if manifest.detector else base.card.networks[:2]
        self.card = manifest.model_card(beside)
        self.digest = _digest(manifest, digests)
        self._aligner = _aligner(manifest)
        self._at_once = self._tried_at_once()

    def smallest_face_in(self, width: int, height: int) -> int:
        return self._detector.smallest_face_in(width, height)

    def detect(self, pixels: Pixels) -> list[Detection]:
        return self._detector.detect(pixels)

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        return self._aligner.align(pixels, detections)

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        return both_ways(self._batches, chips) if self._manifest.mirror else of_length_one(self._batches(chips))

    def _tried_at_once(self) -> tuple[int, bool]:
        """How many chips go in at once, and whether no fewer may. Raises OwnModelUnusable where none can."""
        takes = self._session.get_inputs()[0].shape
        fixed = self._manifest.batch or (takes[0] if takes and isinstance(takes[0], int) else 0)
        side = self._manifest.side
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
        manifest = self._manifest
        if manifest.colours == "BGR":
            chips = chips[..., ::-1]
        values = (chips.astype(np.float32) - np.array(manifest.mean, np.float32)) / np.array(manifest.scale, np.float32)
        if manifest.layout == "NCHW":
            values = values.transpose(0, 3, 1, 2)
        values = np.ascontiguousarray(values, np.float32)
        try:
            answer = np.asarray(self._session.run(None, {self._session.get_inputs()[0].name: values})[0])
        except Exception as error:  # as above
            raise self._refused(message("why.own-model.chips")) from error
        if answer.shape != (len(chips), self.dimension):
            raise self._refused(message("why.own-model.shape", shape=str(answer.shape)))
        answer = answer.astype(np.float32)
        if not np.isfinite(answer).all():
            raise self._refused(message("why.own-model.no-numbers"))
        return answer

    def _whole(self, file: str) -> bytes:
        """A network's file, all of it."""
        try:
            model = (self._folder / file).read_bytes()
        except OSError as error:
            raise self._refused(message("why.own-model.unreadable", file=file)) from error
        try:
            whole = _is_whole(model)
        except Exception as error:  # ONNX raises what has no common base
            raise self._refused(message("why.own-model.no-onnx", file=file)) from error
        if not whole:
            raise self._refused(message("why.own-model.external", file=file))
        return model

    def _loaded(self, model: bytes) -> Any:
        try:
            return session(model)
        except Exception as error:  # so does ONNX Runtime
            raise self._refused(message("why.own-model.no-onnx", file=self._manifest.model)) from error

    def _detecting(self, model: bytes, part: DetectorPart) -> OwnDetector:
        try:
            return OwnDetector(model, part)
        except Exception as error:  # as above; and what a network answers that is of another family
            raise self._refused(message("why.own-model.detector", file=part.model, preset=part.preset)) from error

    def _refused(self, why: Message) -> OwnModelUnusable:
        return OwnModelUnusable(folder=self._folder, why=why)


def model_files(folder: Path) -> list[str]:
    """The files beside the manifest that hold networks. Raises OwnModelUnusable."""
    return list(read_manifest(folder).files)


def try_model(folder: Path) -> EngineFacts:
    """Loads the networks and lets them answer once. Raises OwnModelUnusable."""
    engine = OwnEngine(folder, DlibEngine("standard", PRESETS["standard"]))
    return EngineFacts(engine.digest, engine.dimension, engine.card, read_check(folder, engine.digest))


def _digest(manifest: Manifest, digests: Sequence[str]) -> str:
    """What is said on the card changes no template, but in contract 1 it changed the digest."""
    if manifest.contract == 1:
        spelled = {key: repr(value) for key, value in manifest.said.items()}
        return digest_of(["own", CODE_VERSION, digests[0], spelled])
    spelled = {key: repr(value) for key, value in manifest.said.items() if key not in ("card", "name")}
    return digest_of(["own", "contract 2", CONTRACT_VERSION, list(digests), spelled])


def _aligner(manifest: Manifest) -> Aligner | TemplateAligner:
    landmarks = weight_file(LANDMARKS_FILE)
    if isinstance(manifest.alignment, DlibAlignment):
        return Aligner(landmarks, manifest.side, manifest.alignment.padding)
    return TemplateAligner(landmarks, manifest.side, manifest.alignment)


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
