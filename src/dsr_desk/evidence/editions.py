"""Which files each edition holds. What is not written down here does not leave the house."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

from dsr_desk.evidence.content import Edition, EvidenceContent, HitItem, JournalLeaf, Language, ModelEntry, Review
from dsr_desk.evidence.facts import Fact, english
from dsr_desk.evidence.lineage_picture import lineage_svg
from dsr_desk.evidence.log import sign_checkpoint, verifier_key
from dsr_desk.evidence.members import Held, Member, Spool
from dsr_desk.evidence.pdf import report_pdf
from dsr_desk.evidence.registered import as_json, told_of, unknown_facts
from dsr_desk.evidence.report import report
from dsr_desk.evidence.signing import Signer
from dsr_desk.evidence.statement import envelope, statement
from dsr_desk.evidence.tree import Others, between


def payload_of(
    content: EvidenceContent, edition: Edition, language: Language, signer: Signer, spool: Spool
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
    for name in ("check_bundle.py", "predicate.schema.json"):
        made[name] = Held(files("dsr_desk.evidence").joinpath(name).read_bytes())
    made |= {name: Held(data) for name, data in _log(content, signer).items()}
    made["statement.dsse.json"] = Held(envelope(statement(made, predicate(content, edition, language)), signer))
    return made


def _files(content: EvidenceContent, edition: Edition, language: Language) -> dict[str, bytes]:
    return _hers(content) if edition is Edition.REQUESTER else _theirs(content, language)


def predicate(content: EvidenceContent, edition: Edition, language: Language) -> dict[str, Any]:
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
                "doubts": [
                    {"target": english(one.target), "how": english(one.how), "seen": one.seen} for one in content.doubts
                ],
                "models": len(content.models),
                "notSearched": len(content.not_searched) + len(content.not_registered),
                "datasets": [
                    {"dataset_version": version, "unknown": names}
                    for version, names in unknown_facts(content, edition).items()
                ],
                "declarant": replace(content.declarant, basis=english(content.declarant.basis)),
                "declared": _declared(content, edition),
                "earlier": [replace(one, why=english(one.why)) for one in content.earlier],
            }
        )
    )
    return said


def _declared(content: EvidenceContent, edition: Edition) -> list[str]:
    """What no computation proves, as sentences for the verifier to repeat."""
    who = content.declarant.name
    sentences = [
        f"{who} declares that the list of datasets is complete; data that nobody registered was not searched.",
        *second_look(content.review),
        "That nothing is left on backups, on other copies or in flash memory is not provable; see the report's limits.",
        "The organisation holds its key and journal; one rebuilt and signed anew shows only to who kept a checkpoint.",
    ]
    if told_of(content, edition):
        sentences.append("Where data came from, on what basis and who got it is as it was registered, not provable.")
    if content.journal.epoch > 1:
        sentences.append("The journal was restored from a backup; what was written after the backup is lost.")
    if content.doubts:
        sentences.append("Reading back left doubts; they are listed in the statement and in the report.")
    if not content.read_backs and not content.nothing_found:
        sentences.append("Nothing was read back: this bundle certifies no deletion.")
    if content.actions and not content.declarant.validator:
        sentences.append("Nobody other than the operator confirmed the outcome.")
    return sentences


def second_look(review: Review) -> list[str]:
    """Who else looked at what was decided, and how much that is worth."""
    if review.one_officer:
        return ["The vault has one officer: nobody else looked at what was decided."]
    said = []
    if review.second_by_packet:
        said.append(f"A second officer decided on {review.second_by_packet} items blind, by packet.")
    if review.second_in_program:
        said.append(
            f"A second officer decided on {review.second_in_program} items; "
            "the program hid the first decision, and the vault that both can open holds it."
        )
    if review.settled:
        said.append(f"On {review.settled} items two officers disagreed, and a third one settled it.")
    return said or ["No second officer looked at what was decided."]


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
                    _some(one, "dataset_version", "format", "photos", "records", "ledger") for one in content.searched
                ],
                "not_searched": content.not_searched,
                "not_registered": content.not_registered,
                "datasets": as_json(content, Edition.REQUESTER),
                "searches": [
                    _some(one, "when", "statement", "complete", "after_deletion", "round") for one in content.searches
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


def _theirs(content: EvidenceContent, language: Language) -> dict[str, bytes]:
    """The whole scope, actions, dispositions and custody; no picture, no salt, no name of the person."""
    case = {key: value for key, value in _fields(content.case).items() if key != "person"}
    return {
        "case.json": _json(
            {
                "organisation": content.organisation,
                "case": case,
                "declarant": content.declarant,
                "officers": content.officers,
                "limits": content.limits,
            }
        ),
        "scope.json": _json(
            {
                "searched": content.searched,
                "searches": content.searches,
                "not_searched": content.not_searched,
                "not_registered": content.not_registered,
                "datasets": as_json(content, Edition.REGULATOR),
                "review": content.review,
            }
        ),
        "lineage.json": _json(
            {
                "models": content.models,
                "without_lineage": content.models_without_lineage,
                "excluded": [{"model": name, "reason": reason} for name, reason in content.excluded_models],
                "sources": [{"file": name, "sha256": digest} for name, digest in content.lineage_sources],
            }
        ),
        "lineage.svg": lineage_svg(content.models, language),
        "actions.jsonl": b"".join(_lines(content.actions)),
        "readback.json": _json(content.read_backs),
        "remains.json": _json({"retained": content.retained, "backups": content.backups, "told": content.told}),
    }


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


def _her_model(model: ModelEntry) -> dict[str, Any]:
    return {
        "model": model.label,
        "in_weights": model.in_weights,
        "certainty": model.certainty,
        "photos": model.photos,
        "records": model.records,
        "counted": "items of hers that the model learned from"
        if model.reaches_items
        else "items of hers in the dataset versions that it was made with",
        "planned": _some(model.planned, "fate", "reason", "deadline") if model.planned else None,
        "observed": _some(model.observed, "fate", "how", "seen") if model.observed else None,
    }


def _some(value: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


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
    """A dataclass as its fields. Bytes are refused: what is binary is spelled out on purpose."""
    if isinstance(value, Fact):
        return value.as_json()
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    raise TypeError(f"a bundle holds no {type(value).__name__}")


_COMPACT = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True)
_INDENTED = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True, indent=1)
