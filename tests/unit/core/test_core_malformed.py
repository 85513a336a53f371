"""Acts that were validly signed and say nonsense: each is refused and noted, none raises or breaks the state."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import acts_by_hand as hand
import pytest
from acts_by_hand import ANN, BEN, CLEO, DEE, World, as_rows, facts, searched

from dsr_desk.core import refusals, rules
from dsr_desk.core.acts import Act, Draft, Entry, Kind, Row
from dsr_desk.core.basis import differences, dispositions_changed, parts_of
from dsr_desk.core.case import Case
from dsr_desk.core.errors import error_of
from dsr_desk.core.guards import Standing
from dsr_desk.core.policy import Policy
from dsr_desk.core.roster import Roster
from dsr_desk.storage.case_list import summary_row

JUNK: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 10**60, "", "x", "\ud800", "0" * 1_000, [], [[]], [{}], ["x"], [None], [1], {},
    {"x": {}}, {"x": None}, {"x": 1}, {"x": True}, {"": []}, {"x": 10**60}, json.loads("[" * 60 + "]" * 60),
    float("nan"), 1.5, float("inf"), {"code": "x"}, {"x": "x"},
)  # fmt: skip

LINK = {"item": "x", "linked": "y", "refused": True}
DISPOSED = {"model": "m1", "disposition": "retrained", "deadline": "2026-12-01"}
SEEN = {"model": "m1", "disposition": "retrained", "seen": "2026-11-03"}
WORLDS: dict[Kind, tuple[Callable[[], World], Callable[[World], dict[str, Any]], list[Row] | None]] = {
    Kind.RECEIVED: (World, lambda _: {"ref": "2026-001", "channel": "text", "faces": False}, None),
    Kind.PROPOSED: (hand.opened, lambda _: facts(), None),
    Kind.CONFIRMED: (hand.planned, lambda _: facts(), None),
    Kind.IDENTITY: (hand.opened, lambda _: {"result": "verified", "photo": True, "acting": False}, None),
    Kind.REFERENCE: (hand.opened, lambda _: {"reference": 1, "face": 2}, None),
    Kind.SEARCHED: (hand.opened, lambda _: searched(), as_rows({"x": "photo"})),
    Kind.DECIDED: (hand.found, lambda _: {}, as_rows({"x": "same"})),
    Kind.UNDONE: (hand.reviewed, lambda world: {"act": world.case.undoable[-1][0]}, None),
    Kind.LINK: (hand.reviewed, lambda _: dict(LINK), None),
    Kind.SCORE_SHOWN: (hand.found, lambda _: {"item": "x"}, None),
    Kind.PACKET: (hand.found, lambda _: {"to": "x", "what": "review", "items": 1}, None),
    Kind.PACKET: (hand.found, lambda _: {"to": "x", "what": "review", "items": 1}, None),
    Kind.SECOND_REVIEW: (hand.reviewed, lambda world: {"how": "packet", "head": world.seq}, as_rows({"x": "same"})),
    Kind.SETTLED: (lambda: hand.reviewed().second(x="different"), lambda _: {}, as_rows({"x": "same"})),
    Kind.TREATED: (hand.reviewed, lambda _: {"item": "x", "as": "hold"}, None),
    Kind.DISPOSITION: (hand.opened, lambda _: dict(DISPOSED), None),
    Kind.OBSERVED: (hand.opened, lambda _: dict(SEEN), None),
    Kind.PLANNED: (hand.reviewed, lambda world: world.planned()[0], as_rows({"x": "erase", "y": "erase"})),
    Kind.APPROVED: (hand.planned, lambda world: world.about(), None),
    Kind.PLAN_WITHDRAWN: (hand.planned, lambda world: {"plan": world.newest_plan}, None),
    Kind.BEGUN: (hand.approved, lambda world: world.begun(), None),
    Kind.OUTCOME: (hand.begun, lambda world: world.ended(), as_rows({"x": "gone"})),
    Kind.DERIVED: (hand.run, lambda world: _derived(world), None),
    Kind.HANDED_OVER: (hand.approved, lambda world: {**world.about(), "key": "k1"}, None),
    Kind.ASKED: (lambda: hand.begun().outcome("waiting"), lambda _: {"actions": ["a01"], "again": "2026-12-01"}, None),
    Kind.READ_BACK: (
        hand.run,
        lambda world: {"plan": world.newest_plan, "seen": "gone", "items": {"gone": 1}, "indexes": {"i1": 1}},
        as_rows({"x": "gone"}),
    ),
    Kind.VALIDATED: (hand.read, lambda world: {"read_back": world.case.read_back["act"]}, None),  # type: ignore[index]
    Kind.SWORN: (hand.read, lambda _: {"form": "within-us"}, None),
    Kind.STATED: (hand.opened, lambda _: {"law": "lgpd", "field": "court", "state": "not-yet-known"}, None),
    Kind.SEALING: (hand.read, lambda _: {"requester": True, "regulators": 0}, None),
    Kind.SEALED: (hand.read, lambda _: {"edition": "requester", "bundle": "b", "evidence": "e"}, None),
    Kind.TIME_ASKED: (hand.read, lambda _: {}, None),
    Kind.TIME_ATTESTED: (hand.read, lambda _: {}, None),
    Kind.LINEAGE_EXPORTED: (hand.read, lambda _: {}, None),
    Kind.SWEPT: (
        hand.opened,
        lambda _: {"roots": 1, "files": 9, "found": {}, "unread": 0, "wanted": {}, "models": True, "complete": True},
        as_rows({"s": "bytes"}),
    ),
    Kind.EXPLAINED: (lambda: hand.opened().sweep(s="look"), lambda _: {"finding": "s", "as": "to-plan"}, None),
    Kind.ORDER: (hand.order_planned, lambda _: hand.ordered(), None),
    Kind.SCOPE: (
        hand.order_read,
        lambda world: world.scoped(hand.MIXED, hand.UNKNOWN),
        [Row("i0", ""), Row("i1", "")],
    ),
    Kind.SAMPLE: (hand.order_scoped, lambda world: world.sampling(), None),
    Kind.SAMPLED: (
        hand.order_drawn,
        lambda world: {"sample": world.newest_sample()["act"]},
        [Row("i0", f"belongs {hand.places({'seed': hand.SEED, 'n': 2, 'population': 5})[0]}")],
    ),
    Kind.MET: (hand.order_opened, lambda _: {"obligation": "o01", "how": "declared", "proof": ""}, None),
    Kind.CLOSED: (hand.read, lambda _: {"state": "closed", "open": {}}, None),
    Kind.REOPENED: (lambda: hand.read().close(), lambda _: {}, None),
    Kind.ANSWERED: (hand.opened, lambda _: {"day": "2026-11-20"}, None),
    Kind.KEPT: (hand.opened, lambda _: {"months": 36}, None),
    Kind.FORGOTTEN: (
        lambda: _with_photo().close(),
        lambda world: {"what": "references", "count": 1, "entries": [world.case.references[0]["seq"]], "blobs": ["b"]},
        None,
    ),
}
"""For each act of a case: where it is allowed, what it says then, and its rows."""

BY = {Kind.SECOND_REVIEW: BEN, Kind.SETTLED: CLEO, Kind.VALIDATED: BEN, Kind.APPROVED: BEN}


def _derived(world: World) -> dict[str, Any]:
    return {
        "plan": world.newest_plan, "dataset": "d2", "derived_from": "d1", "removed": 1, "indexes": dict(world.indexes),
    }  # fmt: skip


def _with_photo() -> World:
    world = hand.opened()
    world.do(Kind.REFERENCE, {"reference": 1, "face": 1})
    return world


def _basis(world: World, kind: Kind) -> str:
    return world.planned()[1] if kind is Kind.PLANNED else world.basis


def _tried(kind: Kind, change: Callable[[dict[str, Any]], object]) -> None:
    """Folds the act with a change in what it says, and looks at everything that a case is asked for afterwards."""
    make, said, rows = WORLDS[kind]
    world = make()
    open_ = said(world)
    change(open_)
    before, place = world.case.dump(), world.case.head
    last = _signed(world, kind, open_ if rows is None else _counted(open_, rows), "c1")
    if last is None:
        return
    refused = rules.after(world.case, last, world.roster, lambda: rows or ())
    assert world.case.head == last.seq != place
    if refused is not None:
        assert isinstance(error_of(refused), refusals.Refusal)
        assert _but_place(world.case.dump()) == _but_place(before)
    _ask_everything(world)


def _signed(world: World, kind: Kind, open_: dict[str, Any], case: str) -> Entry | None:
    """The entry as it is read from its text; None where that is no act."""
    made = world.entry(kind, {}, BY.get(kind, ANN), case, _basis(world, kind) if case else "")
    plain = {**json.loads(made.act.content), "open": open_}
    try:
        act = Act.parse(json.dumps(plain, sort_keys=True, separators=(",", ":")))
    except ValueError:
        return None
    return Entry(made.seq, 1, act, made.case_before, made.vault_before, made.writer, {DEE: "00"} if not case else {})


def _counted(open_: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    return {"count": len(rows), "root": "0" * 64, **open_}


def _but_place(text: str) -> dict[str, Any]:
    state = json.loads(text)
    return {name: value for name, value in state.items() if name not in ("head", "leaf", "entries", "forbidden")}


def _ask_everything(world: World) -> None:
    case, roster = world.case, world.roster
    assert Case.load(case.dump()).dump() == case.dump()
    summary_row(case, roster)
    parts_of(case, roster.policy)
    differences(case, roster.policy, {"i1": 1})
    dispositions_changed(case)
    for name in ("right", "state", "identified", "reviewed", "approvers", "operators", "to_ask", "unread", "last_run"):
        found = getattr(case, name)
        if callable(found):
            found(roster)
    for items in (case.candidates(), case.hits(), case.due(), case.to_review_again()):
        assert all(isinstance(item.agreed or item.disputed, bool) for item in items)
    for kind in rules.GUARDS:
        rules.allowed(case, Draft(kind), Standing(ANN, roster, world.seq + 1, {"i1": 1}))


KEYS = [(kind, key) for kind, (make, said, _) in WORLDS.items() for key in said(make())]


@pytest.mark.parametrize("kind", sorted(WORLDS))
def test_the_acts_that_are_spoiled_here_are_allowed_as_they_are(kind: Kind) -> None:
    make, said, rows = WORLDS[kind]
    world = make()
    world.do(kind, said(world), rows=rows, by=BY.get(kind, ANN), basis=_basis(world, kind))


def test_every_act_of_a_case_is_spoiled() -> None:
    assert set(WORLDS) == set(rules.GUARDS)


@pytest.mark.parametrize(("kind", "key"), KEYS)
def test_an_act_that_says_nonsense_raises_nothing_and_leaves_a_state_that_can_be_read(kind: Kind, key: str) -> None:
    _tried(kind, lambda said: said.pop(key))
    for junk in JUNK:
        _tried(kind, lambda said, junk=junk: said.update({key: junk}))  # type: ignore[misc]


@pytest.mark.parametrize("kind", sorted(WORLDS))
def test_what_nobody_asked_an_act_to_say_changes_nothing(kind: Kind) -> None:
    for name in (
        "count",
        "root",
        "indexes",
        "seen",
        "face",
        "deadline",
        "disposition",
        "head",
        "plan",
        "planned",
        "recovery",
        "parts",
        "about",
    ):
        for junk in JUNK[::4]:
            _tried(kind, lambda said, name=name, junk=junk: said.setdefault(name, junk))  # type: ignore[misc]


ITEMS = ("x", "q", "", "\ud800", "0" * 1_000)
WORDS = ("same", "", "gone", "\ud800", "along-", "along-hold", "erase", "nonsense")


@pytest.mark.parametrize("kind", sorted(WORLDS))
def test_rows_that_say_nonsense_raise_nothing(kind: Kind) -> None:
    make, said, _ = WORLDS[kind]
    for item, word in product(ITEMS, WORDS):
        world, rows = make(), as_rows({item: word})
        before = world.case.dump()
        entry = world.entry(kind, _counted(said(world), rows), BY.get(kind, ANN), "c1", _basis(world, kind))
        refused = rules.after(world.case, entry, world.roster, lambda rows=rows: rows)  # type: ignore[misc]
        if refused is not None:
            assert _but_place(world.case.dump()) == _but_place(before)
        _ask_everything(world)


@pytest.mark.parametrize("kind", sorted(WORLDS))
@pytest.mark.parametrize("more", [{"v": 2}, {"rules": 2}, {"v": 0}, {"rules": "1"}, {"rules": None}])
def test_an_act_of_a_form_or_of_rules_that_nobody_knows_is_forbidden(kind: Kind, more: dict[str, Any]) -> None:
    make, said, rows = WORLDS[kind]
    world = make()
    before = world.case.dump()
    open_ = said(world) if rows is None else _counted(said(world), rows)
    entry = world.entry(kind, open_, BY.get(kind, ANN), "c1", _basis(world, kind))
    odd = Entry(entry.seq, 1, replace(entry.act, **more), entry.case_before, entry.vault_before, entry.writer)
    refused = rules.after(world.case, odd, world.roster, lambda: rows or ())
    assert refused is not None
    assert refused.code == refusals.ActMalformed.code
    assert _but_place(world.case.dump()) == _but_place(before)


@pytest.mark.parametrize("kind", [Kind.PLANNED, Kind.APPROVED, Kind.BEGUN, Kind.HANDED_OVER])
def test_what_rests_on_something_says_on_what(kind: Kind) -> None:
    make, said, rows = WORLDS[kind]
    world = make()
    refused = world.fold(kind, said(world), rows=rows, by=BY.get(kind, ANN), basis="")
    assert refused is not None


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in rules.GUARDS])
def test_an_act_on_the_vault_does_nothing_in_a_case(kind: Kind) -> None:
    world = hand.read()
    before = world.case.dump()
    assert world.fold(kind, {}) is not None
    assert _but_place(world.case.dump()) == _but_place(before)


# The vault's own

VAULT: dict[Kind, Mapping[str, Any]] = {
    Kind.OFFICER_ADDED: {"key": DEE, "slot": "d", "recovery": "e" * 64, "recovered": False, "proposal": ""},
    Kind.OFFICER_REMOVED: {"key": BEN},
    Kind.RECOVERY_KEY: {"key": "f" * 64, "proposal": ""},
    Kind.CHANGE_PROPOSED: {"what": "policy", "policy": Policy(2).as_open()},
    Kind.CHANGE_APPROVED: {"proposal": "0" * 64},
    Kind.POLICY: {"policy": Policy(2).as_open(), "proposal": ""},
    Kind.EPOCH: {},
    Kind.STATED_GENERALLY: {"law": "eu-gdpr", "field": "court", "state": "stated"},
    Kind.UNLOCKED: {"switched": False},
    Kind.CHECKPOINT: {"size": 1, "head": "0" * 64, "epoch": 1},
}


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, said in VAULT.items() for key in said])
def test_an_act_on_the_vault_that_says_nonsense_raises_nothing(kind: Kind, key: str) -> None:
    for junk in (*JUNK, ..., {**Policy().as_open(), "approvals": True}, {**Policy().as_open(), "approvals": 0}):
        world = World()
        said = dict(VAULT[kind])
        if junk is ...:
            said.pop(key)
        else:
            said[key] = junk
        signed = _signed(world, kind, said, "")
        if signed is None:
            continue
        before = _roster(world.roster)
        refused = world.roster.after(signed)
        if refused is not None:
            assert isinstance(error_of(refused), refusals.Refusal)
            assert _roster(world.roster) == before
        assert all(type(one) is str for one in world.roster.keys)
        assert world.roster.policy_at(10**9).approvals >= 1


def _roster(roster: Roster) -> str:
    return str([roster.officers, roster.recovery, roster.policies, roster.proposals, roster.unlocks])


def test_a_recovery_code_has_no_officers_key() -> None:
    """It would add officers without anybody's approval."""
    world = World()
    refused = world.roster.after(world.entry(Kind.RECOVERY_KEY, {"key": BEN, "proposal": ""}, ANN, ""))
    assert refused is not None
    assert world.roster.recovery == "e" * 64


