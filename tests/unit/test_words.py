"""One word a thing, one name a class: the words of docs/architecture.md hold in code, tables, JSON and on screens."""

from __future__ import annotations

import ast
import functools
import io
import json
import re
import tokenize
from collections import defaultdict
from pathlib import Path

import pytest

from dsr_desk.core.catalogue import catalogue, labels
from parsed import nodes

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
STANDS_ALONE = {"check_bundle.py"}
"""Handed out as one file, so it repeats what it needs."""


@functools.cache
def retired() -> dict[str, str]:
    """Words that are not used, with what is said instead, from the page of the house."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Words that are not used")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z ]+)` \| ([^|]+) \|", table, re.MULTILINE))


def names_of(path: Path) -> set[str]:
    """What the code calls things, in small letters with blanks between words; short texts are keys and columns."""
    found = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        text = token.string.strip("\"'rbfu") if token.type == tokenize.STRING else token.string
        if token.type == tokenize.NAME or (token.type == tokenize.STRING and re.fullmatch(r"[\w.-]+", text)):
            apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
            found.add(re.sub(r"[\W_]+", " ", apart).strip().lower())
    return found


def test_the_page_lists_words_that_are_not_used() -> None:
    assert {"fate", "parcel", "not searched"} <= retired().keys()


KEPT = {
    "case_search.py": {"not searched"},
    **{name: {"not searched"} for name in ("shapes.py", "scoping.py", "scope.py", "order_steps.py")},
}
"""A list in the JSON of searches, under the name that programs of others read; how a dataset without an index is in
the scope of an order, as acts say it."""


@pytest.mark.parametrize("room", sorted({path.relative_to(ROOT / "src" / "dsr_desk").parts[0] for path in SOURCES}))
def test_code_tables_and_json_use_no_retired_word(room: str) -> None:
    wrong = []
    for path in SOURCES:
        if path.relative_to(ROOT / "src" / "dsr_desk").parts[0] != room or path.name in STANDS_ALONE:
            continue
        for name in names_of(path) - KEPT.get(path.name, set()):
            wrong += [f"{path.name}: {name} is {retired()[word]}" for word in retired() if has(name, word)]
    assert wrong == []


def has(text: str, word: str) -> bool:
    return re.search(rf"\b{word}s?\b", text) is not None


def test_screens_commands_and_reports_use_no_retired_word() -> None:
    said = [text for form in catalogue("en").values() for text in ((form,) if isinstance(form, str) else form)]
    said += list(labels("de"))
    for_code_alone = {"not searched"}
    wrong = [f"{text}: {word}" for text in said for word in retired() if has(text.lower(), word)]
    assert [one for one in wrong if one.rpartition(": ")[2] not in for_code_alone] == []


def test_a_class_name_means_one_thing() -> None:
    where = defaultdict(list)
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and path.name not in STANDS_ALONE:
                where[node.name].append(str(path.relative_to(ROOT)))
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


def test_the_words_of_the_house_are_those_of_its_core() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Words\n")[2].partition("\n## ")[0]
    words = {word for row in re.findall(r"^\| ([A-Z][^|]*) \|", table, re.MULTILINE) for word in row.split(", ")}
    classes = {node.name for path in SOURCES for node in nodes(path) if isinstance(node, ast.ClassDef)}
    no_class = {"Journal", "Subject", "Round", "Basis", "Bundle", "Hit"}
    assert {word.title().replace(" ", "") for word in words} - classes - no_class == set()


def test_all_languages_have_labels_as_json_of_texts() -> None:
    folder = ROOT / "src" / "dsr_desk" / "core" / "catalogue"
    for file in folder.rglob("*.json"):
        for code, form in json.loads(file.read_text(encoding="utf-8")).items():
            assert all(isinstance(text, str) and text for text in (form if isinstance(form, list) else [form])), code


def test_evidence_repeats_no_class_of_the_core() -> None:
    def shapes(room: str) -> dict[frozenset[str], str]:
        found = {}
        for path in (ROOT / "src" / "dsr_desk" / room).rglob("*.py"):
            if path.name in STANDS_ALONE:
                continue
            for node in nodes(path):
                if isinstance(node, ast.ClassDef):
                    fields = [
                        one.target.id
                        for one in node.body
                        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                    ]
                    if len(fields) > 1:
                        found[frozenset(fields)] = node.name
        return found

    core, evidence = shapes("core"), shapes("evidence")
    assert len(core) > 30
    assert {evidence[fields]: core[fields] for fields in core.keys() & evidence.keys()} == {}
