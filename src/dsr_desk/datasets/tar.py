"""Tar archives, plain or gzipped: photos and their sidecar records as members, read as a stream."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import gzipped, sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ContainerEntry, Listed
from dsr_desk.datasets.erasing import CHUNK, Changes, chunks
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name, without_suffix
from dsr_desk.datasets.records import member_entry

BLOCK = tarfile.BLOCKSIZE
_BROKEN = (tarfile.TarError, *gzipped.BROKEN, ValueError, OverflowError, RecursionError)
"""What the library raises on bytes that are no archive, or that were made to break it."""


@dataclass(frozen=True)
class TarMember:
    """One member: `position` counts items from 0 and is None for what is none. `start` to `end` are its blocks."""

    info: tarfile.TarInfo
    name: str
    position: int | None
    kind: ItemKind | None
    head: bytes
    start: int
    end: int


class TarArchive(FileContainer):
    """A tar archive of photos. Members keep their bytes, headers included, when others are erased."""

    format: ClassVar[str] = "tar"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        return _is_header(gzipped.unpacked_head(path, head, BLOCK))

    def listing(self) -> Iterator[Listed]:
        with gzipped.opened(self.path) as file:
            for member in self._members(file):
                if member.kind is not None:
                    yield self._entry(file, member)

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with gzipped.opened(self.path) as file:
            try:
                file.seek(hint)
                with tarfile.open(fileobj=file, mode="r:") as archive:
                    info = archive.next()
                if info is None or not info.isreg() or info.size > MAX_ITEM_BYTES:
                    return None
                return safe_name(info.name), _read_member(file, info)
            except (*_BROKEN, OSError):
                return None

    def group_of(self, name: str) -> str:
        """What ties a photo to the record beside it: the path without its last extension."""
        return without_suffix(name)

    def leaves_with(self, name: str, lost_groups: Collection[str]) -> bool:
        """Whether a member that is no item goes because the photos it belonged to go."""
        del name, lost_groups
        return False

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        followers = 0
        with gzipped.opened(self.path) as file, gzipped.packed_like(self.path, target) as out:
            lost_names, lost_groups = self._lost(file, changes)
            file.seek(0)
            for member in self._members(file):
                if self._goes(member, changes, lost_names, lost_groups):
                    followers += member.position is None
                    self._copy(file, out, _global_header(file, member))
                elif (new := changes.get(member.position) if member.position is not None else None) is not None:
                    out.write(_changed(member.info, new))
                else:
                    self._copy(file, out, (member.start, member.end))
            _finish(out)
        return [message("note.tar.followers", count=followers)] if followers else []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Names, headers and contents of all members that are no items and stay."""
        with gzipped.opened(self.path) as file:
            lost_names, lost_groups = self._lost(file, changes)
            file.seek(0)
            for member in self._members(file):
                if member.position is None and not self._goes(member, changes, lost_names, lost_groups):
                    yield from chunks(file, member.start, member.end)

    def _lost(self, file: IO[bytes], changes: Changes) -> tuple[set[str], set[str]]:
        """Names of the members that go, and the groups of which no photo stays."""
        names: set[str] = set()
        gone: set[str] = set()
        staying: set[str] = set()
        if not changes:
            return names, gone
        for member in self._members(file):
            if member.kind is None:
                continue
            goes = changes.get(member.position, b"") is None if member.position is not None else False
            if goes:
                names.add(member.info.name)
            if member.kind is ItemKind.PHOTO:
                (gone if goes else staying).add(self.group_of(member.name))
        return names, gone - staying

    def _goes(
        self, member: TarMember, changes: Changes, lost_names: Collection[str], lost_groups: Collection[str]
    ) -> bool:
        if member.position is not None:
            return changes.get(member.position, b"") is None
        if member.info.islnk() or member.info.issym():
            return member.info.linkname in lost_names
        return member.info.isreg() and self.leaves_with(member.name, lost_groups)

    def _members(self, file: IO[bytes]) -> Iterator[TarMember]:
        position = 0
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                end = 0
                while (info := archive.next()) is not None:
                    vars(archive)["members"] = []  # the library remembers all of them
                    start, end = end, archive.offset
                    if end <= start or info.size < 0:
                        raise self.damaged("why.tar.size", byte=start)
                    member = _member(file, info, position, start, end)
                    yield member
                    position += member.position is not None
                self._require_end(file, archive.offset)
        except _BROKEN as error:
            raise self.damaged(_reason(error)) from error

    def _entry(self, file: IO[bytes], member: TarMember) -> ContainerEntry:
        info, kind = member.info, member.kind or ItemKind.RECORD
        problem = sniff.member_problem(kind, member.head, info.size)
        read = partial(self._read, file, info)
        return member_entry(kind, info.name, info.size, read, member.start, self.group_of(member.name), problem)

    def _read(self, file: IO[bytes], info: tarfile.TarInfo) -> bytes:
        if info.size > MAX_ITEM_BYTES:
            return self.refuse(TOO_LARGE)
        try:
            data = _read_member(file, info)
        except (OSError, EOFError, zlib.error) as error:
            raise self.damaged(_reason(error)) from error
        if len(data) < info.size:
            raise self.damaged("why.tar.cut")
        return data

    def _require_end(self, file: IO[bytes], offset: int) -> None:
        """The standard reader takes a broken header, or a cut file, for the end; what follows would be missed."""
        file.seek(offset)
        if len(file.read(BLOCK)) < BLOCK:
            raise self.damaged("why.tar.no-end-mark")
        file.seek(offset)
        while chunk := file.read(CHUNK):
            if chunk.strip(b"\0"):
                raise self.damaged("why.tar.no-header", byte=offset)

    def _copy(self, file: IO[bytes], out: IO[bytes], span: tuple[int, int]) -> None:
        copied = 0
        for chunk in chunks(file, *span):
            out.write(chunk)
            copied += len(chunk)
        if copied != span[1] - span[0]:
            raise self.damaged("why.tar.cut")


