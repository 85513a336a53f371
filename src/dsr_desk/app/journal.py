"""The journal as people read it."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.app.desk import Desk


@dataclass(frozen=True)
class JournalLine:
    """One entry. `time` is a UTC timestamp, `officer` a name, `case` "" where none is concerned."""

    seq: int
    time: str
    kind: str
    case: str
    officer: str


def journal_lines(desk: Desk, most: int) -> list[JournalLine]:
    """The newest entries first, at most so many."""
    names = desk.vault.officer_names()
    rows = desk.vault.db.query(
        "SELECT seq, time, kind, case_ref, officer FROM journal ORDER BY seq DESC LIMIT ?", [most]
    )
    return [
        JournalLine(row["seq"], row["time"], row["kind"], row["case_ref"], names.get(row["officer"], ""))
        for row in rows
    ]
