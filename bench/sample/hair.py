"""Hair and beards on a drawn head: where they grow, how far they stand out, how they are coloured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.sample.grid import ANGLE, HEIGHT, Field, noise, smooth
from bench.sample.person import Features
from bench.sample.skull import shell

if TYPE_CHECKING:
    from bench.sample.head import Head


def lay_hair(head: Head, face: Features, rng: np.random.Generator) -> None:
    """Adds the hair of the head in place."""
    if face.hair == "bald":
        return
    inside, beside = _inside(face, rng)
    strands = _strands(face, rng)
    rough = 0.045 if face.hair in ("afro", "curls") else 0.02
    over = shell(face, *_lift(face)) * (1 + rough * strands)
    over = np.maximum(over, head.radius + 0.012) if face.hair != "buzz" else head.radius + 0.015
    over = np.where((head.radius > 0) | (over > 0.1), over, head.radius)
    share = smooth(-0.03, 0.11, inside) * (1 - beside) + smooth(-0.05, 0.30, inside) * beside
    head.radius[:] = head.radius * (1 - share) + over * share
    thin = 0.75 if face.hair == "buzz" else 1.0
    ragged = 0.035 * strands + 0.03 * noise(rng, 6, 60) * (1 - beside)
    cover = thin * smooth(-0.04, 0.04, inside + ragged)
    tone = np.asarray(face.hair_colour, np.float32) * (1 + 0.40 * strands)[..., None]
    share = cover[..., None]
    head.colour[:] = head.colour * (1 - share) + tone * share
    edge = smooth(-0.10, 0.0, inside) * smooth(0.10, 0.0, inside)
    head.colour *= (1 - 0.25 * edge)[..., None]
    head.gloss[:] = head.gloss * (1 - share[..., 0]) + share[..., 0] * (0.05 if face.hair in ("afro", "buzz") else 0.22)


def lay_beard(head: Head, face: Features, rng: np.random.Generator) -> None:
    """Adds a beard in place."""
    if face.beard == "none":
        return
    x, y = head.x, HEIGHT
    grain = 0.6 * noise(rng, 170, 170)
    jaw_line = face.mouth + 0.06 + 0.42 * smooth(0.30, 0.75, np.abs(x))
    below = smooth(-0.07, 0.05, jaw_line - y)
    whole = below * smooth(face.chin - 0.28, face.chin - 0.05, y) * smooth(1.45, 1.25, np.abs(ANGLE))
    lip = np.exp(-(((y - face.mouth - 0.115) / 0.055) ** 2)) * smooth(
        face.mouth_wide + 0.10, face.mouth_wide - 0.02, np.abs(x)
    )
    chin = (
        smooth(0.30, 0.20, np.abs(x))
        * smooth(face.mouth - 0.08, face.mouth - 0.16, y)
        * smooth(face.chin - 0.2, face.chin, y)
    )
    mask = {
        "stubble": np.maximum(whole, lip),
        "moustache": lip,
        "goatee": np.maximum(lip, chin),
        "full": np.maximum(whole, lip),
    }[face.beard]
    mouth = np.exp(-((x / (face.mouth_wide * 0.9)) ** 4) - ((y - face.mouth) / 0.085) ** 4)
    mask = mask * (1 - mouth)
    strength = 0.42 if face.beard == "stubble" else 0.92
    if face.beard != "stubble":
        head.radius += (0.055 * mask * (1 + 0.3 * grain)).astype(np.float32)
    tone = np.asarray(face.hair_colour, np.float32) * (0.95 + 0.35 * grain)[..., None]
    share = np.clip(mask * strength * (0.88 + 0.25 * grain), 0, 1)[..., None]
    head.colour[:] = head.colour * (1 - share) + tone * share
    head.gloss *= 1 - 0.6 * share[..., 0]


def _inside(face: Features, rng: np.random.Generator) -> tuple[Field, Field]:
    """Distance from the hairline (positive where hair grows), and how much of that line runs down the side."""
    side = np.abs(ANGLE)
    front = face.hairline + 0.04 * np.cos(ANGLE * 3)
    if face.hair == "receding":
        front = front + 0.20 - 0.14 * np.exp(-((ANGLE / 0.22) ** 2)) + 0.10 * np.exp(-(((side - 0.55) / 0.2) ** 2))
    elif face.hair == "fringe":
        front = front - 0.33 + 0.02 * np.sin(ANGLE * 14 + face.parting * 9)
    elif face.hair == "long":
        front = front - 0.12 + 0.22 * np.exp(-(((ANGLE - face.parting * 0.5) / 0.33) ** 2))
    elif face.hair == "parted":
        front = front - 0.02 - 0.20 * np.exp(-(((ANGLE + _sign(face.parting) * 0.45) / 0.5) ** 2))
    elif face.hair == "swept":
        front = front - 0.02 - 0.12 * np.sin(ANGLE * 1.6 * _sign(face.parting))
    bottom = {"bob": -1.02, "long": -2.2, "fringe": -0.92, "curls": -0.50, "afro": -0.35}.get(face.hair, -0.12)
    inner = {"bob": 0.98, "long": 0.95, "fringe": 0.98, "curls": 1.08, "afro": 1.12}.get(face.hair, 1.16)
    wave = 0.05 * noise(rng, 5, 3)
    down = np.minimum((side - inner + wave) * 0.8, HEIGHT - bottom)
    above = HEIGHT - front
    inside = np.maximum(above, down)
    if shows_ears(face):
        ear = np.sqrt(((side - 1.64) / 0.24) ** 2 + ((HEIGHT + 0.10) / 0.36) ** 2)
        inside = np.minimum(inside, (ear - 1) * 0.25)
    return inside.astype(np.float32), smooth(-0.06, 0.06, down - above)


def shows_ears(face: Features) -> bool:
    """Whether the ears are seen at all."""
    return face.hair not in ("bob", "long", "fringe", "afro", "curls")


def _lift(face: Features) -> tuple[float, float]:
    """How far hair stands off the skull above, and off the cheeks below."""
    if face.hair == "receding":
        return 0.02, 0.0
    if face.hair == "afro":
        return 0.24 + face.hair_volume, 0.12
    if face.hair == "curls":
        return 0.10 + face.hair_volume, 0.10
    if face.hair in ("bob", "long", "fringe"):
        return face.hair_volume * 0.8, 0.03 + face.hair_volume * 0.6
    return face.hair_volume * 0.8, 0.0


def _strands(face: Features, rng: np.random.Generator) -> Field:
    if face.hair in ("afro", "curls"):
        size = 70 if face.hair == "afro" else 34
        return np.clip(noise(rng, size, size) * 0.9 + noise(rng, 2 * size, 2 * size) * 0.5, -1, 1)
    fine, broad = noise(rng, 5, 170), noise(rng, 4, 46)
    return np.clip(0.55 * fine + 0.6 * broad, -1, 1)


def _sign(value: float) -> float:
    return 1.0 if value > 0 else -1.0
