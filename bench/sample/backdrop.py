"""What is behind people, and photos in which nobody is: all drawn."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.sample.grid import Field

KINDS = ("studio", "wall", "park", "street", "room", "evening", "sea")
SCENES = ("hills", "houses", "mug", "flower", "notice", "bicycle")

Paint = tuple[int, int, int]


def linear(picture: Image.Image) -> Field:
    """Linear light, (rows, columns, 3), of an 8-bit picture."""
    levels = ((np.arange(256) / 255) ** 2.2).astype(np.float32)
    return np.asarray(levels[np.asarray(picture)])


def behind(kind: str, wide: int, tall: int, rng: np.random.Generator) -> Field:
    """A background out of focus."""
    small = (max(8, wide // 3), max(8, tall // 3))
    picture = Image.new("RGB", small)
    pen = ImageDraw.Draw(picture)
    {
        "studio": _studio,
        "wall": _wall,
        "park": _park,
        "street": _street,
        "room": _room,
        "evening": _evening,
        "sea": _sea,
    }[kind](pen, small, rng)
    blur = 0.8 if kind in ("studio", "wall") else float(rng.uniform(1.6, 3.2))
    return linear(picture.filter(ImageFilter.GaussianBlur(blur)).resize((wide, tall), Image.Resampling.BICUBIC))


def scene(kind: str, wide: int, tall: int, rng: np.random.Generator) -> Image.Image:
    """A photo without anybody in it."""
    picture = Image.new("RGB", (wide * 2, tall * 2))
    pen = ImageDraw.Draw(picture)
    {
        "hills": _hills,
        "houses": _houses,
        "mug": _mug,
        "flower": _flower,
        "notice": _notice,
        "bicycle": _bicycle,
    }[kind](pen, (wide * 2, tall * 2), rng)
    return picture.resize((wide, tall), Image.Resampling.LANCZOS)


def _tone(rng: np.random.Generator, low: int = 60, high: int = 200, grey: float = 0.6) -> Paint:
    middle = rng.uniform(low, high)
    red, green, blue = (int(np.clip(middle * grey + rng.uniform(low, high) * (1 - grey), 0, 255)) for _ in range(3))
    return red, green, blue


def _fade(pen: ImageDraw.ImageDraw, size: tuple[int, int], top: Paint, bottom: Paint, end: float = 1.0) -> None:
    wide, tall = size
    reach = max(1, int(tall * end))
    for y in range(reach):
        share = y / reach
        pen.line([(0, y), (wide, y)], fill=tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))


def _studio(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    base = _tone(rng, 90, 190, 0.75)
    wide, tall = size
    for step in range(24, 0, -1):
        share = step / 24
        paint = tuple(int(part * (1.15 - 0.45 * share)) for part in base)
        pen.ellipse(
            [wide / 2 - wide * share, tall * 0.4 - tall * share, wide / 2 + wide * share, tall * 0.4 + tall * share],
            fill=paint,
        )


def _wall(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    base = _tone(rng, 120, 215, 0.7)
    _fade(pen, size, base, tuple(int(part * 0.8) for part in base))  # type: ignore[arg-type]
    left = int(rng.integers(0, size[0]))
    pen.rectangle([left, size[1] * 0.08, left + size[0] * 0.3, size[1] * 0.45], fill=_tone(rng, 60, 160, 0.3))


def _park(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (176, 204, 226), (222, 232, 232), 0.55)
    pen.rectangle([0, tall * 0.5, wide, tall], fill=(94, 128, 66))
    for _ in range(26):
        x, y, r = rng.uniform(0, wide), rng.uniform(0.1, 0.62) * tall, rng.uniform(0.05, 0.16) * wide
        green = int(rng.uniform(70, 150))
        pen.ellipse([x - r, y - r, x + r, y + r], fill=(int(green * 0.62), green, int(green * 0.42)))


def _street(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (190, 205, 218), (225, 226, 222), 0.6)
    x = -0.05 * wide
    while x < wide:
        across, high = rng.uniform(0.14, 0.3) * wide, rng.uniform(0.35, 0.8) * tall
        paint = _tone(rng, 90, 190, 0.5)
        pen.rectangle([x, tall * 0.85 - high, x + across, tall], fill=paint)
        for row in range(6):
            for column in range(3):
                left, top = x + across * (0.14 + 0.28 * column), tall * 0.85 - high + high * (0.08 + 0.15 * row)
                pen.rectangle([left, top, left + across * 0.15, top + high * 0.08], fill=(70, 84, 98))
        x += across
    pen.rectangle([0, tall * 0.85, wide, tall], fill=(112, 110, 108))


def _room(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    pen.rectangle([0, 0, wide, tall], fill=_tone(rng, 130, 190, 0.7))
    for shelf in range(4):
        floor = tall * (0.22 + 0.25 * shelf)
        x = 0.0
        while x < wide:
            across, high = rng.uniform(0.02, 0.06) * wide, rng.uniform(0.10, 0.19) * tall
            pen.rectangle([x, floor - high, x + across, floor], fill=_tone(rng, 40, 200, 0.2))
            x += across + (rng.uniform(0.02, 0.1) * wide if rng.random() < 0.15 else 1)
        pen.rectangle([0, floor, wide, floor + tall * 0.02], fill=(92, 66, 44))


def _evening(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (28, 32, 58), (66, 48, 60))
    for _ in range(26):
        x, y, r = rng.uniform(0, wide), rng.uniform(0, tall), rng.uniform(0.015, 0.05) * wide
        glow = rng.uniform(0.5, 1.0)
        pen.ellipse([x - r, y - r, x + r, y + r], fill=(int(255 * glow), int(190 * glow), int(110 * glow)))


def _sea(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (120, 170, 214), (216, 228, 234), 0.55)
    pen.rectangle([0, tall * 0.52, wide, tall * 0.8], fill=(58, 110, 140))
    pen.rectangle([0, tall * 0.78, wide, tall], fill=(206, 188, 150))
    for _ in range(8):
        x, y = rng.uniform(0, wide), rng.uniform(0.08, 0.3) * tall
        pen.ellipse([x, y, x + 0.3 * wide, y + 0.05 * tall], fill=(236, 240, 242))


def _hills(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (110, 160, 210), (240, 226, 200), 0.7)
    pen.ellipse([wide * 0.68, tall * 0.12, wide * 0.78, tall * 0.12 + wide * 0.10], fill=(252, 244, 214))
    for layer in range(4):
        base, shift = tall * (0.45 + 0.13 * layer), rng.uniform(0, 6)
        line = [(x, base - tall * 0.10 * np.sin(x / wide * (4 + layer) + shift)) for x in range(0, wide + 8, 8)]
        pen.polygon([(0, tall), *line, (wide, tall)], fill=(118 - 24 * layer, 146 - 18 * layer, 132 - 26 * layer))


def _houses(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (150, 190, 222), (226, 234, 238))
    pen.rectangle([0, tall * 0.82, wide, tall], fill=(128, 126, 120))
    for house in range(4):
        left, high = wide * (0.02 + 0.245 * house), rng.uniform(0.34, 0.5) * tall
        top, right = tall * 0.84 - high, wide * (0.02 + 0.245 * house) + wide * 0.23
        pen.rectangle([left, top, right, tall * 0.84], fill=_tone(rng, 130, 230, 0.4))
        pen.polygon([(left - 6, top), ((left + right) / 2, top - tall * 0.14), (right + 6, top)], fill=(146, 74, 58))
        for row in range(3):
            for column in range(2):
                x, y = left + wide * (0.03 + 0.105 * column), top + high * (0.1 + 0.24 * row)
                pen.rectangle(
                    [x, y, x + wide * 0.06, y + high * 0.15], fill=(84, 104, 122), outline=(244, 244, 240), width=4
                )


def _mug(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, _tone(rng, 150, 220), _tone(rng, 150, 220))
    pen.rectangle([0, tall * 0.66, wide, tall], fill=(134, 96, 64))
    paint = _tone(rng, 60, 200, 0.2)
    pen.arc([wide * 0.58, tall * 0.38, wide * 0.80, tall * 0.66], -90, 90, fill=paint, width=wide // 28)
    pen.rounded_rectangle([wide * 0.32, tall * 0.30, wide * 0.66, tall * 0.78], wide // 24, fill=paint)
    pen.ellipse(
        [wide * 0.32, tall * 0.26, wide * 0.66, tall * 0.36], fill=(64, 38, 24), outline=paint, width=wide // 60
    )


def _flower(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, (90, 132, 84), (52, 92, 60))
    pen.line([(wide * 0.5, tall * 0.45), (wide * 0.47, tall)], fill=(62, 120, 56), width=wide // 36)
    paint = _tone(rng, 120, 240, 0.1)
    for petal in range(9):
        turn = petal * 2 * np.pi / 9
        x, y, r = wide * 0.5 + wide * 0.17 * np.cos(turn), tall * 0.42 + wide * 0.17 * np.sin(turn), wide * 0.10
        pen.ellipse([x - r, y - r, x + r, y + r], fill=paint)
    pen.ellipse([wide * 0.42, tall * 0.42 - wide * 0.08, wide * 0.58, tall * 0.42 + wide * 0.08], fill=(226, 176, 60))


def _notice(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    pen.rectangle([0, 0, wide, tall], fill=(170, 132, 92))
    pen.rectangle([wide * 0.14, tall * 0.10, wide * 0.86, tall * 0.92], fill=(244, 242, 234))
    pen.rectangle([wide * 0.20, tall * 0.16, wide * 0.66, tall * 0.21], fill=(60, 66, 74))
    for line in range(14):
        y = tall * (0.28 + 0.042 * line)
        pen.line(
            [(wide * 0.20, y), (wide * rng.uniform(0.55, 0.80), y)], fill=(126, 130, 134), width=max(2, tall // 90)
        )


def _bicycle(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    wide, tall = size
    _fade(pen, size, _tone(rng, 160, 220), _tone(rng, 120, 180))
    pen.rectangle([0, tall * 0.76, wide, tall], fill=(140, 138, 132))
    r, paint = wide * 0.17, _tone(rng, 30, 200, 0.1)
    left, right, floor = (wide * 0.28, tall * 0.64), (wide * 0.72, tall * 0.64), wide // 90
    for x, y in (left, right):
        pen.ellipse([x - r, y - r, x + r, y + r], outline=(40, 42, 44), width=floor * 2)
    seat, post, pedal = (wide * 0.42, tall * 0.38), (wide * 0.65, tall * 0.36), (wide * 0.47, tall * 0.64)
    pen.line([left, seat, post, right], fill=paint, width=floor * 2)
    pen.line([left, pedal, seat], fill=paint, width=floor * 2)
    pen.line([pedal, post], fill=paint, width=floor * 2)
