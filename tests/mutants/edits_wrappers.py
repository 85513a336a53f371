"""The safety lines of what bundles are encrypted in, and of opening them."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/wrappers/pdf.py",
        "tests/unit/evidence/wrappers/test_sealed_pdf.py",
        (
            "the pages are those that were signed",
            "        if _normal(document) != found:",
            "        if False:",
            "test_pages_that_were_rewritten_by_who_knows_the_passphrase_are_refused",
        ),
        (
            "the document uses each object",
            "    if len(_objects(data)) != used:",
            "    if False:",
            "test_what_was_not_signed_is_refused_even_when_the_file_is_bound_anew",
        ),
        (
            "each byte is as it was sealed",
            "    if bundle.pop(PAGE_DIGEST) != _digest_around(data, start, end):",
            "    bundle.pop(PAGE_DIGEST)\n    if False:",
            "test_a_byte_that_no_reader_looks_at_is_bound_too",
        ),
        (
            "the first object stands first",
            " or starts[0] != header.end():",
            ":",
            "test_what_was_not_signed_is_refused_even_when_the_file_is_bound_anew",
        ),
        (
            "there are no comments",
            ' or not ends or b"%" in said:',
            " or not ends:",
            "test_what_was_not_signed_is_refused_even_when_the_file_is_bound_anew",
        ),
        (
            "nothing stands between a stream and its end",
            '    if not said.startswith(b"%d 0 obj\\n" % number) or not ends or',
            '    if not said.startswith(b"%d 0 obj\\n" % number) or',
            "test_what_was_not_signed_is_refused_even_when_the_file_is_bound_anew",
        ),
        (
            "encryption is AES-256",
            "    if not document.is_encrypted or document.encryption.R != 6:",
            "    if False:",
            "test_a_file_saved_anew_by_another_program_is_refused",
        ),
    ),
    *lines(
        "evidence/wrappers/html.py",
        "tests/unit/evidence/wrappers/test_wrapped.py",
        (
            "the page is the one that was signed",
            "    if not ask(bool, is_signed_page, plain, _line(around), limits=_LIMITS):",
            "    if False:",
            "test_a_page_built_anew_around_the_archive_by_who_knows_the_passphrase_is_refused",
        ),
        (
            "settings have one spelling",
            "    if drawn is None or head[1] != _head(drawn[2], drawn[1]):",
            "    if drawn is None:",
            "test_settings_have_one_spelling_even_for_who_knows_the_passphrase",
        ),
        (
            "the encrypted part has one spelling",
            "        if [base64.b64encode(one) for one in (nonce, salt, data)] != [drawn[1], drawn[2], box[1]]:",
            "        if False:",
            "test_the_encrypted_part_has_one_spelling",
        ),
    ),
    *lines(
        "evidence/wrappers/cms.py",
        "tests/unit/evidence/wrappers/test_wrapped.py",
        (
            "an envelope has one form",
            "    if twice or kinds != [_ENVELOPED, asn1.DATA, _AES_256_CBC, 0]:",
            "    if twice:",
            "test_what_no_recipient_reads_in_an_envelope_has_one_form",
        ),
        (
            "a recipient has one form",
            "    if any(one.version != 0 or asn1.encode_der(one.algorithm) != _RSA for one in recipients):",
            "    if any(one.version != 0 for one in recipients):",
            "test_a_recipient_is_named_once_and_with_one_algorithm",
        ),
        (
            "a recipient has one version",
            "    if any(one.version != 0 or asn1.encode_der",
            "    if any(asn1.encode_der",
            "test_what_no_recipient_reads_in_an_envelope_has_one_form",
        ),
        (
            "a recipient is named once",
            "    if twice or kinds",
            "    if kinds",
            "test_a_recipient_is_named_once_and_with_one_algorithm",
        ),
    ),
    *lines(
        "evidence/verifying/verify.py",
        "tests/unit/evidence/test_evidence_attacks.py",
        (
            "nothing else is in a bundle",
            "    if added:",
            "    if False:",
            "test_a_bundle_with_a_file_too_many_is_refused",
        ),
        (
            "a bundle has all of its files",
            "            missing |= {SUCCESSION} - set(members)\n",
            "            pass\n",
            "test_a_bundle_without_a_file_that_was_in_it_is_refused",
        ),
        (
            "the sum of the archive is right",
            "    members.sha256(EVIDENCE)\n",
            "",
            "test_a_wrong_sum_of_the_archive_is_refused_even_where_nothing_else_is_wrong",
        ),
    ),
    *lines(
        "evidence/verifying/open.py",
        "tests/unit/evidence/test_evidence_attacks.py",
        (
            "no unsigned file is written",
            "            check_beside(bag, found.beside)\n",
            "",
            "test_what_to_do_that_was_not_signed_is_not_written_on_the_disk",
        ),
        (
            "no damaged file is written",
            "                bag.sha256(name)\n",
            "                pass\n",
            "test_a_member_whose_sum_is_wrong_is_not_written_on_the_disk",
        ),
    ),
)
