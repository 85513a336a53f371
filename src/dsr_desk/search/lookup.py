"""Fills the lookup tables from records: identifiers, names, free text. Repeated when a column's kind is corrected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from dsr_desk.jobs.progress import CancelToken
from dsr_desk.search.columns import ColumnKind, guess_kind
from dsr_desk.search.identifiers import (
    EMAIL,
    Form,
    email_forms,
    file_key,
    file_names,
    folded,
    forms_of,
    is_hash,
    key_of_hash,
    keys_of,
)
from dsr_desk.search.names import name_tokens
from dsr_desk.storage.database import transaction

BATCH = 2000
SAMPLE = 200
SHORTEST_TEXT = 3
_TEXT = (ColumnKind.FREE_TEXT, ColumnKind.OTHER, ColumnKind.ADDRESS)


def guess_columns(db: Database, container: int) -> None:
    """Guesses the kinds of a container's columns that have none yet, from its first records."""
    query = "SELECT r.fields FROM items i JOIN records r ON r.item = i.id WHERE i.container = ? ORDER BY i.id LIMIT ?"
    sample = [json.loads(row[0]) for row in db.conn.execute(query, [container, SAMPLE])]
    unknown = db.conn.execute("SELECT number, name FROM columns WHERE container = ? AND kind = ''", [container])
    for number, name in unknown.fetchall():
        values = [row[number] for row in sample if number < len(row) and row[number]]
        db.conn.execute(
            "UPDATE columns SET kind = ? WHERE container = ? AND number = ?",
            [str(guess_kind(name, values)), container, number],
        )


def look_up_container(db: Database, folder: Path, container: int, country: str, cancel: CancelToken) -> None:
    """Puts a container's records into the lookup tables, in batches that are each kept."""
    tokens = _Tokens(db)
    with transaction(db, folder):
        guess_columns(db, container)
    kinds = kinds_of(db, container)
    while True:
        cancel.check()
        query = (
            "SELECT r.item, r.fields FROM items i JOIN records r ON r.item = i.id WHERE i.container = ? "
            "AND i.id > (SELECT looked_up FROM containers WHERE id = ?) ORDER BY i.id LIMIT ?"
        )
        batch = db.conn.execute(query, [container, container, BATCH]).fetchall()
        if not batch:
            return
        found = _Found()
        for item, fields in batch:
            found.add(item, _typed(kinds, fields), country)
        with transaction(db, folder):
            found.write(db, tokens)
            db.conn.execute("UPDATE containers SET looked_up = ? WHERE id = ?", [batch[-1][0], container])


def correct_column(db: Database, folder: Path, container: int, name: str, kind: ColumnKind) -> None:
    """Sets a column's kind; the container's records must then be looked up again."""
    mine = "SELECT r.item FROM records r JOIN items i ON i.id = r.item WHERE i.container = ?"
    with transaction(db, folder):
        db.conn.execute(
            "UPDATE columns SET kind = ?, confirmed = 1 WHERE container = ? AND name = ?", [str(kind), container, name]
        )
        for table, column in (("lookups", "item"), ("names", "item"), ("free_text", "rowid")):
            db.conn.execute(f"DELETE FROM {table} WHERE {column} IN ({mine})", [container])
        db.conn.execute("UPDATE containers SET looked_up = 0 WHERE id = ?", [container])


def kinds_of(db: Database, container: int) -> dict[int, ColumnKind]:
    """Kinds of a container's columns by number."""
    rows = db.conn.execute("SELECT number, kind FROM columns WHERE container = ?", [container])
    return {number: ColumnKind(kind or "other") for number, kind in rows}


def forms_in(kind: ColumnKind, value: str, country: str) -> Iterator[tuple[ColumnKind, Form]]:
    """What a value is looked up by: forms of its column's kind, and every e-mail that stands in it."""
    for form in forms_of(kind, value, country):
        yield kind, form
    if kind is not ColumnKind.EMAIL and "@" in value:
        for found in islice(EMAIL.findall(value), 100):
            for form in email_forms(found):
                yield ColumnKind.EMAIL, form


def _typed(kinds: dict[int, ColumnKind], fields: str) -> list[tuple[ColumnKind, str]]:
    return [(kinds[number], value) for number, value in enumerate(json.loads(fields)) if value]


class _Found:
    """What a batch of records is looked up by; written in the order of keys, which is how the tables grow fastest."""

    def __init__(self) -> None:
        self._keys: set[tuple[int, int]] = set()
        self._names: set[tuple[str, int]] = set()
        self._texts: list[tuple[int, str]] = []

    def add(self, item: int, fields: list[tuple[ColumnKind, str]], country: str) -> None:
        texts: list[str] = []
        for kind, value in fields:
            if is_hash(value):
                self._keys.add((key_of_hash(value.strip()), item))
            for form_kind, form in forms_in(kind, value, country):
                self._keys.update((key, item) for key in keys_of(form_kind, form))
            if kind is ColumnKind.PHOTO_REFERENCE:
                self._keys.update((file_key(name), item) for name in file_names(value))
            if kind is ColumnKind.NAME:
                self._names.update((token, item) for token in name_tokens(value))
            if kind in _TEXT and len(value) >= SHORTEST_TEXT:
                texts.append(value)
        if texts:
            self._texts.append((item, folded("\n".join(texts))))

    def write(self, db: Database, tokens: _Tokens) -> None:
        db.conn.executemany("INSERT OR IGNORE INTO lookups VALUES (?, ?)", sorted(self._keys))
        names = sorted((tokens.id_of(token), item) for token, item in sorted(self._names))
        db.conn.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", names)
        db.conn.executemany("INSERT INTO free_text (rowid, text) VALUES (?, ?)", self._texts)


class _Tokens:
    """Numbers of name tokens, remembered across records."""

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self._known: dict[str, int] = dict(self._conn.execute("SELECT token, id FROM name_tokens"))

    def id_of(self, token: str) -> int:
        known = self._known.get(token)
        if known is None:
            query = "INSERT INTO name_tokens (token) VALUES (?) RETURNING id"
            known = int(self._conn.execute(query, [token]).fetchone()[0])
            self._known[token] = known
        return known
