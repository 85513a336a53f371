"""dsr-desk vault create, info, backup, restore: the folder as a whole."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app import desk as desks
from dsr_desk.app import protection
from dsr_desk.app.vault import backups, keeping
from dsr_desk.cli.common import (
    NEW_FILE,
    PATH,
    counted,
    emit,
    generate_option,
    json_option,
    new_passphrase,
    passphrase_options,
    read_passphrase,
    vault_option,
    with_desk,
)
from dsr_desk.core.deadlines import Place

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command()
@vault_option
@passphrase_options
@generate_option
@click.option("--organisation", required=True, help="Name that appears on evidence.")
@click.option("--officer", required=True, help="Your name as it appears on evidence.")
@click.option("--country", default="", help="Two-letter country whose public holidays count.")
@click.option("--region", default="", help="Region of that country, such as BE.")
@click.option("--recovery-file", type=NEW_FILE, help="Write the recovery code to this new file instead of printing it.")
@json_option
def create(
    vault_folder: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    generate: bool,
    organisation: str,
    officer: str,
    country: str,
    region: str,
    recovery_file: Path | None,
) -> None:
    """Create a vault with its first officer. The recovery code is shown once."""
    passphrase = new_passphrase(passphrase_file, passphrase_fd, "New passphrase", generate=generate)
    desk, code = desks.Desk.create(vault_folder, organisation, officer, passphrase, Place(country, region))
    with desk:
        emit(
            {"vault": str(vault_folder), "recipient": desk.vault.public_key, **kept(code, recovery_file)},
            f"Vault created at {vault_folder}.",
            f"Recovery code: {recovery_file or code}",
            "Print it and keep it away from this computer. Without it and the passphrase nobody opens the vault.",
        )


@click.command()
@with_desk
def info(desk: Desk) -> None:
    """Show what the vault holds, in numbers."""
    facts, shield = {**keeping.vault_info(desk), **backups.reminders(desk)}, protection.protection()
    lines = [f"{key.replace('_', ' ')}: {_said(value)}" for key, value in facts.items()]
    emit({**facts, "enforced_by_kernel": shield.kernel}, *lines, *shield.says)


@click.command()
@with_desk
@click.argument("folder", type=PATH)
@click.option(
    "--keep-until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which the copy is overwritten or destroyed; evidence names it.",
)
def backup(desk: Desk, folder: Path, keep_until: datetime | None) -> None:
    """Copy the vault to an empty FOLDER. Opening the copy begins a new, declared epoch of the journal."""
    missing = backups.backup_vault(desk, folder, keep_until.date() if keep_until else None)
    lines = [f"Copied to {folder}. It opens with the same passphrases."]
    if missing is not None:
        lines.append(f"The checkpoint in {missing} was not written: the drive is not there.")
    emit({"backup": str(folder), "checkpoint_missing": str(missing or "")}, *lines)


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--to", required=True, type=PATH, help="New folder of the vault.")
@click.option(
    "--checkpoint", "given", multiple=True, type=NEW_FILE, help="A checkpoint that you have; the newest counts."
)
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
    emit(shown, *_restored_lines(done, bool(given)))


def _restored_lines(done: backups.Restored, given: bool) -> list[str]:
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


@click.command()
@with_desk
def rekey(desk: Desk) -> None:
    """Encrypt the vault with a new key; passphrases stay as they are."""
    desk.vault.rekey()
    emit({"ok": True}, "The vault is encrypted with a new key.")


@click.command()
@with_desk
@click.option("--address", help="Postal address.")
@click.option("--contact", help="Where a person writes to.")
@click.option("--authority", help="The supervisory authority that a person may turn to.")
@click.option("--role", help="Role of whoever seals, such as data protection officer.")
def organisation(desk: Desk, address: str | None, contact: str | None, authority: str | None, role: str | None) -> None:
    """Show or set what stands on certificates beside the organisation's name."""
    given = {"address": address, "contact": contact, "authority": authority, "role": role}
    changed = {name: value for name, value in given.items() if value is not None}
    if changed:
        keeping.set_organisation_details(desk, replace(keeping.organisation_details(desk), **changed))
    shown = asdict(keeping.organisation_details(desk))
    emit(shown, *(f"{name}: {value or 'not set'}" for name, value in shown.items()))


def kept(code: str, to: Path | None) -> dict[str, str]:
    """The recovery code as the result says it: in a file of its own, if one was named, or as it is."""
    if to is None:
        return {"recovery_code": code}
    keeping.write_private(to, code)
    return {"recovery_file": str(to)}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(str(one) for one in value) if isinstance(value, list) else str(value)) or "none"
