"""A folder of photos: files in it and below, and the `.json` and `.txt` beside a photo as its record."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, TypeVar

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import (
    MAX_ITEM_BYTES,
    TOO_LARGE,
    ContainerEntry,
    Doomed,
    Erased,
    ItemGone,
    ItemUnreadable,
    Listed,
    items_of,
)
from dsr_desk.datasets.erasing import NotVerified, alone, keep_looks, refusal, sync
from dsr_desk.datasets.hashed import HASHED_BYTES, HASHED_ITEMS, NO_HINT, Hashed
from dsr_desk.datasets.names import UNFINISHED, is_unfinished, safe_name, without_suffix
from dsr_desk.datasets.pointers import pointer_at
from dsr_desk.datasets.records import orientation_beside
from dsr_desk.datasets.sidecars import SIDECARS, Sidecars, record_beside
from dsr_desk.datasets.walking import (
    FileFound,
    head_of,
    is_folder,
    is_inside,
    is_plain,
    member_of,
    out_of_reach,
    photos_of,
    state_of,
    walk,
)
from dsr_desk.storage.files import sync_folder

AT_ONCE = 1 << 22
"""Bytes of a file that are read at once."""

Entry = TypeVar("Entry", bound=Listed | Hashed)


class FolderOfPhotos:
    """Photos as files. Links are not followed: what lies inside is listed at its own place."""

    format: ClassVar[str] = "folder"
    tabular: ClassVar[bool] = False

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    def listing(self) -> Iterator[Listed]:
        return self._listing(self._entries_of)

    def _listing(self, entries_of: Callable[[list[FileFound]], Iterator[Entry]]) -> Iterator[Entry | Listed]:
        tally = ReaderTally()
        for folder in walk(self.path):
            listed = 0
            for entry in entries_of(folder):
                listed += len(entry) if isinstance(entry, Hashed) else 1
                yield entry
            closed = sum(bool(found.problem) and is_folder(found.place) for found in folder)
            tally.item(listed - closed)
            # Other files are containers of their own, or left out where that is said.
            tally.opened(len(folder) - listed)
        yield from self._counted(tally)

    def _counted(self, tally: ReaderTally) -> Iterator[Listed]:
        """What the folders count themselves: all that is no folder."""
        own = 0
        folders = [str(self.path)]
        for folder in folders:
            try:
                children = list(os.scandir(folder))
            except OSError:
                continue  # said as closed
            for child in children:
                is_link, unfinished = child.is_symlink(), is_unfinished(child.name)
                if child.is_dir(follow_symlinks=False):
                    folders += [] if unfinished else [child.path]
                    continue
                own += 1
                if unfinished or (is_link and out_of_reach(self.path, Path(child.path)) is None):
                    tally.label()
                elif not is_link and not child.is_file():
                    member = member_of(str(self.path), child.path)
                    yield tally.unread(member, message("kind.device"), message("why.file.not-ordinary"))
        yield tally.against(own)

    def inventory(self) -> Iterator[Listed | Hashed]:
        """See `FileContainer.inventory`."""
        return self._listing(self._hashed)

    def entries(self) -> Iterator[ContainerEntry]:
        return items_of(self.listing())

    def beside(self) -> Collection[Path]:
        """Nothing beside the folder is read."""
        return ()

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        del occurrence, hint
        path = self.find(member)
        data = self._bytes(path) if path is not None else None
        if data is None or sha256_hex(data) != digest:
            raise ItemGone(name=self.name)
        return data

    def erase(self, doomed: Collection[Doomed], count: Callable[[], int]) -> Erased:
        """See `Container.erase`. Files are moved and hashed, none is parsed; `count` counts what is listed after.

        A file that cannot be erased costs itself alone. Raises what it met where there was no other.
        """
        try:
            with alone(self.path, self.name):
                return self._erase(doomed, count)
        except OSError as error:
            raise refusal(error, self.path, self.name) from error

    def _erase(self, doomed: Collection[Doomed], count: Callable[[], int]) -> Erased:
        before = self.digest()
        found: list[tuple[Path, Doomed]] = []
        missing: list[Doomed] = []
        refused_: list[tuple[Doomed, DeskError]] = []
        notes: list[Message] = []
        touched: set[Path] = set()
        for one in doomed:
            try:
                path = self.find(one.member)
                if path is None or sha256_hex(self._bytes(path)) != one.digest:
                    missing.append(one)
                else:
                    found.append((path, one))
            except ItemUnreadable as error:
                refused_.append((one, error))
        erased: list[Doomed] = []
        second_names = 0
        try:
            for leftover in self._leftovers():
                leftover.unlink()
                touched.add(leftover.parent)
            # Records first: without its photo, a sidecar would be listed no more.
            for path, one in sorted(found, key=lambda pair: pair[0].suffix.lower() not in SIDECARS):
                try:
                    links = path.stat().st_nlink - 1
                    touched.add(path.parent)
                    notes += self._put_away(path, one)
                    erased.append(one)
                    second_names += links > 0
                except OSError as error:
                    refused_.append((one, refusal(error, self.path, self.name)))
        finally:
            for folder in touched:
                sync_folder(folder)
        if refused_ and not erased:
            raise refused_[0][1]
        for one in erased:
            self._require_done(one)
        notes += [message("note.erase.second-names", count=second_names)] if second_names else []
        reasons = tuple((one, error.message) for one, error in refused_)
        after = self.digest()
        return Erased(count(), tuple(erased), tuple(missing), before, after, tuple(dict.fromkeys(notes)), reasons)

    def digest(self) -> str:
        """Over names, sizes, times and inodes of all files: cheap, and changes whenever the bytes may have."""
        digest = sha256()
        for folder in walk(self.path):
            digest.update("".join(map(state_of, folder)).encode())
        return digest.hexdigest()

    def fingerprint(self) -> str:
        return self.digest()

    def _hashed(self, folder: list[FileFound]) -> Iterator[Listed | Hashed]:
        """The entries of a folder of nothing but photos, hashed while each is open; of any other as they are."""
        if any(found.problem or not sniff.named_like_photo(found.name) for found in folder):
            yield from self._entries_of(folder)
            return
        many, size = Hashed(), 0
        for found in folder:
            read = _hashed(found)
            if read is not None:
                many.add(found.member, without_suffix(found.member), read[0], NO_HINT, read[1])
                size += read[0]
            if many and (read is None or len(many) == HASHED_ITEMS or size > HASHED_BYTES):
                yield many
                many, size = Hashed(), 0
            if read is None:
                is_photo = bool(sniff.photo_kind(head_of(found.place)))
                yield self._photo(found, is_photo=is_photo, orientation=None)
        if many:
            yield many

    def _entries_of(self, folder: list[FileFound]) -> Iterator[ContainerEntry]:
        photos = photos_of(folder)
        here = folder[0].place.rpartition("/")[0] if folder else ""
        sidecars = Sidecars(self.path, here, photos)
        described = {found.place for found in folder if found.name.endswith(".json")}
        kept: dict[str, bytes] = {}
        for found in folder:
            if found.problem:
                yield ContainerEntry(
                    ItemKind.PHOTO, found.member, 0, partial(self._refuse, found.problem), problem=found.problem
                )
            elif found.name in photos:
                beside = found.place.rpartition(".")[0] + ".json"
                turn = self._orientation(beside, kept) if beside in described else None
                yield self._photo(found, is_photo=photos[found.name], orientation=turn)
            elif (photo := sidecars.described_by(found.name)) is not None:
                yield self._record(found, photo, kept.pop(found.place, None))

    def _orientation(self, sidecar: str, kept: dict[str, bytes]) -> int | None:
        """How a photo was held, where a crawler wrote that down beside it; what was read is kept for its record."""
        try:
            kept[sidecar] = self._bytes(sidecar)
        except ItemUnreadable:
            return None
        return orientation_beside(kept[sidecar])

    def _photo(self, found: FileFound, *, is_photo: bool, orientation: int | None) -> ContainerEntry:
        try:
            size = os.lstat(found.place).st_size
            problem = sniff.photo_problem(size, is_photo=is_photo)
            if not is_photo:
                problem = pointer_at(Path(found.place)) or problem
            if size > MAX_ITEM_BYTES:
                problem = TOO_LARGE
            elif not os.access(found.place, os.R_OK):
                problem = message("why.no-permission")
        except OSError as error:
            size, problem = 0, refused(error)
        return ContainerEntry(
            kind=ItemKind.PHOTO,
            member=found.member,
            size=size,
            read=partial(self._bytes, found.place),
            group=without_suffix(found.member),
            problem=problem,
            orientation=orientation,
        )

    def _record(self, found: FileFound, photo: str, data: bytes | None) -> ContainerEntry:
        problem: Message | None = None
        record = None
        read = partial(self._bytes, found.place)
        try:
            data = self._bytes(found.place) if data is None else data
            record, read = record_beside(found.name, data), partial(bytes, data)
        except ItemUnreadable:
            problem = message("why.unreadable")
        return ContainerEntry(
            kind=ItemKind.RECORD,
            member=found.member,
            size=len(data or b""),
            read=read,
            group=safe_name(without_suffix(photo)),
            record=record,
            problem=problem,
        )

    def _bytes(self, path: Path | str) -> bytes:
        """A file that became a link or a device since it was listed is not opened."""
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                state = os.fstat(handle)
                if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_ITEM_BYTES:
                    raise ItemUnreadable(name=self.name, why=message("why.file.not-ordinary"))
                return file.read()
        except OSError as error:
            raise ItemUnreadable(name=self.name, why=refused(error)) from error

    def _refuse(self, problem: Message) -> bytes:
        raise ItemUnreadable(name=self.name, why=problem)

    def find(self, member: str) -> Path | None:
        """The file that is listed under this name; never one outside the root."""
        path = self.path / member
        inside = is_plain(member) and safe_name(member) == member and is_inside(self.path, path)
        if inside and path.is_file() and not path.is_symlink():
            return path
        if "\\" not in member:
            return None
        for folder in walk(self.path):
            for found in folder:
                if found.member == member and not found.problem:
                    return found.path
        return None

    def _put_away(self, path: Path, one: Doomed) -> tuple[Message, ...]:
        if one.replacement is None:
            path.unlink()
            return ()
        fresh = path.with_name(f".{path.name}{UNFINISHED}")
        try:
            with fresh.open("xb") as file:
                file.write(one.replacement)
            if sync(fresh) != sha256_hex(one.replacement):
                raise NotVerified(name=self.name, why=message("why.erase.not-written"))
            lost = keep_looks(path, fresh)
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        return lost

    def _require_done(self, one: Doomed) -> None:
        path = self.find(one.member)
        if one.replacement is None and path is not None:
            raise NotVerified(name=self.name, why=message("why.erase.still-there"))
        if one.replacement is not None and (path is None or self._bytes(path) != one.replacement):
            raise NotVerified(name=self.name, why=message("why.erase.photo-gone"))

    def _leftovers(self) -> Iterator[Path]:
        for here, _, names in os.walk(self.path):
            yield from (Path(here, name) for name in names if is_unfinished(name))


def _hashed(found: FileFound) -> tuple[int, bytes] | None:
    """Size and digest of a photo that is one by its first bytes and can be read; None for anything else."""
    try:
        handle = os.open(found.place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            state = os.fstat(handle)
            data = os.read(handle, min(state.st_size, AT_ONCE)) if stat.S_ISREG(state.st_mode) else b""
            if not 0 < state.st_size <= MAX_ITEM_BYTES or not sniff.photo_kind(data[: sniff.TELLING_BYTES]):
                return None
            digest, size = sha256(data), len(data)
            while data and size < state.st_size:
                data = os.read(handle, AT_ONCE)
                digest.update(data)
                size += len(data)
        finally:
            os.close(handle)
    except OSError:
        return None
    if size != state.st_size:
        return None
    return size, digest.digest()
