"""OpenLineage events (run, dataset and job events), streamed: one object, an array, or one a line."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import WHOLE, ImportRefused, LineageDraft, Place, said, system_of
from dsr_desk.lineage.importers.openlineage_kinds import (
    ENDED_BADLY,
    OpenKinds,
    give_roles,
    names_one_place,
    say_failed,
)
from dsr_desk.lineage.importers.own_form import node_from_terms
from dsr_desk.lineage.importers.own_words import EDGE_TERMS
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import (
    certainty_said,
    items,
    listing,
    mapping,
    maybe_text,
    role_said,
    some_text,
    values,
)
from dsr_desk.lineage.importers.settling import nest_runs, settle_roles
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import shown

FORMAT = "OpenLineage"
OUR_FACET = "dsrdesk_lineage"
"""Our own facet on inputs and outputs: kind of thing, role and certainty, which the standard has no field for."""

_ENDS = ("COMPLETE", "ABORT", "FAIL")
_TYPES = {"START", "RUNNING", "OTHER", *_ENDS}
_NAMED = {"namespace", "name"}
_UNFILLED = re.compile(r"\{\{.*\}\}|\$\{.*\}")

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_object
    return "eventTime" in value and ("job" in value or "dataset" in value)


def read(peek: Peek, draft: LineageDraft) -> None:
    reader = _Reader(draft)
    count = 0
    for place, event in values(peek.path):
        reader.event(mapping(event, place), place)
        count += 1
    if not count:
        raise ImportRefused(WHOLE, "damage.no-event")
    if reader.ours:
        reader.tie_runs()
    else:
        reader.kinds.settle()
        give_roles(draft)
        settle_roles(draft)
        nest_runs(draft, reader.parents, by="run.facets.parent")
    say_failed(draft)


class _Reader:
    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self.parents: dict[str, str] = {}
        self.ours = False
        self.kinds = OpenKinds(draft)
        self.first = ""
        self.after: list[tuple[str, Mapping[str, Any], Place]] = []

    def event(self, event: Mapping[str, Any], place: Place) -> None:
        time = self._time(event.get("eventTime"), (place, "eventTime"))
        self.draft.saw(time)
        self.first = self.first or _mark(event)
        if "run" in event or "job" in event:
            self._job(event, place, time)
        elif "dataset" in event:
            item = mapping(event["dataset"], (place, "dataset"))
            self._origins(self._dataset(item, (place, "dataset"), time), item, place, ())
        else:
            raise ImportRefused(place, "damage.no-job")

    def _time(self, value: object, place: Place) -> str:
        """What a template was not filled with is no time, and no record either."""
        if isinstance(value, str) and _UNFILLED.search(value):
            raise ImportRefused(place, "damage.placeholder")
        if value is None or value == "":
            self.draft.warn("note.lineage.time-odd", place=said(place), text="")
            return ""
        return when(value, place, self.draft)

    def _space(self, namespace: str) -> str:
        """A namespace that names one place in the world, or a system: this log's own, known by how it begins."""
        return namespace if names_one_place(namespace) else system_of("openlineage", namespace, self.first)

    def _run(self, ident: str) -> str:
        """Node id of a run: a UUID as it is made is one run in the world, whatever log names it."""
        try:
            alone = uuid.UUID(ident).version is None
        except ValueError:
            alone = True
        return f"run:{system_of('openlineage', self.first)}|{ident}" if alone else f"run:{ident}"

    def _job(self, event: Mapping[str, Any], place: Place, time: str) -> None:
        job = mapping(event.get("job"), (place, "job"))
        space = self._space(some_text(job.get("namespace"), (place, "job.namespace")))
        name = some_text(job.get("name"), (place, "job.name"))
        if "run" in event:
            run = mapping(event["run"], (place, "run"))
            ours = _facet(run.get("facets"), OUR_FACET, (place, "run"))
            key = self._run(some_text(run.get("runId"), (place, "run.runId")))
            state = maybe_text(event.get("eventType"), (place, "eventType")).upper()
            if state and state not in _TYPES:
                self.draft.warn("note.lineage.event-type", place=said((place, "eventType")), text=shown(state))
            if "id" in ours:
                key = self._own_node(ours, (place, "run"))
                self.after += [(key, mapping(m, place), place) for m in listing(ours.get("after"), place)]
                self._ends(event, key, job, place, time)
                return
            done = time if state in _ENDS else ""
            self.draft.node(
                NodeKind.RUN, name, "", space, key=key, created=time, ended=done, status=ENDED_BADLY.get(state, "")
            )
            self._parent(key, run, place)
        else:
            if _facet(job.get("facets"), OUR_FACET, (place, "job")).get("direct"):
                self._direct(event, place, time)
                return
            key = self.draft.node(NodeKind.RUN, name, "", space, key=f"job:{space}|{name}")
        self._ends(event, key, job, place, time)

    def _ends(self, event: Mapping[str, Any], key: str, job: Mapping[str, Any], place: Place, time: str) -> None:
        inputs = list(items(event, "inputs", place))
        for where, item in inputs:
            self._link(key, item, where, time, reads=True)
        read = {(str(item.get("namespace")), str(item.get("name"))) for _, item in inputs}
        for where, item in items(event, "outputs", place):
            node = self._link(key, item, where, time, reads=False)
            self._origins(node, item, where, read)
        run = mapping(event.get("run") or {}, (place, "run"))
        for facets in (job.get("facets"), run.get("facets")):
            facet = _facet(facets, "lineage", place)
            entries = listing(facet.get("entries") or facet.get("lineage"), (place, "facets.lineage"))
            for i, entry in enumerate(entries):
                self._entry(mapping(entry, (place, f"facets.lineage[{i}]")), key, place, read)

    def _entry(self, entry: Mapping[str, Any], job: str, place: Place, read: Collection[tuple[Any, Any]]) -> None:
        """Explicit lineage: what flowed into a dataset or a job, `job` (node id) where none is named."""
        target = self._entity(entry, job)
        if target is not None and self._kind(target) == NodeKind.DATASET:
            self._origins(target, {"facets": {"lineage": entry}}, place, read, job)
        elif target is not None:
            for origin in _named_origins({"lineage": entry}, place):
                source = self._entity(origin, job)
                if source is not None:
                    role = Role.INPUT if self._kind(source) == NodeKind.DATASET else Role.DERIVE
                    self.draft.edge(source, target, role)

    def _entity(self, item: Mapping[str, Any], job: str = "") -> str | None:
        """A dataset or a job as lineage facets name it; None where nothing is named."""
        named = bool(item.get("namespace") and item.get("name"))
        if item.get("type", "DATASET") == "DATASET":
            return self._plain(item) if named else None
        if item.get("type") != "JOB" or not (named or job):
            return None
        if not named:
            return job
        space, name, run = self._space(str(item["namespace"])), str(item["name"]), str(item.get("runId") or "")
        key = self._run(run) if run else f"job:{space}|{name}"
        return key if key in self.draft.nodes else self.draft.node(NodeKind.RUN, name, "", space, key=key)

    def _kind(self, node: str) -> NodeKind:
        return self.draft.nodes[node].kind

    def _direct(self, event: Mapping[str, Any], place: Place, time: str) -> None:
        """An edge that belongs to no run, as our export writes it."""
        for where, item in items(event, "inputs", place):
            role, certainty, terms = _said(item.get("inputFacets"), where)
            origin = self._dataset(item, where, time)
            for there, other in items(event, "outputs", place):
                self.draft.edge(origin, self._dataset(other, there, time), role or Role.DERIVE, certainty, **terms)

    def tie_runs(self) -> None:
        """Edges between runs of our own export, once all runs are known."""
        for run, told, place in self.after:
            origin = some_text(told.get("origin"), (place, "origin"))
            if origin not in self.draft.nodes:
                raise ImportRefused((place, "origin"), "damage.no-run")
            role, certainty, terms = _use(told)
            self.draft.edge(origin, run, role or Role.DERIVE, certainty, **terms)

    def _own_node(self, ours: Mapping[str, Any], place: Place) -> str:
        self.ours = True
        terms = {k: [str(v) for v in value] for k, value in ours.items() if isinstance(value, list) and k != "after"}
        return node_from_terms(self.draft, terms, place)

    def _parent(self, key: str, run: Mapping[str, Any], place: Place) -> None:
        facet = _facet(run.get("facets"), "parent", place)
        around = facet.get("run")
        if isinstance(around, dict) and isinstance(around.get("runId"), str):
            job = facet.get("job") if isinstance(facet.get("job"), dict) else {}
            name = maybe_text(job.get("name"), place) if isinstance(job, dict) else ""
            space = maybe_text(job.get("namespace"), place) if isinstance(job, dict) else ""
            space = self._space(space) if space else ""
            parent = self._run(around["runId"])
            if parent != key:
                if parent not in self.draft.nodes:
                    self.draft.node(NodeKind.RUN, name or around["runId"], "", space, key=parent)
                self.parents[key] = parent

    def _link(self, run: str, item: Mapping[str, Any], place: Place, time: str, *, reads: bool) -> str:
        node = self._dataset(item, place, time)
        role, certainty, terms = _said(item.get("inputFacets" if reads else "outputFacets"), place)
        if reads:
            self.draft.edge(node, run, role or Role.INPUT, certainty, **terms)
        else:
            self.draft.edge(run, node, role or Role.PRODUCE, certainty, **terms)
        return node

    def _dataset(self, item: Mapping[str, Any], place: Place, time: str) -> str:
        stated = some_text(item.get("namespace"), (place, "namespace"))
        space = self._space(stated)
        name = some_text(item.get("name"), (place, "name"))
        facets = item.get("facets")
        version = maybe_text(_facet(facets, "version", place).get("datasetVersion"), (place, "version"))
        ours = _facet(facets, OUR_FACET, place)
        if "id" in ours:
            return self._own_node(ours, (place, f"facets.{OUR_FACET}"))
        kind = _kind(facets, ours, place)
        if version.startswith(f"{name}@"):
            version = version[len(name) + 1 :]
        others = listing(_facet(facets, "symlinks", place).get("identifiers"), (place, "symlinks"))
        aliases = [
            f"{self._space(str(o['namespace']))}/{o['name']}"
            for o in others
            if isinstance(o, dict) and o.keys() >= _NAMED
        ]
        change = _facet(facets, "lifecycleStateChange", place)
        gone = time if change.get("lifecycleStateChange") in ("DROP", "TRUNCATE") else ""
        node = self.draft.node(kind, name, version, space, aliases=aliases, ended=gone, **_as_stated(stated, space))
        word = maybe_text(_facet(facets, "datasetType", place).get("datasetType"), (place, "datasetType"))
        self.kinds.stated(node, word or ("OURS" if ours else ""), has_schema=bool(_facet(facets, "schema", place)))
        before = change.get("previousIdentifier")
        if isinstance(before, dict) and before.get("namespace") and before.get("name"):
            old = self.draft.node(kind, str(before["name"]), "", self._space(str(before["namespace"])))
            self.draft.edge(old, node, Role.COPY)
        return node

    def _origins(
        self, node: str, item: Mapping[str, Any], place: Place, read: Collection[tuple[Any, Any]], job: str = ""
    ) -> None:
        """What the lineage facets of a dataset name and what is not among the inputs of the run already."""
        for origin in _named_origins(item.get("facets"), place):
            source = None
            if (str(origin.get("namespace")), str(origin.get("name"))) not in read:
                source = self._entity(origin, job)
            if source is not None:
                made = self._kind(source) == NodeKind.RUN
                self.draft.edge(source, node, Role.PRODUCE if made else Role.DERIVE)

    def _plain(self, item: Mapping[str, Any]) -> str:
        stated, name = str(item["namespace"]), str(item["name"])
        space = self._space(stated)
        return self.draft.node(NodeKind.DATASET, name, "", space, **_as_stated(stated, space))


