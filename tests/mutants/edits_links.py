"""The safety lines of ties by account id, and of what is taken for a phone number or a hash."""

from __future__ import annotations

from edit import Edit, lines

_LINKS = "tests/unit/search/records/test_search_links.py"
_WRITTEN = "tests/unit/search/records/test_search_written.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "search/records/linking.py",
        _LINKS,
        (
            "a number ties records of any table",
            "        else:\n            elsewhere += 1",
            "        else:\n            found[row] = holding[0].column, fields",
            "test_a_number_in_another_tables_own_key_ties_nobody_and_is_told",
        ),
        (
            "a contradicted tie is as sure as another",
            "score=SCORES[len(against)]",
            "score=1.0",
            "test_a_tied_record_of_another_name_and_birth_date_is_lowered_says_so_and_brings_nothing",
        ),
        (
            "an account id that many share is followed",
            "fields in found.values())], MANY_PEOPLE)",
            "fields in found.values())], 10**9)",
            "test_an_id_that_many_people_share_is_followed_to_nobody_and_counted",
        ),
        (
            "a filler ties records",
            " or is_placeholder(field.value)",
            "",
            "test_a_filler_ties_nobody",
        ),
    ),
    *lines(
        "search/records/search.py",
        _LINKS,
        (
            "an account id counts against another name",
            "    if against := contradictions(*sides):",
            "    if against := ():",
            "test_an_account_id_in_a_record_of_somebody_else_is_no_certain_hit",
        ),
    ),
    *lines(
        "search/records/written.py",
        _WRITTEN,
        (
            "dates are phone numbers",
            " if not _DATE.fullmatch(one)]",
            "]",
            "test_what_only_looks_like_a_phone_number_is_none",
        ),
    ),
)
