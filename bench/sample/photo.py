"""From people and a place to the bytes of a photo."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from bench.sample.backdrop import behind, scene
from bench.sample.figure import Figure, People, put
from bench.sample.grid import Field
from bench.sample.person import DAYLIGHT, Light

_LEVELS = 4095
_GAMMA = np.rint(255 * (np.arange(_LEVELS + 1) / _LEVELS) ** (1 / 2.2)).astype(np.uint8)


@dataclass(frozen=True)
class Picture:
    """What a photo shows and how it was taken. `small` makes it smaller afterwards, `quarter` turns it by 90°."""

    seed: int
    wide: int
    tall: int
    place: str
    figures: tuple[Figure, ...] = ()
    light: Light = DAYLIGHT
    grain: float = 0.012
    blur: float = 0.0
    small: float = 1.0
    quarter: int = 0
    quality: int = 88


def draw(picture: Picture, people: People) -> bytes:
    """The photo as JPEG; the same picture always gives the same bytes on one version of the libraries."""
    rng = np.random.default_rng(picture.seed)
    if picture.figures:
        canvas = behind(picture.place, picture.wide, picture.tall, rng) * np.float32(
            0.35 + 0.65 * min(1.2, picture.light.exposure)
        )
        for figure in sorted(picture.figures, key=lambda one: one.y):
            put(canvas, figure, people, picture.light)
        shown = _develop(canvas, picture, rng)
    else:
        shown = scene(picture.place, picture.wide, picture.tall, rng)
    return _jpeg(_afterwards(shown, picture), picture.quality)


def _develop(canvas: Field, picture: Picture, rng: np.random.Generator) -> Image.Image:
    tall, wide, _ = canvas.shape
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, tall, dtype=np.float32)[:, None]
    light = canvas * (1 - 0.12 * (across**2 + down**2))[..., None]
    light = light / (1 + 0.18 * light)
    steps = np.clip(light * np.float32(1.18 * _LEVELS), 0, _LEVELS).astype(np.int32)
    shown = _GAMMA[steps]
    if picture.grain:
        grain = (rng.standard_normal((tall, wide, 1), dtype=np.float32) * np.float32(255 * picture.grain)).astype(
            np.int16
        )
        shown = np.clip(shown.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(shown)


def _afterwards(shown: Image.Image, picture: Picture) -> Image.Image:
    if picture.blur:
        shown = shown.filter(ImageFilter.GaussianBlur(picture.blur))
    if picture.small != 1.0:
        shown = shown.resize(
            (round(shown.width * picture.small), round(shown.height * picture.small)), Image.Resampling.BOX
        )
    for _ in range(picture.quarter % 4):
        shown = shown.transpose(Image.Transpose.ROTATE_90)
    return shown


def _jpeg(shown: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=quality)
    return out.getvalue()
