"""LMDB stores: read without lock or library, pickles never opened, nothing of what was erased left on a free page."""

from __future__ import annotations

import hashlib
import os
import pickle
import struct
from pathlib import Path

import lmdb
import pytest

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets.container import ContainerDamaged, ContainerEntry, Doomed, ItemUnreadable
from dsr_desk.datasets.lmdb_pages import Pages
from dsr_desk.datasets.lmdb_store import LmdbStore, StoreNotCopied
from dsr_desk.datasets.registry import SourceNotUnderstood, open_source, reopen, survey
from dsr_desk.datasets.sniff import PICKLED

JPEG = b"\xff\xd8\xff\xe0"


def write_store(path: Path, values: dict[bytes, bytes], map_size: int = 1 << 24) -> Path:
    with lmdb.open(str(path), map_size=map_size, subdir=False, lock=False) as store, store.begin(write=True) as work:
        for key, value in values.items():
            work.put(key, value)
    return path


def read_store(path: Path) -> dict[bytes, bytes]:
    """What the library finds."""
    with lmdb.open(str(path), subdir=False, readonly=True, lock=False) as store, store.begin() as work:
        return {bytes(key): bytes(value) for key, value in work.cursor()}


def photo(number: int, size: int = 600) -> bytes:
    return JPEG + hashlib.sha256(str(number).encode()).digest() * (size // 32)


def doomed(member: str, data: bytes) -> Doomed:
    return Doomed(member, hashlib.sha256(data).hexdigest())


def by_member(path: Path) -> dict[str, ContainerEntry]:
    return {entry.member: entry for entry in LmdbStore(path, "s.lmdb").entries()}


def test_a_store_in_a_folder_is_read_without_lock_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "train_lmdb"
    with lmdb.open(str(folder), map_size=1 << 24) as store, store.begin(write=True) as work:
        work.put(b"0001", photo(1))
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    (container,) = open_source(folder)
    assert container.name == "train_lmdb/data.mdb"
    assert [entry.read() for entry in container.entries()] == [photo(1)]
    assert survey(folder).not_understood == ()
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()} == before
    (folder / "lock.mdb").unlink()
    assert [entry.member for entry in container.entries()] == ["0001"]
    assert [path.name for path in folder.iterdir()] == ["data.mdb"]


def test_a_store_that_another_program_writes_to_is_read_as_it_was_committed(tmp_path: Path) -> None:
    path = write_store(tmp_path / "s.lmdb", {b"a": photo(1)})
    with lmdb.open(str(path), map_size=1 << 24, subdir=False) as store, store.begin(write=True) as work:
        work.put(b"b", photo(2))
        assert list(by_member(path)) == ["a"]


def test_pages_of_every_kind_are_read(tmp_path: Path) -> None:
    values = {f"{number:05d}".encode(): photo(number, 40 + number % 90 * 200) for number in range(3000)}
    path = write_store(tmp_path / "s.lmdb", values, 1 << 27)
    entries = list(LmdbStore(path, "s").entries())
    assert {entry.member.encode(): None for entry in entries} == dict.fromkeys(values)
    for entry in entries[::97]:
        assert entry.hint is not None
        assert LmdbStore(path, "s").read_at(entry.hint) == (entry.member, values[entry.member.encode()])


def test_a_store_of_pickles_is_refused_with_the_reason_and_nothing_runs(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "it ran"),)

    values = {f"{number}".encode(): pickle.dumps((photo(number), Trap())) for number in range(3)}
    path = write_store(tmp_path / "s.lmdb", {b"__len__": pickle.dumps(3), **values})
    with pytest.raises(SourceNotUnderstood, match="LMDB store of values in pickle, which runs code"):
        survey(path)
    with pytest.raises(SourceNotUnderstood, match=r"s\.lmdb: LMDB store of values in pickle, which runs code"):
        survey(tmp_path)
    (tmp_path / "a.jpg").write_bytes(photo(1))
    assert [one.why.values["kind"] for one in survey(tmp_path).not_understood] == [message("kind.lmdb.pickled")]
    assert not (tmp_path / "it ran").exists()


def test_pickles_among_photos_and_what_tells_of_the_store_are_listed_with_the_reason(tmp_path: Path) -> None:
    path = write_store(
        tmp_path / "s.lmdb",
        {b"0": photo(0), b"1": pickle.dumps(photo(1)), b"2": b"\0\1\2\xff", b"__len__": b"3",
         b"__keys__": pickle.dumps(["0", "1", "2"])},
    )  # fmt: skip
    found = by_member(path)
    assert {member: (entry.kind, entry.problem) for member, entry in found.items()} == {
        "0": (ItemKind.PHOTO, None),
        "1": (ItemKind.PHOTO, PICKLED),
        "2": (ItemKind.PHOTO, message("why.lmdb.neither")),
        "__len__": (ItemKind.RECORD, message("why.lmdb.about-itself")),
        "__keys__": (ItemKind.RECORD, PICKLED),
    }
    with pytest.raises(ItemUnreadable):
        found["1"].read()