def _as_stated(namespace: str, space: str) -> dict[str, str]:
    """A namespace that is no name in the world stays readable."""
    return {} if namespace == space else {"stated-namespace": namespace}


def _mark(event: Mapping[str, Any]) -> str:
    """What the first event of a log has and no other log begins with."""
    run, job, data = (one if isinstance(one := event.get(key), dict) else {} for key in ("run", "job", "dataset"))
    marks = (run.get("runId"), event.get("eventTime"), job.get("namespace"), job.get("name"), data.get("name"))
    return "|".join(str(one) for one in marks if one is not None)


def _named_origins(facets: object, place: Place) -> Iterator[Mapping[str, Any]]:
    """Sources in the facets of column lineage and of lineage, whole ones and those of fields."""
    fields = _facet(facets, "columnLineage", place).get("fields")
    whole = _facet(facets, "lineage", place)
    listed = [entry.get("inputFields") for entry in _entries(fields)]
    listed += [whole.get("inputs"), *(entry.get("inputs") for entry in _entries(whole.get("fields")))]
    for origins in listed:
        for origin in origins if isinstance(origins, list) else ():
            if isinstance(origin, dict):
                yield origin


def _entries(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value.values() if isinstance(entry, dict)] if isinstance(value, dict) else []


def _facet(facets: object, name: str, place: Place) -> Mapping[str, Any]:
    """A facet, empty where it is not there or was deleted."""
    if facets is None:
        return {}
    value = mapping(facets, (place, "facets")).get(name)
    if value is None:
        return {}
    facet = mapping(value, (place, f"facets.{name}"))
    return {} if facet.get("_deleted") else facet


def _said(facets: object, place: Place) -> tuple[Role | None, Certainty, dict[str, str]]:
    """Role and certainty of an input or output, and what is noted of it, where our facet gives them."""
    return _use(_facet(facets, OUR_FACET, place))


def _use(ours: Mapping[str, Any]) -> tuple[Role | None, Certainty, dict[str, str]]:
    terms = {key: str(ours[key]) for key in EDGE_TERMS if key in ours}
    return role_said(str(ours.get("role", ""))), certainty_said(ours.get("certainty")) or Certainty.RECORDED, terms


def _kind(facets: object, ours: Mapping[str, Any], place: Place) -> NodeKind:
    said = ours.get("kind")
    if isinstance(said, str):
        try:
            return NodeKind(said)
        except ValueError as error:
            raise ImportRefused((place, f"{OUR_FACET}.kind"), "damage.kind-unknown") from error
    kind = _facet(facets, "datasetType", place).get("datasetType")
    return NodeKind.MODEL if isinstance(kind, str) and kind.upper() == "MODEL" else NodeKind.DATASET
