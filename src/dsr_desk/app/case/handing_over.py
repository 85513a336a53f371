"""Tasks that are done elsewhere: a signed plan for the machine with the data, its answer, and a team's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsr_desk.app.case.chasing import lists_handed_out
from dsr_desk.app.case.derived import register_derived
from dsr_desk.app.case.order_items import OrderItems
from dsr_desk.app.case.plans import outcomes_of, plan_of, plan_of_action, show_plan
from dsr_desk.app.case.reaching import staying
from dsr_desk.app.case.run_records import ANSWER, DECLARED, DeskRecords
from dsr_desk.app.data.indexing import generations
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import ItemSeen, Outcome, OutcomeState, Plan, Seen
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.codec import plain
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message, quoted, refused
from dsr_desk.core.passphrases import new_passphrase
from dsr_desk.core.refusals import ActionNotOpen
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.registry import open_source
from dsr_desk.deletion import export
from dsr_desk.deletion.handed_parts import MOST, ListedPart, fit, listed_part
from dsr_desk.deletion.instructions import CheckerAnswer, answer_in
from dsr_desk.deletion.records import Before
from dsr_desk.jobs.cell import ask
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import require_free, write_whole


class NothingElsewhere(DeskError):
    code = "DELETE-NOTHING-ELSEWHERE"
    happened = "The plan of case {case} has no task for another machine."
    means = "There is nothing to hand over. No file was written."
    todo = "Run the plan here (delete run)."


class OrderNotListed(DeskError):
    code = "DELETE-ORDER-NOT-LISTED"
    happened = "The plan of case {case} does not say what is to go of the containers that lie elsewhere."
    means = "It was made by an earlier version. A list that nobody approved would go with it, so no file was written."
    todo = "Withdraw the plan (delete withdraw), plan anew, have it approved, and hand that over."


class OrderTooLarge(DeskError):
    code = "DELETE-ORDER-TOO-LARGE"
    happened = "Elsewhere lie {count} items of the plan of case {case}, and one file carries at most {most}."
    means = "It is opened in memory where the data is, so no file was written."
    todo = "Cover fewer containers at a time (order scope --where); plan, run and hand over one part after the other."


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


class AnswerOfAnother(DeskError):
    code = "DELETE-ANSWER-OTHER"
    happened = "This answer of the checker is not to the list that went out with {action}."
    means = "It says nothing of what was asked there. Nothing was recorded."
    todo = "Record it with the task that its instruction.json names, or ask for the answer to the list that went out."


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


def hand_over(desk: Desk, ref: str, to: Path, *, by_hand: bool = False) -> HandedOver:
    """Writes the approved plan to a file for the machine that holds the data.

    With `by_hand` a task is enough that names no items, which people do and answer for. Of an order the items of
    containers that lie there go with it. Raises NothingElsewhere, OrderNotListed, OrderTooLarge, FileThere, and what
    the rules refuse.
    """
    require_free(to)
    planned = show_plan(desk, ref)
    tasks = export.answerable(planned.plan) if by_hand else export.elsewhere(planned.plan)
    if not tasks:
        raise NothingElsewhere(case=ref)
    stay = staying(desk, planned.plan)
    listed = _listed(desk, planned.plan)
    exported, answer_key = export.export_plan(planned.plan, planned.approvals, desk.vault.public_key, stay, listed)
    passphrase = new_passphrase()
    with desk.vault.transaction():
        basis = (desk.case(ref).plan or {}).get("basis", "")
        said = {"plan": planned.plan.digest, "key": answer_key, "indexes": generations(desk, ref)}
        desk.act(Draft(Kind.HANDED_OVER, said, {}, None, basis), ref)
        write_whole(to, export.lock_plan(exported, passphrase))
    names = desk.vault.officer_names()
    keys = dict.fromkeys(one.officer for one in planned.approvals)
    approvers = tuple(Approver(key, names[key]) for key in keys)
    containers = [name for one in tasks for name in ([each.container for each in one.containers] or [one.what])]
    return HandedOver(to, planned.plan.digest, passphrase, approvers, tuple(dict.fromkeys(containers)))


def _listed(desk: Desk, plan: Plan) -> list[ListedPart]:
    """The items of an order's containers that lie elsewhere, as they were approved."""
    ordered = [action for action in export.elsewhere(plan) if action.containers]
    if not ordered:
        return []
    count = sum(action.total for action in ordered)
    if count > MOST:
        raise OrderTooLarge(case=plan.case, count=count, most=MOST)
    items = OrderItems(desk, plan)
    listed = [
        listed_part(one.id, items.planned(replace(action, containers=(one,))))
        for action in ordered
        for one in action.containers
    ]
    if not fit(ordered, listed):
        raise OrderNotListed(case=plan.case)
    return listed


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

    `officers` are the approvers' keys as the operator was told them: each of them must have approved. Called again
    with the same `progress` file it goes on. Raises PlanLocked, NotAPlan, NotApproved, ApprovalInvalid, DataTwice,
    Cancelled, and what opening `data` raises.
    """
    exported = export.open_plan(file.read_bytes(), passphrase.strip())
    kept = progress or file.with_name(f"{file.name}.progress")
    records = export.FileRecords(kept, exported.plan)
    told = {"".join(key.split()).lower() for key in officers}
    outcomes = export.run_exported(
        exported, told, _containers(data), records, operator, needed=len(told), token=cancel, report=report
    )
    write_whole(answer, export.answer(exported, records, operator))
    return RunElsewhere(outcomes, answer, kept)


def take_answer(desk: Desk, ref: str, data: bytes) -> tuple[Outcome, ...]:
    """Takes in what another machine did and read back; what was done before stays done.

    An answer to the plan of an earlier round counts too, also once the case has ended. The case is then deleted and
    not read back. Raises NotHandedOver, AnswerInvalid, NotAPlan.
    """
    answer, plan, before = _opened(desk, ref, data)
    done = {one.action for one in before if one.state is OutcomeState.DONE and not one.declared}
    records = DeskRecords(desk, ref)
    with desk.vault.transaction():
        for outcome in answer.outcomes:
            if outcome.action not in done:
                found = answer.befores.get(outcome.action, Before())
                records.add(plan, outcome, ANSWER, operator=answer.operator, before=plain(found))
    register_derived(desk, ref, plan)
    return tuple(one for one in answer.outcomes if one.action not in done or one.state is OutcomeState.DONE)


def declare(desk: Desk, ref: str, action_id: str, how: str, proof: Path | None = None) -> Outcome:
    """A team's word that a waiting action is done: declared, never read back.

    A `proof` file is kept in the vault, and its digest stands in the evidence. Where it is the answer of the checker
    that went out with a list, what it found is kept with the word, and an action of which it found something, or for
    which it looked at nothing, waits on. Raises ActionNotOpen, HowMissing, ProofUnreadable, AnswerOfAnother,
    AnswerUnreadable.
    """
    if not how.strip():
        raise HowMissing()
    found = plan_of_action(desk, ref, action_id)
    if found is None or found[1] is None:
        raise ActionNotOpen(case=ref, action=action_id)
    plan, waiting = found[0], found[1]
    notes, content = [quoted(how.strip())], _proof(proof) if proof is not None else b""
    answer = ask(CheckerAnswer | None, answer_in, content) if content else None
    if answer is not None:
        if answer.action != action_id or answer.list_digest not in lists_handed_out(desk, ref, action_id):
            raise AnswerOfAnother(action=action_id)
        notes += answer.notes
    done = answer is None or (not answer.left and answer.files > 0)
    with desk.vault.transaction():
        kept: dict[str, Any] = {}
        digest = ""
        if proof is not None:
            blob = desk.vault.log.put_blob(desk.case(ref).id, content)
            kept, digest = {"proof": blob.as_value(), "name": proof.name}, blob.digest
            notes.append(message("note.proof", digest=blob.digest))
        of_action = plan.action(action_id).items
        items = tuple(ItemSeen(item.address.id, Seen.NOT_LOOKED, message("seen.declared")) for item in of_action)
        outcome = replace(
            waiting,
            state=OutcomeState.DONE if done else OutcomeState.WAITING,
            officer=desk.vault.officer_key,
            ended=now(),
            items=items if done else waiting.items,
            notes=tuple(notes),
        )
        DeskRecords(desk, ref).add(plan, outcome, DECLARED, digest=digest, **kept)
    return outcome


def _proof(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_PROOF:
            raise ProofUnreadable(file=file.name, why=message("why.too-large", most=LARGEST_PROOF))
        return file.read_bytes()
    except OSError as error:
        raise ProofUnreadable(file=file.name, why=refused(error)) from error


def _containers(data: Sequence[Path]) -> dict[str, Container]:
    found: dict[str, Container] = {}
    for container in (one for place in data for one in open_source(place)):
        if container.name in found:
            raise DataTwice(name=container.name)
        found[container.name] = container
    return found


def _opened(desk: Desk, ref: str, data: bytes) -> tuple[export.PlanAnswer, Plan, tuple[Outcome, ...]]:
    """The answer, the plan that it answers and what came of that so far.

    A plan may have been handed over more than once; one that was withdrawn or replaced is answered no more.
    """
    invalid: export.AnswerInvalid | None = None
    with desk.reading(ref) as case:
        rounds = {one["plan"]["plan"]: one for one in case.rounds if one["plan"] is not None}
        handed_over: list[Mapping[str, Any]] = [one for one in case.handed_over if one["plan"] in rounds]
        for one in reversed(handed_over):
            round_ = rounds[one["plan"]]
            plan = plan_of(desk, case, round_["plan"])
            try:
                answer = export.open_answer(data, desk.vault.identity, one["key"], plan)
            except export.AnswerInvalid as error:
                invalid = error
                continue
            return answer, plan, tuple(outcomes_of(desk, plan, round_["actions"]))
    raise invalid or NotHandedOver(case=ref)
