"""Formats that are known and not read, so that an officer learns what a file is that was not searched."""

from __future__ import annotations

from dsr_desk.core.message import Message, message

_STARTS = (
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
    (b"\x08\x07", "kind.onnx"),
)
_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")

PICKLED = message("kind.pickle")


def is_pickle(data: bytes) -> bool:
    """Whether a value as a whole is a pickle of protocol 2 to 5."""
    return data[:1] == b"\x80" and data[1:2] in _PROTOCOLS and data[-1:] == b"."


def unread_kind(head: bytes) -> Message | None:
    """What the file with these first bytes is, with why it is not read where that is a decision; None if unknown."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return message(kind)
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        return PICKLED
    is_video = head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
    return message("kind.video") if is_video else None
