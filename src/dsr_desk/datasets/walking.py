"""The files of a folder and below, as they lie: what is seen of each, and which are photos."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import sniff
from dsr_desk.datasets.names import is_unfinished, safe_name
from dsr_desk.datasets.pointers import pointing_link


@dataclass(frozen=True, slots=True)
class FileFound:
    """A file below the root, or what keeps us from seeing one. `member` is made safe, `place` is as it lies."""

    member: str
    place: str
    name: str
    problem: Message | None = None

    @property
    def path(self) -> Path:
        """Made when it is asked for: a folder may hold millions of files."""
        return Path(self.place)


def walk(root: Path, below: str | None = None) -> Iterator[list[FileFound]]:
    """The files of each folder, by name, deepest last; unreadable folders and links that lead out as problems."""
    top, folder = str(root), below or str(root)
    try:
        with os.scandir(folder) as listing:
            children = sorted(listing, key=lambda child: os.fsencode(child.name))
    except OSError:
        yield [FileFound(member_of(top, folder), folder, Path(folder).name, message("why.folder.closed"))]
        return
    files: list[FileFound] = []
    folders: list[str] = []
    for child in children:
        if child.is_symlink():
            if why := out_of_reach(root, Path(child.path)):
                files.append(FileFound(member_of(top, child.path), child.path, child.name, why))
        elif is_unfinished(child.name):
            if child.is_dir():
                why = message("why.folder.unfinished")
                files.append(FileFound(member_of(top, child.path), child.path, child.name, why))
        elif child.is_dir():
            folders.append(child.path)
        elif child.is_file():
            files.append(FileFound(member_of(top, child.path), child.path, child.name))
    del children
    yield files
    del files
    for path in folders:
        yield from walk(root, path)


def state_of(found: FileFound) -> str:
    """Size, time and inode, as they count in the digest of a folder."""
    try:
        state = os.lstat(found.place)
    except OSError:
        return f"{found.member}\0unreadable\n"
    return f"{found.member}\0{state.st_size}\0{state.st_mtime_ns}\0{state.st_ino}\n"


def is_folder(place: Path | str) -> bool:
    """Whether a folder lies there, and no link to one."""
    return os.path.isdir(place) and not os.path.islink(place)  # noqa: PTH112, PTH114 - for each of millions of files


def out_of_reach(root: Path, link: Path) -> Message | None:
    """Why what a link leads to is not listed at its own place, None where it is."""
    try:
        leads = str(link.readlink())
    except OSError as error:
        return refused(error)
    if (why := pointing_link(leads)) and not link.exists():
        return why
    if not is_inside(root, link):
        return message("why.folder.link-out")
    return None if link.exists() else message("why.folder.link-broken")


def photos_of(folder: Iterable[FileFound]) -> dict[str, bool]:
    """Names of the files that are photos by content (True) or by name alone (False)."""
    photos: dict[str, bool] = {}
    for found in folder:
        if not found.problem:
            is_photo = bool(sniff.photo_kind(head_of(found.place)))
            if is_photo or sniff.named_like_photo(found.name):
                photos[found.name] = is_photo
    return photos


def called_photos(folder: Iterable[FileFound]) -> set[str]:
    """The names that `photos_of` gives; a file whose name tells is not opened for it."""
    return {
        found.name
        for found in folder
        if not found.problem and (sniff.named_like_photo(found.name) or sniff.photo_kind(head_of(found.place)))
    }


def member_of(root: str, path: str) -> str:
    """What a file below a root is called."""
    return safe_name(path[len(root) :].lstrip("/")) if path != root else "."


def is_plain(member: str) -> bool:
    """Whether a name leads to a place below the root, as it is written."""
    return bool(member) and not member.startswith("/") and ".." not in member.split("/") and "\0" not in member


def is_inside(root: Path, path: Path) -> bool:
    """Whether a path leads to a place below the root."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def head_of(place: str) -> bytes:
    """The first bytes of a file, nothing where it cannot be read."""
    try:
        return sniff.head_of(place, sniff.TELLING_BYTES)
    except OSError:
        return b""
