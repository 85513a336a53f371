"""One photo, from stored bytes to faces with templates: what index building and reference reading both call."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from dsr_desk.core.items import Box, Flaw, LedgerClass
from dsr_desk.core.message import Message, message, term
from dsr_desk.faces.decode import Decoded, decode
from dsr_desk.faces.engine import Engine, Pixels, Template
from dsr_desk.faces.frames import others
from dsr_desk.faces.partly import Partly, PartlyKind
from dsr_desk.faces.phash import perceptual_hash
from dsr_desk.faces.quality import judge
from dsr_desk.faces.texts import texts_in
from dsr_desk.faces.views import reference_templates

THUMBNAIL_SIDE = 128
THUMBNAIL_MARGIN = 0.3

SAME_SHOT = 0.995
"""Cosine from which a face of a further picture is the same shot of a face again, and not kept twice."""

SURELY_UPRIGHT = 0.95
"""Detector's score that upright faces reach: 98 of 100 on labelled photos, and 7 of 100 of the same photos turned."""


@dataclass(frozen=True)
class FoundFace:
    """A face of a photo. `box` is in pixels of the upright picture at full size; `frame` is that picture's number.

    `template` is there even where it is not comparable. `thumbnail` is a JPEG of at most 128 pixels a side, None
    unless asked for. What numbers pictures have is told in `frames`.
    """

    box: Box
    score: float
    quality: tuple[Flaw, ...]
    comparable: bool
    template: Template
    thumbnail: bytes | None = None
    frame: int = 0


