"""dsr-desk demo: the whole job on a sample organisation of drawn people."""

from __future__ import annotations

from pathlib import Path

import click

from dsr_desk.app import demo as job
from dsr_desk.cli.common import emit, json_option, progress_bar
from dsr_desk.cli.errors import PROBLEM
from dsr_desk.core import codec


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-output"),
    show_default=True,
    help="Folder for the sample organisation, the vault and the bundles. One made by an earlier demo is replaced.",
)
@json_option
@click.pass_context
def demo(ctx: click.Context, out: Path, as_json: bool) -> None:
    """Run the whole job on a synthetic sample organisation, and check its result against the truth."""
    with progress_bar(as_json) as (report, cancel):
        result = job.run_demo(out, report=report, cancel=cancel)
    emit(as_json, codec.plain(result), *job.demo_lines(result))
    if not result.ok:
        ctx.exit(PROBLEM)
