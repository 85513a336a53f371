"""Measuring: how well people are found, on labelled photos of one's own."""

from __future__ import annotations

import os
from pathlib import Path

from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.search.recall import RecallReport, measure_recall


def recall(folder: Path, *, engine: str, workers: int | None, report: Report, cancel: CancelToken) -> RecallReport:
    """Recall on a folder with one folder a person; see `search.recall`."""
    return measure_recall(
        folder, engine_name=engine, workers=workers or os.cpu_count() or 1, report=report, cancel=cancel
    )


def recall_lines(found: RecallReport) -> list[str]:
    lines = [f"{found.people} people, {found.photos} photos, {found.genuine} genuine, engine {found.engine}."]
    for rank, share in found.recall_at.items():
        lines.append(f"Above the {rank}th stranger: {share:.1%} of the genuine photos.")
    missed = f"{found.without_face} photos without a face count as missed."
    return [*lines, f"{missed} {found.seconds_per_photo:.3f} s a photo."]
