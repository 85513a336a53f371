"""dsr-desk bench: how well people are found, on your own photos."""

from __future__ import annotations

from pathlib import Path

import click

from dsr_desk.app.data import measuring
from dsr_desk.cli.common import FILE, emit, json_option, progress_bar


@click.group()
def bench() -> None:
    """Measure how well people are found."""


@bench.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--engine", default="standard", show_default=True, help="standard, thorough, or a model's folder.")
@click.option("--groups", type=FILE, help="CSV file with the columns person and group: figures by group too.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
@json_option
def recall(folder: Path, engine: str, groups: Path | None, workers: int | None) -> None:
    """How many photos of a person are found, on FOLDER with one folder a person."""
    with progress_bar() as (report, cancel):
        found = measuring.recall(folder, engine=engine, groups=groups, workers=workers, report=report, cancel=cancel)
    emit(found, *measuring.recall_lines(found))
