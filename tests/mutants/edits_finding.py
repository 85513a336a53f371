"""What keeps a search for a face from missing photos, and from saying nothing of those that it misses."""

from __future__ import annotations

from edit import Edit, lines

_FEW = "tests/unit/search/faces/test_search_faces_few.py"
_GROWING = "tests/unit/app/case/test_app_growing.py"
_STEPS = "tests/unit/app/case/test_app_steps.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "search/faces/few.py",
        _FEW,
        (
            "of very few faces all are listed",
            "if count <= 2 * wanted:",
            "if count <= 0:",
            "test_of_very_few_faces_every_one_is_listed",
        ),
        (
            "many photos of the person are allowed for",
            "own = max(MOST_OWN, min(upper / count, MOST_IN_UPPER)) if clear else MOST_OWN",
            "own = 0.0",
            "test_the_persons_own_photos_do_not_push_the_line_over_those_that_score_like_the_best_strangers",
        ),
        (
            "nothing of a clear upper group is left out",
            "line = min(line, depths[count - upper])",
            "line = max(line, depths[count - upper])",
            "test_of_few_faces_the_persons_are_listed_whatever_strangers_score_in_a_population",
        ),
        (
            "faces that score the same are not lost by a rounding",
            "ALLOWED = 1e-4",
            "ALLOWED = -1e-4",
            "test_faces_that_all_score_the_same_are_all_listed",
        ),
    ),
    *lines(
        "search/faces/misses.py",
        _FEW,
        (
            "what was never measured is not known",
            "if not faces or len(known) < len(piles):",
            "if not faces:",
            "test_what_was_never_measured_of_an_engine_is_not_known",
        ),
        (
            "no number where no more are listed than strangers are expected",
            "if misses.listed is not None and misses.listed >= 1:",
            "if misses.listed is not None:",
            "test_no_number_of_photos_is_said_where_no_more_are_listed_than_strangers_are_expected",
        ),
        (
            "a crowded region is said",
            "if misses.share > CROWDED and None not in near:",
            "if False:",
            "test_a_crowded_region_is_said_where_strangers_hide_most_photos_of_the_person",
        ),
    ),
    *lines(
        "app/case/growing.py",
        _GROWING,
        (
            "a search is repeated in the same indexes",
            "search_case(desk, ref, last.indexes,",
            "search_case(desk, ref, (),",
            "test_it_is_the_same_search_in_the_same_indexes_down_to_as_many_strangers",
        ),
        (
            "nothing is searched where it is refused",
            "return ready and refusal(desk, ref, Kind.SEARCHED) is None",
            "return ready",
            "test_nothing_is_searched_beside_an_approved_plan",
        ),
    ),
    *lines(
        "app/case/steps.py",
        _STEPS,
        (
            "a hit that no search knew of is said",
            "if confirmed and case.identified and case.reviewed",
            "if False and case.identified and case.reviewed",
            "test_no_step_is_done_without_the_act_that_says_so",
        ),
    ),
)
