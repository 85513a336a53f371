"""What a drawn item of an order looks like: its photo where it lies, or the fields of its record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dsr_desk.app.case.review import WholePhoto
from dsr_desk.app.case.scope import Drawn
from dsr_desk.app.data.away import away_now
from dsr_desk.app.data.indexing import opened, resolve_index
from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.registry import reopen
from dsr_desk.faces.outside import shown


def drawn_photo(desk: Desk, one: Drawn, side: int) -> WholePhoto | None:
    """The stored photo, no larger than `side` pixels.

    None for a record, and where the photo cannot be reached or is not as it was indexed.
    """
    if one.item.kind is not ItemKind.PHOTO:
        return None
    try:
        item = opened(desk, resolve_index(desk, one.part.index).name).item(one.item.address.id)
        if item is None:
            return None
        container, address = reopen(item.format, item.path, item.address.container), item.address
        data = container.read(address.member, address.digest, address.occurrence, item.hint)
        return WholePhoto(shown(data, side, item.orientation), None)
    except (DeskError, OSError):
        return None


def away_of(desk: Desk, one: Drawn) -> tuple[Path, ...]:
    """Paths with nothing at them, of the index that an item was drawn from."""
    try:
        return away_now(desk, resolve_index(desk, one.part.index).name)
    except DeskError:
        return ()


def drawn_fields(desk: Desk, drawn: Sequence[Drawn]) -> list[dict[str, str]]:
    """Of each drawn item, its record's columns and values, or what is known of a photo; empty where none is kept."""
    return [_fields(desk, one) for one in drawn]


def _fields(desk: Desk, one: Drawn) -> dict[str, str]:
    try:
        index = opened(desk, resolve_index(desk, one.part.index).name)
        item = index.item(one.item.address.id)
        return index.fields(item.row) if item is not None else {}
    except DeskError:
        return {}
