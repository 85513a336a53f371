"""The safety lines of inventories: what crosses from a cell, and what is written of it."""

from __future__ import annotations

from edit import Edit, lines

_READING = "tests/unit/search/index/test_search_inventory_reading.py"
_CONTRACT = "tests/contracts/test_inventories.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/hashed.py",
        _CONTRACT,
        (
            "columns of a block that are not as long as each other are refused",
            "and all(len(column) == width * count for column, width in columns)",
            "and True",
            "test_the_columns_of_a_block_are_as_long_as_each_other",
        ),
        (
            "what was listed before an error goes out before it",
            "    except Exception:\n        if wanted.digests or unread:",
            "    except Exception:\n        if not wanted:",
            "test_whatever_the_members_of_a_tar_are_the_short_way_says_the_same",
        ),
    ),
    *lines(
        "datasets/tar_plain.py",
        _CONTRACT,
        (
            "a photo that the file ends in has no digest",
            "if done == found.size else None",
            "if done else None",
            "test_whatever_the_members_of_a_tar_are_the_short_way_says_the_same",
        ),
        (
            "a member that the file ends in is not counted as whole",
            "return end if end <= window.size else None",
            "return end",
            "test_members_of_a_tar_are_counted_as_the_library_counts_them",
        ),
    ),
    *lines(
        "search/index/addresses.py",
        _READING,
        (
            "items that are alike are told apart",
            '        db.conn.execute("CREATE INDEX items_alike ON items (address)")\n',
            "        return\n",
            "test_items_that_are_alike_are_numbered_in_their_order",
        ),
    ),
    *lines(
        "search/index/inventory.py",
        "tests/unit/search/index/test_search_names_alone.py",
        (
            "items behind one that is found by more than its name are looked up in the index",
            "told.only_names = told.only_names and named is not None",
            "told.only_names = True",
            "test_all_are_found_by_their_names_also_where_a_build_was_stopped",
        ),
        (
            "items of a container that a build goes on with are looked up in the index",
            "only_names=not one.done",
            "only_names=True",
            "test_all_are_found_by_their_names_also_where_a_build_was_stopped",
        ),
    ),
    *lines(
        "search/index/photo_texts.py",
        "tests/unit/search/index/test_search_names_alone.py",
        (
            "a path with a word in it is no path that says nothing",
            'if "@" in members or INSIDE in members or _WORD.search(_ENDINGS.sub("", members)):',
            "if False:",
            "test_paths_that_say_nothing_are_those_that_nothing_is_found_by",
        ),
    ),
    *lines(
        "search/index/inventory.py",
        _READING,
        (
            "a container that broke off is not called read",
            '"damaged" if told.problem else "read"',
            '"read"',
            "test_a_container_that_breaks_off_costs_itself_alone",
        ),
    ),
    *lines(
        "search/index/reading.py",
        _READING,
        (
            "what was said of a container that is asked again is not counted again",
            "replace(piece, unread=once.new(piece.unread))",
            "piece",
            "test_what_comes_back_in_several_answers_is_said_once",
        ),
    ),
)
