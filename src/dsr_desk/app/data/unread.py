"""What the indexes of this vault did not read, with what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsr_desk.app.data.harmless import Mark, marks, name_of
from dsr_desk.app.data.indexing import opened, resolve_index
from dsr_desk.app.desk import Desk
from dsr_desk.core.message import Message, message
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.unread import UnreadPlace, unread_kinds, unread_places
from dsr_desk.search.scope import not_in_index

__all__ = ["UnreadPlace"]


@dataclass(frozen=True)
class UnreadSum:
    """What is not read of one kind for one reason. `name` is what commands call the kind, "" for what is no kind.

    `places` are the first few; `mark` is the declaration that it holds no personal data, None where there is none.
    """

    name: str
    what: Message
    why: Message
    count: int
    todo: Message
    places: tuple[str, ...] = ()
    mark: Mark | None = None


def unread_sums(desk: Desk, name: str) -> list[UnreadSum]:
    """All that no search in an index sees, as searches name it. Raises what opening an index raises."""
    index = opened(desk, resolve_index(desk, name).name)
    known = {mark.kind: mark for mark in marks(desk, index.version.id)}
    return [
        UnreadSum(
            name_of(gap.kind) if gap.kind is not None else "",
            gap.what,
            gap.why,
            gap.count or 0,
            what_to_do(gap.kind, gap.why),
            gap.places,
            known.get(gap.kind) if gap.kind is not None else None,
        )
        for gap in not_in_index(index)
    ]


def unread_list(
    desk: Desk, name: str, kind: str = "", text: str = "", first: int = 0, most: int | None = None
) -> Iterator[UnreadPlace]:
    """Each place by itself, in the order of the readers: of one kind (as `name_of`) and with a text in its address, if
    asked. Raises what opening an index raises."""
    index = opened(desk, resolve_index(desk, name).name)
    return unread_places(index, _kinds(index, kind) if kind else None, text, first, most)


def what_to_do(kind: Message | None, why: Message) -> Message:
    """The way out of not being read."""
    if kind is None or why.code in ("why.no-permission", "why.encrypted"):
        return message("todo.unread.reach")
    if kind.code.startswith(("partly.", "kind.photos.", "kind.records.")):
        return message("todo.unread.items")
    return message("todo.unread")


def _kinds(index: Index, name: str) -> set[Message]:
    return {one.kind for one in unread_kinds(index) if name_of(one.kind) == name}
