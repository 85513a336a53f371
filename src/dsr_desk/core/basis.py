"""What a plan, its approvals and its run rest on. Another basis voids approvals; the differences are listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import Right

if TYPE_CHECKING:
    from dsr_desk.core.case import Case

Indexes = Mapping[str, int]
"""Generation of each index by its pseudonym in the case."""

PARTS = ("right", "identity", "identifiers", "decisions", "links", "treatments", "policy", "scope")
"""What must be the same, beside the indexes; the scope is an order's.

Dispositions stand apart: another one voids its own model's actions."""


def parts_of(case: Case, policy: Policy) -> dict[str, Any]:
    """Codes and digests of all that the case itself contributes."""
    facts, identity = case.facts[-1] if case.facts else {}, case.identity or {}
    return {
        "right": case.right.value,
        "identity": identity.get("act", "") if case.identified else "",
        "identifiers": facts.get("identifiers", ""),
        "decisions": case.decisions_digest(digest_of),
        "links": digest_of(sorted(case.links)),
        "treatments": digest_of(sorted([key, one["act"]] for key, one in case.treatments.items())),
        "dispositions": {key: one["planned"][-1]["act"] for key, one in case.dispositions.items() if one["planned"]},
        "policy": digest_of(policy.as_open()),
        **({"scope": _scope_of(case)} if case.is_order else {}),
    }


def _scope_of(case: Case) -> str:
    """Digest of the scope in force and of every word on its samples."""
    act = case.scope["act"] if case.scope is not None else ""
    own = [[one["act"], sorted(one["words"].items())] for one in case.samples if one["scope"] == act]
    return digest_of([act, own])


def searched_indexes(case: Case) -> set[str]:
    """Pseudonyms of the indexes that this round's searches looked at: a plan rests on these."""
    rounds = set(case.round["searches"])
    return {key for one in (*case.searches, *case.scopes) if one["seq"] in rounds for key in one["indexes"]}


def basis_of(parts: Mapping[str, Any], indexes: Indexes) -> str:
    """The digest (hex) that plan, approval and begin carry."""
    return digest_of({"parts": dict(parts), "indexes": dict(indexes)})


def differences(case: Case, policy: Policy, indexes: Indexes) -> list[Message]:
    """What has changed since the plan in force was made, in the order of `PARTS`; none where nothing that voids it.

    `indexes` are the generations now; one that is not among them was destroyed. What the plan's own outcomes changed
    counts as expected.
    """
    plan = case.plan
    if plan is None:
        return []
    before, now = plan["parts"], parts_of(case, policy)
    found = [_said(name, case, plan, before, now) for name in PARTS if before.get(name) != now.get(name)]
    moved = sum(1 for key, generation in plan["indexes"].items() if not _as_planned(generation, indexes.get(key)))
    if moved:
        found.append(message("basis.indexes", count=moved))
    return found


def _as_planned(generation: int, now: int | None) -> bool:
    """An index that cannot be read now (-1) is not known to be another one: what a plan takes away lies elsewhere.

    `now` is None for one that was destroyed, or was when the plan was made, which says -1 then.
    """
    return now in (generation, -1) if now is not None else generation == -1


def disposition_changed(case: Case, model: str) -> bool:
    """Whether a model's disposition is another one than the plan in force was made with."""
    plan = case.plan
    planned = case.dispositions.get(model, {}).get("planned", [])
    now = planned[-1]["act"] if planned else ""
    return plan is not None and plan["parts"]["dispositions"].get(model, "") != now


def dispositions_changed(case: Case) -> Message | None:
    """How many models have another disposition than in the plan; their own actions are void, the others stand."""
    plan = case.plan
    models = {*case.dispositions, *(plan["parts"]["dispositions"] if plan else ())}
    count = sum(1 for model in models if disposition_changed(case, model))
    return message("basis.dispositions", count=count) if count else None


def _said(name: str, case: Case, plan: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any]) -> Message:
    if name == "right":
        return message("basis.right", before=term(Right(before["right"])), after=term(Right(now["right"])))
    if name == "decisions":
        return message("basis.decisions", count=max(1, case.decided_since(plan["seq"])))
    return message(f"basis.{name}")
