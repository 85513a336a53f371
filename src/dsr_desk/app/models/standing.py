"""How far what officers said of a case's models is borne out by what was imported, looked at and recorded since."""

from __future__ import annotations

from collections import defaultdict

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_graph
from dsr_desk.core.acts import Kind
from dsr_desk.core.codec import restore
from dsr_desk.core.lineage import Disposition, DispositionKind, Impact
from dsr_desk.core.message import Message
from dsr_desk.lineage.places import PlaceLook
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

__all__ = ["ModelStanding", "StandingCode", "open_words"]


def standings(desk: Desk, ref: str, impact: Impact | None = None) -> dict[str, ModelStanding]:
    """How the word on each affected model stands, by node id. `impact` is that of the case, where it is known."""
    impact = impact if impact is not None else affected_by_case(desk, ref)
    said, details = dispositions(desk, ref), _details(desk, ref)
    graph = lineage_graph(desk)
    gone = [ident for ident, one in said.items() if _destroyed(one)]
    seats = [seat for ident in gone if (seat := graph.position(ident)) is not None]
    leaving = {node.id for seat in seats for node in graph.members[seat]}
    known = RecordsKnown(graph, known_imports(desk), impact, frozenset(leaving))
    return {
        model.id: check_disposition(known, model, said.get(model.id), details.get(desk.name(ref, model.id)))
        for model in impact.models
    }


def dispositions_open(desk: Desk, ref: str) -> list[Message]:
    """What keeps a headline from saying that all is done with the models: nothing decided, done by a word alone, or
    contradicted by a record, a sentence for each; and what lineage does not know."""
    impact = affected_by_case(desk, ref)
    return open_words(impact, standings(desk, ref, impact))


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
