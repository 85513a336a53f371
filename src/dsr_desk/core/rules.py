"""The one table of guards: which act is allowed in which state, and what to say where it is not.

Commands ask before, windows for enabling, the fold for every entry, and `Desk.act` inside the transaction that writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dsr_desk.core import guards as ask
from dsr_desk.core import order_guards as order
from dsr_desk.core import refusals, strays
from dsr_desk.core import request_guards as request
from dsr_desk.core.acts import Draft, Entry, Kind
from dsr_desk.core.case import Case, Rows, no_rows
from dsr_desk.core.case_fold import apply
from dsr_desk.core.guards import Standing
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.roster import Roster
from dsr_desk.core.shapes import is_known_form

RESTS_ON_BASIS = frozenset({Kind.PLANNED, Kind.APPROVED, Kind.BEGUN, Kind.HANDED_OVER})
"""Acts that say what they rest on."""

Guard = Callable[[Case, Draft, Standing], Message | None]
RowGuard = Callable[[Case, Draft, Standing, Rows], Message | None]


def allowed(case: Case, draft: Draft, standing: Standing, rows: Rows | None = None) -> Message | None:
    """Why an act is not allowed in this case now; None where it is.

    A draft without its details asks whether the act is allowed at all, as a window does for a button; with `rows` each
    of them is looked at too.
    """
    if not standing.roster.active(standing.officer, standing.seq):
        return message(refusals.NotAnOfficer.code)
    for guard in GUARDS[draft.kind]:
        refused = guard(case, draft, standing)
        if refused is not None:
            return refused
    row_guard = ROW_GUARDS.get(draft.kind)
    return row_guard(case, draft, standing, rows) if row_guard is not None and rows is not None else None


def after(case: Case, entry: Entry, roster: Roster, rows: Rows = no_rows) -> Message | None:
    """Folds an entry into a case. What the rules of that place forbid changes nothing, is noted and returned."""
    act = entry.act
    if act.kind not in GUARDS or not is_known_form(act) or (act.kind in RESTS_ON_BASIS and not act.basis):
        return _forbidden(case, entry, message(refusals.ActMalformed.code, kind=term(act.kind)))
    if entry.signed_elsewhere and act.digest in case.taken:
        return _forbidden(case, entry, message(refusals.TakenTwice.code, case=case.ref))
    standing = Standing(act.officer, roster, entry.seq, act.open.get("indexes", {}))
    draft = Draft(act.kind, dict(act.open), {}, None, act.basis)
    refused = allowed(case, draft, standing, rows)
    if refused is not None:
        return _forbidden(case, entry, refused)
    apply(case, entry, rows)
    return None


def _forbidden(case: Case, entry: Entry, refused: Message) -> Message:
    case.forbid(entry, refused)
    return refused


_TO_CARRY_OUT: tuple[Guard, ...] = (
    ask.still_open,
    ask.right_deletes,
    ask.is_identified,
    ask.has_plan,
    ask.enough_approvals,
    ask.same_basis,
)
"""Before anything of a plan is done, here or elsewhere."""

GUARDS: Mapping[Kind, tuple[Guard, ...]] = {
    Kind.RECEIVED: (ask.not_there_yet,),
    Kind.PROPOSED: (ask.still_open, order.law_fits),
    Kind.CONFIRMED: (ask.still_open, order.law_fits),
    Kind.IDENTITY: (ask.still_open,),
    Kind.REFERENCE: (ask.still_open, order.is_person),
    Kind.SEARCHED: (order.is_person, ask.is_identified, ask.may_search),
    Kind.DECIDED: (ask.still_open, order.is_person, ask.no_approved_plan),
    Kind.UNDONE: (ask.undo_open, ask.undoable),
    Kind.LINK: (ask.still_open, order.is_person, ask.no_approved_plan, ask.known_items),
    Kind.SCORE_SHOWN: (),
    Kind.PACKET: (),
    Kind.SECOND_REVIEW: (ask.still_open, order.is_person, ask.no_approved_plan, ask.anything_decided),
    Kind.SETTLED: (ask.still_open, order.is_person, ask.no_approved_plan, ask.anything_decided),
    Kind.TREATED: (ask.still_open, order.is_person, ask.no_approved_plan, ask.known_items),
    Kind.DISPOSITION: (ask.still_open,),
    Kind.OBSERVED: (),
    Kind.PLANNED: (
        ask.still_open,
        ask.right_deletes,
        ask.is_identified,
        ask.no_run_under_way,
        ask.not_run_in_this_round,
        order.scope_is_known,
        ask.is_reviewed,
        ask.second_review_of_erasure,
        order.sampled_twice,
        ask.something_due,
        ask.on_what_is_now,
    ),
    Kind.APPROVED: (
        ask.still_open,
        ask.right_deletes,
        ask.is_identified,
        ask.has_plan,
        ask.not_begun,
        ask.is_reviewed,
        ask.second_review_of_erasure,
        order.sampled_twice,
        ask.same_basis,
        ask.may_approve,
    ),
    Kind.PLAN_WITHDRAWN: (ask.still_open, ask.has_plan, ask.not_begun),
    Kind.BEGUN: (*_TO_CARRY_OUT, ask.action_can_begin),
    Kind.OUTCOME: (ask.plan_known, ask.action_was_begun),
    Kind.DERIVED: (ask.has_run,),
    Kind.HANDED_OVER: _TO_CARRY_OUT,
    Kind.ASKED: (ask.tasks_wait,),
    Kind.READ_BACK: (ask.has_run,),
    Kind.VALIDATED: (ask.was_read_back, ask.not_own_work),
    Kind.SWORN: (ask.something_to_say, ask.all_read_back, ask.second_review_of_access),
    Kind.STATED: (ask.still_open,),
    Kind.SEALING: (
        request.edition_fits_identity,
        ask.something_to_say,
        ask.all_read_back,
        ask.second_review_of_access,
    ),
    Kind.SEALED: (
        request.edition_fits_identity,
        ask.something_to_say,
        ask.all_read_back,
        ask.second_review_of_access,
    ),
    Kind.TIME_ASKED: (),
    Kind.TIME_ATTESTED: (),
    Kind.LINEAGE_EXPORTED: (),
    Kind.SWEPT: (ask.not_forgotten,),
    Kind.EXPLAINED: (ask.not_forgotten, strays.known_finding),
    Kind.CLOSED: (ask.still_open, ask.an_end, request.end_fits_identity),
    Kind.ANSWERED: (order.is_person, ask.not_forgotten, request.answer_after_receipt),
    Kind.REOPENED: (ask.has_ended, ask.not_forgotten),
    Kind.FORGOTTEN: (ask.has_ended_if_whole, ask.forgets_own),
    Kind.KEPT: (ask.not_forgotten,),
    Kind.ORDER: (ask.still_open, order.is_order, ask.no_approved_plan),
    Kind.SCOPE: (
        ask.still_open,
        order.is_order,
        order.has_order,
        ask.is_identified,
        ask.no_run_under_way,
        ask.no_approved_plan,
        order.scope_adds_up,
    ),
    Kind.SAMPLE: (ask.still_open, order.is_order, ask.no_approved_plan, order.of_newest_scope),
    Kind.SAMPLED: (ask.still_open, order.is_order, ask.no_approved_plan, order.sample_known),
    Kind.MET: (order.is_order, ask.not_forgotten, order.obligation_known),
}
"""Guards of each act of a case, asked in order; the first refusal is the one that is said."""

ROW_GUARDS: Mapping[Kind, RowGuard] = {
    Kind.DECIDED: ask.candidates,
    Kind.SECOND_REVIEW: ask.others_decisions,
    Kind.SETTLED: ask.disputed_by_others,
    Kind.PLANNED: ask.only_hits,
    Kind.SWEPT: strays.words_of_a_sweep,
    Kind.SAMPLED: order.drawn_items,
}
