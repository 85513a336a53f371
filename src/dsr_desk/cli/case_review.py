"""dsr-desk case second-review, settle: what a second and a third officer say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from dsr_desk.app.case import review
from dsr_desk.app.case.review import SecondItem
from dsr_desk.app.desk import Desk
from dsr_desk.cli.common import emit, with_case
from dsr_desk.core.findings import Candidate, Verdict

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
    if bool(items) != bool(verdict):
        raise click.UsageError("give ITEMS and --verdict, or neither to list what waits")
    if verdict:
        review.review_again(desk, ref, list(dict.fromkeys(items)), Verdict(verdict), reason)
        _say_recorded(items)
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
    if bool(items) != bool(verdict):
        raise click.UsageError("give ITEMS and --verdict, or neither to list where two disagree")
    if verdict:
        review.settle(desk, ref, list(dict.fromkeys(items)), Verdict(verdict), reason)
        _say_recorded(items)
        return
    found = review.disputes(desk, ref)
    rows = [{**shown_json(one.item), "yours": one.yours} for one in found]
    lines = [f"{shown_line(one.item)}{'  (you are one of the two)' if one.yours else ''}" for one in found]
    emit(rows, *(lines or ["No two officers disagree."]))


def _say_recorded(items: Sequence[str]) -> None:
    count = len(set(items))
    emit({"recorded": count}, f"{count} recorded.")


def item_json(one: SecondItem | Candidate) -> dict[str, Any]:
    address = one.address
    return {
        "kind": one.kind.value,
        "dataset": one.dataset_version,
        "container": address.container,
        "member": address.member,
        "digest": address.digest,
        "occurrence": address.occurrence,
    }


def shown_json(item: SecondItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "id": item.id,
        "item": item_json(item),
        "index": item.index,
        "reasons": [{"kind": one.kind.value, "says": one.says, "linked": one.linked_item} for one in item.reasons],
    }


def shown_line(item: SecondItem) -> str:
    says = "; ".join(str(one.says or one.kind.value) for one in item.reasons)
    return f"{item.number:>4}  {item.id}  {item.address.place}  {says}"
