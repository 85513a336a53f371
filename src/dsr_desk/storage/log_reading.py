"""Reading the log of a vault: as what was signed or not at all; values and rows are compared with their digests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dsr_desk.core.acts import Act, Entry, Kind, Row, field_digest, row_line
from dsr_desk.core.canonical import sha256_hex, value_of
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.storage.signed_acts import value_text
from dsr_desk.storage.tables import Database

COLUMNS = "seq, epoch, case_id, kind, act, signatures, case_before, vault_before, writer, signature, leaf"
PAGE = 2_000
_NO_END = 2**62
_NO_NAME = "{}"


class LogDamaged(DeskError):
    code = "LOG-DAMAGED"
    happened = "The log of the vault does not hold: {what}"
    means = "What it says cannot be relied on, so nothing was approved, run, sealed or shown from it."
    todo = "Run vault check, and restore the newest backup that holds."


@contextmanager
def in_form(seq: int) -> Iterator[None]:
    """Raises LogDamaged for values of an entry that were signed and are not what this program writes."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, ExceptionGroup) as error:
        raise LogDamaged(what=message("log.malformed", seq=seq)) from error


class LogReader:
    """What lies in the log, inside the vault's database."""

    def __init__(self, db: Database, vault: str) -> None:
        self._db = db
        self._one = db.conn.execute
        self.vault = vault

    @property
    def size(self) -> int:
        """How many entries there are, which is the place of the next one."""
        return int(self._one("SELECT coalesce(max(seq) + 1, 0) FROM entries").fetchone()[0])

    @property
    def epoch(self) -> int:
        return int(self._one("SELECT epoch FROM entries ORDER BY seq DESC LIMIT 1").fetchone()[0]) if self.size else 1

    def head(self, case: str) -> str:
        """Leaf hash (hex) of the newest entry of a case ("" for the vault's own), "" before the first."""
        row = self._one("SELECT leaf FROM entries WHERE case_id = ? ORDER BY seq DESC LIMIT 1", [case]).fetchone()
        return bytes(row[0]).hex() if row else ""

    def entries(self, case: str | None = None, after: int = -1, kinds: Sequence[Kind] = ()) -> Iterator[Entry]:
        """Entries after a place, of one case ("" for the vault's own) or of all, of some kinds or of all.

        Nothing is verified.
        """
        return (entry for entry, _, _ in self.stored(case, after, kinds))

    def stored(
        self, case: str | None = None, after: int = -1, kinds: Sequence[Kind] = ()
    ) -> Iterator[tuple[Entry, bytes, bytes]]:
        """Entries with the writer's signature and the leaf as they are kept. Raises LogDamaged for what is no entry."""
        where, values = ("AND case_id = ?", [case]) if case is not None else ("", [])
        if kinds:
            where, values = f"{where} AND kind IN ({marks(kinds)})", [*values, *kinds]
        while True:
            query = f"SELECT {COLUMNS} FROM entries WHERE seq > ? {where} ORDER BY seq LIMIT {PAGE}"
            rows = self._one(query, [after, *values]).fetchall()
            for row in rows:
                yield entry_of(row), row[9], row[10]
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    def entry(self, seq: int) -> Entry:
        row = self._one(f"SELECT {COLUMNS} FROM entries WHERE seq = ?", [seq]).fetchone()
        if row is None:
            raise LogDamaged(what=message("log.seq", seq=seq))
        return entry_of(row)

    def newest(self, *kinds: Kind, case: str | None = None) -> int | None:
        """The newest entry of these kinds, of one case ("" for the vault's own) or of all; None where there is none."""
        where, values = ("AND case_id = ?", [case]) if case is not None else ("", [])
        query = f"SELECT max(seq) FROM entries WHERE kind IN ({marks(kinds)}) {where}"
        found: int | None = self._one(query, [*kinds, *values]).fetchone()[0]
        return found

    def since(self, after: int) -> tuple[int, frozenset[Kind]]:
        """The newest place in the log, and which kinds of acts were written after a place."""
        rows = self._one("SELECT max(seq), kind FROM entries WHERE seq > ? GROUP BY kind", [after]).fetchall()
        return max((seq for seq, _ in rows), default=after), frozenset(Kind(kind) for _, kind in rows)

    def count(self, case: str, before: int) -> int:
        """How many entries of a case ("" for the vault's own) stand before a place."""
        query = "SELECT count(*) FROM entries WHERE case_id = ? AND seq < ?"
        return int(self._one(query, [case, before]).fetchone()[0])

    def leaves(self, size: int | None = None) -> Iterator[bytes]:
        """Leaf hashes in order, of all entries or of the first `size`."""
        limit = -1 if size is None else size
        return (bytes(row[0]) for row in self._one("SELECT leaf FROM entries ORDER BY seq LIMIT ?", [limit]))

    def values(self, entry: Entry | int, only: str = "") -> dict[str, Any]:
        """Values of an entry's fields (of the one named, if any is), as they were signed. Raises LogDamaged.

        Forgotten ones are left out.
        """
        act = entry.act if isinstance(entry, Entry) else self.entry(entry).act
        seq = entry.seq if isinstance(entry, Entry) else entry
        found = {}
        query = "SELECT name, salt, value FROM field_values WHERE seq = ? AND ? IN (name, '')"
        for name, salt, text in self._one(query, [seq, only]):
            if text is None:
                continue
            if not _is_signed(act.fields.get(name), name, salt, text):
                raise LogDamaged(what=message("log.field", seq=seq, name=str(name)))
            found[name] = json.loads(text)
        return found

    def salted(self, seq: int) -> dict[str, tuple[bytes, str]]:
        """Salt and text of an entry's fields: what discloses them to somebody else."""
        rows = self._one("SELECT name, salt, value FROM field_values WHERE seq = ? AND value IS NOT NULL", [seq])
        return {name: (bytes(salt), text) for name, salt, text in rows}

    def rows(self, seq: int, first: int = 0, most: int | None = None) -> Iterator[Row]:
        """The rows of an entry in order, values as they were signed, or so many from one on. Raises LogDamaged."""
        for row, _ in self.salted_rows(seq, first, most):
            yield row

    def salted_rows(self, seq: int, first: int = 0, most: int | None = None) -> Iterator[tuple[Row, bytes | None]]:
        query = (
            "SELECT item, word, digest, salt, value FROM act_rows WHERE seq = ? AND position >= ? AND position < ? "
            "ORDER BY position LIMIT ?"
        )
        position, end = first, first + most if most is not None else _NO_END
        while True:
            page = self._one(query, [seq, position, end, PAGE]).fetchall()
            for item, word, digest, salt, text in page:
                yield _row(seq, item, word, digest, salt, text), salt
            if len(page) < PAGE:
                return
            position += PAGE

    def rows_of(self, case: str, kinds: Sequence[Kind]) -> Iterator[tuple[int, str, Row]]:
        """The rows of all acts of these kinds in a case, in order, each with its entry's place and time.

        A query a page, however many acts there are. Raises LogDamaged.
        """
        query = (
            "SELECT e.seq, r.position, json_extract(e.act, '$.time'), r.item, r.word, r.digest, r.salt, r.value "
            "FROM entries e CROSS JOIN act_rows r ON r.seq = e.seq "
            f"WHERE e.case_id = ? AND e.kind IN ({marks(kinds)}) AND e.seq >= ? AND (e.seq > ? OR r.position > ?) "
            "ORDER BY e.seq, r.position LIMIT ?"
        )
        seq, position = -1, -1
        while True:
            page = self._one(query, [case, *kinds, seq, seq, position, PAGE]).fetchall()
            for place, _, time, *row in page:
                yield place, time, _row(place, *row)
            if len(page) < PAGE:
                return
            seq, position = page[-1][:2]

    def row_lines(self, seq: int) -> Iterator[bytes]:
        """The rows of an entry as they are handed out: without their values."""
        for _, item, word, digest, _, _ in self.stored_rows(seq):
            yield row_line(item, word, digest)

    def bare_rows(self, seq: int) -> Iterator[Row]:
        """The rows of an entry without their values: what a fold needs."""
        for item, word in self._one(
            "SELECT item, word FROM act_rows WHERE seq = ? ORDER BY position", [seq]
        ).fetchall():
            if type(item) is not str or type(word) is not str:
                raise LogDamaged(what=message("log.rows", seq=seq))
            yield Row(item, word)

    def row(self, seq: int, position: int) -> Row:
        """One row. Raises LogDamaged."""
        query = "SELECT item, word, digest, salt, value FROM act_rows WHERE seq = ? AND position = ?"
        found = self._one(query, [seq, position]).fetchone()
        if found is None:
            raise LogDamaged(what=message("log.rows", seq=seq))
        return _row(seq, *found)

    def blob(self, value: Mapping[str, str]) -> bytes | None:
        """A stored file by the value of its field; None once it was destroyed. Raises LogDamaged."""
        row = self._one("SELECT content FROM blobs WHERE id = ?", [value["blob"]]).fetchone()
        if row is None or row[0] is None:
            return None
        if sha256_hex(bytes(row[0])) != value["digest"]:
            raise LogDamaged(what=message("log.file"))
        return bytes(row[0])

    def case_key(self, case: str) -> bytes | None:
        """The key of the case's pseudonyms; None once it was forgotten. Raises LogDamaged."""
        row = self._one("SELECT key FROM case_keys WHERE case_id = ?", [case]).fetchone()
        if row is None or row[0] is None:
            return None
        if type(row[0]) is not bytes:
            raise LogDamaged(what=message("log.extra", table="case_keys"))
        return row[0]

    # What a proof reads, as it is stored

    def page(self, case: str | None, after: int, limit: int) -> list[Sequence[Any]]:
        """Stored entries after a place, of one case or of all: columns as they are, signature and leaf the last two."""
        where, values = ("AND case_id = ?", [case]) if case is not None else ("", [])
        query = f"SELECT {COLUMNS} FROM entries WHERE seq > ? {where} ORDER BY seq LIMIT ?"
        return self._one(query, [after, *values, limit]).fetchall()

    def with_field(self, name: str) -> Iterator[Sequence[Any]]:
        """Stored entries whose act has a field of this name, or is damaged, in order: columns as they are."""
        has = "CASE WHEN json_valid(act) THEN json_extract(act, '$.fields.' || ?) IS NOT NULL ELSE 1 END"
        return iter(self._one(f"SELECT {COLUMNS} FROM entries WHERE {has} ORDER BY seq", [name]).fetchall())

    def of_entries(self, table: str, columns: str, seqs: Sequence[int]) -> Iterator[Sequence[Any]]:
        """Columns of `field_values` or `act_rows` for many entries at once, in the order of the table's key."""
        query = f"SELECT {columns} FROM {table} WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY 1, 2"
        return iter(self._one(query, [json.dumps(list(seqs))]))

    def stored_rows(self, seq: int) -> Iterator[tuple[Any, ...]]:
        """Position, item, word, digest, salt and value of the rows of an entry, by the page."""
        query = (
            "SELECT position, item, word, digest, salt, value FROM act_rows WHERE seq = ? AND position > ? "
            "ORDER BY position LIMIT ?"
        )
        position = -1
        while True:
            page = self._one(query, [seq, position, PAGE]).fetchall()
            yield from page
            if len(page) < PAGE:
                return
            position = page[-1][0]

    def blob_content(self, blob: str, case: str | None = None) -> tuple[bool, Any]:
        """Whether there is a stored file of this id (in a case, or in any), and what it holds."""
        row = self._one("SELECT content FROM blobs WHERE id = ? AND ? IN (case_id, '')", [blob, case or ""]).fetchone()
        return (False, None) if row is None else (True, row[0])


def marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry of a stored row. Raises LogDamaged for what is none."""
    seq, epoch, case, kind, content, signatures, case_before, vault_before, writer, _, _ = row
    try:
        if [type(one) for one in row] != _TYPES:
            raise ValueError("types")
        act = Act.parse(content)
        others = {} if signatures == _NO_NAME else json.loads(signatures)
        if signatures != _NO_NAME and (type(others) is not dict or value_text(others) != signatures):
            raise ValueError("signatures")
        if act.case != case or act.kind != kind:
            raise ValueError("columns")
        entry = object.__new__(Entry)  # as its __init__ does, in a fraction of the time
        entry.__dict__.update(
            seq=seq,
            epoch=epoch,
            act=act,
            case_before=case_before,
            vault_before=vault_before,
            writer=writer,
            signatures=others,
        )
        return entry
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LogDamaged(what=message("log.columns", seq=seq)) from error


_TYPES = [int, int, str, str, str, str, str, str, str, bytes, bytes]


def _is_signed(digest: str | None, name: str, salt: Any, text: Any) -> bool:
    typed = type(name) is str and type(salt) is bytes and type(text) is str
    return typed and field_digest(salt, name, text) == digest


def _row(seq: int, item: str, word: str, digest: str, salt: bytes | None, text: str | None) -> Row:
    if text is None:
        return Row(item, word)
    if not _is_signed(digest, "row", salt, text):
        raise LogDamaged(what=message("log.rows", seq=seq))
    return Row(item, word, value_of(text))
