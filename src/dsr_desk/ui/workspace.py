"""The screens of an open vault, and where one can go in them. Loaded when a vault was opened: the welcome has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QWidget

from dsr_desk.app.case.steps import StepState, steps
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.ui.about import offline_signs
from dsr_desk.ui.acting import SwitchDialog
from dsr_desk.ui.activity import ActivityStrip
from dsr_desk.ui.away import AwayBar
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.focus import FocusKeeper
from dsr_desk.ui.navigation import Side
from dsr_desk.ui.places import general_places, order_titles, step_places, step_states
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.case.search import SearchPage
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.data.recipients import RecipientsPage
from dsr_desk.ui.views.models.lineage import LineagePage
from dsr_desk.ui.views.models.models import ModelsPage
from dsr_desk.ui.views.order.new_order import NewOrderPage
from dsr_desk.ui.views.order.order import OrderPage
from dsr_desk.ui.views.order.sample import SamplePage
from dsr_desk.ui.views.order.scope import ScopePage
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.journal import JournalPage
from dsr_desk.ui.views.vault.settings import SettingsPage
from dsr_desk.ui.widgets import Button, column_in, label, row
from dsr_desk.ui.words import tr

PAGES: dict[str, Callable[[Session], Page]] = {
    "request": RequestPage,
    "search": SearchPage,
    "review": ReviewPage,
    "models": ModelsPage,
    "deletion": DeletionPage,
    "evidence": EvidencePage,
    "cases": CasesPage,
    "indexes": IndexesPage,
    "lineage": LineagePage,
    "recipients": RecipientsPage,
    "journal": JournalPage,
    "settings": SettingsPage,
    "new": NewCasePage,
    "new-order": NewOrderPage,
    "order-request": OrderPage,
    "order-search": ScopePage,
    "order-review": SamplePage,
}
ORDER_STEPS = ("request", "search", "review")
"""Steps that an order has a screen of its own for: it has no person, no face and no candidates."""


class Workspace(QWidget):
    """Top bar, side, the current screen and the strip, for one open vault."""

    lock_asked = Signal()
    sample_asked = Signal()

    def __init__(self, session: Session, bridge: Bridge) -> None:
        super().__init__()
        self.session = session
        self._pages: dict[str, Page] = {}
        self._reading_steps = self._steps_again = False
        self.side = Side(step_places(), general_places())
        self.stack = QStackedWidget()
        self.strip = ActivityStrip(bridge)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.side)
        middle.addWidget(self.stack, 1)
        outer = column_in(self, spacing=0)
        outer.addWidget(self._top())
        self.away = AwayBar(session)
        outer.addWidget(self.away)
        outer.addLayout(middle, 1)
        outer.addWidget(self.strip)
        self.side.chosen.connect(self.show_place)
        session.go.connect(self.show_place)
        session.case_opened.connect(self._refresh_steps)
        session.changed.connect(self._refresh_steps)
        session.said.connect(self.strip.announce)
        bridge.finished.connect(self._refresh_steps)
        session.changed.connect(self._name_officer)
        FocusKeeper(self, self.stack, bridge)
        self.show_place("cases")

    def page(self, key: str) -> Page:
        """The screen of a place; made when it is first wanted."""
        if key not in self._pages:
            self._pages[key] = PAGES[key](self.session)
            self.stack.addWidget(self._pages[key])
        return self._pages[key]

    def page_of(self, key: str) -> Page:
        """The screen of a place or step as the open case has it."""
        own = key in ORDER_STEPS and self.session.is_order
        return self.page(f"order-{key}" if own else key)

    def show_place(self, key: str) -> None:
        if key == "sample":
            self.sample_asked.emit()
            return
        page = self.page_of(key)
        self.strip.rest()
        self.side.mark(key)
        self.stack.setCurrentWidget(page)
        page.setFocus()

    def drop(self, paths: list[Path]) -> None:
        """Files dropped anywhere: what the place that is shown can take, else a letter and photos of a new case."""
        current = self.stack.currentWidget()
        if isinstance(current, LineagePage | IndexesPage | NewOrderPage) or (
            isinstance(current, RequestPage) and current.takes(paths)
        ):
            current.take(paths)
            return
        self.show_place("new")
        page = self.page("new")
        if isinstance(page, NewCasePage):
            page.take(paths)

    @property
    def place(self) -> str:
        """The key of the screen that is shown."""
        shown = next(key for key, page in self._pages.items() if page is self.stack.currentWidget())
        return shown.removeprefix("order-")

    def shut(self) -> None:
        for page in self._pages.values():
            page.shut()

    def _refresh_steps(self, _news: object = None) -> None:
        case = self.session.case
        self.side.show_case(case)
        if case is None:
            return
        titles = order_titles() if self.session.is_order else {place.key: place.title for place in step_places()}
        for key, title in titles.items():
            self.side.button(key).name_it(title)
        if self._reading_steps:
            self._steps_again = True
            return
        self._reading_steps, desk = True, self.session.desk
        self.session.read(self, lambda: steps(desk, case), partial(self._show_steps, case), failed=self._no_steps)

    def _show_steps(self, case: str, found: Sequence[StepState]) -> None:
        """What was read beside the window, unless something has changed meanwhile."""
        self._reading_steps, again = False, self._steps_again or case != self.session.case
        self._steps_again = False
        if again:
            self._refresh_steps()
            return
        for key, shown in step_states(found).items():
            self.side.button(key).show_state(*shown)

    def _no_steps(self, error: DeskError) -> None:
        self._reading_steps = self._steps_again = False
        self.session.bridge.failed.emit(error)

    def _top(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "bar")
        bar.setMinimumHeight(48)
        layout = row(
            label("DSR Desk", "section"), label(self.session.desk.vault.organisation, "muted"), None, spacing=12
        )
        layout.setContentsMargins(16, 5, 16, 5)
        bar.setLayout(layout)
        self.officer = label("", "muted")
        self.officer.setAccessibleName(tr("Who acts"))
        layout.addWidget(self.officer)
        for sign in offline_signs():
            layout.addWidget(sign)
        self.switch = Button(
            tr("Switch officer …"),
            lambda: SwitchDialog(self.session, self._switched, self).open(),
            name=tr("Switch officer"),
        )
        layout.addWidget(self.switch)
        layout.addWidget(Button(tr("Lock"), self.lock_asked.emit, key="Ctrl+L", name=tr("Lock the vault")))
        self._name_officer()
        return bar

    def _name_officer(self, _news: object = None) -> None:
        """Who acts, and whether there is anybody else who could."""
        vault = self.session.desk.vault
        name = vault.officer_name or tr("recovery code")
        self.officer.setText(name)
        self.officer.setAccessibleDescription(name)
        alone = len(vault.roster.keys) < 2 and bool(vault.officer_key)
        self.switch.setEnabled(not alone)
        self.switch.explain(tr("There is no other officer. The settings are where one is added.") if alone else "")

    def _switched(self, change: Change) -> None:
        self.session.tell(change)
        self.session.said.emit(tr("{name} acts now").format(name=self.session.desk.vault.officer_name))
