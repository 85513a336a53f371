from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QPushButton, QTableView

from dsr_desk.app.case.steps import Step
from dsr_desk.app.data.registering import ColumnKind
from dsr_desk.core.actions import ActionKind, OutcomeState, Seen
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import Verdict
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.lineage import Certainty, DispositionKind, NodeKind, Role
from dsr_desk.core.message import term
from dsr_desk.core.requests import CaseState, Channel, FoundKind, Law, Right
from dsr_desk.ui import words
from dsr_desk.ui.models.cases import next_step
from ui.conftest import Visitor


class PseudoLocale(QTranslator):
    """Every sentence that was offered for translation comes back in brackets."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, _context: str, source: str, _remark: str | None = None, n: int = -1) -> str:
        return f"⟦{source}⟧" if n < 0 else f"⟦{source.replace('%Ln', words.figure(n))}⟧"


@pytest.fixture
def pseudo(qapp: QApplication) -> Iterator[None]:
    translator = PseudoLocale(qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)
    translator.deleteLater()


@pytest.mark.usefixtures("pseudo")
def test_every_button_title_and_column_is_offered_for_translation(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    visitor.session.open_case(visitor.office.case)
    terms = tuple(term(one).say() for one in Verdict)  # these are of the catalogue
    bare: list[str] = []
    for place in (
        "cases",
        "request",
        "search",
        "review",
        "models",
        "deletion",
        "evidence",
        "indexes",
        "lineage",
        "settings",
    ):
        page = visitor.show(place)
        said = [page.title.text(), *(button.text() for button in page.findChildren(QPushButton))]
        for table in page.findChildren(QTableView):
            model = table.model()
            said += [
                str(model.headerData(column, table.horizontalHeader().orientation()))
                for column in range(model.columnCount())
            ]
        bare += [
            f"{place}: {text}"
            for text in said
            if any(map(str.isalpha, text)) and "⟦" not in text and not text.endswith(terms)
        ]
    side = [visitor.workspace.side.button(key).text() for key in ("request", "cases")]
    bare += [text for text in side if "⟦" not in text]
    assert not bare


@pytest.mark.usefixtures("pseudo")
def test_plurals_come_from_the_translation_where_there_is_one() -> None:
    assert words.counted(1, "1 face", "%Ln faces") == "⟦1 faces⟧"
    assert words.counted(3, "1 face", "%Ln faces") == "⟦3 faces⟧"


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_trade_is_a_term_of_its_own(language: str) -> None:
    kinds = (
        ActionKind, CaseState, Certainty, Channel, ColumnKind, DispositionKind, FoundKind, Kind, Law, NodeKind,
        OutcomeState, Right, Role, Seen, Verdict,
    )  # fmt: skip
    for kind in kinds:
        said = [term(one).say(language) for one in kind]
        assert not [one for one in said if "." in one], kind
    for kind in (ActionKind, Kind, Right, Role, Verdict):
        assert len({term(one).say(language) for one in kind}) == len(kind)


@pytest.mark.usefixtures("qapp")
def test_where_a_case_goes_on_follows_from_its_state() -> None:
    assert next_step(CaseState.SEARCHED) is Step.REVIEW
    assert {next_step(state) for state in CaseState if state.is_end} == {Step.EVIDENCE}
