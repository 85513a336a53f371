"""Archives, member by member: each is a photo, a record, a container, structure, or is named as not read."""

from __future__ import annotations

import contextlib
import re
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import nested, sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import (
    MAX_ITEM_BYTES,
    Accounts,
    ContainerDamaged,
    ContainerEntry,
    ItemGone,
    ItemUnreadable,
    Listed,
    Unread,
)
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import INSIDE, safe_name, suffix_of, without_suffix
from dsr_desk.datasets.records import record_of
from dsr_desk.datasets.samples import Samples

_TEXTS = frozenset(
    {".md", ".xml", ".xmp", ".html", ".htm", ".yaml", ".yml", ".toml", ".ini", ".log", ".caption", ".srt", ".vtt"}
)
_CLASS = re.compile(r"\.(cls\d*|label|target)$")
_MOST_LABEL = 16


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


class ReadArchive(FileContainer):
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

    def _all(self, tally: ReaderTally, *, grouped: bool = True) -> Iterator[Listed]:
        for found in self.walk():
            yield from self.said(found, tally, grouped=grouped)

    def said(self, found: ArchiveMember | Unread, tally: ReaderTally, *, grouped: bool = True) -> Iterator[Listed]:
        """What a listing says of what `walk` found."""
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

    def _only_members(self) -> Iterator[ArchiveMember]:
        return (one for one in self.walk() if isinstance(one, ArchiveMember))


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
    """Whether a text is read item by item; else it is read as a text, as it is beside a photo."""
    try:
        return reader.is_list()
    except DeskError:
        return False
