"""The safety lines of runs and of reading back."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "app/case/run_records.py",
        "tests/unit/app/test_app_deleting_runs.py",
        (
            "a run begins under the basis that was approved",
            'basis = case.plan["basis"] if case.plan is not None else ""',
            'basis = ""',
            "test_what_is_withdrawn_during_a_run_stops_it_before_the_next_action",
        ),
        (
            "a run tells the rules the indexes of now",
            '                "indexes": generations(self._desk, self._ref),\n            }\n            basis',
            '                "indexes": dict(case.plan["indexes"]) if case.plan else {},\n            }\n'
            "            basis",
            "test_an_index_that_is_rebuilt_during_a_run_stops_it_before_the_next_action",
        ),
        (
            "an outcome moves its own index alone",
            "if key in own}",
            "}",
            "test_an_outcome_tells_the_rules_of_no_index_but_its_own",
        ),
        (
            "one step of the plan is its own",
            "rests_on.get(index, now_at) + 1",
            "rests_on.get(index, now_at) + 2",
            "test_killed_between_beginning_and_outcome_a_run_goes_on",
        ),
        (
            "more than one step is somebody else's",
            "if any(now_at == rests_on.get(index, now_at) + 1",
            "if any(now_at > rests_on.get(index, now_at)",
            "test_an_index_that_somebody_else_changed_beside_the_plans_own_step_voids_the_plan",
        ),
    ),
    *lines(
        "app/case/deleting.py",
        "tests/unit/app/case/test_app_validating.py",
        (
            "the newest reading back is confirmed by name",
            'one["read_back"] == found["act"]]',
            "True]",
            "test_the_newest_reading_back_is_confirmed_by_somebody_who_ran_nothing",
        ),
    ),
    *lines(
        "deletion/run.py",
        "tests/unit/deletion/test_deletion_run.py",
        (
            "a refusal is not swallowed by an index",
            "    except Refusal:\n        raise\n    except DeskError as error:\n        return _ended",
            "    except DeskError as error:\n        return _ended",
            "test_a_refusal_while_an_index_is_rewritten_is_no_outcome",
        ),
        (
            "what is destroyed is written down before",
            "    records.open(plan, action, before, outcome.started)\n    if container is None",
            "    if container is None",
            "test_nothing_is_deleted_if_the_record_cannot_be_written",
        ),
        (
            "a changed disposition stops its action",
            "    elif not holds(action):",
            "    elif False:",
            "test_an_action_on_a_model_that_was_decided_anew_is_not_handed_out",
        ),
        (
            "done only if all is gone",
            "    if good == len(outcome.items) and not outcome.error:",
            "    if not outcome.error:",
            "test_an_item_that_was_changed_since_it_was_indexed_is_not_called_gone",
        ),
        (
            "an error is not done",
            "    if good == len(outcome.items) and not outcome.error:",
            "    if good == len(outcome.items):",
            "test_what_broke_is_not_done_though_nothing_of_it_is_left",
        ),
        (
            "what is done is not done again",
            "    if done is not None and done.state in (OutcomeState.DONE, OutcomeState.WAITING):\n"
            "        return done\n",
            "",
            "test_a_second_run_does_nothing_to_what_is_done",
        ),
        (
            "entries go only for items that are gone",
            "    due = [item for item in ids if item in settled or item not in erased_here]",
            "    due = ids",
            "test_an_erasure_that_fails_is_reported_and_the_others_go_on",
        ),
        (
            "an index is looked at after",
            "        left = stores.staying.entries(action.items, index.remaining)\n    except Refusal",
            "        left = set()\n    except Refusal",
            "test_an_erasure_that_fails_is_reported_and_the_others_go_on",
        ),
        (
            "a container is looked at after",
            "    seen = seen_items(action.items, after, before, problems, stores.staying)\n",
            "    seen = tuple(ItemSeen(item.address.id, Seen.GONE) for item in action.items)\n",
            "test_after_a_crash_an_item_that_is_alike_and_was_not_meant_stays",
        ),
        (
            "fewer alike than before are not meant",
            "        if not count or count < before.alike.get(address.id, count):",
            "        if not count:",
            "test_after_a_crash_an_item_that_is_alike_and_was_not_meant_stays",
        ),
        (
            "a container that moved is not erased",
            "        require_reached(container, may_be_empty=bool(before.digest))\n",
            "",
            "test_a_container_that_disappeared_could_not_be_looked_at",
        ),
        (
            "a run stops between two actions",
            '            token.check()\n        report(Progress(message("phase.erase"), number',
            '            pass\n        report(Progress(message("phase.erase"), number',
            "test_a_cancelled_run_stops_between_two_actions",
        ),
    ),
    *lines(
        "deletion/read_back.py",
        "tests/unit/deletion/test_deletion_read_back.py",
        (
            "index entries are looked for",
            "    checks += [_index_check(plan, stores), _again_check(scope, excepted)",
            "    checks += [_again_check(scope, excepted)",
            "test_after_a_whole_deletion_everything_is_gone",
        ),
        (
            "unfinished files are looked for",
            "_again_check(scope, excepted), _leftover_check(stores)]",
            "_again_check(scope, excepted)]",
            "test_an_unfinished_file_of_a_killed_run_is_found",
        ),
        (
            "files of destroyed models are looked for",
            "checks += [*_model_checks(plan, scope), *scope.further]",
            "checks += scope.further",
            "test_a_destroyed_model_whose_file_is_still_there_is_found",
        ),
        (
            "what could not be read is not gone",
            "    if any(gap.kind is None for gap in not_looked):\n",
            "    if False:\n",
            "test_what_was_not_looked_at_is_never_called_gone",
        ),
        (
            "what remains is not gone",
            '    if remaining:\n        says = message(f"check',
            '    if False:\n        says = message(f"check',
            "test_the_same_bytes_in_any_container_are_found",
        ),
        (
            "a search that was not repeated is told",
            '        return Check(name, Seen.NOT_LOOKED, message("check.again.none"))',
            '        return Check(name, Seen.GONE, message("check.again.none"))',
            "test_what_was_not_looked_at_is_never_called_gone",
        ),
        (
            "a container that is not here was not looked at",
            "        found = tuple(ItemSeen(item, Seen.NOT_LOOKED, error.message) for item in ids)",
            "        found = tuple(ItemSeen(item, Seen.GONE, error.message) for item in ids)",
            "test_items_of_a_container_that_is_not_here_were_not_looked_at",
        ),
        (
            "the weakest of an item counts",
            "one.seen.weakness > known.seen.weakness",
            "one.seen.weakness < known.seen.weakness",
            "test_the_weakest_that_was_seen_of_an_item_counts",
        ),
    ),
    *lines(
        "deletion/look.py",
        "tests/unit/deletion/test_deletion_run.py",
        (
            "the same bytes elsewhere are still there",
            "    if address.digest in anywhere:\n",
            "    if (address.member, address.digest) in too_many:\n",
            "test_the_same_bytes_at_another_place_are_still_there_and_said_to_be_elsewhere",
        ),
        (
            "a mask is the one that was written",
            "if wanted and wanted in there:",
            "if there:",
            "tests/unit/deletion/test_deletion_read_back.py::test_another_photo_in_the_place_of_a_maske"
            "d_one_is_no_mask",
        ),
        (
            "other bytes at its place are not gone",
            "    elif there and not now.tabular and not before.alike.get(address.id, 0):",
            "    elif False:",
            "test_an_item_that_was_changed_since_it_was_indexed_is_not_called_gone",
        ),
    ),
)
