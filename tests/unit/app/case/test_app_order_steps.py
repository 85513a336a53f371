"""Steps of an order: no ✓ before what is not known is known, and before what was drawn was looked at and fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dsr_desk.app.case.step_lines import Stage, Step
from dsr_desk.app.case.steps import ModelsKnown, lines
from dsr_desk.core.acts import Kind
from unit.core import acts_by_hand as hand
from unit.core.acts_by_hand import MIXED, WHOLE, World

ALONE = ("c2", "mixed", 2, 20, 6, 0, 0)
"""A mixed container of which everything is known."""

NONE = ("c1", "mixed", 0, 0, 4, 0, 0)


def known(*parts: hand.Part) -> World:
    return hand.order_opened().scope(*parts)


def failed() -> World:
    made = hand.order_opened()
    made.do(Kind.IDENTITY, {"result": "not-verified", "photo": False, "acting": False})
    return made


STEPS: dict[str, tuple[Callable[[], World], str, str, str]] = {
    "checked": (hand.order_opened, "✓order.done", "scope.open", "sample.waits"),
    "the check failed": (failed, "…order.failed", "scope.waits", "sample.waits"),
    "something is not known": (hand.order_scoped, "✓order.done", "…scope.unknown", "sample.open"),
    "nothing is covered": (lambda: known(NONE), "✓order.done", "…scope.nothing", "sample.open"),
    "all is known": (lambda: known(WHOLE, ALONE), "✓order.done", "✓scope.done", "sample.open"),
    "part of a container is not known": (lambda: known(WHOLE, MIXED), "✓order.done", "…scope.unknown", "sample.open"),
    "drawn": (lambda: known(WHOLE).sample(), "✓order.done", "✓scope.done", "…sample.begun"),
    "looked at": (lambda: known(WHOLE).sample().look(), "✓order.done", "✓scope.done", "✓sample.done"),
    "what stays was not drawn": (lambda: known(ALONE).sample().look(), "✓order.done", "✓scope.done", "…sample.rest"),
    "what stays was not looked at": (
        lambda: known(ALONE).sample().look().sample("rest"), "✓order.done", "✓scope.done", "…sample.begun"
    ),
    "said anew": (lambda: known(WHOLE).sample().look().scope(WHOLE), "✓order.done", "✓scope.done", "sample.open"),
}  # fmt: skip
MARKS = {Stage.OPEN: "", Stage.BEGUN: "…", Stage.DONE: "✓"}


@pytest.mark.parametrize("name", STEPS)
def test_no_step_of_an_order_is_done_without_what_it_rests_on(name: str) -> None:
    made, *expected = STEPS[name]
    world = made()
    found = lines(world.case, world.roster, ModelsKnown(), looked=7)
    first = [found[step] for step in (Step.REQUEST, Step.SEARCH, Step.REVIEW)]
    assert [MARKS[one.stage] + one.says.code.removeprefix("step.") for one in first] == expected
    assert all((one.rests_on is not None) == (one.stage is Stage.DONE) for one in first)
    for one in found.values():
        for language in ("en", "de"):
            assert "{" not in one.says.say(language)


@pytest.mark.parametrize(
    ("word", "of", "code"),
    [
        ("not", "scope", "wrong"),
        ("unsure", "scope", "unsure"),
        ("belongs", "rest", "wrong"),
        ("unsure", "rest", "unsure"),
    ],
)
def test_one_word_that_does_not_fit_keeps_the_sample_open(word: str, of: str, code: str) -> None:
    world = known(WHOLE, ALONE).sample().look().sample("rest").look("rest")
    place = hand.places(world.newest_sample(of))[0]
    world.look(of, **{f"p{place}": word})
    line = lines(world.case, world.roster, ModelsKnown(), looked=7)[Step.REVIEW]
    assert (line.stage, line.says.code) == (Stage.BEGUN, f"step.sample.{code}")


def test_what_waits_for_an_order_speaks_of_samples_and_items_and_of_no_hits() -> None:
    waits, sampled, read = hand.order_drawn(), hand.order_sampled(), hand.order_read()
    said = [
        lines(world.case, world.roster, ModelsKnown(imported=1, unknown=1))[step].says.say("en")
        for world in (waits, sampled, read)
        for step in (Step.MODELS, Step.DELETION)
    ]
    assert said[:2] == ["Waits for the samples", "Waits for the samples"]
    assert said[3] == "Not planned yet: 5 items"
    assert not any("hit" in one or "review" in one for one in said)
