"""What the columns of an index are taken for: shown with samples, confirmed, put right later."""

from __future__ import annotations

from collections.abc import Sequence

from dsr_desk.app.data.indexing import keep_index, list_indexes, opened, resolve_index, secret_of, signer_of
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import CaseState
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.index import correcting
from dsr_desk.search.index.correcting import IndexColumn
from dsr_desk.search.records.columns import ColumnKind

__all__ = ["ColumnKind", "IndexColumn"]

CORRECTED, CONFIRMED = "corrected", "confirmed"
"""What an act about columns says was done with them."""

_DECIDED = (CaseState.APPROVED, CaseState.DELETED, CaseState.READ_BACK)


def columns(desk: Desk, index: str) -> list[IndexColumn]:
    """All columns of records with their kinds and some of their values. Raises what opening an index raises."""
    return correcting.columns_of(opened(desk, resolve_index(desk, index).name))


def correct_column(
    desk: Desk,
    index: str,
    column: str,
    kind: ColumnKind,
    containers: Sequence[str] = (),
    *,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Change:
    """Takes a column for `kind` in these containers (all that have it, if none is named); counts as confirmed.

    Its records are looked up anew, which takes as long as it took when the index was built; photos are not read
    again. Searches of open cases that were made before are stale from then on, see `stale_searches`. Cancelled, the
    index is unfinished until the same correction is made again. Raises IndexUnknown, ColumnUnknown, Cancelled, InUse.
    """
    known = resolve_index(desk, index)
    desk.release(known.name)
    done = correcting.correct(
        known.path, secret_of(desk), column, kind, containers, signer=signer_of(desk), report=report, cancel=cancel
    )
    if done.about is None:
        return _confirmed(desk, known.id, known.name, done.containers)
    said = {
        "index": known.id,
        "event": CORRECTED,
        "generation": done.about.generation,
        "from": [_code(one) for one in done.before],
        "to": _code(kind),
        "containers": done.containers,
        "records": done.records,
    }
    corrected = opened(desk, known.name)
    with desk.vault.transaction():
        touches = keep_index(desk, known.path, corrected)
        return desk.act(Draft(Kind.COLUMNS, said), touches=touches, subject=known.name)


def confirm_columns(desk: Desk, index: str) -> Change:
    """The officer looked at all kinds of columns of an index and leaves them as they are."""
    known = resolve_index(desk, index)
    desk.release(known.name)
    return _confirmed(desk, known.id, known.name, correcting.confirm(known.path, secret_of(desk)))


def stale_searches(desk: Desk, ref: str) -> list[Message]:
    """A sentence for each index that is not as it was when this case was last searched; none where nothing changed.

    None either for a case whose deletion is approved: what follows then is reading back.
    """
    with desk.reading(ref) as case:
        past = [one for one in case.searches if one["purpose"] == "search"]
        if case.ended is not None or case.state(desk.vault.roster) in _DECIDED or not past:
            return []
    now_here = {desk.name(ref, one.id): one for one in list_indexes(desk) if one.destroyed is None}
    corrected = _corrections(desk)
    searched = [(now_here[name], then) for name, then in past[-1]["indexes"].items() if name in now_here]
    says = []
    for known, generation in sorted(searched, key=lambda one: one[0].name):
        if known.about.generation == generation:
            continue
        code = "stale.column" if corrected.get(known.id, 0) > generation else "stale.index"
        says.append(message(code, name=known.name))
    return says


def _confirmed(desk: Desk, index: str, name: str, columns: int) -> Change:
    said = {"index": index, "event": CONFIRMED, "columns": columns}
    return desk.act(Draft(Kind.COLUMNS, said), subject=name)


def _corrections(desk: Desk) -> dict[str, int]:
    """The newest generation that a correction of a column made, by index."""
    acts = (entry.act.open for entry in desk.vault.log.entries("", kinds=[Kind.COLUMNS]))
    return {said["index"]: int(said["generation"]) for said in acts if said["event"] == CORRECTED}


def _code(kind: ColumnKind) -> str:
    """A kind as an act takes it, whose open part holds no free text."""
    return kind.replace(" ", "-")
