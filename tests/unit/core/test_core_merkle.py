"""Merkle trees, held against RFC 6962's definitions written down a second time, and against known values."""

from __future__ import annotations

import hashlib

import pytest

from dsr_desk.core import merkle


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def defined_root(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word over entries (not leaf hashes)."""
    if not entries:
        return sha(b"")
    if len(entries) == 1:
        return sha(b"\x00" + entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha(b"\x01" + defined_root(entries[:split]) + defined_root(entries[split:]))


def hashed(entries: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(entry) for entry in entries]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_empty_entry_has_the_known_root() -> None:
    assert merkle.root(hashed([b""])).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(1, 34))
def test_roots_follow_the_definition(size: int) -> None:
    entries = [bytes([number]) * number for number in range(size)]
    assert merkle.root(hashed(entries)) == defined_root(entries)


@pytest.mark.parametrize("size", [4095, 4096, 4097, 12_289])
def test_roots_of_many_leaves_follow_the_definition(size: int) -> None:
    entries = [number.to_bytes(4, "big") for number in range(size)]
    assert merkle.root(iter(hashed(entries))) == defined_root(entries)
    assert merkle.roots_at(hashed(entries), [size]) == {size: defined_root(entries)}


def test_a_leaf_can_never_pass_for_a_node() -> None:
    left, right = hashed([b"a", b"b"])
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
