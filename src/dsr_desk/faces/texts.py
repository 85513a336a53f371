"""What is written in a photo's file: EXIF, IPTC, XMP, comments. Who took it, whom it shows, what it says of them.

For workers and cells. What is only structure (maker and model, dates, versions, ids of programs) is left out.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from dsr_desk.core.message import message
from dsr_desk.faces.decode import opened
from dsr_desk.faces.partly import Partly, PartlyKind

MOST_FIELDS, MOST_CHARACTERS = 100, 200_000
"""Of one photo."""

LONGEST_PACKET = 16 << 20
"""Bytes of metadata that are unpacked or parsed at once."""

NAME_FIELDS = frozenset((
    "EXIF Artist", "EXIF XPAuthor", "EXIF CameraOwnerName", "IPTC By-line", "IPTC Writer", "IPTC Contact",
    "XMP creator", "XMP PersonInImage", "XMP Name", "XMP PersonDisplayName", "XMP PersonName", "XMP OwnerName",
    "XMP Credit", "XMP CaptionWriter", "PNG Author",
))  # fmt: skip
"""Fields that hold a person's name and nothing else, where they hold anything."""

Text = tuple[str, str]
"""Name of the field, value."""

_EXIF_LABELS = frozenset(
    """Make Model Software DateTime DateTimeOriginal DateTimeDigitized OffsetTime OffsetTimeOriginal
    OffsetTimeDigitized SubsecTime SubsecTimeOriginal SubsecTimeDigitized LensMake LensModel ExifVersion
    FlashPixVersion ComponentsConfiguration InteropIndex InteropVersion FileSource SceneType CFAPattern
    GPSLatitudeRef GPSLongitudeRef GPSAltitudeRef GPSDateStamp GPSVersionID PrintImageMatching XMLPacket IPTCNAA
    ImageResources InterColorProfile JPEGTables""".split()  # noqa: SIM905
)
_WIDE = (0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F)
"""Windows writes these as UTF-16."""

_USER_COMMENT, _MAKER_NOTE = 0x9286, 0x927C
_DIRECTORIES = (0x8769, 1)
_GPS = 0x8825
_WORDS = re.compile(rb"[\x20-\x7e]*[A-Za-z]{3,}[\x20-\x7e]*")
_LONGEST_NOTE = 4000

_IPTC = {
    (2, 5): "Object name", (2, 25): "Keywords", (2, 40): "Instructions", (2, 80): "By-line", (2, 85): "By-line title",
    (2, 90): "City", (2, 92): "Location", (2, 105): "Headline", (2, 110): "Credit", (2, 115): "Source",
    (2, 116): "Copyright", (2, 118): "Contact", (2, 120): "Caption", (2, 122): "Writer",
}  # fmt: skip
_IPTC_LABELS = ((1, 90), (2, 0), (2, 55), (2, 60), (2, 62), (2, 63), (2, 65), (2, 70))
"""Character set, version, dates, times, the program that wrote it."""

_XMP_LABELS = frozenset(
    """about parseType resource lang toolkit xmptk instanceID documentID InstanceID DocumentID OriginalDocumentID
    originalDocumentID CreatorTool softwareAgent action when changed format ModifyDate CreateDate MetadataDate
    DateCreated DateTimeOriginal ExifVersion FlashpixVersion ColorSpace Make Model Software ICCProfile unit image
    ProcessVersion Version CameraProfile HasExtendedXMP Type""".split()  # noqa: SIM905
)
_PACKET = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta>", re.DOTALL)
_EXTENSION = b"/xmp/extension/\0"
_EXTENSION_HEAD = 40
"""A digest of 32 digits, the length of the whole and the place of this part in it, four bytes each."""

_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_XMP_KEY = "XML:com.adobe.xmp"


def texts_in(data: bytes) -> tuple[dict[str, str], tuple[Partly, ...]]:
    """See `texts_of`; nothing for what is no photo."""
    try:
        image = opened(data)
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return {}, ()
    return texts_of(image, data)


def texts_of(image: Image.Image, data: bytes) -> tuple[dict[str, str], tuple[Partly, ...]]:
    """Values by field from the file `data`, whose opened image is `image`; and what of its texts is not read.

    Raises nothing. A field that is there several times has a number behind its name from the second on.
    """
    found: dict[str, str] = {}
    seen: set[Text] = set()
    unread: list[str] = []
    characters = 0
    for name, source in _SOURCES.items():
        try:
            for field, value in source(image, data):
                text = value.replace("\0", " ").strip()
                if not any(map(str.isalnum, text)) or (field, text) in seen:
                    continue
                seen.add((field, text))
                characters += len(text)
                if len(found) == MOST_FIELDS or characters > MOST_CHARACTERS:
                    raise OverflowError
                found[_numbered(field, found)] = text
        except Exception:  # noqa: BLE001 - parsers raise anything on hostile bytes
            unread.append(name)
    if not unread:
        return found, ()
    return found, (Partly(PartlyKind.TEXTS, message("why.photo.texts", kinds=tuple(unread))),)


def _numbered(field: str, found: dict[str, str]) -> str:
    number = 1
    name = field
    while name in found:
        number += 1
        name = f"{field} {number}"
    return name


def _exif(image: Image.Image, data: bytes) -> Iterator[Text]:
    del data
    exif = image.getexif()
    for tags in (dict(exif), *(exif.get_ifd(directory) for directory in _DIRECTORIES)):
        for tag, value in tags.items():
            name = ExifTags.TAGS.get(tag, f"{tag:#06x}")
            if name not in _EXIF_LABELS:
                for text in _of_tag(tag, value):
                    yield f"EXIF {name}", text
    place = exif.get_ifd(_GPS)
    if 2 in place and 4 in place:
        latitude, longitude = _degrees(place[2], place.get(1)), _degrees(place[4], place.get(3))
        yield "EXIF GPS", f"{latitude:.5f}, {longitude:.5f}"
    for tag, value in place.items():
        if isinstance(value, str) and len(value) > 2 and ExifTags.GPSTAGS.get(tag) not in _EXIF_LABELS:
            yield f"EXIF {ExifTags.GPSTAGS.get(tag, tag)}", value


