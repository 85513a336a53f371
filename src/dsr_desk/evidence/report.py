"""report.html: what a person reads in two minutes, then the detail."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from itertools import islice

from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.core.requests import Law
from dsr_desk.evidence import report_details
from dsr_desk.evidence.content import (
    Edition,
    EvidenceContent,
    FaceCrop,
    HitItem,
    Language,
    ModelEntry,
    ObservedFate,
    Seen,
)
from dsr_desk.evidence.crops import clean_crop
from dsr_desk.evidence.html import (
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
from dsr_desk.evidence.registered import registered, short_lines, told_of
from dsr_desk.evidence.words import Words

STYLE = files("dsr_desk.evidence").joinpath("report.css").read_text("utf-8")


def report(content: EvidenceContent, edition: Edition, language: Language) -> bytes:
    """The report as one HTML page in UTF-8."""
    words = Words(language)
    sections = [_head(content, edition, words), _short(content, edition, words), _searched(content, words)]
    sections += [report_details.not_searched(content, words)]
    if not content.nothing_found:
        sections.append(_found(content, words))
    if told_of(content, edition):
        sections.append(registered(content, edition, words))
    sections.append(_models(content, edition, words))
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
    return page(_title(content, edition, words), language.value, STYLE, body)


def shows_pictures(content: EvidenceContent, edition: Edition) -> bool:
    """Her own face crops are shown to a requester who asked for access; never in an order, never to a regulator."""
    return edition is Edition.REQUESTER and content.case.right.value == "access" and not content.case.order


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
    ask = words.right_name(case.right) if regulator else words.right(case.right)
    lines = report_details.earlier_lines(content, words)
    lines += [
        words(
            "asked.regulator" if regulator else "asked",
            day=words.day(case.received),
            right=ask,
            law=words.law(case.law),
        )
    ]
    lines += _scope(content, words)
    if content.not_searched or not all(search.complete for search in content.searches):
        lines.append(words("parts_missing"))
    if content.review.not_reviewed:
        lines.append(words("not_reviewed.short", count=words.number(content.review.not_reviewed)))
    if content.review.unsure:
        lines.append(words("unsure.short", count=words.number(content.review.unsure)))
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
    datasets = words.count(len({e.dataset_version for e in content.searched}), "dataset")
    of_photos, of_records = words.count(photos, "photo"), words.count(records, "record")
    if photos and not content.compared_faces:
        records_alone = words("searched.records", datasets=datasets, records=of_records)
        return [records_alone, words("no_faces", photos=of_photos)]
    lines = [words("searched.short", datasets=datasets, photos=of_photos, records=of_records)]
    unseen = sum(n for e in content.searched for name, n in e.ledger if name != LedgerClass.FACES.value)
    if unseen:
        lines.append(words("not_compared", photos=words.count(unseen, "photo")))
    return lines


def _findings(content: EvidenceContent, regulator: bool, words: Words) -> list[str]:
    if content.nothing_found and content.review.open:
        open_ = words.number(content.review.open)
        return [words("nothing.open.regulator" if regulator else "nothing.open", count=open_), words("nothing.limit")]
    if content.nothing_found:
        nothing = "nothing" if content.compared_faces else "nothing.records"
        return [words("nothing.regulator" if regulator else nothing), words("nothing.limit")]
    tally = content.tally
    found = words(
        "found.regulator" if regulator else "found.short",
        photos=words.count(tally.of(ItemKind.PHOTO), "photo"),
        records=words.count(tally.of(ItemKind.RECORD), "record"),
    )  # fmt: skip
    lines = [found, *_outcome(content, words)]
    learned = sum(model.in_weights for model in content.models)
    if learned:
        lines.append(words("models.short", count=words.number(learned)))
    if len(content.models) > learned:
        lines.append(words("models.measured", count=words.number(len(content.models) - learned)))
    if not content.models:
        lines.append(words("models.none.regulator" if regulator else "models.none"))
    if content.models_without_lineage:
        lines.append(words("models.unknown", count=words.number(len(content.models_without_lineage))))
    return lines


def _outcome(content: EvidenceContent, words: Words) -> list[str]:
    """Counts come from reading back; the weakest look decides whether "all" may be said."""
    counts = content.tally.seen()
    total = len(content.hits)
    if not content.looks:
        return [words("outcome.none")]
    if total and counts[Seen.GONE] == total and not content.doubts:
        return [words("outcome.one_gone" if total == 1 else "outcome.all_gone", count=words.number(total))]
    spelled = _counted(counts, words)
    doubts = [
        words(
            "outcome.doubt",
            what=f"{words.say(one.target)}, {words.say(one.how)}",
            seen=words.seen(one.seen),
            says=words.say(one.says),
        ).strip()
        for one in content.doubts
    ]
    return [words("outcome.mixed", counts=spelled), *doubts]


def _searched(content: EvidenceContent, words: Words) -> Markup:
    rows = [
        (e.dataset_version, e.format or words("unknown"), words.number(e.photos), words.number(e.records))
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
            _counted(tally.seen(version), words),
        )
        for version in tally.dataset_versions
    ]
    head = (words("where"), words("photos"), words("records"), words("outcome"))
    return section(words("h.found"), table(head, rows, words("h.found")))


def _counted(counts: Counter[Seen], words: Words) -> str:
    return ", ".join(f"{words.number(counts[seen])} {words.seen(seen)}" for seen in Seen if counts[seen])


def _items(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    """Her items, each with the reference by which she can ask about it."""
    outcomes = content.outcomes
    rows = [
        (hit.ref, words(hit.kind.value), hit.dataset_version, words.seen(outcomes[hit.ref]))
        for hit in islice(content.hits, ROWS_SHOWN)
    ]
    pieces = [_faces(content, words)] if shows_pictures(content, edition) else []
    pieces.append(table((words("item"), words("kind"), words("where"), words("outcome")), rows, words("h.items")))
    if len(content.hits) > ROWS_SHOWN:
        more = words.number(len(content.hits) - ROWS_SHOWN)
        pieces.append(element("p", words("more_rows", count=more, file="data/hits.json")))
    return section(words("h.items"), *pieces)


def _faces(content: EvidenceContent, words: Words) -> Markup:
    """Her own face from each photo, cleaned; of very many the first ones."""
    figures = []
    for hit, crop in islice(_crops(content.hits), ROWS_SHOWN):
        source = "data:image/jpeg;base64," + base64.b64encode(clean_crop(crop, hit.ref).image).decode()
        picture = Markup(element("img", src=source, alt=words("crop_alt", ref=hit.ref)).text.replace("</img>", ""))
        figures.append(element("li", element("figure", picture, element("figcaption", hit.ref))))
    return element("ul", *figures, class_="faces")


def _crops(hits: Iterable[HitItem]) -> Iterable[tuple[HitItem, FaceCrop]]:
    return ((hit, hit.crop) for hit in hits if hit.crop is not None)


def _models(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    regulator = edition is Edition.REGULATOR
    pieces = []
    if content.models:
        head = (
            words("model"),
            words("connection.regulator" if regulator else "connection"),
            words("planned"),
            words("observed"),
        )
        rows = [(m.label, *(_connection(m, regulator, words)), *_fates(m, regulator, words)) for m in content.models]
        pieces.append(table(head, rows, words("h.models")))
    else:
        pieces.append(element("p", words("models.none.regulator" if regulator else "models.none")))
    if content.models_without_lineage:
        names = ", ".join(content.models_without_lineage)
        count = words.number(len(content.models_without_lineage))
        pieces.append(element("p", words("models.unknown", count=f"{count} ({names})")))
    return section(words("h.models"), *pieces)


def _connection(model: ModelEntry, regulator: bool, words: Words) -> tuple[str]:
    items = words.both(model.photos, model.records)
    if regulator:
        roles = ", ".join(map(words.code, model.roles))
        return (f"{', '.join(model.dataset_versions)} ({roles}; {words.code(model.certainty)}; {items})",)
    if not model.in_weights:
        says = words("only_measured", items=items)
    else:
        says = words("trained_items" if model.reaches_items else "trained_version", items=items)
    return (says if model.certainty == "recorded" else f"{says} ({words('inferred')})",)


def _fates(model: ModelEntry, regulator: bool, words: Words) -> tuple[str, str]:
    planned, observed = words("nothing_decided"), words("not_observed")
    if model.planned:
        by = words("by_day", day=words.day(model.planned.deadline)) if model.planned.deadline else ""
        planned = "; ".join(filter(None, (words.fate(model.planned.fate), by, model.planned.reason)))
    if model.observed:
        observed = f"{words.fate(model.observed.fate)}, {words.day(model.observed.seen)}: {model.observed.how}"
        if regulator:
            observed += f" ({_seen_by(model.observed, words)})"
    return planned, observed


def _seen_by(observed: ObservedFate, words: Words) -> str:
    """Who saw it and which officer wrote it down; officers' names are for the regulator alone."""
    day = words.day(observed.recorded)
    if observed.by in ("", observed.officer):
        return words("seen_by_officer", officer=observed.officer, day=day)
    return words("seen_by", who=observed.by, officer=observed.officer, day=day)


