"""What a reader answers for, counted while it lists."""

from __future__ import annotations

from dsr_desk.core.message import Message
from dsr_desk.datasets.container import Accounts, Unread


class ReaderTally:
    """One a listing. What was neither counted here nor yielded as `Unread` is missing from the accounts."""

    def __init__(self) -> None:
        self._items = self._texts = self._labels = self._opened = self._unread = self._inner = 0

    def item(self, count: int = 1) -> None:
        """Read as items of their own."""
        self._items += count

    def text(self, count: int = 1) -> None:
        """Read as text of an item."""
        self._texts += count

    def label(self, count: int = 1) -> None:
        """Structure, or labels that name nobody: empty cells, folders, class numbers."""
        self._labels += count

    def opened(self, count: int = 1) -> None:
        """Containers inside: what they hold is in their readers' accounts."""
        self._opened += count

    def within(self, inner: Accounts) -> None:
        """The accounts of what lies inside a place, which is itself counted here too."""
        self._inner += inner.own
        self._items += inner.items
        self._texts += inner.texts
        self._labels += inner.labels
        self._opened += inner.opened
        self._unread += inner.unread

    def unread(self, place: str, kind: Message, why: Message, count: int = 1, size: int = 0) -> Unread:
        """To be yielded."""
        self._unread += count
        return Unread(place, kind, why, count, size)

    def against(self, own: int) -> Accounts:
        """The last that a listing yields. `own` is counted by the container, not by this reader's passes."""
        own += self._inner
        return Accounts(own, self._items, self._texts, self._labels, self._opened, self._unread)
