"""A plan that travels to the machine which holds the data, and the signed answer that comes back.

The plan's file is locked with a passphrase (age) and carries its approvals and a one-time key; the answer is signed
with that key and locked for the vault alone. The data machine needs no vault and learns no other case.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dsr_desk.core.actions import Action, ActionKind, Approval, Outcome, Plan
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.codec import plain, restore
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Container
from dsr_desk.deletion import handed_parts
from dsr_desk.deletion.approval import require_approved
from dsr_desk.deletion.handed_parts import ListedPart
from dsr_desk.deletion.records import Before
from dsr_desk.deletion.run import Stores, carry_out
from dsr_desk.deletion.staying import Staying
from dsr_desk.jobs.cell import CellFailed, Limits, ask
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.files import write_whole

T = TypeVar("T")

_LIMITS = Limits(seconds=300, answer=1 << 30)
PLAN_FORMAT = "dsr-desk deletion plan 1"
ANSWER_FORMAT = "dsr-desk deletion answer 1"


class PlanLocked(DeskError):
    code = "DELETE-EXPORT-LOCKED"
    happened = "The plan's file cannot be opened: this is not its passphrase, or the file was cut short."
    means = "Nothing was deleted."
    todo = "Check the passphrase with who made the file; it was handed over by another way."


class NotAPlan(DeskError):
    code = "DELETE-EXPORT-DAMAGED"
    happened = "This file is no deletion plan or answer of this program, or it is damaged."
    means = "Nothing was done with it."
    todo = "Get the file again from who made it."


class AnswerInvalid(DeskError):
    code = "DELETE-ANSWER-INVALID"
    happened = "The answer does not belong to this plan: {why}."
    means = "It was not taken in; the tasks stay open."
    todo = "Ask for the answer that was made from the plan's latest export."


@dataclass(frozen=True)
class ExportedPlan:
    """What the data machine gets. `answer_key` is a one-time Ed25519 seed (hex), `vault` the vault's age recipient.

    `staying` are addresses of items, alike to planned ones, that were decided to be somebody else's or are held. Of an
    order `listed` are the items of its containers that lie there.
    """

    plan: Plan
    approvals: tuple[Approval, ...]
    answer_key: str
    vault: str
    staying: tuple[tuple[ItemAddress, Message], ...] = ()
    listed: tuple[ListedPart, ...] = ()


@dataclass(frozen=True)
class PlanAnswer:
    """What came back, after its signature was checked."""

    plan: str
    operator: str
    outcomes: tuple[Outcome, ...]
    befores: Mapping[str, Before] = field(default_factory=dict)


def export_plan(
    plan: Plan,
    approvals: Sequence[Approval],
    vault: str,
    staying: Staying | None = None,
    listed: Sequence[ListedPart] = (),
) -> tuple[ExportedPlan, str]:
    """What travels, and the public key (hex) that will have signed the answer. `vault` is its age recipient."""
    key = Ed25519PrivateKey.generate()
    items = [item for one in elsewhere(plan) for item in one.items]
    stay = tuple((staying or Staying()).alike_to(items).items())
    exported = ExportedPlan(plan, tuple(approvals), key.private_bytes_raw().hex(), vault, stay, tuple(listed))
    return exported, key.public_key().public_bytes_raw().hex()


def lock_plan(exported: ExportedPlan, passphrase: str) -> bytes:
    """The file's bytes; making and opening it takes a second or two on purpose."""
    content = {"format": PLAN_FORMAT, "exported": plain(exported)}
    return bytes(pyrage.passphrase.encrypt(json.dumps(content).encode(), passphrase))


def open_plan(data: bytes, passphrase: str) -> ExportedPlan:
    """Raises PlanLocked, NotAPlan."""
    if not data.startswith(b"age-encryption.org/"):
        raise NotAPlan()
    try:
        content = pyrage.passphrase.decrypt(data, passphrase)
    except pyrage.DecryptError as error:
        raise PlanLocked() from error
    try:
        exported: ExportedPlan = ask(ExportedPlan, plan_in, content, limits=_LIMITS)
    except CellFailed as failed:
        raise NotAPlan() from failed
    return exported


