"""CycloneDX 1.5 to 1.7 (and 1.4, which knows services alone): models, data, pedigree, workflows, services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.cyclonedx_check import RELATIVES, all_components, all_services, check
from dsr_desk.lineage.importers.draft import DOCUMENT, LineageDraft
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import listing, mapping, maybe_text, objects, role_named, some_text, utc
from dsr_desk.lineage.importers.settling import settle_roles

FORMAT = "CycloneDX"
NAMESPACE = "cyclonedx"

_KINDS = {"machine-learning-model": NodeKind.MODEL, "data": NodeKind.DATASET}
_DATA = (NodeKind.DATASET, NodeKind.MODEL)

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_object
    return "bomFormat" in value or "cyclonedx.org" in str(value.get("$schema", ""))


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    check(document)
    if document["specVersion"] == "1.4":
        draft.warn("note.lineage.old-cyclonedx")
    reader = _Reader(draft, document)
    for place, component in all_components(document):
        reader.component(component, place)
    for place, service in all_services(document):
        reader.service(service, place)
    for place, component in all_components(document):
        reader.relations(component, place)
    for place, formula in objects(document, "formulation"):
        reader.formula(formula, place)
    reader.dependencies(document)
    reader.main(mapping(document.get("metadata", {}), "metadata"))
    settle_roles(draft)
    reader.drop_bystanders()
    if reader.undeclared:
        draft.warn("note.lineage.undeclared", count=len(reader.undeclared))


class _Reader:
    def __init__(self, draft: LineageDraft, document: Mapping[str, Any]) -> None:
        self.draft = draft
        serial = maybe_text(document.get("serialNumber"), "serialNumber").removeprefix("urn:uuid:")
        version = maybe_text(document.get("version"), "version") or "1"
        self.link = f"urn:cdx:{serial}/{version}#" if serial else ""
        self.own = f"{NAMESPACE}:{serial}" if serial else NAMESPACE
        self.known: dict[str, str] = {}
        self.seats: dict[int, str] = {}
        self.undeclared: set[str] = set()

    def space(self, version: str) -> str:
        """Where a name counts: without a version in its own document alone."""
        return NAMESPACE if version else self.own

    def component(self, component: Mapping[str, Any], place: str) -> str:
        """A node for a component; software that is no model is a product, and is dropped where nothing reaches it."""
        kind = _KINDS.get(component["type"], NodeKind.PRODUCT)
        group = maybe_text(component.get("group"), f"{place}.group")
        name = some_text(component.get("name"), f"{place}.name")
        reference = maybe_text(component.get("bom-ref"), f"{place}.bom-ref")
        version = maybe_text(component.get("version"), f"{place}.version")
        hashes = [
            f"{digest['alg'].replace('SHA-', 'sha').lower()}:{digest['content'].lower()}"
            for digest in listing(component.get("hashes"), f"{place}.hashes")
        ]
        node = self.draft.node(
            kind, f"{group}/{name}" if group else name, version, self.space(version),
            digests=hashes if kind in _DATA else [],
            aliases=[
                self.link + reference if reference else "", maybe_text(component.get("purl"), f"{place}.purl"),
                *self._content(component, place),
            ],
            licence=_licence(component, place),
        )  # fmt: skip
        # What a component of type data holds is called by references of its own.
        for item in [component, *listing(component.get("data"), f"{place}.data")]:
            if called := maybe_text(mapping(item, f"{place}.data").get("bom-ref"), f"{place}.bom-ref"):
                self.known[called] = node
        self.seats[id(component)] = node
        return node

    def _content(self, component: Mapping[str, Any], place: str) -> list[str]:
        """Where the data lies, where a component is one dataset."""
        data = listing(component.get("data"), f"{place}.data") if component["type"] == "data" else []
        if len(data) != 1:
            return []
        contents = mapping(mapping(data[0], f"{place}.data[0]").get("contents", {}), f"{place}.data[0].contents")
        return [maybe_text(contents.get("url"), f"{place}.data[0].contents.url")]

    def service(self, service: Mapping[str, Any], place: str) -> None:
        reference = maybe_text(service.get("bom-ref"), f"{place}.bom-ref")
        group = maybe_text(service.get("group"), f"{place}.group")
        version = maybe_text(service.get("version"), f"{place}.version")
        node = self.draft.node(
            NodeKind.DEPLOYMENT, f"{group}/{service['name']}" if group else service["name"],
            version, self.space(version),
            aliases=[self.link + reference if reference else ""], licence=_licence(service, place),
        )  # fmt: skip
        if reference:
            self.known[reference] = node

    def relations(self, component: Mapping[str, Any], place: str) -> None:
        node = self.seats[id(component)]
        for inner in listing(component.get("components"), f"{place}.components"):
            self._uses(node, self.seats[id(inner)], Certainty.INFERRED)
        pedigree = mapping(component.get("pedigree", {}), f"{place}.pedigree")
        if self._kind(node) in _DATA:
            for way in RELATIVES:
                for item in listing(pedigree.get(way), f"{place}.pedigree.{way}"):
                    other = self.seats[id(item)]
                    if way == "variants":
                        self.draft.edge(node, other, Role.COPY, Certainty.INFERRED)
                        self.draft.edge(other, node, Role.COPY, Certainty.INFERRED)
                    else:
                        ends = (other, node) if way == "ancestors" else (node, other)
                        self.draft.edge(*ends, Role.DERIVE)
        if self._kind(node) == NodeKind.MODEL:
            card = mapping(component.get("modelCard", {}), f"{place}.modelCard")
            parameters = mapping(card.get("modelParameters", {}), f"{place}.modelCard.modelParameters")
            if task := maybe_text(parameters.get("task"), f"{place}.modelCard.modelParameters.task"):
                known = self.draft.nodes[node]
                self.draft.node(known.kind, known.name, known.version, known.namespace, key=node, task=task)
            for where, item in objects(parameters, "datasets", f"{place}.modelCard.modelParameters"):
                self._dataset(node, item, where)

    def _dataset(self, model: str, item: Mapping[str, Any], place: str) -> None:
        """A dataset of a model card, inline or by reference. The card does not say what for, but names sometimes do."""
        if "ref" in item:
            dataset = self._referenced(some_text(item["ref"], f"{place}.ref"))
        else:
            contents = mapping(item.get("contents", {}), f"{place}.contents")
            url = maybe_text(contents.get("url"), f"{place}.contents.url")
            reference = maybe_text(item.get("bom-ref"), f"{place}.bom-ref")
            name = maybe_text(item.get("name"), f"{place}.name") or url or reference
            dataset = self.draft.node(
                NodeKind.DATASET, some_text(name, f"{place}.name"), "", self.own,
                aliases=[url, self.link + reference if reference else ""],
                classification=maybe_text(item.get("classification"), f"{place}.classification"),
            )  # fmt: skip
        words = self.draft.nodes[dataset].name.replace("/", " ").replace("-", " ").replace("_", " ").split()
        roles = {role for role in map(role_named, words) if role is not None}
        measured = roles & {Role.EVALUATE, Role.VALIDATE}
        self.draft.edge(dataset, model, measured.pop() if len(measured) == 1 and len(roles) == 1 else Role.TRAIN)

    def formula(self, formula: Mapping[str, Any], place: str) -> None:
        for where, workflow in objects(formula, "workflows", place):
            self._step(workflow, where)
            for inside, task in objects(workflow, "tasks", where):
                self._step(task, inside)

    def _step(self, step: Mapping[str, Any], place: str) -> None:
        ends = {side: self._resources(step, side, place) for side in ("inputs", "outputs")}
        if not any(ends.values()):
            return
        uid = maybe_text(step.get("uid") or step.get("bom-ref"), f"{place}.uid")
        run = self.draft.node(
            NodeKind.RUN, maybe_text(step.get("name"), f"{place}.name") or uid, uid, self.own,
            created=utc(step.get("timeStart"), f"{place}.timeStart"),
            ended=utc(step.get("timeEnd"), f"{place}.timeEnd"),
        )  # fmt: skip
        for origin in ends["inputs"]:
            self.draft.edge(origin, run, Role.INPUT)
        for target in ends["outputs"]:
            self.draft.edge(run, target, Role.PRODUCE)

    def _resources(self, step: Mapping[str, Any], side: str, place: str) -> list[str]:
        """What a step took or gave: by reference, or by address. Logs, metrics and attestations are no data."""
        found = []
        for where, entry in objects(step, side, place):
            resource = mapping(entry.get("resource") or {}, f"{where}.resource")
            outside = mapping(resource.get("externalReference") or {}, f"{where}.resource")
            if "ref" in resource:
                found.append(self._referenced(some_text(resource["ref"], f"{where}.resource.ref")))
            elif "url" in outside and entry.get("type", "artifact") == "artifact":
                url = some_text(outside["url"], f"{where}.resource.externalReference.url")
                found.append(self.draft.node(NodeKind.DATASET, url, "", NAMESPACE, aliases=[url]))
        return found

    def dependencies(self, document: Mapping[str, Any]) -> None:
        for place, dependency in objects(document, "dependencies"):
            for ref in listing(dependency.get("dependsOn"), f"{place}.dependsOn"):
                if dependency["ref"] in self.known and ref in self.known:
                    user, used = self.known[dependency["ref"]], self.known[ref]
                    if not self._tied(used, user):
                        self._uses(user, used, Certainty.RECORDED)

    def main(self, metadata: Mapping[str, Any]) -> None:
        """The component that the file is about contains the others where nothing else is said of them."""
        if "component" not in metadata:
            return
        main = self.seats[id(metadata["component"])]
        used = {origin for origin, _, _ in self.draft.edges}
        for node in list(self.draft.nodes.values()):
            if node.id != main and node.id not in used and node.kind in _DATA:
                self._uses(main, node.id, Certainty.INFERRED)

    def _tied(self, used: str, user: str) -> bool:
        """Whether a model card or a workflow says already, and better, what one was for the other."""
        return any((used, user, role) in self.draft.edges for role in Role)

    def _uses(self, user: str, used: str, certainty: Certainty) -> None:
        kinds = (self._kind(used), self._kind(user))
        if kinds == (NodeKind.DATASET, NodeKind.DATASET):
            self.draft.edge(user, used, Role.CONTAIN, certainty)
        elif kinds[1] in _DATA and kinds[0] in _DATA:
            self.draft.edge(used, user, Role.DERIVE, certainty)
        elif kinds[1] not in _DATA:
            self.draft.edge(used, user, Role.SERVE if kinds[0] != NodeKind.DATASET else Role.INPUT, certainty)

    def _referenced(self, ref: str) -> str:
        if ref not in self.known:
            self.undeclared.add(ref)
            outside = ref.startswith("urn:cdx:")
            self.known[ref] = self.draft.node(
                NodeKind.DATASET,
                ref,
                "",
                NAMESPACE if outside else self.own,
                aliases=[ref if outside else self.link + ref if self.link else ""],
            )
        return self.known[ref]

    def _kind(self, node: str) -> NodeKind:
        return self.draft.nodes[node].kind

    def drop_bystanders(self) -> None:
        """Software that neither models nor data reach is no part of lineage."""
        reached = {ident for ident, node in self.draft.nodes.items() if node.kind != NodeKind.PRODUCT}
        grown = True
        while grown:
            new = {target for origin, target, _ in self.draft.edges if origin in reached} - reached
            reached |= new
            grown = bool(new)
        for ident in [ident for ident in self.draft.nodes if ident not in reached]:
            del self.draft.nodes[ident]
        for key in [key for key in self.draft.edges if key[0] not in reached or key[1] not in reached]:
            del self.draft.edges[key]


def _licence(component: Mapping[str, Any], place: str) -> str:
    """Ids, expressions or names of licences."""
    found = []
    for where, choice in objects(component, "licenses", place):
        licence = mapping(choice.get("license") or {}, where)
        found.append(maybe_text(choice.get("expression") or licence.get("id") or licence.get("name"), place))
    return ", ".join(filter(None, found))
