"""The report of an edition: what a person reads in two minutes, then the detail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from dsr_desk.core.actions import Seen
from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import (
    ROWS_SHOWN,
    Block,
    Faces,
    Piece,
    Text,
    bullets,
    day,
    face,
    facts,
    heading,
    listed,
    moment,
    number,
    paragraph,
    row,
    short,
    table,
    text,
    word,
    written,
)
from dsr_desk.evidence.report.claims import limits, proof, sworn
from dsr_desk.evidence.report.crops import clean_crop
from dsr_desk.evidence.report.details import details, earlier_lines, gaps, seen_of, table_of, told
from dsr_desk.evidence.report.models import model_lines, models, remaining_rows
from dsr_desk.evidence.report.orders import order_page
from dsr_desk.evidence.report.registered import registered, short_lines, told_of
from dsr_desk.evidence.report.required import required
from dsr_desk.evidence.verifying.check_bundle import Files


def report(content: EvidenceContent, edition: Edition, files: Files, language: str) -> dict[str, Any]:
    """The report as report.json holds it."""
    return written(blocks_of(content, edition, files), language)


def blocks_of(content: EvidenceContent, edition: Edition, files: Files) -> list[Block]:
    """All sections of an edition. `files` are its data files, which say what is listed."""
    if content.order is not None:
        return order_page(content, files, certificate(files, edition))
    regulator, nothing = edition is Edition.REGULATOR, content.nothing_found
    made = [*_head(content, edition), _short(content, edition, files), *_searched(files), *gaps(files)]
    made += [] if nothing else _found(files)
    made += registered(content, edition) if told_of(content, edition) else []
    made += [*models(content, edition), *_remains(content, files), *told(files), *required(content, edition)]
    if regulator:
        made += details(files)
    else:
        made += [*_rights(content), *([] if nothing else _items(content, edition, files))]
    made += [*proof(content), *limits(content)]
    return [*made, *(sworn(content) if regulator else []), *certificate(files, edition)]


def shows_pictures(content: EvidenceContent, edition: Edition) -> bool:
    """Her own face crops are shown to a requester who asked for access; never in an order, never to a regulator."""
    return edition is Edition.REQUESTER and content.case.right is Right.ACCESS and not content.case.order


def _title(content: EvidenceContent, edition: Edition) -> Message:
    """A person's case says of no order that it was complied with."""
    if content.case.order:
        return message("report.title.order.open")
    return Message(f"report.title.{edition.value}")


def _head(content: EvidenceContent, edition: Edition) -> list[Block]:
    case = content.case
    said = [
        message("report.pair.bare", name=message("report.case"), value=quoted(case.ref)),
        message("report.pair.bare", name=message("report.sealed"), value=day(content.sealed)),
    ]
    if edition is Edition.REQUESTER and case.person:
        said.append(message("report.pair.bare", name=message("report.for"), value=quoted(case.person)))
    parts: list[Piece] = [quoted(content.organisation.name), *(message("report.then", said=one) for one in said)]
    return [heading(_title(content, edition), 1), paragraph(*parts)]


def _short(content: EvidenceContent, edition: Edition, files: Files) -> Block:
    says: list[Piece] = [*earlier_lines(files), asked(content, edition), *scope(content), *reviewed(content)]
    says += found(content, regulator=edition is Edition.REGULATOR)
    says += [] if content.nothing_found else outcome(content)
    says += not_read(content)
    says += [*([] if content.nothing_found else model_lines(content, edition)), *short_lines(content, edition)]
    if content.retained or content.backups or any(model.remains for model in content.models):
        says.append(message("report.remains.short"))
    if edition is Edition.REQUESTER:
        says.append(message("report.rights.short"))
    return short([heading(message("report.short")), bullets(says)])


def asked(content: EvidenceContent, edition: Edition) -> Text:
    """What was asked, when and under which law."""
    case, regulator = content.case, edition is Edition.REGULATOR
    says = message(
        "report.asked.regulator" if regulator else "report.asked",
        day=case.received,
        right=word("right" if regulator else "ask", case.right),
        law=word("law", case.law),
    )
    return text(says, of="case.json/case")


def scope(content: EvidenceContent) -> list[Message]:
    """How much was searched; photos count as searched only where faces were compared."""
    photos, records = sum(e.photos for e in content.searched), sum(e.records for e in content.searched)
    datasets = len({e.dataset_version for e in content.searched})
    if photos and not content.compared_faces:
        records_alone = message("report.searched.records", datasets=datasets, records=records)
        return [records_alone, message("report.no-faces", photos=photos)]
    says = [message("report.searched.short", datasets=datasets, photos=photos, records=records)]
    unseen = sum(n for e in content.searched for name, n in e.ledger if name != LedgerClass.FACES.value)
    if unseen:
        says.append(message("report.not-compared", photos=unseen))
    return says


