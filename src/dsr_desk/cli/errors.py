"""How a command ends: exit codes, and errors as a person or a program reads them."""

from __future__ import annotations

import json
import logging
import os
import select
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TextIO

import click

from dsr_desk.app.faults import error_for, last_word, watch
from dsr_desk.core.errors import DeskError

DONE, PROBLEM, USAGE, CANNOT, WHERE_READ = 0, 1, 2, 3, 4
"""Exit codes: done; a problem was found; the command line was not understood; it cannot run; done where it was read."""

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


def end_of(program: Callable[[], object]) -> int:
    """Runs the program for good: whatever happens, the exit code is one of ours and Python prints nothing."""
    logging.getLogger().addHandler(logging.NullHandler())  # libraries log what they read
    logging.captureWarnings(True)
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]
    for stream in streams:
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    watch(_tell)
    try:
        program()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else DONE if end.code is None else CANNOT
    except KeyboardInterrupt:
        code = PROBLEM
    except BaseException as fault:  # noqa: BLE001 - nothing comes after this
        _tell(fault)
        code = CANNOT
    else:
        code = DONE
    return code if _flushed(streams) else CANNOT


def _tell(fault: BaseException) -> None:
    try:
        show_error(error_for(fault, "starting and ending"), as_json=False)
    except Exception:  # noqa: BLE001 - whatever this one is, the first one is told
        last_word()


def _reader_went_away() -> bool:
    """Whether nobody reads what is printed any more, as after `| head`. Pipes to workers break too."""
    try:
        watched = select.poll()
        for stream in (sys.stdout, sys.stderr):
            watched.register(stream.fileno(), 0)
        return any(happened & select.POLLERR for _, happened in watched.poll(0))
    except (AttributeError, OSError, ValueError):
        return False  # it is no pipe, or this system cannot tell


def _flushed(streams: Iterable[TextIO]) -> bool:
    """Whether all that was printed went out. Where it cannot, Python must not try again at its end."""
    whole = True
    for stream in streams:
        try:
            stream.flush()
        except (OSError, ValueError) as fault:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if not isinstance(fault, BrokenPipeError):
                whole = False
                _tell(fault)
    return whole
