"""A person as seen in a photo: head, glasses, shoulders and shirt, laid over whatever is behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from bench.sample.camera import Shot, project, surface_point, take
from bench.sample.grid import Field, smooth
from bench.sample.hair import shows_ears
from bench.sample.head import Head, build_head, expressed
from bench.sample.person import AT_REST, SHIRTS, STRAIGHT, Colour, Expression, Features, Light, Pose

FINER = 2
"""A head is rendered this many times finer than the photo and then averaged."""

_RIMS = {
    "round": (0.205, 0.20, 2.0),
    "square": (0.225, 0.175, 5.0),
    "wide": (0.245, 0.20, 3.2),
    "dark": (0.26, 0.22, 3.0),
}


@dataclass(frozen=True)
class Figure:
    """One person in one photo. `x`, `y` are the middle of the eyes in pixels, `scale` pixels per half face width."""

    person: int
    x: float
    y: float
    scale: float
    pose: Pose = STRAIGHT
    mood: Expression = AT_REST
    shirt: Colour = SHIRTS[0]
    sunglasses: bool = False


class People:
    """Heads by number, each built once."""

    def __init__(self, features: list[Features]) -> None:
        self.features = features
        self._heads: dict[int, Head] = {}

    def head(self, number: int) -> Head:
        """The head of that person without its movable parts."""
        if number not in self._heads:
            self._heads[number] = build_head(self.features[number])
        return self._heads[number]


def put(canvas: Field, figure: Figure, people: People, light: Light) -> None:
    """Draws the person over the canvas (rows, columns, 3; linear light) in place."""
    face = people.features[figure.person]
    head = expressed(people.head(figure.person), face, figure.mood)
    shot = take(head, figure.pose, light, figure.scale * FINER)
    glasses = "dark" if figure.sunglasses else face.glasses
    if glasses != "none":
        _wear(shot, head, face, figure.pose, glasses, light.exposure)
    colour, alpha = _average(shot)
    origin = (round(figure.x - shot.origin[0] / FINER), round(figure.y - shot.origin[1] / FINER))
    _over(canvas, colour, alpha, origin)
    _dress(canvas, figure, face, light)


def _average(shot: Shot) -> tuple[Field, Field]:
    """Premultiplied colours and cover, averaged down to the photo's pixels."""
    tall, wide = (side // FINER for side in shot.alpha.shape)
    alpha = shot.alpha[: tall * FINER, : wide * FINER]
    colour = shot.colour[: tall * FINER, : wide * FINER] * alpha[..., None]
    parts = [(slice(i, None, FINER), slice(j, None, FINER)) for i in range(FINER) for j in range(FINER)]
    share = np.float32(1 / len(parts))
    return np.sum([colour[part] for part in parts], axis=0) * share, np.sum(
        [alpha[part] for part in parts], axis=0
    ) * share


def _over(canvas: Field, colour: Field, alpha: Field, origin: tuple[int, int]) -> None:
    """Lays premultiplied colours over the canvas at (left, top), cut at its edges."""
    left, top = origin
    tall, wide = alpha.shape
    rows = slice(max(0, top), min(canvas.shape[0], top + tall))
    columns = slice(max(0, left), min(canvas.shape[1], left + wide))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    part = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    canvas[rows, columns] = canvas[rows, columns] * (1 - alpha[part][..., None]) + colour[part]


def _wear(shot: Shot, head: Head, face: Features, pose: Pose, kind: str, lit: float) -> None:
    """Glasses: rims before the eyes, a bridge, and the temple on the side that is seen."""
    across, down, power = _RIMS[kind]
    size = (shot.alpha.shape[1], shot.alpha.shape[0])
    lines, lenses = Image.new("L", size), Image.new("L", size)
    pen, fill = ImageDraw.Draw(lines), ImageDraw.Draw(lenses)
    thick = max(2, round(shot.scale * (0.045 if kind in ("square", "dark") else 0.030)))
    depth = max(surface_point(head, side * face.eye_apart, 0.0)[2] for side in (-1, 1)) + 0.10
    turn = np.linspace(0, 2 * np.pi, 40)
    wave = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    shape = np.sign(wave) * np.abs(wave) ** (2 / power)
    for side in (-1, 1):
        middle = side * max(face.eye_apart, across + 0.05)
        rim = np.column_stack([middle + across * shape[:, 0], -0.03 + down * shape[:, 1], np.full(40, depth)])
        rim[:, 2] -= 0.35 * np.clip(np.abs(rim[:, 0]) - 0.35, 0, None)
        seen = [tuple(point) for point in project(rim.astype(np.float32), pose, shot).tolist()]
        pen.line([*seen, seen[0], seen[1]], fill=255, width=thick, joint="curve")
        fill.polygon(seen, fill=255)
        if side * pose.yaw < -6 and shows_ears(face):
            reach = np.array([(middle + side * across, 0.03, depth - 0.10), (side * 0.88, 0.03, 0.0)], np.float32)
            pen.line([tuple(point) for point in project(reach, pose, shot).tolist()], fill=255, width=thick)
    inner = max(face.eye_apart, across + 0.05) - across
    bridge = np.array([(-inner, 0.03, depth), (0, 0.06, depth + 0.02), (inner, 0.03, depth)], np.float32)
    pen.line([tuple(point) for point in project(bridge, pose, shot).tolist()], fill=255, width=thick, joint="curve")
    glass = np.asarray(lenses, np.float32)[..., None] / 255
    if kind == "dark":
        _blend(shot, glass * 0.94, (0.012, 0.012, 0.014))
    else:
        _blend(shot, glass * 0.03, (0.8 * lit, 0.85 * lit, 0.9 * lit))
    frame = np.asarray(lines, np.float32)[..., None] / 255
    np.maximum(shot.alpha, frame[..., 0], out=shot.alpha)
    red, green, blue = face.frame
    _blend(shot, frame, (red * lit, green * lit, blue * lit))


def _blend(shot: Shot, share: Field, colour: Colour) -> None:
    shot.colour[:] = shot.colour * (1 - share) + np.asarray(colour, np.float32) * share


def _dress(canvas: Field, figure: Figure, face: Features, light: Light) -> None:
    """Shoulders in a shirt, in front of the neck."""
    scale, broad = figure.scale, 1.30 + 1.2 * (face.neck - 0.45)
    top = int(figure.y + 1.35 * scale)
    if top >= canvas.shape[0]:
        return
    first, last = max(0, int(figure.x - 2.2 * scale)), min(canvas.shape[1], int(figure.x + 2.2 * scale))
    if first >= last:
        return
    part = canvas[max(0, top) :, first:last]
    x = (np.arange(first, last, dtype=np.float32)[None, :] - figure.x) / scale
    y = (figure.y - np.arange(max(0, top), canvas.shape[0], dtype=np.float32)[:, None]) / scale
    side = np.abs(x)
    line = -1.50 - 0.42 * smooth(face.neck * 0.8, broad, side) - 1.5 * np.clip(side - broad, 0, None) ** 1.2
    collar = -1.50 - 0.20 * np.sqrt(np.clip(1 - (x / (face.neck + 0.10)) ** 2, 0, 1))
    soft = 1.2 / scale
    cover = smooth(-soft, soft, line - y) * smooth(-soft, soft, collar - y) * smooth(broad + 0.42, broad + 0.36, side)
    toward = np.asarray(light.direction) / np.linalg.norm(light.direction)
    round_off = np.sqrt(np.clip(1 - (side / (broad + 0.7)) ** 2, 0.05, 1))
    facing = toward[0] * x / (broad + 0.7) + toward[2] * round_off + 0.25 * toward[1]
    bright = (0.30 + 0.62 * np.clip(facing, 0, None) * (1 - light.soft) + 0.5 * light.soft) * light.exposure
    folds = 1 + 0.06 * np.sin(x * 9 + y * 5 + face.seed % 7) * smooth(-1.6, -2.3, y)
    seam = 1 - 0.35 * smooth(0.05, 0.02, np.abs(y - collar + 0.05)) * smooth(face.neck + 0.2, face.neck, side)
    tone = np.asarray(figure.shirt, np.float32) * (bright * folds * seam)[..., None]
    part[:] = part * (1 - cover[..., None]) + tone.astype(np.float32) * cover[..., None]
