"""W3C PROV-JSON: entities, activities and how they came of each other, bundles included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.importers.draft import DOCUMENT, ImportRefused, LineageDraft, Place, said
from dsr_desk.lineage.importers.own_form import OWN_PREFIX, node_from_terms
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import certainty_said, mapping, role_said, several, some_text, utc
from dsr_desk.lineage.importers.settling import settle_roles

FORMAT = "PROV-JSON"

# Kinds of derivation that stood for themselves in drafts of PROV-JSON, with their fields for origin and target.
_OLD_DERIVATIONS = {
    "wasRevisionOf": ("older", "newer"), "wasQuotedFrom": ("original", "quote"),
    "hadOriginalSource": ("source", "derived"), "hadPrimarySource": ("usedEntity", "generatedEntity"),
    "tracedTo": ("ancestor", "entity"), "derivedByInsertionFrom": ("before", "after"),
    "derivedByRemovalFrom": ("before", "after"),
}  # fmt: skip
_RELATIONS = {
    "used", "wasGeneratedBy", "wasDerivedFrom", "specializationOf", "alternateOf", "hadMember", "wasInvalidatedBy",
    "wasInfluencedBy", "wasInformedBy", "mentionOf", *_OLD_DERIVATIONS,
}  # fmt: skip
_OTHERS = {
    "prefix", "entity", "activity", "agent", "bundle", "wasAttributedTo", "wasAssociatedWith", "actedOnBehalfOf",
    "wasStartedBy", "wasEndedBy", "hadPlan", "hadDictionaryMember",
}  # fmt: skip

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_object
    if not value.keys() & (_RELATIONS | _OTHERS):
        return False
    # Extensions have names with a prefix, or that begin with a sign of JSON-LD or JSON Schema.
    return all(key in _RELATIONS | _OTHERS or ":" in key or key.startswith(("$", "@")) for key in value)


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    reader = _Reader(draft)
    reader.names(document, "", {})
    reader.relations(document, "", {})
    if not reader.ours:
        settle_roles(draft)


class _Reader:
    """Two passes, since a relation may stand before the things that it relates."""

    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self.known: dict[str, str] = {}
        self.agents: set[str] = set()
        self.ours = False

    def names(self, document: Mapping[str, Any], inside: Place, outer: Mapping[str, str]) -> None:
        prefixes = _prefixes(document, inside, outer)
        for place, name, record in _records(document, "activity", inside):
            times = {
                key: utc(_plain(record.get(field)), (place, f"{field}"))
                for key, field in (("created", "prov:startTime"), ("ended", "prov:endTime"))
            }
            self._named(NodeKind.RUN, name, prefixes, record, place, times)
        for place, name, record in _records(document, "entity", inside):
            kinds = " ".join(str(_plain(value)) for value in several(record.get("prov:type")))
            if "prov:Bundle" in kinds:
                continue
            time = {"created": utc(_plain(record.get("prov:generatedAtTime")), place)}
            kind = NodeKind.MODEL if "model" in kinds.casefold() else NodeKind.DATASET
            self._named(kind, name, prefixes, record, place, time)
        for _, name, _ in _records(document, "agent", inside):
            self.agents.add(_expanded(name, prefixes))
        for where, bundle in _bundles(document, inside):
            self.names(bundle, where, prefixes)

    def relations(self, document: Mapping[str, Any], inside: Place, outer: Mapping[str, str]) -> None:
        prefixes = _prefixes(document, inside, outer)
        for relation in sorted(_RELATIONS & document.keys()):
            for place, _, record in _records(document, relation, inside):
                self._relation(relation, record, place, prefixes)
        for where, bundle in _bundles(document, inside):
            self.relations(bundle, where, prefixes)

    def _relation(self, relation: str, record: Mapping[str, Any], place: Place, prefixes: Mapping[str, str]) -> None:
        word = str(_plain(record.get("prov:role")) or _plain(record.get(f"{OWN_PREFIX}:role")) or "")
        role = role_said(word)
        certainty = certainty_said(_plain(record.get(f"{OWN_PREFIX}:certainty")))
        sure = certainty or Certainty.RECORDED

        def end(field: str, kind: NodeKind) -> str | None:
            return self._end(record, field, kind, place, prefixes)

        data, run = NodeKind.DATASET, NodeKind.RUN
        match relation:
            case "used":
                self._edge(end("entity", data), end("activity", run), role or Role.INPUT, sure)
            case "wasGeneratedBy":
                self._edge(end("activity", run), end("entity", data), role or Role.PRODUCE, sure)
            case "wasDerivedFrom":
                origin, target = end("usedEntity", data), end("generatedEntity", data)
                if origin is None:
                    self.draft.warn("note.lineage.derived-from-what", place=said(place))
                self._edge(origin, target, role or Role.DERIVE, sure)
            case _ if relation in _OLD_DERIVATIONS:
                fields = (_OLD_DERIVATIONS[relation], ("usedEntity", "generatedEntity"))
                origin, target = next(filter(all, ([end(f, data) for f in pair] for pair in fields)), (None, None))
                self._edge(origin, target, role or Role.DERIVE, sure)
            case "wasInformedBy":
                self._edge(end("informant", run), end("informed", run), role or Role.DERIVE, sure)
            case "wasInfluencedBy":
                self._edge(end("influencer", data), end("influencee", data), Role.DERIVE, Certainty.INFERRED)
            case "specializationOf" | "mentionOf":
                self._edge(end("generalEntity", data), end("specificEntity", data), Role.CONTAIN, sure)
            case "alternateOf":
                first, second = end("alternate1", data), end("alternate2", data)
                self._edge(first, second, Role.COPY, Certainty.INFERRED)
                self._edge(second, first, Role.COPY, Certainty.INFERRED)
            case "hadMember":
                whole = end("collection", data)
                for name in several(record.get("prov:entity")):
                    part = self._node(some_text(_plain(name), (place, "prov:entity")), data, prefixes)
                    self._edge(whole, part, Role.CONTAIN, sure)
            case "wasInvalidatedBy":
                gone = end("entity", data)
                if gone is not None:
                    node = self.draft.nodes[gone]
                    time = utc(_plain(record.get("prov:time")), (place, "prov:time"))
                    self.draft.node(node.kind, node.name, node.version, node.namespace, key=gone, ended=time)

    def _edge(self, origin: str | None, target: str | None, role: Role, certainty: Certainty) -> None:
        if origin is not None and target is not None:
            self.draft.edge(origin, target, role, certainty)

    def _end(
        self, record: Mapping[str, Any], field: str, kind: NodeKind, place: Place, prefixes: Mapping[str, str]
    ) -> str | None:
        value = record.get(f"prov:{field}")
        if value is None:
            return None
        name = some_text(_plain(value), (place, f"prov:{field}"))
        return None if _expanded(name, prefixes) in self.agents else self._node(name, kind, prefixes)

    def _named(
        self, kind: NodeKind, name: str, prefixes: Mapping[str, str], record: Mapping[str, Any], place: Place,
        times: Mapping[str, str],
    ) -> None:  # fmt: skip
        terms = {
            key.split(":", 1)[1]: [str(_plain(v)) for v in several(value)]
            for key, value in record.items()
            if key.startswith(f"{OWN_PREFIX}:")
        }
        whole = _expanded(name, prefixes)
        if "id" in terms:
            self.ours = True
            self.known[whole] = node_from_terms(self.draft, terms, place)
            return
        space, local = _split(name, prefixes)
        self.known[whole] = self.draft.node(kind, local, "", space, aliases=[whole], **times)

    def _node(self, name: str, kind: NodeKind, prefixes: Mapping[str, str]) -> str:
        whole = _expanded(name, prefixes)
        if whole not in self.known:
            space, local = _split(name, prefixes)
            self.known[whole] = self.draft.node(kind, local, "", space, aliases=[whole])
        return self.known[whole]


def _records(document: Mapping[str, Any], kind: str, inside: Place) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    """Place, name and content of each record; one name may stand for a list of them."""
    for number, (name, value) in enumerate(mapping(document.get(kind, {}), (inside, kind)).items(), 1):
        place = (inside, kind, message("place.record", number=number))
        for record in value if isinstance(value, list) else [value]:
            yield place, name, mapping(record, place)


def _bundles(document: Mapping[str, Any], inside: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    listed = mapping(document.get("bundle", {}), (inside, "bundle")).values()
    for number, bundle in enumerate(listed, 1):
        where = (inside, message("place.bundle", number=number))
        yield where, mapping(bundle, where)


def _prefixes(document: Mapping[str, Any], inside: Place, outer: Mapping[str, str]) -> dict[str, str]:
    own = mapping(document.get("prefix", {}), (inside, "prefix"))
    if not all(isinstance(value, str) for value in own.values()):
        raise ImportRefused((inside, "prefix"), "damage.prefix")
    return {**outer, **own}


def _split(name: str, prefixes: Mapping[str, str]) -> tuple[str, str]:
    """Namespace and local name; a name of an unknown prefix stays as it is."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in prefixes:
        return prefixes[prefix], local
    if not colon and "default" in prefixes:
        return prefixes["default"], name
    return "", name


def _expanded(name: str, prefixes: Mapping[str, str]) -> str:
    return "".join(_split(name, prefixes))


def _plain(value: Any) -> Any:
    """The value of a typed literal."""
    return value.get("$") if isinstance(value, dict) else value
