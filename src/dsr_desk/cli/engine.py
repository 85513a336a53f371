"""dsr-desk engine: an organisation's own face networks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dsr_desk.app.data import measuring
from dsr_desk.cli.common import FILE, emit, json_option, progress_bar, wants_json
from dsr_desk.core.message import message


@click.group()
def engine() -> None:
    """An organisation's own face networks: whether one can be trusted with a search."""


@engine.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("people", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--groups", type=FILE, help="CSV file with the columns person and group: figures by group too.")
@click.option("--reason", default="", help="Why it is used although it is worse than the built-in one, if it is.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
@json_option
def check(folder: Path, people: Path, groups: Path | None, reason: str, workers: int | None) -> None:
    """Measure the model in FOLDER beside the built-in one on PEOPLE, which has one folder a person.

    What was found is kept beside the model: every index made with it carries it, and searches know by it what scores
    mean. An engine that finds fewer than the built-in one is kept with a reason only.
    """
    with progress_bar() as (report, cancel):
        found = measuring.check_engine(folder, people, groups=groups, workers=workers, report=report, cancel=cancel)
    if not wants_json():
        for line in measuring.check_lines(found):
            click.echo(str(line))
        if found.check.worse and not reason and sys.stdin.isatty():
            reason = click.prompt(str(message("engine.check.ask-reason")))
    outcome = measuring.keep_check(folder, found, reason)
    emit(outcome, measuring.outcome_line(outcome), problem=outcome.stored is None)
