"""Where it is written down, before and after, what is done to data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dsr_desk.core.actions import Action, Approval, ItemSeen, Outcome, OutcomeState, Plan, ReadBack, Seen
from dsr_desk.core.codec import from_text, to_text
from dsr_desk.storage.clock import now
from dsr_desk.storage.vault import Vault


@dataclass(frozen=True)
class Before:
    """What was there when an action began, written before anything is destroyed. Keys are item ids.

    `digest` is the container's. `alike` counts items with the same member and bytes; `masked` holds the SHA-256 of the
    photo that is to take an item's place, `looks` an erased photo's perceptual hash (hex).
    """

    digest: str = ""
    alike: Mapping[str, int] = field(default_factory=dict)
    masked: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, str] = field(default_factory=dict)


class Records(Protocol):
    """`open` must be lasting when it returns: an action destroys nothing before."""

    def begun(self, plan: Plan, action: Action) -> tuple[Before, str] | None:
        """What was there and when, for an action that was begun; None for one that was not."""
        ...

    def outcome(self, plan: Plan, action: Action) -> Outcome | None:
        """How an action ended; None where it was not begun or not ended."""
        ...

    def open(self, plan: Plan, action: Action, before: Before, started: str) -> None: ...

    def close(self, plan: Plan, outcome: Outcome) -> None: ...


class VaultRecords:
    """Records in a vault, each with its journal entry in the same transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add_plan(self, plan: Plan) -> int:
        """Keeps a plan; returns its journal entry."""
        with self._vault.transaction() as db:
            db.table("deletion_plans").upsert(
                {"digest": plan.digest, "case_ref": plan.case, "made": plan.made, "content": to_text(plan)}, pk="digest"
            )
            body = {"plan": plan.digest, "actions": len(plan.actions)}
            return self._vault.journal.append("deletion-planned", body, plan.case)

    def plan(self, case: str) -> Plan | None:
        """The latest plan of a case."""
        query = "SELECT content FROM deletion_plans WHERE case_ref = ? ORDER BY rowid DESC LIMIT 1"
        row = self._vault.db.conn.execute(query, [case]).fetchone()
        return from_text(row[0], Plan) if row else None

    def plans(self, case: str) -> list[str]:
        """Digests of all plans that were ever made in a case."""
        rows = self._vault.db.conn.execute("SELECT digest FROM deletion_plans WHERE case_ref = ?", [case])
        return [row[0] for row in rows]

    def add_approval(self, plan: Plan, approval: Approval) -> int:
        with self._vault.transaction() as db:
            db.table("deletion_approvals").upsert(
                {
                    "plan": approval.plan,
                    "officer": approval.officer,
                    "time": approval.time,
                    "signature": approval.signature,
                },
                pk=("plan", "officer"),
            )
            return self._vault.journal.append("deletion-approved", {"plan": approval.plan}, plan.case)

    def approvals(self, plan: Plan) -> list[Approval]:
        query = "SELECT plan, officer, time, signature FROM deletion_approvals WHERE plan = ? ORDER BY time, officer"
        return [Approval(*row) for row in self._vault.db.conn.execute(query, [plan.digest])]

    def begun(self, plan: Plan, action: Action) -> tuple[Before, str] | None:
        query = "SELECT before, started FROM deletion_actions WHERE plan = ? AND action = ?"
        row = self._vault.db.conn.execute(query, [plan.digest, action.id]).fetchone()
        return (from_text(row[0], Before), row[1]) if row else None

    def outcome(self, plan: Plan, action: Action) -> Outcome | None:
        return next((one for one in self.outcomes(plan) if one.action == action.id and one.ended), None)

    def outcomes(self, plan: Plan) -> list[Outcome]:
        """Of all actions that were begun, in the plan's order; what was begun and not ended is "started"."""
        query = "SELECT action, officer, started, outcome FROM deletion_actions WHERE plan = ? ORDER BY action"
        return [
            from_text(content, Outcome) if content else Outcome(action, OutcomeState.STARTED, officer, started)
            for action, officer, started, content in self._vault.db.conn.execute(query, [plan.digest])
        ]

    def open(self, plan: Plan, action: Action, before: Before, started: str) -> None:
        with self._vault.transaction() as db:
            db.table("deletion_actions").upsert(
                {
                    "plan": plan.digest,
                    "action": action.id,
                    "officer": self._vault.officer_key,
                    "started": started,
                    "before": to_text(before),
                    "state": OutcomeState.STARTED.value,
                    "outcome": None,
                },
                pk=("plan", "action"),
            )
            body = {
                "plan": plan.digest,
                "action": action.id,
                "kind": action.kind.value,
                "items": [item.address.id for item in action.items],
            }
            self._vault.journal.append("action-started", body, plan.case)

    def close(self, plan: Plan, outcome: Outcome) -> None:
        with self._vault.transaction() as db:
            db.table("deletion_actions").update(
                (plan.digest, outcome.action), {"state": outcome.state.value, "outcome": to_text(outcome)}
            )
            body = {
                "plan": plan.digest,
                "action": outcome.action,
                "state": outcome.state.value,
                "error": outcome.error,
                "before": outcome.digest_before,
                "after": outcome.digest_after,
                "seen": {seen.name.lower(): outcome.count(seen) for seen in Seen if outcome.count(seen)},
            }
            self._vault.journal.append("action-ended", body, plan.case)

    def looks(self, plan: Plan) -> dict[str, str]:
        """Perceptual hashes (hex) of the erased photos, by item id."""
        query = "SELECT before FROM deletion_actions WHERE plan = ?"
        found: dict[str, str] = {}
        for (text,) in self._vault.db.conn.execute(query, [plan.digest]):
            found.update(json.loads(text)["looks"])
        return found

    def add_export(self, plan: Plan, answer_key: str) -> int:
        """Keeps the public key (hex) that will have signed the answer."""
        with self._vault.transaction() as db:
            db.table("deletion_exports").insert({"plan": plan.digest, "answer_key": answer_key, "exported": now()})
            return self._vault.journal.append("deletion-exported", {"plan": plan.digest}, plan.case)

    def answer_keys(self, plan: Plan) -> list[str]:
        """Of all exports of a plan, the latest first."""
        query = "SELECT answer_key FROM deletion_exports WHERE plan = ? ORDER BY rowid DESC"
        return [row[0] for row in self._vault.db.conn.execute(query, [plan.digest])]

    def add_answer(
        self, plan: Plan, answer_key: str, outcomes: Sequence[Outcome], befores: Mapping[str, Before]
    ) -> int:
        """Takes in what was done and read back on another machine."""
        with self._vault.transaction() as db:
            for outcome in outcomes:
                self.open(plan, plan.action(outcome.action), befores.get(outcome.action, Before()), outcome.started)
                self.close(plan, outcome)
            db.table("deletion_exports").update((plan.digest, answer_key), {"answered": now()})
            body = {"plan": plan.digest, "key": answer_key, "actions": len(outcomes)}
            return self._vault.journal.append("deletion-answered", body, plan.case)

    def declare(self, plan: Plan, action: Action, how: str) -> Outcome:
        """Ends a waiting action by somebody's word: it counts as declared, never as read back."""
        begun = self.begun(plan, action)
        started = begun[1] if begun else now()
        seen = tuple(ItemSeen(item.address.id, Seen.NOT_LOOKED, "declared, not read back") for item in action.items)
        outcome = Outcome(action.id, OutcomeState.DONE, self._vault.officer_key, started, now(), seen, notes=(how,))
        with self._vault.transaction():
            if begun is None:
                self.open(plan, action, Before(), started)
            self.close(plan, outcome)
        return outcome

    def add_read_back(self, plan: Plan, result: ReadBack) -> int:
        with self._vault.transaction() as db:
            db.table("deletion_read_backs").insert(
                {"plan": plan.digest, "officer": result.officer, "time": result.time, "content": to_text(result)}
            )
            body = {
                "plan": plan.digest,
                "seen": result.seen.name.lower(),
                "items": {seen.name.lower(): result.count(seen) for seen in Seen if result.count(seen)},
            }
            return self._vault.journal.append("deletion-read-back", body, plan.case)

    def read_back(self, plan: Plan) -> ReadBack | None:
        """The latest one."""
        query = "SELECT content FROM deletion_read_backs WHERE plan = ? ORDER BY id DESC LIMIT 1"
        row = self._vault.db.conn.execute(query, [plan.digest]).fetchone()
        return from_text(row[0], ReadBack) if row else None
