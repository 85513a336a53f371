"""What is read from a letter's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.message import message
from dsr_desk.core.requests import Found, FoundKind, Law, Request, Right, Whose
from dsr_desk.intake.identifiers import identifiers_in
from dsr_desk.intake.languages import language_of
from dsr_desk.intake.laws import laws_in
from dsr_desk.intake.model import NO_HOUSE
from dsr_desk.intake.rights import rights_in
from dsr_desk.intake.text import read_text
from dsr_desk.intake.voices import LETTER, voiced

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


def read(text: str) -> Request:
    return read_text(text).request


def found_in(text: str) -> list[Found]:
    return identifiers_in(voiced(LETTER, text), NO_HOUSE, language=language_of(text))


def test_an_english_letter_gives_all_that_the_person_is_known_by() -> None:
    known = read(ENGLISH).identifiers
    assert known.names == ("Mara van Houten", "Mara Keller")
    assert known.emails == ("mara.keller@example.org", "m.keller+photos@example.net")
    assert known.phones == ("+49 30 23125 014",)
    assert known.user_names == ("mara_k84",)
    assert known.account_ids == ("LM-2014-0311",)
    assert known.dates_of_birth == ("1991-04-12",)


def test_a_german_letter_is_read_with_german_phone_numbers() -> None:
    known = read(GERMAN).identifiers
    assert known.names == ("Jörg Müßig",)
    assert known.user_names == ("jmuessig",)
    assert known.account_ids == ("55012",)
    assert known.phones == ("030 23125 077",)
    assert known.dates_of_birth == ("1978-11-03",)


def test_a_polish_letter_is_read() -> None:
    known = read(POLISH).identifiers
    assert known.names == ("Zofia Wiśniewska",)
    assert known.user_names == ("zosia.w",)
    assert known.account_ids == ("8841",)
    assert known.emails == ("zofia@example.com",)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), (POLISH, "pl"), ("4711", "")])
def test_the_language_is_told_by_its_small_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, POLISH])
def test_erasure_under_the_regulation_is_proposed_with_the_words_that_say_so(text: str) -> None:
    request = read(text)
    assert request.right is Right.ERASURE
    where = request.where(FoundKind.RIGHT)
    assert where is not None
    assert where.code == "where.words"
    assert request.law is Law.EU_GDPR


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
    assert read(text).asked == (right,)


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
    assert laws_in(voiced(LETTER, text)).law is law


def test_a_letter_that_asks_for_nothing_known_has_no_right() -> None:
    said = voiced(LETTER, "Hello, how are you?")
    assert rights_in(said) == ((), (), [])
    assert (laws_in(said).law, laws_in(said).found) == (Law.UNKNOWN, ())


def test_the_place_names_the_line_and_tells_quoted_text() -> None:
    found = found_in("Hello\n> write to a.b@example.org\n")
    assert [(one.value, str(one.where)) for one in found] == [("a.b@example.org", "letter, line 2 (quoted)")]


def test_the_organisations_own_address_is_not_the_persons() -> None:
    text = "I wrote to privacy@example.com from me@example.org"
    own = Found(FoundKind.EMAIL, "privacy@example.com", message("where.header", header="To"), whose=Whose.HOUSE)
    found = identifiers_in(voiced(LETTER, text), NO_HOUSE, known=[own])
    assert [(one.value, one.whose) for one in found] == [
        ("privacy@example.com", Whose.HOUSE),
        ("me@example.org", Whose.SUBJECT),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "my account was closed",
        "Please tell me which user name you hold for me.",
        "I ask for the number of my account.",
    ],
)
def test_words_of_a_sentence_are_not_taken_for_identifiers(text: str) -> None:
    assert found_in(text) == []


def test_a_handle_is_a_user_name() -> None:
    assert read("I am @lena.paints there").identifiers.user_names == ("lena.paints",)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in found_in(text):
        assert found.value.strip()
        assert found.where
    if text.strip():
        read(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Name: SMITH, John Paul", "John Paul SMITH"),
        ("Yours faithfully,\nJ. P. Smith", "J. P. Smith"),
        ("MfG\nDr. Karl-Heinz von der Tann", "Dr. Karl-Heinz von der Tann"),
        ("I'm Anna-Lena Müller-Lüdenscheidt and I want", "Anna-Lena Müller-Lüdenscheidt"),
        ("my name is Mary Lee. Please delete", "Mary Lee"),
        ("Regards,\n\nMary O'Neil-Katz", "Mary O'Neil-Katz"),
    ],
)
def test_names_are_read_as_people_write_them(text: str, name: str) -> None:
    assert read(text).identifiers.names == (name,)


@pytest.mark.parametrize(
    "text", ["I am writing to you", "I am Sorry", "Regards,\nSent from my phone", "Name: see below"]
)
def test_other_words_in_these_places_are_no_names(text: str) -> None:
    assert found_in(text) == []


def test_a_user_name_in_quotation_marks_may_hold_a_space() -> None:
    assert read('my username is "moon child"').identifiers.user_names == ("moon child",)
