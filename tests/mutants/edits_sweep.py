"""Sweeps of disks: what is looked for, what is named, and what may be said to be gone."""

from __future__ import annotations

from edit import Edit, lines

STRAY = "tests/unit/deletion/test_deletion_stray.py"
MODELS = "tests/unit/deletion/test_deletion_stray_models.py"
CASE = "tests/unit/app/case/test_app_sweeping.py"
FOLD = "tests/unit/core/test_core_strays.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "core/strays.py",
        FOLD,
        (
            "what is to be planned stays open",
            "return self is not Explained.TO_PLAN",
            "return True",
            "test_what_an_officer_says_settles_a_finding_unless_something_is_still_to_be_done",
        ),
        (
            "what was erased by hand and is found again is open",
            "return self in (Explained.IS_OTHER, Explained.STAYS_BY_LAW)",
            "return True",
            "test_what_was_said_to_be_erased_and_is_found_again_is_open_again",
        ),
        (
            "what comes back is explained by nothing",
            'if known is not None and known["gone"] is None else None',
            "if known is not None else None",
            "test_what_comes_back_after_it_was_gone_is_explained_by_nothing",
        ),
    ),
    *lines(
        "deletion/stray_walk.py",
        STRAY,
        (
            "a link that leads out is named",
            "if _leads_out(child.path, roots):",
            "if False:",
            "test_links_are_not_followed_and_one_that_leads_out_is_named",
        ),
        (
            "a folder that cannot be listed is named",
            "        not_entered(folder, refused(error))\n",
            "",
            "test_a_folder_and_a_file_that_may_not_be_read_are_named",
        ),
        (
            "another file system is named",
            'not_entered(child.path, message("why.sweep.other-filesystem"))',
            "pass",
            "test_other_file_systems_are_named_where_they_are_not_to_be_entered",
        ),
        (
            "a file that changes while it is read is named",
            "return FileRead(size, sha256.hexdigest(), md5.hexdigest(), head, data, changed)",
            "return FileRead(size, sha256.hexdigest(), md5.hexdigest(), head, data, False)",
            "test_a_file_that_vanishes_and_one_that_grows_are_named_and_the_others_found",
        ),
    ),
    *lines(
        "deletion/stray.py",
        STRAY,
        (
            "a root without a file says nothing",
            "if not result.files:",
            "if False:",
            "test_a_root_without_a_file_says_nothing_of_copies",
        ),
        (
            "a cancelled sweep says so",
            'self._result.not_looked.append(Gap(message("gap.sweep.rest"), message("why.sweep.cancelled")))',
            "pass",
            "test_a_cancelled_sweep_tells_what_it_found_and_that_there_is_more",
        ),
        (
            "a file that cannot be read is named",
            "            self.not_entered(lying.path, refused(error))\n            return None",
            "            return None",
            "test_a_folder_and_a_file_that_may_not_be_read_are_named",
        ),
        (
            "a container that was not read to its end is named",
            "            self.not_entered(one.lying.path, why)\n        if asked.items",
            "            pass\n        if asked.items",
            "test_what_no_reader_understands_and_damaged_archives_are_named",
        ),
        (
            "every name of a file is found",
            "self._remember(stray, lying, None)",
            "pass",
            "test_each_name_of_a_file_with_several_is_found",
        ),
    ),
    *lines(
        "deletion/stray_gone.py",
        STRAY,
        (
            "what lay on a disk that is not mounted is not gone",
            "return device_around(one.place) == one.device",
            "return True",
            "test_what_lay_on_a_disk_that_is_not_mounted_any_more_is_not_gone",
        ),
        (
            "only what lies below a root can be gone",
            "if not any(is_below(one.place, root) for root in roots):",
            "if False:",
            "test_what_was_not_looked_at_is_not_gone",
        ),
        (
            "the same file is not gone",
            "return now != one.file if one.file else now == one.sought",
            "return True",
            "test_what_is_still_there_is_not_gone_also_where_less_is_looked_for",
        ),
    ),
    *lines(
        "deletion/stray.py",
        MODELS,
        (
            "the same tensors are told whatever lineage says of the file",
            "            elif explained:\n                continue",
            "            elif False:\n                continue",
            "test_files_of_models_that_nothing_explains_are_told_where_they_are_asked_for",
        ),
    ),
    *lines(
        "datasets/swept.py",
        STRAY,
        (
            "a file that ended a cell is read alone",
            "                left.discard(piece.number)",
            "                left.clear()",
            "test_files_that_share_a_cell_that_fails_are_each_read_in_one_of_their_own",
        ),
    ),
    *lines(
        "app/case/sweeping.py",
        CASE,
        (
            "nothing is looked for that nobody decided on",
            "if not (sought.wanted.for_items or sought.wanted.for_models):",
            "if False:",
            "test_nothing_is_looked_for_before_anything_is_decided",
        ),
        (
            "only models that are to be destroyed are looked for",
            "if key in doomed for digest in node.digests",
            "for digest in node.digests",
            "test_models_are_looked_for_that_are_to_be_destroyed_and_no_others",
        ),
        (
            "a copy that nothing explains is still there",
            'message("check.strays.open", count=len(copies), **said), Seen.STILL_THERE',
            'message("check.strays.open", count=len(copies), **said), Seen.GONE',
            "test_reading_back_says_what_sweeps_found_until_nothing_of_it_is_left",
        ),
        (
            "a sweep that did not enter everything does not clear",
            "elif not looked.complete:",
            "elif False:",
            "test_a_sweep_that_did_not_enter_everything_does_not_say_that_nothing_is_there",
        ),
        (
            "another place hides nothing",
            "            found[root] = one",
            "            found = {root: one}",
            "test_of_each_place_the_newest_sweep_counts_and_another_place_hides_nothing",
        ),
    ),
)  # fmt: skip
