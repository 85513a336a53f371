"""What finds faces, side by side in one run: faces found, boxes that are none of them, seconds of the processor.

Of photos that show nobody all boxes are false; elsewhere the rest are faces that nobody annotated, or false.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.engine import BenchPhotosMissing
from bench.photos import Known, composite, find_sources, found_among, portrait, scene
from bench.steps import mosaic, shrunk, turned_unsaid
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine import Detection, Pixels
from dsr_desk.faces.networks import centerface, dlib_detectors
from dsr_desk.faces.presets import PRESETS, DlibSettings

DARK, NOISE = 0.12, 3.0
"""Of the light that was there, and grey levels of noise."""

BLUR = 2.5
"""Pixels of Gaussian blur."""

ANNOTATED_SIDES = 20, 220


@dataclass(frozen=True)
class DetectorRow:
    """`found` of `known` faces in `megapixels` of photos, `more` boxes beside them, `seconds` of the processor."""

    photos: str
    way: str
    known: int
    found: int
    more: int
    seconds: float
    megapixels: float


def detector_rows(folder: Path | None, *, nobody: int = 60) -> Iterator[DetectorRow]:
    """All ways on all kinds of photos; without a folder of annotated ones those that show nobody. Some minutes.

    Raises BenchPhotosMissing.
    """
    kinds = {"nobody, drawn": [Known(_jpeg(_nobody(seed)), ()) for seed in range(nobody)]}
    if folder is not None:
        kinds |= _kinds(folder)
    ways = _ways()
    for name, photos in kinds.items():
        for way, look in ways.items():
            yield _row(name, way, photos, look)


def _ways() -> dict[str, Callable[[Pixels], list[Detection]]]:
    found, plain = centerface(), PRESETS["standard"]

    def alone(pixels: Pixels) -> list[Detection]:
        return found.look(pixels, plain.scale(pixels.shape[1], pixels.shape[0]), plain.threshold)

    return {
        "dlib's two, upright": dlib_detectors(DlibSettings()).look,
        "CenterFace, upright": alone,
        "standard": DlibEngine("standard", plain).detect,
        "thorough": DlibEngine("thorough", PRESETS["thorough"]).detect,
    }


def _kinds(folder: Path) -> dict[str, list[Known]]:
    sources = find_sources(folder)
    if not sources.portraits or not sources.scenes:
        raise BenchPhotosMissing(folder=folder)
    scenes = [scene(one) for one in sources.scenes]
    step = max(1, len(sources.portraits) // 60)
    return {
        "scenes": scenes,
        "scenes, turned by 90, 180, 270°": [turned_unsaid(photo, turn) for photo in scenes for turn in (90, 180, 270)],
        "scenes at a third": [shrunk(photo, 3) for photo in scenes],
        "scenes, dark": [_changed(photo, _darker) for photo in scenes],
        "scenes, blurred": [_changed(photo, _blurred) for photo in scenes],
        "composites, 20 to 220 px": [
            composite(sources, seed, 800 + 160 * (seed % 6), *ANNOTATED_SIDES, 12) for seed in range(6)
        ],
        "composites, 12 to 36 px": [composite(sources, 400 + seed, 1200, 12, 36, 14) for seed in range(3)],
        "12 megapixels, 36 to 110 px": [composite(sources, 200 + seed, 4000, 36, 110, 20) for seed in range(2)],
        "40 megapixels, 40 to 200 px": [composite(sources, 300, 7200, 40, 200, 30)],
        "9 megapixels, 36 scenes": [mosaic(scenes)],
        "portraits": [portrait(path) for path in sources.portraits[::step]],
    }


def _row(name: str, way: str, photos: Sequence[Known], look: Callable[[Pixels], list[Detection]]) -> DetectorRow:
    found = more = 0
    seconds = megapixels = 0.0
    for photo in photos:
        with Image.open(io.BytesIO(photo.data)) as opened:
            pixels = np.asarray(opened.convert("RGB"))
        start = time.process_time()
        boxes = [one.box for one in look(pixels)]
        seconds += time.process_time() - start
        megapixels += pixels.shape[0] * pixels.shape[1] / 1e6
        right = found_among(photo.faces, boxes)
        found, more = found + right, more + len(boxes) - right
    known = sum(len(photo.faces) for photo in photos)
    return DetectorRow(name, way, known, found, more, seconds, megapixels)


def _changed(photo: Known, change: Callable[[Image.Image], Image.Image]) -> Known:
    with Image.open(io.BytesIO(photo.data)) as opened:
        return Known(_jpeg(change(opened.convert("RGB"))), photo.faces)


def _darker(photo: Image.Image) -> Image.Image:
    greys = np.asarray(photo) * DARK
    noise = np.random.default_rng(1).normal(0, NOISE, greys.shape)
    return Image.fromarray((greys + noise).clip(0, 255).astype(np.uint8))


def _blurred(photo: Image.Image) -> Image.Image:
    return photo.filter(ImageFilter.GaussianBlur(BLUR))


def _nobody(seed: int) -> Image.Image:
    """A landscape, a wall, a shelf of things or a texture, 400 to 1,600 pixels wide."""
    chance = random.Random(seed)
    width = chance.choice((400, 640, 1000, 1600))
    height = round(width * chance.choice((0.67, 0.75, 1.33)))
    noise = np.random.default_rng(seed)
    coarse = noise.integers(0, 256, (chance.choice((6, 20, 60)), chance.choice((6, 20, 60)), 3), np.uint8)
    photo = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(photo)
    for _ in range(chance.choice((0, 5, 25, 80))):
        x, y = chance.randrange(width), chance.randrange(height)
        across, down = (chance.randrange(4, width // 4) for _ in range(2))
        fill = tuple(chance.randrange(256) for _ in range(3))
        shape = chance.choice((pen.ellipse, pen.rectangle))
        shape((x, y, x + across, y + down), fill=fill, outline=chance.choice((None, (20, 20, 20))))
    grain = noise.normal(0, chance.choice((0, 8, 20)), (height, width, 1))
    photo = photo.filter(ImageFilter.GaussianBlur(chance.choice((0, 0.7, 2))))
    return Image.fromarray((np.asarray(photo) + grain).clip(0, 255).astype(np.uint8))


def _jpeg(photo: Image.Image) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=90)
    return out.getvalue()
