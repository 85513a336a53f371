"""dsr-desk delete: plan, run, read back."""

from __future__ import annotations

from typing import Any

import click

from dsr_desk.app import deleting
from dsr_desk.app.desk import Desk
from dsr_desk.cli.common import emit, json_option, progress_bar, with_desk
from dsr_desk.cli.errors import PROBLEM
from dsr_desk.core import codec
from dsr_desk.core.actions import OutcomeState, ReadBack, Seen


@click.group()
def delete() -> None:
    """Delete what was decided to be the person's, and look whether it is gone."""


@delete.command()
@with_desk
@click.argument("ref")
@json_option
def plan(desk: Desk, ref: str, as_json: bool) -> None:
    """Plan the deletion of all hits and rehearse it: what would go, and what cannot and why."""
    view = deleting.make_plan(desk, ref)
    rehearsal = deleting.dry_run(desk, ref)
    lines = [f"Plan of case {ref}, {len(view.plan.actions)} actions. Nothing was touched."]
    for store in rehearsal.stores:
        lines.append(
            f"  {store.store}: {store.erase} to erase, {store.mask} to mask, {store.gone_already} gone already"
        )
    lines += [f"  not reached: {gap.what}: {gap.why}" for gap in rehearsal.cannot]
    lines.append(f"Approve it with: dsr-desk case approve {ref}")
    emit(as_json, {"plan": view.plan.digest, **codec.plain(rehearsal)}, *lines)


@delete.command()
@with_desk
@click.argument("ref")
@click.option("--yes", is_flag=True, help="Do not ask for the case number.")
@json_option
@click.pass_context
def run(ctx: click.Context, desk: Desk, ref: str, yes: bool, as_json: bool) -> None:
    """Carry out the approved plan. Interrupted, the same command goes on."""
    if not yes:
        items = sum(len(action.items) for action in deleting.show_plan(desk, ref).plan.erasing)
        typed = click.prompt(f"This erases {items} items for good. Type the case number to go on", err=True)
        if typed.strip() != ref:
            raise click.UsageError("that is not the case number; nothing was deleted")
    with progress_bar(as_json) as (report, cancel):
        outcomes = deleting.run(desk, ref, report=report, cancel=cancel)
    lines = []
    for outcome in outcomes:
        seen = ", ".join(f"{outcome.count(seen)} {seen.value}" for seen in Seen if outcome.count(seen))
        lines.append(f"{outcome.action}: {outcome.state.value}. {seen} {' '.join(outcome.notes)}".rstrip())
    emit(as_json, {"outcomes": [codec.plain(outcome) for outcome in outcomes]}, *lines)
    if any(outcome.state in (OutcomeState.FAILED, OutcomeState.PARTLY) for outcome in outcomes):
        ctx.exit(PROBLEM)


@delete.command("read-back")
@with_desk
@click.argument("ref")
@json_option
@click.pass_context
def read_back(ctx: click.Context, desk: Desk, ref: str, as_json: bool) -> None:
    """Look at the data again: hashes, look-alikes, identifiers, indexes, the same search once more."""
    with progress_bar(as_json) as (report, cancel):
        found = deleting.read_back(desk, ref, report=report, cancel=cancel)
    emit(as_json, read_back_json(found), *read_back_lines(found))
    if found.seen in (Seen.STILL_THERE, Seen.NOT_LOOKED):
        ctx.exit(PROBLEM)


@delete.command()
@with_desk
@click.argument("ref")
@json_option
def withdraw(desk: Desk, ref: str, as_json: bool) -> None:
    """Take back a plan that has not begun, so that decisions can be changed again."""
    deleting.withdraw_plan(desk, ref)
    emit(as_json, {"withdrawn": ref}, f"The plan of case {ref} is withdrawn.")


def read_back_json(found: ReadBack) -> dict[str, Any]:
    counts = {seen.value: found.count(seen) for seen in Seen}
    return {"headline": found.headline, "seen": found.seen.value, "items": counts, "checks": codec.plain(found.checks)}


def read_back_lines(found: ReadBack) -> list[str]:
    lines = [found.headline]
    for check in found.checks:
        lines.append(f"  {check.name}: {check.says}")
        lines += [f"    {remaining.place}: {remaining.says}" for remaining in check.remaining]
    return lines
