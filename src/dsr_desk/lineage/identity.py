"""Which nodes of different sources are the same thing: by content digest, by name and version, by an answer.

A name alone joins nothing: it makes a question, and until it is answered a link of unknown certainty. A reference
without a version is no identity either: it may mean any version, so it is linked as a whole to its parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations, product

from dsr_desk.core.lineage import Certainty, JoinQuestion, Node, NodeKind
from dsr_desk.lineage.importers.draft import PART, node_id

JOINED_KINDS = (NodeKind.DATASET, NodeKind.MODEL, NodeKind.EMBEDDING, NodeKind.BENCHMARK, NodeKind.OUTPUT)
MOST_QUESTIONS_A_NAME = 200
NOTHING = frozenset(
    (
        "d41d8cd98f00b204e9800998ecf8427e",
        "d751713988987e9331980363e24189ce.dir",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    )
)
"""Digests of no content at all (MD5, an empty folder in DVC, SHA-1, SHA-256): they tell nothing apart."""
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
    """An officer's word on a question; `first` and `second` are node ids in sorted order."""

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
class Identities:
    """`leader[i]` is the position of the node that stands for node i. `links` are unanswered pairs, each way."""

    leader: list[int]
    wholes: list[WholePart] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    questions: list[JoinQuestion] = field(default_factory=list)


def plain_name(node: Node) -> str:
    """A name as it is compared: without case, and without the owner of an `owner/name`."""
    name = node.name.casefold().strip().rstrip("/")
    return name.rsplit("/", 1)[-1] if name.count("/") == 1 and "://" not in name else name


def named_version(node: Node) -> tuple[str, str]:
    """Compared name and version; `name@version` in a name counts as both."""
    name = plain_name(node)
    if not node.version and "@" in name and "://" not in name:
        name, _, version = name.rpartition("@")
        return name, version
    return name, node.version


def identify(
    nodes: Sequence[Node], answers: Iterable[NodeAnswer], systems: Sequence[frozenset[str]] = ()
) -> Identities:
    """Joins nodes that are the same and lists what only an officer can say.

    `systems` are the formats in which each node is named: two names of one system are what they are there, and
    are never asked about.
    """
    leader = list(range(len(nodes)))
    joined = [i for i, node in enumerate(nodes) if node.kind in JOINED_KINDS]
    placed = [i for i, node in enumerate(nodes) if node.kind in (NodeKind.DEPLOYMENT, NodeKind.PRODUCT)]

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    def join(members: Iterable[int]) -> None:
        first, *others = members
        for other in others:
            a, b = sorted((find(first), find(other)))
            leader[b] = a

    for key in (_by_digest, _by_global_name, _by_name_and_version, _by_place_and_version):
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in (*joined, *placed):
            for value in key(nodes[i]):
                groups[value].append(i)
        for members in groups.values():
            if len(members) > 1 and not (key is _by_place_and_version and _differ_in_name(nodes, members)):
                join(members)

    said = {(answer.first, answer.second): answer.same for answer in answers}
    position = {node.id: i for i, node in enumerate(nodes)}
    wholes: list[WholePart] = []
    for (first, second), same in said.items():
        if same and first in position and second in position:
            a, b = position[first], position[second]
            if bool(named_version(nodes[a])[1]) == bool(named_version(nodes[b])[1]):
                join((a, b))
            else:
                wholes.append(_as_whole(nodes, a, b, Certainty.INFERRED))

    for a, b in _other_names(nodes, joined):
        if bool(named_version(nodes[a])[1]) == bool(named_version(nodes[b])[1]):
            if not named_version(nodes[a])[1]:
                join((a, b))
        else:
            wholes.append(_as_whole(nodes, a, b, Certainty.INFERRED))

    unsure = []
    for bare, owned in _owned_names(nodes, joined):
        if len({nodes[i].name for i in owned}) == 1:
            join((bare, *owned))
        else:
            unsure += [(bare, i) for i in owned]

    found = Identities([find(i) for i in range(len(nodes))], wholes)
    _ask(nodes, unsure, said, found)
    _same_places(nodes, joined, found)
    _same_names(nodes, joined, said, found, systems or [frozenset()] * len(nodes))
    return found


