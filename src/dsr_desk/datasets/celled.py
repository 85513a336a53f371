"""Containers as the rest of the program has them: their readers run in cells, and what those say is checked here.

Walking, hashing and swapping files is done here, since it parses nothing. A reader gets its own file to read, and for
an erasure one empty folder to write to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import beside_rows, erasing, formats, in_place
from dsr_desk.datasets.carried import Batch, CarriedEntry, Once, bytes_of, carried
from dsr_desk.datasets.container import (
    Accounts,
    ContainerEntry,
    ContainerNotRead,
    Doomed,
    Erased,
    ItemGone,
    Listed,
    Unread,
    items_of,
)
from dsr_desk.datasets.erasing import ContainerNotRewritten, Rewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.hashed import BLOCK_ITEMS, Block, Blocks, blocks
from dsr_desk.datasets.in_place import Database, Files
from dsr_desk.datasets.lance_table import LanceDataset
from dsr_desk.datasets.layouts import owner
from dsr_desk.datasets.names import safe_address, safe_texts
from dsr_desk.datasets.written import Written, arrived, crossing
from dsr_desk.jobs.cell import CellFailed, Grants, Limits, ask, stream

BATCH_BYTES = 1024 * 1024
BATCH_ENTRIES = 256
"""So much crosses from a cell at once."""

FILE_SECONDS, BYTES_A_SECOND = 300.0, 1_000_000
FOLDER_SECONDS = 3600.0
MEMORY = 4 << 30
ANSWER = 1 << 30
"""An item, with the texts of its record."""

Piece = TypeVar("Piece", Batch, Blocks)


@dataclass(frozen=True)
class ContainerPlace:
    """Where a container of which format lies, and the name that addresses use."""

    format: str
    path: Path
    name: str

    def reader(self) -> formats.Reader:
        return formats.reader(self.format, self.path, self.name)


class CelledContainer:
    """See `Container`. Raises KeyError for a format that is not read."""

    def __init__(self, place: ContainerPlace) -> None:
        self.place = place
        self._reader = place.reader()
        self.format, self.path, self.name = place.format, place.path, place.name
        self.tabular = self._reader.tabular

    def listing(self, first: int = 0) -> Iterator[Listed]:
        """See `Container.listing`. A cell that ends early is asked once more, entry by entry, for all before that."""
        unread = 0
        for batch in self._listed(first, with_bytes=True):
            yield from map(self._entry, batch.entries)
            for place in batch.unread:
                unread += place.count
                yield replace(place, place=safe_address(place.place))
            if batch.accounts is not None:
                if (why := batch.accounts.disagreement(unread)) is not None:
                    raise ContainerNotRead(name=self.name, why=why)
                yield batch.accounts

    def inventory(self, first: int = 0) -> Generator[Block | Unread | Accounts, None, None]:
        """See `Container.inventory`."""
        yield from self.told(self._pieces(Blocks, hashed, first, (BLOCK_ITEMS, 1)))

    def told(self, pieces: Iterable[Blocks]) -> Iterator[Block | Unread | Accounts]:
        """What pieces from `hashed` say, checked, wherever it was asked. Raises ContainerNotRead."""
        unread = 0
        for piece in pieces:
            if piece.block is not None:
                if not piece.block.is_whole():
                    raise ContainerNotRead(name=self.name, why=message("why.cell.unfit"))
                yield replace(piece.block, members=safe_texts(piece.block.members))
            for place in piece.unread:
                unread += place.count
                yield replace(place, place=safe_address(place.place))
            if piece.accounts is not None:
                if (why := piece.accounts.disagreement(unread)) is not None:
                    raise ContainerNotRead(name=self.name, why=why)
                yield piece.accounts

    def entries(self) -> Iterator[ContainerEntry]:
        """See `Container.entries`."""
        return items_of(self.listing())

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`."""
        self.go_on()
        try:
            data: bytes = self.ask(bytes, read, member, digest, occurrence, hint)
        except CellFailed as failed:
            raise ContainerNotRead(name=self.name, why=failed.why) from failed
        if sha256_hex(data) != digest:
            raise ItemGone(name=self.name)
        return data

    def before_erasing(self, doomed: Collection[Doomed]) -> tuple[Message, ...]:
        """See `Container.before_erasing`. No cell is asked where a format never changes anything."""
        rows, others = beside_rows.parted(doomed, self.name)
        return (*beside_rows.told_before(others), *self._told_of_folders(), *self._before_erasing(rows))

    def _before_erasing(self, doomed: Collection[Doomed]) -> tuple[Message, ...]:
        layouts = owner.layouts_of(self.path, doomed)
        around = owner.before_erasing(self, layouts, doomed) if layouts else ()
        if not layouts:
            erasing.require_writable(self.path, self.name)
        own = type(self._reader)
        if not issubclass(own, FileContainer) or own.before_erasing is FileContainer.before_erasing:
            return around
        try:
            told: tuple[Message, ...] = self.ask(tuple[Message, ...], foreseen, tuple(doomed))
        except CellFailed as failed:
            raise ContainerNotRead(name=self.name, why=failed.why) from failed
        return (*told, *around)

    def erase(self, doomed: Collection[Doomed]) -> Erased:
        """See `Container.erase`."""
        wanted, others = beside_rows.parted(doomed, self.name)
        done = self._erase(wanted)
        refused_here = tuple((one, message("why.beside-rows")) for one in others)
        notes = (*done.notes, *self._told_of_folders())
        return replace(done, notes=notes, refused=(*done.refused, *refused_here))

    def _told_of_folders(self) -> tuple[Message, ...]:
        return beside_rows.told_of_folders(self.path, self.name) if self.tabular else ()

    def _erase(self, wanted: tuple[Doomed, ...]) -> Erased:
        if layouts := owner.layouts_of(self.path, wanted):
            return owner.erase(self, layouts, wanted)
        if isinstance(self._reader, FolderOfPhotos):
            owner.clear(self)
            return self._reader.erase(wanted, self.count)
        if self._reader.in_place:
            return in_place.erase(self._database(wanted))
        return erasing.rewrite(
            self.path,
            self.name,
            self._reader.beside(),
            write=partial(self._written, wanted),
            left=self._left,
            digest=self.digest,
        )

    def beside(self) -> Collection[Path]:
        """See `FileContainer.beside`."""
        return self._reader.beside()

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder by its format, there or not."""
        return isinstance(self._reader, FolderOfPhotos | LanceDataset)

    def belongings(self) -> Collection[Path]:
        """See `FileContainer.belongings`."""
        return self._reader.belongings() if isinstance(self._reader, FileContainer) else ()

    def digest(self) -> str:
        """See `Container.digest`. Raises ContainerNotRead."""
        return self._told(self._reader.digest)

    def fingerprint(self) -> str:
        """See `Container.fingerprint`. Raises ContainerNotRead."""
        return self._told(self._reader.fingerprint)

    def _told(self, of_files: Callable[[], str]) -> str:
        try:
            return of_files()
        except OSError as error:
            raise ContainerNotRead(name=self.name, why=refused(error)) from error

    def count(self) -> int:
        """So many items are listed."""
        return sum(len(batch) for batch in self._listed(0, with_bytes=False))

    def _listed(self, first: int, *, with_bytes: bool) -> Iterator[Batch]:
        return self._pieces(Batch, listed, first, (BATCH_ENTRIES, 1), with_bytes)

    def _pieces(
        self, kind: type[Piece], function: Any, first: int, at_once: Iterable[int], *args: Any
    ) -> Iterator[Piece]:
        """What a cell says behind the first items, so many at once; where it ends early, another one goes on."""
        self.go_on()
        failure = None
        once = Once()
        for most in at_once:
            once.begin()
            try:
                asked = (self.place, first, most, *args)
                pieces = stream(kind, function, *asked, grants=self._grants(), limits=limits_for(self.path))
                for piece in pieces:
                    first += len(piece)
                    yield replace(piece, unread=once.new(piece.unread))
                return
            except CellFailed as failed:
                failure = failed
        assert failure is not None
        raise ContainerNotRead(name=self.name, why=failure.why) from failure

    def _entry(self, listed: CarriedEntry) -> ContainerEntry:
        return ContainerEntry(
            kind=listed.kind,
            member=safe_address(listed.member),
            size=listed.size,
            read=partial(bytes_of, listed, self.name),
            hint=listed.hint,
            group=listed.group,
            record=listed.record,
            problem=listed.problem,
            orientation=listed.orientation,
        )

    def _database(self, doomed: Sequence[Doomed]) -> Database:
        """For a format that is erased in place."""
        assert isinstance(self._reader, FileContainer)

        def change(files: Files) -> Rewritten:
            done: Written = self._rewriting(erased_here, doomed, write=files, kind=Written)
            return arrived(done, doomed, self.name)

        def finish(files: Files) -> None:
            self._rewriting(finished, write=files)

        return Database(self.path, self.name, self._reader.journals, change, finish, self.digest)

    def go_on(self) -> None:
        """A database in which a run was killed is brought in order before it is read."""
        if isinstance(self._reader, FileContainer) and self._reader.in_place:
            in_place.go_on(self._database(()))

    def _written(self, doomed: Sequence[Doomed], work: Path) -> Rewritten:
        done: Written = self._rewriting(written, doomed, work, write=(work,), kind=Written)
        allowed = {self.path.name, *(one.name for one in self.beside())}
        if not allowed.issuperset(done.files):
            raise ContainerNotRewritten(name=self.name, why=message("why.cell.unfit"))
        return arrived(done, doomed, self.name)

    def _left(self, work: Path) -> Collection[str]:
        allowed = {one.name for one in self._reader.beside()}
        names: tuple[str, ...] = self._rewriting(left, work, read=(work,), kind=tuple[str, ...]) if allowed else ()
        return [name for name in names if name in allowed]

    def _rewriting(
        self, function: Any, *args: Any, read: tuple[Path, ...] = (), write: tuple[Path, ...] = (), kind: Any = Any
    ) -> Any:
        try:
            return self.ask(kind, function, *args, read=read, write=write)
        except CellFailed as failed:
            raise ContainerNotRewritten(name=self.name, why=failed.why) from failed

    def ask(
        self, kind: Any, function: Any, *args: Any, read: tuple[Path, ...] = (), write: tuple[Path, ...] = ()
    ) -> Any:
        """What a function says that gets this place and runs in a cell. Raises CellFailed too."""
        grants = self._grants(read, write)
        return ask(kind, function, self.place, *args, grants=grants, limits=limits_for(self.path))

    def _grants(self, read: tuple[Path, ...] = (), write: tuple[Path, ...] = ()) -> Grants:
        return Grants(there(self.path, *self._reader.beside(), *read), write)


def there(*paths: Path) -> tuple[Path, ...]:
    """Those of the paths that are there to be granted."""
    return tuple(path for path in paths if os.path.exists(path))  # noqa: PTH110 - raises nothing where it may not look


def limits_for(path: Path) -> Limits:
    """How long a reader may be silent: it may have to go through all of its file before it says a word."""
    try:
        seconds = FOLDER_SECONDS if path.is_dir() else FILE_SECONDS + path.stat().st_size / BYTES_A_SECOND
    except OSError:
        seconds = FILE_SECONDS
    return Limits(seconds, MEMORY, ANSWER)


# What runs in cells


def listed(place: ContainerPlace, first: int, at_once: int, with_bytes: bool) -> Iterator[Batch]:
    """The listing behind the first entries, in batches. What was listed before an error goes out before it."""
    entries: list[CarriedEntry] = []
    unread: list[Unread] = []
    accounts: Accounts | None = None
    number = weight = 0
    try:
        for one in place.reader().listing():
            if isinstance(one, Accounts):
                accounts = one
            elif isinstance(one, Unread):
                unread.append(one)
            else:
                number += 1
                if number > first:
                    entries.append(carried(one, place.name, with_bytes=with_bytes))
                    weight += len(entries[-1].data or b"") * (2 if one.record else 1)
            if len(entries) + len(unread) >= at_once or weight >= BATCH_BYTES:
                yield Batch(tuple(entries), tuple(unread))
                entries, unread, weight = [], [], 0
    except Exception as error:
        if entries or unread:
            yield Batch(tuple(entries), tuple(unread))
        if isinstance(error, OSError):
            raise ContainerNotRead(name=place.name, why=refused(error)) from error
        raise
    if entries or unread or accounts is not None:
        yield Batch(tuple(entries), tuple(unread), accounts)


def hashed(place: ContainerPlace, first: int, at_once: int) -> Iterator[Blocks]:
    """The listing behind the first items, by digests; as `listed`."""
    try:
        yield from blocks(place.reader().inventory(), first, at_once)
    except OSError as error:
        raise ContainerNotRead(name=place.name, why=refused(error)) from error


def read(place: ContainerPlace, member: str, digest: str, occurrence: int, hint: int | None) -> bytes:
    """See `Container.read`."""
    try:
        return place.reader().read(member, digest, occurrence, hint)
    except OSError as error:
        raise ContainerNotRead(name=place.name, why=refused(error)) from error


def foreseen(place: ContainerPlace, doomed: Sequence[Doomed]) -> tuple[Message, ...]:
    """See `FileContainer.before_erasing`."""
    try:
        return tuple(_file(place).before_erasing(doomed))
    except OSError as error:
        raise ContainerNotRead(name=place.name, why=refused(error)) from error


def erased_here(place: ContainerPlace, doomed: Sequence[Doomed]) -> Written:
    """See `FileContainer.erase_here`."""
    try:
        return crossing(_file(place).erase_here(doomed), doomed)
    except OSError as error:
        raise erasing.refusal(error, place.path, place.name) from error


def finished(place: ContainerPlace) -> None:
    """See `FileContainer.finish`."""
    _file(place).finish()


def written(place: ContainerPlace, doomed: Sequence[Doomed], work: Path) -> Written:
    """See `FileContainer.rewrite`."""
    try:
        done = _file(place).rewrite(doomed, work)
    except OSError as error:
        raise erasing.refusal(error, place.path, place.name) from error
    return crossing(done, doomed)


def left(place: ContainerPlace, work: Path) -> tuple[str, ...]:
    """See `FileContainer.left`."""
    return tuple(_file(place).left(work))


def _file(place: ContainerPlace) -> FileContainer:
    reader = place.reader()
    assert isinstance(reader, FileContainer)
    return reader
