"""dsr-desk vault: create, look after, back up, keep two copies apart."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app import desk as desks
from dsr_desk.app import protection
from dsr_desk.app.vault import backups, keeping, officers
from dsr_desk.cli.common import (
    NEW_FILE,
    PATH,
    counted,
    emit,
    generate_option,
    json_option,
    new_passphrase,
    new_passphrase_option,
    passphrase_options,
    read_passphrase,
    vault_option,
    with_desk,
)
from dsr_desk.cli.required import state_for_all, stated
from dsr_desk.cli.vault_checkpoints import check, checkpoint
from dsr_desk.cli.vault_house import house
from dsr_desk.cli.vault_keeping import backup_destroyed, backups_made, forget_due, retention
from dsr_desk.core.deadlines import Place

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.group()
def vault() -> None:
    """The encrypted folder that holds cases, officers, keys, journal and lineage."""


for command in (check, checkpoint, stated, state_for_all, retention, forget_due, backups_made, backup_destroyed, house):
    vault.add_command(command)


@vault.command()
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
            {"vault": str(vault_folder), "recipient": desk.vault.public_key, **_kept(code, recovery_file)},
            f"Vault created at {vault_folder}.",
            f"Recovery code: {recovery_file or code}",
            "Print it and keep it away from this computer. Without it and the passphrase nobody opens the vault.",
        )


@vault.command()
@with_desk
def info(desk: Desk) -> None:
    """Show what the vault holds, in numbers."""
    facts, shield = {**keeping.vault_info(desk), **backups.reminders(desk)}, protection.protection()
    lines = [f"{key.replace('_', ' ')}: {_said(value)}" for key, value in facts.items()]
    emit({**facts, "enforced_by_kernel": shield.kernel}, *lines, *shield.says)


@vault.command()
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


@vault.command()
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


@vault.command("clock-corrected")
@with_desk
def clock_corrected(desk: Desk) -> None:
    """Say that this computer's clock was wrong before and is right now."""
    backups.correct_clock(desk)
    emit({"ok": True}, "Recorded. What follows may be dated earlier than what was recorded before.")


@vault.command()
@with_desk
def rekey(desk: Desk) -> None:
    """Encrypt the vault with a new key; passphrases stay as they are."""
    desk.vault.rekey()
    emit({"ok": True}, "The vault is encrypted with a new key.")


@vault.command("recovery-code")
@with_desk
@click.option("--recovery-file", type=NEW_FILE, help="Write the code to this file instead of printing it.")
def recovery_code(desk: Desk, recovery_file: Path | None) -> None:
    """Make a new recovery code; the old one opens nothing any more."""
    if recovery_file is not None:
        keeping.require_new(recovery_file)
    waiting = officers.propose_recovery_code(desk)
    if waiting is not None:
        _emit_waiting(waiting)
        return
    code = officers.renew_recovery_code(desk)
    emit(
        _kept(code, recovery_file),
        f"Recovery code: {recovery_file or code}",
        "Print it and keep it away from this computer.",
    )


@vault.command()
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


@vault.group()
def officer() -> None:
    """The people who may open the vault, each with an own passphrase and signing key."""


@officer.command("list")
@with_desk
def officer_list(desk: Desk) -> None:
    """All who open the vault, and who once did."""
    found = officers.officers(desk)
    emit([asdict(one) for one in found], *map(_officer_line, found))


@officer.command("add")
@with_desk
@click.argument("name")
@new_passphrase_option
@generate_option
def officer_add(desk: Desk, name: str, new_passphrase_file: Path | None, generate: bool) -> None:
    """Add an officer; that person types the passphrase. Where the policy asks for approvals it is proposed first."""
    waiting = officers.propose_officer(desk, name)
    if waiting is not None:
        _emit_waiting(waiting)
        return
    passphrase = new_passphrase(new_passphrase_file, None, f"Passphrase of {name}", generate=generate)
    officers.add_officer(desk, name, passphrase)
    emit({"officer": name, "waits": None}, f"{name} is an officer of this vault.")


