"""What a row of a table holds, at any depth and in whatever form, and what becomes of it."""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.container import Accounts, Unread
from dsr_desk.datasets.rows import RowTally, after, found_in, stored_row, touched


def _photo(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 24), (shade, 0, 90)).save(out, "JPEG")
    return out.getvalue()


JPEG, OTHER = _photo(1), _photo(2)

Packs = Callable[[bytes], Any]

FORMS: dict[str, Packs] = {
    "bytes": bytes,
    "memoryview": memoryview,
    "base64": lambda data: base64.b64encode(data).decode(),
    "base64 without padding": lambda data: base64.b64encode(data).decode().rstrip("="),
    "base64 for addresses": lambda data: base64.urlsafe_b64encode(data).decode(),
    "base64 in lines": lambda data: base64.encodebytes(data).decode().rstrip("\n"),
    "base64 as bytes": base64.b64encode,
    "data URL": lambda data: "data:image/jpeg;base64," + base64.b64encode(data).decode(),
    "hex": lambda data: data.hex(),
    "hex of PostgreSQL": lambda data: "\\x" + data.hex(),
    "hex in capitals": lambda data: "0x" + data.hex().upper(),
    "list of numbers": list,
    "bytes and path": lambda data: {"bytes": data, "path": None},
    "base64 and path": lambda data: {"bytes": base64.b64encode(data).decode(), "path": None},
}

NESTS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "column": (lambda value: value, "x"),
    "struct": (lambda value: {"id": 1, "image": value}, "x.image"),
    "list": (lambda value: [None, value], "x.2"),
    "list of structs": (lambda value: [{"image": None}, {"image": value}], "x.2.image"),
    "map": (lambda value: [("a", None), ("b", value)], "x.2.value"),
}


@pytest.mark.parametrize("nest", NESTS.values(), ids=NESTS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_photo_is_found_in_any_form_at_any_depth_and_changed_in_its_form(
    form: Packs, nest: tuple[Callable[[Any], Any], str]
) -> None:
    put, name = nest
    row = {"name": "Ada", "x": put(form(JPEG))}
    found = found_in(row)
    item, record = found.items
    assert (item.kind, item.member, item.data) == (ItemKind.PHOTO, name, JPEG)
    assert record.record is not None
    assert record.record["name"] == "Ada"
    assert not found.unread
    masked = after(row, found, touched(found.items, {0: OTHER}, 0))
    assert masked == {"name": "Ada", "x": put(form(OTHER))}
    emptied = after(row, found, touched(found.items, {0: None}, 0))
    assert emptied == {"name": "Ada", "x": put(None)}
    assert [one.data for one in found_in(emptied).items] == [record.data]
    without_record = after(row, found, touched(found.items, {1: None}, 0))
    assert without_record["name"] is None
    assert JPEG in [one.data for one in found_in(without_record).items]


def test_photos_inside_a_text_go_and_the_text_around_stays() -> None:
    one, two = (f"data:image/jpeg;base64,{base64.b64encode(data).decode()}" for data in (JPEG, OTHER))
    row = {"page": f"<p>Ada Lovelace</p> <img src='{one}'> and <img src='{two}'>"}
    found = found_in(row)
    assert [(item.member, item.data) for item in found.items[:2]] == [("page", JPEG), ("page.2", OTHER)]
    assert "Ada Lovelace" in (found.items[2].record or {})["page"]
    changed = after(row, found, touched(found.items, {0: None}, 0))
    assert changed == {"page": row["page"].replace(one.partition(",")[2], "")}
    assert found_in(changed).items[1].data == found.items[2].data
    alone = after(row, found, touched(found.items, {2: None}, 0))
    assert [item.data for item in found_in(alone).items[:2]] == [JPEG, OTHER]
    assert "Ada" not in alone["page"]


def test_numbers_alone_beside_a_photo_belong_to_the_photo() -> None:
    (item,) = found_in({"image": JPEG, "account": 4711, "born": dt.date(1980, 1, 31)}).items
    assert item.record == {"account": "4711", "born": "1980-01-31"}


def test_a_photo_that_lies_elsewhere_is_named_and_one_that_is_named_like_a_photo_is_an_item() -> None:
    found = found_in({"image": {"bytes": None, "path": "faces/ada.jpg"}})
    assert [str(one.kind.code) for one in found.unread] == ["kind.elsewhere"]
    assert found.items[0].record == {"image.path": "faces/ada.jpg"}
    (item,) = found_in({"image": {"bytes": b"broken", "path": "ada.jpg"}}).items
    assert (item.kind, item.member) == (ItemKind.PHOTO, "ada.jpg")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([0.5] * 128, "kind.embedding"),
        (np.zeros(128, np.float32), "kind.embedding"),
        ([1] * 128, "kind.number-list"),
        (str([0.5] * 128), "kind.embedding"),
        (" ".join(["7"] * 128), "kind.number-list"),
        ([[[1, 2, 3]] * 16] * 16, "kind.number-grid"),
        (np.zeros((16, 16, 3), np.uint8), "kind.number-grid"),
        (bytes(range(256)), "kind.bytes"),
        (b"\x80\x04" + bytes(range(128)) + b".", "kind.pickle"),
        (b"%PDF-1.7" + bytes(range(128)), "kind.pdf"),
        (base64.b64encode(bytes(range(256))).decode(), "kind.encoded"),
        ("data:application/pdf;base64," + base64.b64encode(b"%PDF-1.7" + bytes(range(128))).decode(), "kind.pdf"),
        (bytes(range(256)).hex(), "kind.encoded"),
    ],
)
@pytest.mark.parametrize("nest", [nest for name, nest in NESTS.items() if name != "list"])
def test_what_is_not_understood_is_named_with_its_kind(
    value: object, kind: str, nest: tuple[Callable[[Any], Any], str]
) -> None:
    found = found_in({"x": nest[0](value)})
    assert [one.kind.code for one in found.unread] == [kind]
    assert found.answers[found.unread[0].place] is Answer.UNREAD


