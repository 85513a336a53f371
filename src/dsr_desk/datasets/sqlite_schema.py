"""What a SQLite database consists of: tables with rows of their own, full-text indexes, and what cannot be read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from dsr_desk.core.message import Message, message

NAMELESS = ("rowid", "_rowid_", "oid")
"""What SQLite calls the number of a row, unless a column is called so."""

_FULL_TEXT = frozenset({"fts3", "fts4", "fts5"})
_VIEWS = frozenset({"fts5vocab", "fts4aux", "fts3tokenize", "dbstat", "sqlite_stmt", "bytecode", "tables_used"})
"""Modules that show what other tables hold."""

_USING = re.compile(r"\bUSING\s+(\"(?:[^\"]|\"\")*\"|\[[^]]*\]|`[^`]*`|\w+)", re.IGNORECASE)
_CONTENT = re.compile(
    r"\bcontent\s*=\s*(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\[[^]]*\]|`(?:[^`]|``)*`|[^\s,()]*)", re.IGNORECASE
)


@dataclass(frozen=True)
class SqliteTable:
    """A table with rows of its own. `key` are the columns that name a row: the rowid, or a primary key without one."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def select(self) -> str:
        """All rows in the order of their keys: first the key, then the columns."""
        keys = ", ".join(map(quoted, self.key))
        columns = ", ".join(map(quoted, self.columns))
        return f"SELECT {keys}, {columns} FROM {quoted(self.name)} ORDER BY {keys}"

    @property
    def select_one(self) -> str:
        return f"{self.select.partition(' ORDER BY ')[0]} WHERE {self.where}"

    @property
    def has_numbers(self) -> bool:
        """Whether rows are called by number."""
        return self.key in {(name,) for name in NAMELESS} and self.key[0] not in map(str.lower, self.columns)

    @property
    def where(self) -> str:
        return " AND ".join(f"{quoted(column)} = ?" for column in self.key)


@dataclass(frozen=True)
class TextIndex:
    """A full-text table. `content` is the table that it indexes; it is "" for words alone, None for rows of its own."""

    name: str
    module: str
    content: str | None


@dataclass(frozen=True)
class Schema:
    """`missing` are virtual tables whose modules are not here."""

    tables: tuple[SqliteTable, ...]
    text_indexes: tuple[TextIndex, ...]
    missing: tuple[str, ...]

    @property
    def unread(self) -> list[tuple[str, Message, Message]]:
        """Place, kind and reason of what is in no row that can be listed."""
        modules = [(name, message("kind.virtual-table"), message("why.sqlite.module")) for name in self.missing]
        alone = [index.name for index in self.text_indexes if index.content == ""]
        return modules + [(name, message("kind.words-alone"), message("why.sqlite.words")) for name in alone]

    def is_kept_by_another(self, table: str) -> bool:
        """Whether a virtual table whose module is not here keeps itself in it."""
        return any(table.startswith(f"{name}_") for name in self.missing)


def schema_of(db: sqlite3.Connection) -> Schema:
    """Tables in the order of their names. Views, and the tables in which virtual tables are kept, have no rows."""
    tables: list[SqliteTable] = []
    text_indexes: list[TextIndex] = []
    missing: list[str] = []
    said = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    for schema, name, kind, _, without_rowid, _ in db.execute("PRAGMA main.table_list").fetchall():
        if schema != "main" or kind not in ("table", "virtual") or name.startswith("sqlite_"):
            continue
        if kind == "virtual":
            module, content = _virtual(said.get(name) or "")
            if module in _FULL_TEXT:
                text_indexes.append(TextIndex(name, module, content))
            if module in _VIEWS or (module in _FULL_TEXT and content is not None):
                continue
            if not _readable(db, name):
                missing.append(name)
                continue
        tables.append(_table(db, name, without_rowid=bool(without_rowid)))
    return Schema(tuple(sorted(tables, key=lambda table: table.name)), tuple(text_indexes), tuple(missing))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _table(db: sqlite3.Connection, name: str, *, without_rowid: bool) -> SqliteTable:
    info = db.execute(f"PRAGMA main.table_info({quoted(name)})").fetchall()
    columns = tuple(column for _, column, *_ in info)
    primary = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
    return SqliteTable(name, columns, primary if without_rowid else (_rowid_name(columns),))


def _virtual(sql: str) -> tuple[str, str | None]:
    """Module of a virtual table, in small letters, and what its `content` names, None where it names nothing."""
    using = _USING.search(sql)
    if using is None:
        return "", None
    content = _CONTENT.search(sql, using.end())
    return _bare(using[1]).lower(), _bare(content[1]) if content else None


def _bare(name: str) -> str:
    """A name without its quotes."""
    pairs = {'"': '"', "'": "'", "[": "]", "`": "`"}
    if len(name) >= 2 and pairs.get(name[0]) == name[-1]:
        return name[1:-1].replace(name[-1] * 2, name[-1])
    return name


def _readable(db: sqlite3.Connection, name: str) -> bool:
    try:
        db.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone()
    except sqlite3.Error:
        return False
    return True


def _rowid_name(columns: Sequence[str]) -> str:
    taken = {column.lower() for column in columns}
    return next((name for name in NAMELESS if name not in taken), NAMELESS[0])
