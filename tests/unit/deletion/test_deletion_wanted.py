"""What is looked for, by the million: no digest is missed and none is taken for another."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.deletion.wanted import Digests, Looks, Wanted
from dsr_desk.faces.phash import bits_apart

digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(st.sets(digests, max_size=20), digests)
def test_exactly_what_was_given_is_wanted(given_: set[str], other: str) -> None:
    wanted = Digests(iter([*given_, *given_]))
    assert len(wanted) == len(given_)
    assert all(one in wanted for one in given_)
    assert (other in wanted) is (other in given_)


@pytest.mark.parametrize("one", ["00" * 32, "ab" + "00" * 31, "ff" * 32, "ff" * 31 + "00"])
def test_digests_that_end_in_zeros_are_whole_digests(one: str) -> None:
    assert one in Digests([one])
    assert one not in Digests([one[:-2] + "01", "01" + one[2:]])
    assert one not in Digests()


def test_what_is_no_digest_is_refused() -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        Digests(["abcd"])


def test_a_million_digests_take_32_bytes_each() -> None:
    wanted = Digests(hashlib.sha256(b"%d" % number).hexdigest() for number in range(20_000))
    assert len(wanted.data) == 32 * len(wanted)


looks = st.binary(min_size=8, max_size=8)


@given(st.lists(looks, max_size=6), looks, st.integers(0, 12))
def test_a_look_is_near_where_one_of_the_wanted_differs_in_no_more_bits(
    known: list[bytes], one: bytes, most: int
) -> None:
    near = any(bits_apart(one, other) <= most for other in known)
    assert Looks(known).near(one, most) is near


def test_of_a_file_with_several_pictures_each_is_compared() -> None:
    first, second = b"\0" * 8, b"\xff" * 8
    assert Looks([first + second]).near(b"\xf0" * 8 + second, 6)
    assert not Looks([first]).near(b"\xf0" * 8 + second, 6)
    assert not Looks([first]).near(b"", 6)
    assert not Looks([b""]).near(first, 6)


def test_a_model_is_wanted_by_either_digest_of_a_file() -> None:
    wanted = Wanted(models={"md5:" + "0" * 32: "a@1", "sha256:" + "1" * 64: "b@1"}, known_models=frozenset({"md5:x"}))
    assert wanted.model_of("2" * 64, "0" * 32) == "a@1"
    assert wanted.model_of("1" * 64, "3" * 32) == "b@1"
    assert wanted.model_of("2" * 64, "3" * 32) == ""
    assert wanted.explains("2" * 64, "x")
    assert not wanted.explains("2" * 64, "y")