def test_bytes_that_are_a_text_and_short_lists_of_numbers_are_text_of_the_record() -> None:
    found = found_in({"name": b"Ada Lovelace", "phones": [4930123456, 4930123457], "box": [0.5, 1.5]})
    assert found.items[0].record == {
        "name": "Ada Lovelace",
        "phones.1": "4930123456",
        "phones.2": "4930123457",
        "box.1": "0.5",
        "box.2": "1.5",
    }


def test_names_and_addresses_that_are_keys_are_text_of_the_record() -> None:
    (item,) = found_in({"users": {"ada@example.com": {"logins": 3}, "Bo Bell": {"logins": 4}}}).items
    assert {"ada@example.com", "Bo Bell"} <= set((item.record or {}).values())


def test_a_caption_without_blanks_is_a_text() -> None:
    for text in ("昨日李娜が" * 40, "https://example.com/" + "a/b-c_d" * 60, "ACGT" * 20):
        assert found_in({"text": text}).items[0].record == {"text": text}


def test_the_tally_answers_once_for_each_place_and_sums_what_is_not_read() -> None:
    leaves = [("name",), ("s.a", "s"), ("s.b", "s")]
    tally = RowTally(leaves)
    for row in ({"name": "Ada", "s": None}, {"name": None, "s": {"a": JPEG, "b": [0.5] * 99}}):
        tally.add(found_in(row))
    unread, accounts = tally.end(6)
    assert isinstance(unread, Unread)
    assert (unread.place, unread.count) == ("s.b", 1)
    assert accounts == Accounts(6, items=1, texts=1, labels=3, unread=1)


def test_a_place_that_nobody_looked_at_is_missing_from_the_accounts() -> None:
    tally = RowTally([("name",), ("more",)])
    tally.add(found_in({"name": "Ada"}))
    (accounts,) = tally.end(2)
    assert isinstance(accounts, Accounts)
    assert accounts.answered == 1


def test_a_row_is_spelt_in_one_way() -> None:
    assert stored_row({"b": b"\x01", "a": None}) == b'{"a":null,"b":"01"}'
