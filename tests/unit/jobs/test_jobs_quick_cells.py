"""A cell that tests have without a process answers as a real one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jobs_work
import pytest

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.container import ItemGone
from dsr_desk.jobs.cell import CellFailed, CellProcess, Limits
from dsr_desk.jobs.inside import is_inside
from quick_cells import QuickCell


def numbers(most: int) -> Iterator[int]:
    yield from range(most)
    if most > 3:
        raise ItemGone(name="x", member="y")


def odd() -> object:
    return object()


def answered(cell: CellProcess, asks: Callable[[CellProcess], Any]) -> tuple[object, ...]:
    """The answer, or the error with its values; of a fault the reason alone, since it came another way."""
    with cell:
        try:
            return (asks(cell),)
        except CellFailed as failed:
            return CellFailed, failed.why.code
        except DeskError as error:
            return type(error), error.details


ASKED: dict[str, Callable[[CellProcess], Any]] = {
    "an answer": lambda cell: cell.call(int, jobs_work.double, (4,)),
    "two answers": lambda cell: [cell.call(int, jobs_work.double, (n,)) for n in (1, 2)],
    "another kind than was told": lambda cell: cell.call(str, jobs_work.double, (4,)),
    "no plain value": lambda cell: cell.call(Any, odd, ()),
    "an answer that is too long": lambda cell: cell.call(bytes, jobs_work.backwards, (b"x" * 2000,)),
    "a fault": lambda cell: cell.call(int, jobs_work.refuse, (41,)),
    "an error": lambda cell: list(cell.stream(int, numbers, (4,))),
    "pieces": lambda cell: list(cell.stream(int, numbers, (3,))),
    "the first of the pieces": lambda cell: next(cell.stream(int, numbers, (3,))),
    "is it a cell": lambda cell: cell.call(bool, is_inside, ()),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_cell_without_a_process_answers_as_one_that_has_its_own(asked: str) -> None:
    limits = Limits(answer=1000)
    real = answered(CellProcess((jobs_work.__name__, __name__), limits=limits), ASKED[asked])
    assert answered(QuickCell(limits=limits), ASKED[asked]) == real
    assert not is_inside()
