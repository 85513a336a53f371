"""The safety lines of the locked window, and of what is kept of typed text."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "ui/holding.py",
        "tests/ui/test_ui_locking.py",
        (
            "the keys go when nothing works any more",
            "            desk.close()\n",
            "            pass\n",
            "test_keys_go_at_once_where_nothing_runs",
        ),
        (
            "a wrong secret leaves a desk that works held",
            "                self._hold(held)\n            failed(error)",
            "                pass\n            failed(error)",
            "test_a_desk_that_was_not_unlocked_is_closed_when_its_work_is_done",
        ),
        (
            "a desk that works is unlocked with a secret",
            "            held.resume(secret)\n",
            "",
            "test_who_comes_back_before_that_finds_it_running_and_hears_of_its_end",
        ),
    ),
    *lines(
        "ui/shell.py",
        "tests/ui/test_ui_locking.py",
        (
            "a sample that is ready behind the lock is not shown",
            "            if self.session is None:  # locked",
            "            if False:  # locked",
            "test_a_sample_that_is_ready_behind_the_lock_opens_nothing",
        ),
    ),
    *lines(
        "storage/vault.py",
        "tests/ui/test_ui_locking.py",
        (
            "the recovery code resumes no work",
            "        if keys.slot == RECOVERY:\n            raise VaultAtWork()\n",
            "",
            "test_another_officer_may_come_back_to_running_work_and_the_recovery_code_may_not",
        ),
    ),
    *lines(
        "app/case/ending.py",
        "tests/ui/test_ui_unsaved.py",
        (
            "drafts go with their case",
            "    desk.vault.drafts.drop_case(case)\n",
            "",
            "test_drafts_of_a_case_are_destroyed_with_it",
        ),
    ),
    *lines(
        "ui/typed_fields.py",
        "tests/ui/test_ui_unsaved.py",
        (
            "secrets are not kept",
            "field.echoMode() == QLineEdit.EchoMode.Normal and ",
            "",
            "test_a_secret_in_a_dialog_that_keeps_is_not_kept",
        ),
    ),
)
