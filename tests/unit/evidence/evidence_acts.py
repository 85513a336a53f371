"""The acts that an invented case would have in its log, made from what its evidence says."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from dsr_desk.app.case.told import gaps as told_gaps
from dsr_desk.app.case.told import sentence, sentences
from dsr_desk.core import codec
from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.message import message, quoted
from dsr_desk.evidence.contents.content import EvidenceContent, HitItem, LookEntry, Search
from dsr_desk.evidence.contents.many import numbers

GENERATIONS = {"ab" * 16: 1}
Rows = list[tuple[str, str]]


def name_of(ref: str) -> str:
    """The pseudonym of an item of the invented case."""
    return hashlib.sha256(f"name {ref}".encode()).hexdigest()[:32]


def facts(content: EvidenceContent) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is open of the request, and its fields."""
    case = content.case
    open_ = {
        "right": case.right.value, "law": case.law.value, "received": case.received,
        "due": case.due[0].due.isoformat(), "identifiers": "1d" * 16,
    }  # fmt: skip
    return open_, {"deadline": codec.plain(case.due[0])}


def search(
    content: EvidenceContent, one: Search
) -> tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]] | None]:
    """What is open of a search, its fields and its rows: the hits and as many others as the review tells of."""
    review, versions = content.review, list(dict.fromkeys(hit.dataset_version for hit in content.hits))
    open_ = {
        "purpose": "read-back" if one.after_deletion else "search", "faces": one.result.compared_faces,
        "records": one.result.compared_records, "complete": one.result.complete, "expected": review.down_to_strangers,
        "facts": "fa" * 32, "references": [1], "indexes": GENERATIONS,
    }  # fmt: skip
    told, inside = [], []
    for number, index in enumerate(content.searched):
        key = f"{number:032x}"
        told.append(
            {
                "key": key,
                "dataset_version": index.dataset_version,
                "photos": index.photos,
                "records": index.records,
                "ledger": [list(one) for one in index.ledger],
                "formats": [said.as_json() for said in index.formats],
            }
        )
        inside.append(
            {
                "key": key,
                "index": index.index,
                "generation": index.generation,
                "engine": index.engine,
                "engine_says": sentences([message("engine.card.consent", says=quoted("nobody was asked"))]),
                "built": index.built,
                "faces": index.faces,
                "inventory": (*index.sources, "")[0],
            }
        )
    gaps = told_gaps(content.gaps)
    fields = {
        "told": {
            "statement": sentences(one.result.statement), "gaps": gaps, "indexes": told,
            "versions": versions, "found": one.result.pile.count,
        },
        "inside": {"indexes": inside},
    }  # fmt: skip
    if one.after_deletion:
        return open_, fields, None
    rows = [(hit.name, word_of(hit, versions)) for hit in content.hits]
    rows += [(name_of(other), f"photo 0 face {'0e' * 32}") for other in others(content)]
    return open_, fields, rows


def word_of(hit: HitItem, versions: list[str]) -> str:
    reasons = "+".join(hit.found_by)
    return f"{hit.kind.value} {versions.index(hit.dataset_version)} {reasons} {hit.salted_hash}"


def others(content: EvidenceContent) -> Iterator[str]:
    """Candidates that are no hits: other people, those on whom somebody is unsure, and those on whom nobody said."""
    review = content.review
    for verdict, count in (("different", review.different), ("unsure", review.unsure), ("", review.not_reviewed)):
        yield from (f"{verdict} {number}" for number in range(count))


def plan(content: EvidenceContent) -> tuple[dict[str, Any], dict[str, Any], Rows]:
    """What is open of the plan, its fields and its rows."""
    hits = {number: hit.name for number, hit in enumerate(content.hits, 1)}
    actions: list[dict[str, Any]] = []
    targets: list[str] = []
    rows: list[tuple[str, str]] = []

    def add(kind: ActionKind, target: str, items: tuple[str, ...], **more: str) -> None:
        names = [hits[number] for number in numbers(items)]
        rows.extend((name, "hold" if kind is ActionKind.HOLD else "erase") for name in names)
        said = {"action": f"action-{len(actions) + 1:03d}", "kind": kind.value, "items": len(names), "ground": ""}
        actions.append({**said, "until": "", "what": "", **more})
        targets.append(target)

    for one in content.actions:
        add(one.kind, one.target, one.items)
    for kept in content.retained:
        add(ActionKind.HOLD, "hold", kept.items, ground=kept.ground, until=kept.until)
    for told in content.told:
        add(ActionKind.TELL_RECIPIENT, told.recipient, (), what=told.recipient)
    for backup in content.backups:
        add(ActionKind.BACKUP, backup.name, (), what=backup.name, until=backup.overwritten)
    open_ = {"plan": "ba" * 32, "actions": len(actions), "indexes": GENERATIONS}
    return open_, {"told": {"actions": actions, "gaps": []}, "inside": {"targets": targets}}, rows


def read_back(
    content: EvidenceContent, looks: list[LookEntry]
) -> tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]:
    hits = {number: hit.name for number, hit in enumerate(content.hits, 1)}
    rows = [(hits[number], one.seen.name.lower()) for one in looks for number in numbers(one.items)]
    counts: dict[str, int] = defaultdict(int)
    for _, word in rows:
        counts[word] += 1
    checks = [
        {"how": sentence(one.how), "seen": one.seen.value, "says": sentence((*one.says, one.how)[0]), "gaps": []}
        for one in looks
        if not one.items
    ]
    weakest = max((one.seen for one in looks), key=lambda seen: seen.weakness, default=Seen.NOT_LOOKED)
    open_ = {"seen": weakest.name.lower(), "items": dict(counts), "plan": "ba" * 32, "indexes": {}}
    return open_, {"told": {"checks": checks}}, rows


def basis(parts: dict[str, Any]) -> str:
    return digest_of({"parts": parts, "indexes": GENERATIONS})


def parts(
    content: EvidenceContent, identity: str, treated: dict[str, str], planned: dict[str, str], policy: Any
) -> dict[str, Any]:
    """What a plan of the invented case rests on, by the rules that the program has."""
    verdicts = [[hit.name, "same"] for hit in content.hits]
    verdicts += [[name_of(one), one.partition(" ")[0]] for one in others(content) if not one.startswith(" ")]
    return {
        "right": content.case.right.value, "identity": identity, "identifiers": "1d" * 16,
        "decisions": digest_of(sorted(verdicts)), "links": digest_of([]),
        "treatments": digest_of(sorted([name, act] for name, act in treated.items())), "dispositions": planned,
        "policy": digest_of(policy),
    }  # fmt: skip
