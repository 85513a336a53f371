"""Merkle proofs (RFC 6962) over a journal of any length: one pass over its leaf hashes, memory for some nodes.

A case's entries are proved together: in the order of the journal stand its leaves and, between them, whole subtrees of
other leaves as one node each. Whoever folds all of it up must come to the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from dsr_desk.core.merkle import EMPTY_ROOT, node_hash


@dataclass(frozen=True)
class Others:
    """`count` leaves from `index` on that are not of the case; `count` is a power of two that divides `index`."""

    index: int
    count: int
    node: bytes


@dataclass
class Fold:
    """The root over leaves that are added one by one."""

    size: int = 0
    _stack: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, node: bytes) -> None:
        size = 1
        self.size += 1
        while self._stack and self._stack[-1][0] == size:
            left_size, left = self._stack.pop()
            size, node = size + left_size, node_hash(left, node)
        self._stack.append((size, node))

    @property
    def root(self) -> bytes:
        if not self._stack:
            return EMPTY_ROOT
        node = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            node = node_hash(left, node)
        return node


@dataclass(frozen=True)
class OldHead:
    """The root that the first leaves had, and the proof that the whole tree continues them."""

    root: bytes
    proof: tuple[bytes, ...]


class LeafEntry(Protocol):
    """A leaf of the case at its place in the journal."""

    @property
    def index(self) -> int: ...


E = TypeVar("E", bound=LeafEntry)


def between(hashes: Iterable[bytes], own: Iterable[E]) -> Iterator[E | Others]:
    """The case's own leaves in their order, and everything else around them in as few nodes as there are."""
    left = iter(own)
    next_own = next(left, None)
    stack: list[Others] = []
    for index, leaf in enumerate(hashes):
        if next_own is not None and index == next_own.index:
            yield from stack
            stack.clear()
            yield next_own
            next_own = next(left, None)
            continue
        node = Others(index, 1, leaf)
        while stack and stack[-1].count == node.count and stack[-1].index % (2 * node.count) == 0:
            before = stack.pop()
            node = Others(before.index, 2 * node.count, node_hash(before.node, node.node))
        stack.append(node)
    yield from stack


def heads(hashes: Iterable[bytes], size: int, old_sizes: Iterable[int]) -> tuple[bytes, dict[int, OldHead]]:
    """The root over all leaves (`size` of them), and each old head with its consistency proof."""
    old = {one: (Fold(), [(span, Fold()) for span in _spans(0, size, one, complete=True)]) for one in old_sizes}
    whole = Fold()
    for index, leaf in enumerate(hashes):
        whole.add(leaf)
        for old_size, (head, parts) in old.items():
            if index < old_size:
                head.add(leaf)
            for (first, end), part in parts:
                if first <= index < end:
                    part.add(leaf)
                    break
    return whole.root, {
        one: OldHead(head.root, tuple(part.root for _, part in parts)) for one, (head, parts) in old.items()
    }


def _spans(first: int, end: int, old: int, *, complete: bool) -> list[tuple[int, int]]:
    """The subtrees of a consistency proof in its order (RFC 6962, 2.1.2), as leaves from first to before end."""
    if old == end - first:
        return [] if complete else [(first, end)]
    split = 1 << (end - first - 1).bit_length() - 1
    if old <= split:
        return [*_spans(first, first + split, old, complete=complete), (first + split, end)]
    return [*_spans(first + split, end, old - split, complete=False), (first, first + split)]
