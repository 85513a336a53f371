"""Readers of containers: they are many and their libraries large, and are loaded before they are needed."""

from __future__ import annotations

from contextlib import suppress

from dsr_desk.jobs.cell import CellFailed, load


def get_ready() -> None:
    """Has readers loaded in the process that cells come from, while this one opens a vault or loads what it needs."""
    with suppress(CellFailed):  # who then reads a container is told
        load("dsr_desk.datasets.registry")
