"""Merkle trees as RFC 6962, section 2.1: leaf and node hashes, and roots.

All hashes are 32 raw bytes (SHA-256).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

EMPTY_ROOT = hashlib.sha256(b"").digest()

_AT_ONCE = 4096
"""So many leaves make one subtree at a time: a power of two, as all subtrees to the left are."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes (already hashed with `leaf_hash`), in one pass and O(log n) memory."""
    stack: list[tuple[int, bytes]] = []
    left = iter(leaves)
    while part := list(islice(left, _AT_ONCE)):
        if len(part) == _AT_ONCE:
            _push(stack, _AT_ONCE, _subtree(part))
        else:
            for leaf in part:
                _push(stack, 1, leaf)
    return _folded(stack) if stack else EMPTY_ROOT


def _push(stack: list[tuple[int, bytes]], size: int, node: bytes) -> None:
    while stack and stack[-1][0] == size:
        left_size, left = stack.pop()
        size, node = size + left_size, node_hash(left, node)
    stack.append((size, node))


def _subtree(nodes: list[bytes]) -> bytes:
    """The node over as many nodes as are a power of two."""
    sha256 = hashlib.sha256
    while len(nodes) > 1:
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
    return nodes[0]


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Roots of the first so many leaves, for each of these sizes that there is, in one pass."""
    wanted, found = set(sizes), {0: EMPTY_ROOT}
    stack: list[tuple[int, bytes]] = []
    for number, leaf in enumerate(leaves, start=1):
        _push(stack, 1, leaf)
        if number in wanted:
            found[number] = _folded(stack)
    return {size: root for size, root in found.items() if size in wanted}


def _folded(stack: Sequence[tuple[int, bytes]]) -> bytes:
    node = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        node = node_hash(left, node)
    return node
