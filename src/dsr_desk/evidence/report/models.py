"""The report's part on models: how each came to know the data, what shall become of it and what was seen."""

from __future__ import annotations

from collections.abc import Iterator

from dsr_desk.core.lineage import Certainty, NodeKind, Observed, Path, Role
from dsr_desk.core.message import Message, message, term
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, ModelEntry
from dsr_desk.evidence.report.html import Markup, element, section, table
from dsr_desk.evidence.report.words import Words


def models(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    regulator = edition is Edition.REGULATOR
    pieces = []
    if content.models:
        head = (
            words("model"),
            words("connection.regulator" if regulator else "connection"),
            words("planned"),
            words("observed"),
        )
        rows = [
            (m.label, _connection(m, regulator, words), *_dispositions(m, regulator, words)) for m in content.models
        ]
        pieces.append(table(head, rows, words("h.models")))
    else:
        pieces.append(element("p", words("models.none.regulator" if regulator else "models.none")))
    if content.models_without_lineage:
        names = content.models_without_lineage
        pieces.append(element("p", words("models.unknown.named", count=len(names), names=names)))
    return section(words("h.models"), *pieces)


def _connection(entry: ModelEntry, regulator: bool, words: Words) -> str:
    model, items = entry.model, _items_of(entry.photos, entry.records)
    certainty = words.of("certainty", model.certainty)
    if regulator:
        roles = ", ".join(words.say(term(role)) for role in model.roles)
        return f"{', '.join(model.dataset_versions)} ({roles}; {certainty}; {words.say(items)})"
    ways = tuple(dict.fromkeys(way for path in model.paths for way in _ways(path)))
    says = words(
        "connection.learned" if model.in_weights else "connection.measured",
        ways=ways,
        items=items,
        n=entry.photos + entry.records,
    )
    return says if model.certainty is Certainty.RECORDED else f"{says} ({words('inferred')})"


def _ways(path: Path) -> Iterator[Message]:
    """How a model came to know a dataset, from the model backwards: only the role that is recorded is said of it. Runs
    and other machinery stand between and are not named."""
    for number in range(len(path) - 1, 0, -1):
        role, before = path[number].role, path[number - 1].node
        if role is not None and role.reaches_a_model:
            named = before.kind in (NodeKind.MODEL, NodeKind.DATASET)
            if role is Role.EMBED and not named:
                yield message("report.connection.embeddings")
                continue
            yield message("report.connection.way", role=term(role), name=before.label if named else term(before.kind))


def _items_of(photos: int, records: int) -> Message:
    """Photos and records, leaving out what there is none of."""
    which = "both" if photos and records else "records" if records else "photos"
    return message(f"report.items.{which}", photos=photos, records=records)


def _dispositions(model: ModelEntry, regulator: bool, words: Words) -> tuple[str, str]:
    planned, observed = words("nothing-decided"), words("not-observed")
    if model.planned:
        by = words("by-day", day=model.planned.deadline) if model.planned.deadline else ""
        says = words.of("disposition", model.planned.disposition)
        planned = "; ".join(filter(None, (says, by, model.planned.reason)))
    if model.observed:
        says = words.of("disposition", model.observed.disposition)
        observed = f"{says}, {words.day(model.observed.seen)}: {model.observed.how}"
        if regulator:
            observed += f" ({_seen_by(model.observed, words)})"
    return planned, observed


def _seen_by(observed: Observed, words: Words) -> str:
    """Who saw it and which officer wrote it down; officers' names are for the regulator alone."""
    day = words.day(observed.recorded)
    if observed.by in ("", observed.officer):
        return words("seen-by-officer", officer=observed.officer, day=day)
    return words("seen-by", who=observed.by, officer=observed.officer, day=day)


def remaining(model: ModelEntry, words: Words) -> tuple[str, str, str]:
    until = words.day(model.planned.deadline) if model.planned else words("unknown")
    if model.observed:
        why = words("remains.model.seen", disposition=words.of("disposition", model.observed.disposition))
    elif model.planned:
        why = words("remains.model.planned", disposition=words.of("disposition", model.planned.disposition))
    else:
        why = words("remains.model.open")
    return words("remains.model", name=model.label), why, until
