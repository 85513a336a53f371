"""dsr-desk case forget: what a closed case holds is destroyed."""

from __future__ import annotations

import click

from dsr_desk.app.desk import Desk
from dsr_desk.app.forgetting import forget_case
from dsr_desk.cli.common import emit, json_option, with_desk


@click.command()
@with_desk
@click.argument("ref")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(desk: Desk, ref: str, yes: bool, as_json: bool) -> None:
    """Destroy what the closed case REF holds: letter, photos, candidates, notes. Its signed acts stay.

    Backups hold it until they are overwritten.
    """
    if not yes:
        click.confirm(f"Destroy what case {ref} holds? This cannot be undone.", abort=True, err=True)
    forget_case(desk, ref)
    emit(as_json, {"forgotten": ref}, f"Case {ref} is forgotten. Backups hold it until they are overwritten.")
