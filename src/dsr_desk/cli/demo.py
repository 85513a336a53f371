"""dsr-desk demo: the whole job on a sample organisation of drawn people."""

from __future__ import annotations

from pathlib import Path

import click

from dsr_desk.app import demo as job
from dsr_desk.cli.common import FOLDER, emit, json_option, progress_bar


@click.command()
@click.option(
    "--out",
    type=FOLDER,
    default=Path("demo-output"),
    show_default=True,
    help="Folder for the sample organisation, the vault and the bundles. One made by an earlier demo is replaced.",
)
@json_option
def demo(out: Path) -> None:
    """Run the whole job on a synthetic sample organisation, and check its result against the truth."""
    with progress_bar() as (report, cancel):
        result = job.run_demo(out, report=report, cancel=cancel)
    emit(result, *job.demo_lines(result), problem=not result.ok)
