"""SPDX 3 in JSON-LD: AI and dataset packages, builds, and the relationships between them and their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import DOCUMENT, NAMED_ONLY, ImportRefused, LineageDraft, system_of
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import mapping, several
from dsr_desk.lineage.importers.settling import settle_roles
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import entries, plain_text, trifle

FORMAT = "SPDX 3"
NAMESPACE = "spdx"

_KINDS = {"AIPackage": NodeKind.MODEL, "DatasetPackage": NodeKind.DATASET, "Build": NodeKind.RUN}
_AGENTS = ("Agent", "Person", "Organization", "SoftwareAgent")
_TYPE = {"@type": "type"}
_LICENCES = ("hasConcludedLicense", "hasDeclaredLicense")
_PURPOSES = {"model": NodeKind.MODEL, "data": NodeKind.DATASET}
# What a relationship means: role, whether data flows from `to` to `from`, and what its ends are where untyped.
_FLOWS: dict[str, tuple[Role, bool, NodeKind, NodeKind]] = {
    "trainedOn": (Role.TRAIN, True, NodeKind.MODEL, NodeKind.DATASET),
    "testedOn": (Role.EVALUATE, True, NodeKind.MODEL, NodeKind.DATASET),
    "descendantOf": (Role.DERIVE, True, NodeKind.MODEL, NodeKind.MODEL),
    "ancestorOf": (Role.DERIVE, False, NodeKind.MODEL, NodeKind.MODEL),
    "hasVariant": (Role.DERIVE, False, NodeKind.MODEL, NodeKind.MODEL),
    "copiedTo": (Role.COPY, False, NodeKind.DATASET, NodeKind.DATASET),
    "generates": (Role.DERIVE, False, NodeKind.MODEL, NodeKind.DATASET),
    "hasInput": (Role.INPUT, True, NodeKind.RUN, NodeKind.DATASET),
    "hasDataFile": (Role.SERVE, True, NodeKind.PRODUCT, NodeKind.DATASET),
    "hasOutput": (Role.PRODUCE, False, NodeKind.RUN, NodeKind.DATASET),
}
_HOLDS = ("contains", "dependsOn", "hasDynamicLink", "hasStaticLink")
_SPELLED = {kind.casefold(): kind for kind in (*_FLOWS, *_HOLDS, *_LICENCES)}

_SAYS_IT = ("trainedOn", "testedOn")
# A script that makes data is no model, although it may lie in the package of one.
_SCRIPTS = ("executable", "source", "test", "install", "library", "framework", "application")
_NOBODY = ("NoneElement", "NoAssertionElement")
"""Ends of a relationship that say that there is none, or that it is not said."""

files = the_file


@dataclass(frozen=True)
class _Relationship:
    kind: str
    origin: str
    targets: tuple[str, ...]
    since: str
    until: str


def sniff(peek: Peek) -> bool:
    return "spdx.org" in str(peek.first_object.get("@context"))


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    graph = several(document.get("@graph")) if "@graph" in document else [document]
    reader = _Reader(draft)
    relationships: list[_Relationship] = []
    called = ""
    for i, item in enumerate(graph):
        place = f"@graph[{i}]"
        if not isinstance(item, dict):
            trifle(draft, place, item, "damage.object")
            continue
        element = _short_keys(item)
        ident = plain_text(element.get("spdxId") or element.get("@id"), f"{place}.spdxId", draft)
        short = _type(element, place, draft)
        if short == "CreationInfo":
            _check_version(element, place, draft)
        elif short == "SpdxDocument":
            called = called or ident
        if short.endswith("Relationship"):
            relationships += _relationship(element, place, draft)
        elif ident:
            if not short:
                trifle(draft, f"{place}.type", element.get("type"), "damage.missing", "became.software")
            reader.add(ident, place, short, element)
    reader.own = system_of(NAMESPACE, called if _is_global(called) else peek.sha256)
    for one in relationships:
        reader.note(one)
    for ident, (_, short, _) in reader.elements.items():
        if short in _KINDS:
            reader.node(ident, _KINDS[short])
    for one in relationships:
        for target in one.targets:
            reader.relate(one, target)
    settle_roles(draft)


def _check_version(element: Mapping[str, Any], place: str, draft: LineageDraft) -> None:
    said = plain_text(element.get("specVersion"), f"{place}.specVersion", draft)
    if said and not said.startswith("3"):
        raise ImportRefused(f"{place}.specVersion", "damage.spdx-version")
    if not said:
        trifle(draft, f"{place}.specVersion", said, "damage.spdx-version", "became.nothing")


def _short_keys(element: Mapping[str, Any]) -> dict[str, Any]:
    """Properties by their own names: without the name of the profile, or the address, that may stand before them."""
    return {_TYPE.get(key, key.rsplit("/", 1)[-1].rsplit("_", 1)[-1]): value for key, value in element.items()}


def _type(element: Mapping[str, Any], place: str, draft: LineageDraft) -> str:
    said = _word(element.get("type"), f"{place}.type", draft).rsplit("_", 1)[-1]
    return said or ("Relationship" if "relationshipType" in element else "")


def _word(value: object, place: str, draft: LineageDraft) -> str:
    """A term of SPDX without its address; the first of several."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@id")
    return plain_text(value, place, draft).rsplit("/", 1)[-1]


