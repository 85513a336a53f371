"""What a list says of cases: who is late, whose request is here already; and what one end does not grant."""

from __future__ import annotations

from edit import Edit, lines

DUPLICATES = "tests/unit/app/case/test_app_duplicates.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/duplicates.py",
        DUPLICATES,
        (
            "requests without a letter are not one letter",
            "if request.digest and read.get",
            "if read.get",
            "test_two_requests_without_a_letter_and_a_number_are_not_one",
        ),
        (
            "a number is compared with numbers alone",
            ' if one["kind"] == FoundKind.REFERENCE.value}',
            "}",
            "test_what_names_another_thing_is_no_number_of_the_sender",
        ),
        (
            "a case that holds nothing any more is nobody's",
            'known.get("identifiers") or {}',
            'known.get("identifiers")',
            "test_a_forgotten_case_is_a_duplicate_of_nothing",
        ),
    ),
    *lines(
        "app/case/case_list.py",
        "tests/ui/test_ui_cases.py",
        (
            "who was answered is not late",
            "case.answered is None and case.days_left(today) < 0",
            "case.days_left(today) < 0",
            "test_a_person_who_was_answered_or_whose_case_ended_is_not_late",
        ),
        (
            "what has ended is not late",
            "return not case.state.is_end and case.answered",
            "return case.answered",
            "test_a_person_who_was_answered_or_whose_case_ended_is_not_late",
        ),
        (
            "nobody is late on the last day",
            "case.days_left(today) < 0",
            "case.days_left(today) <= 0",
            "test_a_person_who_was_answered_or_whose_case_ended_is_not_late",
        ),
        (
            "an order is late by its open duties",
            "    if case.is_order:\n        return case.ref in duties and duties[case.ref].late > 0\n",
            "",
            "test_an_order_is_late_by_the_duties_that_are_open_and_not_by_its_first_day",
        ),
    ),
    *lines(
        "app/case/cases.py",
        "tests/unit/app/case/test_app_cases.py",
        (
            "who corrects one thing does not stand for the rest",
            "kind = Kind.CONFIRMED if confirmed else Kind.PROPOSED",
            "kind = Kind.CONFIRMED",
            "test_who_corrects_one_thing_of_a_request_does_not_stand_for_the_rest",
        ),
    ),
    *lines(
        "core/deadlines.py",
        "tests/unit/core/test_deadlines.py",
        (
            "months are not extended by what was told before the request",
            "received <= extension_notified <= one.day",
            "extension_notified <= one.day",
            "test_nobody_is_told_of_an_extension_before_she_asked",
        ),
        (
            "days are not extended by what was told before the request",
            "        elif extension_notified < received:\n",
            "        elif False:\n",
            "test_nobody_is_told_of_an_extension_before_she_asked",
        ),
    ),
    *lines(
        "app/vault/house.py",
        "tests/unit/app/vault/test_app_house.py",
        (
            "an address is no domain of ours",
            'or "@" in domain ',
            "",
            "test_what_cannot_hold_is_refused_and_nothing_is_changed",
        ),
        (
            "a key has 32 bytes",
            "len(bytes.fromhex(text)) == 32 and ",
            "bytes.fromhex(text) is not None and ",
            "test_what_cannot_hold_is_refused_and_nothing_is_changed",
        ),
        (
            "a key without its agent is kept for nobody",
            "if not agent.strip() or not _is_key(bare):",
            "if not _is_key(bare):",
            "test_what_cannot_hold_is_refused_and_nothing_is_changed",
        ),
    ),
    *lines(
        "app/case/duties.py",
        "tests/unit/app/case/test_app_clock.py",
        (
            "who was answered does not wait before who was not",
            "2 if case.closed is not None else int(case.answered is not None)",
            "2 if case.closed is not None else 0",
            "test_whoever_was_answered_in_time_is_not_late_while_the_case_stays_open",
        ),
    ),
    *lines(
        "app/case/ending.py",
        "tests/unit/app/vault/test_app_forgetting_again.py",
        (
            "what was destroyed is destroyed again though nothing may be granted",
            "    except (EndDeniedByIdentity, EndDeniedByAuthenticity):",
            "    except EndDeniedByAuthenticity:",
            "test_a_case_of_somebody_who_was_not_the_person_is_forgotten_again_and_grants_nothing",
        ),
    ),
    *lines(
        "app/proof/sealing.py",
        "tests/unit/app/proof/test_app_sealing.py",
        (
            "it is asked for whom is sealed before anything is done",
            'desk.require(ref, Draft(Kind.SEALING, {"requester": requester}))',
            "desk.require(ref, Draft(Kind.SEALING))",
            "test_nothing_is_sealed_for_whom_a_later_check_found_to_be_another",
        ),
    ),
)
