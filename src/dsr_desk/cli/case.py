"""dsr-desk case: from the letter to the decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import cases, deleting, drafts, duplicates, review, searching
from dsr_desk.app.models import lineage as models
from dsr_desk.app.vault import house
from dsr_desk.cli.case_clock import answered, extend, pause, resume
from dsr_desk.cli.case_facts import close, confirm, forget, identifiers_given, keep, letter, reopen
from dsr_desk.cli.case_read import read
from dsr_desk.cli.case_review import found_json, hand_over, second_review, settle, take_in
from dsr_desk.cli.case_show import case_json, case_lines, list_, show
from dsr_desk.cli.common import (
    PATH,
    counted,
    emit,
    place_option,
    progress_bar,
    request_options,
    wants_json,
    with_case,
    with_desk,
)
from dsr_desk.cli.differences import differences_told
from dsr_desk.cli.order import CoversOptions, OrderOptions, content_options, covers_options, open_new
from dsr_desk.core.deadlines import Place
from dsr_desk.core.findings import EXPECTED_STRANGERS, Candidate, SearchResult, Verdict
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.message import said_all
from dsr_desk.core.requests import Found

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_DISPOSITIONS = [disposition.value for disposition in DispositionKind]


@click.group()
def case() -> None:
    """One person's request and our work on it."""


for command in (
    *(list_, show, letter, confirm, close, reopen, second_review, settle, hand_over, take_in, keep, forget),
    *(answered, extend, pause, resume, read),
):
    case.add_command(command)


@case.command()
@with_desk
@click.option("--request", "letter", type=PATH, help="The letter: e-mail, PDF, Word, text, JSON, CSV.")
@click.option(
    "--person", type=click.IntRange(min=0), default=0, help="Whose request, of several in the letter, from 1."
)
@click.option("--photo", "photos", type=PATH, multiple=True, help="A reference photo; repeatable.")
@click.option("--face", "faces", multiple=True, metavar="FILE=N", help="Which face of a photo, counted from the left.")
@click.option("--without-photo", is_flag=True, help="Open without a photo: records alone are searched.")
@click.option("--add", "added", multiple=True, metavar="KIND=VALUE", help="What she is called or known by; repeatable.")
@click.option("--confirm", "confirmed", is_flag=True, help="I looked at what was read, and it is hers.")
@click.option("--although-signature-fails", is_flag=True, help="Open it although the agent's signature fails.")
@place_option
@click.option("--order", type=PATH, help="A regulator's order on data, and no person's request: any file.")
@request_options
@content_options
@covers_options
def new(
    desk: Desk,
    letter: Path | None,
    person: int,
    photos: tuple[Path, ...],
    faces: tuple[str, ...],
    without_photo: bool,
    added: tuple[str, ...],
    confirmed: bool,
    although_signature_fails: bool,
    place: Place | None,
    order: Path | None,
    said: dict[str, Any],
    content: OrderOptions,
    covers: CoversOptions,
) -> None:
    """Open a case from a letter and reference photos, or from an order on data.

    A scan or a photo of a letter is kept, and what it says is given by options. KIND is as for case confirm. What was
    read is searched for once an officer stands for it: with --confirm, by stating right, law and day of the request
    herself, or later with case confirm.
    """
    if order is not None:
        if letter or photos or said or added:
            raise click.UsageError("--order opens a case about data: no request and no photo goes with it")
        open_new(desk, order, content, covers)
        return
    if letter is None and not photos:
        raise click.UsageError("give --request FILE, --photo FILE, or both")
    understood = drafts.understand(letter, photos, _chosen(faces), person=person, house=house.our_house(desk))
    typed = tuple(Found(kind, value) for kind, value in identifiers_given(added))
    found = {"found": (*understood.request.found, *typed)} if typed else {}
    draft = duplicates.warned(desk, drafts.correct(understood, **said, **found))
    warnings = [*draft.warnings, *drafts.left_out(draft), *drafts.photo_warnings(draft)]
    stated = said.keys() >= {"right", "law", "received"}
    view, _ = cases.open_case(
        desk,
        draft,
        confirmed=confirmed or stated,
        without_photo=without_photo,
        place=place,
        although_signature_fails=although_signature_fails,
    )
    result = {**case_json(view, desk.vault.officer_names()), "warnings": warnings}
    emit(result, *case_lines(view), *(f"! {warning}" for warning in warnings))


@case.command()
@with_case
@click.option("--method", required=True, help="How the requester was verified, in a few words.")
@click.option("--photo-shows", default="", help="How it is known that the reference photo shows this person.")
@click.option("--acting-for", default="", help="Who acts for the person and on what authority, if somebody does.")
@click.option("--not-verified", is_flag=True, help="The check failed: record that.")
def identify(desk: Desk, ref: str, method: str, photo_shows: str, acting_for: str, not_verified: bool) -> None:
    """Record the identity check, never the document. Nothing is searched before it."""
    cases.record_identity(
        desk, ref,
        method=method, photo_shows_requester=photo_shows, verified=not not_verified, acting_for=acting_for,
    )  # fmt: skip
    said = "The check failed; nothing can be searched." if not_verified else "Identity check recorded."
    emit({"case": ref, "verified": not not_verified}, said)


@case.command()
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


@case.command()
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


@case.command()
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


