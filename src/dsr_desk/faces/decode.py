"""From stored bytes to upright RGB pixels, whatever the bytes are, in bounded memory.

Never raises for what stands in a file: a photo that gives no pixels gives a class of the recall ledger and a reason.
For workers and cells: `outside` is how everybody else has a photo looked at.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Iterator, Sequence
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

MOST_BYTES = 640_000_000
"""What the decoder of one photo may hold at once. A photo for which this is too little is read smaller where its format
allows that, and skipped where it does not."""

KEPT_PIXELS = 40_000_000
"""Larger photos are shrunk to at most this many before faces are looked for."""

_BYTES_A_PIXEL = {"WEBP": 16, "JPEG2000": 20, "AVIF": 10, "HEIF": 10}
"""What decoders of these formats hold with Pillow's image, measured: see docs/benchmarks.md."""

_PLAIN_MODES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
"""What Pillow keeps of a pixel in these modes; 4 bytes in all others."""

_STRIP = 1 << 20
"""Pixels that are brought to RGB at a time."""

ORIENTATION_TAG = 0x0112

# It turns the pixels upright by itself and takes the orientation out of what `getexif` gives.
# What it names beside them is not decoded.
pi_heif.register_heif_opener(thumbnails=True, depth_images=True, aux_images=True)

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


def decode(data: bytes, orientation: int | None = None, *, enough: int = 0) -> Decoded:
    """The picture that a file shows first. `orientation` (EXIF, 1 to 8) is used where the file itself says nothing.

    A longer side of `enough` pixels will do, where the format can be read smaller with less work; 0: as many as can be.
    """
    if not data:
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.empty-file"))
    try:
        image = opened(data)
    except MemoryError:
        return Decoded(None, LedgerClass.SKIPPED, message("why.photo.memory"))
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.none"))
    return decoded(image, data, orientation, enough=enough)


