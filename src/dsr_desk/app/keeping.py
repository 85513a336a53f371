"""Looking after the vault: officers, checks, backups."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.storage.files import require_free, write_whole
from dsr_desk.storage.vault_folder import KEYS


@dataclass(frozen=True)
class Officer:
    """Somebody who opens the vault, or once did. Times are UTC timestamps; `removed` is None while access lasts."""

    name: str
    added: str
    removed: str | None
    is_you: bool


def vault_info(desk: Desk) -> dict[str, Any]:
    """Numbers and names that tell one vault from another."""
    db = desk.vault.db
    officers = [row["name"] for row in db.query("SELECT name FROM officers WHERE removed IS NULL ORDER BY added, name")]
    last = db.conn.execute("SELECT max(seq) + 1, max(epoch), max(time) FROM journal").fetchone()
    return {
        "organisation": desk.vault.organisation,
        "folder": str(desk.vault.folder),
        "recipient": desk.vault.public_key,
        "you": desk.vault.officer_name,
        "officers": officers,
        "cases": db.table("cases").count,
        "indexes": db.conn.execute("SELECT count(*) FROM indexes WHERE destroyed IS NULL").fetchone()[0],
        "journal_entries": last[0],
        "journal_epoch": last[1],
        "last_entry": last[2],
    }


def check_vault(desk: Desk) -> list[str]:
    """A sentence for each problem of the vault; none where it is whole."""
    return desk.vault.problems()


def backup_vault(desk: Desk, folder: Path) -> None:
    desk.vault.backup(folder)


def rekey_vault(desk: Desk) -> None:
    desk.vault.rekey()


def officers(desk: Desk) -> list[Officer]:
    """Those with access first, then former ones, each by the time when they came."""
    rows = desk.vault.db.query(
        "SELECT name, public_key, added, removed FROM officers ORDER BY removed IS NOT NULL, added, name"
    )
    you = desk.vault.officer_key
    return [Officer(row["name"], row["added"], row["removed"], row["public_key"] == you) for row in rows]


def last_backup(desk: Desk) -> str | None:
    """UTC time of the newest backup that the journal knows, None where there is none."""
    row = desk.vault.db.conn.execute("SELECT max(time) FROM journal WHERE kind = 'backup-taken'").fetchone()
    return row[0] if row else None


def backup_taken(folder: Path) -> str | None:
    """UTC time at which the vault in this folder was copied, None where it is no backup that was never opened.

    Read before anything is unlocked, so it is only a hint: what counts is what opening declares.
    """
    try:
        taken = json.loads((folder / KEYS).read_bytes()).get("backup")
    except (OSError, ValueError, AttributeError):
        return None
    return taken if isinstance(taken, str) and taken else None


def add_officer(desk: Desk, name: str, passphrase: str) -> None:
    desk.vault.add_officer(name, passphrase)


def remove_officer(desk: Desk, name: str) -> None:
    desk.vault.remove_officer(name)


def change_passphrase(desk: Desk, passphrase: str) -> None:
    desk.vault.change_passphrase(passphrase)


def renew_recovery_code(desk: Desk) -> str:
    """A new recovery code; the old one opens nothing any more. Shown once."""
    return desk.vault.renew_recovery_code()


def write_private(path: Path, text: str) -> None:
    """A new file that its owner alone may read, such as the recovery code's. Raises FileThere."""
    require_free(path)
    write_whole(path, (text + "\n").encode())
