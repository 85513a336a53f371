"""bundle.age: the parcel for one or several X25519 recipients, which the age tool opens too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyrage

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.bag import stored_zip
from dsr_desk.evidence.check_bundle import Refused


class RecipientKeyWrong(DeskError):
    code = "BUNDLE-RECIPIENT-KEY"
    happened = "Recipient {number} has no usable age key."
    means = "No bundle was made: it would have been sealed for fewer people than you chose."
    todo = "Ask the recipient for the line that begins with age1 and compare its fingerprint by voice."


def seal_age(parcel: Mapping[str, bytes], recipients: Sequence[str]) -> bytes:
    """The encrypted parcel; each recipient is a line `age1…`. Raises RecipientKeyWrong."""
    keys = []
    for number, recipient in enumerate(recipients, start=1):
        try:
            keys.append(pyrage.x25519.Recipient.from_str(recipient.strip()))
        except pyrage.RecipientError as error:
            raise RecipientKeyWrong(number=number) from error
    if not keys:
        raise ValueError("an age bundle has at least one recipient")
    sealed: bytes = pyrage.encrypt(stored_zip(parcel), keys)
    return sealed


def open_age(data: bytes, identities: Sequence[str]) -> bytes:
    """The parcel (a zip). Each identity is a line `AGE-SECRET-KEY-1…`. Raises Refused."""
    try:
        keys = [pyrage.x25519.Identity.from_str(identity.strip()) for identity in identities]
    except pyrage.IdentityError as error:
        raise Refused("The key given is no age identity.") from error
    try:
        plain: bytes = pyrage.decrypt(data, keys)
    except pyrage.DecryptError as error:
        raise Refused("No given key opens this file: it was sealed for others, or it was changed.") from error
    return plain
