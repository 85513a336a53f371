"""What an importer fills while it reads: nodes merged by id, edges once each, warnings, the latest time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.core.message import Message, Value, message

Place = str | Message | tuple["Place", ...]
"""Where something stands in a file: the path of a field as the format spells it, a line, or both, outer ones first."""

WHOLE = message("place.file")
DOCUMENT = message("place.document")

PART = "part of"
"""Attribute of files inside a dataset: their names (`data.csv`) say nothing outside of it."""
UNIDENTIFIED = "unidentified"
"""Attribute of data of which a source says only what kind it is, or how it was loaded."""
UNCLASSIFIED = "unclassified"
"""Attribute of what a run gave out and nothing tells the kind of."""
KIND_WHY = "kind-why"
KIND_TEXT = "kind-text"
"""Attributes of what was taken for a model: the code of a sentence that says why, and what stands in it."""
NAMED_ONLY = "named-only"
"""Attribute of what a source names and does not hold."""
BY_FILE = "by-file"
"""Attribute of models that no registry knows: weights that lie somewhere."""
_DOUBTS = frozenset((NAMED_ONLY, KIND_WHY, KIND_TEXT, UNCLASSIFIED))

MOST_OF_A_KIND = 20
"""Warnings of one kind that are kept of a file."""

_CERTAINTIES = (Certainty.UNKNOWN, Certainty.INFERRED, Certainty.RECORDED)


class LineageFileDamaged(DeskError):
    code = "LINEAGE-FILE-DAMAGED"
    happened = "{file} was not imported: at {place}, {why}."
    means = "Nothing of this file is in the graph, so that no model is missing from it unnoticed."
    todo = "Ask whoever exported the file for a complete one, or mend it at that place, and import it again."


class ImportRefused(Exception):
    """Raised inside an importer at a place in the file; the registry adds the file's name."""

    def __init__(self, place: Place, code: str, **values: Value) -> None:
        super().__init__(code)
        self.place = place
        self.why = Message(code, values)

    def inside(self, outer: Place) -> ImportRefused:
        """The same, seen from further out."""
        return ImportRefused((outer, self.place), self.why.code, **self.why.values)

    def damage(self, file: str) -> LineageFileDamaged:
        return LineageFileDamaged(file=file, place=said(self.place), why=self.why)


def said(place: Place) -> str | Message:
    """A place as a value of a sentence."""
    parts = tuple(_parts(place))
    return parts[0] if len(parts) == 1 else message("place.parts", parts=parts)


def _parts(place: Place) -> Iterator[str | Message]:
    """From the outside in; "" says nothing."""
    if isinstance(place, tuple):
        for part in place:
            yield from _parts(part)
    elif place:
        yield place


def node_id(kind: NodeKind, name: str, version: str = "", namespace: str = "") -> str:
    """The same for the same thing in every file."""
    return f"{kind.value}:{namespace}|{name}|{version}".rstrip("|")


def system_of(form: str, *marks: str) -> str:
    """The namespace of one store, repository or document: inside it alone are equal names the same thing.

    `marks` stay as they are when it is exported again, and are others in another store.
    """
    text = "\n".join(f"{len(mark)}:{mark}" for mark in marks)
    return f"{form}:{sha256_hex(text.encode())[:12]}"


