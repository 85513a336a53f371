"""The safety lines of plans: what may go, and whose word that needs."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/deleting.py",
        "tests/unit/app/test_app_deleting_runs.py",
        (
            "rejected items never go along in a plan",
            "        rejected=frozenset(one.address.id for one in decisions(desk, ref) if one.verdict "
            "is not Verdict.SAME),\n",
            "        rejected=frozenset(),\n",
            "test_a_twin_that_was_rejected_stays_and_one_that_nobody_saw_goes_along",
        ),
        (
            "what is decided meanwhile is refused",
            "        if parts_of(case, desk.vault.policy) != parts:",
            "        if False:",
            "tests/unit/app/case/test_app_deleting.py::test_what_is_decided_while_a_plan_is_drawn_up_is_refused",
        ),
        (
            "a changed disposition voids its action",
            "        return not disposition_changed(case, desk.name(ref, action.node))",
            "        return True",
            "test_a_model_that_was_decided_anew_voids_its_own_action_and_no_other",
        ),
        (
            "held items stay",
            "        holds=holds,\n        rejected",
            "        rejected",
            "test_a_held_item_stays_and_is_said_to_be_held",
        ),
        (
            "a read-back looks over all rounds",
            "    plan = over_all(ran, same, verdicts.keys() - same)",
            "    plan = newest",
            "test_what_came_back_is_searched_decided_planned_and_erased_again",
        ),
        (
            "a read-back looks for every mention that was ever searched",
            "        mentions=mentions_of(searched_identifiers(desk, ref)),\n",
            "",
            "test_identifiers_edited_after_the_run_are_looked_for_as_before",
        ),
        (
            "a read-back searches again",
            "        search_again=lambda: _search_again(desk, plan, report, token),\n",
            "",
            "test_a_run_that_stopped_goes_on_once_the_case_is_as_it_was_approved_or_in_a_new_round",
        ),
        (
            "a read-back needs a run",
            "    if not ran:\n        raise NotRun(case=ref)\n",
            "    if not ran:\n        return None\n",
            "tests/unit/app/case/test_app_deleting.py::test_nothing_is_derived_or_read_back_before_a_run",
        ),
        (
            "an approval names the plan that was looked at",
            '{"plan": plan or digest, "indexes"',
            '{"plan": digest, "indexes"',
            "tests/unit/app/case/test_app_deleting.py::test_only_the_plan_in_force_is_approved",
        ),
        (
            "deciding under a plan withdraws it",
            "        withdraw_plan(desk, ref)\n        return decide_many",
            "        return decide_many",
            "tests/unit/app/case/test_app_deleting.py::test_deciding_under_an_approved_plan_withdraws_it_or_changes_nothing",
        ),
        (
            "actions are numbered through all rounds",
            "plan = planning.make_plan(ref, now(), hits, scope, first=first)",
            "plan = planning.make_plan(ref, now(), hits, scope)",
            "test_what_came_back_is_searched_decided_planned_and_erased_again",
        ),
        (
            "an index that could not be refreshed is a gap",
            "        except DeskError as error:\n            if isinstance(error, Cancelled):\n"
            "                raise\n            gaps.append(",
            "        except DeskError as error:\n            if isinstance(error, Cancelled):\n"
            "                raise\n            (lambda _: None)(",
            "test_an_index_that_cannot_be_brought_up_to_date_is_a_gap_of_reading_back",
        ),
    ),
    *lines(
        "app/case/plans.py",
        "tests/unit/app/test_app_deleting_runs.py",
        (
            "a plan has the digest that was approved",
            '    if plan.digest != planned["plan"] or len',
            "    if len",
            "test_a_plan_that_is_not_what_its_open_part_says_is_never_run",
        ),
        (
            "a planned row is about what it names",
            "        if not named or action not in treated",
            "        if action not in treated",
            "test_a_plan_that_is_not_what_its_open_part_says_is_never_run",
        ),
        (
            "a planned row says what is done",
            " or word != _word(treated[action], item)",
            "",
            "test_a_plan_that_is_not_what_its_open_part_says_is_never_run",
        ),
        (
            "a planned row is of an action of the plan",
            " or action not in treated or word",
            " or word",
            "test_a_plan_that_is_not_what_its_open_part_says_is_never_run",
        ),
        (
            "what nobody decided says that it goes along",
            '(ALONG if along else "")',
            '""',
            "test_a_twin_that_was_rejected_stays_and_one_that_nobody_saw_goes_along",
        ),
        (
            "a planned item lies where its action is",
            " or not _at(treated[action], item)",
            "",
            "test_a_plan_that_is_not_what_its_open_part_says_is_never_run",
        ),
        (
            "a plan has as many actions as were approved",
            ' or len(treated) != planned["actions"]',
            "",
            "test_a_plan_that_is_not_what_its_open_part_says_is_never_run",
        ),
    ),
    *lines(
        "app/case/handing_over.py",
        "tests/unit/app/case/test_app_handing_over.py",
        (
            "every officer whose key was told approved",
            "needed=len(told), token",
            "needed=1, token",
            "test_every_officer_whose_key_was_told_must_have_approved",
        ),
        (
            "what was done stays done",
            "            if outcome.action not in done:\n                found",
            "            if True:\n                found",
            "test_what_was_not_found_there_is_done_by_a_further_run",
        ),
        (
            "an answer is to a plan that was handed over",
            '[one for one in case.handed_over if one["plan"] in rounds]',
            "list(case.handed_over)",
            "test_an_answer_to_an_earlier_plan_is_not_taken_in",
        ),
        (
            "two containers of one name are refused",
            "        if container.name in found:",
            "        if False:",
            "test_a_plan_runs_only_with_its_passphrase_and_the_keys_that_were_told",
        ),
        (
            "a declared word says how it is known",
            "    if not how.strip():\n        raise HowMissing()\n",
            "",
            "test_a_word_counts_as_declared_and_never_as_read_back",
        ),
        (
            "what is declared was not read back",
            'ItemSeen(item.address.id, Seen.NOT_LOOKED, message("seen.declared"))',
            'ItemSeen(item.address.id, Seen.GONE, message("seen.declared"))',
            "test_a_word_counts_as_declared_and_never_as_read_back",
        ),
        (
            "a plan without a task elsewhere is not handed over",
            "    if not tasks:\n        raise NothingElsewhere(case=ref)\n",
            "",
            "test_a_plan_without_a_task_for_elsewhere_is_not_handed_over",
        ),
    ),
    *lines(
        "deletion/plan.py",
        "tests/unit/deletion/test_deletion_plan.py",
        (
            "only what was decided to be the person's",
            "    if any(hit.decision.verdict is not Verdict.SAME for hit in hits):",
            "    if False:",
            "test_only_items_that_were_decided_are_planned",
        ),
        (
            "rejected items are left alone",
            "    left_alone = {*scope.holds, *scope.rejected}",
            "    left_alone = {*scope.holds}",
            "test_the_very_same_bytes_elsewhere_in_the_container_go_along_unless_rejected",
        ),
        (
            "held items are left alone",
            "    left_alone = {*scope.holds, *scope.rejected}",
            "    left_alone = {*scope.rejected}",
            "test_the_very_same_bytes_stay_where_they_are_held",
        ),
        (
            "a rejected twin does not go along",
            " address.id not in planned and address.id not in left_alone:",
            " address.id not in planned:",
            "test_the_very_same_bytes_elsewhere_in_the_container_go_along_unless_rejected",
        ),
        (
            "the photo of a rejected twin stays",
            " is Treatment.ERASE and address.id not in left_alone",
            " is Treatment.ERASE",
            "test_a_rejected_twin_keeps_its_record",
        ),
        (
            "a rejected record does not go along",
            "        elif entry.group and twin is None and address.id not in left_alone:",
            "        elif entry.group and twin is None:",
            "test_a_rejected_record_does_not_go_with_its_photo",
        ),
        (
            "a record with another photo stays",
            "    orphans = [address for group, address in records if group in losing - staying]",
            "    orphans = [address for group, address in records if group in losing]",
            "test_a_record_stays_while_another_photo_of_its_group_stays",
        ),
        (
            "what cannot be read keeps its record",
            "            staying.add(entry.group)\n            continue",
            "            continue",
            "test_a_record_stays_while_something_of_its_group_cannot_be_read",
        ),
        (
            "a record of another photo is no twin",
            "twin = None if describes_another(entry, members) else treated.get(digest)",
            "twin = treated.get(digest)",
            "test_a_record_of_another_photo_does_not_go_along_though_it_says_the_same",
        ),
        (
            "a mask says why",
            "    if not choice.reason.strip():",
            "    if False:",
            "test_a_mask_or_a_hold_without_a_reason_makes_no_plan",
        ),
        (
            "a hold says why",
            "    if not hold.ground.strip():",
            "    if False:",
            "test_a_mask_or_a_hold_without_a_reason_makes_no_plan",
        ),
        (
            "a held item is not erased",
            "            held.append(_hold(hit, item, hold))\n            continue",
            "            held.append(_hold(hit, item, hold))",
            "test_a_held_item_is_in_no_erasure_and_keeps_its_ground",
        ),
        (
            "what nobody recorded is told",
            "    if facts.other_places in UNKNOWN:",
            "    if False:",
            "test_what_nobody_recorded_is_said_to_be_out_of_reach",
        ),
        (
            "a model of which nobody decided is told",
            '            gaps.append(Gap(message("gap.model", name=model.node.label), message("why.undecided")))\n',
            "",
            "test_models_get_the_disposition_that_was_decided_and_open_ones_are_named",
        ),
    ),
    *lines(
        "deletion/rounds.py",
        "tests/unit/deletion/test_deletion_rounds.py",
        (
            "what an earlier round erased is looked for",
            "    return replace(newest, actions=(*earlier, *actions))",
            "    return replace(newest, actions=actions)",
            "test_what_went_in_an_earlier_round_is_looked_for_again",
        ),
        (
            "what was decided otherwise is not looked for",
            "    known = {*otherwise, *(",
            "    known = {*(",
            "test_what_was_decided_otherwise_since_is_not_looked_for",
        ),
        (
            "what is decided otherwise leaves the newest plan",
            "items=_without(action, otherwise)",
            "items=action.items",
            "test_what_was_decided_otherwise_since_is_not_looked_for",
        ),
        (
            "what only went along and stayed is not meant",
            "if item.address.id in same or (left is not None and item.address.id not in left)",
            "if True",
            "test_what_only_went_along_and_did_not_go_is_for_the_later_plan_to_say",
        ),
    ),
    *lines(
        "deletion/approval.py",
        "tests/unit/deletion/test_deletion_approval.py",
        (
            "an approval is one",
            "if not act.is_canonical or act.kind is not Kind.APPROVED:",
            "if not act.is_canonical:",
            "test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an approval is spelled in one way",
            "if not act.is_canonical or act.kind is not Kind.APPROVED:",
            "if act.kind is not Kind.APPROVED:",
            "test_an_act_in_another_spelling_is_no_approval_however_well_it_is_signed",
        ),
        (
            "an approval is of this plan",
            'if act.open.get("plan") != plan.digest or approval.plan != plan.digest:',
            "if False:",
            "test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an approval is of an officer",
            " or act.officer not in officers:",
            ":",
            "test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an approval is of whom it names",
            "(act.officer, act.time) != (approval.officer, approval.time) or ",
            "",
            "test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an approval has a signature that holds",
            "        public_key(act.officer).verify(bytes.fromhex(approval.signature), "
            "_signed(act, approval.envelope))\n",
            "        pass\n",
            "test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an entry holds the act",
            '    if (said["act"], said["writer"]) != (act.digest, act.officer):',
            "    if False:",
            "test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "two approvals are of two officers",
            "have = len({approval.officer for approval in approvals})",
            "have = len(approvals)",
            "test_too_few_officers_are_no_approval_and_one_counts_once",
        ),
        (
            "one approval at least",
            "    if have < max(needed, 1):",
            "    if have < needed:",
            "test_too_few_officers_are_no_approval_and_one_counts_once",
        ),
    ),
    *lines(
        "deletion/export.py",
        "tests/unit/deletion/test_deletion_export.py",
        (
            "elsewhere approvals are asked too",
            "    require_approved(plan, exported.approvals, officers, needed)\n",
            "",
            "test_an_unapproved_plan_runs_nowhere",
        ),
        (
            "an answer has a signature that holds",
            '        raise AnswerInvalid(why=message("why.signature")) from None',
            "        pass",
            "test_an_answer_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an answer is to this plan",
            "    if found.plan != plan.digest:",
            "    if False:",
            "test_an_answer_that_was_changed_or_belongs_elsewhere_is_refused",
        ),
        (
            "an answer is about what was handed out",
            "    if not {outcome.action for outcome in found.outcomes} <= known:",
            "    if False:",
            "test_an_answer_speaks_of_nothing_that_was_not_handed_out",
        ),
        (
            "progress is of this plan",
            '            if content.get("plan") != plan.digest:',
            "            if False:",
            "test_a_killed_run_goes_on_from_its_file",
        ),
    ),
)
