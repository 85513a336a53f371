"""Letters in eleven languages, each in three ways of writing."""

from __future__ import annotations

import re

import pytest
from letters_by_language import LETTERS, Person, letters

from dsr_desk.core.requests import IDENTIFIER_FIELDS, FoundKind
from dsr_desk.intake.text import read_text
from dsr_desk.intake.words import LANGUAGES, phrases, vocabulary

_OWN = {
    FoundKind.NAME: "name", FoundKind.EMAIL: "email", FoundKind.PHONE: "phone", FoundKind.USER_NAME: "user",
    FoundKind.ACCOUNT_ID: "account", FoundKind.DATE_OF_BIRTH: "born", FoundKind.ADDRESS: "address",
}  # fmt: skip


def _plain(value: str) -> str:
    return re.sub(r"[\W_]+", " ", value).strip().casefold()


@pytest.mark.parametrize(("language", "text", "person"), letters())
def test_all_that_identifies_the_person_is_read_and_nothing_else(language: str, text: str, person: Person) -> None:
    request = read_text(text).request
    read = {
        kind: [_plain(one) for one in getattr(request.identifiers, field)] for kind, field in IDENTIFIER_FIELDS.items()
    }
    assert read == {kind: [_plain(getattr(person, field))] for kind, field in _OWN.items()}
    assert request.language in (language, "")


def test_every_language_has_the_same_sections() -> None:
    optional = {"columns", "declined", "negations", "rights", "laws"}
    sections = {language: set(vocabulary(language)) - optional for language in LANGUAGES}
    assert all(one == sections["en"] for one in sections.values())


@pytest.mark.parametrize("language", LETTERS)
def test_every_language_of_letters_has_words_for_each_kind_of_value(language: str) -> None:
    for kind in ("name", "e-mail", "phone", "user name", "account id", "date of birth", "address"):
        assert phrases(language, "labels", kind)
    for section in ("introductions", "closings", "others", "hers", "behalf", "wrote", "forwarded"):
        assert phrases(language, section)
