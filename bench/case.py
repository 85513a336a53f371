"""Measures what a long case costs: opening, deciding, listing, verifying; each beside the barest loop that could do it.

Ours and the peer take turns in one process, and the best of several turns counts. Memory is what tracemalloc sees.
"""

from __future__ import annotations

import gc
import hashlib
import json
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.search import BenchRow
from dsr_desk.app.case.case_lines import list_cases
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind, Row, signed_entry
from dsr_desk.core.case import Case
from dsr_desk.storage.database import open_encrypted

_SECRET = "a passphrase for measuring"
_TURNS = 3
_CASES = 2_000
_DECISIONS = 200
_REF = "2026-0001"


def case_rows(entries: int = 100_000, report: Callable[[str], object] = lambda _: None) -> list[BenchRow]:
    """A case of about so many entries: half of them decisions, each on one of as many candidates, twice."""
    with tempfile.TemporaryDirectory() as folder:
        desk, _ = Desk.create(Path(folder) / "vault", "Measured Ltd", "Ann", _SECRET)
        with desk:
            report("writing")
            case = _long_case(desk, entries)
            return list(_rows(desk, case, Path(folder), report))


def _rows(desk: Desk, case: str, folder: Path, report: Callable[[str], object]) -> Iterator[BenchRow]:
    report("opening")
    yield from _opening(desk, case)
    report("deciding")
    yield _deciding(desk, folder)
    report("verifying")
    yield from _verifying(desk, case)
    report("listing")
    yield _listing(desk)


