"""Seals and verifies a bundle of very many items, beside what tools and a bare loop need for the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.core import codec, merkle
from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.acts import Act, Entry, Kind, field_digest, item_salt, row_line, salted_digest
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.deadlines import Deadline, Duty
from dsr_desk.core.findings import Pile, SearchResult
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message, quoted
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import IdentityCheck, IdentityResult, Law, Right
from dsr_desk.core.required import Document, FieldState, Filled, asked_fields
from dsr_desk.evidence.contents import content as say
from dsr_desk.evidence.contents.editions import registers, sealing_field
from dsr_desk.evidence.contents.many import Stream, item_ref, ranges
from dsr_desk.evidence.seal import require_holds, sign, wrap_age
from dsr_desk.evidence.signed.log import excerpt
from dsr_desk.evidence.signed.members import PIECE, Spool
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import DISCLOSED
from dsr_desk.evidence.verifying.open import open_bundle
from dsr_desk.evidence.verifying.verify import verify
from dsr_desk.storage.signed_acts import value_text

T = TypeVar("T")
Rows = Iterable[tuple[str, str]]

_DATASET, _WHEN, _WHO, _WHERE = "portraits@2025-11", "2026-03-10T09:00:00Z", "Iris Novak", "photos.tar"
_VAULT, _CASE, _KEY = "6f" * 16, "c1" * 16, bytes(range(32))
_PLAN, _IDENTIFIERS, _INDEXES = "ba" * 32, "1d" * 16, {"ab" * 16: 1}
_STATED, _FIRST_STATED = "as in our notice", 4
_OFFICER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"an officer of the measurement").digest())
_PUBLIC = _OFFICER.public_key().public_bytes_raw().hex()


@dataclass(frozen=True)
class EvidenceRow:
    """One figure; `peer` is what the tools need for the same bytes, None where there is nothing to compare."""

    what: str
    ours: float
    unit: str
    against: str = ""
    peer: float | None = None
    note: str = ""


def evidence_rows(items: int, folder: Path | None = None, report: Callable[[str], None] = lambda _: None) -> list[
    EvidenceRow
]:  # fmt: skip
    """Seal for an age key, verify: time an item and memory. Items are invented: each was found, decided on, planned,
    erased and read back, a row in each of these five acts. Seconds are those of the processor, so that what else runs
    counts little. Raises RuntimeError where the bundle does not verify."""
    identity = pyrage.x25519.Identity.generate()
    signer = Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))
    recipient = str(identity.to_public())
    with tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        report("prepare")
        content = _case(items, work)
        report("seal")
        made, sealing, sealing_mib = _measured(lambda: _seal(content, signer, work, recipient))
        report("verify")
        found, verifying, verifying_mib = _measured(
            lambda: verify(made, identities=[str(identity)], expected_certificate=signer.fingerprint)
        )
        if not found.ok:
            raise RuntimeError("the bundle does not verify")
        open_bundle(made, work / "open", identities=[str(identity)])
        report("tools")
        tools = tools_of(work, recipient, identity)
        size = made.stat().st_size
    each = 1e6 / items
    writing, reading, loop = (tools.get(name) for name in ("write", "read", "loop"))
    return [
        EvidenceRow(f"seal {items:,} items, and verify what was sealed", sealing * each, "µs an item",
                    "zip, sha256sum, age, bare loop", writing * each if writing else None),
        EvidenceRow(f"verify {items:,} items", verifying * each, "µs an item",
                    "age -d, unzip, sha256sum -c, bare loop", reading * each if reading else None),
        EvidenceRow("memory that sealing adds", sealing_mib, "MiB", note=f"{size / items:,.0f} bytes an item"),
        EvidenceRow("memory that verifying adds", verifying_mib, "MiB"),
        *([EvidenceRow("the bare loop alone: parse, hash, root", loop * each, "µs an item")] if loop else []),
    ]  # fmt: skip


def _seal(content: say.EvidenceContent, signer: Signer, folder: Path, recipient: str) -> Path:
    """As the program does: what was signed is verified before it is wrapped."""
    with Spool(folder) as spool:
        evidence = sign(content, say.Edition.REGULATOR, signer, "en", spool)
        require_holds(evidence, signer, spool)
        return wrap_age(evidence, folder / "bundle.age", [recipient]).path


def tools_of(folder: Path, recipient: str, identity: pyrage.x25519.Identity) -> dict[str, float]:
    """Seconds of the processor that the tools and the bare loop need for the same files; nothing where one is not
    installed."""
    if not all(map(shutil.which, ("zip", "unzip", "sha256sum", "age"))):
        return {}
    (folder / "key").write_text(str(identity))
    bag = "cd open/evidence && find . -type f | sort | xargs sha256sum > ../../sums && zip -q -0 -r ../../peer.zip ."
    write = f"{bag} && cd ../.. && sha256sum peer.zip > outer && age -r {recipient} -o peer.age peer.zip"
    read = "age -d -i key -o back.zip peer.age && sha256sum -c outer && mkdir back && unzip -q back.zip -d back"
    read += " && cd back && sha256sum --quiet -c ../sums"
    loop = _bare_loop(sorted((folder / "open" / "evidence" / "data").rglob("*.jsonl")))
    return {"write": _shell(write, folder) + loop, "read": _shell(read, folder) + loop, "loop": loop}


def _bare_loop(files: Sequence[Path]) -> float:
    """Seconds of the processor to parse and hash each line of these files and to fold them up to one root a file."""
    begun = time.process_time()
    for path in files:
        tree: list[tuple[int, bytes]] = []
        with path.open("rb") as lines:
            for line in lines:
                json.loads(line)
                width, node = 1, hashlib.sha256(b"\x00" + line).digest()
                while tree and tree[-1][0] == width:
                    node = hashlib.sha256(b"\x01" + tree.pop()[1] + node).digest()
                    width += width
                tree.append((width, node))
    return time.process_time() - begun


def _shell(command: str, folder: Path) -> float:
    before = os.times()
    subprocess.run(command, cwd=folder, check=True, shell=True, capture_output=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _measured(work: Callable[[], T]) -> tuple[T, float, float]:
    """Result, seconds of the processor, and by how many MiB the memory of this process rose above what it had."""
    before, peak, done = _resident(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, _resident())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    begun = time.process_time()
    result = work()
    seconds = time.process_time() - begun
    done.set()
    watcher.join()
    return result, seconds, max(0.0, max(peak, _resident()) - before)


def _resident() -> float:
    """MiB in memory; 0 where the system does not say."""
    if not sys.platform.startswith("linux"):
        return 0.0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / PIECE


def _case(items: int, folder: Path) -> say.EvidenceContent:
    """An erasure of a whole dataset; nothing of it is held but counts."""
    content, book = _said(items), _Book(folder)
    _write(book, content, items)
    hashes, leaves = book.hashes, book.leaves
    journal = excerpt(f"dsr-desk/{_VAULT}", hashes, leaves, len(hashes) - 1, rows_of=book.rows)
    return replace(content, journal=journal)


def _said(items: int) -> say.EvidenceContent:
    refs = ranges([1]) if items == 1 else (f"{item_ref(1)}..{item_ref(items)}",)
    result = SearchResult((), Pile(10, items), (), 0, items, (), indexes=("portraits",))
    due = Deadline(Duty.ANSWER, Law.EU_GDPR, date(2026, 2, 27), date(2026, 3, 27), quoted("Article 12(3)"), ())
    check = IdentityCheck("call", IdentityResult.VERIFIED, "", _WHO, _WHEN)
    return say.EvidenceContent(
        organisation=say.Organisation("Lumen Vision GmbH"),
        case=say.CaseFile("2026-001", Right.ERASURE, Law.EU_GDPR, "2026-02-27", _WHEN, (due,), check),
        sealed=_WHEN,
        searched=(say.IndexEntry(_DATASET, "portraits", "1", "engine", _WHEN, 0, items, 0),),
        searches=(say.Search(_WHEN, _WHO, result),),
        gaps=(),
        review=say.Review(items, items, 0, 0, 0, "10", (_WHO,), one_officer=True),
        hits=Stream(items, lambda: map(_hit, range(1, items + 1))),
        models=(),
        models_without_lineage=(),
        excluded_models=(),
        actions=(
            say.ActionEntry("a01", ActionKind.ERASE_ROWS, _WHERE, refs, _WHEN, _WHEN, _WHO, _WHO),
        ),
        read_backs=(say.LookEntry(quoted(_WHERE), quoted("content hash"), Seen.GONE, _WHEN, _WHO, refs),),
        journal=excerpt("dsr-desk/none", [bytes(32)], [], 0),
        declarant=say.Declarant(_WHO, quoted("data protection officer"), quoted("own look")),
        officers=(_WHO,),
        required={say.Edition.REGULATOR: tuple(_required())},
        other_identifiers=("mara.lindqvist@mail.example", "+49 30 5550 123"),
    )  # fmt: skip


def _required() -> Iterator[Filled]:
    """What the law wants said, each field as an officer stated it; of a reference photo there is none."""
    seq = _FIRST_STATED
    for one in asked_fields(Law.EU_GDPR, Right.ERASURE, Document.REGULATOR):
        if one.field == "photo":
            yield Filled(one.field, one.source, FieldState.KNOWN, (message("references.none"),))
        else:
            yield Filled(one.field, one.source, FieldState.STATED, (quoted(_STATED),), (seq,))
            seq += 1


def _name(number: int) -> str:
    return hashlib.sha256(b"name %d" % number).hexdigest()[:32]


def _hit(number: int) -> say.HitItem:
    digest, salt = hashlib.sha256(b"%d" % number).hexdigest(), item_salt(_KEY, str(number))
    return say.HitItem(
        item_ref(number), ItemKind.RECORD, _DATASET, _WHERE, digest, salt, ("record",), _WHEN, _WHO,
        name=_name(number),
    )  # fmt: skip


def _write(book: _Book, content: say.EvidenceContent, items: int) -> None:
    """The acts of the case, by one officer."""
    each = partial(range, 1, items + 1)
    due = content.case.due[0]

    def of(word: str) -> Rows:
        return ((_name(number), word) for number in each())

    added = {"key": _PUBLIC, "slot": "00", "recovery": "", "proposal": ""}
    book.add(Kind.OFFICER_ADDED, added, {"name": _WHO})
    book.add(Kind.RECEIVED, {"ref": "2026-001", "faces": False, "channel": "text"})
    facts = {"right": "erasure", "law": "eu-gdpr", "received": "2026-02-27", "due": due.due.isoformat()}
    book.add(Kind.CONFIRMED, {**facts, "identifiers": _IDENTIFIERS}, {"deadline": codec.plain(due)})
    said = {"method": "call", "photo_shows_requester": "", "acting_for": ""}
    identity = book.add(Kind.IDENTITY, {"result": "verified", "photo": False, "acting": False}, said)
    for one in _required():
        if one.state is FieldState.STATED:
            book.add(Kind.STATED, {"law": "eu-gdpr", "field": one.field, "state": one.state.value}, {"text": _STATED})
    _search(book, items, ((_name(number), _word(number)) for number in each()))
    book.add(Kind.DECIDED, {}, rows=of("same"))
    parts = {
        "right": "erasure", "identity": identity.digest, "identifiers": _IDENTIFIERS,
        "decisions": digest_of(sorted([_name(number), "same"] for number in each())), "links": digest_of([]),
        "treatments": digest_of([]), "dispositions": {}, "policy": digest_of(Policy().as_open()),
    }  # fmt: skip
    basis = digest_of({"parts": parts, "indexes": _INDEXES})
    action = {"action": "a01", "kind": "erase-rows", "items": items, "ground": "", "until": "", "what": ""}
    plan = {"plan": _PLAN, "actions": 1, "indexes": _INDEXES, "parts": parts}
    told = {"told": {"actions": [action], "gaps": []}, "inside": {"targets": [_WHERE]}}
    book.add(Kind.PLANNED, plan, told, of("erase"), basis)
    book.add(Kind.APPROVED, {"plan": _PLAN, "indexes": _INDEXES}, basis=basis)
    begun = {"plan": _PLAN, "action": "a01", "kind": "erase-rows", "indexes": _INDEXES}
    book.add(Kind.BEGUN, begun, {"before": {}}, basis=basis)
    outcome = {
        "plan": _PLAN, "action": "a01", "kind": "erase-rows", "state": "done", "by": "here", "error": "",
        "seen": {"gone": items}, "indexes": {}, "before": "11" * 16, "after": "22" * 16, "started": _WHEN,
        "ended": _WHEN, "kept": 0,
    }  # fmt: skip
    inside = {"notes": [], "operator": "", "proof": ""}
    book.add(Kind.OUTCOME, outcome, {"told": {"answer": []}, "inside": inside}, of("gone"))
    read = {"plan": _PLAN, "seen": "gone", "items": {"gone": items}, "indexes": {}}
    book.add(Kind.READ_BACK, read, {"told": {"checks": []}}, of("gone"))
    sealed = registers(content, say.Edition.REGULATOR, "en")
    book.add(Kind.SEALING, {"requester": False, "regulators": 1}, {sealing_field(say.Edition.REGULATOR): sealed})


def _search(book: _Book, items: int, rows: Rows) -> None:
    said = {
        "purpose": "search", "faces": 0, "records": items, "complete": True, "expected": "10", "facts": "fa" * 32,
        "references": [], "indexes": _INDEXES,
    }  # fmt: skip
    index = {"dataset_version": _DATASET, "photos": 0, "records": items, "ledger": [], "formats": []}
    told = {"statement": [], "gaps": [], "indexes": [{"key": "0" * 32, **index}], "versions": [_DATASET]}
    more = {"index": "portraits", "generation": 1, "engine": "engine", "built": _WHEN, "faces": 0, "inventory": ""}
    fields = {"told": {**told, "found": items}, "inside": {"indexes": [{"key": "0" * 32, **more}]}}
    book.add(Kind.SEARCHED, said, fields, rows)


def _word(number: int) -> str:
    hit = _hit(number)
    return f"record 0 record {salted_digest(hit.salt, hit.digest)}"


@dataclass
class _Book:
    """A log as a vault keeps it; rows lie in files, a line each as they are handed out."""

    folder: Path
    leaves: list[say.JournalLeaf] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)

    def add(
        self, kind: Kind, said: dict[str, Any], fields: dict[str, Any] | None = None, rows: Rows | None = None,
        basis: str = "",
    ) -> Act:  # fmt: skip
        seq, count = len(self.hashes), 0
        case = "" if kind is Kind.OFFICER_ADDED else _CASE
        salt = hashlib.sha256(b"salt %d" % seq).digest()
        texts = {name: value_text(value) for name, value in (fields or {}).items()}
        if rows is not None:
            root = merkle.root(self._written(seq, rows))
            count = sum(1 for _ in self.rows(seq))
            said = {**said, "count": count, "root": root.hex()}
        digests = {name: field_digest(salt, name, text) for name, text in texts.items()}
        act = Act(kind, _VAULT, case, _PUBLIC, _WHEN, f"{seq:032x}", basis, said, digests)
        entry = Entry(seq, 1, act, self.heads.get(case, "") if case else "", self.heads.get("", ""), _PUBLIC)
        self.heads[case] = entry.leaf.hex()
        self.hashes.append(entry.leaf)
        allowed = DISCLOSED.get(kind.value, {})
        opened = tuple((name, salt, text, allowed[name]) for name, text in texts.items() if name in allowed)
        signature = _OFFICER.sign(entry.signed)
        self.leaves.append(say.JournalLeaf(seq, bool(case), entry.envelope, signature, act.content, opened, count))
        return act

    def rows(self, seq: int) -> Iterator[bytes]:
        with (self.folder / f"{seq}.rows").open("rb") as lines:
            for line in lines:
                yield line[:-1]

    def _written(self, seq: int, rows: Rows) -> Iterator[bytes]:
        with (self.folder / f"{seq}.rows").open("wb") as lines:
            for name, word in rows:
                line = row_line(name, word, "")
                lines.write(line + b"\n")
                yield merkle.leaf_hash(line)
