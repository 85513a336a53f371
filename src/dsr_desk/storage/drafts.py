"""What was typed or dropped and is no act yet: kept until it becomes one, is discarded, or its case is forgotten.

No part of the log: nothing rests on a draft, and none is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsr_desk.storage.tables import Database

TYPED = "typed"
"""The part of a draft that fields make; other parts are what was dropped."""


@dataclass(frozen=True)
class DraftRow:
    """One part of a draft. `place` names the form, `officer` (public key) who typed last, `kept` a UTC timestamp."""

    place: str
    case_id: str
    officer: str
    kept: str
    content: bytes


class Drafts:
    """The drafts in a vault's database; what writes takes part in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def typed(self) -> list[DraftRow]:
        """What fields hold, of every form, the newest first."""
        columns = "place, case_id, officer, kept, content"
        query = f"SELECT {columns} FROM drafts WHERE part = ? ORDER BY kept DESC, place"
        return [DraftRow(*row) for row in self._db.conn.execute(query, [TYPED]).fetchall()]

    def part(self, place: str, part: str) -> bytes | None:
        row = self._db.conn.execute("SELECT content FROM drafts WHERE place = ? AND part = ?", [place, part]).fetchone()
        return bytes(row[0]) if row else None

    def keep(self, place: str, case: str, officer: str, when: str, parts: Mapping[str, bytes]) -> None:
        """Replaces the parts that are given and leaves the others."""
        for part, content in parts.items():
            row = [place, part, case, officer, when, content]
            self._db.conn.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?, ?)", row)

    def drop(self, place: str) -> None:
        self._db.conn.execute("DELETE FROM drafts WHERE place = ?", [place])

    def drop_case(self, case: str) -> None:
        self._db.conn.execute("DELETE FROM drafts WHERE case_id = ?", [case])
