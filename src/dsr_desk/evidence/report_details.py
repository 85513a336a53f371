"""The report's sections that a regulator reads, and the short ones that both editions share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from dsr_desk.evidence.content import EvidenceContent, Review
from dsr_desk.evidence.html import (
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
from dsr_desk.evidence.many import count
from dsr_desk.evidence.words import Words

_TARGETS_SHOWN = 20


def sections(content: EvidenceContent, words: Words) -> list[Markup]:
    """Deadlines, indexes, searches, hits, paths, actions, read-back, custody, journal."""
    made = [_clock(content, words), _indexes(content, words), _searches(content, words)]
    if not content.nothing_found:
        made.append(_hits(content, words))
    if content.models or content.excluded_models:
        made.append(_paths(content, words))
    made += [_actions(content, words), _read_backs(content, words), _custody(content, words), _journal(content, words)]
    return made


def not_searched(content: EvidenceContent, words: Words) -> Markup:
    entries = [
        f"{words.say(entry.what)}: {words.say(entry.why)}"
        + (f" ({words.number(entry.count)})" if entry.count is not None else "")
        for entry in content.not_searched
    ]
    entries += [words.say(search.statement) for search in content.searches if not search.complete]
    entries += list(content.not_registered)
    return section(words("h.not_searched"), bullets(entries) if entries else element("p", words("not_searched.none")))


def told(content: EvidenceContent, words: Words) -> Markup:
    entries = []
    for one in content.told:
        asked = words("told.on", day=words.day(one.told)) if one.told else words("told.not_yet")
        answer = words("told.none") if one.told else ""
        if one.answered:
            answer = words("told.answer", day=words.day(one.answered), answer=one.answer)
        entries.append("; ".join(filter(None, (f"{one.recipient}: {asked}", answer))))
    return section(words("h.told"), bullets(entries))


def second_look(review: Review, words: Words) -> list[str]:
    """Who else looked at what was decided: names stand in the parts that a regulator reads."""
    if review.one_officer:
        return [words("second.alone")]
    counts = (
        ("second.packet", review.second_by_packet),
        ("second.program", review.second_in_program),
        ("second.settled", review.settled),
    )
    return [words(key, count=words.number(count)) for key, count in counts if count] or [words("second.none")]


def earlier_lines(content: EvidenceContent, words: Words) -> list[str]:
    """Which bundle this one completes or corrects, and why: the first thing that whoever has that one must know."""
    return [
        words(
            "earlier.says",
            relation=words(one.relation.value),
            day=words.day(one.sealed),
            why=words.say(one.why),
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
    return join([shown, element("p", words("more_rows", count=words.number(total - ROWS_SHOWN), file=file))])


def _clock(content: EvidenceContent, words: Words) -> Markup:
    pieces: list[Piece] = []
    for due in content.case.due:
        day = element("strong", f"{words.code(due.duty)}: {words.day(due.due)}")
        pieces.append(element("p", day, f" – {words.say(due.rule)}"))
        pieces.append(bullets(map(words.say, due.steps)))
    return section(words("h.clock"), *pieces)


def _indexes(content: EvidenceContent, words: Words) -> Markup:
    pieces: list[Piece] = []
    for one in content.searched:
        pieces.append(element("h3", one.dataset_version))
        ledger = ", ".join(f"{words.code(name)} {words.number(count)}" for name, count in one.ledger)
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
            f"{words('faces')}: {words.number(one.compared_faces)}",
            f"{words('records')}: {words.number(one.compared_records)}",
            f"{words('candidates')}: {words.number(one.candidates)}",
        )
        state = (
            words("complete" if one.complete else "incomplete"),
            words("after_deletion") if one.after_deletion else "",
            _round(one.round, content, words),
        )
        rows.append(
            (
                lines(words.moment(one.when), one.officer),
                ", ".join(one.indexes),
                lines(*compared),
                lines(*state),
                words.say(one.statement),
            )
        )
    head = ("when", "index", "compared", "status", "statement")
    review = content.review
    says = words(
        "review", candidates=words.number(review.candidates), same=words.number(review.same),
        different=words.number(review.different), unsure=words.number(review.unsure),
        open=words.number(review.not_reviewed), strangers=review.down_to_strangers or words("unknown"),
    )  # fmt: skip
    return section(
        words("h.searches"), _table(words, "h.searches", head, rows, len(rows), "data/scope.json"), paragraphs([says])
    )


def _hits(content: EvidenceContent, words: Words) -> Markup:
    outcomes = content.outcomes
    rows = (
        (
            lines(hit.ref, words(hit.kind.value)),
            lines(hit.dataset_version, hit.container),
            ", ".join(map(words.code, hit.found_by)),
            lines(words.moment(hit.decided), hit.decider),
            words.seen(outcomes[hit.ref]),
            code(hit.salted_hash),
        )
        for hit in content.hits
    )
    head = ("item", "where", "found_by", "decided", "outcome", "salted")
    return section(words("h.hits"), _table(words, "h.hits", head, rows, len(content.hits), "data/hits.json"))


def _paths(content: EvidenceContent, words: Words) -> Markup:
    ways = [
        "".join(
            f" → {step.label} ({words.code(step.role)}, {words.code(step.certainty)})" if step.role else step.label
            for step in path
        )
        for model in content.models
        for path in model.paths
    ]
    pieces: list[Piece] = [bullets(ways)]
    if content.excluded_models:
        pieces.append(element("p", element("strong", words("excluded"))))
        pieces.append(bullets(f"{name}: {words.say(reason)}" for name, reason in content.excluded_models))
    return section(words("h.paths"), *pieces)


def _actions(content: EvidenceContent, words: Words) -> Markup:
    rows = (
        (
            lines(
                one.ref,
                words.code(one.kind),
                one.target,
                _round(one.round, content, words),
                f"{words('items')}: {words.number(count(one.items))}" if one.items else "",
            ),
            lines(words.moment(one.begun), words.moment(one.ended) if one.ended else words("not_ended")),
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
        look = (words.say(one.how), words.seen(one.seen), one.when, one.officer, words.say(one.says), of)
        alike.setdefault(look, []).append(words.say(one.target))
    rows = [
        (_targets(targets, words), how, seen, lines(words.moment(when), officer, of), says)
        for (how, seen, when, officer, says, of), targets in alike.items()
    ]
    head = ("target", "how", "outcome", "when", "statement")
    return section(words("h.readback"), _table(words, "h.readback", head, rows, len(rows), "data/readback.json"))


def _round(number: int, content: EvidenceContent, words: Words) -> str:
    """Said where there was more than one."""
    return words("round", number=words.number(number)) if content.rounds > 1 else ""


def _targets(targets: Sequence[str], words: Words) -> str:
    shown = ", ".join(sorted(targets)[:_TARGETS_SHOWN])
    more = len(targets) - _TARGETS_SHOWN
    return words("targets", first=shown, count=words.number(more)) if more > 0 else shown


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
    named = ((words("digest_before"), before), (words("digest_after"), after))
    return lines(*(piece for name, digest in named if digest for piece in (name, code(digest))))


def _proofs(digests: Sequence[str], words: Words) -> list[Piece]:
    return [words("proof_files"), *map(code, digests)] if digests else []


def _journal(content: EvidenceContent, words: Words) -> Markup:
    journal = content.journal
    says = words(
        "entries", count=words.number(journal.entries), size=words.number(journal.size), root=journal.root.hex()
    )
    return section(words("h.journal"), element("p", says))
