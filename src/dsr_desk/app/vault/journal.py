"""The journal as people read it: the log, an entry a line."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.app.desk import Desk


@dataclass(frozen=True)
class JournalLine:
    """One entry. `time` is a UTC timestamp, `kind` a code, `officer` a name, `case` "" where none is concerned."""

    seq: int
    time: str
    kind: str
    case: str
    officer: str


def journal_lines(desk: Desk, most: int) -> list[JournalLine]:
    """The newest entries first, at most so many, as they are kept: `vault check` verifies them. Raises LogDamaged."""
    with desk.vault.turn():
        names, log, refs = desk.vault.officer_names(), desk.vault.log, desk.vault.cases.refs()
        entries = list(log.entries(after=log.size - 1 - most))
    return [
        JournalLine(
            entry.seq, entry.act.time, entry.kind.value, refs.get(entry.case, ""), names.get(entry.act.officer, "")
        )
        for entry in reversed(entries)
    ]
