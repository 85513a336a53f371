"""What keeps screens and dialogs inside small screens, and what an end and a lock must not lose."""

from __future__ import annotations

from edit import Edit, lines

_SIZES = "tests/ui/test_ui_sizes.py"
_BEFORE = "test_nothing_is_outside_covered_or_cut_before_a_vault_is_open"
_ALL = "test_nothing_is_outside_covered_or_cut_on_any_screen_or_in_any_dialog"

LINES: tuple[Edit, ...] = (
    *lines(
        "ui/views/vault/welcome.py",
        _SIZES,
        (
            "what is shown before a vault is open scrolls",
            'outer.addWidget(scrolled(middle, name="DSR Desk", ground=True), 1)',
            "outer.addWidget(middle, 1)",
            _BEFORE,
        ),
        (
            "a long heading is broken",
            'label(tr("Make your organisation’s vault"), "title", wrap=True)',
            'label(tr("Make your organisation’s vault"), "title")',
            _BEFORE,
        ),
    ),
    *lines(
        "ui/beside.py",
        _SIZES,
        (
            "details that have no room beside the lineage stand alone",
            "self._whole.setVisible(self._details.isHidden() or both <= self.width())",
            "self._whole.setVisible(True)",
            _ALL,
        ),
    ),
    *lines(
        "ui/views/case/review_parts.py",
        _SIZES,
        (
            "a whole photo is no larger than the screen",
            "self.resize(QSize(1000, 720).boundedTo(room_for(self)))",
            "self.resize(QSize(1000, 720))",
            _ALL,
        ),
    ),
    *lines(
        "app/case/ending.py",
        "tests/unit/app/case/test_app_cases.py",
        (
            "what is left open has a reason",
            "if not reason.strip() and (points := open_said(left)):",
            "if False and (points := open_said(left)):",
            "test_nothing_is_left_open_by_closing_a_case_without_a_word_of_why",
        ),
    ),
    *lines(
        "ui/shell.py",
        "tests/ui/test_ui_locking.py",
        (
            "another officer is not shown what was looked at",
            "(left.vault, left.officer) == (desk.vault.folder, desk.vault.officer_key)",
            "left.vault == desk.vault.folder",
            "test_another_officer_is_not_shown_what_the_last_one_looked_at",
        ),
    ),
)
