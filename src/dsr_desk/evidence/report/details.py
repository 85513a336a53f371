"""The report's sections on what the files of a bundle list: in full for a regulator, in short for both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from dsr_desk.core.message import Message, Value, message, quoted
from dsr_desk.evidence.report.blocks import (
    ROWS_SHOWN,
    Block,
    Piece,
    TableRow,
    Text,
    TextRun,
    bullets,
    code,
    day,
    facts,
    heading,
    lines,
    listed,
    moment,
    number,
    paragraph,
    row,
    strong,
    table,
    text,
    word,
)
from dsr_desk.evidence.verifying.check_bundle import Files

Record = dict[str, Any]

_METHODS = {
    "erase-items": "report.method.erase",
    "erase-rows": "report.method.rows",
    "erase-index-entries": "report.method.index",
    "remove-containers": "report.method.remove",
    "hold": "report.method.hold",
}


def details(files: Files) -> list[Block]:
    """Deadlines, indexes, searches, hits, paths, actions, read-back, custody, journal."""
    made = [*clock(files), *_indexes(files), *_searches(files)]
    if files.whole("hits.jsonl"):
        made += _hits(files)
    lineage = files.whole("lineage.json")
    if lineage["models"] or lineage["excluded"]:
        made += _paths(lineage)
    return [*made, *_actions(files), *read_backs(files), *_custody(files), *_journal(files)]


def order_details(files: Files) -> list[Block]:
    """The same of an order: nobody was searched for in it."""
    lineage = files.whole("lineage.json")
    paths = _paths(lineage) if lineage["models"] or lineage["excluded"] else []
    return [*clock(files), *paths, *_actions(files), *read_backs(files), *_journal(files)]


def gaps(files: Files, title: str = "report.h.gaps", none: str = "report.gaps.none") -> list[Block]:
    """What was not searched, or not reached."""
    scope, entries = files.whole("scope.json"), []
    for place, gap in enumerate(scope["gaps"]):
        said = _pair(_said(gap["what"]), _said(gap["why"]))
        if gap["count"] is not None:
            said = message("report.brackets", first=said, second=gap["count"])
        entries.append(text(said, of=f"scope.json/gaps/{place}"))
    for place, one in enumerate(scope["searches"]):
        if not one["complete"]:
            entries.append(text(_sentences(one["statement"]), of=f"scope.json/searches/{place}/statement"))
    body = bullets(entries) if entries else paragraph(message(none))
    declared = [
        text(_declared(one), of=f"scope.json/declared/{place}") for place, one in enumerate(scope.get("declared", []))
    ]
    return [heading(message(title)), body, *([bullets(declared)] if declared else [])]


def _declared(one: Record) -> Message:
    """What was not read and is no gap. A requester is told no officer's name."""
    values = {"what": _said(one["what"]), "count": one["count"], "day": one["day"], "because": one["because"]}
    if "officer" in one:
        return message("report.declared.by", **values, officer=one["officer"])
    return message("report.declared", **values)


def told(files: Files) -> list[Block]:
    """Who else was told; nothing where nobody was to be."""
    entries = []
    for place, one in enumerate(files.whole("remains.json")["told"]):
        asked = message("report.told.on", day=one["told"]) if one["told"] else message("report.told.not-yet")
        said = [_pair(quoted(one["recipient"]), asked)]
        if one["answered"]:
            answer = tuple(map(_said, one["answer"]))
            said.append(message("report.told.answer", day=one["answered"], answer=answer))
        elif one["told"]:
            said.append(message("report.told.none"))
        entries.append(text(message("report.semicolons", says=tuple(said)), of=f"remains.json/told/{place}"))
    return [heading(message("report.h.told")), bullets(entries)] if entries else []


def earlier_lines(files: Files) -> list[Text]:
    """Which bundle this one completes or corrects, and why: the first thing that whoever has that one must know."""
    return [
        text(
            message(
                "report.earlier.says",
                relation=word("relation", one["relation"]),
                day=one["sealed"],
                why=_said(one["why"]),
            ),
            of=f"statement/earlier/{place}",
        )
        for place, one in enumerate(files.record("statement/earlier"))
    ]


def table_of(files: Files, name: str, title: Message, head: list[Message], rows: Iterator[TableRow]) -> list[Block]:
    """The first rows, and where the others are."""
    over = files.count(name) - ROWS_SHOWN
    file = f"data/{name.partition('/')[0]}"
    more = message("report.more-rows", count=over, file=file) if over > 0 else None
    return [heading(title), table(title, head, islice(rows, ROWS_SHOWN), more)]


def seen_of(one: Record) -> Message:
    return word("seen", one["afterwards"])


def _said(one: Record) -> Message:
    return Message.from_json(one)


def _pair(name: Message, value: Message) -> Message:
    return message("report.pair", name=name, value=value)


