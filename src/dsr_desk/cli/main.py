"""The command line: one group a noun, each loaded when it is used."""

from __future__ import annotations

import importlib

import click

from dsr_desk import __version__
from dsr_desk.cli.errors import ErrorsAsExitCodes

NOUNS = ("demo", "vault", "dataset", "index", "lineage", "case", "packet", "delete", "bundle", "bench")


class Nouns(ErrorsAsExitCodes):
    """Loads `dsr_desk.cli.NOUN` for the noun that was typed: most of them need far more than the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in NOUNS:
            return None
        command: click.Command = getattr(importlib.import_module(f"dsr_desk.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dsr-desk")
def main() -> None:
    """Find a person in training data, name every model built from it, delete, and prove it. Offline.

    Without a command the desktop opens. Exit codes: 0 done, 1 a problem was found, 2 usage, 3 cannot run.
    """
