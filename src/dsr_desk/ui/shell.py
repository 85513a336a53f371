"""The window: unlock screen or workspace, one at a time, and where it can go. Locking blanks it and drops the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from dsr_desk.app.case.steps import Stage, steps
from dsr_desk.app.demo import open_sample
from dsr_desk.app.desk import Desk
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import icons, settings
from dsr_desk.ui.about import offline_signs
from dsr_desk.ui.acting import SwitchDialog
from dsr_desk.ui.activity import ActivityStrip
from dsr_desk.ui.bridge import Bridge, Work
from dsr_desk.ui.dialogs import ErrorDialog, QuestionDialog
from dsr_desk.ui.findings import finding_said
from dsr_desk.ui.idle import IdleWatch
from dsr_desk.ui.language import say
from dsr_desk.ui.navigation import Destination, Side, StepLook
from dsr_desk.ui.placing import LEAST, place, remember
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

STATES = {Stage.OPEN: StepLook.OPEN, Stage.BEGUN: StepLook.BEGUN, Stage.DONE: StepLook.DONE}


def step_places() -> list[Destination]:
    titles = {
        "request": tr("Request"),
        "search": tr("Search"),
        "review": tr("Review"),
        "models": tr("Models"),
        "deletion": tr("Deletion"),
        "evidence": tr("Evidence"),
    }
    return [
        Destination(key, title, "open", f"Ctrl+{number}") for number, (key, title) in enumerate(titles.items(), start=1)
    ]


def order_titles() -> dict[str, str]:
    """What the first steps of an order are called."""
    return {"request": tr("Order"), "search": tr("Scope"), "review": tr("Sample")}


def general_places() -> list[Destination]:
    titles = {
        "cases": tr("Cases"),
        "indexes": tr("Indexes"),
        "lineage": tr("Lineage"),
        "recipients": tr("Recipients"),
        "journal": tr("Journal"),
        "settings": tr("Settings"),
    }
    return [Destination(key, title, key) for key, title in titles.items()]


def step_states(desk: Desk, case: str) -> dict[str, tuple[StepLook, str, str]]:
    """Icon, line and finding of each step of a case."""
    return {one.step.value: (STATES[one.stage], say(one.says), finding_said(one.finding)) for one in steps(desk, case)}


class Workspace(QWidget):
    """Top bar, side, the current screen and the strip, for one open vault."""

    lock_asked = Signal()
    sample_asked = Signal()

    def __init__(self, session: Session, bridge: Bridge) -> None:
        super().__init__()
        self.session = session
        self._pages: dict[str, Page] = {}
        self.side = Side(step_places(), general_places())
        self.stack = QStackedWidget()
        self.strip = ActivityStrip(bridge)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.side)
        middle.addWidget(self.stack, 1)
        outer = column_in(self, spacing=0)
        outer.addWidget(self._top())
        outer.addLayout(middle, 1)
        outer.addWidget(self.strip)
        self.side.chosen.connect(self.show_place)
        session.go.connect(self.show_place)
        session.case_opened.connect(self._refresh_steps)
        session.changed.connect(self._refresh_steps)
        session.said.connect(self.strip.announce)
        bridge.finished.connect(self._refresh_steps)
        session.changed.connect(self._name_officer)
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
        for key, shown in step_states(self.session.desk, case).items():
            self.side.button(key).show_state(*shown)

    def _top(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "bar")
        bar.setMinimumHeight(48)
        layout = row(label("DSR Desk", "section"), label(self.session.desk.vault.organisation, "muted"), None, spacing=16)
        layout.setContentsMargins(16, 5, 16, 5)
        bar.setLayout(layout)
        self.officer = label("", "muted")
        self.officer.setAccessibleName(tr("Who acts"))
        layout.addWidget(self.officer)
        for sign in offline_signs():
            layout.addWidget(sign)
        self.switch = Button(tr("Switch officer …"), lambda: SwitchDialog(self.session, self._switched, self).open())
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


class Window(QMainWindow):
    """`welcome` makes the screen that opens or creates a vault; it hands the desk to `enter`.

    Its second argument is the folder to propose, None for the vault that was open last.
    """

    def __init__(self, welcome: Callable[[Window, Path | None], QWidget], vault: Path | None = None) -> None:
        super().__init__()
        self.setWindowTitle("DSR Desk")
        self.setWindowIcon(icons.icon("app"))
        self.setMinimumSize(LEAST)
        place(self)
        self.setAcceptDrops(True)
        self.bridge = Bridge(self)
        self.bridge.failed.connect(self.show_error)
        self._welcome = welcome
        self.session: Session | None = None
        self._sample: Work | None = None
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a window needs a QApplication")
        self._idle = IdleWatch(app, settings.idle_minutes(), self)
        self._idle.idle.connect(self.lock)
        self.setCentralWidget(welcome(self, vault))

    @property
    def workspace(self) -> Workspace | None:
        central = self.centralWidget()
        return central if isinstance(central, Workspace) else None

    def enter(self, desk: Desk, case: str | None = None) -> None:
        """Show the workspace of a vault that was opened."""
        self._show_workspace(desk)
        self._idle.start()
        if self.session is None:
            return
        if not desk.vault.officer_key:
            self.session.go.emit("settings")
        elif case is not None:
            self.session.open_case(case, "request")

    def _show_workspace(self, desk: Desk) -> None:
        self.session = session = Session(desk, self.bridge, self)
        session.vault_asked.connect(self.lock)
        session.anew.connect(self.write_anew)
        session.idle_changed.connect(self._idle.wait)
        workspace = Workspace(session, self.bridge)
        workspace.lock_asked.connect(self.lock)
        workspace.sample_asked.connect(self.open_sample)
        self.setCentralWidget(workspace)

    def write_anew(self) -> None:
        """The same vault, case and place in new screens: they speak the language that was chosen."""
        before, workspace = self.session, self.workspace
        if before is None or workspace is None:
            return
        case, place = before.case, workspace.place
        workspace.shut()
        self._show_workspace(before.desk)
        before.deleteLater()
        if self.session is not None and case is not None:
            self.session.open_case(case)
        if self.session is not None:
            self.session.go.emit(place)

    def enter_at(self, desk: Desk, first: str) -> None:
        """The workspace with a screen of choice in front; "" shows the cases."""
        self.enter(desk)
        if first and self.session is not None:
            self.session.go.emit(first)

    def lock(self, vault: Path | None = None) -> None:
        """Blank at once; the keys go as soon as nothing that has begun still needs them to write its outcome.

        `vault` is the folder that is proposed to be opened next.
        """
        if self.session is None:
            return
        self._idle.stop()
        session, self.session = self.session, None
        session.deleteLater()
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        self.bridge.forget()
        self.bridge.cancel_all()
        if self.workspace is not None:
            self.workspace.shut()
        self.setCentralWidget(self._welcome(self, vault))
        self.bridge.when_idle(session.desk.close)

    def open_sample(self) -> None:
        """Make the sample organisation, or open the one that was made before, in a vault of its own."""
        if self._sample is not None and self._sample in self.bridge.running:
            return
        folder = settings.sample_folder()

        def opened(found: tuple[Desk, str]) -> None:
            self.lock()
            self.bridge.when_idle(lambda: self.enter(*found))

        self._sample = self.bridge.run(
            tr("Preparing the sample case"),
            lambda report, token: open_sample(folder, report=report, cancel=token),
            opened,
            context=self,
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.session is not None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if self.workspace is not None and paths:
            event.acceptProposedAction()
            self.workspace.drop(paths)

    def show_error(self, error: DeskError) -> None:
        ErrorDialog(error, self).open()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.bridge.running and not self._may_leave():
            event.ignore()
            return
        self._idle.stop()
        remember(self)
        self.bridge.close()
        if self.workspace is not None:
            self.workspace.shut()
        if self.session is not None:
            self.session.desk.close()
            self.session = None
        event.accept()

    def _may_leave(self) -> bool:
        names = "\n".join(f"· {job.name}" for job in self.bridge.running)
        question = QuestionDialog(
            tr("Work is still running"),
            names + "\n\n" + tr("What was done so far is kept, and the work goes on where it stopped next time."),
            act=tr("Stop it and leave"),
            stay=tr("Stay"),
            parent=self,
        )
        return question.exec() == QDialog.DialogCode.Accepted
