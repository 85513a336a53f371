"""Parts of a photo's file that are neither its pixels nor what is read beside them, told by what formats name.

Programs put previews, notes and whole files into segments, chunks and boxes of their own. For workers and cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import Image, TiffImagePlugin

_JPEG_PARTS: dict[int, tuple[bytes, ...]] = {
    0xE0: (b"JFIF\0",),
    0xE1: (b"Exif\0", b"/xap/1.0/\0", b"/xmp/extension/\0"),
    0xE2: (b"ICC_PROFILE\0", b"MPF\0"),
    0xEC: (b"Ducky\0",),
    0xED: (b"Photoshop 3.0\0",),
    0xEE: (b"Adobe",),
}
"""What segments are called that are read, or hold numbers of the decoder; the name stands in their first bytes."""

_LONGEST_NAME = 64

_PNG_PARTS = frozenset(
    b"""IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT tIME acTL fcTL fdAT eXIf tEXt zTXt iTXt
    cICP mDCV cLLI oFFs pCAL sCAL sTER vpAg orNT iDOT gIFg""".split()
)
_WEBP_PARTS = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "))
_GIF_PARTS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"XMP DataXMP", b"ICCRGBG1012")
_BOXES = frozenset((b"ftyp", b"meta", b"mdat", b"free", b"skip", b"moov", b"mini", b"jP  ", b"jp2h", b"jp2c"))
_TIFF_PARTS = frozenset((347, 700, 33723, 34377, 34675, 34665, 34853, 37500, 37510))
"""Tables of JPEG, XMP, IPTC, Photoshop's resources, colour profile, directories of EXIF, maker's note, comment."""


def other_parts(image: Image.Image, data: bytes) -> Iterator[bytes]:
    """Those of the file `data`, whose opened `image` is not decoded. Raises what damaged files make it raise."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        yield from _tags(image)
    elif (parts := _WALKS.get(image.format or "")) is not None:
        yield from parts(data)


def _segments(data: bytes) -> Iterator[bytes]:
    at = 2
    while data[at : at + 1] == b"\xff" and (marker := data[at + 1]) not in (0xD9, 0xDA):
        part = data[at + 4 : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]
        known = _JPEG_PARTS.get(marker, ())
        if 0xE0 <= marker <= 0xEF and not any(name in part[:_LONGEST_NAME] for name in known):
            yield part
        at += 4 + len(part)


def _png_chunks(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind not in _PNG_PARTS:
            yield data[at + 8 : at + 8 + length]
        if kind == b"IEND":
            return
        at += 12 + length


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    while at + 8 <= min(end, len(data)):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] not in _WEBP_PARTS:
            yield data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _gif_blocks(data: bytes) -> Iterator[bytes]:
    """Applications' blocks, and what stands behind the end."""
    at = 13 + _colours(data[10])
    while data[at : at + 1] in (b"!", b","):
        if data[at : at + 1] == b",":
            at += 11 + _colours(data[at + 9])
            _, at = _blocks(data, at)
        else:
            label = data[at + 1]
            found, at = _blocks(data, at + 2)
            if label == 0xFF and not found.startswith(_GIF_PARTS):
                yield found
    yield data[at + 1 :]


def _colours(flags: int) -> int:
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    parts = []
    while length := data[at]:
        parts.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(parts), at + 1


def _boxes(data: bytes) -> Iterator[bytes]:
    """Boxes at the top of HEIF, AVIF and JPEG 2000; what follows the last is one more."""
    at = 0
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        head = 8
        if length == 0 and kind == b"jp2c":
            length = _end_of_stream(data, at) - at
        elif length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = len(data) if length == 0 else at + length
        if end < at + head or (end > len(data) and kind not in _BOXES):
            break
        if kind not in _BOXES:
            yield data[at + head : end]
        at = end
    yield data[at:]


def _end_of_stream(data: bytes, at: int) -> int:
    """Behind the marker that ends the JPEG 2000 stream at `at`, which cannot stand in its coded pixels."""
    end = data.find(b"\xff\xd9", data.find(b"\xff\x93", at))
    return end + 2 if end >= 0 else len(data)


def _behind_stream(data: bytes) -> Iterator[bytes]:
    yield data[_end_of_stream(data, 0) :]


def _tags(image: TiffImagePlugin.TiffImageFile) -> Iterator[bytes]:
    """Values that are bytes; those of its first directory."""
    for tag, value in dict(image.tag_v2).items():
        if isinstance(value, bytes) and tag not in _TIFF_PARTS:
            yield value


_WALKS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "JPEG": _segments,
    "MPO": _segments,
    "PNG": _png_chunks,
    "WEBP": _webp_chunks,
    "GIF": _gif_blocks,
    "HEIF": _boxes,
    "AVIF": _boxes,
    "JPEG2000": lambda data: _boxes(data) if data[4:8] == b"jP  " else _behind_stream(data),
    "BMP": lambda data: iter((data[int.from_bytes(data[2:6], "little") :],)),
}
