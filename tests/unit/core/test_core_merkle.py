"""Merkle trees, held against RFC 6962's definitions written down a second time, and against known values."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core import merkle

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


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


def flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_empty_entry_has_the_known_root() -> None:
    assert merkle.root(hashed([b""])).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(1, 34))
def test_roots_follow_the_definition(size: int) -> None:
    entries = [bytes([number]) * number for number in range(size)]
    assert merkle.root(hashed(entries)) == defined_root(entries)


def test_a_leaf_can_never_pass_for_a_node() -> None:
    left, right = hashed([b"a", b"b"])
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@given(LEAVES, st.data())
def test_every_entry_has_a_proof_that_holds(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.inclusion_proof(leaves, index)
    assert len(proof) <= (len(leaves) - 1).bit_length()
    assert merkle.verify_inclusion(leaves[index], index, len(leaves), proof, defined_root(entries))


@given(LEAVES.filter(lambda entries: len(entries) > 1), st.data())
def test_a_proof_that_was_touched_does_not_hold(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, size, root = merkle.inclusion_proof(leaves, index), len(leaves), merkle.root(leaves)
    place = data.draw(st.integers(0, len(proof) - 1))
    bent = [flip(node) if position == place else node for position, node in enumerate(proof)]
    assert not merkle.verify_inclusion(leaves[index], index, size, bent, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, proof[:-1], root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, proof[0]], root)
    assert not merkle.verify_inclusion(flip(leaves[index]), index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, proof, flip(root))


@given(LEAVES, st.data())
def test_a_grown_tree_proves_that_the_older_one_is_its_beginning(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    old = data.draw(st.integers(1, len(leaves)))
    proof = merkle.consistency_proof(leaves, old)
    assert merkle.verify_consistency(old, defined_root(entries[:old]), len(leaves), defined_root(entries), proof)


@given(LEAVES.filter(lambda entries: len(entries) > 1), st.data())
def test_a_tree_whose_past_was_rewritten_proves_nothing(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    old = data.draw(st.integers(1, len(leaves) - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [flip(leaf) if position == changed else leaf for position, leaf in enumerate(leaves)]
    proof = merkle.consistency_proof(rewritten, old)
    old_root, new_root = merkle.root(leaves[:old]), merkle.root(rewritten)
    assert not merkle.verify_consistency(old, old_root, len(leaves), new_root, proof)
    assert not merkle.verify_consistency(old, old_root, len(leaves), new_root, [])


def test_equal_trees_need_no_proof_and_take_none() -> None:
    root = merkle.root(hashed([b"a", b"b"]))
    assert merkle.verify_consistency(2, root, 2, root, [])
    assert not merkle.verify_consistency(2, root, 2, root, [root])
    assert not merkle.verify_consistency(2, root, 2, flip(root), [])


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_an_entry_that_is_not_there(index: int) -> None:
    leaves = hashed([b"a", b"b", b"c"])
    with pytest.raises(IndexError):
        merkle.inclusion_proof(leaves, index)
    assert not merkle.verify_inclusion(leaves[0], index, 3, [], merkle.root(leaves))


@pytest.mark.parametrize("old", [0, 4])
def test_there_is_no_proof_from_a_tree_that_never_was(old: int) -> None:
    leaves = hashed([b"a", b"b", b"c"])
    with pytest.raises(IndexError):
        merkle.consistency_proof(leaves, old)
    assert not merkle.verify_consistency(old, merkle.root([]), 3, merkle.root(leaves), [])
