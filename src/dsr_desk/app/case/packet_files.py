"""Files between a vault and an officer who acts elsewhere: a packet to that officer, an answer to the vault.

A packet begins with its name and the officer's own key slot in the clear, so that the passphrase opens it on any
machine; the rest is encrypted to that officer alone. An answer holds signed acts, encrypted to the vault.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage

from dsr_desk.app.case.review import SecondItem
from dsr_desk.core import codec
from dsr_desk.core.actions import Plan
from dsr_desk.core.asked import For
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Identifiers
from dsr_desk.jobs.cell import CellFailed, Limits, ask
from dsr_desk.storage.keys import KeysDamaged, OfficerKeys, WrongPassphrase, open_slot_alone
from dsr_desk.storage.signed_acts import SignedAct

__all__ = ["For"]

_LIMITS = Limits(answer=1 << 30)
PACKET, ANSWER = b"dsr-desk packet 1\n", b"dsr-desk answer 1\n"


class NoPacket(DeskError):
    code = "PACKET-NO-PACKET"
    happened = "{file} is no packet that this program can read."
    means = "Nothing was opened."
    todo = "Give the file that the writing officer made (case hand-over)."


class PacketPassphrase(DeskError):
    code = "PACKET-PASSPHRASE"
    happened = "This passphrase does not open {file}."
    means = "The packet is for another officer, or the passphrase is mistyped. Nothing was opened."
    todo = "Give the passphrase with which you opened the vault when the packet was made."


class PacketDamaged(DeskError):
    code = "PACKET-DAMAGED"
    happened = "{file} is damaged or was changed on the way."
    means = "What it says cannot be relied on, so nothing was signed or recorded."
    todo = "Have it sent again."


class NoAnswer(DeskError):
    code = "PACKET-NO-ANSWER"
    happened = "{file} is no answer to a packet."
    means = "Nothing was taken in."
    todo = "Give the file that the other officer wrote (packet decide, packet approve)."


class AnswerElsewhere(DeskError):
    code = "PACKET-OTHER-VAULT"
    happened = "{file} is an answer to another vault, or it is damaged."
    means = "It does not open here. Nothing was taken in."
    todo = "Take it in at the vault that made the packet, or have it sent again."


class AnswerOtherCase(DeskError):
    code = "PACKET-OTHER-CASE"
    happened = "{file} is an answer about another case than {case}."
    means = "Nothing was taken in."
    todo = "Name the case for which the packet was made; it is written in the packet."


@dataclass(frozen=True)
class PacketReference:
    """A reference photo; `photo` is None where it was destroyed. `face` counts from the left, None for none."""

    name: str
    photo: bytes | None
    face: int | None


@dataclass(frozen=True)
class PacketItem:
    """One candidate as a second officer sees it, without what anybody said of it.

    `item` is its pseudonym. `crop` is the face (JPEG) where there is one, `kept` how the vault keeps that very
    picture. `settles` asks for the third word where two disagree.
    """

    item: str
    candidate: SecondItem
    crop: bytes | None = None
    kept: dict[str, str] | None = None
    fields: dict[str, str] = field(default_factory=dict)
    settles: bool = False


@dataclass(frozen=True)
class PacketPlan:
    """A plan to approve, the act (digest) that made it, and what it rests on."""

    act: str
    basis: str
    indexes: dict[str, int]
    plan: Plan


@dataclass(frozen=True)
class Packet:
    """What an officer is asked about one case. `head` is the case's newest entry when it was written.

    `recipient` is the vault's age key, `officer` the public key of whom it is for, `sender` who handed it over.
    """

    what: For
    vault: str
    case: str
    ref: str
    organisation: str
    recipient: str
    officer: str
    name: str
    sender: str
    written: str
    head: int
    identifiers: Identifiers
    references: tuple[PacketReference, ...] = ()
    items: tuple[PacketItem, ...] = ()
    plan: PacketPlan | None = None


@dataclass(frozen=True)
class OpenPacket:
    """A packet that its officer opened. `digest` (SHA-256, hex) is over its content: acts on it name it."""

    path: Path
    packet: Packet
    digest: str
    keys: OfficerKeys
    own: str
    """The officer's own age recipient."""


