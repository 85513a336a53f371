"""Backups, restoring one, and the reminder that the last one is old."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from dsr_desk.app.case.ending import due_cases, forget_again
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.checkpointing import checkpoint_away, checkpoint_if_set, erased_runs, write_checkpoint
from dsr_desk.app.vault.keeping import NUMBERS_SETTING, higher, last_backup, numbers_given
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.storage import checkpoints
from dsr_desk.storage.checkpoints import Checkpoint, CheckpointDamaged, CheckpointOther, Known, LogForked
from dsr_desk.storage.vault_folder import copy_restored, give_up

ERASED_SETTING = "erased_after_backup"
IN_BACKUP = "checkpoint.json"
OLD_AFTER = 30
"""Days."""


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


def backup_vault(desk: Desk, backup: Path, until: date | None = None) -> Path | None:
    """A copy in a new folder, with a checkpoint in it, and where a setting names a file. See `checkpoint_if_set`.

    `until` is the day on which the copy is overwritten or destroyed, where the officer says one.
    """
    desk.vault.backup(backup, until.isoformat() if until else "")
    write_checkpoint(desk, backup / IN_BACKUP)
    return checkpoint_if_set(desk)


def reminders(desk: Desk) -> dict[str, Any]:
    """What `vault info` reminds of: an old backup, a drive for checkpoints that is away, cases to search or forget."""
    return {
        "last_backup": last_backup(desk) or "never",
        "backup_is_old": backup_is_old(desk),
        "checkpoint_away": checkpoint_away(desk),
        "search_again": sorted({one.ref for one in to_search_again(desk)}),
        "to_forget": [one.ref for one in due_cases(desk)],
    }


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


def _unknown(desk: Desk, told: Known) -> Iterator[Erasure]:
    own = {(one["case"], one["plan"], one["action"]) for one in erased_runs(desk)}
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
