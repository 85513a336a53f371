"""The safety lines of intake/ that keep others' things, what was not chosen and what nobody sees out of a request."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "intake/decoding.py",
        "tests/unit/intake/test_intake_decoding.py",
        (
            "soft hyphens and direction marks are no part of a value",
            'if kind == "Cc" or (kind == "Cf" and not _SEEN_FORMATS.match(sign)):',
            'if kind == "Cc":',
            "test_what_nobody_sees_is_no_part_of_a_value",
        ),
        (
            "joiners stay inside words that need them alone",
            'return sign if joins else ""',
            "return sign",
            "test_what_nobody_sees_is_no_part_of_a_value",
        ),
        (
            "UTF-8 under a wrong name is noticed",
            "return said if plausible > (0 if unicode else -_BENEFIT) else judged",
            "return said",
            "test_utf_8_is_noticed_under_every_name",
        ),
    ),
    *lines(
        "intake/markup.py",
        "tests/unit/intake/test_intake_markup.py",
        (
            "hidden text is no part of the letter",
            "        if self._hides:\n            return\n",
            "",
            "test_what_is_hidden_is_no_part_of_the_letter",
        ),
    ),
    *lines(
        "intake/choices.py",
        "tests/unit/intake/test_intake_choices.py",
        (
            "what was not ticked is not asked for",
            'if mark["empty"]:',
            "if False:",
            "test_a_line_keeps_what_was_chosen",
        ),
    ),
    *lines(
        "intake/pdf_forms.py",
        "tests/unit/intake/test_intake_pdf_forms.py",
        (
            "a box that is not ticked has no value",
            "                if one.ticked:\n",
            "                if True:\n",
            "test_a_box_that_is_not_ticked_asks_for_nothing",
        ),
    ),
    *lines(
        "intake/pdf.py",
        "tests/unit/intake/test_intake_pdf_forms.py",
        (
            "what a form prints is not the person's word",
            "    if not filled.is_choice:\n",
            "    if True:\n",
            "test_what_a_form_with_boxes_prints_is_said_by_the_house",
        ),
    ),
    *lines(
        "intake/docx.py",
        "tests/unit/intake/test_intake_docx.py",
        (
            "what was moved or deleted while changes were tracked is no text",
            'f"{_W}moveFrom", ',
            "",
            "test_what_was_deleted_hidden_or_only_asks_to_be_written_over_is_no_text",
        ),
        (
            "hidden runs are no text",
            '(tag == f"{_W}r" and _is_hidden(child))',
            "False",
            "test_what_was_deleted_hidden_or_only_asks_to_be_written_over_is_no_text",
        ),
        (
            "a package that would fill memory is not opened",
            "sum(one.file_size for one in parts) > MOST_UNPACKED",
            "False",
            "test_a_package_that_would_fill_memory_is_refused_before_it_is_opened",
        ),
        (
            "a package of parts without number is not opened",
            "len(parts) > MOST_PARTS or ",
            "",
            "test_a_package_that_would_fill_memory_is_refused_before_it_is_opened",
        ),
    ),
    *lines(
        "intake/mail_parts.py",
        "tests/unit/intake/test_intake_outlook.py",
        (
            "that a signature was not checked is said",
            '            gathered.warnings.append(message("note.attached.signed", name=name))\n',
            "",
            "test_a_signed_message_is_read_and_its_signature_is_not_claimed",
        ),
        (
            "a torn winmail.dat is named",
            '        gathered.warnings.append(message("note.attached.letter-torn", name=name))\n',
            "",
            "test_a_broken_winmail_is_named_since_the_letter_or_a_photo_may_be_in_it",
        ),
    ),
    *lines(
        "intake/registry.py",
        "tests/unit/cli/test_cli_case_read.py",
        (
            "a list of many is one case only where somebody chose",
            "    if len(intakes) != 1:\n",
            "    if False:\n",
            "test_a_list_without_a_choice_and_a_number_beyond_it_are_errors_with_a_way_on",
        ),
    ),
    *lines(
        "ui/views/case/request_form.py",
        "tests/ui/test_ui_which_person.py",
        (
            "the window proposes what is the person's alone",
            "if one.kind in ABOUT_THE_PERSON and one.whose is Whose.SUBJECT:",
            "if one.kind in ABOUT_THE_PERSON:",
            "test_what_belongs_to_others_is_shown_apart_and_can_be_taken_over",
        ),
    ),
    *lines(
        "intake/columns.py",
        "tests/unit/intake/test_intake_lists.py",
        (
            "a question about somebody else is no column of the person",
            '    if every("columns", "another").search(question):\n        return ""\n',
            "",
            "test_a_question_about_somebody_else_is_no_column_of_the_person",
        ),
    ),
    *lines(
        "intake/dates.py",
        "tests/unit/intake/test_intake_lists.py",
        (
            "no day is chosen in a table that has both orders",
            "day_first and not _contrary((*cells, *beside)):",
            "day_first:",
            "test_where_a_table_has_both_orders_the_day_is_asked_in_any_language",
        ),
    ),
    *lines(
        "intake/layout.py",
        "tests/unit/intake/test_intake_voices.py",
        (
            "what lists and offices add below a letter is nobody's",
            "    parts[added:] = [LetterPart.OFFICE] * (len(lines) - added)\n",
            "",
            "test_what_lists_and_offices_add_below_a_letter_is_nobodys",
        ),
    ),
)
