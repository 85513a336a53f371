"""Every sentence has its code in each language, whatever its values are, and nothing in the program reads one back."""

from __future__ import annotations

import ast
import errno
import functools
import json
import os
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import dsr_desk
from dsr_desk.core import actions, acts, findings, items, lineage, requests
from dsr_desk.core.catalogue import add_error, catalogue, form_of
from dsr_desk.core.deadlines import StopReason
from dsr_desk.core.errors import error_of
from dsr_desk.core.language import LANGUAGES, plural_categories, visible
from dsr_desk.core.message import Message, Value, message, quoted, refused, said_all, term, without_names
from dsr_desk.core.refusals import CaseOver
from parsed import nodes

SOURCE = Path(dsr_desk.__file__).parent
CATALOGUES = SOURCE / "core" / "catalogue"
FORMATS = re.compile(
    r"|day|weekday|moment|exact|size|plain|commas|semicolons|sentences|first [1-9]\d?|\.\d|[^{}|]*(\|[^{}|]*)+"
)
SPOKEN: tuple[type[Enum], ...] = (
    actions.ActionKind,
    actions.OutcomeState,
    actions.Seen,
    acts.Kind,
    StopReason,
    findings.Verdict,
    items.Flaw,
    lineage.Certainty,
    lineage.DispositionKind,
    lineage.NodeKind,
    lineage.Role,
    requests.CaseState,
    requests.Channel,
    requests.FoundKind,
    requests.Law,
    requests.Right,
)
"""Words of the trade that sentences and screens name."""
HOSTILE = (
    ": ",
    ".",
    "notes: old.bin",
    "St. Pauli",
    "\"“”'„‚»«",
    "\u202eright to left\u202c \u200f",
    "x" * 300,
    "Not searched: 3 parts of the scope, listed apart.",
    "{name}",
    "{0} {} {count.__class__} %s",
    "a|b",
    "first 5",
    "2026-02-30",
    "<b>x</b> & co",
    "\x00",
)


@dataclass(frozen=True)
class Said:
    """A place in the source that makes a message. `names` are its values; None where they are not written out."""

    where: str
    codes: tuple[str, ...]
    names: frozenset[str] | None


@dataclass(frozen=True)
class ErrorSaid:
    code: str
    texts: tuple[str, str, str]


@dataclass
class Source:
    """What the source says: messages by literal codes, patterns of composed ones, errors, and every text in it."""

    said: list[Said] = field(default_factory=list)
    patterns: list[tuple[str, str]] = field(default_factory=list)
    raised: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    errors: dict[str, ErrorSaid] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)


@functools.cache
def sources() -> dict[str, tuple[ast.AST, ...]]:
    """The nodes of each module."""
    return {path.relative_to(SOURCE).as_posix(): nodes(path) for path in sorted(SOURCE.rglob("*.py"))}


@functools.cache
def source() -> Source:
    found = Source()
    for held in sources().values():
        for node in held:
            if isinstance(node, ast.ClassDef) and (error := _error(node)):
                found.errors[node.name] = error
    makers = {"message", "Message", *_makers()}
    for name, held in sources().items():
        for node in held:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.patterns.append((name, _pattern(node)))
            elif isinstance(node, ast.Call) and (called := _called(node)):
                where = f"{name}:{node.lineno}"
                if called in makers and node.args:
                    found.said += _messages(node, where, found.errors)
                elif called in found.errors and None not in [one.arg for one in node.keywords]:
                    found.raised.append((where, called, frozenset(str(one.arg) for one in node.keywords)))
    return found


def _error(node: ast.ClassDef) -> ErrorSaid | None:
    said = {
        target.id: ast.literal_eval(one.value)
        for one in node.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant | ast.JoinedStr | ast.BinOp)
        for target in one.targets
        if isinstance(target, ast.Name) and target.id in ("code", "happened", "means", "todo")
    }
    if not said.get("code") or "happened" not in said:
        return None
    return ErrorSaid(said["code"], (said["happened"], said.get("means", ""), said.get("todo", "")))


def _makers() -> set[str]:
    """Functions that make a message of a code that they are given first, and of values by name."""
    return {
        node.name
        for held in sources().values()
        for node in held
        if isinstance(node, ast.FunctionDef)
        and node.args.kwarg is not None
        and (given := [one.arg for one in node.args.args if one.arg != "self"])
        and given[0] == "code"
    } - {"message"}


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _messages(node: ast.Call, where: str, errors: dict[str, ErrorSaid]) -> Iterator[Said]:
    codes = tuple(_codes(node.args[0], errors))
    if codes:
        yield Said(where, codes, _names(node))


