"""dsr-desk case: from the letter to the decision."""

from __future__ import annotations

import click

from dsr_desk.cli.verbs import Verbs


@click.group(
    cls=Verbs,
    found_in={
        "new": "case_open.new",
        "identify": "case_open.identify",
        "read": "case_read.read",
        "list": "case_show.list_",
        "show": "case_show.show",
        "letter": "case_facts.letter",
        "confirm": "case_facts.confirm",
        "close": "case_facts.close",
        "reopen": "case_facts.reopen",
        "keep": "case_facts.keep",
        "forget": "case_facts.forget",
        "answered": "case_clock.answered",
        "extend": "case_clock.extend",
        "pause": "case_clock.pause",
        "resume": "case_clock.resume",
        "search": "case_search.search",
        "candidates": "case_search.candidates",
        "decide": "case_search.decide",
        "undo": "case_search.undo",
        "refuse-link": "case_search.refuse_link",
        "second-review": "case_review.second_review",
        "settle": "case_review.settle",
        "hand-over": "case_review.hand_over",
        "take-in": "case_review.take_in",
        "dispose": "case_plan.dispose",
        "observed": "case_plan.observed",
        "approve": "case_plan.approve",
    },
)
def case() -> None:
    """One person's request and our work on it."""
