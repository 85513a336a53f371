"""The safety lines of letters: they are parsed in a cell, and nobody's word is taken from one."""

from __future__ import annotations

from edit import Edit, lines

CELL = "tests/unit/intake/test_intake_cell.py"
OFFICER = "test_no_letter_says_which_file_it_is_nor_speaks_for_an_officer"
HOSTILE = "test_a_hostile_letter_is_refused_by_its_name_and_the_next_one_is_read"

LINES: tuple[Edit, ...] = (
    *lines(
        "intake/registry.py",
        CELL,
        (
            "a letter is read in a cell",
            "ask(list[Intake], parse, data, name, house, limits=_LIMITS)",
            "parse(data, name, house)",
            f"{HOSTILE} -k name_the_person",
        ),
        (
            "a letter that ends its cell is refused by its name",
            "    except CellFailed as failed:\n        raise RequestUnreadable(",
            "    except CellFailed as failed:\n        raise RequestEmpty(",
            f"{HOSTILE} -k fork",
        ),
        (
            "an answer holds a request",
            "    if not intakes:\n        raise RequestEmpty(name=name)\n",
            "",
            "test_an_answer_without_a_request_is_none",
        ),
        (
            "a letter that is too large reaches no cell",
            "    if len(data) > MAX_BYTES:\n        raise RequestTooLarge(name=name, limit=MAX_BYTES >> 20)\n",
            "",
            "test_what_is_too_large_reaches_no_cell",
        ),
        (
            "no letter types as an officer",
            'replace(one, typed_by="")',
            "one",
            OFFICER,
        ),
        (
            "no letter is confirmed by itself",
            ', confirmed_by="")',
            ")",
            OFFICER,
        ),
        (
            "a letter does not name its own digest",
            "digest=sha256_hex(letter), ",
            "",
            OFFICER,
        ),
        (
            "attached photos have bare names",
            'bare_name(one.name, f"photo-{number}")',
            "one.name",
            OFFICER,
        ),
        (
            "the letter that is kept is the file",
            "photos=photos, letter=letter)",
            "photos=photos)",
            OFFICER,
        ),
    ),
)
