"""Models: importing lineage, and which models saw the person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.app.cases import require_open, show_case
from dsr_desk.app.desk import Desk
from dsr_desk.app.indexing import dataset_versions, list_indexes
from dsr_desk.app.review import hits
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Disposition, Fate, Impact, JoinAnswer, Node, Observed, Planned
from dsr_desk.deletion.derive import label_of
from dsr_desk.deletion.records import VaultRecords
from dsr_desk.lineage import dispositions as kept
from dsr_desk.lineage.arrival import collected_since
from dsr_desk.lineage.content import Content
from dsr_desk.lineage.content import kept as content_kept
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.lineage.store import Source, answer, answers, forget, load, save, sources
from dsr_desk.storage.clock import now


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


class NoSuchQuestion(DeskError):
    code = "LINEAGE-NO-SUCH-QUESTION"
    happened = "It was not asked whether these two are the same."
    means = "Nothing was recorded: a join that nobody asked for could hide a model, or accuse one."
    todo = "List the open questions with their two ids (lineage show) and answer one of them."


@dataclass(frozen=True)
class LineageImport:
    """What one file said. `again` is True where the same bytes had been imported before."""

    file: str
    format: str
    nodes: int
    edges: int
    warnings: tuple[str, ...]
    again: bool


def import_lineage(desk: Desk, paths: Sequence[Path]) -> tuple[list[LineageImport], Change]:
    """Reads all files first, then keeps all of them or none. Raises what the importers raise."""
    read = [import_file(path) for path in paths]
    with desk.vault.transaction() as db:
        new = [save(db, one, now()) for one in read]
        change = desk.record(
            "lineage-imported", [Topic.LINEAGE, Topic.MODELS], body={"sources": [one.digest for one in read]}
        )
    summaries = [
        LineageImport(one.file, one.format, len(one.nodes), len(one.edges), one.warnings, not fresh)
        for one, fresh in zip(read, new, strict=True)
    ]
    return summaries, change


def lineage_sources(desk: Desk) -> list[Source]:
    return sources(desk.vault.db)


def forget_source(desk: Desk, digest: str) -> Change:
    """Takes an imported file out of the graph."""
    with desk.vault.transaction() as db:
        forget(db, digest)
        return desk.record("lineage-forgotten", [Topic.LINEAGE, Topic.MODELS], body={"source": digest})


def answer_question(desk: Desk, first: str, second: str, same: bool | None) -> Change:
    """Whether two things of one name are the same (node ids); None takes the answer back. Raises NoSuchQuestion."""
    asked = {frozenset((one.first, one.second)) for one in answers(desk.vault.db)}
    if same is not None:
        asked |= {frozenset((one.first.id, one.second.id)) for one in lineage_graph(desk).questions}
    if frozenset((first, second)) not in asked:
        raise NoSuchQuestion()
    with desk.vault.transaction() as db:
        answer(db, first, second, same, desk.vault.officer_key, now())
        body = {"first": sha256_hex(first.encode())[:16], "second": sha256_hex(second.encode())[:16], "same": str(same)}
        return desk.record("lineage-answered", [Topic.LINEAGE, Topic.MODELS], body=body)


def given_answers(desk: Desk) -> list[JoinAnswer]:
    """What officers answered; each can be taken back with `answer_question(desk, first_id, second_id, None)`."""
    known = lineage_graph(desk).said_as
    return [
        JoinAnswer(one.first, one.second, known.get(one.first), known.get(one.second), one.same)
        for one in answers(desk.vault.db)
    ]


def lineage_graph(desk: Desk) -> Graph:
    """The graph over all imported sources and the registered dataset versions."""
    if desk.graph is None:
        desk.graph = load(desk.vault.db, registered_versions(desk))
    return desk.graph


def registered_versions(desk: Desk) -> list[RegisteredVersion]:
    places: dict[str, list[str]] = {}
    for index in list_indexes(desk):
        places.setdefault(index.dataset_version, []).extend(str(place) for place in index.places)
    content = content_kept(desk.vault.db)
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
    show_case(desk, ref)
    count = hit_versions(desk, ref)
    since = {version.id: collected_since(version.collected) for version, _ in dataset_versions(desk)}
    return affected(lineage_graph(desk), sorted(count), count, since)


def hit_versions(desk: Desk, ref: str) -> dict[str, int]:
    """Dataset versions (name@version) that hold hits of a case, with how many.

    A version that another case's erasure made holds them still; one that this case's erasure made holds none.
    """
    count = dict(Counter(hit.candidate.dataset_version for hit in hits(desk, ref)))
    labels = "|".join(label_of(digest) for digest in VaultRecords(desk.vault).plans(ref)) or "(?!)"
    own = re.compile(rf".*-({labels})(-\d+)?")
    later = [version for version, _ in dataset_versions(desk) if version.derived_from]
    queue = list(count)
    for before in queue:
        for version in later:
            if version.derived_from == before and version.id not in count and not own.fullmatch(version.version):
                count[version.id] = count[before]
                queue.append(version.id)
    return count


def affected_by_dataset(desk: Desk, dataset: str) -> Impact:
    """Models that a dataset (name, or name@version) reached. Raises DatasetUnknown."""
    graph = lineage_graph(desk)
    known = {name for version, _ in dataset_versions(desk) for name in (version.id, version.name)}
    impact = affected(graph, [dataset])
    if dataset in impact.not_in_lineage and dataset not in known:
        raise DatasetUnknown(dataset=dataset)
    return impact


def dispositions(desk: Desk, ref: str) -> dict[str, Disposition]:
    """Dispositions of the case by model (node id)."""
    return {one.model: one for one in kept.of_case(desk.vault.db, ref)}


def plan_disposition(
    desk: Desk, ref: str, model: str, fate: Fate, *, reason: str = "", responsible: str = "", deadline: str = ""
) -> Change:
    """What shall become of a model. Raises what `lineage.dispositions` raises."""
    require_open(desk, ref)
    node = affected_node(desk, ref, model)
    planned = Planned(fate, reason, responsible, deadline, desk.vault.officer_name, now())
    with desk.vault.transaction() as db:
        kept.plan(db, ref, node, planned)
        return desk.record(
            "disposition-planned",
            [Topic.MODELS],
            case=ref,
            body={"model": _short(node), "fate": fate.value, "deadline": deadline},
            undo=f"disposition “{fate.value}”",
            subject=node.id,
        )


def observe_disposition(
    desk: Desk, ref: str, model: str, fate: Fate, how: str, *, seen: str = "", by: str = ""
) -> Change:
    """What was seen of a model afterwards, and how that is known.

    `seen` is the day on which it was seen (now where ""), `by` who saw it (the officer where ""). Raises
    ModelNotAffected and what `lineage.dispositions` raises.
    """
    node = affected_node(desk, ref, model)
    observed = Observed(fate, how, desk.vault.officer_name, seen or now(), by, now())
    with desk.vault.transaction() as db:
        kept.observe(db, ref, node, observed)
        return desk.record(
            "disposition-observed",
            [Topic.MODELS, Topic.EVIDENCE],
            case=ref,
            body={"model": _short(node), "fate": fate.value},
            undo=f"observation “{fate.value}”",
            subject=node.id,
        )


def undo_observation(desk: Desk, ref: str, model: str) -> Change:
    """Takes the newest observation of a model back. Raises ModelNotAffected, NothingObserved."""
    node = affected_node(desk, ref, model)
    with desk.vault.transaction() as db:
        kept.undo_observed(db, ref, node.id)
        return desk.record(
            "observation-undone",
            [Topic.MODELS, Topic.EVIDENCE],
            case=ref,
            body={"model": _short(node)},
            subject=node.id,
        )


def undo_disposition(desk: Desk, ref: str, model: str) -> Change:
    """Takes the newest decision on a model back, unless its plan is approved."""
    require_open(desk, ref)
    node = affected_node(desk, ref, model)
    with desk.vault.transaction() as db:
        kept.undo(db, ref, node.id)
        return desk.record(
            "disposition-undone", [Topic.MODELS], case=ref, body={"model": _short(node)}, subject=node.id
        )


def _short(node: Node) -> str:
    """What the journal calls a model: names may tell of a person."""
    return sha256_hex(node.id.encode())[:16]


def affected_node(desk: Desk, ref: str, model: str) -> Node:
    """By node id, or name@version. Raises ModelNotAffected."""
    for one in affected_by_case(desk, ref).models:
        if model in (one.id, one.node.label):
            return one.node
    raise ModelNotAffected(model=model)
