"""A part of the graph as it is drawn: folded, placed, and with the standing of each node in a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Certainty, Edge, Impact, Node, NodeKind, Role
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.lineage.fold import MOST_BOXES, folded, without_runs
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import AffectedModels, Brief
from dsr_desk.lineage.layout import BOX, Point, layered
from dsr_desk.lineage.part import Part, drawn_part

MOST_DRAWN = 4000
MOST_IN_ALL = 60

_Said = tuple["NodeStanding", Certainty | None, Mapping[Role, Certainty]]


class LineageTooLargeToDraw(DeskError):
    code = "LINEAGE-TOO-LARGE-TO-DRAW"
    happened = "The drawing would have {count} boxes."
    means = "Nobody could read it. The list of models holds the same content and is complete."
    todo = "Close boxes that were opened, or look at one case or one model."


class NodeStanding(StrEnum):
    """What a node is in a case: a hit dataset version; a model with the data in its weights, one that was measured
    against it as sources state, one of which that is not known, one finished before the photo arrived; a model without
    recorded training data, and one of which not all that it learned from is recorded; anything else."""

    HIT = "hit"
    AFFECTED = "affected"
    MEASURED = "measured"
    PERHAPS = "perhaps"
    EXCLUDED = "excluded"
    SILENT = "silent"
    IN_PART = "in-part"
    BESIDE = "beside"


@dataclass(frozen=True)
class PlacedNode:
    """A box whose left top corner is at `x`, `y`. `members` are the ids of what is folded into it, `alike` those that
    it would fold with if it were not opened. `certainty` and `certainties`, how sure each role is, are those of an
    affected model, None and {} else. `hits` counts the hit items of a dataset version.
    """

    node: Node
    x: float
    y: float
    standing: NodeStanding = NodeStanding.BESIDE
    certainty: Certainty | None = None
    certainties: Mapping[Role, Certainty] = field(default_factory=dict, hash=False)
    members: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    hits: int = 0

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def folded(self) -> bool:
        return bool(self.members)

    @property
    def title(self) -> Message:
        """What the box is called: how many it holds of what, or the name of the one thing."""
        if not self.folded:
            return quoted(self.node.name)
        count = len(self.members)
        alike = message("box.alike", count=count, name=self.node.name)
        return alike if self.node.name else message(f"nodes.{self.node.kind}", count=count)


@dataclass(frozen=True)
class PlacedEdge:
    """All that leads from one box to another; `certainty` is the surest of it, `points` run from box to box."""

    origin: str
    target: str
    roles: tuple[Role, ...]
    certainty: Certainty
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Drawing:
    """Pixels. `box` is width and height of every node, `whole` how many nodes there were before folding."""

    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    width: float
    height: float
    whole: int
    box: Point = BOX
    _by_id: dict[str, PlacedNode] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for placed in self.nodes:
            self._by_id[placed.id] = placed
            self._by_id.update(dict.fromkeys(placed.members, placed))

    def node(self, ident: str) -> PlacedNode | None:
        """The box of a node: its own, or the one that it is folded into."""
        return self._by_id.get(ident)


def draw_impact(
    graph: Graph, versions: Collection[str], impact: Impact, opened: Collection[str] = (), *, runs: bool = False
) -> Drawing:
    """What dataset versions reached, with their `impact`. `opened` are ids of nodes that stand by themselves; `runs`
    draws runs as boxes and not as arrows. Raises LineageTooLargeToDraw."""
    models = impact.models
    about: dict[str, _Said] = {}
    excluded = {one.node.id for one in impact.excluded}
    part = drawn_part(graph, versions)
    for node, place in zip(part.nodes, part.places, strict=True):
        brief = models.brief_at(place) if isinstance(models, AffectedModels) else None
        if brief is not None:
            about[node.id] = (_standing(brief), brief.certainty, brief.certainties)
        elif node.id in excluded:
            about[node.id] = (NodeStanding.EXCLUDED, None, {})
    about.update(dict.fromkeys(part.starts, (NodeStanding.HIT, None, {})))
    hits: dict[str, int] = defaultdict(int)
    for version, count in impact.hits.items():
        for seat in graph.find(version, NodeKind.DATASET):
            hits[graph.nodes[seat].id] += count
    return drawing(part, about, hits, opened, runs=runs)


def _standing(brief: Brief) -> NodeStanding:
    if brief.certainty is Certainty.UNKNOWN or not (brief.in_weights or brief.only_measured):
        return NodeStanding.PERHAPS
    return NodeStanding.AFFECTED if brief.in_weights else NodeStanding.MEASURED


def draw_all(graph: Graph, opened: Collection[str] = (), *, runs: bool = False) -> Drawing:
    """Everything that is known. Raises LineageTooLargeToDraw."""
    part = drawn_part(graph)
    about: dict[str, _Said] = {}
    for node, place in zip(part.nodes, part.places, strict=True):
        if node.kind is NodeKind.MODEL and not graph.complete[place]:
            about[node.id] = (NodeStanding.IN_PART if graph.trained[place] else NodeStanding.SILENT, None, {})
    return drawing(part, about, {}, opened, runs=runs, most=MOST_IN_ALL)


def drawing(
    part: Part,
    about: Mapping[str, _Said],
    hits: Mapping[str, int],
    opened: Collection[str] = (),
    *,
    runs: bool = False,
    most: int = MOST_BOXES,
) -> Drawing:
    """Folds and places a part; `about` gives standing, certainty and that of each role, by id, where there is any.
    Things are folded until about `most` boxes are left."""
    shown = part if runs else without_runs(part)
    apart = {node: f"{standing} {certainty} {roles}" for node, (standing, certainty, roles) in about.items()}
    folding = folded(shown, opened, apart, most)
    if len(folding.part.nodes) > MOST_DRAWN:
        raise LineageTooLargeToDraw(count=len(folding.part.nodes))
    between: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in folding.part.edges:
        between[edge.origin, edge.target].append(edge)
    layout = layered([node.id for node in folding.part.nodes], between)
    nothing: _Said = (NodeStanding.BESIDE, None, {})
    placed = []
    for node in folding.part.nodes:
        members = folding.members.get(node.id, ())
        standing, certainty, roles = about.get(members[0] if members else node.id, nothing)
        x, y = layout.at[node.id]
        count = sum(hits.get(one, 0) for one in members or (node.id,))
        alike = folding.alike.get(node.id, ())
        placed.append(PlacedNode(node, x, y, standing, certainty, roles, members, alike, count))
    surest = list(Certainty).index
    edges = tuple(
        PlacedEdge(
            *pair,
            tuple(dict.fromkeys(edge.role for edge in listed)),
            min((edge.certainty for edge in listed), key=surest),
            layout.routes[pair],
        )
        for pair, listed in between.items()
    )
    return Drawing(tuple(placed), edges, layout.width, layout.height, len(shown.nodes))
