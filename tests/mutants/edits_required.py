"""The safety lines of what documents must hold: nothing empty is sealed, no fact is replaced, no word is made up."""

from __future__ import annotations

from edit import Edit, lines

_TESTS = "tests/unit/app/proof/test_app_required.py"
_FORGED = f"{_TESTS}::test_what_no_act_says_of_a_field_does_not_pass_the_verifier"

LINES: tuple[Edit, ...] = (
    *lines(
        "app/proof/required.py",
        _TESTS,
        (
            "an empty field keeps a case from being sealed",
            "    if not empty:\n        return None",
            "    if True:\n        return None",
            "test_nothing_is_sealed_while_a_field_is_empty_and_all_of_them_are_named",
        ),
        (
            "what acts say is not replaced by a statement",
            "if known is not None and known.proper:",
            "if known is not None and known.proper and said is None:",
            "test_what_acts_say_is_not_replaced_by_a_statement_which_is_added",
        ),
        (
            "the case's own word goes before the one for every case",
            "if said is None and general.state is not FieldState.EMPTY:",
            "if general.state is not FieldState.EMPTY:",
            "test_a_case_says_otherwise_than_what_is_stated_for_all_of_its_law",
        ),
        (
            "a word under one law is none under another",
            'at.case.stated.get(f"{law.value} {asked.field}")',
            'next((one for key, one in at.case.stated.items() if key.endswith(f" {asked.field}")), None)',
            "test_a_word_under_one_law_is_none_under_another",
        ),
        (
            "a statement says something",
            "if not text.strip() or state not in STATEABLE:",
            "if state not in STATEABLE:",
            "test_a_statement_needs_a_field_that_is_asked_for_and_words",
        ),
        (
            "a statement is of a field that is asked for",
            "    if field not in known:",
            "    if False:",
            "test_a_statement_needs_a_field_that_is_asked_for_and_words",
        ),
    ),
    *lines(
        "app/proof/sealing.py",
        _TESTS,
        (
            "sealing asks for empty fields",
            "    if refused is not None:\n        raise refused",
            "    if False:\n        raise refused",
            "test_nothing_is_sealed_while_a_field_is_empty_and_all_of_them_are_named",
        ),
    ),
    *lines(
        "app/proof/known.py",
        _TESTS,
        (
            "before everything is decided nobody says that nothing was found",
            "self.case.reviewed and not found:",
            "not found:",
            "test_what_was_done_and_who_was_told_follows_from_the_acts",
        ),
        (
            "an authority of the GDPR is none of another law",
            'if not authority or Law(at.case.facts[-1]["law"]) not in (Law.EU_GDPR, Law.UK_GDPR):',
            "if not authority:",
            "test_contact_authority_and_time_of_keeping_come_from_the_settings",
        ),
    ),
    *lines(
        "core/required.py",
        _TESTS,
        (
            "an empty field is no line of a bundle",
            "if self.state is FieldState.EMPTY or not self.says:",
            "if False:",
            "test_an_empty_field_is_no_line_of_a_bundle",
        ),
    ),
    *lines(
        "ui/views/proof/evidence.py",
        "tests/ui/test_ui_required.py",
        (
            "fields of another case are not shown",
            "        if self.session.case != ref:\n            return\n        self._fields",
            "        self._fields",
            "test_another_case_shows_its_own_fields",
        ),
        (
            "the button says which fields are empty",
            "refusal(desk, ref, Kind.SEALING) or empty_of(ref, fields)",
            "refusal(desk, ref, Kind.SEALING)",
            "test_an_empty_field_keeps_the_button_off_and_says_what_the_command_says",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        _TESTS,
        (
            "what is said to be stated was stated",
            "and words == ([_statement(word)] if word else [])",
            "",
            f"{_FORGED}[another_text]",
        ),
        (
            "a line says something, in a state that there is",
            'fits = bool(says) and line["state"] in ("known", *_STATED) and words',
            "fits = words",
            "test_a_line_that_says_nothing_does_not_pass_the_verifier",
        ),
        (
            "a statement names its entry",
            'fits = fits and word["seq"] in line["entries"] and (',
            "fits = fits and (",
            f"{_FORGED}[of_no_act]",
        ),
        (
            "a statement is called what it is",
            ' and (len(says) > 1 or line["state"] == word["state"])',
            "",
            f"{_FORGED}[does_not_apply]",
        ),
        (
            "the word on the case is not left out",
            "word = own or (general if words else None)",
            "word = (own or general) if words else None",
            f"{_FORGED}[left_out]",
        ),
        (
            "what nobody stated is not called stated",
            'elif line["state"] == "stated":\n                fits = False',
            'elif line["state"] == "stated":\n                pass',
            f"{_FORGED}[called_stated]",
        ),
        (
            "sentences that follow from the entries are made again",
            "if not fits or any(values != known[code] for code, values in says if code in known):",
            "if not fits:",
            f"{_FORGED}[other_count]",
        ),
        (
            "what became of the photos is what acts say",
            "fits = fits and [one for one in map(_of_photo, says) if one] == self._photos()",
            "pass",
            f"{_FORGED}[photo_destroyed]",
        ),
        (
            "how long something is kept is what was set",
            'fits = values.get("months", period["months"]) == period["months"] and',
            "fits =",
            f"{_FORGED}[kept_longer]",
        ),
        (
            "no period is said where none was set",
            'return period is None and how == "no-period"',
            'return how == "no-period"',
            f"{_FORGED}[kept_for_ever]",
        ),
        (
            "nothing found is said where nothing was",
            "none_found: dict[str, Any] | None = None if hits or waiting or fold.order_case else {}",
            "none_found: dict[str, Any] | None = {}",
            f"{_FORGED}[nothing_found]",
        ),
    ),
)
