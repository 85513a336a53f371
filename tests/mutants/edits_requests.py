"""The safety lines of a request: nothing unconfirmed is searched, nobody unverified is granted it; and of its clock."""

from __future__ import annotations

from edit import Edit, lines

RULES = "tests/unit/core/test_core_rules.py"
CLOCK = "tests/unit/app/case/test_app_clock.py"
FORBIDS = "test_what_a_guard_forbids_is_refused_with_its_reason"
COPIED = "tests/unit/core/test_core_in_the_verifier.py::test_what_the_program_forbids_the_verifier_refuses"

LINES: tuple[Edit, ...] = (
    *lines(
        "core/request_guards.py",
        RULES,
        (
            "nothing is searched that nobody confirmed",
            'if case.facts and case.facts[-1]["kind"] == Kind.CONFIRMED.value:',
            "if case.facts:",
            f"{FORBIDS} -k may_search",
        ),
        (
            "nobody is granted what she asked after a failed check",
            "if state in _GRANTS and (failed or unchecked):",
            "if state in _GRANTS and unchecked:",
            f"{FORBIDS} -k end_fits_identity",
        ),
        (
            "nobody is granted in part who was never checked",
            "if state in _GRANTS and (failed or unchecked):",
            "if state in _GRANTS and failed:",
            f"{FORBIDS} -k end_fits_identity",
        ),
        (
            "nobody is answered before she asked",
            'if not day or (case.facts and day >= case.facts[-1]["received"]):',
            "if not day or case.facts:",
            f"{FORBIDS} -k answer_after_receipt",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        RULES,
        (
            "the verifier lets nothing unconfirmed be searched",
            'fold.require(bool(fold.facts) and fold.facts[-1]["kind_"] == "confirmed", said)',
            "fold.require(bool(fold.facts), said)",
            f"{COPIED} -k searched",
        ),
        (
            "the verifier grants nobody unverified",
            'fold.require(not failed and (fold.identified or said["state"] == "closed"), said)',
            'fold.require(fold.identified or said["state"] == "closed", said)',
            f"{COPIED} -k closed",
        ),
        (
            "the verifier grants nobody in part who was never checked",
            'fold.require(not failed and (fold.identified or said["state"] == "closed"), said)',
            "fold.require(not failed, said)",
            f"{COPIED} -k closed",
        ),
        (
            "the verifier lets nobody be answered before she asked",
            'fold.require(not said["day"] or (bool(fold.facts) and said["day"] >= fold.facts[-1]["received"]), said)',
            'fold.require(not said["day"] or bool(fold.facts), said)',
            f"{COPIED} -k answered",
        ),
    ),
    *lines(
        "app/case/clock.py",
        CLOCK,
        (
            "an extension that was told too late moves no due day",
            "if too_early_or_late or not after.deadline.extended:",
            "if too_early_or_late:",
            "test_what_was_told_at_another_time_extends_nothing",
        ),
        (
            "an extension is told between the request and today",
            "if too_early_or_late or not after.deadline.extended:",
            "if not after.deadline.extended:",
            "test_what_was_told_at_another_time_extends_nothing",
        ),
        (
            "a law that knows no standstill lets the clock run",
            "if before.law is not Law.UK_GDPR:",
            "if False:",
            "test_a_law_that_knows_no_standstill_lets_the_clock_run",
        ),
        (
            "nobody is answered tomorrow",
            "if day is not None and day > (today or date.today()):",
            "if False:",
            "test_nobody_is_answered_before_she_asked_or_tomorrow",
        ),
    ),
)
