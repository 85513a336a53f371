"""Guards of the acts that orders alone have, and of what an order never does."""

from __future__ import annotations

from dsr_desk.core import order_refusals as refusals
from dsr_desk.core.acts import Draft
from dsr_desk.core.case import Case, Rows
from dsr_desk.core.case_parts import seen_by_two
from dsr_desk.core.guards import Standing, second_review_asked
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Law
from dsr_desk.core.sampling import drawn


def is_order(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return None if case.is_order else message(refusals.NotAnOrder.code, case=case.ref)


def is_person(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Nobody's face is searched under an order."""
    return message(refusals.NoPerson.code, case=case.ref) if case.is_order else None


def law_fits(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """An order stays one, and no person's request becomes one: nothing of it would be checked, resolved or sampled."""
    law = draft.open.get("law")
    if law is None or (law == Law.ORDER.value) == case.is_order:
        return None
    return message(refusals.OrderLaw.code if case.is_order else refusals.NotAnOrder.code, case=case.ref)


def has_order(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return None if case.order is not None else message(refusals.OrderMissing.code, case=case.ref)


def scope_adds_up(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Rows, containers and sums say the same; a container that is not in scope has no items in it.

    What goes as a whole holds nothing else.
    """
    said = draft.open
    if not {"parts", "items", "size", "rest"} <= said.keys():
        return None
    inside = [one for one in said["parts"] if one[1] in ("whole", "mixed")]
    outside = [one for one in said["parts"] if one[1] not in ("whole", "mixed")]
    items, size = sum(one[2] for one in inside), sum(one[3] for one in inside)
    rest = sum(one[4] - one[2] for one in inside)
    fits = (said["items"], said["size"], said["rest"], said.get("count", items)) == (items, size, rest, items)
    others = any(one[2] != one[4] for one in inside if one[1] == "whole")
    if not fits or others or any(one[2] or one[3] for one in outside):
        return message(refusals.ScopeUneven.code, case=case.ref)
    return None


def of_newest_scope(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """A sample is drawn from the scope in force, and of its true size."""
    scope = case.scope
    if scope is None:
        return message(refusals.ScopeMissing.code, case=case.ref)
    said = draft.open
    if not {"scope", "of", "n", "population"} <= said.keys():
        return None
    population = scope["items"] if said["of"] == "scope" else scope["rest"]
    most = min(population, MOST_DRAWN)
    if (said["scope"], said["population"]) != (scope["act"], population) or not 0 < said["n"] <= most:
        return message(refusals.SampleWrong.code, case=case.ref)
    return None


def sample_known(case: Case, draft: Draft, standing: Standing) -> Message | None:
    act = draft.open.get("sample")
    known = bool(case.samples) if act is None else any(one["act"] == act for one in case.samples)
    return None if known else message(refusals.SampleUnknown.code, case=case.ref)


def drawn_items(case: Case, draft: Draft, standing: Standing, rows: Rows) -> Message | None:
    """Words are on items that were drawn, each once."""
    samples = (one for one in case.samples if one["act"] == draft.open.get("sample"))
    places = {str(at) for one in samples for at in drawn(bytes.fromhex(one["seed"]), one["n"], one["population"])}
    for row in rows():
        word, _, place = row.word.partition(" ")
        if word not in SAMPLE_WORDS or place not in places:
            return message(refusals.SampleWrong.code, case=case.ref)
        places.discard(place)
    return None


def sampled_twice(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Samples are what an officer looks at under an order: a second review is a second officer's own sample."""
    if case.scope is None or not second_review_asked(case, standing) or seen_by_two(case.scope, case.samples):
        return None
    return message(refusals.SampledOnce.code, case=case.ref)


SAMPLE_WORDS = ("belongs", "not", "unsure")
MOST_DRAWN = 100_000
"""Nobody looks at more by eye, and every reader of the log draws a sample again."""


def obligation_known(case: Case, draft: Draft, standing: Standing) -> Message | None:
    said = draft.open.get("obligation")
    known = {one["id"] for one in case.order["obligations"]} if case.order is not None else set()
    fits = bool(known) if said is None else said in known
    return None if fits else message(refusals.ObligationMissing.code, case=case.ref, obligation=str(said or "-"))


def scope_is_known(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Of an order nothing is planned before its data was resolved."""
    if case.is_order and case.scope is None:
        return message(refusals.ScopeMissing.code, case=case.ref)
    return None
