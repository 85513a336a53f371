"""dsr-desk vault retention, forget-due, backups: how long what is kept is kept, and where copies of it lie."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from dsr_desk.app.case import ending
from dsr_desk.app.vault import keeping
from dsr_desk.app.vault import retention as periods
from dsr_desk.cli.common import emit, progress_bar, with_desk
from dsr_desk.core.deadlines import MOST_MONTHS
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import Progress

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command()
@with_desk
@click.option("--months", type=click.IntRange(0, MOST_MONTHS), help="Counted from the end of each case.")
@click.option("--rule", default="", help="The law or policy that the period follows from, in words.")
def retention(desk: Desk, months: int | None, rule: str) -> None:
    """Show or set how long closed cases are kept, and under which rule."""
    if months is None and rule:
        raise click.UsageError("give --months with --rule")
    if months is not None:
        periods.set_period(desk, months, rule)
    found = periods.period(desk)
    said = {"months": found.months if found else None, "rule": found.rule if found else ""}
    none = "Nobody has set how long closed cases are kept."
    emit(said, none if found is None else f"Closed cases are kept for {found.months} months: {found.rule}.")


@click.command("forget-due")
@with_desk
@click.option("--run", "run_", is_flag=True, help="Forget them; without this they are only listed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget_due(desk: Desk, run_: bool, yes: bool) -> None:
    """List closed cases whose time of keeping has passed; with --run destroy what they hold.

    A case with a legal hold or an open duty stays, and why is said. Ended half way, the next run goes on.
    """
    due = ending.due_cases(desk)
    ready = [one.ref for one in due if not one.stops]
    forgotten: list[str] = []
    if run_ and ready:
        if not yes:
            asked = f"Destroy what {', '.join(ready)} hold? This cannot be undone."
            click.confirm(asked, abort=True, err=True)
        with progress_bar() as (report, cancel):

            def step(done: int, total: int) -> None:
                cancel.check()
                report(Progress(message("phase.forgetting"), done, total))

            forgotten = ending.forget_due(desk, step=step)
    backups = {ref: ending.backups_said(desk, ref) for ref in forgotten}
    shown = [
        {
            "case": one.ref,
            "until": one.kept.until.isoformat() if one.kept.until else "",
            "rule": one.kept.rule,
            "stopped_by": list(one.stops),
            "forgotten": one.ref in forgotten,
            "backups": list(backups.get(one.ref, ())),
        }
        for one in due
    ]
    lines = []
    for one in due:
        state = (
            "forgotten" if one.ref in forgotten else "kept: " + "; ".join(map(str, one.stops)) if one.stops else "due"
        )
        lines.append(f"{one.ref}  due since {one.kept.until} ({one.kept.rule})  {state}")
        lines += [f"    {said}" for said in backups.get(one.ref, ())]
    emit(shown, *(lines or ["No closed case is due."]))


@click.command("backups")
@with_desk
def backups_made(desk: Desk) -> None:
    """List the backups that were made, and what is known of each."""
    found = keeping.backups_made(desk)
    emit([asdict(one) for one in found], *(map(_line, found) if found else ["No backup was made."]))


@click.command("backup-destroyed")
@with_desk
@click.argument("number", type=int)
def backup_destroyed(desk: Desk, number: int) -> None:
    """Note that the backup NUMBER (of vault backups) was overwritten or destroyed."""
    keeping.note_backup_destroyed(desk, number)
    emit({"backup": number, "destroyed": True}, f"Noted: backup {number} is destroyed.")


def _line(one: keeping.VaultBackup) -> str:
    if one.destroyed:
        state = f"destroyed, noted on {one.destroyed}"
    else:
        state = f"to be overwritten or destroyed by {one.until}" if one.until else "when it is overwritten is not known"
    return f"{one.seq}  {one.time}  {one.where}  {state}"
