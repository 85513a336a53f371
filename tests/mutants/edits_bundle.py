"""The safety lines of the verifier that lies in every bundle: archive, signatures, statement."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/evidence/test_evidence_attacks.py",
        (
            "an archive holds each name once",
            "            if name in self._places:\n",
            "            if False:\n",
            "test_a_zip_with_two_members_of_one_name_is_refused",
        ),
        (
            "members have one order",
            "            if name < before or start + size",
            "            if start + size",
            "test_members_in_another_order_are_refused",
        ),
        (
            "a member ends before the archive does",
            " or start + size > length",
            "",
            "test_a_member_that_ends_beyond_the_archive_is_refused_wherever_it_lies",
        ),
        (
            "no path leads outside",
            '    if not _NAME.fullmatch(name) or ".." in name:',
            "    if False:",
            "test_a_path_that_climbs_out_is_refused",
        ),
        (
            "no member swells",
            "    if head[3] or head[7] != head[8]:",
            "    if False:",
            "test_a_zip_bomb_is_refused_before_it_swells",
        ),
        (
            "a member's head has one form",
            "    if zip_head(name, size, head[6]) != fixed + named + extra:",
            "    if False:",
            "test_each_bit_of_an_archive_is_bound",
        ),
        (
            "no byte belongs to nothing",
            "        if self._file.read(len(tail) + 1) != tail:",
            "        if False:",
            "test_bytes_that_belong_to_no_member_are_refused",
        ),
        (
            "sums are those of the members",
            "        if crc != self._crcs[name]:",
            "        if False:",
            "test_each_bit_of_an_archive_is_bound",
        ),
        (
            "loose files are the signed ones",
            '        if f"data/{name}" not in members or members.read(f"data/{name}") != bundle[name]:',
            "        if False:",
            "test_what_to_do_that_was_not_signed_is_refused_in_a_bundle_and_in_a_folder",
        ),
        (
            "a loose file has a signed copy",
            '        if f"data/{name}" not in members or members.read(f"data/{name}") != bundle[name]:',
            '        if f"data/{name}" in members and members.read(f"data/{name}") != bundle[name]:',
            "test_a_succession_that_was_not_signed_is_refused",
        ),
        (
            "what was not looked at is named",
            '        print(f"not looked at: {_printable(name)}")\n',
            "        pass\n",
            "test_what_was_not_looked_at_in_a_folder_is_named_by_both_verifiers",
        ),
        (
            "evidence is what was signed",
            '    if values.get(_OID_DIGEST) != b"\\x04\\x20" + digest_of_data:',
            "    if False:",
            "test_truncated_bundles_are_refused",
        ),
        (
            "the signature holds",
            '    _require(certificate, value, signed_bytes, _oid(algorithm), "signature.wrong")\n',
            "",
            "test_a_signature_of_which_one_bit_is_another_does_not_hold",
        ),
        (
            "the signature is that of the certificate",
            "        if signed[0].certificate.public_bytes(Encoding.PEM) != bundle[CERTIFICATE]:",
            "        if False:",
            "test_another_key_cannot_sign_for_the_organisation",
        ),
        (
            "no file is missing or added",
            "    if set(listed) != expected:",
            "    if False:",
            "test_a_member_added_is_noticed_even_when_the_archive_is_signed_anew",
        ),
        (
            "files have their digests in the bag",
            '        if members.sha256(name) != digest:\n            raise Refused("files.digest"',
            '        if False:\n            raise Refused("files.digest"',
            "test_swapped_members_are_noticed_even_when_the_archive_is_signed_anew",
        ),
        (
            "the statement names every file",
            "    if set(named) != files:",
            "    if False:",
            "test_a_file_that_the_bag_lists_and_the_statement_does_not_name_is_refused",
        ),
        (
            "files have the digests of the statement",
            '        if members.sha256(name) != digest:\n            raise Refused("statement.file"',
            '        if False:\n            raise Refused("statement.file"',
            "test_swapped_members_are_noticed_even_when_the_archive_is_signed_anew",
        ),
        (
            "the statement is signed by the same key",
            '    _require(certificate, base64.b64decode(signature["sig"], validate=True), signed, None, code)\n',
            "",
            "test_another_key_cannot_sign_for_the_organisation",
        ),
        (
            "the certificate was valid",
            "    if not valid_at(signed.certificate, signed.time):",
            "    if False:",
            "tests/unit/evidence/contents/test_evidence_parts.py::test_a_signature_after_the_last_day_of_the_cer"
            "tificate_does_not_count",
        ),
        (
            "the certificate is the expected one",
            '    raise Refused("signer.other", **told)',
            '    return Said("signer.expected", **told)',
            "test_another_key_cannot_sign_for_the_organisation",
        ),
        (
            "a succession is of its keys",
            '    if named["type"] != "urn:dsr-desk:succession:v1" or named["old"] != current:',
            "    if False:",
            "tests/unit/evidence/contents/test_evidence_parts.py::test_a_succession_names_the_key_that_signs_it_"
            "and_the_one_that_follows",
        ),
        (
            "a checkpoint is signed by the journal's key",
            "    _check_note(note, key)\n    chains",
            "    chains",
            "tests/unit/evidence/signed/test_evidence_log.py::test_a_checkpoint_is_signed_with_the_journals_own_key",
        ),
        (
            "a note's signature holds",
            '        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(blob[4:], (text + "\\n").encode())\n',
            "        pass\n",
            "tests/unit/evidence/signed/test_evidence_log.py::test_a_checkpoint_is_signed_with_the_journals_own_key",
        ),
        (
            "the journal continues its earlier states",
            '        if not _continues(old["size"], bytes.fromhex(old["root"]), head.size, head.root, proof):',
            "        if False:",
            "tests/unit/evidence/signed/test_evidence_log.py::test_an_earlier_checkpoint_that_the_journal_does"
            "_not_continue_is_seen",
        ),
        (
            "a checkpoint's signature is checked",
            '        raise Refused("journal.signature") from None',
            "        pass",
            "tests/unit/evidence/contents/test_evidence_parts.py::test_a_checkpoint_is_a_signed_note_that_its_key_verifies",
        ),
        (
            "the statement names the journal's epoch",
            "    if {chains.epoch, head.epoch} != {epoch}:",
            "    if False:",
            "tests/unit/evidence/signed/test_evidence_log.py::test_a_statement_of_another_epoch_than_the_journals_is_seen",
        ),
    ),
    *lines(
        "evidence/signed/log.py",
        "tests/unit/evidence/test_evidence_attacks.py",
        (
            "no bundle from a journal that is shorter",
            "        if not 0 < old.size <= len(hashes):",
            "        if False:",
            "test_a_bundle_is_not_made_from_a_journal_that_is_shorter_than_an_earlier_checkpoint",
        ),
        (
            "no bundle from a journal that was changed",
            "        if found[old.size].root != old.root:",
            "        if False:",
            "test_a_bundle_is_not_made_from_a_journal_that_contradicts_an_earlier_checkpoint",
        ),
    ),
)