@dataclass(frozen=True)
class PacketAnswer:
    vault: str
    case: str
    acts: tuple[SignedAct, ...]


def seal_packet(packet: Packet, slot: dict[str, object], recipient: str) -> bytes:
    """The bytes of the file. `slot` and `recipient` are the officer's."""
    content = json.dumps(codec.plain(packet), ensure_ascii=False, sort_keys=True).encode()
    return PACKET + json.dumps(slot, sort_keys=True).encode() + b"\n" + seal(content, recipient)


def open_packet(path: Path, passphrase: str) -> OpenPacket:
    """Raises NoPacket, PacketPassphrase, PacketDamaged; OSError where it cannot be read."""
    data = path.read_bytes()
    if not data.startswith(PACKET):
        raise NoPacket(file=path.name)
    head, _, sealed = data.removeprefix(PACKET).partition(b"\n")
    try:
        slot: dict[str, Any] = ask(dict[str, Any], slot_in, head)
        keys = open_slot_alone(slot, passphrase)
        content = unseal(sealed, keys.identity)
        packet: Packet = ask(Packet, packet_in, content, limits=_LIMITS)
    except WrongPassphrase:
        raise PacketPassphrase(file=path.name) from None
    except (CellFailed, KeysDamaged, pyrage.DecryptError, ValueError, KeyError, TypeError) as error:
        raise PacketDamaged(file=path.name) from error
    whole = packet.plan is None or packet.plan.plan.case == packet.ref
    if not whole or packet.officer != keys.public_key.hex() or packet.vault != slot["vault"]:
        raise PacketDamaged(file=path.name)
    return OpenPacket(path, packet, sha256_hex(content), keys, slot["recipient"])


def slot_in(head: bytes) -> dict[str, Any]:
    """Inside a cell: the key slot of a packet. What it raises says that there is none."""
    slot: dict[str, Any] = json.loads(head)
    return slot


def packet_in(content: bytes) -> Packet:
    """Inside a cell: what a packet says. What it raises says that it is damaged."""
    return codec.restore(json.loads(content), Packet)


def seal_answer(vault: str, case: str, acts: Sequence[SignedAct], recipient: str) -> bytes:
    plain = {"vault": vault, "case": case, "acts": [one.as_plain() for one in acts]}
    return ANSWER + seal(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode(), recipient)


def open_answer(path: Path, identity: str) -> PacketAnswer:
    """Raises NoAnswer, AnswerElsewhere, PacketDamaged; OSError where it cannot be read."""
    data = path.read_bytes()
    if not data.startswith(ANSWER):
        raise NoAnswer(file=path.name)
    try:
        content = unseal(data.removeprefix(ANSWER), identity)
    except pyrage.DecryptError as error:
        raise AnswerElsewhere(file=path.name) from error
    try:
        if ask(bool, is_answer, content, limits=_LIMITS):
            return _answer(content)
    except CellFailed as failed:
        raise PacketDamaged(file=path.name) from failed
    raise PacketDamaged(file=path.name)


def is_answer(content: bytes) -> bool:
    """Inside a cell, before the vault reads it: values of acts have no form by which they could be checked after."""
    try:
        _answer(content)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return True


def _answer(content: bytes) -> PacketAnswer:
    plain: dict[str, Any] = json.loads(content)
    json.dumps(plain, ensure_ascii=False, allow_nan=False).encode()  # raises for what no text is written with
    acts = tuple(SignedAct.from_plain(one) for one in plain["acts"])
    return PacketAnswer(str(plain["vault"]), str(plain["case"]), acts)


def seal(content: bytes, recipient: str) -> bytes:
    """Encrypted with age to one recipient."""
    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))


def unseal(sealed: bytes, identity: str) -> bytes:
    """Raises pyrage.DecryptError."""
    return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]))
