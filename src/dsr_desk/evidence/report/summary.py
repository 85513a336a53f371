"""The public summary: what a regulator's bundle says, on one page and without the name of a person, place or item."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import (
    Block,
    Piece,
    bullets,
    code,
    day,
    facts,
    heading,
    lines,
    paragraph,
    row,
    table,
    text,
    word,
    written,
)
from dsr_desk.evidence.report.models import counted
from dsr_desk.evidence.report.orders import order_lines, scope_lines
from dsr_desk.evidence.report.orders import title as order_title
from dsr_desk.evidence.report.page import asked, found, not_read, outcome, reviewed, scope


def summary(content: EvidenceContent, language: str) -> dict[str, Any]:
    """The summary as summary.json holds it: every value in it comes from the other files of the regulator's bundle."""
    whose: list[Piece] = [
        quoted(content.organisation.name),
        message("report.then", said=message("report.summary.open")),
    ]
    head: list[Block] = [heading(message("report.summary.title"), 1), paragraph(*whose)]
    says = _sentences(content)
    if content.order is not None:
        head.insert(1, paragraph(order_title(content.order["obligations"])))
    claims = [
        row(one.says, message(f"report.standing.{one.standing.value}"), of=f"statement/claims/{number}")
        for number, one in enumerate(content.claims)
    ]
    titles = [message("report.claim"), message("report.status")]
    proof = message("report.h.summary.claims")
    return written([*head, bullets(says), heading(proof), table(proof, titles, claims)], language)


def statement(content: EvidenceContent) -> list[Message]:
    """The same as sentences alone, for whoever swears to them; and what nobody can say."""
    said = _sentences(content)
    return [*map(_sentence, said), message("sworn.limits")]


def _sentences(content: EvidenceContent) -> list[Piece]:
    if content.order is not None:
        return [*order_lines(content.order), *scope_lines(content.order), *not_read(content), *_models(content)]
    return [asked(content, Edition.REGULATOR), *_searched(content), *_found(content), *_models(content)]


def beside(sealed: str, digest: str, checkpoint: str, fingerprint: str, language: str) -> list[dict[str, Any]]:
    """How whoever holds the bundle tells that the page is of it: what stands in no bundle, since it is made of one."""
    pairs: list[tuple[Message, Piece]] = [
        (message("report.sealed"), day(sealed)),
        (message("report.summary.digest"), code(digest)),
        (message("report.summary.fingerprint"), code(fingerprint)),
        (message("report.summary.checkpoint"), lines(*map(code, filter(None, checkpoint.split("\n"))))),
    ]
    title = message("report.h.summary.compare")
    made = written([heading(title), paragraph(message("report.summary.compare")), facts(pairs)], language)
    blocks: list[dict[str, Any]] = made["blocks"]
    return blocks


def _searched(content: EvidenceContent) -> list[Piece]:
    """What was left out is counted: the list of it stands in the bundle."""
    said: list[Piece] = [*scope(content)]
    if content.gaps:
        said.append(message("report.summary.gaps", count=len(content.gaps)))
    if not all(search.result.complete for search in content.searches):
        said.append(message("report.summary.incomplete"))
    return [*said, *(one for one in reviewed(content) if one.code != "report.parts-missing")]


def _found(content: EvidenceContent) -> list[Piece]:
    """Counts alone: what was doubtful at which place stands in the bundle."""
    said: list[Piece] = [*found(content, regulator=True), *not_read(content)]
    if content.nothing_found:
        return said
    said += outcome(content)[:1]
    if content.doubts:
        said.append(message("report.summary.doubts", count=len(content.doubts)))
    return said


def _models(content: EvidenceContent) -> list[Piece]:
    """By how they learned, and what was decided and seen of how many."""
    said: list[Piece] = list(counted(content))
    if content.not_in_lineage:
        said.append(message("report.summary.unrecorded", count=len(content.not_in_lineage)))
    planned = Counter(one.planned.disposition for one in content.models if one.planned is not None)
    observed = Counter(one.observed.disposition for one in content.models if one.observed is not None)
    for name, counts in (("planned", planned), ("observed", observed)):
        said += [
            message(f"report.summary.{name}", disposition=word("disposition", kind.value), count=counts[kind])
            for kind in DispositionKind
            if counts[kind]
        ]
    return said


def _sentence(piece: Piece) -> Message:
    """A piece as the one sentence that it is."""
    (said,) = [run.said for run in text(piece).runs if run.said is not None]
    return said
