"""Where the keyboard goes when what had it is gone: to the next thing to do on the page, never to the bars around."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button


class FocusKeeper(QObject):
    """Qt hands on the focus of what is hidden or switched off in the order of Tab: after the last button to "Lock".

    Who goes there by Tab or mouse stays there.
    """

    def __init__(self, around: QWidget, pages: QStackedWidget, bridge: Bridge) -> None:
        super().__init__(around)
        self._around, self._pages = around, pages
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)
        bridge.finished.connect(self._soon)

    def _page(self) -> Page | None:
        shown = self._pages.currentWidget() if shiboken6.isValid(self._pages) else None
        return shown if isinstance(shown, Page) else None

    def _moved(self, old: QWidget | None, new: QWidget | None) -> None:
        page = self._page()
        if page is None or (new is not None and (new is page or page.isAncestorOf(new))):
            return
        if new is None or new.window() is self._around.window():
            QTimer.singleShot(0, self, lambda: self._bring_back(old))

    def _bring_back(self, old: QWidget | None) -> None:
        """Unless what had the focus could have kept it, or it is somewhere on the page or in a dialog by now."""
        page, now = self._page(), QApplication.focusWidget()
        if page is None or not self._around.isActiveWindow() or now is page or (now and page.isAncestorOf(now)):
            return
        if old is not None and shiboken6.isValid(old) and old.isVisible() and old.isEnabled():
            return
        next_thing(page).setFocus(Qt.FocusReason.OtherFocusReason)

    def _soon(self, _job: object = None) -> None:
        QTimer.singleShot(0, self, self._go_on)

    def _go_on(self) -> None:
        """What was done has ended: whoever waited on the page itself goes on with what comes next."""
        page = self._page()
        if page is not None and QApplication.focusWidget() is page:
            next_thing(page).setFocus(Qt.FocusReason.OtherFocusReason)


def next_thing(page: Page) -> QWidget:
    """The page where it takes keys itself, its list, its primary button; else the page."""
    proxy = page.focusProxy()
    if page.focusPolicy() == Qt.FocusPolicy.StrongFocus or (proxy is not None and proxy.isVisible()):
        return page
    for button in page.findChildren(Button):
        if button.property("kind") == "primary" and button.isVisible() and button.isEnabled():
            return button
    return page