class LineageDraft:
    """Grows with the graph that a file describes, not with the file."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, Role], Certainty] = {}
        self.noted: dict[tuple[str, str, Role], dict[str, str]] = {}
        self._warnings: dict[str, dict[Message, None]] = defaultdict(dict)
        self._more: dict[str, int] = defaultdict(int)
        self.newest = ""

    def node(
        self,
        kind: NodeKind,
        name: str,
        version: str = "",
        namespace: str = "",
        *,
        key: str = "",
        digests: Iterable[str] = (),
        aliases: Iterable[str] = (),
        created: str = "",
        ended: str = "",
        **attributes: str,
    ) -> str:
        """Adds a node or what is new about it; returns its id. `key` replaces the id made from the names."""
        ident = key or node_id(kind, name, version, namespace)
        self.add(
            Node(
                ident, kind, name, version, namespace, tuple(digests), tuple(a for a in aliases if a), created, ended,
                {name: value for name, value in attributes.items() if value},
            )
        )  # fmt: skip
        return ident

    def add(self, node: Node) -> None:
        known = self.nodes.get(node.id)
        self.nodes[node.id] = node if known is None else merged(known, node)
        self.saw(node.created)
        self.saw(node.ended)

    def edge(
        self,
        origin: str,
        target: str,
        role: Role,
        certainty: Certainty = Certainty.RECORDED,
        **attributes: str,
    ) -> None:
        """Both ends must have been added. An edge said twice keeps the surer word and what was first noted of it.

        What is concluded has `why`, a code of the catalogue, with `by` and `text`: the officer is asked whether it is
        so.
        """
        if origin == target:
            return
        key = (origin, target, role)
        known = self.edges.get(key)
        if known is None or _CERTAINTIES.index(certainty) > _CERTAINTIES.index(known):
            self.edges[key] = certainty
        noted = {name: value for name, value in attributes.items() if value}
        if noted:
            self.noted[key] = {**noted, **self.noted.get(key, {})}

    def unidentified(self, text: str, of: str, **attributes: str) -> str:
        """Data of which only `text` is said (how it was loaded, say): each of what it was used `of` has its own."""
        user = self.nodes[of]
        return self.node(
            NodeKind.DATASET, text, "", user.namespace, key=f"dataset:{UNIDENTIFIED}|{text}|{of}",
            **{UNIDENTIFIED: "yes", **attributes},
        )  # fmt: skip

    def take_for(self, kind: NodeKind, taken: Mapping[str, Mapping[str, str]]) -> None:
        """Makes nodes (by id) what they seem to be, with the attributes that say why; their edges go with them."""
        if not taken:
            return
        ids: dict[str, str] = {}
        for ident, attributes in taken.items():
            was = self.nodes.pop(ident)
            ids[ident] = node_id(kind, was.name, was.version, was.namespace)
            self.add(replace(was, id=ids[ident], kind=kind, attributes={**was.attributes, **attributes}))
        edges, noted = self.edges, self.noted
        self.edges, self.noted = {}, {}
        for (origin, target, role), certainty in edges.items():
            told = noted.get((origin, target, role), {})
            self.edge(ids.get(origin, origin), ids.get(target, target), role, certainty, **told)

    def drop_edge(self, origin: str, target: str, role: Role) -> None:
        self.edges.pop((origin, target, role), None)
        self.noted.pop((origin, target, role), None)

    def warn(self, code: str, **values: Value) -> None:
        """The first of one kind are kept, once each, and of the others how many there were."""
        note, kept = Message(code, values), self._warnings[code]
        if note in kept:
            return
        if len(kept) < MOST_OF_A_KIND:
            kept[note] = None
        else:
            self._more[code] += 1

    @property
    def warnings(self) -> tuple[Message, ...]:
        more = (
            message("note.lineage.more", count=n, like=next(iter(self._warnings[c]))) for c, n in self._more.items()
        )
        return (*(note for kept in self._warnings.values() for note in kept), *more)

    def saw(self, time: str) -> None:
        """Remembers the latest UTC timestamp in the file."""
        self.newest = max(self.newest, time)

    def all_edges(self, source: str) -> tuple[Edge, ...]:
        return tuple(
            Edge(*key, certainty, source, self._noted(key, certainty)) for key, certainty in self.edges.items()
        )

    def _noted(self, key: tuple[str, str, Role], certainty: Certainty) -> Mapping[str, str]:
        """What is recorded needs no reason."""
        noted = self.noted.get(key, {})
        if certainty is not Certainty.RECORDED:
            return noted
        return {name: value for name, value in noted.items() if name not in ("why", "by", "text")}


def merged(first: Node, second: Node) -> Node:
    """What both say of one thing: the first is kept where they differ, the earlier creation and the later end.

    Of a model the later creation, since it is asked whether a photo was there before. What one of them holds is no more
    only named, and what the first states is no more guessed.
    """
    if first == second and first.attributes == second.attributes:
        return first
    more = {name: value for name, value in second.attributes.items() if name not in _DOUBTS}
    own = dict(first.attributes)
    if NAMED_ONLY not in second.attributes:
        own.pop(NAMED_ONLY, None)
    return replace(
        first,
        digests=_union(first.digests, second.digests),
        aliases=_union(first.aliases, second.aliases),
        created=(max if first.kind == NodeKind.MODEL else min)(
            filter(None, (first.created, second.created)), default=""
        ),
        ended=max(first.ended, second.ended),
        attributes={**more, **own},
    )


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return first if not second else tuple(dict.fromkeys((*first, *second)))