def _ident(value: object, place: str, draft: LineageDraft) -> str:
    """What an end of a relationship refers to: an id, or an object that has one."""
    if isinstance(value, dict):
        value = value.get("spdxId") or value.get("@id")
    return plain_text(value, place, draft)


def _is_global(ident: str) -> bool:
    """Whether an id names one thing in the world: others (`_:3`, `#gate`) count inside of their document."""
    return ":" in ident and not ident.startswith(("_:", "#"))


def _relationship(element: Mapping[str, Any], place: str, draft: LineageDraft) -> list[_Relationship]:
    """None where an end is missing in something that says nothing of models and data. Raises ImportRefused."""
    word = _word(element.get("relationshipType"), f"{place}.relationshipType", draft)
    kind = _SPELLED.get(word.replace("_", "").casefold(), word)
    origin = _ident(element.get("from"), f"{place}.from", draft)
    found = [_ident(target, f"{place}.to", draft) for target in several(element.get("to"))]
    targets = tuple(one for one in found if one and one.rsplit("/", 1)[-1] not in _NOBODY)
    if (not origin or not all(found)) and kind in _SAYS_IT:
        raise ImportRefused(place, "damage.empty")
    if not found:
        draft.warn("note.lineage.relation-to-nothing", place=place, word=kind)
    since, until = (when(element.get(field), f"{place}.{field}", draft) for field in ("startTime", "endTime"))
    return [_Relationship(kind, origin, targets, since, until)] if origin and targets else []


