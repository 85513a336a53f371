"""The key of an index: 32 random bytes, encrypted with age for vaults' public keys or for one passphrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.storage.files import write_whole

KEY = "key.age"
PASSPHRASE_KEY = "key.passphrase.age"


class IndexForeign(DeskError):
    code = "INDEX-FOREIGN"
    happened = "The index {where} is not addressed to this vault."
    means = "Its key cannot be opened here, so nothing in it was searched."
    todo = "Ask whoever built it to export it to this vault's public key, then claim that file."


class IndexWrongPassphrase(DeskError):
    code = "INDEX-WRONG-PASSPHRASE"
    happened = "The passphrase does not open the index {where}."
    means = "Nothing in it was searched."
    todo = "Type the passphrase it was made with, or ask whoever built it."


class IndexSecretMissing(DeskError):
    code = "INDEX-SECRET-MISSING"
    happened = "The index {where} opens with {needed}."
    means = "Nothing in it was searched."
    todo = "Give {needed}."


class RecipientUnusable(DeskError):
    code = "INDEX-RECIPIENT"
    happened = "A public key that the index shall be addressed to is not an age key."
    means = "Nothing was written, since nobody could open it."
    todo = "Copy the public key again; it begins with age1."


@dataclass(frozen=True)
class Secret:
    """What opens an index: the vault's age identity, or a passphrase."""

    identity: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)


def write_key(folder: Path, key: bytes, recipients: Sequence[str] = (), passphrase: str = "") -> None:
    """Writes `key.age` for the recipients, else `key.passphrase.age`; the two never stand together."""
    if bool(recipients) == bool(passphrase):
        raise ValueError("an index is addressed to public keys or to a passphrase")
    name, data = seal_key(key, recipients, passphrase)
    write_whole(folder / name, data)
    (folder / (PASSPHRASE_KEY if name == KEY else KEY)).unlink(missing_ok=True)


def seal_key(key: bytes, recipients: Sequence[str] = (), passphrase: str = "") -> tuple[str, bytes]:
    """File name and content of the encrypted key. Raises RecipientUnusable."""
    if passphrase:
        return PASSPHRASE_KEY, pyrage.passphrase.encrypt(key, passphrase)
    try:
        public = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError as error:
        raise RecipientUnusable() from error
    return KEY, pyrage.encrypt(key, public)


def read_key(folder: Path, secret: Secret) -> bytes:
    """The 32 bytes. Raises IndexForeign, IndexWrongPassphrase, IndexSecretMissing."""
    if (folder / KEY).is_file():
        if not secret.identity:
            raise IndexSecretMissing(where=folder, needed=message("opens.vault"))
        try:
            identity = pyrage.x25519.Identity.from_str(secret.identity)
            return bytes(pyrage.decrypt((folder / KEY).read_bytes(), [identity]))
        except (pyrage.DecryptError, pyrage.IdentityError) as error:
            raise IndexForeign(where=folder) from error
    if not secret.passphrase:
        raise IndexSecretMissing(where=folder, needed=message("opens.passphrase"))
    try:
        return bytes(pyrage.passphrase.decrypt((folder / PASSPHRASE_KEY).read_bytes(), secret.passphrase))
    except pyrage.DecryptError as error:
        raise IndexWrongPassphrase(where=folder) from error
