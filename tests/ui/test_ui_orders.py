from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import orders, scope
from dsr_desk.app.case.orders import OrderContent
from dsr_desk.app.case.scope import ScopePart
from dsr_desk.app.data.indexing import list_indexes, refresh_index
from dsr_desk.core.acts import Kind
from dsr_desk.core.message import message
from dsr_desk.core.order_refusals import ScopeMissing
from dsr_desk.core.orders import Demand, Obligation, profile
from dsr_desk.core.selectors import Called, parse
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.ui.models.scope import ScopeModel, scope_rows
from dsr_desk.ui.navigation import StepLook
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.search import SearchPage
from dsr_desk.ui.views.order.containers import ContainersDialog
from dsr_desk.ui.views.order.duties import DeclareDutyDialog
from dsr_desk.ui.views.order.new_order import NewOrderPage
from dsr_desk.ui.views.order.obligations import ObligationDialog
from dsr_desk.ui.views.order.order import OrderPage
from dsr_desk.ui.views.order.sample import SamplePage
from dsr_desk.ui.views.order.sample_parts import DrawDialog, sample_said
from dsr_desk.ui.views.order.scope import ScopePage
from dsr_desk.ui.views.proof.evidence import EvidencePage
from ui.conftest import Visitor

SERVED = date(2026, 11, 2)
DATASET = 'dataset = "member-portraits"'


def opened(visitor: Visitor, covers: str = DATASET, *, checked: bool = True) -> str:
    """An order on data of the office; the office's own case is about a person."""
    content = OrderContent(
        "The authority", "D-1", SERVED, profile("everalbum").obligations(SERVED), "everalbum", "", covers
    )
    case, _ = orders.open_order(visitor.desk, content, today=SERVED)
    if checked:
        orders.record_authenticity(visitor.desk, case.ref, "called back")
    visitor.session.tell()
    return case.ref


def scoped(visitor: Visitor, covers: str = DATASET) -> str:
    ref = opened(visitor, covers)
    scope.resolve_scope(visitor.desk, ref, parse(covers))
    visitor.session.tell()
    return ref


def sampled(visitor: Visitor) -> str:
    ref = scoped(visitor)
    scope.draw(visitor.desk, ref, "scope", 3)
    scope.mark(visitor.desk, ref, {one.place: "belongs" for one in scope.drawn_items(visitor.desk, ref)})
    visitor.session.tell()
    return ref


def open_at(visitor: Visitor, ref: str, step: str) -> object:
    visitor.session.open_case(ref, step)
    visitor.settle()
    return visitor.workspace.stack.currentWidget()


def nameless(page: object) -> list[QWidget]:
    """Controls that a screen reader has no name for."""
    assert isinstance(page, QWidget)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTableView)
    controls = [one for kind in kinds for one in page.findChildren(kind) if not one.objectName().startswith("qt_")]
    return [one for one in controls if not (one.accessibleName() or getattr(one, "text", str)())]


def test_an_order_is_opened_from_its_paper_and_a_profile_whose_days_are_proposals(
    visitor: Visitor, tmp_path: Path
) -> None:
    paper = tmp_path / "order.txt"
    paper.write_text("Docket D-7. Delete the photos.", encoding="utf-8")
    page = visitor.show("new-order")
    assert isinstance(page, NewOrderPage)
    assert not page.go.isEnabled()
    assert nameless(page) == []
    visitor.workspace.drop([paper])
    visitor.settle()
    assert page.form.original.toPlainText() == "Docket D-7. Delete the photos."
    page.form.served.day = SERVED
    page.form.authority.setText("The authority")
    page.form.docket.setText("D-7")
    editor = page.form.obligations
    editor.profile.choose("everalbum")
    editor.profile.activated.emit(editor.profile.currentIndex())
    assert "C-4743" in editor.source.text
    assert "check each day against the paper" in editor.source.text
    assert [one.due for one in editor.obligations[:2]] == ["2026-12-02", "2027-01-31"]
    editor._put(0, Obligation("", Demand.DATA, "2026-11-20", text="Delete the photos."))
    page.form.served.day = date(2026, 11, 3)
    assert [one.due for one in editor.obligations[:2]] == ["2026-11-20", "2027-02-01"]
    page.go.click()
    visitor.settle()
    assert isinstance(visitor.workspace.stack.currentWidget(), OrderPage)
    ref = visitor.session.case
    assert ref is not None
    said = orders.show_order(visitor.desk, ref).content
    assert (said.docket, said.profile, said.obligations[0].source) == ("D-7", "everalbum", "")
    assert visitor.errors == []


