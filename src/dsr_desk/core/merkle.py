"""Merkle trees as RFC 6962, section 2.1: leaf and node hashes, and roots.

All hashes are 32 raw bytes (SHA-256).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes (already hashed with `leaf_hash`), in one pass and O(log n) memory."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, leaf
        while stack and stack[-1][0] == size:
            left_size, left = stack.pop()
            size, node = size + left_size, node_hash(left, node)
        stack.append((size, node))
    return _folded(stack) if stack else EMPTY_ROOT


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Roots of the first so many leaves, for each of these sizes that there is, in one pass."""
    wanted, found = set(sizes), {0: EMPTY_ROOT}
    stack: list[tuple[int, bytes]] = []
    for number, leaf in enumerate(leaves, start=1):
        size, node = 1, leaf
        while stack and stack[-1][0] == size:
            left_size, left = stack.pop()
            size, node = size + left_size, node_hash(left, node)
        stack.append((size, node))
        if number in wanted:
            found[number] = _folded(stack)
    return {size: root for size, root in found.items() if size in wanted}


def _folded(stack: Sequence[tuple[int, bytes]]) -> bytes:
    node = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        node = node_hash(left, node)
    return node
