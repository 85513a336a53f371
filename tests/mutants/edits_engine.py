"""The safety lines of own face engines: what is refused, where a face is, what is measured, and what is kept of it."""

from __future__ import annotations

from edit import Edit, lines

_CONTRACT = "tests/unit/faces/test_faces_contract.py"
_RATES = "tests/unit/search/faces/test_search_match_rates.py"
_KEPT = "tests/unit/app/data/test_app_engine_check.py"
_INDEX = "tests/unit/search/index/test_search_own_model.py"
_DOES_NOT_FIT = f"{_CONTRACT}::test_what_does_not_fit_is_refused_with_the_reason"
_CARRIES = "test_an_index_carries_what_was_stated_and_measured_of_the_engine_that_made_it"

LINES: tuple[Edit, ...] = (
    *lines(
        "faces/manifest.py",
        _CONTRACT,
        ("a scale that multiplies is refused", "min(map(abs, scale)) < LEAST_SCALE", "False", _DOES_NOT_FIT),
        ("an unknown contract is refused", "contract not in (1, 2) or", "False or", _DOES_NOT_FIT),
        (
            "what nobody stated is not guessed",
            'stated = {one: self.card.get(one, "") for',
            'stated = {one: self.card.get(one, "none") for',
            "test_what_nobody_stated_stays_unstated_and_the_card_changes_no_template",
        ),
    ),
    *lines(
        "faces/own_detector.py",
        "tests/unit/faces/test_faces_own_detector.py",
        (
            "boxes are numbers",
            "np.isfinite(answer.boxes).all(axis=1) & np.isfinite(answer.scores)",
            "np.isfinite(answer.scores)",
            "test_boxes_and_points_that_are_no_numbers_are_no_faces",
        ),
        (
            "a face on its side is looked for",
            "if not any(map(_upright, looks[0])):",
            "if False:",
            "test_in_a_photo_on_its_side_the_face_is_found_with_the_turn_that_sets_it_upright",
        ),
        (
            "tiles reach the end of the photo",
            "math.ceil((length - tile) / (tile * 3 // 4)) + 1",
            "2",
            "test_in_photos_larger_than_the_network_takes_small_faces_are_found_in_every_corner",
        ),
    ),
    *lines(
        "faces/alignment.py",
        "tests/unit/faces/test_faces_alignment.py",
        (
            "landmarks are counted at the middles of pixels",
            "back[:, 2] += 0.5 - back[:, :2] @ [0.5, 0.5]",
            "back[:, 2] += 0.0",
            "test_five_points_land_on_the_template_within_half_a_pixel",
        ),
    ),
    *lines(
        "faces/engine_check.py",
        _CONTRACT,
        (
            "a check counts for the engine that it names",
            "return check if check.digest == digest else None",
            "return check",
            "test_what_was_measured_comes_with_the_engine_that_it_was_measured_of",
        ),
        (
            "a check that says what cannot be is none",
            "if not all(map(_are_quantiles, known))",
            "if False",
            "test_a_check_that_says_what_cannot_be_is_none",
        ),
    ),
    *lines(
        "search/faces/match_rates.py",
        _RATES,
        (
            "what too few pairs decide is not said",
            "return rate * self.false_pairs >= LEAST_FALSE_PAIRS",
            "return True",
            "test_a_rate_that_fewer_than_ten_false_pairs_would_decide_is_none",
        ),
        (
            "photos without a face were missed",
            "photos * (photos - 1) // 2",
            "self._shown * (self._shown - 1) // 2",
            "test_photos_without_a_face_are_genuine_pairs_that_were_missed",
        ),
    ),
    *lines(
        "search/index/build.py",
        _INDEX,
        (
            "an index carries what is known of its engine now",
            '"state": "building", "engine": made, **name_settings(db, new=new)}',
            '"state": "building", **({"engine": made} if new else {}), **name_settings(db, new=new)}',
            _CARRIES,
        ),
    ),
    *lines(
        "app/data/measuring.py",
        _KEPT,
        (
            "what is worse needs a reason",
            "if found.check.worse and not reason:",
            "if False:",
            "test_of_an_engine_that_is_worse_nothing_is_kept_without_a_reason",
        ),
        (
            "what makes no sense is not kept",
            "if not found.sanity.sound:",
            "if False:",
            "test_of_an_engine_that_makes_no_sense_nothing_is_kept_whatever_the_reason",
        ),
        (
            "what was measured is what is kept",
            ".digest != found.check.digest:",
            ".digest == None:",
            "test_of_an_engine_that_became_another_one_meanwhile_nothing_is_kept",
        ),
    ),
)
