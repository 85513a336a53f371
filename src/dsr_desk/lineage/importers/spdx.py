"""SPDX 3.0 in JSON-LD: AI and dataset packages, builds, and the relationships between them and their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import DOCUMENT, ImportRefused, LineageDraft
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import listing, mapping, maybe_text, objects, some_text, utc
from dsr_desk.lineage.importers.settling import settle_roles

FORMAT = "SPDX 3"
NAMESPACE = "spdx"

_KINDS = {"AIPackage": NodeKind.MODEL, "DatasetPackage": NodeKind.DATASET, "Build": NodeKind.RUN}
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

_SAYS_IT = ("trainedOn", "testedOn")
# A script that makes data is no model, although it may lie in the package of one.
_SCRIPTS = ("executable", "source", "test", "install", "library", "framework", "application")

files = the_file


def sniff(peek: Peek) -> bool:
    return "spdx.org" in str(peek.first_object.get("@context"))


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    graph = listing(document.get("@graph"), "@graph") if "@graph" in document else [document]
    reader = _Reader(draft)
    relationships = []
    for i, item in enumerate(graph):
        place = f"@graph[{i}]"
        element = _short_keys(mapping(item, place))
        short = _word(element.get("type"), f"{place}.type").rsplit("_", 1)[-1]
        if short == "CreationInfo" and not str(element.get("specVersion", "")).startswith("3."):
            raise ImportRefused(f"{place}.specVersion", "damage.spdx-version")
        if short.endswith("Relationship"):
            relationships.append((place, _relationship(element, place)))
        else:
            ident = maybe_text(element.get("spdxId") or element.get("@id"), f"{place}.spdxId")
            if ident:
                reader.elements[ident] = (place, short, element)
    for _, (kind, origin, targets) in relationships:
        if kind == "contains":
            for target in targets:
                reader.around[target].append(origin)
        reader.of_build[origin] += targets
    for _, (kind, origin, targets) in relationships:
        reader.licence(kind, origin, targets)
    for ident, (_, short, _) in reader.elements.items():
        if short in _KINDS:
            reader.node(ident, _KINDS[short])
    for _, (kind, origin, targets) in relationships:
        for target in targets:
            reader.relate(kind, origin, target)
    settle_roles(draft)


def _short_keys(element: Mapping[str, Any]) -> dict[str, Any]:
    """Properties by their own names: without the name of the profile, or the address, that may stand before them."""
    return {_TYPE.get(key, key.rsplit("/", 1)[-1].rsplit("_", 1)[-1]): value for key, value in element.items()}


def _word(value: object, place: str) -> str:
    """A term of SPDX without its address; the first of several."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@id")
    return some_text(value, place).rsplit("/", 1)[-1]


def _ident(value: object, place: str) -> str:
    """What an end of a relationship refers to: an id, or an object that has one."""
    if isinstance(value, dict):
        value = value.get("spdxId") or value.get("@id")
    return some_text(value, place)


def _relationship(element: Mapping[str, Any], place: str) -> tuple[str, str, list[str]]:
    targets = element.get("to")
    listed = targets if isinstance(targets, list) else [targets]
    if not listed:
        raise ImportRefused(f"{place}.to", "damage.empty")
    return (
        _word(element.get("relationshipType"), f"{place}.relationshipType"),
        _ident(element.get("from"), f"{place}.from"),
        [_ident(target, f"{place}.to") for target in listed],
    )


class _Reader:
    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self.elements: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self.around: dict[str, list[str]] = defaultdict(list)
        self.of_build: dict[str, list[str]] = defaultdict(list)
        self.nodes: dict[str, str] = {}
        self.licences: dict[str, str] = {}

    def licence(self, kind: str, origin: str, targets: list[str]) -> None:
        """What was concluded counts before what was declared."""
        if kind in _LICENCES and (kind == _LICENCES[0] or origin not in self.licences):
            _, _, content = self.elements.get(targets[0], ("", "", {}))
            said = content.get("licenseExpression") or content.get("name") or targets[0].rsplit("/", 1)[-1]
            self.licences[origin] = maybe_text(said, kind)

    def relate(self, kind: str, origin: str, target: str) -> None:
        if kind in _FLOWS:
            role, backward, first, second = _FLOWS[kind]
            if not (kind in _SAYS_IT or self._about_data(origin, target)) or (
                kind == "generates" and self._purpose(origin) in _SCRIPTS
            ):
                return
            ends = (self._climbed(origin, first), self._climbed(target, second))
            self.draft.edge(*(ends[::-1] if backward else ends), role)
        elif kind in ("contains", "dependsOn", "hasDynamicLink", "hasStaticLink"):
            # Software that holds or needs a model is what stands on top of it.
            if self._kind(target) == NodeKind.MODEL and self._kind(origin) is None:
                self.draft.edge(self.nodes[target], self.node(origin, NodeKind.PRODUCT), Role.SERVE)
            elif kind == "dependsOn" and {self._kind(target), self._kind(origin)} <= {NodeKind.MODEL, NodeKind.DATASET}:
                self.draft.edge(self.nodes[target], self.nodes[origin], Role.DERIVE, Certainty.INFERRED)
            elif kind == "contains" and self._kind(target) == self._kind(origin) == NodeKind.DATASET:
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
        return _word(purpose, "primaryPurpose") if purpose else ""

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

    def _kind(self, ident: str) -> NodeKind | None:
        """The kind of an element that is a model, a dataset or a build by its type."""
        return _KINDS.get(self.elements[ident][1]) if ident in self.elements else None

    def _climbed(self, ident: str, expected: NodeKind) -> str:
        """The node of an element; a file stands for the AI or dataset package that contains it."""
        package = self._package(ident)
        return self.nodes.get(package) or self.node(ident, _PURPOSES.get(self._purpose(ident), expected))

    def node(self, ident: str, kind: NodeKind) -> str:
        if ident in self.nodes:
            return self.nodes[ident]
        place, _, element = self.elements.get(ident, ("", "", {}))
        digests = []
        for where, item in objects(element, "verifiedUsing", place):
            digest = _short_keys(item)
            if str(digest.get("type", "Hash")).endswith("Hash") and "algorithm" in digest:
                value = some_text(digest.get("hashValue"), f"{where}.hashValue").lower()
                digests.append(f"{_word(digest['algorithm'], where)}:{value}")
        name = maybe_text(element.get("name"), f"{place}.name") or ident
        version = maybe_text(element.get("packageVersion"), f"{place}.packageVersion")
        self.nodes[ident] = self.draft.node(
            kind, name, version, NAMESPACE if version else f"{NAMESPACE}:{ident}", digests=digests,
            aliases=[
                ident,
                maybe_text(element.get("packageUrl"), place),
                maybe_text(element.get("downloadLocation"), place),
            ],
            created=utc(
                element.get("builtTime") or element.get("buildEndTime") or element.get("releaseTime"), place
            ),
            licence=self.licences.get(ident, ""),
        )  # fmt: skip
        return self.nodes[ident]
