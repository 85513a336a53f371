"""How well and how fast, every figure beside its peer: `python -m bench WHAT`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bench import measuring
from dsr_desk.app.data.measuring import recall_lines
from dsr_desk.cli.common import emit, json_option, progress_bar
from dsr_desk.cli.errors import ErrorsAsExitCodes
from dsr_desk.core import codec

SUBJECTS = 1000
"""People who are searched for by one field after the other."""

photos = click.Path(path_type=Path, file_okay=False, exists=True)


@click.group(cls=ErrorsAsExitCodes)
def bench() -> None:
    """Measure accuracy and speed; every figure beside its peer."""


@bench.command()
@click.argument("folder", type=photos)
@click.option("--engine", default="standard", show_default=True, help="standard, thorough, or reference: the peer.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
@json_option
def calibration(folder: Path, engine: str, workers: int | None) -> None:
    """Expected strangers beside counted ones, on FOLDER with one folder a person."""
    with progress_bar() as (report, cancel):
        found = measuring.calibration(folder, engine=engine, workers=workers, report=report, cancel=cancel)
    emit(codec.plain(found), *measuring.calibration_lines(found))


@bench.command()
@click.argument("folder", type=photos)
@click.option("--faces", "sizes", type=click.IntRange(1000), multiple=True, help="Of the crowd; repeatable.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
@json_option
def growing(folder: Path, sizes: tuple[int, ...], workers: int | None) -> None:
    """What a search and one more with the confirmed hits find among crowds, on FOLDER with one folder a person.

    300,000 and 3,000,000 faces, unless you say how many.
    """
    with progress_bar() as (report, cancel):
        rows = measuring.growing(folder, sizes or (300_000, 3_000_000), workers=workers, report=report, cancel=cancel)
    emit(codec.plain(rows), *measuring.growing_lines(rows))


@bench.command()
@click.argument("folder", type=photos)
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
@json_option
def recall(folder: Path, workers: int | None) -> None:
    """What face_recognition, as it comes, finds on FOLDER with one folder a person; ours: dsr-desk bench recall."""
    with progress_bar() as (report, cancel):
        found = measuring.peer_recall(folder, workers=workers, report=report, cancel=cancel)
    emit(codec.plain(found), *recall_lines(found))


@bench.command()
@click.argument("folder", type=photos, required=False)
@json_option
def engine(folder: Path | None) -> None:
    """The networks beside face_recognition; with FOLDER (lfw/PERSON/*.jpg and scenes/*.xml) whole photos too."""
    with progress_bar() as (report, cancel):
        rows = measuring.engine(folder, report=report, cancel=cancel)
    show(rows)


@bench.command()
@click.argument("folder", type=photos, required=False)
@json_option
def detectors(folder: Path | None) -> None:
    """Faces found, false boxes and seconds of each detector and preset; with FOLDER (as engine) on photos of people."""
    rows = list(measuring.detectors(folder))
    emit(codec.plain(rows), *map(measuring.detector_line, rows))


@bench.command("recall-steps")
@click.argument("folder", type=photos)
@click.option("--cnn/--no-cnn", default=True, help="Run face_recognition's cnn mode as well, which takes minutes.")
@json_option
def recall_steps(folder: Path, cnn: bool) -> None:
    """What each step of looking for faces finds, on FOLDER with scenes/*.xml (photos whose faces are boxed)."""
    with progress_bar() as (report, cancel):
        rows = measuring.recall_steps(folder, cnn=cnn, report=report, cancel=cancel)
    emit(codec.plain(rows), *measuring.step_lines(rows))


@bench.command()
@click.argument("folder", type=photos, required=False)
@click.option("--faces", type=click.IntRange(1), default=1_000_000, show_default=True, help="Faces of the index.")
@json_option
def index(folder: Path | None, faces: int) -> None:
    """Opening an index of generated faces, what cells cost and, with FOLDER of photos, building with 2 processes."""
    with progress_bar() as (report, cancel):
        rows = measuring.index(faces, folder, report=report, cancel=cancel)
    show(rows)


@bench.command()
@click.option("--faces", type=click.IntRange(1), default=3_000_000, show_default=True, help="Faces to search.")
@click.option("--matrix/--no-matrix", default=True, help="Measure what needs 512 bytes of memory a face as well.")
@json_option
def search(faces: int, matrix: bool) -> None:
    """One face against generated faces: all scores and the calibrated band."""
    show(measuring.search(faces, matrix=matrix))


@bench.command()
@click.option("--nodes", type=click.IntRange(1000), default=100_000, show_default=True)
@click.option("--edges", type=click.IntRange(1000), default=1_000_000, show_default=True)
@click.option("--links", type=click.IntRange(1), default=20_000, show_default=True, help="Links of each file.")
@click.option("--runs", type=click.IntRange(100), default=100_000, show_default=True, help="Runs of a store.")
@json_option
def lineage(nodes: int, edges: int, links: int, runs: int) -> None:
    """Importing each format, affected models in a large made-up organisation, a graph that was imported before."""
    show(measuring.lineage(nodes, edges, links, runs))


@bench.command()
@click.argument("folder", type=photos, required=False)
@click.option("--items", type=click.IntRange(1), default=100_000, show_default=True, help="Items of the bundle.")
@json_option
def evidence(folder: Path | None, items: int) -> None:
    """Sealing and verifying a bundle of many items, beside zip, sha256sum and age; in FOLDER, which needs room."""
    with progress_bar() as (report, _):
        rows = measuring.evidence(items, folder, report=report)
    show(rows)


@bench.command()
@click.option("--records", type=click.IntRange(1000), default=100_000, show_default=True, help="Records of the index.")
@click.option(
    "--matching",
    type=click.IntRange(0),
    default=10_000,
    show_default=True,
    help="Records for accuracy; 0: none.",
)
@json_option
def records(records: int, matching: int) -> None:
    """Record search on invented people: how well by kind of damage, how large and how fast beside FTS5 and DuckDB.

    10,000,000 records need about 16 GB in the folder for temporary files (TMPDIR).
    """
    with progress_bar() as (report, cancel):
        found = measuring.matching(matching, SUBJECTS, report=report, cancel=cancel) if matching else []
        rows = measuring.records(records, report=report, cancel=cancel)
    result = {"figures": codec.plain(rows), "matching": codec.plain(found)}
    emit(result, *measuring.matching_lines(found), *measuring.measured_lines(rows))


@bench.command()
@click.argument("folder", type=photos, required=False)
@click.option("--megabytes", type=click.IntRange(10), default=2000, show_default=True, help="Of the archive.")
@json_option
def archives(folder: Path | None, megabytes: int) -> None:
    """Erasing three photos from a tar archive beside cp and fsync; in FOLDER, which needs room for three of it."""
    show(measuring.archives(megabytes, folder))


@bench.command()
@click.argument("folder", type=photos, required=False)
@click.option("--photos", "counts", type=click.IntRange(100), multiple=True, help="How many; repeatable.")
@click.option("--form", "forms", multiple=True, help="shards, parquet or folders; all, if none.")
@json_option
def inventory(folder: Path | None, counts: tuple[int, ...], forms: tuple[str, ...]) -> None:
    """Inventories of small photos in shards, Parquet and folders beside sha256sum; in FOLDER.

    30,000 and 300,000 of them, and 3,000,000 where 40 GB are free, unless you say how many.
    """
    with progress_bar() as (report, _):
        rows = measuring.inventory(counts, folder, forms, report=report)
    show(rows)


@bench.command()
@click.argument("folder", type=photos, required=False)
@click.option("--photos", "counts", type=click.IntRange(100), multiple=True, help="How many; repeatable.")
@click.option("--form", "forms", multiple=True, help="shards, parquet or folders; all, if none.")
@json_option
def orders(folder: Path | None, counts: tuple[int, ...], forms: tuple[str, ...]) -> None:
    """Every step of an order on small photos, each beside its peer: time, memory and growth; in FOLDER."""
    with progress_bar() as (report, _):
        rows = measuring.orders(counts, folder, forms, report=report)
    show(rows)


@bench.command()
@click.option("--rows", type=click.IntRange(1000), default=1_000_000, show_default=True, help="Rows of the table.")
@json_option
def columns(rows: int) -> None:
    """Listing a table in Parquet and erasing three of its rows, beside pyarrow alone: time and memory."""
    show(measuring.columns(rows))


@bench.command()
@click.argument("folder", type=photos, required=False)
@click.option("--megabytes", type=click.IntRange(1), default=1000, show_default=True, help="Size of the database.")
@json_option
def databases(folder: Path | None, megabytes: int) -> None:
    """Erasing three rows of a SQLite database beside DELETE and VACUUM; in FOLDER, which needs room for four of it."""
    show(measuring.databases(megabytes, folder))


@bench.command("case")
@click.option("--entries", type=click.IntRange(1000), default=100_000, show_default=True, help="Entries of the case.")
@json_option
def long_case(entries: int) -> None:
    """A case of many entries: opening, deciding, listing, verifying, each beside the barest loop that could do it."""
    with progress_bar() as (report, _):
        rows = measuring.case(entries, report=report)
    show(rows)


@bench.command()
@click.option("--candidates", type=click.IntRange(200), default=50_000, show_default=True, help="Candidates of a case.")
@json_option
def review(candidates: int) -> None:
    """The review of a case of many candidates, in the window, beside one of a hundred."""
    with progress_bar() as (report, _):
        rows = measuring.review(candidates, report=report)
    show(rows)


@bench.command()
@json_option
def start() -> None:
    """Help, a usage error, the numbers of a vault and the first paint, each beside what loads just that."""
    with progress_bar() as (report, _):
        rows = measuring.start(report=report)
    show(rows)


@bench.command()
@json_option
def letters() -> None:
    """Opening letters, each parsed in a cell, beside the same without cells."""
    with progress_bar() as (report, _):
        rows = measuring.letters(report)
    show(rows)


def show(rows: Sequence[measuring.Measured]) -> None:
    emit(codec.plain(rows), *measuring.measured_lines(rows))


if __name__ == "__main__":
    bench(prog_name="python -m bench")
