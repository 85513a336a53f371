"""Measures an engine on an organisation's own photos of people that it knows."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.faces.engine_check import CHECK, LONGEST_REASON, Share, false_of, rate_lines, said_of, write_check
from dsr_desk.faces.facts import engine_facts, own_folder
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.search.faces.checking import EngineReport, GroupBeside, measure_engine
from dsr_desk.search.faces.recall import GroupRecall, RecallReport, measure_recall

LARGEST_GROUPS = 64 << 20


class GroupsUnreadable(DeskError):
    code = "GROUPS-UNREADABLE"
    happened = "{where} does not say which person is of which group."
    means = "Nothing was measured."
    todo = "Give a CSV file in UTF-8 whose first line is person,group; a person is the name of a folder."


@dataclass(frozen=True)
class EngineOutcome:
    """What was measured, and where it was stored; or `why` not."""

    report: EngineReport
    stored: Path | None
    why: Message | None


def recall(
    folder: Path,
    *,
    engine: str = "standard",
    groups: Path | None = None,
    workers: int | None = None,
    report: Report,
    cancel: CancelToken,
) -> RecallReport:
    """How many photos of a person are found, on a folder with one folder a person; a process a core if none are named.

    `groups` is a CSV file, person and group. Raises NobodyToMeasure, EngineUnknown, GroupsUnreadable, Cancelled.
    """
    return measure_recall(
        folder,
        engine_name=engine,
        workers=workers or os.cpu_count() or 1,
        groups=read_groups(groups) if groups else None,
        report=report,
        cancel=cancel,
    )


def recall_lines(found: RecallReport) -> list[Message]:
    """What was measured."""
    return [
        message("recall.people", people=found.people, photos=found.photos, genuine=found.genuine, engine=found.engine),
        *(message("recall.above", rank=rank, percent=100 * share) for rank, share in found.recall_at.items()),
        message("recall.missed", photos=found.without_face, seconds=found.seconds_per_photo),
        *(line for group in found.groups for line in _group_lines(group)),
        *_without_group(found.without_group),
    ]


def check_engine(
    folder: Path, people: Path, *, groups: Path | None = None, workers: int | None = None, report: Report,
    cancel: CancelToken,
) -> EngineReport:  # fmt: skip
    """An own engine beside the built-in one, on a folder with one folder a person. Nothing is stored.

    Raises EngineCheckTooFew, NobodyToMeasure, OwnModelUnusable, GroupsUnreadable, Cancelled.
    """
    by_person = read_groups(groups) if groups else None
    count = workers or os.cpu_count() or 1
    return measure_engine(str(folder), people, groups=by_person, workers=count, report=report, cancel=cancel)


def keep_check(folder: Path, found: EngineReport, reason: str) -> EngineOutcome:
    """Stores what was measured beside the model, for indexes that will be made with it.

    Nothing is stored of an engine that makes no sense, that is worse than the built-in one without a typed reason, or
    that became another one meanwhile. Raises OwnModelUnusable, DiskFull and the like.
    """
    reason = reason.strip()
    if not found.sanity.sound:
        return EngineOutcome(found, None, message("engine.check.unsound"))
    if found.check.worse and not reason:
        return EngineOutcome(found, None, message("engine.check.no-reason"))
    if len(reason) > LONGEST_REASON:
        return EngineOutcome(found, None, message("engine.check.long-reason", most=LONGEST_REASON))
    if engine_facts(str(folder), loader(str(folder))).digest != found.check.digest:
        return EngineOutcome(found, None, message("engine.check.changed"))
    found = replace(found, check=replace(found.check, reason=reason if found.check.worse else ""))
    return EngineOutcome(found, write_check(own_folder(str(folder)) or folder, found.check), None)


def check_lines(found: EngineReport) -> list[Message]:
    """What was measured, a sentence each."""
    check, sanity = found.check, found.sanity
    missed = {"own": check.missed, "built_in": check.missed_by_built_in, "photos": check.photos}
    scores = {"mirrored": sanity.mirrored, "shifted": sanity.shifted, "strangers": sanity.strangers}
    return [
        message("engine.check.people", people=check.people, photos=check.photos),
        *rate_lines(check.rates),
        message("engine.check.interval"),
        message("engine.check.missed", **missed),
        *(message("engine.check.no-face", photo=quoted(name)) for name in found.without_face),
        message("engine.check.speed", own=found.seconds, built_in=found.seconds_of_built_in),
        message("engine.check.sanity", people=sanity.people, nothing=sanity.nothing, **scores),
        *(line for group in found.groups for line in _beside_lines(group, found.at)),
        *_without_group(found.without_group),
        message("engine.check.scores" if check.genuine else "engine.check.no-scores"),
    ]


def outcome_line(outcome: EngineOutcome) -> Message:
    """What became of the check."""
    return outcome.why or message("engine.check.stored", file=CHECK)


def read_groups(path: Path) -> dict[str, str]:
    """The group of each person. Raises GroupsUnreadable."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file.readlines(LARGEST_GROUPS))
            if not {"person", "group"} <= set(rows.fieldnames or ()):
                raise GroupsUnreadable(where=path)
            return {row["person"]: row["group"] for row in rows if row["person"] and row["group"]}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GroupsUnreadable(where=path) from error


def _group_lines(group: GroupRecall) -> Iterator[Message]:
    sizes = {"people": group.people, "references": group.references, "genuine": group.genuine}
    yield message("recall.group", group=quoted(group.group), **sizes)
    for rank, share in group.recall_at.items():
        yield message("recall.group.above", rank=rank, share=said_of(share))
    yield _within(group.within.false_matches if group.within else None, group.within.false_pairs if group.within else 0)


def _within(share: Share | None, pairs: int) -> Message:
    return message("recall.group.within", share=false_of(share), pairs=pairs)


def _beside_lines(group: GroupBeside, at: float) -> Iterator[Message]:
    own, built_in = group.own, group.built_in
    yield message("engine.group", group=quoted(own.group), people=own.people, photos=own.photos)
    sizes = {"pairs": own.false_pairs, "of": round(1 / at)}
    false = {"own": false_of(own.false_matches), "built_in": false_of(built_in.false_matches)}
    yield message("engine.group.false", **sizes, **false)
    true = {"own": said_of(own.true_matches), "built_in": said_of(built_in.true_matches)}
    yield message("engine.group.true", pairs=own.genuine_pairs, **true)


def _without_group(people: int) -> list[Message]:
    return [message("recall.group.none", people=people)] if people else []
