"""dsr-desk vault check, checkpoint: is the vault whole, and is it the one that somebody else remembers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsr_desk.app.vault import checkpointing, comparing, keeping
from dsr_desk.cli.common import FILE, NEW_FILE, PATH, emit, progress_bar, read_passphrase, with_desk

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_PAGES = (".pdf", ".svg", ".txt")


@click.command()
@with_desk
@click.option(
    "--against", type=PATH, help="A checkpoint that somebody held: its file, a text with its line, a page, a bundle."
)
@click.option(
    "--bundle-passphrase-file", type=FILE, help="Read a sealed bundle's passphrase from this file's first line."
)
@click.option("--identity", "identities", multiple=True, type=FILE, help="age identity file that opens a bundle.")
@click.option(
    "--smime", "envelope", type=(FILE, FILE), metavar="CERTIFICATE KEY", help="S/MIME certificate and key, PEM."
)
def check(
    desk: Desk,
    against: Path | None,
    bundle_passphrase_file: Path | None,
    identities: tuple[Path, ...],
    envelope: tuple[Path, Path] | None,
) -> None:
    """Check the file, every entry and signature of the journal, and all that follows from them."""
    passphrase = read_passphrase(bundle_passphrase_file, None) if bundle_passphrase_file else ""
    compared = None
    if against is not None:
        compared = comparing.compare(desk, against, passphrase=passphrase, identities=identities, envelope=envelope)
    with progress_bar() as (report, cancel):
        problems = keeping.check_vault(desk, report, cancel)
    lines = [str(one) for one in problems] or ["The vault is whole."]
    if compared is not None:
        lines.append(str(compared.says))
    ok = not problems and (compared is None or compared.ok)
    emit({"ok": ok, "problems": problems, "against": compared}, *lines, problem=not ok)


@click.command()
@with_desk
@click.option(
    "--to",
    required=True,
    type=NEW_FILE,
    help="File on another drive, compared first if it is there; or a new .pdf, .svg or .txt for somebody to hold.",
)
@click.option("--always", is_flag=True, help="Write it there again after every backup, sealing and end of a case.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True, help="Of a page.")
def checkpoint(desk: Desk, to: Path, always: bool, language: str) -> None:
    """Write down, outside the vault, how far its journal has come and, in a file, what a restore must know."""
    if to.suffix.lower() in _PAGES:
        if always:
            raise click.UsageError("--always goes with a file, not with a page to hold")
        note = checkpointing.write_page(desk, to, language)
        shown = {"checkpoint": str(to), "size": note.size, "root": note.root.hex(), "epoch": note.epoch}
        emit({**shown, "line": note.line}, f"{to}: {note.size} entries, epoch {note.epoch}.", note.line)
        return
    made = checkpointing.write_checkpoint(desk, to, always=always)
    known = {"checkpoint": str(to), "size": made.size, "root": made.root, "epoch": made.epoch, "time": made.time}
    lines = [f"{to}: {made.size} entries, epoch {made.epoch}."]
    if always:
        lines.append("It is written there again after every backup, every sealing and every end of a case.")
    emit({**known, "always": always}, *lines)
