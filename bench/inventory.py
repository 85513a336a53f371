"""What an inventory costs beside `sha256sum` over the same files: time, memory, and how both grow."""

from __future__ import annotations

import hashlib
import math
import os
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pyrage

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
SAMPLE_SECONDS = 0.05


def sizes(folder: Path | None) -> tuple[int, ...]:
    """How many photos are measured in a folder, by default that for temporary files."""
    free = shutil.disk_usage(folder or tempfile.gettempdir()).free
    return (*ALWAYS, WITH_ROOM) if free >= ROOM else ALWAYS


def inventory_rows(
    counts: Sequence[int], folder: Path | None, report: Callable[[str], None], forms: Sequence[str] = FORMS
) -> list[BenchRow]:
    """So many photos in each form: an inventory of them, sha256sum before and after it, and hashlib alone."""
    rows: list[BenchRow] = []
    for form in forms:
        seconds: list[tuple[int, float]] = []
        for count in counts:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                report(f"{form} {count:,}")
                photos = write_photos(Path(place) / form, form, count)
                before = _summed(photos)
                ours = _inventory(photos, Path(place) / "photos.dsrindex", count)
                theirs = before.mean(_summed(photos))
                floor = _floor(photos)
            what = f"inventory of {count:,} photos in {form}"
            rows += [
                BenchRow(what, PEER, round(ours.seconds, 2), round(theirs.seconds, 2), "s", 1 / TIMES_SUM),
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


def _summed(folder: Path) -> Cost:
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


def _inventory(photos: Path, to: Path, count: int) -> Cost:
    """In a process that begins with nothing."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_built, photos, to, count).result()


def _built(photos: Path, to: Path, count: int) -> Cost:
    own = pyrage.x25519.Identity.generate()
    addressed = Addressed((str(own.to_public()),), Secret(identity=str(own)))
    with Watch() as watch:
        start = time.perf_counter()
        version = DatasetVersion("photos", "1")
        done = build([photos], to, version=version, addressed=addressed, engine_name=INVENTORY, workers=PROCESSES)
        seconds = time.perf_counter() - start
    if (done.photos, done.ledger["listed"], done.damaged) != (count, count, {}):
        raise RuntimeError("it is not the inventory of these photos")
    return Cost(seconds, watch.seconds, watch.most / 1e6)


class Watch:
    """Watches this process and all below it: `most` bytes that they hold for themselves, `seconds` of the processor."""

    def __init__(self) -> None:
        self.most = 0
        self._spent: dict[int, float] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True)

    @property
    def seconds(self) -> float:
        return sum(self._spent.values())

    def __enter__(self) -> Watch:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _run(self) -> None:
        began: dict[int, float] = {}
        while not self._ended.wait(SAMPLE_SECONDS):
            there = _processes()
            self.most = max(self.most, sum(one.held for one in there))
            for one in there:
                began.setdefault(one.number, one.seconds if one.is_own else 0.0)
                self._spent[one.number] = one.seconds - began[one.number]


@dataclass(frozen=True)
class _Process:
    number: int
    parent: int
    held: int
    seconds: float
    is_own: bool


def _processes() -> list[_Process]:
    """This process and all below it."""
    below: dict[int, list[_Process]] = defaultdict(list)
    own: list[_Process] = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, KeyError):
            lines = (place / "status").read_text().splitlines()
            said = dict(line.split(":", 1) for line in lines if ":" in line)
            ticks = (place / "stat").read_text().rpartition(")")[2].split()[11:13]
            number, held = int(place.name), 1024 * int(said["RssAnon"].split()[0])
            seconds = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
            one = _Process(number, int(said["PPid"]), held, seconds, number == os.getpid())
            below[one.parent].append(one)
            own += [one] if one.is_own else []
    for one in own:
        own += below[one.number]
    return own
