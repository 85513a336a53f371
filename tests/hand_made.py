"""A small vault with a finished case, made of acts by hand, and at least two rows in every table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.basis import basis_of, parts_of
from dsr_desk.storage import case_list
from dsr_desk.storage.registers import touch
from dsr_desk.storage.tables import Database
from quick_keys import make_keys_quick

ANN, BOB = "ann's long passphrase", "bob's long passphrase"
REF = "2026-001"
PLAN = "ab" * 32


class ByHand:
    """Acts of a case as the program makes them, without an engine and without data."""

    def __init__(self, desk: Desk, ref: str = REF) -> None:
        self.desk, self.ref = desk, ref
        self.digest, self.action = PLAN, "a01"

    def name(self, item: str) -> str:
        return self.desk.name(self.ref, item)

    @property
    def indexes(self) -> dict[str, int]:
        return {self.name("i1"): 1}

    def act(self, kind: Kind, open_: dict[str, Any] | None = None, **more: Any) -> int:
        return self.desk.act(Draft(kind, open_ or {}, **more), self.ref).entry

    def open(self, right: str = "erasure") -> None:
        said = {"ref": self.ref, "faces": False, "channel": "text"}
        self.desk.open_case(Draft(Kind.RECEIVED, said, {"letter": None, "request": {"text": "Dear all"}}))
        self.right(right)
        self.act(Kind.IDENTITY, {"result": "verified", "photo": False, "acting": False}, fields={"method": "call"})

    def right(self, right: str) -> None:
        said = {"right": right, "law": "eu-gdpr", "received": "2026-11-01", "due": "2026-12-01"}
        self.act(Kind.CONFIRMED, {**said, "identifiers": self.name("x")}, fields={"found": [], "identifiers": {}})

    def search(self, *items: str) -> None:
        said = {
            "purpose": "search", "complete": True, "facts": "", "references": [], "indexes": self.indexes,
            "expected": "10", "faces": 0, "records": 0,
        }  # fmt: skip
        rows = [Row(self.name(item), "photo", {"id": item}) for item in items]
        self.act(Kind.SEARCHED, said, fields={"result": {}}, rows=rows)

    def decide(self, item: str, verdict: str, kind: Kind = Kind.DECIDED, **open_: str) -> int:
        with self.desk.vault.transaction():
            crop = self.desk.vault.log.put_blob(self.desk.case(self.ref).id, item.encode()).as_value()
            rows = [Row(self.name(item), verdict, {"id": item, "reason": "", "crop": crop})]
            return self.act(kind, dict(open_), rows=rows)

    def plan(self, *items: str) -> int:
        draft = self.planned(*items)
        return self.desk.act(draft, self.ref).entry

    def planned(self, *items: str) -> Draft:
        parts = parts_of(self.desk.case(self.ref), self.desk.vault.policy)
        rows = [Row(self.name(item), "erase", {"id": item, "action": self.action}) for item in items]
        said = {"plan": self.digest, "parts": parts, "indexes": self.indexes, "actions": 1}
        return Draft(Kind.PLANNED, said, {"plan": {}}, rows, basis_of(parts, self.indexes))

    @property
    def basis(self) -> str:
        plan = self.desk.case(self.ref).plan
        return str(plan["basis"]) if plan else ""

    def approve(self) -> int:
        return self.act(Kind.APPROVED, {"plan": self.digest, "indexes": self.indexes}, basis=self.basis)

    def begin(self) -> int:
        said = {"plan": self.digest, "action": self.action, "kind": "erase-items", "indexes": self.indexes}
        return self.act(Kind.BEGUN, said, fields={"before": {}}, basis=self.basis)

    def run(self, *items: str) -> None:
        self.begin()
        said = {
            "plan": self.digest, "action": self.action, "kind": "erase-items", "state": "done", "by": "here",
            "error": "", "seen": {"gone": len(items)}, "indexes": {}, "before": "", "after": "", "kept": 0,
        }  # fmt: skip
        rows = [Row(self.name(item), "gone", {"id": item, "says": None}) for item in items]
        self.act(Kind.OUTCOME, said, fields={"notes": []}, rows=rows)

    def read_back(self, *items: str) -> None:
        said = {"plan": self.digest, "seen": "gone", "items": {"gone": len(items)}, "indexes": {}}
        rows = [Row(self.name(item), "gone", {"id": item}) for item in items]
        self.act(Kind.READ_BACK, said, fields={"result": {}}, rows=rows)

    def close(self) -> int:
        return self.act(Kind.CLOSED, {"state": "closed", "open": {}}, fields={"reason": "done"})

    def finish(self) -> None:
        """From the first act to the last."""
        self.open()
        self.search("a", "b", "c")
        for item, verdict in (("a", "same"), ("b", "different"), ("c", "same")):
            self.decide(item, verdict)
        self.plan("a", "c")
        self.approve()
        self.run("a", "c")
        self.read_back("a", "c")
        self.close()


def quick(patch: pytest.MonkeyPatch) -> None:
    make_keys_quick(patch)
    patch.setattr(case_list, "AT_LEAST", 5)


def fill(desk: Desk) -> None:
    """Two officers, two finished cases, and two rows in each register."""
    desk.vault.add_officer("Bob", BOB)
    fill_registers(desk)
    for ref in (REF, "2026-002"):
        ByHand(desk, ref).finish()


def fill_registers(desk: Desk) -> None:
    """Rows made up from the columns of each register, with an act that names them."""
    with desk.vault.transaction() as db:
        touches = []
        for register in desk.vault.tables:
            for number in (1, 2):
                row = made_up(db, register.table, number)
                if register.table != "settings":
                    db.table(register.table).insert(row)
                    touches.append(touch(register.table, *(row[column] for column in register.key)))
        desk.act(Draft(Kind.COLUMNS), touches=touches)


def made_up(db: Database, table: str, number: int) -> dict[str, Any]:
    parents = {row[3]: (row[2], row[4]) for row in db.conn.execute(f"PRAGMA foreign_key_list({table})")}
    row = {}
    for _, name, kind, _, _, key in db.conn.execute(f"PRAGMA table_info({table})").fetchall():
        if name in parents:
            parent, column = parents[name]
            place = [number - 1]
            row[name] = db.conn.execute(f"SELECT {column} FROM {parent} LIMIT 1 OFFSET ?", place).fetchone()[0]
        else:
            values = {"INTEGER": number, "BLOB": bytes([number]), "TEXT": f"{name}-{number}"}
            row[name] = values[kind] if key or kind != "BLOB" or number == 1 else b"-"
    return row


MADE_ANEW = ("lineage_ready",)
"""Tables that hold nothing but what follows from others, kept to be quick: a check of the vault throws it away."""

NOT_SAID_YET = ("drafts",)
"""Tables of what no officer said yet: nothing rests on them, so nothing is compared."""


def tables(db: Database) -> Iterator[str]:
    for (name,) in db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        if not name.startswith("sqlite_") and name not in (*MADE_ANEW, *NOT_SAID_YET):
            yield name
