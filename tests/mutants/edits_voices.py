"""The safety lines of who speaks in a letter: nothing of anybody else is proposed for a search."""

from __future__ import annotations

from edit import Edit, lines

VOICES = "tests/unit/intake/test_intake_voices.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "intake/whose.py",
        VOICES,
        (
            "what the house wrote is the house's",
            "        if one.voice is Voice.HOUSE:\n            return Whose.HOUSE\n",
            "",
            "test_of_what_a_colleague_passes_on_the_sender_from_outside_is_the_person",
        ),
        (
            "what others wrote is not the person's",
            "        if one.voice is Voice.OTHER:\n            return Whose.OTHER\n",
            "",
            "test_what_the_house_wrote_is_not_the_persons",
        ),
        (
            "the addressee is the house",
            "        if one.part in (LetterPart.ADDRESSEE, LetterPart.GREETING):\n            return True\n",
            "",
            "test_the_addressee_above_a_letter_is_the_house",
        ),
        (
            "what names an office in a signature is not hers",
            "        if one.part is LetterPart.OFFICE and one.kind is not FoundKind.NAME:",
            "        if False:",
            "test_the_office_in_a_private_signature_is_not_hers",
        ),
        (
            "an address of which nothing is said is in doubt",
            "return one.labelled or not self.senders or _alike(address, self.sender_names | self.senders)",
            "return True",
            "test_an_address_of_which_nothing_is_said_is_another_s",
        ),
        (
            "what is said of a third person is not hers",
            "return Whose.OTHER if one.said is False else Whose.SUBJECT",
            "return Whose.SUBJECT",
            "test_what_is_said_of_a_third_person_is_not_hers",
        ),
        (
            "who acts for another is not searched for",
            "return self._in_acting(one) if self.acting else self._in_own(one)",
            "return self._in_own(one)",
            "test_who_acts_for_another_is_not_searched_for_and_asked_for_the_authority",
        ),
    ),
    *lines(
        "intake/mail_headers.py",
        VOICES,
        (
            "the sender of a form is not the person",
            "    if any(_is_program(address) for _, address in senders):",
            "    if False:",
            "test_of_what_a_program_of_the_house_sends_the_person_is_in_the_text",
        ),
        (
            "another answer address is not the sender's",
            "reply = Whose.SUBJECT if voice is Voice.FORM else Whose.OTHER",
            "reply = Whose.SUBJECT",
            "test_an_answer_address_of_somebody_else_is_not_hers",
        ),
    ),
    *lines(
        "intake/making.py",
        VOICES,
        (
            "the authority of who acts is asked for",
            "if any(one.whose is Whose.AGENT for one in found) else []",
            "if False else []",
            "test_who_acts_for_another_is_not_searched_for_and_asked_for_the_authority",
        ),
    ),
)
