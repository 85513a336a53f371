"""Seals and verifies a bundle of very many items, beside zip, sha256sum and age on the same bytes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.acts import Act, Entry, Kind
from dsr_desk.core.findings import Pile, SearchResult
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message, quoted
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.contents import content as say
from dsr_desk.evidence.contents.many import Stream, item_ref, ranges
from dsr_desk.evidence.seal import sign, wrap_age
from dsr_desk.evidence.signed.log import excerpt
from dsr_desk.evidence.signed.members import PIECE, Spool
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.open import open_bundle
from dsr_desk.evidence.verifying.verify import verify

T = TypeVar("T")

_DATASET, _WHEN, _WHO = "portraits@2025-11", "2026-03-10T09:00:00Z", "Iris Novak"
_VAULT, _CASE = "6f" * 16, "c1" * 16
_AROUND = 3
"""Entries beside one for each item: the officer, the letter, the sealing."""
_OFFICER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"an officer of the measurement").digest())


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
    """Seal for an age key, verify, open: time an item and memory. Items are invented: a hit, two events of custody and
    a journal entry each. Raises RuntimeError where the bundle does not verify."""
    identity = pyrage.x25519.Identity.generate()
    signer = Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))
    recipient = str(identity.to_public())
    with tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        report("prepare")
        journal = _write_journal(items, work / "journal")
        report("seal")
        made, sealing, sealing_mib = _measured(lambda: _seal(items, signer, work, recipient, journal))
        journal.unlink()
        report("verify")
        found, verifying, verifying_mib = _measured(lambda: verify(made, identities=[str(identity)]))
        if not found.ok:
            raise RuntimeError("the bundle does not verify")
        open_bundle(made, work / "open", identities=[str(identity)])
        report("tools")
        tools = _tools(work, recipient, identity)
        size = made.stat().st_size
    each = 1e6 / items
    writing, reading = tools.get("write"), tools.get("read")
    return [
        EvidenceRow(f"seal {items:,} items", sealing * each, "µs an item", "zip, sha256sum, age",
                    writing * each if writing else None),
        EvidenceRow(f"verify {items:,} items", verifying * each, "µs an item", "age -d, unzip, sha256sum -c",
                    reading * each if reading else None),
        EvidenceRow("memory that sealing adds", sealing_mib, "MiB", note=f"{size / items:,.0f} bytes an item"),
        EvidenceRow("memory that verifying adds", verifying_mib, "MiB"),
    ]  # fmt: skip


def _seal(items: int, signer: Signer, folder: Path, recipient: str, journal: Path) -> Path:
    with Spool(folder) as spool:
        evidence = sign(_case(items, journal), say.Edition.REGULATOR, signer, "en", spool)
        return wrap_age(evidence, folder / "bundle.age", [recipient]).path


def _tools(folder: Path, recipient: str, identity: pyrage.x25519.Identity) -> dict[str, float]:
    """Seconds of the tools on the same files; nothing where one of them is not installed."""
    if not all(map(shutil.which, ("zip", "unzip", "sha256sum", "age"))):
        return {}
    (folder / "key").write_text(str(identity))
    bag = "cd open/evidence && find . -type f | sort | xargs sha256sum > ../../sums && zip -q -0 -r ../../peer.zip ."
    write = f"{bag} && cd ../.. && sha256sum peer.zip > outer && age -r {recipient} -o peer.age peer.zip"
    read = "age -d -i key -o back.zip peer.age && sha256sum -c outer && mkdir back && unzip -q back.zip -d back"
    read += " && cd back && sha256sum --quiet -c ../sums"
    return {"write": _shell(write, folder), "read": _shell(read, folder)}


def _shell(command: str, folder: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, shell=True, capture_output=True)
    return time.perf_counter() - begun


def _measured(work: Callable[[], T]) -> tuple[T, float, float]:
    """Result, seconds, and by how many MiB the memory of this process rose above what it had."""
    before, peak, done = _resident(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, _resident())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    begun = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begun
    done.set()
    watcher.join()
    return result, seconds, max(0.0, max(peak, _resident()) - before)


def _resident() -> float:
    """MiB in memory; 0 where the system does not say."""
    if not sys.platform.startswith("linux"):
        return 0.0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / PIECE


def _case(items: int, journal: Path) -> say.EvidenceContent:
    """An order about a whole dataset; nothing of it is held but counts."""
    refs = ranges([1]) if items == 1 else (f"{item_ref(1)}..{item_ref(items)}",)
    size = items + _AROUND
    entries = Stream(size, lambda: (leaf for leaf, _ in _journal(journal)))
    hashes = Stream(size, lambda: (node for _, node in _journal(journal)))
    return say.EvidenceContent(
        organisation=say.Organisation("Lumen Vision GmbH"),
        case=say.CaseFile("2026-001", Right.ERASURE, Law.ORDER, "2026-02-27", _WHEN, (), None),
        sealed=_WHEN,
        searched=(say.IndexEntry(_DATASET, "portraits", "1", "engine", _WHEN, items, 0, items),),
        searches=(say.Search(_WHEN, _WHO, SearchResult((), Pile(10, items), (), items, 0, ())),),
        gaps=(),
        review=say.Review(items, items, 0, 0, 0, "", (_WHO,)),
        hits=Stream(items, lambda: map(_hit, range(1, items + 1))),
        models=(),
        models_without_lineage=(),
        excluded_models=(),
        actions=(
            say.ActionEntry("a01", ActionKind.ERASE_ITEMS, "photos.tar", refs, _WHEN, _WHEN, _WHO, _WHO,
                            message("report.method.erase"), message("report.result.done"), "11" * 32, "22" * 32),
        ),
        read_backs=(say.LookEntry(quoted("photos.tar"), quoted("content hash"), Seen.GONE, _WHEN, _WHO, refs),),
        custody=Stream(2 * items, lambda: _custody(items)),
        journal=excerpt(f"dsr-desk/{_VAULT}", hashes, entries, size - 1),
        declarant=say.Declarant(_WHO, quoted("data protection officer"), quoted("own look")),
        officers=(_WHO,),
        other_identifiers=("mara.lindqvist@mail.example", "+49 30 5550 123"),
    )  # fmt: skip


def _hit(number: int) -> say.HitItem:
    digest, salt = hashlib.sha256(b"%d" % number), hashlib.sha256(b"salt %d" % number)
    return say.HitItem(
        item_ref(number), ItemKind.PHOTO, _DATASET, "photos.tar", digest.hexdigest(), salt.digest(), ("face",), _WHEN,
        _WHO,
    )  # fmt: skip


def _custody(items: int) -> Iterator[say.CustodyEvent]:
    for why, after in ((quoted("decided to be of the person"), True), (quoted("erased"), False)):
        for number in range(1, items + 1):
            hit = _hit(number)
            yield say.CustodyEvent(
                hit.ref, _WHO, _WHEN, "photos.tar", why, hit.digest, hit.digest if after else "", hit.salt
            )


def _write_journal(items: int, path: Path) -> Path:
    """A log as a vault keeps it, signed entry by entry: each line its signature, leaf hash, envelope and act."""
    public = _OFFICER.public_key().public_bytes_raw().hex()
    case_leaf = vault_leaf = ""
    with path.open("wb") as file:
        for number in range(items + _AROUND):
            kind, said = _said(number, items, public)
            case = "" if kind is Kind.OFFICER_ADDED else _CASE
            nonce = hashlib.sha256(b"n%d" % number).hexdigest()[:32]
            act = Act(kind, _VAULT, case, public, _WHEN, nonce, "", said)
            entry = Entry(number, 1, act, case_leaf if case else "", vault_leaf, public)
            if case:
                case_leaf = entry.leaf.hex()
            else:
                vault_leaf = entry.leaf.hex()
            signature = _OFFICER.sign(entry.signed).hex().encode()
            file.write(b"\t".join((signature, entry.leaf.hex().encode(), entry.envelope, act.content)) + b"\n")
    return path


def _said(number: int, items: int, public: str) -> tuple[Kind, dict[str, Any]]:
    if number == 0:
        return Kind.OFFICER_ADDED, {"key": public, "slot": "00", "recovery": "", "proposal": ""}
    if number == 1:
        return Kind.RECEIVED, {"ref": "2026-001", "faces": True}
    if number == items + _AROUND - 1:
        return Kind.SEALING, {"requester": False, "regulators": 1}
    return Kind.DECIDED, {"count": 1, "root": "ab" * 32}


def _journal(path: Path) -> Iterator[tuple[say.JournalLeaf, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file):
            signature, node, envelope, act = line.rstrip(b"\n").split(b"\t", 3)
            signed, hashed = bytes.fromhex(signature.decode()), bytes.fromhex(node.decode())
            yield say.JournalLeaf(number, number > 0, envelope, signed, act), hashed
