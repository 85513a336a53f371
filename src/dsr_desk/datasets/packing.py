"""Files that are the same format with and without gzip, bzip2, xz or Zstandard around them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast

import zstandard

CHUNK = 1 << 20
_TAKEN = 1 << 11
"""So much is unpacked at once: the library of Zstandard stops nowhere, and so much holds at most 64 MiB."""
_REFILL = 1 << 18
_KEPT = 1 << 17
"""So far back a reader may go without beginning anew."""
_LARGEST_WINDOW = 1 << 30


class NotUnpacked(EOFError):
    """What is packed is damaged or ends early."""


BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)


class _Engine(Protocol):
    """Unpacks one packed piece of a file; these follow each other."""

    @property
    def eof(self) -> bool: ...

    def unpack(self, data: bytes) -> tuple[bytes, bytes]:
        """What comes of the data, and what of the data was not used yet."""
        ...


class _Gzip:
    def __init__(self) -> None:
        self._engine = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._engine.eof

    def unpack(self, data: bytes) -> tuple[bytes, bytes]:
        out = self._engine.decompress(data, CHUNK)
        return out, self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail


class _Standard:
    """bzip2 and xz."""

    def __init__(self, engine: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._engine = engine

    @property
    def eof(self) -> bool:
        return self._engine.eof

    def unpack(self, data: bytes) -> tuple[bytes, bytes]:
        if not self._engine.needs_input:
            return self._engine.decompress(b"", CHUNK), self._engine.unused_data + data
        out = self._engine.decompress(data, CHUNK)
        return out, self._engine.unused_data if self._engine.eof else b""


class _Zstandard:
    def __init__(self) -> None:
        self._engine = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._engine.eof

    def unpack(self, data: bytes) -> tuple[bytes, bytes]:
        return self._engine.decompress(data), self._engine.unused_data if self._engine.eof else b""


@dataclass(frozen=True)
class Method:
    """A way of packing. `pack` wraps a file for writing; the third is the packed file as it was, for its settings."""

    name: str
    magic: bytes
    suffix: str
    engine: Callable[[], _Engine]
    pack: Callable[[IO[bytes], IO[bytes]], IO[bytes]]


def _pack_gzip(plain: IO[bytes], old: IO[bytes]) -> IO[bytes]:
    """With the name and the time that the old one has."""
    head = old.read(4096)
    flags, time = head[3], struct.unpack_from("<I", head, 4)[0]
    at = 10
    if flags & 4:
        at += 2 + struct.unpack_from("<H", head, at)[0]
    name = head[at:].partition(b"\0")[0].decode("latin-1") if flags & 8 else ""
    return cast(IO[bytes], gzip.GzipFile(filename=name, fileobj=plain, mode="wb", compresslevel=6, mtime=time))


def _pack_bzip2(plain: IO[bytes], _: IO[bytes]) -> IO[bytes]:
    return cast(IO[bytes], bz2.BZ2File(plain, "wb"))


def _pack_xz(plain: IO[bytes], _: IO[bytes]) -> IO[bytes]:
    return cast(IO[bytes], lzma.LZMAFile(plain, "wb"))


def _pack_zstandard(plain: IO[bytes], _: IO[bytes]) -> IO[bytes]:
    return cast(IO[bytes], zstandard.ZstdCompressor(9).stream_writer(plain, closefd=False))


METHODS = (
    Method("gzip", b"\x1f\x8b", ".gz", _Gzip, _pack_gzip),
    Method(
        "bzip2",
        b"BZh",
        ".bz2",
        lambda: _Standard(bz2.BZ2Decompressor()),
        _pack_bzip2,
    ),
    Method(
        "xz",
        b"\xfd7zXZ\0",
        ".xz",
        lambda: _Standard(lzma.LZMADecompressor(lzma.FORMAT_XZ)),
        _pack_xz,
    ),
    Method(
        "zstandard",
        b"\x28\xb5\x2f\xfd",
        ".zst",
        _Zstandard,
        _pack_zstandard,
    ),
)


def method_of(head: bytes) -> Method | None:
    """How the file with these first bytes is packed."""
    return next((method for method in METHODS if head.startswith(method.magic)), None)


class Unpacked(io.RawIOBase):
    """Reads what is packed; going back further than a little unpacks again from the start.

    `hidden` counts bytes of the packed file, met so far, that are packed by nothing: behind the last piece, or in
    frames that are skipped; they are all once it `ended`. Raises NotUnpacked.
    """

    def __init__(self, packed: IO[bytes], method: Method) -> None:
        self._packed = packed
        self._method = method
        self._begin()

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._packed.close()
        super().close()

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._base + self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self.tell()
        elif whence == io.SEEK_END:
            while self._refill():
                self._at = len(self._chunk)
            offset += self._base + len(self._chunk)
        if offset < self._base:
            self._begin()
        while offset > self._base + len(self._chunk):
            self._at = len(self._chunk)
            if not self._refill():
                break
        self._at = min(max(0, offset - self._base), len(self._chunk))
        return self.tell()

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._at == len(self._chunk) and not self._refill():
            return 0
        size = min(len(view), len(self._chunk) - self._at)
        view[:size] = self._chunk[self._at : self._at + size]
        self._at += size
        return size

    def _begin(self) -> None:
        self._packed.seek(0)
        self._data = b""
        self._engine: _Engine | None = None
        self._chunk = b""
        self._base = self._at = 0
        self._pieces = 0
        self.hidden = 0
        self.ended = False

    def _refill(self) -> bool:
        """Brings the next bytes behind those that are there."""
        more = b""
        try:
            while len(more) < _REFILL and (piece := self._more()):
                more = more + piece if more else piece
        except NotUnpacked:
            raise
        except (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, ValueError) as error:
            raise NotUnpacked("it cannot be unpacked") from error
        if not more:
            return False
        cut = max(0, len(self._chunk) - _KEPT)
        self._base += cut
        self._at -= cut
        self._chunk = self._chunk[cut:] + more
        return True

    def _more(self) -> bytes:
        while True:
            if self._engine is None and not self._begin_piece():
                return b""
            assert self._engine is not None
            if not self._data:
                self._data = self._packed.read(_TAKEN)
            ended = not self._data
            out, self._data = self._engine.unpack(self._data)
            if self._engine.eof:
                self._engine = None
            elif ended and not out:
                raise NotUnpacked("it ends early")
            if out:
                return out

    def _begin_piece(self) -> bool:
        """Whether another piece follows. Zeros between pieces are padding; anything else is hidden."""
        while True:
            self._data += self._packed.read(_TAKEN) if len(self._data) < 16 else b""
            if self._data.startswith(self._method.magic):
                self._engine = self._method.engine()
                self._pieces += 1
                return True
            if not self._data:
                self.ended = True
                return False
            if self._method.name == "zstandard" and _is_skipped(self._data):
                self._skip(8 + struct.unpack_from("<I", self._data, 4)[0])
            elif self._pieces and (bare := self._data.lstrip(b"\0")) != self._data:
                self._data = bare
            elif self._pieces:
                self._skip(None)
            else:
                raise NotUnpacked("it does not begin as it should")

    def _skip(self, size: int | None) -> None:
        left = size
        while self._data and left != 0:
            taken = len(self._data) if left is None else min(left, len(self._data))
            self.hidden += taken
            left = None if left is None else left - taken
            self._data = self._data[taken:] or self._packed.read(_TAKEN)


def _is_skipped(data: bytes) -> bool:
    return len(data) >= 8 and data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50


def unpacked_head(path: Path, head: bytes, size: int) -> bytes:
    """The first bytes of what a file holds, of which `head` are the stored ones; b"" where it cannot be unpacked."""
    if method_of(head) is None:
        return head[:size]
    try:
        with opened(path) as file:
            return file.read(size)
    except (OSError, EOFError):
        return b""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """For reading, unpacked; seeking back unpacks again from the start."""
    with path.open("rb") as plain:
        yield unpacking(plain)


def unpacking(plain: IO[bytes]) -> IO[bytes]:
    """What an open file holds, unpacked where it is packed."""
    method = method_of(plain.read(8))
    plain.seek(0)
    return plain if method is None else cast(IO[bytes], io.BufferedReader(Unpacked(plain, method), CHUNK // 4))


def hidden_in(file: IO[bytes]) -> int:
    """Bytes that are packed by nothing, of a file that `unpacking` gave and that was read to its end."""
    raw = getattr(file, "raw", None)
    return raw.hidden if isinstance(raw, Unpacked) else 0


def is_read(file: IO[bytes]) -> bool:
    """Whether such a file was read to its end."""
    raw = getattr(file, "raw", None)
    return isinstance(raw, Unpacked) and raw.ended


@contextmanager
def packed_like(path: Path, target: Path) -> Iterator[IO[bytes]]:
    """For writing to the file at `target`, packed as the file at `path` is."""
    with path.open("rb") as old, target.open("r+b") as plain:
        method = method_of(old.read(8))
        if method is None:
            yield plain
        else:
            old.seek(0)
            with method.pack(plain, old) as out:
                yield out
