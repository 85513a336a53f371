"""What an order on very many small photos costs, step by step, with its removal beside `rm -rf`: time and memory."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from bench.inventory import PROCESSES, Watch
from bench.orders_data import FORMS, write_photos
from bench.search import BenchRow
from dsr_desk.app.case import deleting, orders, scope
from dsr_desk.app.data.indexing import register_index, secret_of, signer_of
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Seen
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.orders import profile
from dsr_desk.core.selectors import parse
from dsr_desk.faces.facts import INVENTORY
from dsr_desk.search.index.build import Addressed, build

STEPS = ("scope", "plan", "dry run", "approve", "run", "read back")

TIMES_RM = 1.5
"""Removing whole containers is to take at most so many times what rm -rf takes."""

MOST_MEMORY = 500
"""Megabytes, at any size."""

_SUPPLIER = "Brightwater Pictures"


@dataclass(frozen=True)
class _Step:
    seconds: float
    memory: float


def order_rows(
    counts: Sequence[int], folder: Path | None, report: Callable[[str], None], forms: Sequence[str] = FORMS
) -> list[BenchRow]:
    """So many photos in each form, all of one supplier: every step of an order on them, and rm -rf of a copy."""
    rows: list[BenchRow] = []
    for form in forms:
        totals: list[tuple[int, float]] = []
        for count in counts:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                report(f"{form} {count:,}")
                photos = write_photos(Path(place) / form, form, count)
                shutil.copytree(photos, Path(place) / "copy")
                os.sync()
                theirs = _removed(Path(place) / "copy")
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    steps = pool.submit(_ordered, photos, Path(place), count).result()
            what = f"order on {count:,} photos in {form}"
            for name in STEPS:
                step = steps[name]
                peer = ("rm -rf", theirs, 1 / TIMES_RM) if name == "run" else ("", math.nan, None)
                rows.append(
                    BenchRow(f"{what}: {name}", peer[0], round(step.seconds, 2), round(peer[1], 2), "s", peer[2])
                )
            most = max(one.memory for one in steps.values())
            rows.append(BenchRow(f"{what}: most memory, all processes", "", round(most), math.nan, "MB"))
            totals.append((count, sum(one.seconds for one in steps.values())))
        for (fewer, short), (more, long) in pairwise(totals):
            what = f"time a photo of an order in {form}, {more:,} of them"
            rows.append(BenchRow(what, f"{fewer:,}", round(1e6 * long / more, 1), round(1e6 * short / fewer, 1), "µs"))
    return rows


def _removed(folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    subprocess.run(["sync"], check=True)
    return time.perf_counter() - start


def _ordered(photos: Path, place: Path, count: int) -> dict[str, _Step]:
    """All steps of an order, in a process that begins with nothing."""
    desk, _ = Desk.create(place / "vault", "Larkfield Friends", "Iris Novak", "a passphrase of the laboratory")
    with desk:
        version = DatasetVersion("photos", "1", supplier=_SUPPLIER, other_places="none", data_recipients="none")
        addressed = Addressed((desk.vault.public_key,), secret_of(desk))
        index = place / "photos.dsrindex"
        build(
            [photos], index, version=version, addressed=addressed, engine_name=INVENTORY, workers=PROCESSES,
            signer=signer_of(desk),
        )  # fmt: skip
        register_index(desk, index, [photos])
        day = date(2026, 11, 1)
        content = orders.OrderContent("an authority", "1", day, profile("gdpr-58").obligations(day))
        ref = orders.open_order(desk, content)[0].ref
        orders.record_authenticity(desk, ref, "called back")

        def resolve() -> None:
            scope.resolve_scope(desk, ref, parse(f'supplier = "{_SUPPLIER}"'))

        found = {"scope": _measured(resolve)}
        if scope.show_scope(desk, ref).items != count:
            raise RuntimeError("not all of it is in scope")
        scope.draw(desk, ref, n=1)
        scope.mark(desk, ref, {one.place: "belongs" for one in scope.drawn_items(desk, ref)})
        found["plan"] = _measured(lambda: deleting.make_plan(desk, ref))
        found["dry run"] = _measured(lambda: deleting.dry_run(desk, ref))
        found["approve"] = _measured(lambda: deleting.approve(desk, ref))
        found["run"] = _measured(lambda: deleting.run(desk, ref))
        found["read back"] = _measured(lambda: deleting.read_back(desk, ref))
        back = deleting.show_plan(desk, ref).read_back
        if desk.case(ref).left or back is None or back.seen is not Seen.GONE:
            raise RuntimeError("not all of it is gone")
    return found


def _measured(step: Callable[[], object]) -> _Step:
    with Watch() as watch:
        start = time.perf_counter()
        step()
        return _Step(time.perf_counter() - start, watch.most / 1e6)
