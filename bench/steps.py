"""What each step of the search for faces is good for: the annotated scenes, made so that the step is needed.

For each step: faces found of those annotated without the step, by the product's two presets, and by face_recognition as
it comes and in its `cnn` mode. Photos are read by face_recognition as its own loader reads them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from bench.engine import BenchPhotosMissing
from bench.photos import Known, find_sources, found_among, scene
from bench.reference_engine import ReferenceEngine
from dsr_desk.core.items import Box
from dsr_desk.core.message import quoted
from dsr_desk.faces.alignment import turned_box
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine import Detection, Pixels
from dsr_desk.faces.networks import centerface, dlib_detectors
from dsr_desk.faces.photo import examine
from dsr_desk.faces.presets import PRESETS, DlibSettings, EngineSettings
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent

EXIF_TURNS = {90: 6, 180: 3, 270: 8}
"""The EXIF orientation of a photo stored turned counter-clockwise by so many degrees."""

LARGEST_FOR_CNN = 1e6
"""In more pixels face_recognition's cnn mode is not measured: it would need minutes a photo, and gigabytes."""

SHRUNK_TO = 1600

MOSAIC = 6
"""So many scenes stand beside each other, and so many below each other, in the one large photo."""


@dataclass(frozen=True)
class StepRow:
    """Faces found of `known`. `without` says what was left out; `cnn` is None where it was not measured."""

    step: str
    photos: str
    known: int
    without: str
    found_without: int
    standard: int
    thorough: int
    default: int
    cnn: int | None


@dataclass(frozen=True)
class _Shown:
    """A stored photo; `faces` in the photo as it is stored, `upright` in the one that `orientation` makes of it."""

    data: bytes
    faces: tuple[Box, ...]
    upright: tuple[Box, ...]
    orientation: int | None = None


_Way = Callable[[_Shown], int]


def step_rows(
    folder: Path, *, report: Report = silent, cancel: CancelToken | None = None, cnn: bool = True
) -> list[StepRow]:
    """A row for each step; some minutes, nearly all of them face_recognition's cnn mode, which `cnn` leaves out.

    Raises BenchPhotosMissing, Cancelled.
    """
    scenes = [scene(one) for one in find_sources(folder).scenes]
    if not scenes:
        raise BenchPhotosMissing(folder=folder)
    ways = _Ways(cnn)
    rows = []
    steps = list(_steps(scenes, ways))
    for done, (step, what, photos, without, way) in enumerate(steps):
        report(Progress(quoted(step), done, len(steps)))
        if cancel is not None:
            cancel.check()
        rows.append(ways.row(step, what, photos, without, way))
    return rows


def _steps(scenes: Sequence[Known], ways: _Ways) -> list[tuple[str, str, list[_Shown], str, _Way]]:
    as_they_are = [_Shown(photo.data, photo.faces, photo.faces) for photo in scenes]
    tilted = [_tilted(photo, angle) for photo in scenes for angle in (-30, 30)]
    said = [_turned(photo, turn, in_file=True) for photo in scenes for turn in EXIF_TURNS]
    known_elsewhere = [_turned(photo, turn, in_file=False) for photo in scenes for turn in EXIF_TURNS]
    unsaid = [replace(photo, upright=photo.faces, orientation=None) for photo in known_elsewhere]
    halved, third = ([_shrunk(photo, part) for photo in scenes] for part in (2, 3))
    ignored = "orientation ignored, standard"
    thorough = PRESETS["thorough"]
    return [
        ("detectors", "as they are", as_they_are, "dlib's two alone", ways.dlib_alone),
        ("detectors", "as they are", as_they_are, "CenterFace alone, as in standard", ways.centerface_alone),
        ("detectors", "tilted by 30°", tilted, "dlib's two alone", ways.dlib_alone),
        ("detectors", "tilted by 30°", tilted, "CenterFace alone, as in standard", ways.centerface_alone),
        ("orientation in the file", "stored turned", said, ignored, ways.as_stored),
        ("orientation in a shard's metadata", "stored turned", known_elsewhere, ignored, ways.as_stored),
        (
            "rotations",
            "turned, nothing says so",
            unsaid,
            "thorough, upright only",
            ways.of(replace(thorough, turns=())),
        ),
        ("smallest face", "shrunk to a half", halved, "dlib's two alone", ways.dlib_alone),
        ("smallest face", "shrunk to a third", third, "dlib's two alone", ways.dlib_alone),
        (
            "tiling",
            "36 scenes as one photo of 9 megapixels",
            [_mosaic(scenes, MOSAIC)],
            "shrunk to 1,600, thorough",
            ways.small,
        ),
    ]


