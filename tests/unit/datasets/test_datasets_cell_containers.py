"""Containers in cells of tables: what lies in them is found, and goes from inside out; what cannot be is named."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro
import numpy as np
import pikepdf
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from container_checks import doomed, opened, unread

from dsr_desk.core.message import message
from dsr_desk.datasets import nested
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.erasing import ContainerNotRewritten

pytestmark = pytest.mark.usefixtures("readers_in_process")

TOM = b"\xff\xd8\xff\xe0 a photo of Tom"
ANNA = b"\xff\xd8\xff\xe0 a photo of Anna"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name.replace("_", ".")), data)
    return out.getvalue()


BOX = zipped(tom_jpg=TOM, anna_jpg=ANNA, people_csv=b"name,mail\nTom T,tom@example.org\nAnna N,anna@example.org\n")
NAMES = ["Wilma Q", "Tom T"]


def _parquet(path: Path, docs: list[bytes]) -> None:
    pq.write_table(pa.table({"name": NAMES, "doc": pa.array(docs, pa.binary())}), path)


def _arrow(path: Path, docs: list[bytes]) -> None:
    table = pa.table({"name": NAMES, "doc": pa.array(docs, pa.large_binary())})
    with pa.ipc.new_file(path, table.schema) as out:
        out.write_table(table)


def _orc(path: Path, docs: list[bytes]) -> None:
    pyarrow.orc.write_table(pa.table({"name": NAMES, "doc": pa.array(docs, pa.binary())}), path)


def _avro(path: Path, docs: list[bytes]) -> None:
    fields = [{"name": "name", "type": "string"}, {"name": "doc", "type": ["null", "bytes"]}]
    schema = fastavro.parse_schema({"type": "record", "name": "row", "fields": fields})
    with path.open("wb") as out:
        fastavro.writer(out, schema, [{"name": n, "doc": d} for n, d in zip(NAMES, docs, strict=True)])


def _sqlite(path: Path, docs: list[bytes]) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, doc BLOB)")
        db.executemany("INSERT INTO people (name, doc) VALUES (?, ?)", zip(NAMES, docs, strict=True))
    db.close()


def _csv(path: Path, docs: list[bytes]) -> None:
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["name", "doc"])
        writer.writerows([n, base64.b64encode(d).decode()] for n, d in zip(NAMES, docs, strict=True))


def _rows(docs: list[bytes]) -> list[dict[str, Any]]:
    return [{"name": n, "doc": base64.b64encode(d).decode()} for n, d in zip(NAMES, docs, strict=True)]


def _jsonl(path: Path, docs: list[bytes]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in _rows(docs)))


def _json(path: Path, docs: list[bytes]) -> None:
    path.write_text(json.dumps({"people": _rows(docs)}))


FORMATS: dict[str, Callable[[Path, list[bytes]], None]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "orc": _orc,
    "avro": _avro,
    "db": _sqlite,
    "csv": _csv,
    "jsonl": _jsonl,
    "json": _json,
}


def made(tmp_path: Path, kind: str, *docs: bytes) -> Container:
    path = tmp_path / f"people.{kind}"
    FORMATS[kind](path, list(docs))
    return opened(path)


def digests(container: Container) -> set[tuple[str, str]]:
    return {(one.member, hashlib.sha256(one.read()).hexdigest()) for one in container.entries()}


@pytest.mark.parametrize("kind", FORMATS)
def test_photos_and_records_in_a_cell_are_found(kind: str, tmp_path: Path) -> None:
    found = {one.member: one for one in made(tmp_path, kind, BOX, BOX).entries()}

    assert found["doc › tom.jpg"].read() == TOM
    assert found["doc › anna.jpg"].read() == ANNA
    assert dict(found["doc › people.csv"].record or {})["mail"] == "anna@example.org"


@pytest.mark.parametrize("kind", FORMATS)
def test_what_lies_in_a_cell_is_read_again_by_its_address(kind: str, tmp_path: Path) -> None:
    container = made(tmp_path, kind, BOX, b"")
    for one in container.entries():
        data = one.read()
        assert container.read(one.member, hashlib.sha256(data).hexdigest(), 0, one.hint) == data


@pytest.mark.parametrize("kind", FORMATS)
def test_a_photo_goes_from_its_container_and_all_else_stays(kind: str, tmp_path: Path) -> None:
    container = made(tmp_path, kind, BOX, zipped(anna_jpg=ANNA))
    before = digests(container)
    gone = doomed(container, "doc › tom.jpg")

    done = container.erase(gone)

    assert len(done.erased) == 1
    assert digests(opened(container.path)) == before - {(one.member, one.digest) for one in gone}
    assert TOM not in container.path.read_bytes()
    assert base64.b64encode(TOM)[:24] not in container.path.read_bytes()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_row_from_which_all_went_stays_with_an_empty_container(kind: str, tmp_path: Path) -> None:
    container = made(tmp_path, kind, zipped(tom_jpg=TOM, film_mp4=b"\0\0\0\x18ftypmp42 a film"), BOX)
    before = digests(container)

    container.erase(doomed(container, "doc › tom.jpg")[:1])

    after = opened(container.path)
    assert len(before) - len(digests(after)) in (0, 1)
    assert any("film" in one.place for one in unread(after))
    assert sorted((one.record or {}).get("name", "") for one in after.entries() if not one.member) == sorted(NAMES)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_not_read_of_it_is_named(kind: str, tmp_path: Path) -> None:
    (told,) = unread(made(tmp_path, kind, zipped(film_mp4=b"\0\0\0\x18ftypmp42 a film"), b""))

    assert told.place.endswith("doc › film.mp4")


def test_other_containers_are_opened_too(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    image = pikepdf.Stream(pdf, TOM)
    image.Type, image.Subtype, image.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
    image.Width, image.Height, image.ColorSpace, image.BitsPerComponent = 8, 8, pikepdf.Name.DeviceRGB, 8
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    letter = io.BytesIO()
    pdf.save(letter)
    table = io.BytesIO()
    pq.write_table(pa.table({"photo": pa.array([ANNA], pa.binary())}), table)
    in_blobs = list(made(tmp_path, "db", letter.getvalue(), table.getvalue()).entries())
    members = {one.member for one in in_blobs}
    packed = {one.member for one in made(tmp_path, "parquet", gzip.compress(BOX), zipped(b_zip=BOX)).entries()}

    assert any(one.member.startswith("doc › ") and one.read() == TOM for one in in_blobs)
    assert "doc › photo" in members
    assert "doc › tom.jpg" in packed
    assert "doc › b.zip › tom.jpg" in packed


def test_what_a_reader_cannot_write_in_a_cell_is_refused_and_stays(tmp_path: Path) -> None:
    inner = tmp_path / "inner.db"
    with sqlite3.connect(inner) as db:
        db.execute("CREATE TABLE photos (photo BLOB)")
        db.execute("INSERT INTO photos VALUES (?)", [TOM])
    db.close()
    container = made(tmp_path, "parquet", inner.read_bytes(), BOX)
    before = container.path.read_bytes()
    (gone,) = doomed(container, "doc › photo")

    with pytest.raises(ContainerNotRewritten):
        container.erase([gone])

    assert container.path.read_bytes() == before


def test_a_container_among_words_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    path.write_text(json.dumps({"letter": f"see {base64.b64encode(BOX).decode()} and answer"}) + "\n" * 2)

    (told,) = unread(opened(path))

    assert (told.kind, told.why) == (message("kind.nested"), message("why.cell.among-words"))


def test_all_that_is_held_at_once_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nested, "MOST_HELD", 3 * len(BOX))
    container = made(tmp_path, "parquet", zipped(a_zip=zipped(b_zip=zipped(c_zip=BOX))), b"")

    assert {one.why.code for one in unread(container)} == {"why.nested.large"}


def test_numbers_and_other_bytes_are_not_taken_for_containers(tmp_path: Path) -> None:
    numbers = np.arange(64, dtype="<f4").tobytes()
    told = unread(made(tmp_path, "parquet", numbers, b"PK\x03\x04 not one at all, but of some length"))

    assert sum(one.count for one in told) == 2
