"""The command line: one group a noun, each loaded when it is used."""

from __future__ import annotations

import importlib

import click

from dsr_desk import __version__
from dsr_desk.cli.errors import ErrorsAsExitCodes
from dsr_desk.cli.later import use_cases_later

NOUNS = {
    "demo": "Run the whole job on a synthetic sample organisation, and check its result against the truth.",
    "vault": "The encrypted folder that holds cases, officers, keys, journal and lineage.",
    "dataset": "Datasets: what lies at a path, and what is registered of each.",
    "index": "Encrypted indexes: what is searched. They travel; the photos need not.",
    "lineage": "The graph from dataset versions to models and what runs on them.",
    "case": "One person's request and our work on it.",
    "order": "A regulator's order: what it says, which data it covers, samples of that, words on its obligations.",
    "scope": "Say which registered data a selector covers, as an order would have it. Writes nothing.",
    "packet": "What another officer asks you about one case: look, decide or approve, and answer.",
    "delete": "Delete what was decided to be the person's, and look whether it is gone.",
    "sweep": "Walk disks for stray copies of what a case decided on, and for files of models.",
    "bundle": "The evidence that leaves the house.",
    "bench": "Measure how well people are found.",
}
"""Each noun with the first sentence of its help."""


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

    Without a command the desktop opens. Exit codes: 0 done, 1 a problem was found, 2 usage, 3 cannot run.
    """
