"""dsr-desk case dispose, observed, approve: what becomes of affected models, and the plan that is signed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsr_desk.app.case import deleting
from dsr_desk.app.models import lineage as models
from dsr_desk.cli.common import PATH, counted, emit, progress_bar, with_case
from dsr_desk.cli.differences import differences_told
from dsr_desk.core.lineage import DispositionKind

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_DISPOSITIONS = [disposition.value for disposition in DispositionKind]


@click.command()
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


@click.command()
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


@click.command()
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