@officer.command("remove")
@with_desk
@click.argument("name")
def officer_remove(desk: Desk, name: str) -> None:
    """Take an officer's access away and change the vault's key."""
    officers.remove_officer(desk, name)
    emit({"removed": name}, f"{name} no longer opens this vault.")


@officer.command("passphrase")
@with_desk
@new_passphrase_option
@generate_option
def officer_passphrase(desk: Desk, new_passphrase_file: Path | None, generate: bool) -> None:
    """Change your own passphrase."""
    passphrase = new_passphrase(new_passphrase_file, None, "New passphrase", generate=generate)
    officers.change_passphrase(desk, passphrase)
    emit({"ok": True}, "Your passphrase is changed.")


@vault.command()
@with_desk
@click.option("--approvals", type=click.IntRange(1), help="Officers who approve a plan, an officer, a looser policy.")
@click.option("--approver-not-decider/--no-approver-not-decider", default=None, help="Who decided does not approve.")
@click.option(
    "--validator-not-operator/--no-validator-not-operator", default=None, help="Who ran a deletion does not confirm it."
)
@click.option(
    "--second-review-access/--no-second-review-access", default=None, help="Two officers review what is handed out."
)
@click.option(
    "--second-review-erasure/--no-second-review-erasure", default=None, help="Two officers review what is erased."
)
def policy(desk: Desk, **asked: Any) -> None:
    """Show what is asked of officers, or change it. What asks for less is proposed first, where approvals are asked."""
    new = replace(officers.policy(desk), **{name: value for name, value in asked.items() if value is not None})
    waiting = officers.propose_policy(desk, new) if new != officers.policy(desk) else None
    if waiting is not None:
        _emit_waiting(waiting)
        return
    officers.set_policy(desk, new)
    emit({**new.as_open(), "waits": None}, *officers.policy_says(new))


@vault.command()
@with_desk
def changes(desk: Desk) -> None:
    """Changes of officers and policy that wait for approvals."""
    found = officers.proposals(desk)
    lines = [line for one in found for line in _waiting_lines(one)]
    emit([_waiting_json(one) for one in found], *(lines or ["Nothing waits."]))


@vault.command("approve-change")
@with_desk
@click.argument("digest")
def approve_change(desk: Desk, digest: str) -> None:
    """Stand behind a change that another officer proposed; DIGEST as `vault changes` shows it, or its first digits."""
    change = officers.approve_change(desk, digest)
    (approved,) = (one for one in officers.proposals(desk) if one.digest == change.subject)
    emit(_waiting_json(approved), "You stand behind this change.", *_waiting_lines(approved))


def _kept(code: str, to: Path | None) -> dict[str, str]:
    """The recovery code as the result says it: in a file of its own, if one was named, or as it is."""
    if to is None:
        return {"recovery_code": code}
    keeping.write_private(to, code)
    return {"recovery_file": str(to)}


def _emit_waiting(waiting: officers.Waiting) -> None:
    emit({"waits": _waiting_json(waiting)}, "It is proposed, and not done yet.", *_waiting_lines(waiting))


def _waiting_json(one: officers.Waiting) -> dict[str, Any]:
    missing = max(0, one.needed - len(one.behind))
    return {**asdict(one), "missing": missing}


def _waiting_lines(one: officers.Waiting) -> list[str]:
    behind = f"Proposed {one.time[:10]}; behind it: {', '.join(one.behind)}."
    return [one.digest, *(f"    {says}" for says in (*one.says, behind))]


def _officer_line(one: officers.Officer) -> str:
    until = f" until {one.removed[:10]}" if one.removed else ""
    notes = [note for note, holds in (("you", one.is_you), ("added by the recovery code", one.recovered)) if holds]
    return f"{one.name}: since {one.added[:10]}{until}{' (' + ', '.join(notes) + ')' if notes else ''}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(str(one) for one in value) if isinstance(value, list) else str(value)) or "none"
