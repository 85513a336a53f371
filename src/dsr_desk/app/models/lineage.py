"""Models: importing lineage, and which models saw the person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.app.data.indexing import dataset_versions, list_indexes
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.codec import plain
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Disposition, DispositionKind, Impact, Node, NodeKind, Observed, Planned
from dsr_desk.core.message import Message
from dsr_desk.core.refusals import NothingDecidedOnModel
from dsr_desk.deletion.derive import label_of
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.lineage import dispositions as rules
from dsr_desk.lineage.content import Content
from dsr_desk.lineage.content import kept as content_kept
from dsr_desk.lineage.dispositions import NothingObserved
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected, collected_since
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.lineage.kept import keep, kept, rests_on
from dsr_desk.lineage.places import look_at
from dsr_desk.lineage.store import Source, answers, forget, graph_of, read, save, sources
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import DiskFull

__all__ = ["Source"]


class DatasetUnknown(DeskError):
    code = "LINEAGE-DATASET-UNKNOWN"
    happened = "No registered dataset and no lineage file names {dataset}."
    means = "Which models it reached cannot be said."
    todo = "Give a dataset as name or name@version, or import the lineage that names it."


class ModelNotAffected(DeskError):
    code = "LINEAGE-MODEL-NOT-AFFECTED"
    happened = "The model {model} is not among the affected models of this case."
    means = "Nothing was recorded for it."
    todo = "List the affected models (lineage affected --case) and give one of them as name@version."


class ModelOfSeveral(DeskError):
    code = "LINEAGE-MODEL-OF-SEVERAL"
    happened = "Several affected models of this case are called {model}."
    means = "Nothing was recorded: what is meant for one would have been said of another."
    todo = "Give the id of the one that is meant: {ids}."


class ModelInsteadUnknown(DeskError):
    code = "LINEAGE-MODEL-INSTEAD-UNKNOWN"
    happened = "{model} is not the name of one model that lineage knows."
    means = "Whether it was trained without the data could not be looked up. Nothing was recorded."
    todo = "Import the lineage of the new training, and give the model as name@version or by its id (lineage find)."


@dataclass(frozen=True)
class LineageImport:
    """What one file said. `again` is True where the same bytes had been imported before."""

    file: str
    format: str
    nodes: int
    edges: int
    warnings: tuple[Message, ...]
    again: bool


def import_lineage(desk: Desk, paths: Sequence[Path]) -> tuple[list[LineageImport], Change]:
    """Reads all files first, then keeps all of them or none. Raises what the importers raise."""
    read = [import_file(path) for path in paths]
    with desk.vault.transaction() as db:
        new = [save(db, one, now()) for one in read]
        said = {"event": "imported", "sources": [one.digest for one in read]}
        change = desk.act(Draft(Kind.LINEAGE, said), touches=[one for touches in new for one in touches])
    summaries = [
        LineageImport(one.file, one.format, len(one.nodes), len(one.edges), one.warnings, not fresh)
        for one, fresh in zip(read, new, strict=True)
    ]
    read.clear()  # what was read takes more memory than all that follows
    lineage_graph(desk)
    return summaries, change


def lineage_sources(desk: Desk) -> list[Source]:
    with desk.vault.turn() as db:
        return sources(db)


def forget_source(desk: Desk, digest: str) -> Change:
    """Takes an imported file out of the graph."""
    with desk.vault.transaction() as db:
        touches = forget(db, digest)
        return desk.act(Draft(Kind.LINEAGE, {"event": "forgotten", "source": digest}), touches=touches)


def lineage_graph(desk: Desk) -> Graph:
    """The graph over all imported sources and the registered dataset versions, as it is kept ready.

    It is made anew, outside of turns where the caller is in none, where what it rests on has changed.
    """
    with nullcontext() if desk.vault.has_turn else desk.one_graph:
        while True:
            with desk.vault.turn() as db:
                if desk.graph is not None:
                    return desk.graph
                fingerprint = rests_on(db, _registered(desk, {}))
                desk.graph = kept(db, fingerprint)
                if desk.graph is not None:
                    return desk.graph
                registered, answered = registered_versions(desk), answers(db)
            graph = graph_of(read(desk.vault.turn), registered, answered)
            with desk.vault.turn() as db:
                if rests_on(db, _registered(desk, {})) == fingerprint:
                    with suppress(DiskFull), desk.vault.transaction():
                        keep(db, fingerprint, graph)
                    desk.graph = graph
                    return graph


def registered_versions(desk: Desk) -> list[RegisteredVersion]:
    with desk.vault.turn() as db:
        return _registered(desk, content_kept(db))


def _registered(desk: Desk, content: Mapping[str, Content]) -> list[RegisteredVersion]:
    places: dict[str, list[str]] = {}
    for index in list_indexes(desk):
        places.setdefault(index.dataset_version, []).extend(str(place) for place in index.places)
    found = []
    for version, registered in dataset_versions(desk):
        known = content.get(version.id, Content())
        found.append(
            RegisteredVersion(
                version.name,
                version.version,
                digests=known.whole,
                parts=known.parts,
                places=tuple(places.get(version.id, ())),
                derived_from=version.derived_from,
                by_erasure=bool(version.derived_from),
                created=registered if version.derived_from else "",
            )
        )
    return found


def affected_by_case(desk: Desk, ref: str) -> Impact:
    """Models that the dataset versions of the case's hits reached."""
    return affected_by_versions(desk, hit_versions(desk, ref))