def _codes(node: ast.expr, errors: dict[str, ErrorSaid]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _codes(node.body, errors)
        yield from _codes(node.orelse, errors)
    elif isinstance(node, ast.Attribute) and node.attr == "code":
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if name in errors:
            yield errors[name].code


def _names(node: ast.Call) -> frozenset[str] | None:
    given: list[Any] = [keyword.arg for keyword in node.keywords]
    if len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
        given += [key.value if isinstance(key, ast.Constant) else None for key in node.args[1].keys]
    elif len(node.args) > 1:
        return None
    return None if None in given else frozenset(str(name) for name in given)


def _pattern(node: ast.JoinedStr) -> str:
    return "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"[\w. -]+" for one in node.values)


@functools.cache
def forms(code: str, language: str) -> tuple[str, ...]:
    """The wordings of a code; of an error in English those of its class."""
    form = form_of(code, language) or _of_errors()[code]
    return form if isinstance(form, tuple) else (form,)


@pytest.fixture(autouse=True, scope="module")
def every_error_is_known() -> None:
    """As if all modules were loaded: some need what not every machine has."""
    for one in source().errors.values():
        add_error(one.code, *one.texts)


@functools.cache
def _of_errors() -> dict[str, str]:
    return {
        f"{one.code}{part}": text
        for one in source().errors.values()
        for part, text in zip(("", ".means", ".todo"), one.texts, strict=True)
        if text
    }


@functools.cache
def codes() -> tuple[str, ...]:
    return (*catalogue("en"), *_of_errors())


@functools.cache
def blanks(text: str) -> tuple[tuple[str, str], ...]:
    """Name and format of each blank."""
    return tuple((name, way or "") for _, name, way, _ in string.Formatter().parse(text) if name is not None)


def names(code: str, language: str) -> set[str]:
    return {name for form in forms(code, language) for name, _ in blanks(form)}


def every_form() -> Iterator[tuple[str, str, str]]:
    for language in LANGUAGES:
        for code in codes():
            for form in forms(code, language):
                yield language, code, form


# The catalogue


def test_every_literal_code_of_the_source_is_in_the_catalogue() -> None:
    found = source().said
    assert len(found) > 300
    known = set(codes())
    unknown = [f"{one.where}: {code}" for one in found for code in one.codes if code not in known]
    assert unknown == []


def test_all_languages_know_the_same_codes() -> None:
    for language in LANGUAGES:
        assert set(catalogue(language)) ^ set(codes()) <= (set(_of_errors()) if language == "en" else set()), language


def test_a_code_stands_in_the_same_file_in_each_language() -> None:
    """Errors have their English beside the code that raises them; labels are by their English."""
    apart = {"errors.json", "labels.json"}
    for language in LANGUAGES:
        for file in (CATALOGUES / language).glob("*.json"):
            if file.name not in apart:
                english = json.loads((CATALOGUES / "en" / file.name).read_text(encoding="utf-8"))
                assert json.loads(file.read_text(encoding="utf-8")).keys() == english.keys(), f"{language}/{file.name}"


def test_the_files_are_in_order() -> None:
    for file in sorted(CATALOGUES.glob("*/*.json")):
        text = file.read_text(encoding="utf-8")
        said = json.loads(text)
        assert text == json.dumps(dict(sorted(said.items())), indent=1, ensure_ascii=False) + "\n", file


def test_all_languages_have_the_same_blanks() -> None:
    """Forms for one may leave the number out. A name that differs by language is held in each, by that language."""
    free = {"count", *LANGUAGES}
    other = {
        (language, code): sorted(names(code, language) ^ names(code, "en"))
        for language in LANGUAGES
        for code in codes()
        if names(code, language) - free != names(code, "en") - free
    }
    foreign = {code for code in codes() for one in LANGUAGES if names(code, one) & (LANGUAGES.keys() - {one})}
    assert foreign == set()
    assert other == {}


def test_codes_are_spelled_in_one_way() -> None:
    words = {f"{kind.__name__.lower()}.{one.value}" for kind in SPOKEN for one in kind}
    spelling = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*")
    odd = [one for one in catalogue("en") if not spelling.fullmatch(one) and one not in words and " " not in one]
    assert odd == []


def test_blanks_are_plain_names_with_known_formats_and_nothing_inside() -> None:
    for language, code, form in every_form():
        for _, name, way, conversion in string.Formatter().parse(form):
            if name is not None:
                assert re.fullmatch(r"[a-z_]+", name), (language, code)
                assert not conversion, (language, code)
                assert FORMATS.fullmatch(way or ""), (language, code, way)


def test_every_call_fills_the_blanks() -> None:
    known = set(codes())
    lacking = [
        f"{one.where}: {code} lacks {sorted(names(code, 'en') - one.names)}"
        for one in source().said
        for code in one.codes
        if one.names is not None and code in known and names(code, "en") - one.names
    ]
    assert lacking == []


def test_every_error_is_raised_with_what_its_texts_name() -> None:
    raised = source().raised
    assert len(raised) > 200
    lacking = []
    for where, name, given in raised:
        asked = {blank for text in source().errors[name].texts for blank, _ in blanks(text)}
        if asked - given:
            lacking.append(f"{where}: {name} lacks {sorted(asked - given)}")
    assert lacking == []


def test_nothing_in_the_catalogue_is_said_nowhere() -> None:
    patterns = [re.compile(one) for _, one in source().patterns if re.match(r"[a-z]", one) and "\\." in one]
    unused = [
        code
        for code in catalogue("en")
        if code not in source().texts
        and code.partition(".")[0] not in _enums()
        and not any(one.fullmatch(code) for one in patterns)
    ]
    assert unused == []


@functools.cache
def _enums() -> set[str]:
    """Names of the classes in the source that list words."""
    return {
        node.name.lower()
        for held in sources().values()
        for node in held
        if isinstance(node, ast.ClassDef) and {"Enum", "StrEnum"} & {getattr(base, "id", "") for base in node.bases}
    }


@pytest.mark.parametrize("kind", SPOKEN, ids=lambda kind: kind.__name__)
def test_every_word_of_the_trade_is_said_in_each_language(kind: type[Enum]) -> None:
    for one in kind:
        for language in LANGUAGES:
            assert term(one).code in catalogue(language), (language, one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_the_forms_that_the_language_has(language: str) -> None:
    wanted = len(plural_categories(language))
    for code in codes():
        if len(forms(code, language)) > 1 or isinstance(form_of(code, language), tuple):
            assert len(forms(code, language)) == wanted, code
        for form in forms(code, language):
            for _, way in blanks(form):
                assert "|" not in way or len(way.split("|")) == wanted, code


def test_no_sentence_is_empty_or_ends_in_a_space() -> None:
    for language, code, form in every_form():
        assert form.strip() == form != "", (language, code)


# Whatever the values are


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_whatever_a_value_is_it_stands_in_the_sentence_as_it_is(hostile: str, language: str) -> None:
    for code in codes():
        assert _stands(code, language, hostile, visible(hostile)), code


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [quoted(": {a|b}."), (": {a|b}.", ": {a|b}.")], ids=["message", "list"])
def test_what_stands_inside_a_value_stands_in_the_sentence_as_it_is(value: Value, language: str) -> None:
    for code in codes():
        assert _stands(code, language, value, ": {a|b}."), code


def _stands(code: str, language: str, value: Value, hostile: str) -> bool:
    """Says it with this value in each blank, one or many; what a number alone chooses is left out."""
    every = {*names(code, language), *names(code, "en")} - {"count"}
    for count in (1, 2) if len(forms(code, language)) > 1 else (2,):
        said = Message(code, {**dict.fromkeys(every, value), "count": count}).say(language)
        form = forms(code, language)[0 if count == 1 else -1]
        shown = sum(1 for name, _ in blanks(form) if name != "count")
        if said.count(hostile) < shown * (2 if isinstance(value, tuple) and not _cut(form) else 1):
            return False
    return True


def _cut(form: str) -> bool:
    return any(way == "first 1" for _, way in blanks(form))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [0, 1, 1_234_567, -3, 0.25, True, None, (), (1, None), ("a", ("b", quoted("c")))])
