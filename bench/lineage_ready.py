"""What is asked of a large lineage that was imported before, beside one sequential read of what it is made from."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.lineage_stores import mlflow_store
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_dataset, import_lineage, lineage_graph
from dsr_desk.app.models.view import draw_lineage, find_in_lineage, lineage_coverage
from dsr_desk.lineage.drawing import draw_impact

PASSPHRASE = "invented for a measurement"
REPEATS = 3
REACH = 1 / 3
TABLES = ("lineage_sources", "lineage_nodes", "lineage_edges")
_SAYS_ITS_PEAK = """
import atexit, runpy, sys
def says():
    with open("/proc/self/status") as status:
        sys.stderr.write(next(line for line in status if line.startswith("VmHWM:")))
atexit.register(says)
runpy.run_module("dsr_desk", run_name="__main__", alter_sys=True)
"""
_SHARE = 5
"""Every fifth run reads the first dataset."""


@dataclass(frozen=True)
class ReadyRow:
    """One figure. `read` is one sequential read of the tables in the same unit, None for memory; `how` says on what."""

    what: str
    value: float
    unit: str
    read: float | None
    how: str


def ready_rows(folder: Path, runs: int) -> Iterator[ReadyRow]:
    """Needs an empty folder. Each question is asked of a vault that was just opened, so that nothing is at hand."""
    store = mlflow_store(folder, runs, datasets=max(2, runs // 200), share=_SHARE)
    vault = folder / "vault"
    desk, _ = Desk.create(vault, "Bench", "Bench", PASSPHRASE)
    with desk:
        started = time.perf_counter()
        (imported,), _ = import_lineage(desk, [store])
        size = f"{imported.nodes:,} nodes, {imported.edges:,} edges"
        yield ReadyRow("import, the graph made", time.perf_counter() - started, "s", None, size)
    read = _timed(vault, _read_all)
    yield ReadyRow("one sequential read", read, "s", None, size)
    many, few = "photos-0@00000000", "photos-1@00000001"
    questions: dict[str, Callable[[Desk], Any]] = {
        "lineage show": lambda desk: lineage_graph(desk).counts(),
        "lineage find": lambda desk: find_in_lineage(desk, "model-77"),
        "lineage affected, few models": lambda desk: affected_by_dataset(desk, few).as_json(),
        "lineage affected, the first hundred of many": lambda desk: affected_by_dataset(desk, many).models[:100],
        "lineage affected, many models": lambda desk: affected_by_dataset(desk, many).as_json(),
        "window: what is missing": lineage_coverage,
        "window: everything drawn": draw_lineage,
        "window: many affected models drawn": lambda desk: draw_impact(
            lineage_graph(desk), [many], affected_by_dataset(desk, many)
        ),
    }
    for what, asks in questions.items():
        yield ReadyRow(what, _timed(vault, asks), "s", read, size)
    for command in ("show", f"affected --dataset {few}", f"affected --dataset {many}"):
        yield ReadyRow(f"memory of lineage {command}", _peak(vault, command.split()), "MB", None, f"{size}, all of it")


def _timed(vault: Path, asks: Callable[[Desk], Any]) -> float:
    found = []
    for _ in range(REPEATS):
        with Desk.open(vault, PASSPHRASE) as desk:
            started = time.perf_counter()
            asks(desk)
            found.append(time.perf_counter() - started)
    return median(found)


def _read_all(desk: Desk) -> None:
    with desk.vault.turn() as db:
        for table in TABLES:
            for _ in db.conn.execute(f"SELECT * FROM {table}"):
                pass


def _peak(vault: Path, command: list[str]) -> float:
    """Megabytes that a command holds at most, the program itself among them.

    The command says it itself: what the system counts of a child begins with what its parent held.
    """
    secret = vault.parent / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    line = [sys.executable, "-c", _SAYS_ITS_PEAK, "lineage", *command, "--json", "--passphrase-file", str(secret)]
    env = {**os.environ, "DSR_DESK_VAULT": str(vault)}
    done = subprocess.run(line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(done.stderr.rpartition("VmHWM:")[2].split()[0]) / 1024
