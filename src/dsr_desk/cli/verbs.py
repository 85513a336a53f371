"""Groups of many commands: the module of a command is loaded when it is named, all of them for the group's help."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from dsr_desk.cli.later import use_cases_later


class Verbs(click.Group):
    """A group that is told where below `dsr_desk.cli` each command stands: {"take-in": "case_review.take_in"}."""

    def __init__(self, *args: Any, found_in: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found_in = found_in

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(self.found_in)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.found_in:
            return None
        module, _, name = self.found_in[cmd_name].partition(".")
        with use_cases_later():
            command: click.Command = getattr(importlib.import_module(f"dsr_desk.cli.{module}"), name)
        return command
