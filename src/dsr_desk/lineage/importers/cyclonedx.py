"""CycloneDX 1.5 to 1.7 (older ones know services alone): models, data, pedigree, workflows, services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.cyclonedx_check import (
    COMPONENT_TYPES,
    RELATIVES,
    all_components,
    all_services,
    check,
    digests_of,
    licence_of,
    serial_of,
)
from dsr_desk.lineage.importers.draft import (
    DOCUMENT,
    KIND_TEXT,
    KIND_WHY,
    NAMED_ONLY,
    UNCLASSIFIED,
    UNIDENTIFIED,
    ImportRefused,
    LineageDraft,
    system_of,
)
from dsr_desk.lineage.importers.names import Likely, is_placeholder, model_file
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import mapping, several
from dsr_desk.lineage.importers.settling import settle_roles
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import entries, part, plain_text, shown, trifle

FORMAT = "CycloneDX"
NAMESPACE = "cyclonedx"

_KINDS = {"machine-learning-model": NodeKind.MODEL, "data": NodeKind.DATASET}
_DATA = (NodeKind.DATASET, NodeKind.MODEL)
_CARD = "modelCard.modelParameters.datasets"
_LINK = "urn:cdx:"
_BY = {
    "guess.cyclonedx.inside": "components", "guess.cyclonedx.depends": "dependencies",
    "guess.cyclonedx.main": "metadata.component",
}  # fmt: skip

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_object
    return "bomFormat" in value or "cyclonedx.org" in str(value.get("$schema", ""))


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    check(document, draft)
    serial = serial_of(document, draft)
    reader = _Reader(draft, document, serial, peek.sha256)
    for place, component in all_components(document, draft):
        reader.component(component, place)
    for place, service in all_services(document, draft):
        reader.service(service, place)
    for place, component in all_components(document, draft):
        reader.relations(component, place)
    for place, formula in entries(document, "formulation", "", draft):
        reader.formula(formula, place)
    reader.dependencies(document)
    reader.main(part(document, "metadata", "", draft))
    settle_roles(draft)
    reader.drop_bystanders()
    if reader.undeclared:
        draft.warn("note.lineage.undeclared", count=len(reader.undeclared))


class _Reader:
    """A document is known again by its serial number and what it is about, else by its content (`digest`)."""

    def __init__(self, draft: LineageDraft, document: Mapping[str, Any], serial: str, digest: str) -> None:
        self.draft = draft
        version = plain_text(document.get("version"), "version", draft) or "1"
        self.link = f"{_LINK}{serial}/{version}#" if serial else ""
        about = part(part(document, "metadata", "", draft), "component", "metadata", draft)
        name = plain_text(about.get("name"), "metadata.component.name", draft)
        self.own = system_of(NAMESPACE, serial, name) if serial else system_of(NAMESPACE, digest)
        self.known: dict[str, str] = {}
        self.seats: dict[int, str] = {}
        self.undeclared: set[str] = set()

    def component(self, component: Mapping[str, Any], place: str) -> None:
        """A node for a component; software that is no model is a product, and is dropped where nothing reaches it."""
        text = {
            field: plain_text(component.get(field), f"{place}.{field}", self.draft)
            for field in ("group", "name", "version", "bom-ref", "purl")
        }
        name = text["name"] or text["purl"] or text["bom-ref"] or place
        if not text["name"]:
            self.draft.warn("note.lineage.unnamed", place=place, name=shown(name))
        name = f"{text['group']}/{name}" if text["group"] else name
        kind, attributes = self._class(component, name, place)
        digests = digests_of(component, place, self.draft)
        content = self._content(component, place)
        if kind is NodeKind.DATASET and is_placeholder(name) and not (digests or content or text["purl"]):
            attributes[UNIDENTIFIED] = "yes"
        node = self.draft.node(
            kind, name, text["version"], self.own, digests=digests if kind in _DATA else [],
            aliases=[self.link + text["bom-ref"] if self.link and text["bom-ref"] else "", text["purl"], *content],
            licence=licence_of(component, place, self.draft), **attributes,
        )  # fmt: skip
        # What a component of type data holds is called by references of its own.
        for item in [component, *(inner for _, inner in entries(component, "data", place, self.draft))]:
            self._call(plain_text(item.get("bom-ref"), f"{place}.bom-ref", self.draft), node, place)
        self.seats[id(component)] = node

    def _class(self, component: Mapping[str, Any], name: str, place: str) -> tuple[NodeKind, dict[str, str]]:
        """What a component is, and why where its type does not say so."""
        said = plain_text(component.get("type"), f"{place}.type", self.draft)
        word = said.casefold().replace("_", "-").replace(" ", "-")
        if word not in COMPONENT_TYPES:
            kind = NodeKind.MODEL if "modelCard" in component else NodeKind.DATASET if "data" in component else None
            became = f"became.{kind.value}" if kind else "became.software"
            trifle(self.draft, f"{place}.type", said, "damage.component-type", became)
            if kind is not None:
                return kind, {KIND_WHY: "guess.kind.model-card", KIND_TEXT: said} if kind is NodeKind.MODEL else {}
        if word not in _KINDS and "modelCard" in component:
            return NodeKind.MODEL, {KIND_WHY: "guess.kind.model-card", KIND_TEXT: said}
        if word == "file" and model_file(name) is Likely.YES:
            return NodeKind.MODEL, {KIND_WHY: "guess.kind.file", KIND_TEXT: name}
        return _KINDS.get(word, NodeKind.PRODUCT), {}

    def _call(self, reference: str, node: str, place: str) -> None:
        if not reference:
            return
        other = self.known.setdefault(reference, node)
        if other != node and {self._kind(other), self._kind(node)} & {*_DATA, NodeKind.DEPLOYMENT}:
            raise ImportRefused(f"{place}.bom-ref", "damage.reference-twice")

    def _content(self, component: Mapping[str, Any], place: str) -> list[str]:
        """Where the data lies, where a component is one dataset."""
        data = [item for _, item in entries(component, "data", place, self.draft)]
        if len(data) != 1:
            return []
        contents = part(data[0], "contents", f"{place}.data[0]", self.draft)
        url = plain_text(contents.get("url"), f"{place}.data[0].contents.url", self.draft)
        return [url] if url else []

    def service(self, service: Mapping[str, Any], place: str) -> None:
        """A deployment, and the addresses at which it answers."""
        text = {
            field: plain_text(service.get(field), f"{place}.{field}", self.draft)
            for field in ("group", "name", "version", "bom-ref")
        }
        name = text["name"] or text["bom-ref"] or place
        node = self.draft.node(
            NodeKind.DEPLOYMENT, f"{text['group']}/{name}" if text["group"] else name, text["version"], self.own,
            aliases=[self.link + text["bom-ref"] if self.link and text["bom-ref"] else ""],
            licence=licence_of(service, place, self.draft),
        )  # fmt: skip
        self._call(text["bom-ref"], node, place)
        for i, address in enumerate(several(service.get("endpoints"))):
            if url := plain_text(address, f"{place}.endpoints[{i}]", self.draft):
                self.draft.edge(node, self.draft.node(NodeKind.ENDPOINT, url, "", self.own, aliases=[url]), Role.SERVE)

    def relations(self, component: Mapping[str, Any], place: str) -> None:
        node = self.seats[id(component)]
        for _, inner in entries(component, "components", place, self.draft):
            self._uses(node, self.seats[id(inner)], "guess.cyclonedx.inside")
        pedigree = part(component, "pedigree", place, self.draft)
        if self._kind(node) in _DATA:
            for way in RELATIVES:
                for _, item in entries(pedigree, way, f"{place}.pedigree", self.draft):
                    self._relative(way, node, self.seats[id(item)])
        if self._kind(node) == NodeKind.MODEL:
            parameters = part(
                part(component, "modelCard", place, self.draft), "modelParameters", f"{place}.modelCard", self.draft
            )
            inside = f"{place}.modelCard.modelParameters"
            if task := plain_text(parameters.get("task"), f"{inside}.task", self.draft):
                known = self.draft.nodes[node]
                self.draft.node(known.kind, known.name, known.version, known.namespace, key=node, task=task)
            for i, item in enumerate(several(parameters.get("datasets"))):
                self._dataset(node, item, f"{inside}.datasets[{i}]")

    def _relative(self, way: str, node: str, other: str) -> None:
        if way == "variants":
            for ends in ((node, other), (other, node)):
                self.draft.edge(*ends, Role.COPY, Certainty.INFERRED, why="guess.cyclonedx.variant", by="pedigree")
        else:
            self.draft.edge(*((other, node) if way == "ancestors" else (node, other)), Role.DERIVE)

    def _dataset(self, model: str, item: object, place: str) -> None:
        """A dataset of a model card, inline or by reference. The card does not say what for."""
        if isinstance(item, str) and item.strip():
            item = {"ref": item} if item in self.known else {"name": item}
        if not isinstance(item, dict):
            item = {}
        dataset, text = self._stated(model, item, place)
        why = {"why": "guess.cyclonedx.dataset", "by": _CARD, "text": text}
        self.draft.edge(dataset, model, Role.TRAIN, Certainty.INFERRED, **why)

    def _stated(self, model: str, item: Mapping[str, Any], place: str) -> tuple[str, str]:
        """The node, and how the card calls it."""
        ref = plain_text(item.get("ref"), f"{place}.ref", self.draft)
        if ref in self.known or ref.startswith(_LINK):
            dataset = self._referenced(ref)
            return dataset, self.draft.nodes[dataset].label
        if ref:
            self.undeclared.add(ref)
            return self.draft.unidentified(ref, of=model), ref
        contents = part(item, "contents", place, self.draft)
        url = plain_text(contents.get("url"), f"{place}.contents.url", self.draft)
        name = plain_text(item.get("name"), f"{place}.name", self.draft)
        reference = plain_text(item.get("bom-ref"), f"{place}.bom-ref", self.draft)
        called = name or url or reference
        if not called or (is_placeholder(called) and not url):
            return self.draft.unidentified(called or place, of=model), called or place
        dataset = self.draft.node(
            NodeKind.DATASET, called, "", self.own,
            aliases=[url, self.link + reference if self.link and reference else ""],
            classification=plain_text(item.get("classification"), f"{place}.classification", self.draft),
        )  # fmt: skip
        self._call(reference, dataset, place)
        return dataset, called

    def formula(self, formula: Mapping[str, Any], place: str) -> None:
        for where, workflow in entries(formula, "workflows", place, self.draft):
            self._step(workflow, where)
            for inside, task in entries(workflow, "tasks", where, self.draft):
                self._step(task, inside)

    def _step(self, step: Mapping[str, Any], place: str) -> None:
        ends = {side: self._resources(step, side, place) for side in ("inputs", "outputs")}
        if not any(ends.values()):
            return
        uid = plain_text(step.get("uid") or step.get("bom-ref"), f"{place}.uid", self.draft) or place
        run = self.draft.node(
            NodeKind.RUN, plain_text(step.get("name"), f"{place}.name", self.draft) or uid, uid, self.own,
            created=when(step.get("timeStart"), f"{place}.timeStart", self.draft),
            ended=when(step.get("timeEnd"), f"{place}.timeEnd", self.draft),
        )  # fmt: skip
        for origin in ends["inputs"]:
            self.draft.edge(origin, run, Role.INPUT)
        for target in ends["outputs"]:
            self.draft.edge(run, target, Role.PRODUCE)

    def _resources(self, step: Mapping[str, Any], side: str, place: str) -> list[str]:
        """What a step took or gave: by reference, or by address. Logs, metrics and attestations are no data."""
        found = []
        for where, entry in entries(step, side, place, self.draft):
            resource = part(entry, "resource", where, self.draft)
            outside = part(resource, "externalReference", f"{where}.resource", self.draft)
            if ref := plain_text(resource.get("ref"), f"{where}.resource.ref", self.draft):
                found.append(self._referenced(ref))
            elif entry.get("type", "artifact") == "artifact" and (
                url := plain_text(outside.get("url"), f"{where}.resource.externalReference.url", self.draft)
            ):
                found.append(self._at(url, side))
        return found

    def _at(self, url: str, side: str) -> str:
        """What lies at an address: what a step gave out may be anything."""
        if side == "outputs" and model_file(url) is Likely.YES:
            said = {KIND_WHY: "guess.kind.file", KIND_TEXT: url}
            return self.draft.node(NodeKind.MODEL, url, "", self.own, aliases=[url], **said)
        said = {UNCLASSIFIED: "yes"} if side == "outputs" else {}
        return self.draft.node(NodeKind.DATASET, url, "", self.own, aliases=[url], **said)

    def dependencies(self, document: Mapping[str, Any]) -> None:
        for place, dependency in entries(document, "dependencies", "", self.draft):
            user = self.known.get(plain_text(dependency.get("ref"), f"{place}.ref", self.draft), "")
            for i, ref in enumerate(several(dependency.get("dependsOn"))):
                used = self.known.get(plain_text(ref, f"{place}.dependsOn[{i}]", self.draft), "")
                if user and used and not self._tied(used, user):
                    self._uses(user, used, "guess.cyclonedx.depends", stated=True)

    def main(self, metadata: Mapping[str, Any]) -> None:
        """The component that the file is about contains the others where nothing else is said of them."""
        main = self.seats.get(id(metadata.get("component")), "")
        used = {origin for origin, _, _ in self.draft.edges}
        for node in list(self.draft.nodes.values()) if main else []:
            if node.id != main and node.id not in used and node.kind in _DATA:
                self._uses(main, node.id, "guess.cyclonedx.main")

    def _tied(self, used: str, user: str) -> bool:
        """Whether a model card or a workflow says already, and better, what one was for the other."""
        return any((used, user, role) in self.draft.edges for role in Role)

    def _uses(self, user: str, used: str, why: str, *, stated: bool = False) -> None:
        """That one needs or holds the other (`stated` where the document says just that) is not yet what for."""
        kinds = (self._kind(used), self._kind(user))
        sure = Certainty.RECORDED if stated else Certainty.INFERRED
        said = {"why": why, "by": _BY[why], "text": self.draft.nodes[used].label}
        if kinds == (NodeKind.DATASET, NodeKind.DATASET):
            self.draft.edge(user, used, Role.CONTAIN, sure, **said)
        elif kinds[1] in _DATA and kinds[0] in _DATA:
            role = Role.TRAIN if kinds[0] is NodeKind.DATASET else Role.DERIVE
            self.draft.edge(used, user, role, Certainty.INFERRED, **said)
        elif kinds[1] not in _DATA:
            self.draft.edge(used, user, Role.SERVE if kinds[0] != NodeKind.DATASET else Role.INPUT, sure, **said)

    def _referenced(self, ref: str) -> str:
        if ref not in self.known:
            self.undeclared.add(ref)
            outside = ref.startswith(_LINK)
            space = system_of(NAMESPACE, ref.removeprefix(_LINK).split("/")[0], "") if outside else self.own
            self.known[ref] = self.draft.node(
                NodeKind.DATASET, ref, "", space, aliases=[ref if outside else self.link + ref if self.link else ""],
                **{NAMED_ONLY: "yes"},
            )  # fmt: skip
        return self.known[ref]

    def _kind(self, node: str) -> NodeKind:
        return self.draft.nodes[node].kind

    def drop_bystanders(self) -> None:
        """Software that neither models nor data reach is no part of lineage."""
        leads_to: dict[str, list[str]] = defaultdict(list)
        for origin, target, _ in self.draft.edges:
            leads_to[origin].append(target)
        queue = [ident for ident, node in self.draft.nodes.items() if node.kind != NodeKind.PRODUCT]
        reached = set(queue)
        for ident in queue:
            new = [target for target in leads_to[ident] if target not in reached]
            reached.update(new)
            queue += new
        self._drop(ident for ident in list(self.draft.nodes) if ident not in reached)

    def _drop(self, dropped: Iterable[str]) -> None:
        gone = set(dropped)
        for ident in gone:
            del self.draft.nodes[ident]
        for key in [key for key in self.draft.edges if key[0] in gone or key[1] in gone]:
            self.draft.drop_edge(*key)
