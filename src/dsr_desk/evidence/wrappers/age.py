"""bundle.age: the bundle for one or several X25519 recipients, which the age tool opens too."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import pyrage

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.signed.members import PIECE, Archive, LentFile, Member, Pieces, Spool
from dsr_desk.evidence.verifying.check_bundle import Refused


class RecipientKeyWrong(DeskError):
    code = "BUNDLE-RECIPIENT-KEY"
    happened = "Recipient {number} has no usable age key."
    means = "No bundle was made: it would have been sealed for fewer people than you chose."
    todo = "Ask the recipient for the line that begins with age1 and compare its fingerprint by voice."


def seal_age(bundle: Mapping[str, Member], recipients: Sequence[str], to: BinaryIO) -> str:
    """Writes the encrypted bundle; each recipient is a line `age1…`. Returns its SHA-256. Raises RecipientKeyWrong."""
    keys = []
    for number, recipient in enumerate(recipients, start=1):
        try:
            keys.append(pyrage.x25519.Recipient.from_str(recipient.strip()))
        except pyrage.RecipientError as error:
            raise RecipientKeyWrong(number=number) from error
    if not keys:
        raise ValueError("an age bundle has at least one recipient")
    counted = _Hashed(to)
    pyrage.encrypt_io(io.BufferedReader(Pieces(Archive(bundle).pieces()), PIECE), counted, keys)
    return counted.digest.hexdigest()


def open_age(sealed: BinaryIO, identities: Sequence[str], spool: Spool) -> LentFile:
    """The bundle (a zip), decrypted into the spool. Each identity is a line `AGE-SECRET-KEY-1…`. Raises Refused."""
    try:
        keys = [pyrage.x25519.Identity.from_str(identity.strip()) for identity in identities]
    except pyrage.IdentityError as error:
        raise Refused("age.identity") from error
    try:
        return spool.lend(lambda writer: pyrage.decrypt_io(sealed, writer, keys))
    except (pyrage.DecryptError, OSError) as error:
        raise Refused("age.closed") from error


class _Hashed:
    """Hands on what is written and hashes it."""

    def __init__(self, to: BinaryIO) -> None:
        self._to, self.digest = to, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._to.write(data)

    def flush(self) -> None:
        self._to.flush()
