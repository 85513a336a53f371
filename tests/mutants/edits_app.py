"""The safety lines of app/: review, search, officers, restoring, forgetting, sealing."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/review.py",
        "tests/unit/app/case/test_app_review.py",
        (
            "hits stand among others",
            "return [*found, *others[: len(found)]]",
            "return found",
            "test_the_hits_stand_among_others_that_stay_the_same_ones",
        ),
        (
            "a sentence about a face does not tell its score",
            "None if one.kind is ReasonKind.FACE else one.says",
            "one.says",
            "test_a_second_officer_sees_neither_word_nor_score_of_the_first",
        ),
        (
            "an act that decided nothing is not undone",
            "if one[1] == Kind.DECIDED.value or one[3] == me",
            "if True",
            "test_a_decision_taken_back_by_another_officer_is_the_newest_and_not_a_second_word_of_others",
        ),
        (
            "candidates in no order of scores",
            "band(found[item.key]), item.key)",
            "-found[item.key].best_score, item.key)",
            "test_candidates_come_in_bands_and_inside_a_band_in_no_order_of_scores",
        ),
        (
            "a candidate is one that was proposed",
            "        if missing is not None:\n            raise CandidateMissing",
            "        if False:\n            raise CandidateMissing",
            "test_a_candidate_that_no_search_proposed_cannot_be_decided",
        ),
    ),
    *lines(
        "app/case/searching.py",
        "tests/unit/app/case/test_app_searching.py",
        (
            "nothing is opened before the rules were asked",
            '    desk.require(ref, Draft(Kind.SEARCHED, {"purpose": kind}))\n',
            "",
            "test_nobody_is_searched_for_without_a_verified_identity_and_no_index_or_photo_is_opened_for_it",
        ),
        (
            "a read-back looks for every identifier",
            'return _Sought(last["facts"], searched_identifiers(desk, ref), case.faces, photos)',
            'return _Sought(last["facts"], view.identifiers, case.faces, photos)',
            "test_a_read_back_looks_for_every_identifier_and_photo_that_was_ever_searched",
        ),
        (
            "a read-back follows no decision",
            "confirmed = hits(desk, ref) if kind == REVIEW else []",
            "confirmed = hits(desk, ref)",
            "test_a_read_back_proposes_nothing_and_follows_no_decision",
        ),
        (
            "a read-back proposes nothing to review",
            "rows = _proposed(key, result.candidates) if kind == REVIEW else None",
            "rows = _proposed(key, result.candidates)",
            "test_a_read_back_proposes_nothing_and_follows_no_decision",
        ),
        (
            "a destroyed photo makes a search incomplete",
            "complete=result.complete and not references.destroyed",
            "complete=result.complete",
            "test_a_photo_that_is_destroyed_is_named_as_not_searched",
        ),
        (
            "a destroyed photo is named",
            '            self.gaps.append(Gap(message("gap.reference", number=photo.id), '
            'message("why.destroyed-at-end")))\n',
            "",
            "test_a_photo_that_is_destroyed_is_named_as_not_searched",
        ),
        (
            "what was not chosen is named",
            "gaps = (*references.gaps, *not_chosen(desk, names), *",
            "gaps = (*references.gaps, *",
            "test_an_index_that_was_not_chosen_is_named_as_not_searched",
        ),
    ),
    *lines(
        "app/case/cases.py",
        "tests/unit/app/case/test_app_cases.py",
        (
            "every identifier that was ever searched",
            'used = {one["facts"] for one in case.searches if one["purpose"] == "search"}',
            'used = {one["facts"] for one in case.searches[-1:] if one["purpose"] == "search"}',
            "test_whatever_was_searched_for_once_is_remembered",
        ),
        (
            "every photo that was ever searched",
            "{number for one in case.searches for number",
            "{number for one in case.searches[-1:] for number",
            "test_whatever_was_searched_for_once_is_remembered",
        ),
    ),
    *lines(
        "app/case/ending.py",
        "tests/unit/app/case/test_app_cases.py",
        (
            "the end of a case destroys its photos",
            "        _destroy_references(desk, ref)\n    return change",
            "    return change",
            "test_ending_a_case_destroys_its_reference_photos",
        ),
    ),
    *lines(
        "app/proof/sealing.py",
        "tests/unit/app/proof/test_app_signing_keys.py",
        (
            "a correction says what was wrong",
            "    if relation is Relation.CORRECTS and not why.strip():",
            "    if False:",
            "test_a_later_bundle_gets_a_number_and_names_the_one_before",
        ),
        (
            "a bundle continues the checkpoints before",
            "    return [one.checkpoint for one in (*own[-1:], *rows[-1:])]",
            "    return []",
            "tests/unit/app/proof/test_app_sealing.py::test_the_next_bundle_continues_the_checkpoint_of_the_one_before",
        ),
    ),
    *lines(
        "app/proof/log.py",
        "tests/unit/app/case/test_app_validating.py",
        (
            "who carried it out confirms nothing",
            ' if one["officer"] not in case.operators',
            "",
            "test_the_operator_confirms_where_the_policy_lets_her",
        ),
        (
            "a regulator sees officers and policy",
            ' if case or entry.kind.value in SHOWN else b""',
            ' if case else b""',
            "tests/unit/app/test_app_evidence.py::test_a_regulator_follows_the_log_from_the_first_offic"
            "er_to_the_sealing",
        ),
    ),
    *lines(
        "app/vault/officers.py",
        "tests/unit/app/vault/test_app_officers.py",
        (
            "nobody stands behind a change twice",
            "        elif not waiting.yours:",
            "        else:",
            "test_asking_twice_proposes_once",
        ),
    ),
    *lines(
        "app/vault/backups.py",
        "tests/unit/app/vault/test_app_backups.py",
        (
            "a restore takes no checkpoint of another vault",
            "                if not one.is_of(desk.vault):",
            "                if False:",
            "test_a_checkpoint_that_anybody_could_make_is_not_restored_by",
        ),
        (
            "a restore notices a forked log",
            "    if agrees is False:",
            "    if False:",
            "test_a_checkpoint_of_another_history_is_refused_and_nothing_is_left",
        ),
        (
            "a restore forgets again",
            "        forgotten = forget_again(desk, told.forgotten) if agrees else 0",
            "        forgotten = 0",
            "test_what_was_forgotten_after_the_backup_is_forgotten_again",
        ),
        (
            "a restore opens cases again in which more was erased",
            "        _reopen(desk, erasures)\n",
            "",
            "test_a_closed_case_in_which_something_was_erased_later_is_open_again",
        ),
        (
            "a restore gives no number twice",
            "json.dumps(higher(numbers_given(desk), told.numbers), sort_keys=True)",
            "json.dumps(numbers_given(desk), sort_keys=True)",
            "test_no_number_of_a_case_is_given_out_twice",
        ),
    ),
)
