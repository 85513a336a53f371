"""An officer acts elsewhere, without a vault: words on the candidates of a packet, or the approval of its plan.

What was said so far is kept beside the packet, encrypted to the officer, until it is written to an answer. An answer
holds everything that was signed on this packet so far, each act as it was signed once.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyrage

from dsr_desk.app.case.packet_files import For, OpenPacket, PacketDamaged, PacketItem, seal, seal_answer, unseal
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import message
from dsr_desk.storage.files import require_free, write_whole
from dsr_desk.storage.signed_acts import SignedAct, sign


class NotInPacket(DeskError):
    code = "PACKET-NO-ITEM"
    happened = "The packet asks nothing about {item}."
    means = "No word was kept."
    todo = "List what it asks about (packet show), and give one of these ids."


class AnsweredAlready(DeskError):
    code = "PACKET-ANSWERED"
    happened = "Your word on {item} is signed and stands in an answer."
    means = "It is not replaced by another one from the same packet. No word was kept."
    todo = "If you see it otherwise now, ask for a new packet."


class NothingToAnswer(DeskError):
    code = "PACKET-NOTHING-SAID"
    happened = "Nothing was said on this packet that an answer could hold."
    means = "No answer was written."
    todo = "Decide on its candidates first (packet decide)."


class NotAskedFor(DeskError):
    code = "PACKET-ASKS-OTHERWISE"
    happened = "The packet asks for {asked}."
    means = "Nothing was signed."
    todo = "Use packet decide for a review, packet approve for a plan."


class WordsUnreadable(DeskError):
    code = "PACKET-WORDS-UNREADABLE"
    happened = "Line {line} of {file} is no word on a candidate."
    means = "No word of the file was kept."
    todo = "Give a CSV file with the columns item, verdict (same, different or unsure) and, if you like, reason."


@dataclass(frozen=True)
class Said:
    """A word that is not signed yet."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class PacketProgress:
    """What was said on a packet: `words` wait for an answer, `signed` were written to one. Both by item id."""

    words: dict[str, Said]
    signed: dict[str, Said]
    acts: tuple[SignedAct, ...] = ()

    def word(self, item: str) -> Said | None:
        return self.words.get(item) or self.signed.get(item)


def progress(opened: OpenPacket) -> PacketProgress:
    """What was said so far. Raises PacketDamaged where the file beside the packet is."""
    path = _beside(opened)
    if not path.exists():
        return PacketProgress({}, {})
    try:
        plain = json.loads(unseal(path.read_bytes(), opened.keys.identity))
        acts = tuple(SignedAct.from_plain(one) for one in plain["acts"])
        words, signed = (
            {item: codec.restore(said, Said) for item, said in plain[name].items()} for name in ("words", "signed")
        )
    except (pyrage.DecryptError, ValueError, KeyError, TypeError, AttributeError, ExceptionGroup) as error:
        raise PacketDamaged(file=path.name) from error
    return PacketProgress(words, signed, acts)


def decide(opened: OpenPacket, words: Mapping[str, Said]) -> PacketProgress:
    """Keeps words by item id; a later word replaces an earlier one until it is signed.

    Raises NotAskedFor, NotInPacket, AnsweredAlready.
    """
    _require(opened, For.REVIEW)
    before = progress(opened)
    known = {one.candidate.id for one in opened.packet.items}
    for item in words:
        if item not in known:
            raise NotInPacket(item=item)
        if item in before.signed:
            raise AnsweredAlready(item=item)
    return _keep(opened, PacketProgress({**before.words, **words}, before.signed, before.acts))


def words_from(file: Path) -> dict[str, Said]:
    """Words from a CSV file with the columns item, verdict and, if there is one, reason. Raises WordsUnreadable."""
    found: dict[str, Said] = {}
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        try:
            for row in rows:
                found[row["item"].strip()] = Said(Verdict(row["verdict"].strip()), (row.get("reason") or "").strip())
        except (KeyError, ValueError, AttributeError, csv.Error) as error:
            raise WordsUnreadable(line=rows.line_num, file=file.name) from error
    return found


