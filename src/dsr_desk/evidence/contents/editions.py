"""Which files each edition holds. What is not written down here does not leave the house."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dsr_desk.core.deadlines import Deadline
from dsr_desk.core.errors import for_others
from dsr_desk.core.lineage import PathStep
from dsr_desk.core.message import Message, message
from dsr_desk.evidence.contents.content import (
    CaseFile,
    Edition,
    EvidenceContent,
    HitItem,
    JournalLeaf,
    ModelEntry,
    Search,
)
from dsr_desk.evidence.report.lineage_picture import lineage_svg
from dsr_desk.evidence.report.page import report
from dsr_desk.evidence.report.pdf import report_pdf
from dsr_desk.evidence.report.registered import as_json, told_of, unknown_facts
from dsr_desk.evidence.signed.log import sign_checkpoint, verifier_key
from dsr_desk.evidence.signed.members import Held, Member, Spool
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import envelope, statement
from dsr_desk.evidence.signed.tree import Others, between


def payload_of(
    content: EvidenceContent, edition: Edition, language: str, signer: Signer, spool: Spool
) -> dict[str, Member]:
    """All payload files of an edition, by their names below `data/`, the signed statement among them.

    What there may be millions of is written to the spool line by line.
    """
    requester = edition is Edition.REQUESTER
    page = report(content, edition, language)
    made: dict[str, Member] = {name: Held(data) for name, data in _files(content, edition, language).items()}
    made |= {name: spool.add(pieces) for name, pieces in _long(content, edition)}
    made["report.html"] = Held(page)
    if requester:
        made["report.pdf"] = Held(report_pdf(page, content, language))
    for room, name in (("verifying", "check_bundle.py"), ("contents", "predicate.schema.json")):
        made[name] = Held(files(f"dsr_desk.evidence.{room}").joinpath(name).read_bytes())
    made |= {name: Held(data) for name, data in _log(content, signer).items()}
    made["statement.dsse.json"] = Held(envelope(statement(made, predicate(content, edition, language)), signer))
    return made


def _files(content: EvidenceContent, edition: Edition, language: str) -> dict[str, bytes]:
    return _hers(content) if edition is Edition.REQUESTER else _theirs(content, language)


def predicate(content: EvidenceContent, edition: Edition, language: str) -> dict[str, Any]:
    """What the statement says of the files; its schema is in docs/bundle-format.md."""
    case, seen = content.case, content.tally.seen()
    said: dict[str, Any] = json.loads(
        _COMPACT.encode(
            {
                "case": {"ref": case.ref, "right": case.right, "law": case.law, "received": case.received},
                "organisation": content.organisation.name,
                "edition": edition,
                "language": language,
                "sealed": content.sealed,
                "clock": "not attested",
                "journal": {"entries": content.journal.size, "epoch": content.journal.epoch},
                "hits": len(content.hits),
                "outcomes": {outcome: count for outcome, count in seen.items() if count},
                "doubts": [_some(one, "target", "how", "seen") for one in content.doubts],
                "models": len(content.models),
                "gaps": len(content.gaps),
                "datasets": [
                    {"dataset_version": version, "unknown": names}
                    for version, names in unknown_facts(content, edition).items()
                ],
                "declarant": content.declarant,
                "declared": _declared(content, edition),
                "earlier": content.earlier,
            }
        )
    )
    return said


def _declared(content: EvidenceContent, edition: Edition) -> list[Message]:
    """What no computation proves, for the verifier to repeat."""
    said = [
        message("declared.datasets", who=content.declarant.name),
        *content.review.second_look,
        message("declared.copies"),
        message("declared.keys"),
    ]
    if told_of(content, edition):
        said.append(message("declared.basis"))
    if content.journal.epoch > 1:
        said.append(message("declared.restored"))
    if content.doubts:
        said.append(message("declared.doubts"))
    if not content.read_backs and not content.nothing_found:
        said.append(message("declared.not-read-back"))
    if content.actions and not content.declarant.validator:
        said.append(message("declared.not-confirmed"))
    return said


def _long(content: EvidenceContent, edition: Edition) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Files with a line for each item or journal entry."""
    requester = edition is Edition.REQUESTER
    outcomes = content.outcomes
    of_hit = _her_hit if requester else _their_hit
    yield "hits.json", _list({**of_hit(hit), "afterwards": outcomes[hit.ref]} for hit in content.hits)
    yield "log/leaves.jsonl", _lines(_leaves(content, full=not requester))
    if not requester:
        yield "custody.jsonl", _lines(_custody(content))


