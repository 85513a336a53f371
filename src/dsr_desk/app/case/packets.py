"""Packets at the vault: what an officer elsewhere is asked about one case, and the signed acts that come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsr_desk.app.case import packet_files, review
from dsr_desk.app.case.packet_files import (
    AnswerElsewhere,
    AnswerOtherCase,
    For,
    Packet,
    PacketDamaged,
    PacketItem,
    PacketPlan,
    PacketReference,
)
from dsr_desk.app.case.plans import plan_of
from dsr_desk.app.case.review import SecondItem
from dsr_desk.app.case.review_content import candidates_of
from dsr_desk.app.data.indexing import generations
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row, pseudonym
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.case import Case
from dsr_desk.core.case_items import Item
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError, error_of
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.message import message
from dsr_desk.core.refusals import PlanMissing, TakenTwice
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import require_free, write_whole
from dsr_desk.storage.signed_acts import NotAsSigned, SignedAct
from dsr_desk.storage.vault_base import OfficerMissing


class NothingWaits(DeskError):
    code = "PACKET-NOTHING-WAITS"
    happened = "Nothing in case {case} waits for a second word of this officer."
    means = "The officer decided first, or said the second word already. No file was written."
    todo = "Choose another officer, or let the review go on first."


_TAKEN = frozenset({Kind.SECOND_REVIEW, Kind.SETTLED, Kind.APPROVED})
"""Acts that a packet asks for."""

_ROW = frozenset({"id", "reason", "crop", "address", "face"})


@dataclass(frozen=True)
class HandedOut:
    """A packet on its way: `name` is the officer who alone can open it, `items` how many candidates it asks about."""

    path: Path
    name: str
    what: For
    items: int


@dataclass(frozen=True)
class PacketTaken:
    """One act that was taken in: its kind, by whom it is signed, on how many candidates it says something."""

    kind: Kind
    officer: str
    items: int
    change: Change


def hand_over_case(desk: Desk, ref: str, officer: str, to: Path, what: For) -> HandedOut:
    """Writes what an officer is asked about a case to a file that only that officer opens.

    Raises OfficerMissing, NothingWaits, FileThere, LogDamaged, and the refusal that the officer would meet here.
    """
    require_free(to)
    key = _officer(desk, officer)
    with desk.reading(ref):
        case = desk.proven(ref)
        packet = _addressed(desk, case, key, what)
        packet = _with_review(desk, packet, case) if what is For.REVIEW else _with_plan(desk, packet, case)
    sealed = packet_files.seal_packet(packet, desk.vault.officer_slot(key), desk.vault.officer_recipient(key))
    with desk.vault.transaction():
        desk.act(Draft(Kind.PACKET, {"to": key, "what": what.value, "items": len(packet.items)}), ref)
        write_whole(to, sealed)
    return HandedOut(to, officer, what, len(packet.items))


def take_in(desk: Desk, ref: str, file: Path) -> list[PacketTaken]:
    """Takes in what an officer signed elsewhere; acts that stand in the case already are passed over.

    Raises NoAnswer, AnswerElsewhere, AnswerOtherCase, PacketDamaged, NotAsSigned, TakenTwice where nothing is new,
    LogDamaged, and the refusal of what is not allowed any more.
    """
    answer = packet_files.open_answer(file, desk.vault.identity)
    if answer.vault != desk.vault.ring.vault_id:
        raise AnswerElsewhere(file=file.name)
    with desk.vault.transaction():
        case = desk.case(ref)
        if answer.case != case.id:
            raise AnswerOtherCase(file=file.name, case=ref)
        if not answer.acts:
            raise PacketDamaged(file=file.name)
        new = [one for one in answer.acts if one.act.digest not in case.taken]
        if not new:
            raise TakenTwice(case=ref)
        return [_take(desk, ref, case.id, signed) for signed in new]


def _take(desk: Desk, ref: str, case: str, signed: SignedAct) -> PacketTaken:
    act = signed.act
    if act.kind not in _TAKEN:
        raise NotAsSigned(what=message("why.act.no-packet"))
    if act.kind is Kind.SECOND_REVIEW and (act.open.get("how") != "packet" or type(act.open.get("head")) is not int):
        raise NotAsSigned(what=message("why.act.no-answer"))
    if signed.kept or act.fields:
        raise NotAsSigned(what=message("why.act.more"))
    _require_rows(desk, case, signed)
    change = desk.take(ref, signed, generations(desk, ref) if act.kind is Kind.APPROVED else None)
    return PacketTaken(act.kind, desk.vault.officer_names().get(act.officer, ""), len(signed.rows), change)


def _require_rows(desk: Desk, case: str, signed: SignedAct) -> None:
    """Each row is about the item that it names, and the picture is the one that the vault keeps."""
    key = desk.vault.log.case_key(case) or b""
    for row, _ in signed.rows:
        if not _row_holds(desk, case, key, row):
            raise NotAsSigned(what=message("why.act.row-of-another"))


def _row_holds(desk: Desk, case: str, key: bytes, row: Row) -> bool:
    said = row.value
    if not isinstance(said, dict) or set(said) != _ROW or not isinstance(said["reason"], str):
        return False
    try:
        address = codec.restore(said["address"], ItemAddress)
    except (TypeError, ValueError, KeyError, ExceptionGroup):
        return False
    crop = said["crop"]
    owned = crop is None or (isinstance(crop, dict) and set(crop) == {"blob", "digest"} and _kept(desk, case, crop))
    face = said["face"] is None or type(said["face"]) is int
    return face and owned and address.id == said["id"] and pseudonym(key, address.id) == row.item


def _kept(desk: Desk, case: str, crop: dict[str, Any]) -> bool:
    there, content = desk.vault.log.blob_content(str(crop["blob"]), case)
    return there and (content is None or sha256_hex(bytes(content)) == crop["digest"])


def _officer(desk: Desk, name: str) -> str:
    names = desk.vault.officer_names()
    key = next((key for key in desk.vault.roster.keys if names[key] == name), None)
    if key is None:
        raise OfficerMissing()
    return key


def _addressed(desk: Desk, case: Case, officer: str, what: For) -> Packet:
    vault = desk.vault
    names = vault.officer_names()
    facts = desk.values(case.facts[-1]["seq"]) if case.facts else {}
    identifiers = codec.restore(facts["identifiers"], Identifiers) if "identifiers" in facts else Identifiers()
    return Packet(
        what, vault.ring.vault_id, case.id, case.ref, vault.organisation, vault.public_key, officer, names[officer],
        vault.officer_name, now(), case.head, identifiers, tuple(_references(desk, case)),
    )  # fmt: skip


def _references(desk: Desk, case: Case) -> Iterator[PacketReference]:
    for one in case.references:
        values = desk.values(one["seq"])
        photo = desk.vault.log.blob(values["photo"]) if "photo" in values else None
        yield PacketReference(str(values.get("name", "")), photo, one["face"])


# For review


def _with_review(desk: Desk, packet: Packet, case: Case) -> Packet:
    refused = desk.refusal(case.ref, Draft(Kind.SECOND_REVIEW), packet.officer)
    if refused is not None:
        raise error_of(refused)
    waiting = list(_waiting(case, packet.officer))
    candidates, kept = candidates_of(desk, waiting), _crops(desk, waiting)
    there = sorted((item for item in waiting if item.key in candidates), key=lambda item: item.key)
    if not there:
        raise NothingWaits(case=case.ref)
    items = [
        _item(desk, review.bare_item(number, candidates[item.key]), item, kept.get(item.key))
        for number, item in enumerate(there, start=1)  # by pseudonym: the order of review would tell of scores
    ]
    return replace(packet, items=tuple(items))


def _waiting(case: Case, officer: str) -> Iterator[Item]:
    """Decisions that want this officer's second word, and all on which two others disagree."""
    decided = list(case.to_review_again())
    asked = [*review.hits_among_others(decided), *(item for item in decided if item.disputed)]
    for item in {item.key: item for item in asked}.values():
        said = [word.officer for word in (item.word, item.second if item.disputed else None) if word is not None]
        if not item.agreed and officer not in said:
            yield item


