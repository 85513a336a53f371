"""What an inventory costs beside `sha256sum` over the same files: time, memory, and how both grow."""

from __future__ import annotations

import hashlib
import math
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyrage

from bench.alone import Watch, alone
from bench.orders_data import FORMS, write_photos
from bench.search import BenchRow
from dsr_desk.core.items import DatasetVersion
from dsr_desk.faces.facts import INVENTORY
from dsr_desk.search.index.build import Addressed, build
from dsr_desk.search.index.keyfile import Secret

ALWAYS = 30_000, 300_000
WITH_ROOM, ROOM = 3_000_000, 40_000_000_000
"""So many photos where the disk has so many bytes free."""

TIMES_SUM = 1.3
"""An inventory is to take at most so many times what sha256sum takes."""

PEER = "sha256sum of the files"
PROCESSES = 2


def sizes(folder: Path | None) -> tuple[int, ...]:
    """How many photos are measured in a folder, by default that for temporary files."""
    free = shutil.disk_usage(folder or tempfile.gettempdir()).free
    return (*ALWAYS, WITH_ROOM) if free >= ROOM else ALWAYS


def inventory_rows(
    counts: Sequence[int], folder: Path | None, report: Callable[[str], None], forms: Sequence[str] = FORMS
) -> list[BenchRow]:
    """So many photos in each form: inventories of them, sha256sum before and after them, and hashlib alone."""
    rows: list[BenchRow] = []
    for form in forms:
        seconds: list[tuple[int, float]] = []
        for count in counts:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                report(f"{form} {count:,}")
                photos = write_photos(Path(place) / form, form, count)
                before = summed(photos)
                ours, again = alone(_twice, photos, Path(place), count)
                theirs = before.mean(summed(photos))
                floor = _floor(photos)
            what = f"inventory of {count:,} photos in {form}"
            rows += [
                BenchRow(what, PEER, round(ours.seconds, 2), round(theirs.seconds, 2), "s", 1 / TIMES_SUM),
                BenchRow(
                    f"{what}, readers loaded", PEER, round(again, 2), round(theirs.seconds, 2), "s", 1 / TIMES_SUM
                ),
                BenchRow(f"{what}: processor", PEER, round(ours.processor, 2), round(theirs.processor, 2), "s"),
                BenchRow(f"{what}: reading and hashing alone, in Python", "", round(floor, 2), math.nan, "s"),
                BenchRow(f"{what}: most memory, all processes", "", round(ours.memory), math.nan, "MB"),
            ]
            seconds.append((count, ours.seconds))
        for (fewer, short), (more, long) in pairwise(seconds):
            what = f"time a photo in {form}, {more:,} of them"
            rows.append(BenchRow(what, f"{fewer:,}", round(1e6 * long / more, 1), round(1e6 * short / fewer, 1), "µs"))
    return rows


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of all processors, and megabytes, 0 where they were not watched."""

    seconds: float
    processor: float
    memory: float = 0.0

    def mean(self, other: Cost) -> Cost:
        return Cost((self.seconds + other.seconds) / 2, (self.processor + other.processor) / 2)


def summed(folder: Path) -> Cost:
    """What sha256sum takes for all files of a folder."""
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    names = "\0".join(files).encode()
    start, before = time.perf_counter(), _of_children()
    subprocess.run(["xargs", "-0", "sha256sum"], input=names, check=True, stdout=subprocess.DEVNULL)
    return Cost(time.perf_counter() - start, _of_children() - before)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _floor(folder: Path) -> float:
    files = [path for path in folder.rglob("*") if path.is_file()]
    start = time.perf_counter()
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
    return time.perf_counter() - start


def _twice(photos: Path, place: Path, count: int) -> tuple[Cost, float]:
    """In a process that begins with nothing; then the seconds of one more, as in a window that has read before."""
    with Watch() as watch:
        seconds = _built(photos, place / "photos.dsrindex", count)
    return Cost(seconds, watch.seconds, watch.most / 1e6), _built(photos, place / "again.dsrindex", count)


def _built(photos: Path, to: Path, count: int) -> float:
    own = pyrage.x25519.Identity.generate()
    addressed = Addressed((str(own.to_public()),), Secret(identity=str(own)))
    start = time.perf_counter()
    version = DatasetVersion("photos", "1")
    done = build([photos], to, version=version, addressed=addressed, engine_name=INVENTORY, workers=PROCESSES)
    seconds = time.perf_counter() - start
    if (done.photos, done.ledger["listed"], done.damaged) != (count, count, {}):
        raise RuntimeError("it is not the inventory of these photos")
    return seconds
