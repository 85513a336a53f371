"""How far an order's obligations are met follows from reads, records and named words; what is not known is not met."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from dsr_desk.core.sampling import clopper_pearson
from dsr_desk.evidence.verifying.check_bundle import (
    due_days,
    exact_interval,
    following,
    headline_of,
    obligations_of,
    title_of,
)

DAY = "2026-11-30"


def container(**more: Any) -> dict[str, Any]:
    known = {"name": "shard-0.tar", "version": "photos@1", "how": "whole", "unread": 0, "not_known": 0}
    return {**known, "left": 0, "gone": 10, "where_read": 0, **more}


def look(code: str, seen: str = "gone") -> dict[str, Any]:
    return {"how": {"code": code, "values": {}}, "seen": seen, "says": {"code": f"{code}.says", "values": {}}}


def action(kind: str, state: str = "done", asked: str = "", ground: str = "") -> dict[str, Any]:
    return {"kind": kind, "state": state, "asked": asked, "ground": ground}


def done(*about: str, sworn: bool = False, due: str = "2026-11-20", every: int = 0) -> dict[str, Any]:
    """An order with these obligations of which all was done, read back and is known; no word was given."""
    return {
        "day": DAY,
        "obligations": [
            {"id": f"o{at}", "about": one, "due": due, "every": every, "sworn": sworn} for at, one in enumerate(about)
        ],
        "words": {},
        "sworn": False,
        "scope": True,
        "ran": True,
        "read": True,
        "planned": True,
        "containers": [container()],
        "strays": 0,
        "model_strays": 0,
        "checks": [look("check.order"), look("check.index")],
        "actions": [action("erase-index-entries"), action("tell-recipient"), action("purge-outputs")],
        "unknown_recipients": 0,
        "holds": [],
        "models": [{"learned": "itself", "standing": "seen"}],
        "lineage": {"sources": 1, "unknown": 0, "silent": 0, "in_part": 0, "runs": 0, "questions": 0},
    }


def word(how: str = "declared", *times: str) -> dict[str, Any]:
    return {"how": how, "times": list(times)}


def state(facts: dict[str, Any], at: int = 0) -> str:
    return str(obligations_of(facts)[at]["state"])


def codes(facts: dict[str, Any], at: int = 0) -> list[str]:
    return [code.removeprefix("order.why.") for code, _ in obligations_of(facts)[at]["why"]]


def but(facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**deepcopy(facts), **more}


def test_what_was_read_back_as_gone_is_met_by_a_read() -> None:
    facts = done("data", "models")
    assert [one["state"] for one in obligations_of(facts)] == ["met-read", "met-read"]
    assert title_of(obligations_of(facts)) == "fulfilled"


@pytest.mark.parametrize(
    ("more", "state_", "why"),
    [
        ({"scope": False}, "open", ["no-scope"]),
        ({"ran": False, "read": False, "containers": [container(left=10, gone=0)]}, "open", ["not-run"]),
        ({"read": False}, "open", ["not-read"]),
        ({"containers": [container(left=3, gone=7)]}, "partly", ["left"]),
        ({"containers": [container(left=7, gone=3)]}, "open", ["left"]),
        ({"containers": [container(), container(how="not-known", gone=0)]}, "partly", ["not-known"]),
        ({"containers": [container(), container(how="not-searched", gone=0)]}, "partly", ["not-known"]),
        ({"containers": [container(how="mixed", not_known=2)]}, "partly", ["not-known"]),
        ({"containers": [container(how="mixed", unread=2)]}, "partly", ["not-read-places"]),
        ({"containers": [container(where_read=1)]}, "partly", ["not-read-places"]),
        ({"strays": 1}, "partly", ["strays"]),
        ({"checks": [look("check.order"), look("check.scope-again", "still there")]}, "partly", ["doubts"]),
        ({"checks": [look("check.links", "could not look")]}, "partly", ["doubts"]),
        ({"checks": [look("check.near", "gone where it was read")]}, "partly", ["doubts"]),
        ({"containers": []}, "open", ["nothing"]),
    ],
)
def test_data_is_met_only_where_all_of_it_was_seen_to_be_gone(
    more: dict[str, Any], state_: str, why: list[str]
) -> None:
    facts = but(done("data"), **more)
    assert (state(facts), codes(facts)) == (state_, why)


@pytest.mark.parametrize("about", ["data", "embeddings", "models"])
@pytest.mark.parametrize("how", ["declared", "not-applicable"])
def test_nobodys_word_stands_for_a_read(about: str, how: str) -> None:
    facts = but(
        done(about), containers=[container(left=10, gone=0)], models=[{"learned": "itself", "standing": "declared"}],
        actions=[], words={"o0": word(how, DAY)},
    )  # fmt: skip
    assert state(facts) == "open"


def test_that_nothing_is_covered_somebody_answers_for() -> None:
    facts = but(done("data"), containers=[], words={"o0": word("not-applicable")})
    assert state(facts) == "met-declared"


def test_a_finding_of_sweeps_counts_once_where_it_belongs() -> None:
    facts = but(done("data", "models"), strays=0, model_strays=1, checks=[look("check.order"), stray_look("open")])
    assert (state(facts, 0), codes(facts, 0)) == ("met-read", [])
    assert (state(facts, 1), codes(facts, 1)) == ("partly", ["stray-models"])
    assert codes(but(facts, strays=2, model_strays=0), 0) == ["strays"]
    unread = but(facts, checks=[look("check.order"), stray_look("where-read")])
    assert codes(unread, 0) == ["doubts"], "what was not read is no finding"


def stray_look(how: str) -> dict[str, Any]:
    return {**look("check.strays", "still there"), "says": {"code": f"check.strays.{how}", "values": {}}}


def test_what_is_left_is_said_with_containers_and_names() -> None:
    found = [container(left=4, gone=0, name="b"), container(), container(left=1, gone=2, name="a")]
    (one,) = obligations_of(but(done("data"), containers=found))
    names = {"count": 5, "total": 17, "containers": 2, "of": 3, "names": ["a", "b"]}
    assert one["why"] == [["order.why.left", names]]


@pytest.mark.parametrize(
    ("more", "state_", "why"),
    [
        ({}, "met-declared", []),
        ({"actions": [action("erase-index-entries")]}, "met-read", []),
        ({"actions": [action("erase-index-entries", "failed")]}, "open", ["index"]),
        ({"actions": []}, "open", ["index"]),
        ({"actions": [action("erase-index-entries"), action("purge-outputs", "waiting")]}, "partly", ["outputs"]),
        ({"checks": [look("check.order")]}, "partly", ["index-unread"]),
        ({"checks": [look("check.index", "still there")]}, "partly", ["doubts"]),
        ({"models": [{"learned": "itself", "standing": "none"}]}, "partly", ["undecided-outputs"]),
        ({"containers": [container(), container(how="not-known")]}, "partly", ["not-known"]),
        ({"ran": False, "read": False, "actions": []}, "open", ["not-run"]),
    ],
)
def test_embeddings_are_met_by_the_indexes_and_what_models_made(
    more: dict[str, Any], state_: str, why: list[str]
) -> None:
    facts = but(done("embeddings"), **more)
    assert (state(facts), codes(facts)) == (state_, why)


@pytest.mark.parametrize(
    ("standing", "state_", "why"),
    [
        ("seen", "met-read", []),
        ("explained", "partly", ["infeasible"]),
        ("declared", "open", ["declared"]),
        ("decided", "open", ["decided"]),
        ("none", "open", ["undecided"]),
        ("contradicted", "open", ["contradicted"]),
    ],
)
def test_models_are_met_where_records_bear_the_word_out(standing: str, state_: str, why: list[str]) -> None:
    facts = but(done("models"), models=[{"learned": "inherited", "standing": standing}])
    assert (state(facts), codes(facts)) == (state_, why)


@pytest.mark.parametrize(
    ("lineage", "why"),
    [
        ({"sources": 0}, "lineage"),
        ({"unknown": 1}, "lineage"),
        ({"in_part": 1}, "models-in-part"),
        ({"runs": 1}, "runs-without-model"),
        ({"silent": 1}, "silent-models"),
        ({"questions": 1}, "questions"),
    ],
)
def test_what_lineage_does_not_know_is_no_model_that_is_gone(lineage: dict[str, int], why: str) -> None:
    facts = done("models")
    facts = but(facts, models=[], lineage={**facts["lineage"], **lineage})
    assert (state(facts), codes(facts)) == ("open", [why])


def test_a_model_that_only_measured_learned_nothing() -> None:
    facts = but(done("models"), models=[{"learned": "measured", "standing": "none"}])
    assert state(facts) == "met-read"


@pytest.mark.parametrize(
    ("more", "state_", "why"),
    [
        ({}, "met-declared", []),
        ({"planned": False}, "open", ["not-planned"]),
        ({"unknown_recipients": 1}, "partly", ["recipients-unknown"]),
        ({"actions": [action("tell-recipient", "waiting", "2026-11-03T08:00:00Z")]}, "open", ["silent"]),
        ({"actions": [action("tell-recipient", "waiting"), action("tell-recipient")]}, "partly", ["not-told"]),
    ],
)
def test_recipients_are_met_once_each_of_them_answered(more: dict[str, Any], state_: str, why: list[str]) -> None:
    facts = but(done("recipients"), **more)
    assert (state(facts), codes(facts)) == (state_, why)
    assert state(but(facts, words={"o0": word("declared", DAY)})) == state_
    assert state(but(facts, words={"o0": word("not-applicable")})) == "met-declared"


@pytest.mark.parametrize("about", ["statement", "report", "records", "training", "retraining", "retained"])
def test_what_nothing_can_read_is_met_by_a_named_officers_word(about: str) -> None:
    facts = done(about)
    assert (state(facts), codes(facts)) == ("open", ["no-word"])
    assert state(but(facts, words={"o0": word("declared", DAY)})) == "met-declared"
    assert state(but(facts, words={"o0": word("taken-back")})) == "open"


def test_what_is_to_be_sworn_is_met_once_it_was_sworn_after_reading_back() -> None:
    facts = but(done("statement", sworn=True), words={"o0": word("declared", DAY)})
    assert (state(facts), codes(facts)) == ("partly", ["not-sworn"])
    assert state(but(facts, sworn=True)) == "met-declared"
    assert state(done("data", sworn=True)) == "partly"


def test_what_is_retained_has_its_ground() -> None:
    facts = but(done("retained"), words={"o0": word("declared", DAY)}, holds=["a law", " "])
    assert (state(facts), codes(facts)) == ("partly", ["no-ground"])


@pytest.mark.parametrize(
    ("times", "state_", "why"),
    [
        ([], "open", ["no-word"]),
        (["2026-09-30T08:00:00Z"], "partly", ["no-word"]),
        (["2026-09-30T08:00:00Z", "2026-10-02T08:00:00Z"], "partly", ["no-word"]),
        (["2026-09-30T08:00:00Z", "2026-10-02T08:00:00Z", "2026-11-01T08:00:00Z"], "met-declared", ["again"]),
        (["2026-11-01T08:00:00Z"] * 2, "partly", ["no-word"]),
        (["2026-10-01T08:00:00Z"] * 3, "partly", ["no-word"]),
    ],
)
def test_each_day_on_which_something_repeated_was_due_has_a_word_of_its_own(
    times: list[str], state_: str, why: list[str]
) -> None:
    facts = but(done("report", due="2026-09-01", every=30), words={"o0": word("declared", *times)})
    assert due_days("2026-09-01", 30, DAY) == ["2026-09-01", "2026-10-01", "2026-10-31", "2026-11-30"]
    facts["day"] = "2026-11-29"
    assert (state(facts), codes(facts)) == (state_, why)
    assert following("2026-09-01", 30, "2026-11-29") == DAY


def test_what_falls_due_later_is_open_and_named_as_not_due_yet() -> None:
    facts = done("statement", due="2026-12-24")
    assert (state(facts), codes(facts)) == ("open", ["no-word", "later"])
    assert codes(but(facts, day="2026-12-24")) == ["no-word"]


@pytest.mark.parametrize(
    ("states", "title"),
    [
        ({"data": "met-read", "models": "met-read"}, "fulfilled"),
        ({"data": "met-read", "models": "open"}, "but"),
        ({"data": "partly", "models": "open"}, "but"),
        ({"data": "open", "models": "met-read"}, "not"),
        ({"models": "open", "statement": "met-declared"}, "but"),
        ({"models": "open", "statement": "open"}, "not"),
        ({}, "not"),
    ],
)
def test_the_title_follows_from_the_obligations(states: dict[str, str], title: str) -> None:
    assert title_of([{"about": about, "state": one} for about, one in states.items()]) == title


def test_the_headline_names_each_obligation_that_is_not_met_and_no_other() -> None:
    facts = but(done("data", "models", "recipients"), unknown_recipients=2, models=[], strays=1)
    said = [{**one, "why": [{"code": c, "values": v} for c, v in one["why"]]} for one in obligations_of(facts)]
    line = headline_of({"obligations": said})
    assert line["code"] == "report.order.headline.but"
    assert [one["values"]["what"]["code"] for one in line["values"]["open"]] == [
        "obligation.data",
        "obligation.recipients",
    ]


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 59), (3, 300), (150, 300), (299, 300), (7, 100_000)])
def test_the_interval_is_that_of_the_program(k: int, n: int) -> None:
    assert exact_interval(k, n) == pytest.approx(clopper_pearson(k, n), abs=1e-6)


def test_of_nothing_looked_at_nothing_is_known() -> None:
    assert exact_interval(0, 0) == (0.0, 1.0)
