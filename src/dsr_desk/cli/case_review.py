"""dsr-desk case second-review, settle, hand-over, take-in: what a second and a third officer say, here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import packets, review
from dsr_desk.cli.common import FILE, PATH, counted, emit, with_case
from dsr_desk.cli.differences import differences_told
from dsr_desk.core.asked import For
from dsr_desk.core.changes import Change
from dsr_desk.core.findings import Candidate, Verdict

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_VERDICTS = click.Choice([verdict.value for verdict in Verdict])


@click.command("second-review")
@with_case
@click.argument("items", nargs=-1)
@click.option("--verdict", type=_VERDICTS, help="Your word on ITEMS.")
@click.option("--reason", default="", help="A word on why, kept in the vault.")
@click.option("--everything", is_flag=True, help="List all that others decided, not only what the policy asks for.")
def second_review(
    desk: Desk, ref: str, items: tuple[str, ...], verdict: str | None, reason: str, everything: bool
) -> None:
    """List what waits for a second officer, or give your word on ITEMS. What the first one said is not shown."""
    if _said(desk, ref, review.review_again, items, verdict, reason, "what waits"):
        return
    waiting = review.second_items(desk, ref, everything=everything)
    lines = [shown_line(item) for item in waiting] or ["Nothing waits for your second word."]
    emit([shown_json(item) for item in waiting], *lines)


@click.command()
@with_case
@click.argument("items", nargs=-1)
@click.option("--verdict", type=_VERDICTS, help="The word that counts.")
@click.option("--reason", default="", help="A word on why, kept in the vault.")
def settle(desk: Desk, ref: str, items: tuple[str, ...], verdict: str | None, reason: str) -> None:
    """List where two officers disagree, or settle ITEMS as a third."""
    if _said(desk, ref, review.settle, items, verdict, reason, "where two disagree"):
        return
    found = review.disputes(desk, ref)
    rows = [{**shown_json(one.item), "yours": one.yours} for one in found]
    lines = [f"{shown_line(one.item)}{'  (you are one of the two)' if one.yours else ''}" for one in found]
    emit(rows, *(lines or ["No two officers disagree."]))


def _said(
    desk: Desk, ref: str, say: Callable[..., Change], items: Sequence[str], verdict: str | None, reason: str, else_: str
) -> bool:
    """Whether a word on items was given, which is then recorded."""
    if bool(items) != bool(verdict):
        raise click.UsageError(f"give ITEMS and --verdict, or neither to list {else_}")
    if verdict:
        say(desk, ref, list(dict.fromkeys(items)), Verdict(verdict), reason)
        emit({"recorded": len(set(items))}, f"{len(set(items))} recorded.")
    return bool(verdict)


@click.command("hand-over")
@with_case
@click.option("--officer", required=True, metavar="NAME", help="Who alone can open the packet.")
@click.option("--for", "what", type=click.Choice([what.value for what in For]), required=True, help="What is asked.")
@click.option("--to", type=PATH, required=True, help="Where the packet is written.")
def hand_over(desk: Desk, ref: str, officer: str, what: str, to: Path) -> None:
    """Write a packet for an officer who reviews or approves elsewhere (packet show)."""
    made = packets.hand_over_case(desk, ref, officer, to, For(what))
    asked = counted(made.items, "candidate") if made.what is For.REVIEW else "the plan"
    emit(
        {"case": ref, "officer": made.name, "for": made.what.value, "items": made.items, "packet": str(to)},
        f"{to} asks {made.name} about {asked} of case {ref}. Only that officer's passphrase opens it.",
    )


@click.command("take-in")
@with_case
@click.argument("file", type=FILE)
def take_in(desk: Desk, ref: str, file: Path) -> None:
    """Take in what an officer signed elsewhere: the answer to a packet."""
    with differences_told(desk, ref):
        taken = packets.take_in(desk, ref, file)
    rows = [{"act": one.kind.value, "officer": one.officer, "items": one.items} for one in taken]
    lines = [
        f"Taken in: {one.kind.value.replace('-', ' ')}, signed by {one.officer}"
        f"{', ' + counted(one.items, 'item') if one.items else ''}."
        for one in taken
    ]
    emit({"case": ref, "taken": rows}, *lines)


def found_json(one: review.SecondItem | Candidate) -> dict[str, Any]:
    at = {name: getattr(one.address, name) for name in ("container", "member", "digest", "occurrence")}
    return {
        "id": one.id,
        "item": {"kind": one.kind.value, "dataset": one.dataset_version, **at},
        "index": one.index,
        "reasons": [{"kind": why.kind.value, "says": why.says, "linked": why.linked_item} for why in one.reasons],
    }


def shown_json(item: review.SecondItem) -> dict[str, Any]:
    return {"number": item.number, **found_json(item)}


def shown_line(item: review.SecondItem) -> str:
    says = "; ".join(str(one.says or one.kind.value) for one in item.reasons)
    return f"{item.number:>4}  {item.id}  {item.address.place}  {says}"
