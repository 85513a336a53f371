"""Everything in the vault's database that is large enough to hold a photo, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsr_desk.storage.vault_base import OpenVault


@dataclass(frozen=True)
class LargeValue:
    """A value of a table as it is stored. `case` is the case's id, `entry` the place of the entry that it is of.

    "" and None where it belongs to none. `key` is a stored file's id, "" elsewhere.
    """

    table: str
    content: bytes | str
    case: str
    entry: int | None
    key: str


def large_values(vault: OpenVault, least: int) -> Iterator[LargeValue]:
    """Every text and blob of at least so many characters or bytes, of every table; a value at a time."""
    run = vault.db.conn.execute
    for (table,) in run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        columns = [row[1] for row in run(f'PRAGMA table_info("{table}")')]
        entry = "seq" if "seq" in columns else "NULL"
        case = "case_id" if "case_id" in columns else "NULL"
        key = "id" if table == "blobs" else "''"
        for column in columns:
            quoted = f'"{column}"'
            where = f"typeof({quoted}) IN ('text', 'blob') AND length({quoted}) >= ?"
            query = f'SELECT {quoted}, {case}, {entry}, {key} FROM "{table}" WHERE {where}'
            for content, of, seq, name in run(query, [least]):
                yield LargeValue(table, content, of or _case_of(vault, seq), seq, name)


def count_values(vault: OpenVault) -> dict[str, int]:
    """How many files and how many values of fields and rows lie in the vault."""
    run = vault.db.conn.execute
    files = run("SELECT count(*) FROM blobs WHERE content IS NOT NULL").fetchone()[0]
    fields = run("SELECT count(*) FROM field_values WHERE value IS NOT NULL").fetchone()[0]
    rows = run("SELECT count(*) FROM act_rows WHERE value IS NOT NULL").fetchone()[0]
    return {"files": int(files), "values": int(fields + rows)}


def speaks_of(vault: OpenVault, case: str, blob: str) -> int | None:
    """The first entry of a case of which a value names a stored file; None where none does."""
    of_case = "seq IN (SELECT seq FROM entries WHERE case_id = ?)"
    query = (
        f"SELECT min(seq) FROM (SELECT seq FROM field_values WHERE {of_case} AND instr(value, ?) UNION ALL "
        f"SELECT seq FROM act_rows WHERE {of_case} AND instr(value, ?))"
    )
    found: int | None = vault.db.conn.execute(query, [case, blob, case, blob]).fetchone()[0]
    return found


def _case_of(vault: OpenVault, seq: int | None) -> str:
    row = None if seq is None else vault.db.conn.execute("SELECT case_id FROM entries WHERE seq = ?", [seq]).fetchone()
    return str(row[0]) if row else ""
