"""What is registered of dataset versions, as each edition may say it. What nobody recorded is a finding."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice

from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import (
    ROWS_SHOWN,
    Block,
    Piece,
    facts,
    heading,
    paragraph,
    strong,
    text,
    word,
)

UNKNOWN = "unknown"
WITHHELD = "withheld"
"""Stands in her edition for words that name a place inside the house, or a person."""

_NAMES = (
    *("source", "collected", "supplier", "legal_basis", "purposes", "retention", "data_recipients", "responsible"),
    "other_places",
)
_HERS = ("source", "supplier", "legal_basis", "purposes", "data_recipients", "retention")
_SAYS_NOTHING = ("", UNKNOWN, "unbekannt")
_SAYS_NONE = ("none", "keine")

_PUBLIC = re.compile(
    r"https?://(?:[\w-]+\.)+(?!(?:local|internal|intranet|lan|corp|home|localdomain)\b)[a-z]{2,}[^\s]*"
)
_INSIDE = re.compile(
    r"\\"  # a path or share of Windows
    r"|[a-z][a-z0-9+.-]*://"  # an address that is not of the public web
    r"|(?:^|[\s(\"'“„=:,;])(?:~|\.{0,2})/+[^\s/]"  # a path from a root or from here
    r"|(?:^|[\s(\"'“„=:,;])[a-z]:/"
    r"|[a-z_][\w.-]*/[\w.-]+/",  # a path of several folders
    re.IGNORECASE,
)
_PERSON = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}|\+\d[\d ()/.-]{6,}\d", re.IGNORECASE)


def told_of(content: EvidenceContent, edition: Edition) -> list[DatasetVersion]:
    """For a regulator all that are registered, for the requester those that hold items of hers.

    One that holds hits and is not registered any more is told of too, with nothing known.
    """
    known = {version.id: version for version in content.datasets}
    hit = content.tally.dataset_versions
    named = hit if edition is Edition.REQUESTER else dict.fromkeys([*known, *hit])
    return [known.get(one) or DatasetVersion(*one.rpartition("@")[::2]) for one in named]


def facts_of(version: DatasetVersion, edition: Edition, officers: Collection[str]) -> dict[str, str]:
    """Facts by field name, "unknown" where nobody recorded one. `officers` are names that she is not told."""
    said = {name: _said(getattr(version, name)) for name in _asked(edition)}
    if edition is Edition.REQUESTER:
        said = {name: WITHHELD if _not_for_her(value, officers) else value for name, value in said.items()}
    return said


def as_json(content: EvidenceContent, edition: Edition) -> list[dict[str, str]]:
    """For scope.json. A version of which the same is registered as of the one that it was made from names that one in
    `same_as`; a regulator also reads which version another was made from."""
    same = {one: head.id for head, others in _alike(content, edition).items() for one in others}
    lines = []
    for version in told_of(content, edition):
        line = {"dataset_version": version.id, "same_as": same.get(version.id, "")}
        line |= facts_of(version, edition, content.officers)
        if edition is Edition.REGULATOR:
            line["derived_from"] = version.derived_from
        lines.append(line)
    return lines


def unknown_facts(content: EvidenceContent, edition: Edition) -> dict[str, list[str]]:
    """The facts that nobody recorded, for each dataset version that the edition tells of."""
    return {
        version.id: [name for name, value in facts_of(version, edition, ()).items() if value == UNKNOWN]
        for version in told_of(content, edition)
    }


def short_lines(content: EvidenceContent, edition: Edition) -> list[Message]:
    """What is unknown, as one of the first lines of a report."""
    alike, unknown = _alike(content, edition), unknown_facts(content, edition)
    count, asked = sum(len(unknown[one.id]) for one in alike), len(alike) * len(_asked(edition))
    if not count:
        return []
    code = "report.facts.short" if edition is Edition.REQUESTER else "report.facts.short.regulator"
    return [message(code, count=count, all=asked, datasets=len(alike))]


def registered(content: EvidenceContent, edition: Edition) -> list[Block]:
    """The section of the report."""
    alike = _alike(content, edition)
    place = {version.id: number for number, version in enumerate(told_of(content, edition))}
    title = "report.h.facts" if edition is Edition.REQUESTER else "report.h.facts.regulator"
    made: list[Block] = [heading(message(title)), paragraph(message("report.facts.says", day=content.sealed))]
    for version, same in islice(alike.items(), ROWS_SHOWN):
        of = f"scope.json/datasets/{place[version.id]}"
        made.append(heading(quoted(version.id), 3, of=of))
        said = facts_of(version, edition, content.officers)
        pairs: list[tuple[Message, Piece]] = [
            (word("facts", name), text(_shown(value), of=f"{of}/{name}")) for name, value in said.items()
        ]
        if edition is Edition.REGULATOR and version.derived_from:
            pairs.append((message("report.facts.derived-from"), quoted(version.derived_from)))
        if same:
            others = tuple(f"scope.json/datasets/{place[one]}/dataset_version" for one in same)
            pairs.append((message("report.facts.same"), text(message("report.targets", names=tuple(same)), of=others)))
        made.append(facts(pairs, of=of))
    left = sum(1 + len(same) for same in islice(alike.values(), ROWS_SHOWN, None))
    if left:
        made.append(paragraph(message("report.more-rows", count=left, file="data/scope.json")))
    return made


def _alike(content: EvidenceContent, edition: Edition) -> dict[DatasetVersion, list[str]]:
    """The versions told of, each with those that were made from it and of which the same is registered: each erasure
    makes one."""
    alike: dict[DatasetVersion, list[str]] = {}
    heads: dict[str, DatasetVersion] = {}
    for version in told_of(content, edition):
        head = heads.get(version.derived_from)
        if head is not None and facts_of(head, edition, ()) == facts_of(version, edition, ()):
            heads[version.id] = head
            alike[head].append(version.id)
        else:
            heads[version.id] = version
            alike[version] = []
    return alike


def _asked(edition: Edition) -> Collection[str]:
    return _HERS if edition is Edition.REQUESTER else _NAMES


def _said(value: str) -> str:
    return UNKNOWN if value.strip().lower() in _SAYS_NOTHING else value.strip()


def _shown(value: str) -> Piece:
    if value == UNKNOWN:
        return strong(message("report.facts.unknown"))
    if value == WITHHELD:
        return message("report.facts.withheld")
    return message("report.facts.none") if value.lower() in _SAYS_NONE else quoted(value)


def _not_for_her(value: str, officers: Collection[str]) -> bool:
    if _PERSON.search(value) or _INSIDE.search(_PUBLIC.sub("", value)):
        return True
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", value, re.IGNORECASE) for name in officers if name)
