"""Tar archives, as they lie or packed, read as a stream."""

from __future__ import annotations

import contextlib
import io
import posixpath
import re
import tarfile
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, ClassVar, TypeVar

from dsr_desk.core.message import message
from dsr_desk.datasets import packing, sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.archive import LAST, Edit, MemberArchive, Part
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ContainerDamaged, Listed, Unread
from dsr_desk.datasets.erasing import chunks
from dsr_desk.datasets.hashed import Hashed
from dsr_desk.datasets.members import ArchiveMember
from dsr_desk.datasets.names import without_suffix
from dsr_desk.datasets.tar_headers import (
    BLOCK,
    HARD_LINK,
    SYMBOLIC_LINK,
    BrokenHeader,
    TarGap,
    TarHeader,
    headers,
    is_header,
)
from dsr_desk.datasets.tar_plain import Census, Plain, TarWindow, hashed_members, plain_members

Found = TypeVar("Found", bound=Plain | Hashed)

_BROKEN = (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, RecursionError)
"""What the library raises on bytes that are no archive, or that were made to break it."""
_NAMED = re.compile(r"\.(tar|tgz|tbz2?|txz|tzst)(\.|$)", re.IGNORECASE)
_WITH_BYTE = ("why.tar.size", "why.tar.no-header")


class TarArchive(MemberArchive):
    """Members keep their bytes, headers included, when others are erased; an archive behind the end is read too."""

    format: ClassVar[str] = "tar"
    indexes: ClassVar[tuple[str, ...]] = (".idx", ".index")
    suffixes: ClassVar[tuple[str, ...]] = (".tar",)

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """By its first header; an archive from which all members went is told by zero blocks and its name."""
        block = packing.unpacked_head(path, head, 2 * BLOCK)
        return is_header(block[:BLOCK]) or (block == b"\0" * (2 * BLOCK) and bool(_NAMED.search(path.name)))

    def walk(self) -> Iterator[ArchiveMember | Unread]:
        with self.raw() as file:
            for found in self._headers(file):
                yield from self._seen(file, found)
            if hidden := packing.hidden_in(file):
                yield Unread("", message("kind.hidden"), message("why.packed.hidden"), size=hidden)

    def _seen(self, file: IO[bytes], found: TarHeader | TarGap) -> Iterator[ArchiveMember | Unread]:
        if isinstance(found, TarGap):
            if found.hidden:
                yield Unread("", message("kind.hidden"), message("why.tar.hidden"), size=found.hidden)
        elif not found.is_global:
            yield self._member(file, found)
        elif found.attributes:
            yield Unread("", message("kind.attributes"), message("why.not-read"), found.attributes)

    def inventory(self) -> Iterator[Listed | Hashed]:
        """The listing, in which photos that are plain members are hashed as they come."""
        with self.raw() as file:
            if not is_as_it_lies(file):
                yield from self.listing()
                return
            window = TarWindow(file.fileno())
            tally = ReaderTally()
            census = Census(window)
            alone = (census.all and census.only_photos) or not self._holds_others(window, file)
            group = without_suffix if alone else self.samples.group
            for found in self._found(window, file, hashed_members):
                if isinstance(found, Hashed):
                    tally.item(len(found))
                    yield replace(found, groups=list(map(group, found.members)))
                    continue
                header = _header_of(window, found) if isinstance(found, Plain) else found
                for one in self._seen(file, header):
                    yield from self.said(one, tally)
            yield tally.against(self._own(file, census))

    def _found(
        self, window: TarWindow, file: IO[bytes], plain: Callable[[TarWindow, int], Generator[Found, None, int]]
    ) -> Iterator[Found | TarHeader | TarGap]:
        """All members in their order: plain ones by the run, the others as `headers` has them."""
        at = 0
        while True:
            at = yield from plain(window, at)
            told_of_all = False
            for found in self._headers(file, at):
                yield found
                told_of_all = told_of_all or (isinstance(found, TarHeader) and found.is_global)
                if isinstance(found, TarHeader) and not told_of_all:
                    at = found.end
                    break
            else:
                return

    def _holds_others(self, window: TarWindow, file: IO[bytes]) -> bool:
        """Whether there is a file that is not called a photo, so that photos may have something beside them."""
        with contextlib.suppress(ContainerDamaged):
            for found in self._found(window, file, plain_members):
                if isinstance(found, Plain | TarHeader) and not sniff.named_like_photo(found.name):
                    return True
        return False

    @contextlib.contextmanager
    def at(self, hint: int) -> Iterator[ArchiveMember | None]:
        with self.raw() as file:
            found = None
            with contextlib.suppress(BrokenHeader, OSError, EOFError, OverflowError, ValueError):
                found = next(
                    (one for one in headers(file, hint) if isinstance(one, TarHeader) and not one.is_global), None
                )
            yield None if found is None else self._member(file, found)

    def own(self) -> int:
        """By the sizes of members that are plain to see; from the first other one on the library counts."""
        with self.raw() as file:
            return self._own(file, Census(TarWindow(file.fileno())) if is_as_it_lies(file) else None)

    def _own(self, file: IO[bytes], census: Census | None) -> int:
        if census is not None and census.all:
            return census.count
        try:
            file.seek(0 if census is None else census.at)
            return _counted(file) + (0 if census is None else census.count)
        except _BROKEN as error:
            raise self.damaged(_reason(error)) from error

    def raw(self) -> AbstractContextManager[IO[bytes]]:
        return packing.opened(self.path)

    def packed(self, target: Path) -> AbstractContextManager[IO[bytes]]:
        return packing.packed_like(self.path, target)

    def parts(self, file: IO[bytes], edits: Collection[Edit]) -> Iterator[Part]:
        """Members as they lie; the end mark is filled up to a record, as it was."""
        at = written = 0
        for edit in edits:
            yield at, edit.member.start
            written += edit.member.start - at
            at = edit.member.end
            for piece in self._spelt(file, edit):
                yield piece
                written += len(piece)
        yield at, LAST
        end = file.seek(0, io.SEEK_END)
        if end % tarfile.RECORDSIZE == 0:
            yield b"\0" * (-(written + end - at) % tarfile.RECORDSIZE)

    def _spelt(self, file: IO[bytes], edit: Edit) -> Iterator[bytes]:
        """A member with other content and the same name, times, owner and attributes."""
        if edit.new is None:
            return
        size = len(edit.new) if isinstance(edit.new, bytes) else edit.new.stat().st_size
        yield _header_with(file, edit.member.start, size)
        if isinstance(edit.new, bytes):
            yield edit.new
        else:
            with edit.new.open("rb") as new:
                yield from chunks(new, 0, size)
        yield b"\0" * (-size % BLOCK)

    def _headers(self, file: IO[bytes], at: int = 0) -> Iterator[TarHeader | TarGap]:
        try:
            yield from headers(file, at)
        except BrokenHeader as broken:
            raise self.damaged(broken.code, **({"byte": broken.byte} if broken.code in _WITH_BYTE else {})) from broken
        except (EOFError, OSError) as error:
            raise self.damaged("why.not-unpacked") from error

    def _member(self, file: IO[bytes], found: TarHeader) -> ArchiveMember:
        pieces = partial(self._pieces, file, found)
        head, problem = b"", None
        if found.is_file and not found.is_known:
            problem = message("why.tar.type", letter=found.type.decode("latin-1"))
        elif found.sparse and found.size > MAX_ITEM_BYTES:
            problem = TOO_LARGE
        elif found.sparse:
            head = next(pieces())[: sniff.HEAD_BYTES]
        elif found.is_file:
            head = self._head(file, found)
        return ArchiveMember(
            name=found.name,
            start=found.start,
            end=found.end,
            hint=found.start,
            size=found.size,
            head=head,
            pieces=pieces,
            is_file=found.is_file,
            link=_leads_to(found),
            problem=problem,
            attributes=found.attributes,
        )

    def _head(self, file: IO[bytes], found: TarHeader) -> bytes:
        try:
            file.seek(found.data)
            return file.read(min(found.stored, sniff.HEAD_BYTES))
        except (EOFError, OSError) as error:
            raise self.damaged("why.not-unpacked") from error

    def _pieces(self, file: IO[bytes], found: TarHeader) -> Iterator[bytes]:
        """The content; of a sparse member as it is unpacked, which is bounded as an item is."""
        left = found.stored
        try:
            if found.sparse:
                yield _expanded(file, found)
                return
            for chunk in chunks(file, found.data, found.data + found.stored):
                left -= len(chunk)
                yield chunk
        except _BROKEN as error:
            raise self.damaged(_reason(error)) from error
        if left:
            raise self.damaged("why.tar.cut")


