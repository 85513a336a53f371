"""An order on a tenth of many photos: its run beside the formats' own libraries, reading back and sweeping beside one
read of what is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.inventory import summed
from bench.orders_case import Step, measured, opened_order, scoped
from bench.orders_data import A_FILE, A_FOLDER
from dsr_desk.app.case import deleting, sweeping
from dsr_desk.core.actions import Seen

STEPS = ("run", "read back", "sweep")

LIBRARIES = {"shards": "tarfile", "parquet": "pyarrow", "folders": "unlink"}


def prefixes(form: str, count: int) -> list[str]:
    """How the members begin that are a tenth of all, as whole folders where photos lie in such."""
    if form == "folders":
        return [f"{number // A_FOLDER:05d}/" for number in range(0, count, A_FILE)]
    digits = 5 if count >= A_FILE else 7
    return [f"{number:08d}"[:digits] for number in range(0, count, A_FILE)]


def mixed_steps(form: str, photos: Path, place: Path, count: int) -> dict[str, tuple[Step, float]]:
    """Each of the `STEPS` with the seconds of its peer; `photos` are changed. Raises RuntimeError where all is not
    gone that was in scope."""
    begin = tuple(prefixes(form, count))
    copy = Path(shutil.copytree(photos, place / "by the library"))
    selector = " or ".join(f'prefix = "{one}"' for one in begin)
    with opened_order(photos, place) as (desk, ref):
        scoped(desk, ref, selector, sum(_name_of(form, number).startswith(begin) for number in range(count)))
        deleting.make_plan(desk, ref)
        deleting.approve(desk, ref)
        os.sync()
        run = measured(lambda: deleting.run(desk, ref))
        theirs = _timed(lambda: without(form, copy, begin))
        back = measured(lambda: deleting.read_back(desk, ref))
        seen = deleting.show_plan(desk, ref).read_back
        if seen is None or seen.seen is not Seen.GONE:
            raise RuntimeError("not all of it is gone")
        read = _timed(lambda: _read(photos))
        found = None

        def sweep() -> None:
            nonlocal found
            found = sweeping.sweep_case(desk, ref, [copy])

        swept = measured(sweep)
        if found is None or not found.sweep.complete or found.findings:
            raise RuntimeError("a sweep found what is not there, or did not end")
        return {"run": (run, theirs), "read back": (back, read), "sweep": (swept, summed(copy).seconds)}


def _name_of(form: str, number: int) -> str:
    name = f"{number:08d}.jpg"
    return f"{number // A_FOLDER:05d}/{name}" if form == "folders" else name


def without(form: str, folder: Path, begin: tuple[str, ...]) -> None:
    """All of a folder but what begins so, by the library of its form, on the disk."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if form == "folders":
            if path.relative_to(folder).as_posix().startswith(begin):
                path.unlink()
            continue
        fresh = path.with_suffix(".new")
        if form == "shards":
            _shard_without(path, fresh, begin)
        else:
            _table_without(path, fresh, begin)
        fresh.replace(path)
    subprocess.run(["sync"], check=True)


def _shard_without(path: Path, fresh: Path, begin: tuple[str, ...]) -> None:
    with tarfile.open(path) as old, tarfile.open(fresh, "w") as new:
        for member in old:
            if not member.name.startswith(begin):
                new.addfile(member, old.extractfile(member))


def _table_without(path: Path, fresh: Path, begin: tuple[str, ...]) -> None:
    with pq.ParquetFile(path) as old, pq.ParquetWriter(fresh, old.schema_arrow, compression="none") as new:
        for group in range(old.num_row_groups):
            rows = old.read_row_group(group)
            names = pc.struct_field(rows["image"], "path")
            stays = pc.invert(pc.match_substring_regex(names, f"^(?:{'|'.join(begin)})"))
            new.write_table(rows.filter(stays))


def _read(folder: Path) -> None:
    """All bytes of all files, once."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
