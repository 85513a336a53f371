"""The safety lines of what was not read, and of the word of an officer on a kind of it."""

from __future__ import annotations

from edit import Edit, lines

_UNREAD = "tests/unit/search/index/test_search_unread.py"
_DELETION = "tests/unit/deletion/test_deletion_not_read.py"
_CASE = "tests/unit/app/case/test_app_not_read.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "deletion/look.py",
        _DELETION,
        (
            "what lay beside unread places is not called gone",
            "gone = Seen.GONE_WHERE_READ if now.unread else Seen.GONE",
            "gone = Seen.GONE",
            "test_what_lay_beside_unread_places_is_gone_where_it_was_read_and_the_rest_is_gone",
        ),
        (
            "an officer's word counts in a look at one container",
            "        del found.unread[kind]\n",
            "        pass\n",
            "test_what_an_officer_declared_to_hold_no_personal_data_is_not_counted",
        ),
    ),
    *lines(
        "deletion/sweep.py",
        _DELETION,
        (
            "a sweep counts every place that is not read",
            "        self.count += one.count\n",
            "        self.count += 1\n",
            "test_the_headline_says_how_many_places_of_which_containers_were_not_read",
        ),
        (
            "a declaration counts for its own dataset version alone",
            "for version in versions for kind in stores.harmless.get(version, ())}",
            "for kinds in stores.harmless.values() for kind in kinds}",
            "test_what_an_officer_declared_to_hold_no_personal_data_is_not_counted",
        ),
    ),
    *lines(
        "deletion/sweep.py",
        "tests/unit/deletion/test_deletion_read_back.py",
        (
            "bytes of erased items are looked for",
            "    if address.digest in wanted.erased and not describes_another(entry, there):",
            "    if False:",
            "test_the_same_bytes_in_any_container_are_found",
        ),
        (
            "look-alikes are looked for",
            'into.append((sweep.near, message("left.near")))',
            "pass",
            "test_a_photo_that_looks_alike_is_found_unless_it_was_rejected",
        ),
        (
            "mentions are looked for",
            '        into += [(sweep.mentioned, message("left.identifier", kind=term(kind)))] '
            "if kind is not None else []",
            "        pass",
            "test_a_record_that_still_names_the_person_is_found",
        ),
        (
            "items that cannot be read are told",
            "    if unreadable:\n",
            "    if False:\n",
            "test_what_cannot_be_read_is_told",
        ),
        (
            "a cancelled look is none",
            '                if error.code == "JOB-CANCELLED":\n                    raise\n                sweep',
            "                sweep",
            "test_a_look_that_was_cancelled_is_none",
        ),
    ),
    *lines(
        "deletion/read_back.py",
        _DELETION,
        (
            "what could not be looked at weighs more than what is not read",
            "if any(gap.kind is None for gap in not_looked):",
            "if all(gap.kind is None for gap in not_looked) and not_looked:",
            "test_a_place_that_could_not_be_looked_at_weighs_more_than_one_that_is_not_read",
        ),
    ),
    *lines(
        "search/scope.py",
        _UNREAD,
        (
            "a search names what its index did not read",
            "    found += _unread_gaps(index)\n",
            "",
            "test_a_search_names_what_containers_and_folders_hold_beside_what_was_read",
        ),
        (
            "kinds beyond the first many are added up",
            "    for one in kinds[MOST_GAPS:]:",
            "    for one in ():",
            "test_many_reasons_are_added_up_by_kind_and_none_is_lost",
        ),
        (
            "containers of an older index are named as not accounted for",
            "    if older:\n",
            "    if False:\n",
            "test_containers_without_accounts_are_named_as_such",
        ),
    ),
    *lines(
        "app/data/harmless.py",
        _CASE,
        (
            "what a person was found in is not declared",
            "    if found:\n        raise KindContradicted",
            "    if False:\n        raise KindContradicted",
            "test_a_declaration_that_was_contradicted_since_counts_no_more_and_no_new_one_is_taken",
        ),
        (
            "what was contradicted since stays a gap",
            "        if mark.entry in contradicted:\n",
            "        if False:\n",
            "test_a_declaration_that_was_contradicted_since_counts_no_more_and_no_new_one_is_taken",
        ),
        (
            "reading back asks for contradictions too",
            "for kind, count in counts.items() if not count):\n",
            "for kind, count in counts.items()):\n",
            "test_a_declaration_that_was_contradicted_since_counts_no_more_and_no_new_one_is_taken",
        ),
        (
            "a declaration that was taken back is none",
            "            found.pop(key, None)\n",
            "",
            "test_a_declaration_that_is_taken_back_counts_no_more",
        ),
        (
            "a declaration has a reason",
            "    if not reason:\n",
            "    if False:\n",
            "test_only_what_is_there_is_declared_and_only_with_a_reason",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        _CASE,
        (
            "a search leans on no declaration that is not in force",
            "        fold.require(_is_declared(act, one), said)\n",
            "",
            "test_a_search_cannot_lean_on_a_declaration_that_nobody_signed",
        ),
        (
            "places that were not read are counted once",
            'if "kind" in gap}\n        return sum(found.values())',
            'if "kind" in gap}\n        return 0 * len(found)',
            "test_a_bundle_says_how_many_places_were_not_read_and_the_verifier_the_same",
        ),
    ),
)
