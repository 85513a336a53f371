"""The safety lines of what recipients are handed and what they answer."""

from __future__ import annotations

from edit import Edit, lines

CHECKER = "tests/unit/deletion/test_check_items.py"
RECIPIENTS = "tests/unit/app/case/test_app_instructing.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "deletion/check_items.py",
        CHECKER,
        (
            "a folder behind a link is named",
            "            for name in [one for one in folders if os.path.islink(os.path.join(inside, one))]:\n",
            "            for name in []:\n",
            "test_what_was_not_read_is_named_and_is_no_all_clear",
        ),
        (
            "an archive in an archive is named",
            '                if head.startswith((b"PK\\x03\\x04", *_PACKED)) or head[257:262] == b"ustar":\n',
            "                if False:\n",
            "test_what_was_not_read_is_named_and_is_no_all_clear",
        ),
        (
            "what was not read is no all clear",
            '    return 3 if search.counts["not_read"] or search.closed else 0',
            '    return 3 if search.counts["not_read"] else 0',
            "test_a_kind_that_is_not_looked_into_alone_is_no_all_clear",
        ),
        (
            "without all sizes everything is compared",
            "    return wanted, sizes if all_sized else None",
            "    return wanted, sizes",
            "test_without_sizes_everything_is_compared",
        ),
    ),
    *lines(
        "deletion/instructions.py",
        CHECKER,
        (
            "counts of an answer fit together",
            '    if counts["left"] > min(counts["items"], counts["places"])',
            "    if False",
            "test_only_an_answer_is_an_answer_and_a_damaged_one_is_refused",
        ),
        (
            "an answer is signed off",
            "    if not name.strip() or not _is_day(day):\n",
            "    if False:\n",
            "test_only_an_answer_is_an_answer_and_a_damaged_one_is_refused",
        ),
    ),
    *lines(
        "app/case/handing_over.py",
        RECIPIENTS,
        (
            "an answer is to the list that went out",
            " or answer.list_digest not in lists_handed_out(desk, ref, action_id):",
            ":",
            "test_an_answer_counts_for_the_list_that_went_out_with_the_task_alone",
        ),
        (
            "an answer is to its own task",
            "        if answer.action != action_id or",
            "        if",
            "test_an_answer_counts_for_the_list_that_went_out_with_the_task_alone",
        ),
        (
            "what is left is not done",
            "    done = answer is None or (not answer.left and answer.files > 0)",
            "    done = answer is None or answer.files > 0",
            "test_an_answer_that_finds_something_is_kept_and_the_task_waits_on",
        ),
        (
            "who looked at nothing has not answered",
            "    done = answer is None or (not answer.left and answer.files > 0)",
            "    done = answer is None or not answer.left",
            "test_an_answer_that_looked_at_nothing_is_no_answer",
        ),
    ),
    *lines(
        "app/case/chasing.py",
        RECIPIENTS,
        (
            "the first day counts, whatever was asked since",
            '            found.setdefault(action, entry.act.open["again"])',
            '            found[action] = entry.act.open["again"]',
            "test_who_has_not_answered_by_the_day_is_named_whatever_was_asked_since",
        ),
    ),
)
