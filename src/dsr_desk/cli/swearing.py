"""What of a case is said outside bundles or under oath: the sworn statement and the public summary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsr_desk.app.proof import public, swearing
from dsr_desk.cli.common import NEW_FILE, emit, wants_json, with_case

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command()
@with_case
@click.option(
    "--within-us/--outside-us",
    "within",
    default=None,
    help="Where you sign: the statute (28 U.S.C. 1746) has words for either.",
)
@click.option("--name", required=True, help="Your full name.")
@click.option("--capacity", required=True, help="In which capacity you swear, such as “Chief Privacy Officer”.")
@click.option("--place", default="", help="Where you sign.")
@click.option("--says", multiple=True, metavar="TEXT", help="A paragraph of your own, without names; repeatable.")
@click.option("--yes", is_flag=True, help="You have read the text and do not want to be asked.")
def swear(
    desk: Desk, ref: str, within: bool | None, name: str, capacity: str, place: str, says: tuple[str, ...], yes: bool
) -> None:
    """Swear to what the case says, under penalty of perjury, with your own key.

    Shows the text and asks. The next bundle for a regulator holds it, unless something in the case changes before.
    """
    if within is None:
        raise click.UsageError("say where you sign: --within-us or --outside-us")
    form = swearing.Form.WITHIN_US if within else swearing.Form.OUTSIDE_US
    wording = swearing.word_statement(desk, ref, form, name=name, capacity=capacity, place=place, also=says)
    if not wants_json():
        click.echo(wording.sworn.text + "\n")
    if not yes:
        click.confirm(f"Do you, {wording.sworn.name}, swear to this?", abort=True, err=True)
    change = swearing.swear(desk, ref, wording)
    emit({"case": ref, "entry": change.entry, "text": wording.sworn.text}, f"Sworn: journal entry {change.entry}.")


@click.command()
@with_case
@click.option("--to", required=True, type=NEW_FILE, help="File to write: .html or .pdf.")
def summary(desk: Desk, ref: str, to: Path) -> None:
    """Write a page for the public: what the newest bundle for a regulator says, without anybody's name."""
    written = public.write_summary(desk, ref, to)
    emit({"file": str(written)}, f"Written: {written}. It names no person; read it before you publish it.")
