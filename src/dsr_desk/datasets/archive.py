"""Archives that are written anew without some of their members.

An erasure copies what stays in spans, as it lies, and writes anew what changed alone. It is verified by what the new
archive lists, and byte for byte against the old one.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
from abc import abstractmethod
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import erasing, nested
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import (
    ContainerEntry,
    Doomed,
    Listed,
    Unread,
    items_of,
)
from dsr_desk.datasets.erasing import Changes, NotVerified, Resolution
from dsr_desk.datasets.members import ArchiveMember, ReadArchive, is_photo

_AT_ONCE = 64 << 20
_WRITE = 2
"""SYNC_FILE_RANGE_WRITE of Linux."""


@dataclass(frozen=True)
class Edit:
    """What becomes of a member: nothing (None), or new content, in memory or in a file."""

    member: ArchiveMember
    new: bytes | Path | None


LAST = sys.maxsize
Part = tuple[int, int] | bytes
"""Of a new archive: a span of the old one, that may end at `LAST`, wherever that is; or bytes."""


class MemberArchive(ReadArchive):
    """See above."""

    @abstractmethod
    def raw(self) -> AbstractContextManager[IO[bytes]]:
        """The file in which members have their places."""

    @abstractmethod
    def packed(self, target: Path) -> AbstractContextManager[IO[bytes]]:
        """The file at `target` for writing, in the same way."""

    @abstractmethod
    def parts(self, file: IO[bytes], edits: Collection[Edit]) -> Iterator[Part]:
        """What the archive is made of after the edits, which are in the order of their places."""

    def follows(self) -> bool:
        """Whether members that are no items go with the last photo that they belong to."""
        return False

    def resolved(self, doomed: Collection[Doomed]) -> Resolution:
        """See `FileContainer.resolved`."""
        entries = items_of(self._all(ReaderTally(), grouped=False))
        return erasing.resolve(entries, doomed, _digest_or_size({one.member for one in doomed}))

    def verify(self, fresh: Path, resolution: Resolution) -> None:
        """See `FileContainer.verify`. What is no item was compared as it was written."""
        there = self._at(fresh)
        assert isinstance(there, MemberArchive)
        if "samples" in vars(self):  # else nothing asked whose photo a text is of, and so it is in the new one
            there.samples = self.samples  # what is an item does not depend on what has gone
        named = {one.member for one in (*resolution.found, *resolution.missing)}
        tally = ReaderTally()
        entries = items_of(there._all(tally, grouped=False))
        erasing.verify(self.name, entries, resolution, "", "", _digest_or_size(named))
        accounts = tally.against(there.own())
        if (why := accounts.disagreement(accounts.unread)) is not None:
            raise NotVerified(name=self.name, why=why)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """See `FileContainer.write_without`. What was written is compared before this returns."""
        with contextlib.ExitStack() as rewritten:
            edits, notes = self._edits(changes, target.parent, rewritten)
            with self.raw() as file, self.packed(target) as out:
                for part in self.parts(file, edits):
                    if isinstance(part, bytes):
                        out.write(part)
                    else:
                        copy_span(file, out, *part)
            there = self._at(target)
            assert isinstance(there, MemberArchive)
            with self.raw() as file, there.raw() as new:
                for part in self.parts(file, edits):
                    self._require_same(file, new, part)
                if new.read(1):
                    raise NotVerified(name=self.name, why=message("why.erase.rest"))
        return notes

    def _require_same(self, file: IO[bytes], new: IO[bytes], part: Part) -> None:
        pieces = [part] if isinstance(part, bytes) else erasing.chunks(file, *part)
        size = 0
        for piece in pieces:
            size += len(piece)
            if new.read(len(piece)) != piece:
                raise NotVerified(name=self.name, why=message("why.erase.rest"))
        if not isinstance(part, bytes) and part[1] != LAST and size != part[1] - part[0]:
            raise self.damaged("why.ends-early")

    def _edits(
        self, changes: Changes, work: Path, rewritten: contextlib.ExitStack
    ) -> tuple[list[Edit], Collection[Message]]:
        """What becomes of which members, in the order of their places; inner containers are written anew into `work`.

        What is no item, and every link, is looked at again once it is known which photos go.
        """
        edits: list[Edit] = []
        notes: list[Message] = []
        gone: list[ArchiveMember] = []
        only_photos = True
        position = 0
        for member in self._only_members():
            if position not in changes and self._is_item(member):
                position += 1
                continue
            look = _Look(self._listed(member, ReaderTally(), grouped=False))
            count = sum(isinstance(one, ContainerEntry) for one in look)
            part = nested.part_of(changes, position, count)
            position += count
            only_photos = only_photos and is_photo(member)
            if part and look.inside:
                inner = nested.Rewriting(self.path, member.place, member.pieces(), part, work)
                rewritten.enter_context(inner)
                edits.append(Edit(member, inner.path))
                notes += inner.notes
            elif part:
                edits.append(Edit(member, part[0]))
                gone += [member] if part[0] is None else []
        followers, told = ([], []) if only_photos or not gone else self._followers(gone)
        edits += followers
        return sorted(edits, key=lambda edit: edit.member.start), tuple(dict.fromkeys((*notes, *told)))

    def _followers(self, gone: list[ArchiveMember]) -> tuple[list[Edit], list[Message]]:
        """Links to what goes, and members that are no items and belong to photos that go."""
        edits: list[Edit] = []
        stay = 0
        lost_names = {member.name for member in gone}
        ties, shared = self.samples.lost(member.place for member in gone if is_photo(member))
        for member in self._only_members():
            tie = self.samples.tie(member.place) if member.is_file and not is_photo(member) else ""
            if member.link:
                goes = member.link in lost_names
            elif tie not in ties | shared:
                continue
            else:
                kinds = {type(one) for one in self._listed(member, ReaderTally())}
                goes = self.follows() and tie in ties and ContainerEntry not in kinds
                stay += Unread in kinds and not goes
            if goes:
                edits.append(Edit(member, None))
        notes = [message("note.tar.followers", count=len(edits))] if edits else []
        return edits, [*notes, *([message("note.archive.beside", count=stay)] if stay else [])]


class _Look:
    """What a member is listed as; `inside`, once it was gone through, whether that lies in it."""

    def __init__(self, listed: Generator[Listed, None, bool]) -> None:
        self._listed = listed
        self.inside = False

    def __iter__(self) -> Iterator[Listed]:
        self.inside = yield from self._listed


def _digest_or_size(named: Collection[str]) -> Callable[[ContainerEntry], str]:
    """Of an item that has none of the names the size does, since spans are compared byte for byte."""
    return lambda entry: erasing.stored_digest(entry) if entry.member in named else str(entry.size)


def copy_span(file: IO[bytes], out: IO[bytes], start: int, end: int) -> None:
    """By the kernel, where both are files as they lie. `out` is written at its end."""
    at = start
    if isinstance(getattr(file, "raw", None), io.FileIO) and isinstance(getattr(out, "raw", None), io.FileIO):
        out.flush()
        with contextlib.suppress(OSError, AttributeError):
            while at < end and (copied := os.copy_file_range(file.fileno(), out.fileno(), min(end - at, _AT_ONCE), at)):
                at += copied
                _begin_to_store(out.fileno())
        out.seek(0, os.SEEK_END)
    for chunk in erasing.chunks(file, at, end):
        out.write(chunk)


def _begin_to_store(descriptor: int) -> None:
    """Has the kernel write what is new to the disk while this goes on."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).sync_file_range(descriptor, ctypes.c_int64(0), ctypes.c_int64(0), _WRITE)
