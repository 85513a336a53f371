"""Tasks that are done elsewhere: a signed plan for the machine with the data, its answer, and a team's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dsr_desk.app.cases import CaseView, require_open, set_state
from dsr_desk.app.deleting import PlanView, register_derived, show_plan
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState, Plan
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import CaseState
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.registry import open_source
from dsr_desk.deletion import export
from dsr_desk.deletion.approval import NotApproved, require_approved
from dsr_desk.deletion.records import VaultRecords
from dsr_desk.evidence.passphrase import new_passphrase
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import require_free, write_whole


class NothingElsewhere(DeskError):
    code = "DELETE-NOTHING-ELSEWHERE"
    happened = "The plan of case {case} has no task for another machine."
    means = "There is nothing to hand over. No file was written."
    todo = "Run the plan here (delete run)."


class NotHandedOver(DeskError):
    code = "DELETE-NOT-HANDED-OVER"
    happened = "The plan of case {case} was not handed over as it is now."
    means = "No answer to it can be checked, so none was taken in."
    todo = "Hand the plan over first (delete export); an answer to an earlier plan does not count for this one."


class DataTwice(DeskError):
    code = "DELETE-DATA-TWICE"
    happened = "Two of the places given hold a container called {name}."
    means = "It cannot be told which of them the plan means. Nothing was deleted."
    todo = "Give one of them now; hand the plan over once more for the other."


class NoSuchTask(DeskError):
    code = "DELETE-NO-SUCH-TASK"
    happened = "The plan of case {case} has no action {action} that waits for somebody's word."
    means = "Nothing was recorded."
    todo = "Run the plan first; then see which actions wait and how they are called (delete show)."


class HowMissing(DeskError):
    code = "DELETE-DECLARED-HOW"
    happened = "It was not said who did it and how that is known."
    means = "The evidence would rest on nobody's word. Nothing was recorded."
    todo = "Say in a few words who told you and what was done."


class ProofUnreadable(DeskError):
    code = "DELETE-PROOF-UNREADABLE"
    happened = "The proof {file} cannot be kept: {why}."
    means = "Nothing was recorded, so that no word counts without the proof that was meant for it."
    todo = "Give another file, or record the word without one."


LARGEST_PROOF = 50_000_000
"""Bytes. A proof is a letter, a log or a screenshot; it lies in the encrypted vault."""


@dataclass(frozen=True)
class Approver:
    """Who approved the plan: the public signing key (hex) that the operator compares, and the name."""

    key: str
    name: str

    @property
    def spoken(self) -> str:
        """The key in groups of four, to be read out on the telephone."""
        return " ".join(self.key[at : at + 4] for at in range(0, len(self.key), 4))


@dataclass(frozen=True)
class HandedOver:
    """A plan's file. `passphrase` and the approvers' keys go by another way; the passphrase is kept nowhere."""

    path: Path
    plan: str
    passphrase: str
    approvers: tuple[Approver, ...]
    containers: tuple[str, ...]


@dataclass(frozen=True)
class RunElsewhere:
    """What was done without a vault. `answer` goes back; `progress` is what a further run goes on from."""

    outcomes: tuple[Outcome, ...]
    answer: Path
    progress: Path


def hand_over(desk: Desk, ref: str, to: Path) -> HandedOver:
    """Writes the approved plan to a file for the machine that holds the data.

    Raises NothingElsewhere, NotApproved, ApprovalInvalid, FileThere.
    """
    require_free(to)
    view = require_open(desk, ref)
    planned = show_plan(desk, ref)
    _require_approved(desk, view, planned)
    tasks = export.elsewhere(planned.plan)
    if not tasks:
        raise NothingElsewhere(case=ref)
    exported, answer_key = export.export_plan(planned.plan, planned.approvals, desk.vault.public_key)
    passphrase = new_passphrase()
    with desk.vault.transaction():
        VaultRecords(desk.vault).add_export(planned.plan, answer_key)
        write_whole(to, export.lock_plan(exported, passphrase))
    names = desk.vault.officer_names()
    approvers = tuple(Approver(one.officer, names[one.officer]) for one in planned.approvals)
    return HandedOver(to, planned.plan.digest, passphrase, approvers, tuple(dict.fromkeys(one.what for one in tasks)))


def run_handed_over(
    file: Path,
    passphrase: str,
    data: Sequence[Path],
    *,
    officers: Sequence[str],
    operator: str,
    answer: Path,
    progress: Path | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> RunElsewhere:
    """Carries out the tasks of a plan's file where the data is, reads back and writes the answer; needs no vault.

    `officers` are the approvers' keys as the operator was told them. Called again with the same `progress` file it
    goes on. Raises PlanLocked, NotAPlan, NotApproved, ApprovalInvalid, DataTwice, Cancelled, and what opening `data`
    raises.
    """
    exported = export.open_plan(file.read_bytes(), passphrase.strip())
    kept = progress or file.with_name(f"{file.name}.progress")
    records = export.FileRecords(kept, exported.plan)
    told = ["".join(key.split()).lower() for key in officers]
    outcomes = export.run_exported(exported, told, _containers(data), records, operator, token=cancel, report=report)
    write_whole(answer, export.answer(exported, records, operator))
    return RunElsewhere(outcomes, answer, kept)


def take_answer(desk: Desk, ref: str, data: bytes) -> tuple[Outcome, ...]:
    """Takes in what another machine did and read back; what was done before stays done.

    The case is then deleted and not read back. Raises NotHandedOver, AnswerInvalid, NotAPlan.
    """
    view = require_open(desk, ref)
    planned = show_plan(desk, ref)
    _require_approved(desk, view, planned)
    plan, records = planned.plan, VaultRecords(desk.vault)
    answer, key = _opened(desk, ref, data, records.answer_keys(plan), plan)
    done = {one.action for one in planned.outcomes if one.state is OutcomeState.DONE and not one.declared}
    new = [one for one in answer.outcomes if one.action not in done or one.state is OutcomeState.DONE]
    with desk.vault.transaction():
        records.add_answer(plan, key, new, answer.befores)
        set_state(desk, ref, CaseState.DELETED)
    register_derived(desk, _as_run(plan), [one for one in new if one.action not in done])
    return tuple(new)


def declare(desk: Desk, ref: str, action_id: str, how: str, proof: Path | None = None) -> Outcome:
    """A team's word that a waiting action is done: declared, never read back.

    A `proof` file is kept in the vault, and its digest stands in the evidence. Raises NoSuchTask, HowMissing,
    ProofUnreadable.
    """
    require_open(desk, ref)
    planned = show_plan(desk, ref)
    if not how.strip():
        raise HowMissing()
    waiting = {one.action for one in planned.outcomes if one.state is OutcomeState.WAITING}
    if action_id not in waiting:
        raise NoSuchTask(case=ref, action=action_id)
    says = how.strip()
    with desk.vault.transaction() as db:
        if proof is not None:
            content = _proof(proof)
            digest = sha256_hex(content)
            says = f"{says} (proof kept, SHA-256 {digest})"
            row = {"plan": planned.plan.digest, "action": action_id, "digest": digest, "name": proof.name}
            db.table("deletion_proofs").insert({**row, "content": content, "added": now()})
        return VaultRecords(desk.vault).declare(planned.plan, planned.plan.action(action_id), says)


def _proof(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_PROOF:
            raise ProofUnreadable(file=file.name, why=f"it is larger than {LARGEST_PROOF // 1_000_000} MB")
        return file.read_bytes()
    except OSError as error:
        raise ProofUnreadable(file=file.name, why=(error.strerror or "the system refused").lower()) from error


def _require_approved(desk: Desk, view: CaseView, planned: PlanView) -> None:
    """As for a run here: the approvals hold and were not withdrawn."""
    if view.state not in (CaseState.APPROVED, CaseState.DELETED, CaseState.READ_BACK):
        raise NotApproved(have=0, needed=1)
    require_approved(planned.plan, planned.approvals, desk.vault.officer_names())


def _containers(data: Sequence[Path]) -> dict[str, Container]:
    found: dict[str, Container] = {}
    for container in (one for place in data for one in open_source(place)):
        if container.name in found:
            raise DataTwice(name=container.name)
        found[container.name] = container
    return found


def _opened(desk: Desk, ref: str, data: bytes, keys: Sequence[str], plan: Plan) -> tuple[export.Answer, str]:
    """The answer and the key that signed it: a plan may have been handed over more than once."""
    refused: export.AnswerInvalid | None = None
    for key in keys:
        try:
            return export.open_answer(data, desk.vault.identity, key, plan), key
        except export.AnswerInvalid as error:
            refused = error
    raise refused or NotHandedOver(case=ref)


def _as_run(plan: Plan) -> Plan:
    """With its tasks as the erasures that they were where the data lies: they make dataset versions too."""
    tasks = {one.id for one in export.elsewhere(plan)}
    return replace(plan, actions=tuple(_as_erasure(one) for one in plan.actions if one.id in tasks))


def _as_erasure(task: Action) -> Action:
    return replace(task, kind=ActionKind.ERASE_ITEMS, container=task.what)
