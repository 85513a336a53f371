"""Holding the journal against a checkpoint that somebody else kept: what it shows, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.sealing import secrets_of
from dsr_desk.app.proof.signing_keys import journal_keys
from dsr_desk.core import merkle
from dsr_desk.core.acts import Entry, Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message
from dsr_desk.evidence.signed.notes import Note, find_note, read_note
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE
from dsr_desk.evidence.verifying.open import CHECKPOINT, BundleRefused, checkpoint_of
from dsr_desk.evidence.verifying.verify import Secrets
from dsr_desk.storage import checkpoints
from dsr_desk.storage.checkpoints import Checkpoint, CheckpointDamaged
from dsr_desk.storage.files import disk_errors

_BUNDLES = (b"pk", b"\x30", b"%pdf-", b"age-encry", b"<!doctype")
"""How files begin that bundles lie in."""


class HeldUnreadable(DeskError):
    code = "CHECKPOINT-HELD-UNREADABLE"
    happened = "The bundle {where} could not be opened. {why}"
    means = "Nothing was compared."
    todo = "Give the passphrase or key that opens it, or the file log/checkpoint from the unpacked bundle."


class LineWrong(DeskError):
    code = "CHECKPOINT-LINE-WRONG"
    happened = "The line that was typed is no checkpoint."
    means = "Nothing was compared."
    todo = "Type all of it: the name that begins with dsr-desk/, two numbers and two long rows of letters and digits."


class Agreement(StrEnum):
    """How the journal stands to a checkpoint. After a restore that took the checkpoint it is `taken`."""

    CONTINUED = "continued"
    TAKEN = "taken"
    RESTORED = "restored"
    SHORTER = "shorter"
    REWRITTEN = "rewritten"
    UNSIGNED = "unsigned"
    OTHER = "other"


@dataclass(frozen=True)
class Compared:
    """`says` is what a person reads, and what to ask."""

    standing: Agreement
    size: int
    says: Message

    @property
    def ok(self) -> bool:
        """Whether nothing that the checkpoint counts is missing, or what is was taken over when it was restored."""
        return self.standing in (Agreement.CONTINUED, Agreement.TAKEN)


@dataclass(frozen=True)
class _Held:
    """A checkpoint of either kind. `signed`: by this vault; `marks` are earlier states that it vouches for."""

    vault: str
    size: int
    root: str
    epoch: int
    signed: bool
    marks: Sequence[list[object]] = ()
    digest: str = ""


def compare(
    desk: Desk,
    path: Path,
    *,
    passphrase: str = "",
    identities: Sequence[Path] = (),
    envelope: tuple[Path, Path] | None = None,
) -> Compared:
    """Holds the journal against what lies at `path`: a checkpoint's file, a text with its line, a printed page's file,
    a bundle or a folder that it was unpacked to. The rest opens a sealed bundle, as in `sealing.verify`.

    Raises CheckpointDamaged where there is none, HeldUnreadable, SecretNeeded, IdentityUnreadable.
    """
    secrets = secrets_of(passphrase, identities, envelope)
    with desk.vault.turn():
        return _compared(desk, _held(desk, path, secrets))


def compare_line(desk: Desk, line: str) -> Compared:
    """The same for a line that somebody typed. Raises LineWrong."""
    note = find_note(line)
    if note is None:
        raise LineWrong()
    with desk.vault.turn():
        return _compared(desk, _of_note(desk, note))


def _compared(desk: Desk, held: _Held) -> Compared:
    log = desk.vault.log

    def found(standing: Agreement, how: str = "", **values: Value) -> Compared:
        says = message(f"compared.{standing.value}{how}", held=held.size, size=log.size, **values)
        return Compared(standing, held.size, says)

    if held.vault != log.vault:
        return found(Agreement.OTHER)
    if held.size <= log.size and merkle.root(log.leaves(held.size)).hex() == held.root:
        return found(Agreement.CONTINUED, more=log.size - held.size)
    restored = _restored(desk, held)
    if restored is None:
        standing = Agreement.SHORTER if held.size > log.size else Agreement.REWRITTEN
        return found(standing if held.signed else Agreement.UNSIGNED)
    if checkpoints.agree(log, restored.seq, held.marks) is False:
        return found(Agreement.REWRITTEN)
    taken = held.digest != "" and held.digest in checkpoints.taken(log)
    standing = Agreement.TAKEN if taken else Agreement.RESTORED
    said: dict[str, Value] = {"entry": restored.seq, "day": restored.act.time[:10], "epoch": restored.epoch}
    # a key that was made after the backup is not in it
    return found(standing, "" if held.signed else ".unsigned", **said)


def _restored(desk: Desk, held: _Held) -> Entry | None:
    """The entry that declares a restore after which the journal need not hold what the checkpoint counts.

    Its epoch is later than the checkpoint's, and it stands where the checkpoint counted something else.
    """
    epochs = desk.vault.log.entries("", kinds=(Kind.EPOCH,))
    return next((one for one in epochs if one.epoch > held.epoch and one.seq < held.size), None)


def _held(desk: Desk, path: Path, secrets: Secrets) -> _Held:
    if path.is_dir():
        path = next((one for one in _places(path) if one.is_file()), path)
    if not path.is_file():
        raise CheckpointDamaged(where=path)
    with disk_errors(path):
        with path.open("rb") as file:
            begin = file.read(64).lstrip()
        if begin.startswith(b"{"):
            return _of_file(desk, checkpoints.read(path))
        note = read_note(path)
    if note is None and begin[:9].lower().startswith(_BUNDLES):
        note = find_note(_in_bundle(path, secrets))
    if note is None:
        raise CheckpointDamaged(where=path)
    return _of_note(desk, note)


def _places(folder: Path) -> list[Path]:
    return [folder / begin / CHECKPOINT for begin in ("", "data", "evidence/data")] + [folder / EVIDENCE]


def _in_bundle(path: Path, secrets: Secrets) -> str:
    try:
        return checkpoint_of(path, secrets)
    except BundleRefused as refused:
        raise HeldUnreadable(where=path, why=refused.why) from refused


def _of_file(desk: Desk, one: Checkpoint) -> _Held:
    own = one.is_of(desk.vault)
    marks: list[list[object]] = [[one.size, one.root]]
    if own:
        with suppress(ValueError):
            marks += one.known(desk.vault).marks
    return _Held(one.vault, one.size, one.root, one.epoch, own, marks, one.digest)


def _of_note(desk: Desk, note: Note) -> _Held:
    vault, root = note.origin.partition("/")[2], note.root.hex()
    return _Held(vault, note.size, root, note.epoch, note.signed_by(journal_keys(desk)), [[note.size, root]])
