"""A drawn head: its surface and colours, from features and expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.sample.grid import ANGLE, HEIGHT, Field, Part, Spot, add_hill, hill, noise, part, rows_between, smooth
from bench.sample.hair import lay_beard, lay_hair, shows_ears
from bench.sample.person import Colour, Expression, Features
from bench.sample.skull import skull


@dataclass
class Head:
    """Radius of the surface, colours (rows, columns, 3) in linear light and gloss over the grid; `x` is sideways."""

    radius: Field
    colour: Field
    gloss: Field
    x: Field


def build_head(face: Features) -> Head:
    """Everything about a head but eyes, brows and mouth, which move."""
    rng = np.random.default_rng(face.seed)
    radius = skull(face)
    x = radius * np.sin(ANGLE)
    _model_nose(radius, x, face)
    _model_face(radius, x, face)
    colour = np.empty((*radius.shape, 3), np.float32)
    colour[:] = face.skin
    gloss = np.full_like(radius, 0.16)
    head = Head(radius, colour, gloss, x)
    _tint_skin(head, face, rng)
    lay_beard(head, face, rng)
    lay_hair(head, face, rng)
    head.radius[head.radius < 0.02] = -0.1
    return head


def expressed(head: Head, face: Features, mood: Expression) -> Head:
    """A copy of the head with eyes, brows and mouth as this expression has them."""
    shown = Head(head.radius.copy(), head.colour.copy(), head.gloss.copy(), head.x)
    _model_mouth(shown, face, mood)
    for side in (-1, 1):
        _paint_eye(shown, face, mood, side)
        _paint_brow(shown, face, mood, side)
    return shown


def paint(head: Head, at: Part, mask: Field, colour: Colour | Field) -> None:
    """Lays a colour over that part where the mask is 1."""
    share = mask[..., None]
    head.colour[at] += (np.asarray(colour, np.float32) - head.colour[at]) * share


def darken(head: Head, at: Part, mask: Field, red: float = 1.0) -> None:
    """Takes light away where the mask is 1; `red` under 1 leaves warm colours, as thin skin does."""
    head.colour[at] *= 1 - mask[..., None] * np.array((red, 1, 1), np.float32)


def _model_nose(radius: Field, x: Field, face: Features) -> None:
    tip = face.nose_long + face.nose_up * 0.5
    rows = rows_between(tip - 0.16, 0.25)
    y = HEIGHT[rows]
    along = np.clip((0.12 - y) / (0.12 - tip), 0, 1)
    high = face.nose_bridge * smooth(0.2, 0.02, y) * (1 - along) + face.nose_tip * along**1.25
    high = high * smooth(tip - 0.15, tip + 0.01 + face.nose_up * 0.4, y)
    wide = face.nose_bridge_wide * (1 - along) + face.nose_tip_wide * 0.80 * along
    radius[rows] += high * np.exp(-(np.abs(x[rows] / wide) ** 2.3) / 2)
    add_hill(radius, x, Spot(0, tip + 0.01, face.nose_tip_wide * 0.7, 0.065, 0.045))
    for side in (-1, 1):
        add_hill(radius, x, Spot(side * face.nostril_wide, tip - 0.035, 0.052, 0.055, 0.075))
        add_hill(radius, x, Spot(side * (face.nostril_wide + 0.07), tip - 0.03, 0.05, 0.08, -0.03))


def _model_face(radius: Field, x: Field, face: Features) -> None:
    add_hill(radius, x, Spot(0, face.brow_height + 0.03, 0.16, 0.09, face.brow_ridge * 0.6))
    add_hill(radius, x, Spot(0, face.mouth, 0.30, 0.20, 0.035))
    add_hill(radius, x, Spot(0, face.mouth - 0.185, 0.16, 0.05, -0.025))
    add_hill(radius, x, Spot(0, face.chin + 0.15, face.chin_width * 0.7, 0.12, 0.08))
    for side in (-1, 1):
        add_hill(radius, x, Spot(side * (face.eye_apart - 0.02), 0.0, 0.19, 0.13, -face.eye_deep))
        add_hill(radius, x, Spot(side * face.eye_apart, 0.0, 0.115, 0.085, 0.055))
        add_hill(radius, x, Spot(side * 0.33, face.brow_height, 0.24, 0.07, face.brow_ridge))
        add_hill(radius, x, Spot(side * 0.50, -0.30, 0.17, 0.17, face.cheekbone))
        add_hill(radius, x, Spot(side * 0.42, -0.62, 0.20, 0.20, face.fullness + 0.01))
        add_hill(radius, x, Spot(side * 0.68, 0.35, 0.16, 0.22, -0.03))
        fold = 0.012 + 0.028 * face.age
        add_hill(radius, x, Spot(side * 0.30, -0.62, 0.028, 0.16, -fold, side * 0.45))
        add_hill(radius, x, Spot(side * (face.eye_apart - 0.02), -0.165, 0.12, 0.030, -0.020 * face.age))
    if not shows_ears(face):
        return
    ear = (np.abs(ANGLE) - 1.68) / 0.13
    rows = rows_between(-0.45, 0.32)
    height = (HEIGHT[rows] + 0.06) / 0.26
    rim = np.clip(1 - np.sqrt(ear[rows] ** 2 + height**2), 0, 1)
    radius[rows] += (0.16 * smooth(0.0, 0.45, rim) - 0.06 * smooth(0.4, 0.8, rim)).astype(np.float32)


def _tint_skin(head: Head, face: Features, rng: np.random.Generator) -> None:
    everything = (slice(None), slice(None))
    x = head.x
    patches = noise(rng, 9, 9) * 0.035 + noise(rng, 60, 60) * 0.022
    head.colour *= (1 + patches)[..., None]
    warm = np.zeros_like(head.radius)
    for side in (-1, 1):
        add_hill(warm, x, Spot(side * 0.46, -0.33, 0.19, 0.15, 0.18))
    add_hill(warm, x, Spot(0, face.nose_long, 0.13, 0.10, 0.22))
    add_hill(warm, x, Spot(0, face.chin + 0.12, 0.18, 0.10, 0.08))
    darken(head, everything, np.clip(warm, 0, 0.6), red=0.12)
    shade = np.zeros_like(head.radius)
    for side in (-1, 1):
        add_hill(shade, x, Spot(side * (face.eye_apart - 0.03), -0.02, 0.17, 0.11, 0.14 + 2.0 * max(0, face.eye_deep)))
        add_hill(shade, x, Spot(side * (face.eye_apart - 0.04), -0.15, 0.10, 0.04, 0.10 + 0.16 * face.age))
        add_hill(shade, x, Spot(side * 0.075, face.nose_long - 0.075, 0.030, 0.014, 0.75, -side * 0.3))
        add_hill(shade, x, Spot(side * (face.nostril_wide + 0.045), face.nose_long - 0.06, 0.022, 0.06, 0.32))
        add_hill(shade, x, Spot(side * 0.315, -0.64, 0.020, 0.15, 0.10 + 0.26 * face.age, side * 0.45))
    add_hill(shade, x, Spot(0, face.nose_long - 0.12, 0.13, 0.030, 0.16))
    add_hill(shade, x, Spot(0, face.mouth - 0.18, 0.15, 0.035, 0.20))
    if face.age > 0.4:
        for line in range(3):
            lift = 0.42 + 0.10 * line
            rows = rows_between(lift - 0.1, lift + 0.1)
            bend = HEIGHT[rows] - lift - 0.03 * np.cos(x[rows] * (4 + line)) - 0.01 * line * x[rows]
            deep = (face.age - 0.4) * 0.3
            shade[rows] += deep * np.exp(-((bend / 0.018) ** 2)) * smooth(0.45, 0.25, np.abs(x[rows]))
        for side in (-1, 1):
            for ray in (-0.35, 0.0, 0.35):
                spot = Spot(
                    side * (face.eye_apart + 0.25), ray * 0.16, 0.06, 0.008, (face.age - 0.4) * 0.55, side * -ray
                )
                add_hill(shade, x, spot)
    darken(head, everything, np.clip(shade, 0, 0.92), red=0.88)
    under_chin = smooth(face.chin + 0.06, face.chin - 0.10, HEIGHT) * smooth(face.chin - 0.75, face.chin - 0.1, HEIGHT)
    darken(head, everything, 0.52 * under_chin, red=0.92)
    if face.freckles:
        spots = noise(rng, 150, 150) + 0.5 * noise(rng, 75, 75)
        where = hill(x, HEIGHT, Spot(0, -0.22, 0.42, 0.17, 1.0))
        darken(head, everything, np.clip(smooth(0.62, 0.95, spots) * where * 0.42 * face.freckles, 0, 0.5), red=0.55)


def _model_mouth(head: Head, face: Features, mood: Expression) -> None:
    at = part(face.mouth - 0.42, face.mouth + 0.30, -1.0, 1.0)
    x, y = head.x[at], HEIGHT[at]
    smile = 0.25 + mood.smile
    wide = face.mouth_wide * (1 + 0.20 * mood.smile - 0.10 * mood.open_mouth)
    across = np.clip(np.abs(x) / wide, 0, 1.4)
    line = face.mouth + 0.085 * smile * across**2 - 0.012 + 0.010 * np.cos(x / wide * 9) * (1 - across)
    gap = mood.open_mouth * 0.11 + 0.035 * max(0.0, mood.smile - 0.45)
    round_off = np.sqrt(np.clip(1 - across**2, 0, 1))
    upper_edge, lower_edge = line + gap * 0.45 * round_off, line - gap * 0.55 * round_off
    thin = 1 - 0.25 * max(0.0, mood.smile)
    bow = 1 - 0.22 * np.exp(-((x / 0.045) ** 2)) - 0.15 * np.exp(-(((across - 0.75) / 0.3) ** 2))
    upper = upper_edge + face.upper_lip * 1.35 * thin * bow * round_off**1.1
    lower = lower_edge - face.lower_lip * 1.25 * thin * round_off**1.25
    inside = smooth(1.02, 0.93, across)
    head.radius[at] += 0.026 * np.exp(-(((y - (upper + upper_edge) / 2) / 0.035) ** 2)) * inside * round_off
    head.radius[at] += 0.032 * np.exp(-(((y - (lower + lower_edge) / 2) / 0.042) ** 2)) * inside * round_off
    lips = smooth(-0.012, 0.008, upper - y) * smooth(-0.014, 0.010, y - lower) * inside
    paint(head, at, lips * 0.78, face.lips)
    head.gloss[at] += lips * 0.14
    darken(head, at, smooth(0.03, 0.0, np.abs(y - line)) * inside * 0.55 * smooth(1.05, 0.7, across), red=0.8)
    if gap > 0.004:
        hole = (
            smooth(-0.006, 0.006, upper_edge - y) * smooth(-0.006, 0.006, y - lower_edge) * smooth(0.97, 0.88, across)
        )
        paint(head, at, hole, (0.05, 0.012, 0.012))
        shown = 0.012 + 0.55 * gap * round_off
        teeth = smooth(-0.004, 0.008, upper_edge - y) * np.clip((shown - (upper_edge - y)) / 0.012 + 0.5, 0, 1)
        paint(head, at, hole * teeth * smooth(0.88, 0.5, across), (0.70, 0.67, 0.61))
    corners = np.exp(-(((np.abs(x) - wide) / 0.03) ** 2) - ((y - face.mouth - 0.075 * mood.smile) / 0.03) ** 2)
    darken(head, at, 0.35 * corners, red=0.85)
    if mood.smile > 0:
        for side in (-1, 1):
            add_hill(head.radius, head.x, Spot(side * 0.47, -0.40, 0.15, 0.13, 0.05 * mood.smile))
            add_hill(
                head.radius, head.x, Spot(side * (wide + 0.07), -0.66, 0.028, 0.15, -0.035 * mood.smile, side * 0.4)
            )
            groove = hill(x, y, Spot(side * (wide + 0.06), -0.62, 0.018, 0.14, 0.22 * mood.smile, side * 0.4))
            darken(head, at, np.clip(groove, 0, 0.5), red=0.8)


def _paint_eye(head: Head, face: Features, mood: Expression, side: int) -> None:
    at = part(-0.25, 0.27, *sorted((side * -0.05, side * 1.05)))
    x, y = head.x[at], HEIGHT[at]
    across = side * (x - side * face.eye_apart) / face.eye_wide
    base = y - face.eye_tilt * 0.16 * across
    tall = face.eye_tall * (1 - 0.35 * max(0.0, mood.smile) * 0.5) * (1 + mood.lids)
    arch = np.clip(1 - np.abs(across) ** 2.2, 0, 1)
    upper = tall * (0.95 - 0.15 * across) * arch**0.75
    lower = -tall * 0.62 * (1 + 0.15 * across) * arch**0.9
    within = smooth(1.06, 0.94, np.abs(across))
    white = smooth(-0.006, 0.006, upper - base) * smooth(-0.006, 0.006, base - lower) * within
    shadow = 1 - 0.42 * smooth(0.045, 0.0, upper - base) - 0.22 * smooth(0.55, 1.0, np.abs(across))
    paint(head, at, white, np.stack([0.70 * shadow, 0.68 * shadow, 0.67 * shadow], axis=-1))
    iris = min(0.092, 0.078 + 0.10 * (face.eye_wide - 0.165))
    dx = x - side * face.eye_apart - mood.gaze[0] * 0.05
    dy = base - 0.012 - mood.gaze[1] * 0.03
    far = np.sqrt(dx**2 + dy**2) / iris
    inner = smooth(1.06, 0.94, far) * white
    glow = (0.75 + 0.75 * smooth(0.3, 0.9, far) * smooth(-0.6, 0.8, -dy / iris)) * (1 - 0.55 * smooth(0.78, 1.0, far))
    paint(head, at, inner, np.asarray(face.iris, np.float32) * (glow * shadow)[..., None])
    paint(head, at, smooth(0.46, 0.36, far) * white, (0.006, 0.006, 0.006))
    spark = np.exp(-(((dx + 0.024) / 0.013) ** 2) - ((dy - 0.028) / 0.013) ** 2)
    paint(head, at, spark * white * 0.95, (1.0, 1.0, 1.0))
    head.gloss[at] *= 1 - white
    lash = np.exp(-(((base - upper) / (0.010 + 0.008 * (face.brow_thick < 0.03))) ** 2)) * smooth(
        1.15, 0.95, np.abs(across)
    )
    paint(head, at, lash * 0.85, (0.012, 0.009, 0.008))
    rim = np.exp(-(((base - lower) / 0.008) ** 2)) * within
    darken(head, at, 0.45 * rim, red=0.75)
    crease = np.exp(-(((base - upper - 0.028 - 0.022 * face.lid) / 0.011) ** 2)) * smooth(1.25, 0.7, np.abs(across))
    darken(head, at, crease * (0.12 if face.fold else 0.42), red=0.85)
    if face.fold:
        corner = hill(x, y, Spot(side * (face.eye_apart - face.eye_wide * 0.95), 0.0, 0.035, 0.04, 0.5))
        paint(head, at, np.clip(corner * 0.8, 0, 1), np.asarray(face.skin) * 0.85)


def _paint_brow(head: Head, face: Features, mood: Expression, side: int) -> None:
    if face.hair == "bald" and face.age > 0.9:
        return
    at = part(face.brow_height - 0.22, face.brow_height + 0.26, *sorted((side * -0.05, side * 1.15)))
    x, y = head.x[at], HEIGHT[at]
    across = side * (x - side * (face.eye_apart + 0.02)) / face.brow_long
    middle = (
        face.brow_height
        + 0.045 * mood.brows
        + face.brow_tilt * 0.10 * across
        + face.brow_arch * (0.6 - 0.7 * (across - 0.15) ** 2)
    )
    thick = face.brow_thick * (1 - 0.45 * smooth(0.0, 1.1, across))
    strip = np.exp(-(np.abs((y - middle) / thick) ** 3)) * smooth(1.12, 0.82, np.abs(across))
    paint(head, at, strip * 0.80, np.asarray(face.hair_colour) * 0.8)
