"""The safety lines of items that are alike, of others beside a run, and of indexes that cannot be read any more."""

from __future__ import annotations

from edit import Edit, lines

_STAYING = "tests/unit/deletion/test_deletion_staying.py"
_ALIKE = "test_of_rows_that_are_alike_those_that_were_to_go_are_gone_though_a_rejected_one_is_left"
_TOO_MANY = "test_one_more_than_those_that_stay_is_still_there"
_BESIDE = "tests/unit/deletion/test_deletion_beside.py"
_STRANGERS = "test_what_looks_like_a_picture_of_somebody_else_in_an_erased_file_is_no_rest_of_it"
_UNREACHED = "tests/unit/app/case/test_app_unreached.py"
_AFTER_THE_PLAN = "test_an_index_that_cannot_be_reached_after_the_plan_was_made_costs_its_own_entries_alone"

LINES: tuple[Edit, ...] = (
    *lines(
        "deletion/staying.py",
        _STAYING,
        (
            "as many are left as stay",
            " - self.count(address))\n",
            ")\n",
            "test_what_was_decided_to_stay_is_not_taken_where_the_others_went_already",
        ),
        (
            "one more than those that stay has no reason to",
            "self.reasons[stay[address.occurrence]] if address.occurrence < len(stay) else None",
            "self.reasons[stay[0]] if stay else None",
            _TOO_MANY,
        ),
        (
            "an index may know no more than what stays",
            " - len(stay[key])\n",
            " - 9 * len(stay[key])\n",
            "test_an_index_that_counted_anew_keeps_what_stays",
        ),
        (
            "what an index knows of what stays is not erased",
            " - len(stay[key])\n",
            "\n",
            "test_an_index_that_counted_anew_keeps_what_stays",
        ),
        (
            "a search may find no more than what stays",
            "            stays = left[key] >= 0\n",
            "            stays = key in self._alike\n",
            _ALIKE,
        ),
        (
            "what stays at one place excuses nothing at another",
            "    return address.dataset, address.container, address.member, address.digest\n",
            "    return address.dataset, address.member, address.digest, address.digest\n",
            "test_a_row_that_stays_at_one_place_excuses_none_at_another",
        ),
    ),
    *lines(
        "deletion/look.py",
        _STAYING,
        (
            "what stays does not make the others still there",
            "    too_many = now.alike - stay\n",
            "    too_many = now.alike\n",
            _ALIKE,
        ),
        (
            "one too many makes all of them still there",
            "    too_many = now.alike - stay\n",
            "    too_many = {key: n for key, n in now.alike.items() if key not in stay}\n",
            _TOO_MANY,
        ),
        (
            "where fewer were there than were decided on, nobody can tell which are left",
            " and before.alike.get(address.id, 0) < decided[key]:\n",
            " and False:\n",
            "test_where_fewer_are_there_than_were_decided_on_nothing_that_is_left_is_called_gone",
        ),
        (
            "strangers' pictures are no looks of hers",
            "eyes.hash_of(data, entry.orientation, strangers[digest])",
            "eyes.hash_of(data, entry.orientation)",
            f"{_BESIDE}::{_STRANGERS}",
        ),
        (
            "a picture is a stranger's for each item of the same bytes",
            ".intersection_update(item.strangers)",
            ".update(item.strangers)",
            f"{_BESIDE}::test_a_picture_is_a_strangers_only_if_it_is_for_all_items_of_the_same_bytes",
        ),
    ),
    *lines(
        "faces/outside.py",
        _BESIDE,
        (
            "her own pictures are looked for",
            "if pixels is not None and number not in without)",
            "if pixels is not None and not without)",
            _STRANGERS,
        ),
    ),
    *lines(
        "search/search.py",
        "tests/unit/search/index/test_search_photo_texts.py",
        (
            "a face that was not compared may be hers",
            "if face.number in numbers or not face.comparable}",
            "if face.number in numbers}",
            "test_pictures_that_show_nobody_but_others_are_told",
        ),
        (
            "what is proposed for more than faces counts as a whole",
            "    if any(reason.kind is not ReasonKind.FACE for reason in reasons):\n        return ()\n    numbers",
            "    numbers",
            "test_pictures_that_show_nobody_but_others_are_told",
        ),
    ),
    *lines(
        "datasets/erasing.py",
        "tests/contracts/test_containers.py",
        (
            "after the exchange nobody says that nothing was erased",
            "                    exchanging = True\n",
            "",
            f"{_BESIDE}::test_a_step_that_fails_after_the_exchange_is_not_said_to_have_erased_nothing",
        ),
        (
            "two runs do not write one container",
            "            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
            "            pass\n",
            "test_two_runs_never_rewrite_the_same_file_at_once[tar]",
        ),
        (
            "a lock on a file that was replaced is none",
            "        if os.fstat(handle).st_ino != path.stat().st_ino:\n",
            "        if False:\n",
            f"{_BESIDE}::test_whoever_waited_for_a_container_that_was_replaced_meanwhile_does_not_write_to_it",
        ),
        (
            "what has other bytes is another item",
            "        digest = stored(entry)\n",
            "        digest = next((one.digest for one in doomed if one.member == entry.member), stored(entry))\n",
            f"{_BESIDE}::test_a_photo_that_looks_the_same_and_has_other_bytes_is_named_and_stays[archive]",
        ),
        (
            "of items that are alike each is told by its number",
            "            one = wanted.pop((*key, occurrence), None)\n",
            "            one = wanted.pop((*key, 0), None)\n",
            f"{_STAYING}::{_ALIKE}",
        ),
    ),
    *lines(
        "datasets/celled.py",
        _UNREACHED,
        (
            "what cannot be written is told before anybody approves",
            "            erasing.require_writable(self.path, self.name)\n",
            "            pass\n",
            "test_where_nothing_can_be_written_the_plan_says_so_before_anybody_approves",
        ),
    ),
    *lines(
        "core/basis.py",
        "tests/unit/core/test_core_basis.py",
        (
            "an index that cannot be read voids no plan",
            "    return now in (generation, -1) if now is not None else generation == -1\n",
            "    return now == generation if now is not None else generation == -1\n",
            "test_an_index_that_cannot_be_read_is_not_known_to_be_another_one",
        ),
        (
            "an index that can be read is the one that was planned with",
            "    return now in (generation, -1) if now is not None else generation == -1\n",
            "    return True if now is not None else generation == -1\n",
            "",
        ),
        (
            "an index that was destroyed voids a plan",
            "    return now in (generation, -1) if now is not None else generation == -1\n",
            "    return now in (generation, -1, None)\n",
            "",
        ),
    ),
    *lines(
        "core/case_fold.py",
        "tests/unit/core/test_core_basis.py",
        (
            "what could not be read has not moved on",
            'if key in plan["indexes"] and now != -1}',
            'if key in plan["indexes"]}',
            "test_an_index_that_cannot_be_read_is_not_known_to_be_another_one",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/core/test_core_in_the_verifier.py",
        (
            "in the verifier: an index that cannot be read voids no plan",
            "    return now in (generation, -1) if now is not None else generation == -1\n",
            "    return now == generation if now is not None else generation == -1\n",
            "test_a_plan_stands_where_an_index_cannot_be_read_and_falls_where_it_is_another_one",
        ),
        (
            "in the verifier: what could not be read has not moved on",
            'if key in plan["indexes"] and at != -1}',
            'if key in plan["indexes"]}',
            "test_a_plan_stands_where_an_index_cannot_be_read_and_falls_where_it_is_another_one",
        ),
    ),
    *lines(
        "app/case/reaching.py",
        _UNREACHED,
        (
            "an index that is away is not erased from",
            "        if not known.present:\n            raise NotHere(what=known.name)\n        erase_items(",
            "        erase_items(",
            "test_an_index_that_goes_away_while_a_deletion_runs_is_not_erased_from",
        ),
    ),
    *lines(
        "app/case/derived.py",
        _UNREACHED,
        (
            "an index in use costs no other",
            "        with suppress(DeskError):\n            describe_as",
            "        with suppress(ZeroDivisionError):\n            describe_as",
            f"{_AFTER_THE_PLAN}[closed-locked]",
        ),
    ),
    *lines(
        "cli/delete.py",
        "tests/unit/app/test_app_deleting_commands.py",
        (
            "a script can tell that places were not read",
            "    if found.seen is Seen.GONE_WHERE_READ:\n",
            "    if False:\n",
            "test_a_plan_goes_from_the_command_to_the_read_back_and_into_a_second_round",
        ),
    ),
)
