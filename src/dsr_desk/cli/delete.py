"""dsr-desk delete: plan, run, read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import deleting, handing_over, recipients, statements, sweeping
from dsr_desk.cli.common import (
    FILE,
    FOLDER,
    NEW_FILE,
    PATH,
    counted,
    emit,
    json_option,
    passphrase_options,
    progress_bar,
    read_passphrase,
    with_case,
)
from dsr_desk.cli.differences import differences_told
from dsr_desk.cli.ending import WHERE_READ
from dsr_desk.core import codec
from dsr_desk.core.actions import Outcome, OutcomeState, ReadBack, Seen, SqlDialect
from dsr_desk.core.message import said_all

if TYPE_CHECKING:
    from dsr_desk.app.case.chasing import TeamTask
    from dsr_desk.app.desk import Desk

_SHOWN = ("id", "kind", "what", "responsible", "until", "instruction", "unreached", "changes")


@click.group()
def delete() -> None:
    """Delete what was decided to be the person's, and look whether it is gone."""


@delete.command()
@with_case
def plan(desk: Desk, ref: str) -> None:
    """Plan the deletion of all hits and rehearse it: what would go, and what cannot and why."""
    view = deleting.make_plan(desk, ref)
    rehearsal = deleting.dry_run(desk, ref)
    lines = [f"Plan of case {ref}{_in_round(view.round)}, {len(view.plan.actions)} actions. Nothing was touched."]
    for store in rehearsal.stores:
        says = f"  {store.store}: {store.erase} to erase, {store.mask} to mask, {store.gone_already} gone already"
        lines.append(says + (f", {store.size} bytes of files go" if store.size else ""))
    changes = [{"action": one.id, "what": one.what, "changes": one.changes} for one in view.plan.actions if one.changes]
    lines += [f"  {one.what} changes beside that: {said}" for one in view.plan.actions for said in one.changes]
    lines += [f"  not reached: {gap.says}" for gap in rehearsal.gaps]
    if rehearsal.rewriting:
        lines.append(f"Rewriting may take about {rehearsal.rewriting:.0f} s here, judged by how long looking took.")
    lines.append(f"Approve it with: dsr-desk case approve {ref}")
    emit({"plan": view.plan.digest, "round": view.round, **codec.plain(rehearsal), "changes": changes}, *lines)


@delete.command()
@with_case
@click.option("--yes", is_flag=True, help="Do not ask for the case number.")
def run(desk: Desk, ref: str, yes: bool) -> None:
    """Carry out the approved plan. Interrupted, the same command goes on."""
    if not yes:
        items = deleting.show_plan(desk, ref).plan.going
        typed = click.prompt(f"This erases {items} items for good. Type the case number to go on", err=True)
        if typed.strip() != ref:
            raise click.UsageError("that is not the case number; nothing was deleted")
    with differences_told(desk, ref), progress_bar() as (report, cancel):
        outcomes = deleting.run(desk, ref, report=report, cancel=cancel)
    emit({"outcomes": outcomes}, *outcome_lines(outcomes), problem=_not_all(outcomes))


@delete.command("read-back")
@with_case
@click.option("--sweep", "roots", multiple=True, type=PATH, help="Before that, sweep this disk or folder; repeatable.")
def read_back(desk: Desk, ref: str, roots: tuple[Path, ...]) -> None:
    """Look at the data again for all that this case ever searched or deleted; also after a run that stopped.

    What sweeps of disks found for the case, and nothing explains, is still there (see `sweep`).

    Exit code 0 where all is gone and all was read, 4 where all is gone as far as it was read, 1 where something is
    still there or could not be looked at.
    """
    with progress_bar() as (report, cancel):
        if roots:
            sweeping.sweep_case(desk, ref, roots, report=report, cancel=cancel)
        found = deleting.read_back(desk, ref, report=report, cancel=cancel)
    emit(read_back_json(found), *read_back_lines(found), problem=found.seen in (Seen.STILL_THERE, Seen.NOT_LOOKED))
    if found.seen is Seen.GONE_WHERE_READ:
        click.get_current_context().exit(WHERE_READ)


