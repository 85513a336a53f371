"""What keeps a database from losing more than the rows that were meant, or less."""

from __future__ import annotations

from edit import Edit, lines

SQLITE = "tests/unit/datasets/test_datasets_sqlite.py"
DUCKDB = "tests/unit/datasets/test_datasets_duckdb.py"
STATEMENTS = "tests/unit/datasets/test_datasets_statements.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/sqlite_opening.py",
        SQLITE,
        (
            "nobody else has the database open meanwhile",
            '    _ALONE,\n    "PRAGMA synchronous',
            '    "PRAGMA synchronous',
            "test_a_database_that_another_program_reads_or_writes_is_refused_as_it_is",
        ),
        (
            "what an erasure leaves in unused bytes is cleared",
            "clear_unused(held.enter_context(mmap.mmap(file.fileno(), 0)))",
            "file.flush()",
            "test_what_rows_left_behind_in_unused_bytes_goes_with_the_row",
        ),
        (
            "what stands in the log goes into the file",
            'if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:',
            'if db.execute("SELECT 0").fetchone()[0]:',
            "test_the_log_is_taken_into_the_file_before_its_unused_bytes_are_cleared",
        ),
    ),
    *lines(
        "datasets/sqlite_erasing.py",
        SQLITE,
        (
            "rows of other tables are compared",
            "    if changed:\n        raise RowsNotErased",
            "    if changed and not before:\n        raise RowsNotErased",
            "test_a_trigger_that_keeps_a_copy_makes_the_erasure_fail_instead_of_pass",
        ),
        (
            "rows that stay refer to rows that stay",
            "    if dangling:\n",
            "    if dangling and not before:\n",
            "test_rules_of_the_database_that_speak_against_it_are_named_and_nothing_changes",
        ),
        (
            "a full-text index fits its rows",
            "        if index.content and not (index.name in whole and _is_whole(db, index)):",
            "        if not index:",
            "test_rows_keep_their_numbers_so_that_others_point_at_the_same_people",
        ),
        (
            "a full-text index forgets what is merely marked as gone",
            '        _command(db, index, "optimize")\n    return',
            "    return",
            "test_a_full_text_index_that_triggers_keep_in_step_loses_the_words_and_is_not_made_anew",
        ),
    ),
    *lines(
        "datasets/sqlite_table.py",
        SQLITE,
        (
            "pages to which another program adds are left alone",
            "if len(head) == HEADER and header_of(head).usable != header_of(head).page:",
            "if len(head) != HEADER:",
            "test_pages_that_another_program_adds_to_are_left_as_they_are",
        ),
        (
            "tables of modules that are not here are left alone",
            "if any(schema.is_kept_by_another(table.name) for table in meant.rows):",
            "if not meant.rows:",
            "test_what_nobody_reads_is_named_and_the_accounts_agree",
        ),
        (
            "unused bytes are named as not read",
            "            if unused:\n",
            "            if unused < 0:\n",
            "test_what_rows_left_behind_in_unused_bytes_goes_with_the_row",
        ),
    ),
    *lines(
        "datasets/duckdb_table.py",
        DUCKDB,
        (
            "nobody else has a DuckDB database open",
            "[0] != fcntl.F_UNLCK:",
            "[0] == -1:",
            "test_a_database_that_another_program_has_open_is_refused",
        ),
        (
            "rows in a log are not lost",
            "if self._log.exists() and self._log.stat().st_size:",
            "if not self.path.exists():",
            "test_a_database_whose_log_holds_rows_is_left_to_its_program",
        ),
    ),
    *lines(
        "datasets/statements.py",
        STATEMENTS,
        (
            "a key is a parameter",
            'return "\'" + text.replace("\'", "\'\'") + "\'"',
            'return "\'" + text + "\'"',
            "test_a_key_of_several_columns_is_never_part_of_a_statement",
        ),
        (
            "what can be no name is refused",
            "if not name or not name.isprintable():",
            "if name is None:",
            "test_what_can_be_no_name_is_refused",
        ),
    ),
)
