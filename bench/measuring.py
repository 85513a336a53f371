"""Measuring: how well people are found, and what each room costs beside what it replaces."""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import search as bench
from bench.archives import archives_rows
from bench.case import case_rows
from bench.cells import cells_rows
from bench.columns import columns_rows
from bench.databases import databases_rows
from bench.detectors import DetectorRow, detector_rows
from bench.engine import engine_bench
from bench.evidence import evidence_rows
from bench.growing import GrowthRow, growing_rows
from bench.inventory import inventory_rows, sizes
from bench.letters import REACH, letter_rows
from bench.lineage import bench_rows
from bench.lineage_ready import REACH as READY_REACH
from bench.lineage_ready import ready_rows
from bench.matching import Agreement, measure_matching
from bench.orders import order_rows
from bench.orders_data import FORMS
from bench.records import records_rows
from bench.reference_engine import ReferenceEngine, load_reference
from bench.start import start_rows
from bench.steps import StepRow, step_rows
from bench.validation import CalibrationReport, validate_calibration
from dsr_desk.core.message import quoted
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.search.faces.recall import RecallReport, measure_recall, read_labelled


@dataclass(frozen=True)
class Measured:
    """One figure, `ours` in `unit`, beside that of the peer `against`; a `ratio` over 1 is in our favour.

    `reach` is the ratio aimed at. What was measured alone has None for the other three and, in `note`, on what.
    """

    what: str
    ours: float
    unit: str
    against: str = ""
    peer: float | None = None
    ratio: float | None = None
    reach: float | None = None
    note: str = ""


def peer_recall(folder: Path, *, workers: int | None, report: Report, cancel: CancelToken) -> RecallReport:
    """What face_recognition finds where `dsr-desk bench recall` measures ours; see `search.faces.recall`."""
    return measure_recall(
        folder,
        engine_name=ReferenceEngine.name,
        load=load_reference,
        workers=_workers(workers),
        report=report,
        cancel=cancel,
    )


def calibration(
    folder: Path, *, engine: str, workers: int | None, report: Report, cancel: CancelToken
) -> CalibrationReport:
    """Expected strangers beside counted ones on a folder with one folder a person; see `bench.validation`."""
    load = load_reference if engine == ReferenceEngine.name else loader(engine)
    labelled = read_labelled(folder, engine, load, _workers(workers), report, cancel)
    return validate_calibration(labelled, report=report, cancel=cancel)


def growing(
    folder: Path, sizes: Sequence[int], *, workers: int | None, report: Report, cancel: CancelToken
) -> list[GrowthRow]:
    """Two rounds of search among a crowd, for labelled photos and for thirty of each person; see `bench.growing`."""
    labelled = read_labelled(folder, "standard", loader("standard"), _workers(workers), report, cancel)
    return [row for size in sizes for own in (0, 30) for row in growing_rows(labelled, size, own, cancel=cancel)]


def growing_lines(rows: Iterable[GrowthRow]) -> list[str]:
    return [
        f"{row.faces:,} faces, {row.people} people with {row.own} photos each, after search {row.round}: "
        f"{row.found:.1%} listed, with {row.strangers} others; said to be missed {row.missed:.1%}, "
        f"true in the bounds for {row.inside:.0%}."
        for row in rows
    ]


def engine(folder: Path | None, *, report: Report, cancel: CancelToken) -> list[Measured]:
    """The face engine beside face_recognition; see `bench.engine`."""
    rows = engine_bench(folder, report=report, cancel=cancel)
    return [
        Measured(row.what, row.ours, row.unit, row.against, row.peer, round(row.ratio, 2), note=_known(row.known))
        for row in rows
    ]


def _known(known: int | None) -> str:
    return "" if known is None else f"of {known} known"


def recall_steps(folder: Path, *, cnn: bool, report: Report, cancel: CancelToken) -> list[StepRow]:
    """What each step of the search for faces finds of those annotated; see `bench.steps`."""
    return step_rows(folder, report=report, cancel=cancel, cnn=cnn)


def detectors(folder: Path | None) -> Iterator[DetectorRow]:
    """What finds faces, side by side; see `bench.detectors`."""
    return detector_rows(folder)