def _crops(desk: Desk, items: list[Item]) -> dict[str, dict[str, str]]:
    """How the vault keeps the face that was looked at in the first review, by pseudonym."""
    words = {item.key: item.word.seq for item in items if item.word is not None}
    found: dict[str, dict[str, str]] = {}
    for seq in sorted(set(words.values())):
        for row in desk.vault.log.rows(seq):
            if words.get(row.item) == seq and row.value and row.value.get("crop"):
                found[row.item] = row.value["crop"]
    return found


def _item(desk: Desk, shown: SecondItem, item: Item, kept: dict[str, str] | None) -> PacketItem:
    crop = desk.vault.log.blob(kept) if kept is not None else review.face_crop(desk, shown)
    fields = review.record_fields(desk, shown)
    return PacketItem(item.key, shown, crop, kept if crop is not None else None, fields, item.disputed)


# For approval


def _with_plan(desk: Desk, packet: Packet, case: Case) -> Packet:
    plan, indexes = case.plan, generations(desk, case.ref)
    if plan is None:
        raise PlanMissing(case=case.ref)
    about = {"plan": plan["plan"], "planned": plan["act"], "indexes": indexes}
    refused = desk.refusal(case.ref, Draft(Kind.APPROVED, about, basis=plan["basis"]), packet.officer)
    if refused is not None:
        raise error_of(refused)
    asked = {key: indexes[key] for key in plan["indexes"]}
    return replace(packet, plan=PacketPlan(plan["act"], plan["basis"], asked, plan_of(desk, case, plan)))
