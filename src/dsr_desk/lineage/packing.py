"""Many small things packed: compressed blocks of lines, so that each is at hand and hundreds of thousands take little
memory. What is packed never changes; what is asked for again may be another equal object."""

from __future__ import annotations

import json
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import attrgetter, eq
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.lineage import Node, NodeKind

A_BLOCK = 64
_WORDS = 32_000
_HELD = 4096
_LEVEL = 3
_FIELDS = (
    "id", "kind", "name", "version", "namespace", "digests", "aliases", "created", "ended", "attributes",
)  # fmt: skip
_fields_of = attrgetter(*_FIELDS)

T = TypeVar("T")
Record = list[Any]


@dataclass(frozen=True)
class Lines:
    """Lines of text (UTF-8) in blocks of 64. `ends` are the ends of the blocks in `blocks`, `words` what each block
    was compressed with."""

    count: int
    blocks: bytes
    ends: NDArray[np.int64]
    words: bytes

    @classmethod
    def of(cls, lines: Iterable[str]) -> Lines:
        """Packs texts without line feeds."""
        rest = iter(lines)
        block = first = list(islice(rest, A_BLOCK))
        words = "\n".join(first).encode()[-_WORDS:]
        packed, ends, count = bytearray(), [], 0
        while block:
            packer = zlib.compressobj(_LEVEL, zdict=words)
            packed += packer.compress("\n".join(block).encode()) + packer.flush()
            ends.append(len(packed))
            count += len(block)
            block = list(islice(rest, A_BLOCK))
        return cls(count, bytes(packed), np.array(ends, dtype=np.int64), words)

    def block(self, number: int) -> str:
        """The lines of one block, with line feeds between them."""
        start = int(self.ends[number - 1]) if number else 0
        return zlib.decompressobj(zdict=self.words).decompress(self.blocks[start : int(self.ends[number])]).decode()

    def holding(self, *texts: str) -> Iterator[int]:
        """Numbers of the lines in which all these texts stand, whatever their case."""
        wanted = [text.casefold() for text in texts]
        for block in range(len(self.ends)):
            whole = self.block(block).casefold()
            if all(text in whole for text in wanted):
                for place, line in enumerate(whole.split("\n")):
                    if all(text in line for text in wanted):
                        yield block * A_BLOCK + place


class Lazy(Sequence[T]):
    """Things that are made when they are looked at; equal to any sequence of the same things."""

    @abstractmethod
    def one(self, index: int) -> T:
        """The thing at a place that there is, counted from the beginning."""

    def some(self, indices: range) -> Sequence[T]:
        return [self.one(index) for index in indices]

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        size = len(self)
        if isinstance(index, slice):
            return self.some(range(*index.indices(size)))
        if not -size <= index < size:
            raise IndexError(index)
        return self.one(int(index) % size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]


class Packed(Lazy[T]):
    """Things that are packed as lines, made when they are asked for; the newest few thousand are held."""

    def __init__(self, lines: Lines, made: Callable[[str], T]) -> None:
        self.lines, self._made = lines, made
        self._block = lru_cache(2 * A_BLOCK)(lambda number: lines.block(number).split("\n"))
        self._thing = lru_cache(_HELD)(lambda place: made(self.line(place)))

    def __len__(self) -> int:
        return self.lines.count

    def one(self, index: int) -> T:
        return self._thing(index)

    def __iter__(self) -> Iterator[T]:
        for block in range(len(self.lines.ends)):
            yield from map(self._made, self.lines.block(block).split("\n"))

    def line(self, index: int) -> str:
        return self._block(index // A_BLOCK)[index % A_BLOCK]


class PackedNodes(Packed[Node]):
    """Nodes by position, each with those that were joined in it.

    A line is JSON: the fields of a node, then those of the nodes joined in it where they are not just itself.
    """

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines, lambda line: _node_of(json.loads(line)))

    @classmethod
    def of(cls, nodes: Iterable[tuple[Node, Sequence[Node]]]) -> PackedNodes:
        return cls(Lines.of(_line(*one) for one in nodes))

    def members(self, place: int) -> list[Node]:
        """The nodes that were joined in one, as their sources say them."""
        record: Record = json.loads(self.line(place))
        return [_node_of(one) for one in ([record] if len(record) == len(_FIELDS) else record[len(_FIELDS)])]

    def perhaps_called(self, text: str) -> Iterator[int]:
        """Places of nodes in one of whose names (`name@version` among them) a text may stand: a sieve that lets too
        many through and keeps none back."""
        return self.lines.holding(*(_inside(part) for part in text.split("@")))


class NodesAt(Lazy[Node]):
    """Nodes at some places, in that order."""

    def __init__(self, nodes: Sequence[Node], places: NDArray[np.int64]) -> None:
        self._nodes, self.places = nodes, places

    def __len__(self) -> int:
        return len(self.places)

    def one(self, index: int) -> Node:
        return self._nodes[int(self.places[index])]

    def some(self, indices: range) -> NodesAt:
        return NodesAt(self._nodes, self.places[np.arange(indices.start, indices.stop, indices.step)])


def _line(node: Node, members: Sequence[Node]) -> str:
    record = _record_of(node)
    if [_record_of(one) for one in members] != [record]:
        record.append([_record_of(one) for one in members])
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _inside(text: str) -> str:
    """A text as it stands inside a record."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _record_of(node: Node) -> Record:
    *fields, attributes = _fields_of(node)
    return [*fields[:5], list(fields[5]), list(fields[6]), *fields[7:], dict(attributes)]


def _node_of(record: Record) -> Node:
    ident, kind, name, version, namespace, digests, aliases, created, ended, attributes = record[: len(_FIELDS)]
    return Node(
        ident, NodeKind(kind), name, version, namespace, tuple(digests), tuple(aliases), created, ended, attributes
    )
