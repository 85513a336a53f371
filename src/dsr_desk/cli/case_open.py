"""dsr-desk case new and identify: from the letter to a person who was checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import cases, drafts, duplicates
from dsr_desk.app.vault import house
from dsr_desk.cli.case_facts import identifiers_given
from dsr_desk.cli.case_show import case_json, case_lines
from dsr_desk.cli.common import PATH, emit, place_option, request_options, with_case, with_desk
from dsr_desk.cli.order import CoversOptions, OrderOptions, content_options, covers_options, open_new
from dsr_desk.core.deadlines import Place
from dsr_desk.core.requests import Found

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command()
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


@click.command()
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


def _chosen(faces: tuple[str, ...]) -> dict[str, int]:
    chosen = {}
    for face in faces:
        name, _, number = face.rpartition("=")
        if not name or not number.isdecimal():
            raise click.UsageError("--face takes FILE=NUMBER, such as --face portrait.jpg=2")
        chosen[Path(name).name] = int(number)
    return chosen
