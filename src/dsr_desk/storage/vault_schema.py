"""Tables of the vault, but for those of lineage, as migrations.

Facts of a case stand in the log: `entries`, `field_values`, `act_rows` and `blobs`. `case_list` and `snapshots` repeat
what follows from it and can be made anew. `drafts` are no facts yet. The rest are registers (`storage.registers`): each
change of them stands in the log with its digest.
"""

from __future__ import annotations

import json

from dsr_desk.core.case import SCOPE
from dsr_desk.storage.migrations import Migration
from dsr_desk.storage.registers import Register
from dsr_desk.storage.tables import Database

_FIRST = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    case_id TEXT NOT NULL,                -- "" for acts on the vault itself
    kind TEXT NOT NULL,
    act TEXT NOT NULL,                    -- canonical JSON: the bytes that are signed
    signatures TEXT NOT NULL,             -- JSON: of others than the writer, hex by public key
    case_before TEXT NOT NULL,            -- leaf of the entry before in the same case
    vault_before TEXT NOT NULL,           -- leaf of the entry before on the vault itself
    writer TEXT NOT NULL,                 -- public key (Ed25519, hex) of who wrote it here
    signature BLOB NOT NULL,              -- the writer's, over the leaf
    leaf BLOB NOT NULL
);
CREATE INDEX entries_by_case ON entries (case_id, seq);
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER entries_are_fixed BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;

CREATE TABLE field_values (
    seq INTEGER NOT NULL REFERENCES entries(seq),
    name TEXT NOT NULL,
    salt BLOB,                            -- NULL, like the value, once it was forgotten
    value TEXT,                           -- JSON
    PRIMARY KEY (seq, name)
) WITHOUT ROWID;

CREATE TABLE act_rows (
    seq INTEGER NOT NULL,                 -- of an entry that is written after its rows
    position INTEGER NOT NULL,
    item TEXT NOT NULL,                   -- pseudonym in the case
    word TEXT NOT NULL,
    digest TEXT NOT NULL,                 -- salted, of the value; "" where there is none
    salt BLOB,
    value TEXT,
    PRIMARY KEY (seq, position)
) WITHOUT ROWID;

CREATE TABLE blobs (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    content BLOB                          -- NULL once it was destroyed
);

CREATE TABLE case_keys (
    case_id TEXT PRIMARY KEY,
    key BLOB                              -- 32 random bytes; NULL once the case was forgotten
);

CREATE TABLE case_list (
    case_id TEXT PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,             -- 2026-001
    head INTEGER NOT NULL,
    due TEXT NOT NULL,
    ended TEXT NOT NULL,
    summary TEXT NOT NULL                 -- JSON: what the list of cases shows
);

CREATE TABLE snapshots (
    case_id TEXT PRIMARY KEY,
    head INTEGER NOT NULL,
    state TEXT NOT NULL
);

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE dataset_versions (
    id TEXT PRIMARY KEY,                  -- name@version
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    facts TEXT NOT NULL,                  -- JSON of core.items.DatasetVersion
    registered TEXT NOT NULL,
    derived_from TEXT NOT NULL DEFAULT ''
);

CREATE TABLE indexes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    dataset_version TEXT NOT NULL REFERENCES dataset_versions(id),
    about TEXT NOT NULL,                  -- JSON, as about.json was when it was last looked at
    registered TEXT NOT NULL,
    destroyed TEXT
);

CREATE TABLE recipients (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,                   -- requester, regulator
    age_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    compared TEXT                         -- when the fingerprint was compared by voice
);
"""

_EVIDENCE = """
CREATE TABLE organisation_keys (
    fingerprint TEXT PRIMARY KEY,
    private_key BLOB NOT NULL,
    certificate BLOB NOT NULL,
    made TEXT NOT NULL,
    retired TEXT,
    successions BLOB NOT NULL DEFAULT x'' -- signed words of earlier keys that lead to this one, a line each
);

CREATE TABLE bundles (
    id INTEGER PRIMARY KEY,
    case_ref TEXT NOT NULL,
    edition TEXT NOT NULL,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    evidence_digest TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sealed TEXT NOT NULL,
    tree_size INTEGER NOT NULL,
    checkpoint TEXT NOT NULL,
    signature BLOB NOT NULL DEFAULT x'',  -- the detached one
    time_query BLOB,                      -- made of it
    time_stamp BLOB                       -- the authority's answer
);

CREATE TABLE authorities (                -- whose time stamps are trusted
    fingerprint TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    certificate TEXT NOT NULL,            -- PEM
    added TEXT NOT NULL
);
"""

_GUARD = """
CREATE TABLE guard (                      -- what was erased, to be known again; see search/index/guard.py
    id TEXT PRIMARY KEY,                  -- case and action
    case_id TEXT NOT NULL,
    made TEXT NOT NULL,
    contents BLOB NOT NULL,
    looks BLOB NOT NULL,
    identifiers BLOB NOT NULL
);
"""

_DRAFTS = """
CREATE TABLE drafts (                     -- what was typed or dropped and is no act yet; see storage/drafts.py
    place TEXT NOT NULL,                  -- the form
    part TEXT NOT NULL,                   -- "typed", or what was dropped
    case_id TEXT NOT NULL,                -- "" where it is of no case
    officer TEXT NOT NULL,                -- public key (Ed25519, hex) of who typed last
    kept TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (place, part)
);
"""

REGISTERS: tuple[Register, ...] = (
    Register("settings", ("key",)),
    Register("dataset_versions", ("id",)),
    Register("indexes", ("id",)),
    Register("recipients", ("id",)),
    Register("organisation_keys", ("fingerprint",)),
    Register("bundles", ("id",)),
    Register("authorities", ("fingerprint",)),
    Register("guard", ("id",)),
)


def run_statements(db: Database, text: str) -> None:
    """Runs statements one by one, so that they stay inside the caller's transaction (executescript commits)."""
    statement = ""
    for line in text.splitlines():
        statement += line + "\n"
        if line.split("--")[0].rstrip().endswith(";"):
            db.conn.execute(statement)
            statement = ""


def _list_names(db: Database) -> None:
    """The list says which entry names the person or the order: the name is read there, and kept nowhere else."""
    newest = "SELECT max(seq) FROM entries WHERE case_id = ? AND kind IN (?, ?)"
    for case, text in db.conn.execute("SELECT case_id, summary FROM case_list").fetchall():
        summary = json.loads(text)
        kinds = ("order", "order") if summary.get("about") == SCOPE else ("proposed", "confirmed")
        summary["named"] = db.conn.execute(newest, [case, *kinds]).fetchone()[0] or 0
        made = json.dumps(summary, sort_keys=True, separators=(",", ":"))
        db.conn.execute("UPDATE case_list SET summary = ? WHERE case_id = ?", [made, case])


MIGRATIONS: tuple[Migration, ...] = (
    Migration("vault-001-log", lambda db: run_statements(db, _FIRST)),
    Migration("evidence-001-handed-out", lambda db: run_statements(db, _EVIDENCE)),
    Migration("vault-002-guard", lambda db: run_statements(db, _GUARD)),
    Migration("vault-003-drafts", lambda db: run_statements(db, _DRAFTS)),
    Migration("vault-004-list-names", _list_names),
)
