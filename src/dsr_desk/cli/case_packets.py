"""dsr-desk case hand-over and take-in: another officer acts elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from dsr_desk.app.case import packets
from dsr_desk.app.case.packet_files import For
from dsr_desk.app.desk import Desk
from dsr_desk.cli.common import FILE, PATH, counted, emit, with_case
from dsr_desk.cli.delete import differences_told


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
