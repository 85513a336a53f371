"""From a path to its containers, whose content is read in cells (`datasets.celled`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.codec import prepare
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets.celled import CelledContainer, ContainerPlace, limits_for, there
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.formats import Recognised, may_be_read_with, recognised
from dsr_desk.datasets.layouts.known import RULES, Finder
from dsr_desk.datasets.layouts.rules import DatasetLayout, inner_path
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.pointers import pointer_at
from dsr_desk.datasets.sidecars import Sidecars
from dsr_desk.datasets.walking import called_photos, walk
from dsr_desk.jobs.cell import CellFailed, Grants, ask

Recognise = Callable[[Path], Recognised]
"""Says what a file is. Raises OSError, CellFailed."""


class SourceMissing(DeskError):
    code = "SOURCE-MISSING"
    happened = "There is nothing at {path}."
    means = "Nothing was read, so nothing there can be searched."
    todo = "Check the path, or mount the disk that it is on."


class SourceUnreadable(DeskError):
    code = "SOURCE-UNREADABLE"
    happened = "{path} cannot be read: {why}."
    means = "Nothing was read, so nothing there can be searched."
    todo = "Get the right to read it, then try again."


class SourceEmpty(DeskError):
    code = "SOURCE-EMPTY"
    happened = "{path} is empty."
    means = "An empty source would look like a search without hits."
    todo = "Check that it is the right path and that the copy to it was finished."


class SourceNotUnderstood(DeskError):
    code = "SOURCE-NOT-UNDERSTOOD"
    happened = "{path} is not read by this program: {why}."
    means = "What it holds is not searched."
    todo = "Export it to a format that is read (photos in folders, tar, CSV ...), or state it as not searched."


@dataclass(frozen=True)
class LeftOut:
    """What is not read below a folder: a file, or what a link or a closed folder hides."""

    name: str
    why: Message


UNKNOWN_FORMAT = message("why.format.unknown")


@dataclass(frozen=True)
class Survey:
    """What lies at a path, in one sentence, and what of it is not read."""

    format: str
    says: Message
    containers: tuple[CelledContainer, ...]
    not_understood: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Surveyed:
    """A survey as it comes from a cell."""

    format: str
    says: Message
    places: tuple[ContainerPlace, ...]
    not_understood: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class _Contents:
    """What lies below a folder: its file containers, the loose photos and sidecars, and what is neither."""

    containers: tuple[ContainerPlace, ...]
    photos: int
    records: int
    problems: tuple[LeftOut, ...]
    others: tuple[LeftOut, ...]


def survey(path: Path, base: Path | None = None) -> Survey:
    """The containers at `path`: of a file one, of a folder one for loose photos and one for each file that is one.

    Names are relative to `base`, by default the folder that holds `path`. Raises SourceMissing, SourceUnreadable,
    SourceEmpty, SourceNotUnderstood.
    """
    path = path.absolute()
    base = base.absolute() if base is not None else path.parent
    above = Finder().around(path.parent)
    try:
        found = ask(Surveyed, surveyed, path, base, recognised, above, grants=_grants(path), limits=limits_for(path))
    except CellFailed:
        # A file ended the cell. Each in one of its own tells which it was, and the others are read.
        found = surveyed(path, base, _in_a_cell, above)
    containers = tuple(map(CelledContainer, found.places))
    return Survey(found.format, found.says, containers, found.not_understood)


def format_of(container: Container | ContainerPlace) -> Message:
    """What people call the format of a container."""
    return message(f"format.{container.format}")


def open_source(path: Path, base: Path | None = None) -> list[Container]:
    """The containers of a `survey`, which says what is raised."""
    return list(survey(path, base).containers)


def reopen(format_name: str, path: Path, name: str) -> Container:
    """A container that was listed before, without looking at what lies beside it.

    Raises SourceMissing where the path is gone, SourceNotUnderstood for a format that is not read any more.
    """
    if not path.exists():
        raise SourceMissing(path=path)
    return placed(format_name, path, name)


def placed(format_name: str, path: Path, name: str) -> CelledContainer:
    """A container that was listed before, whether it is still there or not. Raises SourceNotUnderstood."""
    try:
        return CelledContainer(ContainerPlace(format_name, path, name))
    except KeyError:
        raise SourceNotUnderstood(path=path, why=message("kind.of-format", format=format_name)) from None


def surveyed(path: Path, base: Path, recognise: Recognise, above: Sequence[DatasetLayout]) -> Surveyed:
    """What lies at a path, in the layouts that lie `above`. Runs in a cell, but where `recognise` asks one a file."""
    _require(path)
    finder = Finder(above)
    if not path.is_dir():
        place = _open_file(path, base, recognise, finder)
        says = message("survey.file", format=format_of(place), bytes=path.stat().st_size)
        return Surveyed(place.format, says, (place,))
    contents = _contents_of(path, base, recognise, finder)
    if not (contents.containers or contents.photos or contents.problems):
        raise _nothing_known(path, contents) if contents.others else SourceEmpty(path=path)
    root = ContainerPlace(FolderOfPhotos.format, path, _name(path, base))
    loose = [root] if contents.photos or contents.problems else []
    parts = [message("survey.photos", count=contents.photos)] if contents.photos else []
    parts += [message("survey.records", count=contents.records)] if contents.records else []
    formats = Counter(map(format_of, contents.containers))
    parts += [message("survey.containers", number=number, format=one) for one, number in formats.items()]
    says = message("survey.folder", parts=tuple(parts)) if parts else message("survey.nothing")
    left_out = (*contents.problems, *contents.others)
    return Surveyed(FolderOfPhotos.format, says, (*loose, *contents.containers), left_out)


def _in_a_cell(path: Path) -> Recognised:
    found: Recognised = ask(Recognised, recognised, path, grants=_grants(path), limits=limits_for(path))
    return found


def _grants(path: Path) -> Grants:
    return Grants(read=there(path) if path.is_dir() else there(path, *may_be_read_with(path)))


def _require(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError:
        raise SourceMissing(path=path) from None
    except OSError as error:
        raise SourceUnreadable(path=path, why=refused(error)) from error


def _open_file(path: Path, base: Path, recognise: Recognise, finder: Finder) -> ContainerPlace:
    try:
        if not path.is_file():
            raise SourceNotUnderstood(path=path, why=message("kind.device"))
        if not path.stat().st_size:
            raise SourceEmpty(path=path)
        if why := finder.own(path) or pointer_at(path):
            raise SourceNotUnderstood(path=path, why=why)
        found = recognise(path)
    except OSError as error:
        raise SourceUnreadable(path=path, why=refused(error)) from error
    except CellFailed as failed:
        raise SourceUnreadable(path=path, why=failed.why) from failed
    if not found.format:
        raise SourceNotUnderstood(path=path, why=found.unread or message("kind.unknown"))
    return ContainerPlace(found.format, path, _name(path, base))


def _contents_of(root: Path, base: Path, recognise: Recognise, finder: Finder) -> _Contents:
    containers: list[ContainerPlace] = []
    beside: set[Path] = set()
    photos = records = 0
    problems: list[LeftOut] = []
    others: dict[Path, LeftOut] = {}
    wholes: dict[DatasetLayout, ContainerPlace] = {}
    for folder in walk(root):
        in_folder = called_photos(folder)
        here = folder[0].place.rpartition("/")[0] if folder else ""
        sidecars = Sidecars(root, here, in_folder)
        photos += len(in_folder)
        whole = finder.whole(Path(here)) if any(not found.problem for found in folder) else None
        for found in folder:
            if found.problem:
                if found.place == str(root):
                    raise SourceUnreadable(path=root, why=message("why.no-permission"))
                problems.append(LeftOut(found.member, found.problem))
            elif whole is not None:
                if why := RULES[whole.kind].unread():
                    others[whole.root] = LeftOut(safe_name(inner_path(root, whole.root)), why)
                else:
                    wholes[whole] = ContainerPlace(whole.kind, whole.root, _name(whole.root, base))
            elif found.name in in_folder:
                continue
            elif sidecars.described_by(found.name):
                records += 1
            else:
                what = _sorted_out(found.path, recognise, finder)
                if isinstance(what, Message):
                    others[found.path] = LeftOut(found.member, what)
                else:
                    containers.append(ContainerPlace(what.format, found.path, _name(found.path, base)))
                    beside.update(what.beside)
    left_out = tuple(says for path, says in others.items() if path not in beside)
    kept = tuple(one for one in containers if one.path not in beside)
    return _Contents((*kept, *wholes.values()), photos, records, tuple(problems), left_out)


def _nothing_known(path: Path, contents: _Contents) -> SourceNotUnderstood:
    count = len(contents.others)
    told = tuple(
        message("part.why", name=one.name, why=one.why) for one in contents.others if one.why != UNKNOWN_FORMAT
    )
    what = message("kind.folder-told", count=count, files=told) if told else message("kind.folder", count=count)
    return SourceNotUnderstood(path=path, why=what)


def _sorted_out(path: Path, recognise: Recognise, finder: Finder) -> Recognised | Message:
    """What a file is, or why it is not read."""
    try:
        if why := finder.own(path) or pointer_at(path):
            return why
        if not path.stat().st_size:
            return message("why.file.empty")
        found = recognise(path)
    except OSError as error:
        return refused(error)
    except CellFailed as failed:
        return failed.why
    if found.format:
        return found
    return message("why.format.not-read", kind=found.unread) if found.unread else UNKNOWN_FORMAT


def _name(path: Path, base: Path) -> str:
    return safe_name(path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name)


prepare(Surveyed, Recognised)
