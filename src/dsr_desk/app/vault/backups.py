"""Checkpoints, restoring a backup, and the reminder that the last backup is old."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dsr_desk.app.case.ending import forget_again
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.keeping import NUMBERS_SETTING, higher, last_backup, numbers_given
from dsr_desk.core import merkle
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.message import Message, message
from dsr_desk.storage import checkpoints
from dsr_desk.storage.checkpoints import Checkpoint, CheckpointDamaged, CheckpointOther, Known, LogForked
from dsr_desk.storage.files import NotWritable
from dsr_desk.storage.vault_folder import copy_restored, give_up

FILE_SETTING = "checkpoint_file"
ERASED_SETTING = "erased_after_backup"
IN_BACKUP = "checkpoint.json"
OLD_AFTER = 30
"""Days."""

_GONE = frozenset({"gone", "masked"})


@dataclass(frozen=True)
class Erasure:
    """Items (ids) that an action erased and that the restored log knows nothing of. `case` is the case's id."""

    case: str
    ref: str
    plan: str
    action: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """What a restore did. `checkpoint` is the time of the one it took, "" without; `agrees` is None where none of its
    marks is as old as the backup. `forgotten` counts acts of forgetting that were done again."""

    folder: Path
    checkpoint: str
    agrees: bool | None
    forgotten: int
    erasures: tuple[Erasure, ...]


def write_checkpoint(desk: Desk, path: Path, *, always: bool = False) -> Checkpoint:
    """Writes a checkpoint to a file; an older one of this vault that is there is held against the log first.

    `always`: every backup and every sealing writes it there from now on. Raises CheckpointDamaged, CheckpointOther,
    LogForked, NotWritable, DiskFull.
    """
    with desk.vault.turn():
        if path.exists():
            checkpoints.require_continued(desk.vault, checkpoints.read(path), path)
        with desk.vault.transaction():
            log = desk.vault.log
            said = {"size": log.size, "head": merkle.root(log.leaves()).hex(), "epoch": log.epoch}
            touches = desk.vault.put_settings({FILE_SETTING: str(path.absolute())}) if always else []
            desk.act(Draft(Kind.CHECKPOINT, said), touches=touches)
        made = checkpoints.make(desk.vault, known(desk))
        checkpoints.write(path, made)
        return made


def checkpoint_if_set(desk: Desk) -> Path | None:
    """Writes a checkpoint where a setting names a file. The file when its drive is not there; None otherwise.

    Raises CheckpointDamaged, CheckpointOther, LogForked, DiskFull.
    """
    path = desk.vault.setting(FILE_SETTING)
    if not path:
        return None
    try:
        write_checkpoint(desk, Path(path))
    except (NotWritable, FileNotFoundError):
        return Path(path)
    return None


def checkpoint_away(desk: Desk) -> bool:
    """Whether a setting names a file for checkpoints and its drive is not there."""
    path = desk.vault.setting(FILE_SETTING)
    return bool(path) and not Path(str(path)).parent.is_dir()


def backup_vault(desk: Desk, backup: Path) -> Path | None:
    """A copy in a new folder, with a checkpoint in it, and where a setting names a file. See `checkpoint_if_set`."""
    desk.vault.backup(backup)
    write_checkpoint(desk, backup / IN_BACKUP)
    return checkpoint_if_set(desk)


def reminders(desk: Desk) -> dict[str, Any]:
    """What `vault info` says of backups: the last one, whether it is old, cases to search again after a restore."""
    return {
        "last_backup": last_backup(desk) or "never",
        "backup_is_old": backup_is_old(desk),
        "search_again": sorted({one.ref for one in to_search_again(desk)}),
    }


def against(desk: Desk, path: Path) -> list[Message]:
    """What does not hold of the log beside a checkpoint. Raises CheckpointDamaged, CheckpointOther."""
    older = checkpoints.read(path)
    with desk.vault.turn():
        if not older.is_of(desk.vault):
            raise CheckpointOther(where=path)
        if checkpoints.continues(desk.vault, older):
            return []
    return [message("checkpoint.forked", time=older.time, count=older.size)]


def backup_is_old(desk: Desk, days: int = OLD_AFTER) -> bool:
    """Whether the last backup, or where there is none the vault's first entry, is more than so many days old."""
    last = last_backup(desk) or desk.vault.log.entry(0).act.time
    return datetime.now(UTC) - datetime.fromisoformat(last) > timedelta(days=days)


def correct_clock(desk: Desk) -> Change:
    """Says that the clock of this computer went wrong before and is right now: what follows may be dated earlier."""
    return desk.act(Draft(Kind.CLOCK_CORRECTED))


