"""The safety lines of an order's steps and of its screens."""

from __future__ import annotations

from edit import Edit, lines

_WINDOWS = "tests/ui/test_ui_orders.py"
_STEPS = "tests/unit/app/case/test_app_order_steps.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/order_steps.py",
        _STEPS,
        (
            "a scope is not done while a part of a container is not known",
            'in NOT_INSIDE or one["not_known"])',
            "in NOT_INSIDE)",
            "test_no_step_of_an_order_is_done_without_what_it_rests_on",
        ),
        (
            "an item that an officer was unsure of keeps the sample open",
            "    if unsure:\n",
            "    if unsure < 0:\n",
            "test_one_word_that_does_not_fit_keeps_the_sample_open",
        ),
        (
            "what stays beside the scope is sampled too",
            '    if not case.sampled:\n        return Line(Stage.BEGUN, message("step.sample.rest"))\n',
            "",
            "test_no_step_of_an_order_is_done_without_what_it_rests_on",
        ),
    ),
    *lines(
        "ui/models/scope.py",
        _WINDOWS,
        (
            "what is not known comes before what is known",
            "key=lambda row: (row.is_known, ",
            "key=lambda row: (",
            "test_what_is_not_known_comes_first_and_what_is_mixed_before_what_is_whole",
        ),
    ),
    *lines(
        "ui/views/order/scope.py",
        _WINDOWS,
        (
            "what is signed is what was looked up",
            "fits = found is not None and found.resolved.selector == self.box.selector",
            "fits = found is not None",
            "test_what_is_looked_up_is_shown_and_counts_only_once_somebody_signed_it",
        ),
    ),
    *lines(
        "ui/views/order/sample_parts.py",
        _WINDOWS,
        (
            "a part of a sample tells no share",
            "    if one.looked == one.n and not one.unsure:\n",
            "    if not one.unsure:\n",
            "test_a_sample_that_was_not_looked_at_to_its_end_tells_no_share",
        ),
    ),
    *lines(
        "ui/views/order/obligations.py",
        _WINDOWS,
        (
            "what an officer changed is no longer a profile's proposal",
            'said if said == self._known else replace(said, source="")',
            "said",
            "test_a_line_that_was_changed_keeps_its_id_and_is_no_proposal_any_more",
        ),
    ),
)
