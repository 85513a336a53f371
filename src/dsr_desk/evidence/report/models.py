"""The report's part on models: how each came to know the data, what shall become of it and what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import Learned, NodeKind, Observed, Path, Role, learned_by, surest
from dsr_desk.core.message import Message, Value, message, quoted, term
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, ModelEntry, Tally
from dsr_desk.evidence.report.blocks import (
    Block,
    Piece,
    TableRow,
    Text,
    day,
    heading,
    lines,
    listed,
    paragraph,
    row,
    strong,
    table,
    text,
    word,
)  # fmt: skip
from dsr_desk.evidence.verifying.check_bundle import Files


def models(content: EvidenceContent, edition: Edition) -> list[Block]:
    """The section of the report."""
    blocks: list[Block] = [heading(message("report.h.models"))]
    tally = content.tally if content.order is None else None
    if content.models:
        head = ("model", "connection", "planned", "observed")
        rows = [
            row(
                quoted(entry.label),
                lines(
                    strong(message(f"report.learned.{entry.model.learned.value}")),
                    *(one["says"] for one in ways(entry, tally, edition)),
                    *_further_roles(entry),
                    *([] if entry.model.training_complete else [message("report.models.more")]),
                ),
                *_dispositions(entry, edition, f"lineage.json/models/{number}"),
                of=f"lineage.json/models/{number}",
            )
            for number, entry in enumerate(content.models)
        ]
        blocks.append(table(message("report.h.models"), [message(f"report.{one}") for one in head], rows))
        blocks.append(paragraph(message("report.certainties")))
    return [*blocks, *(paragraph(one) for one in _not_known(content, edition))]


def model_lines(content: EvidenceContent, edition: Edition) -> list[Message]:
    """How many models there are of each kind, for the first lines of a report."""
    unrecorded = [message("report.models.unrecorded", names=content.not_in_lineage)] if content.not_in_lineage else []
    return [*([] if content.models else [none(content, edition)]), *counted(content), *unrecorded]


def none(content: EvidenceContent, edition: Edition) -> Message:
    """That no model is known: of an order without a scope or any lineage, that nobody can say so."""
    if content.order is not None and content.order["scope"] is None:
        return message("report.models.no-scope")
    if content.order is not None:
        return message("report.models.none.order" if content.lineage_sources else "report.models.no-lineage")
    return message("report.models.none" if edition is Edition.REQUESTER else "report.models.none.regulator")


def counted(content: EvidenceContent) -> list[Message]:
    """How many models learned in which way, and of how many that is not known."""
    counts = Counter(entry.model.learned for entry in content.models)
    said = [message(f"report.models.{one.value}", count=counts[one]) for one in Learned if counts[one]]
    for code, left in (
        ("unknown", content.models_without_lineage),
        ("in-part", content.models_in_part),
        ("runs", content.runs_without_model),
        ("questions", content.open_questions),
    ):
        if left:
            said.append(message(f"report.models.{code}", count=len(left)))
    return said


def ways(entry: ModelEntry, tally: Tally | None, edition: Edition) -> list[dict[str, Any]]:
    """How a model came to know each dataset version with hits, from the model backwards: as a sentence, with the roles
    and how sure it is, for lineage.json. Without `tally` nothing is counted in it."""
    said = []
    for path in entry.model.paths:
        version = path[0].node.label
        if tally is None:
            chain = message("report.way.order", name=version)
        else:
            items = _items_of(tally.of(ItemKind.PHOTO, version), tally.of(ItemKind.RECORD, version))
            whose = "hers" if edition is Edition.REQUESTER else "found"
            chain = message(f"report.way.{whose}", name=version, items=items)
        for link in reversed(list(_links(path))):
            chain = message("report.way.then", first=link, rest=chain)
        sure, roles = surest(path), [step.role for step in path if step.role is not None]
        says = message("report.way", says=chain, certainty=word("certainty", sure.value))
        said.append({"says": says, "learned": learned_by(path), "certainty": sure, "roles": roles})
    return said


def _further_roles(entry: ModelEntry) -> list[Message]:
    """Roles that the ways do not show, each with how sure it is."""
    shown = {step.role for path in entry.model.paths for step in path}
    further = [(role, sure) for role, sure in entry.model.certainties.items() if role not in shown]
    roles = tuple(
        message("report.role", role=term(one), certainty=word("certainty", sure.value)) for one, sure in further
    )
    return [message("report.roles.further", roles=roles)] if roles else []


def _links(path: Path) -> Iterator[Message]:
    """What was made of what: only the role that is recorded is said of it. Runs stand between and are not named."""
    of: Value = None
    for number in range(len(path) - 1, 0, -1):
        role, before = path[number].role, path[number - 1].node
        if role is None or before.kind is NodeKind.RUN:
            continue
        named = before.kind in (NodeKind.MODEL, NodeKind.DATASET)
        name: Value = before.label if named else term(before.kind)
        way = message("report.way.step", role=term(role), name=name)
        if role is Role.EMBED and not named:
            way = message("report.way.embeddings")
        yield way if of is None else message("report.way.of", of=of, way=way)
        of = name


def _items_of(photos: int, records: int) -> Message:
    """Photos and records, leaving out what there is none of."""
    which = "both" if photos and records else "records" if records else "photos"
    return message(f"report.items.{which}", photos=photos, records=records)


def _not_known(content: EvidenceContent, edition: Edition) -> list[Message]:
    """What cannot be said of models: silence is not innocence."""
    said = []
    if not content.models:
        said.append(none(content, edition))
    if content.not_in_lineage:
        said.append(message("report.models.unrecorded", names=content.not_in_lineage))
    if content.open_questions:
        said.append(message("report.models.questions", count=len(content.open_questions)))
    for code, names in (("unknown", content.models_without_lineage), ("in-part", content.models_in_part)):
        if names:
            said.append(message(f"report.models.{code}.named", count=len(names), names=names))
    if content.runs_without_model:
        said.append(message("report.models.runs", count=len(content.runs_without_model)))
    return said


def _dispositions(entry: ModelEntry, edition: Edition, record: str) -> tuple[Piece, Piece]:
    """What was decided and what was seen, each from its own part of the record: they may say the same words."""
    planned: Piece = message("report.nothing-decided")
    observed: Piece = message("report.not-observed")
    if entry.planned:
        by = message("report.by-day", day=entry.planned.deadline) if entry.planned.deadline else None
        reason = quoted(entry.planned.reason) if entry.planned.reason else None
        planned = lines(word("disposition", entry.planned.disposition.value), by, reason, of=f"{record}/planned")
    if entry.observed:
        observed = text(_observed(entry.observed, edition), of=f"{record}/observed")
    return planned, observed


def _observed(seen: Observed, edition: Edition) -> Text:
    """Who saw it and which officer wrote it down; officers' names are for the regulator alone."""
    disposition = word("disposition", seen.disposition.value)
    says = message("report.observed.says", disposition=disposition, day=seen.seen, how=seen.how)
    if edition is Edition.REQUESTER:
        return lines(says)
    own = seen.by in ("", seen.officer)
    who = {"officer": seen.officer, "day": seen.recorded} | ({} if own else {"who": seen.by})
    return lines(says, message("report.seen-by-officer" if own else "report.seen-by", **who))


