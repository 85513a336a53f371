from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

import dsr_desk
import dsr_desk.ui
from dsr_desk.app.steps import Step
from dsr_desk.core.actions import ItemSeen, ReadBack, Remaining, Seen
from dsr_desk.core.acts import Kind
from dsr_desk.core.deadlines import deadlines
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.core.requests import Law
from dsr_desk.deletion.read_back import _check
from dsr_desk.ui import language, words
from dsr_desk.ui.dialogs import four_parts
from dsr_desk.ui.journal_words import act_name
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


def test_what_other_rooms_say_keeps_all_that_varies() -> None:
    for english, german in language._read("de.said").items():
        count = len(re.findall(r"\{n?\}", english))
        places = re.findall(r"\{(\d*)(?::(?:said|list|figure|day))?\}", str(german))
        kept = sorted(int(place) if place else number for number, place in enumerate(places))
        assert kept == list(range(count)), english


NOT_IN_WINDOWS = ("BENCH-", "CLUSTER-", "DEMO-", "ENGINE-NO-PEER")
"""Errors of commands alone: benchmarks, a Dask cluster, the demo of the command line."""


def errors_of_windows() -> list[type[DeskError]]:
    for module in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk."):
        importlib.import_module(module.name)
    own = [one for one in DeskError.registry.values() if one.code and one.__module__.startswith("dsr_desk.")]
    return [error for error in own if not error.code.startswith(NOT_IN_WINDOWS)]


def test_every_error_of_the_windows_has_its_german_sentences_with_the_same_holes() -> None:
    catalogue, errors = language.sentences("de"), errors_of_windows()
    assert len(errors) > 100
    told = {(error.code, text) for error in errors for text in (error.happened, error.means, error.todo)}
    assert [code for code, text in sorted(told) if text not in catalogue] == []
    for code, text in told:
        assert holes(str(catalogue[text])) == holes(text), code
    assert set(language._read("de.errors")) == {text for _, text in told}


@pytest.mark.usefixtures("german")
def test_an_error_is_german_to_its_reason_and_names_stay_as_they_are() -> None:
    error = next(one for one in DeskError.registry.values() if one.code == "CONTAINER-DAMAGED")
    assert language.error_says(error(name="faces", why="it ends in the middle of a member"))[0] == (
        "faces ist beschädigt: endet mitten in einem Eintrag."
    )


