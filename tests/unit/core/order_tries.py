"""What forbids the acts of orders, and what an order never does: lines of the table of guards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import acts_by_hand as hand
from acts_by_hand import ANN, BEN, CLEO, MIXED, SEED, UNKNOWN, WHOLE, World, facts, ordered, searched
from tries_by_hand import APPROVING, BEGINNING, PLANNING, Refused, Try, closed

from dsr_desk.core import order_refusals, refusals
from dsr_desk.core.acts import Kind, Row
from dsr_desk.core.policy import Policy
from dsr_desk.core.sampling import drawn

ASKS_ANOTHER = replace(Policy(), approver_not_decider=True)
LOOKS_TWICE = replace(Policy(), second_review_erasure=True)
AT = [str(one) for one in drawn(bytes.fromhex(SEED), 2, 5)]
"""The places that are drawn from what is in the scope of `order_drawn`."""
NOT_DRAWN = next(str(one) for one in range(5) if str(one) not in AT)


def words(*said: str) -> list[Row]:
    return [Row(f"i{one.partition(' ')[2]}", one) for one in said]


def _scope(*parts: hand.Part, **more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda it: it.scoped(*parts) | more


def _sample(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda it: it.sampling() | more


ORDERING = Try(Kind.ORDER, ordered())
SCOPING = Try(Kind.SCOPE, _scope(WHOLE, MIXED, UNKNOWN), [Row(f"i{n}", "") for n in range(5)])
SAMPLING = Try(Kind.SAMPLE, World.sampling)
LOOKING = Try(
    Kind.SAMPLED, lambda it: {"sample": it.case.samples[0]["act"] if it.case.samples else "0" * 64},
    words(*(f"belongs {place}" for place in AT)),
)  # fmt: skip
DECLARING = Try(Kind.MET, {"obligation": "o01", "how": "declared", "proof": ""})
PLANNING_ALL = replace(PLANNING, rows=[])
OLD_SCOPE = "0" * 64


def _forgotten() -> World:
    world = hand.order_scoped().close()
    world.do(Kind.FORGOTTEN, {"what": "case", "count": 1, "entries": [], "blobs": []})
    return world


def _looks_of_her_own(world: World, *of: str, by: str = BEN) -> World:
    for one in of:
        world.sample(one, by=by).look(one, by=by)
    return world


def _looks_again(world: World) -> World:
    """At what Ann drew and looked at, Ben too."""
    return world.look(by=BEN).look("rest", by=BEN)


def _stricter_since() -> World:
    world = hand.order_planned()
    world.policy(LOOKS_TWICE)
    return world


def _sampled_before_the_newest_scope() -> World:
    return hand.order_sampled().scope(WHOLE, UNKNOWN)


def _one_does_not_fit() -> World:
    return hand.order_drawn().look(**{f"p{AT[0]}": "not"}).look("rest")


def _one_of_the_rest_belongs() -> World:
    return hand.order_drawn().look().look("rest", p0="belongs", p1="belongs", p2="belongs", p3="belongs")


def _nobody_looked_at_the_rest() -> World:
    return hand.order_scoped().sample().look()


def _more_than_anybody_looks_at() -> World:
    world = hand.order_opened()
    scope = world.scoped(("c1", "whole", 100_001, 1, 100_001, 0, 0))
    world.do(Kind.SCOPE, {**scope, "count": scope["items"], "root": "0" * 64})
    return world


def _all_gone() -> World:
    parts = {"c1": {"gone": 3}, "c2": {"gone": 2}}
    world = hand.order_approved().begin().outcome(parts=parts).read_back(parts=parts)
    return world.scope(UNKNOWN)


ORDER_TABLE: list[Refused] = [
    # What an order never is
    *(
        Refused(Try(kind, facts(law=law)), "law_fits", world, refusal)
        for kind in (Kind.PROPOSED, Kind.CONFIRMED)
        for law, world, refusal in (
            ("eu-gdpr", hand.order_opened, order_refusals.OrderLaw),
            ("order", hand.opened, order_refusals.NotAnOrder),
        )
    ),
    Refused(
        Try(Kind.REFERENCE, {"reference": 1, "face": None}), "is_person", hand.order_opened, order_refusals.NoPerson
    ),
    Refused(Try(Kind.SEARCHED, searched()), "is_person", hand.order_opened, order_refusals.NoPerson),
    Refused(
        Try(Kind.SEARCHED, searched(purpose="read-back")), "is_person", hand.order_run, order_refusals.NoPerson
    ),
    *(
        Refused(Try(kind, said, rows), "is_person", hand.order_sampled, order_refusals.NoPerson)
        for kind, said, rows in (
            (Kind.DECIDED, {}, [Row("i0", "same")]),
            (Kind.DECIDED, {}, []),
            (Kind.SECOND_REVIEW, {"how": "program"}, [Row("i0", "same")]),
            (Kind.SETTLED, {}, [Row("i0", "same")]),
            (Kind.LINK, {"item": "i0", "linked": "i1", "refused": True}, None),
            (Kind.TREATED, {"item": "i0", "as": "hold"}, None),
        )
    ),
    Refused(
        replace(PLANNING, rows=[Row("i0", "along-erase")]), "only_hits", hand.order_sampled, order_refusals.NoPerson
    ),
    # What a person's case never has
    *(
        Refused(tried, "is_order", hand.found, order_refusals.NotAnOrder)
        for tried in (ORDERING, SCOPING, SAMPLING, LOOKING, DECLARING)
    ),
    # What it says
    *(
        Refused(tried, "still_open", closed(hand.order_drawn), refusals.CaseOver)
        for tried in (ORDERING, SCOPING, SAMPLING, LOOKING)
    ),
    *(
        Refused(tried, "no_approved_plan", hand.order_approved, refusals.ReviewClosed)
        for tried in (ORDERING, SCOPING, SAMPLING, LOOKING)
    ),
    # Scope
    Refused(
        SCOPING, "has_order", lambda: World().received_order().identity(photo=False), order_refusals.OrderMissing
    ),
    Refused(
        SCOPING, "is_identified", lambda: World().received_order().order(), order_refusals.AuthenticityMissing
    ),
    Refused(
        SCOPING, "is_identified", lambda: hand.order_opened().identity("not-verified"),
        order_refusals.AuthenticityMissing,
    ),
    Refused(SCOPING, "no_run_under_way", hand.order_run, refusals.PlanUnderWay),
    *(
        Refused(replace(SCOPING, open=said), "scope_adds_up", hand.order_opened, order_refusals.ScopeUneven)
        for said in (
            _scope(WHOLE, MIXED, items=6),
            _scope(WHOLE, MIXED, size=49),
            _scope(WHOLE, MIXED, rest=0),
            _scope(("c1", "whole", 5, 30, 6, 0, 0), rest=0),
            _scope(("c1", "whole", 5, 30, 6, 0, 0)),
            _scope(WHOLE, MIXED, ("c3", "not-known", 1, 0, 5, 0, 4)),
            _scope(WHOLE, MIXED, ("c3", "not-searched", 0, 1, 5, 0, 5)),
        )
    ),
    Refused(
        replace(SCOPING, open=_scope(WHOLE, MIXED, count=1), rows=[Row("i0", "")]), "scope_adds_up",
        hand.order_opened, order_refusals.ScopeUneven,
    ),
    # Samples
    Refused(SAMPLING, "of_newest_scope", hand.order_opened, order_refusals.ScopeMissing),
    *(
        Refused(replace(SAMPLING, open=said), "of_newest_scope", hand.order_scoped, order_refusals.SampleWrong)
        for said in (
            _sample(scope=OLD_SCOPE), _sample(population=4), _sample(of="rest"), _sample(n=0), _sample(n=6),
        )
    ),
    Refused(
        replace(SAMPLING, open=_sample(n=100_001)), "of_newest_scope",
        _more_than_anybody_looks_at, order_refusals.SampleWrong,
    ),
    Refused(LOOKING, "sample_known", hand.order_scoped, order_refusals.SampleUnknown),
    Refused(
        replace(LOOKING, open={"sample": "0" * 64}), "sample_known", hand.order_drawn, order_refusals.SampleUnknown
    ),
    *(
        Refused(replace(LOOKING, rows=rows), "drawn_items", hand.order_drawn, order_refusals.SampleWrong)
        for rows in (
            words(f"belongs {NOT_DRAWN}"), words(f"perhaps {AT[0]}"), words(f"belongs 0{AT[0]}"), words("belongs"),
            words(f"belongs {AT[0]}", f"not {AT[0]}"),
        )
    ),
    # Plan
    Refused(PLANNING_ALL, "scope_is_known", hand.order_opened, order_refusals.ScopeMissing),
    Refused(
        PLANNING_ALL, "is_identified", lambda: hand.order_sampled().identity("not-verified"),
        order_refusals.AuthenticityMissing,
    ),
    *(
        Refused(PLANNING_ALL, "is_reviewed", world, refusal)
        for world, refusal in (
            (hand.order_scoped, order_refusals.ScopeNotDrawn),
            (_nobody_looked_at_the_rest, order_refusals.ScopeNotDrawn),
            (_sampled_before_the_newest_scope, order_refusals.ScopeNotDrawn),
            (hand.order_drawn, order_refusals.ScopeNotSampled),
            (lambda: hand.order_drawn().look(), order_refusals.ScopeNotSampled),
            (_one_does_not_fit, order_refusals.ScopeNotSampled),
            (_one_of_the_rest_belongs, order_refusals.ScopeNotSampled),
        )
    ),
    *(
        Refused(PLANNING_ALL, "sampled_twice", world, order_refusals.SampledOnce)
        for world in (
            lambda: hand.order_sampled(LOOKS_TWICE),
            lambda: _looks_of_her_own(hand.order_sampled(LOOKS_TWICE), "scope"),
            lambda: _looks_of_her_own(hand.order_sampled(LOOKS_TWICE), "scope", "rest", by=ANN),
            lambda: _looks_again(hand.order_sampled(LOOKS_TWICE)),
            lambda: _looks_of_her_own(_looks_again(hand.order_sampled(LOOKS_TWICE)), "scope", "rest"),
        )
    ),
    Refused(APPROVING, "sampled_twice", _stricter_since, order_refusals.SampledOnce),
    Refused(PLANNING_ALL, "not_run_in_this_round", hand.order_read, refusals.SearchAgain),
    Refused(
        PLANNING_ALL, "something_due", lambda: hand.order_opened().scope(UNKNOWN), order_refusals.ScopeEmpty
    ),
    Refused(PLANNING_ALL, "something_due", _all_gone, order_refusals.ScopeEmpty),
    Refused(
        replace(PLANNING_ALL, open=lambda it: {**it.planned()[0], "parts": {**it.planned()[0]["parts"], "scope": ""}}),
        "on_what_is_now", hand.order_sampled, refusals.BasisChanged,
    ),
    Refused(
        APPROVING, "is_reviewed", lambda: hand.order_planned().scope(WHOLE, MIXED, UNKNOWN),
        order_refusals.ScopeNotDrawn,
    ),
    Refused(
        APPROVING, "same_basis", lambda: hand.order_planned().scope(WHOLE).sample().look(), refusals.BasisChanged
    ),
    Refused(APPROVING, "same_basis", lambda: hand.order_planned().sample().look(), refusals.BasisChanged),
    Refused(
        replace(APPROVING, by=ANN), "may_approve", lambda: hand.order_planned(ASKS_ANOTHER),
        refusals.ApproverDecided,
    ),
    Refused(
        replace(APPROVING, by=CLEO), "may_approve",
        lambda: hand.order_drawn(ASKS_ANOTHER).look(by=CLEO).look("rest").plan(), refusals.ApproverDecided,
    ),
    Refused(
        replace(APPROVING, by=CLEO), "may_approve",
        lambda: hand.order_opened(ASKS_ANOTHER).scope(WHOLE, by=CLEO).sample().look().plan(), refusals.ApproverDecided,
    ),
    # Obligations
    Refused(DECLARING, "not_forgotten", _forgotten, refusals.CaseForgotten),
    Refused(
        DECLARING, "obligation_known", lambda: World().received_order().identity(photo=False),
        order_refusals.ObligationMissing,
    ),
    Refused(
        replace(DECLARING, open={"obligation": "o09", "how": "declared", "proof": ""}), "obligation_known",
        hand.order_opened, order_refusals.ObligationMissing,
    ),
]  # fmt: skip

ORDER_ALLOWED: list[tuple[Try, Callable[[], World]]] = [
    (Try(Kind.CONFIRMED, facts(law="order")), hand.order_opened),
    (Try(Kind.RECEIVED, {"ref": "2026-001", "channel": "pdf", "faces": False, "about": "scope"}), World),
    (ORDERING, lambda: World().received_order()),
    (ORDERING, hand.order_read),
    (ORDERING, hand.order_planned),
    (SCOPING, hand.order_opened),
    (replace(SCOPING, open=_scope(WHOLE, MIXED, ("c3", "not-known", 0, 0, 5, 0, 1))), hand.order_opened),
    (SCOPING, hand.order_planned),
    (SCOPING, hand.order_read),
    (PLANNING_ALL, lambda: _looks_of_her_own(hand.order_sampled(LOOKS_TWICE), "scope", "rest")),
    (SAMPLING, hand.order_scoped),
    (SAMPLING, hand.order_planned),
    (replace(SAMPLING, open=lambda it: it.sampling("rest", 4)), hand.order_scoped),
    (LOOKING, hand.order_drawn),
    (replace(LOOKING, rows=words(f"unsure {AT[0]}")), hand.order_drawn),
    (LOOKING, _one_does_not_fit),
    (PLANNING_ALL, hand.order_sampled),
    (PLANNING_ALL, lambda: hand.order_opened().scope(WHOLE, UNKNOWN).sample(n=3).look()),
    (PLANNING_ALL, lambda: _one_does_not_fit().look()),
    (PLANNING_ALL, lambda: hand.order_read().scope(MIXED).sample().sample("rest").look().look("rest")),
    (APPROVING, hand.order_planned),
    (replace(APPROVING, by=BEN), lambda: hand.order_planned(ASKS_ANOTHER)),
    (BEGINNING, hand.order_approved),
    (DECLARING, hand.order_opened),
    (DECLARING, closed(hand.order_opened)),
    (replace(DECLARING, open={"obligation": "o01", "how": "taken-back", "proof": ""}), hand.order_read),
    (Try(Kind.SEALING, {"requester": False, "regulators": 1}), hand.order_opened),
    (Try(Kind.DISPOSITION, {"model": "m1", "disposition": "destroyed", "deadline": ""}), hand.order_scoped),
]