def reviewed(content: EvidenceContent) -> list[Message]:
    """What was left out or left open."""
    says = []
    if content.gaps or not all(search.result.complete for search in content.searches):
        says.append(message("report.parts-missing"))
    if content.review.not_reviewed:
        says.append(message("report.not-reviewed.short", count=content.review.not_reviewed))
    if content.review.unsure:
        says.append(message("report.unsure.short", count=content.review.unsure))
    return says


def found(content: EvidenceContent, *, regulator: bool) -> list[Message]:
    """How much was found; that nothing was is no proof."""
    limit = message("report.nothing.limit")
    if content.nothing_found and content.review.open:
        code = "report.nothing.open.regulator" if regulator else "report.nothing.open"
        return [message(code, count=content.review.open), limit]
    if content.nothing_found and regulator:
        return [message("report.nothing.regulator"), limit]
    if content.nothing_found:
        return [message("report.nothing" if content.compared_faces else "report.nothing.records"), limit]
    code = "report.found.regulator" if regulator else "report.found.short"
    photos, records = content.tally.of(ItemKind.PHOTO), content.tally.of(ItemKind.RECORD)
    return [message(code, photos=photos, records=records)]


def outcome(content: EvidenceContent) -> list[Text]:
    """Counts come from reading back; the weakest look decides whether "all" may be said."""
    counts = content.tally.seen()
    total = len(content.hits)
    if not content.looks:
        return [text(message("report.outcome.none"))]
    if total and counts[Seen.GONE] == total and not content.doubts:
        return [text(message("report.outcome.one-gone" if total == 1 else "report.outcome.all-gone", count=total))]
    doubts = [
        text(
            message("report.outcome.doubt", how=one.how, seen=word("seen", one.seen), says=one.says),
            of=f"statement/doubts/{place}",
        )
        for place, one in enumerate(content.doubts)
    ]
    counted = _counted({one.value: counts[one] for one in Seen})
    return [text(message("report.outcome.mixed", counts=counted)), *doubts]


def not_read(content: EvidenceContent) -> list[Message]:
    """What reading back could not see, in a number; the list of it stands among what was not searched."""
    return [message("report.not-read", count=content.not_read)] if content.not_read else []


def _searched(files: Files) -> list[Block]:
    rows = (
        row(
            quoted(one["dataset_version"]),
            listed(map(Message.from_json, one["formats"])) if one["formats"] else message("report.unknown"),
            text(number(one["photos"]), of=f"scope.json/searched/{place}/photos"),
            text(number(one["records"]), of=f"scope.json/searched/{place}/records"),
            of=f"scope.json/searched/{place}",
        )
        for place, one in enumerate(files.record("scope.json/searched"))
    )
    title = message("report.h.searched")
    head = [message("report.dataset"), message("report.kind"), message("report.photos"), message("report.records")]
    return [heading(title), table(title, head, rows)]


def _found(files: Files) -> list[Block]:
    """By dataset version; the items one by one stand further down."""
    rows = []
    for place, one in enumerate(files.record("statement/figures/found")):
        of = f"statement/figures/found/{place}"
        rows.append(
            row(
                quoted(one["dataset_version"]),
                text(number(one["photo"]), of=f"{of}/photo"),
                text(number(one["record"]), of=f"{of}/record"),
                listed(_counted(one["seen"])),
                of=of,
            )
        )
    title = message("report.h.found")
    head = [message("report.where"), message("report.photos"), message("report.records"), message("report.outcome")]
    return [heading(title), table(title, head, rows)]


def _counted(counts: Mapping[str, int]) -> tuple[Message, ...]:
    return tuple(message("report.seen.count", n=counts[one], seen=word("seen", one)) for one in Seen if counts.get(one))


def _items(content: EvidenceContent, edition: Edition, files: Files) -> list[Block]:
    """Her items, each with the reference by which she can ask about it."""
    rows = (
        row(
            quoted(hit["item"]),
            word("item", hit["kind"]),
            quoted(hit["dataset_version"]),
            text(seen_of(hit), of=f"hits.jsonl/{place}/afterwards"),
            of=f"hits.jsonl/{place}",
        )
        for place, hit in enumerate(files.whole("hits.jsonl"))
    )
    head = [message("report.item"), message("report.kind"), message("report.where"), message("report.outcome")]
    title, *shown = table_of(files, "hits.jsonl", message("report.h.items"), head, rows)
    return [title, *([_faces(content)] if shows_pictures(content, edition) else []), *shown]


def _faces(content: EvidenceContent) -> Faces:
    """Her own face from each photo, cleaned; of very many the first ones."""
    first = enumerate(islice(content.hits, ROWS_SHOWN))
    return Faces(
        tuple(
            face(
                clean_crop(hit.crop, hit.ref).image,
                message("report.crop-alt", ref=hit.ref),
                quoted(hit.ref),
                of=f"hits.jsonl/{place}/item",
            )
            for place, hit in first
            if hit.crop is not None
        )
    )


