"""dsr-desk vault checkpoint, restore, clock-corrected: what keeps two copies of a vault apart."""

from __future__ import annotations

from pathlib import Path

import click

from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import backups
from dsr_desk.cli.common import (
    NEW_FILE,
    PATH,
    counted,
    emit,
    json_option,
    passphrase_options,
    read_passphrase,
    with_desk,
)

_file = NEW_FILE


@click.command()
@with_desk
@click.option("--to", required=True, type=_file, help="File on another drive; one that is there is compared first.")
@click.option("--always", is_flag=True, help="Write it there again after every backup and every sealing.")
def checkpoint(desk: Desk, to: Path, always: bool) -> None:
    """Write down, outside the vault, how far its log has come and what a restore must know."""
    made = backups.write_checkpoint(desk, to, always=always)
    shown = {"checkpoint": str(to), "size": made.size, "root": made.root, "epoch": made.epoch, "time": made.time}
    lines = [f"{to}: {made.size} entries, epoch {made.epoch}."]
    if always:
        lines.append("It is written there again after every backup and every sealing.")
    emit({**shown, "always": always}, *lines)


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--to", required=True, type=PATH, help="New folder of the vault.")
@click.option("--checkpoint", "given", multiple=True, type=_file, help="A checkpoint that you have; the newest counts.")
@passphrase_options
@json_option
def restore(
    backup: Path, to: Path, given: tuple[Path, ...], passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Copy a BACKUP to a new folder and go on with it, in a new declared epoch of the journal."""
    done = backups.restore(backup, to, read_passphrase(passphrase_file, passphrase_fd), given)
    erased = [{"case": ref, "items": items} for ref, items in _erased(done).items()]
    shown = {
        "vault": str(to),
        "checkpoint": done.checkpoint,
        "agrees": done.agrees,
        "forgotten_again": done.forgotten,
        "erased_after_backup": erased,
    }
    emit(shown, *_lines(done, bool(given)))


def _lines(done: backups.Restored, given: bool) -> list[str]:
    lines = [f"Restored to {done.folder}."]
    if done.checkpoint:
        lines.append(f"The checkpoint of {done.checkpoint} was taken{'' if given else ', which lay in the backup'}.")
    if not given:
        lines.append("No other was given: what was numbered, forgotten or erased after the backup is not known.")
    if done.forgotten:
        lines.append(f"What was forgotten after the backup was forgotten again, {counted(done.forgotten, 'time')}.")
    for ref, items in _erased(done).items():
        lines.append(f"{ref}: {counted(len(items), 'item')} erased after the backup. Search the case again:")
        lines += [f"    {item}" for item in items]
    return lines


def _erased(done: backups.Restored) -> dict[str, list[str]]:
    """Items that were erased after the backup, each once, by case: several actions may erase one item."""
    found: dict[str, dict[str, None]] = {}
    for one in done.erasures:
        found.setdefault(one.ref, {}).update(dict.fromkeys(one.items))
    return {ref: list(items) for ref, items in found.items()}


@click.command("clock-corrected")
@with_desk
def clock_corrected(desk: Desk) -> None:
    """Say that this computer's clock was wrong before and is right now."""
    backups.correct_clock(desk)
    emit({"ok": True}, "Recorded. What follows may be dated earlier than what was recorded before.")


COMMANDS = (checkpoint, restore, clock_corrected)