def plan_in(content: bytes) -> ExportedPlan:
    """Inside a cell. Raises NotAPlan, and what no JSON raises."""
    return _restored(json.loads(content), PLAN_FORMAT, "exported", ExportedPlan)


def elsewhere(plan: Plan) -> tuple[Action, ...]:
    """What can be run on the machine which holds the containers: tasks, and what could not be reached here."""
    return tuple(
        one
        for one in plan.actions
        if (one.items or one.containers) and (one.kind is ActionKind.TASK or one.unreached is not None)
    )


def answerable(plan: Plan) -> tuple[Action, ...]:
    """What the file of a plan can be answered for: what can be run elsewhere, and tasks that people do by hand."""
    there = elsewhere(plan)
    return tuple(one for one in plan.actions if one.kind is ActionKind.TASK or one in there)


def run_exported(
    exported: ExportedPlan,
    officers: Collection[str],
    containers: Mapping[str, Container],
    records: FileRecords,
    operator: str,
    *,
    needed: int = 1,
    token: CancelToken | None = None,
    report: Report = silent,
) -> tuple[Outcome, ...]:
    """Runs the plan's tasks here, from `containers` by name; called again, it goes on.

    `officers` are the public keys (hex) of those who approved, as the operator was told them by another way. A
    container that is not here leaves its task undone and says so. Raises NotApproved, ApprovalInvalid, NotAPlan where
    other items are listed than were approved, Cancelled.
    """
    plan = exported.plan
    require_approved(plan, exported.approvals, officers, needed)
    outcomes: list[Outcome] = []
    actions, staying = elsewhere(plan), Staying(dict(exported.staying))
    if not handed_parts.fit(actions, exported.listed):
        raise NotAPlan()
    listed, check = {one.part: one for one in exported.listed}, (token or CancelToken()).check
    for number, action in enumerate(actions):
        check()
        report(Progress(message("phase.erase"), number, len(actions)))
        if action.containers:
            handed_parts.carried_out(plan, action, listed, containers, records, operator, check)
            continue
        container = containers.get(action.what)
        tabular = container is not None and container.tabular
        here = replace(action, kind=ActionKind.ERASE_ROWS if tabular else ActionKind.ERASE_ITEMS, container=action.what)
        places = {(action.dataset_version, action.what): container} if container is not None else {}
        outcomes.append(carry_out(plan, here, Stores(places, {}, staying=staying), records, operator, outcomes))
    report(Progress(message("phase.erase"), len(actions), len(actions)))
    ran = {one.action for one in outcomes}
    return (*outcomes, *(one for one in records.outcomes() if one.action not in ran and one.parts))


def answer(exported: ExportedPlan, records: FileRecords, operator: str) -> bytes:
    """The signed answer, locked for the vault."""
    content = plain(PlanAnswer(exported.plan.digest, operator, records.outcomes(), dict(records.befores())))
    signed = canonical_json({"format": ANSWER_FORMAT, "answer": content})
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(exported.answer_key))
    envelope = {"signed": signed.decode(), "signature": key.sign(signed).hex()}
    return bytes(pyrage.encrypt(json.dumps(envelope).encode(), [pyrage.x25519.Recipient.from_str(exported.vault)]))