@dataclass(frozen=True)
class PhotoResult:
    """What one photo holds. `width` and `height` are the upright photo's at full size, 0 where unknown.

    `reason` says why the photo is in its class or what was not looked for in it; mostly there is none. A truncated
    photo may still have faces. `phash` has 8 bytes, or none without pixels or with nothing to be seen; `looks` are the
    hashes of its further pictures, each once. `partly` is what was passed over, `texts` what is written in its file.
    """

    ledger_class: LedgerClass
    reason: Message | None
    width: int
    height: int
    phash: bytes
    faces: tuple[FoundFace, ...]
    partly: tuple[Partly, ...] = ()
    looks: tuple[bytes, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def examine(
    engine: Engine,
    data: bytes,
    orientation: int | None = None,
    *,
    thumbnails: bool = False,
    reference: bool = False,
) -> PhotoResult:
    """Decodes, detects, aligns, judges and embeds. Raises nothing for what stands in the bytes.

    `orientation` is an EXIF orientation that a container knows; it counts where the photo itself says nothing.
    `reference` embeds each face of the first picture in several views: for photos of whom to search, not for those
    searched in, whose pictures and texts are all looked at.
    """
    decoded = decode(data, orientation)
    texts, partly = ({}, ()) if reference else texts_in(data)
    if decoded.pixels is None:
        problem = decoded.problem or LedgerClass.UNREADABLE
        return PhotoResult(problem, decoded.reason, decoded.width, decoded.height, b"", (), partly, texts=texts)
    pixels = decoded.pixels
    shrunk = decoded.width / pixels.shape[1]
    faces = find_faces(engine, pixels, shrunk=shrunk, thumbnails=thumbnails, reference=reference)
    passed_over = _not_looked_for(engine, pixels, shrunk)
    further = _Further(engine, thumbnails, faces, perceptual_hash(pixels))
    if not reference:
        for one in others(data, orientation, pixels):
            further.add(one)
    everything = tuple(further.faces)
    reason = _both(decoded.reason, passed_over[0].why if passed_over else None)
    ledger_class, reason = _classify(everything, decoded.problem, reason)
    return PhotoResult(
        ledger_class,
        reason,
        decoded.width,
        decoded.height,
        further.looks[0],
        everything,
        _once((*passed_over, *further.partly, *partly, *_not_turned(engine, everything))),
        tuple(look for look in dict.fromkeys(further.looks[1:]) if look and look != further.looks[0]),
        texts,
    )


class _Further:
    """Faces and hashes of all pictures of a file, gathered from the first one on."""

    def __init__(self, engine: Engine, thumbnails: bool, faces: Iterable[FoundFace], look: bytes) -> None:
        self._engine, self._thumbnails = engine, thumbnails
        self.faces = list(faces)
        self.looks = [look]
        self.partly: list[Partly] = []

    def add(self, one: tuple[int, Decoded] | Partly) -> None:
        if isinstance(one, Partly):
            self.partly.append(one)
            return
        number, decoded = one
        pixels = decoded.pixels
        assert pixels is not None
        shrunk = decoded.width / pixels.shape[1]
        known = np.array([face.template for face in self.faces])
        for face in find_faces(self._engine, pixels, shrunk=shrunk, thumbnails=self._thumbnails):
            if not len(known) or float((known @ face.template).max()) < SAME_SHOT:
                self.faces.append(replace(face, frame=number))
        self.looks.append(perceptual_hash(pixels))
        self.partly += _not_looked_for(self._engine, pixels, shrunk)


def find_faces(
    engine: Engine, pixels: Pixels, *, shrunk: float = 1.0, thumbnails: bool = False, reference: bool = False
) -> tuple[FoundFace, ...]:
    """Faces of upright pixels, largest first. `shrunk` is how many times smaller these are than the stored photo."""
    detections = engine.detect(pixels)
    if not detections:
        return ()
    aligned = engine.align(pixels, detections)
    templates = reference_templates(engine, aligned.chips) if reference else engine.embed(aligned.chips)
    faces = []
    for detection, chip, landmarks, template in zip(
        detections, aligned.chips, aligned.landmarks, templates, strict=True
    ):
        quality = judge(detection.box, chip, landmarks)
        faces.append(
            FoundFace(
                box=_scaled(detection.box, shrunk),
                score=detection.score,
                quality=quality.flaws,
                comparable=quality.comparable,
                template=template,
                thumbnail=_thumbnail(pixels, detection.box) if thumbnails else None,
            )
        )
    return tuple(faces)


def _not_looked_for(engine: Engine, pixels: Pixels, shrunk: float) -> list[Partly]:
    """What an officer must know of a photo so large that small faces in it were passed over."""
    height, width = pixels.shape[:2]
    smallest = math.ceil(engine.smallest_face_in(width, height) * shrunk)
    if shrunk > 1.0:
        why = message("why.photo.shrunk", width=width, height=height, pixels=smallest)
        return [Partly(PartlyKind.SHRUNK, why)]
    if smallest > engine.smallest_face:
        return [Partly(PartlyKind.SMALL_FACES, message("why.photo.small-faces", pixels=smallest))]
    return []


def _not_turned(engine: Engine, faces: Sequence[FoundFace]) -> list[Partly]:
    """A photo whose faces may be none, since it may lie on its side; one without any has a class of its own."""
    if engine.turns or not faces or any(face.score >= SURELY_UPRIGHT for face in faces):
        return []
    return [Partly(PartlyKind.TURNED, message("why.photo.turned"))]


def _once(partly: Iterable[Partly]) -> tuple[Partly, ...]:
    """One of each kind and reason."""
    return tuple({(one.kind, one.why.code): one for one in reversed(tuple(partly))}.values())[::-1]


def _both(one: Message | None, other: Message | None) -> Message | None:
    return message("why.photo.both", one=one, other=other) if one and other else one or other


def _classify(
    faces: tuple[FoundFace, ...], problem: LedgerClass | None, reason: Message | None
) -> tuple[LedgerClass, Message | None]:
    if problem is not None:
        return problem, reason
    if not faces:
        return LedgerClass.NO_FACE, reason
    if not any(face.comparable for face in faces):
        flaws = sorted({flaw for face in faces for flaw in face.quality})
        return LedgerClass.NOT_COMPARABLE, message("why.photo.flaws", flaws=tuple(map(term, flaws)))
    return LedgerClass.FACES, reason


def _scaled(box: Box, factor: float) -> Box:
    if factor == 1.0:
        return box
    return Box(*(round(side * factor) for side in (box.left, box.top, box.right, box.bottom)))


def _thumbnail(pixels: Pixels, box: Box) -> bytes:
    height, width = pixels.shape[:2]
    across, down = round(box.width * THUMBNAIL_MARGIN), round(box.height * THUMBNAIL_MARGIN)
    top, bottom = max(0, box.top - down), min(height, box.bottom + down)
    left, right = max(0, box.left - across), min(width, box.right + across)
    crop = pixels[top:bottom, left:right]
    image = Image.fromarray(np.ascontiguousarray(crop))
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
