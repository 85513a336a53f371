"""Looking after the vault: numbers, checks, backups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.message import Message
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.files import require_free, write_whole
from dsr_desk.storage.vault_folder import KEYS


def vault_info(desk: Desk) -> dict[str, Any]:
    """Numbers and names that tell one vault from another."""
    with desk.vault.turn() as db:
        vault, roster, log = desk.vault, desk.vault.roster, desk.vault.log
        names = vault.officer_names()
        return {
            "organisation": vault.organisation,
            "folder": str(vault.folder),
            "recipient": vault.public_key,
            "you": vault.officer_name,
            "officers": [names[key] for key in roster.keys],
            "cases": db.conn.execute("SELECT count(*) FROM case_list").fetchone()[0],
            "indexes": db.conn.execute("SELECT count(*) FROM indexes WHERE destroyed IS NULL").fetchone()[0],
            "journal_entries": log.size,
            "journal_epoch": log.epoch,
            "last_entry": log.entry(log.size - 1).act.time,
        }


def check_vault(desk: Desk, report: Report = silent, cancel: CancelToken | None = None) -> list[Message]:
    """What does not hold: the file, every entry and signature, all that follows from them; none where it is whole.

    Nothing is changed. Raises Cancelled.
    """
    token = cancel or CancelToken()

    def step(done: int, total: int) -> None:
        token.check()
        report(Progress("Checking the vault", done, total))

    return desk.vault.problems(step)


def backup_vault(desk: Desk, folder: Path) -> None:
    desk.vault.backup(folder)


def rekey_vault(desk: Desk) -> None:
    desk.vault.rekey()


def last_backup(desk: Desk) -> str | None:
    """UTC time of the newest backup that the journal knows, None where there is none."""
    newest = "SELECT seq FROM entries WHERE case_id = '' AND kind = ? ORDER BY seq DESC LIMIT 1"
    with desk.vault.turn() as db:
        row = db.conn.execute(newest, [Kind.BACKUP.value]).fetchone()
        return desk.vault.log.entry(row[0]).act.time if row else None


def backup_taken(folder: Path) -> str | None:
    """UTC time at which the vault in this folder was copied, None where it is no backup that was never opened.

    Read before anything is unlocked, so it is only a hint: what counts is what opening declares.
    """
    try:
        taken = json.loads((folder / KEYS).read_bytes()).get("backup")
    except (OSError, ValueError, AttributeError):
        return None
    return taken if isinstance(taken, str) and taken else None


def require_new(path: Path) -> None:
    """Raises FileThere where something lies there already: asked before what is to be written there exists once."""
    require_free(path)


def write_private(path: Path, text: str) -> None:
    """A new file that its owner alone may read, such as the recovery code's. Raises FileThere."""
    require_free(path)
    write_whole(path, (text + "\n").encode())
