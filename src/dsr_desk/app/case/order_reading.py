"""Reading back an order: every container of its scope, the indexes, and its selectors resolved once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.case import told
from dsr_desk.app.case.derived import register_derived
from dsr_desk.app.case.plans import outcomes_of, plan_of
from dsr_desk.app.case.reaching import ELSEWHERE, not_refreshed, stores
from dsr_desk.app.case.run_records import DeskRecords
from dsr_desk.app.case.scope import lists_of, show_scope
from dsr_desk.app.case.scoping import resolve
from dsr_desk.app.case.sweeping import stray_check
from dsr_desk.app.data.indexing import RegisteredIndex, generations, opened
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Check, Outcome, Plan, ReadBack, Remaining, Seen
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.codec import plain
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.refusals import NotRun
from dsr_desk.core.selectors import parse
from dsr_desk.deletion.look import leftovers, look, seen_items
from dsr_desk.deletion.reach import NotHere
from dsr_desk.deletion.records import Before
from dsr_desk.deletion.removal import NOT_LOOKED, counted, not_looked, seen_parts
from dsr_desk.deletion.run import Stores
from dsr_desk.deletion.sweep import each_once
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.storage.clock import now

Counts = dict[str, int]
_CODES = {seen.name.lower(): seen for seen in Seen}


@dataclass(frozen=True)
class _Ran:
    """A plan of the case of which anything was begun, with its outcomes and what is here of its data."""

    plan: Plan
    outcomes: Mapping[str, Outcome]
    stores: Stores


def read_order_back(desk: Desk, ref: str, *, report: Report, cancel: CancelToken) -> ReadBack:
    """Looks at the data again for all that the order ever covered. Raises NotRun, Cancelled."""
    with desk.reading(ref) as case:
        ran = [
            (plan_of(desk, case, one["plan"]), dict(one["actions"]))
            for one in case.rounds
            if one["actions"] and one["plan"] is not None
        ]
    if not ran:
        raise NotRun(case=ref)
    newest, records = ran[-1][0], DeskRecords(desk, ref)
    records.settle(newest)
    register_derived(desk, ref, newest)
    own = records.as_planned()
    done = [
        _Ran(plan, {one.action: one for one in outcomes_of(desk, plan, actions)}, stores(desk, plan))
        for plan, actions in ran
    ]
    parts: dict[str, Counts] = {}
    remaining: list[Remaining] = []
    total = sum(len(one.plan.actions) for one in done)
    looked = 0
    for one in done:
        for action in one.plan.actions:
            cancel.check()
            report(Progress(message("phase.read-back"), looked, total))
            looked += 1
            for part, counts in _seen(one, action, records).items():
                parts[part] = counts  # the newest plan's word on a container counts
    checks = [_containers(parts, remaining), *_index_checks(done), _again(desk, ref, report, cancel)]
    checks += [*_link_checks(done), _leftovers(done)]
    strays = stray_check(desk, ref)
    checks += [strays] if strays is not None else []
    totals: Counter[str] = Counter()
    for counts in parts.values():
        totals.update(counts)
    found = ReadBack(newest.digest, now(), desk.vault.officer_key, (), tuple(checks), totals=dict(totals))
    said = {
        "plan": newest.digest,
        "seen": found.seen.name.lower(),
        "items": dict(totals),
        "parts": {desk.name(ref, part): counts for part, counts in parts.items()},
        "indexes": {key: at for key, at in generations(desk, ref).items() if key in own},
    }
    desk.act(Draft(Kind.READ_BACK, said, {"result": plain(found), **told.of_checks(found.checks)}, []), ref)
    return found


def _seen(ran: _Ran, action: Action, records: DeskRecords) -> dict[str, Counts]:
    """By container, how many items of an action were seen how; another machine's word counts for what is not here."""
    if not action.containers or action.kind is ActionKind.ERASE_INDEX:
        return {}
    outcome = ran.outcomes.get(action.id)
    seen = _seen_here(ran, action, records)
    for part, counts in outcome.parts.items() if outcome is not None and outcome.answered else ():
        if set(seen[part]) == {NOT_LOOKED}:
            seen[part] = dict(counts)
    return seen


def _seen_here(ran: _Ran, action: Action, records: DeskRecords) -> dict[str, Counts]:
    if action.kind is ActionKind.REMOVE:
        return seen_parts(action, ran.stores.others)
    if action.kind not in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
        return not_looked(action)
    container = ran.stores.containers.get((action.dataset_version, action.container))
    try:
        if container is None:
            raise NotHere(what=action.what)
        items = tuple(ran.stores.items_of(action))
        begun = records.begun(ran.plan, action)
        harmless = ran.stores.harmless.get(action.dataset_version, ())
        after = look(container, items, harmless=harmless)
        return counted(action, seen_items(items, after, begun[0] if begun else Before(), {}, ran.stores.staying))
    except DeskError:
        return not_looked(action)


