"""dsr-desk case list, show: what is known of cases, who said it, and how far each is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import case_lines as lines_of_list
from dsr_desk.app.case import case_list, cases, duties, rounds, steps
from dsr_desk.app.data import columns
from dsr_desk.app.vault import backups
from dsr_desk.cli.common import emit, with_case, with_desk
from dsr_desk.core import codec
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import CaseState, Found, IdentityCheck, Right

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

STANDINGS = ("all", "open", "late", "ended")
"""The values of `case_list.CaseStanding`, which is loaded once a vault is opened."""


@click.command("list")
@click.option("--words", default="", help="Only those with all these words in their reference or in what names them.")
@click.option(
    "--standing", type=click.Choice(STANDINGS), default="all", show_default=True, help="How they stand today."
)
@click.option("--state", type=click.Choice([one.value for one in CaseState]), help="Only those in this state.")
@click.option("--right", type=click.Choice([one.value for one in Right]), help="Only persons' requests for this.")
@click.option("--orders", is_flag=True, help="Only regulators' orders.")
@with_desk
def list_(desk: Desk, words: str, standing: str, state: str | None, right: str | None, orders: bool) -> None:
    """Cases by due date, with whom they are about; of an order the day of its first open duty."""
    today = date.today()
    open_ = duties.duties_of_orders(desk, today)
    now = case_list.cases_now(desk, today, open_)
    wanted = case_list.CasesWanted(
        words,
        case_list.CaseStanding(standing),
        CaseState(state) if state else None,
        Right(right) if right else None,
        orders,
    )
    listed = case_list.narrowed(now, wanted)
    lines = [
        _order_line(one, open_.get(one.ref), today)
        if one.is_order
        else f"{one.ref}  {_named(one)}  {one.right.value}  {_clock(one, today)}  {one.state}"
        for one in listed
    ]
    rows = [line_json(one) | (_duty_json(open_.get(one.ref)) if one.is_order else {}) for one in listed]
    emit(rows, *(lines or [f"None of {len(now.cases)} cases is such." if now.cases else "There is no case yet."]))


def _named(one: lines_of_list.CaseLine) -> str:
    """Whom or what a case is about, in the word that says most; "-" once that was destroyed."""
    return next(iter(one.names), "-")


def _clock(one: lines_of_list.CaseLine, today: date) -> str:
    """When the answer is due, or when it was given."""
    left = one.days_left(today)
    if one.answered is not None:
        return f"answered {one.answered}" + (f", {-left} days late" if left < 0 else "")
    return f"due {one.due} ({left} days)"


def _order_line(one: lines_of_list.CaseLine, open_: duties.DutiesOpen | None, today: date) -> str:
    """What is due next, once what was due first is done."""
    first = open_.first if open_ is not None else None
    if first is None:
        return f"{one.ref}  {_named(one)}  order  nothing open is due  {one.state}"
    left = (date.fromisoformat(first.day) - today).days
    return f"{one.ref}  {_named(one)}  order  due {first.day} ({left} days): {first.what}  {one.state}"


def _duty_json(open_: duties.DutiesOpen | None) -> dict[str, Any]:
    first = open_.first if open_ is not None else None
    return {"due": first.day if first else None, "duty": first.what if first else None}


@click.command()
@with_case
def show(desk: Desk, ref: str) -> None:
    """One case: its clock, what was said of it by whom, its steps and its rounds."""
    view = cases.show_case(desk, ref)
    versions, passes = cases.facts_versions(desk, ref), rounds.rounds(desk, ref)
    stale, states = [*_erased_after_backup(desk, ref), *columns.stale_searches(desk, ref)], steps.steps(desk, ref)
    following, names, check = steps.next_step(desk, ref), desk.vault.officer_names(), view.identity
    result = {
        **case_json(view, names),
        "round": view.round,
        "rounds": [_round_json(one) for one in passes],
        "facts": [_facts_json(one, names) for one in versions],
        "identity": check and {**codec.plain(check), "officer": names.get(check.officer, check.officer)},
        "steps": states,
        "next_step": following.value if following else None,
        "counts": steps.counts(desk, ref),
        "stale": stale,
    }
    lines = [
        *case_lines(view),
        _facts_line(versions[-1], names),
        _identity_line(check, names, "Authenticity" if view.is_order else "Identity"),
        *(_step_line(one, is_order=view.is_order) for one in states),
        *([f"Next: {_called(following, is_order=view.is_order).lower()}"] if following else []),
        *(f"Round {one.number}: {'; '.join(map(str, one.says))}" for one in passes if one.says),
        *(f"! {sentence}" for sentence in stale),
    ]
    emit(result, *lines)


def _erased_after_backup(desk: Desk, ref: str) -> list[Message]:
    """What a restore found that the restored log knows nothing of, until the case is searched again."""
    items = {item for one in backups.to_search_again(desk) if one.ref == ref for item in one.items}
    return [message("restore.erasures", count=len(items))] if items else []


def case_json(view: cases.CaseView, names: Mapping[str, str]) -> dict[str, Any]:
    """`names` are officers' by public key."""
    said = ("state", "right", "law", "received", "due", "answered", "extended", "identifiers", "closed", "end_reason")
    return {
        "case": view.ref,
        **{name: getattr(view, name) for name in said},
        "forgotten": view.forgotten,
        "stops": [codec.plain(one) for one in view.stops],
        "deadline": view.deadline.steps,
        "read_from": [_found_json(found, names) for found in view.request.found],
        "checks": [{"says": str(one.says), "holds": one.holds} for one in view.request.checks],
        "photos": [{"name": photo.name, "digest": photo.digest, "face": photo.face} for photo in view.photos],
        "identity_checked": view.identity is not None,
    }