def open_answer(data: bytes, identity: str, answer_key: str, plan: Plan) -> PlanAnswer:
    """`identity` is the vault's age identity, `answer_key` what `export_plan` returned.

    Raises AnswerInvalid, NotAPlan.
    """
    try:
        content = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)])
        envelope: dict[str, str] = ask(dict[str, str], envelope_in, content, limits=_LIMITS)
        signed, signature = envelope["signed"].encode(), bytes.fromhex(envelope["signature"])
    except (CellFailed, pyrage.DecryptError, ValueError, KeyError, TypeError) as error:
        raise NotAPlan() from error
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(answer_key)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise AnswerInvalid(why=message("why.signature")) from None
    try:
        found: PlanAnswer = ask(PlanAnswer, answer_in, signed, limits=_LIMITS)
    except CellFailed as failed:
        raise NotAPlan() from failed
    if found.plan != plan.digest:
        raise AnswerInvalid(why=message("why.answers-another-plan"))
    known = {action.id: action for action in answerable(plan)}
    if not all(one.action in known and _fits(known[one.action], one) for one in found.outcomes):
        raise AnswerInvalid(why=message("why.not-handed-out"))
    return found


def _fits(action: Action, outcome: Outcome) -> bool:
    """People's word on a task counts no items of an order's containers."""
    return (outcome.declared and not outcome.parts) or handed_parts.answers(action, outcome)


def envelope_in(content: bytes) -> dict[str, str]:
    """Inside a cell: what was signed, and the signature. What it raises says that there is none."""
    envelope = json.loads(content)
    return {name: str(envelope[name]) for name in ("signed", "signature")}


def answer_in(signed: bytes) -> PlanAnswer:
    """Inside a cell. Raises NotAPlan, and what no JSON raises."""
    return _restored(json.loads(signed), ANSWER_FORMAT, "answer", PlanAnswer)


class FileRecords:
    """Records of a run without a vault, in one file that is written whole before anything is destroyed.

    It holds item ids, digests and counts; no names and no places.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        """Goes on with what the file holds of this plan. Raises NotAPlan for a file of another one."""
        self._path = path
        self._whole, self._plan = plan, plan.digest
        self._entries: dict[str, dict[str, Any]] = {}
        if path.exists():
            try:
                content = json.loads(path.read_bytes())
                plan_before, entries = content["plan"], dict(content["actions"])
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise NotAPlan() from error
            if plan_before != plan.digest:
                raise NotAPlan()
            self._entries = entries

    def begun(self, plan: Plan, action: Action) -> tuple[Before, str] | None:
        del plan
        entry = self._entries.get(action.id)
        return (restore(entry["before"], Before), entry["started"]) if entry else None

    def outcome(self, plan: Plan, action: Action) -> Outcome | None:
        del plan
        entry = self._entries.get(action.id)
        return restore(entry["outcome"], Outcome) if entry and entry["outcome"] else None

    def open(self, plan: Plan, action: Action, before: Before, started: str) -> None:
        del plan
        self._write({**self._entries, action.id: {"before": plain(before), "started": started, "outcome": None}})

    def close(self, plan: Plan, outcome: Outcome) -> None:
        del plan
        entry = {**self._entries[outcome.action], "outcome": plain(outcome)}
        self._write({**self._entries, outcome.action: entry})

    def outcomes(self) -> tuple[Outcome, ...]:
        """By action of the plan."""
        found = [restore(entry["outcome"], Outcome) for entry in self._entries.values() if entry["outcome"]]
        return handed_parts.whole_outcomes(self._whole, found)

    def befores(self) -> dict[str, Before]:
        """By action of the plan; of an order's containers none is told."""
        own = {action.id for action in self._whole.actions}
        return {key: restore(entry["before"], Before) for key, entry in self._entries.items() if key in own}

    def _write(self, entries: dict[str, dict[str, Any]]) -> None:
        write_whole(self._path, json.dumps({"plan": self._plan, "actions": entries}).encode())
        self._entries = entries


def _restored(content: Any, form: str, name: str, kind: type[T]) -> T:
    if not isinstance(content, dict) or content.get("format") != form:
        raise NotAPlan()
    try:
        return restore(content[name], kind)
    except Exception as error:
        raise NotAPlan() from error