# What is read

DEEP = "[" * 100_000 + "]" * 100_000
GOOD = Act(Kind.IDENTITY, "v", "c1", ANN, "2026-11-01T00:00:00Z", "0" * 32, "", {"result": "verified", "photo": True})


def _text(**more: str) -> str:
    said = {name: json.dumps(value) for name, value in json.loads(GOOD.content).items()} | more
    return "{" + ",".join(f'"{name}":{value}' for name, value in said.items()) + "}"


@pytest.mark.parametrize(
    "text",
    [
        _text(open=DEEP), _text(open='{"a":' + DEEP + "}"), _text(open='{"a":NaN}'), _text(open='{"a":1e400}'),
        _text(open='{"a":-Infinity}'), _text(open='{"a":' + "9" * 5000 + "}"), _text(open="[]"), _text(kind="[]"),
        _text(kind='"nonsense"'), _text(fields='{"a":1}'), _text(fields='{"a":[]}'), _text(officer="7"),
        _text(time="null"), _text() + " ", "\ufeff" + _text(), _text()[:-1],
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_act_raises_value_error_alone(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is nobody's concern
        Act.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        _text(open='{"a":"\\ud800"}'), _text(open='{"\\udfff":1}'), _text(open='{"a":1,"a":2}'), _text(),
        '{"v":1,' + _text()[1:], _text(nonce='"\\ud800"'),
        _text(open='{"a":' + "[" * 9_000 + "]" * 9_000 + "}"),
    ],
    ids=str,
)  # fmt: skip
def test_an_act_in_an_odd_spelling_is_none_or_is_told_apart(text: str) -> None:
    try:
        act = Act.parse(text)
    except ValueError:
        return
    assert not act.is_canonical