def is_as_it_lies(file: IO[bytes]) -> bool:
    """Whether a file that `raw` opened is the one on the disk, with nothing unpacked between."""
    return isinstance(getattr(file, "raw", None), io.FileIO)


def _counted(file: IO[bytes]) -> int:
    """Members from where the file stands on, by the library."""
    count = 0
    with tarfile.open(fileobj=file, mode="r:", ignore_zeros=True) as archive:
        while archive.next() is not None:
            vars(archive)["members"] = []  # the library remembers all of them
            count += 1
    return count


def _header_of(window: TarWindow, found: Plain) -> TarHeader:
    data = found.start + BLOCK
    end = data + found.size + -found.size % BLOCK
    block = window.at(found.start, BLOCK)
    return TarHeader(found.name, "", block[156:157], found.start, data, found.size, found.size, end, block)


def _expanded(file: IO[bytes], found: TarHeader) -> bytes:
    """The content of a sparse member, holes and all."""
    file.seek(found.data)
    whole = found.blocks + file.read(found.end - found.data) + b"\0" * (2 * BLOCK)
    with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
        info = archive.next()
        content = archive.extractfile(info) if info is not None else None
        return content.read(found.size) if content is not None else b""


def _header_with(file: IO[bytes], start: int, size: int) -> bytes:
    file.seek(start)
    with tarfile.open(fileobj=file, mode="r:") as archive:
        info = archive.next()
    if info is None:
        raise tarfile.ReadError
    info.size = size
    info.type = tarfile.REGTYPE if info.type == tarfile.GNUTYPE_SPARSE else info.type
    info.pax_headers = {
        key: value for key, value in info.pax_headers.items() if key != "size" and not key.startswith("GNU.sparse.")
    }
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _leads_to(found: TarHeader) -> str:
    if found.type == SYMBOLIC_LINK:
        return posixpath.normpath(posixpath.join(posixpath.dirname(found.name), found.link))
    return found.link if found.type == HARD_LINK else ""


def _reason(error: Exception) -> str:
    """The code of what went wrong while members were read."""
    return "why.tar.header" if isinstance(error, tarfile.TarError) else "why.not-unpacked"
