"""Small containers of every format, made here, for the contract that all of them keep."""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
import re
import sqlite3
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import google_crc32c
import h5py
import lmdb
import numpy as np
import openpyxl
import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from PIL import Image
from pyarrow import ipc, orc

Items = Sequence[tuple[str, bytes]]
"""Members with their bytes; tables take the text of the bytes as one field and have no members."""


@dataclass(frozen=True)
class Sample:
    """How to make a container of one format.

    `damage` breaks it in a way that a reader must notice; `unique_names` says that no two members are called alike,
    `file_names` that members are files, `named` that items carry the names they are given, `sniffed` that the
    file's extension does not matter, `masks` that an item may be replaced, `field` where a table's text is,
    `in_place` that it is a database which keeps its file. `peak` is what reading a large one may take in bytes: a
    workbook's cells name their texts by number, so all of them are held, packed.
    """

    name: str
    format: str
    write: Callable[[Path, Items], Path]
    table: bool = False
    damage: Callable[[Path], None] | None = None
    unique_names: bool = False
    file_names: bool = False
    sniffed: bool = True
    masks: bool = True
    named: bool = True
    new_row: bytes = b'{"name": "Nobody"}'
    field: str = "name"
    in_place: bool = False
    peak: int = 8_000_000
    needs: str = ""


