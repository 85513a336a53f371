"""The safety lines of names: who is another person, and what was not looked for."""

from __future__ import annotations

from edit import Edit, lines

_NAMES = "tests/unit/search/records/test_search_names.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "search/records/match_names.py",
        _NAMES,
        (
            "other characters are another name",
            "        return (SAME, None) if one.forms[-1] == other.forms[-1] else (0.0, None)",
            "        return SAME, None",
            "test_another_person_is_not",
        ),
    ),
    *lines(
        "search/scope.py",
        _NAMES,
        (
            "an older way of comparing names is told",
            "    if index.about.names < NAME_ENGINE:",
            "    if False:",
            "test_an_index_of_an_older_way_says_what_it_did_not_compare",
        ),
    ),
)
