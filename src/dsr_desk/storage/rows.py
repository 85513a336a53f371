"""Registers as rows: what a vault keeps of datasets, indexes, recipients, bundles, their keys, authorities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dsr_desk.storage.registers import Touch, touch
from dsr_desk.storage.tables import Database


@dataclass(frozen=True)
class DatasetRow:
    """A dataset version. `facts` is JSON of `core.items.DatasetVersion`, `registered` a UTC timestamp."""

    id: str
    name: str
    version: str
    facts: str
    registered: str
    derived_from: str = ""


@dataclass(frozen=True)
class IndexRow:
    """An index. `about` is JSON: what it said of itself when it was last looked at, and where its data lies."""

    id: str
    name: str
    path: str
    dataset_version: str
    about: str
    registered: str
    destroyed: str | None = None


@dataclass(frozen=True)
class Recipient:
    """A bundle recipient. `fingerprint` is SHA-256 (hex) of the key line; `compared` a UTC timestamp, None before."""

    id: int
    name: str
    role: str
    age_key: str
    fingerprint: str
    compared: str | None = None

    @property
    def spoken(self) -> str:
        """The first half of the fingerprint in groups of four, to be read out on the telephone."""
        return " ".join(self.fingerprint[start : start + 4] for start in range(0, 32, 4))


@dataclass(frozen=True)
class BundleRow:
    """A bundle that was handed out. `signature` is the detached one, `time_query` made of it, `time_stamp` the answer.

    `checkpoint` is that of the log in it, `tree_size` the size of the log then.
    """

    id: int
    case_ref: str
    edition: str
    path: str
    digest: str
    evidence_digest: str
    recipient: str
    sealed: str
    tree_size: int
    checkpoint: str
    signature: bytes
    time_query: bytes | None = None
    time_stamp: bytes | None = None


@dataclass(frozen=True)
class SigningKeyRow:
    """A key that signs bundles. `successions`: signed words of earlier keys that lead to this one, a line each."""

    fingerprint: str
    private_key: bytes
    certificate: bytes
    made: str
    retired: str | None
    successions: bytes


@dataclass(frozen=True)
class AuthorityRow:
    """An authority whose time stamps are trusted. `fingerprint` is SHA-256 (hex) of its `certificate` (PEM)."""

    fingerprint: str
    name: str
    certificate: str
    added: str


@dataclass(frozen=True)
class GuardRow:
    """What is remembered of what one action erased: marks that say nothing without the vault's key.

    `case_id` is the case's random id, so that the row stays when the case is forgotten; `made` a UTC timestamp.
    """

    id: str
    case_id: str
    made: str
    contents: bytes
    looks: bytes
    identifiers: bytes


R = TypeVar("R")


class Rows(Generic[R]):
    """A register's rows as `kind`, a dataclass with a field for each column.

    What changes a row takes part in the caller's transaction and returns what the act that goes with it touches.
    """

    def __init__(self, db: Database, table: str, kind: type[R], key: str = "id") -> None:
        self._db, self._table, self._kind, self._key = db, table, kind, key

    def all(self, order: str = "rowid", /, **where: object) -> list[R]:
        """Rows whose columns have these values, in an order of SQL."""
        asked = " AND ".join(f"{column} IS :{column}" for column in where) or "1"
        rows = self._db.query(f"SELECT * FROM {self._table} WHERE {asked} ORDER BY {order}", where)
        return [self._kind(**row) for row in rows]

    def get(self, key: object) -> R | None:
        return next(iter(self.all(**{self._key: key})), None)

    def add(self, row: R) -> Touch:
        """Writes a new row. One whose key is 0 gets the next number."""
        values = {**vars(row), self._key: vars(row)[self._key] or None}
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        query = f"INSERT INTO {self._table} ({names}) VALUES ({marks}) RETURNING {self._key}"
        return touch(self._table, self._db.conn.execute(query, values).fetchone()[0])

    def put(self, row: R) -> Touch:
        """Writes a row in the place of the one with its key, if there is one."""
        self._db.table(self._table).upsert(dict(vars(row)), pk=self._key)
        return touch(self._table, vars(row)[self._key])

    def change(self, key: Any, **values: object) -> Touch:
        self._db.table(self._table).update(key, values)
        return touch(self._table, key)

    def remove(self, key: Any) -> Touch:
        self._db.table(self._table).delete(key)
        return touch(self._table, key)
