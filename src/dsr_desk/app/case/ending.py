"""The end of a case: it says what is open, and its reference photos are destroyed. And how it is opened again."""

from __future__ import annotations

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_sources
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.core.requests import CaseState
from dsr_desk.lineage.dispositions import undecided


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
