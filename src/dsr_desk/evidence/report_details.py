"""The report's sections that a regulator reads, and the short ones that both editions share."""

from __future__ import annotations

from collections.abc import Sequence

from dsr_desk.evidence.content import EvidenceContent
from dsr_desk.evidence.html import ROWS_SHOWN, Markup, Piece, bullets, code, element, facts, paragraphs, section, table
from dsr_desk.evidence.words import Words


def sections(content: EvidenceContent, words: Words) -> list[Markup]:
    """Deadlines, indexes, searches, hits, paths, actions, read-back, custody, journal."""
    made = [_clock(content, words), _indexes(content, words), _searches(content, words)]
    if content.hits:
        made.append(_hits(content, words))
    if content.models or content.excluded_models:
        made.append(_paths(content, words))
    made += [_actions(content, words), _read_backs(content, words), _custody(content, words), _journal(content, words)]
    return made


def not_searched(content: EvidenceContent, words: Words) -> Markup:
    entries = [
        f"{entry.what}: {entry.why}" + (f" ({words.number(entry.count)})" if entry.count is not None else "")
        for entry in content.not_searched
    ]
    entries += [search.statement for search in content.searches if not search.complete]
    entries += list(content.not_registered)
    return section(words("h.not_searched"), bullets(entries) if entries else element("p", words("not_searched.none")))


def told(content: EvidenceContent, words: Words) -> Markup:
    entries = []
    for one in content.told:
        answer = (
            words("told.answer", day=words.day(one.answered), answer=one.answer) if one.answer else words("told.none")
        )
        entries.append(f"{one.recipient}, {words.day(one.told)}: {answer}")
    return section(words("h.told"), bullets(entries))


def earlier(content: EvidenceContent, words: Words) -> Markup:
    return section(
        words("h.earlier"),
        bullets(
            words(
                "earlier.says",
                relation=words(one.relation.value),
                day=words.day(one.sealed),
                digest=one.evidence_digest,
                why=one.why,
            )
            for one in content.earlier
        ),
    )


def _table(words: Words, title: str, head: Sequence[str], rows: Sequence[Sequence[Piece]], file: str) -> Markup:
    shown = table([words(key) for key in head], rows[:ROWS_SHOWN], words(title))
    if len(rows) <= ROWS_SHOWN:
        return shown
    more = element("p", words("more_rows", count=words.number(len(rows) - ROWS_SHOWN), file=file))
    return Markup(shown.text + more.text)


def _clock(content: EvidenceContent, words: Words) -> Markup:
    pieces: list[Piece] = []
    for due in content.case.due:
        pieces.append(element("p", element("strong", f"{due.duty}: {words.day(due.due)}"), f" – {due.rule}"))
        pieces.append(bullets(due.steps))
    return section(words("h.clock"), *pieces)


def _indexes(content: EvidenceContent, words: Words) -> Markup:
    pieces: list[Piece] = []
    for one in content.searched:
        pieces.append(element("h3", one.dataset_version))
        ledger = ", ".join(f"{name} {words.number(count)}" for name, count in one.ledger)
        pairs: list[tuple[str, Piece]] = [
            (words("index"), f"{one.index}, {one.generation}"),
            (words("engine"), one.engine),
            (words("built"), one.built),
            (words("faces"), words.number(one.faces)),
            (words("ledger"), ledger),
            (words("sources"), code(", ".join(one.sources))),
        ]
        pieces.append(facts((name, value or words("unknown")) for name, value in pairs))
    return section(words("h.indexes"), *pieces)


def _searches(content: EvidenceContent, words: Words) -> Markup:
    rows = []
    for one in content.searches:
        faces, records = words.number(one.compared_faces), words.number(one.compared_records)
        compared = f"{words('faces')}: {faces}, {words('records')}: {records}"
        state = words("complete" if one.complete else "incomplete")
        state += f", {words('after_deletion')}" if one.after_deletion else ""
        rows.append(
            (
                one.when,
                one.officer,
                ", ".join(one.indexes),
                compared,
                words.number(one.candidates),
                state,
                one.statement,
            )
        )
    head = ("when", "who", "index", "compared", "candidates", "status", "statement")
    review = content.review
    says = words(
        "review", candidates=words.number(review.candidates), same=words.number(review.same),
        different=words.number(review.different), unsure=words.number(review.unsure),
        open=words.number(review.not_reviewed), strangers=review.down_to_strangers or words("unknown"),
    )  # fmt: skip
    return section(words("h.searches"), _table(words, "h.searches", head, rows, "data/scope.json"), paragraphs([says]))


def _hits(content: EvidenceContent, words: Words) -> Markup:
    rows = [
        (
            h.ref,
            words(h.kind.value),
            h.dataset_version,
            h.container,
            ", ".join(h.found_by),
            h.decided,
            h.decider,
            code(h.salted_hash),
        )
        for h in content.hits[: ROWS_SHOWN + 1]
    ]
    head = ("item", "kind", "dataset", "where", "found_by", "decided", "who", "salted")
    return section(words("h.hits"), _table(words, "h.hits", head, rows, "data/hits.json"))


def _paths(content: EvidenceContent, words: Words) -> Markup:
    lines = []
    for model in content.models:
        for path in model.paths:
            steps = "".join(
                f" → {step.label} ({step.role}, {step.certainty})" if step.role else step.label for step in path
            )
            lines.append(steps)
    pieces: list[Piece] = [bullets(lines)]
    if content.excluded_models:
        pieces.append(element("p", element("strong", words("excluded"))))
        pieces.append(bullets(f"{name}: {reason}" for name, reason in content.excluded_models))
    return section(words("h.paths"), *pieces)


def _actions(content: EvidenceContent, words: Words) -> Markup:
    rows = [
        (a.ref, a.kind, a.target, words.number(len(a.items)), a.begun, a.ended or words("not_ended"), a.operator,
         a.approver, a.method, a.result, code(a.digest_before), code(a.digest_after))
        for a in content.actions
    ]  # fmt: skip
    head = ("action", "kind", "target", "items", "begun", "ended", "operator", "approver", "method", "result",
            "digest_before", "digest_after")  # fmt: skip
    return section(words("h.actions"), _table(words, "h.actions", head, rows, "data/actions.jsonl"))


def _read_backs(content: EvidenceContent, words: Words) -> Markup:
    rows = [(r.target, r.how, words.seen(r.seen), r.when, r.officer, r.says) for r in content.read_backs]
    head = ("target", "how", "outcome", "when", "who", "statement")
    return section(words("h.readback"), _table(words, "h.readback", head, rows, "data/readback.json"))


def _custody(content: EvidenceContent, words: Words) -> Markup:
    rows = [
        (e.item, e.who, e.when, e.where, e.why, code(e.digest_before), code(e.digest_after)) for e in content.custody
    ]
    head = ("item", "who", "when", "where", "why", "digest_before", "digest_after")
    return section(words("h.custody"), _table(words, "h.custody", head, rows, "data/custody.jsonl"))


def _journal(content: EvidenceContent, words: Words) -> Markup:
    journal = content.journal
    says = words(
        "entries", count=words.number(len(journal.leaves)), size=words.number(journal.size), root=journal.root.hex()
    )
    return section(words("h.journal"), element("p", says))
