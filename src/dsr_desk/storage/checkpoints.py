"""Checkpoints: small files beside a vault that say how long its log was and what a restore must know.

An officer signs one. What only the vault may read is encrypted to the vault's own age key; a MAC under the key that
opens it tells a checkpoint of this vault from one that somebody made who knows its public key.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature

from dsr_desk.core import merkle
from dsr_desk.core.acts import Kind
from dsr_desk.core.canonical import canonical_json, sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import disk_errors, write_whole
from dsr_desk.storage.log import Log
from dsr_desk.storage.signed_acts import public_key
from dsr_desk.storage.vault import Vault

FORMAT = 1
_SIGNED = b"dsr-desk checkpoint 1\n"


class CheckpointDamaged(DeskError):
    code = "CHECKPOINT-DAMAGED"
    happened = "The file {where} holds no checkpoint, or was changed."
    means = "It was left as it is, and nothing was written or restored."
    todo = "Give another file, or a copy of this one that is whole."


class CheckpointOther(DeskError):
    code = "CHECKPOINT-OTHER"
    happened = "The checkpoint in {where} is of another vault."
    means = "It was left as it is, and nothing was written or restored."
    todo = "Give a file of its own to each vault."


class LogForked(DeskError):
    code = "CHECKPOINT-FORKED"
    happened = "The log of this vault does not continue the checkpoint of {time} in {where}."
    means = "Entries were removed, or the folder was copied while it was open and both copies went on."
    todo = "Find out which copy holds what before you go on. A restored backup: restore it anew with --checkpoint."


@dataclass(frozen=True)
class Known:
    """What a restore must know. `numbers`: the highest number of a case by year.

    `forgotten`: what acts of forgetting say, with their case. `runs`: each action's erased items, with case, reference,
    plan and action. `marks`: sizes of the log and its roots (hex) when backups and checkpoints were made.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    forgotten: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    marks: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoint:
    """`size` and `root` (hex) of the log, its epoch, when (UTC) and by which officer (public key, hex) it was made."""

    vault: str
    size: int
    root: str
    epoch: int
    time: str
    officer: str
    sealed: str
    mac: str
    signature: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all but the signature: how the log names a checkpoint that a restore took."""
        return sha256_hex(_content(self))

    def known(self, vault: Vault) -> Known:
        """Raises ValueError where it does not open with the vault's key."""
        try:
            key = pyrage.x25519.Identity.from_str(vault.identity)
            return Known(**json.loads(pyrage.decrypt(base64.b64decode(self.sealed), [key])))
        except (pyrage.DecryptError, TypeError) as error:
            raise ValueError("the sealed part does not open") from error

    def is_of(self, vault: Vault) -> bool:
        return self.vault == vault.ring.vault_id and hmac.compare_digest(self.mac, _mac(vault.identity, self))


def make(vault: Vault, known: Known) -> Checkpoint:
    """A checkpoint of the log as it is, signed. Raises RecoveryOnly."""
    recipient = pyrage.x25519.Recipient.from_str(vault.public_key)
    sealed = base64.b64encode(pyrage.encrypt(canonical_json(asdict(known)), [recipient])).decode()
    log, signer = vault.log, vault.signer
    root = merkle.root(log.leaves()).hex()
    draft = Checkpoint(log.vault, log.size, root, log.epoch, now(), signer.public, sealed, "", "")
    bound = Checkpoint(**{**asdict(draft), "mac": _mac(vault.identity, draft)})
    return Checkpoint(**{**asdict(bound), "signature": signer.sign(_SIGNED + _content(bound))})


def write(path: Path, checkpoint: Checkpoint) -> None:
    content = {"format": FORMAT, **asdict(checkpoint)}
    write_whole(path, json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")


def read(path: Path) -> Checkpoint:
    """Raises CheckpointDamaged, also where the signature does not hold."""
    with disk_errors(path):
        raw = path.read_bytes()
    try:
        content = json.loads(raw)
        if content.pop("format") != FORMAT:
            raise ValueError("format")
        found = Checkpoint(**content)
        kinds = {one.name: {"int": int, "str": str}[str(one.type)] for one in fields(Checkpoint)}
        if any(type(getattr(found, name)) is not kind for name, kind in kinds.items()):
            raise ValueError("types")
        public_key(found.officer).verify(bytes.fromhex(found.signature), _SIGNED + _content(found))
    except (ValueError, TypeError, KeyError, AttributeError, InvalidSignature) as error:
        raise CheckpointDamaged(where=path) from error
    return found


def continues(vault: Vault, older: Checkpoint) -> bool:
    """Whether the log holds all that the checkpoint counted, or a restore took that checkpoint knowingly."""
    log = vault.log
    if older.digest in taken(log):
        return True
    return older.size <= log.size and merkle.root(log.leaves(older.size)).hex() == older.root


def require_continued(vault: Vault, older: Checkpoint, where: Path) -> None:
    """Raises CheckpointOther, LogForked."""
    if not older.is_of(vault):
        raise CheckpointOther(where=where)
    if not continues(vault, older):
        raise LogForked(where=where, time=older.time)


def marks(log: Log) -> list[list[Any]]:
    """Size and root (hex) of the log before each backup and each checkpoint."""
    sizes = [entry.seq for entry in log.entries("", kinds=(Kind.BACKUP, Kind.CHECKPOINT))]
    return [[size, root.hex()] for size, root in merkle.roots_at(log.leaves(), sizes).items()]


def agree(log: Log, size: int, known: Iterable[list[Any]]) -> bool | None:
    """Whether the first `size` entries are those that the marks count; None where no mark is that old."""
    within = {one[0]: one[1] for one in known if one[0] <= size}
    if not within:
        return None
    newest = max(within)
    return bool(merkle.roots_at(log.leaves(), [newest])[newest].hex() == within[newest])


def taken(log: Log) -> set[str]:
    """Digests of the checkpoints that restores took knowingly."""
    return {str(entry.act.open.get("taken", "")) for entry in log.entries("", kinds=(Kind.CHECKPOINT,))}


def _content(checkpoint: Checkpoint) -> bytes:
    plain: Mapping[str, Any] = {name: value for name, value in asdict(checkpoint).items() if name != "signature"}
    return canonical_json(plain)


def _mac(identity: str, checkpoint: Checkpoint) -> str:
    plain = {name: value for name, value in asdict(checkpoint).items() if name not in ("signature", "mac")}
    return hmac.digest(identity.encode(), b"dsr-desk checkpoint\0" + canonical_json(plain), "sha256").hex()
