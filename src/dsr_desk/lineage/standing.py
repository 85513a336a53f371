"""How far the word on an affected model is borne out: by imports since, by places that were looked at, by the graph.

A function of records alone: imports with their times, acts, and what was seen at places. Absence of a record is never
a record of absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dsr_desk.core.lineage import (
    AffectedModel,
    Disposition,
    DispositionKind,
    Impact,
    Learned,
    Node,
    NodeKind,
    Observed,
    Path,
    Planned,
    learned_by,
)
from dsr_desk.core.message import Message, message, quoted, term
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import AffectedModels
from dsr_desk.lineage.places import PlaceLook, PlaceSeen
from dsr_desk.lineage.sightings import Imports, Sightings, moment


class StandingCode(StrEnum):
    """From the worst to the best: records speak against it; nothing was decided; decided, and nobody says done; said,
    and no record shows it; explained by an officer; shown by records."""

    CONTRADICTED = "contradicted"
    NONE = "none"
    DECIDED = "decided"
    DECLARED = "declared"
    EXPLAINED = "explained"
    SEEN = "seen"

    @property
    def open(self) -> bool:
        """Whether something is left to do or to look at."""
        return self not in (StandingCode.EXPLAINED, StandingCode.SEEN)


@dataclass(frozen=True)
class WordDetails:
    """What was recorded with a word: places that were looked at, the model (node id) that took the old one's place, and
    the place of the act in the log, -1 where it is not known. `strays` are copies that sweeps of disks found and that
    are neither gone nor explained: where, and when (UTC)."""

    places: tuple[PlaceLook, ...] = ()
    instead: str = ""
    entry: int = -1
    strays: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ModelStanding:
    """`contradictions` are records that speak against the word, `seen` those that bear it out, `left` what no record
    shows. `rests_on` are digests of the imports that were looked at."""

    code: StandingCode
    says: Message
    contradictions: tuple[Message, ...] = ()
    seen: tuple[Message, ...] = ()
    left: tuple[Message, ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[Message, ...]:
        return (self.says, *self.contradictions, *self.seen, *self.left)

    def as_json(self) -> dict[str, Any]:
        told = {name: [one.as_json() for one in getattr(self, name)] for name in ("contradictions", "seen", "left")}
        return {"code": self.code.value, "says": self.says.as_json(), **told, "rests_on": list(self.rests_on)}


@dataclass(frozen=True)
class RecordsKnown:
    """What words are checked against. `impact` is what the data in question reached; `leaving` are node ids of models
    that go as well, so that a register is known again without them."""

    graph: Graph
    imports: Imports
    impact: Impact
    leaving: frozenset[str] = frozenset()

    def names_of(self, node: Node) -> frozenset[str]:
        """The ids by which sources name a node."""
        seat = self.graph.position(node.id)
        return frozenset({node.id, *(one.id for one in self.graph.members(seat))} if seat is not None else {node.id})

    def sight(self, node: Node, since: str) -> Sightings:
        return self.imports.sight(self.names_of(node), node.digests, since, self.leaving)

    def reached(self, model: str) -> AffectedModel | None:
        """The model with this node id, where the data reached it."""
        models = self.impact.models
        return models.of(model) if isinstance(models, AffectedModels) else None


@dataclass
class _Found:
    against: list[Message] = field(default_factory=list)
    seen: list[Message] = field(default_factory=list)
    left: list[Message] = field(default_factory=list)
    rests_on: set[str] = field(default_factory=set)

    def standing(self, code: StandingCode, says: Message) -> ModelStanding:
        against, seen, left = (tuple(dict.fromkeys(listed)) for listed in (self.against, self.seen, self.left))
        return ModelStanding(code, says, against, seen, left, tuple(sorted(self.rests_on)))


def check_disposition(
    known: RecordsKnown, model: AffectedModel, said: Disposition | None, details: WordDetails | None = None
) -> ModelStanding:
    """How the newest word on a model stands. `details` are those of what was observed."""
    word = _word(said)
    if word is None:
        return ModelStanding(StandingCode.NONE, message("standing.none"))
    found = _Found()
    if word.disposition is DispositionKind.NOT_AFFECTED:
        code = _not_affected(model, found)
    elif word.disposition in (DispositionKind.INFEASIBLE, DispositionKind.HELD):
        found.left.append(message(f"left.{word.disposition.value}"))
        code = StandingCode.EXPLAINED
    elif isinstance(word, Planned):
        code = StandingCode.DECIDED
    else:
        code = _done(known, model, word, details or WordDetails(), found)
    if found.against:
        code = StandingCode.CONTRADICTED
    return found.standing(code, _says(code, word))


def open_words(impact: Impact, standings: Mapping[str, ModelStanding]) -> list[Message]:
    """What is open of the models that data reached, for a headline: a sentence for each, and what lineage lacks."""
    found = [
        message("open.model", model=model.node.label, says=(standing.says, *standing.contradictions))
        for model in impact.models
        if (standing := standings[model.id]).code.open
    ]
    for code, count in (
        ("open.models.silent", len(impact.without_lineage)),
        ("open.models.questions", len(impact.questions)),
    ):
        found += [message(code, count=count)] if count else []
    if impact.not_in_lineage:
        found.append(message("open.models.not-in-lineage", versions=impact.not_in_lineage))
    return found


def way(path: Path) -> str:
    """A path by the names of its nodes."""
    return " → ".join(step.node.title for step in path)


def _word(said: Disposition | None) -> Planned | Observed | None:
    """The newest word: a decision after the observation, on something else, takes its place."""
    if said is None or (said.planned is None and said.observed is None):
        return None
    planned, observed = said.planned, said.observed
    if observed is None or planned is None:
        return observed or planned
    other = planned.disposition is not observed.disposition and planned.decided > observed.recorded
    return planned if other else observed


def _says(code: StandingCode, word: Planned | Observed) -> Message:
    if isinstance(word, Observed):
        seen = message(f"disposition-seen.{word.disposition}")
        name, who, why, day = f"standing.{code.value}", word.by or word.officer, word.how, word.seen
    elif code is StandingCode.DECIDED:
        seen = term(word.disposition)
        name = "standing.decided.by" if word.deadline else "standing.decided"
        who, why, day = word.officer, word.reason, word.deadline
    else:
        seen = term(word.disposition)
        name, who, why, day = f"standing.{code.value}.decided", word.officer, word.reason, word.decided
    return message(name, disposition=seen, who=who, why=quoted(why), day=day[:10])


def _since(word: Observed, entry: int) -> str:
    """The moment after which records must bear a word out: when it was seen; of a day its end, and not later than it
    was written down."""
    recorded = moment(word.recorded, entry)
    seen = word.seen if "T" in word.seen else f"{word.seen}T23:59:59Z"
    return min(seen, recorded) if word.seen and word.recorded else recorded or seen


def _not_affected(model: AffectedModel, found: _Found) -> StandingCode:
    learned = [path for path in model.paths if learned_by(path) in (Learned.ITSELF, Learned.INHERITED)]
    found.rests_on |= set(model.sources) - {""}
    for path in learned:
        found.against.append(message("against.path", model=model.node.label, way=way(path)))
    if model.learned is Learned.MEASURED:
        found.seen.append(message("shown.measured"))
        return StandingCode.SEEN
    if not learned:
        found.left.append(message("left.path", model=model.node.label, way=way(model.shortest_path)))
    return StandingCode.DECLARED


def _done(
    known: RecordsKnown, model: AffectedModel, word: Observed, details: WordDetails, found: _Found
) -> StandingCode:
    since = _since(word, details.entry)
    running = _deployments(known, model, since, found)
    if word.disposition is DispositionKind.RETRAINED:
        return StandingCode.SEEN if _retrained(known, model, details.instead, found) else StandingCode.DECLARED
    _used_since(known.graph, model.node, since, found)
    if word.disposition is DispositionKind.DESTROYED:
        shown = _destroyed(known.sight(model.node, since), details.places, found)
        shown = _no_strays(details.strays, since, found) and shown
    else:
        shown = running
    return StandingCode.SEEN if shown and not _taken_out(known.imports, since, found) else StandingCode.DECLARED


def _destroyed(sight: Sightings, places: Iterable[PlaceLook], found: _Found) -> bool:
    """Whether records show it gone: listed no more by any register that listed it, and at no place that was named."""
    found.rests_on |= sight.looked_at
    found.against += [message("against.listed", file=one.file, day=one.day) for one in sight.listed]
    found.seen += [message("shown.absent", file=one.file, day=one.day) for one in sight.absent]
    found.seen += [message("shown.ended", file=one.source.file, day=one.ended[:10]) for one in sight.ended]
    found.left += [message("left.marked", file=one.file, day=one.day) for one in sight.marked]
    found.left += [message("left.register", file=one.file, day=one.day) for one in sight.unseen]
    whole = not sight.unseen and not sight.marked
    named = False
    for place in places:
        named = True
        sentence = message(f"place.{place.seen.value}", path=place.path)
        match place.seen:
            case PlaceSeen.GONE:
                found.seen.append(sentence)
            case PlaceSeen.THERE | PlaceSeen.UNKNOWN:
                found.against.append(sentence)
            case _:
                found.left.append(sentence)
                whole = False
    if not named:
        found.left.append(message("left.places"))
    return whole and bool(found.seen)


def _no_strays(strays: Iterable[tuple[str, str]], since: str, found: _Found) -> bool:
    """Whether no copy is known to lie elsewhere; one that was found before was not looked at since."""
    clear = True
    for path, when in strays:
        clear = False
        told = found.against if when > since else found.left
        told.append(message("against.stray" if when > since else "left.stray", path=path, day=when[:10]))
    return clear


def _deployments(known: RecordsKnown, model: AffectedModel, since: str, found: _Found) -> bool:
    """Whether records show that all that ran the model has ended."""
    whole = True
    for node in model.deployments:
        sight = known.sight(node, since)
        found.rests_on |= sight.looked_at
        by = {"deployment": node.label}
        found.against += [message("against.deployed", file=one.file, day=one.day, **by) for one in sight.listed]
        found.seen += [message("shown.stopped", file=one.file, day=one.day, **by) for one in sight.absent]
        found.seen += [message("shown.ended-deployment", day=one.ended[:10], **by) for one in sight.ended]
        if sight.unseen or sight.marked or not (sight.absent or sight.ended):
            whole = False
            found.left.append(message("left.deployment", **by))
    if not model.deployments:
        found.left.append(message("left.deployments"))
    return whole and bool(model.deployments)


def _used_since(graph: Graph, model: Node, since: str, found: _Found) -> None:
    """Runs that took or made the model after it was said to be gone or out of use."""
    seat = graph.position(model.id)
    if seat is None:
        return
    beside = [int(graph.target[edge]) for edge in graph.outgoing(seat)]
    beside += graph.origin[graph.target == seat].tolist()
    for run in (graph.nodes[i] for i in dict.fromkeys(beside)):
        if run.kind is NodeKind.RUN and run.created > since:
            found.against.append(message("against.used", run=run.title, day=run.created[:10]))


def _retrained(known: RecordsKnown, model: AffectedModel, instead: str, found: _Found) -> bool:
    """Whether the model that took its place is recorded, and no path leads from the data to what it learned."""
    seat = known.graph.position(instead) if instead else None
    if seat is None:
        found.left.append(message("left.instead"))
        return False
    new = known.graph.nodes[seat]
    if seat == known.graph.position(model.id):
        found.against.append(message("against.same", model=new.label))
        return False
    reached = known.reached(new.id)
    paths = {path: learned_by(path) for path in reached.paths} if reached is not None else {}
    for path, learned in paths.items():
        if learned in (Learned.ITSELF, Learned.INHERITED):
            found.against.append(message("against.path", model=new.label, way=way(path)))
        elif learned is Learned.NOT_KNOWN:
            found.left.append(message("left.path", model=new.label, way=way(path)))
        else:
            found.left.append(message("left.measured", model=new.label, way=way(path)))
    if not known.graph.complete[seat]:
        found.left.append(message("left.training", model=new.label))
        return False
    if set(paths.values()) - {Learned.MEASURED}:
        return False
    found.seen.append(message("shown.clean", model=new.label))
    return True


def _taken_out(imports: Imports, since: str, found: _Found) -> bool:
    """Whether an import from after that moment was taken out of the lineage and none has come since: who knows what
    it said."""
    newest = max((one.last for one in imports.sources), default="")
    gone = [(last, day) for last, day in imports.taken_out if last > since and day > newest]
    found.left += [message("left.taken-out", imported=last[:10], day=day[:10]) for last, day in gone]
    return bool(gone)
