"""dsr-desk case answered, extend, pause, resume: the clock of a person's case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from dsr_desk.app.case import cases, clock
from dsr_desk.cli.common import emit, with_case
from dsr_desk.core.deadlines import StopReason

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@with_case
@click.option("--on", "day", type=_DAY, help="The day on which the answer went out.")
@click.option("--how", default="", help="By which way, in a few words.")
@click.option("--undo", "taken_back", is_flag=True, help="The person was not answered: take the word back.")
def answered(desk: Desk, ref: str, day: datetime | None, how: str, taken_back: bool) -> None:
    """Record when the person was answered: the clock of case REF ends there, whatever is still done in it."""
    if (day is None) != taken_back:
        raise click.UsageError("give --on DAY, or --undo")
    clock.answered(desk, ref, day.date() if day is not None else None, how)
    view = cases.show_case(desk, ref)
    said = clock.answer_said(view)
    emit({"case": ref, "answered": view.answered, "due": view.due}, str(said) if said else "Not answered yet.")


@click.command()
@with_case
@click.option("--told", type=_DAY, required=True, help="The day on which the person was told that it takes longer.")
@click.option("--reason", required=True, help="The reasons, as the person was told.")
def extend(desk: Desk, ref: str, told: datetime, reason: str) -> None:
    """Extend the time for the answer, where the law of case REF allows it and the person was told in time."""
    clock.extend(desk, ref, told.date(), reason)
    _emit(desk, ref)


@click.command()
@with_case
@click.option("--for", "reason", type=click.Choice([one.value for one in StopReason]), required=True)
@click.option("--from", "begin", type=_DAY, required=True, help="The day on which the person was asked.")
@click.option("--reason", "words", required=True, help="What she was asked for, in words.")
def pause(desk: Desk, ref: str, reason: str, begin: datetime, words: str) -> None:
    """Let the clock of case REF stand still while the office waits for the person, where the law lets it."""
    clock.pause(desk, ref, StopReason(reason), begin.date(), words)
    _emit(desk, ref)


@click.command()
@with_case
@click.option("--on", "end", type=_DAY, required=True, help="The day on which the person gave what was asked for.")
def resume(desk: Desk, ref: str, end: datetime) -> None:
    """Let the clock of case REF run on."""
    clock.resume(desk, ref, end.date())
    _emit(desk, ref)


def _emit(desk: Desk, ref: str) -> None:
    deadline = cases.show_case(desk, ref).deadline
    result = {
        "case": ref, "due": deadline.due, "extended": deadline.extended, "stands_still": deadline.stands_still,
        "steps": deadline.steps, "warnings": deadline.warnings,
    }  # fmt: skip
    stands = ["The clock stands still."] if deadline.stands_still else []
    lines = [*(f"  {step}" for step in deadline.steps), *(f"! {one}" for one in deadline.warnings)]
    emit(result, f"Due {deadline.due}.", *stands, *lines)