def sentence(node: ast.expr | None) -> str:
    """A sentence as it stands in the source, with a figure in each of its holes; "" where it stands elsewhere."""
    if isinstance(node, ast.JoinedStr):
        return "".join("7" if isinstance(part, ast.FormattedValue) else sentence(part) for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


OTHERWISE = ("cli", "jobs/cluster", "app/measuring", "app/demo", "faces/bench", "search/bench", "intake/deletion_list")
"""What the windows do not run."""
PLACES = "lineage/importers"
"""There `why` and such name places in a file."""


def reasons_of_rooms() -> set[str]:
    """Why something was refused or not searched, where that stands in the source as a sentence."""
    root, found = Path(dsr_desk.__file__).parent, set()
    for path in root.rglob("*.py"):
        if path.relative_to(root).as_posix().startswith((*OTHERWISE, PLACES)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found |= {sentence(one.value) for one in node.keywords if one.arg in ("why", "needed", "problem")}
            if name in ("Refused", "Malformed") and node.args:
                found.add(sentence(node.args[0]))
            if name == "NotSearched" and len(node.args) > 1:
                found.add(sentence(node.args[1]))
    together = re.compile(r"[a-z]7|^7 7;")  # put together from parts that are sentences by themselves
    return {one for one in found if any(map(str.isalpha, one)) and not together.search(one)}


@pytest.mark.usefixtures("german")
def test_every_reason_that_a_room_words_has_a_german_one() -> None:
    reasons = reasons_of_rooms()
    assert len(reasons) > 100
    assert sorted(one for one in reasons if language.said(one) == one) == []


@pytest.mark.usefixtures("german")
def test_every_act_has_a_name_of_its_own_in_the_journal() -> None:
    names = [act_name(kind.value) for kind in Kind]
    assert len(set(names)) == len(names)
    assert not set(names) & {kind.value for kind in Kind}
    assert act_name("an-act-of-later") == "an-act-of-later"


@pytest.mark.usefixtures("german")
def test_a_statement_is_said_sentence_by_sentence() -> None:
    said = language.said(
        "2 reference photos were compared with all 3,004,118 indexed faces of 2 indexes. "
        "That is every face that was found in the photos, which need not be every face that is in them. "
        "The expectation is not validated at the size of crowd. Not searched: 4 parts of the scope, listed apart."
    )
    assert said.startswith("2 Referenzfotos wurden mit allen 3.004.118 erfassten Gesichtern aus 2 Indexen verglichen.")
    assert said.endswith(
        "von der Größe von crowd ist die Erwartung nicht überprüft. Nicht durchsucht: 4 Teile, gesondert aufgeführt."
    )


@pytest.mark.usefixtures("german")
def test_a_headline_is_german_to_its_last_check() -> None:
    items = (ItemSeen("a", Seen.GONE), ItemSeen("b", Seen.STILL_THERE))
    left = _check("content hash", [Remaining("x", "y")], 9, (), "item(s) with the bytes of an erased one")
    headline = ReadBack("p", "t", "o", items, (left,)).headline
    assert language.said(headline) == (
        "Nicht erledigt: etwas ist noch da. 2 Einträge: 1 weg, 1 noch da. "
        "Unter 9 gefunden: 1 Eintrag mit dem Inhalt eines gelöschten."
    )
    assert language.said(left.name) == "Prüfsummen des Inhalts"


@pytest.mark.usefixtures("german")
def test_reasons_of_candidates_and_steps_of_the_clock_are_german() -> None:
    for english, german in (
        (
            "the face is close; 0.4 unrelated faces this close are expected among 3,004,118",
            "das Gesicht ist ähnlich; unter 3.004.118 sind 0,4 fremde Gesichter so ähnlich zu erwarten",
        ),
        ("name in column who: one letter differs, in another order", "Name in Spalte who: ein Buchstabe weicht ab, "),
        (
            "The request arrived on Tuesday 3 March 2026; that day is not counted.",
            "Die Anfrage ging am Dienstag, 3. März 2026 ein; dieser Tag zählt nicht mit.",
        ),
        ("e-mail mentioned in column note is the same", "E-Mail-Adresse genannt in Spalte note stimmt überein"),
    ):
        assert language.said(english).startswith(german)


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("notified", [None, date(2026, 4, 10), date(2027, 4, 10)])
def test_each_step_to_a_due_date_is_german(notified: date | None) -> None:
    told = set()
    for law in Law:
        if law is not Law.UNKNOWN:
            for one in deadlines(law, date(2026, 1, 30), extension_notified=notified, purpose_met=date(2026, 2, 1)):
                told |= {*one.steps, *one.warnings}
    assert len(told) > 20
    assert [one for one in told if language.said(one) == one] == []


@pytest.mark.usefixtures("german")
def test_a_gap_names_containers_as_they_are_called() -> None:
    assert language.said_gap("faces", "it is not where it was") == "faces: nicht mehr an seinem Ort"
    assert language.said_gap("faces", "there is no reference photo with a usable face").startswith("Gesichter: ")
    assert language.said_gap("other copies of a@1", "nobody recorded where else it lies") == (
        "andere Kopien von a@1: niemand hat festgehalten, wo er sonst noch liegt"
    )
    assert language.said_gap("old: the whole index", "The index old was destroyed. [INDEX-DESTROYED]") == (
        "old: der ganze Index: Der Index old wurde vernichtet. [INDEX-DESTROYED]"
    )


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
    assert notes[0] == language.say(Message("step.request.done", {})) != Message("step.request.done", {}).say()
    assert not [note for note in notes if re.search(r"\b(Waits?|Not|of)\b", note)]
    visitor.decide_all()


def test_what_is_no_language_of_ours_is_english() -> None:
    assert language.resolve("fr") in language.LANGUAGES
    assert language.sentences("fr") == {}
    assert language.said("Ready to seal") == "Ready to seal"


def test_errors_are_told_in_four_parts() -> None:
    error = next(one for one in DeskError.registry.values() if one.code == "REVIEW-NO-CANDIDATE")(case="1", item="x")
    assert four_parts(error).splitlines() == [
        error.what_happened,
        error.what_it_means,
        f"{error.what_to_do} (REVIEW-NO-CANDIDATE)",
    ]
