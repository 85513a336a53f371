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
            'if stood_for(case) and confirmed.get(draft.open.get("facts", ""), True):',
            'if confirmed.get(draft.open.get("facts", ""), True):',
            f"{FORBIDS} -k may_search",
        ),
        (
            "no search names what nobody confirmed, whatever was confirmed since",
            'if stood_for(case) and confirmed.get(draft.open.get("facts", ""), True):',
            "if stood_for(case):",
            f"{FORBIDS} -k may_search",
        ),
        (
            "nobody is granted what she asked after a failed check",
            "if state in _GRANTS and (_failed(case) or unchecked):",
            "if state in _GRANTS and unchecked:",
            f"{FORBIDS} -k end_fits_identity",
        ),
        (
            "nobody is granted in part who was never checked",
            "if state in _GRANTS and (_failed(case) or unchecked):",
            "if state in _GRANTS and _failed(case):",
            f"{FORBIDS} -k end_fits_identity",
        ),
        (
            "where data lies is told to nobody who was found to be another",
            "if for_requester and not case.is_order and _failed(case):",
            "if False:",
            f"{FORBIDS} -k edition_fits_identity",
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
            'if one["act"] in (said.get("facts"), newest)]',
            'if one["act"] == said.get("facts")]',
            f"{COPIED} -k searched",
        ),
        (
            "the verifier lets no search name what nobody confirmed",
            'if one["act"] in (said.get("facts"), newest)]',
            'if one["act"] == newest]',
            f"{COPIED} -k searched",
        ),
        (
            "the verifier lets nothing be sealed for whom a check found to be another",
            "fold.require(not (for_requester and fold.failed and not fold.order_case), said)",
            "pass",
            f"{COPIED} -k sealing",
        ),
        (
            "the verifier lets nothing be searched without facts",
            "fold.require(bool(confirmed) and all(confirmed), said)",
            "fold.require(all(confirmed), said)",
            f"{COPIED} -k searched",
        ),
        (
            "the verifier grants nobody unverified",
            'fold.require(not fold.failed and (fold.identified or said["state"] == "closed"), said)',
            'fold.require(fold.identified or said["state"] == "closed", said)',
            f"{COPIED} -k closed",
        ),
        (
            "the verifier grants nobody in part who was never checked",
            'fold.require(not fold.failed and (fold.identified or said["state"] == "closed"), said)',
            "fold.require(not fold.failed, said)",
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
            "the clock stands still from no day to come",
            "before.received <= begin <= (today or date.today())",
            "before.received <= begin",
            "test_nobody_waits_or_has_waited_in_the_future",
        ),
        (
            "the clock stood still until no day to come",
            "not last.begin <= end <= (today or date.today()):",
            "not last.begin <= end:",
            "test_nobody_waits_or_has_waited_in_the_future",
        ),
        (
            "no day is left out of the clock twice",
            "one.end is None or one.end > begin for one",
            "one.end is None for one",
            "test_no_day_is_left_out_of_the_clock_twice",
        ),
        (
            "a pause has its reason in words",
            "    if not words.strip():\n        raise ClockUnexplained()\n",
            "",
            "test_nothing_of_the_clock_changes_without_a_reason",
        ),
        (
            "nobody is answered tomorrow",
            "if day is not None and day > (today or date.today()):",
            "if False:",
            "test_nobody_is_answered_before_she_asked_or_tomorrow",
        ),
    ),
)
