"""dsr-desk case forget: what a closed case holds is destroyed."""

from __future__ import annotations

import click

from dsr_desk.app.case.forgetting import forget_case
from dsr_desk.app.desk import Desk
from dsr_desk.cli.common import emit, with_case


@click.command()
@with_case
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(desk: Desk, ref: str, yes: bool) -> None:
    """Destroy what the closed case REF holds: letter, photos, candidates, notes. Its signed acts stay.

    Backups hold it until they are overwritten.
    """
    if not yes:
        click.confirm(f"Destroy what case {ref} holds? This cannot be undone.", abort=True, err=True)
    forget_case(desk, ref)
    emit({"forgotten": ref}, f"Case {ref} is forgotten. Backups hold it until they are overwritten.")
