"""Sweeps of disks for stray copies of what a case decided on, and what officers say of what they find.

A sweep looks for nothing else: there is no search of a face, and without a case for files of models alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsr_desk.app.case.plans import rounds_that_ran
from dsr_desk.app.case.reaching import found_here
from dsr_desk.app.case.review import hits
from dsr_desk.app.case.run_records import DeskRecords
from dsr_desk.app.case.scope import items_of, show_scope
from dsr_desk.app.data.indexing import opened
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_graph
from dsr_desk.core.actions import Check, Remaining, Seen
from dsr_desk.core.acts import Draft, Kind, Pseudonyms, Row
from dsr_desk.core.changes import Change
from dsr_desk.core.codec import plain, restore
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap, Hit, places_not_read
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import DispositionKind, Node, NodeKind
from dsr_desk.core.message import message, quoted
from dsr_desk.core.refusals import FindingUnknown
from dsr_desk.core.strays import GONE, Explained, StrayBy, is_open, open_strays
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.deletion.stray import sweep
from dsr_desk.deletion.stray_found import Home, Stray, StraySweep
from dsr_desk.deletion.wanted import Digests, KnownModel, Looks, Wanted
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.storage.log_reading import in_form

__all__ = ["Stray", "StraySweep"]


class NothingToSweepFor(DeskError):
    code = "SWEEP-NOTHING-WANTED"
    happened = "There is nothing that a sweep of disks could look for."
    means = "No disk was read: a sweep looks for what a case decided on, or for files of models, and for nothing else."
    todo = (
        "Decide on candidates, resolve the order's scope or give a model the disposition “destroyed”; or look for "
        "files of models too (--models)."
    )


@dataclass(frozen=True)
class StrayFinding:
    """Something that sweeps of a case found. `id` names it in the case; `stray` is None once it was forgotten.

    `officer` (name) is who explained it, `reason` in their words.
    """

    id: str
    how: StrayBy
    stray: Stray | None
    found: str
    gone: bool
    open: bool
    explained: Explained | None = None
    officer: str = ""
    reason: str = ""


@dataclass(frozen=True)
class CaseSweep:
    """A sweep that was written into a case. `findings` are those of this sweep, `gone` those of earlier ones."""

    sweep: StraySweep
    findings: tuple[StrayFinding, ...]
    gone: tuple[StrayFinding, ...]


@dataclass(frozen=True)
class Swept:
    """What sweeps of a case looked at: of each place the newest one. `day` is that of the last sweep (UTC)."""

    day: str
    places: tuple[str, ...]
    files: int
    unread: int
    complete: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Sought:
    """What a sweep of a case looks for; `gaps` say what it cannot look for."""

    wanted: Wanted
    gaps: tuple[Gap, ...] = ()


def wanted_of(desk: Desk, ref: str, *, all_models: bool = False) -> Sought:
    """What follows from the case: all that was ever decided to be the person's, or that an order covers, and models
    that are to be destroyed. With `all_models` also whatever file of a model no lineage explains.
    """
    items = _of_order(desk, ref) if desk.case(ref).is_order else _of_person(desk, ref)
    unseen = items.unseen
    gaps = [Gap(message("gap.sweep.looks"), message("stray.looks-missing", count=unseen), unseen)] if unseen else []
    graph = lineage_graph(desk)
    models = graph.at(graph.of_kind(NodeKind.MODEL))
    doomed = {
        key
        for key, one in dispositions(desk, ref).items()
        if one.planned is not None and one.planned.disposition is DispositionKind.DESTROYED
    }
    affected = {one.id: one.node for one in affected_by_case(desk, ref).models}
    wanted = Wanted(
        items=items.digests,
        looks=items.looks,
        models={digest: node.label for key, node in affected.items() if key in doomed for digest in node.digests},
        known_models=frozenset(digest for node in models if node.id not in doomed for digest in node.digests),
        tensors=tuple(_known_tensors(desk, ref)),
        all_models=all_models,
        rows=items.rows,
    )
    without = [node for key, node in affected.items() if key in doomed and not node.digests]
    return Sought(wanted, (*gaps, *map(_without_digest, without)))


@dataclass(frozen=True)
class _Items:
    """Items that are looked for. `rows`: rows of tables are among them; how `unseen` photos look is not known."""

    digests: Digests
    looks: Looks
    rows: bool
    unseen: int


def _of_person(desk: Desk, ref: str) -> _Items:
    decided = hits(desk, ref)
    looks, unseen = _looks(desk, ref, decided)
    rows = any(hit.candidate.kind is ItemKind.RECORD for hit in decided)
    return _Items(Digests(hit.address.digest for hit in decided), Looks(looks), rows, unseen)


def _of_order(desk: Desk, ref: str) -> _Items:
    """Of the scope in force and of those that were carried out: by bytes alone, since no photo of it was decoded."""
    with desk.reading(ref) as case:
        ran = {one["n"] for one in case.rounds if one["actions"]}
        of_round = {one["round"]: one for one in case.scopes}  # a plan rests on the last one of its round
        scopes = [one for one in of_round.values() if one["round"] in ran or one is case.scopes[-1]]
        kinds: Counter[ItemKind] = Counter()

        def digests() -> Iterator[str]:
            for one in scopes:
                scope = show_scope(desk, ref, one["seq"] + 1)
                for part in scope.parts:
                    for item in items_of(desk, scope, part) if part.items else ():
                        kinds[item.kind] += 1
                        yield item.address.digest

        return _Items(Digests(digests()), Looks(), kinds[ItemKind.RECORD] > 0, kinds[ItemKind.PHOTO])


def wanted_models(desk: Desk) -> Wanted:
    """Without a case: every file of a model, those that lineage knows among them."""
    models = [node for node in lineage_graph(desk).nodes if node.kind is NodeKind.MODEL]
    return Wanted(models={digest: node.label for node in models for digest in node.digests}, all_models=True)


def sweep_models(
    desk: Desk,
    roots: Sequence[Path],
    *,
    one_filesystem: bool = False,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> StraySweep:
    """Which files of models lie below the roots, and which of them lineage knows. Nothing is written down."""
    return sweep(roots, wanted_models(desk), one_filesystem=one_filesystem, report=report, token=cancel)


def sweep_case(
    desk: Desk,
    ref: str,
    roots: Sequence[Path],
    *,
    models: bool = False,
    one_filesystem: bool = False,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> CaseSweep:
    """Sweeps disks for what the case decided on, and writes what was found into it, cancelled or not.

    Raises NothingToSweepFor, refusals.
    """
    desk.require(ref, Draft(Kind.SWEPT))
    sought = wanted_of(desk, ref, all_models=models)
    if not (sought.wanted.for_items or sought.wanted.for_models):
        raise NothingToSweepFor()
    earlier = [one.stray for one in findings(desk, ref) if not one.gone and one.stray is not None]
    done = sweep(
        roots,
        sought.wanted,
        home=_home(desk, ref),
        earlier=earlier,
        one_filesystem=one_filesystem,
        report=report,
        token=cancel,
    )
    done.not_looked += sought.gaps
    keys = {one.key for one in done.found}
    gone = [one for one in done.gone if one.key not in keys]
    names = Pseudonyms(desk.key(ref))
    rows = [Row(names.of(one.key), one.how.value, plain(one)) for one in {one.key: one for one in done.found}.values()]
    rows += [Row(names.of(one.key), GONE) for one in gone]
    said = {
        "roots": len(done.roots),
        "files": done.files,
        "found": done.counts,
        "unread": places_not_read(done.not_looked),
        "wanted": sought.wanted.counts,
        "models": models,
        "complete": done.complete,
    }
    fields = {"roots": list(done.roots), "not_looked": plain(tuple(done.not_looked))}
    desk.act(Draft(Kind.SWEPT, said, fields, rows), ref)
    known = {one.id: one for one in findings(desk, ref)}
    return CaseSweep(
        done,
        tuple(known[row.item] for row in rows if row.word != GONE),
        tuple(known[row.item] for row in rows if row.word == GONE),
    )


def explain(desk: Desk, ref: str, finding: str, how: Explained, reason: str) -> Change:
    """What an officer says of a finding, by its id or how that begins. Raises FindingUnknown, refusals."""
    with desk.vault.transaction():
        with desk.reading(ref) as case:
            meant = [key for key in case.strays if key.startswith(finding) and case.strays[key]["gone"] is None]
        if len(meant) != 1:
            raise FindingUnknown(case=ref, finding=finding)
        said = {"finding": meant[0], "as": how.value}
        return desk.act(Draft(Kind.EXPLAINED, said, {"reason": reason}), ref, subject=meant[0])


def findings(desk: Desk, ref: str) -> list[StrayFinding]:
    """All that sweeps of the case ever found, what is gone and what is explained too. Raises CaseMissing."""
    with desk.reading(ref) as case:
        names = desk.vault.officer_names()
        values: dict[str, tuple[Any, str]] = {}
        for one in case.sweeps:
            with in_form(one["seq"]):
                for row in desk.vault.log.rows(one["seq"]):
                    if row.word != GONE:
                        values[row.item] = (row.value, one["time"])
        return [_finding(desk, key, one, *values[key], names) for key, one in case.strays.items()]


def _finding(
    desk: Desk, key: str, one: Mapping[str, Any], value: Any, found: str, names: Mapping[str, str]
) -> StrayFinding:
    stray = restore(value, Stray) if value is not None else None
    gone, said = one["gone"] is not None, one["explained"]
    bare = StrayFinding(key, StrayBy(one["how"]), stray, found, gone, is_open(dict(one)))
    if said is None:
        return bare
    reason = desk.values(said["seq"]).get("reason", "")
    by = names.get(said["officer"], said["officer"])
    return replace(bare, explained=Explained(said["as"]), officer=by, reason=reason)


def stray_check(desk: Desk, ref: str) -> Check | None:
    """How sweeps stand, as a check of reading back; None where no disk was swept for the case.

    What holds what was decided on, and is neither gone nor explained, is still there; what only resembles it was not
    looked at. Of each place the newest sweep counts.
    """
    with desk.reading(ref) as case:
        looked = swept(desk, ref)
        if looked is None:
            return None
        left = open_strays(case)
        known = {one.id: one for one in findings(desk, ref) if one.id in left}
    copies = [key for key, how in left.items() if how.is_a_copy]
    remaining = tuple(
        Remaining(quoted(one.stray.shown), one.stray.says, "")
        for key, one in known.items()
        if one.stray is not None and (not copies or key in copies)
    )
    said: dict[str, Any] = {"day": looked.day, "places": len(looked.places), "files": looked.files}
    name = message("check.strays")
    if copies:
        says, seen = message("check.strays.open", count=len(copies), **said), Seen.STILL_THERE
    elif left:
        says, seen = message("check.strays.like", count=len(left), **said), Seen.NOT_LOOKED
    elif not looked.complete:
        says, seen = message("check.strays.partly", **said), Seen.NOT_LOOKED
    elif looked.unread:
        says, seen = message("check.strays.where-read", count=looked.unread, **said), Seen.GONE_WHERE_READ
    else:
        says, seen = message("check.strays.clear", **said), Seen.GONE
    return Check(name, seen, says, looked.files, remaining, looked.gaps)


def swept(desk: Desk, ref: str) -> Swept | None:
    """None where no disk was swept for the case."""
    with desk.reading(ref) as case:
        if not case.sweeps:
            return None
        places = _newest_of_each_place(desk, case.sweeps)
        newest = list({one["seq"]: one for one in places.values()}.values())
        return Swept(
            case.sweeps[-1]["time"],
            tuple(places),
            sum(one["files"] for one in newest),
            sum(one["unread"] for one in newest),
            all(one["complete"] for one in newest),
            tuple(gap for one in newest for gap in _gaps(desk, one["seq"])),
        )


def _newest_of_each_place(desk: Desk, sweeps: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By place that was swept; where the case was forgotten, by sweep."""
    found = {}
    for one in sweeps:
        for root in desk.values(one["seq"]).get("roots", [f"sweep {one['seq']}"]):
            found[root] = one
    return found


