"""The command line: one group a noun, each loaded when it is used."""

from __future__ import annotations

import importlib

import click

from dsr_desk import __version__
from dsr_desk.cli.errors import ErrorsAsExitCodes
from dsr_desk.cli.later import use_cases_later
from dsr_desk.cli.nouns import NOUNS


class Nouns(ErrorsAsExitCodes):
    """Loads `dsr_desk.cli.NOUN` for the noun that was typed: most of them need far more than the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in NOUNS:
            return None
        with use_cases_later():
            command: click.Command = getattr(importlib.import_module(f"dsr_desk.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        room = formatter.width - 6 - max(map(len, NOUNS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(noun, click.Command(noun, help=says).get_short_help_str(room)) for noun, says in NOUNS.items()]
            )


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dsr-desk")
def main() -> None:
    """Find a person in training data, name every model built from it, delete, and prove it. Offline.

    Without a command the desktop opens: with the vault in a folder, dsr-desk FOLDER or dsr-desk --vault FOLDER, or
    else with the one that commands use too. Exit codes: 0 done, 1 a problem was found, 2 usage, 3 cannot run.
    """