def restore(backup: Path, to: Path, secret: str, given: Sequence[Path] = ()) -> Restored:
    """Copies a backup to a new folder and makes it the vault: declares the epoch and takes the newest checkpoint.

    `secret` is an officer's passphrase. A checkpoint that lies in the backup counts as given. Raises VaultMissing,
    VaultExists, WrongPassphrase, RecoveryOnly, CheckpointDamaged, CheckpointOther, LogForked; nothing is left then.
    """
    own = [backup / IN_BACKUP] if (backup / IN_BACKUP).exists() else []
    found = {path: checkpoints.read(path) for path in (*given, *own)}
    copy_restored(backup, to, secret)
    try:
        with Desk.open(to, secret) as desk:
            desk.vault.signer  # noqa: B018 - raises RecoveryOnly
            for path, one in found.items():
                if not one.is_of(desk.vault):
                    raise CheckpointOther(where=path)
            newest = max(found.items(), key=lambda one: (one[1].epoch, one[1].size), default=None)
            return Restored(to, "", None, 0, ()) if newest is None else _take(desk, to, *newest)
    except BaseException:
        give_up(to)
        raise


def _take(desk: Desk, to: Path, path: Path, newest: Checkpoint) -> Restored:
    try:
        told = newest.known(desk.vault)
    except ValueError as error:
        raise CheckpointDamaged(where=path) from error
    log = desk.vault.log
    # what a backup that was opened in its place wrote is of a later epoch, and so is what follows here
    later = (entry.seq for entry in log.entries("", kinds=(Kind.EPOCH,)) if entry.epoch > newest.epoch)
    size = min(later, default=log.size)
    agrees = checkpoints.agree(log, size, [*told.marks, [newest.size, newest.root]])
    if agrees is False:
        raise LogForked(where=path, time=newest.time)
    erasures = tuple(_unknown(desk, told))
    with desk.vault.transaction():
        kept = {
            NUMBERS_SETTING: json.dumps(higher(numbers_given(desk), told.numbers), sort_keys=True),
            ERASED_SETTING: json.dumps([{**vars(one), "items": list(one.items)} for one in erasures]),
        }
        touches = desk.vault.put_settings(kept)
        said = {"size": newest.size, "head": newest.root, "epoch": newest.epoch, "taken": newest.digest}
        desk.act(Draft(Kind.CHECKPOINT, said), touches=touches)
        forgotten = forget_again(desk, told.forgotten) if agrees else 0
        _reopen(desk, erasures)
    return Restored(to, newest.time, agrees, forgotten, erasures)


def to_search_again(desk: Desk) -> list[Erasure]:
    """Erasures that the restored log knows nothing of, of cases that nobody has searched since."""
    with desk.vault.turn():
        text = desk.vault.setting(ERASED_SETTING)
        if not text:
            return []
        taken = [one.seq for one in desk.vault.log.entries("", kinds=(Kind.CHECKPOINT,)) if "taken" in one.act.open]
        erasures = [Erasure(**{**one, "items": tuple(one["items"])}) for one in json.loads(text)]
        return [one for one in erasures if not _searched_since(desk, one.case, taken[-1])]


def known(desk: Desk) -> Known:
    """What a restore of an older backup would have to know of this vault."""
    log = desk.vault.log
    forgotten = [{"case": entry.case, **entry.act.open} for entry in log.entries(kinds=(Kind.FORGOTTEN,)) if entry.case]
    return Known(numbers_given(desk), forgotten, list(_runs(desk)), checkpoints.marks(log))


def _runs(desk: Desk) -> Iterator[dict[str, Any]]:
    """The erased items of each outcome, as long as their case was not forgotten."""
    log, refs = desk.vault.log, desk.vault.cases.refs()
    for entry in log.entries(kinds=(Kind.OUTCOME,)):
        items = [row.value["id"] for row in log.rows(entry.seq) if row.word in _GONE and row.value is not None]
        if items:
            said = entry.act.open
            yield {
                "case": entry.case, "ref": refs.get(entry.case, ""), "plan": said["plan"], "action": said["action"],
                "items": items,
            }  # fmt: skip


def _unknown(desk: Desk, told: Known) -> Iterator[Erasure]:
    own = {(one["case"], one["plan"], one["action"]) for one in _runs(desk)}
    for run in told.runs:
        if (run["case"], run["plan"], run["action"]) not in own:
            yield Erasure(run["case"], run["ref"], run["plan"], run["action"], tuple(run["items"]))


def _reopen(desk: Desk, erasures: Sequence[Erasure]) -> None:
    """Cases that are closed here and in which something was erased later: they must be searched again."""
    counts: dict[str, int] = {}
    for one in erasures:
        counts[one.case] = counts.get(one.case, 0) + len(one.items)
    refs = desk.vault.cases.refs()
    for case, count in counts.items():
        if case in refs and desk.case(refs[case]).ended is not None and not desk.case(refs[case]).is_forgotten:
            says = {"code": "restore.erasures", "values": {"count": count}}
            desk.act(Draft(Kind.REOPENED, {}, {"reason": "", "says": says}), refs[case])


def _searched_since(desk: Desk, case: str, seq: int) -> bool:
    looked = (Kind.SEARCHED, Kind.READ_BACK)
    return next(desk.vault.log.entries(case, seq, looked), None) is not None
