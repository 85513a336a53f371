"""What archives have in common: every member is a photo, a record, a container, structure, or is named as not read.

An erasure copies what stays in spans, as it lies, and writes anew what changed alone. It is verified by what the new
archive lists, and byte for byte against the old one.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import re
import sys
from abc import abstractmethod
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import IO

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import erasing, nested, sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import (
    MAX_ITEM_BYTES,
    Accounts,
    ContainerDamaged,
    ContainerEntry,
    Doomed,
    ItemGone,
    ItemUnreadable,
    Listed,
    Unread,
    items_of,
)
from dsr_desk.datasets.erasing import Changes, NotVerified, Resolution
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import INSIDE, safe_name, suffix_of, without_suffix
from dsr_desk.datasets.records import record_of
from dsr_desk.datasets.samples import Samples

_TEXTS = frozenset(
    {".md", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml", ".ini", ".log", ".caption", ".srt", ".vtt"}
)
_CLASS = re.compile(r"\.(cls\d*|label|target)$")
_MOST_LABEL = 16
_AT_ONCE = 64 << 20
_WRITE = 2
"""SYNC_FILE_RANGE_WRITE of Linux."""


@dataclass(frozen=True)
class ArchiveMember:
    """`name` is as it is stored. `start` to `end` is all that goes when it goes, `hint` finds it again.

    `is_file` is False for what holds nothing: folders, links, devices; `link` is what a link leads to. `problem` says
    why the content cannot be read, else `pieces` is all of it and `head` how it begins. `attributes` counts what its
    header says of it that no search sees.
    """

    name: str
    start: int
    end: int
    hint: int
    size: int
    head: bytes
    pieces: Callable[[], Iterable[bytes]]
    is_file: bool = True
    link: str = ""
    problem: Message | None = None
    attributes: int = 0

    @property
    def place(self) -> str:
        return safe_name(self.name)


@dataclass(frozen=True)
class Edit:
    """What becomes of a member: nothing (None), or new content, in memory or in a file."""

    member: ArchiveMember
    new: bytes | Path | None


LAST = sys.maxsize
Part = tuple[int, int] | bytes
"""Of a new archive: a span of the old one, that may end at `LAST`, wherever that is; or bytes."""


class MemberArchive(FileContainer):
    """See above. Which members belong to a photo, `samples.Samples` says."""

    @abstractmethod
    def walk(self) -> Iterator[ArchiveMember | Unread]:
        """All members in the order of their positions, and bytes of the file that belong to none."""

    @abstractmethod
    def at(self, hint: int) -> AbstractContextManager[ArchiveMember | None]:
        """The member that a hint points at."""

    @abstractmethod
    def own(self) -> int:
        """How many members the archive's own directory, or the format's library, counts."""

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

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        yield from self._all(tally)
        yield tally.against(self.own())

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`. Bytes of the same digest are the same, wherever they lie."""
        del occurrence
        outer, _, inner = member.partition(INSIDE)
        if hint is not None:
            with self.at(hint) as found:
                if found is not None and found.place == outer and (data := self._read_in(found, inner, digest)):
                    return data
        for one in self.walk():
            if isinstance(one, ArchiveMember) and one.place == outer and (data := self._read_in(one, inner, digest)):
                return data
        raise ItemGone(name=self.name)

    def resolved(self, doomed: Collection[Doomed]) -> Resolution:
        """See `FileContainer.resolved`."""
        entries = items_of(self._all(ReaderTally(), grouped=False))
        return erasing.resolve(entries, doomed, _digest_or_size({one.member for one in doomed}))

    def verify(self, fresh: Path, resolution: Resolution) -> None:
        """See `FileContainer.verify`. What is no item was compared as it was written."""
        there = self._at(fresh)
        assert isinstance(there, MemberArchive)
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

    def _all(self, tally: ReaderTally, *, grouped: bool = True) -> Iterator[Listed]:
        for found in self.walk():
            if isinstance(found, Unread):
                tally.within(Accounts(found.count, unread=found.count))
                yield found
            else:
                yield from self._listed(found, tally, grouped=grouped)

    @cached_property
    def samples(self) -> Samples:
        photos: list[str] = []
        others: list[str] = []
        with contextlib.suppress(ContainerDamaged):  # which is told once what lies before it is listed
            for member in self._only_members():
                if member.is_file:
                    (photos if is_photo(member) else others).append(member.place)
        return Samples(photos, others)

    def _listed(
        self, member: ArchiveMember, tally: ReaderTally, *, grouped: bool = True
    ) -> Generator[Listed, None, bool]:
        """Returns whether the items lie in the member and are not itself. Whom an erasure meets needs no `grouped`."""
        place = member.place
        if member.attributes:
            tally.within(Accounts(member.attributes))
            yield tally.unread(place, message("kind.attributes"), message("why.not-read"), member.attributes)
        if not member.is_file or _is_label(member):
            tally.label()
        elif self._is_item(member):
            tally.item()
            problem = member.problem or sniff.member_problem(ItemKind.PHOTO, member.head, member.size)
            read = partial(self._bytes, member)
            group = self.samples.group(place) if grouped else ""
            yield ContainerEntry(ItemKind.PHOTO, place, member.size, read, member.hint, group, problem=problem)
        elif _is_text(place) and (member.problem or self.samples.tie(place) or member.size > MAX_ITEM_BYTES):
            tally.item()
            yield self._record(member)
        elif member.problem:
            yield tally.unread(place, nested.kind_of(place, member.head), member.problem, size=member.size)
        else:
            return (yield from self._inside(member, tally))
        return False

    def _is_item(self, member: ArchiveMember) -> bool:
        """Whether the member is one item and holds no others."""
        return is_photo(member) and not _is_label(member)

    def _inside(self, member: ArchiveMember, tally: ReaderTally) -> Generator[Listed, None, bool]:
        """A container, a text, or what nobody reads."""
        place = member.place
        try:
            with nested.held(self.path, place, member.pieces()) as found:
                if found.reader is not None and not (_is_text(place) and not _is_table(found.reader)):
                    yield from nested.listing_of(found, tally, place, member.hint)
                    return True
                if _is_text(place):
                    tally.item()
                    yield self._record(member, found.path.read_bytes())
                else:
                    yield tally.unread(place, found.kind, message("why.format.unknown"), size=member.size)
        except (nested.NotHeld, ItemUnreadable) as error:
            yield tally.unread(place, nested.kind_of(place, member.head), error.why, size=member.size)
        return False

    def _record(self, member: ArchiveMember, data: bytes | None = None) -> ContainerEntry:
        place, problem = member.place, None
        read: Callable[[], bytes] = partial(self._bytes, member)
        record: dict[str, str] | None = None
        try:
            data = self._bytes(member) if data is None else data
            read, record = partial(bytes, data), record_of(place, data)
        except ItemUnreadable as error:
            problem = error.why
        group = self.samples.tie(place) or without_suffix(place)
        return ContainerEntry(ItemKind.RECORD, place, member.size, read, member.hint, group, record, problem)

    def _bytes(self, member: ArchiveMember) -> bytes:
        problem = member.problem or sniff.member_problem(ItemKind.RECORD, member.head, member.size)
        return self.refuse(problem) if problem else b"".join(member.pieces())

    def _read_in(self, member: ArchiveMember, inner: str, digest: str) -> bytes | None:
        """The item of this digest that the member is or holds."""
        if not member.is_file or member.problem:
            return None
        if not inner and member.size <= MAX_ITEM_BYTES and sha256_hex(data := self._bytes(member)) == digest:
            return data
        if is_photo(member):
            return None
        with contextlib.suppress(ItemGone, nested.NotHeld):
            return nested.read(self.path, member.place, member.pieces(), inner, digest)
        return None

    # Erasing

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

    def _only_members(self) -> Iterator[ArchiveMember]:
        return (one for one in self.walk() if isinstance(one, ArchiveMember))


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


def is_photo(member: ArchiveMember) -> bool:
    return member.is_file and sniff.kind_of(member.name, member.head) is ItemKind.PHOTO


def _is_text(place: str) -> bool:
    return sniff.named_like_record(place) or suffix_of(place) in _TEXTS


def _is_label(member: ArchiveMember) -> bool:
    """Empty, or the number of a class."""
    if not member.size:
        return True
    return bool(_CLASS.search(member.name)) and member.size <= _MOST_LABEL and member.head.strip().isdigit()


def _is_table(reader: FileContainer) -> bool:
    """Whether a reader finds several items; else a text is read as a text, as it is beside a photo."""
    try:
        return len(list(islice(reader.entries(), 2))) > 1
    except DeskError:
        return False
