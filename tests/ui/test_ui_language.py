from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import string
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

import dsr_desk
import dsr_desk.ui
from dsr_desk.app.case.steps import Step
from dsr_desk.core.acts import Kind
from dsr_desk.core.catalogue import labels
from dsr_desk.core.deadlines import deadlines
from dsr_desk.core.errors import DeskError
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.requests import Law
from dsr_desk.datasets.container import ContainerDamaged
from dsr_desk.ui import language, words
from dsr_desk.ui.dialogs import four_parts
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.journal import act_name
from parsed import nodes
from ui.conftest import Visitor


def offered() -> dict[str, bool]:
    """Every sentence that the windows offer for translation, and whether it is one with a plural."""
    found: dict[str, bool] = {}
    singular: set[ast.AST] = set()
    for path in sorted(Path(dsr_desk.ui.__file__).parent.rglob("*.py")):
        for node in nodes(path):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "counted":
                singular.add(node.args[1])
                text: ast.expr | None = node.args[2]
            else:
                text = node.args[0] if name == "tr" and node not in singular else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[text.value] = name == "counted"
    return found


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    language.speak(qapp, "de")
    yield
    language.speak(qapp, "en")
    QLocale.setDefault(before)


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_label_of_the_windows_has_a_german_one_with_the_same_holes_and_no_other() -> None:
    catalogue, sentences = labels("de"), offered()
    assert len(sentences) > 500
    assert set(catalogue) == set(sentences)
    for text, plural in sentences.items():
        forms = catalogue[text]
        assert isinstance(forms, tuple) == plural, text
        assert not plural or "%Ln" in forms[-1], text
        for form in forms if isinstance(forms, tuple) else [forms]:
            assert holes(form) == holes(text), text


def test_every_error_has_its_german_sentences_with_the_same_holes() -> None:
    for module in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk."):
        importlib.import_module(module.name)
    own = [one for code, one in DeskError.registry.items() if code and one.__module__.startswith("dsr_desk.")]
    assert len(own) > 100
    told = {
        f"{one.code}{part}": text
        for one in own
        for part, text in (("", one.happened), (".means", one.means), (".todo", one.todo))
    }
    german = json.loads(files("dsr_desk.core.catalogue").joinpath("de", "errors.json").read_text(encoding="utf-8"))
    assert set(german) == set(told)
    assert [code for code, text in told.items() if holes(german[code]) != holes(text)] == []


@pytest.mark.usefixtures("german")
def test_an_error_is_german_to_its_reason_and_names_stay_as_they_are() -> None:
    inner = ContainerDamaged(name="St. Pauli: old.bin", why=quoted("EOF"))
    assert language.say(message("gap.says", what=quoted("a"), why=inner.message)) == (
        "a: St. Pauli: old.bin ist beschädigt: EOF."
    )
    assert four_parts(inner).startswith("St. Pauli: old.bin ist beschädigt: EOF.")


@pytest.mark.usefixtures("german")
def test_every_act_has_a_name_of_its_own_in_the_journal() -> None:
    names = [words.term(kind) for kind in Kind]
    assert len(set(names)) == len(names)
    assert not set(names) & {kind.value for kind in Kind}
    assert act_name("an-act-of-later") == "an-act-of-later"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("notified", [None, date(2026, 4, 10), date(2027, 4, 10)])
def test_each_step_to_a_due_date_is_german(notified: date | None) -> None:
    told = set()
    for law in Law:
        if law is not Law.UNKNOWN:
            for one in deadlines(law, date(2026, 1, 30), extension_notified=notified, purpose_met=date(2026, 2, 1)):
                told |= {*one.steps, *one.warnings}
    assert len(told) > 20
    assert [one for one in told if language.say(one) == one.say()] == []


@pytest.mark.usefixtures("german")
def test_plurals_figures_and_days_are_german() -> None:
    assert words.counted(1, "1 face", "%Ln faces") == "1 Gesicht"
    assert words.counted(2, "1 face", "%Ln faces") == "2 Gesichter"
    assert words.figure(3004118) == "3.004.118"
    assert words.day(date(2026, 11, 9), weekday=True) == "Montag, 9. November 2026"
    assert words.size(1_234_567) == "1,2 MB"


@pytest.mark.usefixtures("german")
def test_what_no_catalogue_has_stays_as_it_is_for_qt_too() -> None:
    assert QCoreApplication.translate("", "a sentence that no catalogue has") == "a sentence that no catalogue has"
    assert QKeySequence("Ctrl+L").toString(QKeySequence.SequenceFormat.NativeText) == "Strg+L"


@pytest.mark.usefixtures("german")
def test_a_screen_speaks_german_from_the_steps_to_the_checklist(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    assert page.title.text() == "Nachweis"
    assert page.go.text() == "Für 1 Empfänger versiegeln …"
    notes = [visitor.workspace.side.button(step.value).note for step in Step]
    assert notes[0] == language.say(Message("step.request.done", {})) != Message("step.request.done", {}).say()
    assert not [note for note in notes if re.search(r"\b(Waits?|Not|of)\b", note)]
    visitor.decide_all()


def test_what_is_no_language_of_ours_is_english() -> None:
    assert language.resolve("fr") in LANGUAGES
    assert labels("fr") == {}
    assert message("step.request.done").say("fr") == message("step.request.done").say("en")


def test_errors_are_told_in_four_parts() -> None:
    error = next(one for one in DeskError.registry.values() if one.code == "REVIEW-NO-CANDIDATE")(case="1", item="x")
    assert four_parts(error).splitlines() == [
        error.what_happened,
        error.what_it_means,
        f"{error.what_to_do} (REVIEW-NO-CANDIDATE)",
    ]
