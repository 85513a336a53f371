"""A part of the graph as OpenLineage events or PROV-JSON. Reading either back gives the same nodes and edges."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import Edge, Node, NodeKind
from dsr_desk.lineage.importers.openlineage import OUR_FACET
from dsr_desk.lineage.importers.own_form import OWN_PREFIX, terms_of
from dsr_desk.lineage.part import Part

PRODUCER = "urn:dsr-desk"
_OPENLINEAGE = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_FACETS = "https://openlineage.io/spec/facets/1-0-0/"
_RUNS = uuid.UUID("6f6e7c52-6f0a-5f0c-9d2b-1f3a5c7e9b10")
_PROV = {"prov": "http://www.w3.org/ns/prov#", OWN_PREFIX: "urn:dsr-desk:lineage:", "node": "urn:dsr-desk:node:"}


def to_openlineage(part: Part, now: str) -> str:
    """One event a line. Runs are run events; edges that belong to no run are job events, so that every tool draws
    them; roles, certainties and all other fields stand in a facet of ours. `now` is the time of events that have none.
    """
    nodes = {node.id: node for node in part.nodes}
    reads, writes, after = defaultdict(list), defaultdict(list), defaultdict(list)
    direct = []
    seen = set()
    for edge in part.edges:
        origin, target = nodes[edge.origin], nodes[edge.target]
        seen |= {edge.origin, edge.target}
        if origin.kind == target.kind == NodeKind.RUN:
            after[edge.target].append(edge)
        elif target.kind == NodeKind.RUN:
            reads[edge.target].append(edge)
        elif origin.kind == NodeKind.RUN:
            writes[edge.origin].append(edge)
        else:
            direct.append(edge)
    events = [
        _run_event(node, nodes, reads[node.id], writes[node.id], after[node.id], now)
        for node in part.nodes
        if node.kind == NodeKind.RUN
    ]
    events += [_job_event(edge, nodes, now) for edge in direct]
    events += [
        _event("DatasetEvent", now, dataset=_dataset(node))
        for node in part.nodes
        if node.id not in seen and node.kind != NodeKind.RUN
    ]
    return "".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events)


def to_prov(part: Part) -> str:
    """PROV-JSON: runs are activities, all else entities; roles, certainties and notes are attributes of ours."""
    names = {node.id: f"node:{sha256_hex(node.id.encode())[:16]}" for node in part.nodes}
    runs = {node.id for node in part.nodes if node.kind == NodeKind.RUN}
    document: dict[str, dict[str, Any]] = defaultdict(dict)
    document["prefix"].update(_PROV)
    for node in part.nodes:
        about: dict[str, Any] = {
            f"{OWN_PREFIX}:{key}": values if len(values) > 1 else values[0] for key, values in terms_of(node).items()
        }
        about["prov:label"] = node.label
        if node.id in runs:
            about.update({"prov:startTime": node.created} if node.created else {})
            about.update({"prov:endTime": node.ended} if node.ended else {})
        else:
            kind = f"{OWN_PREFIX}:{node.kind.value.capitalize()}"
            about["prov:type"] = {"$": kind, "type": "prov:QUALIFIED_NAME"}
        document["activity" if node.id in runs else "entity"][names[node.id]] = about
    for number, edge in enumerate(part.edges, 1):
        relation, before, behind = _relation(edge, runs)
        document[relation][f"_:e{number}"] = {
            f"prov:{before}": names[edge.origin],
            f"prov:{behind}": names[edge.target],
            f"{OWN_PREFIX}:role": edge.role.value,
            f"{OWN_PREFIX}:certainty": edge.certainty.value,
            **{f"{OWN_PREFIX}:{key}": value for key, value in edge.attributes.items()},
        }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _relation(edge: Edge, runs: set[str]) -> tuple[str, str, str]:
    """PROV relation, and which of its fields are origin and target."""
    match edge.origin in runs, edge.target in runs:
        case True, True:
            return "wasInformedBy", "informant", "informed"
        case True, False:
            return "wasGeneratedBy", "activity", "entity"
        case False, True:
            return "used", "entity", "activity"
        case _:
            return "wasDerivedFrom", "usedEntity", "generatedEntity"


def _run_event(
    node: Node, nodes: dict[str, Node], reads: list[Edge], writes: list[Edge], after: list[Edge], now: str
) -> dict[str, Any]:
    ours: dict[str, Any] = dict(terms_of(node))
    if after:
        ours["after"] = [
            {"origin": edge.origin, "role": edge.role.value, "certainty": edge.certainty.value, **edge.attributes}
            for edge in after
        ]
    return _event(
        "RunEvent",
        node.ended or node.created or now,
        eventType="COMPLETE" if node.ended else "OTHER",
        run={"runId": _run_id(node.id), "facets": {OUR_FACET: _facet("run", **ours)}},
        job={"namespace": node.namespace or PRODUCER, "name": node.name},
        inputs=[_dataset(nodes[edge.origin], edge, "inputFacets") for edge in reads],
        outputs=[_dataset(nodes[edge.target], edge, "outputFacets") for edge in writes],
    )


def _job_event(edge: Edge, nodes: dict[str, Node], now: str) -> dict[str, Any]:
    origin, target = nodes[edge.origin], nodes[edge.target]
    return _event(
        "JobEvent",
        target.created or now,
        job={
            "namespace": PRODUCER,
            "name": f"{edge.role.value}: {origin.label} to {target.label}",
            "facets": {OUR_FACET: _facet("job", direct=True)},
        },
        inputs=[_dataset(origin, edge, "inputFacets")],
        outputs=[_dataset(target)],
    )


def _event(kind: str, time: str, **content: Any) -> dict[str, Any]:
    return {"eventTime": time, "producer": PRODUCER, "schemaURL": _OPENLINEAGE + kind, **content}


def _dataset(node: Node, edge: Edge | None = None, side: str = "") -> dict[str, Any]:
    facets = {OUR_FACET: _facet("dataset", **terms_of(node))}
    if node.version:
        facets["version"] = _standard("DatasetVersionDatasetFacet", datasetVersion=node.version)
    if node.kind == NodeKind.MODEL:
        facets["datasetType"] = _standard("DatasetTypeDatasetFacet", datasetType="MODEL")
    found: dict[str, Any] = {"namespace": node.namespace or PRODUCER, "name": node.name, "facets": facets}
    if edge is not None:
        said = _facet("edge", role=edge.role.value, certainty=edge.certainty.value, **edge.attributes)
        found[side] = {OUR_FACET: said}
    return found


def _facet(of: str, **fields: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{PRODUCER}:{of}-facet:1", **fields}


def _standard(kind: str, **fields: str) -> dict[str, str]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_FACETS}{kind}.json", **fields}


def _run_id(node: str) -> str:
    """The run's own UUID where it has one, else one that is always the same for it."""
    try:
        return str(uuid.UUID(node.rsplit(":", 1)[-1].rsplit("|", 1)[-1]))
    except ValueError:
        return str(uuid.uuid5(_RUNS, node))
