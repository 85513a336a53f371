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
        "cli/verbs.py",
        "tests/unit/cli/test_cli_start.py",
        (
            "use cases of a command that is named wait for their use",
            "        with use_cases_later():\n",
            "        if True:\n",
            "test_a_usage_error_loads_the_command_that_was_named_and_none_beside_it",
        ),
        (
            "completion and help know the commands that are not loaded yet",
            "return sorted(self.found_in)",
            "return sorted(self.commands)",
            "test_the_help_of_a_group_and_completion_know_all_its_commands",
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
