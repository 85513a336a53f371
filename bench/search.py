"""Measures the search against what it replaces, each pair in one run on this machine."""

from __future__ import annotations

import importlib
import importlib.util
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import DatasetVersion
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.faces.calibration import calibrate
from dsr_desk.search.faces.known import BUILT_IN
from dsr_desk.search.faces.search import could_reach, scan
from dsr_desk.search.index.build import Addressed, build
from dsr_desk.search.index.contents import Coarse
from dsr_desk.search.index.finish import BLOCK_FACES
from dsr_desk.search.index.folder import SUFFIX, load_coarse
from dsr_desk.search.index.keyfile import Secret
from dsr_desk.search.index.schema import MIGRATIONS
from dsr_desk.search.index.work import LoadEngine
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.migrations import migrate
from dsr_desk.storage.tables import Database

DIMENSION = 128
RUNS = 9
GENERATED_AT_ONCE = 100_000


@dataclass(frozen=True)
class BenchRow:
    """`ratio` is how many times better `ours` is than `theirs`; `unit` is ms, s or MB. `reach` is what it should be."""

    what: str
    against: str
    ours: float
    theirs: float
    unit: str
    reach: float | None = None

    @property
    def ratio(self) -> float:
        return round(self.theirs / self.ours, 2)


def search_rows(faces: int = 3_000_000, seed: int = 0, matrix: bool = True) -> list[BenchRow]:
    """One reference against generated faces: all scores and the calibrated band, warm; time and memory.

    Without `matrix` the rivals that need all templates as float32 (512 bytes a face) are left out.
    """
    coarse = generated(faces, seed)
    query = np.random.default_rng(seed + 1).standard_normal(DIMENSION)
    query /= np.linalg.norm(query)

    def ours() -> None:
        scores = scan(coarse, query)
        could_reach(coarse, query, _border(scores), scores)

    searched, read = side_by_side(ours, lambda: coarse.codes.view(np.int64).max())
    what = f"search over {faces:,} faces"
    rows = [BenchRow(what, "reading the codes once from memory", searched, read, "ms", 0.5)]
    held = (coarse.codes.nbytes + coarse.scales.nbytes + coarse.face_rows.nbytes) / 1e6
    rows.append(BenchRow("memory for it", "the float32 matrix", held, faces * DIMENSION * 4 / 1e6, "MB", 3.0))
    return [*rows, *_matrix_rows(coarse, query, rows[0])] if matrix else rows


def _border(scores: NDArray[np.float32]) -> float:
    """The score at which ten strangers are expected."""
    border = calibrate(scores, BUILT_IN).score_at(10)
    return 1.0 if border is None else border


def _matrix_rows(coarse: Coarse, query: NDArray[np.float64], ours: BenchRow) -> list[BenchRow]:
    faces = len(coarse)
    matrix = np.empty((faces, DIMENSION), np.float32)
    for start in range(0, faces, GENERATED_AT_ONCE):
        end = min(start + GENERATED_AT_ONCE, faces)
        np.multiply(coarse.codes[start:end], coarse.scales[start:end, None], out=matrix[start:end])
    narrow = query.astype(np.float32)
    border = _border(scan(coarse, query))
    product = fastest(lambda: matrix @ narrow)
    distance = fastest(lambda: np.linalg.norm(matrix - narrow, axis=1), runs=1)
    peers = {"numpy matrix-vector, float32": product, "face_distance of face_recognition": distance}
    peers |= _usearch(matrix, narrow) | _faiss(matrix, narrow, border)
    return [BenchRow(ours.what, name, ours.ours, taken, "ms", 1.0) for name, taken in peers.items()]


def _faiss(matrix: NDArray[np.float32], query: NDArray[np.float32], border: float) -> dict[str, float]:
    """Milliseconds of a flat range search, on one thread and as it comes; nothing where FAISS is not installed."""
    if importlib.util.find_spec("faiss") is None:
        return {}
    faiss = importlib.import_module("faiss")
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(matrix)
    as_it_comes = faiss.omp_get_max_threads()
    taken = {}
    try:
        for threads, name in ((1, "1 thread"), (as_it_comes, f"as it comes, {as_it_comes} threads")):
            faiss.omp_set_num_threads(threads)
            taken[f"FAISS flat range search, {name}"] = fastest(lambda: index.range_search(query[None], border))
    finally:
        faiss.omp_set_num_threads(as_it_comes)
    return taken


def _usearch(matrix: NDArray[np.float32], query: NDArray[np.float32]) -> dict[str, float]:
    """Milliseconds of an exact search for the best hundred; nothing where usearch is not installed."""
    if importlib.util.find_spec("usearch") is None:
        return {}
    usearch = importlib.import_module("usearch.index")
    taken = fastest(lambda: usearch.search(matrix, query, 100, "ip", exact=True, threads=1))
    return {"usearch exact, 1 thread": taken}


