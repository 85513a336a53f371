"""All that is known of one model or other node of the lineage, and what is done about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from dsr_desk.app.allowed import refusal
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.standing import ModelStanding, StandingCode
from dsr_desk.app.models.view import AllPaths, PlacedNode
from dsr_desk.core.acts import Kind
from dsr_desk.core.lineage import AffectedModel, Learned, Node, Path
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.retained import Received
from dsr_desk.ui import language, words
from dsr_desk.ui.acting import allow, reason
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.lineage_words import (
    certainties_said,
    disposition_tone,
    edge_word,
    known_from,
    name_of,
    path_sentence,
    seen_name,
    standing_icon,
    standing_name,
    standing_tone,
    title_of,
)
from dsr_desk.ui.models.affected import AffectedRow, period_said, with_hits
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Chip, clear, label, row, rule, scrolled_column
from dsr_desk.ui.words import term, tr


@dataclass(frozen=True)
class ModelActs:
    """The refusal of each act, None where it is allowed. Taking back is of the newest word, where there is one."""

    decide: Refusal | None = None
    observe: Refusal | None = None
    take_back: Refusal | None = None
    unsee: Refusal | None = None


def model_acts(desk: Desk, ref: str, model: str) -> ModelActs:
    with desk.reading(ref) as case:
        said = case.dispositions.get(desk.name(ref, model), {})
        planned, observed = ([one["act"] for one in said.get(name, ())][-1:] for name in ("planned", "observed"))
        undone = [refusal(desk, ref, Kind.UNDONE, act=acts[0]) if acts else None for acts in (planned, observed)]
        return ModelActs(refusal(desk, ref, Kind.DISPOSITION), refusal(desk, ref, Kind.OBSERVED), *undone)


MOST_NAMED = 12

_STANDING = {
    StandingCode.CONTRADICTED: (Tone.DANGER, "danger"),
    StandingCode.SEEN: (Tone.OK, "done"),
    StandingCode.EXPLAINED: (Tone.OK, "done"),
}
"""How the chip of what was seen looks; without a record it is a warning."""


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
        self.setAccessibleName(tr("Details"))
        self.name = label("", "section", wrap=True, selectable=True)
        self.body.addLayout(
            row(self.name, Button("✕", self.closed.emit, kind="link", name=tr("Close the details")), stretch=0)
        )
        self._lines, area = scrolled_column(tr("Details"))
        self.body.addWidget(area, 1)
        self.paths = QVBoxLayout()
        self.shown = ""

    def show_model(self, row_shown: AffectedRow, others: Sequence[AffectedModel], acts: ModelActs) -> None:
        """An affected model; `others` are all affected ones, of which those on the same photos are named."""
        model = row_shown.model
        self._begin(name_of(model.node), model.id)
        tone = Tone.DANGER if model.learned in (Learned.ITSELF, Learned.INHERITED) else Tone.WARN
        self._lines.addLayout(row(Chip(term(model.certainty)), Chip(term(model.learned), tone), None))
        self._facts(
            (tr("How it came to the data"), certainties_said(model.certainties)),
            (tr("From"), ", ".join(with_hits(one, row_shown.hits) for one in model.dataset_versions)),
            (tr("In use"), period_said(model.period)),
            (tr("Deployments"), _named(model.deployments)),
            (tr("Products"), _named(model.products)),
            (tr("Retained outputs"), _kept(model, model.outputs)),
            (tr("Embeddings kept"), _kept(model, model.embeddings)),
            (tr("Benchmarks built on it"), _kept(model, model.benchmarks)),
            (tr("Passed on to"), _passed_on(model)),
            (tr("What it is for"), model.task or tr("unknown")),
            (tr("Other uses of the same photos"), _other_uses(model, others)),
        )
        if not model.training_recorded:
            says = tr("No source records what it was trained on, so there may be more paths.")
            self._lines.addWidget(label(says, wrap=True))
        elif not model.training_complete:
            says = tr("Not all that it learned from is recorded, so there may be more paths.")
            self._lines.addWidget(label(says, wrap=True))
        if model.run_status:
            ended = message("model.run-stopped" if model.run_status == "killed" else "model.run-failed")
            self._lines.addWidget(label(language.say(ended), wrap=True))
        self._section(tr("Shortest path"))
        for line in path_lines(model.shortest_path):
            self._lines.addWidget(label(line, wrap=True, selectable=True))
        self.paths = QVBoxLayout()
        self.paths.setSpacing(8)
        self.paths.addWidget(Button(tr("Show all paths"), self.all_paths.emit, kind="link", name=tr("Show all paths")))
        self._lines.addLayout(self.paths)
        self._disposition(row_shown, acts)
        self._lines.addStretch(1)

    def show_paths(self, found: AllPaths) -> None:
        """Every path in one line each; says so where there are more."""
        clear(self.paths)
        count = words.counted(len(found.paths), "1 path in all", "%Ln paths in all")
        if not found.complete:
            count = words.counted(len(found.paths), "1 path of more", "The first %Ln paths of more")
        self.paths.addWidget(label(count, "strong"))
        for path in found.paths:
            self.paths.addWidget(label(f"· {path_sentence(path)}", wrap=True, selectable=True))

    def show_node(self, placed: PlacedNode, reason: Message | None = None) -> None:
        """Anything else that is drawn; `reason` says why a model is not affected."""
        node = placed.node
        self._begin(title_of(placed), placed.id)
        chips = [Chip(term(node.kind))]
        if said := standing_name(placed.standing):
            chips.append(Chip(said, standing_tone(placed.standing), standing_icon(placed.standing)))
        self._lines.addLayout(row(*chips, None))
        if reason is not None:
            self._lines.addWidget(label(language.say(reason), wrap=True, selectable=True))
        self._facts(
            (tr("Hits in it"), words.figure(placed.hits) if placed.hits else ""),
            (tr("How it came to the data"), certainties_said(placed.certainties)),
            (tr("Known from"), known_from(node)),
            (tr("Begun or made"), words.day(node.created) if node.created else ""),
            (tr("Ended"), words.day(node.ended) if node.ended else ""),
            (tr("What it is for"), node.attributes.get("task", "")),
            (tr("Licence"), node.attributes.get("licence", "")),
            (tr("Other names"), _few(node.aliases)),
            (tr("Content digests"), _few(node.digests)),
        )
        self._lines.addStretch(1)

    def _begin(self, title: str, ident: str) -> None:
        clear(self._lines)
        self.shown = ident
        self.name.setText(title)
        self.setAccessibleDescription(title)

    def _facts(self, *facts: tuple[str, str]) -> None:
        shown = self._lines.put(FactList())
        shown.show_facts([fact for fact in facts if fact[1]])

    def _section(self, title: str) -> None:
        self._lines.addWidget(rule())
        self._lines.addWidget(label(title, "strong"))

    def _disposition(self, shown: AffectedRow, acts: ModelActs) -> None:
        """The plan and, apart from it, what was seen."""
        found = shown.disposition
        planned, observed = (found.planned, found.observed) if found else (None, None)
        self._section(tr("What was decided"))
        if planned is None:
            self._lines.addWidget(label(tr("Nothing yet."), "muted"))
        else:
            self._lines.addLayout(row(Chip(term(planned.disposition), disposition_tone(planned.disposition)), None))
            self._facts(
                (tr("Reason"), planned.reason),
                (tr("Responsible"), planned.responsible),
                (tr("Due by"), words.day(planned.deadline) if planned.deadline else ""),
                (tr("Decided by"), f"{planned.officer}, {words.moment(planned.decided)}"),
            )
        if planned is not None and acts.take_back is not None:
            self._lines.addWidget(label(reason(acts.take_back), "note", wrap=True))
        back = Button(tr("Take back"), self.take_back.emit, name=tr("Take the decision back"))
        back.setVisible(planned is not None)
        allow(back, acts.take_back)
        decide = Button(tr("Decide …"), self.decide.emit)
        allow(decide, acts.decide)
        self._lines.addLayout(row(decide, back, None))
        self._section(tr("What was seen afterwards"))
        if observed is None:
            self._lines.addWidget(label(tr("Nothing yet. A decision is not a proof that it was done."), wrap=True))
        else:
            tone, icon = _STANDING.get(shown.standing.code, (Tone.WARN, ""))
            self._lines.addLayout(row(Chip(seen_name(observed.disposition), tone, icon), None))
            self._facts(
                (tr("Seen on"), words.day(observed.seen)),
                (tr("Seen by"), observed.by or observed.officer),
                (tr("How it is known"), observed.how),
                (tr("Recorded by"), f"{observed.officer}, {words.moment(observed.recorded)}"),
            )
        self._records(shown.standing)
        unsee = Button(tr("Take back"), self.unsee.emit, name=tr("Take back what was seen"))
        unsee.setVisible(observed is not None)
        allow(unsee, acts.unsee)
        observe = Button(tr("Record what was seen …"), self.observe.emit)
        allow(observe, acts.observe)
        self._lines.addLayout(row(observe, unsee, None))

    def _records(self, standing: ModelStanding) -> None:
        """What records say to the newest word: against it, for it, nothing."""
        for mark, said in (("✗", standing.contradictions), ("✓", standing.seen), ("?", standing.left)):
            for one in said:
                kind = "danger" if said is standing.contradictions else "note"
                self._lines.addWidget(label(f"{mark} {language.say(one)}", kind, wrap=True, selectable=True))


def path_lines(path: Path) -> list[str]:
    """A path with a line for each step: role, name, how sure."""
    lines = [name_of(path[0].node)]
    for step in path[1:]:
        role = f"{edge_word([step.role])} " if step.role is not None else ""
        lines.append(f"– {role}→ {name_of(step.node)} ({term(step.certainty)})")
    return lines


def _named(nodes: Sequence[Node]) -> str:
    return _few([name_of(node) for node in nodes]) or tr("none recorded")


def _few(names: Sequence[str]) -> str:
    """The first dozen and how many more."""
    said = ", ".join(names[:MOST_NAMED])
    if (more := len(names) - MOST_NAMED) > 0:
        said = f"{said}, {words.counted(more, 'and 1 more', 'and %Ln more')}"
    return said


def _passed_on(model: AffectedModel) -> str:
    """Who got it, since when, and whether they were told."""
    if model.received is None:
        return tr("unknown")
    return _few([_receiver(one) for one in model.received]) or tr("nobody")


def _receiver(one: Received) -> str:
    said = [tr("since {day}").format(day=words.day(one.since))] if one.since else []
    if one.told:
        day = words.day(one.told) if one.told not in ("yes", "no") else ""
        told = tr("told on {day}").format(day=day) if day else tr("told")
        said.append(tr("not told") if one.told == "no" else told)
    return f"{one.name} ({', '.join(said)})" if said else one.name


def _kept(model: AffectedModel, nodes: Sequence[Node]) -> str:
    """What was kept, and of how many items each is, where a source says so."""
    items = {one.id: len(one.items) for one in model.retained}
    said = []
    for node in nodes:
        count = items.get(node.id, 0)
        of = words.counted(count, "of 1 item", "of %Ln items")
        said.append(f"{name_of(node)} ({of})" if count else name_of(node))
    return _few(said) or tr("none recorded")


def _other_uses(model: AffectedModel, others: Sequence[AffectedModel]) -> str:
    """What else was built on the same dataset versions, by what it is for: not only face models saw the photos."""
    same = set(model.dataset_versions)
    uses: dict[str, list[Node]] = defaultdict(list)
    for other in others:
        if other.id != model.id and same & set(other.dataset_versions):
            uses[other.task].append(other.node)
    lines = []
    for task, nodes in sorted(uses.items(), key=lambda use: (not use[0], use[0])):
        shown = _named(nodes[:2]) if len(nodes) <= 2 else words.counted(len(nodes), "1 model", "%Ln models")
        lines.append(f"{task or tr('not said for what')}: {shown}")
    return "\n".join(lines)
