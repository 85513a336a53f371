"""Every message has its sentence in each language, with the same holes, whatever the values are."""

from __future__ import annotations

import ast
import functools
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import dsr_desk
from dsr_desk.core.catalogue import CATALOGUES, phrase
from dsr_desk.core.catalogue.en import ENGLISH
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import CaseOver

SOURCE = Path(dsr_desk.__file__).parent
HOSTILE = ("{0}", "{name}", "{}", "{count.__class__}", "%s", "<b>x</b>", "\u202e{", "x" * 10_000, "\x00", "")


@dataclass(frozen=True)
class Said:
    """A place in the source that makes a message. `names` are its values; None where they are not written out."""

    where: str
    code: str
    pattern: bool
    names: frozenset[str] | None


@functools.cache
def sources() -> dict[str, str]:
    return {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}


@functools.cache
def messages_in_the_source() -> tuple[Said, ...]:
    return tuple(_messages())


def _messages() -> Iterator[Said]:
    for name, text in sources().items():
        for node in ast.walk(ast.parse(text)) if re.search(r"\b[mM]essage\(", text) else ():
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if node.func.id not in ("message", "Message"):
                continue
            where = f"{name}:{node.lineno}"
            code = node.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield Said(where, code.value, False, _names(node))
            elif isinstance(code, ast.JoinedStr):
                parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in code.values]
                yield Said(where, "".join(parts), True, None)


def _names(node: ast.Call) -> frozenset[str] | None:
    given = [keyword.arg for keyword in node.keywords]
    if len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
        given += [key.value if isinstance(key, ast.Constant) else None for key in node.args[1].keys]
    elif len(node.args) > 1:
        return None
    return None if None in given else frozenset(str(name) for name in given)


def forms(code: str, language: str) -> tuple[str, ...]:
    form = CATALOGUES[language][code]
    return form if isinstance(form, tuple) else (form,)


def holes(code: str, language: str = "en") -> set[str]:
    said = [part for form in forms(code, language) for part in string.Formatter().parse(form)]
    return {name for _, name, _, _ in said if name is not None}


def test_all_languages_know_the_same_messages() -> None:
    for language, catalogue in CATALOGUES.items():
        assert set(catalogue) == set(ENGLISH), language


def test_all_languages_have_the_same_holes() -> None:
    for language in CATALOGUES:
        assert {code: holes(code, language) - {"count"} for code in ENGLISH} == {
            code: holes(code) - {"count"} for code in ENGLISH
        }, language


def test_holes_are_plain_names() -> None:
    for language in CATALOGUES:
        for code in ENGLISH:
            assert all(re.fullmatch(r"[a-z_]+", name) for name in holes(code, language)), (code, language)


def test_every_message_of_the_source_has_its_sentence() -> None:
    found = messages_in_the_source()
    assert len(found) > 50
    errors = {code for text in sources().values() for code in re.findall(r'^    code = "(.+)"$', text, re.MULTILINE)}
    assert set(ENGLISH).isdisjoint(errors)
    known = [*ENGLISH, *errors]
    unknown = []
    for said in found:
        there = any(re.fullmatch(said.code, code) for code in known) if said.pattern else said.code in known
        if not there:
            unknown.append(f"{said.where}: {said.code}")
    assert unknown == []


def test_every_message_of_the_source_fills_its_holes() -> None:
    missing = [
        f"{said.where}: {said.code} lacks {sorted(holes(said.code) - said.names)}"
        for said in messages_in_the_source()
        if not said.pattern and said.names is not None and said.code in ENGLISH and holes(said.code) - said.names
    ]
    assert missing == []


@pytest.mark.parametrize("language", sorted(CATALOGUES))
@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_value_is_it_stands_in_the_sentence_as_it_is(value: str, language: str) -> None:
    for code in ENGLISH:
        for count in (0, 1, 2):
            names = holes(code) | holes(code, language)
            said = phrase(code, {**dict.fromkeys(names, value), "count": count}, language)
            if (names - {"count"}) and len(forms(code, language)) == 1:
                assert value in said


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_no_sentence_is_empty_or_ends_in_a_space(language: str) -> None:
    for code in ENGLISH:
        for form in forms(code, language):
            assert form.strip() == form != "", code


def test_one_is_not_many() -> None:
    assert message("basis.decisions", count=1).say() == "One decision was changed."
    assert message("basis.decisions", count=3).say() == "3 decisions were changed."
    assert message("basis.decisions", count=3).say("de") == "3 Entscheidungen wurden geändert."


def test_a_language_that_nobody_wrote_is_said_in_english() -> None:
    assert message("basis.links").say("fr") == message("basis.links").say("en")


def test_a_refusal_says_what_happened_and_becomes_its_error() -> None:
    said = message(CaseOver.code, case="2026-001", state="closed")
    assert str(said) == "Case 2026-001 is closed."
    assert isinstance(said.error, CaseOver)


def test_what_is_no_refusal_becomes_no_error() -> None:
    with pytest.raises(KeyError):
        _ = message("basis.links").error


def test_an_unknown_message_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        message("nobody.wrote.this").say()


def test_messages_with_the_same_code_and_values_are_the_same() -> None:
    assert message("log.seq", seq=3) == Message("log.seq", {"seq": 3})