def affected_by_versions(desk: Desk, items: Mapping[str, int]) -> Impact:
    """Models that these dataset versions (name@version) reached, each with how many of its items are in question."""
    return affected(lineage_graph(desk), sorted(items), items, _collected(desk))


def _collected(desk: Desk) -> dict[str, str]:
    """Since when the first photo of each registered version (name@version) can have been in it, UTC."""
    return {version.id: collected_since(version.collected) for version, _ in dataset_versions(desk)}


def hit_versions(desk: Desk, ref: str) -> dict[str, int]:
    """Dataset versions (name@version) that hold hits of a case, with how many; of an order, what its scope covers.

    A version that another case's erasure made holds them still; one that this case's erasure made holds none.
    """
    if desk.case(ref).is_order:
        from dsr_desk.app.case.scope import scope_versions  # whose selectors follow lineage themselves

        return {version: items for version, items in scope_versions(desk, ref).items() if items}
    from dsr_desk.app.case.review import hits  # which loads every container format

    count = dict(Counter(hit.candidate.dataset_version for hit in hits(desk, ref)))
    labels = "|".join(label_of(digest) for digest in _plans(desk, ref)) or "(?!)"
    own = re.compile(rf".*-({labels})(-\d+)?")
    later = [version for version, _ in dataset_versions(desk) if version.derived_from]
    queue = list(count)
    for before in queue:
        for version in later:
            if version.derived_from == before and version.id not in count and not own.fullmatch(version.version):
                count[version.id] = count[before]
                queue.append(version.id)
    return count


def _plans(desk: Desk, ref: str) -> list[str]:
    """Digests of every plan of a case, replaced and withdrawn ones too."""
    with desk.reading(ref) as case:
        rounds = [[*one["former"], *([one["plan"]] if one["plan"] else [])] for one in case.rounds]
    return [plan["plan"] for plans in rounds for plan in plans]


def affected_by_dataset(desk: Desk, dataset: str) -> Impact:
    """Models that a dataset (name, or name@version) reached, as a case about it has them. Raises DatasetUnknown."""
    known = {name for version, _ in dataset_versions(desk) for name in (version.id, version.name)}
    impact = affected(lineage_graph(desk), [dataset], arrived=_collected(desk))
    if dataset in impact.not_in_lineage and dataset not in known:
        raise DatasetUnknown(dataset=dataset)
    return impact


def dispositions(desk: Desk, ref: str) -> dict[str, Disposition]:
    """Dispositions of the case by model (node id), by name: the newest plan and the newest observation of each."""
    found = []
    with desk.reading(ref) as case:
        for said in case.dispositions.values():
            newest = [said[name][-1] for name in ("planned", "observed") if said[name]]
            node = _node_of(desk, newest)
            if node is not None:
                planned, observed = _last_plan(desk, said["planned"]), _last_observation(desk, said["observed"])
                approved = bool(said["planned"] and said["planned"][-1]["approved"])
                found.append(Disposition(ref, *node, planned, observed, approved=approved))
    return {one.model: one for one in sorted(found, key=lambda one: (one.name, one.version))}


def plan_disposition(
    desk: Desk,
    ref: str,
    model: str,
    disposition: DispositionKind,
    *,
    reason: str = "",
    responsible: str = "",
    deadline: str = "",
) -> Change:
    """What shall become of a model. Raises ModelNotAffected, what `lineage.dispositions` raises, and refusals."""
    node = affected_node(desk, ref, model)
    planned = rules.checked_plan(Planned(disposition, reason, responsible, deadline, "", ""))
    draft = Draft(
        Kind.DISPOSITION,
        {"model": desk.name(ref, node.id), "disposition": disposition.value, "deadline": planned.deadline},
        {**_named(node), "reason": planned.reason, "responsible": planned.responsible},
    )
    return desk.act(draft, ref, subject=node.id)


