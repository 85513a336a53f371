"""What it costs that containers are read in cells: the same work with the same readers in the process itself."""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from bench.search import BenchRow
from dsr_desk.core.items import DatasetVersion
from dsr_desk.datasets.registry import open_source
from dsr_desk.jobs import inside
from dsr_desk.search.index.build import Addressed, build
from dsr_desk.search.index.folder import SUFFIX
from dsr_desk.search.index.keyfile import Secret

PHOTOS, ROWS = 60, 20_000
TURNS = 3


def cells_rows() -> list[BenchRow]:
    """Indexing a shard and a table, and reading each without indexing it."""
    with tempfile.TemporaryDirectory() as folder:
        shard, table = _shard(Path(folder)), _table(Path(folder))
        return [
            _row(f"indexing {PHOTOS:,} photos in a shard", lambda: _index([shard]), 0.95),
            _row(f"indexing {ROWS:,} records in a table", lambda: _index([table]), 0.95),
            _row(f"reading and hashing {PHOTOS:,} photos in a shard", lambda: _read(shard)),
            _row(f"reading and hashing {ROWS:,} records in a table", lambda: _read(table)),
        ]


def _row(what: str, work: Callable[[], None], reach: float | None = None) -> BenchRow:
    """The best of some turns each, one after the other, so that both have the same machine."""
    work()
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(_seconds(work))
        with _readers_here():
            theirs.append(_seconds(work))
    return BenchRow(f"{what}, in cells", "readers in the process itself", min(ours), min(theirs), "s", reach)


def _index(sources: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build(
            sources,
            Path(folder) / f"i{SUFFIX}",
            version=DatasetVersion("bench", "1"),
            addressed=Addressed(secret=Secret(passphrase=secrets.token_hex())),
            workers=2,
        )


def _read(source: Path) -> None:
    for container in open_source(source):
        for entry in container.entries():
            hashlib.sha256(entry.read()).hexdigest()


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _readers_here() -> Iterator[None]:
    inside._state.inside = True
    try:
        yield
    finally:
        inside._state.inside = False


def _shard(folder: Path) -> Path:
    path = folder / "photos.tar"
    chance = np.random.default_rng(0)
    with tarfile.open(path, "w") as archive:
        for number in range(PHOTOS):
            out = io.BytesIO()
            Image.fromarray(chance.integers(0, 255, (240, 320, 3), np.uint8)).save(out, "JPEG", quality=60)
            info = tarfile.TarInfo(f"{number:05d}.jpg")
            info.size = len(out.getvalue())
            archive.addfile(info, io.BytesIO(out.getvalue()))
    return path


def _table(folder: Path) -> Path:
    path = folder / "people.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["account", "name", "email", "city", "phone", "note"])
        for at in range(ROWS):
            row = [f"a{at}", f"Person {at}", f"person{at}@example.org", "Berlin", f"+49 30 {at:07d}", "none"]
            writer.writerow(row)
    return path