def _hers(content: EvidenceContent) -> dict[str, bytes]:
    """Her hits and her models; nothing of the machinery, of officers or of places inside the house."""
    return {
        "scope.json": _json(
            {
                "searched": [
                    _some(one, "dataset_version", "formats", "photos", "records", "ledger") for one in content.searched
                ],
                "gaps": _gaps(content, Edition.REQUESTER),
                "datasets": as_json(content, Edition.REQUESTER),
                "searches": [
                    {
                        **_some(one, "when", "after_deletion", "round"),
                        **_some(one.result, "statement", "complete"),
                    }
                    for one in content.searches
                ],
            }
        ),
        "lineage.json": _json(
            {
                "models": [_her_model(model) for model in content.models],
                "without_lineage": content.models_without_lineage,
            }
        ),
        "readback.json": _json(
            [_some(one, "how", "seen", "when", "items", "round", "superseded") for one in content.read_backs]
        ),
        "remains.json": _json({"retained": content.retained, "backups": content.backups, "told": content.told}),
    }


def _theirs(content: EvidenceContent, language: str) -> dict[str, bytes]:
    """The whole scope, actions, dispositions and custody; no picture, no salt, no name of the person."""
    return {
        "case.json": _json(
            {
                "organisation": content.organisation,
                "case": _their_case(content.case),
                "declarant": content.declarant,
                "officers": content.officers,
            }
        ),
        "scope.json": _json(
            {
                "searched": content.searched,
                "searches": [_their_search(one) for one in content.searches],
                "gaps": _gaps(content, Edition.REGULATOR),
                "datasets": as_json(content, Edition.REGULATOR),
                "review": content.review,
            }
        ),
        "lineage.json": _json(
            {
                "models": [_their_model(model) for model in content.models],
                "without_lineage": content.models_without_lineage,
                "excluded": [{"model": one.node.label, "reason": one.reason} for one in content.excluded_models],
                "sources": [{"file": name, "sha256": digest} for name, digest in content.lineage_sources],
            }
        ),
        "lineage.svg": lineage_svg(content.models, language),
        "actions.jsonl": b"".join(_lines(content.actions)),
        "readback.json": _json(content.read_backs),
        "remains.json": _json({"retained": content.retained, "backups": content.backups, "told": content.told}),
    }


def _gaps(content: EvidenceContent, edition: Edition) -> list[dict[str, Any]]:
    return [_some(one, "what", "why", "count") for one in content.gaps_for(edition)]


def _their_case(case: CaseFile) -> dict[str, Any]:
    return {
        **_some(case, "ref", "right", "law", "received", "opened", "closed", "order"),
        "due": [_due(one) for one in case.due],
        "identity": _some(case.identity, "method", "photo_shows_requester", "officer", "checked", "acting_for"),
    }


def _due(one: Deadline) -> dict[str, Any]:
    return {**_some(one, "duty", "rule", "steps"), "due": one.due.isoformat()}


def _their_search(one: Search) -> dict[str, Any]:
    return {
        **_some(one, "when", "officer", "after_deletion", "round"),
        **_some(one.result, "indexes", "compared_faces", "compared_records", "statement", "complete"),
        "candidates": one.result.pile.count,
    }


def _their_model(entry: ModelEntry) -> dict[str, Any]:
    model = entry.model
    return {
        **_some(model, "name", "version", "roles", "certainty", "in_weights", "dataset_versions", "training_recorded"),
        **_some(entry, "photos", "records"),
        "paths": [_path(path) for path in model.paths],
        "period": _some(model.period, "since", "until", "running"),
        "deployments": [node.label for node in model.deployments],
        "products": [node.label for node in model.products],
        "planned": _some(entry.planned, "disposition", "reason", "responsible", "deadline", "officer", "decided"),
        "observed": _some(entry.observed, "disposition", "how", "officer", "seen", "by", "recorded"),
    }


def _path(path: Iterable[PathStep]) -> list[dict[str, Any]]:
    return [
        {"kind": one.node.kind, "label": one.node.title, "role": one.role or "", "certainty": one.certainty}
        for one in path
    ]


