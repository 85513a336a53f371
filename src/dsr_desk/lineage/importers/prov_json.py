"""W3C PROV-JSON: entities, activities and how they came of each other, bundles included."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.importers.draft import (
    DOCUMENT,
    KIND_TEXT,
    KIND_WHY,
    ImportRefused,
    LineageDraft,
    Place,
    said,
    system_of,
)
from dsr_desk.lineage.importers.names import Likely, model_file
from dsr_desk.lineage.importers.own_form import OWN_PREFIX, node_from_terms
from dsr_desk.lineage.importers.own_words import EDGE_TERMS
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import certainty_said, mapping, role_said, several, some_text
from dsr_desk.lineage.importers.settling import settle_roles
from dsr_desk.lineage.importers.times import when

FORMAT = "PROV-JSON"
NAMESPACE = "prov"

_WORLDLY = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+\.[^/:?#.]+)(?:[:/?#]|$)", re.IGNORECASE)
_NOBODYS = re.compile(r"(^|\.)(example\.(org|com|net|edu)|example|test|invalid|local|localhost)$", re.IGNORECASE)
_MODEL_TYPES = {"model", "mlmodel", "machinelearningmodel", "trainedmodel"}
_RECIPIENTS = {"recipient", "receiver", "empfänger", "empfaenger"}

# Kinds of derivation that stood for themselves in drafts of PROV-JSON, with their fields for origin and target.
_OLD_DERIVATIONS = {
    "wasRevisionOf": ("older", "newer"), "wasQuotedFrom": ("original", "quote"),
    "hadOriginalSource": ("source", "derived"), "hadPrimarySource": ("usedEntity", "generatedEntity"),
    "tracedTo": ("ancestor", "entity"), "derivedByInsertionFrom": ("before", "after"),
    "derivedByRemovalFrom": ("before", "after"),
}  # fmt: skip
_RELATIONS = {
    "used", "wasGeneratedBy", "wasDerivedFrom", "specializationOf", "alternateOf", "hadMember", "wasInvalidatedBy",
    "wasInfluencedBy", "wasInformedBy", "mentionOf", "wasAssociatedWith", *_OLD_DERIVATIONS,
}  # fmt: skip
_OTHERS = {
    "prefix", "entity", "activity", "agent", "bundle", "wasAttributedTo", "actedOnBehalfOf",
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
    reader = _Reader(draft, peek.sha256)
    reader.names(document, "", {})
    reader.relations(document, "", {})
    reader.passed_on()
    if not reader.ours:
        settle_roles(draft)


class _Reader:
    """Two passes, since a relation may stand before the things that it relates."""

    def __init__(self, draft: LineageDraft, digest: str) -> None:
        self.draft = draft
        self.digest = digest
        self.known: dict[str, str] = {}
        self.agents: set[str] = set()
        self.used: dict[str, set[str]] = defaultdict(set)
        self.received: list[tuple[str, str, str]] = []
        self.ours = False

    def names(self, document: Mapping[str, Any], inside: Place, outer: Mapping[str, str]) -> None:
        prefixes = _prefixes(document, inside, outer)
        for place, name, record in _records(document, "activity", inside):
            times = {
                key: when(_plain(record.get(field)), (place, f"{field}"), self.draft)
                for key, field in (("created", "prov:startTime"), ("ended", "prov:endTime"))
            }
            self._named(NodeKind.RUN, name, prefixes, record, place, times)
        for place, name, record in _records(document, "entity", inside):
            types = [str(_plain(value)) for value in several(record.get("prov:type"))]
            if any("prov:Bundle" in word for word in types):
                continue
            kind, why = _kind(types, name)
            time = when(_plain(record.get("prov:generatedAtTime")), (place, "prov:generatedAtTime"), self.draft)
            self._named(kind, name, prefixes, record, place, {"created": time, **why})
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
        role = role_said(word) or role_said(word.rpartition(":")[2])
        certainty = certainty_said(_plain(record.get(f"{OWN_PREFIX}:certainty")))
        sure = certainty or Certainty.RECORDED
        terms = {
            key: str(_plain(record[f"{OWN_PREFIX}:{key}"])) for key in EDGE_TERMS if f"{OWN_PREFIX}:{key}" in record
        }

        def edge(origin: str | None, target: str | None, role: Role, certainty: Certainty, **why: str) -> None:
            if origin is not None and target is not None:
                self.draft.edge(origin, target, role, certainty, **{**why, **terms})

        def end(field: str, kind: NodeKind) -> str | None:
            return self._end(record, field, kind, place, prefixes)

        data, run = NodeKind.DATASET, NodeKind.RUN
        match relation:
            case "used":
                taken, user = end("entity", data), end("activity", run)
                edge(taken, user, role or Role.INPUT, sure)
                if taken and user:
                    self.used[user].add(taken)
            case "wasAssociatedWith" if word.rpartition(":")[2].casefold() in _RECIPIENTS:
                self._received(record, place, prefixes)
            case "wasGeneratedBy":
                edge(end("activity", run), end("entity", data), role or Role.PRODUCE, sure)
            case "wasDerivedFrom":
                origin, target = end("usedEntity", data), end("generatedEntity", data)
                if origin is None:
                    self.draft.warn("note.lineage.derived-from-what", place=said(place))
                edge(origin, target, role or Role.DERIVE, sure)
            case _ if relation in _OLD_DERIVATIONS:
                fields = (_OLD_DERIVATIONS[relation], ("usedEntity", "generatedEntity"))
                origin, target = next(filter(all, ([end(f, data) for f in pair] for pair in fields)), (None, None))
                edge(origin, target, role or Role.DERIVE, sure)
            case "wasInformedBy":
                edge(end("informant", run), end("informed", run), role or Role.DERIVE, sure)
            case "wasInfluencedBy":
                why = {"why": "guess.prov.influence", "by": relation}
                edge(end("influencer", data), end("influencee", data), Role.DERIVE, Certainty.INFERRED, **why)
            case "specializationOf" | "mentionOf":
                edge(end("generalEntity", data), end("specificEntity", data), Role.CONTAIN, sure)
            case "alternateOf":
                first, second = end("alternate1", data), end("alternate2", data)
                for ends in ((first, second), (second, first)):
                    edge(*ends, Role.COPY, Certainty.INFERRED, why="guess.prov.alternate", by=relation)
            case "hadMember":
                whole = end("collection", data)
                for name in several(record.get("prov:entity")):
                    part = self._node(some_text(_plain(name), (place, "prov:entity")), data, prefixes)
                    edge(whole, part, Role.CONTAIN, sure)
            case "wasInvalidatedBy":
                gone = end("entity", data)
                if gone is not None:
                    node = self.draft.nodes[gone]
                    time = when(_plain(record.get("prov:time")), (place, "prov:time"), self.draft)
                    self.draft.node(node.kind, node.name, node.version, node.namespace, key=gone, ended=time)

    def _received(self, record: Mapping[str, Any], place: Place, prefixes: Mapping[str, str]) -> None:
        """An agent to whom an activity gave something."""
        activity = self._end(record, "activity", NodeKind.RUN, place, prefixes)
        agent = some_text(_plain(record.get("prov:agent")), (place, "prov:agent"))
        if activity is not None:
            space, local = self._split(agent, prefixes)
            recipient = self.draft.node(
                NodeKind.RECIPIENT, local, "", space, aliases=[_expanded(agent, prefixes)]
            )  # fmt: skip
            self.received.append((activity, recipient, str(_plain(record.get(f"{OWN_PREFIX}:told")) or "")))

    def passed_on(self) -> None:
        """What an activity used went to the agents that it names as recipients."""
        for activity, recipient, told in self.received:
            run = self.draft.nodes[activity]
            for given in sorted(self.used[activity]):
                self.draft.edge(given, recipient, Role.PASS_ON, since=run.ended or run.created, told=told)

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
        about: Mapping[str, str],
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
        space, local = self._split(name, prefixes)
        self.known[whole] = self.draft.node(kind, local, "", space, aliases=[whole], **about)

    def _node(self, name: str, kind: NodeKind, prefixes: Mapping[str, str]) -> str:
        whole = _expanded(name, prefixes)
        if whole not in self.known:
            space, local = self._split(name, prefixes)
            self.known[whole] = self.draft.node(kind, local, "", space, aliases=[whole])
        return self.known[whole]

    def _split(self, name: str, prefixes: Mapping[str, str]) -> tuple[str, str]:
        """System and local name. An address with a host of somebody's is one system in the world, any other
        namespace counts in this document alone."""
        space, local = _split(name, prefixes)
        worldly = _WORLDLY.match(space)
        if worldly and not _NOBODYS.search(worldly[1]):
            return space, local
        return system_of(NAMESPACE, self.digest, space), local


def _kind(types: list[str], name: str) -> tuple[NodeKind, dict[str, str]]:
    """A model where a type says so; where one only holds the word, or the name is that of weights, it is concluded."""
    for word in types:
        short = re.split(r"[:/#]", word)[-1].casefold().replace("_", "").replace("-", "")
        if short in _MODEL_TYPES:
            return NodeKind.MODEL, {}
    if text := next((word for word in types if "model" in word.casefold()), ""):
        return NodeKind.MODEL, {KIND_WHY: "guess.kind.type", KIND_TEXT: text}
    if not types and model_file(name.rpartition(":")[2]) is Likely.YES:
        return NodeKind.MODEL, {KIND_WHY: "guess.kind.file", KIND_TEXT: name}
    return NodeKind.DATASET, {}


def _records(document: Mapping[str, Any], kind: str, inside: Place) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    """Place, name and content of each record; one name may stand for a list of them."""
    for number, (name, value) in enumerate(mapping(document.get(kind) or {}, (inside, kind)).items(), 1):
        place = (inside, kind, message("place.record", number=number))
        for record in value if isinstance(value, list) else [value]:
            yield place, name, mapping({} if record is None else record, place)


def _bundles(document: Mapping[str, Any], inside: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    listed = mapping(document.get("bundle") or {}, (inside, "bundle")).values()
    for number, bundle in enumerate(listed, 1):
        where = (inside, message("place.bundle", number=number))
        yield where, mapping(bundle, where)


def _prefixes(document: Mapping[str, Any], inside: Place, outer: Mapping[str, str]) -> dict[str, str]:
    own = mapping(document.get("prefix") or {}, (inside, "prefix"))
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
