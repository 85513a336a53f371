"""From what sources say and officers answered to one graph: nodes joined, edges between them, open questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsr_desk.core.lineage import Certainty, Node, NodeKind, Role
from dsr_desk.lineage.edges import CERTAINTY_CODE, NO_NOTE, ROLE_CODE, ROLES, EdgeRow, EdgeTable, Indices, Mask
from dsr_desk.lineage.identity import (
    Identities,
    NodeAnswer,
    RegisteredVersion,
    WholePart,
    identify,
)
from dsr_desk.lineage.importers.draft import KIND_TEXT, KIND_WHY, UNCLASSIFIED, UNIDENTIFIED, merged
from dsr_desk.lineage.twins import with_twins

IS_A = "is-a"
"""Second key of an officer's word on what a thing is: `is-a:model`."""

Notes = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Use:
    """Under which an inferred use is asked: in one system, one role that one field or parameter seems to say."""

    namespace: str
    role: Role
    why: str
    by: str

    @property
    def keys(self) -> tuple[str, str]:
        return f"uses:{self.namespace}", f"{self.role.value}:{self.why}:{self.by}"


@dataclass(frozen=True)
class Built:
    """A graph in memory. Places are positions in `nodes`: of what is joined, and after those of its twins.

    `original[i]` is the place that i stands for (i itself but for twins), `members[i]` what sources say of i,
    `place_of` the place of each node id. `said` are edges as sources state them and answers have it, `edges` those that
    are walked, with what this program concludes, sorted by origin. `stated` are places that some source names. `uses`
    are edges of `said` that an officer is asked about. `labels` are names of files in which a system is named.
    """

    nodes: Sequence[Node]
    original: Indices
    members: Mapping[int, Sequence[Node]]
    place_of: Mapping[str, int]
    said: EdgeTable
    edges: EdgeTable
    notes: Notes
    sources: tuple[str, ...]
    stated: Mask
    identities: Identities
    uses: Mapping[Use, Sequence[int]]
    listed: Sequence[Node]
    labels: Mapping[str, Sequence[str]]


def build(
    nodes: Sequence[Node],
    edges: EdgeTable,
    sources: Sequence[str] = (),
    registered: Iterable[RegisteredVersion] = (),
    answers: Iterable[NodeAnswer] = (),
    files: Sequence[tuple[int, str]] = (),
    notes: Notes = (),
) -> Built:
    """`nodes` may name one id several times (once a source), `edges` refer to positions in it; `sources` are the
    digests that edges refer to. `files` are number and name of the source in which each node stands, `notes` what is
    noted of edges.
    """
    answers = list(answers)
    nodes = _as_answered(nodes, answers)
    known = {version.id: version for version in registered}
    stated_digests = {digest for node in nodes for digest in node.digests}
    parts = {version.id: version.parts_among(stated_digests) for version in known.values()}
    ours = [version.as_node() for version in known.values()]
    ours += [part for listed in parts.values() for part in listed]
    unique: dict[str, Node] = {}
    for node in (*ours, *nodes):  # ours first: what is registered is called as this vault calls it
        other = unique.get(node.id)
        unique[node.id] = node if other is None else _both(other, node)
    listed = list(unique.values())
    found = identify(listed, answers, _stated_in(nodes, files))
    leaders = sorted(set(found.leader))
    seat_of = {first: i for i, first in enumerate(leaders)}
    seat = [seat_of[first] for first in found.leader]
    joined, members = _joined(listed, seat, len(leaders))
    place_of = {node.id: seat[i] for i, node in enumerate(listed)}

    stated = np.array([place_of[node.id] for node in nodes], dtype=np.int64)
    said = replace(edges, origin=stated[edges.origin], target=stated[edges.target])
    said = said.and_also(EdgeTable.of(list(_from_registration(known, parts, place_of))))
    said, uses = _uses_answered(said, edges, notes, nodes, answers)
    is_data = [node.kind is NodeKind.DATASET for node in joined]
    wholes = [WholePart(seat[tie.whole], seat[tie.part], tie.certainty) for tie in found.wholes]
    links = [(seat[a], seat[b]) for a, b in found.links]
    twinned = with_twins(len(joined), is_data, said, wholes, links)
    original = twinned.original
    named_here = np.zeros(original.size, dtype=bool)
    named_here[stated] = True
    labels: dict[str, dict[str, None]] = defaultdict(dict)
    for node, (_, file) in zip(nodes, files, strict=False):
        labels[node.namespace][file] = None
    return Built(
        nodes=[*joined, *(joined[i] for i in original[len(joined) :].tolist())],
        original=original,
        members=members,
        place_of=place_of,
        said=said,
        edges=twinned.edges.surest(),
        notes=notes,
        sources=tuple(sources),
        stated=named_here,
        identities=found,
        uses=uses,
        listed=listed,
        labels={namespace: tuple(found) for namespace, found in labels.items()},
    )


def _stated_in(nodes: Iterable[Node], files: Iterable[tuple[int, str]]) -> dict[str, set[int]]:
    """Numbers of the sources that state each thing, by its id."""
    found: dict[str, set[int]] = defaultdict(set)
    for node, (source, _) in zip(nodes, files, strict=False):
        found[node.id].add(source)
    return found


def things_key(node: Node) -> str:
    """What an answer is kept under on the kind of all in one system that was taken for a model by one reason."""
    return f"things:{node.namespace}|{node.attributes.get(KIND_WHY, '')}"


