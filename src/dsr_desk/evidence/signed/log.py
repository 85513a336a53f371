"""The journal as it leaves the house: inclusion and consistency proofs. Checkpoints are `notes`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.contents.journal_parts import Earlier, JournalExcerpt, JournalLeaf, no_rows
from dsr_desk.evidence.contents.many import Many
from dsr_desk.evidence.signed.tree import heads
from dsr_desk.evidence.verifying.check_bundle import head_of


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
    rows_of: Callable[[int], Iterable[bytes]] = no_rows,
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
    return JournalExcerpt(origin, len(hashes), root, leaves, hashes, entries, continued, epoch, rows_of)
