"""Registers as rows: what is written is read again, and each change says what its act has to touch."""

from __future__ import annotations

import pytest
from sqlite_utils.db import NotFoundError

from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.message import message
from dsr_desk.storage.registers import Touch, touch
from dsr_desk.storage.rows import BundleRow, DatasetRow, IndexRow, Recipient, SigningKeyRow
from dsr_desk.storage.vault import Vault

DATASET = DatasetRow("people@1", "people", "1", "{}", "2026-01-01T00:00:00Z")


def index(ident: str, name: str, destroyed: str | None = None) -> IndexRow:
    return IndexRow(ident, name, f"/data/{name}.dsrindex", DATASET.id, "{}", "2026-01-02T00:00:00Z", destroyed)


def recipient(name: str, fingerprint: str) -> Recipient:
    return Recipient(0, name, "regulator", f"age1{name}", fingerprint)


def bundle(ref: str, sealed: str) -> BundleRow:
    return BundleRow(0, ref, "requester", f"{ref}.html", "d", "e", "", sealed, 9, "checkpoint", b"\x01")


def record(vault: Vault, *touches: Touch) -> None:
    vault.record(Draft(Kind.ORGANISATION), touches=touches)


def test_a_row_is_read_as_it_was_written(vault: Vault) -> None:
    key = SigningKeyRow("f0", b"private", b"certificate", "2026-01-01T00:00:00Z", None, b"")
    with vault.transaction():
        touches = [vault.datasets.add(DATASET), vault.indexes.add(index("i1", "photos")), vault.signing_keys.add(key)]
        record(vault, *touches)
    assert vault.datasets.get("people@1") == DATASET
    assert vault.indexes.all() == [index("i1", "photos")]
    assert vault.signing_keys.get("f0") == key
    assert touches == [
        touch("dataset_versions", "people@1"), touch("indexes", "i1"), touch("organisation_keys", "f0")
    ]  # fmt: skip
    assert vault.problems() == []


def test_rows_without_a_key_of_their_own_are_numbered(vault: Vault) -> None:
    with vault.transaction():
        touches = [vault.recipients.add(recipient(name, name * 8)) for name in ("b", "a")]
        touches += [vault.bundles.add(bundle("2026-001", "2026-01-03"))]
        record(vault, *touches)
    assert touches == [touch("recipients", 1), touch("recipients", 2), touch("bundles", 1)]
    assert [(one.id, one.name) for one in vault.recipients.all("name")] == [(2, "a"), (1, "b")]
    assert [one.id for one in vault.bundles.all()] == [1]


def test_rows_are_asked_for_by_what_their_columns_hold_nothing_included(vault: Vault) -> None:
    with vault.transaction():
        vault.datasets.add(DATASET)
        for row in (index("i2", "b"), index("i1", "a", "2026-02-01T00:00:00Z"), index("i3", "c")):
            vault.indexes.add(row)
    assert [one.id for one in vault.indexes.all("id")] == ["i1", "i2", "i3"]
    assert [one.id for one in vault.indexes.all("name DESC", destroyed=None)] == ["i3", "i2"]
    assert vault.indexes.all(name="b", destroyed=None) == [index("i2", "b")]
    assert vault.indexes.all(name="nobody") == []
    assert vault.indexes.get("i9") is None


def test_what_is_changed_put_or_removed_is_found_by_a_check_unless_an_act_touches_it(vault: Vault) -> None:
    with vault.transaction():
        record(vault, vault.datasets.add(DATASET), vault.indexes.add(index("i1", "a")))
        record(vault, vault.recipients.add(recipient("a", "aa")), vault.recipients.add(recipient("b", "bb")))
    with vault.transaction():
        changed = vault.recipients.change(1, compared="2026-01-04T00:00:00Z")
        removed = vault.recipients.remove(2)
        put = vault.indexes.put(index("i1", "renamed"))
    assert [one.compared for one in vault.recipients.all()] == ["2026-01-04T00:00:00Z"]
    assert vault.indexes.all() == [index("i1", "renamed")]
    assert sorted(vault.problems(), key=lambda one: (one.code, str(one.values))) == [
        message("register.changed", table="indexes"),
        message("register.changed", table="recipients"),
        message("register.missing", table="recipients"),
    ]
    record(vault, changed, removed, put)
    assert vault.problems() == []


def test_a_row_that_is_not_there_is_neither_changed_nor_removed(vault: Vault) -> None:
    with pytest.raises(NotFoundError), vault.transaction():
        vault.recipients.change(1, compared="now")
    with pytest.raises(NotFoundError), vault.transaction():
        vault.recipients.remove(1)


def test_what_a_failed_transaction_wrote_is_not_there(vault: Vault) -> None:
    def fail() -> None:
        with vault.transaction():
            vault.datasets.add(DATASET)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert vault.datasets.all() == []


def test_a_recipients_fingerprint_is_spoken_in_groups_of_four() -> None:
    assert recipient("a", "0123456789abcdef" * 4).spoken == "0123 4567 89ab cdef 0123 4567 89ab cdef"
