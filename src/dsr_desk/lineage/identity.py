"""Which nodes of different sources are the same thing: by content, by name and version in one system, by an answer.

A namespace is a system: inside it a full name and version mean one thing. Across systems nothing but content, a package
URL or a URN joins; what agrees in name or place is a question, one for each pair of systems, and until it is answered a
link of unknown certainty. A reference without a version may mean any version: it is a whole with its versions as parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations, product

from dsr_desk.core.lineage import Certainty, Node, NodeKind
from dsr_desk.lineage.candidates import Agree, candidates, named_version
from dsr_desk.lineage.importers.draft import BY_FILE, PART, UNCLASSIFIED, UNIDENTIFIED, node_id

JOINED_KINDS = (NodeKind.DATASET, NodeKind.MODEL, NodeKind.EMBEDDING, NodeKind.BENCHMARK, NodeKind.OUTPUT)
NOTHING = frozenset(
    (
        "d41d8cd98f00b204e9800998ecf8427e",
        "d751713988987e9331980363e24189ce.dir",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    )
)
"""Digests of no content at all (MD5, an empty folder in DVC, SHA-1, SHA-256): they tell nothing apart."""
_NOWHERE: Set[int] = frozenset()
REGISTERED = "registered"
ERASED = "people-erased"
BEFORE = "derived-from"
"""Attributes of nodes that come from this vault's registration; exports leave them out."""


@dataclass(frozen=True)
class RegisteredVersion:
    """A dataset version that this vault knows. `digests` and `places` (paths, URIs) help to find it in lineage, and so
    do `parts`: names of files of it, each with its digests.

    `by_erasure` says that it was made from `derived_from` (name@version) by erasing people from it.
    """

    name: str
    version: str
    digests: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    derived_from: str = ""
    by_erasure: bool = False
    created: str = ""
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    def parts_among(self, stated: Set[str]) -> list[Node]:
        """Nodes for those files whose digest some source states; the others say nothing to anybody."""
        return [
            Node(
                node_id(NodeKind.DATASET, f"{self.name}#{part}", self.version),
                NodeKind.DATASET,
                part,
                self.version,
                digests=digests,
                attributes={REGISTERED: "yes", PART: self.name},
            )
            for part, digests in self.parts
            if not stated.isdisjoint(digests)
        ]

    def as_node(self) -> Node:
        return Node(
            node_id(NodeKind.DATASET, self.name, self.version),
            NodeKind.DATASET,
            self.name,
            self.version,
            digests=self.digests,
            aliases=self.places,
            created=self.created,
            attributes={
                REGISTERED: "yes",
                **({ERASED: "yes"} if self.by_erasure else {}),
                **({BEFORE: self._before()} if self.derived_from else {}),
            },
        )

    def _before(self) -> str:
        name, _, version = self.derived_from.rpartition("@")
        return node_id(NodeKind.DATASET, name, version)


@dataclass(frozen=True)
class NodeAnswer:
    """An officer's word on a question; `first` and `second` in sorted order: node ids, or other keys that the question
    has (see `questions`)."""

    first: str
    second: str
    same: bool


@dataclass(frozen=True)
class WholePart:
    """`part` is one version, or one file, of `whole`. Both are positions in the list of nodes."""

    whole: int
    part: int
    certainty: Certainty


