from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QPushButton, QTableView

from dsr_desk.ui import names, words
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
        bare += [f"{place}: {text}" for text in said if any(map(str.isalpha, text)) and "⟦" not in text]
    side = [visitor.workspace.side.button(key).text() for key in ("request", "cases")]
    bare += [text for text in side if "⟦" not in text]
    assert not bare


@pytest.mark.usefixtures("pseudo")
def test_plurals_come_from_the_translation_where_there_is_one() -> None:
    assert words.counted(1, "1 face", "%Ln faces") == "⟦1 faces⟧"
    assert words.counted(3, "1 face", "%Ln faces") == "⟦3 faces⟧"


@pytest.mark.usefixtures("qapp")
def test_every_state_right_law_and_channel_has_a_name() -> None:
    from dsr_desk.core.findings import Verdict
    from dsr_desk.core.requests import CaseState, Channel, FoundKind, Law, Right

    for kind, name in (
        (CaseState, names.state_name),
        (Right, names.right_name),
        (Law, names.law_name),
        (Channel, names.channel_name),
        (FoundKind, names.found_name),
        (Verdict, names.verdict_name),
    ):
        assert all(name(one) for one in kind)  # type: ignore[operator, attr-defined]
    assert all(names.next_step(state)[0] for state in CaseState)
