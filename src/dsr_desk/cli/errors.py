"""How a command ends with an error, as a person or a program reads it."""

from __future__ import annotations

import json
import select
import sys
from typing import Any

import click

from dsr_desk.app.faults import error_for
from dsr_desk.cli.ending import CANNOT
from dsr_desk.core.errors import DeskError

JSON = "dsr_desk.json"


def wanted(ctx: click.Context) -> bool:
    """Whether the command was called with --json."""
    return bool(ctx.meta.get(JSON))


class ErrorsAsExitCodes(click.Group):
    """A group whose commands end with the exit codes of this program."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as fault:  # a traceback could show what a person wrote
            if isinstance(fault, BrokenPipeError) and _reader_went_away():
                raise
            show_error(error_for(fault, ctx.invoked_subcommand or ""), as_json=wanted(ctx))
            ctx.exit(CANNOT)


def show_error(error: DeskError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error.as_json()}, ensure_ascii=False, indent=1))
        return
    click.echo(f"{error.what_happened}\n{error.what_it_means}\n{error.what_to_do}\n[{error.code}]", err=True)


def _reader_went_away() -> bool:
    """Whether nobody reads what is printed any more, as after `| head`. Pipes to workers break too."""
    try:
        watched = select.poll()
        for stream in (sys.stdout, sys.stderr):
            watched.register(stream.fileno(), 0)
        return any(happened & select.POLLERR for _, happened in watched.poll(0))
    except (AttributeError, OSError, ValueError):
        return False  # it is no pipe, or this system cannot tell