def _remains(content: EvidenceContent, words: Words) -> Markup:
    rows = [
        (
            ", ".join(one.items),
            f"{one.ground}: {one.reason}" if one.reason not in ("", one.ground) else one.ground,
            words.day(one.until),
        )
        for one in content.retained
    ]
    for backup in content.backups:
        says = words("backup", name=backup.name, day=words.day(backup.overwritten))
        rows.append((says, backup.says, words.day(backup.overwritten)))
    rows += [_remaining(model, words) for model in content.models if model.remains]
    if rows:
        head = (words("what"), words("why"), words("until"))
        return section(words("h.remains"), table(head, rows, words("h.remains")))
    if content.nothing_found:
        return section(
            words("h.remains"), paragraphs([words("remains.open" if content.review.open else "remains.none")])
        )
    clear = content.done and content.tally.seen()[Seen.GONE] == len(content.hits)
    return section(words("h.remains"), paragraphs([words("remains.none")] if clear else _outcome(content, words)))


def _remaining(model: ModelEntry, words: Words) -> tuple[str, str, str]:
    until = words.day(model.planned.deadline) if model.planned else words("unknown")
    if model.observed:
        why = words("remains.model.seen", fate=words.fate(model.observed.fate))
    elif model.planned:
        why = words("remains.model.planned", fate=words.fate(model.planned.fate))
    else:
        why = words("remains.model.open")
    return words("remains.model", name=model.label), why, until


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
    rows = [(words("claim.sealed"), words("proved"), words("claim.sealed.by"))]
    if content.journal.earlier:
        rows.append((words("claim.journal"), words("proved"), words("claim.journal.by")))
    else:
        rows.append((words("claim.journal"), words("declared"), words("claim.journal.first")))
    if any(action.digest_before and action.digest_after for action in content.actions):
        rows.append((words("claim.items"), words("consistent"), words("claim.items.by")))
    if any(one.items and one.seen is Seen.GONE for one in content.looks):
        rows.append((words("claim.readback"), words("consistent"), words("claim.readback.by", officer=officer)))
    rows.append((words("claim.clock"), words("declared"), words("claim.clock.by")))
    complete = words("claim.complete" if content.looks else "claim.datasets")
    rows.append((complete, words("declared"), words("claim.complete.by", name=content.declarant.name)))
    if told_of(content, edition):
        rows.append((words("claim.facts"), words("declared"), words("claim.facts.by")))
    head = (words("claim"), words("status"), words("by"))
    return section(words("h.proof"), table(head, rows, words("h.proof")))


