"""What a run writes down in a vault: an act before anything is destroyed, and one with what was read back after."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from dsr_desk.app.case import told
from dsr_desk.app.case.cases import searched_identifiers
from dsr_desk.app.case.order_items import OrderItems
from dsr_desk.app.case.plans import outcome_of, seen_counts, seen_rows
from dsr_desk.app.data.guard import keep, remember
from dsr_desk.app.data.indexing import generations, keep_index, list_indexes, opened, resolve_index
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState, Plan, Seen
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.codec import plain, restore
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Identifiers
from dsr_desk.deletion.records import Before
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import Touch

HERE, ANSWER, DECLARED = "here", "answer", "declared"
"""How an outcome is known: it was done here, another machine answered, or somebody gave their word."""


class Interrupted(DeskError):
    code = "DELETE-INTERRUPTED"
    happened = "The action {action} was interrupted before its outcome was written."
    means = "What it was to destroy may be gone or not; the next run looks and goes on."
    todo = "Run the deletion again."


class DeskRecords:
    """The records of a run as acts of a case: the rules are asked before every action.

    Identity withdrawn, another right, a changed basis: `open` then raises the refusal, and nothing more is destroyed.
    """

    def __init__(self, desk: Desk, ref: str) -> None:
        self._desk, self._ref = desk, ref
        self._items: dict[str, OrderItems] = {}

    def begun(self, plan: Plan, action: Action) -> tuple[Before, str] | None:
        """See `Records`."""
        del plan  # ids of actions are unique in a case
        return self.begun_with(action)

    def begun_with(self, action: Action) -> tuple[Before, str] | None:
        """As `begun`."""
        known = self._known(action)
        if known is None:
            return None
        before = self._desk.values(known["before"]).get("before")
        return (restore(before, Before) if before is not None else Before()), known["started"]

    def outcome(self, plan: Plan, action: Action) -> Outcome | None:
        """See `Records`."""
        del plan  # ids of actions are unique in a case
        known = self._known(action)
        return outcome_of(self._desk, known["outcome"]) if known is not None and known["outcome"] is not None else None

    def open(self, plan: Plan, action: Action, before: Before, started: str) -> None:
        """See `Records`. Raises what the rules refuse."""
        del started  # the act has its own time
        with self._desk.reading(self._ref) as case:
            said = {
                "plan": plan.digest,
                "action": action.id,
                "kind": action.kind.value,
                "indexes": generations(self._desk, self._ref),
            }
            basis = case.plan["basis"] if case.plan is not None else ""
            self._desk.act(Draft(Kind.BEGUN, said, {"before": plain(before)}, None, basis), self._ref)

    def close(self, plan: Plan, outcome: Outcome) -> None:
        """See `Records`."""
        self.add(plan, outcome, HERE)

    def add(
        self, plan: Plan, outcome: Outcome, by: str, *, operator: str = "", digest: str = "", **fields: Any
    ) -> None:
        """Writes how an action ended. `operator` is who did it elsewhere, `digest` that of a file that came with
        the word; `fields` are more of the act's fields."""
        action = plan.action(outcome.action)
        said = {
            "plan": plan.digest,
            "action": action.id,
            "kind": action.kind.value,
            "state": outcome.state.value,
            "by": by,
            "started": outcome.started,
            "ended": outcome.ended,
            "error": outcome.error.code if outcome.error else "",
            "before": self._named(outcome.digest_before),
            "after": self._named(outcome.digest_after),
            "kept": outcome.kept,
            "seen": seen_counts(outcome.items),
            **({"parts": self._parts(outcome)} if outcome.parts else {}),
            "indexes": self._own_index(action) if by == HERE else {},
        }
        rows = seen_rows(outcome.items, self._desk.key(self._ref))
        digests = {"before_digest": outcome.digest_before, "after_digest": outcome.digest_after}
        kept = {"notes": plain(outcome.notes), "error": plain(outcome.error), **digests, **fields}
        kept |= {"parts": {part: dict(counts) for part, counts in outcome.parts.items()}} if outcome.parts else {}
        kept |= told.of_outcome(action.kind, outcome, operator=operator, proof=digest)
        with self._desk.vault.transaction():
            touches = [*self._counted_again(action), *self._remembered(plan, action, outcome, fields.get("before"))]
            self._desk.act(Draft(Kind.OUTCOME, said, kept, rows), self._ref, touches=touches)

    def _parts(self, outcome: Outcome) -> dict[str, dict[str, int]]:
        """By the container's pseudonym."""
        return {self._desk.name(self._ref, part): dict(counts) for part, counts in outcome.parts.items()}

    def _counted_again(self, action: Action) -> list[Touch]:
        """What the vault knows of an index once entries were taken out: its counts are those of now."""
        if action.kind is not ActionKind.ERASE_INDEX:
            return []
        with suppress(DeskError):
            known = resolve_index(self._desk, action.index)
            return keep_index(self._desk, known.path, opened(self._desk, known.name))
        return []

    def _items_of(self, plan: Plan) -> OrderItems:
        """Looked up once for each plan."""
        if plan.digest not in self._items:
            self._items[plan.digest] = OrderItems(self._desk, plan)
        return self._items[plan.digest]

    def _remembered(self, plan: Plan, action: Action, outcome: Outcome, told: Any) -> list[Touch]:
        """What is erased is known again should it come back. `told` is what another machine found before, if it did."""
        if action.kind is not ActionKind.ERASE_INDEX and action.containers and outcome.parts:
            digests = self._items_of(plan).gone(action, outcome)
            return keep(self._desk, self._ref, action, digests, (), Identifiers())
        if action.kind is ActionKind.ERASE_INDEX or not action.items:
            return []
        begun = self.begun_with(action)
        before = restore(told, Before) if told is not None else begun[0] if begun is not None else Before()
        gone = {one.item for one in outcome.items if one.seen is not Seen.STILL_THERE}
        looks = [look for item, look in before.looks.items() if item in gone]
        return remember(self._desk, self._ref, action, outcome, looks, searched_identifiers(self._desk, self._ref))

    def settle(self, plan: Plan) -> None:
        """Ends actions that a kill interrupted after an index was rewritten: this one step of its is the plan's own.

        Without it the index would be another one than the plan rests on, and nothing could go on.
        """
        with self._desk.reading(self._ref) as case:
            if case.plan is None or case.plan["plan"] != plan.digest:
                return
            rests_on = dict(case.plan["indexes"])
        for action in plan.actions:
            known = self._known(action)
            if action.kind is not ActionKind.ERASE_INDEX or known is None or known["outcome"] is not None:
                continue
            if any(now_at == rests_on.get(index, now_at) + 1 for index, now_at in self._own_index(action).items()):
                why = Interrupted(action=action.id)
                by, began = known["operator"], known["started"]
                self.add(plan, Outcome(action.id, OutcomeState.FAILED, by, began, now(), error=why.message), HERE)

    def as_planned(self) -> dict[str, int]:
        """Generations of the indexes that are as the plan in force expects: only these may its own work move on.

        What somebody else changed stays a change of what the plan rests on, whatever is done to it afterwards.
        """
        with self._desk.reading(self._ref) as case:
            rests_on = case.plan["indexes"] if case.plan is not None else {}
            known = generations(self._desk, self._ref)
            return {key: at for key, at in rests_on.items() if known.get(key, -1) == at}

    def _named(self, digest: str) -> str:
        """A container's digest as everybody may see it: of a container of one item the bare one would name that."""
        return self._desk.name(self._ref, digest) if digest else ""

    def _known(self, action: Action) -> dict[str, Any] | None:
        with self._desk.reading(self._ref) as case:
            return case.action(action.id)

    def _own_index(self, action: Action) -> dict[str, int]:
        """Generation of the index that the action rewrites: only this one may be another without voiding the plan."""
        own = {self._desk.name(self._ref, one.id) for one in list_indexes(self._desk) if one.name == action.index}
        return {key: now_at for key, now_at in generations(self._desk, self._ref).items() if key in own}
