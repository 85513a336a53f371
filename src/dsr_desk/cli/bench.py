"""dsr-desk bench: how well and how fast, on your own machine and data."""

from __future__ import annotations

from pathlib import Path

import click

from dsr_desk.app import measuring
from dsr_desk.cli.common import emit, json_option, progress_bar
from dsr_desk.core import codec


@click.group()
def bench() -> None:
    """Measure accuracy and speed; every figure beside its peer."""


@bench.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--engine", default="standard", show_default=True)
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
@json_option
def recall(folder: Path, engine: str, workers: int | None, as_json: bool) -> None:
    """How many photos of a person are found, on FOLDER with one folder a person."""
    with progress_bar(as_json) as (report, cancel):
        found = measuring.recall(folder, engine=engine, workers=workers, report=report, cancel=cancel)
    emit(as_json, codec.plain(found), *measuring.recall_lines(found))