def test_texts_are_the_records_of_the_photos_they_share_a_key_with(tmp_path: Path) -> None:
    path = write_store(
        tmp_path / "s.lmdb",
        {
            b"image-0001": photo(1),
            b"label-0001": "Ada Łąka".encode(),
            b"7.jpg": photo(7),
            b"7.json": b'{"mail": "a@b.org"}',
        },
    )
    found = by_member(path)
    assert found["image-0001"].group == found["label-0001"].group == "0001"
    assert found["label-0001"].record == {"text": "Ada Łąka"}
    assert found["7.jpg"].group == found["7.json"].group
    assert found["7.json"].record == {"mail": "a@b.org"}


def test_nothing_of_what_was_erased_or_freed_before_is_left_in_the_file(tmp_path: Path) -> None:
    values = {f"{number:04d}".encode(): photo(number, 3000 if number % 2 else 200) for number in range(60)}
    path = write_store(tmp_path / "s.lmdb", {**values, b"zz-freed": b"FREED BEFORE" * 40}, 1 << 25)
    with lmdb.open(str(path), map_size=1 << 25, subdir=False, lock=False) as store, store.begin(write=True) as work:
        work.delete(b"zz-freed")
    assert b"FREED BEFORE" in path.read_bytes()
    gone = (b"0007", b"0008")
    done = reopen("lmdb", path, "s").erase([doomed(key.decode(), values[key]) for key in gone])
    assert (len(done.erased), done.kept, done.notes) == (2, 58, ())
    left = path.read_bytes()
    for data in (*(values[key][4:40] for key in gone), *gone, b"FREED BEFORE"):
        assert data not in left
    assert read_store(path) == {key: value for key, value in values.items() if key not in gone}


def test_programs_open_the_new_store_with_the_map_they_had(tmp_path: Path) -> None:
    path = write_store(tmp_path / "s.lmdb", {b"a": photo(1), b"b": photo(2)}, 1 << 30)
    reopen("lmdb", path, "s").erase([doomed("a", photo(1))])
    with path.open("rb") as file:
        assert Pages(file, "s").meta.map_size == 1 << 30


def test_a_map_that_is_too_small_for_larger_photos_grows(tmp_path: Path) -> None:
    path = write_store(tmp_path / "s.lmdb", {b"a": photo(1), b"b": photo(2)}, 1 << 20)
    large = photo(3, 40_000_000)
    one = doomed("a", photo(1))
    reopen("lmdb", path, "s").erase([Doomed(one.member, one.digest, replacement=large)])
    assert read_store(path) == {b"a": large, b"b": photo(2)}


def test_what_still_counts_the_erased_keys_is_said(tmp_path: Path) -> None:
    path = write_store(tmp_path / "s.lmdb", {b"0": photo(0), b"1": photo(1), b"__len__": b"2", b"num-samples": b"2"})
    done = reopen("lmdb", path, "s").erase([doomed("1", photo(1))])
    assert done.notes == (message("note.lmdb.about-itself", files=("__len__", "num-samples")),)
    assert read_store(path) == {b"0": photo(0), b"__len__": b"2", b"num-samples": b"2"}


def test_a_database_inside_the_database_is_named_and_keeps_the_store_from_being_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "s.lmdb"
    with lmdb.open(str(path), map_size=1 << 24, subdir=False, lock=False, max_dbs=2) as store:
        inner = store.open_db(b"people")
        with store.begin(write=True) as work:
            work.put(b"0", photo(0))
            work.put(b"x", photo(5), db=inner)
    assert by_member(path)["people"].problem == message("why.lmdb.database")
    before = path.read_bytes()
    with pytest.raises(StoreNotCopied):
        reopen("lmdb", path, "s").erase([doomed("0", photo(0))])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def with_flags(path: Path, flags: int) -> Path:
    """The store as a program in C makes it that sets flags on its main tree."""
    data = bytearray(path.read_bytes())
    for page in (0, 4096):
        struct.pack_into("<H", data, page + 16 + 24 + 48 + 4, flags)
    path.write_bytes(data)
    return path


def test_a_store_with_several_values_a_key_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(SourceNotUnderstood, match="several values a key"):
        open_source(with_flags(write_store(tmp_path / "s.lmdb", {b"0": photo(0)}), 0x04))


def test_a_store_that_orders_its_keys_otherwise_is_read_and_not_rewritten(tmp_path: Path) -> None:
    path = with_flags(write_store(tmp_path / "s.lmdb", {b"0": photo(0), b"1": photo(1)}), 0x02)
    assert list(by_member(path)) == ["0", "1"]
    with pytest.raises(StoreNotCopied):
        reopen("lmdb", path, "s").erase([doomed("0", photo(0))])


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_a_copy_that_was_broken_off_is_damage_and_does_not_end_the_program(tmp_path: Path, keep: float) -> None:
    path = write_store(tmp_path / "s.lmdb", {f"{number:04d}".encode(): photo(number, 5000) for number in range(40)})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ContainerDamaged, match="ends in the middle"):
        by_member(path)
