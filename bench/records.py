"""Measures record search on invented people: size and speed of the index, beside FTS5 alone and a scan with DuckDB."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from bench.invented_people import Person, people
from bench.matching import COLUMNS, own_key
from bench.search import BenchRow
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import quoted
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.index.build import build
from dsr_desk.search.index.folder import DATABASE, SUFFIX, Index
from dsr_desk.search.index.work import LoadEngine
from dsr_desk.search.records.deletion_list import match_hashes
from dsr_desk.search.records.search import find_records, wanted
from dsr_desk.storage.database import open_encrypted

SUBJECTS = 200
SCANS = 8
FTS_ROWS = 50_000
"""Rows of the comparison of FTS5 with and without encryption, which is the same for any number of them."""

LISTED = 10_000
"""Rows of the list of hashes; half of them are of people in the index, if it has so many."""


def _row(what: str, against: str, ours: float, theirs: float, unit: str) -> BenchRow:
    """A row without an aim."""
    return BenchRow(what, against, round(ours, 4), round(theirs, 4), unit, 0.0)


def records_rows(
    records: int,
    seed: int = 0,
    *,
    load: LoadEngine | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> list[BenchRow]:
    """Builds an index of so many invented records as a real one is built, and searches it. Raises Cancelled.

    Needs about 1.5 kB of disk a record in the folder for temporary files while it runs.
    """
    cancel = cancel or CancelToken()
    with tempfile.TemporaryDirectory() as made:
        table, folder, addressed = Path(made) / "people.csv", Path(made) / f"people{SUFFIX}", own_key()
        subjects, listed = _write(table, records, seed, report, cancel)
        began = time.perf_counter()
        build(
            [table], folder,
            version=DatasetVersion("people", "1"), addressed=addressed, load=load, country="DE", report=report,
            cancel=cancel,
        )  # fmt: skip
        spent = time.perf_counter() - began
        cancel.check()
        size = (folder / DATABASE).stat().st_size / records
        rows = [
            _row(
                "index, for each record",
                "the same rows as CSV",
                size,
                table.stat().st_size / records,
                "bytes",
            ),
            *_build_rows(table, records, spent, cancel),
        ]
        with Index.open(folder, addressed.secret) as index, _Scan(table) as scan:
            rows += _search_rows(index, scan, subjects, report, cancel)
            return [*rows, _list_row(index, scan, listed, report, cancel)]


def _write(
    path: Path, records: int, seed: int, report: Report, cancel: CancelToken
) -> tuple[list[Person], list[Person]]:
    """A CSV of so many people, a tenth of whom mention the one before; returns some of them to search, some to list."""
    steps = max(1, records // SUBJECTS), max(1, records // (LISTED // 2))
    subjects: list[Person] = []
    listed: list[Person] = []
    before = None
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for person in people(records, seed):
            if person.number % steps[0] == 0:
                cancel.check()
                report(Progress(quoted("inventing people"), person.number, records))
                subjects.append(person)
            if person.number % steps[1] == 0:
                listed.append(person)
            note = f"came with {before.name} ({before.email}) in spring" if before and person.number % 10 == 1 else ""
            phone = f"{person.phone[:3]} {person.phone[3:6]} {person.phone[6:]}" if person.number % 3 else person.phone
            known = [person.account, person.name, person.email, phone, person.user_name]
            writer.writerow([*known, person.born.isoformat(), person.address, note])
            before = person
    return subjects[:SUBJECTS], listed[: LISTED // 2]


def _build_rows(table: Path, records: int, spent: float, cancel: CancelToken) -> list[BenchRow]:
    """Our build beside FTS5 alone on the same rows, and what encryption costs FTS5."""
    few, key = min(records, FTS_ROWS), secrets.token_bytes(32)
    with tempfile.TemporaryDirectory() as made:
        words = _fts(sqlite3.connect(Path(made) / "words.db"), table, records, "unicode61", cancel)
        trigrams = _fts(sqlite3.connect(Path(made) / "trigrams.db"), table, few, "trigram", cancel)
        locked = _fts(open_encrypted(Path(made) / "locked.db", key).conn, table, few, "trigram", cancel)
    million = 1e6 / few
    return [
        _row(f"building the index of {records:,} records", "SQLite FTS5 alone, words", spent, words, "s"),
        _row(
            "building, for each million",
            "SQLite FTS5 alone, trigrams",
            spent / records * 1e6,
            trigrams * million,
            "s",
        ),
        _row(
            "FTS5 with trigrams, encrypted, for each million",
            "not encrypted",
            locked * million,
            trigrams * million,
            "s",
        ),
    ]


def _fts(connection: Any, table: Path, rows: int, tokenizer: str, cancel: CancelToken) -> float:
    """Seconds to put rows of a CSV into a full-text table, apart from reading the CSV."""
    spent = 0.0
    with closing(connection):
        connection.execute(f"CREATE VIRTUAL TABLE t USING fts5({', '.join(COLUMNS)}, tokenize = '{tokenizer}')")
        for part in _parts(table, rows):
            cancel.check()
            began = time.perf_counter()
            connection.execute("BEGIN")
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(COLUMNS))})", part)
            connection.execute("COMMIT")
            spent += time.perf_counter() - began
    return spent


def _parts(table: Path, rows: int, at_once: int = 10_000) -> Iterator[list[list[str]]]:
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for start in range(0, rows, at_once):
            yield [row for row, _ in zip(reader, range(min(at_once, rows - start)), strict=False)]


_KINDS: dict[str, Callable[[Person], Identifiers]] = {
    "e-mail": lambda person: Identifiers(emails=(person.email,)),
    "phone": lambda person: Identifiers(phones=(person.phone,)),
    "name, close ones too": lambda person: Identifiers(names=(person.name,)),
    "free text": lambda person: Identifiers(user_names=(person.email.partition("@")[0],)),
}


def _search_rows(
    index: Index, scan: _Scan, subjects: Sequence[Person], report: Report, cancel: CancelToken
) -> list[BenchRow]:
    find_records(index, wanted(Identifiers(names=(subjects[0].name,)), index.country))  # loads what stays loaded
    rows = []
    for kind, identifiers in _KINDS.items():
        times = []
        for number, person in enumerate(subjects):
            cancel.check()
            report(Progress(quoted("searching"), number, len(subjects)))
            question = wanted(identifiers(person), index.country)
            began = time.perf_counter()
            find_records(index, question)
            times.append((time.perf_counter() - began) * 1000)
        theirs = [scan.milliseconds(_WHERE[kind], [_ASKED[kind](person)]) for person in subjects[:SCANS]]
        for percentile in (50, 99):
            ours, peer = (float(np.percentile(part, percentile)) for part in (times, theirs))
            rows.append(_row(f"{kind}, {percentile}th percentile", scan.name, ours, peer, "ms"))
    return rows


def _list_row(index: Index, scan: _Scan, listed: Sequence[Person], report: Report, cancel: CancelToken) -> BenchRow:
    """A list of hashes in one pass: e-mails and last ten digits in turn, as many again that nobody has."""
    known = [person.email if person.number % 2 else person.phone[-10:] for person in listed]
    hashes = [
        sha256(text.encode()).hexdigest() for text in (*known, *(f"nobody{n}@example.com" for n in range(len(known))))
    ]
    began = time.perf_counter()
    found = {match.hash for match in match_hashes(index, hashes, report, cancel)}
    spent = (time.perf_counter() - began) * 1000
    if not set(hashes[: len(known)]) <= found:
        raise ValueError("a hash of the list was not found")
    where = (
        "sha256(lower(email)) IN (SELECT unnest(?)) OR "
        "sha256(right(regexp_replace(phone, '[^0-9]', '', 'g'), 10)) IN (SELECT unnest(?))"
    )
    theirs = scan.milliseconds(where, [hashes, hashes])
    return _row(f"a list of {len(hashes):,} hashes", scan.name, spent, theirs, "ms")


_WHERE = {
    "e-mail": "lower(email) = ?",
    "phone": "regexp_replace(phone, '[^0-9]', '', 'g') = ?",
    "name, close ones too": "damerau_levenshtein(lower(strip_accents(name)), lower(strip_accents(?))) <= 2",
    "free text": "notes ILIKE '%' || ? || '%'",
}
_ASKED: dict[str, Callable[[Person], str]] = {
    "e-mail": lambda person: person.email.lower(),
    "phone": lambda person: person.phone[1:],
    "name, close ones too": lambda person: person.name,
    "free text": lambda person: person.email.partition("@")[0],
}


class _Scan:
    """The rows in DuckDB's memory, to be scanned; times are not known where it is not installed."""

    name = "a scan with DuckDB"

    def __init__(self, table: Path) -> None:
        self._connection: Any = None
        if importlib.util.find_spec("duckdb") is not None:
            self._connection = importlib.import_module("duckdb").connect()
            self._connection.execute("CREATE TABLE t AS SELECT * FROM read_csv(?, all_varchar = true)", [str(table)])

    def __enter__(self) -> _Scan:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def milliseconds(self, where: str, values: list[object]) -> float:
        if self._connection is None:
            return float("nan")
        began = time.perf_counter()
        self._connection.execute(f"SELECT * FROM t WHERE {where}", values).fetchall()
        return (time.perf_counter() - began) * 1000
