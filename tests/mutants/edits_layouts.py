"""What keeps layouts from being written by half."""

from __future__ import annotations

from edit import Edit, lines

TESTS = "tests/unit/datasets/layouts"
TREE = f"{TESTS}/test_layouts_tree.py"
KNOWN = f"{TESTS}/test_layouts_known.py"
ICEBERG = f"{TESTS}/test_layouts_iceberg.py"
MEANWHILE = "test_what_another_program_writes_meanwhile_is_kept"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/written.py",
        "tests/unit/datasets/test_datasets_celled.py",
        (
            "files named by a cell are named once",
            "if not within or len(set(done.files)) < len(done.files):",
            "if not within:",
            "test_files_that_an_erasure_names_and_may_not_are_not_swapped",
        ),
    ),
    *lines(
        "datasets/layouts/tree.py",
        TREE,
        (
            "a layout's cell changes nothing that was to stay",
            "if not stays and not (inner in changed and may_change(inner))",
            "if not stays and not (inner in changed)",
            "test_a_reader_that_changes_what_was_to_stay_is_found_out",
        ),
        (
            "an exchange is taken back where another program wrote",
            "    if _all_in(tree) != before:",
            "    if False:",
            MEANWHILE,
        ),
    ),
    *lines(
        "datasets/celled.py",
        KNOWN,
        (
            "a part of a layout is not written anew alone",
            "if layouts := owner.layouts_of(self.path, wanted):",
            "if layouts := ():",
            "test_a_part_is_read_and_not_written_anew_loosely",
        ),
    ),
    *lines(
        "datasets/registry.py",
        KNOWN,
        (
            "a layout's own file is no table",
            "        if why := finder.own(path) or pointer_at(path):\n            return why\n",
            "        if why := pointer_at(path):\n            return why\n",
            "test_a_layouts_own_files_are_named_and_are_no_tables",
        ),
    ),
    *lines(
        "datasets/layouts/hugging_face.py",
        f"{TESTS}/test_layouts_hub.py",
        (
            "a file of no known split is not written anew",
            "return None if not told or found & told else message(",
            "return None if True else message(",
            "test_a_file_whose_split_the_card_does_not_name_is_not_written_anew",
        ),
    ),
    *lines(
        "datasets/layouts/delta.py",
        f"{TESTS}/test_layouts_delta.py",
        (
            "old entries of a log go, since they name the person",
            "for name in (*older_than(log, version), *stale):",
            "for name in stale:",
            "test_a_part_that_is_named_alone_is_erased_with_its_log",
        ),
        (
            "a table that takes no deletions is left alone",
            'if state.settings.get("delta.appendOnly", "").lower() == "true":',
            "if False:",
            "test_a_table_that_is_not_understood_is_left_whole",
        ),
    ),
    *lines(
        "datasets/layouts/iceberg.py",
        ICEBERG,
        (
            "branches and tags of a table are not passed over",
            'if set(state.said.get("refs") or ()) - {"main"}:',
            "if False:",
            "test_a_table_that_is_not_understood_is_left_whole",
        ),
        (
            "old manifests and statistics of a table go, since they name the person",
            "if name.endswith(_GOES) and name != self._before.file:",
            "if False:",
            "test_one_snapshot_is_left_and_says_what_is_there",
        ),
        (
            "a manifest says what is in a file now",
            "        if inner not in self._changed:\n            return entry",
            "        if True:\n            return entry",
            "test_one_snapshot_is_left_and_says_what_is_there",
        ),
    ),
    *lines(
        "datasets/layouts/iceberg_state.py",
        ICEBERG,
        (
            "files of deletes are not passed over",
            "if entries and manifest.content != ManifestContent.DATA:",
            "if False:",
            "test_a_table_that_is_not_understood_is_left_whole",
        ),
        (
            "a newest metadata file that is not clear is not guessed",
            "clear = len(last) == 1 and -1 not in numbers",
            "clear = True",
            "test_a_table_that_is_not_understood_is_left_whole",
        ),
    ),
    *lines(
        "datasets/layouts/mds.py",
        f"{TESTS}/test_layouts_mds.py",
        (
            "a shard that lies there twice is left alone",
            "if sum((root / name).exists() for name in _names(shard)) > 1:",
            "if False:",
            "test_a_shard_that_lies_there_twice_is_left_whole",
        ),
    ),
    *lines(
        "datasets/lance_table.py",
        f"{TESTS}/test_layouts_lance.py",
        (
            "tagged versions of a dataset are not passed over",
            'return message("why.layout.lance-tags") if source.has_tags else None',
            "return None",
            "test_versions_that_somebody_tagged_are_left_to_them",
        ),
    ),
)
