"""Who may start a deletion: officers' signatures over exactly this plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dsr_desk.core.actions import Approval, Plan
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.errors import DeskError


class NotApproved(DeskError):
    code = "DELETE-NOT-APPROVED"
    happened = "The plan has {have} of {needed} approvals."
    means = "Nothing was deleted."
    todo = "Have the plan approved by an officer of this vault, then run it."


class ApprovalInvalid(DeskError):
    code = "DELETE-APPROVAL-INVALID"
    happened = "An approval does not belong to this plan: {why}."
    means = "The plan was changed after it was approved, or the approval is not an officer's. Nothing was deleted."
    todo = "Look at the plan again and have it approved as it is now."


def message(plan_digest: str, time: str) -> bytes:
    """What an approver signs."""
    return canonical_json({"approves": "dsr-desk deletion plan", "plan": plan_digest, "time": time})


def approve(plan: Plan, officer: str, time: str, sign: Callable[[bytes], bytes]) -> Approval:
    """`officer` is a public key (hex), `sign` gives that officer's Ed25519 signature."""
    return Approval(plan.digest, officer, time, sign(message(plan.digest, time)).hex())


def require_approved(plan: Plan, approvals: Sequence[Approval], officers: Collection[str], needed: int = 1) -> None:
    """Raises ApprovalInvalid for any approval that does not hold, NotApproved where there are too few officers."""
    for approval in approvals:
        if approval.plan != plan.digest:
            raise ApprovalInvalid(why="it signs another plan")
        if approval.officer not in officers:
            raise ApprovalInvalid(why="its key belongs to no officer of this vault")
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(approval.officer))
            key.verify(bytes.fromhex(approval.signature), message(approval.plan, approval.time))
        except (InvalidSignature, ValueError):
            raise ApprovalInvalid(why="its signature does not hold") from None
    have = len({approval.officer for approval in approvals})
    if have < max(needed, 1):
        raise NotApproved(have=have, needed=max(needed, 1))
