"""Tensors in graph files: GGUF by its table, ONNX by its protobuf fields; and what TensorFlow saves, by its look.

The layouts are those that the projects publish: `gguf.md` of ggml, `onnx.proto` of ONNX, `saved_model.proto` and
`graph.proto` of TensorFlow.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import IO

Found = tuple[str, tuple[int, ...], str]
"""Name, shape and digest of a tensor, "" where its bytes are not read as they lie."""

_MOST = 1 << 20
"""Of anything that is counted in a header."""

_FEW = 1 << 10
"""Texts in a list that is kept: a vocabulary has more."""

_GGUF_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_GGUF_NUMBER, _GGUF_TEXT, _GGUF_LIST = 4, 8, 9
_ONNX_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_VARINT, _LONG, _BYTES, _SHORT = 0, 1, 2, 5
_TENSORFLOW = (b"Placeholder", b"Const", b"VarHandleOp", b"NoOp")


def gguf_tensors(file: IO[bytes], digest_of: Callable[[IO[bytes], int, int], str]) -> Iterator[Found]:
    """Raises ValueError, struct.error and the like for what is none."""
    count, keys = gguf_head(file)
    alignment = keys.get("general.alignment")
    alignment = alignment if isinstance(alignment, int) else 32
    found: list[tuple[str, tuple[int, ...], int]] = []
    for _ in range(count):
        name = _gguf_text(file)
        (dimensions,) = struct.unpack("<I", file.read(4))
        if dimensions > 16:
            raise ValueError("no GGUF")
        sizes = struct.unpack(f"<{dimensions}Q", file.read(8 * dimensions))
        _, offset = struct.unpack("<IQ", file.read(12))
        found.append((name, tuple(reversed(sizes)), offset))
    start = -(-file.tell() // max(1, alignment)) * max(1, alignment)
    end = file.seek(0, 2) - start
    offsets = sorted({one[2] for one in found} | {end})
    following = dict(pairwise(offsets))
    for name, shape, offset in found:
        yield name, shape, digest_of(file, start + offset, following[offset] - offset)


def gguf_head(file: IO[bytes]) -> tuple[int, dict[str, str | int | list[str]]]:
    """How many tensors there are and what the file says of itself (texts, numbers of 32 bits, lists of few texts).

    `file` stands behind the head then. Raises ValueError, KeyError and struct.error for what is no GGUF.
    """
    magic, version, count, keys = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF" or version not in (2, 3) or max(count, keys) > _MOST:
        raise ValueError("no GGUF")
    told: dict[str, str | int | list[str]] = {}
    for _ in range(keys):
        name = _gguf_text(file)
        (kind,) = struct.unpack("<I", file.read(4))
        value = _gguf_value(file, kind)
        if value is not None:
            told[name] = value
    return int(count), told


def _gguf_text(file: IO[bytes]) -> str:
    (size,) = struct.unpack("<Q", file.read(8))
    data = file.read(size) if size <= _MOST else b""
    if len(data) != size:
        raise ValueError("no GGUF")
    return data.decode("utf-8", "replace")


def _gguf_value(file: IO[bytes], kind: int) -> str | int | list[str] | None:
    """None for what is only passed over: vocabularies, numbers of other kinds."""
    if kind == _GGUF_TEXT:
        return _gguf_text(file)
    if kind == _GGUF_NUMBER:
        return int(struct.unpack("<I", file.read(4))[0])
    if kind != _GGUF_LIST:
        file.seek(_GGUF_SIZES[kind], 1)
        return None
    inner, count = struct.unpack("<IQ", file.read(12))
    if count > 64 * _MOST or inner == _GGUF_LIST:
        raise ValueError("no GGUF")
    if inner != _GGUF_TEXT:
        file.seek(count * _GGUF_SIZES[inner], 1)
        return None
    kept = [text for text in (_gguf_text(file) for _ in range(count)) if count <= _FEW]
    return kept or None


def onnx_tensors(file: IO[bytes]) -> list[Found] | None:
    """Its initializers; None where the file is no ONNX model. Raises ValueError and EOFError for a broken one."""
    end = file.seek(0, 2)
    graph: tuple[int, int] | None = None
    seen = set()
    for number, wire, at, size in _fields(file, 0, end):
        if number not in _ONNX_FIELDS:
            return None
        seen.add(number)
        if number == 7 and wire == _BYTES:
            graph = at, size
    if graph is None or 1 not in seen:
        return None
    return [
        _onnx_tensor(file, at, size)
        for number, wire, at, size in list(_fields(file, graph[0], sum(graph)))
        if number == 5 and wire == _BYTES
    ]


def _onnx_tensor(file: IO[bytes], start: int, length: int) -> Found:
    name, shape, digest = "", [], ""
    for number, wire, at, size in list(_fields(file, start, start + length)):
        if number == 1 and wire == _VARINT:
            shape.append(size)
        elif number == 1:
            file.seek(at)
            while file.tell() < at + size:
                shape.append(_varint(file))
        elif number == 8:
            file.seek(at)
            name = file.read(min(size, _MOST)).decode("utf-8", "replace")
        elif number in (4, 9):  # as floats, little-endian, or raw: the bytes are the same
            file.seek(at)
            digest = _hashed(file, size)
    return name, tuple(shape), digest


def _hashed(file: IO[bytes], size: int) -> str:
    digest = hashlib.sha256()
    while size:
        chunk = file.read(min(size, _MOST))
        if not chunk:
            raise EOFError
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def _fields(file: IO[bytes], start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, wire type, place and size of each field; of a varint its value in the place of the size."""
    at = start
    while at < end:
        file.seek(at)
        key = _varint(file)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise ValueError("no protobuf")
        if wire == _VARINT:
            value = _varint(file)
            at = file.tell()
            yield number, wire, at, value
            continue
        size = _varint(file) if wire == _BYTES else {_LONG: 8, _SHORT: 4}[wire]
        place = file.tell()
        at = place + size
        if at > end:
            raise EOFError
        yield number, wire, place, size


def _varint(file: IO[bytes]) -> int:
    value = shift = 0
    while True:
        byte = file.read(1)
        if not byte or shift > 63:
            raise EOFError
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7


def tensorflow_kind(file: IO[bytes]) -> str:
    """`saved-model`, `tensorflow-graph`, "" for neither: by the first field, and by names of operations in it."""
    head = file.read(1 << 16)
    (number, wire, at, size), *further = _fields(file, 0, min(file.seek(0, 2), _MOST << 12))
    if not any(one in head for one in _TENSORFLOW):
        return ""
    if (number, wire, size) == (1, _VARINT, 1) and any(one[0] == 2 for one in further):
        return "saved-model"
    graph = number == 1 and wire == _BYTES and all(one[0] in (1, 2, 3, 4, 5) for one in further)
    return "tensorflow-graph" if graph and at else ""
