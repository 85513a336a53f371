"""dsr-desk packet: an officer reviews or approves elsewhere, without a vault."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dsr_desk.app.case import packet_files, packet_work
from dsr_desk.cli.case_review import shown_json, shown_line
from dsr_desk.cli.common import FILE, PATH, counted, emit, json_option, passphrase_options, read_passphrase
from dsr_desk.core import codec
from dsr_desk.core.asked import For
from dsr_desk.core.findings import Verdict


@click.group()
def packet() -> None:
    """What another officer asks you about one case: look, decide or approve, and answer."""


def _with_packet(function: Callable[..., None]) -> Callable[..., None]:
    """Opens the packet named first with the officer's own passphrase. The command takes --json."""

    @json_option
    @click.argument("file", type=FILE)
    @passphrase_options
    @functools.wraps(function)
    def wrapped(*args: Any, file: Path, passphrase_file: Path | None, passphrase_fd: int | None, **kwargs: Any) -> None:
        opened = packet_files.open_packet(file, read_passphrase(passphrase_file, passphrase_fd))
        function(opened, *args, **kwargs)

    return wrapped


@packet.command()
@_with_packet
@click.option("--pictures", type=PATH, help="Write the reference photos and faces into this folder, in the clear.")
def show(opened: packet_files.OpenPacket, pictures: Path | None) -> None:
    """What is asked, and what you said so far."""
    said = packet_work.progress(opened)
    written = packet_work.write_pictures(opened, pictures) if pictures is not None else []
    result = {**_packet_json(opened, said), "pictures": [str(path) for path in written]}
    emit(result, *_lines(opened, said), *(f"Written: {path}" for path in written))


@packet.command()
@_with_packet
@click.argument("items", nargs=-1)
@click.option("--verdict", type=click.Choice([verdict.value for verdict in Verdict]), help="Your word on the ITEMS.")
@click.option("--reason", default="", help="A word on why, kept in the vault.")
@click.option("--all-from", "table", type=FILE, help="A CSV file with the columns item, verdict and reason.")
@click.option("--to", type=PATH, help="Sign what you said so far and write the answer to this file.")
def decide(
    opened: packet_files.OpenPacket,
    items: tuple[str, ...],
    verdict: str | None,
    reason: str,
    table: Path | None,
    to: Path | None,
) -> None:
    """Say of ITEMS whether they are the person. Without --to it is kept beside the packet, for the next time."""
    if bool(items) != (verdict is not None) or not (items or table or to):
        raise click.UsageError("give ITEMS with --verdict, --all-from FILE, or --to ANSWER")
    words = packet_work.words_from(table) if table is not None else {}
    if verdict is not None:
        words |= {item: packet_work.Said(Verdict(verdict), reason) for item in items}
    said = packet_work.decide(opened, words)
    if to is not None:
        said = packet_work.answer_review(opened, to)
    left = len(packet_work.open_items(opened, said))
    answer = str(to) if to is not None else None
    lines = [f"{len(words)} decided, {left} still open."]
    if answer is not None:
        lines.append(f"Signed; send {answer} to {opened.packet.sender}.")
    emit({"decided": len(words), "open": left, "answer": answer}, *lines)


@packet.command()
@_with_packet
@click.option("--to", type=PATH, required=True, help="Where the answer is written.")
def approve(opened: packet_files.OpenPacket, to: Path) -> None:
    """Approve the plan of the packet with your signature."""
    packet_work.approve(opened, to)
    said = f"The plan of case {opened.packet.ref} is approved and signed by you; send {to} to {opened.packet.sender}."
    emit({"case": opened.packet.ref, "answer": str(to)}, said)


def _packet_json(opened: packet_files.OpenPacket, said: packet_work.PacketProgress) -> dict[str, Any]:
    asked, plan = opened.packet, opened.packet.plan
    head = {"for": asked.what.value, "case": asked.ref, "officer": asked.name, "from": asked.sender}
    return {
        **head,
        **{name: getattr(asked, name) for name in ("organisation", "written", "identifiers")},
        "items": [_item_json(one, said) for one in asked.items],
        "plan": plan.plan if plan is not None else None,
    }


def _item_json(one: packet_files.PacketItem, said: packet_work.PacketProgress) -> dict[str, Any]:
    word = said.word(one.candidate.id)
    return {
        **shown_json(one.candidate),
        "fields": dict(one.fields),
        "picture": one.crop is not None,
        "settles": one.settles,
        "said": word.verdict.value if word is not None else None,
        "signed": one.candidate.id in said.signed,
    }


def _lines(opened: packet_files.OpenPacket, said: packet_work.PacketProgress) -> list[str]:
    asked, plan = opened.packet, opened.packet.plan
    what = "a second review" if asked.what is For.REVIEW else "the approval of a plan"
    lines = [f"{asked.organisation}, case {asked.ref}: {asked.sender} asks {asked.name} for {what}."]
    known = [value for values in codec.plain(asked.identifiers).values() for value in values]
    lines.append(f"Known by: {', '.join(known) or 'nothing but the photo'}")
    for one in asked.items:
        word = said.word(one.candidate.id)
        lines.append(f"{word.verdict.value if word else 'open':9}  {shown_line(one.candidate)}")
        lines += [f"    {column}: {value}" for column, value in one.fields.items()]
    if plan is not None:
        lines.append(f"Plan {plan.plan.digest}, made {plan.plan.made}:")
        for action in plan.plan.actions:
            lines.append(f"  {action.id}  {action.kind.value}  {action.what}  {counted(action.total, 'item')}")
            lines += [f"    {item.treatment.value}  {item.address.place}" for item in action.items]
            lines += [f"    changes beside that: {one}" for one in action.changes]
        lines += [f"  Cannot: {one.says}" for one in plan.plan.gaps]
    return lines