def _sentences(says: list[Record]) -> Message:
    return message("report.sentences", says=tuple(map(_said, says)))


def clock(files: Files) -> list[Block]:
    """Each duty with its day, its rule, and how the day follows."""
    made: list[Block] = [heading(message("report.h.clock"))]
    for place, due in enumerate(files.record("case.json/case/due")):
        of = f"case.json/case/due/{place}"
        until = _pair(word("duty", due["duty"]), day(due["due"]))
        made.append(paragraph(strong(until), message("report.says-after", said=_said(due["rule"])), of=of))
        made.append(bullets(text(_said(step), of=of) for step in due["steps"]))
    return made


def _indexes(files: Files) -> list[Block]:
    made: list[Block] = [heading(message("report.h.indexes"))]
    unknown = message("report.unknown")
    for place, one in enumerate(files.record("scope.json/searched")):
        of = f"scope.json/searched/{place}"
        classes = [message("report.ledger-count", name=word("ledger", name), n=n) for name, n in one["ledger"]]
        made.append(heading(quoted(one["dataset_version"]), 3, of=of))
        engine = quoted(one["engine"]) if one["engine"] else unknown
        pairs: list[tuple[Message, Piece]] = [
            (message("report.index"), listed((one["index"], one["generation"]))),
            (message("report.engine"), lines(engine, *map(_said, one.get("engine_says", ())))),
            (message("report.built"), moment(one["built"])),
            (message("report.faces"), text(number(one["faces"]), of=f"{of}/faces")),
            (message("report.ledger"), text(listed(classes), of=f"{of}/ledger") if classes else unknown),
            (message("report.sources"), TextRun(quoted(one["inventory"]), "code") if one["inventory"] else unknown),
        ]
        made.append(facts(pairs, of=of))
    return made


def _searches(files: Files) -> list[Block]:
    rounds = _rounds(files)
    rows = (_search(one, place, rounds) for place, one in enumerate(files.record("scope.json/searches")))
    head = [
        message("report.when"),
        message("report.index"),
        message("report.compared"),
        message("report.status"),
        message("report.statement"),
    ]
    review = files.record("scope.json/review")
    says = message(
        "report.review",
        candidates=review["candidates"],
        same=review["same"],
        different=review["different"],
        unsure=review["unsure"],
        open=review["not_reviewed"],
        strangers=review["down_to_strangers"] or message("report.unknown"),
    )
    made = table_of(files, "scope.json/searches", message("report.h.searches"), head, rows)
    return [*made, paragraph(says, of="scope.json/review")]


def _search(one: Record, place: int, rounds: int) -> TableRow:
    of = f"scope.json/searches/{place}"
    compared = (
        text(_pair(message("report.faces"), number(one["compared_faces"])), of=f"{of}/compared_faces"),
        text(_pair(message("report.records"), number(one["compared_records"])), of=f"{of}/compared_records"),
        text(_pair(message("report.candidates"), number(one["candidates"])), of=f"{of}/candidates"),
    )
    return row(
        lines(moment(one["when"]), quoted(one["officer"])),
        listed(one["indexes"]),
        lines(*compared, of=tuple(path for piece in compared for path in piece.of)),
        lines(
            message("report.complete" if one["complete"] else "report.incomplete"),
            message("report.after-deletion") if one["after_deletion"] else None,
            _round(one["round"], rounds),
        ),
        _sentences(one["statement"]),
        of=of,
    )


def _hits(files: Files) -> list[Block]:
    rows = (
        row(
            lines(quoted(hit["item"]), word("item", hit["kind"])),
            lines(quoted(hit["dataset_version"]), quoted(hit["container"])),
            listed(word("found-by", one) for one in hit["found_by"]),
            lines(moment(hit["decided"]), quoted(hit["decider"])),
            text(seen_of(hit), of=f"hits.jsonl/{place}/afterwards"),
            code(hit["salted_hash"]),
            of=f"hits.jsonl/{place}",
        )
        for place, hit in enumerate(files.whole("hits.jsonl"))
    )
    head = [
        message("report.item"),
        message("report.where"),
        message("report.found-by"),
        message("report.decided"),
        message("report.outcome"),
        message("report.salted"),
    ]
    return table_of(files, "hits.jsonl", message("report.h.hits"), head, rows)


def _paths(lineage: Record) -> list[Block]:
    ways = [
        text(*map(_step, path), of=f"lineage.json/models/{place}/paths/{number}")
        for place, model in enumerate(lineage["models"])
        for number, path in enumerate(model["paths"])
    ]
    made: list[Block] = [heading(message("report.h.paths")), bullets(ways)]
    if lineage["excluded"]:
        made.append(paragraph(strong(message("report.excluded"))))
        made.append(
            bullets(
                text(_pair(quoted(one["model"]), _said(one["reason"])), of=f"lineage.json/excluded/{place}")
                for place, one in enumerate(lineage["excluded"])
            )
        )
    return made


