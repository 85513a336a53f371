"""To whom evidence goes: names, age keys, and whether a key's fingerprint was compared by voice."""

from __future__ import annotations

import pyrage

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.rows import Recipient

__all__ = ["Recipient"]


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


def list_recipients(desk: Desk) -> list[Recipient]:
    return desk.vault.recipients.all("name, id")


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
    rows = desk.vault.recipients
    with desk.vault.transaction():
        if rows.all(fingerprint=fingerprint):
            raise RecipientKnown()
        touched = rows.add(Recipient(0, name.strip(), "regulator", line, fingerprint))
        return _record(desk, "added", touched, fingerprint)


def mark_compared(desk: Desk, recipient: int) -> Change:
    """The officer compared the fingerprint with the recipient by voice. Raises RecipientMissing."""
    with desk.vault.transaction():
        fingerprint = _fingerprint(desk, recipient)
        return _record(desk, "compared", desk.vault.recipients.change(recipient, compared=now()), fingerprint)


def remove_recipient(desk: Desk, recipient: int) -> Change:
    """Bundles that were sealed for this recipient stay readable for it. Raises RecipientMissing."""
    with desk.vault.transaction():
        fingerprint = _fingerprint(desk, recipient)
        return _record(desk, "removed", desk.vault.recipients.remove(recipient), fingerprint)


def _record(desk: Desk, event: str, touched: Touch, fingerprint: str) -> Change:
    return desk.act(Draft(Kind.RECIPIENT, {"event": event, "key": fingerprint}), touches=[touched])


def _fingerprint(desk: Desk, recipient: int) -> str:
    row = desk.vault.recipients.get(recipient)
    if row is None:
        raise RecipientMissing()
    return row.fingerprint