def test_an_order_has_no_screen_of_a_person(visitor: Visitor) -> None:
    ref = opened(visitor)
    titles = {}
    for step in ("request", "search", "review"):
        page = open_at(visitor, ref, step)
        titles[step] = type(page)
        assert visitor.workspace.place == step
        assert nameless(page) == []
    assert titles == {"request": OrderPage, "search": ScopePage, "review": SamplePage}
    side = visitor.workspace.side
    assert [side.button(step).text() for step in titles] == ["Order", "Scope", "Sample"]
    assert side.button("request").state is StepLook.DONE
    assert type(open_at(visitor, visitor.office.case, "search")) is SearchPage
    assert [side.button(step).text() for step in titles] == ["Request", "Search", "Review"]
    cases = visitor.show("cases")
    assert isinstance(cases, CasesPage)
    rows = [cases.model.sentence(row) for row in cases.model.rows]
    assert any("Regulator’s order" in row and "Look up what it covers" in row for row in rows)


def test_nothing_is_looked_up_before_the_order_was_checked(visitor: Visitor) -> None:
    ref = opened(visitor, checked=False)
    page = open_at(visitor, ref, "search")
    assert isinstance(page, ScopePage)
    assert not page.look_up.isEnabled()
    assert page.blocked.isVisible()
    order = open_at(visitor, ref, "request")
    assert isinstance(order, OrderPage)
    assert not order.check.button.isEnabled()
    order.check.method.setText("called the authority back")
    order.check.button.click()
    visitor.settle()
    assert order.check.state.text == "authentic"
    open_at(visitor, ref, "search")
    assert page.look_up.isEnabled()


def test_a_line_that_was_changed_keeps_its_id_and_is_no_proposal_any_more(visitor: Visitor) -> None:
    ref = opened(visitor)
    page = open_at(visitor, ref, "request")
    assert isinstance(page, OrderPage)
    before = orders.show_order(visitor.desk, ref).content.obligations
    page.form.obligations.list.table.choose(1)
    page.form.obligations.change.click()
    dialog = visitor.dialog(ObligationDialog)
    dialog.dated.setChecked(False)
    dialog.act.click()
    page.form.obligations.list.table.choose(0)
    page.form.obligations.drop.click()
    page.save.click()
    visitor.settle()
    after = orders.show_order(visitor.desk, ref).content.obligations
    assert [one.id for one in after] == [one.id for one in before[1:]]
    assert (after[0].due, after[0].source) == ("", "")
    assert after[1] == before[2]
    assert visitor.errors == []