def _log(content: EvidenceContent, signer: Signer) -> dict[str, bytes]:
    """Checkpoint, key and earlier heads."""
    journal = content.journal
    earlier = [
        {"size": one.size, "root": one.root.hex(), "checkpoint": one.checkpoint, "proof": [n.hex() for n in one.proof]}
        for one in journal.earlier
    ]
    return {
        "log/checkpoint": sign_checkpoint(journal.origin, journal.size, journal.root, signer.log_key).encode(),
        "log/key.txt": (verifier_key(journal.origin, signer.log_key.public_key()) + "\n").encode(),
        "log/earlier.json": _json(earlier),
    }


def _leaves(content: EvidenceContent, *, full: bool) -> Iterator[dict[str, Any]]:
    """Leaves and what stands between them: if `full` entries of the case and of the vault itself, else the hashes of
    this case's entries alone."""
    own = (leaf for leaf in content.journal.leaves if full or leaf.of_case)
    for one in between(content.journal.hashes, own):
        if isinstance(one, Others):
            yield {"index": one.index, "others": one.count, "hash": one.node.hex()}
        else:
            yield _leaf(one) if full else {"index": one.index, "hash": one.hash.hex()}


def _leaf(leaf: JournalLeaf) -> dict[str, Any]:
    line: dict[str, Any] = {
        "index": leaf.index,
        "hash": leaf.hash.hex(),
        "envelope": leaf.envelope.decode(),
        "signature": leaf.signature.hex(),
    }
    if leaf.act:
        line["act"] = leaf.act.decode()
    if leaf.opened:
        line["opened"] = {name: {"salt": salt.hex(), "value": value} for name, salt, value in leaf.opened}
    return line


def _custody(content: EvidenceContent) -> Iterator[dict[str, Any]]:
    for event in content.custody:
        line = _fields(event.handed_out)
        del line["salt"]
        yield line


def _hit(hit: HitItem) -> dict[str, Any]:
    return {
        "item": hit.ref,
        "kind": hit.kind,
        "dataset_version": hit.dataset_version,
        "salted_hash": hit.salted_hash,
        "found_by": hit.found_by,
    }


def _her_hit(hit: HitItem) -> dict[str, Any]:
    return {**_hit(hit), "salt": hit.salt.hex()}


def _their_hit(hit: HitItem) -> dict[str, Any]:
    return {**_hit(hit), "container": hit.container, "decided": hit.decided, "decider": hit.decider}


def _her_model(entry: ModelEntry) -> dict[str, Any]:
    return {
        "model": entry.label,
        **_some(entry.model, "in_weights", "certainty"),
        **_some(entry, "photos", "records"),
        "counted": message("report.counted"),
        "planned": _some(entry.planned, "disposition", "reason", "deadline"),
        "observed": _some(entry.observed, "disposition", "how", "seen"),
    }


def _some(value: Any, *names: str) -> Any:
    """These fields; None of None."""
    return {name: getattr(value, name) for name in names} if value is not None else None


def _json(value: Any) -> bytes:
    """Readable JSON: lists with an element on each line, all else indented."""
    if isinstance(value, list | tuple):
        return b"".join(_list(value))
    return (_INDENTED.encode(value) + "\n").encode()


def _list(values: Iterable[Any]) -> Iterator[bytes]:
    """A JSON list with an element on each line."""
    before = "[\n"
    for value in values:
        yield (before + _COMPACT.encode(value)).encode()
        before = ",\n"
    yield b"\n]\n" if before.startswith(",") else b"[\n\n]\n"


def _lines(values: Iterable[Any]) -> Iterator[bytes]:
    return ((_COMPACT.encode(value) + "\n").encode() for value in values)


def _fields(value: Any) -> dict[str, Any]:
    """A sentence, or a class of this room as its fields. Bytes are refused, and so are the classes of the rest of the
    program: they hold more than may leave the house, so what of them does is written out above."""
    if isinstance(value, Message):
        return _spelled(value)
    if type(value).__module__.startswith(_OURS):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    raise TypeError(f"a bundle holds no {type(value).__name__}")


@lru_cache(1024)
def _spelled(one: Message) -> dict[str, Any]:
    """Millions of lines say the same few sentences."""
    return for_others(one).as_json()


_OURS = "dsr_desk.evidence.contents."
_COMPACT = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True)
_INDENTED = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True, indent=1)
