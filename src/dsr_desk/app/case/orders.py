"""Cases about an order: what it says, whether it is authentic, what is declared of its obligations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dsr_desk.app.case.cases import CaseView, case_number, record_identity, show_case
from dsr_desk.app.case.letters import taken_apart
from dsr_desk.app.desk import Desk
from dsr_desk.core import acts, codec
from dsr_desk.core.acts import Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change
from dsr_desk.core.deadlines import order_due
from dsr_desk.core.errors import DeskError
from dsr_desk.core.facts import Facts, facts_draft
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import message, refused
from dsr_desk.core.order_refusals import OrderMissing
from dsr_desk.core.orders import Met, Obligation, first_due
from dsr_desk.core.requests import Channel, Law, Request, Right
from dsr_desk.intake.item_list import ItemList, read_list
from dsr_desk.intake.registry import read_request

__all__ = ["ItemList", "read_list"]

MOST_LETTER = 64 << 20
_CHANNELS = {".pdf": Channel.PDF, ".eml": Channel.EMAIL}


class OrderIncomplete(DeskError):
    code = "ORDER-INCOMPLETE"
    happened = "It was not said who gave the order, under which number, or what it asks for."
    means = "All three are part of the evidence. Nothing was recorded."
    todo = "Give the authority, the docket and at least one obligation, by a profile or by hand."


class OrderUnreadable(DeskError):
    code = "ORDER-UNREADABLE"
    happened = "{name} cannot be read: {why}."
    means = "The order is kept with its case, so no case was opened."
    todo = "Check the path and the rights to read it; a file has at most {most} MB."


class CheckEmpty(DeskError):
    code = "ORDER-CHECK-EMPTY"
    happened = "It was not said how the order was checked to be authentic."
    means = "That is part of the evidence. Nothing was recorded."
    todo = "Say it in a few words: a call back to the authority, its register, its seal, served by whom."


@dataclass(frozen=True)
class OrderContent:
    """What an order says. `served` is the day from which its days count; `profile` a code, "" where typed by hand.

    `covers` is what it names as its data, as a selector (`core.selectors`); "" until somebody said so.
    """

    authority: str
    docket: str
    served: date
    obligations: tuple[Obligation, ...]
    profile: str = ""
    note: str = ""
    covers: str = ""


@dataclass(frozen=True)
class OrderLetter:
    """The paper as it came. `text` is what could be read of it, "" where nothing could."""

    data: bytes
    name: str
    channel: Channel
    text: str = ""


@dataclass(frozen=True)
class ObligationWord:
    """What a named person said of an obligation last. `proof` is the SHA-256 (hex) of a file, "" without one."""

    how: Met
    text: str
    officer: str
    time: str
    entry: int
    proof: str = ""


@dataclass(frozen=True)
class OrderView:
    """The order of a case in force, with the words on its obligations by id. `officer` is a name, `time` UTC."""

    content: OrderContent
    officer: str
    time: str
    entry: int
    words: dict[str, ObligationWord]


def read_letter(path: Path) -> OrderLetter:
    """An order's paper: whatever can be read of its text is kept beside it. Raises OrderUnreadable."""
    data = _bytes_of(path)
    channel = _CHANNELS.get(path.suffix.lower(), Channel.TEXT)
    try:
        read = read_request(path).request
    except DeskError:  # a scan, a picture: it is kept as it came, and an officer types what it says
        return OrderLetter(data, path.name, channel)
    return OrderLetter(data, path.name, read.channel, read.text)


def open_order(
    desk: Desk,
    content: OrderContent,
    letter: OrderLetter | None = None,
    *,
    lists: Mapping[str, ItemList] | None = None,
    today: date | None = None,
) -> tuple[CaseView, Change]:
    """Opens a case about data. Nobody is identified and no face is searched in it. Raises OrderIncomplete."""
    _require_complete(content)
    request = Request(
        letter.channel if letter is not None else Channel.FORM,
        (),
        Right.ERASURE,
        Law.ORDER,
        content.served,
        letter.name if letter is not None else "",
        sha256_hex(letter.data) if letter is not None else "",
        letter.text if letter is not None else "",
    )
    with desk.vault.transaction():
        ref = case_number(desk, today or content.served)
        said = {"ref": ref, "channel": request.channel.value, "faces": False, "about": "scope"}
        kept = taken_apart(letter.data, []) if letter is not None else None
        desk.open_case(acts.Draft(Kind.RECEIVED, said, {"request": codec.plain(request), "letter": kept}))
        change = record_order(desk, ref, content, lists=lists)
    return show_case(desk, ref), change