class _Reader:
    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self.own = ""
        self.elements: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self.around: dict[str, list[str]] = defaultdict(list)
        self.of_build: dict[str, list[str]] = defaultdict(list)
        self.nodes: dict[str, str] = {}
        self.licences: dict[str, str] = {}

    def add(self, ident: str, place: str, short: str, element: Mapping[str, Any]) -> None:
        """Raises ImportRefused where one id is that of two things."""
        known = self.elements.get(ident)
        if known and {known[1], short} & _KINDS.keys() and (known[1], known[2].get("name")) != (
            short, element.get("name"),
        ):  # fmt: skip
            raise ImportRefused(f"{place}.spdxId", "damage.reference-twice")
        self.elements[ident] = (place, short, {**known[2], **element} if known else element)

    def note(self, one: _Relationship) -> None:
        """What lies in what, what a build took and gave; of licences, what was concluded before what was declared."""
        if one.kind == "contains":
            for target in one.targets:
                self.around[target].append(one.origin)
        self.of_build[one.origin] += one.targets
        if one.kind in _LICENCES and (one.kind == _LICENCES[0] or one.origin not in self.licences):
            _, _, content = self.elements.get(one.targets[0], ("", "", {}))
            said = content.get("licenseExpression") or content.get("name") or one.targets[0].rsplit("/", 1)[-1]
            self.licences[one.origin] = plain_text(said, one.kind, self.draft)

    def relate(self, one: _Relationship, target: str) -> None:
        kind, origin = one.kind, one.origin
        if kind == "copiedTo" and self._short(target) in _AGENTS and self._about_data(origin):
            self._passed_on(one, target)
        elif kind in _FLOWS:
            role, backward, first, second = _FLOWS[kind]
            if not (kind in _SAYS_IT or self._about_data(origin, target)) or (
                kind == "generates" and self._purpose(origin) in _SCRIPTS
            ):
                return
            ends = (self._climbed(origin, first), self._climbed(target, second))
            self.draft.edge(*(ends[::-1] if backward else ends), role)
        elif kind in _HOLDS:
            self._holds(kind, origin, target)
        elif kind not in _LICENCES and self._kind(origin) in _PURPOSES.values() and self._kind(target):
            self.draft.warn("note.lineage.relation-unread", word=kind)

    def _passed_on(self, one: _Relationship, target: str) -> None:
        recipient = self.node(target, NodeKind.RECIPIENT)
        given = self._climbed(one.origin, NodeKind.MODEL)
        self.draft.edge(given, recipient, Role.PASS_ON, since=one.since, until=one.until)

    def _holds(self, kind: str, origin: str, target: str) -> None:
        kinds = {self._kind(target), self._kind(origin)}
        # Software that holds or needs a model is what stands on top of it.
        if self._kind(target) == NodeKind.MODEL and self._kind(origin) is None:
            self.draft.edge(self.nodes[target], self.node(origin, NodeKind.PRODUCT), Role.SERVE)
        elif kind == "dependsOn" and kinds <= {NodeKind.MODEL, NodeKind.DATASET}:
            self.draft.edge(
                self.nodes[target], self.nodes[origin], Role.DERIVE, Certainty.INFERRED,
                why="guess.spdx.depends", by=kind, text=self.draft.nodes[self.nodes[target]].label,
            )  # fmt: skip
        elif kind == "contains" and kinds == {NodeKind.DATASET}:
            self.draft.edge(self.nodes[origin], self.nodes[target], Role.CONTAIN)

    def _about_data(self, *ends: str) -> bool:
        """Whether a model or a dataset has part in it: most of what is built and generated is ordinary software."""
        data = (NodeKind.MODEL, NodeKind.DATASET)
        builds = [ident for ident in ends if self._kind(ident) == NodeKind.RUN]
        others = [ident for ident in ends if ident not in builds] + [o for b in builds for o in self.of_build[b]]
        return any(self._purpose(ident) in _PURPOSES or self._kind(self._package(ident)) in data for ident in others)

    def _purpose(self, ident: str) -> str:
        _, _, content = self.elements.get(ident, ("", "", {}))
        purpose = content.get("primaryPurpose")
        return _word(purpose, "primaryPurpose", self.draft) if purpose else ""

    def _package(self, ident: str) -> str:
        """The AI package, dataset package or build that an element is, or lies in; else the element."""
        seen, queue = {ident}, [ident]
        for element in queue:
            if self._kind(element) is not None:
                return element
            fresh = [whole for whole in self.around[element] if whole not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        return ident

    def _short(self, ident: str) -> str:
        return self.elements[ident][1] if ident in self.elements else ""

    def _kind(self, ident: str) -> NodeKind | None:
        """The kind of an element that is a model, a dataset or a build by its type."""
        return _KINDS.get(self._short(ident))

    def _climbed(self, ident: str, expected: NodeKind) -> str:
        """The node of an element; a file stands for the AI or dataset package that contains it."""
        package = self._package(ident)
        return self.nodes.get(package) or self.node(ident, _PURPOSES.get(self._purpose(ident), expected))

    def node(self, ident: str, kind: NodeKind) -> str:
        """Raises ImportRefused where the document refers to something in itself that is not there."""
        if ident in self.nodes:
            return self.nodes[ident]
        place, _, element = self.elements.get(ident, ("", "", {}))
        if not element and not _is_global(ident):
            raise ImportRefused(ident, "damage.no-part")
        digests = []
        for where, item in entries(element, "verifiedUsing", place, self.draft):
            digest = _short_keys(item)
            if str(digest.get("type", "Hash")).endswith("Hash") and "algorithm" in digest:
                algorithm = _word(digest["algorithm"], f"{where}.algorithm", self.draft)
                value = plain_text(digest.get("hashValue"), f"{where}.hashValue", self.draft).lower()
                digests += [f"{algorithm}:{value}"] if algorithm and value else []
        name, version, purl, location = (
            plain_text(element.get(field), f"{place}.{field}", self.draft)
            for field in ("name", "packageVersion", "packageUrl", "downloadLocation")
        )
        self.nodes[ident] = self.draft.node(
            kind, name or ident, version, self.own, key=f"{kind.value}:{self.own}|{ident}", digests=digests,
            aliases=[ident if _is_global(ident) else "", purl, location],
            created=self._time(element, place), licence=self.licences.get(ident, ""),
            **({} if element else {NAMED_ONLY: "yes"}),
        )  # fmt: skip
        return self.nodes[ident]

    def _time(self, element: Mapping[str, Any], place: str) -> str:
        for field in ("builtTime", "buildEndTime", "releaseTime"):
            if time := when(element.get(field), f"{place}.{field}", self.draft):
                return time
        return ""