def index(faces: int, folder: Path | None, *, report: Report, cancel: CancelToken) -> list[Measured]:
    """Opening an index of generated faces, building one in cells and, with a folder of photos, with two processes."""
    rows = [bench.opening_row(faces), *cells_rows()]
    if folder is not None:
        rows += bench.processes_rows(folder, report=report, cancel=cancel)
    return _of_search(rows)


def search(faces: int, *, matrix: bool) -> list[Measured]:
    """One search over generated faces; see `bench.search`."""
    return _of_search(bench.search_rows(faces, matrix=matrix))


def records(count: int, *, report: Report, cancel: CancelToken) -> list[Measured]:
    """Building and searching an index of so many invented records; see `bench.records`."""
    return _of_search(records_rows(count, report=report, cancel=cancel))


def archives(megabytes: int, folder: Path | None) -> list[Measured]:
    """Erasing from a tar archive of so many megabytes; see `bench.archives`."""
    return _of_search(archives_rows(megabytes, folder))


def databases(megabytes: int, folder: Path | None = None) -> list[Measured]:
    """Erasing rows of a SQLite database of so many megabytes; see `bench.databases`."""
    return _of_search(databases_rows(megabytes, folder))


def columns(rows: int) -> list[Measured]:
    """Reading and erasing a table of so many rows in Parquet; see `bench.columns`."""
    return _of_search(columns_rows(rows))


def inventory(counts: Sequence[int], folder: Path | None, forms: Sequence[str], *, report: Report) -> list[Measured]:
    """Inventories of so many photos each, by default of as many as the disk has room for; see `bench.inventory`."""
    return _of_search(
        inventory_rows(counts or sizes(folder), folder, lambda what: report(Progress(quoted(what), 0)), forms or FORMS)
    )


def orders(counts: Sequence[int], folder: Path | None, forms: Sequence[str], *, report: Report) -> list[Measured]:
    """An order on so many photos each, step by step; see `bench.orders`."""
    return _of_search(
        order_rows(counts or sizes(folder), folder, lambda what: report(Progress(quoted(what), 0)), forms or FORMS)
    )


def matching(count: int, subjects: int, *, report: Report, cancel: CancelToken) -> list[Agreement]:
    """How well invented records are found, by field and by what became of it; see `bench.matching`."""
    return measure_matching(count, subjects, report=report, cancel=cancel)


