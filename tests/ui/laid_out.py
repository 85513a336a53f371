"""What a person cannot see of a window: outside, covered or cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSplitterHandle,
    QTabBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from dsr_desk.ui.flow import Spring
from dsr_desk.ui.navigation import PlaceButton
from dsr_desk.ui.widgets import Chip

OWN_INSIDE = (
    QAbstractItemView, QAbstractSpinBox, QComboBox, QGraphicsView, QLineEdit, QPlainTextEdit, QScrollBar, QTabBar,
    QTextEdit,
)  # fmt: skip
"""What they are made of is Qt's affair."""

LEAST_SHOWN = 56
"""Pixels: a list or a scrolled column of which less is seen is no use."""


def faults(root: QWidget) -> list[str]:
    """What is outside, covered or cut, as "which: what". Empty where everything can be seen or scrolled to."""
    return [f"{_named(widget)}: {what}" for widget in _shown(root) for what in _wrong(widget)]


def _shown(root: QWidget) -> Iterator[QWidget]:
    """Every visible widget under a window, without what fields are made of, and without other windows."""
    for child in root.children():
        if not isinstance(child, QWidget) or child.isHidden() or child.isWindow():
            continue
        yield child
        if not isinstance(child, OWN_INSIDE):
            yield from _shown(child)


def _wrong(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, Spring | QScrollBar | QSplitterHandle) or widget.objectName().startswith("qt_scrollarea"):
        return
    if widget.width() <= 0 or widget.height() <= 0:
        yield f"has no room ({widget.width()}×{widget.height()})"
        return
    if (why := _outside(widget)) is not None:
        yield why
    yield from _covered(widget)
    yield from _cut(widget)


def _outside(widget: QWidget) -> str | None:
    """It must lie in its parent, or in a viewport that a person can move over it."""
    parent = widget.parentWidget()
    if parent is None or parent.rect().contains(widget.geometry()):
        return None
    area = parent.parentWidget()
    if isinstance(area, QAbstractScrollArea) and area.viewport() is parent:
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        wide = widget.width() > parent.width() and area.horizontalScrollBarPolicy() == off
        high = widget.height() > parent.height() and area.verticalScrollBarPolicy() == off
        if not wide and not high:
            return None
        return f"{widget.width()}×{widget.height()} in a viewport of {parent.width()}×{parent.height()} that stays"
    return f"{_rect(widget.geometry())} is outside of {parent.width()}×{parent.height()} of {_named(parent)}"


def _covered(widget: QWidget) -> Iterator[str]:
    parent = widget.parentWidget()
    if parent is None:
        return
    for other in parent.children():
        if not isinstance(other, QWidget) or other is widget or other.isHidden() or other.isWindow():
            continue
        if isinstance(other, Spring | QSplitterHandle | QScrollBar) or other.objectName().startswith("qt_"):
            continue
        if id(other) > id(widget) and other.geometry().intersects(widget.geometry()):
            yield f"{_rect(widget.geometry())} and {_named(other)} {_rect(other.geometry())} lie over each other"


def _cut(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and widget.text():
        yield from _cut_label(widget)
    elif isinstance(widget, QPushButton | QCheckBox | Chip):
        hint = widget.sizeHint()
        if widget.hasHeightForWidth():
            if widget.heightForWidth(widget.width()) > widget.height():
                yield f"is {widget.height()} high and needs {widget.heightForWidth(widget.width())}"
        elif hint.width() > widget.width() or hint.height() > widget.height():
            yield f"is {widget.width()}×{widget.height()} and needs {hint.width()}×{hint.height()}"
    elif isinstance(widget, PlaceButton):
        if widget.sizeHint().height() > widget.height() or widget.title_width() > widget.width():
            yield f"is {widget.width()}×{widget.height()}; its title needs {widget.title_width()}"
    elif isinstance(widget, QComboBox):
        needs = QFontMetrics(widget.font()).horizontalAdvance(widget.currentText()) + 34
        if needs > widget.width() and not widget.isEditable() and widget.toolTip() != widget.currentText():
            yield f"is {widget.width()} wide and needs {needs}"
    elif isinstance(widget, QTableView):
        yield from _cut_headings(widget)
    if isinstance(widget, QAbstractItemView | QScrollArea) and not isinstance(widget, QTabBar):
        shown = widget.viewport().height()
        if shown < LEAST_SHOWN and widget.verticalScrollBar().maximum() > 0:
            yield f"shows {shown} pixels of {shown + widget.verticalScrollBar().maximum()}"


def _cut_label(widget: QLabel) -> Iterator[str]:
    room = widget.contentsRect().size()
    if widget.wordWrap():
        needs = widget.heightForWidth(widget.width())
        words = re.findall(r"[^\s/]+/?", widget.text()) or [""]  # lines are broken between the parts of a path too
        longest = max(map(QFontMetrics(widget.font()).horizontalAdvance, words))
        if needs > widget.height():
            yield f"is {widget.height()} high and needs {needs}"
        if longest > room.width() and " " in widget.text():
            yield f"is {room.width()} wide and has a word of {longest}"
    else:
        hint = widget.sizeHint()
        if hint.width() > widget.width() or hint.height() > widget.height():
            yield f"is {widget.width()}×{widget.height()} and needs {hint.width()}×{hint.height()}"


def _cut_headings(table: QTableView) -> Iterator[str]:
    head = table.horizontalHeader()
    if head.isHidden():
        return
    model = table.model()
    for column in range(model.columnCount()):
        says = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        needs = head.sectionSizeHint(column)
        if says and not head.isSectionHidden(column) and needs > head.sectionSize(column):
            yield f"heading {says!r} is {head.sectionSize(column)} wide and needs {needs}"


def _rect(place: QRect) -> str:
    corner: QPoint = place.topLeft()
    return f"{place.width()}×{place.height()} at {corner.x()},{corner.y()}"


def _named(widget: QWidget) -> str:
    said = widget.text() if isinstance(widget, QLabel | QPushButton | QCheckBox | PlaceButton) else ""
    return f"{type(widget).__name__} {(said or widget.accessibleName())[:40]!r}"