@case.command()
@with_case
def undo(desk: Desk, ref: str) -> None:
    """Take the newest decision back."""
    change = review.undo_last(desk, ref)
    what = f"on {change.subject}" if change.subject else "on several candidates"
    emit({"item": change.subject or None}, f"The decision {what} is taken back.")


@case.command("refuse-link")
@with_case
@click.argument("item")
@click.argument("linked_item")
@click.option("--undo", "taken_back", is_flag=True, help="Follow this link again in later searches.")
def refuse_link(desk: Desk, ref: str, item: str, linked_item: str, taken_back: bool) -> None:
    """Say that ITEM does not belong to LINKED_ITEM: later searches of the case do not follow this link."""
    (review.accept_link if taken_back else review.refuse_link)(desk, ref, item, linked_item)
    said = "The link is followed again" if taken_back else "The link is refused"
    emit({"item": item, "linked": linked_item, "refused": not taken_back}, f"{said}: search the case again.")


@case.command()
@with_case
@click.argument("model")
@click.option("--becomes", "disposition", type=click.Choice(_DISPOSITIONS), help="What shall become of it.")
@click.option("--reason", default="", help="Needed where it is held, infeasible or not affected.")
@click.option("--responsible", default="", help="Who sees to it.")
@click.option("--by", "deadline", type=click.DateTime(["%Y-%m-%d"]), help="Day by which it is done.")
@click.option("--undo", "taken_back", is_flag=True, help="Take the newest decision on this model back.")
def dispose(
    desk: Desk,
    ref: str,
    model: str,
    disposition: str | None,
    reason: str,
    responsible: str,
    deadline: datetime | None,
    taken_back: bool,
) -> None:
    """Decide what shall become of an affected MODEL (name@version): part of the plan that is approved."""
    if (disposition is None) != taken_back:
        raise click.UsageError("give --becomes, or --undo")
    if disposition is None:
        models.undo_disposition(desk, ref, model)
        emit({"model": model, "planned": None}, f"{model}: the decision is taken back.")
        return
    by = deadline.date().isoformat() if deadline else ""
    models.plan_disposition(
        desk, ref, model, DispositionKind(disposition), reason=reason, responsible=responsible, deadline=by
    )
    planned = {"disposition": disposition, "reason": reason, "responsible": responsible, "deadline": by}
    emit({"model": model, "planned": planned}, f"{model}: to be {disposition}{f' by {by}' if by else ''}.")


@case.command()
@with_case
@click.argument("model")
@click.option("--becomes", "disposition", type=click.Choice(_DISPOSITIONS), help="What became of it.")
@click.option("--how", default="", help="How that is known.")
@click.option("--seen", default="", metavar="DAY", help="The day on which it was seen (2026-05-31); today if left out.")
@click.option("--by", default="", help="Who saw it; you, where left out.")
@click.option(
    "--file",
    "places",
    multiple=True,
    type=PATH,
    help="A file or folder of the model: what is there now is looked at and recorded; repeatable.",
)
@click.option("--instead", default="", metavar="MODEL", help="Where it was retrained: the model that took its place.")
@click.option("--undo", "taken_back", is_flag=True, help="Take the newest observation of this model back.")
def observed(
    desk: Desk,
    ref: str,
    model: str,
    disposition: str | None,
    how: str,
    seen: str,
    by: str,
    places: tuple[Path, ...],
    instead: str,
    taken_back: bool,
) -> None:
    """Record what was seen of an affected MODEL afterwards. Never taken from the plan.

    `lineage standing` says how far records bear it out.
    """
    if (disposition is None) != taken_back or (disposition and not how):
        raise click.UsageError("give --becomes and --how, or --undo")
    if (instead and disposition != DispositionKind.RETRAINED) or (places and disposition != DispositionKind.DESTROYED):
        raise click.UsageError("--instead goes with --becomes retrained, --file with --becomes destroyed")
    if disposition is None:
        models.undo_observation(desk, ref, model)
        emit({"model": model, "observed": None}, f"{model}: the observation is taken back.")
        return
    with progress_bar() as (_, cancel):
        models.observe_disposition(
            desk, ref, model, DispositionKind(disposition), how,
            seen=seen, by=by, places=places, instead=instead, cancel=cancel,
        )  # fmt: skip
    said = {"disposition": disposition, "how": how, "seen": seen, "by": by}
    emit({"model": model, "observed": said}, f"{model}: seen {disposition}{f' by {by}' if by else ''}.")


@case.command()
@with_case
def approve(desk: Desk, ref: str) -> None:
    """Approve the deletion plan with your signature."""
    with differences_told(desk, ref):
        approval = deleting.approve(desk, ref)
    have, needed = deleting.approvals(desk, ref)
    made = {"plan": approval.plan, "officer": approval.officer, "time": approval.time, "signature": approval.signature}
    missing = f"; {counted(needed - have, 'officer')} more must approve it before it runs" if have < needed else ""
    said = f"You approved and signed the plan of case {ref}: {have} of {counted(needed, 'approval')}{missing}."
    emit({**made, "approvals": have, "needed": needed}, said)


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


def _chosen(faces: tuple[str, ...]) -> dict[str, int]:
    chosen = {}
    for face in faces:
        name, _, number = face.rpartition("=")
        if not name or not number.isdecimal():
            raise click.UsageError("--face takes FILE=NUMBER, such as --face portrait.jpg=2")
        chosen[Path(name).name] = int(number)
    return chosen