def _of_tag(tag: int, value: Any) -> Iterator[str]:
    if tag in _WIDE:
        yield bytes(value).decode("utf-16-le", "replace")
    elif tag == _USER_COMMENT:
        code, text = bytes(value)[:8], bytes(value)[8:]
        yield _wide(text) if code.startswith(b"UNICODE") else _plain(text)
    elif tag == _MAKER_NOTE and isinstance(value, bytes):
        yield " ".join(found.decode() for found in _WORDS.findall(value))[:_LONGEST_NOTE]
    elif isinstance(value, str):
        yield _mended(value)
    elif isinstance(value, tuple) and value and all(isinstance(one, str) for one in value):
        yield " ".join(map(_mended, value))


def _mended(text: str) -> str:
    """Pillow reads EXIF texts as Latin-1, which the standard's ASCII is; most programs write UTF-8."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _degrees(parts: Any, half: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in (*parts, 0, 0)[:3])
    return (degrees + minutes / 60 + seconds / 3600) * (-1 if half in ("S", "W") else 1)


def _iptc(image: Image.Image, data: bytes) -> Iterator[Text]:
    del data
    assert isinstance(image, ImageFile.ImageFile)
    for key, values in (IptcImagePlugin.getiptcinfo(image) or {}).items():
        if key in _IPTC_LABELS or not isinstance(key, tuple):
            continue
        for value in values if isinstance(values, list) else [values]:
            yield f"IPTC {_IPTC.get(key, f'{key[0]}:{key[1]}')}", _plain(value)


def _xmp(image: Image.Image, data: bytes) -> Iterator[Text]:
    known = image.info.get("xmp")
    packets = [known.encode() if isinstance(known, str) else bytes(known)] if known else _PACKET.findall(data)
    extension = sorted(
        (int.from_bytes(part[36:40], "big"), part[_EXTENSION_HEAD:])
        for name, segment in getattr(image, "applist", ())
        if name == "APP1" and _EXTENSION in segment[:64]
        for part in [segment.partition(_EXTENSION)[2]]
    )
    if extension:
        packets.append(b"".join(part for _, part in extension))
    for packet in packets:
        yield from _of_packet(packet)


def _of_packet(packet: bytes) -> Iterator[Text]:
    start, end = packet.find(b"<"), packet.rfind(b">")
    packet = packet[start : end + 1]
    if len(packet) > LONGEST_PACKET or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        raise ValueError("a packet that is not parsed")
    waiting = [("", ElementTree.fromstring(packet))]
    while waiting:
        above, element = waiting.pop()
        name = _local(element.tag)
        # A list of values is one of its property, whose name tells what they are.
        field = above if name in ("Bag", "Seq", "Alt", "li", "Description", "RDF", "xmpmeta") else name
        for key, value in element.attrib.items():
            if _local(key) not in _XMP_LABELS:
                yield f"XMP {_local(key)}", value
        if element.text and field not in _XMP_LABELS:
            yield f"XMP {field}", element.text
        waiting += [(field, child) for child in reversed(element)]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _comments(image: Image.Image, data: bytes) -> Iterator[Text]:
    for name, segment in getattr(image, "applist", ()):
        if name == "COM":
            yield "comment", _plain(segment)
    if image.format == "GIF":
        at = data.find(b"\x21\xfe")
        while at >= 0:
            text, end = _sub_blocks(data, at + 2)
            if _is_text(text):
                yield "comment", _plain(text)
            at = data.find(b"\x21\xfe", end)
    elif comment := image.info.get("comment"):
        yield "comment", _plain(comment) if isinstance(comment, bytes) else str(comment)


def _is_text(data: bytes) -> bool:
    try:
        return bool(data) and all(char.isprintable() or char.isspace() for char in data.decode())
    except UnicodeError:
        return False


def _sub_blocks(data: bytes, at: int) -> tuple[bytes, int]:
    parts = []
    while at < len(data) and (length := data[at]):
        parts.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(parts), at + 1


def _png(image: Image.Image, data: bytes) -> Iterator[Text]:
    if image.format != "PNG":
        return
    at = 8
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in _TEXT_CHUNKS:
            key, _, rest = data[at + 8 : at + 8 + length].partition(b"\0")
            name, text = key.decode("latin-1"), _chunk(kind, rest)
            if name == _XMP_KEY:
                yield from _of_packet(text)
            else:
                yield f"PNG {name}", _plain(text)
        at += 12 + length


def _chunk(kind: bytes, rest: bytes) -> bytes:
    if kind == b"tEXt":
        return rest
    packed = kind == b"zTXt" or rest[:1] == b"\1"
    rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2] if kind == b"iTXt" else rest[1:]
    if not packed:
        return rest
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(rest, LONGEST_PACKET)
    if unpacker.unconsumed_tail:
        raise OverflowError
    return text


def _plain(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _wide(data: bytes) -> str:
    little = sum(data[1::2][:64]) <= sum(data[::2][:64])
    return data.decode("utf-16-le" if little else "utf-16-be", "replace")


_SOURCES: dict[str, Callable[[Image.Image, bytes], Iterator[Text]]] = {
    "EXIF": _exif,
    "IPTC": _iptc,
    "XMP": _xmp,
    "PNG": _png,
    "comments": _comments,
}
