"""From a path to its containers. A new format is one module and one line here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.csv_table import CsvTable
from dsr_desk.datasets.excel import ExcelWorkbook
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.folder import FolderOfPhotos, described_by, photos_of, stems_of, walk
from dsr_desk.datasets.hdf5 import Hdf5File
from dsr_desk.datasets.img2dataset import Img2DatasetShard
from dsr_desk.datasets.json_table import JsonDocument
from dsr_desk.datasets.jsonl import JsonLines
from dsr_desk.datasets.lmdb_store import LmdbStore
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.parquet import ParquetTable
from dsr_desk.datasets.recordio import RecordFile
from dsr_desk.datasets.sqlite_table import SqliteDatabase
from dsr_desk.datasets.tar import TarArchive
from dsr_desk.datasets.tfrecord import TfRecordFile
from dsr_desk.datasets.webdataset import WebDatasetShard
from dsr_desk.datasets.zip import ZipArchive

FORMATS: tuple[type[FileContainer], ...] = (
    Img2DatasetShard,
    WebDatasetShard,
    TarArchive,
    ExcelWorkbook,
    ZipArchive,
    ParquetTable,
    RecordFile,
    SqliteDatabase,
    LmdbStore,
    TfRecordFile,
    Hdf5File,
    JsonLines,
    JsonDocument,
    CsvTable,
)
"""Asked in this order; the first that recognises a file reads it."""


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
    containers: tuple[Container, ...]
    not_understood: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class _Contents:
    """What lies below a folder: its file containers, the loose photos and sidecars, and what is neither."""

    containers: tuple[FileContainer, ...]
    photos: int
    records: int
    problems: tuple[LeftOut, ...]
    others: tuple[LeftOut, ...]


def survey(path: Path, base: Path | None = None) -> Survey:
    """The containers at `path`: of a file one, of a folder one for loose photos and one for each file that is one.

    Names are relative to `base`, by default the folder that holds `path`. Raises SourceMissing, SourceUnreadable,
    SourceEmpty, SourceNotUnderstood.
    """
    path, base = _placed(path, base)
    if not path.is_dir():
        container = _open_file(path, base)
        says = message("survey.file", format=format_of(container), bytes=path.stat().st_size)
        return Survey(container.format, says, (container,))
    contents = _contents_of(path, base)
    if not (contents.containers or contents.photos or contents.problems):
        raise _nothing_known(path, contents) if contents.others else SourceEmpty(path=path)
    loose = [FolderOfPhotos(path, _name(path, base))] if contents.photos or contents.problems else []
    parts = [message("survey.photos", count=contents.photos)] if contents.photos else []
    parts += [message("survey.records", count=contents.records)] if contents.records else []
    formats = Counter(map(format_of, contents.containers))
    parts += [message("survey.containers", number=number, format=one) for one, number in formats.items()]
    says = message("survey.folder", parts=tuple(parts)) if parts else message("survey.nothing")
    found: tuple[Container, ...] = (*loose, *contents.containers)
    return Survey(FolderOfPhotos.format, says, found, (*contents.problems, *contents.others))


def format_of(container: Container) -> Message:
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
    if format_name == FolderOfPhotos.format:
        return FolderOfPhotos(path, name)
    for format_ in FORMATS:
        if format_.format == format_name:
            return format_(path, name)
    raise SourceNotUnderstood(path=path, why=message("kind.of-format", format=format_name))


def _placed(path: Path, base: Path | None) -> tuple[Path, Path]:
    path = path.absolute()
    try:
        path.stat()
    except FileNotFoundError:
        raise SourceMissing(path=path) from None
    except OSError as error:
        raise SourceUnreadable(path=path, why=refused(error)) from error
    return path, (base.absolute() if base is not None else path.parent)


def _open_file(path: Path, base: Path) -> FileContainer:
    try:
        if not path.is_file():
            raise SourceNotUnderstood(path=path, why=message("kind.device"))
        if not path.stat().st_size:
            raise SourceEmpty(path=path)
        container = _recognise(path, base)
    except OSError as error:
        raise SourceUnreadable(path=path, why=refused(error)) from error
    if container is None:
        raise SourceNotUnderstood(path=path, why=_unread(path) or message("kind.unknown"))
    return container


def _contents_of(root: Path, base: Path) -> _Contents:
    containers: list[FileContainer] = []
    photos = records = 0
    problems: list[LeftOut] = []
    others: dict[Path, LeftOut] = {}
    for folder in walk(root):
        in_folder = photos_of(folder)
        stems = stems_of(in_folder)
        photos += len(in_folder)
        for found in folder:
            if found.problem:
                if found.place == str(root):
                    raise SourceUnreadable(path=root, why=message("why.no-permission"))
                problems.append(LeftOut(found.member, found.problem))
            elif found.name in in_folder:
                continue
            elif described_by(found.name, in_folder, stems):
                records += 1
            else:
                _sort_out(found.path, found.member, base, containers, others)
    beside = {one for container in containers for one in container.companions()}
    others = {path: says for path, says in others.items() if path not in beside}
    containers = [one for one in containers if one.path not in beside]
    return _Contents(tuple(containers), photos, records, tuple(problems), tuple(others.values()))


def _nothing_known(path: Path, contents: _Contents) -> SourceNotUnderstood:
    count = len(contents.others)
    told = tuple(
        message("part.why", name=one.name, why=one.why) for one in contents.others if one.why != UNKNOWN_FORMAT
    )
    what = message("kind.folder-told", count=count, files=told) if told else message("kind.folder", count=count)
    return SourceNotUnderstood(path=path, why=what)


def _sort_out(
    path: Path, member: str, base: Path, containers: list[FileContainer], others: dict[Path, LeftOut]
) -> None:
    try:
        container = _recognise(path, base)
    except OSError as error:
        others[path] = LeftOut(member, refused(error))
        return
    if container is not None:
        containers.append(container)
        return
    kind = _unread(path)
    why = message("why.format.not-read", kind=kind) if kind else UNKNOWN_FORMAT
    others[path] = LeftOut(member, why)


def _recognise(path: Path, base: Path) -> FileContainer | None:
    head = sniff.head_of(path)
    for format_ in FORMATS:
        if head and format_.recognises(path, head):
            return format_(path, _name(path, base))
    return None


def _unread(path: Path) -> Message | None:
    """What a file is that is not read, with why where that is a decision; None if unknown. Raises OSError."""
    head = sniff.head_of(path)
    refusals = (format_.refusal(path, head) for format_ in FORMATS)
    return next(filter(None, refusals), None) or sniff.unread_kind(head)


def _name(path: Path, base: Path) -> str:
    return safe_name(path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name)
