"""The safety lines of how words on models stand against records."""

from __future__ import annotations

from edit import Edit, lines

STANDING = "tests/unit/lineage/test_standing.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/sightings.py",
        STANDING,
        (
            "a thing is found again by its content",
            "        found += [one for digest in digests for one in self._by_digest.get(digest, ())]\n",
            "",
            "test_a_model_is_found_again_by_its_content_under_any_name",
        ),
        (
            "what tells of the past shows nothing of now",
            "            if one.source.format not in TELL_OF_THE_PAST:\n",
            "            if True:\n",
            "test_events_of_the_past_are_neither_proof_nor_contradiction_but_a_later_run_is",
        ),
        (
            "another store is no proof",
            "if self._repeats(source, one, own)]",
            "]",
            "test_what_another_register_does_not_list_is_no_proof",
        ),
        (
            "a register of nothing else is not known again",
            "        return bool(others) and 2",
            "        return 2",
            "test_a_register_of_nothing_else_is_not_known_again",
        ),
        (
            "an import from before shows nothing of after",
            "                if newest.last > since:\n",
            "                if True:\n",
            "test_an_import_from_before_the_word_shows_nothing_of_after",
        ),
        (
            "an import since that lists it contradicts",
            "            elif source.last > since:\n                listed.append(source)",
            "            elif False:\n                listed.append(source)",
            "test_a_destroyed_model_that_an_import_since_still_lists_is_contradicted_with_source_and_day",
        ),
        (
            "a mark as deleted is no end",
            "            elif all(one.ended or one.deleted for one in said):\n                marked.append(source)",
            "            elif all(one.ended or one.deleted for one in said):\n                ended.append(said[0])",
            "test_an_end_in_a_record_counts_and_a_mark_as_deleted_does_not",
        ),
    ),
    *lines(
        "lineage/standing.py",
        STANDING,
        (
            "every register must have been seen since",
            "    whole = not sight.unseen and not sight.marked\n",
            "    whole = True\n",
            "test_every_register_that_listed_it_must_have_been_seen_since",
        ),
        (
            "a place that was not looked at leaves it open",
            "                found.left.append(sentence)\n                whole = False",
            "                found.left.append(sentence)",
            "test_a_file_at_its_place_contradicts_and_one_that_could_not_be_looked_at_leaves_it_open",
        ),
        (
            "a copy that a sweep found is not forgotten",
            "        shown = _no_strays(details.strays, since, found) and shown\n",
            "",
            "test_a_copy_that_a_sweep_found_contradicts_and_one_from_before_leaves_it_open",
        ),
        (
            "a run afterwards contradicts",
            "    _used_since(known.graph, model.node, since, found)\n",
            "",
            "test_events_of_the_past_are_neither_proof_nor_contradiction_but_a_later_run_is",
        ),
        (
            "a deployment that runs on contradicts",
            '        found.against += [message("against.deployed"',
            '        found.left += [message("against.deployed"',
            "test_a_destroyed_model_that_is_still_deployed_by_a_newer_record_is_contradicted",
        ),
        (
            "without a recorded deployment withdrawn is a word",
            "    return whole and bool(model.deployments)",
            "    return whole",
            "test_without_a_recorded_deployment_withdrawn_is_a_word",
        ),
        (
            "a new model that learned from the data contradicts",
            "        if learned in (Learned.ITSELF, Learned.INHERITED):\n",
            "        if learned is Learned.ITSELF:\n",
            "test_a_retrained_model_is_one_whose_lineage_does_not_lead_back",
        ),
        (
            "training must be recorded",
            "    if not known.graph.complete[seat]:\n",
            "    if False:\n",
            "test_a_retrained_model_is_one_whose_lineage_does_not_lead_back",
        ),
        (
            "an open path leaves it open",
            "    if set(paths.values()) - {Learned.MEASURED}:\n        return False\n",
            "",
            "test_a_retrained_model_is_one_whose_lineage_does_not_lead_back",
        ),
        (
            "not affected is contradicted by a path of learning",
            "if learned_by(path) in (Learned.ITSELF, Learned.INHERITED)]",
            "if learned_by(path) is Learned.ITSELF]",
            "test_not_affected_is_contradicted_by_a_path_of_learning_and_borne_out_by_one_of_measuring",
        ),
        (
            "what speaks against a word decides",
            "    if found.against:\n",
            "    if False:\n",
            "test_a_destroyed_model_that_an_import_since_still_lists_is_contradicted_with_source_and_day",
        ),
        (
            "what was taken out of the lineage is named",
            "    return bool(gone)",
            "    return False",
            "test_what_was_taken_out_of_the_lineage_is_named_until_something_newer_is_imported",
        ),
    ),
    *lines(
        "lineage/places.py",
        STANDING,
        (
            "gone is said beside a folder that is there",
            "PlaceSeen.GONE if path.parent.is_dir() else PlaceSeen.NOT_LOOKED",
            "PlaceSeen.GONE",
            "test_places_are_looked_at_by_content",
        ),
        (
            "what a link leads to was not looked at",
            "        if any(Path(inside, name).is_symlink() for name in folders):\n",
            "        if False:\n",
            "test_places_are_looked_at_by_content",
        ),
    ),
)
