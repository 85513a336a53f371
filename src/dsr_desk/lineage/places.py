"""Places of a model's files, looked at: gone, there, or something else in their place."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dsr_desk.lineage.content import digest_of_folder, digests_of_file

_FOLDER = ".dir"


class PlaceSeen(StrEnum):
    """Other: something with other content lies there. Unknown: something does, and no digest says what it should be."""

    GONE = "gone"
    THERE = "there"
    UNKNOWN = "unknown"
    OTHER = "other"
    NOT_LOOKED = "not-looked"


@dataclass(frozen=True)
class PlaceLook:
    """What was seen at a path. `digest` is that of the model's content which lies there still, "" otherwise."""

    path: str
    seen: PlaceSeen
    digest: str = ""


def look_at(
    paths: Iterable[Path], digests: Collection[str], went_on: Callable[[], None] = lambda: None
) -> tuple[PlaceLook, ...]:
    """Looks at files and folders for content with any of these digests ("sha256:…", "md5:…", a folder's "md5:….dir").

    `went_on` is called after each file that was read, and may raise to stop.
    """
    return tuple(_look(path.absolute(), digests, went_on) for path in paths)


def _look(path: Path, digests: Collection[str], went_on: Callable[[], None]) -> PlaceLook:
    try:
        if not os.path.lexists(path):
            # Where the folder is not there either, nobody knows whether a drive is missing or a file.
            return PlaceLook(str(path), PlaceSeen.GONE if path.parent.is_dir() else PlaceSeen.NOT_LOOKED)
        wanted = {digest.lower() for digest in digests}
        found = list(_digests(path, wanted, went_on))
    except OSError:
        return PlaceLook(str(path), PlaceSeen.NOT_LOOKED)
    same = next((digest for digest in found if digest in wanted), "")
    if same:
        return PlaceLook(str(path), PlaceSeen.THERE, same)
    if all(digest.endswith(_FOLDER) for digest in found):
        return PlaceLook(str(path), PlaceSeen.GONE)
    known = any(digest.startswith(("sha256:", "md5:")) for digest in wanted)
    return PlaceLook(str(path), PlaceSeen.OTHER if known else PlaceSeen.UNKNOWN)


def _digests(path: Path, digests: Collection[str], went_on: Callable[[], None]) -> Iterator[str]:
    """Of a file, or of all files in a folder and of the folder where its digest is looked for. Raises OSError."""
    for file in _files(path) if path.is_dir() else [path]:
        if not file.is_file():
            raise OSError(f"{file.name} is no file")
        yield from digests_of_file(file)
        went_on()
    if path.is_dir() and any(digest.endswith(_FOLDER) for digest in digests):
        yield digest_of_folder(path, lambda _file, _digests: went_on())


def _files(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder, onerror=_not_listed):
        if any(Path(inside, name).is_symlink() for name in folders):
            raise OSError("what a link leads to was not looked at")
        yield from (Path(inside, name) for name in names)


def _not_listed(error: OSError) -> None:
    raise error
