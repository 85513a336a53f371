"""Zip archives. Nothing is ever unpacked to a disk."""

from __future__ import annotations

import contextlib
import io
import posixpath
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from copy import copy
from functools import partial
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff, zip_layout
from dsr_desk.datasets.archive import Edit, MemberArchive, Part
from dsr_desk.datasets.container import ItemUnreadable, Unread
from dsr_desk.datasets.erasing import CHUNK, ContainerNotRewritten, chunks
from dsr_desk.datasets.members import ArchiveMember
from dsr_desk.datasets.zip_layout import BrokenZip, ZipEntry, ZipLayout

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = ("[Content_Types].xml", "mimetype")
_ENCRYPTED = 0x1
_SEALED = message("why.encrypted")
_NOT_UNPACKED = message("why.not-unpacked")
_WRITTEN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, IndexError, struct.error)
"""What the library raises on bytes that are no archive, or that were made to break it."""


class ZipArchive(MemberArchive):
    """Members that stay keep their bytes as they are packed, encrypted ones too, when others are erased."""

    format: ClassVar[str] = "zip"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """Any zip but office documents, which are something else to the people who keep them."""
        if not head.startswith(_STARTS):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return not any(name in archive.NameToInfo for name in _OFFICE)
        except _BROKEN:
            return True

    def walk(self) -> Iterator[ArchiveMember | Unread]:
        with self._opened() as (archive, layout):
            for number, (info, entry) in enumerate(zip(archive.infolist(), layout.entries, strict=True)):
                yield self._member(archive, info, entry, number)
            for start, end in layout.hidden:
                yield Unread("", message("kind.hidden"), message("why.zip.hidden"), size=end - start)
            if layout.comment:
                why = message("why.not-read")
                yield Unread("", message("kind.attributes"), why, size=len(layout.comment))

    @contextlib.contextmanager
    def at(self, hint: int) -> Iterator[ArchiveMember | None]:
        with self._opened() as (archive, layout):
            infos = archive.infolist()
            there = 0 <= hint < len(infos)
            yield self._member(archive, infos[hint], layout.entries[hint], hint) if there else None

    def own(self) -> int:
        with self.raw() as file:
            return self._layout(file).count

    def raw(self) -> AbstractContextManager[IO[bytes]]:
        return self.path.open("rb")

    def packed(self, target: Path) -> AbstractContextManager[IO[bytes]]:
        return target.open("r+b")

    def parts(self, file: IO[bytes], edits: Collection[Edit]) -> Iterator[Part]:
        """Members as they lie, then the directory with their new places."""
        layout = self._layout(file)
        by_start = {edit.member.start: edit for edit in edits}
        records: dict[int, tuple[bytes, int]] = {}
        at = written = 0
        for entry in sorted(layout.entries, key=lambda entry: entry.start):
            edit = by_start.get(entry.start)
            if edit is None:
                records[entry.start] = entry.record, written + entry.start - at
                continue
            yield at, entry.start
            written += entry.start - at
            at = entry.end
            if edit.new is not None:
                with self._spelt(edit, edit.new) as (fresh, record, end):
                    records[entry.start] = record, written
                    yield from chunks(fresh, 0, end)
                    written += end
        yield at, layout.directory
        kept = (records[entry.start] for entry in layout.entries if entry.start in records)
        try:
            yield from zip_layout.moved(layout, kept, written + layout.directory - at)
        except BrokenZip as broken:
            raise ContainerNotRewritten(name=self.name, why=message(broken.code)) from broken

    @contextlib.contextmanager
    def _spelt(self, edit: Edit, new: bytes | Path) -> Iterator[tuple[IO[bytes], bytes, int]]:
        """A member with other content: the file that it begins, its record for the directory, and where it ends."""
        with self._opened() as (archive, _):
            fresh = copy(archive.infolist()[edit.member.hint])
        fresh.compress_type = fresh.compress_type if fresh.compress_type in _WRITTEN else zipfile.ZIP_DEFLATED
        fresh.extra = zip_layout.without_sizes(fresh.extra)
        source: IO[bytes] = io.BytesIO(new) if isinstance(new, bytes) else new.open("rb")
        place: IO[bytes] = io.BytesIO() if isinstance(new, bytes) else new.with_name(".packed").open("w+b")
        with source, place:
            with zipfile.ZipFile(place, "w") as out, out.open(fresh, "w") as sink:
                while chunk := source.read(CHUNK):
                    sink.write(chunk)
            yield place, *zip_layout.record_of(place)

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: ZipEntry, number: int) -> ArchiveMember:
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        is_file = not info.filename.endswith("/") and not is_link
        head, problem = self._look(archive, info) if is_file else (b"", None)
        link = self._leads_to(archive, info) if is_link else ""
        return ArchiveMember(
            name=info.filename,
            start=entry.start,
            end=entry.end,
            hint=number,
            size=info.file_size,
            head=head,
            pieces=partial(self._pieces, archive, info),
            is_file=is_file,
            link=link,
            problem=problem,
            attributes=entry.attributes,
        )

    def _look(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[bytes, Message | None]:
        """How it begins, and why it cannot be read."""
        if info.flag_bits & _ENCRYPTED:
            return b"", _SEALED
        try:
            with archive.open(info) as file:
                return file.read(sniff.HEAD_BYTES), None
        except (*_BROKEN, OSError):
            return b"", _NOT_UNPACKED

    def _leads_to(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
        try:
            with archive.open(info) as file:
                link = file.read(sniff.HEAD_BYTES).decode("utf-8", "surrogateescape")
        except (*_BROKEN, OSError):
            return ""
        return posixpath.normpath(posixpath.join(posixpath.dirname(info.filename), link))

    def _pieces(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """At most what the archive declares: a member that unpacks to more is a bomb."""
        size = 0
        try:
            with archive.open(info) as file:
                while chunk := file.read(CHUNK):
                    size += len(chunk)
                    if size > info.file_size:
                        break
                    yield chunk
        except (*_BROKEN, OSError) as error:
            raise ItemUnreadable(name=self.name, why=_NOT_UNPACKED) from error
        if size != info.file_size:
            raise ItemUnreadable(name=self.name, why=message("why.zip.length"))

    def _layout(self, file: IO[bytes]) -> ZipLayout:
        try:
            return zip_layout.layout_of(file)
        except BrokenZip as broken:
            raise self.damaged(broken.code) from broken

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[zipfile.ZipFile, ZipLayout]]:
        try:
            with warnings.catch_warnings(), self.raw() as file:
                warnings.simplefilter("ignore", UserWarning)
                layout = self._layout(file)
                with zipfile.ZipFile(file) as archive:
                    if len(archive.filelist) != len(layout.entries):
                        raise self.damaged("why.zip.unreadable")
                    yield archive, layout
        except _BROKEN as error:
            raise self.damaged("why.zip.unreadable") from error


def carry_over(archive: zipfile.ZipFile, info: zipfile.ZipInfo, out: zipfile.ZipFile, new: bytes | None = None) -> None:
    """Copies a member with its method, times and attributes; with other content where `new` is given."""
    fresh = copy(info)
    with warnings.catch_warnings():
        # Two members may have one name; both stay.
        warnings.simplefilter("ignore", UserWarning)
        if new is not None:
            out.writestr(fresh, new)
            return
        with archive.open(info) as source, out.open(fresh, "w", force_zip64=info.file_size >= 2**31) as sink:
            while chunk := source.read(CHUNK):
                sink.write(chunk)