def record_order(desk: Desk, ref: str, content: OrderContent, *, lists: Mapping[str, ItemList] | None = None) -> Change:
    """What the order says, as a new version; the clock is computed again. `lists` are those that it names, by name:
    without them those of the version before stay. Raises OrderIncomplete."""
    _require_complete(content)
    with desk.vault.transaction():
        case = desk.case(ref)
        before = desk.values(case.order["seq"]).get("lists", {}) if case.order is not None else {}
        stored = {name: desk.vault.log.put_blob(case.id, one.data).as_value() for name, one in (lists or {}).items()}
        said = {
            "served": content.served.isoformat(),
            "profile": content.profile,
            "obligations": [one.as_open() for one in content.obligations],
        }
        fields = {
            "authority": content.authority.strip(),
            "docket": content.docket.strip(),
            "note": content.note.strip(),
            "covers": content.covers,
            "lists": {**before, **stored},
            "texts": {one.id: one.text for one in content.obligations},
            "sources": {one.id: one.source for one in content.obligations},
        }
        change = desk.act(acts.Draft(Kind.ORDER, said, fields), ref)
        due = order_due(content.served, first_due(content.obligations))
        facts = Facts(Right.ERASURE, Law.ORDER, content.served, Identifiers(), desk.place)
        draft = facts_draft(Kind.CONFIRMED, facts, (), key=desk.key(ref), typed_by=desk.vault.officer_key, deadline=due)
        desk.act(draft, ref)
    return change


def record_authenticity(desk: Desk, ref: str, method: str, *, genuine: bool = True) -> Change:
    """That the order was checked to be authentic, and how. Raises CheckEmpty."""
    if not method.strip():
        raise CheckEmpty()
    return record_identity(desk, ref, method=method, photo_shows_requester="", verified=genuine)


def declare(desk: Desk, ref: str, obligation: str, how: Met, text: str, proof: Path | None = None) -> Change:
    """A named officer's word on an obligation; a proof is kept in the vault. Raises CheckEmpty, ObligationMissing."""
    if not text.strip():
        raise CheckEmpty()
    with desk.vault.transaction():
        fields: dict[str, Any] = {"text": text.strip()}
        digest = ""
        if proof is not None:
            data = _bytes_of(proof)
            digest = sha256_hex(data)
            fields |= {"proof": desk.vault.log.put_blob(desk.case(ref).id, data).as_value(), "file": proof.name}
        said = {"obligation": obligation, "how": how.value, "proof": digest}
        return desk.act(acts.Draft(Kind.MET, said, fields), ref)


def show_order(desk: Desk, ref: str) -> OrderView:
    """Raises CaseMissing, OrderMissing."""
    with desk.reading(ref) as case:
        if case.order is None:
            raise OrderMissing(case=ref)
        said, names = case.order, desk.vault.officer_names()
        values = desk.values(said["seq"])
        texts, sources = values.get("texts", {}), values.get("sources", {})
        obligations = tuple(
            replace(
                codec.restore({**one, "text": "", "source": ""}, Obligation),
                text=texts.get(one["id"], ""),
                source=sources.get(one["id"], ""),
            )
            for one in said["obligations"]
        )
        content = OrderContent(
            values.get("authority", ""),
            values.get("docket", ""),
            date.fromisoformat(said["served"]),
            obligations,
            desk.vault.log.entry(said["seq"]).act.open["profile"],
            values.get("note", ""),
            values.get("covers", ""),
        )
        words = {
            key: ObligationWord(
                Met(one["how"]),
                str(desk.values(one["seq"]).get("text", "")),
                names.get(one["officer"], ""),
                one["time"],
                one["seq"],
                one["proof"],
            )
            for key, one in case.met.items()
        }
        return OrderView(content, names.get(said["officer"], ""), said["time"], said["seq"], words)


def lists_of(desk: Desk, ref: str) -> dict[str, ItemList]:
    """The lists that came with the order."""
    with desk.reading(ref) as case:
        return kept_lists(desk, case.order["seq"]) if case.order is not None else {}


def kept_lists(desk: Desk, entry: int) -> dict[str, ItemList]:
    """The lists of items that an entry keeps, by name."""
    stored = desk.values(entry).get("lists", {})
    found = {name: desk.vault.log.blob(value) for name, value in stored.items()}
    return {name: ItemList.restored(data) for name, data in found.items() if data is not None}


def edited(
    desk: Desk, ref: str, add: Sequence[Obligation] = (), remove: Sequence[str] = (), **fields: Any
) -> OrderContent:
    """The content in force with obligations added and taken away by id; no id is ever given twice in a case."""
    content = show_order(desk, ref).content
    kept = [one for one in content.obligations if one.id not in remove]
    with desk.reading(ref) as case:
        number = max(int(one["id"][1:]) for said in case.orders for one in said["obligations"])
    kept += [replace(one, id=f"o{number + place:02d}") for place, one in enumerate(add, start=1)]
    return replace(content, obligations=tuple(kept), **fields)


def _bytes_of(path: Path) -> bytes:
    """Raises OrderUnreadable."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_LETTER + 1)
    except OSError as error:
        raise OrderUnreadable(name=path.name, why=refused(error), most=MOST_LETTER >> 20) from error
    if len(data) > MOST_LETTER:
        raise OrderUnreadable(name=path.name, why=message("why.too-large", most=MOST_LETTER), most=MOST_LETTER >> 20)
    return data


def _require_complete(content: OrderContent) -> None:
    if not (content.authority.strip() and content.docket.strip() and content.obligations):
        raise OrderIncomplete()
