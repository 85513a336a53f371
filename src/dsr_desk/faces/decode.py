"""From stored bytes to upright RGB pixels, whatever the bytes are.

Never raises for what stands in a file: a photo that gives no pixels gives a class of the recall ledger and a reason.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass

import numpy as np
import pi_heif
from numpy.typing import NDArray
from PIL import (  # noqa: F401 - a format can be opened once its module is imported
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.faces.engine import Pixels

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF", "HEIF")
"""What is opened, by content and not by name. EPS and the like stay out: opening them would start other programs."""

MOST_PIXELS = 100_000_000
"""Above it a photo is never decoded at full size: a JPEG is read smaller, anything else is skipped."""

KEPT_PIXELS = 40_000_000
"""Larger photos are shrunk to at most this many before faces are looked for."""

ORIENTATION_TAG = 0x0112

# It turns the pixels upright by itself and takes the orientation out of what `getexif` gives.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

# Pillow's own guard would refuse photos that a JPEG decoder can read at an eighth; `decode` guards before pixels exist.
Image.MAX_IMAGE_PIXELS = None

# Whether truncated files are read is one switch for the whole process.
_switch = threading.Lock()


@dataclass(frozen=True)
class Decoded:
    """Pixels, or the class and the reason why there are none.

    `width` and `height` are the upright photo's at full size, 0 where unknown; `pixels` may be smaller. `problem` is
    None for a photo read whole, TRUNCATED with pixels for one read in part.
    """

    pixels: Pixels | None
    problem: LedgerClass | None
    reason: Message | None
    width: int = 0
    height: int = 0


def decode(data: bytes, orientation: int | None = None) -> Decoded:
    """`orientation` (EXIF, 1 to 8) is used where the file itself says nothing."""
    if not data:
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.empty-file"))
    with _switch:
        return _decode(data, orientation)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as stored, without decoding; None for what is no photo that can be read."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return image.size
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return None


def viewable(data: bytes, orientation: int | None = None) -> bytes | None:
    """The photo as every window and browser shows it: as it is, or as an upright JPEG. None where it has no pixels.

    `orientation` as for `decode`.
    """
    if data.startswith(_SHOWN_AS_IT_IS) and not orientation:
        return data
    pixels = decode(data, orientation).pixels
    if pixels is None:
        return None
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


_SHOWN_AS_IT_IS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")


def _decode(data: bytes, orientation: int | None) -> Decoded:
    try:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = image.size
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.none"))
    too_large = _shrink_while_reading(image)
    if too_large:
        return Decoded(None, LedgerClass.SKIPPED, too_large, width, height)
    problem = reason = None
    try:
        image.load()
    except Exception:  # noqa: BLE001 - as above
        try:
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            _shrink_while_reading(image)
            image.load()
            problem, reason = LedgerClass.TRUNCATED, message("why.photo.breaks-off")
        except Exception:  # noqa: BLE001 - as above
            return _without_pixels(width, height)
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        pixels, turned = _upright(image, orientation)
    except Exception:  # noqa: BLE001 - as above
        return _without_pixels(width, height)
    if turned:
        width, height = height, width
    return Decoded(pixels, problem, reason, width, height)


def _without_pixels(width: int, height: int) -> Decoded:
    return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.no-pixels"), width, height)


def _shrink_while_reading(image: Image.Image) -> Message | None:
    """Asks the decoder for fewer pixels where there are too many; says why where it cannot give fewer."""
    width, height = image.size
    if width * height <= KEPT_PIXELS:
        return None
    megapixels = round(width * height / 1e6)
    progressive = bool(image.info.get("progressive") or image.info.get("progression"))
    if image.format in ("JPEG", "MPO") and not (progressive and width * height > MOST_PIXELS):
        for part in (2, 4, 8):
            if width * height <= KEPT_PIXELS * part**2:
                image.draft("RGB", (width // part, height // part))
                return None
        return message("why.photo.too-many-pixels", megapixels=megapixels)
    if width * height > MOST_PIXELS:
        return message("why.photo.too-many-pixels.format", megapixels=megapixels)
    return None


def _upright(image: Image.Image, orientation: int | None) -> tuple[Pixels, bool]:
    """RGB pixels turned upright, and whether width and height changed places."""
    own = image.getexif().get(ORIENTATION_TAG)
    turn = own if own is not None else orientation
    if image.width * image.height > KEPT_PIXELS and image.mode not in ("P", "1", "I;16", "I;16B", "I", "F"):
        image = image.reduce(2)
    image = _rgb(image)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    return np.asarray(image), turn in (5, 6, 7, 8)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What has to be done to a photo stored with this EXIF orientation."""


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_to_greys(np.asarray(image))).convert("RGB")
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, over).convert("RGB")
    return image.convert("RGB")


def _to_greys(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """8-bit greys from 16 or 32 bits. Spread to the largest value: 12-bit photos are common in 16-bit files."""
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low = min(0.0, float(numbers.min()))
    high = float(numbers.max())
    return ((numbers - low) * (255.0 / max(high - low, 1e-9))).astype(np.uint8)
