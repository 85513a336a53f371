"""What keeps archives whole, and what lies in them from being passed over."""

from __future__ import annotations

from edit import Edit, lines

TAR = "tests/unit/datasets/test_datasets_tar.py"
ZIP = "tests/unit/datasets/test_datasets_zip.py"
NESTED = "tests/unit/datasets/test_datasets_nested.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/archive.py",
        NESTED,
        (
            "what stays in an archive is compared byte for byte",
            "                    self._require_same(file, new, part)\n",
            "                    pass\n",
            "test_an_archive_that_was_not_written_byte_for_byte_is_thrown_away",
        ),
    ),
    *lines(
        "datasets/nested.py",
        NESTED,
        (
            "an inner container answers for all that it holds",
            "        why = accounts.disagreement(unread) if accounts is not None else None\n",
            "        why = None\n",
            "test_an_inner_container_whose_accounts_do_not_agree_is_named",
        ),
        (
            "what lies inside has a bound",
            "                if size > LARGEST or scratch",
            "                if scratch",
            "test_what_is_too_large_or_unpacks_to_too_much_is_named",
        ),
        (
            "all that lies inside has a bound",
            "                path.budget.take(len(piece))\n",
            "",
            "test_what_is_too_large_or_unpacks_to_too_much_is_named",
        ),
    ),
    *lines(
        "datasets/samples.py",
        TAR,
        (
            "what belongs to a photo that stays does not go",
            "if count == self._of_photos[stem]}",
            "if count}",
            "test_keys_with_dots_make_no_sample_of_two_people",
        ),
    ),
    *lines(
        "datasets/tar_headers.py",
        TAR,
        (
            "bytes behind the end of a tar are counted",
            'hidden += len(block) if block.strip(b"\\0") else 0',
            "hidden += 0",
            "test_bytes_behind_the_end_mark_are_named",
        ),
    ),
    *lines(
        "datasets/tar.py",
        TAR,
        (
            "members of a tar that are not plain are counted by the library",
            "            count += 1\n",
            "            count = 1\n",
            "tests/contracts/test_inventories.py::test_members_of_a_tar_are_counted_as_the_library_counts_them",
        ),
    ),
    *lines(
        "datasets/tar_plain.py",
        TAR,
        (
            "members of a tar are counted apart from how they are read",
            "            self.count += 1\n",
            "            self.count = 1\n",
            "test_a_member_that_the_library_counts_and_the_reader_does_not_is_no_whole_listing",
        ),
    ),
    *lines(
        "datasets/zip_layout.py",
        ZIP,
        (
            "members of a zip do not overlap",
            "        if start < at:\n",
            "        if False:\n",
            "test_members_that_share_bytes_are_damage",
        ),
        (
            "bytes between members of a zip are named",
            "        if start > at and _is_filled(file, at, start):\n",
            "        if False:\n",
            "test_bytes_before_between_and_behind_the_members_are_named_and_stay",
        ),
    ),
)