def photo(shade: int, size: int = 24) -> bytes:
    """A small photo; each shade gives other bytes."""
    out = io.BytesIO()
    Image.new("RGB", (size, size), (shade % 256, shade // 256 % 256, 90)).save(out, "JPEG")
    return out.getvalue()


def cut_short(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])


def _folder(folder: Path, items: Items) -> Path:
    root = folder / "photos"
    for member, data in items:
        path = root / member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def _tar(mode: str, name: str) -> Callable[[Path, Items], Path]:
    def write(folder: Path, items: Items) -> Path:
        path = folder / name
        with tarfile.open(path, mode) as archive:
            for member, data in items:
                info = tarfile.TarInfo(member)
                info.size = len(data)
                info.mtime = 1_700_000_000
                archive.addfile(info, io.BytesIO(data))
        return path

    return write


def _zip_in_tar(folder: Path, items: Items) -> Path:
    """Half of the items are two containers deep."""
    inner = _zip(folder, items[: len(items) // 2])
    members = [("photos.zip", inner.read_bytes()), *items[len(items) // 2 :]]
    inner.unlink()
    return _tar("w", "mixed.tar")(folder, members)


def _packed(write: Callable[[Path, Items], Path], pack: Callable[[bytes], bytes], suffix: str) -> Callable[..., Path]:
    def packed(folder: Path, items: Items) -> Path:
        plain = write(folder, items)
        path = plain.with_name(plain.name + suffix)
        path.write_bytes(pack(plain.read_bytes()))
        plain.unlink()
        return path

    return packed


def _shard(folder: Path, items: Items) -> Path:
    labelled = [(member, data) for item in items for member, data in (item, (_label_of(item[0]), b"7"))]
    return _tar("w", "shard-000000.tar")(folder, labelled)


def _label_of(member: str) -> str:
    head, slash, base = member.rpartition("/")
    return head + slash + base.partition(".")[0] + ".cls"


def _zip(folder: Path, items: Items) -> Path:
    path = folder / "photos.zip"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in items:
                archive.writestr(member.replace("\udce9", "\x85"), data)
    return path


def _office(folder: Path, items: Items) -> Path:
    path = _zip(folder, [("[Content_Types].xml", b"<Types/>"), *items])
    return path.rename(path.with_name("letter.docx"))


def _pdf(folder: Path, items: Items) -> Path:
    """Two pictures a page."""
    path = folder / "scans.pdf"
    with pikepdf.new() as pdf:
        for first in range(0, len(items), 2):
            shown = pikepdf.Dictionary()
            for number, (_, data) in enumerate(items[first : first + 2]):
                picture = pikepdf.Stream(pdf, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
                picture.Width, picture.Height = Image.open(io.BytesIO(data)).size
                picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
                picture.Filter = pikepdf.Name.DCTDecode
                shown[f"/Im{number}"] = picture
            page = pdf.add_blank_page()
            page.obj.Resources = pikepdf.Dictionary(XObject=shown)
            page.obj.Contents = pikepdf.Stream(pdf, b"/Im0 Do /Im1 Do")
        pdf.save(path, deterministic_id=True)
    return path


def _parquet_photos(folder: Path, items: Items) -> Path:
    path = folder / "photos.parquet"
    cells = [{"bytes": data, "path": member.replace("\udce9", "\x85")} for member, data in items]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({"image": pa.array(cells, kind), "label": pa.array(range(len(cells)), pa.int64())})
    pq.write_table(table.replace_schema_metadata({"huggingface": "{}"}), path, row_group_size=4)
    return path


def _parquet_rows(folder: Path, items: Items) -> Path:
    path = folder / "people.parquet"
    names = [data.decode("latin-1") for _, data in items]
    table = pa.table({"name": names, "age": pa.array([40] * len(names), pa.int32())})
    pq.write_table(table, path, row_group_size=4, compression="zstd")
    return path


def _arrow_photos(folder: Path, items: Items) -> Path:
    path = folder / "photos.arrow"
    cells = [{"bytes": data, "path": member.replace("\udce9", "\x85")} for member, data in items]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({"image": pa.array(cells, kind), "label": pa.array(range(len(cells)), pa.int64())})
    with ipc.new_file(str(path), table.schema, options=ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table, max_chunksize=4)
    return path


def _arrow_rows(folder: Path, items: Items) -> Path:
    path = folder / "data-00000-of-00001.arrow"
    names = [data.decode("latin-1") for _, data in items]
    table = pa.table({"name": names, "kind": pa.array(["a"] * len(names)).dictionary_encode()})
    with ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=4)
    return path


def _orc_rows(folder: Path, items: Items) -> Path:
    path = folder / "people.orc"
    names = [data.decode("latin-1") for _, data in items]
    orc.write_table(pa.table({"name": names, "age": pa.array([40] * len(names), pa.int32())}), path, compression="zlib")
    return path


def _avro_photos(folder: Path, items: Items) -> Path:
    path = folder / "photos.avro"
    image = {"name": "Image", "fields": [{"name": "bytes", "type": "bytes"}, {"name": "path", "type": "string"}]}
    fields = [{"name": "image", "type": ["null", {"type": "record", **image}]}, {"name": "label", "type": "long"}]
    rows = [{"image": {"bytes": data, "path": name.replace("\udce9", "\x85")}, "label": 7} for name, data in items]
    with path.open("wb") as file:
        fastavro = importlib.import_module("fastavro")
        fastavro.writer(
            file, {"type": "record", "name": "Row", "fields": fields}, rows, codec="deflate", sync_interval=999
        )
    return path


def _csv(folder: Path, items: Items) -> Path:
    path = folder / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["name", "note"])
        writer.writerows([data.decode("latin-1"), "x"] for _, data in items)
    return path


def _jsonl(folder: Path, items: Items) -> Path:
    path = folder / "people.jsonl"
    lines = [json.dumps({"name": data.decode("latin-1"), "tags": ["a, b", '"}']}) for _, data in items]
    path.write_text("\n".join(lines) + "\n")
    return path


def _json(folder: Path, items: Items) -> Path:
    path = folder / "people.json"
    rows = [{"name": data.decode("latin-1"), "more": [{"note": 'a \\" ] }, \\'}]} for _, data in items]
    path.write_text(json.dumps({"version": 1, "info": {"by": 7}, "people": rows}, indent=1))
    return path


def _coco(folder: Path, items: Items) -> Path:
    path = folder / "instances.json"
    images = [{"id": number, "file_name": f"{number}.jpg"} for number in range(len(items))]
    texts = [
        {"id": 2 * number + again, "image_id": number, "caption": data.decode("latin-1")}
        for number, (_, data) in enumerate(items)
        for again in (0, 1)
    ]
    path.write_text(json.dumps({"info": {"year": 2017}, "images": images, "annotations": texts, "categories": []}))
    return path


def _photo_list(folder: Path, items: Items) -> Path:
    path = folder / "list.txt"
    lines = [f"{number}.jpg\t{data.decode('latin-1')}\n" for number, (_, data) in enumerate(items)]
    path.write_text("".join([f"{len(items)}\n", *lines]))
    return path


def _sqlite(folder: Path, items: Items) -> Path:
    path = folder / "people.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE people (name TEXT, note BLOB)")
        db.execute("CREATE VIEW names AS SELECT name FROM people")
        db.executemany("INSERT INTO people VALUES (?, x'00ff')", [[data.decode("latin-1")] for _, data in items])
    return path


def _duckdb(folder: Path, items: Items) -> Path:
    path = folder / "people.duckdb"
    with closing(importlib.import_module("duckdb").connect(str(path))) as db:
        db.execute("CREATE TABLE people (name VARCHAR, note BLOB)")
        db.executemany(
            "INSERT INTO people VALUES (?, '\\x00\\xff'::BLOB)", [[data.decode("latin-1")] for _, data in items]
        )
    return path


def _overwrite_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : 4096 + 512] = b"\xa5" * 512
    path.write_bytes(data)


def _recordio(folder: Path, items: Items) -> Path:
    path = folder / "train.rec"
    offsets = []
    with path.open("wb") as file:
        for number, (_, data) in enumerate([("", b""), *items]):
            flag = 2 if number == 0 else 0
            labels = struct.pack("<ff", 1.0, float(len(items))) if flag else b""
            record = struct.pack("<IfQQ", flag, 7.0, number, 0) + labels + data
            offsets.append(f"{number}\t{file.tell()}\n")
            file.write(struct.pack("<II", 0xCED7230A, len(record)) + record + b"\0" * (-len(record) % 4))
    path.with_suffix(".idx").write_text("".join(offsets))
    path.with_suffix(".lst").write_text("".join(f"{n}\t7.0\tx/{n}.jpg\n" for n in range(1, len(items) + 1)))
    return path


def _lmdb(folder: Path, items: Items) -> Path:
    path = folder / "photos.lmdb"
    with (
        lmdb.open(str(path), map_size=64 * 1024 * 1024, subdir=False, lock=False) as store,
        store.begin(write=True) as transaction,
    ):
        for member, data in items:
            transaction.put(member.encode("utf-8", "surrogateescape"), data)
    return path


def _hdf5_files(folder: Path, items: Items) -> Path:
    path = folder / "photos.h5"
    with h5py.File(path, "w") as file:
        photos = file.create_dataset("images", (len(items),), h5py.vlen_dtype(np.uint8), chunks=(2,))
        for number, (_, data) in enumerate(items):
            photos[number] = np.frombuffer(data, np.uint8)
        file.create_dataset("labels", data=np.arange(len(items)), compression="gzip", chunks=(4,))
        file.attrs["made"] = 2024
    return path


def _hdf5_rows(folder: Path, items: Items) -> Path:
    path = folder / "people.h5"
    with h5py.File(path, "w") as file:
        names = [data.decode("latin-1") for _, data in items]
        file.create_dataset("people/name", data=names, dtype=h5py.string_dtype())
        file.create_dataset("people/age", data=[40] * len(names))
    return path


def example(**features: bytes | int | str) -> bytes:
    """A tf.train.Example, spelt by hand: features by name, each a list with one value."""

    def field(number: int, data: bytes) -> bytes:
        return bytes([number << 3 | 2]) + varint(len(data)) + data

    def feature(value: bytes | int | str) -> bytes:
        if isinstance(value, int):
            return field(3, field(1, varint(value)))
        return field(1, field(1, value.encode() if isinstance(value, str) else value))

    return field(1, b"".join(field(1, field(1, key.encode()) + field(2, feature(features[key]))) for key in features))


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def tfrecord(*records: bytes) -> bytes:
    """Records in their frames."""
    framed = []
    for data in records:
        length = struct.pack("<Q", len(data))
        sums = [struct.pack("<I", turned_crc(part)) for part in (length, data)]
        framed += [length, sums[0], data, sums[1]]
    return b"".join(framed)


def turned_crc(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _tfrecord_photos(folder: Path, items: Items) -> Path:
    path = folder / "photos-00000-of-00001.tfrecord"
    names = [member.encode("utf-8", "surrogateescape") for member, _ in items]
    path.write_bytes(
        tfrecord(
            *(
                example(**{"image/encoded": data, "image/filename": name, "image/format": "jpeg", "label": 7})
                for name, (_, data) in zip(names, items, strict=True)
            )
        )
    )
    return path


def _tfrecord_rows(folder: Path, items: Items) -> Path:
    path = folder / "people.tfrecord.gz"
    packed = tfrecord(*(example(name=data.decode("latin-1"), age=40) for _, data in items))
    path.write_bytes(gzip.compress(packed, mtime=0))
    return path


def _excel(folder: Path, items: Items) -> Path:
    path = folder / "people.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "joined"])
    for _, data in items:
        sheet.append([data.decode("latin-1"), date(2024, 5, 17)])
    book.save(path)
    return with_shared_strings(path)


def with_shared_strings(path: Path) -> Path:
    """The workbook as Excel writes it: cells name texts by number, each text once in a part of its own."""
    with zipfile.ZipFile(path) as archive:
        parts = {info: archive.read(info) for info in archive.infolist()}
    texts: dict[bytes, int] = {}

    def share(cell: re.Match[bytes]) -> bytes:
        number = texts.setdefault(cell[2], len(texts))
        return cell[1] + b't="s"><v>' + str(number).encode() + b"</v></c>"

    inline = re.compile(rb'(<c [^>]*?)t="inlineStr"><is>(.*?)</is></c>', re.DOTALL)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    link = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts.items():
            if info.filename.startswith("xl/worksheets/sheet"):
                data = inline.sub(share, data)
            elif info.filename == "[Content_Types].xml":
                override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
                data = data.replace(b"</Types>", override)
            elif info.filename == "xl/_rels/workbook.xml.rels":
                added = b'<Relationship Id="rId900" Type="' + link + b'" Target="sharedStrings.xml"/></Relationships>'
                data = data.replace(b"</Relationships>", added)
            archive.writestr(info, data)
        items = b"".join(b"<si>" + text + b"</si>" for text in texts)
        space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="' + space + b'">'
        archive.writestr("xl/sharedStrings.xml", head + items + b"</sst>")
    return path


def mds_shard(rows: Sequence[Mapping[str, bytes]], columns: Mapping[str, str]) -> bytes:
    """A shard as the streaming library of MosaicML writes it: `columns` are names and encodings."""
    about = {"column_encodings": [*columns.values()], "column_names": [*columns], "column_sizes": [None] * len(columns)}
    config = json.dumps({**about, "format": "mds", "version": 2}, sort_keys=True).encode()
    values = [[row[name] for name in columns] for row in rows]
    samples = [b"".join([*(struct.pack("<I", len(one)) for one in row), *row]) for row in values]
    begin = 4 * (len(samples) + 2) + len(config)
    offsets = [begin + sum(map(len, samples[:number])) for number in range(len(samples) + 1)]
    return struct.pack(f"<{len(samples) + 2}I", len(samples), *offsets) + config + b"".join(samples)


def _mds_photos(folder: Path, items: Items) -> Path:
    path = folder / "shard.00000.mds"
    path.write_bytes(
        mds_shard([{"image": data, "label": b"\7" * 8} for _, data in items], {"image": "jpeg", "label": "int"})
    )
    return path


def _mds_rows(folder: Path, items: Items) -> Path:
    path = folder / "shard.00001.mds"
    path.write_bytes(mds_shard([{"name": data, "age": b"40"} for _, data in items], {"name": "str", "age": "str_int"}))
    return path


SAMPLES = (
    Sample("folder", "folder", _folder, unique_names=True, file_names=True, sniffed=False),
    Sample("tar", "tar", _tar("w", "photos.tar"), damage=cut_short),
    Sample("tar-gz", "tar", _tar("w:gz", "photos.tar.gz"), damage=cut_short),
    Sample(
        "tar-zst", "tar", _packed(_tar("w", "p.tar"), zstandard.compress, ".zst"), damage=cut_short, peak=40_000_000
    ),
    Sample("zip-in-tar", "tar", _zip_in_tar, damage=cut_short, named=False),
    Sample("csv-gz", "compressed", _packed(_csv, gzip.compress, ".gz"), table=True, sniffed=False, new_row=b"Nobody;x"),
    Sample("webdataset", "webdataset", _shard, damage=cut_short),
    Sample("zip", "zip", _zip, damage=cut_short),
    Sample("office", "office", _office, damage=cut_short),
    Sample("pdf", "pdf", _pdf, damage=cut_short, named=False),
    Sample("parquet-photos", "parquet", _parquet_photos, damage=cut_short),
    Sample("parquet-rows", "parquet", _parquet_rows, table=True, damage=cut_short, masks=False),
    Sample("arrow-photos", "arrow", _arrow_photos, damage=cut_short),
    Sample("arrow-rows", "arrow", _arrow_rows, table=True, damage=cut_short, masks=False),
    Sample("orc-rows", "orc", _orc_rows, table=True, damage=cut_short, masks=False),
    Sample("avro-photos", "avro", _avro_photos, damage=cut_short, needs="fastavro"),
    Sample("jsonl", "jsonl", _jsonl, table=True, damage=cut_short, sniffed=True),
    Sample("json", "json", _json, table=True, damage=cut_short),
    Sample(
        "coco", "coco", _coco, table=True, damage=cut_short, masks=False, unique_names=True, field="annotation.caption"
    ),
    Sample(
        "annotations",
        "annotations",
        _photo_list,
        table=True,
        new_row=b"9.jpg\tx",
        unique_names=True,
        sniffed=False,
        field="text",
    ),
    Sample("recordio", "recordio", _recordio, damage=cut_short, named=False, unique_names=True),
    Sample("lmdb", "lmdb", _lmdb, damage=cut_short, unique_names=True),
    Sample("tfrecord-photos", "tfrecord", _tfrecord_photos, damage=cut_short),
    Sample("tfrecord-rows", "tfrecord", _tfrecord_rows, table=True, damage=cut_short, masks=False),
    Sample("mds-photos", "mds", _mds_photos, damage=cut_short, named=False),
    Sample("mds-rows", "mds", _mds_rows, table=True, damage=cut_short, masks=False),
    Sample("hdf5-files", "hdf5", _hdf5_files, damage=cut_short, named=False),
    Sample("hdf5-rows", "hdf5", _hdf5_rows, table=True, damage=cut_short, masks=False),
    Sample("sqlite", "sqlite", _sqlite, table=True, damage=_overwrite_middle, masks=False, in_place=True),
    Sample("excel", "excel", _excel, table=True, damage=cut_short, masks=False, named=False, peak=12_000_000),
    Sample("csv", "csv", _csv, table=True, sniffed=False, new_row=b"Nobody;x"),
)

SLOW_SAMPLES = (Sample("duckdb", "duckdb", _duckdb, table=True, damage=cut_short, masks=False, needs="duckdb"),)
"""Formats whose library takes long to open a file: they keep the contract in the long tests alone."""
