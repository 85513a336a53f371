"""The safety lines of checkpoints that others hold, and of what leads from a bundle to somebody else."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "app/vault/comparing.py",
        "tests/unit/app/vault/test_app_checkpoints.py",
        (
            "a checkpoint of another vault says nothing",
            "    if held.vault != log.vault:",
            "    if False:",
            "test_a_checkpoint_of_another_vault_says_nothing_of_this_one",
        ),
        (
            "a checkpoint's root is compared",
            "merkle.root(log.leaves(held.size)).hex() == held.root",
            "held.root",
            "test_a_journal_whose_end_was_cut_off_is_found_also_when_it_went_on_and_was_signed",
        ),
        (
            "a shorter journal is no continued one",
            "    if held.size <= log.size and merkle",
            "    if held.size > log.size or merkle",
            "test_a_journal_whose_end_was_cut_off_is_found_also_when_it_went_on_and_was_signed",
        ),
        (
            "a restore of before excuses nothing",
            "if one.epoch > held.epoch and one.seq < held.size",
            "if one.seq < held.size",
            "test_a_journal_that_was_rewritten_after_a_restore_is_not_excused_by_it",
        ),
        (
            "a restore that took the checkpoint is told apart",
            '    taken = held.digest != "" and held.digest in checkpoints.taken(log)',
            "    taken = True",
            "test_an_honest_restore_is_named_as_one_and_still_asks_what_was_lost",
        ),
        (
            "what a checkpoint remembers of earlier states counts",
            "    if checkpoints.agree(log, restored.seq, held.marks) is False:",
            "    if False:",
            "test_a_journal_changed_before_its_restore_contradicts_what_the_checkpoint_remembers",
        ),
        (
            "a checkpoint that nobody signed is named so",
            "        return found(standing if held.signed else Agreement.UNSIGNED)",
            "        return found(standing)",
            "test_a_checkpoint_that_no_key_of_the_vault_signed_is_named_so",
        ),
        (
            "what contradicts is a problem",
            "        return self.standing in (Agreement.CONTINUED, Agreement.TAKEN)",
            "        return True",
            "test_an_honest_restore_is_named_as_one_and_still_asks_what_was_lost",
        ),
    ),
    *lines(
        "evidence/signed/notes.py",
        "tests/unit/app/vault/test_app_checkpoints.py",
        (
            "a note is verified by its key",
            "                    key.verify(blob[4:], self.text.encode())\n",
            "                    pass\n",
            "test_a_note_is_signed_by_its_own_key_alone",
        ),
        (
            "a note's epoch is signed",
            '{self._root}\\nepoch {self.epoch}\\n"',
            '{self._root}\\n"',
            "test_a_note_is_signed_by_its_own_key_alone",
        ),
    ),
    *lines(
        "app/vault/checkpointing.py",
        "tests/unit/app/vault/test_app_checkpoints.py",
        (
            "a page is not written over what lies there",
            "    require_free(path)\n",
            "",
            "test_what_lies_there_is_not_written_over_and_an_unknown_kind_is_refused",
        ),
        (
            "a bundle proves that it continues the pages that others hold",
            "    return notes[-most:]",
            "    return []",
            "tests/unit/app/proof/test_app_sealing.py::test_who_holds_a_page_finds_a_proof_from_it_in_the_next_bundle",
        ),
        (
            "the file on the other drive is looked at before anything is handed out",
            "            checkpoints.require_continued(desk.vault, checkpoints.read(Path(path)), Path(path))",
            "            pass",
            "test_the_end_of_a_case_is_in_the_checkpoint_on_the_other_drive",
        ),
    ),
    *lines(
        "app/case/ending.py",
        "tests/unit/app/vault/test_app_checkpoints.py",
        (
            "the end of a case is in the checkpoint",
            "    checkpoint_if_set(desk)\n    return change",
            "    return change",
            "test_the_end_of_a_case_is_in_the_checkpoint_on_the_other_drive",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/app/vault/test_app_checkpoints.py",
        (
            "a restore of before excuses no rewritten journal in a bundle",
            "        if epoch <= known.epoch:",
            "        if epoch == 1:",
            "test_a_restore_excuses_only_checkpoints_of_earlier_epochs_in_a_bundle",
        ),
    ),
    *lines(
        "core/message.py",
        "tests/unit/core/test_core_message.py",
        (
            "files are counted and not named",
            '    if name == "files" and isinstance(value, tuple):',
            "    if False:",
            "test_what_leaves_the_house_names_no_file_and_no_container",
        ),
        (
            "a container is not named",
            "    if name in _NAMES_OF_PLACES and isinstance(value, str):",
            "    if False:",
            "test_what_leaves_the_house_names_no_file_and_no_container",
        ),
        (
            "the English of a sentence names nothing either",
            'said.english if values == said.values else ""',
            "said.english",
            "test_what_leaves_the_house_names_no_file_and_no_container",
        ),
    ),
    *lines(
        "app/case/deleting.py",
        "tests/unit/app/case/test_app_deleting.py",
        (
            "the digest of a plan cannot be tried out",
            "nonce=secrets.token_hex(16)",
            'nonce=""',
            "test_the_digest_of_a_plan_cannot_be_tried_out_by_who_has_the_data",
        ),
    ),
    *lines(
        "app/case/run_records.py",
        "tests/unit/app/proof/test_app_nobody_recognisable.py",
        (
            "a container's digest leaves the house as a pseudonym",
            'return self._desk.name(self._ref, digest) if digest else ""',
            "return digest",
            "test_nothing_in_a_regulators_bundle_leads_to_an_item_that_is_no_hit",
        ),
    ),
    *lines(
        "core/acts.py",
        "tests/unit/app/proof/test_app_nobody_recognisable.py",
        (
            "items are called otherwise in each case",
            '    return hmac.digest(case_key, item.encode(), "sha256").hex()[:32]',
            "    return item",
            "test_nothing_in_a_regulators_bundle_leads_to_an_item_that_is_no_hit",
        ),
        (
            "an item's salt is secret",
            '    return hmac.digest(case_key, f"salt {item}".encode(), "sha256")',
            '    return hashlib.sha256(f"salt {item}".encode()).digest()',
            "test_no_token_but_the_organisations_own_stands_in_the_bundles_of_two_cases",
        ),
    ),
    *lines(
        "app/case/told.py",
        "tests/unit/app/proof/test_app_nobody_recognisable.py",
        (
            "no file is named in what a search says outside",
            "    return without_names(for_others(said)).as_json()",
            "    return for_others(said).as_json()",
            "test_nothing_in_a_regulators_bundle_leads_to_an_item_that_is_no_hit",
        ),
        (
            "an index's inventory is salted in each case",
            "salted_digest(item_salt(case_key, about.index), about.inventory)",
            "about.inventory",
            "test_no_token_but_the_organisations_own_stands_in_the_bundles_of_two_cases",
        ),
    ),
)