def answer_review(opened: OpenPacket, to: Path) -> PacketProgress:
    """Signs the words that wait and writes an answer with all that was signed. Raises NothingToAnswer, FileThere."""
    _require(opened, For.REVIEW)
    require_free(to)
    before = progress(opened)
    named = {one.candidate.id: one for one in opened.packet.items}
    said = [(named[item], word) for item, word in before.words.items()]
    rows = {settles: [_row(one, word) for one, word in said if one.settles is settles] for settles in (False, True)}
    acts = list(before.acts)
    if rows[False]:
        about = {"how": "packet", "head": opened.packet.head, "packet": opened.digest}
        acts.append(_sign(opened, Draft(Kind.SECOND_REVIEW, about, rows=rows[False])))
    if rows[True]:
        acts.append(_sign(opened, Draft(Kind.SETTLED, {"packet": opened.digest}, rows=rows[True])))
    if not acts:
        raise NothingToAnswer()
    return _answer(opened, PacketProgress({}, {**before.signed, **before.words}, tuple(acts)), to)


def approve(opened: OpenPacket, to: Path) -> PacketProgress:
    """Signs the approval of the plan, once, and writes the answer. Raises NotAskedFor, FileThere."""
    _require(opened, For.APPROVAL)
    require_free(to)
    before, asked = progress(opened), opened.packet.plan
    acts = before.acts
    if asked is not None and not acts:
        about = {
            "plan": asked.plan.digest, "planned": asked.act, "indexes": asked.indexes, "packet": opened.digest,
        }  # fmt: skip
        acts = (_sign(opened, Draft(Kind.APPROVED, about, basis=asked.basis)),)
    return _answer(opened, PacketProgress({}, {}, acts), to)


def write_pictures(opened: OpenPacket, folder: Path) -> list[Path]:
    """Writes reference photos and faces into a folder, in the clear, to be looked at; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {f"reference-{at}.jpg": one.photo for at, one in enumerate(opened.packet.references, start=1)}
    pictures |= {f"{one.candidate.id}.jpg": one.crop for one in opened.packet.items}
    written = []
    for name, picture in pictures.items():
        if picture is not None:
            write_whole(folder / name, picture)
            written.append(folder / name)
    return written


def open_items(opened: OpenPacket, said: PacketProgress) -> Sequence[PacketItem]:
    """What the packet asks about and nothing was said of."""
    return [one for one in opened.packet.items if said.word(one.candidate.id) is None]


def _row(one: PacketItem, said: Said) -> Row:
    candidate = one.candidate
    value = {
        "id": candidate.id,
        "reason": said.reason,
        "crop": one.kept,
        "address": codec.plain(candidate.address),
        "face": candidate.face,
    }
    return Row(one.item, said.verdict.value, value)


def _sign(opened: OpenPacket, draft: Draft) -> SignedAct:
    return sign(draft, opened.packet.vault, opened.packet.case, opened.keys)


def _answer(opened: OpenPacket, said: PacketProgress, to: Path) -> PacketProgress:
    """Kept first: interrupted before the answer stands, the next one holds the same acts."""
    packet = opened.packet
    _keep(opened, said)
    write_whole(to, seal_answer(packet.vault, packet.case, said.acts, packet.recipient))
    return said


def _keep(opened: OpenPacket, said: PacketProgress) -> PacketProgress:
    plain = {
        "words": {item: codec.plain(one) for item, one in said.words.items()},
        "signed": {item: codec.plain(one) for item, one in said.signed.items()},
        "acts": [one.as_plain() for one in said.acts],
    }
    write_whole(_beside(opened), seal(json.dumps(plain, ensure_ascii=False).encode(), opened.own))
    return said


def _beside(opened: OpenPacket) -> Path:
    """One for each packet, also where two had the same name one after the other."""
    return opened.path.with_name(f"{opened.path.name}.{opened.digest[:8]}.progress")


def _require(opened: OpenPacket, what: For) -> None:
    if opened.packet.what is not what:
        raise NotAskedFor(asked=message(f"asked.{opened.packet.what.value}"))
