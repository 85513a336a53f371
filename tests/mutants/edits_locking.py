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
        "app/vault/unsaved.py",
        "tests/unit/storage/test_storage_drafts.py",
        (
            "nothing is kept of a forgotten case",
            "if of is None or not of.is_forgotten:",
            "if True:",
            "test_nothing_is_kept_of_a_case_that_was_forgotten_meanwhile_or_is_not_there",
        ),
    ),
    *lines(
        "ui/unsaved.py",
        "tests/ui/test_ui_unsaved.py",
        (
            "what became an act behind the lock is kept no longer",
            "            drop(self._desk, place)\n\n    def flush",
            "\n    def flush",
            "test_what_became_an_act_while_the_window_locked_is_kept_no_longer",
        ),
        (
            "what became an act in the moment of locking is kept no longer",
            "            for place in tuple(self._acts):\n                self.forget(place)\n",
            "",
            "test_what_became_an_act_while_the_window_locked_is_kept_no_longer",
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
