"""Lance datasets as layouts: read as one container, and written anew by their own library."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.lance_table import LanceDataset
from dsr_desk.datasets.layouts.rules import Mending, Rule

_FOLDERS = ("_versions", "_transactions", "_indices", "_deletions", "_refs", "data")


class LanceStore(Rule):
    kind = LanceDataset.format
    whole = True

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return "_versions" in names and bool(names & {"data", "_transactions"})

    def is_own(self, inner: str) -> bool:
        return inner.partition("/")[0] in _FOLDERS

    def unread(self) -> Message | None:
        return None if LanceDataset.is_installed() else message("why.layout.needs", library=LanceDataset.needs)

    def hindrance(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        return self.unread() or LanceDataset(root, root.name).hindrance()

    def foreseen(self, root: Path) -> Collection[Message]:
        return LanceDataset(root, root.name).foreseen()

    def mend(self, mending: Mending, root: str) -> None:
        """Its library has written all of it."""