def observe_disposition(
    desk: Desk,
    ref: str,
    model: str,
    disposition: DispositionKind,
    how: str,
    *,
    seen: str = "",
    by: str = "",
    places: Sequence[Path] = (),
    instead: str = "",
    cancel: CancelToken | None = None,
) -> Change:
    """What was seen of a model afterwards, and how that is known.

    `seen` is the day on which it was seen (now where ""), `by` who saw it (the officer where ""). `places` are files
    and folders of the model: they are looked at, and what is there is recorded. `instead` is the model (node id, or
    name@version) that took its place. Raises ModelNotAffected, ModelInsteadUnknown, Cancelled, what
    `lineage.dispositions` raises, and refusals.
    """
    node = affected_node(desk, ref, model)
    observed = rules.checked_observation(Observed(disposition, how, "", seen or now(), by, now()))
    looks = look_at(places, node.digests, (cancel or CancelToken()).check)
    more = {"places": plain(looks)} if looks else {}
    if instead:
        more["instead"] = _model_named(lineage_graph(desk), instead).id
    draft = Draft(
        Kind.OBSERVED,
        {"model": desk.name(ref, node.id), "disposition": disposition.value, "seen": observed.seen},
        {**_named(node), "how": observed.how, "by": observed.by, **more},
    )
    return desk.act(draft, ref, subject=node.id)


def undo_observation(desk: Desk, ref: str, model: str) -> Change:
    """Takes the newest observation of a model back. Raises ModelNotAffected, NothingObserved, and refusals."""
    return _undo(desk, ref, model, "observed", NothingObserved)


def undo_disposition(desk: Desk, ref: str, model: str) -> Change:
    """Takes the newest decision on a model back, unless it is approved.

    Raises ModelNotAffected, NothingDecidedOnModel, and refusals.
    """
    return _undo(desk, ref, model, "planned", NothingDecidedOnModel)


@dataclass(frozen=True)
class PastPlan:
    """Something that was once decided for a model. `approved` is False for what was undone."""

    planned: Planned
    approved: bool
    undone: bool


def history(desk: Desk, ref: str, model: str) -> list[PastPlan]:
    """All that was ever decided for a model (node id), oldest first, undone entries too. Raises CaseMissing."""
    with desk.reading(ref) as case:
        name = desk.name(ref, model)
        standing = {one["act"]: one for one in case.dispositions.get(name, {"planned": []})["planned"]}
        entries = list(desk.vault.log.entries(case.id))
        undone = {entry.act.open["act"] for entry in entries if entry.kind is Kind.UNDONE}
        found = []
        for entry in entries:
            act = entry.act
            known = act.digest in standing or act.digest in undone
            if act.kind is not Kind.DISPOSITION or act.open["model"] != name or not known:
                continue
            stands = standing.get(act.digest)
            said = {"seq": entry.seq, "officer": act.officer, "time": act.time, **act.open}
            planned = _last_plan(desk, [said])
            if planned is not None:
                found.append(PastPlan(planned, bool(stands and stands["approved"]), stands is None))
    return found


def _undo(desk: Desk, ref: str, model: str, what: str, nothing: type[DeskError]) -> Change:
    """Takes the newest of what was `planned` or `observed` for a model back."""
    node = affected_node(desk, ref, model)
    with desk.reading(ref) as case:
        said = case.dispositions.get(desk.name(ref, node.id), {what: []})[what]
        if not said:
            raise nothing()
        return desk.act(Draft(Kind.UNDONE, {"act": said[-1]["act"]}), ref, subject=node.id)


def _node_of(desk: Desk, said: Sequence[dict[str, Any]]) -> tuple[str, str, str] | None:
    """Id, name and version of the model as they were signed; None once they were forgotten, or nothing stands."""
    values = desk.values(said[0]["seq"]) if said else {}
    return (values["node"], values["name"], values["version"]) if "node" in values else None


def _last_plan(desk: Desk, said: Sequence[dict[str, Any]]) -> Planned | None:
    if not said:
        return None
    one, names = said[-1], desk.vault.officer_names()
    values = desk.values(one["seq"])
    return Planned(
        DispositionKind(one["disposition"]), values.get("reason", ""), values.get("responsible", ""), one["deadline"],
        names.get(one["officer"], ""), one["time"],
    )  # fmt: skip


def _last_observation(desk: Desk, said: Sequence[dict[str, Any]]) -> Observed | None:
    if not said:
        return None
    one, names = said[-1], desk.vault.officer_names()
    values = desk.values(one["seq"])
    return Observed(
        DispositionKind(one["disposition"]), values.get("how", ""), names.get(one["officer"], ""), one["seen"],
        values.get("by", ""), one["time"],
    )  # fmt: skip


def _model_named(graph: Graph, model: str) -> Node:
    found = graph.find(model, NodeKind.MODEL)
    if len(found) != 1:
        raise ModelInsteadUnknown(model=model)
    return graph.nodes[found[0]]


def _named(node: Node) -> dict[str, Any]:
    return {"node": node.id, "name": node.name, "version": node.version}


def affected_node(desk: Desk, ref: str, model: str) -> Node:
    """By node id, or name@version where one is called so. Raises ModelNotAffected, ModelOfSeveral."""
    models = affected_by_case(desk, ref).models
    found = [one.node for one in models if one.id == model] or [one.node for one in models if one.node.label == model]
    if not found:
        raise ModelNotAffected(model=model)
    if len(found) > 1:
        raise ModelOfSeveral(model=model, ids=tuple(node.id for node in found))
    return found[0]
