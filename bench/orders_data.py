"""What one supplier delivered, as an order finds it: small generated photos in shards, Parquet and folders."""

from __future__ import annotations

import io
import os
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

FORMS = ("shards", "parquet", "folders")

PHOTO_BYTES = 3072, 4096
"""From, to."""

A_FILE, A_FOLDER, A_GROUP = 10_000, 1000, 1000
"""Photos of a shard or a Parquet file, of a folder, of a row group."""


def write_photos(folder: Path, form: str, count: int) -> Path:
    """Writes so many photos, no two alike, to the disk: a new folder in one of the `FORMS`, which is returned."""
    folder.mkdir(parents=True)
    photos = enumerate(_photos(count))
    if form == "shards":
        for number in range(0, count, A_FILE):
            _write_shard(folder / f"{number // A_FILE:05d}.tar", photos, min(A_FILE, count - number))
    elif form == "parquet":
        for number in range(0, count, A_FILE):
            _write_table(folder / f"{number // A_FILE:05d}.parquet", photos, min(A_FILE, count - number))
    elif form == "folders":
        for number, data in photos:
            place = folder / f"{number // A_FOLDER:05d}"
            if number % A_FOLDER == 0:
                place.mkdir()
            (place / _name(number)).write_bytes(data)
    else:
        raise ValueError(f"there is no form {form}")
    os.sync()
    return folder


def _photos(count: int) -> Iterator[bytes]:
    """JPEG files that differ in a comment, which makes them as large as they are to be."""
    image = io.BytesIO()
    Image.radial_gradient("L").resize((32, 32)).save(image, "JPEG", quality=50)
    beginning, rest = image.getvalue()[:2], image.getvalue()[2:]
    sizes = random.Random(0)
    for _ in range(count):
        comment = os.urandom(sizes.randint(*PHOTO_BYTES) - 2 - 4 - len(rest))
        yield b"".join((beginning, b"\xff\xfe", (len(comment) + 2).to_bytes(2, "big"), comment, rest))


def _name(number: int) -> str:
    return f"{number:08d}.jpg"


def _write_shard(path: Path, photos: Iterator[tuple[int, bytes]], count: int) -> None:
    with tarfile.open(path, "w") as shard:
        for _ in range(count):
            number, data = next(photos)
            info = tarfile.TarInfo(_name(number))
            info.size = len(data)
            shard.addfile(info, io.BytesIO(data))


def _write_table(path: Path, photos: Iterator[tuple[int, bytes]], count: int) -> None:
    schema = pa.schema([("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))])
    with pq.ParquetWriter(path, schema, compression="none") as table:
        for start in range(0, count, A_GROUP):
            rows = [next(photos) for _ in range(min(A_GROUP, count - start))]
            images = [{"bytes": data, "path": _name(number)} for number, data in rows]
            table.write_table(pa.table({"image": images}, schema=schema))
