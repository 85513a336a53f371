"""The section with what a document must hold by law, field by field, as data/required.json has it."""

from __future__ import annotations

from dsr_desk.core.message import message, quoted
from dsr_desk.core.required import field_name
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import Block, heading, lines, paragraph, row, table


def required(content: EvidenceContent, edition: Edition) -> list[Block]:
    """Nothing where the content was not gathered from a case."""
    fields = content.required.get(edition, ())
    if not fields:
        return []
    title = message(f"required.title.{edition.value}")
    head = [message("required.head.field"), message("required.head.says"), message("required.head.source")]
    rows = [
        row(
            field_name(one.field),
            lines(*one.says),
            quoted(one.source) if one.source else message("required.source.none"),
            of=f"required.json/{number}",
        )
        for number, one in enumerate(fields)
    ]
    return [heading(title), paragraph(message("required.says.first")), table(title, head, rows)]