def _limits(content: EvidenceContent, words: Words) -> Markup:
    acted = bool(content.actions or content.read_backs)
    keys = ["limit.faces", "limit.registered"] + (["limit.media"] if acted else [])
    keys += ["limit.models"] if content.models else []
    keys += ["limit.keys"] + (["limit.one_officer"] if acted and not content.declarant.validator else [])
    says = [*(words(key) for key in keys), *report_details.second_look(content.review, words), *content.limits]
    return section(words("h.limits"), bullets(says))


def _certificate(content: EvidenceContent, edition: Edition, words: Words) -> Markup:
    case, who, declarant = content.case, content.case.identity, content.declarant
    pairs = [
        (words("organisation"), ", ".join(filter(None, (content.organisation.name, content.organisation.address)))),
        (words("case"), case.ref),
        (words("law"), f"{words.law(case.law)} – {words.right_name(case.right)}"),
        (words("received"), words.day(case.received)),
        *((words("due"), f"{words.day(due.due)} ({words.code(due.duty)})") for due in case.due),
        (words("identity"), f"{who.method}, {words.day(who.checked)}" if who else words("no_identity")),
    ]
    if who and who.photo_shows_requester:
        pairs.append((words("photo_basis"), who.photo_shows_requester))
    if who and who.acting_for:
        pairs.append((words("acting_for"), who.acting_for))
    pairs += [
        (words("declarant"), ", ".join(filter(None, (declarant.name, words.code(declarant.role))))),
        (words("basis"), words.say(declarant.basis) or words("unknown")),
        (words("validator"), declarant.validator or words("nobody")),
        (words("sealed"), words.moment(content.sealed)),
    ]
    pairs += [
        (words("earlier.digest"), words("earlier.value", day=words.day(one.sealed), digest=one.evidence_digest))
        for one in content.earlier
    ]
    if edition is Edition.REGULATOR:
        pairs.append((words("officers"), ", ".join(content.officers)))
    return section(words("h.certificate"), join([facts(pairs)]))