def _member(file: IO[bytes], info: tarfile.TarInfo, position: int, start: int, end: int) -> TarMember:
    kind, head = None, b""
    if info.isreg():
        file.seek(info.offset_data)
        head = file.read(min(info.size, sniff.HEAD_BYTES))
        kind = sniff.kind_of(info.name, head)
    return TarMember(info, safe_name(info.name), position if kind is not None else None, kind, head, start, end)


def _read_member(file: IO[bytes], info: tarfile.TarInfo) -> bytes:
    file.seek(info.offset_data)
    return file.read(info.size)


def _global_header(file: IO[bytes], member: TarMember) -> tuple[int, int]:
    """A pax header for all members that follow stands before a member and stays when that one goes."""
    file.seek(member.start)
    block = file.read(BLOCK)
    if block[156:157] != tarfile.XGLTYPE:
        return (member.start, member.start)
    size = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape").size
    return (member.start, member.start + BLOCK - (-size // BLOCK) * BLOCK)


def _changed(info: tarfile.TarInfo, data: bytes) -> bytes:
    """A member with other content and the same name, times and owner."""
    info.size = len(data)
    info.pax_headers = {key: value for key, value in info.pax_headers.items() if key != "size"}
    header = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    return header + data + b"\0" * (-len(data) % BLOCK)


def _finish(out: IO[bytes]) -> None:
    """Two empty blocks, filled up to a record as tar writes it."""
    out.write(b"\0" * (2 * BLOCK))
    out.write(b"\0" * (-out.tell() % tarfile.RECORDSIZE))


def _is_header(block: bytes) -> bool:
    if len(block) < BLOCK or not block.strip(b"\0"):
        return False
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _reason(error: Exception) -> str:
    """The code of what went wrong while members were read."""
    return "why.tar.header" if isinstance(error, tarfile.TarError) else "why.not-unpacked"
