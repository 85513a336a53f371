"""The report's sections that a regulator reads, and the short ones that both editions share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from dsr_desk.core.message import term
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.many import count
from dsr_desk.evidence.report.html import (
    ROWS_SHOWN,
    Markup,
    Piece,
    bullets,
    code,
    element,
    facts,
    join,
    lines,
    paragraphs,
    section,
    table,
)
from dsr_desk.evidence.report.words import Words


def sections(content: EvidenceContent, words: Words) -> list[Markup]:
    """Deadlines, indexes, searches, hits, paths, actions, read-back, custody, journal."""
    made = [_clock(content, words), _indexes(content, words), _searches(content, words)]
    if not content.nothing_found:
        made.append(_hits(content, words))
    if content.models or content.excluded_models:
        made.append(_paths(content, words))
    made += [_actions(content, words), _read_backs(content, words), _custody(content, words), _journal(content, words)]
    return made


def gaps(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    entries = [
        f"{words.say(entry.what)}: {words.say(entry.why)}"
        + (f" ({words.number(entry.count)})" if entry.count is not None else "")
        for entry in content.gaps_for(edition)
    ]
    entries += [words.say(one.result.statement) for one in content.searches if not one.result.complete]
    return section(words("h.gaps"), bullets(entries) if entries else element("p", words("gaps.none")))


def told(content: EvidenceContent, words: Words) -> Markup:
    entries = []
    for one in content.told:
        asked = words("told.on", day=one.told) if one.told else words("told.not-yet")
        answer = words("told.none") if one.told else ""
        if one.answered:
            answer = words("told.answer", day=one.answered, answer=one.answer)
        entries.append("; ".join(filter(None, (f"{one.recipient}: {asked}", answer))))
    return section(words("h.told"), bullets(entries))


def earlier_lines(content: EvidenceContent, words: Words) -> list[str]:
    """Which bundle this one completes or corrects, and why: the first thing that whoever has that one must know."""
    return [
        words(
            "earlier.says",
            relation=words.of("relation", one.relation),
            day=one.sealed,
            why=one.why,
        )
        for one in content.earlier
    ]


def _table(
    words: Words, title: str, head: Sequence[str], rows: Iterable[Sequence[Piece]], total: int, file: str
) -> Markup:
    """The first rows, and a sentence that says in which file the others are."""
    shown = table([words(key) for key in head], list(islice(rows, ROWS_SHOWN)), words(title))
    if total <= ROWS_SHOWN:
        return shown
    return join([shown, element("p", words("more-rows", count=total - ROWS_SHOWN, file=file))])


def _clock(content: EvidenceContent, words: Words) -> Markup:
    pieces: list[Piece] = []
    for due in content.case.due:
        day = element("strong", f"{words.of('duty', due.duty)}: {words.day(due.due.isoformat())}")
        pieces.append(element("p", day, f" – {words.say(due.rule)}"))
        pieces.append(bullets(map(words.say, due.steps)))
    return section(words("h.clock"), *pieces)


def _indexes(content: EvidenceContent, words: Words) -> Markup:
    pieces: list[Piece] = []
    for one in content.searched:
        pieces.append(element("h3", one.dataset_version))
        ledger = ", ".join(f"{words.of('ledger', name)} {words.number(count)}" for name, count in one.ledger)
        pairs: list[tuple[str, Piece]] = [
            (words("index"), f"{one.index}, {one.generation}"),
            (words("engine"), one.engine),
            (words("built"), words.moment(one.built)),
            (words("faces"), words.number(one.faces)),
            (words("ledger"), ledger),
            (words("sources"), code(", ".join(one.sources))),
        ]
        pieces.append(facts((name, value or words("unknown")) for name, value in pairs))
    return section(words("h.indexes"), *pieces)


def _searches(content: EvidenceContent, words: Words) -> Markup:
    rows = []
    for one in content.searches:
        compared = (
            f"{words('faces')}: {words.number(one.result.compared_faces)}",
            f"{words('records')}: {words.number(one.result.compared_records)}",
            f"{words('candidates')}: {words.number(one.result.pile.count)}",
        )
        state = (
            words("complete" if one.result.complete else "incomplete"),
            words("after-deletion") if one.after_deletion else "",
            _round(one.round, content, words),
        )
        rows.append(
            (
                lines(words.moment(one.when), one.officer),
                ", ".join(one.result.indexes),
                lines(*compared),
                lines(*state),
                words.say(one.result.statement),
            )
        )
    head = ("when", "index", "compared", "status", "statement")
    review = content.review
    says = words(
        "review",
        candidates=review.candidates,
        same=review.same,
        different=review.different,
        unsure=review.unsure,
        open=review.not_reviewed,
        strangers=review.down_to_strangers or words("unknown"),
    )
    return section(
        words("h.searches"), _table(words, "h.searches", head, rows, len(rows), "data/scope.json"), paragraphs([says])
    )


def _hits(content: EvidenceContent, words: Words) -> Markup:
    outcomes = content.outcomes
    rows = (
        (
            lines(hit.ref, words.of("item", hit.kind)),
            lines(hit.dataset_version, hit.container),
            ", ".join(words.of("found-by", one) for one in hit.found_by),
            lines(words.moment(hit.decided), hit.decider),
            words.of("seen", outcomes[hit.ref]),
            code(hit.salted_hash),
        )
        for hit in content.hits
    )
    head = ("item", "where", "found-by", "decided", "outcome", "salted")
    return section(words("h.hits"), _table(words, "h.hits", head, rows, len(content.hits), "data/hits.json"))


def _paths(content: EvidenceContent, words: Words) -> Markup:
    ways = [
        "".join(
            f" → {one.node.title} ({words.say(term(one.role))}, {words.of('certainty', one.certainty)})"
            if one.role
            else one.node.title
            for one in path
        )
        for entry in content.models
        for path in entry.model.paths
    ]
    pieces: list[Piece] = [bullets(ways)]
    if content.excluded_models:
        pieces.append(element("p", element("strong", words("excluded"))))
        pieces.append(bullets(f"{one.node.label}: {words.say(one.reason)}" for one in content.excluded_models))
    return section(words("h.paths"), *pieces)


def _actions(content: EvidenceContent, words: Words) -> Markup:
    rows = (
        (
            lines(
                one.ref,
                words.say(term(one.kind)),
                one.target,
                _round(one.round, content, words),
                f"{words('items')}: {words.number(count(one.items))}" if one.items else "",
            ),
            lines(words.moment(one.begun), words.moment(one.ended) if one.ended else words("not-ended")),
            lines(f"{words('operator')}: {one.operator}", f"{words('approver')}: {one.approver}"),
            lines(words.say(one.method), words.say(one.result)),
            lines(_digests(one.digest_before, one.digest_after, words), *_proofs(one.proofs, words)),
        )
        for one in content.actions
    )
    head = ("action", "when", "who", "result", "digests")
    return section(
        words("h.actions"), _table(words, "h.actions", head, rows, len(content.actions), "data/actions.jsonl")
    )


def _read_backs(content: EvidenceContent, words: Words) -> Markup:
    """Looks that found the same at the same time by the same officer share a row."""
    alike: dict[tuple[str, str, str, str, str, str], list[str]] = {}
    for one in content.read_backs:
        of = _round(one.round, content, words)
        look = (words.say(one.how), words.of("seen", one.seen), one.when, one.officer, words.say(one.says), of)
        alike.setdefault(look, []).append(words.say(one.target))
    rows = [
        (_targets(targets, words), how, seen, lines(words.moment(when), officer, of), says)
        for (how, seen, when, officer, says, of), targets in alike.items()
    ]
    head = ("target", "how", "outcome", "when", "statement")
    return section(words("h.readback"), _table(words, "h.readback", head, rows, len(rows), "data/readback.json"))


def _round(number: int, content: EvidenceContent, words: Words) -> str:
    """Said where there was more than one."""
    return words("round", number=number) if content.rounds > 1 else ""


def _targets(targets: Sequence[str], words: Words) -> str:
    return words("targets", names=tuple(sorted(targets)))


def _custody(content: EvidenceContent, words: Words) -> Markup:
    rows = (
        (
            one.item,
            lines(words.moment(one.when), one.who),
            lines(one.where, words.say(one.why)),
            _digests(one.digest_before, one.digest_after, words),
        )
        for one in (event.handed_out for event in content.custody)
    )
    head = ("item", "when", "where", "digests")
    return section(
        words("h.custody"), _table(words, "h.custody", head, rows, len(content.custody), "data/custody.jsonl")
    )


def _digests(before: str, after: str, words: Words) -> Markup:
    if before == after:
        return lines(code(before))
    named = ((words("digest-before"), before), (words("digest-after"), after))
    return lines(*(piece for name, digest in named if digest for piece in (name, code(digest))))


def _proofs(digests: Sequence[str], words: Words) -> list[Piece]:
    return [words("proof-files"), *map(code, digests)] if digests else []


def _journal(content: EvidenceContent, words: Words) -> Markup:
    journal = content.journal
    says = words("entries", count=journal.entries, size=journal.size, root=journal.root.hex())
    return section(words("h.journal"), element("p", says))
