"""7z archives, by py7zr, an extra. Members are unpacked in memory, as many at a time as have room there.

Members of such an archive are packed together, so none is taken out without packing the others anew; that is left to
those who keep it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import erasing, nested, sniff
from dsr_desk.datasets.container import Unread
from dsr_desk.datasets.file_container import NothingTakenOut
from dsr_desk.datasets.members import ArchiveMember, ReadArchive
from dsr_desk.jobs import scratch

AT_ONCE = 256 << 20
"""Bytes of members that are unpacked in one pass; a larger member has one of its own."""

_SIGNATURE_HEADER = 32


class MemberOfSevenZip(DeskError):
    code = "ERASE-MEMBER-OF-7Z"
    happened = "No member is taken out of the 7z archive {name} by this program."
    means = "Nothing was erased from it: its members are packed together."
    todo = "Unpack it, delete what the plan names and pack it again, or delete it as a whole, and read back."


class SevenZipArchive(NothingTakenOut, ReadArchive):
    """See above."""

    format: ClassVar[str] = "7z"
    magic: ClassVar[bytes] = b"7z\xbc\xaf\x27\x1c"
    needs: ClassVar[str] = "py7zr"
    refused_as: ClassVar[type[DeskError]] = MemberOfSevenZip

    def walk(self) -> Iterator[ArchiveMember | Unread]:
        yield from self._from(0)
        with self._opened() as archive:
            header = archive.sig_header
            end = _SIGNATURE_HEADER + header.nextheaderofs + header.nextheadersize
        if (hidden := self.path.stat().st_size - end) > 0:
            yield Unread("", message("kind.hidden"), message("why.packed.hidden"), size=hidden)

    @contextlib.contextmanager
    def at(self, hint: int) -> Iterator[ArchiveMember | None]:
        with contextlib.closing(self._from(hint, most=1)) as found:
            yield next(found, None)

    def own(self) -> int:
        with self._opened() as archive:
            return len(archive.header.files_info.files)

    def _from(self, first: int, most: int = sys.maxsize) -> Generator[ArchiveMember, None, None]:
        """So many members from a position on. Each can be read until the next one is asked for."""
        position, end = first, first + most
        while position < end:
            with self._opened() as archive, self._room() as descriptor:
                files = _fitting(list(archive.files)[position:end])
                if not files:
                    return
                problems = [_problem(file, archive.needs_password()) for file in files]
                unpacked = _Unpacked(descriptor)
                self._unpack(archive, [one for one, why in zip(files, problems, strict=True) if not why], unpacked)
                for file, why in zip(files, problems, strict=True):
                    yield self._member(file, position, unpacked, why)
                    position += 1

    def _unpack(self, archive: Any, wanted: Collection[Any], unpacked: _Unpacked) -> None:
        """What comes before the wanted is unpacked too, as it is packed together with them, and goes nowhere."""
        from py7zr.io import MemIO

        ids = {file.id for file in wanted}
        for file in archive.files:
            archive.worker.register_filelike(file.id, MemIO(str(file.id), unpacked) if file.id in ids else None)
        with self._broken():
            archive.worker.extract(archive.fp, None, parallel=False)

    def _member(self, file: Any, position: int, unpacked: _Unpacked, problem: Message | None) -> ArchiveMember:
        leads = b"".join(unpacked.pieces(file.id)) if file.is_symlink and not problem else b""
        is_file = not file.is_directory and not file.is_symlink and not file.is_socket
        return ArchiveMember(
            name=file.filename,
            start=position,
            end=position + 1,
            hint=position,
            size=file.uncompressed if is_file else 0,
            head=unpacked.head(file.id) if is_file and not problem else b"",
            pieces=partial(unpacked.pieces, file.id),
            is_file=is_file,
            link=leads.decode("utf-8", "surrogateescape"),
            problem=problem,
        )

    @contextlib.contextmanager
    def _room(self) -> Iterator[int]:
        try:
            with scratch.in_memory() as descriptor:
                yield descriptor
        except scratch.NoScratch as error:
            raise self.damaged("why.nested.deep", most=nested.DEEPEST) from error

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        import py7zr

        with self.path.open("rb") as file:
            with self._broken():
                archive = py7zr.SevenZipFile(file)
            with archive:
                yield archive

    @contextlib.contextmanager
    def _broken(self) -> Iterator[None]:
        """The library raises errors of many kinds on bytes that were made to break it."""
        import py7zr

        try:
            yield
        except py7zr.PasswordRequired as error:
            raise self.damaged("why.encrypted") from error
        except Exception as error:
            raise self.damaged("why.not-unpacked") from error


class _Unpacked:
    """Members one after the other in a file in memory: see `py7zr.io.WriterFactory`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._end = 0
        self._spans: dict[int, tuple[int, int]] = {}

    def create(self, name: str) -> _Sink:
        """What a member is written to, which has its number for a name."""
        self._spans[int(name)] = self._end, self._end
        return _Sink(partial(self._write, int(name)))

    def pieces(self, number: int) -> Iterator[bytes]:
        at, end = self._spans.get(number, (0, 0))
        while at < end and (piece := os.pread(self._descriptor, min(erasing.CHUNK, end - at), at)):
            at += len(piece)
            yield piece

    def head(self, number: int) -> bytes:
        start, end = self._spans.get(number, (0, 0))
        return os.pread(self._descriptor, min(sniff.HEAD_BYTES, end - start), start)

    def _write(self, number: int, data: bytes) -> int:
        written = 0
        while written < len(data):
            written += os.pwrite(self._descriptor, data[written:], self._end + written)
        self._end += written
        self._spans[number] = self._spans[number][0], self._end
        return written


@dataclass(frozen=True)
class _Sink:
    """See `py7zr.io.Py7zIO`: what is written is not read back here."""

    write: Callable[[bytes], int]

    def read(self, size: int | None = None) -> bytes:
        del size
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        del whence
        return offset

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


def _fitting(files: Sequence[Any]) -> Sequence[Any]:
    """The first of the files, as many as are unpacked at once, one at least."""
    size = 0
    for number, file in enumerate(files):
        size += 0 if file.uncompressed > nested.LARGEST else file.uncompressed
        if number and size > AT_ONCE:
            return files[:number]
    return files


def _problem(file: Any, is_sealed: bool) -> Message | None:
    if file.emptystream:
        return None
    if is_sealed:
        return message("why.encrypted")
    return message("why.nested.large", most=nested.LARGEST) if file.uncompressed > nested.LARGEST else None
