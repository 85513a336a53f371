"""One spelling for signatures and ids."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.canonical import canonical_json, digest_of, sha256_hex

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_keys_are_sorted_and_nothing_is_escaped_or_spaced() -> None:
    assert canonical_json({"b": [1, None, True], "a": "Zoë"}) == '{"a":"Zoë","b":[1,null,true]}'.encode()


@given(VALUES)
def test_reading_the_spelling_gives_the_value_back(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_in_which_keys_were_set_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@pytest.mark.parametrize("value", [1.0, [1.5], {"a": {"b": 0.1}}, (1, 2.0)])
def test_floats_have_no_one_spelling_and_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="float"):
        canonical_json(value)


def test_keys_that_are_no_text_are_refused() -> None:
    with pytest.raises(TypeError, match="string keys"):
        canonical_json({1: "a"})


def test_a_digest_is_sha256_over_the_spelling() -> None:
    assert digest_of(["a", 1]) == hashlib.sha256(b'["a",1]').hexdigest() == sha256_hex(b'["a",1]')
