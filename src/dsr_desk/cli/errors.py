"""How a command ends: exit codes, and errors as a person or a program reads them."""

from __future__ import annotations

import json
from typing import Any

import click

from dsr_desk.core.errors import DeskError, ProgramFault

DONE, PROBLEM, USAGE, CANNOT = 0, 1, 2, 3
"""Exit codes: done; a problem was found; the command line was not understood; it cannot run."""

JSON = "dsr_desk.json"


def wanted(ctx: click.Context) -> bool:
    """Whether the command was called with --json."""
    return bool(ctx.meta.get(JSON))


class ErrorsAsExitCodes(click.Group):
    """A group whose commands end with the exit codes of this program."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as fault:  # noqa: BLE001 - a traceback could show what a person wrote
            error = fault if isinstance(fault, DeskError) else ProgramFault.of(fault, ctx.invoked_subcommand or "")
            show_error(error, as_json=wanted(ctx))
            ctx.exit(CANNOT)


def show_error(error: DeskError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error.as_json()}, ensure_ascii=False, indent=1))
        return
    click.echo(f"{error.what_happened}\n{error.what_it_means}\n{error.what_to_do}\n[{error.code}]", err=True)