def lineage(nodes: int, edges: int, links: int, runs: int) -> list[Measured]:
    """Import, impact and layout on a made-up organisation; see `bench.lineage` and `bench.lineage_ready`."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as ready:
        found = [
            Measured(what=row.what, ours=row.value, unit=row.unit, note=row.how)
            for row in bench_rows(Path(folder), nodes, edges, links)
        ]
        for one in ready_rows(Path(ready), runs):
            row = Measured(one.what, one.value, one.unit, note=one.how)
            if one.read:
                ratio = round(one.read / one.value, 2)
                row = replace(row, against="one sequential read", peer=one.read, ratio=ratio, reach=READY_REACH)
            found.append(row)
        return found


def evidence(items: int, folder: Path | None, *, report: Report) -> list[Measured]:
    """Sealing and verifying a bundle of many invented items in `folder`; see `bench.evidence`."""
    phases = ["prepare", "seal", "verify", "tools"]
    rows = evidence_rows(items, folder, lambda phase: report(Progress(quoted(phase), phases.index(phase), len(phases))))
    return [
        Measured(
            row.what,
            row.ours,
            row.unit,
            row.against,
            row.peer,
            row.peer and round(row.peer / row.ours, 3),
            note=row.note,
        )
        for row in rows
    ]


def case(entries: int, *, report: Report) -> list[Measured]:
    """Opening, deciding in, verifying and listing long cases; see `bench.case`."""
    phases = ["writing", "opening", "deciding", "verifying", "listing"]
    rows = case_rows(entries, lambda phase: report(Progress(quoted(phase), phases.index(phase), len(phases))))
    return _of_search(rows)


def review(candidates: int, *, report: Report) -> list[Measured]:
    """Opening a review, deciding in it and taking back; see `bench.review`."""
    from bench.review import review_rows  # Qt is loaded for this alone

    phases = ["proposing", "opening", "deciding", "taking back"]
    rows = review_rows(candidates, lambda phase: report(Progress(quoted(phase), phases.index(phase), len(phases))))
    return _of_search(rows)


def start(*, report: Report) -> list[Measured]:
    """What is waited for before anything happens; see `bench.start`."""
    return _of_search(start_rows(lambda phase: report(Progress(quoted(phase), 0))))


def letters(report: Report) -> list[Measured]:
    """Opening letters in a cell beside opening them in this process; see `bench.letters`."""
    rows = letter_rows(lambda what: report(Progress(quoted(what), 0)))
    return [
        Measured(
            f"open an {row.what}" if row.what[0] == "e" else f"open a {row.what}",
            round(row.cell, 1),
            "ms",
            "without a cell",
            round(row.here, 1),
            round(row.here / row.cell, 2),
            round(REACH, 2),
        )
        for row in rows
    ]


def calibration_lines(found: CalibrationReport) -> list[str]:
    lines = []
    for row in found.agreements:
        of = "photos" if row.kind == "photos" else "photos and generated strangers"
        own = f", {row.own} of the reference's person added" if row.own else ""
        lines.append(
            f"{row.faces:,} faces ({of}{own}), at {row.counted} counted strangers, over {row.references} references: "
            f"{row.within_two:.1%} within a factor of two, {row.within_four:.1%} within four; predicted over counted: "
            f"median {row.median}, {row.lowest} to {row.highest}"
            + (f"; nothing predicted for {row.untrusted}." if row.untrusted else ".")
        )
    shares = ", ".join(f"{one.photos:g} of photos, {one.drawn:.2g} of generated" for one in found.closeness)
    return [*lines, f"Pairs of strangers above the same score: {shares}."]


def step_lines(rows: Iterable[StepRow]) -> list[str]:
    return [
        f"{row.step}, {row.photos}, {row.known} faces. {row.without}: {row.found_without}; standard: {row.standard}; "
        f"thorough: {row.thorough}; face_recognition, as it comes: {row.default}; "
        f"model=cnn: {'not measured' if row.cnn is None else row.cnn}"
        for row in rows
    ]


def detector_line(row: DetectorRow) -> str:
    return (
        f"{row.photos}, {row.way}: {row.found} of {row.known} faces, {row.more} more boxes, "
        f"{row.seconds / row.megapixels:.3f} s of the processor a megapixel"
    )


def matching_lines(rows: Iterable[Agreement]) -> list[str]:
    """A line for each way in which a field was written, with what was missed; then one for each field."""
    lines, asked, found = [], Counter[str](), Counter[str]()
    for row in rows:
        lines.append(f"{row.of}, {row.way}: {row.found} of {row.asked} found, precision {row.precision:.1%}")
        lines += [f"    missed: {wanted} | {held}" for wanted, held in row.misses]
        asked[row.of] += row.asked
        found[row.of] += row.found
    return [*lines, *(f"{of}: {found[of] / asked[of]:.2%} of {asked[of]} found" for of in asked)]


def measured_lines(rows: Iterable[Measured]) -> list[str]:
    return [_line(row) for row in rows]


def _line(row: Measured) -> str:
    line = f"{row.what}: {_figure(row.ours)} {row.unit}"
    if row.peer is not None:
        line += f"; {row.against}: {_figure(row.peer)} {row.unit}; ratio {row.ratio}"
    if row.reach is not None:
        line += f" (aim {row.reach:.2g})"
    return f"{line}; {row.note}" if row.note else line


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _of_search(rows: Iterable[bench.BenchRow]) -> list[Measured]:
    """Rows of the search room; a peer that is not installed has no number there."""
    return [
        Measured(row.what, row.ours, row.unit)
        if math.isnan(row.theirs)
        else Measured(row.what, row.ours, row.unit, row.against, row.theirs, row.ratio, row.reach or None)
        for row in rows
    ]


def _workers(wanted: int | None) -> int:
    return wanted or os.cpu_count() or 1
