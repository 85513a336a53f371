"""What items are found by: identifiers, words of names, names of files, free text. Filled from records and photos.

Filled anew when a column is taken for something else; emptied of what an erased item was found by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from dsr_desk.core.canonical import value_of
from dsr_desk.core.hashes import held_hash
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, Report
from dsr_desk.search.index.postings import RUN, Pending, Postings, forget_items, key_of_digest
from dsr_desk.search.index.vocabulary import add_words, drop_words, known_words
from dsr_desk.search.records.columns import ColumnKind, Field, guess_kind
from dsr_desk.search.records.combined import combined_hashes
from dsr_desk.search.records.identifiers import (
    IdentifierForm,
    email_forms,
    file_keys,
    folded,
    forms_of,
    key_of_hash,
    keys_of,
    keys_of_files,
    token_key,
)
from dsr_desk.search.records.names import SOUND, name_tokens
from dsr_desk.search.records.written import emails_in, may_hold_email, phones_in, several_phones
from dsr_desk.storage.database import transaction
from dsr_desk.storage.tables import Database

BATCH = 5000
SAMPLE = 200
SHORTEST_TEXT = 3
TEXT_WAITING = 64_000_000
"""Characters of free text that are held before they are written."""

_WITH_FORMS = (
    frozenset(ColumnKind)
    - {ColumnKind.NAME, ColumnKind.ADDRESS, ColumnKind.DATE_OF_BIRTH}
    - {ColumnKind.PHOTO_REFERENCE}
)
"""Kinds of which `forms_in` gives more than e-mail addresses."""

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


def look_up(db: Database, folder: Path, country: str, report: Report, cancel: CancelToken) -> None:
    """Makes all items that are not yet so be found. What was done until a cancel is kept. Raises Cancelled."""
    found = _Found(db, folder)
    query = (
        "SELECT c.id, count(i.id) FROM containers c JOIN items i ON i.container = c.id AND i.id > c.looked_up "
        "GROUP BY c.id"
    )
    waiting = db.conn.execute(query).fetchall()
    done, total = 0, sum(count for _, count in waiting)
    try:
        for container, _ in waiting:
            for items in _batches(db, folder, container):
                cancel.check()
                report(Progress(message("phase.looking-up"), done, total))
                found.add(container, items, country)
                done += len(items)
    except Cancelled:
        found.write()
        raise
    found.write()


def forget(db: Database, items: Sequence[int]) -> None:
    """Takes out everything that these items are found by, inside the caller's transaction."""
    if not items:
        return
    gone = np.zeros(max(items) + 1, np.bool_)
    gone[list(items)] = True
    lost = set(forget_items(db, gone).tolist())
    if lost:
        suspects = {word: token_key(word) for word in known_words(db) if token_key(word) in lost}
        left = {key for key, _ in Postings(db).matches(suspects.values())}
        drop_words(db, (word for word, key in suspects.items() if key not in left))
    db.conn.executemany("DELETE FROM free_text WHERE rowid = ?", [[item] for item in items])


def correct_column(db: Database, container: int, name: str, kind: ColumnKind) -> None:
    """Sets a column's kind, inside the caller's transaction; the container's items must then be looked up again."""
    db.conn.execute(
        "UPDATE columns SET kind = ?, confirmed = 1 WHERE container = ? AND name = ?", [str(kind), container, name]
    )
    forget(db, [row for (row,) in db.conn.execute("SELECT id FROM items WHERE container = ?", [container])])
    db.conn.execute("UPDATE containers SET looked_up = 0 WHERE id = ?", [container])


def columns_of(db: Database, container: int) -> dict[int, tuple[str, ColumnKind]]:
    """Names and kinds of a container's columns by number."""
    rows = db.conn.execute("SELECT number, name, kind FROM columns WHERE container = ?", [container])
    return {number: (name, ColumnKind(kind or "other")) for number, name, kind in rows}


def fields_in(columns: Mapping[int, tuple[str, ColumnKind]], stored: str) -> list[Field]:
    """The fields of a stored record that hold something."""
    return [Field(*columns[number], value) for number, value in enumerate(json.loads(stored)) if value]


def forms_in(kind: ColumnKind, value: str, country: str) -> Iterator[tuple[ColumnKind, IdentifierForm]]:
    """What a value is looked up by: forms of its column's kind, and every e-mail and phone number that stands in it."""
    own = forms_of(kind, value, country)
    for form in own:
        yield kind, form
    if not (own and kind is ColumnKind.EMAIL):
        for found in islice(emails_in(value), 100):
            for form in email_forms(found):
                yield ColumnKind.EMAIL, form
    if kind in (ColumnKind.FREE_TEXT, ColumnKind.OTHER, ColumnKind.PHONE):
        phones = several_phones(value) if kind is ColumnKind.PHONE else ()
        for found in islice(phones or (() if own else phones_in(value)), 100):
            for form in forms_of(ColumnKind.PHONE, found, country):
                yield ColumnKind.PHONE, form


