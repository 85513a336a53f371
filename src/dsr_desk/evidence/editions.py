"""Which files each edition holds. What is not written down here does not leave the house."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

from dsr_desk.core import merkle
from dsr_desk.evidence.content import Edition, EvidenceContent, HitItem, Language, ModelEntry
from dsr_desk.evidence.crops import clean_crop
from dsr_desk.evidence.lineage_picture import lineage_svg
from dsr_desk.evidence.log import sign_checkpoint, verifier_key
from dsr_desk.evidence.pdf import report_pdf
from dsr_desk.evidence.report import report, shows_pictures
from dsr_desk.evidence.signing import Signer
from dsr_desk.evidence.statement import envelope, statement


def payload_of(content: EvidenceContent, edition: Edition, language: Language, signer: Signer) -> dict[str, bytes]:
    """All payload files of an edition, by their names below `data/`, the signed statement among them."""
    if shows_pictures(content, edition):
        content = replace(content, hits=tuple(_with_clean_crop(hit) for hit in content.hits))
    made = _requester(content) if edition is Edition.REQUESTER else _regulator(content)
    made["report.html"] = report(content, edition, language)
    if edition is Edition.REQUESTER:
        made["report.pdf"] = report_pdf(made["report.html"], content, language)
    for name in ("check_bundle.py", "predicate.schema.json"):
        made[name] = files("dsr_desk.evidence").joinpath(name).read_bytes()
    made.update(_log(content, signer, full=edition is Edition.REGULATOR))
    made["statement.dsse.json"] = envelope(statement(made, predicate(content, edition, language)), signer)
    return made


def predicate(content: EvidenceContent, edition: Edition, language: Language) -> dict[str, Any]:
    """What the statement says of the files; its schema is in docs/bundle-format.md."""
    case, outcomes = content.case, list(content.outcomes.values())
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
                "outcomes": {seen: outcomes.count(seen) for seen in dict.fromkeys(outcomes)},
                "doubts": [{"target": one.target, "how": one.how, "seen": one.seen} for one in content.doubts],
                "models": len(content.models),
                "notSearched": len(content.not_searched) + len(content.not_registered),
                "declarant": content.declarant,
                "declared": _declared(content),
                "earlier": list(content.earlier),
            }
        )
    )
    return said


def _declared(content: EvidenceContent) -> list[str]:
    """What no computation proves, as sentences for the verifier to repeat."""
    who = content.declarant.name
    sentences = [
        f"{who} declares that the list of datasets is complete; data that nobody registered was not searched.",
        "That nothing is left on backups, on other copies or in flash memory is not provable; see the report's limits.",
        "The organisation holds its key, its journal and its clock; without a time stamp the times are its own word.",
    ]
    if content.journal.epoch > 1:
        sentences.append("The journal was restored from a backup; what was written after the backup is lost.")
    if content.doubts:
        sentences.append("Reading back left doubts; they are listed in the statement and in the report.")
    if not content.read_backs and content.hits:
        sentences.append("Nothing was read back: this bundle certifies no deletion.")
    if not content.declarant.validator:
        sentences.append("Nobody other than the operator confirmed the outcome.")
    return sentences


def _requester(content: EvidenceContent) -> dict[str, bytes]:
    """Her hits and her models; nothing of the machinery, of officers or of places inside the house."""
    outcomes = content.outcomes
    return {
        "scope.json": _json(
            {
                "searched": [
                    _some(one, "dataset_version", "format", "photos", "records", "ledger") for one in content.searched
                ],
                "not_searched": content.not_searched,
                "not_registered": content.not_registered,
                "searches": [_some(one, "when", "statement", "complete", "after_deletion") for one in content.searches],
            }
        ),
        "hits.json": _json(
            [{**_hit(hit), "salt": hit.salt.hex(), "afterwards": outcomes[hit.ref]} for hit in content.hits]
        ),
        "lineage.json": _json(
            {
                "models": [_her_model(model) for model in content.models],
                "without_lineage": content.models_without_lineage,
            }
        ),
        "readback.json": _json([_some(one, "how", "seen", "when", "items") for one in content.read_backs]),
        "remains.json": _json({"retained": content.retained, "backups": content.backups, "told": content.told}),
    }


def _regulator(content: EvidenceContent) -> dict[str, bytes]:
    """The whole scope, actions, dispositions and custody; no picture, no salt, no name of the person."""
    case = {key: value for key, value in asdict(content.case).items() if key != "person"}
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
                "review": content.review,
            }
        ),
        "hits.json": _json([_for_regulator(hit, content) for hit in content.hits]),
        "lineage.json": _json(
            {
                "models": content.models,
                "without_lineage": content.models_without_lineage,
                "excluded": [{"model": name, "reason": reason} for name, reason in content.excluded_models],
                "sources": [{"file": name, "sha256": digest} for name, digest in content.lineage_sources],
            }
        ),
        "lineage.svg": lineage_svg(content.models),
        "actions.jsonl": _lines(content.actions),
        "readback.json": _json(content.read_backs),
        "remains.json": _json({"retained": content.retained, "backups": content.backups, "told": content.told}),
        "custody.jsonl": _lines(content.salted_custody),
    }


def _log(content: EvidenceContent, signer: Signer, *, full: bool) -> dict[str, bytes]:
    """Checkpoint, key, earlier heads and this case's leaves: entries if `full`, else their salted hashes alone."""
    journal = content.journal
    leaves = []
    for leaf in journal.leaves:
        line: dict[str, Any] = {
            "index": leaf.index,
            "hash": merkle.leaf_hash(leaf.salt + leaf.entry).hex(),
            "proof": [node.hex() for node in leaf.proof],
        }
        if full:
            line |= {"salt": leaf.salt.hex(), "entry": leaf.entry.decode(), "signature": leaf.signature.hex()}
        leaves.append(line)
    earlier = [
        {"size": one.size, "root": one.root.hex(), "checkpoint": one.checkpoint, "proof": [n.hex() for n in one.proof]}
        for one in journal.earlier
    ]
    return {
        "log/checkpoint": sign_checkpoint(journal.origin, journal.size, journal.root, signer.log_key).encode(),
        "log/key.txt": (verifier_key(journal.origin, signer.log_key.public_key()) + "\n").encode(),
        "log/leaves.jsonl": _lines(leaves),
        "log/earlier.json": _json(earlier),
    }