def _by_digest(node: Node) -> list[tuple[str, ...]]:
    return [(node.kind, digest) for digest in node.digests if digest.partition(":")[2] not in NOTHING]


def _by_global_name(node: Node) -> list[tuple[str, ...]]:
    """URNs and package URLs name one thing in the world."""
    return [(node.kind, alias) for alias in node.aliases if alias.startswith(("urn:", "pkg:"))]


def _by_name_and_version(node: Node) -> list[tuple[str, ...]]:
    name, version = named_version(node)
    return [(node.kind, name, version.casefold())] if version else []


def _by_place_and_version(node: Node) -> list[tuple[str, ...]]:
    version = named_version(node)[1]
    return [(node.kind, alias, version.casefold()) for alias in node.aliases] if version else []


def _other_names(nodes: Sequence[Node], joined: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Pairs of which one is also known by `namespace/name` of the other."""
    listed = list(joined)
    named: dict[tuple[NodeKind, str], list[int]] = defaultdict(list)
    for i in listed:
        if nodes[i].namespace:
            named[nodes[i].kind, f"{nodes[i].namespace}/{nodes[i].name}"].append(i)
    for i in listed:
        for alias in nodes[i].aliases:
            yield from ((i, other) for other in named.get((nodes[i].kind, alias), ()) if other != i)


def _owned_names(nodes: Sequence[Node], joined: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """What is called `name` in one place and `owner/name` in others of the same system, all without a version: a
    repository's own card does not name its owner."""
    groups: dict[tuple[NodeKind, str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i in joined:
        if nodes[i].namespace and not named_version(nodes[i])[1] and PART not in nodes[i].attributes:
            owned = "/" in nodes[i].name and plain_name(nodes[i]) != nodes[i].name.casefold()
            groups[nodes[i].kind, nodes[i].namespace, plain_name(nodes[i])][owned].append(i)
    for bare, owned_by in groups.values():
        yield from ((i, owned_by) for i in bare if owned_by)


def _ask(
    nodes: Sequence[Node], pairs: Iterable[tuple[int, int]], said: Mapping[tuple[str, str], bool], found: Identities
) -> None:
    """Links pairs that may be the same, each way, and asks about them, unless they are joined or answered."""
    asked = set()
    for a, b in pairs:
        key = frozenset((found.leader[a], found.leader[b]))
        if len(key) == 2 and key not in asked and _answered(nodes, (a,), (b,), said) is None:
            asked.add(key)
            found.links += [(a, b), (b, a)]
            found.questions.append(JoinQuestion(*sorted((nodes[a], nodes[b]), key=lambda node: node.id)))


def _differ_in_name(nodes: Sequence[Node], members: Iterable[int]) -> bool:
    """Whether one source tells things apart by name that lie in one place, such as two models of one archive."""
    names: dict[str, set[str]] = defaultdict(set)
    for i in members:
        names[nodes[i].namespace].add(named_version(nodes[i])[0])
    return any(len(found) > 1 for space, found in names.items() if space)


def _as_whole(nodes: Sequence[Node], a: int, b: int, certainty: Certainty) -> WholePart:
    return WholePart(b, a, certainty) if named_version(nodes[a])[1] else WholePart(a, b, certainty)


def _same_places(nodes: Sequence[Node], joined: Iterable[int], found: Identities) -> None:
    """What a source read from the place of a registered version was some version of it."""
    by_place: dict[str, list[int]] = defaultdict(list)
    for i in joined:
        for alias in nodes[i].aliases:
            by_place[alias.removeprefix("file://").rstrip("/")].append(i)
    for members in by_place.values():
        ours = [i for i in members if REGISTERED in nodes[i].attributes]
        for i in members:
            if REGISTERED not in nodes[i].attributes:
                for other in ours:
                    if found.leader[i] != found.leader[other]:
                        found.wholes.append(WholePart(i, other, Certainty.INFERRED))


def _same_names(
    nodes: Sequence[Node],
    joined: Iterable[int],
    said: Mapping[tuple[str, str], bool],
    found: Identities,
    systems: Sequence[frozenset[str]],
) -> None:
    """Groups of one name: unversioned references inside one namespace are linked, all else is asked."""
    linked = {frozenset((found.leader[w.whole], found.leader[w.part])) for w in found.wholes}
    spaces = _spaces(nodes, found)
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in (i for i in joined if PART not in nodes[i].attributes):
        by_name[nodes[i].kind, named_version(nodes[i])[0]].append(i)
    for members in by_name.values():
        if len(members) < 2:
            continue
        classes: dict[int, list[int]] = defaultdict(list)
        for i in members:
            classes[found.leader[i]].append(i)
        asked = 0
        for first, second in _pairs(nodes, list(classes.values())):
            a, b = first[0], second[0]
            if frozenset((found.leader[a], found.leader[b])) in linked:
                continue
            whole = bool(named_version(nodes[a])[1]) != bool(named_version(nodes[b])[1])
            if spaces(first) & spaces(second) - {""}:
                found.wholes.append(_as_whole(nodes, a, b, Certainty.INFERRED))
                continue
            if frozenset().union(*(systems[i] for i in first)) & frozenset().union(*(systems[i] for i in second)):
                continue
            if _answered(nodes, first, second, said) is not None:
                continue
            if asked < MOST_QUESTIONS_A_NAME:
                asked += 1
                one, other = sorted((nodes[a], nodes[b]), key=lambda node: (node.namespace, node.id))
                found.questions.append(JoinQuestion(one, other))
            if whole:
                found.wholes.append(_as_whole(nodes, a, b, Certainty.UNKNOWN))
            else:
                # Nothing flows by a mere name into a version from which people were erased.
                found.links += [
                    (i, k)
                    for i, k, target in ((a, b, second), (b, a, first))
                    if not any(ERASED in nodes[member].attributes for member in target)
                ]


def _spaces(nodes: Sequence[Node], found: Identities) -> Callable[[Iterable[int]], set[str]]:
    """The namespaces in which some nodes are named, or any version that they were derived from here: a version that
    an erasure made is called as the one before it."""
    position = {node.id: i for i, node in enumerate(nodes)}
    known: dict[int, set[str]] = defaultdict(set)
    for i, node in enumerate(nodes):
        known[found.leader[i]].add(node.namespace)

    def named(members: Iterable[int]) -> set[str]:
        queue = list(members)
        space = {nodes[i].namespace for i in queue}
        for i in queue:
            before = position.get(nodes[i].attributes.get(BEFORE, ""))
            if before is not None and before not in queue:
                space |= known[found.leader[before]]
                queue.append(before)
        return space

    return named


def _pairs(nodes: Sequence[Node], classes: Sequence[list[int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Pairs that may be the same: of different namespaces, or one with and one without a version.

    Two versions of one namespace are never the same, so that thousands of them make no pairs.
    """
    spaces: dict[frozenset[str], tuple[list[list[int]], list[list[int]]]] = defaultdict(lambda: ([], []))
    for members in classes:
        versioned = bool(named_version(nodes[members[0]])[1])
        spaces[frozenset(nodes[i].namespace for i in members)][versioned].append(members)
    for bare, versions in spaces.values():
        yield from product(bare, versions)
    for (names, first), (others, second) in combinations(spaces.items(), 2):
        for one, other in product(first[0] + first[1], second[0] + second[1]):
            same_version = bool(named_version(nodes[one[0]])[1]) == bool(named_version(nodes[other[0]])[1])
            if not (names & others and same_version):
                yield one, other


def _answered(
    nodes: Sequence[Node], first: Iterable[int], second: Sequence[int], said: Mapping[tuple[str, str], bool]
) -> bool | None:
    for a in first:
        for b in second:
            low, high = sorted((nodes[a].id, nodes[b].id))
            if (low, high) in said:
                return said[low, high]
    return None