def remaining(entry: ModelEntry, record: str) -> tuple[Piece, Piece, Piece]:
    """A row of what remains: the model, why, until when."""
    if entry.observed:
        said = word("disposition", entry.observed.disposition.value)
        why: Piece = text(message("report.remains.model.seen", disposition=said), of=f"{record}/observed")
    elif entry.planned:
        said = word("disposition", entry.planned.disposition.value)
        why = text(message("report.remains.model.planned", disposition=said), of=f"{record}/planned")
    else:
        why = message("report.remains.model.open")
    until = day(entry.planned.deadline) if entry.planned else message("report.unknown")
    return message("report.remains.model", name=entry.label), why, until


def remaining_rows(content: EvidenceContent, files: Files) -> Iterator[TableRow]:
    """What stays on a ground, in backups, and in models."""
    remains = files.whole("remains.json")
    for place, kept in enumerate(remains["retained"]):
        of = f"remains.json/retained/{place}"
        yield row(listed(kept["items"]), quoted(kept["ground"]), day(kept["until"]), of=of)
    for place, backup in enumerate(remains["backups"]):
        says = message("report.backup", name=backup["name"], day=backup["overwritten"])
        yield row(says, text(), day(backup["overwritten"]), of=f"remains.json/backups/{place}")
    for place, model in enumerate(content.models):
        if model.remains:
            record = f"lineage.json/models/{place}"
            yield row(*remaining(model, record), of=record)
