"""A thing and the details of a part of it: beside each other where there is room for both, else the details alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget


class DetailsBeside(QSplitter):
    """`whole` comes back when the details are hidden. `sizes` in pixels are how the room is shared at first."""

    def __init__(self, whole: QWidget, details: QWidget, sizes: tuple[int, int]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._whole, self._details = whole, details
        self.setChildrenCollapsible(False)
        self.setHandleWidth(16)
        self.addWidget(whole)
        self.addWidget(details)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setSizes(list(sizes))
        details.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        """One of the two is enough."""
        least = super().minimumSizeHint()
        return QSize(max(map(_least, (self._whole, self._details))), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._details and event.type() in _SHARED_ANEW:
            self._share()
        return super().eventFilter(watched, event)

    def _share(self) -> None:
        both = _least(self._whole) + self.handleWidth() + _least(self._details)
        self._whole.setVisible(self._details.isHidden() or both <= self.width())


_SHARED_ANEW = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest)


def _least(part: QWidget) -> int:
    return max(part.minimumWidth(), part.minimumSizeHint().width())
