"""The report of an order: what is met and what is not, first thing; then on what that rests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.core.message import Message, message, quoted
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import (
    Block,
    Piece,
    TableRow,
    Text,
    bullets,
    code,
    day,
    heading,
    lines,
    listed,
    paragraph,
    row,
    short,
    strong,
    table,
    text,
    word,
)
from dsr_desk.evidence.report.claims import limits, proof, sworn
from dsr_desk.evidence.report.details import earlier_lines, gaps, order_details, table_of, told
from dsr_desk.evidence.report.models import model_lines, models, remaining_rows
from dsr_desk.evidence.report.registered import registered, short_lines, told_of
from dsr_desk.evidence.report.required import required
from dsr_desk.evidence.verifying.check_bundle import Files, headline_of, title_of

Record = Mapping[str, Any]
_EDITION = Edition.REGULATOR
_OBLIGATIONS = "order.json/obligations"


def order_page(content: EvidenceContent, files: Files, certificate: list[Block]) -> list[Block]:
    """All sections."""
    order = files.whole("order.json")
    made = [*_head(content, order), _short(content, files, order), *_obligations(order), *_covered(files, order)]
    made += [*_samples(order), *gaps(files, "report.order.h.gaps", "report.order.gaps.none")]
    made += registered(content, _EDITION) if told_of(content, _EDITION) else []
    made += [*models(content, _EDITION), *_standings(files), *_remains(content, files), *told(files)]
    made += [*_sweeps(order), *required(content, _EDITION), *order_details(files)]
    return [*made, *proof(content), *limits(content), *sworn(content), *certificate]


def title(obligations: list[Record]) -> Message:
    return message(f"report.title.order.{title_of(obligations)}")


def order_lines(order: Record) -> list[Text]:
    """Each obligation and how far it is met, without the name of a person or place."""
    return [
        text(
            message(
                "report.order.line",
                what=message(f"obligation.{one['about']}"),
                due=message("report.order.by", day=one["due"]) if one["due"] else message("report.order.no-day"),
                state=word("obligation-state", one["state"]),
            ),
            of=f"{_OBLIGATIONS}/{place}",
        )
        for place, one in enumerate(order["obligations"])
    ]


def scope_lines(order: Record) -> list[Text]:
    """How much is covered, what of it is left, and what sweeps found: in numbers."""
    scope = order["scope"]
    if scope is None:
        return [text(message("report.order.no-scope"))]
    counts = {name: scope[name] for name in ("items", "containers")}
    code_ = "report.order.covers" if scope["containers"] else "report.order.covers.none"
    says = [text(message(code_, **(counts if scope["containers"] else {})), of="order.json/scope")]
    if scope["not_known"]:
        says.append(text(message("report.order.not-known", count=scope["not_known"]), of="order.json/scope"))
    if order["gone"]:
        says.append(text(message("report.order.gone", count=order["gone"]), of="order.json"))
    if order["left"]:
        says.append(text(message("report.order.remains", count=order["left"]), of="order.json"))
    return says


def _head(content: EvidenceContent, order: Record) -> list[Block]:
    said = [
        message("report.pair.bare", name=message("report.case"), value=quoted(content.case.ref)),
        message("report.pair.bare", name=message("report.sealed"), value=day(content.sealed)),
    ]
    whose: list[Piece] = [quoted(content.organisation.name), *(message("report.then", said=one) for one in said)]
    first = Message.from_json(headline_of(order))
    return [heading(title(order["obligations"]), 1), paragraph(strong(first), of="order.json"), paragraph(*whose)]


def _short(content: EvidenceContent, files: Files, order: Record) -> Block:
    asked = message("report.order.asked", authority=order["authority"], docket=order["docket"], day=order["served"])
    says: list[Piece] = [*earlier_lines(files), text(asked, of="order.json")]
    says += scope_lines(order)
    says += _stray_lines(order)
    says += [message("report.order.gaps")] if files.record("statement/figures/left_out") else []
    says += [message("report.not-read", count=content.not_read)] if content.not_read else []
    says += [*model_lines(content, _EDITION), *short_lines(content, _EDITION)]
    if content.retained or content.backups or any(model.remains for model in content.models):
        says.append(message("report.remains.short"))
    return short([heading(message("report.short")), bullets(says)])


def _stray_lines(order: Record) -> list[Text]:
    open_ = order["strays"].get("open", 0)
    return [text(message("report.order.strays", count=open_), of="order.json/strays")] if open_ else []


def _obligations(order: Record) -> list[Block]:
    rows = [_obligation(one, f"{_OBLIGATIONS}/{place}") for place, one in enumerate(order["obligations"])]
    head = [message(f"report.{one}") for one in ("what", "due", "status", "why")]
    name = message("report.order.h.obligations")
    return [heading(name), table(name, head, rows)]


def _obligation(one: Record, of: str) -> TableRow:
    due = message("report.order.by", day=one["due"]) if one["due"] else message("report.order.no-day")
    return row(
        lines(
            message(f"obligation.{one['about']}"),
            quoted(one["text"]) if one["text"] else None,
            message("report.order.source", source=one["source"]) if one["source"] else None,
        ),
        lines(
            due,
            message("report.order.every", count=one["every"]) if one["every"] else None,
            message("report.order.to-swear") if one["sworn"] else None,
        ),
        word("obligation-state", one["state"]),
        lines(*map(_said, one["why"]), *_word_on(one["word"])),
        of=of,
    )


def _word_on(said: Record | None) -> Iterator[Piece]:
    """What a named officer said, as hers."""
    if said is None:
        return
    by = {"who": said["who"], "day": said["when"], "entry": said["entry"], "how": word("met", said["how"])}
    yield message("report.order.word", **by)
    yield quoted(said["text"])
    if said["proof"]:
        yield message("report.proof-files")
        yield code(said["proof"])


def _covered(files: Files, order: Record) -> list[Block]:
    name, scope = message("report.order.h.scope"), order["scope"]
    if scope is None:
        return [heading(name), paragraph(message("report.order.no-scope"))]
    who = message("report.order.scope.by", who=scope["who"], day=scope["when"], entry=scope["entry"])
    rows = (_container(one, f"containers.jsonl/{place}") for place, one in enumerate(files.whole("containers.jsonl")))
    head = [message(f"report.{one}") for one in ("where", "order.covered", "items", "outcome")]
    first, *rest = table_of(files, "containers.jsonl", name, head, rows)
    return [first, paragraph(quoted(scope["selector"]), who, of="order.json/scope"), *rest]


def _container(one: Record, of: str) -> TableRow:
    place = quoted(one["container"]) if one["container"] else message("report.order.no-container")
    return row(
        lines(place, quoted(one["dataset_version"])),
        lines(word("covered", one["how"]), _said(one["why"])),
        lines(
            message("report.order.items", items=one["items"], of=one["of"]),
            message("report.order.bytes", bytes=one["bytes"]),
            message("report.order.unread", count=one["unread"]) if one["unread"] else None,
            message("report.order.open-items", count=one["not_known"]) if one["not_known"] else None,
        ),
        lines(
            message("report.order.gone-here", count=one["gone"]) if one["gone"] else None,
            message("report.order.left-here", count=one["left"]) if one["left"] else None,
        ),
        of=of,
    )


def _samples(order: Record) -> list[Block]:
    if not order["samples"]:
        return []
    rows = [
        row(
            word("sample-of", one["of"]),
            message("report.order.drawn", n=one["n"], population=one["population"]),
            message("report.order.looked", looked=one["looked"], wrong=one["wrong"], unsure=one["unsure"]),
            message("report.order.interval", low=one["low"], high=one["high"])
            if one["low"]
            else message("report.order.interval.none"),
            lines(listed(map(quoted, one["who"])), day(one["when"])),
            of=f"order.json/samples/{place}",
        )
        for place, one in enumerate(order["samples"])
    ]
    head = [message(f"report.{one}") for one in ("what", "order.sample", "order.seen", "order.share", "who")]
    name = message("report.order.h.samples")
    return [heading(name), table(name, head, rows), paragraph(message("report.order.samples.says"))]


def _standings(files: Files) -> list[Block]:
    """How far what was said of each model is borne out by records."""
    said = []
    for place, one in enumerate(files.record("lineage.json/models")):
        standing = one["standing"]
        parts = [standing["says"], *(each for name in _BORNE_OUT for each in standing[name])]
        sentence = message("report.pair", name=quoted(one["model"]), value=_sentences(parts))
        said.append(text(sentence, of=f"lineage.json/models/{place}"))
    return [paragraph(message("report.order.standings")), bullets(said)] if said else []


_BORNE_OUT = ("contradictions", "seen", "left")


def _remains(content: EvidenceContent, files: Files) -> list[Block]:
    rows = list(remaining_rows(content, files))
    name = message("report.h.remains")
    head = [message("report.what"), message("report.why"), message("report.until")]
    made = [table(name, head, rows)] if rows else []
    return [heading(name), *made, paragraph(message("report.order.remains.where"))]


def _sweeps(order: Record) -> list[Block]:
    counts = [
        text(message("report.order.stray", count=count, how=word("stray", how)), of="order.json")
        for how, count in order["strays"].items()
    ]
    name = message("report.order.h.sweeps")
    return [heading(name), bullets(counts) if counts else paragraph(message("report.order.sweeps.none"))]


def _said(one: Record) -> Message:
    return Message.from_json(one)


def _sentences(says: list[Record]) -> Message:
    return message("report.sentences", says=tuple(map(_said, says)))