def _remains(content: EvidenceContent, files: Files) -> list[Block]:
    title = message("report.h.remains")
    rows = list(remaining_rows(content, files))
    if rows:
        head = [message("report.what"), message("report.why"), message("report.until")]
        return [heading(title), table(title, head, rows)]
    nothing = message("report.remains.none")
    if content.nothing_found:
        says: list[Piece] = [message("report.remains.open") if content.review.open else nothing]
    else:
        clear = content.done and content.tally.seen()[Seen.GONE] == len(content.hits)
        says = [nothing] if clear else [*outcome(content)]
    return [heading(title), *map(paragraph, says)]


def _rights(content: EvidenceContent) -> list[Block]:
    organisation = content.organisation
    authority = quoted(organisation.authority) if organisation.authority else message("report.authority.unknown")
    contact = organisation.contact or organisation.address or organisation.name
    gdpr = content.case.law in (Law.EU_GDPR, Law.UK_GDPR)
    return [
        heading(message("report.h.rights")),
        paragraph(message("report.rights.ask", contact=contact), of="case.json/organisation"),
        paragraph(
            message("report.rights.gdpr" if gdpr else "report.rights.other", authority=authority),
            of="case.json/organisation",
        ),
        paragraph(message("report.rights.log")),
    ]


def certificate(files: Files, edition: Edition) -> list[Block]:
    case, organisation, declarant = (files.record(f"case.json/{one}") for one in ("case", "organisation", "declarant"))
    address = filter(None, (organisation["name"], organisation["address"]))
    law = message("report.dash", first=word("law", case["law"]), second=word("right", case["right"]))
    pairs: list[tuple[Message, Piece]] = [
        (message("report.organisation"), text(listed(address), of="case.json/organisation")),
        (message("report.case"), text(quoted(case["ref"]), of="case.json/case/ref")),
        (message("report.law"), text(law, of=("case.json/case/law", "case.json/case/right"))),
        (message("report.received"), text(day(case["received"]), of="case.json/case/received")),
    ]
    for place, due in enumerate(case["due"]):
        says = message("report.due.says", day=due["due"], duty=word("duty", due["duty"]))
        pairs.append((message("report.due"), text(says, of=f"case.json/case/due/{place}")))
    pairs += _authenticity(case["identity"]) if "about" in case else _identity(case["identity"])
    validator = quoted(declarant["validator"]) if declarant["validator"] else message("report.nobody")
    role, basis = (Message.from_json(declarant[one]) for one in ("role", "basis"))
    named = message("report.comma", first=quoted(declarant["name"]), second=role)
    pairs += [
        (
            message("report.declarant"),
            text(named, of=("case.json/declarant/name", "case.json/declarant/role")),
        ),
        (message("report.basis.title"), text(basis, of="case.json/declarant/basis")),
        (message("report.validator"), text(validator, of="case.json/declarant/validator")),
        (message("report.sealed"), text(moment(files.record("statement/sealed")), of="statement/sealed")),
    ]
    for place, one in enumerate(files.record("statement/earlier")):
        says = message("report.earlier.value", day=one["sealed"], digest=one["evidence_digest"])
        pairs.append((message("report.earlier.digest"), text(says, of=f"statement/earlier/{place}")))
    if edition is Edition.REGULATOR:
        officers = listed(files.record("case.json/officers"))
        pairs.append((message("report.officers"), text(officers, of="case.json/officers")))
    return [heading(message("report.h.certificate")), facts(pairs)]


def _authenticity(check: dict[str, str] | None) -> Iterator[tuple[Message, Piece]]:
    """How and when an order was found authentic."""
    of, name = "case.json/case/identity", message("report.authenticity")
    if check is None:
        yield name, text(message("report.no-authenticity"), of=of)
    else:
        yield name, text(message("report.comma", first=quoted(check["method"]), second=day(check["checked"])), of=of)


def _identity(check: dict[str, str] | None) -> Iterator[tuple[Message, Piece]]:
    """How and when the person was identified."""
    of, name = "case.json/case/identity", message("report.identity")
    if check is None:
        yield name, text(message("report.no-identity"), of=of)
        return
    how = message("report.comma", first=quoted(check["method"]), second=day(check["checked"]))
    yield name, text(how, of=of)
    if check["photo_shows_requester"]:
        basis = text(quoted(check["photo_shows_requester"]), of=f"{of}/photo_shows_requester")
        yield message("report.photo-basis"), basis
    if check["acting_for"]:
        yield message("report.acting-for"), text(quoted(check["acting_for"]), of=f"{of}/acting_for")
