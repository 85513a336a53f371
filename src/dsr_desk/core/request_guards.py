"""What may forbid an act on a request: nothing unconfirmed is searched, nobody unverified is granted or handed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr_desk.core import order_refusals, refusals
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.case import Case
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import CaseState, IdentityResult

if TYPE_CHECKING:
    from dsr_desk.core.guards import Standing

_GRANTS = (CaseState.CLOSED.value, CaseState.PARTLY_GRANTED.value)


def stood_for(case: Case) -> bool:
    """Whether the newest facts of a case are an officer's, and not what a program read."""
    return bool(case.facts) and case.facts[-1]["kind"] == Kind.CONFIRMED.value


def is_confirmed(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Nothing is searched that a program read and nobody stands for, whatever the search says that it looked for."""
    confirmed = {one["act"]: one["kind"] == Kind.CONFIRMED.value for one in case.facts}
    if stood_for(case) and confirmed.get(draft.open.get("facts", ""), True):
        return None
    return message(refusals.FactsNotConfirmed.code, case=case.ref)


def end_fits_identity(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Who was not verified is granted nothing; without any check a request is closed, and not granted in part."""
    state = draft.open.get("state")
    unchecked = state == CaseState.PARTLY_GRANTED.value and not case.identified
    if state in _GRANTS and (_failed(case) or unchecked):
        denied = order_refusals.EndDeniedByAuthenticity if case.is_order else refusals.EndDeniedByIdentity
        return message(denied.code, case=case.ref, state=message(f"ended.{state}"))
    return None


def edition_fits_identity(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Where somebody's data lies is not told to whom a check found not to be that person, whoever asks for it since."""
    for_requester = draft.open.get("requester") or draft.open.get("edition") == "requester"
    if for_requester and not case.is_order and _failed(case):
        return message(refusals.EditionDeniedByIdentity.code, case=case.ref)
    return None


def _failed(case: Case) -> bool:
    return case.identity is not None and case.identity["result"] != IdentityResult.VERIFIED.value


def answer_after_receipt(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Nobody is answered before she has asked."""
    day = draft.open.get("day", "")
    if not day or (case.facts and day >= case.facts[-1]["received"]):
        return None
    return message(refusals.AnswerDayImpossible.code, case=case.ref, day=day)