def _as_answered(nodes: Sequence[Node], answers: Iterable[NodeAnswer]) -> Sequence[Node]:
    """What an officer said that a thing is, it is; what is no model is data."""
    kinds = {
        answer.first: NodeKind(answer.second.removeprefix(f"{IS_A}:")) if answer.same else NodeKind.DATASET
        for answer in answers
        if answer.second.startswith(f"{IS_A}:")
    }
    if not kinds:
        return nodes
    return [_of_kind(node, kind) if (kind := _kind_said(node, kinds)) else node for node in nodes]


def _kind_said(node: Node, kinds: Mapping[str, NodeKind]) -> NodeKind | None:
    """On the thing itself, else on all that were taken for models as it was."""
    return kinds.get(node.id) or (kinds.get(things_key(node)) if KIND_WHY in node.attributes else None)


def _of_kind(node: Node, kind: NodeKind) -> Node:
    asked = (KIND_WHY, KIND_TEXT, UNCLASSIFIED)
    attributes = {key: value for key, value in node.attributes.items() if key not in asked}
    return replace(node, kind=kind, attributes=attributes)


def _joined(listed: Sequence[Node], seat: Sequence[int], size: int) -> tuple[list[Node], dict[int, list[Node]]]:
    """One node for all that are the same, a model where any source knows it as one; and what each source says."""
    members: dict[int, list[Node]] = {i: [] for i in range(size)}
    for i, node in enumerate(listed):
        members[seat[i]].append(node)
    joined = []
    for same in members.values():
        whole = same[0]
        for other in same[1:]:
            whole = _both(whole, other)
        if whole.kind is not NodeKind.MODEL and any(node.kind is NodeKind.MODEL for node in same):
            whole = _of_kind(whole, NodeKind.MODEL)
        if UNIDENTIFIED in whole.attributes and any(UNIDENTIFIED not in node.attributes for node in same):
            whole = _identified(whole, same)
        joined.append(whole)
    return joined, members


def _both(first: Node, second: Node) -> Node:
    """What two sources say of one thing: what one of them states to be a model is not asked about."""
    whole = merged(first, second)
    stated = any(node.kind is NodeKind.MODEL and KIND_WHY not in node.attributes for node in (first, second))
    return _of_kind(whole, NodeKind.MODEL) if stated and KIND_WHY in whole.attributes else whole


def _identified(whole: Node, same: Sequence[Node]) -> Node:
    """Called as the source calls it that knows what it is."""
    known = next(node for node in same if UNIDENTIFIED not in node.attributes)
    attributes = {key: value for key, value in whole.attributes.items() if key != UNIDENTIFIED}
    return replace(whole, name=known.name, version=known.version, namespace=known.namespace, attributes=attributes)


def _from_registration(
    known: Mapping[str, RegisteredVersion], parts: Mapping[str, Sequence[Node]], place_of: Mapping[str, int]
) -> Iterator[EdgeRow]:
    recorded = CERTAINTY_CODE[Certainty.RECORDED]
    for version, listed in parts.items():
        for part in listed:
            ends = (place_of[known[version].as_node().id], place_of[part.id])
            yield (*ends, ROLE_CODE[Role.CONTAIN], recorded, -1, NO_NOTE)
    for one in known.values():
        before = known.get(one.derived_from)
        if before is not None:
            role = Role.ERASE if one.by_erasure else Role.DERIVE
            ends = (place_of[before.as_node().id], place_of[one.as_node().id])
            yield (*ends, ROLE_CODE[role], recorded, -1, NO_NOTE)


def use_key(role: Role, origin: str, target: str) -> tuple[str, str]:
    """What an answer about one edge is kept under; its ends are node ids."""
    return f"use:{role.value}:{origin}", target


def _uses_answered(
    said: EdgeTable, edges: EdgeTable, notes: Notes, nodes: Sequence[Node], answers: Iterable[NodeAnswer]
) -> tuple[EdgeTable, dict[Use, list[int]]]:
    """Inferred uses as officers have it: recorded where they say yes, gone where they say no, else asked about.

    `said` begins with `edges`, whose ends are positions in `nodes`.
    """
    word = {(answer.first, answer.second): answer.same for answer in answers}
    asked: dict[Use, list[int]] = defaultdict(list)
    certainty, kept = said.certainty.copy(), np.ones(said.origin.size, dtype=bool)
    open_ = np.array([bool(note.get("why")) for note in notes] + [False])
    doubtful = (said.certainty == CERTAINTY_CODE[Certainty.INFERRED]) & open_[said.note]
    for k in np.flatnonzero(doubtful).tolist():
        origin, target, note = nodes[int(edges.origin[k])], nodes[int(edges.target[k])], notes[int(said.note[k])]
        use = Use(target.namespace, ROLES[int(said.role[k])], note["why"], note.get("by", ""))
        answer = word.get(use_key(use.role, origin.id, target.id), word.get(use.keys))
        if answer is None:
            asked[use].append(k)
        elif answer:
            certainty[k] = CERTAINTY_CODE[Certainty.RECORDED]
        else:
            kept[k] = False
    place = np.cumsum(kept) - 1
    uses = {use: place[edges].tolist() for use, edges in asked.items()}
    return replace(said, certainty=certainty).only(kept), uses
