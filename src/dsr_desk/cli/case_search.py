"""dsr-desk case search, candidates, decide: what is found, and whether it is the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import review, searching
from dsr_desk.cli.case_review import found_json
from dsr_desk.cli.common import counted, emit, progress_bar, wants_json, with_case
from dsr_desk.core.findings import EXPECTED_STRANGERS, Candidate, SearchResult, Verdict
from dsr_desk.core.message import said_all

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command()
@with_case
@click.option(
    "--index", "names", multiple=True, help="A registered index or the folder of one; repeatable. All, if none."
)
@click.option(
    "--expected-strangers",
    type=click.FloatRange(min=0.0, min_open=True),
    default=EXPECTED_STRANGERS,
    show_default=True,
    help="How many unrelated faces the pile may be expected to hold.",
)
def search(desk: Desk, ref: str, names: tuple[str, ...], expected_strangers: float) -> None:
    """Search faces and records; the result is kept for review."""

    def tell(index: str, found: Sequence[object]) -> None:
        click.echo(f"{index}: {counted(len(found), 'candidate')} before links.", err=True)

    with progress_bar() as (report, cancel):
        told = None if wants_json() else tell
        result = searching.search_case(
            desk, ref, names, expected_strangers=expected_strangers, report=report, cancel=cancel, on_index=told
        )
    emit(search_json(result), *search_lines(result))


@click.command()
@with_case
def candidates(desk: Desk, ref: str) -> None:
    """What is to be decided, in the order of review. Scores show once decided."""
    items = review.review_items(desk, ref)
    rows, lines = [], []
    for item in items:
        verdict, found = item.decision.verdict.value if item.decision else None, item.candidate
        row = candidate_json(found, with_scores=item.decision is not None)
        rows.append({"number": item.number, "card": item.card, **row, "decision": verdict, "round": item.round})
        says = "; ".join(str(reason.says) for reason in found.reasons)
        same = " + " if item.number > 1 and items[item.number - 2].card == item.card else "   "
        lines.append(f"{item.number:>4}{same}{found.id}  {verdict or 'open':9}  {found.address.place}  {says}")
    on_cards = items[-1].card if items else 0
    if on_cards < len(items):
        lines.append(
            f"{counted(len(items), 'candidate')} on {counted(on_cards, 'card')}: + lies on the card of the line above, "
            "as the record of a photo; the window decides a card as one."
        )
    emit(rows, *(lines or ["There is no candidate."]))


@click.command()
@with_case
@click.argument("items", nargs=-1, required=True)
@click.option("--verdict", type=click.Choice([verdict.value for verdict in Verdict]), required=True)
@click.option("--reason", default="", help="A word on why, kept in the vault.")
def decide(desk: Desk, ref: str, items: tuple[str, ...], verdict: str, reason: str) -> None:
    """Decide candidates by id: the same person, a different one, or unsure."""
    chosen = list(dict.fromkeys(items))
    review.decide_many(desk, ref, chosen, Verdict(verdict), reason)
    left = len(desk.case(ref).undecided)
    emit({"decided": len(chosen), "open": left}, f"{len(chosen)} decided, {left} still open.")


@click.command()
@with_case
def undo(desk: Desk, ref: str) -> None:
    """Take the newest decision back."""
    change = review.undo_last(desk, ref)
    what = f"on {change.subject}" if change.subject else "on several candidates"
    emit({"item": change.subject or None}, f"The decision {what} is taken back.")


@click.command("refuse-link")
@with_case
@click.argument("item")
@click.argument("linked_item")
@click.option("--undo", "taken_back", is_flag=True, help="Follow this link again in later searches.")
def refuse_link(desk: Desk, ref: str, item: str, linked_item: str, taken_back: bool) -> None:
    """Say that ITEM does not belong to LINKED_ITEM: later searches of the case do not follow this link."""
    (review.accept_link if taken_back else review.refuse_link)(desk, ref, item, linked_item)
    said = "The link is followed again" if taken_back else "The link is refused"
    emit({"item": item, "linked": linked_item, "refused": not taken_back}, f"{said}: search the case again.")


def candidate_json(candidate: Candidate, *, with_scores: bool = True) -> dict[str, Any]:
    shown = found_json(candidate)
    if with_scores:
        for row, reason in zip(shown["reasons"], candidate.reasons, strict=True):
            row |= {"score": round(reason.score, 6), "expected_strangers": reason.expected_strangers}
    return shown


def search_json(result: SearchResult) -> dict[str, Any]:
    said = ("gaps", "declared", "compared_faces", "compared_records", "statement", "complete")
    return {
        "candidates": [candidate_json(candidate) for candidate in result.candidates],
        "pile": {name: getattr(result.pile, name) for name in ("expected_strangers", "count", "misses")},
        **{name: getattr(result, name) for name in said},
        "not_searched": result.gaps,
    }


def search_lines(result: SearchResult) -> list[str]:
    return [
        f"{counted(len(result.candidates), 'candidate')}.",
        said_all(result.statement),
        *(f"Not searched: {gap.says}" for gap in result.gaps),
        *(str(one.says) for one in result.declared),
        "Review them in the window, or with `case candidates` and `case decide`.",
    ]