def test_what_is_looked_up_is_shown_and_counts_only_once_somebody_signed_it(visitor: Visitor) -> None:
    ref = opened(visitor, "")
    page = open_at(visitor, ref, "search")
    assert isinstance(page, ScopePage)
    assert not page.look_up.isEnabled()
    page.box.called.choose(Called.DATASET)
    page.box._offer()
    assert page.box.name.currentText() == "member-portraits"
    page.box.add.click()
    assert page.box.said == f"{DATASET} or made from ({DATASET})"
    page.box.add.click()
    assert page.box.said == f"{DATASET} or made from ({DATASET})"
    page.look_up.click()
    visitor.settle()
    assert page.state.text == "looked up, not signed"
    hows = [one.how for one in page.model.rows]
    assert (hows[0], hows[-1]) == ("not-searched", "whole")  # lineage knows more that was made of it than is indexed
    with pytest.raises(ScopeMissing):
        scope.show_scope(visitor.desk, ref)
    page.box.text.setPlainText(DATASET + ' and prefix = "x"')
    assert not page.sign.isEnabled()
    page.box.text.setPlainText(f"{DATASET} or made from ({DATASET})")
    page.sign.click()
    visitor.settle()
    assert page.state.text == "signed"
    assert scope.show_scope(visitor.desk, ref).selector == f"{DATASET} or made from ({DATASET})"
    assert visitor.errors == []


def test_a_name_that_fits_nothing_is_said_before_anything_else(visitor: Visitor) -> None:
    page = open_at(visitor, opened(visitor, 'dataset = "member-portrait"'), "search")
    assert isinstance(page, ScopePage)
    page.look_up.click()
    visitor.settle()
    assert not page.model.rows
    first = page._unknown.itemAt(0).widget()
    assert first is not None
    assert "member-portrait" in first.accessibleName()
    page.box.text.setPlainText("dataset is portraits")
    assert "character 9" in page.box.problem.text()
    assert not page.look_up.isEnabled()


def test_what_is_not_known_comes_first_and_what_is_mixed_before_what_is_whole() -> None:
    parts = [
        ScopePart("", "a@1", name, "i", how, items, items * 10, of, 0, message("scope.why"), 0, open_)
        for name, how, items, of, open_ in (
            ("whole", "whole", 5, 5, 0), ("mixed", "mixed", 2, 9, 0), ("open", "not-known", 0, 7, 0),
            ("zhalf", "mixed", 2, 9, 3), ("", "not-searched", 0, 0, 0),
        )
    ]  # fmt: skip
    model = ScopeModel()
    model.show_rows(scope_rows(parts))
    assert [one.container for one in model.rows] == ["", "open", "zhalf", "mixed", "whole"]
    assert [one.stays for one in model.rows if one.how == "mixed"] == [4, 7]
    assert "7 not known" in model.sentence(next(one for one in model.rows if one.container == "open"))


def test_samples_are_looked_at_by_keys_and_each_word_is_an_act(visitor: Visitor, qtbot: QtBot) -> None:
    ref = scoped(visitor)
    page = open_at(visitor, ref, "review")
    assert isinstance(page, SamplePage)
    assert page.table.model().rowCount() == 0
    page._begin.click()
    dialog = visitor.dialog(DrawDialog)
    dialog.count.setText("3")
    dialog.act.click()
    visitor.settle()
    assert len(page.model.rows) == 3
    page.setFocus()
    for key in (Qt.Key.Key_B, Qt.Key.Key_B, Qt.Key.Key_U):
        qtbot.keyClick(page.table, key)
    assert visitor.desk.vault.log.entry(visitor.desk.vault.log.size - 1).act.kind is Kind.SAMPLED
    (found,) = scope.samples(visitor.desk, ref)
    assert (found.looked, found.unsure, found.wrong) == (3, 1, 0)
    assert not page.results.on.isVisible()
    page.table.choose(2)
    qtbot.keyClick(page.table, Qt.Key.Key_B)
    assert page.results.on.isVisible()
    assert "exact interval" in page.results.said[0]
    visitor.settle()  # the steps are read beside the window
    assert visitor.workspace.side.button("review").state is StepLook.DONE
    qtbot.keyClick(page.table, Qt.Key.Key_N)
    assert not page.results.on.isVisible()
    assert page.results.scope.isVisible()
    visitor.settle()
    assert visitor.errors == []


