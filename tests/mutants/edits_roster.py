"""The safety lines of the roster: who is an officer, and what needs approvals."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "core/roster.py",
        "tests/unit/core/test_core_roster.py",
        (
            "a term begins",
            "if term is None:\n            return False",
            "if term is None:\n            return True",
            "test_an_officer_adds_another_whose_key_signs_too",
        ),
        (
            "the own place is before a term",
            "term.added < seq and (",
            "term.added <= seq and (",
            "test_whoever_is_added_counts_from_the_next_place_on",
        ),
        (
            "a term ends at its removal",
            "or seq < term.removed)",
            "or seq <= term.removed)",
            "test_removal_counts_from_its_place_in_the_log",
        ),
        (
            "a term ends",
            "or seq < term.removed)",
            "or True)",
            "test_removal_counts_from_its_place_in_the_log",
        ),
        (
            "who was removed is active no more",
            "return term.removed is None\n        return term.added",
            "return True\n        return term.added",
            "test_removal_counts_from_its_place_in_the_log",
        ),
        (
            "removed officers are no present ones",
            "if term.removed is None]",
            "if True]",
            "test_as_many_officers_stay_as_the_policy_needs",
        ),
        (
            "a policy holds from the next place on",
            "if since >= seq:",
            "if since > seq:",
            "test_without_a_word_the_default_policy_holds_and_a_new_one_from_the_next_place_on",
        ),
        (
            "who is removed stands behind nothing",
            "[key for key in proposal.behind if self.active(key)]",
            "list(proposal.behind)",
            "test_who_is_no_officer_any_more_stands_behind_nothing",
        ),
        (
            "no recovery key is no key",
            "officer == self.recovery and officer:\n            return None\n"
            "        if not self.active(officer):\n            return message(refusals.NotAnOfficer.code)\n"
            "        match",
            "officer == self.recovery:\n            return None\n        if not self.active(officer):\n"
            "            return message(refusals.NotAnOfficer.code)\n        match",
            "test_a_vault_without_a_recovery_key_has_no_key_that_anybody_could_use",
        ),
        (
            "who is no officer does nothing on the vault",
            "        if not self.active(officer):\n            return message(refusals.NotAnOfficer.code)\n"
            "        match",
            "        match",
            "test_the_recovery_key_does_nothing_but_add_an_officer_and_declare_an_epoch",
        ),
        (
            "a change that was carried out is approved no more",
            "waiting is None or waiting.used or",
            "waiting is None or",
            "test_what_was_never_proposed_or_was_carried_out_cannot_be_approved",
        ),
        (
            "nobody approves twice",
            "waiting is None or waiting.used or officer in waiting.behind",
            "waiting is None or waiting.used",
            "test_nobody_approves_twice_or_the_own_change",
        ),
        (
            "a recovery key needs approvals",
            "return self._enough(self._fitting(RECOVERY, open_))",
            "return None",
            "test_a_new_recovery_key_needs_the_approvals_that_a_new_officer_needs",
        ),
        (
            "a malformed act changes nothing",
            "self._malformed(entry) or ",
            "",
            "test_a_signed_act_without_what_it_must_say_is_a_finding_and_changes_nothing",
        ),
        (
            "the new officer signs too",
            "and not self._signed_by_new(entry)",
            "and False",
            "test_an_officer_adds_another_whose_key_signs_too",
        ),
        (
            "a malformed policy is a finding",
            "except (KeyError, ValueError",
            "except (ValueError",
            "test_a_signed_act_without_what_it_must_say_is_a_finding_and_changes_nothing",
        ),
        (
            "an adder brings no recovery key",
            "                if not self.officers:\n                    self.recovery =",
            "                if said.get('recovery'):\n                    self.recovery =",
            "test_who_adds_an_officer_cannot_bring_a_recovery_key",
        ),
        (
            "a recovery key's change is used once",
            '                self.recovery = str(said["key"])\n                self._use(said)',
            '                self.recovery = str(said["key"])',
            "test_a_new_recovery_key_needs_the_approvals_that_a_new_officer_needs",
        ),
        (
            "a policy change is used once",
            'self.policies.append((entry.seq, Policy.from_open(said["policy"])))\n                self._use(said)',
            'self.policies.append((entry.seq, Policy.from_open(said["policy"])))',
            "test_an_approved_change_is_carried_out_once",
        ),
        (
            "an officer's change is used once",
            "                self._use(said)\n            case Kind.OFFICER_REMOVED",
            "            case Kind.OFFICER_REMOVED",
            "test_an_officer_is_added_with_the_approvals_of_the_policy",
        ),
        (
            "the first officer signs herself",
            "return None if officer == key else message(refusals.NotAnOfficer.code)",
            "return None",
            "test_the_first_officer_signs_herself",
        ),
        (
            "nobody comes back under an old key",
            "if key in self.officers or key == self.recovery:",
            "if key == self.recovery:",
            "test_nobody_comes_back_under_an_old_key",
        ),
        (
            "the recovery key is no officer",
            "if key in self.officers or key == self.recovery:",
            "if key in self.officers:",
            "test_nobody_comes_back_under_an_old_key",
        ),
        (
            "an empty recovery key adds nobody",
            "if officer == self.recovery and officer:\n            return None\n"
            "        if not self.active(officer):\n            return message(refusals.NotAnOfficer.code)\n"
            "        proposal",
            "if officer == self.recovery:\n            return None\n        if not self.active(officer):\n"
            "            return message(refusals.NotAnOfficer.code)\n        proposal",
            "test_a_vault_without_a_recovery_key_has_no_key_that_anybody_could_use",
        ),
        (
            "who is no officer adds nobody",
            "        if not self.active(officer):\n            return message(refusals.NotAnOfficer.code)\n"
            "        proposal",
            "        proposal",
            "test_nobody_else_adds_an_officer",
        ),
        (
            "approvals are for one person",
            "return self._enough(None if other else proposal)",
            "return self._enough(proposal)",
            "test_approvals_are_for_the_person_who_was_proposed",
        ),
        (
            "only an officer is removed",
            "if not self.active(key):\n            return message(refusals.OfficerUnknown.code)",
            "if False:\n            return None",
            "test_only_an_officer_is_removed_and_only_once",
        ),
        (
            "nobody removes the own access",
            "if key == officer:",
            "if False:",
            "test_nobody_takes_the_own_access_away",
        ),
        (
            "as many stay as the policy needs",
            "len(self.keys) <= max(self.policy.approvals, 1)",
            "len(self.keys) <= 1",
            "test_as_many_officers_stay_as_the_policy_needs",
        ),
        (
            "one more than the policy needs is enough",
            "len(self.keys) <= max(self.policy.approvals, 1)",
            "len(self.keys) < max(self.policy.approvals, 1)",
            "test_as_many_officers_stay_as_the_policy_needs",
        ),
        (
            "a policy that nobody could fulfil",
            "if new.approvals > len(self.keys):",
            "if False:",
            "test_a_policy_that_nobody_could_fulfil_is_refused",
        ),
        (
            "a looser policy needs approvals",
            "if not new.is_looser_than(self.policy):",
            "if True:",
            "test_a_looser_policy_waits_for_the_approvals_of_the_policy_in_force",
        ),
        (
            "an approved policy is no leave for another",
            "and proposal.policy == new else None",
            "else None",
            "test_an_approved_policy_is_no_leave_for_another_one",
        ),
        (
            "a change is of its kind",
            "and proposal.what == what and",
            "and",
            "test_one_change_is_no_leave_for_a_change_of_another_kind",
        ),
        (
            "a change is carried out once",
            "and not proposal.used else None",
            "else None",
            "test_a_new_recovery_key_needs_the_approvals_that_a_new_officer_needs",
        ),
        (
            "two approvals are asked for",
            "if needed <= 1 or have >= needed:",
            "if needed <= 2 or have >= needed:",
            "test_a_new_recovery_key_needs_the_approvals_that_a_new_officer_needs",
        ),
        (
            "as many approvals as asked",
            "have >= needed:",
            "have >= needed - 1:",
            "test_a_looser_policy_waits_for_the_approvals_of_the_policy_in_force",
        ),
    ),
)