def _containers(parts: Mapping[str, Counts], remaining: list[Remaining]) -> Check:
    name, looked_at = message("check.order"), sum(sum(one.values()) for one in parts.values())
    seen = {_CODES[code] for counts in parts.values() for code, count in counts.items() if count}
    for part, counts in parts.items():
        left = counts.get("still_there", 0)
        if left:
            remaining.append(Remaining(quoted(part), message("left.order", count=left)))
    gaps = [
        Gap(quoted(part), message("why.elsewhere"), counts["not_looked"])
        for part, counts in parts.items()
        if counts.get("not_looked")
    ]
    still = sum(counts.get("still_there", 0) for counts in parts.values())
    if still:
        says = message("check.order.found", count=still, total=looked_at, containers=len(remaining))
        return Check(name, Seen.STILL_THERE, says, looked_at, tuple(remaining), tuple(gaps))
    if gaps:
        count = sum(gap.count or 0 for gap in gaps)
        return Check(name, Seen.NOT_LOOKED, message("check.order.partly", count=count), looked_at, (), tuple(gaps))
    weakest = max(seen, key=lambda one: one.weakness, default=Seen.GONE)
    return Check(name, weakest, message("check.order.none", count=looked_at), looked_at)


def _index_checks(done: Iterable[_Ran]) -> Iterator[Check]:
    """Entries, embeddings and thumbnails of containers that went as a whole."""
    remaining, gaps, looked, entries = [], [], 0, 0
    for ran in done:
        for action in ran.plan.actions:
            if action.kind is not ActionKind.ERASE_INDEX:
                continue
            place, index = message("gap.index", name=action.what), ran.stores.indexes.get(action.index)
            whole = [one for one in action.containers if one.whole]
            if index is None:
                gaps.append(Gap(place, message("why.not-open"), action.total))
                continue
            try:
                left = index.count_in([one.container for one in whole])
            except DeskError as error:
                gaps.append(Gap(place, error.why, action.total))
                continue
            looked += sum(one.items for one in whole)
            remaining += [Remaining(place, message("left.index.count", count=left))] if left else []
            entries += left
    name = message("check.index")
    if not (looked or gaps):
        return
    if remaining:
        says = message("check.index.found", count=entries, total=looked)
        yield Check(name, Seen.STILL_THERE, says, looked, tuple(remaining), tuple(gaps))
    else:
        nouns = message("check.index.nouns")
        code, seen = ("check.none.partly", Seen.NOT_LOOKED) if gaps else ("check.none", Seen.GONE)
        yield Check(name, seen, message(code, nouns=nouns, total=looked), looked, (), tuple(gaps))


def _again(desk: Desk, ref: str, report: Report, cancel: CancelToken) -> Check:
    """The same selectors over the indexes, brought up to date with what lies in the containers now."""
    name = message("check.scope-again")
    away = list(not_refreshed(desk, report, cancel))
    gaps = tuple(Gap(message("gap.index", name=one.name), why) for one, why in away)
    failed = sum(why != ELSEWHERE and not _is_empty(desk, one) for one, why in away)
    view = show_scope(desk, ref)
    resolved = resolve(desk, parse(view.selector), lists_of(desk, view))
    inside = [one for one in resolved.parts if one.how in ("whole", "mixed") and one.items]
    left = sum(one.items for one in inside)
    places = [
        Remaining(quoted(f"{one.dataset_version} › {one.container}"), message("left.order", count=one.items))
        for one in inside
    ]
    if left:
        return Check(name, Seen.STILL_THERE, message("check.scope-again.found", count=left), left, tuple(places), ())
    if failed:
        return Check(name, Seen.NOT_LOOKED, message("check.scope-again.partly", count=failed), 0, (), gaps)
    return Check(name, Seen.GONE, message("check.scope-again.none"), 0, (), gaps)


def _is_empty(desk: Desk, known: RegisteredIndex) -> bool:
    """Whether all that it knew is gone: where everything went, no source of it is left to be read."""
    with suppress(DeskError):
        return opened(desk, known.name).about.items == 0
    return False


def _link_checks(done: Iterable[_Ran]) -> Iterator[Check]:
    """Files that had further names: where these lie nobody read."""
    notes = [
        one
        for ran in done
        for outcome in ran.outcomes.values()
        for one in outcome.notes
        if one.code == "note.whole" and _is_linked(one.values["why"])
    ]
    if notes:
        says = message("check.links.found", notes=tuple(dict.fromkeys(notes)))
        yield Check(message("check.links"), Seen.NOT_LOOKED, says, len(notes))


def _is_linked(why: Any) -> bool:
    return isinstance(why, Message) and why.code == "why.whole.linked"


def _leftovers(done: Iterable[_Ran]) -> Check:
    here = {one.path: one for ran in done for _, one, _ in each_once(ran.stores.containers)}
    count = leftovers(list(here.values()))
    name, nouns = message("check.leftovers"), message("check.leftovers.nouns")
    if count:
        left = (Remaining(message("place.beside"), message("left.unfinished")),) * count
        says = message("check.leftovers.found", count=count, total=len(here))
        return Check(name, Seen.STILL_THERE, says, len(here), left)
    return Check(name, Seen.GONE, message("check.none", nouns=nouns, total=len(here)), len(here))
