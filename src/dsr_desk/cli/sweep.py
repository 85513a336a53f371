"""dsr-desk sweep: walk disks for stray copies of what a case decided on, and for files of models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import sweeping
from dsr_desk.cli.common import counted, emit, progress_bar, with_case, with_desk
from dsr_desk.core.strays import Explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsr_desk.app.case.sweeping import Stray, StrayFinding, StraySweep
    from dsr_desk.app.desk import Desk
    from dsr_desk.core.findings import Gap

ROOT = click.Path(path_type=Path, exists=True)


class _Roots(click.Group):
    """What is no name of a command is a place to sweep."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["disks", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Roots, subcommand_metavar="ROOT... | COMMAND [ARGS]...")
def sweep() -> None:
    """Walk disks for stray copies of what a case decided on, and for files of models.

    Say sweep ROOT... --case REF. A sweep looks only for what a case decided on, by bytes, by look and inside
    containers of every format, and for files of models. There is no search of a face.
    """


@sweep.command()
@click.argument("roots", nargs=-1, required=True, type=ROOT)
@click.option("--case", "ref", help="Look for what this case decided on, and write into it what is found.")
@click.option("--models", is_flag=True, help="Also list files of models that no lineage explains.")
@click.option("--one-filesystem", is_flag=True, help="Do not enter file systems that are mounted below a root.")
@with_desk
def disks(desk: Desk, roots: tuple[Path, ...], ref: str | None, models: bool, one_filesystem: bool) -> None:
    """Sweep the ROOTs, which are folders, files or mounted disks; Ctrl+C ends with what was found until then.

    Exit code 0 where nothing unexplained was found and all was entered, otherwise 1.
    """
    if ref is None and not models:
        raise click.UsageError("give --case REF for what a case decided on, or --models for files of models")
    with progress_bar() as (report, cancel):
        if ref is None:
            done = sweeping.sweep_models(desk, roots, one_filesystem=one_filesystem, report=report, cancel=cancel)
            lines = [f"  {one.shown}: {one.says}" for one in done.found]
            told = {"found": [_stray(one) for one in done.found]}
            open_ = len(done.found)
        else:
            made = sweeping.sweep_case(
                desk, ref, roots, models=models, one_filesystem=one_filesystem, report=report, cancel=cancel
            )
            done, open_ = made.sweep, sum(one.open for one in made.findings)
            lines = [*map(_line, made.findings), *(f"  {one.id[:8]} is gone" for one in made.gone)]
            told = {"found": _told(made.findings), "gone": _told(made.gone)}
    emit(
        {**told, **_looked_at(done)},
        *_head(done, open_),
        *lines,
        *_gaps(done),
        problem=bool(open_) or not done.complete,
    )


@sweep.command()
@with_case
def show(desk: Desk, ref: str) -> None:
    """Show what sweeps found for case REF, what became of it, and how it was explained."""
    found = sweeping.findings(desk, ref)
    emit({"found": _told(found)}, *(map(_line, found) if found else ["No sweep of this case found anything."]))


@sweep.command()
@with_case
@click.argument("finding")
@click.option("--as", "how", required=True, type=click.Choice([one.value for one in Explained]), help="What it is.")
@click.option("--reason", required=True, help="How that is known.")
def explain(desk: Desk, ref: str, finding: str, how: str, reason: str) -> None:
    """Say what a FINDING of case REF is: its id, or how that begins.

    What is to be planned stays open until it is gone; what was erased by hand is open again if it is found again.
    """
    done = sweeping.explain(desk, ref, finding, Explained(how), reason)
    emit({"finding": done.subject, "as": how}, f"{done.subject[:8]}: {how}.")


def _head(done: StraySweep, open_: int) -> list[str]:
    seen = f"{counted(done.files, 'file')} below {', '.join(done.roots)}"
    found = f"{counted(open_, 'finding')} that nothing explains" if open_ else "Nothing unexplained was found"
    whole = "" if done.complete else ", but not all was entered and read"
    home = f" {done.registered} lie where the vault knows them." if done.registered else ""
    return [f"{found}; {seen}{whole}.{home}"]


def _gaps(done: StraySweep) -> list[str]:
    return [f"  not read: {gap.says}" for gap in done.not_looked]


def _line(one: StrayFinding) -> str:
    where = f"{one.stray.shown}: {one.stray.says}" if one.stray is not None else "forgotten"
    said = f" [{one.explained.value}, {one.officer}: {one.reason}]" if one.explained is not None else ""
    return f"  {one.id[:8]} {where}{' [gone]' if one.gone else ''}{said}"


def _told(found: Sequence[StrayFinding]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "how": one.how.value,
            "open": one.open,
            "gone": one.gone,
            "found": one.found,
            "explained": one.explained.value if one.explained is not None else None,
            "officer": one.officer,
            "reason": one.reason,
            **(_stray(one.stray) if one.stray is not None else {}),
        }
        for one in found
    ]


def _stray(one: Stray) -> dict[str, Any]:
    said = {"place": one.shown, "how": one.how.value, "count": one.count, "inside": one.inside, "bytes": one.size}
    return {**said, "digest": one.digest, "model": one.name, "format": one.model and one.model.format, "says": one.says}


def _looked_at(done: StraySweep) -> dict[str, Any]:
    def told(gap: Gap) -> dict[str, Any]:
        return {"says": gap.says, "count": gap.count, "format": gap.kind is not None}

    return {
        "roots": done.roots,
        "complete": done.complete,
        "files": done.files,
        "bytes": done.bytes,
        "items": done.items,
        "models": done.models,
        "registered": done.registered,
        "not_looked": [told(gap) for gap in done.not_looked],
    }