@delete.command()
@with_case
def withdraw(desk: Desk, ref: str) -> None:
    """Take back a plan that has not begun, so that decisions can be changed again."""
    deleting.withdraw_plan(desk, ref)
    emit({"withdrawn": ref}, f"The plan of case {ref} is withdrawn.")


@delete.command()
@with_case
def show(desk: Desk, ref: str) -> None:
    """Show the plan's actions, what came of each, and what was changed since the plan was made."""
    view = deleting.show_plan(desk, ref)
    ended = {outcome.action: outcome for outcome in view.outcomes}
    names, (have, needed) = desk.vault.officer_names(), deleting.approvals(desk, ref)
    approved_by = [names.get(one.officer, one.officer) for one in view.approvals]
    rows, lines = [], [f"Plan {view.plan.digest[:12]} of case {ref}{_in_round(view.round)}:"]
    counts = "which no longer counts" if view.changed and approved_by else f"{have} of {counted(needed, 'approval')}"
    lines.append(f"Approved by {', '.join(approved_by) or 'nobody'}, {counts}.")
    for action in view.plan.actions:
        outcome = ended.get(action.id)
        state = outcome.state.value if outcome else "not begun"
        declared = outcome is not None and outcome.declared and not action.kind.runs_here
        told = {name: getattr(action, name) for name in _SHOWN}
        rows.append({**told, "items": action.total, "state": state, "declared": declared})
        says = f"{state}, declared and not read back" if declared else state
        lines.append(f"{action.id}  {action.kind.value}  {action.what}: {says}")
        lines += [f"      cannot be reached: {action.unreached}"] if action.unreached else []
        lines += [f"      changes beside that: {one}" for one in action.changes]
        if action.instruction and state in ("not begun", OutcomeState.WAITING.value):
            lines += [f"      {line}" for line in action.letter().splitlines()]
    if view.changed:
        lines += ["Changed since the plan was made:", *(f"  {one}" for one in view.changed)]
    result = {"plan": view.plan.digest, "round": view.round, "actions": rows, "changed": view.changed}
    approved = {"approved": have >= needed and not view.changed, "approved_by": approved_by, "needed": needed}
    emit({**result, **approved}, *lines)


@delete.command()
@with_case
@click.option("--to", required=True, type=NEW_FILE, help="File to write.")
@click.option(
    "--sql",
    type=click.Choice([one.value for one in SqlDialect]),
    help="Write statements for a database beside it (.sql).",
)
@click.option("--action", help="With --sql: the task that they carry out.")
@click.option("--container", help="With --sql: the export of the table in which the plan's rows lie.")
@click.option("--table", help="With --sql: the table, a schema before it with a dot.")
@click.option("--key", "keys", multiple=True, help="With --sql: a column that names rows, in both; repeatable.")
@click.option("--empty", multiple=True, help="With --sql: empty this column and keep the row; repeatable.")
def export(
    desk: Desk,
    ref: str,
    to: Path,
    sql: str | None,
    action: str | None,
    container: str | None,
    table: str | None,
    keys: tuple[str, ...],
    empty: tuple[str, ...],
) -> None:
    """Write the approved plan for the machine that holds the data: locked, signed, without any other case.

    With --sql, also statements for those who keep a database of which a container is an export. They answer with
    `delete answer`.
    """
    told: dict[str, Any] = {}
    lines: list[str] = []
    with differences_told(desk, ref):
        if sql is None:
            made = handing_over.hand_over(desk, ref, to)
        else:
            if not (action and container and table and keys):
                raise click.UsageError("--sql needs --action, --container, --table and --key")
            made, beside, said = statements.write_statements(
                desk, ref, to,
                action=action, container=container, table=table, keys=keys, dialect=sql, empty=empty,
            )  # fmt: skip
            told = {"statements": str(beside), "rows": said.expected, "left_out": said.left_out}
            lines = [f"Statements for {counted(said.expected, 'row')} are in {beside}. It holds keys in the clear."]
            if said.left_out:
                lines.append(f"{counted(said.left_out, 'row')} of the plan have no such key and are not in it.")
    keys_told = [{"name": one.name, "key": one.key} for one in made.approvers]
    result = {"file": str(to), "plan": made.plan, "passphrase": made.passphrase, "approvers": keys_told}
    there = (
        f"There: dsr-desk delete run-exported {to.name} --data PATH --officer KEY --operator NAME --answer FILE"
        if sql is None
        else f"There, afterwards: dsr-desk delete answer {to.name} --action {action} --erased N --left N"
        " --operator NAME --answer FILE"
    )
    emit(
        {**result, "containers": made.containers, **told},
        f"Written to {to}, for {', '.join(made.containers)}.",
        *lines,
        f"Passphrase, to be told by another way: {made.passphrase}",
        "Keys of those who approved, to be told by another way as well; the operator gives them with --officer:",
        *(f"  {one.name}: {one.spoken}" for one in made.approvers),
        there,
    )