def test_no_value_of_any_kind_makes_a_sentence_fail(value: Value, language: str) -> None:
    for code in codes():
        said = Message(code, dict.fromkeys(names(code, language), value))
        assert said.as_json()["says"] == said.say()
        assert "{" not in said.say(language)


def test_a_value_that_an_old_message_lacks_is_a_question_mark() -> None:
    for language in LANGUAGES:
        for code in codes():
            said = Message(code).say(language)
            filled = [blanks(form) for form in forms(code, language)]
            assert "?" in said or not any(filled), (language, code)


def test_an_unknown_code_says_what_the_program_said_that_wrote_it() -> None:
    for language in (*LANGUAGES, "fr"):
        assert Message("nobody.wrote.this", {"n": 1}, "As it was.").say(language) == "As it was."
        assert Message("nobody.wrote.this").say(language) == "nobody.wrote.this"


def test_a_known_code_is_said_as_it_is_worded_today() -> None:
    old = {"code": "basis.links", "values": {}, "says": "Somebody worded it otherwise."}
    assert Message.from_json(old).say() == "The refused links were changed."
    assert Message.from_json(old).say("de") == "Die abgelehnten Verknüpfungen wurden geändert."


def test_a_language_that_nobody_wrote_is_said_in_english() -> None:
    assert message("basis.links").say("fr") == message("basis.links").say("en")