def _long_case(desk: Desk, entries: int) -> str:
    items = max(1, entries // 2)
    with desk.vault.transaction():
        desk.open_case(Draft(Kind.RECEIVED, {"ref": _REF, "faces": False, "channel": "text"}, {"letter": None}))
        names = [desk.name(_REF, f"item{number}") for number in range(items)]
        facts = {"right": "erasure", "law": "eu-gdpr", "received": "2026-11-01", "due": "2026-12-01"}
        desk.act(Draft(Kind.PROPOSED, {**facts, "identifiers": names[0]}, {"found": [], "identifiers": {}}), _REF)
        checked = {"result": "verified", "photo": False, "acting": False}
        desk.act(Draft(Kind.IDENTITY, checked, {"method": "video call"}), _REF)
        searched = {
            "purpose": "search", "complete": True, "facts": "", "references": [], "indexes": {}, "expected": "10",
            "faces": items, "records": 0,
        }  # fmt: skip
        rows = [Row(name, "photo", {"id": f"item{number}"}) for number, name in enumerate(names)]
        desk.act(Draft(Kind.SEARCHED, searched, {"result": {}}, rows), _REF)
    for first in range(0, entries, 1_000):
        with desk.vault.transaction():
            for number in range(first, min(first + 1_000, entries)):
                desk.act(_decision(names, number % items), _REF)
    case = desk.case(_REF)
    with desk.vault.transaction():
        desk.vault.cases.keep_snapshot(case)
    return case.id


def _decision(names: list[str], number: int) -> Draft:
    value = {"id": f"item{number}", "reason": "", "crop": None, "address": "", "face": None}
    return Draft(Kind.DECIDED, {}, {}, [Row(names[number], "different", value)])


def _opening(desk: Desk, case: str) -> Iterator[BenchRow]:
    db = desk.vault.db

    def ours() -> Any:
        return _opened(desk)

    def theirs() -> Any:
        return json.loads(db.conn.execute("SELECT state FROM snapshots WHERE case_id = ?", [case]).fetchone()[0])

    entries = desk.case(_REF).entries
    what = f"opening a case of {entries:,} entries from its snapshot"
    yield BenchRow(what, "json.loads of the same bytes", *_best(ours, theirs), "s", 0.5)
    yield BenchRow(f"memory of {what}", "json.loads of the same bytes", *_memory(ours, theirs), "MiB")


def _opened(desk: Desk) -> Case:
    desk._cases.clear()
    return desk.case(_REF)


def _deciding(desk: Desk, folder: Path) -> BenchRow:
    """One decision after the other, each its own commit, beside inserts of as many bytes, each its own commit."""
    items = list(desk.case(_REF).items)
    log = desk.vault.log
    desk.act(_decision(items, 0), _REF)
    act = log.entry(log.size - 1).act.content.decode()
    bare = open_encrypted(folder / "bare.db", bytes(32))
    bare.conn.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, act TEXT, rest BLOB, row TEXT)")
    mine, peers = [], []
    for number in range(_DECISIONS):
        mine.append(_took(lambda number=number: desk.act(_decision(items, number), _REF)))  # type: ignore[misc]
        peers.append(_took(lambda: _insert(bare, act)))
    bare.close()
    ours, theirs = sorted(mine)[_DECISIONS // 2], sorted(peers)[_DECISIONS // 2]
    what = f"one decision in a case of {len(items):,} candidates"
    return BenchRow(what, "a bare SQLCipher commit of the same bytes", ours * 1e3, theirs * 1e3, "ms", 0.5)


def _insert(db: Any, act: str) -> None:
    with db.atomic():
        db.conn.execute("INSERT INTO entries (act, rest, row) VALUES (?, ?, ?)", [act, bytes(400), "x" * 300])


def _verifying(desk: Desk, case: str) -> Iterator[BenchRow]:
    against = "Ed25519 verify, SHA-256 and JSON parse of the same entries"
    entries = desk.vault.log.size
    fold = lambda: desk._verified_case(case)  # noqa: E731
    check = lambda: desk.vault.problems()  # noqa: E731
    yield BenchRow(f"verified fold of {entries:,} entries", against, *_best(fold, lambda: _bare(desk)), "s", 0.67)
    yield BenchRow(f"vault check of {entries:,} entries", against, *_best(check, lambda: _bare(desk)), "s", 0.67)
    opened, state = "the case opened from its snapshot", lambda: _opened(desk)
    yield BenchRow(f"memory of a verified fold of {entries:,} entries", opened, *_memory(fold, state), "MiB")
    yield BenchRow(f"memory of a vault check of {entries:,} entries", opened, *_memory(check, state), "MiB")


def _bare(desk: Desk) -> None:
    """What nobody who verifies can leave out: signatures, digests and parsing of entries, fields and rows."""
    one, keys = desk.vault.db.conn.execute, {}
    for act, leaf, writer, signature in one("SELECT act, leaf, writer, signature FROM entries ORDER BY seq"):
        raw = act.encode()
        json.loads(raw)
        hashlib.sha256(raw).hexdigest()
        if writer not in keys:
            keys[writer] = Ed25519PublicKey.from_public_bytes(bytes.fromhex(writer))
        keys[writer].verify(signature, signed_entry(leaf))
    for salt, value in one("SELECT salt, value FROM field_values"):
        json.loads(value)
        hashlib.sha256(salt + value.encode()).hexdigest()
    for item, word, digest, salt, value in one("SELECT item, word, digest, salt, value FROM act_rows"):
        json.loads(value)
        hashlib.sha256(salt + value.encode()).hexdigest()
        hashlib.sha256(f"{item}{word}{digest}".encode()).digest()


def _listing(desk: Desk) -> BenchRow:
    with desk.vault.transaction() as db:
        row = db.conn.execute("SELECT * FROM case_list").fetchone()
        for number in range(_CASES):
            db.conn.execute("INSERT INTO case_list VALUES (?, ?, ?, ?, ?, ?)", [str(number), f"x{number}", *row[2:]])
    query = "SELECT ref, due, ended, summary FROM case_list ORDER BY ended <> '', due, ref"
    ours = lambda: list_cases(desk)  # noqa: E731
    theirs = lambda: desk.vault.db.conn.execute(query).fetchall()  # noqa: E731
    times = [one * 1e3 for one in _best(ours, theirs, turns=9)]
    with desk.vault.transaction() as db:
        db.conn.execute("DELETE FROM case_list WHERE ref LIKE 'x%'")
    return BenchRow(f"listing {_CASES:,} cases", "one SELECT of the same rows", times[0], times[1], "ms", 0.33)


def _best(ours: Callable[[], Any], theirs: Callable[[], Any], turns: int = _TURNS) -> tuple[float, float]:
    """Seconds of processor time of each, taking turns."""
    mine, peers = [], []
    for _ in range(turns):
        mine.append(_took(ours, time.process_time))
        peers.append(_took(theirs, time.process_time))
    return min(mine), min(peers)


def _took(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    gc.collect()
    start = clock()
    kept = work()
    took = clock() - start
    del kept
    return took


def _memory(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float]:
    """MiB at the peak of each."""
    peaks = []
    for work in (ours, theirs):
        gc.collect()
        tracemalloc.start()
        kept = work()
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
        del kept
    return peaks[0], peaks[1]