def opening_row(faces: int = 1_000_000, seed: int = 0) -> BenchRow:
    """Loading all codes of an encrypted index against reading its file once."""
    with tempfile.TemporaryDirectory() as folder:
        path, key = Path(folder) / "index.db", secrets.token_bytes(32)
        with closing(open_encrypted(path, key)) as db:
            migrate(db, MIGRATIONS, path)
            _write_blocks(db, generated(faces, seed))
            db.conn.execute("PRAGMA wal_checkpoint(truncate)")

        def ours() -> None:
            with closing(open_encrypted(path, key)) as db:
                load_coarse(db.conn.execute, DIMENSION)

        return BenchRow(
            f"opening an index of {faces:,} faces",
            "reading its file once",
            fastest(ours, runs=3),
            fastest(path.read_bytes, runs=3),
            "ms",
            1 / 3,
        )


@dataclass
class _Watch:
    """Notes when and with how much processor time of this process photos came back."""

    report: Report
    moments: list[tuple[int, float, float]] = field(default_factory=list)

    def __call__(self, moment: Progress) -> None:
        if moment.phase.code == "phase.reading":
            self.moments.append((moment.done, time.monotonic(), time.process_time()))
        self.report(moment)

    def a_thousand(self) -> tuple[float, float]:
        """Seconds and seconds of this process's processor time for 1,000 photos, from the first to come back on."""
        (first, began, used), (last, ended, using) = self.moments[0], self.moments[-1]
        photos = max(1, last - first) / 1000
        return (ended - began) / photos, (using - used) / photos


def processes_rows(
    folder: Path, load: LoadEngine | None = None, report: Report = silent, cancel: CancelToken | None = None
) -> list[BenchRow]:
    """Indexing a folder of photos with two processes against one: whole, without the start, and what the parent costs.

    Raises what `build` raises, and Cancelled.
    """
    cancel = cancel or CancelToken()
    whole, running, parent, photos = {}, {}, {}, 0
    with tempfile.TemporaryDirectory() as made:
        for workers in (1, 2):
            watch = _Watch(report)
            built = build(
                [folder],
                Path(made) / f"{workers}{SUFFIX}",
                version=DatasetVersion("bench", "1"),
                addressed=Addressed(secret=Secret(passphrase=secrets.token_hex())),
                load=load,
                workers=workers,
                report=watch,
                cancel=cancel,
            )
            cancel.check()
            whole[workers], photos = built.seconds, built.photos
            running[workers], parent[workers] = watch.a_thousand()
    what = f"indexing {photos:,} photos, 2 processes"
    return [
        BenchRow(what, "1 process", whole[2], whole[1], "s", 1.8),
        BenchRow("1,000 of them, once the processes are ready", "1 process", running[2], running[1], "s", 1.8),
        BenchRow(
            "processor time of the process that reads and writes, 1,000 photos",
            "the time that one process looks at them",
            parent[2],
            running[1],
            "s",
        ),
    ]


def generated(faces: int, seed: int) -> Coarse:
    """Codes of random directions, as an index would hold them."""
    rng = np.random.default_rng(seed)
    codes = np.empty((faces, DIMENSION), np.int8)
    scales = np.empty(faces, np.float32)
    for start in range(0, faces, GENERATED_AT_ONCE):
        end = min(start + GENERATED_AT_ONCE, faces)
        part = rng.standard_normal((end - start, DIMENSION), np.float32)
        largest = np.abs(part).max(axis=1, keepdims=True)
        scales[start:end] = largest[:, 0] / np.linalg.norm(part, axis=1) / 127
        codes[start:end] = np.rint(part / largest * 127)
    starts = np.arange(0, faces, BLOCK_FACES)
    return Coarse(codes, scales, np.arange(1, faces + 1), starts + 1, starts)


def fastest(work: Callable[[], object], runs: int = RUNS) -> float:
    """Milliseconds of the fastest of some runs after one that warms up."""
    return side_by_side(work, runs=runs)[0]


def side_by_side(*works: Callable[[], object], runs: int = RUNS) -> list[float]:
    """`fastest` of each, taking turns, so that what else the machine does strikes all of them."""
    if runs > 1:
        for work in works:
            work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times, strict=True):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
    return [round(min(taken) * 1000, 4) for taken in times]


def _write_blocks(db: Database, coarse: Coarse) -> None:
    with db.atomic():
        for start in coarse.starts.tolist():
            part: Sequence[NDArray[np.generic]] = (
                coarse.scales[start : start + BLOCK_FACES],
                coarse.codes[start : start + BLOCK_FACES],
            )
            values = [start + 1, len(part[0]), part[0].tobytes(), part[1].tobytes()]
            query = "INSERT INTO blocks (container, first_face, count, scales, coarse) VALUES (1, ?, ?, ?, ?)"
            block = db.conn.execute(query, values).lastrowid
            db.conn.execute("INSERT INTO fine VALUES (?, ?)", [block, part[1].tobytes()])
