"""One German word a thing: the table of docs/languages.md holds in every sentence, label and error."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dsr_desk
from dsr_desk.core.catalogue import form_of

GERMAN = Path(dsr_desk.__file__).parent / "core" / "catalogue" / "de"
PAGE = Path(__file__).parents[3] / "docs" / "languages.md"


@functools.cache
def rows() -> tuple[tuple[list[str], list[str], list[str]], ...]:
    """English, German, and what is not said."""
    table = PAGE.read_text(encoding="utf-8").partition("## Words in German")[2].partition("\n## ")[0]
    found = []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if len(cells) == 3 and cells[0] != "English" and not cells[0].startswith("---"):
            found.append((cells[0].split(", "), cells[1].split(", "), re.findall(r"`([^`]+)`", cells[2])))
    return tuple(found)


@functools.cache
def said() -> tuple[tuple[str, str], ...]:
    """File with code, and each German form."""
    return tuple(
        (f"{file.stem}: {code}", form)
        for file in sorted(GERMAN.glob("*.json"))
        for code, forms in json.loads(file.read_text(encoding="utf-8")).items()
        for form in ([forms] if isinstance(forms, str) else forms)
    )


def has(text: str, word: str) -> bool:
    """Whether the word stands there; one that ends in `-` with any ending."""
    end = "" if word.endswith("-") else r"(?!\w)"
    return re.search(rf"(?<!\w){re.escape(word.removesuffix('-'))}{end}", text) is not None


def test_the_page_lists_the_words() -> None:
    assert len(rows()) > 30
    assert sum(len(instead) for _, _, instead in rows()) > 30


@pytest.mark.parametrize(("text", "word", "found"), [
    ("alles ist weg.", "weg", True),
    ("der Weg, weglassen", "weg", False),
    ("Die Beauftragten", "Beauftragte-", True),
    ("Datenschutzbeauftragte", "beauftragt-", False),
])  # fmt: skip
def test_a_word_is_found_whole_or_with_its_endings(text: str, word: str, found: bool) -> None:
    assert has(text, word) is found


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][0])
def test_no_german_sentence_uses_a_word_that_is_not_said(row: tuple[list[str], list[str], list[str]]) -> None:
    _, german, instead = row
    wrong = [f"{where}: {word} is {german[0]}" for where, form in said() for word in instead if has(form, word)]
    assert wrong == []


def alone() -> Iterator[tuple[str, str, str]]:
    """English and German of what is said in one word of the table, with the table's German."""
    words = {
        word.lower(): right
        for english, german, _ in rows()
        if len(english) == len(german)
        for word, right in zip(english, german, strict=True)
    }
    for where, form in said():
        code = where.partition(": ")[2]
        english = code if where.startswith("labels: ") else form_of(code, "en")
        if isinstance(english, str) and english.lower() in words:
            yield where, form, words[english.lower()]


def test_what_is_said_in_one_word_is_said_in_the_word_of_the_table() -> None:
    found = tuple(alone())
    assert len(found) > 30
    assert [f"{where}: {form}, not {right}" for where, form, right in found if form.lower() != right.lower()] == []


def test_no_german_sentence_has_straight_or_english_quotes_or_marks() -> None:
    odd = re.compile(r"\"|“[^„”]*”|„[^“]*$|\.\.\.| - ")
    letters = {"core: letter.line.erase", "core: letter.line.mask"}
    assert [where for where, form in said() if where not in letters and odd.search(form)] == []