def case_lines(view: cases.CaseView) -> list[str]:
    if view.forgotten:
        return [f"Case {view.ref}: {view.state.value}. Forgotten on {view.forgotten[:10]}: what it held is destroyed."]
    if view.is_order:
        return [
            f"Case {view.ref}: order on data, {view.state.value}, round {view.round}",
            *([f"Reason: {view.end_reason}"] if view.end_reason else []),
            f"First due {view.due}; what is open: dsr-desk order duties {view.ref}.",
            *(f"  {step}" for step in view.deadline.steps),
        ]
    known = [value for values in codec.plain(view.identifiers).values() for value in values]
    marks = {True: "✓", False: "!!", None: "?"}
    return [
        *(f"{marks[one.holds]} {one.says}" for one in view.request.checks),
        f"Case {view.ref}: {view.right.value}, {view.law.value}, {view.state.value}, round {view.round}",
        *([f"Reason: {view.end_reason}"] if view.end_reason else []),
        f"Due {view.due}.{f' Answered on {view.answered}.' if view.answered else ''}",
        *(f"  {step}" for step in view.deadline.steps),
        f"Known by: {', '.join(known) or 'nothing but the photo'}",
        f"Reference photos: {sum(1 for photo in view.photos if not photo.destroyed)}",
    ]


def line_json(line: lines_of_list.CaseLine) -> dict[str, Any]:
    said = ("state", "round", "right", "law", "received", "due", "photos", "candidates", "decided", "closed")
    return {
        "case": line.ref,
        "names": list(line.names),
        "answered": line.answered,
        **{name: getattr(line, name) for name in said},
    }


def _found_json(found: Found, names: Mapping[str, str]) -> dict[str, Any]:
    typed_by = names.get(found.typed_by, found.typed_by)
    return {"kind": found.kind.value, "value": found.value, "where": codec.plain(found.where), "typed_by": typed_by}


def _facts_json(version: cases.FactsVersion, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "version": version.number,
        "kind": "proposed" if version.proposed else "confirmed",
        **codec.plain(version.facts),
        "due": version.due.isoformat(),
        "found": [_found_json(found, names) for found in version.found],
        "officer": names.get(version.officer, version.officer),
        "time": version.time,
        "entry": version.entry,
    }


def _facts_line(version: cases.FactsVersion, names: Mapping[str, str]) -> str:
    corrected = version.number > 1
    read = "corrected in part and not confirmed, by" if corrected else "as the program read it, for"
    how = read if version.proposed else "confirmed by"
    who = names.get(version.officer, version.officer)
    return f"Request, version {version.number}: {how} {who}, {version.time} (entry {version.entry})"


def _identity_line(check: IdentityCheck | None, names: Mapping[str, str], what: str) -> str:
    if check is None:
        return f"{what}: not checked"
    said = check.result.value.replace("-", " ")
    return f"{what}: {said} by {names.get(check.officer, check.officer)}, {check.checked}: {check.method}"


def _called(step: steps.Step, *, is_order: bool) -> str:
    """A step by name: an order has a scope and samples of it where a person's case has a search and a review."""
    name = {"request": "order", "search": "scope", "review": "sample"}.get(step.value) if is_order else None
    return (name or step.value).capitalize()


def _step_line(state: steps.StepState, *, is_order: bool) -> str:
    mark = {steps.Stage.OPEN: " ", steps.Stage.BEGUN: "…", steps.Stage.DONE: "✓"}[state.stage]
    line = f"  {mark} {_called(state.step, is_order=is_order)}: {state.says}"
    found = state.finding
    return f"{line}  ({found.officer}, {found.time}, entry {found.entry})" if found else line


def _round_json(one: rounds.RoundView) -> dict[str, Any]:
    return {
        "round": one.number,
        "searches": one.searches,
        "plan": one.plan or None,
        "former_plans": one.former,
        "approved_by": list(one.approved_by),
        "actions": dict(one.actions),
        "read_back": one.read_back or None,
        "read_back_at": one.read_back_at or None,
        "validated_by": list(one.validated_by),
    }
