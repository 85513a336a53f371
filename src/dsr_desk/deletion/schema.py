"""The deletion tables of a vault: plans, approvals, what was begun and what was read back."""

from __future__ import annotations

from sqlite_utils import Database

from dsr_desk.storage.migrations import Migration


def _tables(db: Database) -> None:
    for statement in (
        """CREATE TABLE deletion_plans (
            digest TEXT PRIMARY KEY, case_ref TEXT NOT NULL REFERENCES cases (ref), made TEXT NOT NULL,
            content TEXT NOT NULL)""",
        "CREATE INDEX deletion_plans_by_case ON deletion_plans (case_ref)",
        """CREATE TABLE deletion_approvals (
            plan TEXT NOT NULL REFERENCES deletion_plans (digest), officer TEXT NOT NULL, time TEXT NOT NULL,
            signature TEXT NOT NULL, PRIMARY KEY (plan, officer))""",
        """CREATE TABLE deletion_actions (
            plan TEXT NOT NULL REFERENCES deletion_plans (digest), action TEXT NOT NULL, officer TEXT NOT NULL,
            started TEXT NOT NULL, before TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'started', outcome TEXT,
            PRIMARY KEY (plan, action))""",
        """CREATE TABLE deletion_read_backs (
            id INTEGER PRIMARY KEY, plan TEXT NOT NULL REFERENCES deletion_plans (digest), officer TEXT NOT NULL,
            time TEXT NOT NULL, content TEXT NOT NULL)""",
    ):
        db.conn.execute(statement)


def _exports(db: Database) -> None:
    db.conn.execute(
        """CREATE TABLE deletion_exports (
            plan TEXT NOT NULL REFERENCES deletion_plans (digest), answer_key TEXT NOT NULL, exported TEXT NOT NULL,
            answered TEXT, PRIMARY KEY (plan, answer_key))"""
    )


def _tasks(db: Database) -> None:
    for statement in (
        """CREATE TABLE deletion_tasks (
            plan TEXT NOT NULL REFERENCES deletion_plans (digest), action TEXT NOT NULL, asked TEXT NOT NULL,
            chase_on TEXT NOT NULL, reminders INTEGER NOT NULL, PRIMARY KEY (plan, action))""",
        """CREATE TABLE deletion_proofs (
            id INTEGER PRIMARY KEY, plan TEXT NOT NULL REFERENCES deletion_plans (digest), action TEXT NOT NULL,
            digest TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, added TEXT NOT NULL)""",
    ):
        db.conn.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (
    Migration("deletion-001-plans-and-outcomes", _tables),
    Migration("deletion-002-exports", _exports),
    Migration("deletion-003-tasks", _tasks),
)