class Files:
    """Items that are found by the names of their files alone, gathered while they are written.

    Where that ends early, `look_up` finds them in the index.
    """

    def __init__(self, db: Database, folder: Path) -> None:
        self._db, self._folder = db, folder
        self._pending = Pending()
        self._looked_up: dict[int, int] = {}

    def add(self, container: int, first: int, members: Sequence[str]) -> None:
        """Items with the rows from `first` on, before which all of the container were added or looked up."""
        keys, places = keys_of_files(members)
        self._pending.add_many(places + first, keys)
        self._looked_up[container] = first + len(members) - 1
        if len(self._pending) >= RUN:
            self.write()

    def write(self) -> None:
        """In one transaction."""
        with transaction(self._db, self._folder):
            self._pending.write(self._db)
            looked_up = [[item, container] for container, item in self._looked_up.items()]
            self._db.conn.executemany("UPDATE containers SET looked_up = ? WHERE id = ?", looked_up)
        self._looked_up.clear()


Item = tuple[int, str | None, str, bool]
"""Row, fields of a record or of what is known of a photo (None where nothing is), member, whether it is a record."""


def _batches(db: Database, folder: Path, container: int) -> Iterator[list[Item]]:
    with transaction(db, folder):
        guess_columns(db, container)
    last = db.conn.execute("SELECT looked_up FROM containers WHERE id = ?", [container]).fetchone()[0]
    query = (
        "SELECT i.id, r.fields, i.member, i.record FROM items i LEFT JOIN records r ON r.item = i.id "
        "WHERE i.container = ? AND i.id > ? ORDER BY i.id LIMIT ?"
    )
    while batch := db.conn.execute(query, [container, last, BATCH]).fetchall():
        yield batch
        last = batch[-1][0]


class _Found:
    """What items are found by, gathered until there is enough to be worth writing."""

    def __init__(self, db: Database, folder: Path) -> None:
        self._db = db
        self._folder = folder
        self._pending = Pending()
        self._texts: list[tuple[int, str]] = []
        self._characters = 0
        self._known = known_words(db)
        self._new: set[str] = set()
        self._looked_up: dict[int, int] = {}

    def add(self, container: int, items: Iterable[Item], country: str) -> None:
        columns = columns_of(self._db, container)
        kinds = [columns[number][1] for number in range(len(columns))]
        # They need a date of birth.
        combined = ColumnKind.DATE_OF_BIRTH in kinds
        for item, fields, member, is_record in items:
            if not is_record:
                self._pending.add(item, file_keys(member))
            if fields is not None:
                self._add_record(item, kinds, value_of(fields), country)
                if combined:
                    found = combined_hashes(fields_in(columns, fields))
                    self._pending.add(item, set(map(key_of_digest, found)))
            self._looked_up[container] = item
        if len(self._pending) >= RUN or self._characters >= TEXT_WAITING:
            self.write()

    def write(self) -> None:
        """Writes it all in one transaction."""
        if not self._looked_up:
            return
        with transaction(self._db, self._folder):
            self._pending.write(self._db)
            add_words(self._db, self._new)
            self._db.conn.executemany("INSERT INTO free_text (rowid, text) VALUES (?, ?)", self._texts)
            looked_up = [[item, container] for container, item in self._looked_up.items()]
            self._db.conn.executemany("UPDATE containers SET looked_up = ? WHERE id = ?", looked_up)
        self._texts, self._characters, self._looked_up = [], 0, {}
        self._known |= self._new
        self._new = set()

    def _add_record(self, item: int, kinds: Sequence[ColumnKind], values: Sequence[str | None], country: str) -> None:
        keys: set[int] = set()
        texts: list[str] = []
        for kind, value in zip(kinds, values, strict=False):
            if not value:
                continue
            if hashed := held_hash(value):
                keys.add(key_of_hash(hashed))
            if kind in _WITH_FORMS or may_hold_email(value):
                for _, form in forms_in(kind, value, country):
                    keys.update(keys_of(form))
            if kind is ColumnKind.PHOTO_REFERENCE:
                keys.update(file_keys(value))
            if kind is ColumnKind.NAME:
                tokens = name_tokens(value)
                keys.update(map(token_key, tokens))
                self._new.update(token for token in tokens if token not in self._known and not token.startswith(SOUND))
            if kind in _TEXT and len(value) >= SHORTEST_TEXT:
                texts.append(value)
        self._pending.add(item, keys)
        if texts:
            text = folded("\n".join(texts))
            self._texts.append((item, text))
            self._characters += len(text)
