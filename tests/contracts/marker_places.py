"""Where a person may be in a container: one place after the other, each as a file with the person there alone."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import lzma
import sqlite3
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import lmdb
import numpy as np
import openpyxl
import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
from container_samples import example, photo, tfrecord
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from pyarrow import ipc, orc

TEXT = "Wilma Quastenfloss"
PHOTO = photo(0xABCD, 40)


@dataclass(frozen=True)
class Who:
    """What stands at the place: the person, or in the container to compare with somebody else."""

    text: str
    photo: bytes

    @property
    def base64(self) -> str:
        return base64.b64encode(self.photo).decode()


WILMA = Who(TEXT, PHOTO)
NOBODY = Who("Norbert Niemand", photo(0x1234, 40))


@dataclass(frozen=True)
class Place:
    """`must` says that the person must be found there; elsewhere it is enough that the place is named as not read."""

    name: str
    write: Callable[[Path, Who], Path]
    must: bool = True


def _file(name: str, content: Callable[[Who], bytes]) -> Callable[[Path, Who], Path]:
    def write(folder: Path, who: Who) -> Path:
        path = folder / name
        path.write_bytes(content(who))
        return path

    return write


def _table(*rows: list[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def _csv(name: str, rows: Callable[[Who], list[list[str]]], **dialect: str) -> Place:
    return Place(f"csv {name}", _file("t.csv", lambda who: _table(*rows(who), **dialect)))


HEAD, OTHER = ["name", "note", "place"], ["Ann Other", "x", "Rome"]

CSV = (
    _csv("cell", lambda who: [HEAD, OTHER, ["Bo", who.text, "Oslo"]]),
    _csv("cell in UTF-16", lambda who: [HEAD, OTHER, ["Bo", who.text, "Oslo"]], encoding="utf-16", delimiter="\t"),
    _csv("several lines in a cell", lambda who: [HEAD, ["Bo", f"first\nfor {who.text}\n\nlast", "Oslo"], OTHER]),
    _csv("title above", lambda who: [[f"Made for {who.text}"], [], HEAD, OTHER]),
    _csv("comment above", lambda who: [[f"# by {who.text}"], ["# in 2020"], HEAD, OTHER]),
    _csv("comment below", lambda who: [HEAD, OTHER, [f"# by {who.text}"]]),
    _csv("more fields than columns", lambda who: [HEAD, OTHER, ["Bo", "x", "Oslo", "", who.text]]),
    _csv("column", lambda who: [["name", who.text, "place"], OTHER, ["Bo", "y", "Oslo"]]),
    _csv("photo in base64", lambda who: [HEAD, ["Bo", who.base64, "Oslo"], OTHER]),
    _csv("photo in a data URL", lambda who: [HEAD, ["Bo", f"data:image/jpeg;base64,{who.base64}", "Oslo"], OTHER]),
    _csv("photo as Python prints it", lambda who: [HEAD, ["Bo", repr(who.photo), "Oslo"], OTHER]),
    _csv("photo in hex", lambda who: [HEAD, ["Bo", who.photo.hex(), "Oslo"], OTHER]),
)


def _json(name: str, document: Callable[[Who], Any]) -> Place:
    return Place(f"json {name}", _file("t.json", lambda who: json.dumps(document(who), indent=1).encode()))


PERSON = {"name": "Ann Other", "tags": ["a", "b"]}

JSON = (
    _json("field of a record", lambda who: [PERSON, {"name": who.text}]),
    _json("list in a record", lambda who: [PERSON, {"more": [{"who": [who.text]}]}]),
    _json("field of the document", lambda who: {"by": who.text, "people": [PERSON]}),
    _json("list of the document", lambda who: {"by": ["x", who.text], "people": [PERSON]}),
    _json("object beside the list", lambda who: {"info": {"by": {"name": who.text}}, "people": [PERSON]}),
    _json("list deep down", lambda who: {"a": {"b": {"people": [PERSON, {"name": who.text}]}}}),
    _json("mapping of names", lambda who: {"1.jpg": {"who": "Ann"}, "2.jpg": {"who": who.text}}),
    _json("name in a mapping", lambda who: {"Ann Other": {"age": 3}, who.text: {"age": 4}}),
    _json("key", lambda who: [{"age": 3, who.text: 4}, {"age": 4, who.text: 4}]),
    _json("one object", lambda who: {"name": who.text, "age": 3}),
    _json("text in a list", lambda who: ["Ann Other", who.text]),
    _json("rows as lists", lambda who: {"columns": ["a", "b"], "data": [["Ann", 1], [who.text, 2]]}),
    _json("columns as lists", lambda who: {"name": ["Ann", who.text], "age": [1, 2]}),
    _json("photo in base64", lambda who: {"people": [PERSON, {"photo": {"data": who.base64}}]}),
    _json("photo of the document", lambda who: {"cover": who.base64, "people": [PERSON]}),
    _json("photo as numbers", lambda who: [PERSON, {"photo": list(who.photo)}]),
)


def _lines(name: str, line: Callable[[Who], Any]) -> Place:
    def content(who: Who) -> bytes:
        return "".join(json.dumps(one) + "\n" for one in (PERSON, line(who), PERSON)).encode()

    return Place(f"jsonl {name}", _file("t.jsonl", content))


JSONL = (
    _lines("field", lambda who: {"a": {"b": who.text}}),
    _lines("list", lambda who: ["x", who.text]),
    _lines("text", lambda who: who.text),
    _lines("key", lambda who: {"age": 3, who.text: 4}),
    _lines("photo in base64", lambda who: {"image": who.base64, "age": 3}),
)


def _excel(name: str, fill: Callable[[Any, Any, Who], None]) -> Place:
    def write(folder: Path, who: Who) -> Path:
        book = openpyxl.Workbook()
        sheet: Any = book.active
        for row in (HEAD, OTHER, ["Bo", "y", "Oslo"]):
            sheet.append(row)
        fill(book, sheet, who)
        book.save(folder / "t.xlsx")
        return folder / "t.xlsx"

    return Place(f"excel {name}", write)


def _chart(sheet: Any, who: Who) -> None:
    chart = BarChart()
    chart.title = who.text
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=3))
    sheet.add_chart(chart, "F5")


def _hidden(book: Any, who: Who) -> None:
    sheet = book.create_sheet("more")
    sheet.append(HEAD)
    sheet.append(["Bo", who.text, ""])
    sheet.sheet_state = "veryHidden"


def _choices(sheet: Any, who: Who) -> None:
    rule = DataValidation(type="list", formula1=f'"Ann,{who.text}"')
    sheet.add_data_validation(rule)
    rule.add("D2")


EXCEL = (
    _excel("cell", lambda _, sheet, who: sheet.append(["Cy", who.text])),
    _excel("column", lambda _, sheet, who: setattr(sheet["C1"], "value", who.text)),
    _excel("name of a sheet", lambda book, _, who: book.create_sheet(who.text)),
    _excel("hidden sheet", lambda book, _, who: _hidden(book, who)),
    _excel("comment", lambda _, sheet, who: setattr(sheet["A2"], "comment", Comment(who.text, "HR"))),
    _excel("author of a comment", lambda _, sheet, who: setattr(sheet["A2"], "comment", Comment("see", who.text))),
    _excel("link", lambda _, sheet, who: setattr(sheet["A2"], "hyperlink", f"mailto:{who.text}")),
    _excel("margin", lambda _, sheet, who: setattr(sheet.oddHeader.left, "text", who.text)),
    _excel("property", lambda book, _, who: setattr(book.properties, "creator", who.text)),
    _excel("name", lambda book, _, who: book.defined_names.add(DefinedName("best", attr_text=f'"{who.text}"'))),
    _excel("chart", lambda _, sheet, who: _chart(sheet, who)),
    _excel("choices", lambda _, sheet, who: _choices(sheet, who)),
    _excel("picture", lambda _, sheet, who: sheet.add_image(SheetImage(io.BytesIO(who.photo)), "E5")),
)


def _hdf5(name: str, fill: Callable[[h5py.File, Who], Any], *, must: bool = True) -> Place:
    def write(folder: Path, who: Who) -> Path:
        with h5py.File(folder / "t.h5", "w") as file:
            file["people/name"] = ["Ann Other", "Bo"]
            fill(file, who)
        return folder / "t.h5"

    return Place(f"hdf5 {name}", write, must)


def _put(file: h5py.File, name: str, value: Any, kind: Any = None) -> None:
    file.create_dataset(name, data=value, dtype=kind)


HDF5 = (
    _hdf5("text", lambda file, who: _put(file, "people/note", ["x", who.text], h5py.string_dtype())),
    _hdf5("text of fixed length", lambda file, who: _put(file, "other/a", np.array([b"x", who.text.encode()]))),
    _hdf5("field", lambda f, who: _put(f, "t", np.array([(1, who.text.encode())], [("n", "i4"), ("w", "S40")]))),
    _hdf5("attribute", lambda file, who: file["people"].attrs.create("subject", who.text)),
    _hdf5("attribute of the file", lambda file, who: file.attrs.create("by", who.text)),
    _hdf5("group", lambda file, who: _put(file, f"{who.text}/note", ["x", "y", "z"], h5py.string_dtype())),
    _hdf5("column", lambda file, who: _put(file, f"people/{who.text}", [1, 2])),
    _hdf5("field called so", lambda f, who: _put(f, "t", np.array([(1, 2)], [("n", "i4"), (who.text, "i4")]))),
    _hdf5("single value", lambda file, who: _put(file, "who", who.text), must=False),
    _hdf5("photo", lambda file, who: file.create_dataset("p", (1,), h5py.vlen_dtype(np.uint8)).__setitem__(
        0, np.frombuffer(who.photo, np.uint8)
    )),
    _hdf5("photo in base64", lambda f, who: _put(f, "people/p", ["", who.base64], h5py.string_dtype()), must=False),
    _hdf5("embedding", lambda file, who: _put(file, "people/e", np.full((2, 64), len(who.text), "f4")), must=False),
)  # fmt: skip

TFRECORD = tuple(
    Place(f"tfrecord {name}", _file("t.tfrecord", content))
    for name, content in (
        ("feature", lambda who: tfrecord(example(name="Ann"), example(age=3, note=who.text))),
        ("file name", lambda who: tfrecord(example(**{"image/encoded": photo(3), "image/filename": who.text}))),
        ("photo", lambda who: tfrecord(example(name="Ann"), example(**{"image/encoded": who.photo, "label": 3}))),
        ("photo in base64", lambda who: tfrecord(example(name="Ann"), example(image=who.base64))),
        ("packed", lambda who: gzip.compress(tfrecord(example(name="Ann"), example(note=who.text)))),
    )
)


def _recordio(name: str, data: Callable[[Who], bytes], path: Callable[[Who], str], labels: int = 0) -> Place:
    def write(folder: Path, who: Who) -> Path:
        with (folder / "t.rec").open("wb") as file:
            for number, content in enumerate((photo(1), data(who)), start=1):
                numbers = struct.pack("<f", len(who.text)) * (labels if number == 2 else 0)
                record = struct.pack("<IfQQ", len(numbers) // 4, 7.0, number, 0) + numbers + content
                file.write(struct.pack("<II", 0xCED7230A, len(record)) + record + b"\0" * (-len(record) % 4))
        (folder / "t.lst").write_text(f"1\t7.0\tx/1.jpg\n2\t7.0\t{path(who)}\n")
        return folder / "t.rec"

    return Place(f"recordio {name}", write, must=name in ("photo", "path"))


RECORDIO = (
    _recordio("photo", lambda who: who.photo, lambda _: "x/2.jpg"),
    _recordio("path", lambda _: photo(2), lambda who: f"{who.text}/2.jpg"),
    _recordio("something else", lambda who: who.text.encode() * 30, lambda _: "x/2.jpg"),
    _recordio("embedding", lambda _: photo(2), lambda _: "x/2.jpg", labels=64),
)


def _lmdb(name: str, values: Callable[[Who], dict[bytes, bytes]], *, must: bool = True) -> Place:
    def write(folder: Path, who: Who) -> Path:
        path = folder / "t.lmdb"
        with lmdb.open(str(path), map_size=1 << 24, subdir=False, lock=False) as store, store.begin(write=True) as put:
            for key, value in {b"0": photo(1), **values(who)}.items():
                put.put(key, value)
        return path

    return Place(f"lmdb {name}", write, must)


def _freed(folder: Path, who: Who) -> Path:
    path = folder / "t.lmdb"
    with lmdb.open(str(path), map_size=1 << 24, subdir=False, lock=False) as store:
        for value in (who.photo, None):
            with store.begin(write=True) as work:
                work.put(b"0", photo(1))
                work.put(b"1", value) if value else work.delete(b"1")
    return path


LMDB = (
    _lmdb("photo", lambda who: {b"1": who.photo}),
    _lmdb("text", lambda who: {b"1": who.text.encode()}),
    _lmdb("JSON", lambda who: {b"1": json.dumps({"a": [who.text]}).encode()}),
    _lmdb("photo in base64", lambda who: {b"1": json.dumps({"a": who.base64}).encode()}, must=False),
    _lmdb("bytes", lambda who: {b"1": b"\0\1\xff" + who.text.encode()}, must=False),
    Place("lmdb freed pages", _freed, must=False),
)


def _parquet(name: str, column: Callable[[Who], Any]) -> Place:
    def write(folder: Path, who: Who) -> Path:
        values = column(who)
        pq.write_table(pa.table({"age": list(range(len(values))), "c": values}), folder / "t.parquet")
        return folder / "t.parquet"

    return Place(f"parquet {name}", write)


TWO = {"age": [3, 4], "town": ["Rome", "Oslo"]}


def _by_user(who: Who) -> pa.Table:
    """A column for each user."""
    return pa.table(TWO).append_column(who.text, pa.array([1, 2]))


def _of_table(who: Who) -> pa.Table:
    return pa.table(TWO).replace_schema_metadata({"made for": who.text, "pandas": "{}"})


def _of_column(who: Who) -> pa.Table:
    fields = [pa.field("age", pa.int64()), pa.field("town", pa.string(), metadata={"comment": f"by {who.text}"})]
    return pa.table(TWO, pa.schema(fields))


def _feather(name: str, table: Callable[[Who], pa.Table], kind: str) -> Place:
    def write(folder: Path, who: Who) -> Path:
        path = folder / f"t.{kind}"
        new = ipc.new_file if kind == "arrow" else ipc.new_stream
        with new(path, table(who).schema) as out:
            out.write_table(table(who))
        return path

    return Place(f"{kind} {name}", write)


def _of_batch(kind: str) -> Place:
    def write(folder: Path, who: Who) -> Path:
        path = folder / f"t.{kind}"
        new = ipc.new_file if kind == "arrow" else ipc.new_stream
        (batch,) = pa.table(TWO).to_batches()
        with new(path, batch.schema) as out:
            out.write_batch(batch, custom_metadata={"order": who.text})
        return path

    return Place(f"{kind} batch", write)


def _footer(folder: Path, who: Who) -> Path:
    with ipc.new_file(folder / "t.arrow", pa.table(TWO).schema, metadata={"order": who.text}) as out:
        out.write_table(pa.table(TWO))
    return folder / "t.arrow"


def _whole_parquet(name: str, table: Callable[[Who], pa.Table]) -> Place:
    def write(folder: Path, who: Who) -> Path:
        pq.write_table(table(who), folder / "t.parquet")
        return folder / "t.parquet"

    return Place(f"parquet {name}", write)


def _orc(folder: Path, who: Who) -> Path:
    orc.write_table(_by_user(who), str(folder / "t.orc"))
    return folder / "t.orc"


BESIDE_ROWS = (
    *(
        make(name, table)
        for make in (_whole_parquet, partial(_feather, kind="arrow"), partial(_feather, kind="arrows"))
        for name, table in {"column": _by_user, "metadata": _of_table, "metadata of a column": _of_column}.items()
    ),
    _of_batch("arrow"),
    _of_batch("arrows"),
    Place("arrow footer", _footer),
    Place("orc column", _orc),
)

PARQUET = (
    _parquet("text", lambda who: ["Ann", who.text]),
    _parquet("text in a list", lambda who: [["Ann"], ["x", who.text]]),
    _parquet("text in a mapping", lambda who: [{"a": {"b": "Ann"}}, {"a": {"b": who.text}}]),
    _parquet("photo", lambda who: [photo(1), who.photo]),
    _parquet("photo after many empty", lambda who: [None] * 40 + [who.photo]),
    _parquet("photo in a mapping", lambda who: [{"image": {"bytes": who.photo, "path": "x.jpg"}}]),
    _parquet("photo in a list", lambda who: [[photo(1), who.photo]]),
    _parquet("photo in base64", lambda who: ["", who.base64]),
)


def _sqlite(name: str, value: Callable[[Who], Any], *, must: bool = True) -> Place:
    def write(folder: Path, who: Who) -> Path:
        with closing(sqlite3.connect(folder / "t.db")) as db, db:
            db.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, a)")
            db.executemany("INSERT INTO people (a) VALUES (?)", [["Ann"], [value(who)]])
        return folder / "t.db"

    return Place(f"sqlite {name}", write, must)


def _deleted(folder: Path, who: Who) -> Path:
    with closing(sqlite3.connect(folder / "t.db")) as db, db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, a)")
        db.executemany("INSERT INTO people (a) VALUES (?)", [["Ann"], [who.text * 500]])
        db.commit()
        db.execute("DELETE FROM people WHERE id = 2")
    return folder / "t.db"


def _pivoted(folder: Path, who: Who) -> Path:
    with closing(sqlite3.connect(folder / "t.db")) as db, db:
        db.execute(f'CREATE TABLE days (day INTEGER, "{who.text}" INTEGER)')
        db.execute("INSERT INTO days VALUES (1, 2)")
    return folder / "t.db"


def _called(folder: Path, who: Who) -> Path:
    with closing(sqlite3.connect(folder / "t.db")) as db, db:
        db.execute(f'CREATE TABLE "{who.text}" (day INTEGER)')
        db.execute(f'INSERT INTO "{who.text}" VALUES (1)')
    return folder / "t.db"


SQLITE = (
    _sqlite("text", lambda who: who.text),
    _sqlite("photo", lambda who: who.photo),
    _sqlite("photo in base64", lambda who: who.base64),
    _sqlite("bytes", lambda who: b"\0\1\xff" + who.text.encode() * 9, must=False),
    Place("sqlite column", _pivoted),
    Place("sqlite name of a table", _called),
    Place("sqlite deleted row", _deleted, must=False),
)


def tar(members: dict[str, bytes], mode: str = "w", **headers: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(data), headers
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed_zip(members: dict[str, bytes], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = comment
            for name, data in members.items():
                archive.writestr(name, data)
    return out.getvalue()


MEMBERS: dict[str, tuple[Callable[[Who], tuple[str, bytes]], bool]] = {
    "photo": (lambda who: ("b/2.jpg", who.photo), True),
    "text": (lambda who: ("b/1.txt", who.text.encode()), True),
    "JSON": (lambda who: ("b/1.json", json.dumps({"a": who.text}).encode()), True),
    "name of a photo": (lambda who: (f"{who.text}/2.jpg", photo(2)), True),
    "bytes": (lambda who: ("b/1.bin", b"\0\1\xff" + who.text.encode()), False),
    "video": (lambda who: ("b/1.mp4", b"\0\0\0\x18ftypisom" + who.photo), False),
    "array": (lambda who: ("b/1.npy", b"\x93NUMPY\1\0" + who.photo), False),
}


def _archive(kind: str, pack: Callable[[dict[str, bytes]], bytes], name: str) -> Place:
    member, must = MEMBERS[name]
    content = partial(_packed, pack, member)
    return Place(f"{kind} {name}", _file(f"t.{kind}", content), must)


def _packed(pack: Callable[[dict[str, bytes]], bytes], member: Callable[[Who], tuple[str, bytes]], who: Who) -> bytes:
    return pack(dict([("a/1.jpg", photo(1)), member(who)]))


ARCHIVES = (
    *(_archive("tar", tar, name) for name in MEMBERS),
    *(_archive("zip", packed_zip, name) for name in MEMBERS),
    Place("zip comment", _file("t.zip", lambda who: packed_zip({"a.jpg": photo(1)}, who.text.encode())), must=False),
    Place("zip behind", _file("t.zip", lambda who: packed_zip({"a.jpg": photo(1)}) + who.photo), must=False),
    Place("tar behind", _file("t.tar", lambda who: tar({"a.jpg": photo(1)}) + who.photo), must=False),
    Place("tar header", _file("t.tar", lambda who: tar({"a.jpg": photo(1)}, comment=who.text)), must=False),
)  # fmt: skip


def _letter(part: str, content: Callable[[Who], bytes]) -> Callable[[Path, Who], Path]:
    return _file("letter.docx", lambda who: packed_zip({"[Content_Types].xml": b"<Types/>", part: content(who)}))


def _paragraph(who: Who) -> bytes:
    """In two runs, as programs cut names."""
    first, last = who.text.split()
    runs = f"<w:r><w:t>{first} {last[:3]}</w:t></w:r><w:r><w:t>{last[3:]}</w:t></w:r>"
    return f'<d xmlns:w="w"><w:p>{runs}</w:p></d>'.encode()


OFFICE = (
    Place("docx paragraph", _letter("word/document.xml", _paragraph)),
    Place("docx author", _letter("docProps/core.xml", lambda who: f"<c><creator>{who.text}</creator></c>".encode())),
    Place("docx comment", _letter("word/comments.xml", lambda who: f'<c author="{who.text}"/>'.encode())),
    Place("docx picture", _letter("word/media/image1.jpeg", lambda who: who.photo)),
    Place("docx table inside", _letter("word/e/t.csv", lambda who: f"name,age\n{who.text},4\n".encode())),
    Place("docx object", _letter("word/embeddings/o.bin", lambda who: b"\xd0\xcf\x11\xe0" + who.photo), must=False),
    Place("docx drawing", _letter("word/media/i.emf", lambda who: b"\1\0\0\0" + who.photo), must=False),
)


def _pdf(fill: Callable[[pikepdf.Pdf, pikepdf.Page, Who], None]) -> Callable[[Path, Who], Path]:
    def write(folder: Path, who: Who) -> Path:
        path = folder / "scan.pdf"
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page(page_size=(400, 400))
            font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier)
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            fill(pdf, page, who)
            pdf.save(path, deterministic_id=True)
        return path

    return write


def _picture(pdf: pikepdf.Pdf, data: bytes) -> pikepdf.Object:
    kinds = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "ColorSpace": pikepdf.Name.DeviceRGB}
    return pikepdf.Stream(pdf, data, Width=40, Height=40, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode, **kinds)


def _show(pdf: pikepdf.Pdf, page: pikepdf.Page, who: Who) -> None:
    page.obj.Resources.XObject = pikepdf.Dictionary(Im0=_picture(pdf, who.photo))


def _say(pdf: pikepdf.Pdf, page: pikepdf.Page, who: Who) -> None:
    page.obj.Contents = pikepdf.Stream(pdf, f"BT /F1 9 Tf 9 99 Td ({who.text}) Tj ET".encode())


def _note(pdf: pikepdf.Pdf, page: pikepdf.Page, who: Who) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Contents=who.text, Rect=[0, 0, 9, 9])
    page.obj.Annots = pikepdf.Array([pdf.make_indirect(note)])


def _attach(pdf: pikepdf.Pdf, page: pikepdf.Page, who: Who) -> None:
    del page
    pdf.attachments["t.zip"] = packed_zip({"a.jpg": who.photo})


def _author(pdf: pikepdf.Pdf, page: pikepdf.Page, who: Who) -> None:
    del page
    pdf.docinfo["/Author"] = who.text


def _hide(pdf: pikepdf.Pdf, page: pikepdf.Page, who: Who) -> None:
    del page
    pdf.Root.PieceInfo = pikepdf.Dictionary(A=pdf.make_indirect(_picture(pdf, who.photo)))


PDF = (
    Place("pdf picture", _pdf(_show)),
    Place("pdf page", _pdf(_say)),
    Place("pdf note", _pdf(_note)),
    Place("pdf attachment", _pdf(_attach)),
    Place("pdf author", _pdf(_author)),
    Place("pdf picture on no page", _pdf(_hide), must=False),
)


def _boxed(who: Who) -> bytes:
    return packed_zip({"a/1.jpg": photo(1), "b/2.jpg": who.photo})


def _told(who: Who) -> bytes:
    return packed_zip({"people.csv": _table(HEAD, OTHER, ["Bo", who.text, "Oslo"])})


def _spelt(data: bytes) -> str:
    return base64.b64encode(data).decode()


CELLS = tuple(
    place
    for name, box in (("zip of photos", _boxed), ("zip of a table", _told))
    for place in (
        _csv(f"{name} in base64", lambda who, box=box: [HEAD, ["Bo", _spelt(box(who)), "Oslo"], OTHER]),
        _json(f"{name} in base64", lambda who, box=box: {"people": [PERSON, {"doc": _spelt(box(who))}]}),
        _lines(f"{name} in base64", lambda who, box=box: {"doc": _spelt(box(who)), "age": 3}),
        _parquet(name, lambda who, box=box: [None, box(who)]),
        _feather(name, lambda who, box=box: pa.table({"age": [3, 4], "c": [b"", box(who)]}), "arrow"),
        _sqlite(name, lambda who, box=box: box(who)),
    )
)


PLACES = (
    *CELLS,
    *CSV, *JSON, *JSONL, *EXCEL, *HDF5, *TFRECORD, *RECORDIO, *LMDB, *PARQUET, *BESIDE_ROWS, *SQLITE, *ARCHIVES,
    *OFFICE, *PDF,
)  # fmt: skip

WRAPS: dict[str, Callable[[str, bytes], tuple[str, bytes]]] = {
    "tar": lambda name, data: ("w.tar", tar({"z.jpg": photo(9), name: data})),
    "tar.gz": lambda name, data: ("w.tar.gz", tar({name: data}, "w:gz")),
    "zip": lambda name, data: ("w.zip", packed_zip({"z.jpg": photo(9), f"in/{name}": data})),
    "gz": lambda name, data: (f"{name}.gz", gzip.compress(data)),
    "xz": lambda name, data: (f"{name}.xz", lzma.compress(data)),
}
"""Containers around containers, by what they are called after and before."""