def test_after_the_last_item_of_a_sample_comes_the_first_of_what_stays_beside_it(
    visitor: Visitor, qtbot: QtBot
) -> None:
    whole = scope.items_of(visitor.desk, *_photos(visitor))
    ref = scoped(visitor, f'prefix = "{next(whole).address.member}"')
    scope.draw(visitor.desk, ref, "scope", 1)
    scope.draw(visitor.desk, ref, "rest", 2)
    page = open_at(visitor, ref, "review")
    assert isinstance(page, SamplePage)
    qtbot.keyClick(page.table, Qt.Key.Key_B)
    assert [(row.number, row.drawn.of) for row in page.model.rows] == [(1, "rest"), (2, "rest")]
    qtbot.keyClick(page.table, Qt.Key.Key_N)
    qtbot.keyClick(page.table, Qt.Key.Key_N)
    assert page.results.on.isVisible()
    visitor.settle()
    assert visitor.errors == []


def _photos(visitor: Visitor) -> tuple[scope.ScopeView, ScopePart]:
    view = scope.show_scope(visitor.desk, scoped(visitor))
    return view, next(part for part in view.parts if part.items > 1 and not part.container.endswith(".csv"))


def test_a_sample_that_was_not_looked_at_to_its_end_tells_no_share() -> None:
    for looked in (0, 4):
        part = scope.SampleView("a", "scope", 5, 900, "", looked, 0, 0, 0.0, 1.0)
        assert "share" not in sample_said(part)[0]
    whole = scope.SampleView("a", "scope", 5, 900, "", 5, 0, 0, 0.0, 0.5219)
    assert "between 0 % and 52.19 %" in sample_said(whole)[0]
    unsure = scope.SampleView("a", "scope", 5, 900, "", 5, 2, 0, 0.0, 1.0)
    assert "share" not in sample_said(unsure)[0]
    assert "belong to it" not in sample_said(unsure)[0]


def test_an_order_is_planned_run_and_read_back_from_its_scope(visitor: Visitor) -> None:
    refresh_index(visitor.desk, list_indexes(visitor.desk)[0].name, silent, CancelToken())  # the office was copied
    ref = sampled(visitor)
    page = open_at(visitor, ref, "deletion")
    assert isinstance(page, DeletionPage)
    page.plan.click()
    visitor.settle()
    removals = [row for row in page.model.rows if row.action.root]
    assert removals
    page._open_action(removals[0])
    dialog = visitor.dialog(ContainersDialog)
    assert [one.container for one in dialog.model.rows] == [one.container for one in removals[0].action.containers]
    dialog.reject()
    page.approve.click()
    visitor.sign()
    page.run.click()
    signed = visitor.office.case
    object.__setattr__(visitor.office, "case", ref)
    visitor.sign()
    object.__setattr__(visitor.office, "case", signed)
    assert not any(Path(row.action.root).exists() for row in removals)
    with visitor.desk.reading(ref) as case:
        assert case.read_back is not None
        assert case.left == 0
    assert page.search.text() == "Look it up again"
    assert visitor.errors == []


def test_nobody_is_the_requester_of_an_order_and_a_word_stands_under_a_name(visitor: Visitor) -> None:
    ref = opened(visitor)
    page = open_at(visitor, ref, "evidence")
    assert isinstance(page, EvidencePage)
    assert not page.recipients.requester.isVisible()
    assert page.recipients.count == 0
    number = next(n for n, one in enumerate(page.declares) if "statement" in one.accessibleName().lower())
    page.declares[number].click()
    dialog = visitor.dialog(DeclareDutyDialog)
    assert not dialog.act.isEnabled()
    dialog.said.setText("Handed to the authority on paper.")
    dialog.act.click()
    visitor.settle()
    (word,) = orders.show_order(visitor.desk, ref).words.values()
    assert (word.text, word.officer) == ("Handed to the authority on paper.", "Ada")
    assert any("Handed to the authority" in one.text() for one in page.findChildren(QLabel))
    visitor.session.open_case(visitor.office.case, "evidence")
    visitor.settle()
    assert page.recipients.requester.isChecked()
    assert visitor.errors == []
