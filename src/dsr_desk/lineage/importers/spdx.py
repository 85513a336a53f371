"""SPDX 3.0 in JSON-LD: AI and dataset packages, builds, and the relationships between them and their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import Draft, Refused
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import listing, mapping, maybe_text, some_text, utc
from dsr_desk.lineage.importers.settling import settle_roles

FORMAT = "SPDX 3"
NAMESPACE = "spdx"

_KINDS = {"AIPackage": NodeKind.MODEL, "DatasetPackage": NodeKind.DATASET, "Build": NodeKind.RUN}
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
    "hasOutput": (Role.PRODUCE, False, NodeKind.RUN, NodeKind.DATASET),
}

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_value if peek.is_json else None
    return isinstance(value, dict) and "@context" in value and "spdx.org" in str(value["@context"])


def read(peek: Peek, draft: Draft) -> None:
    document = mapping(peek.first_value, "the document")
    graph = listing(document.get("@graph"), "@graph") if "@graph" in document else [document]
    reader = _Reader(draft)
    relationships = []
    for i, item in enumerate(graph):
        place = f"@graph[{i}]"
        element = mapping(item, place)
        kind = some_text(element.get("type") or element.get("@type"), f"{place}.type")
        short = kind.rsplit("/", 1)[-1].rsplit("_", 1)[-1]
        if short == "CreationInfo" and not str(element.get("specVersion", "")).startswith("3."):
            raise Refused(f"{place}.specVersion", "SPDX 3 is expected")
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
    for ident, (_, short, _) in reader.elements.items():
        if short in _KINDS:
            reader.node(ident, _KINDS[short])
    for _, (kind, origin, targets) in relationships:
        for target in targets:
            reader.relate(kind, origin, target)
    settle_roles(draft)


def _relationship(element: Mapping[str, Any], place: str) -> tuple[str, str, list[str]]:
    targets = element.get("to")
    listed = targets if isinstance(targets, list) else [targets]
    if not listed:
        raise Refused(f"{place}.to", "it is empty")
    return (
        some_text(element.get("relationshipType"), f"{place}.relationshipType").rsplit("/", 1)[-1],
        some_text(element.get("from"), f"{place}.from"),
        [some_text(target, f"{place}.to") for target in listed],
    )


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.elements: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self.around: dict[str, list[str]] = defaultdict(list)
        self.nodes: dict[str, str] = {}

    def relate(self, kind: str, origin: str, target: str) -> None:
        if kind in _FLOWS:
            role, backward, first, second = _FLOWS[kind]
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

    def _kind(self, ident: str) -> NodeKind | None:
        """The kind of an element that is a model, a dataset or a build by its type."""
        return _KINDS.get(self.elements[ident][1]) if ident in self.elements else None

    def _climbed(self, ident: str, expected: NodeKind) -> str:
        """The node of an element; a file stands for the AI or dataset package that contains it."""
        seen, queue = {ident}, [ident]
        for element in queue:
            kind = self._kind(element)
            if kind is not None:
                return self.nodes[element]
            for whole in self.around[element]:
                if whole not in seen:
                    seen.add(whole)
                    queue.append(whole)
        _, _, content = self.elements.get(ident, ("", "", {}))
        return self.node(ident, _PURPOSES.get(str(content.get("software_primaryPurpose")), expected))

    def node(self, ident: str, kind: NodeKind) -> str:
        if ident in self.nodes:
            return self.nodes[ident]
        place, _, element = self.elements.get(ident, ("", "", {}))
        digests = []
        for i, item in enumerate(listing(element.get("verifiedUsing"), f"{place}.verifiedUsing")):
            where = f"{place}.verifiedUsing[{i}]"
            digest = mapping(item, where)
            if str(digest.get("type", "Hash")).endswith("Hash") and "algorithm" in digest:
                value = some_text(digest.get("hashValue"), f"{where}.hashValue").lower()
                digests.append(f"{some_text(digest['algorithm'], where)}:{value}")
        name = maybe_text(element.get("name"), f"{place}.name") or ident
        version = maybe_text(element.get("software_packageVersion"), f"{place}.software_packageVersion")
        self.nodes[ident] = self.draft.node(
            kind, name, version, NAMESPACE, digests=digests,
            aliases=[
                ident,
                maybe_text(element.get("software_packageUrl"), place),
                maybe_text(element.get("software_downloadLocation"), place),
            ],
            created=utc(
                element.get("builtTime") or element.get("build_buildEndTime") or element.get("releaseTime"), place
            ),
        )  # fmt: skip
        return self.nodes[ident]
