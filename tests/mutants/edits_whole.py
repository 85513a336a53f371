"""What keeps the removal of whole containers from taking more than was meant, and from calling half of it gone."""

from __future__ import annotations

from edit import Edit, lines

TESTS = "tests/unit/datasets/test_datasets_whole.py"
LAYOUTS = "tests/unit/datasets/layouts/test_layouts_whole.py"
REFUSED = "test_no_root_mount_home_or_link_goes"
TAKEN = "test_a_place_of_others_is_refused"
LATER = "test_what_comes_while_it_is_removed_stays_and_is_named"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/whole.py",
        TESTS,
        (
            "a whole goes as it was planned alone",
            "        if _state(place, scans[0]) != expected:",
            "        if False:",
            "test_what_came_or_changed_after_the_plan_is_in_no_plan",
        ),
        (
            "what was meant is forgotten when it is gone, not before",
            "        if not gone.meant_stays:",
            "        if True:",
            "test_what_cannot_be_removed_costs_itself_alone",
        ),
        (
            "on another disk nothing is removed",
            "    place.require_disk(expected)\n    place.clear_around()",
            "    place.clear_around()",
            "test_a_disk_that_is_away_is_never_called_gone",
        ),
        (
            "on another disk nothing is called gone",
            "    place.require_disk(expected)\n    told = ToldPlaces()",
            "    told = ToldPlaces()",
            "test_a_disk_that_is_away_is_never_called_gone",
        ),
        (
            "an empty folder is not gone",
            "    if found.folders and not found.files and not found.stays.named():",
            "    if False:",
            "test_killed_at_any_step_what_is_half_gone_is_not_called_gone_and_the_next_run_finishes",
        ),
        (
            "what cannot be looked into is not gone",
            "        told.add(closed.why, closed.places[0], closed.count)",
            "        pass",
            "test_a_folder_that_cannot_be_opened_is_named",
        ),
    ),
    *lines(
        "datasets/whole.py",
        LAYOUTS,
        (
            "a part goes as it was planned alone",
            "    if _state(place, own) != expected:",
            "    if False:",
            "test_a_part_that_changed_after_the_plan_stays",
        ),
        (
            "what a killed run left of a layout is not gone",
            "    for work in place.work_around():",
            "    for work in ():",
            "test_what_a_killed_run_left_of_a_layout_is_no_reason_to_call_it_gone",
        ),
    ),
    *lines(
        "datasets/whole_tree.py",
        TESTS,
        (
            "no link is followed",
            "_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC",
            "_OPEN = os.O_RDONLY | os.O_CLOEXEC",
            "test_a_folder_that_becomes_a_link_while_it_is_opened_leads_nowhere",
        ),
        ("what came meanwhile stays", "            if not meant:", "            if False:", LATER),
        (
            "what others have stays",
            "            if guarded and self._tree.staying(inner, state):",
            "            if False:",
            "test_nothing_at_or_below_what_belongs_to_others_is_touched",
        ),
        (
            "folders of others stay",
            "        if self._tree.staying(inner, state):\n            return False",
            "        if False:\n            return False",
            "test_nothing_at_or_below_what_belongs_to_others_is_touched",
        ),
    ),
    *lines(
        "datasets/whole_meant.py",
        TESTS,
        (
            "what is meant is kept for one plan and whole",
            "        return cls(keys) if whole else None",
            "        return cls(keys)",
            "test_what_is_kept_of_what_is_meant_holds_only_whole",
        ),
    ),
    *lines(
        "datasets/whole_places.py",
        TESTS,
        (
            "no path leads upwards",
            """if not whole.root.name or ".." in whole.root.parts:""",
            "if not whole.root.name:",
            REFUSED,
        ),
        ("no link goes for what it leads to", "        if self.root.is_symlink():", "        if False:", REFUSED),
        (
            "no home goes",
            "        if Path(os.path.realpath(Path.home())).is_relative_to(self.root):",
            "        if False:",
            REFUSED,
        ),
        (
            "no mount goes",
            "        if (mounted := whole_disk.mount_in(self.root)) is not None:",
            "        if (mounted := None) is not None:",
            REFUSED,
        ),
        (
            "no place of others goes",
            "        if self.root in self._others or self._is_others_file():",
            "        if False:",
            TAKEN,
        ),
        (
            "photos that another folder lists do not go",
            "        if self._others.above(self.root) and any(",
            "        if False and any(",
            TAKEN,
        ),
        (
            "a folder does not go from under what tells of it",
            "            if RULES[layout.kind].tells_of(",
            "            if False and RULES[layout.kind].tells_of(",
            "test_a_folder_below_files_that_tell_of_it_is_refused_before_approval",
        ),
    ),
    *lines(
        "datasets/whole_sets.py",
        LAYOUTS,
        (
            "a directory goes as one where nothing else is in it",
            "    return there <= meant | beside and not there.isdisjoint(meant)",
            "    return True",
            "test_a_table_of_which_a_part_is_registered_by_others_or_not_at_all_goes_part_by_part",
        ),
        (
            "a directory with places of others goes part by part",
            "        if any(others.below(place.root)):",
            "        if False:",
            "test_a_table_of_which_a_part_is_registered_by_others_or_not_at_all_goes_part_by_part",
        ),
    ),
    *lines(
        "datasets/layouts/mending.py",
        LAYOUTS,
        (
            "a layout may keep a part",
            "            if concerned and (why := rule.keeps(layout.root, inner)) is not None:",
            "            if concerned and (why := None) is not None:",
            "test_a_part_that_its_layout_keeps_is_refused_before_approval",
        ),
    ),
    *lines(
        "datasets/layouts/delta.py",
        LAYOUTS,
        (
            "a log names no file that is gone",
            "        self._forget(mending, root, version)\n",
            "",
            "test_a_file_of_a_delta_table_goes_with_what_the_log_says_of_it",
        ),
    ),
)
