"""The safety lines of an order's scope: selectors, what is drawn from it, what is read from indexes."""

from __future__ import annotations

from edit import Edit, lines

_SCOPING = "tests/unit/app/case/test_app_scoping.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "core/sampling.py",
        "tests/unit/core/test_core_sampling.py",
        (
            "no position is likelier than another",
            "        if number < accepted:\n            found",
            "        if number >= 0:\n            found",
            "test_numbers_that_would_make_some_positions_likelier_are_passed_over",
        ),
        (
            "the interval leaves half of the doubt on each side",
            "tail = (1 - confidence) / 2",
            "tail = 1 - confidence",
            "test_the_interval_is_that_of_the_tables",
        ),
        (
            "where none was found the share may still be above zero",
            "high = 1.0 if k == n else",
            "high = 1.0 if k == n else 0.0 if k == 0 else",
            "test_the_interval_is_that_of_the_tables",
        ),
    ),
    *lines(
        "core/collected.py",
        "tests/unit/core/test_core_collected.py",
        (
            "a single date leaves open what is older",
            "one.since and one.first > last",
            "one.first > last",
            "test_what_overlaps_or_cannot_be_read_is_not_known",
        ),
        (
            "a text is read wholly or not at all",
            "    if all(one is not None for one in found):\n",
            "    if found:\n",
            "test_what_overlaps_or_cannot_be_read_is_not_known",
        ),
        (
            "a month may be a short range",
            "return _perhaps_short(text, CollectedIn(*days, since=False)) if days",
            "return CollectedIn(*days, since=False) if days",
            "test_a_short_range_is_a_month_and_years",
        ),
    ),
    *lines(
        "intake/item_list.py",
        "tests/unit/intake/test_intake_item_list.py",
        (
            "no column of a list is guessed",
            "    if len(places) > 1:\n",
            "    if len(places) > 99:\n",
            "test_no_column_is_guessed_where_several_may_be_meant",
        ),
        (
            "a kept list is in order",
            "        if any(len(one) > 1 and not bool((one[1:] > one[:-1]).all()) for one in found):\n",
            "        if not found:\n",
            "test_what_was_cut_or_put_in_another_order_is_no_list",
        ),
    ),
    *lines(
        "app/case/scope_words.py",
        _SCOPING,
        (
            "an unknown fact is neither yes nor no",
            "return OPEN if plain_name(registered) in NOTHING_SAID else _same(text, registered)",
            "return _same(text, registered)",
            "test_what_nobody_knows_is_neither_in_nor_out_and_says_which_fact_is_missing",
        ),
        (
            "a column that nobody confirmed says nothing",
            "        if not known.confirmed:\n            self.",
            "        if not known.numbers:\n            self.",
            "test_a_column_that_nobody_confirmed_says_nothing",
        ),
        (
            "what could not be read is on no list for certain",
            "words[at.batch.without_digest & (listed < 0)] = OPEN",
            "words[at.batch.without_digest & (listed < 0)] = OUT",
            "test_a_photo_that_could_not_be_read_may_be_any",
        ),
        (
            "what could not be read is no copy for certain, and may be one",
            "alike[batch.without_digest & batch.may_be_of(made.sizes)] = OPEN",
            "alike[batch.without_digest & batch.may_be_of(made.sizes)] = own",
            "test_a_photo_that_could_not_be_read_may_be_any",
        ),
        (
            "a row of the same content may be another's",
            "        alike[batch.records & (alike == IN)] = OPEN\n",
            "",
            "test_a_row_of_the_same_content_is_not_known_to_be_a_copy",
        ),
        (
            "what is about another photo too stays",
            "least = int(words[photos].min())",
            "least = int(words[photos].max())",
            "test_what_lies_beside_selected_photos_alone_goes_with_them",
        ),
        (
            "of an unknown origin nothing is known",
            "        alike[_places(made.perhaps, batch.digests) >= 0] = OPEN\n",
            "",
            "test_of_an_origin_that_is_not_known_nothing_is_known",
        ),
    ),
    *lines(
        "app/case/scope_lineage.py",
        _SCOPING,
        (
            "a model of which nothing is recorded may have seen everything",
            "words[version] = OUT if recorded else OPEN",
            "words[version] = OUT",
            "test_a_model_of_which_no_training_is_recorded_may_have_seen_everything",
        ),
        (
            "what was made from a part may hold nothing of it",
            "got = word if any(sure[seat] for seat in own) else OPEN",
            "got = IN",
            "test_copies_are_found_by_content_and_descendants_by_lineage",
        ),
    ),
    *lines(
        "app/case/scope_holdings.py",
        _SCOPING,
        (
            "two containers of one name are told apart",
            "if len({container.path for _, container in several}) > 1:",
            "if not several:",
            "test_two_indexes_of_one_container_count_once",
        ),
        (
            "an index that is gone is named",
            "            into.away.append(error.message)\n",
            "",
            "test_an_index_that_is_gone_is_named",
        ),
        (
            "a destroyed index is named",
            '                into.away.append(message("scope.away.destroyed", name=one.name, day=one.destroyed))\n',
            "                pass\n",
            "test_an_index_that_is_gone_is_named",
        ),
    ),
    *lines(
        "app/case/scoping.py",
        _SCOPING,
        (
            "what nobody read keeps a container from going as a whole",
            "counts[IN] == counts.total() and not container.unread and fit_of",
            "counts[IN] == counts.total() and fit_of",
            "test_a_container_goes_as_a_whole_only_if_all_of_it_is_known_to_be_in_scope",
        ),
        (
            "a changed container does not go as a whole by its items",
            "not container.unread and fit_of(container) is Fit.AS_INDEXED",
            "not container.unread",
            "test_a_container_that_changed_or_is_away_does_not_go_as_a_whole_by_its_items",
        ),
        (
            "a container that was not read to its end is not out of scope",
            "        elif not container.ended:\n",
            "        elif container.row < 0:\n",
            "test_what_could_not_be_read_has_no_content_to_compare",
        ),
        (
            "items of a changed index are refused",
            "        if (index.about.index, index.about.generation) != (before.index, before.generation):\n",
            "        if not before:\n",
            "test_items_of_an_index_that_changed_meanwhile_are_refused",
        ),
    ),
)
