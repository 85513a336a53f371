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
            "if kind == REVIEW:\n        ordered",
            "if kind:\n        ordered",
            "test_a_read_back_proposes_nothing_and_follows_no_decision",
        ),
        (
            "a destroyed photo makes a search incomplete",
            "whole = result.complete and not references.left_out",
            "whole = result.complete",
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
            "        destroy_references(desk, ref, letter=letter)\n",
            "",
            "test_ending_a_case_destroys_its_reference_photos",
        ),
    ),
    *lines(
        "app/case/ending.py",
        "tests/unit/app/vault/test_app_retention.py",
        (
            "a legal hold keeps a case from being forgotten by hand",
            "        if held is not None:\n            raise CaseHeld(case=ref, why=held)\n",
            "",
            "test_a_legal_hold_stops_it_and_says_so_and_nobody_forgets_the_case_by_hand",
        ),
        (
            "what is stopped is not forgotten when it is due",
            "ready = [one for one in due_cases(desk, today) if not one.stops]",
            "ready = due_cases(desk, today)",
            "test_what_was_not_read_back_stops_it",
        ),
        (
            "a hold that has ended stops nothing",
            "(not until or until >= today.isoformat())",
            "True",
            "test_a_hold_that_has_ended_stops_nothing",
        ),
        (
            "nothing is due before its day",
            "or found.until is None or found.until > today:",
            "or found.until is None:",
            "test_a_case_is_due_on_the_day_on_which_its_time_has_passed_and_not_before",
        ),
        (
            "what is forgotten is not due again",
            "    if case.is_forgotten or found is None",
            "    if found is None",
            "test_open_and_reopened_and_forgotten_cases_are_not_due",
        ),
        (
            "after the end the log that is written ahead is emptied",
            "        destroy_references(desk, ref, letter=letter)\n    desk.vault.empty_wal()\n",
            "        destroy_references(desk, ref, letter=letter)\n",
            "tests/unit/app/case/test_app_destroying.py"
            "::test_after_the_end_no_page_of_the_database_and_no_log_of_it_holds_the_photo",
        ),
        (
            "a case that was open in the backup is ended before it is forgotten again",
            "            if desk.case(ref).ended is None:",
            "            if False:",
            "tests/unit/app/vault/test_app_forgetting_again.py"
            "::test_a_case_that_was_open_in_the_backup_and_forgotten_since_is_ended_and_forgotten",
        ),
        (
            "only backups that hold it are named",
            "any(case.opened[2] < one.seq < seq for seq in gone)",
            "any(one.seq < seq for seq in gone)",
            "tests/unit/app/case/test_app_destroying.py"
            "::test_backups_that_hold_what_was_destroyed_are_named_and_others_are_not",
        ),
    ),
    *lines(
        "app/case/destroying.py",
        "tests/unit/app/case/test_app_destroying.py",
        (
            "a letter that holds the photos is asked about",
            "    if held is not None and letter is None:\n",
            "    if False:\n",
            "test_a_letter_that_cannot_be_taken_apart_is_asked_about_and_nothing_happens_before",
        ),
        (
            "files of the letter go with the photos where that was said",
            "        _destroy_letter(desk, ref, held.blobs)\n    _destroy_photos",
            "        pass\n    _destroy_photos",
            "test_the_file_that_holds_the_photo_goes_with_it_and_the_rest_of_the_letter_stays",
        ),
        (
            "drawn faces go with their photo",
            '        log.forget_fields(seq, ["faces"])\n',
            "        pass\n",
            "test_faces_and_templates_go_with_the_photo",
        ),
        (
            "templates in memory go with the photo",
            "    desk.templates.clear()\n",
            "",
            "test_faces_and_templates_go_with_the_photo",
        ),
        (
            "a copy that is found is written down",
            '"holding": len(found)',
            '"holding": 0',
            "test_a_letter_that_is_kept_is_said_to_hold_the_photo_and_until_when",
        ),
    ),
    *lines(
        "app/case/copies.py",
        "tests/unit/app/case/test_app_copies.py",
        (
            "a copy in base64 is found",
            " or any(text in bare for text in one.spelled)",
            "",
            "test_a_photo_is_found",
        ),
        (
            "a copy of other bytes and the same pixels is found",
            "        found |= self._alike(data)\n",
            "",
            "test_a_photo_is_found",
        ),
        (
            "a copy inside a zip is found",
            "            yield from self._members(data)\n",
            "            pass\n",
            "test_a_photo_is_found",
        ),
        (
            "a copy as pixels of a PDF is found",
            "                yield from pictures_in(data)\n",
            "                pass\n",
            "test_a_photo_is_found",
        ),
        (
            "what is packed too deep is counted",
            "                self.unread += 1\n                break\n",
            "                break\n",
            "test_what_cannot_be_looked_into_is_counted",
        ),
        (
            "a member that is encrypted is counted",
            "if member.flag_bits & 1 or",
            "if member.flag_bits & 1:\n                        continue\n                    if",
            "test_a_member_that_is_encrypted_is_counted",
        ),
    ),
    *lines(
        "app/case/letters.py",
        "tests/unit/app/case/test_app_letters.py",
        (
            "what cannot be spelled again as it was stays in the letter",
            "or _coded(content, width, line) != spelled:",
            "or False:",
            "",
        ),
        (
            "a part that is gone is named",
            '            missing.append(piece.get("name", ""))\n',
            "",
            "test_a_destroyed_photo_leaves_its_place_in_the_letter_empty_and_is_named",
        ),
    ),
    *lines(
        "app/vault/retention.py",
        "tests/unit/app/vault/test_app_retention.py",
        (
            "a period has a rule",
            "    if not rule:\n        raise RuleMissing()\n",
            "",
            "test_a_period_without_a_rule_is_refused",
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
            "    return [one.checkpoint for one in (*own[-1:], *rows[-1:])] + pages_held(desk)",
            "    return pages_held(desk)",
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
            "        shown = bool(case) or entry.kind.value in SHOWN",
            "        shown = bool(case)",
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
