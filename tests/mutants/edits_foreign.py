"""The safety lines of what else comes from others: bundles, stamps, certificates, lists, packets, plans."""

from __future__ import annotations

from edit import Edit, lines

BUNDLE = "tests/unit/evidence/test_evidence_cell.py"
NEITHER = "test_a_bundle_that_a_cell_cannot_read_is_neither_good_nor_bad"
STAMP = "test_a_stamp_that_ends_a_cell_is_not_taken_and_proves_no_time"

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/verify.py",
        BUNDLE,
        (
            "a bundle is read in a cell",
            "ask(kind, function, bundle, *args, grants=grants, limits=limits)",
            "function(bundle, *args)",
            f"{NEITHER} -k read_beside",
        ),
        (
            "what no cell could read is not good",
            'message("bundle.opening.failed", why=failed.why), ok=None)',
            'message("bundle.opening.failed", why=failed.why), ok=True)',
            f"{NEITHER} -k lie",
        ),
        (
            "nothing is read that no bundle has as large",
            "    if len(data) > most:",
            "    if False:",
            "test_a_file_that_no_bundle_has_as_large_is_not_read",
        ),
    ),
    *lines(
        "evidence/verifying/open.py",
        BUNDLE,
        (
            "what unpacks may write in its folder alone",
            "write=(folder.absolute(),)",
            "write=(folder.absolute().parent,)",
            "test_what_unpacks_a_bundle_writes_into_its_folder_alone -k write_outside",
        ),
        (
            "no folder stays where nothing was unpacked",
            "                folder.rmdir()",
            "                folder.exists()",
            "test_a_folder_that_was_there_stays_where_nothing_was_unpacked",
        ),
    ),
    *lines(
        "evidence/wrappers/pdf.py",
        BUNDLE,
        (
            "a PDF is opened in a cell",
            "ask(Opened, opened, data, passphrase, limits=_LIMITS)",
            "opened(data, passphrase)",
            "test_a_hostile_pdf_decides_nothing_about_what_is_in_it",
        ),
        (
            "a refusal comes out of the cell",
            "    if found.refused:",
            "    if False:",
            "test_a_refusal_of_the_verifier_comes_out_of_a_cell_with_its_values",
        ),
    ),
    *lines(
        "evidence/signed/timestamp.py",
        BUNDLE,
        (
            "each stamp has a look of its own",
            "    if len(found) != len(stamps):",
            "    if False:",
            STAMP,
        ),
        (
            "a new stamp is read in a cell",
            "ask(Attested, stamp_in, data, asked, answer, authorities, limits=_LIMITS)",
            "stamp_in(data, asked, answer, authorities)",
            STAMP,
        ),
    ),
    *lines(
        "evidence/wrappers/cms.py",
        BUNDLE,
        (
            "a recipient's certificate is looked at in a cell first",
            "ask(str, usable, pem, number, limits=Limits(seconds=10))",
            "usable(pem, number)",
            "test_a_certificate_that_ends_a_cell_is_used_for_nobody",
        ),
    ),
    *lines(
        "app/proof/authorities.py",
        "tests/unit/app/proof/test_app_authorities.py",
        (
            "a list of certificates has a largest size",
            "    if len(pem) > _LARGEST:",
            "    if False:",
            "test_a_file_that_is_too_large_or_ends_its_cell_is_not_taken_into_the_list",
        ),
    ),
    *lines(
        "app/case/copies.py",
        "tests/unit/app/case/test_app_copies.py",
        (
            "each value that was looked into is answered for",
            "            if len(found.held) != len(contents):",
            "            if False:",
            "test_an_answer_for_fewer_values_is_none",
        ),
        (
            "what ends its cell is counted",
            "            self.unread += 1\n            return [frozenset()]",
            "            return [frozenset()]",
            "test_what_ends_its_cell_is_counted_and_the_rest_is_looked_into",
        ),
    ),
    *lines(
        "intake/deletion_list.py",
        "tests/unit/intake/test_intake_deletion_list.py",
        (
            "a part of a list is not taken for the list",
            "        raise ListUnreadable(name=path.name, why=failed.why) from failed\n",
            "        del failed\n",
            "test_a_list_that_ends_its_cell_is_refused_whole",
        ),
    ),
    *lines(
        "app/case/packet_files.py",
        "tests/unit/app/case/test_app_packets.py",
        (
            "an answer is read in a cell first",
            "        if ask(bool, is_answer, content, limits=_LIMITS):",
            "        if True:",
            "test_a_packet_or_an_answer_that_ends_a_cell_is_damaged",
        ),
    ),
    *lines(
        "deletion/export.py",
        "tests/unit/deletion/test_deletion_export.py",
        (
            "a plan from elsewhere is read in a cell",
            "ask(ExportedPlan, plan_in, content, limits=_LIMITS)",
            "plan_in(content)",
            "test_a_plan_or_an_answer_that_ends_a_cell_is_none",
        ),
    ),
)
