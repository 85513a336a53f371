"""Looking after the vault: numbers, checks, keys, the journal as people read it, what stands on certificates."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.files import require_free, write_whole

NUMBERS_SETTING = "numbers"


class BackupUnknown(DeskError):
    code = "VAULT-BACKUP-UNKNOWN"
    happened = "The journal knows no backup {seq} that is still there."
    means = "Nothing was recorded."
    todo = "List the backups (vault backups) and give the number of one that is there."


def numbers_given(desk: Desk) -> dict[str, int]:
    """The highest number of a case by year, of those included that the vault gave out before it was restored."""
    return higher(json.loads(desk.vault.setting(NUMBERS_SETTING) or "{}"), desk.vault.cases.numbers())


def higher(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {year: max(one.get(year, 0), other.get(year, 0)) for year in {*one, *other}}


def vault_info(desk: Desk) -> dict[str, Any]:
    """Numbers and names that tell one vault from another."""
    with desk.vault.turn():
        vault, roster, log = desk.vault, desk.vault.roster, desk.vault.log
        names = vault.officer_names()
        return {
            "organisation": vault.organisation,
            "folder": str(vault.folder),
            "recipient": vault.public_key,
            "you": vault.officer_name,
            "officers": [names[key] for key in roster.keys],
            "cases": len(vault.cases.refs()),
            "indexes": len(vault.indexes.all(destroyed=None)),
            "journal_entries": log.size,
            "journal_epoch": log.epoch,
            "last_entry": log.entry(log.size - 1).act.time,
        }


def check_vault(desk: Desk, report: Report = silent, cancel: CancelToken | None = None) -> list[Message]:
    """What does not hold: the file, every entry and signature, all that follows from them; none where it is whole.

    Nothing is changed. The lineage graph that is kept ready is thrown away, to be made anew from what was checked.
    Raises Cancelled.
    """
    token = cancel or CancelToken()

    def step(done: int, total: int) -> None:
        token.check()
        report(Progress(message("phase.checking-vault"), done, total))

    desk.drop_graph()
    return desk.vault.problems(step)


def last_backup(desk: Desk) -> str | None:
    """UTC time of the newest backup that the journal knows, None where there is none."""
    with desk.vault.turn():
        newest = desk.vault.log.newest(Kind.BACKUP, case="")
        return desk.vault.log.entry(newest).act.time if newest is not None else None


@dataclass(frozen=True)
class VaultBackup:
    """A backup that was made. `act` (digest) and `seq` name its entry, `time` is UTC, `where` the folder.

    `until` is the day on which it is overwritten or destroyed, `destroyed` the day on which somebody noted that it was;
    both "" where nobody said.
    """

    act: str
    seq: int
    time: str
    where: str
    until: str
    destroyed: str


def backups_made(desk: Desk) -> list[VaultBackup]:
    """Every backup that the journal knows, the oldest first."""
    with desk.vault.turn():
        log = desk.vault.log
        gone = {
            str(entry.act.open["backup"]): entry.act.time[:10]
            for entry in log.entries("", kinds=(Kind.BACKUP_DESTROYED,))
        }
        return [
            VaultBackup(
                entry.act.digest, entry.seq, entry.act.time, str(log.values(entry).get("where", "")),
                str(entry.act.open.get("until", "")), gone.get(entry.act.digest, ""),
            )
            for entry in log.entries("", kinds=(Kind.BACKUP,))
        ]  # fmt: skip


def note_backup_destroyed(desk: Desk, seq: int) -> Change:
    """An officer says that the backup which was made at this place in the journal is gone. Raises BackupUnknown."""
    known = next((one for one in backups_made(desk) if one.seq == seq and not one.destroyed), None)
    if known is None:
        raise BackupUnknown(seq=seq)
    return desk.act(Draft(Kind.BACKUP_DESTROYED, {"backup": known.act}))


def require_new(path: Path) -> None:
    """Raises FileThere where something lies there already: asked before what is to be written there exists once."""
    require_free(path)


def write_private(path: Path, text: str) -> None:
    """A new file that its owner alone may read, such as the recovery code's. Raises FileThere."""
    require_free(path)
    write_whole(path, (text + "\n").encode())


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


@dataclass(frozen=True)
class Details:
    """`contact` is for the person, `authority` the supervisory authority, `role` that of whoever seals."""

    address: str = ""
    contact: str = ""
    authority: str = ""
    role: str = ""


def organisation_details(desk: Desk) -> Details:
    """What was set; "" where nothing was."""
    return Details(**{name: desk.vault.setting(name) or "" for name in Details.__dataclass_fields__})


def set_organisation_details(desk: Desk, details: Details) -> Change:
    """Stands on every bundle that is sealed from now on."""
    with desk.vault.transaction():
        touches = desk.vault.put_settings({name: " ".join(value.split()) for name, value in asdict(details).items()})
        return desk.act(Draft(Kind.ORGANISATION), touches=touches)
