"""What the face engine costs and finds, beside face_recognition, in one run on one thread.

Both sides take turns on each photo, so that what else the computer does weighs on both; ratios are medians over turns.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.limits import least_seconds, of_detector, of_embedder, seconds_as_matrix_product
from bench.photos import Known, Sources, composite, find_sources, found_among, portrait, scene
from bench.reference_engine import ReferenceEngine
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box
from dsr_desk.core.message import quoted
from dsr_desk.faces.cnn import CnnDetector
from dsr_desk.faces.dlib_engine import CHIP_SIDE, DlibEngine
from dsr_desk.faces.engine import Pixels
from dsr_desk.faces.networks import dlib_detectors
from dsr_desk.faces.photo import examine
from dsr_desk.faces.presets import PRESETS, DlibSettings
from dsr_desk.faces.weights import DETECTOR_FILE, EMBEDDER_FILE, read_detector, read_embedder, weight_file
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent

DLIB_STEP = 5 / 6
LONGEST_IN_COMMAND = 1600
"""The face_recognition command shrinks photos to this before it looks."""


class BenchPhotosMissing(DeskError):
    code = "BENCH-PHOTOS-MISSING"
    happened = "There are no labelled photos in {folder}."
    means = "Nothing was measured."
    todo = "Give a folder with lfw/PERSON/*.jpg and scenes/*.xml in it."


@dataclass(frozen=True)
class BenchRow:
    """`ours` and `peer` in `unit` (median seconds a turn, or faces found of `known`); `ratio` over 1 is in our favour.

    For times the ratio is peer over ours, the median over turns; for faces it is ours over peer.
    """

    what: str
    against: str
    ours: float
    peer: float
    ratio: float
    unit: str
    known: int | None = None


@dataclass(frozen=True)
class _Side:
    """One way to find faces, timed from stored bytes to templates."""

    name: str
    run: Callable[[bytes], list[Box]]


def engine_bench(
    folder: Path | None = None,
    *,
    portraits: int = 60,
    composites: int = 6,
    large: int = 4,
    turns: int = 15,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> list[BenchRow]:
    """All rows; without a folder of photos those of the networks alone, whose cost does not depend on the picture.

    With the numbers given it takes some minutes, most of them face_recognition's CNN. Raises BenchPhotosMissing,
    Cancelled.
    """
    parts: list[tuple[str, Callable[[], list[BenchRow]]]] = [
        ("embedding", lambda: _embedding_rows(turns)),
        ("CNN detection", lambda: _cnn_rows(-(-turns // 3), turns)),
    ]
    if folder is not None:
        sources = find_sources(folder)
        if not sources.portraits or not sources.scenes:
            raise BenchPhotosMissing(folder=folder)
        parts += _photo_parts(sources, portraits, composites, large)
    rows: list[BenchRow] = []
    for done, (phase, measure) in enumerate(parts):
        report(Progress(quoted(phase), done, len(parts)))
        if cancel is not None:
            cancel.check()
        rows += measure()
    return rows


def _photo_parts(
    sources: Sources, portraits: int, composites: int, large: int
) -> list[tuple[str, Callable[[], list[BenchRow]]]]:
    standard = _Side("standard", _product(DlibEngine("standard", PRESETS["standard"])))
    thorough = _Side("thorough", _product(DlibEngine("thorough", PRESETS["thorough"])))
    step = max(1, len(sources.portraits) // portraits)
    mixed = [composite(sources, seed, 800 + 160 * (seed % 6), 20, 220, 12) for seed in range(composites)]
    huge = [composite(sources, 100 + seed, 4000, 60, 700, 10) for seed in range(large)]
    return [
        (
            "portraits",
            lambda: _photo_rows(
                "portraits of 250 px", [portrait(path) for path in sources.portraits[::step]], standard, [_default()]
            ),
        ),
        (
            "scenes",
            lambda: _photo_rows("annotated scenes", [scene(one) for one in sources.scenes], standard, [_default()]),
        ),
        (
            "composites",
            lambda: [
                *_photo_rows("composites of 800 to 1,600 px", mixed, standard, [_default(), _upsampled()]),
                *_photo_rows("composites of 800 to 1,600 px", mixed, thorough, [_default(), _upsampled()]),
                *_photo_rows("composites, the first three", mixed[:3], thorough, [_cnn_mode()]),
            ],
        ),
        ("large photos", lambda: _photo_rows("12 megapixels", huge, standard, [_command()])),
    ]


def _photo_rows(what: str, photos: Sequence[Known], ours: _Side, peers: Sequence[_Side]) -> list[BenchRow]:
    """Two rows for each peer: seconds a photo and faces found."""
    known = sum(len(photo.faces) for photo in photos)
    sides = [ours, *peers]
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    found = {side.name: 0 for side in sides}
    for photo in photos:
        for side in sides:
            start = time.perf_counter()
            boxes = side.run(photo.data)
            seconds[side.name].append(time.perf_counter() - start)
            found[side.name] += found_among(photo.faces, boxes)
    rows = []
    for peer in peers:
        what_ours = f"{what}, {ours.name}"
        rows.append(_timed(what_ours, peer.name, seconds[ours.name], seconds[peer.name]))
        here, there = found[ours.name], found[peer.name]
        rows.append(BenchRow(what_ours, peer.name, here, there, here / max(1, there), "faces", known))
    return rows


def _embedding_rows(turns: int) -> list[BenchRow]:
    reference, engine = ReferenceEngine(), DlibEngine("standard", PRESETS["standard"])
    chips = _noise(CHIP_SIDE)[None]
    one = _in_turns(lambda: engine.raw_embeddings(chips), lambda: reference.embed(chips), turns)
    both = _in_turns(lambda: engine.embed(chips), lambda: reference.embed(chips), turns)
    peer = "face_recognition, one view"
    work = of_embedder(read_embedder(weight_file(EMBEDDER_FILE).read_bytes()))
    return [
        _timed("embedding one chip", peer, *one),
        _timed("embedding a chip and its mirror image", peer, *both),
        _against_limit("embedding one chip", lambda: engine.raw_embeddings(chips), work, turns, rounded=False),
    ]


def _cnn_rows(beside_peer: int, turns: int) -> list[BenchRow]:
    import dlib

    pixels = _noise(512)
    weights = read_detector(weight_file(DETECTOR_FILE).read_bytes())
    theirs = dlib.cnn_face_detection_model_v1(str(weight_file(DETECTOR_FILE)))
    rows = []
    for how, rounded, step in (
        ("dlib's own pyramid", False, DLIB_STEP),
        ("dlib's own pyramid, in integers", True, DLIB_STEP),
        ("as thorough looks", True, DlibSettings().step),
    ):
        what = f"CNN detection, 512 × 512, {how}"
        look = _looks(_detector(rounded), pixels, step)
        rows.append(
            _timed(
                what, "face_recognition model=cnn, upsample 0", *_in_turns(look, lambda: theirs(pixels, 0), beside_peer)
            )
        )
        rows.append(_against_limit(what, look, of_detector(weights, 512, 512, step), turns, rounded=rounded))
    return rows


def _against_limit(what: str, run: Callable[[], Any], multiply_adds: float, turns: int, *, rounded: bool) -> BenchRow:
    seconds = least_seconds(run, 2 * turns)
    limit = seconds_as_matrix_product(multiply_adds, rounded=rounded, turns=2 * turns)
    against = f"its {multiply_adds / 1e9:.2g} G multiply-adds as one matrix product"
    return BenchRow(what, against, seconds, limit, limit / seconds, "s")


def _looks(detector: CnnDetector, pixels: Pixels, step: float) -> Callable[[], Any]:
    return lambda: detector.detect(pixels, 1.0, step)


def _detector(rounded: bool) -> CnnDetector:
    return dlib_detectors(DlibSettings(rounded=rounded)).cnn


def _product(engine: DlibEngine) -> Callable[[bytes], list[Box]]:
    return lambda data: [face.box for face in examine(engine, data).faces]


def _default() -> _Side:
    return _Side("face_recognition, as it comes", _theirs(ReferenceEngine("hog", 1)))


def _upsampled() -> _Side:
    return _Side("face_recognition, upsample 2", _theirs(ReferenceEngine("hog", 2)))


def _cnn_mode() -> _Side:
    return _Side("face_recognition, model=cnn", _theirs(ReferenceEngine("cnn", 1)))


def _command() -> _Side:
    return _Side("face_recognition command", _theirs(ReferenceEngine("hog", 1), LONGEST_IN_COMMAND))


def _theirs(engine: ReferenceEngine, longest: int | None = None) -> Callable[[bytes], list[Box]]:
    def run(data: bytes) -> list[Box]:
        pixels = _pixels(data)
        side = max(pixels.shape)
        if longest is not None and side > longest:
            photo = Image.fromarray(pixels)
            photo.thumbnail((longest, longest), Image.Resampling.LANCZOS)
            pixels = np.asarray(photo)
        found = engine.detect(pixels)
        engine.embed(engine.align(pixels, found).chips)
        grown = side / max(pixels.shape)
        sides = [(one.box.left, one.box.top, one.box.right, one.box.bottom) for one in found]
        return [Box(*(round(at * grown) for at in box)) for box in sides]

    return run


def _in_turns(ours: Callable[[], Any], peer: Callable[[], Any], turns: int) -> tuple[list[float], list[float]]:
    ours()
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for run, kept in zip((ours, peer), seconds, strict=True):
            start = time.perf_counter()
            run()
            kept.append(time.perf_counter() - start)
    return seconds


def _timed(what: str, against: str, ours: Sequence[float], peer: Sequence[float]) -> BenchRow:
    ratio = statistics.median(there / here for here, there in zip(ours, peer, strict=True))
    return BenchRow(what, against, statistics.median(ours), statistics.median(peer), ratio, "s")


def _noise(side: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)


def _pixels(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(opened.convert("RGB"))
