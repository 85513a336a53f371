"""What all commands share: the vault, the passphrase, JSON, exit codes and errors."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from dsr_desk.app import desk as desks
from dsr_desk.app.vault import where
from dsr_desk.cli.ending import PROBLEM
from dsr_desk.cli.errors import JSON, wanted
from dsr_desk.core import codec, deadlines, passphrases, requests
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.jobs.progress import Progress as Moment

LONGEST_LINE = 1 << 20
"""Characters of a passphrase in a file: what is longer is none, and is not cut either."""

P = ParamSpec("P")
R = TypeVar("R")

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


class PassphraseUnreadable(DeskError):
    code = "PASSPHRASE-UNREADABLE"
    happened = "The passphrase cannot be read from {where}: {why}."
    means = "Nothing was opened or changed."
    todo = "Give a text file in UTF-8 whose first line is the passphrase."


def _remember(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    ctx.meta[JSON] = wanted


json_option = click.option(
    "--json", is_flag=True, expose_value=False, is_eager=True, callback=_remember, help="Print the result as JSON."
)
"""Goes with every command that prints with `emit`; `with_desk` has it."""
vault_option = click.option(
    "--vault",
    "vault_folder",
    type=PATH,
    envvar="DSR_DESK_VAULT",
    default=lambda: where.usual_vault(),
    show_default="the one opened last in the window, else in the user's data folder",
    help="Folder of the vault (or set DSR_DESK_VAULT).",
)


CLOCK_BEHIND = (
    "! The clock of this computer is behind the newest entry of the vault. Put it right if it is wrong. "
    "If it was wrong before and is right now, record that before anything else: dsr-desk vault clock-corrected"
)


generate_option = click.option(
    "--generate", is_flag=True, help="Let the program make the new passphrase; it is shown once, on the terminal."
)
new_passphrase_option = click.option(
    "--new-passphrase-file", type=FILE, help="Read the new passphrase from the first line of this file."
)


def passphrase_options(function: Callable[P, R]) -> Callable[P, R]:
    """--passphrase-file and --passphrase-fd; without them the passphrase is asked for. Never an argument."""
    function = click.option(
        "--passphrase-fd", type=int, default=None, help="Read the passphrase from this open file descriptor."
    )(function)
    return click.option(
        "--passphrase-file", type=FILE, default=None, help="Read the passphrase from the first line of this file."
    )(function)


def read_passphrase(
    passphrase_file: Path | None, passphrase_fd: int | None, prompt: str = "Passphrase", *, confirm: bool = False
) -> str:
    """From the file, the descriptor or the terminal; the line end does not count. Raises PassphraseUnreadable."""
    source = passphrase_fd if passphrase_file is None else passphrase_file
    if source is None:
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))
    try:
        with open(source, encoding="utf-8", closefd=passphrase_file is not None) as file:
            line = file.readline(LONGEST_LINE + 1)
    except (OSError, UnicodeDecodeError) as error:
        why = refused(error) if isinstance(error, OSError) else message("damage.not-utf8")
        raise PassphraseUnreadable(where=source, why=why) from None
    if len(line) > LONGEST_LINE:
        raise PassphraseUnreadable(where=source, why=message("why.too-large", most=LONGEST_LINE))
    return line.rstrip("\r\n")


def new_passphrase(passphrase_file: Path | None, passphrase_fd: int | None, prompt: str, *, generate: bool) -> str:
    """One to be set: given as any other, or made here and shown once.

    A made one goes to the terminal alone, never into what the command prints, and is typed once: so it was noted.
    """
    if not generate:
        return read_passphrase(passphrase_file, passphrase_fd, prompt, confirm=True)
    if passphrase_file is not None or passphrase_fd is not None:
        raise click.UsageError("give a passphrase or --generate, not both")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("--generate shows the passphrase on a terminal, and there is none")
    made = passphrases.new_passphrase()
    click.echo(f"{prompt}: {made}\nWrite it down now: it is shown this once and kept nowhere.", err=True)
    while click.prompt("Type it to go on", hide_input=True, err=True) != made:
        click.echo("That is another one.", err=True)
    return made


def with_desk(function: Callable[..., R]) -> Callable[..., R]:
    """Opens the vault and passes it as the first argument. The command takes --json."""

    @json_option
    @vault_option
    @passphrase_options
    @functools.wraps(function)
    def wrapped(
        *args: Any, vault_folder: Path, passphrase_file: Path | None, passphrase_fd: int | None, **kwargs: Any
    ) -> R:
        with desks.Desk.open(vault_folder, read_passphrase(passphrase_file, passphrase_fd)) as desk:
            if desk.clock_is_behind:
                click.echo(CLOCK_BEHIND, err=True)
            return function(desk, *args, **kwargs)

    return wrapped


def with_case(function: Callable[..., R]) -> Callable[..., R]:
    """The same for a command on the case REF, its second argument."""
    return with_desk(click.argument("ref")(function))


def request_options(function: Callable[..., R]) -> Callable[..., R]:
    """--right, --law and --received; the command gets those that were given as one `said`, by field of the request."""

    @click.option("--right", type=click.Choice([right.value for right in requests.Right]), help="What is asked for.")
    @click.option(
        "--law", type=click.Choice([law.value for law in requests.Law]), help="Under which law the clock runs."
    )
    @click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="Day on which it arrived.")
    @functools.wraps(function)
    def wrapped(*args: Any, right: str | None, law: str | None, received: datetime | None, **kwargs: Any) -> R:
        said = {
            "right": right and requests.Right(right),
            "law": law and requests.Law(law),
            "received": received and received.date(),
        }
        return function(*args, said={name: value for name, value in said.items() if value}, **kwargs)

    return wrapped


def place_option(function: Callable[..., R]) -> Callable[..., R]:
    """--place: whose public holidays count, as a Place; None where it is not given."""

    @click.option("--place", default="", metavar="DE-BY", help="Whose public holidays count for this case.")
    @functools.wraps(function)
    def wrapped(*args: Any, place: str, **kwargs: Any) -> R:
        country, _, region = place.strip().upper().partition("-")
        return function(*args, place=deadlines.Place(country, region) if country else None, **kwargs)

    return wrapped


def counted(count: int, one: str) -> str:
    """A number with its noun, in the plural with an s."""
    return f"{count} {one}{'' if count == 1 else 's'}"


def wants_json() -> bool:
    return wanted(click.get_current_context())


_PIECES = 10_000
"""Of JSON that are written at a time, so that a long answer is never there twice."""


def emit(value: Any, *lines: str | Message, problem: bool = False) -> None:
    """Prints JSON for programs or lines for people; ends the command where a problem was found."""
    if wants_json():
        pieces = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(codec.plain(value))
        while some := "".join(islice(pieces, _PIECES)):
            click.echo(some, nl=False)
        click.echo()
    else:
        for line in lines:
            click.echo(str(line))
    if problem:
        click.get_current_context().exit(PROBLEM)


@contextmanager
def progress_bar() -> Iterator[tuple[Report, CancelToken]]:
    """A report that draws on standard error, and a token that Ctrl+C sets once (twice ends the program)."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    token = CancelToken()
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[notes]}"),
    )
    with Progress(*columns, console=console, disable=wants_json() or not console.is_terminal, transient=True) as bar:
        tasks: dict[Message, Any] = {}

        def report(moment: Moment) -> None:
            if moment.phase not in tasks:
                tasks[moment.phase] = bar.add_task(moment.phase.say(), total=moment.total, notes="")
            notes = " · ".join(f"{count} {name.replace('_', ' ')}" for name, count in moment.notes.items())
            bar.update(tasks[moment.phase], completed=moment.done, total=moment.total, notes=notes)

        with _interrupt_sets(token):
            yield report, token


@contextmanager
def _interrupt_sets(token: CancelToken) -> Iterator[None]:
    import signal

    def on_interrupt(number: int, frame: Any) -> None:  # noqa: ARG001
        token.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
