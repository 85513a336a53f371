"""A command as somebody types it in a folder, run in this process: no start of Python and of the engine for each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner, Result

from dsr_desk.cli.main import main


def typed(words: tuple[object, ...], folder: Path, environment: Mapping[str, str]) -> Result:
    with chdir(folder):
        done = CliRunner().invoke(main, [*map(str, words)], env=environment)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done
