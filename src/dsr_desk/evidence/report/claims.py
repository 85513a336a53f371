"""The report's parts on what a bundle proves, what was read back, what is only declared, and where its limits are."""

from __future__ import annotations

from dsr_desk.core.message import Message, message, quoted
from dsr_desk.evidence.contents.content import EvidenceContent
from dsr_desk.evidence.contents.standing import Claim, Strength
from dsr_desk.evidence.report.blocks import Block, Piece, bullets, heading, lines, paragraph, row, table, text


def proof(content: EvidenceContent) -> list[Block]:
    """Each claim with its standing and the act on which it rests."""
    head = [message(f"report.{name}") for name in ("claim", "status", "by")]
    rows = [
        row(one.says, message(f"report.standing.{one.standing.value}"), _by(one), of=f"statement/claims/{number}")
        for number, one in enumerate(content.claims)
    ]
    title = message("report.h.proof")
    return [heading(title), table(title, head, rows)]


def limits(content: EvidenceContent) -> list[Block]:
    """What nobody can say, whatever was done."""
    acted, order = bool(content.actions or content.read_backs), content.order is not None
    codes = (
        (["registered"] if order else ["faces", "registered"])
        + (["media"] if acted else [])
        + (["models"] if content.models else [])
    )
    if any(one.says.code == "claim.kept" for one in content.claims):
        codes.append("inventories")
    codes += ["keys"] + (["one-officer"] if acted and not content.declarant.validator else [])
    looked = (text(one, of="statement/declared") for one in ([] if order else content.review.second_look))
    said: list[Piece] = [*(message(f"report.limit.{one}") for one in codes), *looked]
    return [heading(message("report.h.limits")), bullets(said)]


def _by(claim: Claim) -> Piece:
    if claim.entry is None:
        return claim.by
    return lines(claim.by, _act(claim, claim.entry))


def _act(claim: Claim, entry: int) -> Message:
    """Who, when and in which entry. What is proved needs nobody's word."""
    named = claim.who and claim.standing is not Strength.PROVED
    code = f"report.act.{claim.standing.value}" if named else "report.act"
    return message(code, entry=entry, at=claim.when, **({"who": claim.who} if named else {}))


def sworn(content: EvidenceContent) -> list[Block]:
    """What a person swore to, word for word; nothing where nobody did."""
    if content.sworn is None:
        return []
    said = content.sworn.as_json
    who = message("report.sworn.who", who=said["name"], capacity=said["capacity"], file="data/sworn.dsse.json")
    pieces = [quoted(one) for one in said["text"].split("\n\n")]
    return [
        heading(message("report.h.sworn")),
        paragraph(who, of="sworn.json"),
        *map(paragraph, pieces),
    ]