def _hit(hit: HitItem) -> dict[str, Any]:
    return {
        "item": hit.ref,
        "kind": hit.kind,
        "dataset_version": hit.dataset_version,
        "salted_hash": hit.salted_hash,
        "found_by": hit.found_by,
    }


def _for_regulator(hit: HitItem, content: EvidenceContent) -> dict[str, Any]:
    return {
        **_hit(hit),
        "container": hit.container,
        "decided": hit.decided,
        "decider": hit.decider,
        "afterwards": content.outcomes[hit.ref],
    }


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


def _with_clean_crop(hit: HitItem) -> HitItem:
    return hit if hit.crop is None else replace(hit, crop=clean_crop(hit.crop, hit.ref))


def _some(value: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _json(value: Any) -> bytes:
    """Readable JSON: lists with an element on each line, all else indented."""
    if isinstance(value, list | tuple):
        return ("[\n" + ",\n".join(map(_COMPACT.encode, value)) + "\n]\n").encode()
    return (_INDENTED.encode(value) + "\n").encode()


def _lines(values: Iterable[Any]) -> bytes:
    return "".join(_COMPACT.encode(value) + "\n" for value in values).encode()


def _fields(value: Any) -> dict[str, Any]:
    """A dataclass as its fields. Bytes are refused: what is binary is spelled out on purpose."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    raise TypeError(f"a bundle holds no {type(value).__name__}")


_COMPACT = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True)
_INDENTED = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True, indent=1)