def _step(one: Record) -> Message:
    if not one["role"]:
        return quoted(one["label"])
    certainty = word("certainty", one["certainty"])
    return message("report.path.step", name=one["label"], role=_term("role", one["role"]), certainty=certainty)


def _term(kind: str, value: str) -> Message:
    return Message(f"{kind}.{value}", english=value)


def _actions(files: Files) -> list[Block]:
    rounds = _rounds(files)
    rows = (_action(one, place, rounds) for place, one in enumerate(files.whole("actions.jsonl")))
    head = [
        message("report.action"),
        message("report.when"),
        message("report.who"),
        message("report.result"),
        message("report.digests"),
    ]
    return table_of(files, "actions.jsonl", message("report.h.actions"), head, rows)


def _action(one: Record, place: int, rounds: int) -> TableRow:
    begun = message("report.result.not-begun") if not one["begun"] else moment(one["begun"])
    ended: Message | None = moment(one["ended"]) if one["ended"] else None
    if one["begun"] and not one["ended"]:
        ended = message("report.not-ended")
    return row(
        lines(
            quoted(one["ref"]),
            _term("actionkind", one["kind"]),
            quoted(one["target"]),
            _round(one["round"], rounds),
            _pair(message("report.items"), number(one["count"])) if one["count"] else None,
        ),
        lines(begun, ended),
        lines(
            _pair(message("report.operator"), quoted(one["operator"])) if one["operator"] else None,
            _pair(message("report.approver"), listed(one["approvers"])) if one["approvers"] else None,
        ),
        lines(message(_METHODS.get(one["kind"], "report.method.handed")), _result(one)),
        lines(*_digests(one["digest_before"], one["digest_after"]), *_proof(one["proof"])),
        of=f"actions.jsonl/{place}",
    )


def _result(one: Record) -> Message:
    """What an officer declares of work elsewhere is not what was done here."""
    notes = tuple(map(_said, one["notes"]))
    if one["by"] == "declared":
        return message("report.result.declared", how=notes)
    if one["state"] == "failed":
        return message("report.result.failed", code=one["error"])
    if not one["state"]:
        return message("report.result.not-begun")
    said = word("result", one["state"])
    return message("report.sentences", says=(said, *notes))


def read_backs(files: Files) -> list[Block]:
    """What was looked at after each round of deletion, and what was seen."""
    looks, rounds = files.whole("readback.json"), _rounds(files)
    rows = (
        row(
            listed(one["items"]) if "items" in one else message("report.everywhere"),
            _said(one["how"]) if "how" in one else message("report.look.place"),
            word("seen", one["seen"]),
            lines(moment(one["when"]), quoted(one["officer"]), _round(one["round"], rounds)),
            _said(one["says"]) if "says" in one else text(),
            of=f"readback.json/{place}",
        )
        for place, one in enumerate(looks)
    )
    head = [
        message("report.target"),
        message("report.how"),
        message("report.outcome"),
        message("report.when"),
        message("report.statement"),
    ]
    return table_of(files, "readback.json", message("report.h.readback"), head, rows)


def _rounds(files: Files) -> int:
    """How many passes of search, review and deletion there were."""
    numbered: list[Record] = [*files.record("scope.json/searches"), *files.whole("readback.json")]
    return max((one["round"] for one in (*numbered, *files.whole("actions.jsonl"))), default=1)


def _round(number: int, rounds: int) -> Message | None:
    """Said where there was more than one."""
    return message("report.round", number=number) if rounds > 1 else None


def _custody(files: Files) -> list[Block]:
    rows = (
        row(
            quoted(one["item"]),
            lines(moment(one["when"]), quoted(one["who"])),
            lines(quoted(one["where"]), word("custody", one["why"])),
            lines(*_digests(one["before"], one["after"])),
            of=f"custody.jsonl/{place}",
        )
        for place, one in enumerate(files.whole("custody.jsonl"))
    )
    head = [message("report.item"), message("report.when"), message("report.where"), message("report.digests")]
    return table_of(files, "custody.jsonl", message("report.h.custody"), head, rows)


def _digests(before: str, after: str) -> Iterator[Piece]:
    if before == after:
        yield code(before)
        return
    for name, digest in ((message("report.digest-before"), before), (message("report.digest-after"), after)):
        if digest:
            yield name
            yield code(digest)


def _proof(digest: str) -> Iterator[Piece]:
    if digest:
        yield message("report.proof-files")
        yield code(digest)


def _journal(files: Files) -> list[Block]:
    journal: dict[str, Value] = files.record("statement/figures/journal")
    says = message("report.entries", count=journal["entries"], size=journal["size"], root=journal["root"])
    return [heading(message("report.h.journal")), paragraph(says)]
