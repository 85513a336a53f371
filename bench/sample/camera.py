"""Taking a drawn head's picture: where each pixel meets the surface, and how the light falls there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.sample.grid import ANGLE, BOTTOM, COLUMNS, HEIGHT, ROWS, TOP, Field, column_of, row_of, smooth
from bench.sample.head import Head
from bench.sample.person import Light, Pose

STRIDE = 4
NEAR, FAR, STEPS = 1.35, -0.55, 30
_SIN, _COS = np.sin(ANGLE), np.cos(ANGLE)
LEFT, RIGHT, UP, DOWN = -1.35, 1.35, 1.65, -1.95


@dataclass(frozen=True)
class Shot:
    """A rendered head: colours (rows, columns, 3) in linear light, cover 0 to 1; `origin` is the pixel of the axis."""

    colour: Field
    alpha: Field
    origin: tuple[float, float]
    scale: float


def rotation(pose: Pose) -> Field:
    """Head to camera, 3 × 3."""
    yaw, pitch, roll = np.radians([pose.yaw, -pose.pitch, -pose.roll])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y, np.float32)


def take(head: Head, pose: Pose, light: Light, scale: float, distance: float = 7.0) -> Shot:
    """Renders the head at `scale` pixels per unit, seen from `distance` units."""
    turn = rotation(pose)
    wide, tall = (round((RIGHT - LEFT) * scale), round((UP - DOWN) * scale))
    wide, tall = wide - wide % STRIDE, tall - tall % STRIDE
    screen_x = LEFT + (np.arange(wide // STRIDE, dtype=np.float32) + 0.5) * STRIDE / scale
    screen_y = UP - (np.arange(tall // STRIDE, dtype=np.float32) + 0.5) * STRIDE / scale
    column, row, inside = _meet(head.radius, turn, screen_x, screen_y, distance)
    column, row, inside = (_enlarge(field, wide, tall) for field in (column, row, inside))
    at = _whole(row, ROWS) * COLUMNS + _whole(column, COLUMNS)
    alpha = np.clip(0.5 - inside * np.float32(scale * 0.7), 0, 1)
    seen = np.flatnonzero(alpha > 0)
    at = at.reshape(-1)[seen]
    normals = _normals(head.radius).reshape(-1, 3)[at]
    colour = np.zeros((alpha.size, 3), np.float32)
    colour[seen] = _shade(head.colour.reshape(-1, 3)[at], normals, turn, head.gloss.reshape(-1)[at], light)
    return Shot(colour.reshape(*alpha.shape, 3), alpha, (-LEFT * scale, UP * scale), scale)


def _whole(place: Field, count: int) -> NDArray[np.int32]:
    return np.clip(place + 0.5, 0, count - 1).astype(np.int32)


def _enlarge(field: Field, wide: int, tall: int) -> Field:
    return np.asarray(Image.fromarray(field).resize((wide, tall), Image.Resampling.BICUBIC))


def _meet(radius: Field, turn: Field, screen_x: Field, screen_y: Field, distance: float) -> tuple[Field, Field, Field]:
    """Column, row and signed distance (negative inside) for each ray, by marching from near to far."""
    depth = np.linspace(NEAR, FAR, STEPS, dtype=np.float32)[:, None, None]
    spread = (distance - depth) / np.float32(distance)
    gap = _outside(radius, turn, screen_x[None, None, :] * spread, screen_y[None, :, None] * spread, depth)
    nearest = gap.min(axis=0)
    hits = gap < 0
    first = np.where(hits.any(axis=0), hits.argmax(axis=0), gap.argmin(axis=0))
    rows, columns = np.indices(first.shape)
    here = gap[first, rows, columns]
    before = gap[np.maximum(first - 1, 0), rows, columns]
    back = np.where((here < 0) & (before > 0), here / np.minimum(here - before, -1e-6), 0)
    meet = depth[first, 0, 0] + back.astype(np.float32) * np.float32((NEAR - FAR) / (STEPS - 1))
    spread = (distance - meet) / np.float32(distance)
    x, y, z = _to_head(turn, screen_x[None, :] * spread, screen_y[:, None] * spread, meet)
    return column_of(np.arctan2(x, z)), row_of(y), nearest.astype(np.float32)


def _to_head(turn: Field, x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
    return (
        turn[0, 0] * x + turn[1, 0] * y + turn[2, 0] * z,
        turn[0, 1] * x + turn[1, 1] * y + turn[2, 1] * z,
        turn[0, 2] * x + turn[1, 2] * y + turn[2, 2] * z,
    )


def _outside(radius: Field, turn: Field, x: Field, y: Field, z: Field) -> Field:
    x, y, z = _to_head(turn, x, y, z)
    at = row_of(y).astype(np.int32) * COLUMNS + column_of(np.arctan2(x, z)).astype(np.int32)
    gap = np.sqrt(x * x + z * z) - radius.reshape(-1)[at]
    return np.where((y > TOP) | (y < BOTTOM), np.float32(0.5), gap)


def _normals(radius: Field) -> Field:
    up = np.empty_like(radius)
    up[1:-1] = (radius[2:] - radius[:-2]) * np.float32(0.5 * (ROWS - 1) / (TOP - BOTTOM))
    up[0], up[-1] = up[1], up[-2]
    turn = np.empty_like(radius)
    turn[:, 1:-1] = (radius[:, :-2] - radius[:, 2:]) / (ANGLE[:, 2:] - ANGLE[:, :-2])
    turn[:, 0], turn[:, -1] = turn[:, 1], turn[:, -2]
    turn /= np.maximum(radius, 0.05)
    length = 1 / np.sqrt(1 + turn * turn + up * up)
    normal = np.empty((*radius.shape, 3), np.float32)
    normal[..., 0] = (_SIN + turn * _COS) * length
    normal[..., 1] = up * length
    normal[..., 2] = (_COS - turn * _SIN) * length
    return normal


def _shade(colour: Field, normals: Field, turn: Field, gloss: Field, light: Light) -> Field:
    """Colour of lit points (n, 3): warm soft skin in the key light, sky from above, a little shine.

    Normals are the head's own; the lights are turned to them, since there are fewer lights.
    """
    toward = np.asarray(light.direction, np.float32)
    toward = toward / np.linalg.norm(toward)
    facing = _along(normals, toward, turn)
    key = np.clip((facing + 0.22) / 1.22, 0, 1)
    bleed = np.clip((facing + 0.45) / 1.45, 0, 1)
    half = toward + np.array((0, 0, 1), np.float32)
    shine = np.clip(_along(normals, half / np.linalg.norm(half), turn), 0, 1)
    for _ in range(4):
        shine = shine * shine
    front = np.clip(_along(normals, np.array((0, 0, 1), np.float32), turn), 0, 1)
    edge = (1 - 0.30 * smooth(0.45, 0.05, front)) * np.float32(light.exposure)
    rim = (1 - front) ** 2 * (1 - front) * np.float32(0.10 * light.exposure)
    shine = shine * shine * gloss * np.float32(0.5 * light.exposure)
    strength, ambient = np.float32(1.25 * (1 - light.soft)), np.float32(1.1 * light.soft)
    sky = (0.62 + 0.38 * _along(normals, np.array((0, 1, 0), np.float32), turn)) * ambient
    tint = (1 + 0.10 * light.warmth, 1.0, 1 - 0.14 * light.warmth)
    shown = np.empty_like(colour)
    for channel, (skylight, warm) in enumerate(zip((0.95, 1.0, 1.06), tint, strict=True)):
        lit = key if channel else 0.86 * key + 0.14 * bleed
        total = (lit * np.float32(warm) * strength + sky * np.float32(skylight)) * edge + rim
        shown[:, channel] = colour[:, channel] * total + shine
    return shown


def _along(normals: Field, direction: Field, turn: Field) -> Field:
    """How far normals of the head point along a direction of the camera. Not a matrix product: for ones so small the
    library starts threads that wait for each other on a busy machine."""
    x, y, z = (np.float32(part) for part in direction @ turn)
    return np.asarray(normals[:, 0] * x + normals[:, 1] * y + normals[:, 2] * z)


def project(points: Field, pose: Pose, shot: Shot, distance: float = 7.0) -> Field:
    """Pixels (n, 2) of points (n, 3) given in the head's own coordinates."""
    seen = points @ rotation(pose).T
    spread = distance / (distance - seen[:, 2])
    return np.stack(
        [shot.origin[0] + seen[:, 0] * spread * shot.scale, shot.origin[1] - seen[:, 1] * spread * shot.scale], axis=1
    )


def surface_point(head: Head, x: float, y: float) -> tuple[float, float, float]:
    """The point of the surface in front at sideways x and height y, in the head's coordinates."""
    row = int(row_of(np.float32(y).reshape(1))[0])
    column = int(np.argmin(np.abs(head.x[row, COLUMNS // 4 : -COLUMNS // 4] - x))) + COLUMNS // 4
    reach, angle = float(head.radius[row, column]), float(ANGLE[row, column])
    return reach * float(np.sin(angle)), float(HEIGHT[row, column]), reach * float(np.cos(angle))
