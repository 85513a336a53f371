"""A folder of photos: files in it and below, and the `.json` and `.txt` beside a photo as its record."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import ClassVar

from dsr_desk.core.canonical import canonical_json, sha256_hex
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES, Doomed, Entry, Erased, ItemGone, ItemUnreadable
from dsr_desk.datasets.erasing import NotVerified, refusal, sync
from dsr_desk.datasets.names import UNFINISHED, is_unfinished, safe_name, without_suffix
from dsr_desk.datasets.records import record_of
from dsr_desk.storage.files import sync_folder


@dataclass(frozen=True)
class Found:
    """A file below the root, or what keeps us from seeing one. `member` is made safe, `path` is as it lies."""

    member: str
    path: Path
    problem: str = ""


class FolderOfPhotos:
    """Photos as files. Links are not followed: what lies inside is listed at its own place."""

    format: ClassVar[str] = "folder"
    title: ClassVar[str] = "folder of photos"
    tabular: ClassVar[bool] = False

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    def entries(self) -> Iterator[Entry]:
        for folder in walk(self.path):
            yield from self._entries_of(folder)

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        del occurrence, hint
        path = self._find(member)
        data = self._bytes(path) if path is not None else None
        if data is None or sha256_hex(data) != digest:
            raise ItemGone(name=self.name)
        return data

    def erase(self, doomed: Collection[Doomed]) -> Erased:
        before = self.digest()
        found: list[tuple[Path, Doomed]] = []
        missing: list[Doomed] = []
        notes: list[str] = []
        touched: set[Path] = set()
        for one in doomed:
            path = self._find(one.member)
            if path is None or sha256_hex(self._bytes(path)) != one.digest:
                missing.append(one)
            else:
                found.append((path, one))
        try:
            try:
                for leftover in self._leftovers():
                    leftover.unlink()
                    touched.add(leftover.parent)
                # Records first: without its photo, a sidecar would be listed no more.
                for path, one in sorted(found, key=lambda pair: not sniff.named_like_record(pair[0].name)):
                    if path.stat().st_nlink > 1:
                        notes.append("another name (hard link) of an erased file still holds it")
                    touched.add(path.parent)
                    self._put_away(path, one)
            finally:
                for folder in touched:
                    sync_folder(folder)
        except OSError as error:
            raise refusal(error, self.path, self.name) from error
        erased = [one for _, one in found]
        for one in erased:
            self._require_done(one)
        kept = sum(1 for _ in self.entries())
        return Erased(kept, tuple(erased), tuple(missing), before, self.digest(), tuple(dict.fromkeys(notes)))

    def digest(self) -> str:
        """Over names, sizes, times and inodes of all files: cheap, and changes whenever the bytes may have."""
        digest = hashlib.sha256()
        for folder in walk(self.path):
            for found in folder:
                try:
                    state = found.path.lstat()
                    seen = [found.member, state.st_size, state.st_mtime_ns, state.st_ino]
                except OSError:
                    seen = [found.member, "unreadable"]
                digest.update(canonical_json(seen))
        return digest.hexdigest()

    def fingerprint(self) -> str:
        return self.digest()

    def _entries_of(self, folder: list[Found]) -> Iterator[Entry]:
        photos = photos_of(folder)
        stems = stems_of(photos)
        for found in folder:
            if found.problem:
                yield Entry(
                    ItemKind.PHOTO, found.member, 0, partial(self._refuse, found.problem), problem=found.problem
                )
            elif found.path in photos:
                yield self._photo(found, photos[found.path])
            elif (photo := described_by(found.path, stems)) is not None:
                yield self._record(found, photo)

    def _photo(self, found: Found, head: bytes) -> Entry:
        try:
            size = found.path.stat().st_size
            problem = sniff.photo_problem(head, size)
            if size > MAX_ITEM_BYTES:
                problem = f"larger than {MAX_ITEM_BYTES // 1024 // 1024} MiB"
            elif not os.access(found.path, os.R_OK):
                problem = "no permission to read it"
        except OSError:
            size, problem = 0, "cannot be read"
        return Entry(
            kind=ItemKind.PHOTO,
            member=found.member,
            size=size,
            read=partial(self._bytes, found.path),
            group=without_suffix(found.member),
            problem=problem,
        )

    def _record(self, found: Found, photo: Path) -> Entry:
        group = str(PurePosixPath(found.member).parent / safe_name(photo.stem))
        problem, record, size = "", None, 0
        try:
            size = found.path.stat().st_size
            record = record_of(found.path.name, self._bytes(found.path))
        except (OSError, ItemUnreadable):
            problem = "cannot be read"
        return Entry(
            kind=ItemKind.RECORD,
            member=found.member,
            size=size,
            read=partial(self._bytes, found.path),
            group=group,
            record=record,
            problem=problem,
        )

    def _bytes(self, path: Path) -> bytes:
        """A file that became a link or a device since it was listed is not opened."""
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                state = os.fstat(handle)
                if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_ITEM_BYTES:
                    raise ItemUnreadable(name=self.name, why="it is no ordinary file of a sensible size")
                return file.read()
        except OSError as error:
            raise ItemUnreadable(name=self.name, why=(error.strerror or "the system refused").lower()) from error

    def _refuse(self, problem: str) -> bytes:
        raise ItemUnreadable(name=self.name, why=problem)

    def _find(self, member: str) -> Path | None:
        """The file that is listed under this name; never one outside the root."""
        path = self.path / member
        inside = _plain(member) and safe_name(member) == member and _inside(self.path, path)
        if inside and path.is_file() and not path.is_symlink():
            return path
        if "\\" not in member:
            return None
        for folder in walk(self.path):
            for found in folder:
                if found.member == member and not found.problem:
                    return found.path
        return None

    def _put_away(self, path: Path, one: Doomed) -> None:
        if one.replacement is None:
            path.unlink()
            return
        fresh = path.with_name(f".{path.name}{UNFINISHED}")
        try:
            with fresh.open("xb") as file:
                file.write(one.replacement)
            if sync(fresh) != sha256_hex(one.replacement):
                raise NotVerified(name=self.name, why="a changed photo was not written as it should be")
            state = path.stat()
            fresh.chmod(stat.S_IMODE(state.st_mode))
            os.utime(fresh, ns=(state.st_atime_ns, state.st_mtime_ns))
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise

    def _require_done(self, one: Doomed) -> None:
        path = self._find(one.member)
        if one.replacement is None and path is not None:
            raise NotVerified(name=self.name, why="an erased file is still there")
        if one.replacement is not None and (path is None or self._bytes(path) != one.replacement):
            raise NotVerified(name=self.name, why="a changed photo is not there")

    def _leftovers(self) -> Iterator[Path]:
        for here, _, names in os.walk(self.path):
            yield from (Path(here, name) for name in names if is_unfinished(name))


def walk(root: Path, below: Path | None = None) -> Iterator[list[Found]]:
    """The files of each folder, by name, deepest last; unreadable folders and links that lead out as problems."""
    folder = below or root
    try:
        with os.scandir(folder) as listing:
            children = sorted(listing, key=lambda child: os.fsencode(child.name))
    except OSError:
        yield [Found(_member(root, folder), folder, "this folder cannot be read")]
        return
    files: list[Found] = []
    folders: list[Path] = []
    for child in children:
        path = Path(child.path)
        if child.is_symlink():
            if not _inside(root, path.resolve()):
                files.append(Found(_member(root, path), path, "a link that leads out of the folder, not followed"))
        elif child.is_dir():
            folders.append(path)
        elif child.is_file() and not is_unfinished(child.name):
            files.append(Found(_member(root, path), path))
    yield files
    for path in folders:
        yield from walk(root, path)


def photos_of(folder: list[Found]) -> dict[Path, bytes]:
    """The files that are photos by content, or named like one, with their first bytes."""
    photos: dict[Path, bytes] = {}
    for found in folder:
        if not found.problem:
            head = _head(found.path)
            if sniff.photo_kind(head) or sniff.named_like_photo(found.path.name):
                photos[found.path] = head
    return photos


def stems_of(photos: Iterable[Path]) -> dict[str, Path]:
    """What a sidecar of each photo may be called before its own extension: the stem, or the whole name."""
    return {stem: photo for photo in photos for stem in (photo.name, photo.stem)}


def described_by(path: Path, stems: Mapping[str, Path]) -> Path | None:
    """The photo that a `.json` or `.txt` in the same folder describes."""
    return stems.get(path.stem) if sniff.named_like_record(path.name) else None


def _member(root: Path, path: Path) -> str:
    return safe_name(path.relative_to(root).as_posix())


def _plain(member: str) -> bool:
    return bool(member) and not member.startswith("/") and ".." not in member.split("/") and "\0" not in member


def _inside(root: Path, path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _head(path: Path) -> bytes:
    try:
        return sniff.head_of(path)
    except OSError:
        return b""
