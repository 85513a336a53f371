"""Files of any kind, looked through for items and models: by what they are, whatever they are called.

Small files share a cell, since a disk holds millions of them; where it fails, each gets one of its own. Nothing is
written: a database in which a run was killed is read as it lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from dsr_desk.core.codec import prepare
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import formats, nested, packing, sniff
from dsr_desk.datasets.celled import ANSWER, BATCH_BYTES, BATCH_ENTRIES, MEMORY, limits_for, there
from dsr_desk.datasets.compressed import CompressedFile
from dsr_desk.datasets.container import Accounts, Unread
from dsr_desk.datasets.erasing import CHUNK
from dsr_desk.datasets.layouts.known import RULES
from dsr_desk.datasets.members import ArchiveMember, ReadArchive
from dsr_desk.datasets.model_files import ModelFile, examined
from dsr_desk.datasets.names import inside, safe_address
from dsr_desk.jobs.cell import CellFailed, Grants, Limits, stream

Pieces = Callable[[], Iterable[bytes]]
"""The bytes of a member from the beginning on, each time it is called."""


@dataclass(frozen=True)
class ToLookInto:
    """A file, or a folder that is a container of the `format`, "" where that is to be found out.

    `items` and `models` say what is looked for in it.
    """

    path: Path
    format: str = ""
    items: bool = True
    models: bool = False


@dataclass(frozen=True)
class ItemSwept:
    """`digest` is SHA-256 (hex); `data` are the bytes of a photo, b"" of everything else and where nobody asked."""

    place: str
    kind: ItemKind
    digest: str
    data: bytes
    orientation: int | None


@dataclass(frozen=True)
class MemberSwept:
    """A member of an archive that is no item, with its digests (hex), and what model it is if it is one."""

    place: str
    size: int
    sha256: str
    md5: str
    model: ModelFile | None


@dataclass(frozen=True)
class Piece:
    """Of what was found in the file with this number. `first` is the first one: what was said of it before is void.

    `format` is that of its container, "" where it is none that is read; `kind` then says what else it is. `why` says
    why it was not read to its end.
    """

    number: int
    first: bool = False
    format: str = ""
    kind: Message | None = None
    model: ModelFile | None = None
    items: tuple[ItemSwept, ...] = ()
    members: tuple[MemberSwept, ...] = ()
    unread: tuple[Unread, ...] = ()
    why: Message | None = None
    ended: bool = False


prepare(Piece)


def look_into(files: Sequence[ToLookInto], *, with_photos: bool) -> Generator[Piece]:
    """What lies in each of the files; `with_photos` hands out the bytes of photos. Raises nothing but Cancelled."""
    left = set(range(len(files)))
    yield from _shared(files, left, with_photos=with_photos)
    for number in sorted(left):
        yield from _alone(files, number, with_photos=with_photos)


def _shared(files: Sequence[ToLookInto], left: set[int], *, with_photos: bool) -> Iterator[Piece]:
    """All in one cell, until it fails; takes those from `left` that were read to their end."""
    if len(files) == 1:
        return
    with suppress(CellFailed):
        for piece in _asked(list(enumerate(files)), with_photos=with_photos):
            if piece.number not in left:
                return
            if piece.ended:
                left.discard(piece.number)
            yield piece


def _alone(files: Sequence[ToLookInto], number: int, *, with_photos: bool) -> Iterator[Piece]:
    try:
        for piece in _asked([(number, files[number])], with_photos=with_photos):
            yield replace(piece, number=number)
    except CellFailed as failed:
        yield Piece(number, why=failed.why, ended=True)


def _asked(files: list[tuple[int, ToLookInto]], *, with_photos: bool) -> Iterator[Piece]:
    paths = [one.path for _, one in files]
    beside = (other for path in paths for other in formats.may_be_read_with(path))
    seconds = max(limits_for(path).seconds for path in paths)
    grants, limits = Grants(there(*paths, *beside)), Limits(seconds, MEMORY, ANSWER)
    return stream(Piece, looked_into, tuple(files), with_photos, grants=grants, limits=limits)


def whole_at(folder: Path, names: frozenset[str]) -> str:
    """The format of the folder with these names in it where it is read as one container; "" where it is none."""
    found = (rule for rule in RULES.values() if rule.whole and rule.is_root(folder, names) and rule.unread() is None)
    return next((rule.kind for rule in found), "")


# What runs in cells


def looked_into(files: Sequence[tuple[int, ToLookInto]], with_photos: bool) -> Iterator[Piece]:
    for number, asked in files:
        why: Message | None = None
        yield Piece(number, first=True)
        try:
            yield from _of_one(number, asked, with_photos=with_photos)
        except DeskError as error:
            why = error.why
        except OSError as error:
            why = refused(error)
        yield Piece(number, why=why, ended=True)


def _of_one(number: int, asked: ToLookInto, *, with_photos: bool) -> Iterator[Piece]:
    model = examined(asked.path) if asked.models and not asked.format else None
    found = formats.Recognised(asked.format) if asked.format else formats.recognised(asked.path)
    kind = None if found.format else found.unread or nested.kind_of(asked.path.name, sniff.head_of(asked.path))
    yield Piece(number, format=found.format, kind=kind, model=model)
    if not found.format:
        return
    reader = formats.reader(found.format, asked.path, asked.path.name)
    if asked.items:
        yield from _items(number, reader, with_photos=with_photos)
    if asked.models and model is None:
        for one in _members(reader):
            yield Piece(number, members=(one,))


def _items(number: int, reader: formats.Reader, *, with_photos: bool) -> Iterator[Piece]:
    items: list[ItemSwept] = []
    unread: list[Unread] = []
    weight = told = 0
    why: Message | None = None
    for one in reader.listing():
        if isinstance(one, Accounts):
            why = one.disagreement(told)
        elif isinstance(one, Unread):
            told += one.count
            unread.append(replace(one, place=safe_address(one.place)))
        else:
            place = safe_address(one.member)
            try:
                data = one.read()
            except (DeskError, OSError) as error:
                said = error.why if isinstance(error, DeskError) else refused(error)
                unread.append(Unread(place, message("kind.item"), said))
                continue
            handed = data if with_photos and one.kind is ItemKind.PHOTO else b""
            items.append(ItemSwept(place, one.kind, hashlib.sha256(data).hexdigest(), handed, one.orientation))
            weight += len(handed) + 128
        if len(items) + len(unread) >= BATCH_ENTRIES or weight >= BATCH_BYTES:
            yield Piece(number, items=tuple(items), unread=tuple(unread))
            items, unread, weight = [], [], 0
    yield Piece(number, items=tuple(items), unread=tuple(unread))
    if why is not None:
        yield Piece(number, unread=(Unread("", message("kind.hidden"), why),))


def _members(reader: formats.Reader) -> Iterator[MemberSwept]:
    """Members that are no photos, also of archives in archives, and what one packed file holds."""
    if isinstance(reader, CompressedFile):
        yield from _member(reader.path, reader.path.stem, partial(_unpacked, reader.path))
    elif isinstance(reader, ReadArchive):
        for one in reader.walk():
            whole = isinstance(one, ArchiveMember) and one.is_file and not one.problem
            if whole and isinstance(one, ArchiveMember) and not sniff.photo_kind(one.head):
                yield from _member(reader.path, one.place, one.pieces)


def _member(outer: Path, place: str, pieces: Pieces) -> Iterator[MemberSwept]:
    digests = _Digests()
    try:
        with nested.held(outer, place, digests.along(pieces())) as found:
            model = examined(found.path)
            yield MemberSwept(safe_address(place), *digests.told, model)
            if model is None and found.reader is not None:
                for one in _members(found.reader):
                    yield replace(one, place=inside(safe_address(place), one.place))
    except nested.NotHeld:
        digests = _Digests()
        for _ in digests.along(pieces()):
            pass
        yield MemberSwept(safe_address(place), *digests.told, None)


def _unpacked(path: Path) -> Iterator[bytes]:
    with packing.opened(path) as file:
        yield from iter(partial(file.read, CHUNK), b"")


class _Digests:
    def __init__(self) -> None:
        self.size = 0
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)

    @property
    def told(self) -> tuple[int, str, str]:
        return self.size, self._sha256.hexdigest(), self._md5.hexdigest()

    def along(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.size += len(piece)
            self._sha256.update(piece)
            self._md5.update(piece)
            yield piece
