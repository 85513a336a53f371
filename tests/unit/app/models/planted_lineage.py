"""A lineage importer that a file ended. Functions of cells are importable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dsr_desk.core.imported import Imported
from dsr_desk.lineage.importers import registry


def end_on_bad(path: Path, _history: object) -> Iterator[Imported]:
    if path.name == "bad.csv":
        os._exit(9)
    return registry.read_pieces(path)
