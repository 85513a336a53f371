"""A lineage drawing as a tree with the same content: each box once with what came of it, each line once.

What several things lead to is opened out below the first of them; below the others it is named and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dsr_desk.app.models.view import Drawing, NodeStanding, PlacedEdge, PlacedNode
from dsr_desk.ui import icons, theme
from dsr_desk.ui.lineage_words import roles_said, sentence_of, standing_tone, title_of, what_it_is
from dsr_desk.ui.words import term, tr

Index = QModelIndex | QPersistentModelIndex
NODE = Qt.ItemDataRole.UserRole + 1
"""The id of the box that a row shows."""


@dataclass
class TreeRow:
    """`edge` is the line that leads here, None at the top; `again` says that the box is opened out elsewhere."""

    placed: PlacedNode
    edge: PlacedEdge | None
    parent: int
    place: int
    again: bool
    children: list[int] = field(default_factory=list)


class LineageTree(QAbstractItemModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[TreeRow] = []
        self._top: list[int] = []
        self._first: dict[str, int] = {}
        self._titles = (tr("What came of what"), tr("What it is"), tr("How it came about"), tr("How sure"))

    def show_drawing(self, drawing: Drawing) -> None:
        self.beginResetModel()
        self.rows, self._top, self._first = [], [], {}
        onward: dict[str, list[PlacedEdge]] = defaultdict(list)
        for edge in drawing.edges:
            onward[edge.origin].append(edge)
        entered = {edge.target for edge in drawing.edges}
        known = {placed.id: placed for placed in drawing.nodes}
        beginnings = sorted(drawing.nodes, key=lambda one: (one.standing is not NodeStanding.HIT, one.id in entered))
        for placed in beginnings:
            if placed.id not in self._first:
                self._open_out(placed, onward, known)
        self.endResetModel()

    def index_of(self, ident: str) -> QModelIndex:
        """Where a box is opened out; invalid where it is not shown."""
        number = self._first.get(ident)
        return QModelIndex() if number is None else self.createIndex(self.rows[number].place, 0, number)

    def sentence(self, row: TreeRow) -> str:
        """The whole row for a screen reader."""
        parts = [sentence_of(row.placed)]
        if row.edge is not None:
            parts += [roles_said(row.edge.roles), term(row.edge.certainty)]
        if row.again:
            parts.append(tr("opened out elsewhere"))
        return ", ".join(part for part in parts if part)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own
        below = self._below(parent)
        if not (0 <= row < len(below) and 0 <= column < len(self._titles)):
            return QModelIndex()
        return self.createIndex(row, column, below[row])

    def parent(self, child: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008 - Qt's own
        if not child.isValid():
            return QModelIndex()
        number = self.rows[child.internalId()].parent
        return QModelIndex() if number < 0 else self.createIndex(self.rows[number].place, 0, number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.column() > 0 else len(self._below(parent))

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.internalId()]
        if role == NODE:
            return row.placed.id
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return self.sentence(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.sentence(row)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            ink = theme.tokens().of(standing_tone(row.placed.standing))[0]
            return icons.pixmap(row.placed.node.kind.value, 16, ink, 2.0)
        return None

    def _cell(self, row: TreeRow, column: int) -> str:
        if column == 0:
            title = title_of(row.placed)
            return tr("{name} (opened out elsewhere)").format(name=title) if row.again else title
        if column == 1:
            return what_it_is(row.placed)
        if row.edge is None:
            return ""
        return roles_said(row.edge.roles) if column == 2 else term(row.edge.certainty)

    def _below(self, parent: Index) -> list[int]:
        return self.rows[parent.internalId()].children if parent.isValid() else self._top

    def _open_out(self, start: PlacedNode, onward: dict[str, list[PlacedEdge]], known: dict[str, PlacedNode]) -> None:
        waiting: list[tuple[PlacedNode, PlacedEdge | None, int]] = [(start, None, -1)]
        while waiting:
            placed, edge, above = waiting.pop()
            number = len(self.rows)
            siblings = self.rows[above].children if above >= 0 else self._top
            again = placed.id in self._first
            self.rows.append(TreeRow(placed, edge, above, len(siblings), again))
            siblings.append(number)
            if not again:
                self._first[placed.id] = number
                waiting += [(known[one.target], one, number) for one in _by_place(onward[placed.id], known)]


def _by_place(edges: Iterable[PlacedEdge], known: dict[str, PlacedNode]) -> list[PlacedEdge]:
    """From the bottom to the top of the drawing, since the last is opened out first."""
    return sorted(edges, key=lambda edge: (known[edge.target].x, known[edge.target].y), reverse=True)
