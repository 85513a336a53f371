"""Reports of the invented case, its log written anew after each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from evidence_sample import told

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.editions import report_of
from dsr_desk.evidence.signed.members import Spool, joined
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import report_page


@cache
def _signer() -> Signer:
    return Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))


def report(content: EvidenceContent, edition: Edition, language: str) -> dict[str, Any]:
    """The blocks, as report.json holds them."""
    return report_of(told(content), edition, language, _signer(), Spool())[2]


def drawn(content: EvidenceContent, edition: Edition, language: str) -> bytes:
    """The page that shows them."""
    return report_page(report(content, edition, language))


def drawn_over(content: EvidenceContent, edition: Edition, language: str) -> bytes:
    """The page of what no log can hold, over the log that the content has."""
    return report_page(report_of(content, edition, language, _signer(), Spool())[2])


def undone(content: EvidenceContent) -> EvidenceContent:
    """The same case before anything was deleted."""
    return replace(content, read_backs=(), actions=(), retained=(), searches=content.searches[:1])


def headings(made: dict[str, Any]) -> list[str]:
    return [" ".join(run["text"] for run in one["runs"]) for one in made["blocks"] if one["kind"] == "heading"]


def bundled(
    content: EvidenceContent, edition: Edition, language: str
) -> tuple[dict[str, bytes], dict[str, Any], dict[str, Any]]:
    """Files of a bundle by their names in it, the statement's predicate, and the report that is made from both."""
    made, said, blocks = report_of(told(content), edition, language, _signer(), Spool())
    return {f"data/{name}": joined(one) for name, one in made.items()}, said, blocks
