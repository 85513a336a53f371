"""dsr-desk vault: create, look after, back up."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from dsr_desk.app.desk import Desk
from dsr_desk.app.keeping import (
    add_officer,
    backup_vault,
    change_passphrase,
    check_vault,
    rekey_vault,
    remove_officer,
    renew_recovery_code,
    vault_info,
    write_private,
)
from dsr_desk.app.organisation import organisation_details, set_organisation_details
from dsr_desk.cli.common import (
    emit,
    json_option,
    passphrase_options,
    read_passphrase,
    vault_option,
    with_desk,
)
from dsr_desk.cli.errors import PROBLEM
from dsr_desk.core.deadlines import Place


@click.group()
def vault() -> None:
    """The encrypted folder that holds cases, officers, keys, journal and lineage."""


@vault.command()
@vault_option
@passphrase_options
@click.option("--organisation", required=True, help="Name that appears on evidence.")
@click.option("--officer", required=True, help="Your name as it appears on evidence.")
@click.option("--country", default="", help="Two-letter country whose public holidays count.")
@click.option("--region", default="", help="Region of that country, such as BE.")
@click.option(
    "--recovery-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the recovery code to this new file instead of printing it.",
)
@json_option
def create(
    vault_folder: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    organisation: str,
    officer: str,
    country: str,
    region: str,
    recovery_file: Path | None,
    as_json: bool,
) -> None:
    """Create a vault with its first officer. The recovery code is shown once."""
    passphrase = read_passphrase(passphrase_file, passphrase_fd, "New passphrase", confirm=True)
    desk, code = Desk.create(vault_folder, organisation, officer, passphrase, Place(country, region))
    with desk:
        result: dict[str, Any] = {"vault": str(vault_folder), "recipient": desk.vault.public_key}
        if recovery_file is not None:
            write_private(recovery_file, code)
            result["recovery_file"] = str(recovery_file)
        else:
            result["recovery_code"] = code
        emit(
            as_json,
            result,
            f"Vault created at {vault_folder}.",
            f"Recovery code: {code if recovery_file is None else recovery_file}",
            "Print it and keep it away from this computer. Without it and the passphrase nobody opens the vault.",
        )


@vault.command()
@with_desk
@json_option
def info(desk: Desk, as_json: bool) -> None:
    """Show what the vault holds, in numbers."""
    facts = vault_info(desk)
    emit(as_json, facts, *(f"{key.replace('_', ' ')}: {_said(value)}" for key, value in facts.items()))


@vault.command()
@with_desk
@json_option
@click.pass_context
def check(ctx: click.Context, desk: Desk, as_json: bool) -> None:
    """Check the file, its references, and every entry and signature of the journal."""
    problems = check_vault(desk)
    emit(as_json, {"ok": not problems, "problems": problems}, *(problems or ["The vault is whole."]))
    if problems:
        ctx.exit(PROBLEM)


@vault.command()
@with_desk
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def backup(desk: Desk, folder: Path, as_json: bool) -> None:
    """Copy the vault to an empty FOLDER. Opening the copy begins a new, declared epoch of the journal."""
    backup_vault(desk, folder)
    emit(as_json, {"backup": str(folder)}, f"Copied to {folder}. It opens with the same passphrases.")


@vault.command()
@with_desk
@json_option
def rekey(desk: Desk, as_json: bool) -> None:
    """Encrypt the vault with a new key; passphrases stay as they are."""
    rekey_vault(desk)
    emit(as_json, {"ok": True}, "The vault is encrypted with a new key.")


@vault.command("recovery-code")
@with_desk
@click.option(
    "--recovery-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the code to this file instead of printing it.",
)
@json_option
def recovery_code(desk: Desk, recovery_file: Path | None, as_json: bool) -> None:
    """Make a new recovery code; the old one opens nothing any more."""
    code = renew_recovery_code(desk)
    if recovery_file is not None:
        write_private(recovery_file, code)
    shown = {"recovery_file": str(recovery_file)} if recovery_file is not None else {"recovery_code": code}
    emit(as_json, shown, f"Recovery code: {recovery_file or code}", "Print it and keep it away from this computer.")


@vault.command()
@with_desk
@click.option("--address", help="Postal address.")
@click.option("--contact", help="Where a person writes to.")
@click.option("--authority", help="The supervisory authority that a person may turn to.")
@click.option("--role", help="Role of whoever seals, such as data protection officer.")
@json_option
def organisation(
    desk: Desk, address: str | None, contact: str | None, authority: str | None, role: str | None, as_json: bool
) -> None:
    """Show or set what stands on certificates beside the organisation's name."""
    given = {"address": address, "contact": contact, "authority": authority, "role": role}
    changed = {name: value for name, value in given.items() if value is not None}
    if changed:
        set_organisation_details(desk, replace(organisation_details(desk), **changed))
    shown = asdict(organisation_details(desk))
    emit(as_json, shown, *(f"{name}: {value or 'not set'}" for name, value in shown.items()))


@vault.group()
def officer() -> None:
    """The people who may open the vault, each with an own passphrase and signing key."""


@officer.command("add")
@with_desk
@click.argument("name")
@click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Read the new officer's passphrase from this file.",
)
@json_option
def officer_add(desk: Desk, name: str, new_passphrase_file: Path | None, as_json: bool) -> None:
    """Add an officer; that person types the passphrase."""
    add_officer(desk, name, read_passphrase(new_passphrase_file, None, f"Passphrase of {name}", confirm=True))
    emit(as_json, {"officer": name}, f"{name} is an officer of this vault.")


@officer.command("remove")
@with_desk
@click.argument("name")
@json_option
def officer_remove(desk: Desk, name: str, as_json: bool) -> None:
    """Take an officer's access away and change the vault's key."""
    remove_officer(desk, name)
    emit(as_json, {"removed": name}, f"{name} no longer opens this vault.")


@officer.command("passphrase")
@with_desk
@click.option("--new-passphrase-file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def officer_passphrase(desk: Desk, new_passphrase_file: Path | None, as_json: bool) -> None:
    """Change your own passphrase."""
    change_passphrase(desk, read_passphrase(new_passphrase_file, None, "New passphrase", confirm=True))
    emit(as_json, {"ok": True}, "Your passphrase is changed.")


def _said(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
