"""The journal as it leaves the house: inclusion and consistency proofs and signed checkpoints.

A checkpoint is a C2SP signed note (tlog-checkpoint): origin, tree size and root, signed with Ed25519.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.contents.content import Earlier, JournalExcerpt, JournalLeaf
from dsr_desk.evidence.contents.many import Many
from dsr_desk.evidence.signed.tree import heads
from dsr_desk.evidence.verifying.check_bundle import head_of

_ED25519 = b"\x01"


class JournalContradicted(DeskError):
    code = "BUNDLE-JOURNAL-CONTRADICTED"
    happened = "The journal does not continue the checkpoint that was handed out at {size} entries."
    means = "Entries were removed or changed since then. A bundle with this journal would expose that; none was made."
    todo = "Run vault check. After a restore from a backup, open the vault once so that it declares a new epoch."


def excerpt(
    origin: str,
    hashes: Many[bytes],
    leaves: Many[JournalLeaf],
    entries: int,
    earlier: Iterable[str] = (),
    epoch: int = 1,
) -> JournalExcerpt:
    """This case's entries and the vault's own (in the journal's order) under the head over all leaf hashes (32 bytes
    each, in order). `entries` counts those of the case.

    `earlier` are checkpoints handed out before: this case's and the latest of all. Raises
    JournalContradicted if the journal does not continue one of them.
    """
    notes = {note: head_of(note) for note in dict.fromkeys(earlier)}
    for old in notes.values():
        if not 0 < old.size <= len(hashes):
            raise JournalContradicted(size=old.size)
    root, found = heads(hashes, len(hashes), {old.size for old in notes.values()})
    for old in notes.values():
        if found[old.size].root != old.root:
            raise JournalContradicted(size=old.size)
    continued = tuple(Earlier(old.size, old.root, note, found[old.size].proof) for note, old in notes.items())
    return JournalExcerpt(origin, len(hashes), root, leaves, hashes, entries, continued, epoch)


def sign_checkpoint(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> str:
    """The signed note; the key's name is the origin."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    public = key.public_key().public_bytes_raw()
    signature = base64.b64encode(_key_id(origin, public) + key.sign(text.encode())).decode()
    return f"{text}\n— {origin} {signature}\n"


def verifier_key(origin: str, key: Ed25519PublicKey) -> str:
    """The public key in the form that C2SP tools read: name+id+key."""
    public = key.public_bytes_raw()
    return f"{origin}+{_key_id(origin, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]
