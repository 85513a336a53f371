"""The safety lines of rights, laws, days and checks: nothing is asked for that was not, and nothing is assumed."""

from __future__ import annotations

from edit import Edit, lines

RIGHTS = "tests/unit/intake/test_intake_rights.py"
LAWS = "tests/unit/intake/test_intake_laws.py"
DATES = "tests/unit/intake/test_intake_dates.py"
CHECKS = "tests/unit/intake/test_intake_checks.py"
OPENING = "tests/unit/app/case/test_app_opening.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "intake/rights.py",
        RIGHTS,
        (
            "what is declined is not asked for",
            "said = declined if spoken.declined else asked",
            "said = asked",
            "test_what_is_declined_is_said_and_never_the_right_of_the_request",
        ),
    ),
    *lines(
        "intake/laws.py",
        LAWS,
        (
            "several laws are asked about",
            "    if len(named) == 1:\n        return LawSaid(next(iter(named)), found)",
            "    if named:\n        return LawSaid(next(iter(named)), found)",
            "test_what_is_unclear_is_asked_and_says_why -k whichever",
        ),
    ),
    *lines(
        "intake/dates.py",
        DATES,
        (
            "a day in the future is not believed",
            "    if day > date.today() + AHEAD:",
            "    if False:",
            "test_a_day_in_the_future_or_long_ago_is_not_believed",
        ),
    ),
    *lines(
        "intake/checks.py",
        CHECKS,
        (
            "a line of another server proves nothing",
            '        if not any(name == one or name.endswith(f".{one}") for one in domains):',
            "        if not name:",
            "test_a_line_of_another_server_proves_nothing",
        ),
    ),
    *lines(
        "intake/drp.py",
        CHECKS,
        (
            "an opt-in is no opt-out",
            '    "sale:opt-out": Right.OPT_OUT,',
            '    "sale:opt-out": Right.OPT_OUT,\n    "sale:opt-in": Right.OPT_OUT,',
            "test_all_that_an_agent_exercises_is_read_and_an_opt_in_never_as_an_opt_out",
        ),
        (
            "a signature is checked with the key of its agent alone",
            'if agent and known.casefold() == agent.casefold()), "")',
            'if agent), "")',
            "test_a_signature_is_checked_against_the_agents_pinned_key_alone",
        ),
    ),
    *lines(
        "app/case/cases.py",
        OPENING,
        (
            "no law is assumed",
            "    if law is Law.UNKNOWN:\n        raise LawUnsaid()\n",
            "    law = Law.EU_GDPR if law is Law.UNKNOWN else law\n",
            "test_nothing_is_assumed",
        ),
        (
            "no day is assumed",
            "    if arrived is None:\n        raise DayUnsaid()\n",
            "    arrived = arrived or date.today()\n",
            "test_nothing_is_assumed",
        ),
        (
            "a failed signature opens no case by itself",
            "    if signature_fails(draft) and not although_signature_fails:",
            "    if False:",
            "test_a_request_whose_signature_fails_is_opened_only_knowingly",
        ),
    ),
)
