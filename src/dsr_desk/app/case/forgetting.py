"""Forgetting a closed case: its values, files and key are destroyed, and the log still verifies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.refusals import CaseNotOver
from dsr_desk.storage import registers

CASE = "case"


def forget_case(desk: Desk, ref: str) -> Change:
    """Destroys all that a closed case holds beyond its acts; what was handed out still verifies. Cannot be undone.

    What a backup holds of it stays there until that backup is overwritten. Raises CaseMissing, CaseNotOver.
    """
    with desk.vault.transaction():
        case = desk.case(ref)
        if case.ended is None:
            raise CaseNotOver(case=ref)
        change = _forget(desk, ref, case.id)
    desk.vault.empty_wal()
    return change


def forget_again(desk: Desk, forgotten: Iterable[Mapping[str, Any]]) -> int:
    """Does again what acts of forgetting say that the log does not know of; returns how many. Inside a transaction.

    Places in the log must be those of the log that the acts stood in.
    """
    log, refs, count = desk.vault.log, desk.vault.cases.refs(), 0
    done = [{"case": entry.case, **entry.act.open} for entry in log.entries(kinds=(Kind.FORGOTTEN,))]
    for said in forgotten:
        ref = refs.get(said["case"])
        if said in done or ref is None:
            continue
        if said["what"] == CASE:
            _forget(desk, ref, said["case"])
        else:
            _forget_parts(desk, ref, said)
        count += 1
    return count


def _forget(desk: Desk, ref: str, case: str) -> Change:
    """The act counts what is destroyed with it, so that is counted first."""
    count = desk.vault.log.values_of(case)
    change = desk.act(Draft(Kind.FORGOTTEN, {"what": CASE, "count": count, "entries": [], "blobs": []}), ref)
    desk.vault.log.forget_case(case)
    return change


def _forget_parts(desk: Desk, ref: str, said: Mapping[str, Any]) -> None:
    """Fields of these entries and these files, as far as this log has them."""
    log, case = desk.vault.log, said["case"]
    own = {entry.seq for entry in log.entries(case)}
    entries = [seq for seq in said["entries"] if seq in own]
    blobs = [blob for blob in said["blobs"] if log.blob_content(blob)[0]]
    desk.act(
        Draft(Kind.FORGOTTEN, {"what": said["what"], "count": said["count"], "entries": entries, "blobs": blobs}), ref
    )
    for seq in entries:
        names = [name for name in log.entry(seq).act.fields if name != registers.FIELD]
        log.forget_fields(seq, names)
    for blob in blobs:
        log.forget_blob(blob)
