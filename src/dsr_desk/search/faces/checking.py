"""Measures an own engine on labelled people beside the built-in one, on the same photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.core.errors import DeskError
from dsr_desk.faces.engine_check import EngineCheck, MatchRates
from dsr_desk.faces.facts import engine_facts
from dsr_desk.faces.registry import loader
from dsr_desk.faces.sanity import Sanity, try_sanity
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.faces.known import measured
from dsr_desk.search.faces.match_rates import LEAST_FALSE_PAIRS, RATES, GroupRates, Pairs
from dsr_desk.search.faces.recall import Labelled, people_in, read_labelled
from dsr_desk.storage.clock import now

BUILT_IN = "standard"
SANE_PHOTOS = 24


class EngineCheckTooFew(DeskError):
    code = "ENGINE-CHECK-TOO-FEW"
    happened = (
        "{where} holds too few photos of people to check an engine on: {people} people, {pairs} pairs of strangers."
    )
    means = "Nothing was measured or stored: fewer than {least} pairs of strangers decide no false match rate."
    todo = "Give a folder with one folder a person, 150 photos or more."


@dataclass(frozen=True)
class GroupBeside:
    """One group by the checked engine and by the built-in one, each at its own threshold."""

    own: GroupRates
    built_in: GroupRates


@dataclass(frozen=True)
class EngineReport:
    """`at` is the false match rate whose thresholds groups were measured at. `without_face` names photos as below the
    folder. Seconds are wall time a photo, with the start of the workers; both engines had the same ones.
    """

    check: EngineCheck
    sanity: Sanity
    at: float
    groups: tuple[GroupBeside, ...]
    without_group: int
    without_face: tuple[str, ...]
    seconds: float
    seconds_of_built_in: float


def measure_engine(
    engine: str,
    people: Path,
    *,
    groups: Mapping[str, str] | None = None,
    workers: int = 1,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> EngineReport:
    """Reads all photos with both engines. `groups` by name of a person's folder.

    Raises EngineCheckTooFew, NobodyToMeasure, OwnModelUnusable, Cancelled.
    """
    sizes = [len(photos) for photos in people_in(people)]
    most = (sum(sizes) ** 2 - sum(size**2 for size in sizes)) // 2
    _enough(people, len(sizes), most)
    facts = engine_facts(engine, loader(engine))
    own = read_labelled(people, engine, loader(engine), workers, report, cancel)
    built_in = read_labelled(people, BUILT_IN, loader(BUILT_IN), workers, report, cancel)
    pairs, beside = own.pairs(), built_in.pairs()
    _enough(people, len(sizes), pairs.false_pairs)
    rates = tuple(MatchRates(rate, pairs.true_matches(rate), beside.true_matches(rate)) for rate in RATES)
    known = own.grouped(groups or {})
    at = max(RATES)
    by_group = zip(pairs.by_group(known, at), beside.by_group(known, at), strict=True) if known else ()
    return EngineReport(
        check=EngineCheck(
            digest=facts.digest,
            checked=now(),
            people=len(own.sizes),
            photos=len(own.photos),
            missed=len(_without_face(own)),
            missed_by_built_in=len(_without_face(built_in)),
            rates=rates,
            **_known_of(pairs),
        ),
        sanity=try_sanity(engine, [files[0].read_bytes() for files in own.files[:SANE_PHOTOS]]),
        at=at,
        groups=tuple(GroupBeside(*both) for both in by_group),
        without_group=len(own.sizes) - len(known) if groups is not None else 0,
        without_face=tuple(_without_face(own)),
        seconds=round(own.seconds / len(own.photos), 4),
        seconds_of_built_in=round(built_in.seconds / len(built_in.photos), 4),
    )


def _enough(where: Path, people: int, pairs: int) -> None:
    """Raises EngineCheckTooFew where no rate could be measured."""
    least = round(LEAST_FALSE_PAIRS / max(RATES))
    if pairs < least:
        raise EngineCheckTooFew(where=where, people=people, pairs=pairs, least=least)


def _without_face(labelled: Labelled) -> list[str]:
    missed = [labelled.files[one.person][one.number] for one in labelled.photos if not len(one.faces)]
    return [f"{path.parent.name}/{path.name}" for path in missed]


def _known_of(pairs: Pairs) -> dict[str, Any]:
    """What calibration knows one person's photos by; nothing of too few."""
    known = measured(pairs.faces, pairs.owners)
    return {"genuine": known.genuine, "several": known.several, "spread": known.spread} if known else {}
