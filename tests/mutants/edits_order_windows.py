"""The safety lines of an order's steps and of its screens."""

from __future__ import annotations

from edit import Edit, lines

_WINDOWS = "tests/ui/test_ui_orders.py"
_STEPS = "tests/unit/app/case/test_app_order_steps.py"

_DUTIES = "tests/unit/app/case/test_app_duties.py"
_SWEEPING = "tests/ui/test_ui_sweeping.py"
_DUE = "tests/ui/test_ui_order_duties.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/duties.py",
        _DUTIES,
        (
            "a word alone ends no duty that is read",
            'yield DatedDuty(day, what, (said or read) if one.id in met else "")',
            "yield DatedDuty(day, what, said)",
            "test_what_was_read_to_be_gone_is_no_duty_any_more_and_a_word_alone_ends_none_of_data",
        ),
        (
            "what is due today is due",
            "if one.day <= self.today.isoformat())",
            "if one.day < self.today.isoformat())",
            "test_what_is_late_what_is_due_and_what_comes_next_are_told_apart",
        ),
        (
            "the first duty that is not done says how urgent an order is",
            "return 0 if is_due else waits, next(iter(days), case.due.isoformat()), case.ref",
            "return waits, case.due.isoformat(), case.ref",
            f"{_DUE}::test_an_order_that_has_ended_stands_before_others_while_a_duty_of_it_is_due",
        ),
    ),
    *lines(
        "app/proof/order_drafts.py",
        _DUE,
        (
            "a draft is written over no file",
            "    require_free(to)\n    write_whole(",
            "    write_whole(",
            "test_a_draft_is_shown_and_saved_as_the_command_writes_it_and_over_no_file",
        ),
    ),
    *lines(
        "ui/views/order/draft.py",
        _DUE,
        (
            "what is saved is the draft in the language that is chosen",
            '        self._text = ""\n        self.allow()\n',
            "",
            "test_a_draft_is_drawn_up_in_the_language_that_is_chosen",
        ),
    ),
    *lines(
        "ui/models/strays.py",
        _SWEEPING,
        (
            "what nothing explains comes first",
            "key=lambda one: (one.gone, not one.open, not one.how.is_a_copy)",
            "key=lambda one: (not one.gone, one.open)",
            "test_an_order_is_swept_and_what_is_found_is_listed_until_somebody_explains_it",
        ),
    ),
    *lines(
        "ui/views/case/strays.py",
        _SWEEPING,
        (
            "what is gone is not explained",
            "ready=chosen is not None and not chosen.gone)",
            "ready=chosen is not None)",
            "test_what_is_gone_is_said_to_be_gone_and_is_not_explained",
        ),
        (
            "what was not entered or read is named",
            "self.gaps = [say(gap.says) for gap in looked.gaps] if looked is not None else []",
            "self.gaps = []",
            "test_places_that_are_not_there_are_named_and_never_count_as_swept",
        ),
    ),
    *lines(
        "ui/views/case/sweeping.py",
        _SWEEPING,
        (
            "one sweep of a case at a time",
            "ready=self._ref not in self._running)",
            "ready=True)",
            "test_a_sweep_that_is_cancelled_keeps_what_it_found_and_says_that_it_was_cancelled",
        ),
        (
            "nobody who does something else is interrupted",
            "if self.isVisible() and self._session.case == ref",
            "if self._session.case == ref",
            "test_who_does_something_else_by_then_is_told_and_not_interrupted",
        ),
    ),
    *lines(
        "ui/views/order/due.py",
        _DUE,
        (
            "what is not named of what is due is counted",
            "        if len(due) > MOST_NAMED:\n",
            "        if False:\n",
            "test_of_many_duties_a_few_are_named_and_the_others_counted",
        ),
    ),
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
