"""Formats that are known and not read, so that an officer learns what a file is that was not searched."""

from __future__ import annotations

_STARTS = (
    (b"ARROW1", "Arrow file"),
    (b"Obj\x01", "Avro file"),
    (b"ORC", "ORC file"),
    (b"\x93NUMPY", "NumPy array"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office document"),
    (b"%PDF-", "PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"BZh", "bzip2 file"),
    (b"\xfd7zXZ\0", "xz file"),
    (b"\x28\xb5\x2f\xfd", "Zstandard file"),
    (b"\x1f\x8b", "gzip file"),
    (b"\x1a\x45\xdf\xa3", "Matroska or WebM video"),
    (b"PK\x03\x04", "Office document"),
    (b"GGUF", "model file (GGUF)"),
    (b"\x08\x07", "model file (ONNX)"),
)
_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")

PICKLED = "pickle, which runs code when it is opened and is never opened here"


def is_pickle(data: bytes) -> bool:
    """Whether a value as a whole is a pickle of protocol 2 to 5."""
    return data[:1] == b"\x80" and data[1:2] in _PROTOCOLS and data[-1:] == b"."


def unread_kind(head: bytes) -> str:
    """What the file with these first bytes is, with why it is not read where that is a decision; "" if unknown."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        return PICKLED
    if head[4:8] == b"ftyp":
        return "video"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video"
    return ""
