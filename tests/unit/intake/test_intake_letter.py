"""What is read from a letter's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.requests import FoundKind, Law, Right, identifiers_of
from dsr_desk.intake.letter import identifiers_in, language_of, laws_in, rights_in

ENGLISH = """Dear Sir or Madam,

my name is Mara van Houten, formerly known as Mara Keller. Please delete all photos of me and every
record that you hold, as Article 17 GDPR gives me the right to ask.

I had a profile with you: my user name was mara_k84, account number LM-2014-0311, and I wrote to you
from mara.keller@example.org or m.keller+photos@example.net. You can call me on +49 30 23125 014.
I was born on 12 April 1991.

Kind regards,
Mara van Houten
"""

GERMAN = """Sehr geehrte Damen und Herren,

ich heiße Jörg Müßig und bitte Sie, meine Bilder nach Art. 17 DSGVO zu löschen.
Mein Benutzername lautet „jmuessig“, Kundennummer: 55012, Telefon: 030 23125 077.
Geburtsdatum: 03.11.1978

Mit freundlichen Grüßen
Jörg Müßig
"""

POLISH = """Szanowni Państwo,

nazywam się Zofia Wiśniewska i proszę o usunięcie moich zdjęć na podstawie art. 17 RODO.
Nazwa użytkownika: zosia.w, numer klienta: 8841, e-mail: zofia@example.com

Z poważaniem
Zofia Wiśniewska
"""


def test_an_english_letter_gives_all_that_the_person_is_known_by() -> None:
    known = identifiers_of(tuple(identifiers_in(ENGLISH)))
    assert known.names == ("Mara van Houten", "Mara Keller")
    assert known.emails == ("mara.keller@example.org", "m.keller+photos@example.net")
    assert known.phones == ("+49 30 23125 014",)
    assert known.user_names == ("mara_k84",)
    assert known.account_ids == ("LM-2014-0311",)
    assert known.dates_of_birth == ("12 April 1991",)


def test_a_german_letter_is_read_with_german_phone_numbers() -> None:
    known = identifiers_of(tuple(identifiers_in(GERMAN)))
    assert known.names == ("Jörg Müßig",)
    assert known.user_names == ("jmuessig",)
    assert known.account_ids == ("55012",)
    assert known.phones == ("030 23125 077",)
    assert known.dates_of_birth == ("03.11.1978",)


def test_a_polish_letter_is_read() -> None:
    known = identifiers_of(tuple(identifiers_in(POLISH)))
    assert known.names == ("Zofia Wiśniewska",)
    assert known.user_names == ("zosia.w",)
    assert known.account_ids == ("8841",)
    assert known.emails == ("zofia@example.com",)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), (POLISH, "pl"), ("4711", "")])
def test_the_language_is_told_by_its_small_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, POLISH])
def test_erasure_under_the_regulation_is_proposed_with_the_words_that_say_so(text: str) -> None:
    right, found = rights_in(text)[0]
    assert right is Right.ERASURE
    assert found.kind is FoundKind.RIGHT
    assert found.where is not None
    assert found.where.code == "where.words"
    assert laws_in(text)[0][0] is Law.EU_GDPR


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("I would like a copy of all photos that you hold.", Right.ACCESS),
        ("Ich bitte um Auskunft über meine Bilder.", Right.ACCESS),
        ("I object to the use of my face for training.", Right.OBJECTION),
        ("Hiermit widerspreche ich der Verarbeitung.", Right.OBJECTION),
        ("Please restrict the processing of my data.", Right.RESTRICTION),
        ("Ich bitte, meinen Namen zu berichtigen.", Right.RECTIFICATION),
        ("I hereby withdraw my consent.", Right.WITHDRAWAL),
        ("Do not sell my personal information.", Right.OPT_OUT),
        ("Żądam usunięcia zdjęć.", Right.ERASURE),
    ],
)
def test_each_right_is_known_by_its_words(text: str, right: Right) -> None:
    assert [found for found, _ in rights_in(text)] == [right]


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("Under the UK GDPR I ask you", Law.UK_GDPR),
        ("I am a California resident", Law.CCPA),
        ("com base na LGPD", Law.LGPD),
        ("under PIPEDA", Law.PIPEDA),
        ("the Illinois Biometric Information Privacy Act", Law.BIPA),
    ],
)
def test_each_law_is_known_by_its_name(text: str, law: Law) -> None:
    assert [found for found, _ in laws_in(text)] == [law]


def test_a_letter_that_asks_for_nothing_known_has_no_right() -> None:
    assert rights_in("Hello, how are you?") == []
    assert laws_in("Hello, how are you?") == []


def test_the_place_names_the_line_and_tells_quoted_text() -> None:
    found = identifiers_in("Hello\n> write to a.b@example.org\n")
    assert [(one.value, str(one.where)) for one in found] == [("a.b@example.org", "letter, line 2 (quoted)")]


def test_the_organisations_own_address_is_not_the_persons() -> None:
    text = "I wrote to privacy@example.com from me@example.org"
    found = identifiers_in(text, own_addresses={"privacy@example.com"})
    assert [one.value for one in found] == ["me@example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "my account was closed",
        "Please tell me which user name you hold for me.",
        "I ask for the number of my account.",
    ],
)
def test_words_of_a_sentence_are_not_taken_for_identifiers(text: str) -> None:
    assert identifiers_in(text) == []


def test_a_handle_is_a_user_name() -> None:
    assert identifiers_of(tuple(identifiers_in("I am @lena.paints there"))).user_names == ("lena.paints",)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in identifiers_in(text):
        assert found.value.strip()
        assert found.where
    rights_in(text)
    laws_in(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Name: SMITH, John Paul", "SMITH, John Paul"),
        ("Yours faithfully,\nJ. P. Smith", "J. P. Smith"),
        ("MfG\nDr. Karl-Heinz von der Tann", "Dr. Karl-Heinz von der Tann"),
        ("I'm Anna-Lena Müller-Lüdenscheidt and I want", "Anna-Lena Müller-Lüdenscheidt"),
        ("my name is Mary Lee. Please delete", "Mary Lee"),
        ("Regards,\n\nMary O'Neil-Katz", "Mary O'Neil-Katz"),
    ],
)
def test_names_are_read_as_people_write_them(text: str, name: str) -> None:
    assert identifiers_of(tuple(identifiers_in(text))).names == (name,)


@pytest.mark.parametrize(
    "text", ["I am writing to you", "I am Sorry", "Regards,\nSent from my phone", "Name: see below"]
)
def test_other_words_in_these_places_are_no_names(text: str) -> None:
    assert identifiers_in(text) == []


def test_a_user_name_in_quotation_marks_may_hold_a_space() -> None:
    assert identifiers_of(tuple(identifiers_in('my username is "moon child"'))).user_names == ("moon child",)
