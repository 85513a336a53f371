"""The safety lines of what is proved of a time, of what was not checked, and of who signed."""

from __future__ import annotations

from edit import Edit, lines

_VERDICTS = "tests/unit/evidence/test_evidence_verdicts.py::"
_CHAINS = "test_a_chain_that_breaks_a_rule_proves_nothing"

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/evidence/signed/test_evidence_time.py",
        (
            "a stamp's key stamps alone",
            '    if not alone or not signs:\n        raise Refused("time.purpose"',
            '    if False:\n        raise Refused("time.purpose"',
            _CHAINS,
        ),
        (
            "a purpose is critical",
            "purposes is not None and purposes.critical and list",
            "purposes is not None and list",
            _CHAINS,
        ),
        (
            "a stamp's key may sign",
            "    if not alone or not signs:",
            "    if not alone:",
            _CHAINS,
        ),
        (
            "an authority's certificate was valid then",
            "    if not valid_at(stamp.authority, stamp.time):",
            "    if False:",
            _CHAINS,
        ),
        (
            "only an authority issues certificates",
            "    if basic is None or not basic.value.ca or (uses is not None and not uses.value.key_cert_sign):",
            "    if False:",
            _CHAINS,
        ),
        (
            "an issuer may sign certificates",
            "not basic.value.ca or (uses is not None and not uses.value.key_cert_sign):",
            "not basic.value.ca:",
            _CHAINS,
        ),
        (
            "an issuer's purposes hold below it",
            "    if purposes is not None and stamps.isdisjoint(purposes.value):",
            "    if False:",
            _CHAINS,
        ),
        (
            "a chain is no longer than it may be",
            "    if basic.value.path_length is not None and below > basic.value.path_length:",
            "    if False:",
            _CHAINS,
        ),
        (
            "every issuer was valid then",
            "    if not valid_at(issuer, time):",
            "    if False:",
            _CHAINS,
        ),
        (
            "a rule that is not known is not passed over",
            '        if unknown:\n            raise Unchecked("unchecked.extension"',
            '        if False:\n            raise Unchecked("unchecked.extension"',
            _CHAINS,
        ),
        (
            "an issuer signed",
            '        raise Refused("time.chain", who=holder, by=who) from refused',
            "        return",
            _CHAINS,
        ),
        (
            "a stamp is of the certificate that it names",
            "    authority = next((one for one in brought if fits(one)), None)",
            "    authority = brought[0]",
            _CHAINS,
        ),
        (
            "a stamp names its certificate",
            '        raise Refused("time.unnamed")',
            "        return lambda _: True",
            _CHAINS,
        ),
        (
            "a chain leads to the list",
            "        if any(one in trusted for one in level):",
            "        if True:",
            "test_what_leads_to_no_authority_on_the_list_is_no_proof_and_not_damaged",
        ),
        (
            "nobody is trusted unasked",
            " if authorities is not None else [])\n",
            " if authorities is not None else [stamp.authority])\n",
            "tests/unit/evidence/test_evidence_beyond.py::test_a_time_stamp_goes_out_as_a_query_and_comes_back_into_"
            "the_bundle",
        ),
        (
            "who signed is not said to be checked",
            '        raise Unchecked("signer.compare", **told)',
            '        return Said("signer.compare", **told)',
            f"{_VERDICTS}test_the_first_line_says_whose_signature_with_which_fingerprint_compared_how",
        ),
        (
            "half a fingerprint is none",
            '    if not re.fullmatch("[0-9a-f]{64}", current):',
            "    if False:",
            f"{_VERDICTS}test_the_first_line_says_whose_signature_with_which_fingerprint_compared_how",
        ),
        (
            "the signer stands first",
            "    findings.reverse()\n",
            "",
            f"{_VERDICTS}test_the_first_line_says_whose_signature_with_which_fingerprint_compared_how",
        ),
        (
            "what was not checked does not hold",
            "    return False if False in every else None if None in every else True",
            "    return False if False in every else True",
            f"{_VERDICTS}test_three_ends_are_told_apart",
        ),
        (
            "what the library lacks is no damage",
            "        if _NOT_THAT_KIND.search(str(lacking)):",
            "        if True:",
            f"{_VERDICTS}test_what_the_library_does_not_know_is_not_called_damaged",
        ),
        (
            "what a file has of another kind is damage",
            "        if _NOT_THAT_KIND.search(str(lacking)):",
            "        if False:",
            f"{_VERDICTS}test_a_value_of_another_kind_in_a_file_is_damage_and_not_what_the_library_lacks",
        ),
        (
            "a warning of the library is no damage",
            '            warnings.simplefilter("ignore")\n            return Finding(name, True, check())',
            '            warnings.simplefilter("error")\n            return Finding(name, True, check())',
            f"{_VERDICTS}test_a_library_that_warns_says_nothing_of_the_bundle",
        ),
        (
            "a name writes no lines",
            "if unicodedata.category(one) in _INVISIBLE else one for one in text",
            "if False else one for one in text",
            f"{_VERDICTS}test_a_name_cannot_write_lines_of_the_verifier",
        ),
        (
            "an old library is named",
            '    if int(_version.split(".")[0]) < _OLDEST:',
            "    if False:",
            f"{_VERDICTS}test_an_older_library_or_none_is_named_and_nothing_is_checked",
        ),
    ),
    *lines(
        "app/proof/time_stamps.py",
        "tests/unit/app/proof/test_app_signing_keys.py",
        (
            "a time is proved by who is on the list",
            "        return bool(self.time) and self.doubt is None",
            "        return bool(self.time)",
            "test_a_time_is_called_proved_only_while_its_authority_is_on_the_list",
        ),
    ),
    *lines(
        "evidence/signed/timestamp.py",
        "tests/unit/app/proof/test_app_signing_keys.py",
        (
            "a stamp with a broken chain is not taken",
            "stamp.who, doubt(stamp, authorities))\n    except Refused as refused:\n        raise",
            "stamp.who)\n    except Refused as refused:\n        raise",
            "test_a_stamp_whose_chain_breaks_on_the_way_to_the_list_is_not_taken",
        ),
    ),
    *lines(
        "evidence/signed/signing.py",
        "tests/unit/app/proof/test_app_signing_keys.py",
        (
            "nothing is signed with a certificate that is not valid",
            "        if not begin <= when <= end:\n            raise CertificateNotValid",
            "        if False:\n            raise CertificateNotValid",
            "test_nothing_is_sealed_with_a_certificate_that_is_not_valid_now",
        ),
    ),
    *lines(
        "app/proof/authorities.py",
        "tests/unit/app/proof/test_app_authorities.py",
        (
            "who cannot vouch is not listed",
            "            if not one.vouches:",
            "            if False:",
            "test_what_cannot_vouch_for_a_time_is_not_taken_into_the_list",
        ),
        (
            "one authority is taken off, not the first of several",
            "        if len(found) != 1 or len(begin) < _SHORTEST:",
            "        if not found:",
            "test_only_the_one_authority_that_is_named_is_taken_off",
        ),
    ),
)
