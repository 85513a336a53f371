"""The safety lines of what a bundle of an order says: how far each obligation is met, its title, its headline."""

from __future__ import annotations

from edit import Edit, lines

_CHECK = "evidence/verifying/check_bundle.py"
_OBLIGATIONS = "tests/unit/evidence/test_evidence_obligations.py"
_BUNDLES = "tests/unit/app/proof/test_app_order_evidence.py"

LINES: tuple[Edit, ...] = (
    *lines(
        _CHECK,
        _OBLIGATIONS,
        (
            "no word stands for a read",
            'if about not in _READ_ALONE and given and word["how"] == "not-applicable":',
            'if given and word["how"] == "not-applicable":',
            "test_nobodys_word_stands_for_a_read",
        ),
        (
            "what is to be sworn was sworn",
            'if one["sworn"] and state in MET and not facts["sworn"]:',
            'if one["sworn"] and state in MET and not facts["sworn"] and False:',
            "test_what_is_to_be_sworn_is_met_once_it_was_sworn_after_reading_back",
        ),
        (
            "data is met only once it was read back",
            '    return [] if facts["read"] else [["order.why.not-read", {}]]',
            "    return []",
            "test_data_is_met_only_where_all_of_it_was_seen_to_be_gone",
        ),
        (
            "what is not known to be covered is not met",
            '    return [["order.why.not-known", {"count": open_}]] if open_ else []',
            "    return []",
            "test_data_is_met_only_where_all_of_it_was_seen_to_be_gone",
        ),
        (
            "places that were not read are not gone",
            'if each["where_read"] or (each["how"] == "mixed" and each["unread"])]',
            "if False]",
            "test_data_is_met_only_where_all_of_it_was_seen_to_be_gone",
        ),
        (
            "stray copies are not met",
            '    if facts["strays"]:\n',
            "    if False:\n",
            "test_data_is_met_only_where_all_of_it_was_seen_to_be_gone",
        ),
        (
            "a doubt of a look is not met",
            'if each["seen"] not in _CLEAR and not _counted(each)]',
            "if False]",
            "test_data_is_met_only_where_all_of_it_was_seen_to_be_gone",
        ),
        (
            "that nothing is covered somebody answers for",
            "    return (MET_DECLARED if said else OPEN), [[",
            "    return MET_DECLARED, [[",
            "test_data_is_met_only_where_all_of_it_was_seen_to_be_gone",
        ),
        (
            "no lineage is no answer",
            'unknown = lineage["unknown"] if lineage["sources"] else versions',
            'unknown = lineage["unknown"]',
            "test_what_lineage_does_not_know_is_no_model_that_is_gone",
        ),
        (
            "unknown recipients are not told",
            '    if facts["unknown_recipients"]:\n',
            "    if False:\n",
            "test_recipients_are_met_once_each_of_them_answered",
        ),
        (
            "one word is not two",
            "            used += 1\n",
            "            pass\n",
            "test_each_day_on_which_something_repeated_was_due_has_a_word_of_its_own",
        ),
        (
            "an order is not fulfilled while its data is there",
            'return "not" if all(state == OPEN for state in data or [state for _, state in states]) else "but"',
            'return "but"',
            "test_the_title_follows_from_the_obligations",
        ),
    ),
    *lines(
        _CHECK,
        _BUNDLES,
        (
            "the headline is the one that the obligations give",
            'if {"code": code, "values": values} != headline_of(self._files.whole("order.json")):',
            "if False:",
            "test_whoever_has_the_organisations_key_cannot_make_an_order_better_than_its_entries",
        ),
        (
            "the headline stands first",
            'if "order" in counted and not report["blocks"][1]["runs"][0]["code"].startswith(_HEADLINE):',
            "if False:",
            "test_whoever_has_the_organisations_key_cannot_make_an_order_better_than_its_entries",
        ),
        (
            "no share is said of a sample that was looked at in part",
            'if looked == one["n"] and not words["unsure"]:',
            "if True:",
            "test_no_share_is_said_of_a_sample_that_was_not_looked_at_to_its_end",
        ),
        (
            "a standing fits the officers' words",
            'if not fits.get(one["standing"]["code"], False):',
            "if False:",
            "test_a_standing_of_a_model_fits_the_word_that_officers_gave",
        ),
    ),
    *lines(
        "app/proof/sealing.py",
        _BUNDLES,
        (
            "an order has no edition for a person",
            "    if requester and desk.case(ref).is_order:\n",
            "    if False:\n",
            "test_an_order_has_no_edition_for_a_person",
        ),
    ),
)