@delete.command("answer")
@click.argument("file", type=FILE)
@click.option("--action", required=True, help="The task that the statements carried out.")
@click.option("--erased", required=True, type=click.IntRange(0), help="Rows that they changed.")
@click.option("--left", required=True, type=click.IntRange(0), help="Rows that were found afterwards.")
@click.option("--operator", required=True, help="Your name as it appears on evidence.")
@click.option("--answer", required=True, type=NEW_FILE, help="File to write for the vault.")
@passphrase_options
@json_option
def answer_(
    file: Path,
    action: str,
    erased: int,
    left: int,
    operator: str,
    answer: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Sign what the statements that came with a plan's FILE changed and found. No vault; it counts as declared."""
    passphrase = read_passphrase(passphrase_file, passphrase_fd)
    outcome = statements.answer_statements(
        file, passphrase, answer, action=action, erased=erased, left=left, operator=operator
    )
    emit(
        {"outcomes": [outcome], "answer": str(answer)},
        *outcome_lines([outcome]),
        f"The answer is {answer}; send it back.",
    )


@delete.command("run-exported")
@click.argument("file", type=FILE)
@click.option("--data", required=True, multiple=True, type=PATH, help="Where the data is; repeatable.")
@click.option("--officer", "officers", required=True, multiple=True, help="An approver's key as it was told to you.")
@click.option("--operator", required=True, help="Your name as it appears on evidence.")
@click.option("--answer", required=True, type=NEW_FILE, help="File to write for the vault.")
@click.option("--progress", type=NEW_FILE, help="File that a further run goes on from; beside FILE, if not given.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrase_options
@json_option
def run_exported(
    file: Path,
    data: tuple[Path, ...],
    officers: tuple[str, ...],
    operator: str,
    answer: Path,
    progress: Path | None,
    yes: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Carry out a handed-over plan where the data is, and read back. No vault; interrupted, it goes on."""
    passphrase = read_passphrase(passphrase_file, passphrase_fd)
    if not yes:
        click.confirm("This erases what the plan names, for good. Go on?", abort=True, err=True)
    with progress_bar() as (report, cancel):
        done = handing_over.run_handed_over(
            file, passphrase, data,
            officers=officers, operator=operator, answer=answer, progress=progress, report=report, cancel=cancel,
        )  # fmt: skip
    result = {"outcomes": done.outcomes, "answer": str(done.answer), "progress": str(done.progress)}
    emit(
        result,
        *outcome_lines(done.outcomes),
        f"The answer is {done.answer}; send it back.",
        f"Keep {done.progress} until the answer was taken in: a further run goes on from it.",
        problem=_not_all(done.outcomes),
    )


@delete.command("recipients")
@with_case
@click.option("--out", type=FOLDER, help="Write a folder for each that was not told yet, and record that it is asked.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="With --out: the day by which they answer; in 30 days.")
@click.option("--action", "actions", multiple=True, help="With --out: only this task, also once more; repeatable.")
def recipients_(desk: Desk, ref: str, out: Path | None, due: datetime | None, actions: tuple[str, ...]) -> None:
    """Who got the data or a model: whether they were told, until when they may answer, and what they answered.

    A folder holds the letter in two languages, the list of items by SHA-256, and a program of one file that looks for
    them on the recipient's own disks. `delete declare` takes its answer in. Exit code 1 where an answer is late or
    says that something is left.
    """
    if out is None and (due or actions):
        raise click.UsageError("--due and --action go with --out")
    today = date.today()
    written = {}
    if out is not None:
        until = due.date() if due else today + timedelta(days=30)
        written = recipients.instruct(desk, ref, out, until, today, actions)
    found, open_ = recipients.recipients(desk, ref), recipients.recipients_open(desk, ref, today)
    lines = [f"{one.folder}: {counted(one.items, 'item')} listed, {one.left_out} not." for one in written.values()]
    lines += [f"{one.action.id}  {one.action.what}: {_answered(one)}" for one in found]
    rows = [
        {
            "action": one.action.id,
            "recipient": one.action.what,
            "of": one.action.dataset_version or one.action.node,
            "asked": one.asked,
            "due": one.due,
            "again": one.chase_on,
            "reminders": one.reminders,
            "late": one.is_late(today),
            "state": one.outcome.state.value if one.outcome else "not begun",
            "answer": one.outcome.notes if one.outcome else (),
            "proofs": one.proofs,
        }
        for one in found
    ]
    late = any(one.code in ("open.recipient.late", "open.recipient.left") for one in open_)
    emit(
        {"recipients": rows, "written": written, "open": open_},
        *(lines or ["No plan of this case that was run tells anybody."]),
        *(f"! {one}" for one in open_),
        problem=late,
    )


def _answered(task: TeamTask) -> str:
    if task.outcome is None or task.outcome.state is OutcomeState.WAITING:
        return f"told on {task.asked[:10]}, answer wanted by {task.due}" if task.asked else "not told yet"
    return f"{task.outcome.state.value}, declared on {task.outcome.ended[:10]}"


@delete.command("import")
@with_case
@click.option("--answer", required=True, type=FILE, help="The file sent back.")
def import_(desk: Desk, ref: str, answer: Path) -> None:
    """Take in the answer of the machine that holds the data."""
    outcomes = handing_over.take_answer(desk, ref, answer.read_bytes())
    emit(
        {"outcomes": outcomes},
        *outcome_lines(outcomes),
        f"Taken in. Run what is left here (delete run {ref}), then read back (delete read-back {ref}).",
        problem=_not_all(outcomes),
    )


@delete.command()
@with_case
@click.argument("action")
@click.option("--how", required=True, help="Who said that it is done, and how they know.")
@click.option(
    "--proof", type=NEW_FILE, help="File that came with the answer: kept in the vault, its digest in the evidence."
)
def declare(desk: Desk, ref: str, action: str, how: str, proof: Path | None) -> None:
    """Record a team's word that a waiting ACTION is done. It counts as declared, never as read back.

    Where the proof is the answer of the checker that went out with `delete recipients`, what it says counts: an ACTION
    of which something is left waits on (exit code 1).
    """
    outcome = handing_over.declare(desk, ref, action, how, proof)
    waits = outcome.state is OutcomeState.WAITING
    done = f"{action} is declared done. Evidence says: declared, not read back."
    said = f"The word is recorded, and {action} waits on." if waits else done
    emit(outcome, said, *outcome.notes[1:], problem=waits)


def outcome_lines(outcomes: Sequence[Outcome]) -> list[str]:
    lines = []
    for outcome in outcomes:
        seen = ", ".join(f"{outcome.count(seen)} {seen.value}" for seen in Seen if outcome.count(seen))
        said = ((outcome.error,) if outcome.error is not None else ()) + outcome.notes
        lines.append(f"{outcome.action}: {outcome.state.value}. {seen} {' '.join(map(str, said))}".rstrip())
    return lines


def _in_round(number: int) -> str:
    return f", round {number}" if number > 1 else ""


def _not_all(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.state in (OutcomeState.FAILED, OutcomeState.PARTLY) for outcome in outcomes)


def read_back_json(found: ReadBack) -> dict[str, Any]:
    counts = {seen.value: found.count(seen) for seen in Seen}
    return {"headline": found.headline, "seen": found.seen.value, "items": counts, "checks": found.checks}


def read_back_lines(found: ReadBack) -> list[str]:
    lines = [said_all(found.headline)]
    for check in found.checks:
        lines.append(f"  {check.name}: {check.says}")
        lines += [f"    {remaining.place}: {remaining.says}" for remaining in check.remaining]
    return [*lines, *(f"  Not read: {gap.says}" for gap in found.not_read)]
