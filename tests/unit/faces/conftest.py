"""A person that nobody is: faces drawn from ellipses, which the detectors take for faces."""

from __future__ import annotations

import io
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageDraw, ImageFilter


def face_drawing(size: int = 400, face: int = 180, skin: tuple[int, int, int] = (222, 178, 148)) -> Image.Image:
    """A square photo of `size` pixels with one face about `face` pixels wide in its middle."""
    scale = 4
    image = Image.new("RGB", (size * scale, size * scale), (96, 120, 140))
    pen = ImageDraw.Draw(image)
    middle = size * scale / 2
    unit = face * scale / 100

    def ellipse(x: float, y: float, across: float, down: float, fill: tuple[int, int, int]) -> None:
        left, top = middle + (x - across) * unit, middle + (y - down) * unit
        pen.ellipse((left, top, left + 2 * across * unit, top + 2 * down * unit), fill=fill)

    def darker(part: float) -> tuple[int, int, int]:
        return tuple(int(value * part) for value in skin)  # type: ignore[return-value]

    hair = (52, 36, 28)
    ellipse(0, -14, 56, 66, hair)
    pen.rectangle((middle - 18 * unit, middle + 50 * unit, middle + 18 * unit, middle + 95 * unit), fill=darker(0.8))
    ellipse(0, 0, 46, 62, skin)
    for side in (-1, 1):
        ellipse(side * 19, -12, 12, 8, darker(0.75))
        ellipse(side * 19, -10, 9, 5, (245, 245, 240))
        ellipse(side * 19, -10, 4.5, 4.5, (40, 30, 24))
        brow = (
            middle + (side * 19 - 11) * unit,
            middle - 24 * unit,
            middle + (side * 19 + 11) * unit,
            middle - 24 * unit,
        )
        pen.line(brow, fill=hair, width=int(4 * unit))
        ellipse(side * 5, 17, 3, 2, darker(0.55))
    ellipse(0, 8, 5, 12, darker(0.92))
    ellipse(0, 34, 17, 5, (150, 60, 60))
    lips = (middle - 17 * unit, middle + 34 * unit, middle + 17 * unit, middle + 34 * unit)
    pen.line(lips, fill=(90, 30, 30), width=int(1.5 * unit))
    ellipse(0, 46, 12, 3, darker(0.85))
    return image.filter(ImageFilter.GaussianBlur(unit * 1.2)).resize((size, size), Image.Resampling.LANCZOS)


def encoding(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


Draw = Callable[..., Image.Image]
Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def draw_face() -> Draw:
    return face_drawing


@pytest.fixture(scope="session")
def encoded() -> Encode:
    return encoding


@pytest.fixture(scope="session")
def heic() -> Encode:
    def encode(image: Image.Image, orientation: int = 1) -> bytes:
        exif = Image.Exif()
        exif[0x0112] = orientation
        out = io.BytesIO()
        pillow_heif.from_pillow(image).save(out, quality=90, exif=exif.tobytes())
        return out.getvalue()

    return encode


@pytest.fixture(scope="session")
def face_photo() -> Image.Image:
    return face_drawing()


@pytest.fixture(scope="session")
def face_jpeg(face_photo: Image.Image) -> bytes:
    return encoding(face_photo, quality=92)
