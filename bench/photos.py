"""Photos with known faces, to measure detection on: labelled faces pasted at many sizes over annotated scenes."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageEnhance

from dsr_desk.core.items import Box

PORTRAIT_SIDE = 250
FACE_IN_PORTRAIT = 90
"""Labelled portraits show a face of about this many pixels in the middle of `PORTRAIT_SIDE`."""

CUT = 160
"""Side of the middle of a portrait that is pasted."""


@dataclass(frozen=True)
class Known:
    """A JPEG and the boxes of the faces in it."""

    data: bytes
    faces: tuple[Box, ...]


@dataclass(frozen=True)
class Sources:
    """`portraits` have a face in their middle; `scenes` come with boxes."""

    portraits: tuple[Path, ...]
    scenes: tuple[tuple[Path, tuple[Box, ...]], ...]


def find_sources(folder: Path) -> Sources:
    """`folder/lfw/PERSON/*.jpg` and `folder/scenes/*.xml` with the photos that they annotate."""
    portraits = tuple(sorted((folder / "lfw").glob("*/*.jpg")))
    scenes = []
    for name in ("training.xml", "testing.xml"):
        path = folder / "scenes" / name
        if path.is_file():
            for image in ElementTree.parse(path).iter("image"):
                photo = path.parent / image.attrib["file"]
                scenes.append((photo, tuple(_box(element.attrib) for element in image.iter("box"))))
    return Sources(portraits, tuple(scenes))


def scene(source: tuple[Path, tuple[Box, ...]]) -> Known:
    return Known(source[0].read_bytes(), source[1])


def portrait(path: Path) -> Known:
    side = (PORTRAIT_SIDE - FACE_IN_PORTRAIT) // 2
    return Known(path.read_bytes(), (Box(side, side, PORTRAIT_SIDE - side, PORTRAIT_SIDE - side),))


def composite(sources: Sources, seed: int, width: int, smallest: float, largest: float, faces: int) -> Known:
    """A photo `width` pixels wide with up to `faces` pasted faces of `smallest` to `largest` pixels, and a scene's own.

    Half of them are tilted by up to 25 degrees, half are darker or brighter.
    """
    chance = random.Random(seed)
    path, boxes = chance.choice(sources.scenes)
    ground, known = _ground(path, boxes, width, round(width * chance.choice((0.67, 0.75, 1.0))))
    taken: list[Box] = []
    for _ in range(8 * faces):
        if len(taken) == faces:
            break
        size = smallest * (largest / smallest) ** chance.random()
        patch = _patch(chance.choice(sources.portraits), size, chance)
        if patch.width >= min(ground.size):
            continue
        left = chance.randint(0, ground.width - patch.width)
        top = chance.randint(0, ground.height - patch.height)
        place = Box(left, top, left + patch.width, top + patch.height)
        if any(place.overlap(other) > 0 for other in taken):
            continue
        ground.paste(patch, (left, top))
        taken.append(place)
        known = [box for box in known if box.overlap(place) == 0]
    pasted = [_middle(place) for place in taken]
    return Known(_jpeg(ground, chance.choice((75, 85, 92))), (*known, *pasted))


def found_among(known: Sequence[Box], found: Sequence[Box]) -> int:
    """How many known faces were found: the middle within a third of the side, the side within a factor of two."""
    left = list(found)
    count = 0
    for box in known:
        near = next((other for other in left if _means(box, other)), None)
        if near is not None:
            left.remove(near)
            count += 1
    return count


def _means(box: Box, other: Box) -> bool:
    across = (other.left + other.right - box.left - box.right) / 2
    down = (other.top + other.bottom - box.top - box.bottom) / 2
    near = max(abs(across), abs(down)) < 0.35 * box.width
    return near and 0.5 < other.width / box.width < 2


def _ground(path: Path, boxes: Sequence[Box], width: int, height: int) -> tuple[Image.Image, list[Box]]:
    with Image.open(path) as opened:
        photo = opened.convert("RGB")
    grown = max(width / photo.width, height / photo.height)
    size = (math.ceil(photo.width * grown), math.ceil(photo.height * grown))
    ground = photo.resize(size, Image.Resampling.BICUBIC).crop((0, 0, width, height))
    known = [Box(*(round(side * grown) for side in (box.left, box.top, box.right, box.bottom))) for box in boxes]
    return ground, [box for box in known if box.right <= width and box.bottom <= height]


def _patch(path: Path, size: float, chance: random.Random) -> Image.Image:
    with Image.open(path) as opened:
        patch = opened.convert("RGB")
    if chance.random() < 0.5:
        patch = patch.rotate(chance.uniform(-25, 25), Image.Resampling.BICUBIC)
    edge = (patch.width - CUT) // 2
    patch = patch.crop((edge, edge, edge + CUT, edge + CUT))
    side = max(8, round(CUT * size / FACE_IN_PORTRAIT))
    patch = patch.resize((side, side), Image.Resampling.LANCZOS)
    return ImageEnhance.Brightness(patch).enhance(chance.uniform(0.4, 1.3)) if chance.random() < 0.5 else patch


def _middle(place: Box) -> Box:
    edge = round(place.width * (1 - FACE_IN_PORTRAIT / CUT) / 2)
    return Box(place.left + edge, place.top + edge, place.right - edge, place.bottom - edge)


def _box(attributes: dict[str, str]) -> Box:
    left, top = int(attributes["left"]), int(attributes["top"])
    return Box(left, top, left + int(attributes["width"]), top + int(attributes["height"]))


def _jpeg(photo: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=quality)
    return out.getvalue()