NESTED = message(
    "list.more",
    names=("a", quoted("b: c."), message("basis.decisions", count=3)),
    count=2,
    flag=True,
    none=None,
    score=0.5,
)


@pytest.mark.parametrize("said", [NESTED, quoted(""), message("basis.links"), message("nobody.wrote.this", n=1)])
def test_a_message_comes_back_from_json_as_it_was(said: Message) -> None:
    again = Message.from_json(json.loads(json.dumps(said.as_json())))
    assert again == said
    assert again.say("de") == said.say("de")
    assert hash(again) == hash(said)


@pytest.mark.parametrize(
    "data",
    [
        None,
        "gap.index",
        [],
        {},
        {"code": "a"},
        {"code": 1, "values": {}},
        {"code": "a", "values": []},
        {"code": "a", "values": None},
        {"code": "a", "values": {}, "says": 1},
        {"code": "a", "values": {"n": {"code": "b"}}},
        {"code": "a", "values": {"n": {"x": 1}}},
        {"code": "a", "values": {"n": [{}]}},
    ],
)
def test_what_is_no_message_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="message"):
        Message.from_json(data)


def test_one_is_not_many() -> None:
    assert message("basis.decisions", count=1).say() == "One decision was changed."
    assert message("basis.decisions", count=3000).say() == "3,000 decisions were changed."
    assert message("basis.decisions", count=3000).say("de") == "3.000 Entscheidungen wurden geändert."


def test_a_list_is_shortened_where_it_is_shown_and_kept_whole() -> None:
    files = tuple(f"{number}.bin" for number in range(7))
    said = message("gap.files", name="faces", files=files)
    assert said.values["files"] == files
    assert "6.bin" not in said.say()
    assert all(one in said.say(language) for one in files[:5] for language in LANGUAGES)


def test_sentences_follow_each_other() -> None:
    both = (message("basis.links"), message("basis.treatments"))
    assert said_all(both) == "The refused links were changed. What is masked or kept was changed."


def test_a_refusal_says_what_happened_and_becomes_its_error() -> None:
    said = message(CaseOver.code, case="2026-001", state=message("ended.closed"))
    assert str(said) == f"{said}" == "Case 2026-001 is closed."
    assert isinstance(error_of(said), CaseOver)


def test_messages_with_the_same_code_and_values_are_the_same() -> None:
    assert message("log.seq", seq=3) == Message("log.seq", {"seq": 3}, "said otherwise")
    assert message("log.seq", seq=3) != message("log.seq", seq=4)


# Nobody reads a sentence back

SAYING = {"say", "say_all", "said_all", "what_happened", "what_it_means", "what_to_do", "headline", "english"}
READING = {
    "endswith",
    "find",
    "findall",
    "finditer",
    "fullmatch",
    "index",
    "match",
    "partition",
    "removeprefix",
    "removesuffix",
    "rfind",
    "rpartition",
    "rsplit",
    "search",
    "split",
    "startswith",
    "sub",
}
LISTING = re.compile(r"\(\.[+*]\??\)|\(\\d|\(\?P<|\(\[|\\d\+|\.\+|\.\*")
"""What a pattern has that takes values out of a text."""


