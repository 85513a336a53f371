"""What a file is by its first bytes; an extension is only a hint about what somebody meant it to be."""

from __future__ import annotations

import os
from pathlib import Path

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE
from dsr_desk.datasets.names import suffix_of

HEAD_BYTES = 4096
TELLING_BYTES = 64
"""So much of a photo's beginning says that it is one."""

_PHOTO_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
)
_HEIF_BRANDS = dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"), "heif")
_HEIF_BRANDS |= dict.fromkeys((b"avif", b"avis"), "avif")
_PHOTO_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
    | {".webp", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".ppm", ".pgm", ".pnm"}
)
_RECORD_SUFFIXES = frozenset({".json", ".txt"})
# Formats that are known and not read, so that an officer learns what a file is that was not searched.
_UNREAD_STARTS = (
    (b"ARROW1", "kind.arrow"),
    (b"Obj\x01", "kind.avro"),
    (b"ORC", "kind.orc"),
    (b"\x93NUMPY", "kind.numpy"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "kind.office-old"),
    (b"%PDF-", "kind.pdf"),
    (b"7z\xbc\xaf\x27\x1c", "kind.7z"),
    (b"Rar!\x1a\x07", "kind.rar"),
    (b"BZh", "kind.bzip2"),
    (b"\xfd7zXZ\0", "kind.xz"),
    (b"\x28\xb5\x2f\xfd", "kind.zstandard"),
    (b"\x1f\x8b", "kind.gzip"),
    (b"\x1a\x45\xdf\xa3", "kind.matroska"),
    (b"PK\x03\x04", "kind.office"),
    (b"GGUF", "kind.gguf"),
    (b"ID3", "kind.audio"),
    (b"fLaC", "kind.audio"),
    (b"OggS", "kind.audio"),
    (b".snd", "kind.audio"),
    (b"\x08\x07", "kind.onnx"),
)
_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")

PICKLED = message("kind.pickle")


def head_of(path: Path | str, size: int = HEAD_BYTES) -> bytes:
    """The first bytes of a file. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, size)
    finally:
        os.close(handle)


def photo_kind(head: bytes) -> str:
    """Name of the photo format that these bytes begin, "" where they begin none."""
    for start, kind in _PHOTO_STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _HEIF_BRANDS.get(head[8:12], "")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) >= 26:
        return "bmp"
    if head[:2] in (b"P5", b"P6") and head[2:3].isspace():
        return "pnm"
    return ""


def named_like_photo(name: str) -> bool:
    return suffix_of(name) in _PHOTO_SUFFIXES


def named_like_record(name: str) -> bool:
    return suffix_of(name) in _RECORD_SUFFIXES


def kind_of(name: str, head: bytes) -> ItemKind | None:
    """Photo by content or by name, record by name, None for what is neither."""
    if photo_kind(head) or named_like_photo(name):
        return ItemKind.PHOTO
    return ItemKind.RECORD if named_like_record(name) else None


def member_problem(kind: ItemKind, head: bytes, size: int) -> Message | None:
    """Why a member of an archive is not read, None where it is."""
    if size > MAX_ITEM_BYTES:
        return TOO_LARGE
    return photo_problem(size, is_photo=bool(photo_kind(head))) if kind is ItemKind.PHOTO else None


def photo_problem(size: int, *, is_photo: bool) -> Message | None:
    """Why something that is named like a photo cannot be one, None where it can: `is_photo` by its first bytes."""
    if size == 0:
        return message("why.photo.empty")
    return None if is_photo else message("why.photo.by-name-alone")


def is_pickle(data: bytes) -> bool:
    """Whether a value as a whole is a pickle of protocol 2 to 5."""
    return data[:1] == b"\x80" and data[1:2] in _PROTOCOLS and data[-1:] == b"."


def unread_kind(head: bytes) -> Message | None:
    """What the file with these first bytes is, with why it is not read where that is a decision; None if unknown."""
    for start, kind in _UNREAD_STARTS:
        if head.startswith(start):
            return message(kind)
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        return PICKLED
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return message("kind.audio")
    is_video = head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
    return message("kind.video") if is_video else None
