"""What a manifest could make its reader say. Functions of cells are importable."""

from __future__ import annotations

from pathlib import Path


def name_elsewhere(_: Path) -> list[str]:
    return ["../secret"]
