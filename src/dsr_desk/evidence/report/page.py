"""report.html: what a person reads in two minutes, then the detail."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from itertools import islice

from dsr_desk.core.actions import Seen
from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.contents.content import (
    Edition,
    EvidenceContent,
    FaceCrop,
    HitItem,
)
from dsr_desk.evidence.report import details as report_details
from dsr_desk.evidence.report import models as report_models
from dsr_desk.evidence.report.crops import clean_crop
from dsr_desk.evidence.report.html import (
    ROWS_SHOWN,
    Markup,
    bullets,
    element,
    facts,
    join,
    page,
    paragraphs,
    section,
    table,
)  # fmt: skip
from dsr_desk.evidence.report.registered import registered, short_lines, told_of
from dsr_desk.evidence.report.words import Words

STYLE = files("dsr_desk.evidence.report").joinpath("report.css").read_text("utf-8")


def report(content: EvidenceContent, edition: Edition, language: str) -> bytes:
    """The report as one HTML page in UTF-8."""
    words = Words(language)
    sections = [_head(content, edition, words), _short(content, edition, words), _searched(content, words)]
    sections += [report_details.gaps(content, edition, words)]
    if not content.nothing_found:
        sections.append(_found(content, words))
    if told_of(content, edition):
        sections.append(registered(content, edition, words))
    sections.append(report_models.models(content, edition, words))
    sections.append(_remains(content, words))
    if content.told:
        sections.append(report_details.told(content, words))
    if edition is Edition.REQUESTER:
        sections.append(_rights(content, words))
        if not content.nothing_found:
            sections.append(_items(content, edition, words))
    else:
        sections += report_details.sections(content, words)
    sections += [_proof(content, edition, words), _limits(content, words), _certificate(content, edition, words)]
    body = element("main", *sections, class_="report")
    return page(_title(content, edition, words), language, STYLE, body)


def shows_pictures(content: EvidenceContent, edition: Edition) -> bool:
    """Her own face crops are shown to a requester who asked for access; never in an order, never to a regulator."""
    return edition is Edition.REQUESTER and content.case.right is Right.ACCESS and not content.case.order


def _title(content: EvidenceContent, edition: Edition, words: Words) -> str:
    """An order was complied with only where everything found was read back as dealt with."""
    if content.case.order:
        return words("title.order" if content.done else "title.order.open")
    return words(f"title.{edition.value}")


def _head(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    case = content.case
    parts = [content.organisation.name, f"{words('case')} {case.ref}", f"{words('sealed')} {words.day(content.sealed)}"]
    if edition is Edition.REQUESTER and case.person:
        parts.append(f"{words('for')} {case.person}")
    title = element("h1", _title(content, edition, words))
    return element("header", title, element("p", " · ".join(parts), class_="facts"))


def _short(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    case, regulator = content.case, edition is Edition.REGULATOR
    ask = words.of("right" if regulator else "ask", case.right)
    lines = report_details.earlier_lines(content, words)
    lines += [
        words(
            "asked.regulator" if regulator else "asked",
            day=case.received,
            right=ask,
            law=words.of("law", case.law),
        )
    ]
    lines += _scope(content, words)
    if content.gaps or not all(search.result.complete for search in content.searches):
        lines.append(words("parts-missing"))
    if content.review.not_reviewed:
        lines.append(words("not-reviewed.short", count=content.review.not_reviewed))
    if content.review.unsure:
        lines.append(words("unsure.short", count=content.review.unsure))
    lines += _findings(content, regulator, words)
    lines += short_lines(content, edition, words)
    if content.retained or content.backups or any(model.remains for model in content.models):
        lines.append(words("remains.short"))
    if not regulator:
        lines.append(words("rights.short"))
    return element("section", element("h2", words("short")), bullets(lines), class_="short")


def _scope(content: EvidenceContent, words: Words) -> list[str]:
    """How much was searched; photos count as searched only where faces were compared."""
    photos, records = sum(e.photos for e in content.searched), sum(e.records for e in content.searched)
    datasets = len({e.dataset_version for e in content.searched})
    if photos and not content.compared_faces:
        records_alone = words("searched.records", datasets=datasets, records=records)
        return [records_alone, words("no-faces", photos=photos)]
    lines = [words("searched.short", datasets=datasets, photos=photos, records=records)]
    unseen = sum(n for e in content.searched for name, n in e.ledger if name != LedgerClass.FACES.value)
    if unseen:
        lines.append(words("not-compared", photos=unseen))
    return lines


def _findings(content: EvidenceContent, regulator: bool, words: Words) -> list[str]:
    if content.nothing_found and content.review.open:
        nothing = "nothing.open.regulator" if regulator else "nothing.open"
        return [words(nothing, count=content.review.open), words("nothing.limit")]
    if content.nothing_found:
        nothing = "nothing" if content.compared_faces else "nothing.records"
        return [words("nothing.regulator" if regulator else nothing), words("nothing.limit")]
    tally = content.tally
    found = words(
        "found.regulator" if regulator else "found.short",
        photos=tally.of(ItemKind.PHOTO),
        records=tally.of(ItemKind.RECORD),
    )
    lines = [found, *_outcome(content, words)]
    learned = sum(entry.model.in_weights for entry in content.models)
    if learned:
        lines.append(words("models.short", count=learned))
    if len(content.models) > learned:
        lines.append(words("models.measured", count=len(content.models) - learned))
    if not content.models:
        lines.append(words("models.none.regulator" if regulator else "models.none"))
    if content.models_without_lineage:
        lines.append(words("models.unknown", count=len(content.models_without_lineage)))
    return lines


def _outcome(content: EvidenceContent, words: Words) -> list[str]:
    """Counts come from reading back; the weakest look decides whether "all" may be said."""
    counts = content.tally.seen()
    total = len(content.hits)
    if not content.looks:
        return [words("outcome.none")]
    if total and counts[Seen.GONE] == total and not content.doubts:
        return [words("outcome.one-gone" if total == 1 else "outcome.all-gone", count=total)]
    doubts = [
        words("outcome.doubt", target=one.target, how=one.how, seen=_seen(one.seen), says=one.says).strip()
        for one in content.doubts
    ]
    return [words("outcome.mixed", counts=_counted(counts)), *doubts]


def _searched(content: EvidenceContent, words: Words) -> Markup:
    rows = [
        (
            e.dataset_version,
            ", ".join(map(words.say, e.formats)) or words("unknown"),
            words.number(e.photos),
            words.number(e.records),
        )
        for e in content.searched
    ]
    head = (words("dataset"), words("kind"), words("photos"), words("records"))
    return section(words("h.searched"), table(head, rows, words("h.searched")))


def _found(content: EvidenceContent, words: Words) -> Markup:
    """By dataset version; the items one by one stand further down."""
    tally = content.tally
    rows = [
        (
            version,
            words.number(tally.of(ItemKind.PHOTO, version)),
            words.number(tally.of(ItemKind.RECORD, version)),
            ", ".join(map(words.say, _counted(tally.seen(version)))),
        )
        for version in tally.dataset_versions
    ]
    head = (words("where"), words("photos"), words("records"), words("outcome"))
    return section(words("h.found"), table(head, rows, words("h.found")))


def _counted(counts: Counter[Seen]) -> tuple[Message, ...]:
    return tuple(message("report.seen.count", n=counts[one], seen=_seen(one)) for one in Seen if counts[one])


def _seen(one: Seen) -> Message:
    return message(f"report.seen.{one.value}")


def _items(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    """Her items, each with the reference by which she can ask about it."""
    outcomes = content.outcomes
    rows = [
        (hit.ref, words.of("item", hit.kind), hit.dataset_version, words.of("seen", outcomes[hit.ref]))
        for hit in islice(content.hits, ROWS_SHOWN)
    ]
    pieces = [_faces(content, words)] if shows_pictures(content, edition) else []
    pieces.append(table((words("item"), words("kind"), words("where"), words("outcome")), rows, words("h.items")))
    if len(content.hits) > ROWS_SHOWN:
        more = len(content.hits) - ROWS_SHOWN
        pieces.append(element("p", words("more-rows", count=more, file="data/hits.json")))
    return section(words("h.items"), *pieces)


def _faces(content: EvidenceContent, words: Words) -> Markup:
    """Her own face from each photo, cleaned; of very many the first ones."""
    figures = []
    for hit, crop in islice(_crops(content.hits), ROWS_SHOWN):
        source = "data:image/jpeg;base64," + base64.b64encode(clean_crop(crop, hit.ref).image).decode()
        picture = Markup(element("img", src=source, alt=words("crop-alt", ref=hit.ref)).text.replace("</img>", ""))
        figures.append(element("li", element("figure", picture, element("figcaption", hit.ref))))
    return element("ul", *figures, class_="faces")


def _crops(hits: Iterable[HitItem]) -> Iterable[tuple[HitItem, FaceCrop]]:
    return ((hit, hit.crop) for hit in hits if hit.crop is not None)


def _remains(content: EvidenceContent, words: Words) -> Markup:
    rows = [(", ".join(one.items), one.ground, words.day(one.until)) for one in content.retained]
    for backup in content.backups:
        says = words("backup", name=backup.name, day=words.day(backup.overwritten))
        rows.append((says, "", words.day(backup.overwritten)))
    rows += [report_models.remaining(model, words) for model in content.models if model.remains]
    if rows:
        head = (words("what"), words("why"), words("until"))
        return section(words("h.remains"), table(head, rows, words("h.remains")))
    if content.nothing_found:
        return section(
            words("h.remains"), paragraphs([words("remains.open" if content.review.open else "remains.none")])
        )
    clear = content.done and content.tally.seen()[Seen.GONE] == len(content.hits)
    return section(words("h.remains"), paragraphs([words("remains.none")] if clear else _outcome(content, words)))


def _rights(content: EvidenceContent, words: Words) -> Markup:
    organisation = content.organisation
    authority = organisation.authority or words("authority.unknown")
    contact = organisation.contact or organisation.address or organisation.name
    gdpr = content.case.law in (Law.EU_GDPR, Law.UK_GDPR)
    lines = [
        words("rights.ask", contact=contact),
        words("rights.gdpr" if gdpr else "rights.other", authority=authority),
    ]
    return section(words("h.rights"), paragraphs([*lines, words("rights.log")]))


def _proof(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    officer = content.looks[0].officer if content.looks else content.declarant.name
    rows = [(words("claim.sealed"), words("standing.proved"), words("claim.sealed.by"))]
    if content.journal.earlier:
        rows.append((words("claim.journal"), words("standing.proved"), words("claim.journal.by")))
    else:
        rows.append((words("claim.journal"), words("standing.declared"), words("claim.journal.first")))
    if any(action.digest_before and action.digest_after for action in content.actions):
        rows.append((words("claim.items"), words("standing.consistent"), words("claim.items.by")))
    if any(one.items and one.seen is Seen.GONE for one in content.looks):
        rows.append(
            (words("claim.readback"), words("standing.consistent"), words("claim.readback.by", officer=officer))
        )
    rows.append((words("claim.clock"), words("standing.declared"), words("claim.clock.by")))
    complete = words("claim.complete" if content.looks else "claim.datasets")
    rows.append((complete, words("standing.declared"), words("claim.complete.by", name=content.declarant.name)))
    if told_of(content, edition):
        rows.append((words("claim.facts"), words("standing.declared"), words("claim.facts.by")))
    head = (words("claim"), words("status"), words("by"))
    return section(words("h.proof"), table(head, rows, words("h.proof")))


def _limits(content: EvidenceContent, words: Words) -> Markup:
    acted = bool(content.actions or content.read_backs)
    keys = ["limit.faces", "limit.registered"] + (["limit.media"] if acted else [])
    keys += ["limit.models"] if content.models else []
    keys += ["limit.keys"] + (["limit.one-officer"] if acted and not content.declarant.validator else [])
    says = [*map(words, keys), *map(words.say, content.review.second_look)]
    return section(words("h.limits"), bullets(says))


def _certificate(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    case, who, declarant = content.case, content.case.identity, content.declarant
    pairs = [
        (words("organisation"), ", ".join(filter(None, (content.organisation.name, content.organisation.address)))),
        (words("case"), case.ref),
        (words("law"), f"{words.of('law', case.law)} – {words.of('right', case.right)}"),
        (words("received"), words.day(case.received)),
        *((words("due"), f"{words.day(due.due.isoformat())} ({words.of('duty', due.duty)})") for due in case.due),
        (words("identity"), f"{who.method}, {words.day(who.checked)}" if who else words("no-identity")),
    ]
    if who and who.photo_shows_requester:
        pairs.append((words("photo-basis"), who.photo_shows_requester))
    if who and who.acting_for:
        pairs.append((words("acting-for"), who.acting_for))
    pairs += [
        (words("declarant"), ", ".join(filter(None, (declarant.name, words.say(declarant.role))))),
        (words("basis"), words.say(declarant.basis)),
        (words("validator"), declarant.validator or words("nobody")),
        (words("sealed"), words.moment(content.sealed)),
    ]
    pairs += [
        (words("earlier.digest"), words("earlier.value", day=one.sealed, digest=one.evidence_digest))
        for one in content.earlier
    ]
    if edition is Edition.REGULATOR:
        pairs.append((words("officers"), ", ".join(content.officers)))
    return section(words("h.certificate"), join([facts(pairs)]))
