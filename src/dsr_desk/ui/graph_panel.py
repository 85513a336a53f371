"""Graph and tree of one lineage with what goes with them: search, runs, zoom, legend, saving it as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog

from dsr_desk.app.models.view import Drawing, draw_case, draw_lineage, export_drawing, find_in_lineage, keep_picture
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.ui import words
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.graph_parts import Legend, SearchField, Switch, TreeView, png_of
from dsr_desk.ui.graph_view import STEP, GraphView
from dsr_desk.ui.language import spoken
from dsr_desk.ui.models.lineage_tree import LineageTree
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button, Card, Empty, label, row, stacked
from dsr_desk.ui.words import tr

GRAPH, TREE, NOTHING = 0, 1, 2
WIDE = 860
"""Pixels from which there is room for the line about keys."""


class LineagePanel(Card):
    """The lineage of a case, or of the whole organisation where `ref` is "".

    `chosen` carries the id of the box that a person went to and `opened` of one that they want to know more of; `left`
    says Esc, `enlarged` asks for all the room or gives it back. What is folded opens out here.
    """

    chosen = Signal(str)
    opened = Signal(str)
    left = Signal()
    drawn = Signal()
    enlarged = Signal(bool)

    def __init__(self, session: Session) -> None:
        super().__init__(margin=8, spacing=8)
        self.session = session
        self.ref = ""
        self.unfolded: set[str] = set()
        self._found: list[Node] = []
        self._found_for = ""
        self._place = 0
        self._wanted = ""
        self._asked = 0
        self._refused = False
        self.switch = Switch(tr("View of the lineage"), [tr("Graph"), tr("Tree")])
        self.search = SearchField(tr("Find in the lineage"))
        self.said = label("", "note")
        self.runs = Tick(tr("Show runs"))
        self.fold = Button(tr("Fold again"), self.fold_all)
        self.svg = Button(tr("SVG …"), lambda: self._save("svg"), name=tr("Save the drawing as SVG"))
        self.png = Button(tr("PNG …"), lambda: self._save("png"), name=tr("Save the drawing as PNG"))
        for button in (self.fold, self.svg, self.png):
            button.setProperty("dense", "true")
        keep = (label(tr("Save"), "note"), self.svg, self.png)
        self.body.addLayout(row(self.switch, self.search, self.said, None, self.runs, self.fold, *keep))
        self.graph = GraphView(tr("Drawing of the lineage; the tree holds the same"))
        self.model = LineageTree(self)
        self.tree = TreeView(self.model, tr("The lineage as a tree"))
        self._empty = Empty("")
        self.stack = self.body.put(stacked(self.graph, self.tree, self._empty), 1)
        self.legend = Legend()
        self._keys = label(tr("Arrows follow the lines · Enter opens · + − zoom · 0 fits"), "note")
        self._zoom = [
            _small("−", lambda: self.graph.zoom(1 / STEP), tr("Zoom out")),
            _small("+", lambda: self.graph.zoom(STEP), tr("Zoom in")),
            _small(tr("Fit"), self.graph.fit, tr("Show the whole drawing")),
        ]
        self.larger = Tick(tr("Large"))
        self.larger.setToolTip(tr("Give the drawing the room of the list below it"))
        self.larger.toggled.connect(self.enlarged)
        self.body.addLayout(row(self.legend, None, self._keys, self.larger, *self._zoom))
        self._connect()
        self._allow()

    def _connect(self) -> None:
        self.switch.currentChanged.connect(self._switched)
        self.runs.toggled.connect(lambda _on: self.reload())
        self.search.asked.connect(self._search)
        self.search.left.connect(self._back)
        self.graph.chosen.connect(self._went_in_graph)
        self.tree.chosen.connect(self._went_in_tree)
        self.graph.unfolded.connect(self.unfold)
        self.graph.opened.connect(self.opened)
        self.tree.opened.connect(self._open)
        self.graph.left.connect(self.left)
        self.tree.left.connect(self.left)
        self.graph.said.connect(self.session.said)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)

    @property
    def drawing(self) -> Drawing | None:
        return self.graph.drawing

    def show_case(self, ref: str) -> None:
        """Draw what the hits of a case reached; everything for ""."""
        if ref != self.ref:
            self.unfolded.clear()
            self.graph.current = ""
        self.ref = ref
        self.reload()

    def reload(self, *, keep: bool = False) -> None:
        """Fold, place and draw anew; the placing runs beside the window. `keep`: at the same scale."""
        desk, ref, opened, runs = self.session.desk, self.ref, frozenset(self.unfolded), self.runs.isChecked()
        self._asked += 1
        number = self._asked

        def draw() -> Drawing:
            return draw_case(desk, ref, opened, runs=runs) if ref else draw_lineage(desk, opened, runs=runs)

        self.session.beside(
            self,
            tr("Drawing the lineage"),
            draw,
            lambda drawing: self._show(drawing, keep=keep) if number == self._asked else None,
            failed=self._failed,
        )

    def choose(self, ident: str, *, centre: bool = False) -> None:
        """Point out a node, or the box that it is folded into, in both views."""
        placed = self.drawing.node(ident) if self.drawing is not None and ident else None
        self.graph.choose(placed.id if placed else "", centre=centre)
        self._mark_in_tree()

    def light_all_ways(self) -> None:
        """Point out every way to the node that is pointed out, and not the shortest alone."""
        if self.graph.current:
            self.graph.light(self.graph.all_ways_to(self.graph.current))

    def unfold(self, ident: str) -> None:
        """Open a box that stands for several."""
        placed = self.drawing.node(ident) if self.drawing is not None else None
        if placed is not None and placed.folded:
            self.unfolded |= set(placed.members)
            self._wanted = placed.members[0]
            self.reload(keep=True)

    def fold_all(self) -> None:
        self.unfolded.clear()
        self.reload()

    def go_to(self, node: Node) -> None:
        """Show a node by itself and centre on it, whatever hides it."""
        self._wanted = node.id
        if node.kind is NodeKind.RUN and not self.runs.isChecked():
            self.runs.setChecked(True)
            return
        placed = self.drawing.node(node.id) if self.drawing is not None else None
        if placed is not None and placed.folded:
            self.unfolded.add(node.id)
            self.reload(keep=True)
        else:
            self._centre()

    def save_as(self, path: Path) -> None:
        """Write the drawing as it is folded now: SVG by the same hand as the evidence, PNG at twice the size."""
        desk, ref, opened, runs = self.session.desk, self.ref, frozenset(self.unfolded), self.runs.isChecked()
        picture = png_of(self.graph, self.heading) if path.suffix.casefold() == ".png" else None

        def write() -> Change:
            if picture is not None:
                return keep_picture(desk, path, picture, ref=ref)
            return export_drawing(desk, path, ref=ref, opened=opened, runs=runs)[1]

        self.session.beside(self, tr("Saving the drawing"), write, lambda change: self._saved(change, path))

    @property
    def heading(self) -> str:
        if self.ref:
            return tr("Lineage of case {case}").format(case=self.ref)
        return tr("Lineage of {organisation}").format(organisation=self.session.desk.vault.organisation)

    def _show(self, drawing: Drawing, *, keep: bool) -> None:
        self._refused = False
        self.graph.show_drawing(drawing, keep=keep)
        self.model.show_drawing(drawing)
        self.tree.expandToDepth(0 if len(drawing.nodes) > 60 else 8)
        if not drawing.nodes:
            self._empty.say(tr("There is nothing to draw."))
        self._allow()
        if self._wanted:
            self._centre()
        self._mark_in_tree()
        self.drawn.emit()

    def _failed(self, error: DeskError) -> None:
        """What was drawn before stands for another wish: it does not come back by itself."""
        self._refused = True
        self._empty.say(" ".join(error.say(spoken())))
        self._allow()

    def _allow(self) -> None:
        some = self.drawing is not None and bool(self.drawing.nodes) and not self._refused
        self.stack.setCurrentIndex(self.switch.currentIndex() if some else NOTHING)
        graph = some and self.switch.currentIndex() == GRAPH
        for widget in (self.legend, *self._zoom):
            widget.setVisible(graph)
        self._keys.setVisible(graph and self.width() >= WIDE)
        for button in (self.svg, self.png):
            button.setEnabled(some)
        self.fold.setVisible(bool(self.unfolded))

    def _switched(self, _view: int) -> None:
        self._allow()
        self._mark_in_tree()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._allow()

    def _back(self) -> None:
        (self.graph if self.switch.currentIndex() == GRAPH else self.tree).setFocus()

    def _went_in_graph(self, ident: str) -> None:
        self._mark_in_tree()
        self.chosen.emit(ident)

    def _went_in_tree(self, ident: str) -> None:
        self.graph.choose(ident)
        self.chosen.emit(ident)

    def _open(self, ident: str) -> None:
        placed = self.drawing.node(ident) if self.drawing is not None else None
        if placed is not None and placed.folded:
            self.unfold(ident)
        else:
            self.opened.emit(ident)

    def _mark_in_tree(self) -> None:
        """The tree stands where the graph stands, without telling anybody."""
        index = self.model.index_of(self.graph.current)
        was = self.tree.blockSignals(True)
        self.tree.setCurrentIndex(index)
        self.tree.blockSignals(was)

    def _centre(self) -> None:
        wanted, self._wanted = self._wanted, ""
        placed = self.drawing.node(wanted) if self.drawing is not None else None
        if placed is not None:
            self.choose(placed.id, centre=True)
            self.chosen.emit(placed.id)

    def _search(self, onward: int) -> None:
        text, desk, ref = self.search.text().strip(), self.session.desk, self.ref
        if not text:
            return
        if text == self._found_for and self._found:
            self._place = (self._place + onward) % len(self._found)
            self._show_found()
            return

        def found(nodes: list[Node]) -> None:
            self._found, self._found_for, self._place = nodes, text, 0
            self._show_found()

        self.session.beside(self, tr("Searching the lineage"), lambda: find_in_lineage(desk, text, ref=ref), found)

    def _show_found(self) -> None:
        if not self._found:
            self._say(tr("nothing of that name"))
            return
        place, count = words.figure(self._place + 1), words.figure(len(self._found))
        self._say(tr("{place} of {count}").format(place=place, count=count))
        self.go_to(self._found[self._place])

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.session.said.emit(text)

    def _save(self, kind: str) -> None:
        name = f"lineage-{self.ref}.{kind}" if self.ref else f"lineage.{kind}"
        title = tr("Save the drawing as {kind}").format(kind=kind.upper())
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, f"{kind.upper()} (*.{kind})")
        if chosen:
            path = Path(chosen)
            self.save_as(path if path.suffix.casefold() == f".{kind}" else path.with_name(f"{path.name}.{kind}"))

    def _saved(self, change: Change, path: Path) -> None:
        self.session.tell(change)
        self.session.said.emit(tr("{file} was written").format(file=path.name))


def _small(text: str, pressed: Callable[[], object], name: str) -> Button:
    made = Button(text, pressed, name=name)
    made.setProperty("dense", "true")
    made.setToolTip(name)
    return made
