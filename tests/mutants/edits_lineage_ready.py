"""The safety lines of the lineage graph that is kept ready: what does not fit is not used."""

from __future__ import annotations

from edit import Edit, lines

READY = "tests/unit/lineage/test_ready_graph.py"
DESK = "tests/unit/app/models/test_app_ready_graph.py"
IMPORTING = "tests/unit/lineage/test_importing.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/kept.py",
        READY,
        (
            "a graph that rests on something else is not used",
            "FROM lineage_ready WHERE rests_on = ?",
            "FROM lineage_ready WHERE ? <> ''",
            "test_what_was_kept_for_something_else_is_not_used",
        ),
        (
            "a kept graph whose arrays do not fit is not used",
            "    if not _fits(whole):",
            "    if False:",
            "test_what_is_damaged_is_not_used",
        ),
        (
            "a graph rests on the answers of officers",
            '    "SELECT first, second, same FROM lineage_answers ORDER BY first, second",\n',
            "",
            "test_it_rests_on_everything_that_a_graph_is_made_from",
        ),
        (
            "a graph rests on digests of content",
            (
                '    "SELECT dataset_version, count(*) FROM lineage_digests GROUP BY dataset_version '
                'ORDER BY dataset_version",\n'
            ),
            "",
            "test_it_rests_on_everything_that_a_graph_is_made_from",
        ),
        (
            "a graph rests on the code that made it",
            "json.dumps([code(), rows, known])",
            'json.dumps(["", rows, known])',
            "test_it_rests_on_everything_that_a_graph_is_made_from",
        ),
        (
            "a graph rests on what is registered",
            "json.dumps([code(), rows, known])",
            "json.dumps([code(), rows, []])",
            "test_it_rests_on_everything_that_a_graph_is_made_from",
        ),
    ),
    *lines(
        "lineage/graph.py",
        READY,
        (
            "a place that is found by a digest has the key",
            "            if any(key in keys_of(node) for node in self.members(place))\n",
            "",
            "test_names_and_ids_are_told_apart_where_their_digests_are_one",
        ),
        (
            "what is asked is what the key says and not its digest",
            "return any(self._asked[number] == key for number in",
            "return any(True for number in",
            "test_names_and_ids_are_told_apart_where_their_digests_are_one",
        ),
    ),
    *lines(
        "app/desk.py",
        DESK,
        (
            "a change takes the kept graph away",
            "            if {table for table, _ in touched} & _GRAPH:\n                self.drop_graph()\n",
            "",
            "",
        ),
        (
            "a rollback takes the graph of what was not written",
            "        self._proven_size, self._vault_proven = -1, False\n        self.graph = None\n",
            "        self._proven_size, self._vault_proven = -1, False\n",
            "test_a_change_and_the_end_of_the_old_graph_are_one",
        ),
    ),
    *lines(
        "app/vault/keeping.py",
        DESK,
        (
            "a check of the vault leaves no graph that was not checked",
            "    desk.drop_graph()\n",
            "",
            "test_a_check_of_the_vault_leaves_nothing_that_was_not_checked",
        ),
    ),
    *lines(
        "app/models/lineage.py",
        DESK,
        (
            "what changed while the graph was made is in it",
            "                if rests_on(db, _registered(desk, {})) == fingerprint:",
            "                if True:",
            "test_while_it_is_made_others_have_their_turn_and_what_they_change_is_in_it",
        ),
    ),
    *lines(
        "lineage/importers/registry.py",
        IMPORTING,
        (
            "pieces from a cell are of one source",
            "        if replace(piece, nodes=(), edges=()) != bare or len(nodes) + len(edges) > MOST_THINGS:",
            "        if len(nodes) + len(edges) > MOST_THINGS:",
            "test_a_file_that_ends_its_reader_or_answers_with_no_graph_is_named_with_the_reason",
        ),
        (
            "pieces from a cell are no more than a graph can hold",
            "        if replace(piece, nodes=(), edges=()) != bare or len(nodes) + len(edges) > MOST_THINGS:",
            "        if replace(piece, nodes=(), edges=()) != bare:",
            "test_more_than_a_graph_can_hold_is_refused",
        ),
    ),
)
