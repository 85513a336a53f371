"""Members of a zip that are read in pieces, and the zip itself: stored, sorted, fixed dates, so that the same members
give the same bytes.

Millions of lines lie in a spool while a bundle is made: a file without a name, encrypted with a key that nobody keeps.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, cast

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from dsr_desk.evidence.verifying.check_bundle import Section, zip_end, zip_entry, zip_head
from dsr_desk.storage.files import disk_errors

PIECE = 1 << 20
HELD_AT_MOST = 16 << 20
_BLOCK = 16


class Member(Protocol):
    """Bytes with what a zip and a manifest say of them; `pieces` may be called again and again."""

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> bytes: ...

    @property
    def crc32(self) -> int: ...

    def pieces(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Held:
    """A member that is short enough to be held."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @property
    def crc32(self) -> int:
        return zlib.crc32(self.data)

    def pieces(self) -> Iterator[bytes]:
        yield self.data


@dataclass(frozen=True)
class Spooled:
    """A member that lies in a spool."""

    spool: Spool
    start: int
    size: int
    sha256: bytes
    crc32: int

    def pieces(self) -> Iterator[bytes]:
        return self.spool.read(self.start, self.size)


@dataclass(frozen=True)
class LentFile:
    """A file for another process to read: its bytes, or where they lie, with the key of the spool that they lie in."""

    size: int
    data: bytes = field(default=b"", repr=False)
    path: Path | None = None
    key: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, path: Path) -> LentFile:
        """A file as it lies there."""
        return cls(path.stat().st_size, path=path.absolute())

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        if self.path is None:
            yield io.BytesIO(self.data)
            return
        with self.path.open("rb") as file:
            yield Spool.over(file, self.key).reader(0, self.size) if self.key else file


