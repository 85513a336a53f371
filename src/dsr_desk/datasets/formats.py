"""From a file to the reader of its format. A new format is one module and one line here.

What stands here parses what came from outside, so it is called in cells alone (`datasets.registry` and
`datasets.celled` are its callers; an import rule keeps all other rooms away).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.message import Message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.annotation_lines import AnnotationLines
from dsr_desk.datasets.arrow_table import ArrowTable
from dsr_desk.datasets.avro_table import AvroTable
from dsr_desk.datasets.coco import CocoFile
from dsr_desk.datasets.compressed import CompressedFile
from dsr_desk.datasets.csv_table import CsvTable
from dsr_desk.datasets.duckdb_table import DuckDatabase
from dsr_desk.datasets.excel import ExcelWorkbook
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.hdf5 import Hdf5File
from dsr_desk.datasets.img2dataset import Img2DatasetShard
from dsr_desk.datasets.json_table import JsonDocument
from dsr_desk.datasets.jsonl import JsonLines
from dsr_desk.datasets.lance_table import LanceDataset
from dsr_desk.datasets.lmdb_store import LmdbStore
from dsr_desk.datasets.mds import MdsShard
from dsr_desk.datasets.ods import OdsContent
from dsr_desk.datasets.office import OfficeDocument
from dsr_desk.datasets.orc_table import OrcTable
from dsr_desk.datasets.parquet import ParquetTable
from dsr_desk.datasets.pdf import PdfDocument
from dsr_desk.datasets.recordio import RecordFile
from dsr_desk.datasets.seven_zip import SevenZipArchive
from dsr_desk.datasets.sqlite_table import SqliteDatabase
from dsr_desk.datasets.tar import TarArchive
from dsr_desk.datasets.tfrecord import TfRecordFile
from dsr_desk.datasets.video import VideoFile
from dsr_desk.datasets.webdataset import WebDatasetShard
from dsr_desk.datasets.zip import ZipArchive

FORMATS: tuple[type[FileContainer], ...] = (
    Img2DatasetShard,
    WebDatasetShard,
    TarArchive,
    ExcelWorkbook,
    OfficeDocument,
    ZipArchive,
    SevenZipArchive,
    PdfDocument,
    VideoFile,
    ParquetTable,
    ArrowTable,
    OrcTable,
    AvroTable,
    RecordFile,
    SqliteDatabase,
    DuckDatabase,
    LmdbStore,
    TfRecordFile,
    MdsShard,
    LanceDataset,
    CompressedFile,
    Hdf5File,
    JsonLines,
    OdsContent,
    CocoFile,
    JsonDocument,
    AnnotationLines,
    CsvTable,
)
"""Asked in this order; the first that recognises a file reads it."""


Reader = FileContainer | FolderOfPhotos


@dataclass(frozen=True)
class Recognised:
    """What a file is: its format, "" where none is read, then with what else it is; and what beside belongs to it."""

    format: str
    beside: tuple[Path, ...] = ()
    unread: Message | None = None


def recognised(path: Path) -> Recognised:
    """Raises OSError."""
    head = sniff.head_of(path)
    for format_ in FORMATS:
        if head and format_.recognises(path, head) and format_.is_installed():
            return Recognised(format_.format, tuple(format_(path, path.name).companions()))
    refusals = (format_.refusal(path, head) for format_ in FORMATS)
    return Recognised("", unread=next(filter(None, refusals), None) or sniff.unread_kind(head))


def may_be_read_with(path: Path) -> tuple[Path, ...]:
    """Files beside that a reader of whatever format may look at to say what the file is, there or not."""
    return tuple(dict.fromkeys(one for format_ in FORMATS for one in format_(path, path.name).beside()))


def reader(format_name: str, path: Path, name: str) -> Reader:
    """The reader of a format, which has not looked at anything yet. Raises KeyError for a format that is not read."""
    if format_name == FolderOfPhotos.format:
        return FolderOfPhotos(path, name)
    return _BY_NAME[format_name](path, name)


_BY_NAME = {format_.format: format_ for format_ in FORMATS}
