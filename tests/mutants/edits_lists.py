"""The safety lines of intake/ that keep people of one file apart, and a letter's contrary out of its request."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "intake/registry.py",
        "tests/unit/intake/test_intake_lists.py",
        (
            "a case keeps of a file of several what is of its person",
            "extract_of(one.request.text, source, digest, number, count)",
            "data",
            "test_no_case_of_a_list_keeps_what_is_another_persons",
        ),
    ),
    *lines(
        "intake/entries.py",
        "tests/unit/intake/test_intake_lists.py",
        (
            "whoever works on a request is not its person",
            "and _bare(key) in _OF_PERSON",
            "",
            "test_whoever_works_on_a_request_is_not_the_person_of_it",
        ),
        (
            "people whose keys are unknown are never one letter",
            "if len(entries) > 1:",
            "if False:",
            "test_several_entries_of_which_no_key_is_known_are_refused_and_never_one_letter",
        ),
    ),
    *lines(
        "intake/sheets.py",
        "tests/unit/intake/test_intake_lists.py",
        (
            "sheets that were not read are named",
            "left.append(title)",
            "pass",
            "test_sheets_that_were_not_read_are_named",
        ),
    ),
    *lines(
        "intake/layout.py",
        "tests/unit/intake/test_intake_voices.py",
        (
            "a letterhead is not the client's",
            "parts[:head] = [LetterPart.OFFICE] * head",
            "pass",
            "test_the_letterhead_of_who_acts_is_not_the_clients",
        ),
    ),
    *lines(
        "intake/passages.py",
        "tests/unit/intake/test_intake_voices.py",
        (
            "what a parent calls hers is not the child's",
            "return True if mine else None",
            "return None",
            "test_what_a_parent_calls_hers_is_not_the_childs",
        ),
    ),
)
