"""Looking after the vault: officers, checks, backups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.storage.files import write_whole


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
    """A new file that its owner alone may read, such as the recovery code's."""
    write_whole(path, (text + "\n").encode())
