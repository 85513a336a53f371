"""The safety lines of a review's list, its cards and its screen."""

from __future__ import annotations

from edit import Edit, lines

_CARDS = "tests/unit/app/case/test_app_review_cards.py"
_SCREEN = "tests/ui/test_ui_review.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/searching.py",
        _CARDS,
        (
            "candidates in no order of scores",
            "named.sort(key=lambda one: one[:2])",
            "named.sort(key=lambda one: -one[2].best_score)",
            "test_a_search_writes_its_rows_in_bands_and_inside_a_band_in_no_order_of_scores",
        ),
    ),
    *lines(
        "app/case/review_list.py",
        _CARDS,
        (
            "a second officer's cards have no word",
            'replace(rows, verdicts=[""] * len(rows.keys))',
            "rows",
            "test_a_second_officer_sees_cards_without_a_word",
        ),
    ),
    *lines(
        "app/case/review_deck.py",
        _CARDS,
        (
            "a record goes with the only photo of its sample",
            "return kinds[ItemKind.PHOTO] == 1 and kinds[ItemKind.RECORD] > 0",
            "return kinds[ItemKind.RECORD] > 0",
            "test_everything_else_lies_on_a_card_of_its_own",
        ),
        (
            "cards of one round alone",
            "(self._of.rounds[item], sample)",
            "(0, sample)",
            "test_what_was_decided_in_an_earlier_round_is_no_part_of_a_card_of_this_one",
        ),
    ),
    *lines(
        "ui/views/case/review.py",
        _SCREEN,
        (
            "one word at a time",
            "        if self._busy:\n            return\n",
            "",
            "test_while_a_word_is_recorded_no_key_says_another",
        ),
        (
            "undo goes to what a filter hides",
            "        if self.model.row_of(key) < 0:\n",
            "        if False:\n",
            "test_undo_goes_to_a_candidate_that_the_filter_hides_and_says_so",
        ),
    ),
)
