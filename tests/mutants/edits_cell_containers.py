"""The safety lines of containers in cells: what their readers do not answer for is named, and memory is bounded."""

from __future__ import annotations

from edit import Edit, lines

TESTS = "tests/unit/datasets/test_datasets_cell_containers.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/rows.py",
        TESTS,
        (
            "what is not read inside is told",
            "        for told in found.unread:\n",
            "        for told in ():\n",
            "test_what_is_not_read_of_it_is_named",
        ),
    ),
    *lines(
        "datasets/nested.py",
        TESTS,
        (
            "what is held at once is bounded",
            "or scratch.held() > MOST_HELD:",
            "or False:",
            "test_all_that_is_held_at_once_is_bounded",
        ),
        (
            "a reader with a way of its own is not asked to write in a cell",
            "        if reader.in_place or type(reader).rewrite is not FileContainer.rewrite:\n",
            "        if False:\n",
            "test_what_a_reader_cannot_write_in_a_cell_is_refused_and_stays",
        ),
    ),
    *lines(
        "datasets/cells.py",
        TESTS,
        (
            "a container among words is named",
            "    if form is None or _RUN.fullmatch(whole) is None or hidden.changed is None:\n",
            "    if form is None or hidden.changed is None:\n",
            "test_a_container_among_words_is_named",
        ),
    ),
)