@dataclass
class SystemPair:
    """What two systems have in common: pairs of nodes by what they agree in, how many of the same content stand in
    both, how many of one name and version have other content."""

    pairs: dict[Agree, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    same_content: int = 0
    other_content: int = 0


@dataclass
class Identities:
    """`leader[i]` is the position of the node that stands for node i. `links` are unanswered pairs, each way;
    `systems` what is asked about pairs of systems, `things` what is asked about pairs of nodes."""

    leader: list[int]
    wholes: list[WholePart] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    systems: dict[tuple[str, str], SystemPair] = field(default_factory=dict)
    things: list[tuple[int, int]] = field(default_factory=list)


def system_key(namespace: str) -> str:
    """What an answer about all of a system is kept under."""
    return f"system:{namespace}"


class _Sets:
    """Union-find; the smallest member stands for its set."""

    def __init__(self, size: int) -> None:
        self.leader = list(range(size))

    def find(self, i: int) -> int:
        leader = self.leader
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    def join(self, members: Iterable[int]) -> None:
        first, *others = members
        for other in others:
            a, b = sorted((self.find(first), self.find(other)))
            self.leader[b] = a


def identify(
    nodes: Sequence[Node], answers: Iterable[NodeAnswer], stated_in: Mapping[str, Set[int]] | None = None
) -> Identities:
    """Joins nodes that are the same and lists what only an officer can say.

    `stated_in` are numbers of the sources that state each node, by id: where one source states two things of two
    systems it tells them apart, and a name that agrees is no question.
    """
    sources = stated_in or {}
    sets = _Sets(len(nodes))
    joined = [i for i, node in enumerate(nodes) if node.kind in JOINED_KINDS]
    for key in (_by_digest, _by_global_name, _by_name_and_version):
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in joined:
            for value in key(nodes[i]):
                groups[value].append(i)
        for members in groups.values():
            if len(members) > 1:
                sets.join(members)

    said = {(answer.first, answer.second): answer.same for answer in answers}
    position = {node.id: i for i, node in enumerate(nodes)}
    wholes: list[WholePart] = []
    agreed = [
        (position[first], position[second])
        for (first, second), same in said.items()
        if same and first in position and second in position
    ]
    for a, b in (*agreed, *_other_names(nodes, joined)):
        _agree(nodes, a, b, sets, wholes)

    named = [i for i in joined if not {PART, UNIDENTIFIED} & nodes[i].attributes.keys()]
    wholes += _versions_of_one_name(nodes, named)
    pairs = [
        (a, b, how)
        for a, b, how in candidates(nodes, named)
        if sets.find(a) != sets.find(b) and not _told_apart(nodes[a], nodes[b], sources)
    ]
    for a, b, how in pairs:
        if how <= Agree.PLACE and _systems_said(nodes, a, b, said) and _said(nodes, a, b, said) is None:
            _agree(nodes, a, b, sets, wholes)

    found = Identities([sets.find(i) for i in range(len(nodes))], wholes)
    linked = {frozenset((found.leader[w.whole], found.leader[w.part])) for w in wholes}
    answered = {
        frozenset((found.leader[position[first]], found.leader[position[second]]))
        for first, second in said
        if first in position and second in position
    }
    for a, b, how in pairs:
        ends = frozenset((found.leader[a], found.leader[b]))
        if len(ends) == 2 and ends not in linked and ends not in answered:
            linked.add(ends)
            _ask(nodes, a, b, how, said, found)
    _count_contents(nodes, joined, found)
    return found


def _told_apart(a: Node, b: Node, sources: Mapping[str, Set[int]]) -> bool:
    return a.namespace != b.namespace and not sources.get(a.id, _NOWHERE).isdisjoint(sources.get(b.id, _NOWHERE))


def _agree(nodes: Sequence[Node], a: int, b: int, sets: _Sets, wholes: list[WholePart]) -> None:
    """Two of which somebody says that they are one: one thing, or a version and the name of all versions."""
    if bool(named_version(nodes[a])[1]) == bool(named_version(nodes[b])[1]):
        sets.join((a, b))
    else:
        wholes.append(_as_whole(nodes, a, b, Certainty.INFERRED))


def _ask(
    nodes: Sequence[Node], a: int, b: int, how: Agree, said: Mapping[tuple[str, str], bool], found: Identities
) -> None:
    """Two that may be the same: asked, and meanwhile data may have gone from each to the other."""
    spaces = sorted((nodes[a].namespace, nodes[b].namespace))
    word = _systems_said(nodes, a, b, said)
    if word is False:
        return
    if word or spaces[0] == spaces[1]:
        found.things.append((a, b))
    else:
        found.systems.setdefault((spaces[0], spaces[1]), SystemPair()).pairs[how].append((a, b))
    if bool(named_version(nodes[a])[1]) != bool(named_version(nodes[b])[1]):
        found.wholes.append(_as_whole(nodes, a, b, Certainty.UNKNOWN))
    else:
        # Nothing flows by a mere name into a version from which people were erased.
        found.links += [(i, k) for i, k in ((a, b), (b, a)) if ERASED not in nodes[k].attributes]


def _by_digest(node: Node) -> list[tuple[str, ...]]:
    """What nobody could class may be a model that another source knows."""
    kind = NodeKind.MODEL if UNCLASSIFIED in node.attributes else node.kind
    return [(kind, digest) for digest in node.digests if digest.partition(":")[2] not in NOTHING]


def _by_global_name(node: Node) -> list[tuple[str, ...]]:
    """URNs, package URLs and ARNs name one thing in the world; a package of no registry is what its author calls so."""
    named = (alias for alias in node.aliases if alias.startswith(("urn:", "pkg:", "arn:")))
    return [(node.kind, alias) for alias in named if not alias.startswith("pkg:generic/")]


def _by_name_and_version(node: Node) -> list[tuple[str, ...]]:
    """One name and version mean one thing in one system, but for files, of which each run has its own."""
    name, version = named_version(node)
    own = {PART, UNIDENTIFIED, BY_FILE} & node.attributes.keys()
    return [(node.kind, node.namespace, name, version)] if version and not own else []


def _other_names(nodes: Sequence[Node], joined: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Pairs of which one is also known by `namespace/name` of the other, as its source says."""
    listed = list(joined)
    named: dict[tuple[NodeKind, str], list[int]] = defaultdict(list)
    for i in listed:
        if nodes[i].namespace:
            named[nodes[i].kind, f"{nodes[i].namespace}/{nodes[i].name}"].append(i)
    for i in listed:
        for alias in nodes[i].aliases:
            for other in named.get((nodes[i].kind, alias), ()):
                first, second = bool(named_version(nodes[i])[1]), bool(named_version(nodes[other])[1])
                if other != i and (first != second or not first):
                    yield i, other


def _versions_of_one_name(nodes: Sequence[Node], named: Iterable[int]) -> Iterator[WholePart]:
    """Inside one system a name without a version may mean any version of it."""
    groups: dict[tuple[str, str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i in named:
        name, version = named_version(nodes[i])
        groups[nodes[i].kind, nodes[i].namespace, name][bool(version)].append(i)
    for bare, versions in groups.values():
        yield from (WholePart(whole, part, Certainty.INFERRED) for whole, part in product(bare, versions))


def _as_whole(nodes: Sequence[Node], a: int, b: int, certainty: Certainty) -> WholePart:
    return WholePart(b, a, certainty) if named_version(nodes[a])[1] else WholePart(a, b, certainty)


def _said(nodes: Sequence[Node], a: int, b: int, said: Mapping[tuple[str, str], bool]) -> bool | None:
    low, high = sorted((nodes[a].id, nodes[b].id))
    return said.get((low, high))


def _systems_said(nodes: Sequence[Node], a: int, b: int, said: Mapping[tuple[str, str], bool]) -> bool | None:
    low, high = sorted((system_key(nodes[a].namespace), system_key(nodes[b].namespace)))
    return said.get((low, high))


def _count_contents(nodes: Sequence[Node], joined: Iterable[int], found: Identities) -> None:
    """What content says of two systems that are asked about."""
    if not found.systems:
        return
    spaces: dict[int, set[str]] = defaultdict(set)
    for i in joined:
        spaces[found.leader[i]].add(nodes[i].namespace)
    for shared in spaces.values():
        for first, second in combinations(sorted(shared), 2):
            if (first, second) in found.systems:
                found.systems[first, second].same_content += 1
    for asked in found.systems.values():
        for a, b in asked.pairs[Agree.NAME]:
            asked.other_content += _other_content(nodes[a], nodes[b])


def _other_content(first: Node, second: Node) -> bool:
    """Whether both state digests of one kind, and none agrees."""
    kinds = {digest.partition(":")[0] for digest in first.digests} & {d.partition(":")[0] for d in second.digests}
    return bool(kinds) and set(first.digests).isdisjoint(second.digests)
