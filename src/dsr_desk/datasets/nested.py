"""Containers inside containers: the bytes of a member are held in memory alone and read by their format's own reader.

Whoever meets bytes that may be a container (a member of an archive, a cell of a table) calls `listing` where it lists,
`read` where it reads one item, and `Rewriting` where it writes anew; addresses lead through by `names.inside`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dsr_desk.core.errors import DeskError, place_of
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import (
    Accounts,
    ContainerNotRead,
    Doomed,
    ItemGone,
    Listed,
    Unread,
)
from dsr_desk.datasets.erasing import Changes, ContainerNotRewritten, stored_digest
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import inside, safe_name, suffix_of
from dsr_desk.jobs import scratch

DEEPEST = scratch.MOST_FILES
LARGEST = scratch.MOST_BYTES

MOST_HELD = 2 << 30
"""Of all of them at once."""

FREE_BYTES = 4 << 30
MOST_GROWTH = 250
"""All that lies inside one file may have so many bytes, and so many times that file's own more."""

_LONGEST_NAME = 120

if TYPE_CHECKING:
    _Path = Path
else:
    _Path = type(Path())


class NotHeld(Exception):
    """What lies inside is not looked at; `why` says which bound it passes."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass
class Budget:
    """Bytes that may still be unpacked from one file."""

    left: int

    def take(self, size: int) -> None:
        """Raises NotHeld."""
        self.left -= size
        if self.left < 0:
            raise NotHeld(message("why.nested.bomb", times=MOST_GROWTH))


class PathInside(_Path):
    """Where libraries open what is held in memory. Its name is that of the member, since formats go by extensions."""

    called: str
    depth: int
    budget: Budget

    @classmethod
    def of(cls, place: str, called: str, depth: int, budget: Budget) -> PathInside:
        path = cls(place)
        path.called, path.depth, path.budget = called, depth, budget
        return path

    @property
    def name(self) -> str:
        return getattr(self, "called", "") or super().name


@dataclass(frozen=True)
class HeldMember:
    """A member in memory. `reader` is None where no format that is read has it, `kind` then says what it is."""

    reader: FileContainer | None
    kind: Message
    path: PathInside
    size: int


def depth_of(path: Path) -> int:
    """In how many others the container at `path` lies."""
    return path.depth if isinstance(path, PathInside) else 0


def around(size: int) -> Path:
    """Where a value of so many bytes lies: in the container that is read now, in memory or not."""
    if _held:
        return _held[-1]
    return PathInside.of("/", "", 0, Budget(FREE_BYTES + MOST_GROWTH * size))


_held: list[PathInside] = []
"""What is in memory now, one inside the other."""


def path_inside(outer: Path, at: str, place: str, kind: type[PathInside] = PathInside) -> PathInside:
    """The file at `at` as what lies at `place` of the container at `outer`. Raises NotHeld where that is too deep."""
    depth = depth_of(outer) + 1
    if depth > DEEPEST:
        raise NotHeld(message("why.nested.deep", most=DEEPEST))
    budget = outer.budget if isinstance(outer, PathInside) else Budget(FREE_BYTES + MOST_GROWTH * outer.stat().st_size)
    return kind.of(at, _called(place), depth, budget)


@contextlib.contextmanager
def held(outer: Path, place: str, pieces: Iterable[bytes]) -> Iterator[HeldMember]:
    """What lies at `place` in the container at `outer`, as long as this is open.

    Raises NotHeld, and what `pieces` raises.
    """
    try:
        with scratch.in_memory() as descriptor:
            path = path_inside(outer, scratch.place_of(descriptor), place)
            size = 0
            for piece in pieces:
                size += len(piece)
                path.budget.take(len(piece))
                if size > LARGEST or scratch.held() > MOST_HELD:
                    raise NotHeld(message("why.nested.large", most=LARGEST if size > LARGEST else MOST_HELD))
                _write(descriptor, piece)
            _held.append(path)
            try:
                yield HeldMember(*_recognised(path, place), path, size)
            finally:
                _held.remove(path)
    except scratch.NoScratch as error:
        raise NotHeld(message("why.nested.deep", most=DEEPEST)) from error


def listing(
    outer: Path, tally: ReaderTally, place: str, pieces: Iterable[bytes], hint: int | None = None
) -> Iterator[Listed]:
    """Lists what lies at `place` of the container at `outer`, and counts `place` and all of it in `tally`.

    It is opened, with its items and its unread places, or is itself an unread place. Items get the `hint`.
    """
    try:
        with held(outer, place, pieces) as found:
            if found.reader is None:
                yield tally.unread(place, found.kind, message("why.format.unknown"), size=found.size)
            else:
                yield from listing_of(found, tally, place, hint)
    except NotHeld as error:
        yield tally.unread(place, message("kind.nested"), error.why)


def listing_of(found: HeldMember, tally: ReaderTally, place: str, hint: int | None) -> Iterator[Listed]:
    """The same for a container that is held already."""
    assert found.reader is not None
    items = unread = 0
    accounts = None
    why: Message | None
    try:
        for one in found.reader.listing():
            if isinstance(one, Accounts):
                accounts = one
            elif isinstance(one, Unread):
                unread += one.count
                yield replace(one, place=inside(place, one.place))
            else:
                items += 1
                yield replace(
                    one,
                    member=inside(place, one.member),
                    hint=hint,
                    group=inside(place, one.group) if one.group else "",
                )
        why = accounts.disagreement(unread) if accounts is not None else None
    except DeskError as error:
        why = error.why
    except OSError as error:
        why = refused(error)
    except Exception as fault:  # noqa: BLE001 - what is made to break a reader breaks its own member alone
        why = message("why.cell.fault", kind=place_of(fault))
    if accounts is not None and why is None:
        tally.within(accounts)
        tally.opened()
    else:
        tally.within(Accounts(items + unread, items=items, unread=unread))
        yield tally.unread(place, found.kind, why or message("why.unreadable"), size=found.size)


def read(outer: Path, place: str, pieces: Iterable[bytes], member: str, digest: str) -> bytes:
    """Bytes of the item `member` (an address inside `place`). Raises ItemGone, NotHeld."""
    with held(outer, place, pieces) as found:
        if found.reader is None:
            raise ItemGone(name=place)
        return found.reader.read(member, digest)


def rewritten_in_memory(outer: Path, place: str, data: bytes, changes: Changes) -> bytes:
    """The same for what is small enough, without a file: the new bytes of `data`. Raises DeskError, NotHeld."""
    with held(outer, place, [data]) as found, held(outer, place, ()) as fresh:
        reader = found.reader
        if reader is None:
            raise ItemGone(name=place)
        if reader.in_place or type(reader).rewrite is not FileContainer.rewrite:
            raise ContainerNotRewritten(name=place, why=message("why.nested.in-cell"))
        resolution = reader.resolved(doomed_of(reader, changes))
        if resolution.missing or len(resolution.found) != len(changes):
            raise ItemGone(name=place)
        reader.write_without(fresh.path, resolution.changes)
        reader.verify(fresh.path, resolution)
        return fresh.path.read_bytes()


class Rewriting:
    """What lies at `place` of the container at `outer`, written anew after `changes` (by position inside it).

    `path` is the new file, in a folder below `work` that goes with this; `notes` are those of its eraser.
    """

    def __init__(self, outer: Path, place: str, pieces: Iterable[bytes], changes: Changes, work: Path) -> None:
        """Raises DeskError where it cannot be written."""
        self._folder = Path(tempfile.mkdtemp(prefix="inside-", dir=work))
        try:
            with held(outer, place, pieces) as found:
                if found.reader is None:
                    raise ItemGone(name=place)
                done = found.reader.rewrite(doomed_of(found.reader, changes), self._folder)
        except NotHeld as error:
            raise ContainerNotRead(name=place, why=error.why) from error
        if len(done.files) != 1 or done.missing or len(done.erased) != len(changes):
            raise ItemGone(name=place)
        self.path = self._folder / done.files[0]
        self.notes: Collection[Message] = done.notes

    def __enter__(self) -> Rewriting:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder)


def doomed_of(reader: FileContainer, changes: Changes) -> list[Doomed]:
    """Items by position as items by address."""
    seen: Counter[tuple[str, str]] = Counter()
    doomed = []
    for position, entry in enumerate(reader.entries()):
        key = entry.member, stored_digest(entry)
        if position in changes:
            doomed.append(Doomed(*key, seen[key], replacement=changes[position]))
        seen[key] += 1
    return doomed


def part_of(changes: Changes, first: int, count: int) -> dict[int, bytes | None]:
    """Of the changes to a container, those to the `count` items from `first` on that lie inside a member."""
    return {at - first: new for at, new in changes.items() if first <= at < first + count}


def kind_of(place: str, head: bytes) -> Message:
    """What kind of content it is that no reader reads."""
    known = sniff.unread_kind(head)
    suffix = suffix_of(place)
    return known or (message("kind.suffix", suffix=suffix) if suffix else message("kind.unknown"))


def _recognised(path: PathInside, place: str) -> tuple[FileContainer | None, Message]:
    """Its reader, and what it is. Raises nothing: what breaks recognition is of no format."""
    from dsr_desk.datasets import formats  # which knows all readers, this one's callers among them

    head = sniff.head_of(path)
    try:
        found = formats.recognised(path)
        if found.format:
            made = formats.reader(found.format, path, safe_name(place))
            if isinstance(made, FileContainer):
                return made, message("kind.of-format", format=found.format)
        return None, found.unread or kind_of(place, head)
    except Exception:  # noqa: BLE001 - see above
        return None, kind_of(place, head)


def _called(place: str) -> str:
    """The last part of an address as a file name that does no harm."""
    base = place.rpartition("/")[2].replace("\0", "")
    if base not in {"", ".", ".."} and len(base.encode("utf-8", "replace")) <= _LONGEST_NAME:
        return base
    return f"inside{suffix_of(base)[:16]}"


def _write(descriptor: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]
