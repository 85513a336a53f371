from __future__ import annotations

import ast
import io
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

import dsr_desk.ui
from dsr_desk.app.steps import Step
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import language, words
from dsr_desk.ui.pictures import decode
from dsr_desk.ui.views.evidence import EvidencePage
from ui.conftest import Visitor


def offered() -> dict[str, bool]:
    """Every sentence that the windows offer for translation, and whether it is one with a plural."""
    found: dict[str, bool] = {}
    singular: set[ast.AST] = set()
    for path in sorted(Path(dsr_desk.ui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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


def test_every_sentence_of_the_windows_has_a_german_one_with_the_same_holes() -> None:
    catalogue, sentences = language.sentences("de"), offered()
    assert len(sentences) > 500
    assert [text for text in sentences if text not in catalogue] == []
    for text, plural in sentences.items():
        forms = catalogue[text]
        assert isinstance(forms, list) == plural, text
        assert not plural or "%Ln" in forms[-1], text
        for form in forms if isinstance(forms, list) else [forms]:
            assert holes(form) == holes(text), text


def test_what_other_rooms_say_keeps_its_figures() -> None:
    for english, german in language._read("de.said").items():
        assert english.count("{}") == str(german).count("{}")


@pytest.mark.usefixtures("german")
def test_plurals_figures_and_days_are_german() -> None:
    assert words.counted(1, "1 face", "%Ln faces") == "1 Gesicht"
    assert words.counted(2, "1 face", "%Ln faces") == "2 Gesichter"
    assert words.figure(3004118) == "3.004.118"
    assert language.said("12 of 41 decided, 2 unsure") == "12 von 41 entschieden, 2 unsicher"
    assert language.said("a sentence that no catalogue has") == "a sentence that no catalogue has"


@pytest.mark.usefixtures("german")
def test_what_no_catalogue_has_stays_as_it_is_for_qt_too() -> None:
    assert QCoreApplication.translate("", "a sentence that no catalogue has") == "a sentence that no catalogue has"
    assert QKeySequence("Ctrl+L").toString(QKeySequence.SequenceFormat.NativeText) == "Strg+L"
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 150)).save(picture, "JPEG")
    assert decode(picture.getvalue()).width() == 40


@pytest.mark.usefixtures("german")
def test_a_screen_speaks_german_from_the_steps_to_the_checklist(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    assert page.title.text() == "Nachweis"
    assert page.go.text() == "Für 1 Empfänger versiegeln …"
    notes = [visitor.workspace.side.button(step.value).note for step in Step]
    assert notes[0] == "Gelesen, Identität bestätigt"
    assert not [note for note in notes if re.search(r"\b(Waits?|Not|of)\b", note)]
    visitor.decide_all()


def test_what_is_no_language_of_ours_is_english() -> None:
    assert language.resolve("fr") in language.LANGUAGES
    assert language.sentences("fr") == {}
    assert language.said("Ready to seal") == "Ready to seal"


def test_errors_are_told_in_four_parts() -> None:
    from dsr_desk.ui.dialogs import four_parts

    error = next(one for one in DeskError.registry.values() if one.code == "REVIEW-NO-CANDIDATE")(case="1", item="x")
    assert four_parts(error).splitlines() == [
        error.what_happened,
        error.what_it_means,
        f"{error.what_to_do} (REVIEW-NO-CANDIDATE)",
    ]
