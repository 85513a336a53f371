"""The command line: one group a noun."""

from __future__ import annotations

import click

from dsr_desk import __version__
from dsr_desk.cli.bench import bench
from dsr_desk.cli.bundle import bundle
from dsr_desk.cli.case import case
from dsr_desk.cli.common import DeskGroup
from dsr_desk.cli.delete import delete
from dsr_desk.cli.demo import demo
from dsr_desk.cli.index import index
from dsr_desk.cli.lineage import lineage
from dsr_desk.cli.vault import vault


@click.group(cls=DeskGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dsr-desk")
def main() -> None:
    """Find a person in training data, name every model built from it, delete, and prove it. Offline.

    Without a command the desktop opens. Exit codes: 0 done, 1 a problem was found, 2 usage, 3 cannot run.
    """


for command in (demo, vault, index, lineage, case, delete, bundle, bench):
    main.add_command(command)
