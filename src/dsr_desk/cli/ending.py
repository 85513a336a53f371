"""How the program ends: exit codes, and nothing that Python prints, whatever happens."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TextIO

from dsr_desk.app.faults import error_for, last_word, watch

DONE, PROBLEM, USAGE, CANNOT, WHERE_READ = 0, 1, 2, 3, 4
"""Exit codes: done; a problem was found; the command line was not understood; it cannot run; done where it was read."""


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
        from dsr_desk.cli.errors import show_error  # the windows have no commands and load none of what these need

        show_error(error_for(fault, "starting and ending"), as_json=False)
    except Exception:  # noqa: BLE001 - whatever this one is, the first one is told
        last_word()


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
