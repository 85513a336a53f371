"""What there may be millions of: sequences that are made anew each time they are read, and ranges of references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import item_ref

__all__ = ["item_ref"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_TO = ".."


class Many(Protocol[T_co]):
    """Can be counted and read as often as wanted: a tuple, or a `Stream`."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[T_co]: ...


@dataclass(frozen=True)
class Stream(Generic[T]):
    """So many values, made each time they are read and never held together."""

    count: int
    make: Callable[[], Iterable[T]]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[T]:
        return iter(self.make())


def number_of(ref: str) -> int:
    """Raises ValueError for what is no reference of an item."""
    kind, _, digits = ref.partition("-")
    if kind != "item":
        raise ValueError("a reference of an item is spelled item- and its number")
    return int(digits)


def ranges(numbers: Iterable[int]) -> tuple[str, ...]:
    """References of items in order, neighbours together: "item-0001", "item-0003..item-0420" (both ends inside)."""
    return tuple(check_bundle.ranges(numbers))


def numbers(refs: Iterable[str]) -> Iterator[int]:
    """The items that references and ranges stand for."""
    for first, last in map(_ends, refs):
        yield from range(first, last + 1)


def count(refs: Iterable[str]) -> int:
    """How many items references and ranges stand for."""
    return sum(last - first + 1 for first, last in map(_ends, refs))


def _ends(ref: str) -> tuple[int, int]:
    first, _, last = ref.partition(_TO)
    return number_of(first), number_of(last or first)
