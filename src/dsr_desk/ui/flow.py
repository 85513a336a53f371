"""Widgets beside each other as long as there is room, and on further lines where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

LEAST = 160
"""Pixels: what can be made narrower than it would like to be is not made narrower than this before it wraps."""


class Spring(QWidget):
    """Takes the room that is left on its line: what comes after it stands at the right, on further lines too."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


@dataclass
class _Part:
    """An item that is to be seen. Widths in pixels: the least, the one before it wraps, the one that it likes."""

    item: QLayoutItem
    share: int
    least: int
    base: int
    liked: int

    @property
    def is_gap(self) -> bool:
        return isinstance(self.item.widget(), Spring)

    @property
    def grows(self) -> bool:
        return self.item.maximumSize().width() > self.liked

    def height(self, width: int) -> int:
        return self.item.heightForWidth(width) if self.item.hasHeightForWidth() else self.item.sizeHint().height()


class Flow(QLayout):
    """A row that wraps. Shares of the width are given as a box layout's stretch factors are.

    `least` is how narrow a part may become before it moves to the next line; alone on a line it may become as narrow
    as its own smallest size. `even` parts at most stand on a line, all of one width; 0 leaves widths to the parts.
    """

    def __init__(self, *, spacing: int = 8, least: int = LEAST, even: int = 0) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        self._least, self._even = least, even
        self._items: list[QLayoutItem] = []
        self._shares: list[int] = []
        self._heights: dict[int, int] = {}
        self._parts_known: list[_Part] | None = None

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self._shares.append(0)
        self.invalidate()

    def addLayout(self, layout: QLayout) -> None:
        self.addChildLayout(layout)
        self.addItem(layout)

    def insertWidget(self, place: int, widget: QWidget) -> None:
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self._shares.insert(place, self._shares.pop())
        self.invalidate()

    def setStretch(self, place: int, share: int) -> None:
        """What is left of a line's width goes to its parts by their shares."""
        self._shares[place] = share
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self._parts_known = None
        self._shares.pop(index)
        return self._items.pop(index)

    def invalidate(self) -> None:
        self._heights = {}
        self._parts_known = None
        super().invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        found = Qt.Orientation(0)
        for part in self._parts():
            found |= part.item.expandingDirections()
        return found

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            inside = self._inside(QRect(0, 0, width, 0)).width()
            heights = [self._height(line, inside) for line in self._lines(inside)]
            margins = self.contentsMargins()
            self._heights[width] = sum(heights) + self._between(heights) + margins.top() + margins.bottom()
        return self._heights[width]

    def sizeHint(self) -> QSize:
        parts = self._parts()
        width = sum(part.liked for part in parts) + self._gaps(parts)
        return self._outside(QSize(width, max((part.height(part.liked) for part in parts), default=0)))

    def minimumSize(self) -> QSize:
        parts = self._parts()
        height = max((part.item.minimumSize().height() for part in parts), default=0)
        return self._outside(QSize(max((part.least for part in parts), default=0), height))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        inside = self._inside(rect)
        lines = self._lines(inside.width())
        heights = [self._height(line, inside.width()) for line in lines]
        self._spread(lines, heights, inside.height())
        top = inside.top()
        for line, height in zip(lines, heights, strict=True):
            left = inside.left()
            for number, (part, width) in enumerate(zip(line, self._widths(line, inside.width()), strict=True)):
                if number and not part.is_gap and not line[number - 1].is_gap:
                    left += self.spacing()
                part.item.setGeometry(QRect(left, top, width, height))
                left += width
            top += height + self.spacing()

    def _parts(self) -> list[_Part]:
        if self._parts_known is None:
            self._parts_known = [
                self._part(item, share)
                for item, share in zip(self._items, self._shares, strict=True)
                if not item.isEmpty()
            ]
        return self._parts_known

    def _part(self, item: QLayoutItem, share: int) -> _Part:
        least, liked = item.minimumSize().width(), item.sizeHint().width()
        base = min(max(least, min(liked, self._least)), item.maximumSize().width())
        return _Part(item, share, least, base, max(liked, least))

    def _lines(self, width: int) -> list[list[_Part]]:
        """What fits beside each other; after a gap, what wraps stays at the right."""
        if self._even:
            columns = self._columns(width)
            return [self._parts()[first : first + columns] for first in range(0, len(self._parts()), columns)]
        lines: list[list[_Part]] = [[]]
        used, gap = 0, None
        for part in self._parts():
            gap = part if part.is_gap else gap
            line = lines[-1]
            beside = self.spacing() if line and not part.is_gap and not line[-1].is_gap else 0
            if used + beside + part.base > width and any(not one.is_gap for one in line):
                lines.append([gap] if gap is not None and not part.is_gap else [])
                used, beside = 0, 0
            lines[-1].append(part)
            used += beside + part.base
        return [line for line in lines if line]

    def _widths(self, line: Sequence[_Part], width: int) -> list[int]:
        """First what each must have, then what it likes, then the rest by shares, else to gaps, else to all."""
        if self._even:
            columns = self._columns(width)
            return [(width - (columns - 1) * self.spacing()) // columns] * len(line)
        left = width - self._gaps(line)
        given = [min(part.base, max(left, part.least)) for part in line]
        shared = any(part.share for part in line)
        for number, part in enumerate(line):
            if not part.share or not shared:
                more = min(part.liked - given[number], left - sum(given))
                given[number] += max(0, more)
        rest = left - sum(given)
        if rest <= 0:
            return given
        if shared:
            return _by_shares(line, given, left)
        takers = [number for number, part in enumerate(line) if part.is_gap]
        if not takers:
            takers = [
                n for n, part in enumerate(line) if part.item.expandingDirections() & Qt.Orientation.Horizontal
            ] or [n for n, part in enumerate(line) if part.grows]
        for order, number in enumerate(takers):
            given[number] += rest // len(takers) + (order < rest % len(takers))
        return given

    def _columns(self, width: int) -> int:
        widest = max((part.base for part in self._parts()), default=self._least)
        return max(1, min(self._even, (width + self.spacing()) // (max(widest, self._least) + self.spacing())))

    def _height(self, line: Sequence[_Part], width: int) -> int:
        return max(part.height(given) for part, given in zip(line, self._widths(line, width), strict=True))

    def _spread(self, lines: list[list[_Part]], heights: list[int], height: int) -> None:
        """More height than is needed goes to the lines that can use it."""
        rest = height - sum(heights) - self._between(heights)
        takers = [
            number
            for number, line in enumerate(lines)
            if len(lines) == 1 or any(part.item.expandingDirections() & Qt.Orientation.Vertical for part in line)
        ]
        for number in takers:
            heights[number] += max(0, rest) // len(takers)

    def _gaps(self, line: Sequence[_Part]) -> int:
        """Spaces between parts that stand next to each other."""
        return self.spacing() * sum(1 for one, other in pairwise(line) if not one.is_gap and not other.is_gap)

    def _between(self, heights: Sequence[int]) -> int:
        return self.spacing() * max(0, len(heights) - 1)

    def _inside(self, rect: QRect) -> QRect:
        return rect.marginsRemoved(self.contentsMargins())

    def _outside(self, size: QSize) -> QSize:
        return size.grownBy(self.contentsMargins())


def _by_shares(line: Sequence[_Part], given: list[int], left: int) -> list[int]:
    """Parts with a share divide what the others leave; none falls under what it must have."""
    room = left - sum(width for part, width in zip(line, given, strict=True) if not part.share)
    open_ = [number for number, part in enumerate(line) if part.share]
    while open_:
        whole = sum(line[number].share for number in open_)
        narrow = [number for number in open_ if room * line[number].share // whole < line[number].base]
        if not narrow:
            for number in open_:
                given[number] = room * line[number].share // whole
            break
        for number in narrow:
            given[number] = line[number].base
            room -= given[number]
            open_.remove(number)
    return given
