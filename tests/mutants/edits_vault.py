"""The safety lines of the vault: its check, its keys, its registers, its checkpoints."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "storage/check.py",
        "tests/unit/storage/test_storage_check.py",
        (
            "a writer of the vault is an officer",
            "        if entry.writer != act.officer and not folded.roster.active(entry.writer, entry.seq):",
            "        if False:",
            "test_an_entry_in_which_one_thing_is_wrong_is_told_for_that",
        ),
        (
            "writers of a case are officers",
            "    if any(key != act.officer and not active(key, entry.seq) for key in (entry.writer, "
            "*entry.signatures)):",
            "    if False:",
            "test_an_entry_in_which_one_thing_is_wrong_is_told_for_that",
        ),
        (
            "what the roster forbids is told",
            "        return folded.roster.findings[-1] if refused is not None else None",
            "        return None",
            "tests/unit/app/vault/test_app_officers.py::test_a_policy_that_was_written_past_the_program_is_fo"
            "und_and_does_not_hold",
        ),
        (
            "what the rules forbid is told",
            "        return case.findings[-1]\n",
            "        return None\n",
            "test_an_entry_in_which_one_thing_is_wrong_is_told_for_that",
        ),
        (
            "a snapshot is that of its entry",
            "    return bool(folded.cases[entry.act.case].dump() == known[1])",
            "    return True",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "no snapshot of another place",
            '    for _ in folded.snapshots:\n        yield message("cache.snapshot")\n',
            "",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "no entry before the first",
            '    if db.conn.execute("SELECT 1 FROM entries WHERE seq < 0 LIMIT 1").fetchone():',
            "    if False:",
            "test_an_entry_in_which_one_thing_is_wrong_is_told_for_that",
        ),
        (
            "no value without an entry",
            '    for table in ("field_values", "act_rows"):',
            '    for table in ("act_rows",):',
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "no row without an entry",
            '    for table in ("field_values", "act_rows"):',
            '    for table in ("field_values",):',
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "nothing is empty that nobody forgot",
            "        if seq not in folded.emptied and not seq <",
            "        if False and not seq <",
            "test_what_nobody_forgot_must_be_there",
        ),
        (
            "nothing is there that was forgotten",
            '            yield message("log.remembered", seq=seq)',
            "            pass",
            "test_what_was_forgotten_with_its_case_must_stay_away",
        ),
        (
            "a file is empty exactly when it was destroyed",
            "        if bool(empty) != gone or (known",
            "        if (known",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "a file is of the case that speaks of it",
            "        if bool(empty) != gone or (known != case and not (known is None and gone)):",
            "        if bool(empty) != gone:",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "a key for every case and no other",
            "    if set(there) != set(folded.cases):",
            "    if False:",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "a key is gone exactly when its case was forgotten",
            "        if (key is None) != (case in folded.whole) or not (",
            "        if not (",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "a key is the one that was recorded",
            " or not (key is None or _is_key(key, folded.keys.get(case)))",
            "",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "no case is listed that is none",
            '        if key not in folded.cases:\n            yield message("cache.case"',
            '        if False:\n            yield message("cache.case"',
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "the list shows what follows from the log",
            "        if listed.get(key) != summary_row(case, folded.roster):",
            "        if False:",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "registers are compared",
            '        ("registers", registers.problems(db, tables, folded.recorded)),\n',
            "",
            "test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is",
        ),
        (
            "damage does not stop the check",
            '    except _DAMAGE:\n        yield message("check.stopped", table=name)',
            '    except ZeroDivisionError:\n        yield message("check.stopped", table=name)',
            "test_a_part_that_cannot_be_checked_to_its_end_is_told_and_the_others_go_on",
        ),
    ),
    *lines(
        "storage/registers.py",
        "tests/unit/storage/test_storage_registers.py",
        (
            "no row that nobody recorded",
            "            if not known:",
            "            if False:",
            "test_every_change_beside_the_program_is_found",
        ),
        (
            "no row that was changed",
            "            elif known != _digest(db, register, key):",
            "            elif False:",
            "test_every_change_beside_the_program_is_found",
        ),
        (
            "no row is missing",
            "        if digest and name not in there:",
            "        if False:",
            "test_every_change_beside_the_program_is_found",
        ),
        (
            "what is no digest is told",
            "        if type(digest) is not str:",
            "        if False:",
            "test_what_is_no_digest_is_a_finding",
        ),
        (
            "types are part of the digest",
            "[name, type(value).__name__, value.hex()",
            "[name, value.hex()",
            "test_a_value_of_another_type_is_a_change",
        ),
    ),
    *lines(
        "storage/vault.py",
        "tests/unit/storage/test_storage_vault.py",
        (
            "who confirms is the officer who sits there",
            "        if self.ring.open_officer(passphrase).slot != self._officer.slot:",
            "        if self.ring.open_officer(passphrase).slot == '':",
            "test_the_officer_who_sits_there_confirms_and_nobody_else",
        ),
        (
            "the recovery code confirms nothing",
            "    def confirm(self, passphrase: str) -> None:\n"
            '        """That it is still the officer who sits there. Raises WrongPassphrase, '
            'RecoveryOnly."""\n        if not self.officer_key:\n            raise RecoveryOnly()\n',
            "    def confirm(self, passphrase: str) -> None:\n",
            "test_the_recovery_code_confirms_nothing",
        ),
        (
            "a passphrase that opens no slot confirms nothing",
            "        if self.ring.open_officer(passphrase).slot != self._officer.slot:\n"
            "            raise WrongPassphrase()\n",
            "",
            "test_the_officer_who_sits_there_confirms_and_nobody_else",
        ),
        (
            "who was removed opens nothing",
            "                if officer.slot not in {*vault._active_slots(), RECOVERY}:",
            "                if False:",
            "test_who_was_just_removed_does_not_take_over",
        ),
        (
            "who was removed switches to nobody",
            "        if keys.slot not in self._active_slots():",
            "        if False:",
            "test_who_was_just_removed_does_not_take_over",
        ),
        (
            "names tell officers apart",
            "            if name in self._names.values():",
            "            if False:",
            "test_names_and_passphrases_tell_officers_apart",
        ),
        (
            "the last officer stays",
            "            if len(self.roster.keys) == 1:\n",
            "            if False:\n",
            "test_the_last_officer_cannot_be_removed",
        ),
        (
            "a removal changes the key",
            '                self.record(Draft(Kind.OFFICER_REMOVED, {"key": key}))\n            self._change_key()',
            '                self.record(Draft(Kind.OFFICER_REMOVED, {"key": key}))',
            "test_the_old_key_file_of_a_removed_officer_opens_nothing_new",
        ),
        (
            "a backup is opened in a new epoch",
            "            if self.ring.is_backup:\n                self._begin_epoch(self.signer)\n",
            "",
            "test_a_backup_opens_with_the_same_secrets_and_begins_a_new_epoch",
        ),
        (
            "what was interrupted is finished",
            "                vault._settle()\n",
            "",
            "tests/unit/storage/test_storage_vault_interrupted.py::test_removing_an_officer_ends_with_a"
            "_new_key_wherever_it_stopped",
        ),
        (
            "whom the name was approved for",
            "return {name: salt for name, (salt, _) in self.log.salted(known.seq).items()} if known else {}",
            "return {}",
            "tests/unit/app/vault/test_app_officers.py::test_a_new_officer_waits_until_as_many_as_the_policy_"
            "says_stand_behind_it",
        ),
    ),
    *lines(
        "storage/vault_base.py",
        "tests/unit/storage/test_storage_vault.py",
        (
            "the recovery code signs nothing",
            "    @property\n    def signer(self) -> EntrySigner:\n"
            '        """Who signs now. Raises RecoveryOnly."""\n        if not self.officer_key:\n'
            "            raise RecoveryOnly()\n",
            "    @property\n    def signer(self) -> EntrySigner:\n",
            "test_the_recovery_code_opens_but_signs_nothing",
        ),
        (
            "the fold of a vault's act is asked",
            "        if refused is not None:\n            raise error_of(refused)\n        self._note(entry)",
            "        self._note(entry)",
            "tests/unit/app/vault/test_app_officers.py::test_approvals_for_one_person_add_nobody_else",
        ),
        (
            "a step that failed is forgotten",
            "                for forget in self.on_rollback:\n                    forget()\n                raise",
            "                raise",
            "tests/unit/app/test_app_desk.py::test_a_step_that_failed_is_not_in_the_fold",
        ),
        (
            "the roster is read again after a step that failed",
            "        self.on_rollback.append(self._read_roster)\n",
            "",
            "test_a_change_of_officers_or_policy_that_failed_is_none",
        ),
        (
            "a packet goes to a present officer",
            '        """The age recipient of a present officer (by public key). Raises OfficerMissing."""\n'
            "        if not self.roster.active(key):\n            raise OfficerMissing()\n",
            "",
            "test_who_was_just_removed_does_not_take_over",
        ),
        (
            "what touches a register says so",
            "        if touched:\n            draft.fields",
            "        if False:\n            draft.fields",
            "tests/unit/storage/test_storage_registers.py::test_a_digest_is_part_of_the_act_that_made_it",
        ),
    ),
    *lines(
        "storage/keys.py",
        "tests/unit/storage/test_storage_keys.py",
        (
            "any changed byte of the key file is damage",
            '            if content.pop("digest") != digest_of(content):',
            '            if content.pop("digest") == "":',
            "test_any_changed_byte_is_called_damage_and_not_a_wrong_passphrase",
        ),
        (
            "nobody adds to the key file unseen",
            '            if not hmac.compare_digest(content.pop("seal"), _seal(joined, content)):',
            '            if content.pop("seal") == "":',
            "test_who_can_write_the_file_cannot_add_to_it_unseen",
        ),
        (
            "a slot is bound to its vault and name",
            'return f"dsr-desk {self.vault_id} {slot}".encode()',
            'return b"dsr-desk"',
            "test_a_slot_is_bound_to_its_vault_and_its_name",
        ),
        (
            "two officers never share a passphrase",
            "        if any(self._open_slot(slot, passphrase) for slot in self.officer_slots):",
            "        if False:",
            "test_two_officers_never_share_a_passphrase",
        ),
        (
            "weak passphrases are refused wherever one is set",
            "        require_strong(passphrase, names)\n",
            "",
            "test_weak_passphrases_are_refused_wherever_one_is_set_and_nothing_changes",
        ),
        (
            "a new vault asks for a strong passphrase",
            "officer = ring.add_officer(passphrase, names)",
            "officer = ring.add_officer(passphrase)",
            "test_a_passphrase_from_names_of_the_house_is_refused_wherever_one_is_set",
        ),
        (
            "a new officer's passphrase is no name of the house",
            "        passphrase = self._fresh(passphrase, names)",
            "        passphrase = self._fresh(passphrase, ())",
            "test_a_passphrase_from_names_of_the_house_is_refused_wherever_one_is_set",
        ),
        (
            "a changed passphrase is no name of the house",
            "self._fresh(passphrase, names), identity, officer.seed",
            "self._fresh(passphrase, ()), identity, officer.seed",
            "test_a_passphrase_from_names_of_the_house_is_refused_wherever_one_is_set",
        ),
        (
            "bytes that are no text open nothing",
            'secret.encode(errors="surrogatepass")',
            "secret.encode()",
            "test_bytes_that_a_terminal_cannot_read_open_nothing_and_are_no_fault",
        ),
    ),
    *lines(
        "storage/rows.py",
        "tests/unit/storage/test_storage_rows.py",
        (
            "rows are asked for by nothing too",
            'f"{column} IS :{column}"',
            'f"{column} = :{column}"',
            "test_rows_are_asked_for_by_what_their_columns_hold_nothing_included",
        ),
        (
            "a changed row is named",
            "update(key, values)\n        return touch(self._table, key)",
            "update(key, values)\n        return touch(self._table, 0)",
            "test_what_is_changed_put_or_removed_is_found_by_a_check_unless_an_act_touches_it",
        ),
        (
            "a removed row is named",
            "delete(key)\n        return touch(self._table, key)",
            "delete(key)\n        return touch(self._table, 0)",
            "test_what_is_changed_put_or_removed_is_found_by_a_check_unless_an_act_touches_it",
        ),
    ),
    *lines(
        "storage/checkpoints.py",
        "tests/unit/app/vault/test_app_backups.py",
        (
            "a checkpoint is signed",
            "        public_key(found.officer).verify(bytes.fromhex(found.signature), _SIGNED + _content(found))\n",
            "        public_key(found.officer)\n",
            "test_a_checkpoint_that_was_changed_is_none",
        ),
        (
            "a checkpoint is of this vault",
            " and hmac.compare_digest(self.mac, _mac(vault.identity, self))",
            "",
            "test_a_checkpoint_made_by_who_knows_the_public_key_alone_is_not_of_this_vault",
        ),
        (
            "the log continues a checkpoint",
            "    return older.size <= log.size and merkle.root(log.leaves(older.size)).hex() == older.root",
            "    return older.size <= log.size",
            "test_a_folder_that_was_copied_while_it_was_open_is_noticed_when_both_go_on",
        ),
        (
            "a log that was forked is told",
            "    if not continues(vault, older):\n        raise LogForked",
            "    if False:\n        raise LogForked",
            "test_a_folder_that_was_copied_while_it_was_open_is_noticed_when_both_go_on",
        ),
    ),
    *lines(
        "storage/proof.py",
        "tests/unit/storage/test_storage_forgery.py",
        (
            "the digest of a register stands in a signed act",
            "        if entry.leaf != stored[10] or not entry.act.is_canonical or not signed(entry, stored[9]):",
            "        if False:",
            "test_a_register_is_refused_though_the_digest_in_its_act_was_changed_too",
        ),
        (
            "the digest of a register is there",
            "        if FIELD not in values:\n",
            "        if FIELD not in values and values.setdefault(FIELD, {}):\n",
            "test_a_register_cannot_be_put_back_to_what_it_held_before",
        ),
    ),
    *lines(
        "storage/vault.py",
        "tests/unit/storage/test_storage_forgery.py",
        (
            "registers are as their acts say",
            "                raise LogDamaged(what=problem)",
            "                return",
            "test_a_register_that_was_changed_beside_the_program_is_refused",
        ),
    ),
    *lines(
        "app/proof/sealing.py",
        "tests/unit/app/test_app_forged_vault.py",
        (
            "nothing is sealed from changed registers",
            "    desk.vault.require_registers()\n",
            "",
            "test_nothing_is_sealed_from_a_register_that_was_changed_beside_the_program",
        ),
    ),
    *lines(
        "cli/common.py",
        "tests/unit/cli/test_cli_passphrases.py",
        (
            "a made passphrase is shown on a terminal alone",
            "    if not (sys.stdin.isatty() and sys.stderr.isatty()):",
            "    if False:",
            "test_a_made_passphrase_is_never_shown_where_no_person_looks",
        ),
        (
            "what is given is not replaced by what is made",
            "    if passphrase_file is not None or passphrase_fd is not None:\n        raise click",
            "    if False:\n        raise click",
            "test_a_made_passphrase_is_never_shown_where_no_person_looks",
        ),
        (
            "a made passphrase is typed once",
            '    while click.prompt("Type it to go on", hide_input=True, err=True) != made:',
            "    while False:",
            "test_a_made_passphrase_is_shown_once_on_the_terminal_typed_once_and_opens_the_vault",
        ),
        (
            "a passphrase is never cut silently",
            "    if len(line) > LONGEST_LINE:",
            "    if False:",
            "test_a_file_that_holds_no_passphrase_is_said",
        ),
    ),
    *lines(
        "core/passphrases.py",
        "tests/unit/core/test_core_passphrases.py",
        (
            "a passphrase can be typed the same way again",
            "    if text != text.strip() or not text.isprintable():",
            "    if False:",
            "test_what_is_easy_to_guess_is_refused_and_the_reason_is_said",
        ),
        (
            "names are known to whoever guesses",
            "list(_known(names))",
            "[]",
            "test_names_of_the_house_are_no_secrets",
        ),
        (
            "two judgements do not share their names",
            "        with _turn:",
            "        with threading.Lock():",
            "test_passphrases_of_two_houses_are_judged_apart_at_the_same_time",
        ),
        (
            "judging ends in time",
            "    return text[:end]",
            "    return text[:SCORED]",
            "test_signs_that_stand_for_letters_do_not_make_the_judging_endless",
        ),
        (
            "four of four is asked for",
            "ENOUGH = 4",
            "ENOUGH = 3",
            "test_what_is_easy_to_guess_is_refused_and_the_reason_is_said",
        ),
    ),
    *lines(
        "storage/vault.py",
        "tests/unit/storage/test_storage_vault.py",
        (
            "a vault's first passphrase is no name of the house",
            "KeyRing.create(folder / KEYS, passphrase, (organisation, officer))",
            "KeyRing.create(folder / KEYS, passphrase)",
            "test_names_that_stand_on_evidence_are_no_passphrases",
        ),
        (
            "an added officer's passphrase is no name of the house",
            "ring.add_officer(passphrase, self.known_names(name))",
            "ring.add_officer(passphrase)",
            "test_names_that_stand_on_evidence_are_no_passphrases",
        ),
        (
            "an own new passphrase is no name of the house",
            "ring.change_passphrase(self._officer, passphrase, self.known_names())",
            "ring.change_passphrase(self._officer, passphrase)",
            "test_names_that_stand_on_evidence_are_no_passphrases",
        ),
    ),
    *lines(
        "ui/views/vault/new_passphrase.py",
        "tests/ui/test_ui_welcome.py",
        (
            "the window refuses what it knows to be weak",
            "        return fits and (found is None or found.enough) and self.secret.isEnabled()",
            "        return fits and self.secret.isEnabled()",
            "test_a_weak_passphrase_is_refused_in_words_while_it_is_typed",
        ),
        (
            "a suggestion goes when another is typed",
            "            self.made.clear()\n            self.made.hide()\n",
            "            self.made.hide()\n",
            "test_a_suggestion_that_is_not_taken_is_not_shown_any_more",
        ),
    ),
)