def _speaks(node: ast.AST) -> bool:
    """Whether it is a sentence that was said: `error.what_happened`, `gap.what.say()`, `str(message(…))`."""
    if isinstance(node, ast.Call):
        called = _called(node)
        made = [_called(one) for one in node.args if isinstance(one, ast.Call)]
        return called in SAYING or (called == "str" and "message" in made)
    return isinstance(node, ast.Attribute) and node.attr in SAYING and node.attr != "say"


def reads_back(held: Iterable[ast.AST]) -> list[int]:
    """Lines that look for something in a sentence."""
    found = []
    for node in held:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READING:
            if _speaks(node.func.value) or any(_speaks(one) for one in node.args):
                found.append(node.lineno)
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_speaks, sides)) and any(isinstance(one, ast.Constant) and one.value for one in sides):
                found.append(node.lineno)
    return found


def test_nothing_looks_into_a_sentence() -> None:
    assert {name: lines for name, held in sources().items() if (lines := reads_back(held))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "gap.why.say().partition(': ')",
        "error.what_happened.startswith('The')",
        "re.fullmatch('No (.+)', error.what_happened)",
        "str(message('gap.index', name='x')).split()",
        "'still there' in said_all(found.headline)",
    ],
)
def test_who_looks_into_a_sentence_is_found(text: str) -> None:
    assert reads_back(ast.walk(ast.parse(text))) == [1]


def test_reports_and_windows_have_no_patterns() -> None:
    """But for what officers registered, in which addresses are looked for, and characters that no font shows."""
    rooms = {name for name in sources() if name.startswith("evidence/report/")} | {"ui/language.py"}
    rooms -= {"evidence/report/registered.py", "evidence/report/pdf.py"}
    assert len(rooms) > 2
    imported = {
        name
        for name in rooms
        for node in sources()[name]
        if (isinstance(node, ast.Import) and any(one.name == "re" for one in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "re")
    }
    assert imported == set()


def sentences_as_patterns(held: Iterable[ast.AST]) -> list[str]:
    """Texts of at least four English words, one after the other, with a part that takes a value out."""
    return [
        node.value
        for node in held
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and LISTING.search(node.value)
        and re.search(r"([A-Za-z]{2,} ){3}[a-z]{2,}", node.value)
        and "\n\n" not in node.value
    ]


def test_no_module_holds_sentences_as_patterns() -> None:
    assert {name: found for name, held in sources().items() if (found := sentences_as_patterns(held))} == {}


def test_a_sentence_as_a_pattern_is_found() -> None:
    assert sentences_as_patterns(ast.walk(ast.parse(r"""X = (r"It was finished on (.+), before the first hit",)""")))


def test_what_the_system_refuses_is_said_in_words_of_the_catalogue_where_it_is_usual() -> None:
    assert refused(PermissionError(errno.EACCES, "Permission denied")) == message("why.no-permission")
    assert refused(OSError(errno.EPROTO, "Protocol error")) == quoted("protocol error")
    assert refused(OSError("cannot identify image file")) == message("why.refused")


def test_what_a_library_says_of_a_refusal_is_not_repeated() -> None:
    said = OSError(errno.EPROTO, "unable to open file: name = '/home/ann/Mara.h5'")
    assert refused(said) == quoted(os.strerror(errno.EPROTO).lower())
    assert refused(OSError(10**6, "Mara Lindqvist")) == message("why.refused")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_leaves_the_house_names_no_file_and_no_container(language: str) -> None:
    inner = message("gap.container", name="portraits", container="jane-roe.zip")
    for said in (
        message("gap.files", name="portraits", files=("jane-roe.xyz", "b")),
        message("gap.container.rest", name="portraits", container="jane-roe.zip"),
        message("gap.container.alone", container="jane-roe.zip"),
        message("why.gap", what=inner, why=quoted("cut")),
        Message("gap.made-up", {"container": "jane-roe.zip"}, "the rest of jane-roe.zip"),
    ):
        left = without_names(said)
        assert "jane-roe" in said.say(language)
        assert "jane-roe" not in json.dumps(left.as_json()) + left.say(language) + left.english
    assert "2" in without_names(message("gap.files", name="x", files=("a", "b"))).say(language)
    kept = message("statement.unvalidated", names=("portraits", "events"))
    assert without_names(kept) == kept