def _gaps(desk: Desk, seq: int) -> tuple[Gap, ...]:
    values = desk.values(seq)
    with in_form(seq):
        return restore(values.get("not_looked", []), tuple[Gap, ...])


def _looks(desk: Desk, ref: str, decided: Sequence[Hit]) -> tuple[list[bytes], int]:
    """How photos that were decided on look, and of how many that is not known."""
    found = {
        item: bytes.fromhex(look)
        for ran in rounds_that_ran(desk, ref)
        for action in ran.plan.erasing
        if (begun := DeskRecords(desk, ref).begun_with(action)) is not None
        for item, look in begun[0].looks.items()
    }
    for hit in decided:
        if hit.candidate.kind is ItemKind.PHOTO and hit.address.id not in found:
            with suppress(DeskError):
                known = opened(desk, hit.candidate.index).item(hit.address.id)
                if known is not None:
                    found[hit.address.id] = known.phash
    photos = [hit for hit in decided if hit.candidate.kind is ItemKind.PHOTO]
    looks = [found.get(hit.address.id, b"") for hit in photos]
    return [look for look in looks if look], sum(hit.address.id not in found for hit in photos)


def _home(desk: Desk, ref: str) -> Home:
    """Where the vault knows data to lie: deletions and reading back are about that."""
    containers = found_here(desk).containers.values()
    folders = {str(one.path.resolve()): one.name for one in containers if one.format == FolderOfPhotos.format}
    files = {str(one.path.resolve()) for one in containers if one.format != FolderOfPhotos.format}
    if desk.case(ref).is_order:
        return Home(frozenset(files), tuple(folders), with_records=True)
    for hit in hits(desk, ref):
        files |= {f"{path}/{hit.address.member}" for path, name in folders.items() if name == hit.address.container}
    return Home(frozenset(files), tuple(folders))


def _known_tensors(desk: Desk, ref: str) -> Iterator[KnownModel]:
    """Of model files that an earlier sweep met, gone or not: what is converted or saved anew is told by them."""
    for one in findings(desk, ref):
        if one.how in (StrayBy.MODEL, StrayBy.MODEL_INSIDE) and one.stray is not None and one.stray.model is not None:
            yield KnownModel(one.stray.name, one.stray.model)


def _without_digest(node: Node) -> Gap:
    return Gap(message("gap.sweep.model", name=node.label), message("why.sweep.no-digest"))
