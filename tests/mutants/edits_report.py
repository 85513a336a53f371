"""The safety lines of reports: what they say stands in the data files, in the words of its codes."""

from __future__ import annotations

from edit import Edit, lines

_FORGED = "tests/unit/evidence/report/test_evidence_report_forged.py"
_VALUES = "test_no_number_name_day_or_time_in_a_report_can_be_another"

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/check_bundle.py",
        _FORGED,
        (
            "report: the page is that of the sentences",
            '    if report_page(report) != members.read(PAGE) or report["language"] != statement["language"]:',
            '    if report["language"] != statement["language"]:',
            "test_a_page_that_says_more_than_the_sentences_is_refused",
        ),
        (
            "report: figures are counted again",
            '    if statement["figures"] != counted:',
            "    if False:",
            "test_figures_of_the_statement_are_counted_again",
        ),
        (
            "report: the title follows from the case",
            "    if title != {title_code(counted, statement)} or",
            "    if",
            "test_a_report_is_headed_as_its_case_is",
        ),
        (
            "report: what must be said is said",
            "            if holds(self._counted) == self._said.isdisjoint(codes.split()):",
            "            if False:",
            "test_nothing_that_must_be_said_can_be_left_out",
        ),
        (
            "report: no entry of a list is left out",
            "            if self._files.count(parent) != len(self._exact.get(parent, ())) > 0:",
            "            if False:",
            "test_no_row_of_what_is_listed_whole_can_be_left_out",
        ),
        (
            "report: so many more as there are",
            '                if self._files.count(parent) - len(shown) != values["count"]:',
            "                if False:",
            "test_a_report_of_many_items_says_how_many_more_there_are",
        ),
        (
            "report: a value is of its record",
            "            if not known:\n",
            "            if False:\n",
            _VALUES,
        ),
        (
            "report: a name without a record stands somewhere",
            '            raise Refused("report.value", value=min(self._sought))',
            "            return",
            _VALUES,
        ),
        (
            "report: a number is the figure that it is called",
            '            elif _at(self._counted, figure[name].split("/")) != value:',
            "            elif False:",
            _VALUES,
        ),
        (
            "report: a count of a word is that of the record",
            '            if counts.get(values[word]["code"].rpartition(".")[2]) != values[number]:',
            "            if False:",
            _VALUES,
        ),
        (
            "report: a word is what the record says",
            "        elif ours and group in _WORDS_OF and word:",
            "        elif False:",
            "test_no_word_for_what_a_record_says_can_be_another",
        ),
        (
            "report: a text shows its values",
            "        if not _shows(run):",
            "        if False:",
            "test_a_text_shows_the_names_and_numbers_of_its_values",
        ),
        (
            "report: a page has a plain language",
            '    if not _LANGUAGE.fullmatch(report["language"]):',
            "    if False:",
            "tests/unit/evidence/report/test_evidence_blocks.py::test_a_page_has_a_plain_language",
        ),
    ),
    *lines(
        "evidence/verifying/wording.py",
        _FORGED,
        (
            "report: the words are those of their code",
            '                elif visible(said.say(told["language"])) != run["text"]:',
            "                elif False:",
            "test_both_verifiers_refuse_a_forged_report_and_only_the_program_knows_the_words",
        ),
        (
            "report: words that nobody knows are not called right",
            "    if unknown:\n",
            "    if False:\n",
            "test_a_sentence_of_another_release_is_not_checked_and_named",
        ),
        (
            "report: the PDF is drawn from the sentences",
            "    if drawn == members.read(PDF):",
            "    if True:",
            "test_both_verifiers_refuse_a_forged_report_and_only_the_program_knows_the_words",
        ),
    ),
    *lines(
        "evidence/report/blocks.py",
        "tests/unit/evidence/report/test_evidence_blocks.py",
        (
            "report: no place leaves in a report",
            "    said = for_others(run.said)",
            "    said = run.said",
            "test_no_place_that_an_error_names_leaves_with_a_sentence",
        ),
        (
            "report: a sentence holds what its wording shows",
            "said.values.items() if name in asked}}",
            "said.values.items()}}",
            "test_a_sentence_holds_the_values_that_its_wording_shows_and_no_others",
        ),
        (
            "report: signs that turn the direction of a text are written out",
            '"text": languages.visible(said.say(language))',
            '"text": said.say(language)',
            "test_a_word_that_nobody_knows_stays_as_it_is_and_says_so",
        ),
    ),
)
