"""What keeps people in headers and metadata from being passed over, or taken for rows."""

from __future__ import annotations

from edit import Edit, lines

BESIDE = "tests/unit/datasets/test_datasets_beside_rows.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/beside_rows.py",
        BESIDE,
        (
            "hits beside rows alone are refused",
            "if others and not rows:",
            "if False:",
            "test_what_is_beside_rows_is_refused_before_and_at_the_erasure",
        ),
        (
            "metadata that are no text are named",
            "if found.changed is not None or found.kind is not None:",
            "if False:",
            "test_columns_and_metadata_of_a_table_are_records_of_their_own",
        ),
    ),
    *lines(
        "datasets/celled.py",
        BESIDE,
        (
            "hits that stay beside rows are told with the outcome",
            "refused=(*done.refused, *refused_here))",
            "refused=done.refused)",
            "test_rows_go_and_what_is_beside_them_stays_and_says_so",
        ),
    ),
    *lines(
        "datasets/parquet.py",
        BESIDE,
        (
            "encrypted columns are not asked for",
            "return head.startswith(cls.magic) and not _has_signed_footer(path)",
            "return head.startswith(cls.magic)",
            "test_an_encrypted_file_is_called_that",
        ),
        (
            "metadata of the footer alone are written again",
            "if apart := source.said_apart:",
            "if apart := {}:",
            "test_metadata_that_stand_in_the_footer_alone_stay",
        ),
    ),
)
