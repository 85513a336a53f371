"""Columns of lists of fractions, taken as a whole: few may name something, more may be an embedding of a face."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import pyarrow as pa

from dsr_desk.core.message import message
from dsr_desk.datasets.arrow_values import is_list
from dsr_desk.datasets.cells import NOT_COMPARED, SHORT, Answer
from dsr_desk.datasets.records import plain_text
from dsr_desk.datasets.rows import RowTally, stored_row

_List = Sequence[float | None] | None


def holds_fractions(kind: pa.DataType) -> bool:
    """Whether its values are lists of what Python has as `float`."""
    return is_list(kind) and bool(pa.types.is_float32(kind.value_type) or pa.types.is_float64(kind.value_type))


class FractionLists:
    """The values of a column. `stored` is their JSON; `says` is "" for a list that says something, None for others."""

    def __init__(self, name: str, values: Sequence[_List]) -> None:
        self._name = name
        self._values = values
        self.stored = [_stored(value) for value in values]
        self.says = [None if value is None or all(one is None for one in value) else "" for value in values]

    def fields(self, at: int) -> dict[str, str]:
        """What the list of a row says, number by number; nothing where they are too many."""
        value = self._values[at]
        if self.says[at] is None or value is None or len(value) > SHORT:
            return {}
        return {f"{self._name}.{n}": plain_text(one) for n, one in enumerate(value, start=1) if one is not None}

    def count(self, apart: Sequence[int], tally: RowTally) -> None:
        """Accounts for all rows but those `apart`."""
        elsewhere = set(apart)
        many = few = 0
        for at, (value, says) in enumerate(zip(self._values, self.says, strict=True)):
            if at not in elsewhere:
                long = value is not None and len(value) > SHORT
                many += long
                few += says is not None and not long
        if many:
            tally.not_read(self._name, message("kind.embedding"), NOT_COMPARED, many)
        tally.count(Answer.TEXT, few)
        tally.count(Answer.LABEL, len(self._values) - len(elsewhere) - many - few)


def _stored(value: _List) -> str:
    if value is None or not all(one is not None and isfinite(one) for one in value):
        return stored_row(value).decode()
    return f"[{','.join(map(repr, value))}]"
