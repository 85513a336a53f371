"""How far what officers said of a case's models is borne out by what was imported, looked at and recorded since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from dsr_desk.app.case.sweeping import findings
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_graph
from dsr_desk.core.acts import Kind
from dsr_desk.core.codec import restore
from dsr_desk.core.lineage import AffectedModel, Disposition, DispositionKind, Impact
from dsr_desk.core.message import Message, message
from dsr_desk.core.strays import StrayBy
from dsr_desk.lineage.places import PlaceLook
from dsr_desk.lineage.said import facts_of
from dsr_desk.lineage.sightings import Imports, moment
from dsr_desk.lineage.standing import (
    ModelStanding,
    RecordsKnown,
    StandingCode,
    WordDetails,
    check_disposition,
    open_words,
)
from dsr_desk.lineage.store import imports
from dsr_desk.storage.log_reading import in_form

__all__ = ["ModelStanding", "StandingCode"]


def standings(desk: Desk, ref: str, impact: Impact | None = None) -> dict[str, ModelStanding]:
    """How the word on each affected model stands, by node id. `impact` is that of the case, where it is known."""
    impact = impact if impact is not None else affected_by_case(desk, ref)
    said, details = dispositions(desk, ref), _details(desk, ref)
    strays = _strays(desk, ref)
    graph = lineage_graph(desk)
    gone = [ident for ident, one in said.items() if _destroyed(one)]
    seats = [seat for ident in gone if (seat := graph.position(ident)) is not None]
    leaving = {node.id for seat in seats for node in graph.members(seat)}
    observed = any(one.observed is not None for one in said.values())
    known = RecordsKnown(graph, known_imports(desk) if observed else Imports(), impact, frozenset(leaving))
    found = {}
    for model in impact.models:
        told = details.get(desk.name(ref, model.id), WordDetails())
        copies = {place for name in (model.node.label, *model.node.digests) for place in strays.get(name, ())}
        found[model.id] = check_disposition(
            known, model, said.get(model.id), replace(told, strays=tuple(sorted(copies)))
        )
    return found


def dispositions_open(desk: Desk, ref: str) -> list[Message]:
    """What keeps a headline from saying that all is done with the models: nothing decided, done by a word alone, or
    contradicted by a record, a sentence for each; and what lineage does not know."""
    if desk.case(ref).is_order and desk.case(ref).scope is None:
        return [message("open.models.no-scope")]
    impact = affected_by_case(desk, ref)
    return open_words(impact, standings(desk, ref, impact))


@dataclass(frozen=True)
class ModelSaid:
    """An affected model in sentences, for statements: what is recorded of it, and how the word on it stands."""

    model: AffectedModel
    standing: ModelStanding
    facts: tuple[Message, ...]


def models_said(desk: Desk, ref: str) -> list[ModelSaid]:
    """Every affected model of a case; of what no source says anything, that is said."""
    impact = affected_by_case(desk, ref)
    found = standings(desk, ref, impact)
    return [ModelSaid(model, found[model.id], facts_of(model)) for model in impact.models]


def known_imports(desk: Desk) -> Imports:
    """All that is imported now, with every time at which it was, as the log says it, and what was taken out."""
    times: dict[str, list[str]] = defaultdict(list)
    taken_out = []
    for entry in desk.vault.log.entries("", kinds=[Kind.LINEAGE]):
        said, when = entry.act.open, moment(entry.act.time, entry.seq)
        if said["event"] == "imported":
            for digest in said["sources"]:
                times[digest].append(when)
        elif said["event"] == "forgotten" and said["source"] in times:
            taken_out.append((times[said["source"]][-1], when))
    with desk.vault.turn() as db:
        found = imports(db, times)
    found.taken_out = taken_out
    return found


def _destroyed(said: Disposition) -> bool:
    return said.observed is not None and said.observed.disposition is DispositionKind.DESTROYED


def _strays(desk: Desk, ref: str) -> dict[str, list[tuple[str, str]]]:
    """By a model's label, and by the digest of its file, where sweeps found it and when; nothing gone or explained."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in findings(desk, ref):
        if one.open and one.stray is not None and one.how in _MODEL_FILES:
            for name in (one.stray.name, f"sha256:{one.stray.file}"):
                found[name].append((one.stray.place, one.found))
    return found


_MODEL_FILES = (StrayBy.MODEL, StrayBy.MODEL_INSIDE, StrayBy.SAME_TENSORS)


def _details(desk: Desk, ref: str) -> dict[str, WordDetails]:
    """What was recorded with the newest observation of each model, by the model's pseudonym in the case."""
    found = {}
    with desk.reading(ref) as case:
        for model, said in case.dispositions.items():
            if not said["observed"]:
                continue
            seq = said["observed"][-1]["seq"]
            values = desk.values(seq)
            with in_form(seq):
                places = restore(values.get("places", []), tuple[PlaceLook, ...])
                found[model] = WordDetails(places, values.get("instead", ""), seq)
    return found
