"""To whom evidence goes: names, age keys, and whether a key's fingerprint was compared by voice."""

from __future__ import annotations

from dataclasses import dataclass

import pyrage

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import touch


class RecipientKeyUnusable(DeskError):
    code = "RECIPIENT-KEY"
    happened = "This is no age public key."
    means = "The recipient was not added: nothing could be sealed for it."
    todo = "Ask for the line that begins with age1; never for the one that begins with AGE-SECRET-KEY."


class RecipientKnown(DeskError):
    code = "RECIPIENT-KNOWN"
    happened = "A recipient with this key is there already."
    means = "Two names for one key could not be told apart. Nothing was added."
    todo = "Use the one that is there, or take it out first."


class RecipientMissing(DeskError):
    code = "RECIPIENT-MISSING"
    happened = "There is no such recipient."
    means = "Nothing was changed."
    todo = "List the recipients and choose one of them."


@dataclass(frozen=True)
class Recipient:
    """A bundle recipient. `fingerprint` is SHA-256 (hex) of the key line; `compared` a UTC timestamp, None before."""

    id: int
    name: str
    age_key: str
    fingerprint: str
    compared: str | None

    @property
    def spoken(self) -> str:
        """The first half of the fingerprint in groups of four, to be read out on the telephone."""
        return " ".join(self.fingerprint[start : start + 4] for start in range(0, 32, 4))


def list_recipients(desk: Desk) -> list[Recipient]:
    rows = desk.vault.db.query("SELECT id, name, age_key, fingerprint, compared FROM recipients ORDER BY name, id")
    return [Recipient(**row) for row in rows]


def recipient_named(desk: Desk, name: str) -> Recipient:
    """Raises RecipientMissing, also where two have the name."""
    found = [one for one in list_recipients(desk) if one.name == name]
    if len(found) != 1:
        raise RecipientMissing()
    return found[0]


def add_recipient(desk: Desk, name: str, age_key: str) -> Change:
    """Raises RecipientKeyUnusable, RecipientKnown."""
    line = age_key.strip()
    try:
        pyrage.x25519.Recipient.from_str(line)
    except pyrage.RecipientError as error:
        raise RecipientKeyUnusable() from error
    fingerprint = sha256_hex(line.encode())
    with desk.vault.transaction() as db:
        if db.conn.execute("SELECT 1 FROM recipients WHERE fingerprint = ?", [fingerprint]).fetchone():
            raise RecipientKnown()
        done = db.conn.execute(
            "INSERT INTO recipients (name, role, age_key, fingerprint) VALUES (?, 'regulator', ?, ?) RETURNING id",
            [name.strip(), line, fingerprint],
        ).fetchone()
        return _record(desk, "added", done[0], fingerprint)


def mark_compared(desk: Desk, recipient: int) -> Change:
    """The officer compared the fingerprint with the recipient by voice. Raises RecipientMissing."""
    with desk.vault.transaction() as db:
        fingerprint = _fingerprint(desk, recipient)
        db.table("recipients").update(recipient, {"compared": now()})
        return _record(desk, "compared", recipient, fingerprint)


def remove_recipient(desk: Desk, recipient: int) -> Change:
    """Bundles that were sealed for this recipient stay readable for it. Raises RecipientMissing."""
    with desk.vault.transaction() as db:
        fingerprint = _fingerprint(desk, recipient)
        db.table("recipients").delete(recipient)
        return _record(desk, "removed", recipient, fingerprint)


def _record(desk: Desk, event: str, recipient: int, fingerprint: str) -> Change:
    draft = Draft(Kind.RECIPIENT, {"event": event, "key": fingerprint})
    return desk.act(draft, touches=[touch("recipients", recipient)])


def _fingerprint(desk: Desk, recipient: int) -> str:
    row = desk.vault.db.conn.execute("SELECT fingerprint FROM recipients WHERE id = ?", [recipient]).fetchone()
    if row is None:
        raise RecipientMissing()
    return str(row[0])
