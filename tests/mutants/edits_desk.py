"""The safety lines of the desk and of packets: what is written, and what it rests on."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "app/desk.py",
        "tests/unit/app/test_app_desk.py",
        (
            "what rests on proof is proven here",
            "                case = self.proven(ref) if draft.kind in RESTS_ON_PROOF else self.case(ref)\n",
            "                case = self.case(ref)\n",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "what rests on proof is proven when it is taken in",
            "            case = self.proven(ref) if act.kind in RESTS_ON_PROOF else self.case(ref)\n"
            "            if act.case",
            "            case = self.case(ref)\n            if act.case",
            "test_an_approval_that_is_taken_in_rests_on_proof",
        ),
        (
            "approving rests on proof",
            "frozenset({Kind.APPROVED, Kind.BEGUN,",
            "frozenset({Kind.BEGUN,",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "running rests on proof",
            "Kind.APPROVED, Kind.BEGUN, Kind.HANDED_OVER",
            "Kind.APPROVED, Kind.HANDED_OVER",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "handing over rests on proof",
            "Kind.BEGUN, Kind.HANDED_OVER, Kind.SWORN",
            "Kind.BEGUN, Kind.SWORN",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "swearing rests on proof",
            "Kind.HANDED_OVER, Kind.SWORN, Kind.SEALING",
            "Kind.HANDED_OVER, Kind.SEALING",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "sealing rests on proof",
            "Kind.SWORN, Kind.SEALING, Kind.FORGOTTEN",
            "Kind.SWORN, Kind.FORGOTTEN",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "forgetting rests on proof",
            "Kind.SEALING, Kind.FORGOTTEN})",
            "Kind.SEALING})",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "what others wrote makes proofs void",
            "            self._require_unchanged()\n            if not self._vault_proven:",
            "            if not self._vault_proven:",
            "test_what_somebody_else_wrote_in_another_case_is_no_leave_for_this_one",
        ),
        (
            "proofs of cases are void then",
            "            for held in self._cases.values():\n                held.proven = False\n",
            "",
            "test_what_somebody_else_wrote_in_another_case_is_no_leave_for_this_one",
        ),
        (
            "the proof of the roster is void then",
            "        if size != self._proven_size:\n            self._vault_proven = False\n",
            "        if size != self._proven_size:\n",
            "test_officers_that_somebody_else_wrote_meanwhile_are_verified_before_the_next_act",
        ),
        (
            "an entry of others is no own one",
            "        if size == self._proven_size + 1:",
            "        if True:",
            "test_an_own_act_does_not_cover_what_somebody_else_wrote_before_it",
        ),
        (
            "folds are forgotten when a step fails",
            "        vault.on_rollback.append(self._forget_folds)\n",
            "",
            "test_a_step_that_failed_is_not_in_the_fold",
        ),
        (
            "an act taken in is of its case",
            "            if act.case != case.id:",
            "            if False:",
            "test_an_act_is_taken_in_its_own_case_alone",
        ),
        (
            "an act taken in asks the rules",
            "            self._require_allowed(case, Draft(act.kind, now, {}, None, act.basis), act.officer, None)\n",
            "",
            "tests/unit/app/case/test_app_packets.py::test_an_approval_is_refused_when_an_index_is_another_n"
            "ow_whatever_it_says",
        ),
        (
            "indexes are those of now",
            'now = dict(act.open) if indexes is None else {**act.open, "indexes": dict(indexes)}',
            "now = dict(act.open)",
            "tests/unit/app/case/test_app_packets.py::test_an_approval_is_refused_when_an_index_is_another_n"
            "ow_whatever_it_says",
        ),
        (
            "a change carries what takes it back",
            "ref or None, subject, undo_of(draft, entry))",
            "ref or None, subject)",
            "test_a_change_says_what_to_refresh_and_carries_the_act_that_takes_it_back",
        ),
        (
            "a forbidden entry takes all back",
            "        if refused is not None:\n            raise error_of(refused)\n        held.since += 1",
            "        held.since += 1",
            "test_the_rules_see_rows_that_can_be_read_once_alone_too",
        ),
        (
            "a proven case is the one that was asked for",
            "                if held.case.ref != ref:\n                    raise CaseMissing(case=ref)\n"
            "            return held.case\n\n    def name",
            "            return held.case\n\n    def name",
            "test_a_snapshot_that_bears_another_name_is_not_the_proven_case",
        ),
        (
            "writers of the proven roster are officers",
            "            if entry.writer != entry.act.officer and not roster.active(entry.writer):",
            "            if False:",
            "test_what_a_key_of_nobody_wrote_in_proves_nothing",
        ),
        (
            "writers of a proven case are officers",
            "            if any(not roster.active(one, entry.seq) for one in (entry.writer, *entry.signatures)):",
            "            if False:",
            "test_what_a_key_of_nobody_wrote_in_proves_nothing",
        ),
        (
            "a damaged entry proves nothing",
            "    if read.found or read.entry is None:",
            "    if read.entry is None:",
            "test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold",
        ),
        (
            "a policy lists cases anew",
            "                if draft.kind is Kind.POLICY:\n                    self.list_anew()\n",
            "",
            "test_a_stricter_policy_shows_in_the_list_of_cases_at_once",
        ),
    ),
    *lines(
        "app/case/packets.py",
        "tests/unit/app/case/test_app_packets.py",
        (
            "an answer is of this vault",
            "    if answer.vault != desk.vault.ring.vault_id:",
            "    if False:",
            "test_an_answer_that_names_another_vault_or_case_is_refused",
        ),
        (
            "an answer is of this case",
            "        if answer.case != case.id:",
            "        if False:",
            "test_an_answer_is_taken_in_by_its_own_case_and_vault_alone",
        ),
        (
            "an answer without acts is none",
            "        if not answer.acts:",
            "        if False:",
            "test_a_damaged_answer_is_refused",
        ),
        (
            "the same answer counts once",
            "        if not new:",
            "        if False:",
            "test_the_same_answer_counts_once",
        ),
        (
            "acts that stand already are passed over",
            "[one for one in answer.acts if one.act.digest not in case.taken]",
            "list(answer.acts)",
            "test_a_later_answer_holds_what_came_later_and_what_was_sent_before",
        ),
        (
            "only what a packet asks for",
            "    if act.kind not in _TAKEN:",
            "    if False:",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a second review says that it answers a packet",
            '(act.open.get("how") != "packet" or type(act.open.get("head")) is not int)',
            '(type(act.open.get("head")) is not int)',
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a second review says on what it looked",
            '(act.open.get("how") != "packet" or type(act.open.get("head")) is not int)',
            'act.open.get("how") != "packet"',
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "rows are about what they name",
            "    _require_rows(desk, case, signed)\n",
            "",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a row's pseudonym is its item's",
            " and pseudonym(key, address.id) == row.item",
            "",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a row's address is its item's",
            ' and address.id == said["id"]',
            "",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a row's picture is the kept one",
            "return face and owned and address",
            "return face and address",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a picture is of the case",
            'blob_content(str(crop["blob"]), case)',
            'blob_content(str(crop["blob"]))',
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a picture has the kept bytes",
            '(content is None or sha256_hex(bytes(content)) == crop["digest"])',
            "True",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a row says nothing else",
            " or set(said) != _ROW",
            "",
            "test_a_validly_signed_act_that_no_packet_asks_for_is_refused",
        ),
        (
            "a packet is for a present officer",
            "key = next((key for key in desk.vault.roster.keys if names[key] == name), None)",
            "key = next((key for key in names if names[key] == name), None)",
            "test_nothing_is_handed_to_somebody_who_is_no_officer_now",
        ),
        (
            "a packet is made of what was proven",
            "        case = desk.proven(ref)\n",
            "        case = desk.case(ref)\n",
            "test_what_was_changed_in_the_log_is_handed_to_nobody",
        ),
        (
            "nobody is asked about the own word",
            "        if not item.agreed and officer not in said:",
            "        if not item.agreed:",
            "test_nothing_is_handed_to_whom_decided_first",
        ),
        (
            "candidates come in an order that tells nothing",
            "there = sorted((item for item in waiting if item.key in candidates), key=lambda item: item.key)",
            "there = [item for item in waiting if item.key in candidates]",
            "test_a_packet_lists_in_an_order_that_tells_nothing",
        ),
        (
            "no plan goes to whom the policy forbids",
            '    refused = desk.refusal(case.ref, Draft(Kind.APPROVED, about, basis=plan["basis"]), '
            "packet.officer)\n    if refused is not None:",
            '    refused = desk.refusal(case.ref, Draft(Kind.APPROVED, about, basis=plan["basis"]), '
            "packet.officer)\n    if False:",
            "test_a_plan_is_not_handed_to_whom_the_policy_forbids_to_approve_it",
        ),
        (
            "no review goes to whom it is refused",
            "    refused = desk.refusal(case.ref, Draft(Kind.SECOND_REVIEW), packet.officer)\n"
            "    if refused is not None:",
            "    refused = desk.refusal(case.ref, Draft(Kind.SECOND_REVIEW), packet.officer)\n    if False:",
            "test_what_the_officer_would_be_refused_here_is_not_handed_over",
        ),
    ),
    *lines(
        "app/case/packet_files.py",
        "tests/unit/app/case/test_app_packets.py",
        (
            "a packet is for whom its keys say",
            "packet.officer != keys.public_key.hex() or ",
            "",
            "test_a_packet_is_what_its_slot_says_or_does_not_open",
        ),
        (
            "a packet is of the vault of its slot",
            ' or packet.vault != slot["vault"]',
            "",
            "test_a_packet_is_what_its_slot_says_or_does_not_open",
        ),
        (
            "a packet's plan is of its case",
            "whole = packet.plan is None or packet.plan.plan.case == packet.ref",
            "whole = True",
            "test_a_packet_is_what_its_slot_says_or_does_not_open",
        ),
        (
            "what is no packet is said to be none",
            "    if not data.startswith(PACKET):",
            "    if False:",
            "test_what_is_no_packet_is_said_to_be_none",
        ),
    ),
    *lines(
        "app/case/packet_work.py",
        "tests/unit/app/case/test_app_packets.py",
        (
            "a word is on what the packet asks about",
            "        if item not in known:",
            "        if False:",
            "test_a_word_on_something_else_is_refused_and_none_is_kept",
        ),
        (
            "a signed word is not replaced",
            "        if item in before.signed:",
            "        if False:",
            "test_a_signed_word_is_not_replaced",
        ),
        (
            "a packet for review approves nothing",
            "    if opened.packet.what is not what:",
            "    if False:",
            "test_a_packet_for_review_approves_nothing",
        ),
        (
            "approving twice signs once",
            "    if asked is not None and not acts:",
            "    if asked is not None:",
            "test_approving_twice_signs_once",
        ),
    ),
    *lines(
        "app/desk.py",
        "tests/unit/app/case/test_app_searching.py",
        (
            "templates of references go with the keys",
            "        self.templates.clear()\n",
            "",
            "test_a_reference_face_is_embedded_once_and_its_template_goes_when_the_desk_is_closed",
        ),
    ),
    *lines(
        "jobs/start.py",
        "tests/unit/jobs/test_jobs_cluster.py",
        (
            "lent workers were made ready for this job",
            "        if where.recipe != recipe:\n",
            "        if False:\n",
            "test_lent_workers_stay_open_and_do_only_what_they_were_made_ready_for",
        ),
    ),
)
