"""What reading and erasing a table in Parquet costs beside pyarrow alone: time of the processor, and memory."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.search import BenchRow
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.parquet import ParquetTable

ERASED = 3
GROUP = 100_000
TIMES_PYARROW = 1 / 3
"""Erasing is to take at most three times what pyarrow takes to filter and write."""

PEOPLE = ("Ada Lovelace", "Bo Bell", "Carl Cole", "Jean Müller", "Łucja Nowak")


def columns_rows(rows: int) -> list[BenchRow]:
    """A table of so many rows: erasing three of them, and listing all."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        _write(path, rows)
        (ours, our_memory), (theirs, their_memory) = _alone(_erase, path), _alone(_filter, path)
        listing, _ = _alone(_list, path)
        plain, _ = _alone(_to_python, path)
        return [
            BenchRow(
                f"erase {ERASED} of {rows:,} rows in Parquet, verified", "pyarrow: read, filter, write",
                ours, theirs, "s", TIMES_PYARROW,
            ),
            BenchRow("most memory while erasing", "pyarrow: read, filter, write", our_memory, their_memory, "MB"),
            BenchRow(f"list {rows:,} rows in Parquet with their texts", "pyarrow: to_pylist", listing, plain, "s"),
        ]  # fmt: skip


def _alone(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """Seconds of the processor and megabytes that a function takes in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, work, path).result()


def _measured(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    before = most_memory()
    start = time.process_time()
    work(path)
    spent = time.process_time() - start
    return round(spent, 3), max(1.0, round((most_memory() - before) / 1024, 1))


def most_memory() -> int:
    """Of this process until now, in KiB."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1])


def _erase(path: Path) -> None:
    """As it is done in the program, but for the cell: old and new are hashed, the new one is compared with the old."""
    table = ParquetTable(path, path.name)
    with table.opened() as source:
        rows = source.metadata.num_rows
    doomed = [_doomed(table, number) for number in sorted({0, rows // 2, rows - 1})]
    work = path.parent / "work"
    work.mkdir()
    erasing.file_digest(path)
    done = table.rewrite(doomed, work)
    erasing.sync(work / path.name)
    if len(done.erased) != len(doomed):
        raise RuntimeError("rows were not found again")


def _doomed(table: ParquetTable, number: int) -> Doomed:
    entry = next(one for one in table.entries_at(number))
    return Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest(), 0, number)


def _filter(path: Path) -> None:
    table = pq.read_table(path, use_threads=False)
    gone = pa.array([0, table.num_rows // 2, table.num_rows - 1])
    left = table.filter(pc.invert(pc.is_in(table["id"], gone)))
    pq.write_table(left, path.with_name("filtered.parquet"), row_group_size=GROUP)


def _list(path: Path) -> None:
    for _ in ParquetTable(path, path.name).entries():
        pass


def _to_python(path: Path) -> None:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(use_threads=False):
            batch.to_pylist()


def _write(path: Path, rows: int) -> None:
    chance = random.Random(1)
    people = [f"{chance.choice(PEOPLE)} {number}" for number in range(rows)]
    born = pa.array([chance.randrange(20_000) for _ in range(rows)], pa.int32()).cast(pa.date32())
    table = pa.table(
        {
            "id": range(rows),
            "name": people,
            "mail": [f"user{number}@example.org" for number in range(rows)],
            "city": [chance.choice(("Łódź", "Bonn", "Paris")) for _ in range(rows)],
            "born": born,
            "score": [chance.random() for _ in range(rows)],
            "note": [None if number % 3 else "called about the invoice of last month" for number in range(rows)],
        }
    )
    pq.write_table(table, path, row_group_size=GROUP)
