"""What evidence keeps in a vault: the organisation's signing keys, and the bundles that were handed out."""

from __future__ import annotations

from sqlite_utils import Database

from dsr_desk.storage.migrations import Migration
from dsr_desk.storage.registers import Register


def _tables(db: Database) -> None:
    for statement in (
        # `successions`: signed words of earlier keys that lead to this one, a line each; empty where none vouches.
        """CREATE TABLE organisation_keys (
            fingerprint TEXT PRIMARY KEY, private_key BLOB NOT NULL, certificate BLOB NOT NULL, made TEXT NOT NULL,
            retired TEXT, successions BLOB NOT NULL DEFAULT x'')""",
        # `signature`: the detached one; `time_query`: made of it; `time_stamp`: the authority's answer.
        """CREATE TABLE bundles (
            id INTEGER PRIMARY KEY, case_ref TEXT NOT NULL, edition TEXT NOT NULL, path TEXT NOT NULL,
            digest TEXT NOT NULL, evidence_digest TEXT NOT NULL, recipient TEXT NOT NULL, sealed TEXT NOT NULL,
            tree_size INTEGER NOT NULL, checkpoint TEXT NOT NULL, signature BLOB NOT NULL DEFAULT x'',
            time_query BLOB, time_stamp BLOB)""",
    ):
        db.conn.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (Migration("evidence-001-handed-out", _tables),)

REGISTERS = (Register("organisation_keys", ("fingerprint",)), Register("bundles", ("id",)))
