"""The safety lines of what cannot be reached, of what comes back, and of what a new file keeps of the old one."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "deletion/plan.py",
        "tests/unit/deletion/test_deletion_plan.py",
        (
            "a store that cannot be reached costs no plan",
            "        except DeskError as error:\n            return replace(action, unreached=error.message)\n",
            "        except ZeroDivisionError as error:\n            return replace(action, unreached=error.message)\n",
            "test_a_store_that_refuses_beforehand_is_named_and_the_others_are_planned",
        ),
        (
            "what an erasure changes is in the plan",
            "        return replace(action, items=together, changes=changes)",
            "        return replace(action, items=together)",
            "test_what_an_erasure_changes_beside_the_items_stands_in_the_plan_and_is_signed_with_it",
        ),
    ),
    *lines(
        "core/actions.py",
        "tests/unit/deletion/test_deletion_plan.py",
        (
            "a plan from before keeps its digest",
            "                if not action[name]:\n                    del action[name]\n",
            "                pass\n",
            "test_a_plan_from_before_keeps_its_digest",
        ),
    ),
    *lines(
        "deletion/reach.py",
        "tests/unit/deletion/test_deletion_beside.py",
        (
            "an empty mount point is not an erased folder",
            "    if empty:\n",
            "    if False:\n",
            "test_a_folder_that_is_empty_before_anything_was_erased_is_a_disk_that_is_away",
        ),
    ),
    *lines(
        "deletion/read_back.py",
        "tests/unit/app/case/test_app_handing_over.py",
        (
            "what was never reached is not gone",
            "if one.seen.erased else one\n",
            "if False else one\n",
            "test_an_answer_to_an_earlier_round_is_taken_in_after_the_case_has_ended",
        ),
    ),
    *lines(
        "app/case/reaching.py",
        "tests/unit/app/case/test_app_unreached.py",
        (
            "a disk is not another team",
            "                if known.sources:\n                    found.unreached",
            "                if False:\n                    found.unreached",
            "test_what_cannot_be_reached_keeps_its_action_and_the_rest_is_erased[away]",
        ),
        (
            "what was away is found again by the next run",
            "    found.containers |= _come_back(desk, away - found.unreached.keys())\n",
            "",
            "test_what_cannot_be_reached_keeps_its_action_and_the_rest_is_erased[away]",
        ),
    ),
    *lines(
        "app/case/run_records.py",
        "tests/unit/app/data/test_app_guard.py",
        (
            "what is erased is remembered",
            ', *self._remembered(plan, action, outcome, fields.get("before"))]',
            "]",
            "test_what_was_erased_is_known_again_by_its_bytes_and_by_who_it_names",
        ),
        (
            "an index is counted anew with its outcome",
            "[*self._counted_again(action), ",
            "[",
            "tests/unit/app/case/test_app_unreached.py::"
            "test_what_is_gone_is_not_counted_any_more_once_its_entry_is_erased",
        ),
    ),
    *lines(
        "app/data/guard.py",
        "tests/unit/app/data/test_app_guard.py",
        (
            "what was decided otherwise did not come back",
            "if row not in own}",
            "}",
            "test_what_the_case_itself_decided_to_be_somebody_elses_did_not_come_back",
        ),
    ),
    *lines(
        "search/index/guard.py",
        "tests/unit/app/data/test_app_guard.py",
        (
            "marks are keyed",
            'self._key = hmac.digest(secret, b"dsr-desk guard 1", "sha256")',
            'self._key = hmac.digest(b"", b"dsr-desk guard 1", "sha256")',
            "test_marks_say_nothing_without_the_key_and_looks_keep_their_distance",
        ),
        (
            "a look that is not quite the same is known",
            "<= NEAR_BITS",
            "== 0",
            "test_a_look_is_known_again_though_it_is_not_quite_the_same",
        ),
    ),
    *lines(
        "datasets/folder.py",
        "tests/unit/deletion/test_deletion_beside.py",
        (
            "a file that cannot be removed costs itself alone",
            "                    refused_.append((one, refusal(error, self.path, self.name)))\n",
            "                    raise\n",
            "test_a_file_that_cannot_be_removed_costs_itself_alone",
        ),
    ),
    *lines(
        "datasets/erasing.py",
        "tests/contracts/test_container_neighbours.py",
        (
            "what could not be given to a new file is named",
            '    return tuple(message(f"note.erase.lost.{what}") for what, same in kept.items() if not same)',
            "    return ()",
            "test_holes_that_are_filled_are_named",
        ),
    ),
)
