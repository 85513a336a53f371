"""What evidence keeps in a vault beside the first tables: how keys follow each other, time stamps, confirmations."""

from __future__ import annotations

from sqlite_utils import Database

from dsr_desk.storage.migrations import Migration


def _handed_out(db: Database) -> None:
    for statement in (
        # Signed words of earlier keys that lead to this one, one on each line; empty where none vouches for it.
        "ALTER TABLE organisation_keys ADD COLUMN successions BLOB NOT NULL DEFAULT x''",
        # The detached signature, the query made of it and the authority's answer.
        "ALTER TABLE bundles ADD COLUMN signature BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE bundles ADD COLUMN time_query BLOB",
        "ALTER TABLE bundles ADD COLUMN time_stamp BLOB",
        # An officer who ran nothing of the deletion confirms what was read back.
        """CREATE TABLE confirmations (
            read_back INTEGER PRIMARY KEY REFERENCES deletion_read_backs (id), officer TEXT NOT NULL,
            time TEXT NOT NULL)""",
        # Items' salts follow from one random key of the case: millions need no row each.
        "CREATE TABLE salt_keys (case_ref TEXT PRIMARY KEY REFERENCES cases (ref), key BLOB NOT NULL)",
        "DROP TABLE item_salts",
    ):
        db.conn.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (Migration("evidence-001-handed-out", _handed_out),)
"""Come after those of `deletion`, to whose tables they refer."""
