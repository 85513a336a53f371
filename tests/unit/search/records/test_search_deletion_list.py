"""Whole lists of hashes against an index, and the hashes over several fields that such lists hold."""

from __future__ import annotations

import hashlib

import pytest

from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import Cancelled, CancelToken, silent
from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.columns import ColumnKind, Field
from dsr_desk.search.records.combined import combined_hash, combined_hashes
from dsr_desk.search.records.deletion_list import match_hashes
from dsr_desk.search.records.identifiers import hashes_of
from dsr_desk.search.records.search import find_records, wanted
from search_fakes import build_fake

TABLE = """name,email,phone,account_id,born,address,notes
Ada Example,Ada@x.org,+1 415 555 9317,a3f1c2d4-5678-90ab-cdef-1234567890ab,1985-07-04,"1 Oak St, 91790-3771 Salem",
Bo Sample,bo+news@x.org,,,,,call ada@x.org
Cy Test,{held},,,,,
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory, addressed):
    folder = tmp_path_factory.mktemp("listed")
    held = hashes_of("cy@x.org")["sha1"]
    (folder / "t.csv").write_text(TABLE.format(held=held))
    build_fake([folder / "t.csv"], folder / "i.dsrindex", addressed=addressed, country="US")
    with Index.open(folder / "i.dsrindex", addressed.secret) as opened:
        yield opened


def found(index, *hashes):
    matches = match_hashes(index, hashes, silent, CancelToken())
    return [(index.fields(match.item.row)["name"], match.says.say()) for match in matches]


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_each_record_is_found_by_every_hash_that_it_has(index):
    assert found(index, sha256("ada@x.org")) == [
        ("Ada Example", "e-mail in column email has this SHA-256 hash"),
        ("Bo Sample", "e-mail mentioned in column notes has this SHA-256 hash"),
    ]
    assert found(index, sha256("4155559317"))[0][1].startswith("phone number in column phone has this SHA-256 hash")
    assert found(index, hashes_of("+14155559317")["md5"])[0][0] == "Ada Example"
    assert found(index, sha256("a3f1c2d4567890abcdef1234567890ab"))[0][0] == "Ada Example"
    assert found(index, sha256("bo@x.org")) == [
        ("Bo Sample", "e-mail in column email has this SHA-256 hash apart from a plus tag")
    ]
    assert found(index, hashes_of("cy@x.org")["sha1"]) == [("Cy Test", "hash in column email is the same")]


def test_a_hash_over_name_birth_and_post_code_finds_its_record_in_a_list_and_in_a_case(index):
    combined = combined_hash(["ada", "example", "19850704", "91790"]).hex()
    assert [name for name, _ in found(index, combined)] == ["Ada Example"]
    reasons = find_records(index, wanted(Identifiers(account_ids=(combined,)))).reasons
    assert [reason.says for one in reasons.values() for reason in one] == [message("reason.hash.combined")]


def test_what_nobody_has_finds_nothing(index):
    assert found(index, sha256("nobody@x.org"), combined_hash(["ada", "example", "19850705", "91790"]).hex()) == []


def test_a_list_can_be_cancelled(index):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(match_hashes(index, [sha256("ada@x.org")], silent, cancel))


@pytest.mark.parametrize(
    "fields",
    [
        [
            ("full name", "name", "Juan Pablo Martínez"),
            ("dob", "date of birth", "July 4, 1776"),
            ("a", "address", "91790"),
        ],
        [
            ("name", "name", "Martinez, Juan Pablo"),
            ("b", "date of birth", "1776-07-04"),
            ("zip", "address", "91790-3771"),
        ],
        [
            ("first_name", "name", "Juan Pablo"),
            ("last_name", "name", "Martinez"),
            ("born", "date of birth", "07/04/1776"),
            ("address", "address", "12 Oak Street, 91790 Salem"),
        ],
    ],
)
def test_a_record_is_read_in_every_way_that_may_have_been_hashed(fields, monkeypatch):
    monkeypatch.setattr("dsr_desk.search.records.confirming.EARLIEST", 1700)
    read = [Field(column, ColumnKind(kind), value) for column, kind, value in fields]
    assert combined_hash(["juanpablo", "martinez", "17760704", "91790"]) in combined_hashes(read)


@pytest.mark.parametrize(("code", "plain"), [("M1B 1A1", "m1b1a"), ("00712345", "71234"), ("02134", "2134")])
def test_a_post_code_is_cut_as_the_lists_cut_it(code, plain):
    read = [
        Field("name", ColumnKind.NAME, "A B"),
        Field("born", ColumnKind.DATE_OF_BIRTH, "1980-01-01"),
        Field("zip", ColumnKind.ADDRESS, code),
    ]
    assert combined_hash(["a", "b", "19800101", plain]) in combined_hashes(read)
