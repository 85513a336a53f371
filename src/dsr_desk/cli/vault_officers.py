"""dsr-desk vault officer, policy, changes: who opens the vault, and what is asked of them."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.vault import keeping, officers
from dsr_desk.cli.common import NEW_FILE, emit, generate_option, new_passphrase, new_passphrase_option, with_desk
from dsr_desk.cli.vault_open import kept

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command("recovery-code")
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
        kept(code, recovery_file),
        f"Recovery code: {recovery_file or code}",
        "Print it and keep it away from this computer.",
    )


@click.group()
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


@click.command()
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


@click.command()
@with_desk
def changes(desk: Desk) -> None:
    """Changes of officers and policy that wait for approvals."""
    found = officers.proposals(desk)
    lines = [line for one in found for line in _waiting_lines(one)]
    emit([_waiting_json(one) for one in found], *(lines or ["Nothing waits."]))


@click.command("approve-change")
@with_desk
@click.argument("digest")
def approve_change(desk: Desk, digest: str) -> None:
    """Stand behind a change that another officer proposed; DIGEST as `vault changes` shows it, or its first digits."""
    change = officers.approve_change(desk, digest)
    (approved,) = (one for one in officers.proposals(desk) if one.digest == change.subject)
    emit(_waiting_json(approved), "You stand behind this change.", *_waiting_lines(approved))


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