class Spool:
    """Short things stay in memory. What goes to the disk is encrypted (AES-256-CTR) and gone when this is closed.

    Its file has a name only where it is to be lent.
    """

    def __init__(self, folder: Path | None = None, *, lends: bool = False) -> None:
        self._where = str(folder or tempfile.gettempdir())
        self._new_file = tempfile.NamedTemporaryFile if lends else tempfile.TemporaryFile
        self._file: BinaryIO = io.BytesIO()
        self._key, self._end = secrets.token_bytes(32), 0

    @classmethod
    def over(cls, file: BinaryIO, key: bytes) -> Spool:
        """What another process wrote."""
        spool = cls(Path(file.name).parent)  # a cell has no folder for temporary files
        spool._file, spool._key = file, key
        return spool

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, pieces: Iterable[bytes]) -> Spooled:
        """Writes a member, whole before the next one begins."""
        start = self._end
        writer, digest, crc, size = SpoolWriter(self, start), hashlib.sha256(), 0, 0
        for piece in gathered(pieces):
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            size += writer.write(piece)
        self.extend(start + size)
        return Spooled(self, start, size, digest.digest(), crc)

    def take(self, fill: Callable[[BinaryIO], object]) -> BinaryIO:
        """What `fill` writes, as a file to read from any place."""
        return self.reader(*self._filled(fill))

    def lend(self, fill: Callable[[BinaryIO], object]) -> LentFile:
        """What `fill` writes, for another process, from a spool that lends and holds nothing else."""
        start, size = self._filled(fill)
        if isinstance(self._file, io.BytesIO):
            return LentFile(size, data=b"".join(self.read(start, size)))
        self._file.flush()
        return LentFile(size, path=Path(self._file.name), key=self._key)

    def reader(self, start: int, size: int) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(SpoolReader(self, start, size), PIECE))

    def _filled(self, fill: Callable[[BinaryIO], object]) -> tuple[int, int]:
        start = self._end
        raw = SpoolWriter(self, start)
        with io.BufferedWriter(cast("io.RawIOBase", raw), PIECE) as writer:
            fill(cast("BinaryIO", writer))
            writer.flush()
            return start, raw.tell()

    def extend(self, end: int) -> None:
        self._end = -(-end // _BLOCK) * _BLOCK

    @property
    def end(self) -> int:
        return self._end

    def read(self, start: int, size: int) -> Iterator[bytes]:
        """Pieces of what was written from `start` on, which is any place."""
        skipped = start % _BLOCK
        decryptor = self._cipher(start - skipped).decryptor()
        at, left = start - skipped, size + skipped
        while left > 0:
            with disk_errors(self._where):
                self._file.seek(at)
                raw = self._file.read(min(PIECE, left))
            if not raw:
                return
            at, left = at + len(raw), left - len(raw)
            plain = decryptor.update(raw)
            yield plain[skipped:]
            skipped = 0

    def write_at(self, place: int, data: bytes) -> None:
        with disk_errors(self._where):
            if isinstance(self._file, io.BytesIO) and place + len(data) > HELD_AT_MOST:
                begun = self._file.getbuffer()
                self._file = cast("BinaryIO", self._new_file(dir=self._where, prefix=".sealing-"))
                self._file.write(begun)
            self._file.seek(place)
            self._file.write(data)

    def encryptor_at(self, place: int) -> SpoolCipher:
        return self._cipher(place).encryptor()

    def _cipher(self, place: int) -> Cipher[modes.CTR]:
        return Cipher(algorithms.AES256(self._key), modes.CTR((place // _BLOCK).to_bytes(_BLOCK, "big")))


class SpoolCipher(Protocol):
    def update(self, data: bytes) -> bytes: ...


class SpoolWriter(io.RawIOBase):
    """A file to write to, one piece after the other."""

    def __init__(self, spool: Spool, start: int) -> None:
        super().__init__()
        self._spool, self._start, self._at, self._cipher = spool, start, start, spool.encryptor_at(start)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at - self._start

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._spool.write_at(self._at, self._cipher.update(bytes(data)))
        self._at += len(data)
        self._spool.extend(self._at)
        return len(data)


class SpoolReader(Section):
    """A part of a spool as a file."""

    def __init__(self, spool: Spool, start: int, size: int) -> None:
        super().__init__(start, size)
        self._spool = spool

    def piece(self, start: int, size: int) -> bytes:
        return b"".join(self._spool.read(start, size))


class Pieces(io.RawIOBase):
    """Pieces as a file to read from, once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces, self._left = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        taken = min(len(buffer), len(self._left))
        buffer[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken


def opened(member: Member) -> BinaryIO:
    """A member as a file to read from any place, many times over."""
    if isinstance(member, Spooled):
        return member.spool.reader(member.start, member.size)
    return io.BytesIO(joined(member))


class Archive:
    """A zip with sorted, uncompressed members and fixed dates, itself a member of another; zip64 beyond 4 GB."""

    def __init__(self, members: Mapping[str, Member]) -> None:
        self._members = dict(sorted(members.items()))

    @cached_property
    def size(self) -> int:
        heads = sum(len(zip_head(name, one.size, one.crc32)) + one.size for name, one in self._members.items())
        return heads + len(self._directory)

    @cached_property
    def _sums(self) -> tuple[bytes, int]:
        digest, crc = hashlib.sha256(), 0
        for piece in self.pieces():
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
        return digest.digest(), crc

    @property
    def sha256(self) -> bytes:
        return self._sums[0]

    @property
    def crc32(self) -> int:
        return self._sums[1]

    def pieces(self) -> Iterator[bytes]:
        for name, one in self._members.items():
            yield zip_head(name, one.size, one.crc32)
            yield from one.pieces()
        yield self._directory

    @cached_property
    def _directory(self) -> bytes:
        """Central directory and end records."""
        entries, at = [], 0
        for name, one in self._members.items():
            entries.append(zip_entry(name, one.size, one.crc32, at))
            at += len(zip_head(name, one.size, one.crc32)) + one.size
        return b"".join(entries) + zip_end(entries, at)


def joined(member: Member) -> bytes:
    return b"".join(member.pieces())


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about one MiB."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
