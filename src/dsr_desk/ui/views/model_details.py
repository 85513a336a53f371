"""All that is known of one model or other node of the lineage, and what is done about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsr_desk.app.lineage_view import AllPaths, PlacedNode
from dsr_desk.core.lineage import AffectedModel, Disposition, Node, Path
from dsr_desk.ui import language, words
from dsr_desk.ui.acting import allow, reason
from dsr_desk.ui.lineage_words import (
    certainty_name,
    edge_word,
    fate_name,
    fate_tone,
    kind_name,
    name_of,
    path_sentence,
    roles_said,
    seen_name,
    standing_icon,
    standing_name,
    standing_tone,
    title_of,
)
from dsr_desk.ui.models.affected import AffectedRow, day_said, period_said, with_hits
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.model_acts import ModelActs
from dsr_desk.ui.widgets import Button, Card, Chip, Facts, clear, label, row, rule, scrolled

MOST_NAMED = 12


class ModelDetails(Card):
    """`closed` says that it should go; `decide`, `take_back`, `observe`, `unsee` and `all_paths` ask for those."""

    closed = Signal()
    decide = Signal()
    take_back = Signal()
    observe = Signal()
    unsee = Signal()
    all_paths = Signal()

    def __init__(self) -> None:
        super().__init__(margin=12, spacing=8)
        self.setAccessibleName(self.tr("Details"))
        self.setMinimumWidth(300)
        self.name = label("", "section", wrap=True, selectable=True)
        head = row(self.name, Button("✕", self.closed.emit, kind="link", name=self.tr("Close the details")))
        head.setStretch(0, 1)
        self.body.addLayout(head)
        inner = QWidget()
        self._lines = QVBoxLayout(inner)
        self._lines.setContentsMargins(0, 0, 8, 0)
        self._lines.setSpacing(8)
        self.body.addWidget(scrolled(inner, name=self.tr("Details")), 1)
        self.paths = QVBoxLayout()
        self.shown = ""

    def show_model(self, row_shown: AffectedRow, others: Sequence[AffectedModel], acts: ModelActs) -> None:
        """An affected model; `others` are all affected ones, of which those on the same photos are named."""
        model = row_shown.model
        self._begin(name_of(model.node), model.id)
        self._lines.addLayout(row(Chip(certainty_name(model.certainty)), Chip(_weights(model), _tone(model)), None))
        self._facts(
            (self.tr("How it came to the data"), roles_said(model.roles)),
            (self.tr("From"), ", ".join(with_hits(one, row_shown.hits) for one in model.dataset_versions)),
            (self.tr("In use"), period_said(model.period)),
            (self.tr("Deployments"), _named(model.deployments)),
            (self.tr("Products"), _named(model.products)),
            (self.tr("Retained outputs"), _named(model.outputs)),
            (self.tr("Embeddings kept"), _named(model.embeddings)),
            (self.tr("Benchmarks built on it"), _named(model.benchmarks)),
            (self.tr("What it is for"), model.task or self.tr("unknown")),
            (self.tr("Other uses of the same photos"), _other_uses(model, others)),
        )
        if not model.training_recorded:
            self._lines.addWidget(
                label(self.tr("No source records what it was trained on, so there may be more paths."), wrap=True)
            )
        self._section(self.tr("Shortest path"))
        for line in path_lines(model.shortest_path):
            self._lines.addWidget(label(line, wrap=True, selectable=True))
        self.paths = QVBoxLayout()
        self.paths.setSpacing(8)
        self.paths.addWidget(
            Button(self.tr("Show all paths"), self.all_paths.emit, kind="link", name=self.tr("Show all paths"))
        )
        self._lines.addLayout(self.paths)
        self._fate(row_shown.disposition, acts)
        self._lines.addStretch(1)

    def show_paths(self, found: AllPaths) -> None:
        """Every path in one line each; says so where there are more."""
        clear(self.paths)
        count = words.counted(len(found.paths), self.tr("1 path in all"), "%Ln paths in all")
        if not found.complete:
            count = words.counted(len(found.paths), self.tr("1 path of more"), "The first %Ln paths of more")
        self.paths.addWidget(label(count, "strong"))
        for path in found.paths:
            self.paths.addWidget(label(f"· {path_sentence(path)}", wrap=True, selectable=True))

    def show_node(self, placed: PlacedNode, reason: str = "") -> None:
        """Anything else that is drawn; `reason` says why a model is not affected."""
        node = placed.node
        self._begin(title_of(placed), placed.id)
        chips = [Chip(kind_name(node.kind))]
        if said := standing_name(placed.standing):
            chips.append(Chip(said, standing_tone(placed.standing), standing_icon(placed.standing)))
        self._lines.addLayout(row(*chips, None))
        if reason:
            self._lines.addWidget(label(language.said(reason), wrap=True, selectable=True))
        self._facts(
            (self.tr("Hits in it"), words.figure(placed.hits) if placed.hits else ""),
            (self.tr("How it came to the data"), roles_said(placed.roles)),
            (self.tr("Known from"), node.namespace),
            (self.tr("Begun or made"), day_said(node.created) if node.created else ""),
            (self.tr("Ended"), day_said(node.ended) if node.ended else ""),
            (self.tr("What it is for"), node.attributes.get("task", "")),
            (self.tr("Licence"), node.attributes.get("licence", "")),
            (self.tr("Other names"), _few(node.aliases)),
            (self.tr("Content digests"), _few(node.digests)),
        )
        self._lines.addStretch(1)

    def _begin(self, title: str, ident: str) -> None:
        clear(self._lines)
        self.shown = ident
        self.name.setText(title)
        self.setAccessibleDescription(title)

    def _facts(self, *facts: tuple[str, str]) -> None:
        shown = Facts()
        shown.show_facts([fact for fact in facts if fact[1]])
        self._lines.addWidget(shown)

    def _section(self, title: str) -> None:
        self._lines.addWidget(rule())
        self._lines.addWidget(label(title, "strong"))

    def _fate(self, found: Disposition | None, acts: ModelActs) -> None:
        """The plan and, apart from it, what was seen."""
        planned, observed = (found.planned, found.observed) if found else (None, None)
        self._section(self.tr("What was decided"))
        if planned is None:
            self._lines.addWidget(label(self.tr("Nothing yet."), "muted"))
        else:
            self._lines.addLayout(row(Chip(fate_name(planned.fate), fate_tone(planned.fate)), None))
            self._facts(
                (self.tr("Reason"), planned.reason),
                (self.tr("Responsible"), planned.responsible),
                (self.tr("Due by"), day_said(planned.deadline) if planned.deadline else ""),
                (self.tr("Decided by"), f"{planned.officer}, {words.moment(planned.decided)}"),
            )
        if planned is not None and acts.take_back is not None:
            self._lines.addWidget(label(reason(acts.take_back), "note", wrap=True))
        back = Button(self.tr("Take back"), self.take_back.emit, name=self.tr("Take the decision back"))
        back.setVisible(planned is not None)
        allow(back, acts.take_back)
        decide = Button(self.tr("Decide …"), self.decide.emit)
        allow(decide, acts.decide)
        self._lines.addLayout(row(decide, back, None))
        self._section(self.tr("What was seen afterwards"))
        if observed is None:
            self._lines.addWidget(label(self.tr("Nothing yet. A decision is not a proof that it was done."), wrap=True))
        else:
            self._lines.addLayout(row(Chip(seen_name(observed.fate), Tone.OK, "done"), None))
            self._facts(
                (self.tr("Seen on"), day_said(observed.seen)),
                (self.tr("Seen by"), observed.by or observed.officer),
                (self.tr("How it is known"), observed.how),
                (self.tr("Recorded by"), f"{observed.officer}, {words.moment(observed.recorded)}"),
            )
        unsee = Button(self.tr("Take back"), self.unsee.emit, name=self.tr("Take back what was seen"))
        unsee.setVisible(observed is not None)
        allow(unsee, acts.unsee)
        observe = Button(self.tr("Record what was seen …"), self.observe.emit)
        allow(observe, acts.observe)
        self._lines.addLayout(row(observe, unsee, None))


def path_lines(path: Path) -> list[str]:
    """A path with a line for each step: role, name, how sure."""
    lines = [name_of(path[0].node)]
    for step in path[1:]:
        role = f"{edge_word([step.role])} " if step.role is not None else ""
        lines.append(f"– {role}→ {name_of(step.node)} ({certainty_name(step.certainty)})")
    return lines


def _weights(model: AffectedModel) -> str:
    return words.tr("in its weights") if model.in_weights else words.tr("only measured on it")


def _tone(model: AffectedModel) -> Tone:
    return Tone.DANGER if model.in_weights else Tone.WARN


def _named(nodes: Sequence[Node]) -> str:
    return _few([name_of(node) for node in nodes]) or words.tr("none recorded")


def _few(names: Sequence[str]) -> str:
    """The first dozen and how many more."""
    said = ", ".join(names[:MOST_NAMED])
    if (more := len(names) - MOST_NAMED) > 0:
        said = f"{said}, {words.counted(more, words.tr('and 1 more'), 'and %Ln more')}"
    return said


def _other_uses(model: AffectedModel, others: Sequence[AffectedModel]) -> str:
    """What else was built on the same dataset versions, by what it is for: not only face models saw the photos."""
    same = set(model.dataset_versions)
    uses: dict[str, list[Node]] = defaultdict(list)
    for other in others:
        if other.id != model.id and same & set(other.dataset_versions):
            uses[other.task].append(other.node)
    lines = []
    for task, nodes in sorted(uses.items(), key=lambda use: (not use[0], use[0])):
        shown = _named(nodes[:2]) if len(nodes) <= 2 else words.counted(len(nodes), words.tr("1 model"), "%Ln models")
        lines.append(f"{task or words.tr('not said for what')}: {shown}")
    return "\n".join(lines)
