"""The bytes that are signed: one spelling, salted digests, no free text in the open."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core import merkle
from dsr_desk.core.acts import (
    FORM,
    RULES,
    SALT,
    Act,
    Entry,
    Kind,
    field_digest,
    new_salt,
    pseudonym,
    refuse_free_text,
    row_leaf,
    rows_head,
    signed_entry,
)
from dsr_desk.core.canonical import canonical_json

ANN, BEN = "a" * 64, "b" * 64
ACT = Act(
    Kind.DECIDED, "v1", "c1", ANN, "2026-11-29T10:00:00Z", "0f" * 16, "", {"count": 2, "root": "ab" * 32},
    {"reason": "cd" * 32},
)  # fmt: skip
ENTRY = Entry(7, 1, ACT, "11" * 32, "22" * 32, BEN, {ANN: "33" * 64})

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
acts = st.builds(
    Act, st.sampled_from(Kind), st.text(), st.text(), st.text(), st.text(), st.text(), st.text(),
    st.dictionaries(st.text(), plain, max_size=3), st.dictionaries(st.text(), st.text(), max_size=3),
)  # fmt: skip


def test_the_bytes_of_an_act_are_canonical_json_of_all_that_it_says() -> None:
    assert json.loads(ACT.content) == {
        "v": FORM, "rules": RULES, "vault": "v1", "case": "c1", "kind": "decided", "time": "2026-11-29T10:00:00Z",
        "nonce": "0f" * 16, "officer": ANN, "basis": "", "open": {"count": 2, "root": "ab" * 32},
        "fields": {"reason": "cd" * 32},
    }  # fmt: skip
    assert canonical_json(json.loads(ACT.content)) == ACT.content
    assert ACT.digest == hashlib.sha256(ACT.content).hexdigest()


@given(acts)
def test_an_act_that_is_read_is_the_act_that_was_written(act: Act) -> None:
    for content in (act.content, act.content.decode()):
        read = Act.parse(content)
        assert (read, read.content, read.digest) == (act, act.content, act.digest)
        assert read.is_canonical


@given(acts, st.sampled_from(["vault", "case", "officer", "time", "nonce", "basis"]))
def test_whatever_is_another_is_another_act(act: Act, name: str) -> None:
    assert replace(act, **{name: getattr(act, name) + "x"}).digest != act.digest


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[]", "null", "7", "no json", ACT.content.decode() + " ", " " + ACT.content.decode(),
        json.dumps({**json.loads(ACT.content), "kind": "dreamt"}),
        json.dumps({**json.loads(ACT.content), "officer": 7}),
        json.dumps({**json.loads(ACT.content), "open": []}),
        json.dumps({**json.loads(ACT.content), "fields": {"reason": 7}}),
        json.dumps({**json.loads(ACT.content), "open": {"share": 0.5}}),
        json.dumps({name: value for name, value in json.loads(ACT.content).items() if name != "nonce"}),
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_act_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Act.parse(content)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(json.loads(ACT.content)),
        ACT.content.decode().replace('"v1"', '"\\u00761"'),
        json.dumps({**json.loads(ACT.content), "more": 1}, sort_keys=True, separators=(",", ":")),
        ACT.content.decode().replace('"nonce"', '"nonce":"00","nonce"'),
    ],
)
def test_an_act_in_another_spelling_is_noticed(content: str) -> None:
    assert not Act.parse(content).is_canonical


def test_an_entry_is_the_act_in_its_place() -> None:
    assert json.loads(ENTRY.envelope) == {
        "seq": 7, "epoch": 1, "kind": "decided", "act": ACT.digest, "case_before": "11" * 32, "vault_before": "22" * 32,
        "writer": BEN, "signatures": {ANN: "33" * 64},
    }  # fmt: skip
    assert canonical_json(json.loads(ENTRY.envelope)) == ENTRY.envelope
    assert ENTRY.leaf == merkle.leaf_hash(ENTRY.envelope)


@given(st.integers(0, 10**9), st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_an_envelope_is_canonical_whatever_stands_in_it(
    seq: int, before: str, vault: str, writer: str, signatures: dict[str, str]
) -> None:
    envelope = Entry(seq, 1, ACT, before, vault, writer, signatures).envelope
    assert canonical_json(json.loads(envelope)) == envelope


@pytest.mark.parametrize(
    "other",
    [
        replace(ENTRY, seq=8), replace(ENTRY, epoch=2), replace(ENTRY, case_before=""), replace(ENTRY, vault_before=""),
        replace(ENTRY, writer=ANN), replace(ENTRY, signatures={}), replace(ENTRY, act=replace(ACT, nonce="00" * 16)),
        replace(ENTRY, act=replace(ACT, kind=Kind.SETTLED)),
    ],
)  # fmt: skip
def test_another_place_is_another_leaf(other: Entry) -> None:
    assert other.leaf != ENTRY.leaf


def test_a_signature_of_an_act_is_none_of_an_entry() -> None:
    assert ACT.signed.removesuffix(ACT.content) != ENTRY.signed.removesuffix(ENTRY.leaf)
    assert ENTRY.signed == signed_entry(ENTRY.leaf)


def test_who_signed_for_herself_elsewhere_is_told_from_who_wrote_here() -> None:
    assert ENTRY.signed_elsewhere
    assert not replace(ENTRY, signatures={}).signed_elsewhere
    assert not replace(ENTRY, signatures={BEN: "33"}).signed_elsewhere


# Fields and rows


def test_the_digest_of_a_field_is_over_salt_name_and_value() -> None:
    salt = bytes(range(32))
    assert field_digest(salt, "reason", '"ears"') == hashlib.sha256(salt + b'reason\0"ears"').hexdigest()


@given(st.binary(min_size=SALT, max_size=SALT), st.text(), st.text(), st.text())
def test_another_salt_name_or_value_is_another_digest(salt: bytes, name: str, value: str, more: str) -> None:
    digest = field_digest(salt, name, value)
    assert field_digest(bytes([salt[0] ^ 1]) + salt[1:], name, value) != digest
    assert field_digest(salt, name + "x", value) != digest
    assert field_digest(salt, name, value + more) == digest or more


def test_salts_are_new_each_time() -> None:
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {SALT}


@given(st.text(), st.text(), st.text())
def test_a_row_is_a_leaf_of_canonical_json(item: str, word: str, digest: str) -> None:
    assert row_leaf(item, word, digest) == merkle.leaf_hash(canonical_json([item, word, digest]))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_an_act_says_how_many_rows_it_has_and_their_root(count: int) -> None:
    leaves = [row_leaf(str(number), "same", "") for number in range(count)]
    assert rows_head(iter(leaves)) == {"count": count, "root": merkle.root(leaves).hex()}
    if count > 1:
        assert rows_head(reversed(leaves))["root"] != rows_head(leaves)["root"]


def test_an_item_is_called_differently_in_each_case() -> None:
    assert pseudonym(b"k" * 32, "item") == pseudonym(b"k" * 32, "item")
    assert pseudonym(b"k" * 32, "item") != pseudonym(b"l" * 32, "item")
    assert len(pseudonym(b"k" * 32, "item")) == 32


# What stands in the open


@pytest.mark.parametrize(
    "value",
    [
        None, True, 7, "", "gone", "2026-11-29", "2026-11-29T10:00:00Z", "ab" * 32, "still_there", "e-mail", [], {},
        {"indexes": {"ab" * 16: 3}, "references": [1, 2], "due": "2026-12-29"},
    ],
)  # fmt: skip
def test_codes_digests_and_dates_may_stand_open(value: object) -> None:
    refuse_free_text(value)


@pytest.mark.parametrize(
    "text",
    [
        "Wilma Quastenfloss", "wilma@example.com", "photos › 3.jpg", "data/people.csv", "portraits@1", "Zoë", "a\nb",
        "x" * 257, "<b>", '"', "a,b",
    ],
)  # fmt: skip
def test_free_text_never_stands_open_however_deep(text: str) -> None:
    for value in (text, [text], {"a": text}, {text: 1}, {"a": [{"b": (text,)}]}):
        with pytest.raises(ValueError, match="free text"):
            refuse_free_text(value)