class _Ways:
    """Ways to count the faces found in a photo; those of face_recognition remember what they counted."""

    def __init__(self, cnn: bool) -> None:
        self._standard = DlibEngine("standard", PRESETS["standard"])
        self._thorough = DlibEngine("thorough", PRESETS["thorough"])
        self._dlib, self._centerface = dlib_detectors(DlibSettings()), centerface()
        self._default = ReferenceEngine("hog", 1)
        self._cnn = ReferenceEngine("cnn", 1) if cnn else None
        self._counted: dict[tuple[str, bytes], int] = {}

    def row(self, step: str, what: str, photos: Sequence[_Shown], without: str, way: _Way) -> StepRow:
        return StepRow(
            step=step,
            photos=what,
            known=sum(len(photo.faces) for photo in photos),
            without=without,
            found_without=sum(map(way, photos)),
            standard=sum(_examined(self._standard, photo) for photo in photos),
            thorough=sum(_examined(self._thorough, photo) for photo in photos),
            default=sum(self._theirs(self._default, photo) for photo in photos),
            cnn=self._by_cnn(photos),
        )

    def of(self, settings: EngineSettings) -> _Way:
        engine = DlibEngine("bench", settings)
        return lambda photo: _examined(engine, photo)

    def as_stored(self, photo: _Shown) -> int:
        return _found(photo.faces, self._standard.detect(_pixels(photo.data)))

    def dlib_alone(self, photo: _Shown) -> int:
        return _found(photo.faces, self._dlib.look(_pixels(photo.data)))

    def centerface_alone(self, photo: _Shown) -> int:
        settings, pixels = PRESETS["standard"], _pixels(photo.data)
        scale = settings.scale(pixels.shape[1], pixels.shape[0])
        return _found(photo.faces, self._centerface.look(pixels, scale, settings.threshold))

    def small(self, photo: _Shown) -> int:
        opened = Image.fromarray(_pixels(photo.data))
        smaller = _resized(opened, photo.faces, SHRUNK_TO / max(opened.size))
        return _examined(self._thorough, smaller)

    def _by_cnn(self, photos: Sequence[_Shown]) -> int | None:
        if self._cnn is None or any(_pixels(photo.data).size > 3 * LARGEST_FOR_CNN for photo in photos):
            return None
        return sum(self._theirs(self._cnn, photo) for photo in photos)

    def _theirs(self, engine: ReferenceEngine, photo: _Shown) -> int:
        pixels = _pixels(photo.data)
        key = (engine.digest, pixels.tobytes())
        if key not in self._counted:
            self._counted[key] = _found(photo.faces, engine.detect(pixels))
        return self._counted[key]


def _examined(engine: DlibEngine, photo: _Shown) -> int:
    faces = examine(engine, photo.data, photo.orientation).faces
    return found_among(photo.upright, [face.box for face in faces])


def _found(known: Sequence[Box], found: Sequence[Detection]) -> int:
    return found_among(known, [detection.box for detection in found])


def _pixels(data: bytes) -> Pixels:
    """As they are stored, whatever the file says about its orientation."""
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(opened.convert("RGB"))


def _turned(photo: Known, turn: int, *, in_file: bool) -> _Shown:
    pixels = np.rot90(_pixels(photo.data), turn // 90)
    height, width = _pixels(photo.data).shape[:2]
    faces = tuple(turned_box(box, turn, (height, width)) for box in photo.faces)
    exif = Image.Exif()
    if in_file:
        exif[0x0112] = EXIF_TURNS[turn]
    data = _jpeg(Image.fromarray(np.ascontiguousarray(pixels)), exif)
    return _Shown(data, faces, photo.faces, None if in_file else EXIF_TURNS[turn])


def _tilted(photo: Known, angle: float) -> _Shown:
    """Turned about its middle by `angle` degrees counter-clockwise; faces that leave the photo do not count."""
    opened = Image.fromarray(_pixels(photo.data))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    faces = []
    for box in photo.faces:
        x, y = (box.left + box.right - opened.width) / 2, (box.top + box.bottom - opened.height) / 2
        middle_x, middle_y = opened.width / 2 + cos * x + sin * y, opened.height / 2 - sin * x + cos * y
        half = box.width / 2
        if half <= middle_x <= opened.width - half and half <= middle_y <= opened.height - half:
            sides = (middle_x - half, middle_y - half, middle_x + half, middle_y + half)
            faces.append(Box(*map(round, sides)))
    shown = opened.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
    return _Shown(_jpeg(shown), tuple(faces), tuple(faces))


def _shrunk(photo: Known, part: int) -> _Shown:
    return _resized(Image.fromarray(_pixels(photo.data)), photo.faces, 1 / part)


def _resized(photo: Image.Image, faces: Sequence[Box], scale: float) -> _Shown:
    size = (round(photo.width * scale), round(photo.height * scale))
    boxes = tuple(Box(*(round(side * scale) for side in (box.left, box.top, box.right, box.bottom))) for box in faces)
    return _Shown(_jpeg(photo.resize(size, Image.Resampling.LANCZOS)), boxes, boxes)


def _mosaic(scenes: Sequence[Known], across: int, side: int = 500) -> _Shown:
    """`across` times `across` scenes beside each other, each in a square of `side` pixels, over and over."""
    whole = Image.new("RGB", (across * side, across * side), (128, 128, 128))
    faces = []
    for i in range(across**2):
        photo = scenes[i % len(scenes)]
        left, top = side * (i % across), side * (i // across)
        whole.paste(Image.fromarray(_pixels(photo.data)), (left, top))
        faces += [Box(left + box.left, top + box.top, left + box.right, top + box.bottom) for box in photo.faces]
    return _Shown(_jpeg(whole), tuple(faces), tuple(faces))


def _jpeg(photo: Image.Image, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=95, exif=exif or Image.Exif())
    return out.getvalue()


def turned_unsaid(photo: Known, turn: int) -> Known:
    """A scene stored turned counter-clockwise by so many degrees; nothing says so."""
    shown = _turned(photo, turn, in_file=False)
    return Known(shown.data, shown.faces)


def shrunk(photo: Known, part: int) -> Known:
    shown = _shrunk(photo, part)
    return Known(shown.data, shown.faces)


def mosaic(scenes: Sequence[Known]) -> Known:
    """36 scenes as one photo of 9 megapixels."""
    shown = _mosaic(scenes, MOSAIC)
    return Known(shown.data, shown.faces)
