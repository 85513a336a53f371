"""What an order covers as rows: what is not known first, then what is mixed with other people's data, then the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsr_desk.app.case.scope import MIXED, WHOLE, ScopePart
from dsr_desk.app.case.scoping import NOT_KNOWN, NOT_SEARCHED, PartOfScope
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr

_ORDER = (NOT_SEARCHED, NOT_KNOWN, MIXED, WHOLE)


@dataclass(frozen=True)
class ScopeRow:
    """A container: of `of` items there `items` are covered with `size` bytes, and of `not_known` that is not known."""

    dataset_version: str
    container: str
    how: str
    items: int
    of: int
    size: int
    not_known: int
    unread: int
    why: Message
    also: tuple[str, ...]
    fit: str = ""
    """How the container fits its index, as it was looked at just now; "" where nobody looked."""

    @property
    def key(self) -> str:
        return f"{self.dataset_version}\n{self.container}"

    @property
    def place(self) -> str:
        return self.container or self.dataset_version

    @property
    def inside(self) -> bool:
        return self.how in (WHOLE, MIXED)

    @property
    def is_known(self) -> bool:
        """Whether each of its items is known to be covered or not."""
        return self.inside and not self.not_known

    @property
    def stays(self) -> int:
        """Items beside it that are known not to be covered."""
        return self.of - self.items - self.not_known if self.how == MIXED else 0


class ScopeModel(RowsModel[ScopeRow]):
    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn(tr("Where"), _where),
                TableColumn(tr("Covered"), _how, 140),
                TableColumn(tr("Items"), _items, 160),
                TableColumn(tr("Size"), _size, 130),
                TableColumn(tr("Why"), lambda row: Cell(note=say(row.why)), 270),
            ),
            lambda row: row.key,
        )


def scope_rows(parts: Iterable[PartOfScope | ScopePart]) -> list[ScopeRow]:
    rows = [
        ScopeRow(
            one.dataset_version,
            one.container,
            one.how,
            one.items,
            one.of,
            one.size,
            one.not_known if one.inside else one.of,
            one.unread,
            one.why,
            one.also,
            one.fit if isinstance(one, PartOfScope) else "",
        )
        for one in parts
    ]
    return sorted(rows, key=lambda row: (row.is_known, _ORDER.index(row.how), row.key))


def how_said(how: str) -> tuple[str, Tone]:
    """A word for it, and its tone: what is not known is a warning, what is mixed a thing to look at."""
    return {
        WHOLE: (tr("whole"), Tone.OK),
        MIXED: (tr("in part"), Tone.INFO),
        NOT_KNOWN: (tr("not known"), Tone.WARN),
        NOT_SEARCHED: (tr("no index"), Tone.WARN),
    }[how]


def _where(row: ScopeRow) -> Cell:
    also = tr("also in {indexes}").format(indexes=", ".join(row.also)) if row.also else ""
    version = row.dataset_version.replace("@", " ") if row.container else ""
    return Cell(row.place, " · ".join(filter(None, (version, also))), strong=True)


def _how(row: ScopeRow) -> Cell:
    text, tone = how_said(row.how)
    return Cell(chip=text, tone=tone)


def _items(row: ScopeRow) -> Cell:
    if row.how == NOT_SEARCHED:
        return Cell(tr("unknown"))
    if row.how == NOT_KNOWN:
        return Cell(words.counted(row.of, "1 not known", "%Ln not known"))
    more = [words.counted(row.stays, "1 of others stays", "%Ln of others stay")] if row.stays else []
    more += [words.counted(row.not_known, "1 not known", "%Ln not known")] if row.not_known else []
    says = tr("{n} of {total}").format(n=words.figure(row.items), total=words.figure(row.of))
    return Cell(says if row.how == MIXED else words.figure(row.items), ", ".join(more))


def _size(row: ScopeRow) -> Cell:
    unread = words.counted(row.unread, "1 place not read", "%Ln places not read") if row.unread else ""
    return Cell(words.size(row.size) if row.inside else "", unread)
