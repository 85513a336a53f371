"""The end of a case: what is open is said, its photos are destroyed. Opened again, or forgotten, it still verifies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_sources
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.core.refusals import CaseNotOver
from dsr_desk.core.requests import CaseState
from dsr_desk.lineage.dispositions import undecided
from dsr_desk.storage import registers

CASE = "case"


class EndReasonMissing(DeskError):
    code = "CASE-REASON-MISSING"
    happened = "A case that ends as {state} needs a reason."
    means = "The requester must be told why. Nothing was changed."
    todo = "Give the reason in words."


class ReopeningUnexplained(DeskError):
    code = "CASE-REOPEN-REASON"
    happened = "A case is opened again for a reason, and none was given."
    means = "The reason is part of the evidence. Nothing was changed."
    todo = "Give the reason in words."


def end_case(desk: Desk, ref: str, state: CaseState, reason: str = "") -> Change:
    """Ends a case, says what is open in it, and destroys its reference photos. Raises EndReasonMissing."""
    if state.needs_reason and not reason.strip():
        raise EndReasonMissing(state=message(f"ended.{state.value}"))
    with desk.vault.transaction():
        said = {"state": state.value, "open": what_is_open(desk, ref)}
        change = desk.act(Draft(Kind.CLOSED, said, {"reason": reason.strip()}), ref)
        _destroy_references(desk, ref)
    return change


def reopen_case(desk: Desk, ref: str, reason: str) -> Change:
    """Opens an ended case again; its reference photos stay destroyed. Raises ReopeningUnexplained."""
    if not reason.strip():
        raise ReopeningUnexplained()
    return desk.act(Draft(Kind.REOPENED, {}, {"reason": reason.strip()}), ref)


def what_is_open(desk: Desk, ref: str) -> dict[str, int]:
    """What is not done in a case, by code. `models` is left out before the review ends, and without any lineage."""
    with desk.reading(ref) as case:
        found = {
            "undecided": len(case.undecided),
            "unsure": len(case.unsure),
            "waiting": sum(1 for one in case.actions if one["state"] == "waiting"),
            "not_read_back": case.unread,
        }
        if case.reviewed and lineage_sources(desk):
            found["models"] = len(undecided(affected_by_case(desk, ref).models, dispositions(desk, ref).values()))
        return found


def _destroy_references(desk: Desk, ref: str) -> None:
    """Photos and drawn faces go; that there were such photos, and their digests, stay."""
    log = desk.vault.log
    with desk.reading(ref) as case:
        there = [one["seq"] for one in case.references if not one["destroyed"]]
        if not there:
            return
        blobs = [desk.values(seq)["photo"]["blob"] for seq in there]
        said = {"what": "references", "count": len(there), "entries": there, "blobs": blobs}
        desk.act(Draft(Kind.FORGOTTEN, said), ref)
        for seq, blob in zip(there, blobs, strict=True):
            log.forget_fields(seq, ["faces"])
            log.forget_blob(blob)


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
