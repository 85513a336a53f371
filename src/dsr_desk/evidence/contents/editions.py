"""Which files each edition holds. What is not written down here does not leave the house."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from dsr_desk.core.errors import for_others
from dsr_desk.core.lineage import PathStep
from dsr_desk.core.message import Message, message, term
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, JournalExcerpt, JournalLeaf, ModelEntry
from dsr_desk.evidence.contents.standing import Claim
from dsr_desk.evidence.report.models import ways
from dsr_desk.evidence.report.page import report
from dsr_desk.evidence.report.pdf import drawn_pages
from dsr_desk.evidence.report.registered import as_json, told_of
from dsr_desk.evidence.report.summary import summary
from dsr_desk.evidence.report.words import Words
from dsr_desk.evidence.signed.members import Held, Member, Spool, opened
from dsr_desk.evidence.signed.notes import sign_note, verifier_key
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import envelope, statement
from dsr_desk.evidence.signed.tree import Others, between
from dsr_desk.evidence.verifying.check_bundle import (
    BOTH,
    LEAVES,
    PICTURE,
    ROWS,
    Files,
    Head,
    Views,
    figures,
    lineage_picture,
    read_log,
    report_page,
    salts_digest,
    spell,
)


def payload_of(
    content: EvidenceContent,
    edition: Edition,
    language: str,
    signer: Signer,
    spool: Spool,
    copies: Mapping[str, bytes],
) -> dict[str, Member]:
    """All payload files of an edition, by their names below `data/`, the signed statement among them.

    `copies` are of what lies around the archive. What there may be millions of is written to the spool line by line.
    """
    requester = edition is Edition.REQUESTER
    made, said, blocks = report_of(content, edition, language, signer, spool)
    made["report.json"] = spool.add(_lines([blocks]))
    made["report.html"] = spool.add([report_page(blocks)])
    if requester:
        made["report.pdf"] = Held(drawn_pages(blocks)[0])
    made |= {name: Held(data) for name, data in copies.items()}
    for room, name in (("verifying", "check_bundle.py"), ("contents", "predicate.schema.json")):
        made[name] = Held(files(f"dsr_desk.evidence.{room}").joinpath(name).read_bytes())
    if content.sworn is not None and not requester:
        made["sworn.dsse.json"] = Held(content.sworn.envelope(signer))
        made["sworn.json"] = Held(content.sworn.payload)
    made["statement.dsse.json"] = Held(envelope(statement(made, said), signer))
    return made


def report_of(
    content: EvidenceContent, edition: Edition, language: str, signer: Signer, spool: Spool
) -> tuple[dict[str, Member], dict[str, Any], dict[str, Any]]:
    """The data files, what the statement says of them, and the report that is made from both."""
    full = edition is Edition.REGULATOR
    made = _log(content, edition, signer, spool)
    chains = read_log(
        lambda name: opened(made[name]), content.case.ref, _head(content), edition.value, signatures=False
    )
    salts = {hit.name: "" if full else hit.salt.hex() for hit in content.hits}
    views = Views(chains.fold, edition.value, salts, continued=bool(content.journal.earlier))
    made |= {name: spool.add(_spelled_lines([value])) for name, value in views.short().items()}
    made |= {name: spool.add(_spelled_lines(values)) for name, values in views.long().items()}
    if full:
        made[PICTURE] = Held(lineage_picture(views.lineage()).encode())
    said = {
        **views.predicate(),
        "language": language,
        "clock": "not attested",
        "journal": {"entries": content.journal.size, "epoch": content.journal.epoch},
    }
    data = Files(lambda name: opened(made[name]), said)
    said["figures"] = figures(data, edition.value)
    content = replace(content, claims=tuple(map(Claim.of, said["claims"])))
    return made, said, report(content, edition, data, language)


def registers(content: EvidenceContent, edition: Edition, language: str) -> dict[str, Any]:
    """What a bundle says that stands in no earlier act: the officer who seals signs it with the act of sealing."""
    said: dict[str, Any] = {
        "organisation": content.organisation,
        "declarant": _some(content.declarant, "role", "basis"),
        "datasets": as_json(content, edition),
        "lineage": _lineage(content, edition, language),
        "declared": _declared(content, edition),
        "earlier": content.earlier,
    }
    if content.required:
        said["required"] = [one.as_json() for one in content.required[edition]]
    if edition is Edition.REQUESTER:
        said["person"] = content.case.person
        said["salts"] = salts_digest(hit.salt.hex() for hit in content.hits)
    else:
        places = groupby(hit.container for hit in content.hits)
        said["places"] = [[place, sum(1 for _ in hits)] for place, hits in places]
        said["summary"] = summary(content, language)
    plain: dict[str, Any] = json.loads(_COMPACT.encode(said))
    return plain


def sealing_field(edition: Edition) -> str:
    """The field of the act of sealing that holds the registers of an edition."""
    return "hers" if edition is Edition.REQUESTER else "theirs"


def _declared(content: EvidenceContent, edition: Edition) -> list[Message]:
    """What no computation proves, for the verifier to repeat."""
    said = [
        message("declared.datasets", who=content.declarant.name),
        *([] if content.order is not None else content.review.second_look),
        message("declared.copies"),
        message("declared.keys"),
    ]
    if told_of(content, edition):
        said.append(message("declared.basis"))
    if content.journal.epoch > 1:
        said.append(message("declared.restored"))
    if content.doubts:
        said.append(message("declared.doubts"))
    if not content.read_backs and (content.order is not None or not content.nothing_found):
        said.append(message("declared.not-read-back"))
    if content.actions and not content.declarant.validator:
        said.append(message("declared.not-confirmed"))
    return said


def _lineage(content: EvidenceContent, edition: Edition, language: str) -> dict[str, Any]:
    """Models without what was decided and seen of them, which acts of the case say."""
    full = edition is Edition.REGULATOR
    said = {
        "models": [_model(one, content, edition) for one in content.models],
        "without_lineage": content.models_without_lineage,
        "in_part": content.models_in_part,
        "not_in_lineage": content.not_in_lineage,
        "runs": len(content.runs_without_model),
        "questions": len(content.open_questions),
    }
    if full:
        said["left_nothing"] = content.runs_without_model
        said["asked"] = content.open_questions
        said["picture"] = _picture(content, language)
        said["excluded"] = [{"model": one.node.label, "reason": one.reason} for one in content.excluded_models]
        said["sources"] = [{"file": name, "sha256": digest} for name, digest in content.lineage_sources]
    return said


def _picture(content: EvidenceContent, language: str) -> dict[str, Any]:
    """The words of the picture that is drawn of the paths."""
    words = Words(language)
    steps = [step for one in content.models for path in one.model.paths for step in path]
    return {
        "language": language,
        "legend": words("picture.legend"),
        "kinds": {step.node.kind: words.say(term(step.node.kind)) for step in steps},
        "roles": {step.role: words.say(term(step.role)) for step in steps if step.role},
        "certainties": {step.certainty: words.of("certainty", step.certainty) for step in steps},
    }


def _model(entry: ModelEntry, content: EvidenceContent, edition: Edition) -> dict[str, Any]:
    model = entry.model
    said = {
        "key": entry.key,
        "model": entry.label,
        **_some(model, "learned", "certainty", "training_complete"),
        "roles": [{"role": role, "certainty": certainty} for role, certainty in model.certainties.items()],
        "ways": ways(entry, None if content.order is not None else content.tally, edition),
        **(_some(entry, "photos", "records") if content.order is None else {"standing": entry.standing}),
    }
    if edition is Edition.REQUESTER:
        return {**said, "counted": message("report.counted")}
    return {
        **said,
        **_some(model, "name", "version", "dataset_versions", "training_recorded"),
        "paths": [_path(path) for path in model.paths],
        "period": _some(model.period, "since", "until", "running"),
        "deployments": [node.label for node in model.deployments],
        "products": [node.label for node in model.products],
    }


def _path(path: Iterable[PathStep]) -> list[dict[str, Any]]:
    return [
        {"kind": one.node.kind, "label": one.node.title, "role": one.role or "", "certainty": one.certainty}
        for one in path
    ]


def _log(content: EvidenceContent, edition: Edition, signer: Signer, spool: Spool) -> dict[str, Member]:
    """Checkpoint, key, earlier heads, the entries that are shown and their rows."""
    journal = content.journal
    earlier = [
        {"size": one.size, "root": one.root.hex(), "checkpoint": one.checkpoint, "proof": [n.hex() for n in one.proof]}
        for one in journal.earlier
    ]
    note = sign_note(journal.origin, journal.size, journal.root, journal.epoch, signer.log_key)
    return {
        "log/checkpoint": Held(note.whole.encode()),
        "log/key.txt": Held((verifier_key(journal.origin, signer.log_key.public_key()) + "\n").encode()),
        "log/earlier.json": Held(b"".join(_lines([earlier]))),
        LEAVES: spool.add(_lines(_leaves(journal, edition))),
        ROWS: spool.add(line + b"\n" for leaf in journal.leaves if leaf.rows for line in journal.rows_of(leaf.index)),
    }


def _head(content: EvidenceContent) -> Head:
    return Head(content.journal.origin, content.journal.size, content.journal.root)


def _leaves(journal: JournalExcerpt, edition: Edition) -> Iterator[dict[str, Any]]:
    """Entries of the case and of the vault itself, and what stands between them."""
    for one in between(journal.hashes, journal.leaves):
        if isinstance(one, Others):
            yield {"index": one.index, "others": one.count, "hash": one.node.hex()}
        else:
            yield _leaf(one, edition)


def _leaf(leaf: JournalLeaf, edition: Edition) -> dict[str, Any]:
    line: dict[str, Any] = {
        "index": leaf.index,
        "hash": leaf.hash.hex(),
        "envelope": leaf.envelope.decode(),
        "signature": leaf.signature.hex(),
    }
    if leaf.act:
        line["act"] = leaf.act.decode()
    told = {
        name: {"salt": salt.hex(), "value": value}
        for name, salt, value, to in leaf.opened
        if to in (BOTH, edition.value)
    }
    return {**line, "opened": told} if told else line


def _some(value: Any, *names: str) -> Any:
    """These fields; None of None."""
    return {name: getattr(value, name) for name in names} if value is not None else None


def _lines(values: Iterable[Any]) -> Iterator[bytes]:
    return ((_COMPACT.encode(value) + "\n").encode() for value in values)


def _spelled_lines(values: Iterable[Any]) -> Iterator[bytes]:
    """Lines of what is plain already, as the verifier spells it."""
    return (f"{spell(value)}\n".encode() for value in values)


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
_COMPACT = json.JSONEncoder(default=_fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
