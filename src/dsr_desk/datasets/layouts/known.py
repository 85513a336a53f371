"""Which layouts a file is a part of, told by the names around it, and which files are a layout's own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.beside import HadoopSums, Img2DatasetCounts, ParquetSummary
from dsr_desk.datasets.layouts.delta import DeltaTableRule
from dsr_desk.datasets.layouts.hugging_face import HubFolder
from dsr_desk.datasets.layouts.iceberg import IcebergTable
from dsr_desk.datasets.layouts.lance import LanceStore
from dsr_desk.datasets.layouts.mds import MdsIndex
from dsr_desk.datasets.layouts.others import OTHERS
from dsr_desk.datasets.layouts.rules import DatasetLayout, Rule, inner_path, names_in
from dsr_desk.datasets.layouts.saved import SavedDataset
from dsr_desk.datasets.layouts.sums import SumFiles
from dsr_desk.datasets.layouts.tfds import TensorFlowDataset

_RULES: tuple[Rule, ...] = (
    *OTHERS,
    LanceStore(),
    DeltaTableRule(),
    IcebergTable(),
    HubFolder(),
    SavedDataset(),
    TensorFlowDataset(),
    MdsIndex(),
    Img2DatasetCounts(),
    ParquetSummary(),
    HadoopSums(),
    SumFiles(),
)
RULES = {rule.kind: rule for rule in _RULES}
"""In the order in which they are mended: who counts parts before who sums up files."""


class Finder:
    """Layouts around files, each folder looked at once. Sees what is above the files too, as far as it may look."""

    def __init__(self, above: Sequence[DatasetLayout] = ()) -> None:
        """`above` are layouts of folders that this process may not look into."""
        self._above = tuple(above)
        self._at: dict[Path, tuple[DatasetLayout, ...]] = {}

    def own(self, path: Path) -> Message | None:
        """Why a file is not read as a container: it is a layout's own. None where it is none of these."""
        for layout in self.around(path.parent):
            rule = RULES[layout.kind]
            if rule.is_own(inner_path(layout.root, path)):
                return message("why.layout.own", layout=rule.says)
        return None

    def whole(self, folder: Path) -> DatasetLayout | None:
        """The layout that is read as one container and that a folder belongs to."""
        return next((one for one in self.around(folder) if RULES[one.kind].whole), None)

    def of(self, path: Path) -> tuple[DatasetLayout, ...]:
        """Layouts that a file is a part of, in the order in which they are mended."""
        found = [one for one in self.around(path.parent) if _concerned(one, path)]
        order = list(RULES)
        # Of one kind the innermost first: an outer one sums up what the inner one says.
        return tuple(sorted(found, key=lambda one: (order.index(one.kind), -len(one.root.parts))))

    def around(self, folder: Path) -> tuple[DatasetLayout, ...]:
        """Layouts that begin at a folder or above it."""
        if folder not in self._at:
            names = names_in(folder)
            here = tuple(DatasetLayout(rule.kind, folder) for rule in _RULES if names and rule.is_root(folder, names))
            further = folder != folder.parent and len(folder.parts) > 1
            self._at[folder] = here + (self.around(folder.parent) if further else ())
        return self._at[folder] + tuple(one for one in self._above if one not in self._at[folder])


def _concerned(layout: DatasetLayout, path: Path) -> bool:
    inner = inner_path(layout.root, path)
    rule = RULES[layout.kind]
    return not rule.is_own(inner) and rule.concerns(layout.root, inner)


def whole_of(layouts: Iterable[DatasetLayout]) -> Path:
    """The folder that holds all that is to be written anew."""
    return Path(os.path.commonpath([layout.root for layout in layouts]))
