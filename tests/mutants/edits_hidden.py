"""What keeps a person from hiding in parts of files and in forms of values that few programs write."""

from __future__ import annotations

from edit import Edit, lines

EMBEDDED = "tests/unit/faces/test_faces_embedded.py"
ODD = "tests/unit/datasets/test_datasets_odd_texts.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "faces/embedded.py",
        EMBEDDED,
        (
            "what lies in a part of a photo's file is told",
            "if not pictures and len(part.strip(_FILLING)) >= LEAST_BEHIND:",
            "if False:",
            "test_anything_else_there_is_told",
        ),
        (
            "pixels under transparency are looked at",
            'if whole.getchannel("A").getextrema()[0] == 255:',
            "if True:",
            "test_what_transparency_hides_is_a_picture_too",
        ),
    ),
    *lines(
        "faces/parts.py",
        EMBEDDED,
        (
            "a segment of an unknown program is a part",
            "if 0xE0 <= marker <= 0xEF and not any(name in part[:_LONGEST_NAME] for name in known):",
            "if False:",
            "test_a_picture_is_found_wherever_a_program_put_it",
        ),
    ),
    *lines(
        "datasets/arrow_rows.py",
        "tests/unit/datasets/test_datasets_arrow.py",
        (
            "lists that point at values leave none of those that go",
            "if not _is_view(column.type):",
            "if True:",
            "test_so_it_is_with_types_whose_rows_arrow_does_not_pick",
        ),
    ),
    *lines(
        "datasets/json_table.py",
        "tests/unit/datasets/test_datasets_nested.py",
        (
            "a list of one in an archive is a list",
            "return any(not span.alone for row in self.rows(file) for span in row.spans)",
            "return super().is_list()",
            "test_a_list_in_an_archive_stays_one_where_a_single_thing_is_left_of_it",
        ),
    ),
    *lines(
        "datasets/cells.py",
        ODD,
        (
            "texts that are bytes are named",
            "if is_no_text(text):",
            "if False:",
            "test_other_bytes_in_letters_are_named",
        ),
    ),
    *lines(
        "search/scope.py",
        "tests/unit/search/records/test_search_records.py",
        (
            "photos that cannot be read are told with their places",
            "places=one.places,\n        )\n        for one in unread_photos",
            "places=(),\n        )\n        for one in unread_photos",
            "test_what_was_not_searched_is_said",
        ),
    ),
)
