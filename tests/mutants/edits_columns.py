"""What keeps rows of tables whole: what is found in them, what of them goes, and that the new file is compared."""

from __future__ import annotations

from edit import Edit, lines

ROWS = "tests/unit/datasets/test_datasets_rows.py"
COLUMNS = "tests/unit/datasets/test_datasets_columns.py"
KEPT = "tests/unit/datasets/test_datasets_parquet_kept.py"
ARROW = "tests/unit/datasets/test_datasets_arrow.py"
CONTRACT = "tests/contracts/test_containers.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/rows.py",
        ROWS,
        (
            "what a value holds and nobody reads is named",
            "self.unread.append(NotRead(place, found.kind, found.why, found.size))",
            "pass",
            "test_what_is_not_understood_is_named_with_its_kind",
        ),
        (
            "numbers beside a photo are not lost",
            "    elif walk.texts:\n",
            "    elif walk.texts and False:\n",
            "test_numbers_alone_beside_a_photo_belong_to_the_photo",
        ),
        (
            "a photo that lies elsewhere is named",
            "if data is None and path:",
            "if data is None and not path:",
            "test_a_photo_that_lies_elsewhere_is_named_and_one_that_is_named_like_a_photo_is_an_item",
        ),
        (
            "a record that goes takes what is no photo along",
            "only(row, values) if record_goes else",
            "replaced(row, values) if record_goes else",
            "test_a_photo_is_found_in_any_form_at_any_depth_and_changed_in_its_form",
        ),
        (
            "a place that nobody looked at is not counted",
            "            if said:\n",
            "            said = said or [(Answer.LABEL, around[0])]\n            if said:\n",
            "test_a_place_that_nobody_looked_at_is_missing_from_the_accounts",
        ),
    ),
    *lines(
        "datasets/cells.py",
        ROWS,
        (
            "bytes that are no text are unread",
            "    if text is None:\n        return opaque(data)",
            "    if text is None:\n        return EMPTY",
            "test_what_is_not_understood_is_named_with_its_kind",
        ),
    ),
    *lines(
        "datasets/columns.py",
        COLUMNS,
        (
            "texts in which a photo may be packed are looked into",
            'rows |= mask(pc.match_substring_regex(array, f"{_PACKED}|{_ODD}"))',
            "pass",
            "test_columns_say_what_rows_say",
        ),
    ),
    *lines(
        "datasets/columnar.py",
        CONTRACT,
        (
            "a new table is compared with the old one",
            "return all(map(same, old.columns, new.columns))",
            "return True",
            "tests/unit/datasets/test_datasets_parquet.py::test_a_value_that_is_another_in_the_new_file_is_noticed",
        ),
        (
            "a new table holds as many items as it should",
            "            if kept != resolution.kept:\n",
            "            if False:\n",
            f"{CONTRACT}::test_a_new_container_that_is_not_as_it_should_be_is_thrown_away[parquet-rows]",
        ),
        (
            "categories of erased rows go",
            "            categories = self._categories(source, changes)\n            for",
            "            categories = Categories(pa.schema([]))\n            for",
            f"{ARROW}::test_categories_of_erased_rows_are_gone_from_all_batches",
        ),
        (
            "an item is erased where its hint points only if it is there",
            "            if places is None:\n                return None\n",
            "            places = places or [0]\n",
            "tests/unit/datasets/test_datasets_parquet.py::test_a_row_that_moved_is_found_all_the_same",
        ),
    ),
    *lines(
        "datasets/parquet_settings.py",
        KEPT,
        (
            "a type that changes is told",
            "        if one != other:\n",
            "        if False:\n",
            "test_a_type_that_cannot_be_kept_is_told_before",
        ),
    ),
    *lines(
        "datasets/arrow_table.py",
        ARROW,
        (
            "rows that are cut off a batch do not stay in its buffers",
            "self._writer.write_batch(copied(batch))",
            "self._writer.write_batch(batch)",
            "test_no_byte_of_an_erased_row_stays_and_the_others_do",
        ),
    ),
)
