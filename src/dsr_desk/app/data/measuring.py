"""Measures an engine on an organisation's own photos of people that it knows."""

from __future__ import annotations

import os
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.search.faces.recall import RecallReport, measure_recall


def recall(
    folder: Path, *, engine: str = "standard", workers: int | None = None, report: Report, cancel: CancelToken
) -> RecallReport:
    """How many photos of a person are found, on a folder with one folder a person; a process a core if none are named.

    Raises NobodyToMeasure, EngineUnknown, Cancelled.
    """
    return measure_recall(
        folder, engine_name=engine, workers=workers or os.cpu_count() or 1, report=report, cancel=cancel
    )


def recall_lines(found: RecallReport) -> list[Message]:
    """What was measured."""
    return [
        message("recall.people", people=found.people, photos=found.photos, genuine=found.genuine, engine=found.engine),
        *(message("recall.above", rank=rank, percent=100 * share) for rank, share in found.recall_at.items()),
        message("recall.missed", photos=found.without_face, seconds=found.seconds_per_photo),
    ]
