"""The safety lines of the start: what is loaded beside the window is whole before a vault is opened."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "ui/ahead.py",
        "tests/ui/test_ui_start.py",
        (
            "one thread at a time loads",
            "    with _turn:\n",
            "    if _turn:\n",
            "test_who_unlocks_while_it_is_loaded_can_use_the_window_and_opens_the_vault_when_it_is_done",
        ),
        (
            "who leaves does not wait for all",
            "            if stop():\n                return\n",
            "",
            "test_who_leaves_at_once_waits_for_one_part_and_not_for_all",
        ),
    ),
    *lines(
        "ui/holding.py",
        "tests/ui/test_ui_start.py",
        (
            "a vault is opened when all was loaded",
            "            load_all()\n",
            "",
            "test_what_cannot_be_loaded_is_told_to_who_opens_a_vault_and_can_be_tried_again",
        ),
    ),
)