def opened(data: bytes) -> Image.Image:
    """An image whose pixels are not read yet. Raises anything."""
    return Image.open(io.BytesIO(data), formats=FORMATS)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as stored, without decoding; None for what is no photo that can be read."""
    try:
        with opened(data) as image:
            return image.size
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return None


def decoded(image: Image.Image, data: bytes, orientation: int | None, *, enough: int = 0) -> Decoded:
    """The picture at which the opened `image` of `data` stands; see `decode`. It is closed where it breaks off."""
    with _switch:
        try:
            return _decoded(image, data, orientation, enough)
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _decoded(image: Image.Image, data: bytes, orientation: int | None, enough: int) -> Decoded:
    width, height = image.size
    try:
        if not _shrink_while_reading(image, data, enough):
            reason = message("why.photo.too-large", megapixels=round(width * height / 1e6))
            return Decoded(None, LedgerClass.SKIPPED, reason, width, height)
        whole = _load(image)
        if not whole:
            place = image.tell()
            # Its pixels are let go before they are read again: there is memory for one.
            image.close()
            image = opened(data)
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            image.seek(place)
            _shrink_while_reading(image, data, enough)
            image.load()
        pixels, turned = _upright(image, orientation, enough)
    except MemoryError:
        return Decoded(None, LedgerClass.SKIPPED, message("why.photo.memory"), width, height)
    except Exception:  # noqa: BLE001 - as above
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.no-pixels"), width, height)
    if turned:
        width, height = height, width
    if whole:
        return Decoded(pixels, None, None, width, height)
    return Decoded(pixels, LedgerClass.TRUNCATED, message("why.photo.breaks-off"), width, height)


def _load(image: Image.Image) -> bool:
    try:
        image.load()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return False
    return True


def _shrink_while_reading(image: Image.Image, data: bytes, enough: int) -> bool:
    """Asks the decoder for fewer pixels where there are too many; False where it would hold too much all the same."""
    width, height = image.size
    parts: Sequence[int] = (1,)
    kept = 0
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        parts = (1, 2, 4, 8)
        kept = _coefficients(image) if image.info.get("progressive") else 0
    elif isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile):
        parts = [2**halved for halved in range(_halvings(data) + 1)]
    fitting = []
    for part in parts:
        pixels = width * height // part**2
        if kept + _held(image, pixels) <= MOST_BYTES and (pixels <= KEPT_PIXELS or len(parts) == 1):
            fitting.append(part)
    if not fitting:
        return False
    chosen = max((part for part in fitting if enough and max(width, height) // part >= enough), default=fitting[0])
    if isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile):
        image.reduce = chosen.bit_length() - 1
    elif chosen > 1:
        image.draft("RGB", (width // chosen, height // chosen))
    return True


def _held(image: Image.Image, pixels: int) -> int:
    """Bytes held while so many of its pixels are decoded and brought to RGB."""
    a_pixel = _BYTES_A_PIXEL.get(image.format or "", _PLAIN_MODES.get(image.mode, 4))
    return a_pixel * pixels + 3 * (pixels // _shrunk(pixels) ** 2)


def _coefficients(image: JpegImagePlugin.JpegImageFile) -> int:
    """Bytes that a decoder keeps of a photo that comes in several passes, however small it is read."""
    layers = [(across, down) for _, across, down, _ in image.layer]
    most = max(across for across, _ in layers) * max(down for _, down in layers)
    return 2 * image.width * image.height * sum(across * down for across, down in layers) // most


def _halvings(data: bytes) -> int:
    """How many times a JPEG 2000 can be halved while it is read: the levels in its coding style (the marker COD)."""
    at = data.find(b"\xff\x52")
    return min(data[at + 9], 32) if 0 <= at < len(data) - 9 else 0


def _shrunk(pixels: int) -> int:
    """By which whole number a photo of so many pixels is divided, each way."""
    return max(1, math.ceil(math.sqrt(pixels / KEPT_PIXELS)))


def _upright(image: Image.Image, orientation: int | None, enough: int) -> tuple[Pixels, bool]:
    """RGB pixels turned upright, and whether width and height changed places. Made strip by strip: no second copy."""
    own = image.getexif().get(ORIENTATION_TAG)
    turn = own if own is not None else orientation
    turned = turn in (5, 6, 7, 8)
    part = _shrunk(image.width * image.height)
    part = max(part, max(image.size) // enough) if enough else part
    width, height = math.ceil(image.width / part), math.ceil(image.height / part)
    upright = np.empty((width, height, 3) if turned else (height, width, 3), np.uint8)
    stored = _TURNED_BACK.get(turn or 0, _as_it_is)(upright)
    darkest, lightest = _range(image)
    top = 0
    for strip in _strips(image, part):
        strip = _rgb(strip, darkest, lightest)
        strip = strip.reduce(part) if part > 1 else strip
        stored[top : top + strip.height] = np.asarray(strip)
        top += strip.height
    return upright, turned


def _strips(image: Image.Image, part: int = 1) -> Iterator[Image.Image]:
    """From top to bottom; the height of each but the last is a multiple of `part`."""
    rows = max(1, _STRIP // (image.width * part)) * part
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(image.height, top + rows)))


def _as_it_is(upright: Pixels) -> Pixels:
    return upright


_TURNED_BACK: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, 3),
}
"""Upright pixels seen as a photo with this EXIF orientation stores them."""


def _rgb(image: Image.Image, darkest: float, lightest: float) -> Image.Image:
    """`darkest` and `lightest` are those of the whole photo: 12-bit photos are common in 16-bit files."""
    if image.mode == "RGB":
        return image
    if _deep(image):
        greys = (_numbers(image) - darkest) * (255.0 / max(lightest - darkest, 1e-9))
        return Image.fromarray(greys.astype(np.uint8)).convert("RGB")
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, over).convert("RGB")
    return image.convert("RGB")


def _deep(image: Image.Image) -> bool:
    """Whether its greys have 16 or 32 bits."""
    return image.mode.startswith("I") or image.mode == "F"


def _range(image: Image.Image) -> tuple[float, float]:
    """The least (at most 0) and the greatest number of a photo with deep greys."""
    if not _deep(image):
        return 0.0, 0.0
    ends = [(float(numbers.min()), float(numbers.max())) for numbers in map(_numbers, _strips(image))]
    return min(0.0, *(low for low, _ in ends)), max(high for _, high in ends)


def _numbers(image: Image.Image) -> NDArray[np.float32]:
    return np.nan_to_num(np.asarray(image).astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
