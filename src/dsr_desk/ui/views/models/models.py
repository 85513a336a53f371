"""Which models saw the person: graph and tree, the same as a table, all that is known of each, and its disposition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import Qt

from dsr_desk.app.models.asking import answer_question
from dsr_desk.app.models.lineage import affected_by_case, dispositions, undo_disposition, undo_observation
from dsr_desk.app.models.standing import standings
from dsr_desk.app.models.view import paths_to_model
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.lineage import Impact, Learned
from dsr_desk.core.lineage_questions import LineageQuestion
from dsr_desk.ui import words
from dsr_desk.ui.acting import guard
from dsr_desk.ui.beside import DetailsBeside
from dsr_desk.ui.graph_panel import LineagePanel
from dsr_desk.ui.graph_parts import divided
from dsr_desk.ui.lineage_words import path_sentence, question_said
from dsr_desk.ui.models.affected import AffectedRow, rows_of
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.models.details import ModelDetails, model_acts
from dsr_desk.ui.views.models.disposition import DispositionDialog, ObservationDialog
from dsr_desk.ui.views.models.lists import ModelLists
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Chip, Empty, Notice, row, stacked
from dsr_desk.ui.words import tr

TALL = 400.0

Found = tuple[Impact, list[AffectedRow]]


class ModelsPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.MODELS, Topic.LINEAGE, Topic.REVIEW, Topic.CASE})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Affected models"))
        self.learned, self.measured, self.unknown = Chip(), Chip(), Chip()
        for chip in (self.learned, self.measured, self.unknown):
            self.chips.addWidget(chip)
        self.decide = Button(tr("Decide …"), self._decide, name=tr("Decide what becomes of the model"))
        self.more = Button(tr("Details"), self._toggle_details)
        self.on = Button("", self._go_on, kind="primary")
        self.head.addWidget(self.more)
        self.head.addWidget(self.decide)
        self.head.addWidget(self.on)
        self._undecided = ""
        """The first affected model for which nothing is planned; "" where all are decided."""
        self.notice = self.body.put(Notice())
        self._question: LineageQuestion | None = None
        self._impact = Impact((), ())
        self._asked = 0
        self._drawn_for = ""
        self._divided = False
        self.question = Notice(tone=Tone.INFO)
        self.yes = Button(tr("Yes"), lambda: self._answer(yes=True), name=tr("It is so"))
        self.no = Button(tr("No"), lambda: self._answer(yes=False), name=tr("It is not so"))
        self.every = Button(tr("All questions"), lambda: session.go.emit("lineage"), kind="link")
        self.body.addLayout(row(self.question, self.yes, self.no, self.every, stretch=0))
        self.panel = LineagePanel(session)
        self.panel.chosen.connect(self._choose)
        self.panel.opened.connect(self._open)
        self.panel.left.connect(self._close_details)
        self.panel.drawn.connect(self._point_again)
        self.lists = ModelLists()
        self.lists.chosen.connect(self._point)
        self.lists.opened.connect(self._open)
        self.panel.enlarged.connect(self.lists.setHidden)
        self.table = self.lists.table
        self.details = ModelDetails()
        self.details.hide()
        self._connect_details()
        self._split = divided(Qt.Orientation.Vertical, self.panel, self.lists, sizes=[380, 260])
        self._split.splitterMoved.connect(self._moved)
        across = DetailsBeside(self._split, self.details, (1000, 330))
        self._nothing = Empty("", Button(tr("Go to the review"), lambda: session.go.emit("review")))
        self._stack = self.body.put(stacked(across, self._nothing), 1)
        self._show((self._impact, []))

    def _connect_details(self) -> None:
        self.details.closed.connect(self._close_details)
        self.details.decide.connect(self._decide)
        self.details.observe.connect(self._observe)
        self.details.take_back.connect(lambda: self._change(undo_disposition))
        self.details.unsee.connect(lambda: self._change(undo_observation))
        self.details.all_paths.connect(self._find_paths)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._asked += 1
        number = self._asked

        def read() -> Found:
            impact = affected_by_case(desk, ref)
            return impact, rows_of(impact, dispositions(desk, ref), standings(desk, ref, impact))

        self.session.beside(
            self, tr("Following the lineage"), read, lambda found: self._take(found) if number == self._asked else None
        )

    def _on_change(self, change: Change) -> None:
        if Topic.LINEAGE in change.topics:
            self._drawn_for = ""
        super()._on_change(change)

    def _take(self, found: Found) -> None:
        """A new decision changes rows only; what the hits reach is drawn anew when that has changed."""
        self._show(found)
        drawn = f"{self.ref} {[one.model.id for one in found[1]]} {found[0].questions} {sorted(found[0].hits.items())}"
        if found[1] and drawn != self._drawn_for:
            self._drawn_for = drawn
            self.panel.show_case(self.ref)

    def _show(self, found: Found) -> None:
        impact, rows = found
        self._impact = impact
        self.lists.show_impact(impact, rows)
        unsaid = (*impact.excluded, *impact.without_lineage, *impact.partly_recorded, *impact.runs)
        self._stack.setCurrentIndex(0 if rows or (impact.hits and unsaid) else 1)
        self.panel.setVisible(bool(rows))
        self._nothing.say(self._empty_sentence(impact))
        self._count(rows)
        self.decide.setVisible(bool(rows))
        if rows:
            guard(self.decide, self.session.desk, self.ref, Kind.DISPOSITION)
        self.more.setVisible(bool(rows))
        self._show_way_on(impact, rows)
        said = self._not_said(impact, rows)
        self.notice.setVisible(bool(said))
        self.notice.say("\n".join(said))
        self._ask(impact)
        if self.details.isVisible():
            self._open(self.details.shown)

    def _show_way_on(self, impact: Impact, rows: Sequence[AffectedRow]) -> None:
        """What is to be decided next, or the next step."""
        open_ = [one.model.id for one in rows if one.disposition is None or one.disposition.planned is None]
        self._undecided = open_[0] if open_ and self.decide.isEnabled() else ""
        says = words.counted(len(open_), "Decide on the last open model …", "Decide on the next of %Ln open models …")
        self.on.setText(says if self._undecided else tr("Go on to the deletion"))
        self.on.setAccessibleName(self.on.text())
        self.on.setVisible(bool(impact.hits))
        self.on.updateGeometry()

    def _go_on(self) -> None:
        if not self._undecided:
            self.session.go.emit("deletion")
            return
        self.lists.choose(self._undecided)
        if (found := self.lists.row_of(self._undecided)) is not None:
            self._decide_on([found])

    def _not_said(self, impact: Impact, rows: Sequence[AffectedRow]) -> list[str]:
        """What the lists do not show."""
        said = []
        if missing := ", ".join(impact.not_in_lineage):
            says = tr("No lineage source mentions {names}: which models these reached is unknown.")
            said.append(says.format(names=missing))
        if impact.hits and not rows:
            said.append(self._empty_sentence(impact))
        return said

    def _ask(self, impact: Impact) -> None:
        """The question on which most hangs, with the way to all of them."""
        self._question = next(iter(impact.questions), None)
        for widget in (self.question, self.yes, self.no, self.every):
            widget.setVisible(self._question is not None)
        if self._question is not None:
            self.question.say(question_said(self._question), Tone.INFO, "unknown")
            self.every.setText(tr("All questions: {count}").format(count=words.figure(len(impact.questions))))

    def _count(self, rows: Sequence[AffectedRow]) -> None:
        """The three words for weights: learned, measured only, not known."""
        found = Counter(one.model.learned for one in rows)
        learned = found[Learned.ITSELF] + found[Learned.INHERITED]
        measured, unknown = found[Learned.MEASURED], found[Learned.NOT_KNOWN]
        says = words.counted(learned, "1 learned from it", "%Ln learned from it")
        self.learned.say(says if learned else "", Tone.DANGER)
        says = words.counted(measured, "1 only measured on it", "%Ln only measured on it")
        self.measured.say(says if measured else "", Tone.WARN)
        says = words.counted(unknown, "1 not known", "%Ln not known")
        self.unknown.say(says if unknown else "", Tone.WARN)

    def _empty_sentence(self, impact: Impact) -> str:
        if not impact.hits:
            return tr("There is no hit yet. Models follow from the candidates that you decide to be the person.")
        return tr(
            "No recorded lineage leads from the hits to a model. Silence is not innocence: see what was not recorded."
        )

    def _point(self, ident: str) -> None:
        """A person went to a model in a list."""
        self.panel.choose(ident)
        if (found := self.lists.row_of(ident)) is not None:
            self.session.said.emit(path_sentence(found.model.shortest_path))
        if self.details.isVisible():
            self._open(ident)

    def _point_again(self) -> None:
        """A new drawing points out what the list has chosen, unless somebody went elsewhere in it. A tall one gets
        more room, unless somebody divided the room."""
        drawing = self.panel.drawing
        if drawing is not None and not self._divided:
            self._split.setSizes([64, 36] if drawing.height > TALL else [58, 42])
        chosen = self.table.current()
        if not self.panel.graph.current and isinstance(chosen, AffectedRow):
            self.panel.choose(chosen.model.id)

    def _moved(self, _place: int, _handle: int) -> None:
        self._divided = True

    def _choose(self, ident: str) -> None:
        """A person went to a box in the graph or the tree."""
        if self.lists.row_of(ident) is not None:
            self.lists.choose(ident)
        elif self.details.isVisible():
            self._open(ident)

    def _open(self, ident: str) -> None:
        """Show all that is known of a node beside the graph."""
        found = self.lists.row_of(ident)
        placed = self.panel.drawing.node(ident) if self.panel.drawing is not None else None
        if found is not None:
            others = [one.model for one in self.lists.affected.rows]
            self.details.show_model(found, others, model_acts(self.session.desk, self.ref, ident))
        elif placed is not None:
            reasons = {one.node.id: one.reason for one in self._impact.excluded}
            self.details.show_node(placed, reasons.get(ident))
        else:
            return
        self.details.show()
        self.lists.show_narrow(True)

    def _toggle_details(self) -> None:
        chosen = self.table.current()
        if self.details.isVisible():
            self._close_details()
        elif isinstance(chosen, AffectedRow):
            self._open(chosen.model.id)

    def _close_details(self) -> None:
        self.details.hide()
        self.lists.show_narrow(False)

    def _find_paths(self) -> None:
        desk, ref, model = self.session.desk, self.ref, self.details.shown
        self.panel.light_all_ways()
        self.session.beside(
            self,
            tr("Looking for all paths"),
            lambda: paths_to_model(desk, ref, model),
            lambda found: self.details.show_paths(found) if self.details.shown == model else None,
        )

    def _chosen(self) -> list[AffectedRow]:
        """The model in the details, or all that are selected in the list."""
        found = self.lists.row_of(self.details.shown) if self.details.isVisible() else None
        selected = self.lists.selected
        return [found] if found is not None and found not in selected else selected

    def _decide(self) -> None:
        if chosen := self._chosen():
            self._decide_on(chosen)

    def _decide_on(self, chosen: list[AffectedRow]) -> None:
        dialog = DispositionDialog(chosen, self)
        dialog.accepted.connect(lambda: self._each(chosen, dialog.plan(self.session.desk, self.ref)))
        dialog.open()

    def _observe(self) -> None:
        if chosen := self._chosen():
            dialog = ObservationDialog(chosen, self.session.desk.vault.officer_name, self)
            dialog.accepted.connect(lambda: self._each(chosen, dialog.observe(self.session.desk, self.ref)))
            dialog.open()

    def _change(self, undo: Callable[..., Change]) -> None:
        self.session.do(lambda: undo(self.session.desk, self.ref, self.details.shown))

    def _each(self, chosen: Sequence[AffectedRow], act: Callable[[str], Change]) -> None:
        """One entry in the journal for each model, beside the window where there are several."""
        models = [one.model.id for one in chosen]
        self.session.beside(self, tr("Recording"), lambda: [act(model) for model in models][-1])

    def _answer(self, *, yes: bool) -> None:
        if (asked := self._question) is not None:
            desk = self.session.desk
            self.session.beside(self, tr("Recording"), lambda: answer_question(desk, asked.first, asked.second, yes))
