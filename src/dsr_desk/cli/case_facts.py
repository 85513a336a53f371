"""dsr-desk case confirm, letter, close, reopen, keep, forget: the officer's word on the request, and on its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import cases, ending, letters
from dsr_desk.app.vault import checkpointing, retention
from dsr_desk.cli.case_show import case_json, case_lines
from dsr_desk.cli.common import NEW_FILE, emit, place_option, request_options, with_case
from dsr_desk.core.deadlines import MOST_MONTHS, Place
from dsr_desk.core.facts import changed
from dsr_desk.core.requests import IDENTIFIER_FIELDS, CaseState, FoundKind

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_ENDS = [state.value for state in CaseState if state.is_end]
_KINDS = {kind.value.replace(" ", "-"): kind for kind in IDENTIFIER_FIELDS}


@click.command()
@with_case
@request_options
@place_option
@click.option("--add", "added", multiple=True, metavar="KIND=VALUE", help="An identifier more; repeatable.")
@click.option("--remove", "removed", multiple=True, metavar="KIND=VALUE", help="An identifier less; repeatable.")
def confirm(
    desk: Desk,
    ref: str,
    said: dict[str, Any],
    place: Place | None,
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> None:
    """Confirm the request, as it was read or corrected: what is not given stays. The clock is computed again.

    KIND is name, e-mail, phone, user-name, account-id, date-of-birth or address.
    """
    before = cases.show_case(desk, ref)
    kept = {"right": before.right, "law": before.law, "received": before.received}
    identifiers = changed(before.identifiers, identifiers_given(added), identifiers_given(removed))
    cases.edit_request(desk, ref, identifiers=identifiers, place=place, **{**kept, **said})
    view, versions = cases.show_case(desk, ref), cases.facts_versions(desk, ref)
    result = {**case_json(view, desk.vault.officer_names()), "version": versions[-1].number}
    emit(result, *case_lines(view))


@click.command()
@with_case
@click.option("--as", "state", type=click.Choice(_ENDS), default=CaseState.CLOSED.value, show_default=True)
@click.option("--reason", default="", help="Needed for every end but closed, and where something is left open.")
@click.option(
    "--letter",
    type=click.Choice(("keep", "destroy")),
    help="What becomes of files of the letter that hold the reference photos and cannot be taken apart.",
)
def close(desk: Desk, ref: str, state: str, reason: str, letter: str | None) -> None:
    """End a case. What is open in it is said, and needs a reason. Its reference photos are destroyed.

    Afterwards the whole vault is looked through for copies of them.
    """
    left = {code: count for code, count in ending.what_is_open(desk, ref).items() if count}
    ending.end_case(desk, ref, CaseState(state), reason, letter=None if letter is None else letter == "destroy")
    photos = ending.references_said(desk, ref)
    lines = [f"Case {ref} is {state}.", *map(str, photos)]
    lines += [f"Left open: {sentence}." for sentence in ending.open_said(left)]
    if checkpointing.checkpoint_away(desk):
        lines.append("! No checkpoint was written on the other drive: it is not there.")
    emit({"case": ref, "state": state, "open": left, "photos": photos}, *lines)


@click.command()
@with_case
@click.option("--reason", required=True, help="Why it is opened again; part of the evidence.")
def reopen(desk: Desk, ref: str, reason: str) -> None:
    """Open an ended case again. Reference photos that were destroyed stay so."""
    ending.reopen_case(desk, ref, reason)
    state = cases.show_case(desk, ref).state.value
    emit({"case": ref, "state": state}, f"Case {ref} is open again: {state}.")


@click.command()
@with_case
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(desk: Desk, ref: str, yes: bool) -> None:
    """Destroy what the closed case REF holds: letter, photos, candidates, notes. Its signed acts stay.

    Backups that hold it are named.
    """
    if not yes:
        click.confirm(f"Destroy what case {ref} holds? This cannot be undone.", abort=True, err=True)
    ending.forget_case(desk, ref)
    held = ending.backups_said(desk, ref)
    emit({"forgotten": ref, "backups": held}, f"Case {ref} is forgotten.", *map(str, held))


@click.command()
@with_case
@click.option("--months", required=True, type=click.IntRange(0, MOST_MONTHS), help="Counted from the end of the case.")
@click.option("--rule", required=True, help="The law or policy that the period follows from, in words.")
def keep(desk: Desk, ref: str, months: int, rule: str) -> None:
    """Keep the case REF for another time than the organisation's other cases."""
    retention.keep_case(desk, ref, months, rule)
    found = retention.kept(desk, ref)
    emit({"case": ref, "months": months, "rule": rule}, *([str(found.says)] if found is not None else []))


@click.command()
@with_case
@click.option("--to", required=True, type=NEW_FILE, help="New file for the letter.")
def letter(desk: Desk, ref: str, to: Path) -> None:
    """Write the letter of the case REF to a file: as it came, as long as no part of it was destroyed."""
    missing = letters.save_letter(desk, ref, to)
    lines = [f"The letter of case {ref} is in {to}."]
    lines += [f"Destroyed, and left empty in it: {one or 'a part without a name'}." for one in missing]
    emit({"letter": str(to), "whole": not missing, "missing": list(missing)}, *lines)


def identifiers_given(given: Sequence[str]) -> list[tuple[FoundKind, str]]:
    """KIND=VALUE as kinds and values."""
    found = []
    for one in given:
        kind, _, value = one.partition("=")
        if kind not in _KINDS or not value.strip():
            raise click.UsageError(f"{one} is not KIND=VALUE; KIND is one of {', '.join(_KINDS)}")
        found.append((_KINDS[kind], value.strip()))
    return found
