"""An unlocked desk: the vault that the use cases of this room work on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.deadlines import Place
from dsr_desk.deletion.schema import MIGRATIONS as DELETION
from dsr_desk.evidence.schema import MIGRATIONS as EVIDENCE
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.schema import MIGRATIONS as LINEAGE
from dsr_desk.search.index import Index
from dsr_desk.storage.migrations import Migration
from dsr_desk.storage.vault import Vault

MIGRATIONS: tuple[Migration, ...] = (*LINEAGE, *DELETION, *EVIDENCE)


class Desk:
    """A vault that an officer opened. Functions of this room take it first and return a Change or a view."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._indexes: dict[str, Index] = {}
        self.graph: Graph | None = None
        """The lineage graph as it was loaded; dropped when lineage or indexes change."""

    @classmethod
    def create(
        cls, folder: Path, organisation: str, officer: str, passphrase: str, place: Place | None = None
    ) -> tuple[Desk, str]:
        """A new vault, open, and the recovery code to print. `place` decides whose public holidays count."""
        vault, code = Vault.create(folder, organisation, officer, passphrase, MIGRATIONS)
        vault.set_setting("country", place.country if place else "")
        vault.set_setting("region", place.region if place else "")
        return cls(vault), code

    @classmethod
    def open(cls, folder: Path, secret: str) -> Desk:
        """Opens with a passphrase or the recovery code; see `Vault.open` for what can be raised."""
        return cls(Vault.open(folder, secret, MIGRATIONS))

    @property
    def place(self) -> Place:
        return Place(self.vault.setting("country") or "", self.vault.setting("region") or "")

    def record(
        self,
        kind: str,
        topics: Iterable[Topic],
        *,
        case: str = "",
        body: dict[str, Any] | None = None,
        undo: str | None = None,
        subject: str = "",
    ) -> Change:
        """Journals a mutation. Called inside the transaction that makes it."""
        touched = frozenset(topics)
        if touched & {Topic.LINEAGE, Topic.INDEXES}:
            self.graph = None
        entry = self.vault.journal.append(kind, body, case)
        return Change(touched, entry, case or None, undo, subject)

    def hold(self, name: str, index: Index) -> Index:
        """Keeps an opened index until the desk is closed."""
        self._indexes[name] = index
        return index

    def held(self, name: str) -> Index | None:
        return self._indexes.get(name)

    def release(self, name: str) -> None:
        """Closes one index, for instance before it is built on or destroyed."""
        index = self._indexes.pop(name, None)
        if index is not None:
            index.close()

    def close(self) -> None:
        """Locks: closes indexes and vault and drops the keys."""
        for name in list(self._indexes):
            self.release(name)
        self.graph = None
        self.vault.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
