"""Changes of files, drawn at random: of their bytes and, where they are packed, of what is inside, packed again."""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

LARGEST = 1 << 20
WORDS = (
    b"", b"0", b"-1", b"9" * 40, b"1e999", b"NaN", b"-Infinity", b"null", b"true", b"{}", b"[]", b'""', b"[" * 3000,
    b'{"a":' * 3000, b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"&#x0;", b"\xc2\xb2", b"%s%n",
    b"../../x", b"/etc/passwd", b"9999-99-99", b"0000-00-00T00:00:00Z", b"Thu, 99 Foo 99999 99:99:99 +9999", b"\r\n",
    b"\r", b"\n\n", b"A" * 5000, b"=?utf-8?b?4pyT?=", b"\x80\x80\x80\x80\x10", b"(" * 2000, b"<" * 500, b"<<" * 500,
)  # fmt: skip
NUMBERS = (0, 1, 127, 128, 255, 256, 32767, 65535, 1 << 31, (1 << 31) - 1, (1 << 32) - 1, 1 << 63, (1 << 64) - 1)
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "", "x", "\0", "\ud800", "²", [], {}, [[]], [{}],
    "2020-13-45", "9" * 5000, {"code": "quoted", "values": {}},
)  # fmt: skip

_NOT_AS_IT_LOOKS = (
    ValueError, KeyError, EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
Change = Callable[[random.Random, bytes, list[bytes]], bytes]


def changed(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Another file; `others` are such that pieces may come from."""
    ways: list[Change] = [_bytes]
    if data[:2] == b"PK":
        ways += [_zipped] * 3
    if data[:2] == b"\x1f\x8b":
        ways += [_gzipped] * 3
    if data.lstrip()[:1] in (b"{", b"["):
        ways += [_document] * 2
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        with suppress(
            ValueError, zipfile.BadZipFile, EOFError, zlib.error, OSError, RecursionError, NotImplementedError
        ):
            data = chance.choice(ways)(chance, data, others)
    return data[:LARGEST]


def _bytes(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    at, end = sorted((_place(chance, len(data)), _place(chance, len(data))))
    number = chance.choice(NUMBERS) & ((1 << 8 * (size := chance.choice((1, 2, 4, 8)))) - 1)
    other = chance.choice(others) if others else data
    begin = _place(chance, len(other))
    ways: list[Callable[[], bytes]] = [
        lambda: data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :] if at < len(data) else data,
        lambda: data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
        lambda: data[:at] + number.to_bytes(size, chance.choice(("little", "big"))) + data[at + size :],
        lambda: data[:at] + chance.choice(WORDS) + data[at:],
        lambda: data[:at] + chance.choice(WORDS) + data[end:],
        lambda: data[:at] + data[end:],
        lambda: data[:end] + data[at:end] * chance.choice((1, 2, 30)) + data[end:],
        lambda: data[:at] + other[begin : begin + chance.choice((4, 64, 4096))] + data[end:],
        lambda: data[:at],
        lambda: data[:at] + chance.randbytes(chance.choice((1, 4, 50))) + data[at:],
        lambda: data[:at] + bytes(end - at) + data[end:],
    ]
    return chance.choice(ways)()


def _place(chance: random.Random, length: int) -> int:
    """The beginning and the end are hit more often than the rest."""
    near = min(length, 64)
    return chance.choice((chance.randint(0, near), chance.randint(length - near, length), chance.randint(0, length)))


def _document(chance: random.Random, data: bytes, _others: list[bytes]) -> bytes:
    """One value of a JSON document replaced, left out or put somewhere else."""
    whole = json.loads(data)
    at, above, key = whole, None, None
    while isinstance(at, dict | list) and at and chance.random() < 0.85:
        above, key = at, chance.choice(list(at) if isinstance(at, dict) else range(len(at)))
        at = above[key]
    value = chance.choice((*VALUES, whole, above, [at], {"x": at}))
    if above is None:
        return json.dumps(value).encode()
    if chance.random() < 0.2:
        del above[key]
    elif isinstance(above, dict) and chance.random() < 0.2:
        above[chance.choice(("", "x", "\0", "²", *above))] = json.loads(json.dumps(value))
    else:
        above[key] = json.loads(json.dumps(value))
    return json.dumps(whole).encode()


def _zipped(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist() if info.file_size <= LARGEST]
    if not members:
        return data
    number = chance.randrange(len(members))
    info, content = members[number]
    way = chance.randrange(8)
    if way == 0:
        del members[number]
    elif way == 1:
        members.append(chance.choice(members))
    elif way == 2:
        info.filename = chance.choice(("../x", "/x", "x" * 300, "", "a/b", "\x85", info.filename.upper()))
    else:
        members[number] = info, changed(chance, content, [one for _, one in members] + others)
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as archive:
        warnings.simplefilter("ignore")
        for one, content in members:
            archive.writestr(one, content)
    return packed.getvalue()


def _gzipped(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    return gzip.compress(changed(chance, gzip.decompress(data), others), 1, mtime=0)


def framed(parts: dict[str, bytes]) -> bytes:
    """Several files as one: name, length and content of each."""
    heads = [struct.pack(">HI", len(name.encode()), len(data)) + name.encode() for name, data in parts.items()]
    return b"".join(head + data for head, data in zip(heads, parts.values(), strict=True))


def unframed(data: bytes) -> dict[str, bytes]:
    """Whatever the bytes are, some files: the last takes what is left."""
    found: dict[str, bytes] = {}
    while len(data) >= 6 and len(found) < 50:
        named, size = struct.unpack(">HI", data[:6])
        name, data = data[6 : 6 + named % 200], data[6 + named % 200 :]
        found[name.decode("ascii", "replace").replace("\0", "_").strip("/.") or "x"], data = data[:size], data[size:]
    return found
