"""Who may start a deletion where there is no vault: officers' signed acts over exactly this plan.

In a vault the rules of the case decide (`core.rules`); the same acts travel with a plan that is handed over.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from cryptography.exceptions import InvalidSignature

from dsr_desk.core import merkle
from dsr_desk.core.actions import Approval, Plan
from dsr_desk.core.acts import Act, Entry, Kind, signed_entry
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import NotApproved
from dsr_desk.storage.signed_acts import public_key


class ApprovalInvalid(DeskError):
    code = "DELETE-APPROVAL-INVALID"
    happened = "An approval does not belong to this plan: {why}."
    means = "The plan was changed after it was approved, or the approval is not an officer's. Nothing was deleted."
    todo = "Look at the plan again and have it approved as it is now."


def approval_of(entry: Entry, signature: str) -> Approval:
    """The approval that an entry of the log holds. `signature` (hex) is what its writer signed it with."""
    act = entry.act
    wrote_it = entry.writer == act.officer
    return Approval(
        plan=act.open["plan"],
        officer=act.officer,
        time=act.time,
        act=act.content.decode(),
        envelope=entry.envelope.decode() if wrote_it else "",
        signature=signature if wrote_it else entry.signatures[act.officer],
    )


def require_approved(plan: Plan, approvals: Sequence[Approval], officers: Collection[str], needed: int = 1) -> None:
    """Raises ApprovalInvalid for any approval that does not hold, NotApproved where there are too few officers.

    `officers` are the public keys (hex) that may approve.
    """
    for approval in approvals:
        why = _why_not(plan, approval, officers)
        if why is not None:
            raise ApprovalInvalid(why=why)
    have = len({approval.officer for approval in approvals})
    if have < max(needed, 1):
        raise NotApproved(have=have, needed=max(needed, 1))


def _why_not(plan: Plan, approval: Approval, officers: Collection[str]) -> Message | None:
    try:
        act = Act.parse(approval.act)
        if not act.is_canonical or act.kind is not Kind.APPROVED:
            return message("why.no-approval")
        if act.open.get("plan") != plan.digest or approval.plan != plan.digest:
            return message("why.signs-another-plan")
        if (act.officer, act.time) != (approval.officer, approval.time) or act.officer not in officers:
            return message("why.no-officers-key")
        public_key(act.officer).verify(bytes.fromhex(approval.signature), _signed(act, approval.envelope))
    except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError):
        return message("why.signature")
    return None


def _signed(act: Act, envelope: str) -> bytes:
    """What the officer signed. Raises ValueError for an entry of another act or writer."""
    if not envelope:
        return act.signed
    said = json.loads(envelope)
    if (said["act"], said["writer"]) != (act.digest, act.officer):
        raise ValueError("this entry holds another act")
    return signed_entry(merkle.leaf_hash(envelope.encode()))
