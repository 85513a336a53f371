"""The safety lines of orders beyond this computer: what is handed over, what is answered, what recipients are told."""

from __future__ import annotations

from edit import Edit, lines

ELSEWHERE = "tests/unit/app/case/test_app_order_elsewhere.py"
ORDERED = "tests/unit/app/case/test_app_order_run.py"
OBLIGATIONS = "tests/unit/evidence/test_evidence_obligations.py"
RULES = "tests/unit/core/test_core_rules.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "deletion/handed_parts.py",
        ELSEWHERE,
        (
            "no other items are carried out than were approved",
            "(len(one.items), one.digest) for one in known} == wanted",
            "(len(one.items), wanted[one.part][1]) for one in known} == wanted",
            "test_other_items_than_were_approved_are_not_carried_out",
        ),
        (
            "an answer counts each item of each container",
            "not outcome.items and counted == named",
            "not outcome.items",
            "test_an_answer_that_counts_other_items_is_not_taken_in",
        ),
    ),
    *lines(
        "deletion/export.py",
        ELSEWHERE,
        (
            "what is listed is compared with what was approved",
            "if not handed_parts.fit(actions, exported.listed):",
            "if False:",
            "test_other_items_than_were_approved_are_not_carried_out",
        ),
    ),
    *lines(
        "deletion/run.py",
        ELSEWHERE,
        (
            "what another machine did of an order is not forgotten by a run here",
            "if done is not None and done.answered and action.containers:",
            "if False:",
            "test_what_is_not_there_is_said_and_done_by_a_further_run",
        ),
    ),
    *lines(
        "core/case_parts.py",
        RULES,
        (
            "a second look is a sample that nobody else looked at",
            'one["n"] and _fits(one) and len(one["by"]) == 1]',
            'one["n"] and _fits(one)]',
            "test_what_a_guard_forbids_is_refused_with_its_reason -k sampled_twice",
        ),
        (
            "two officers look at what stays as well",
            'if one["of"] == of}) > 1 for of in _needed(scope))',
            'if one["of"] == of}) > 1 for of in ("scope",))',
            "test_what_a_guard_forbids_is_refused_with_its_reason -k sampled_twice",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        OBLIGATIONS,
        (
            "a file of a model that nothing explains keeps models open",
            'if facts["model_strays"]:',
            "if False:",
            "test_a_finding_of_sweeps_counts_once_where_it_belongs",
        ),
    ),
)
