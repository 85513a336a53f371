"""Inventories are the same however they are read, stopped or brought up to date, and wherever."""

from __future__ import annotations

import hmac
import io
import tarfile
from collections.abc import Callable
from concurrent.futures import Future
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dask_cluster import DaskCluster
from dsr_desk.core import merkle
from dsr_desk.core.items import ItemAddress
from dsr_desk.datasets import celled
from dsr_desk.datasets.registry import SourceMissing, survey
from dsr_desk.faces.facts import INVENTORY
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.workers import Workers
from dsr_desk.search.index import addresses, inventory, reading, schema
from dsr_desk.search.index.build import Addressed, BuildReport, build
from dsr_desk.search.index.finish import inventory_leaves
from dsr_desk.search.index.folder import Index
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.migrations import migrate
from search_fakes import VERSION, all_items, build_fake, contents, photo

ALIKE = 40


def make(folder: Path) -> Path:
    """Shards, a table of photos with captions, one of people with rows that are alike, and a shard that is cut."""
    folder.mkdir()
    for shard in range(3):
        with tarfile.open(folder / f"{shard}.tar", "w") as archive:
            if shard == 1:
                unknown = tarfile.TarInfo("weights.bin")
                unknown.size = 700
                archive.addfile(unknown, io.BytesIO(b"\1" * unknown.size))
            for number in range(12):
                data = photo((shard, number))
                info = tarfile.TarInfo(f"anna_{number:03}.png")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    cut = (folder / "2.tar").read_bytes()
    (folder / "cut.tar").write_bytes(cut[: len(cut) // 2])
    images = [{"bytes": photo((9, number // 2)), "path": "a.png"} for number in range(12)]
    texts = [f"Wilma {number // 2}" for number in range(12)]
    pq.write_table(pa.table({"image": images, "text": texts, "label": [None, *range(11)]}), folder / "photos.parquet")
    rows = ["Wilma,w@example.com" if number % 3 else f"P{number},p{number}@example.com" for number in range(ALIKE)]
    (folder / "people.csv").write_text("\n".join(["name,mail", *rows, ""]))
    (folder / "loose.jpg").write_bytes(photo((1, 2)))
    (folder / "notes.bin").write_bytes(b"\x00\x01 nobody reads this")
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("data") / "set")


def made(source: Path, to: Path, addressed: Addressed, **options: Any) -> BuildReport:
    return build([source], to, version=VERSION, engine_name=INVENTORY, addressed=addressed, **options)


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory, addressed: Addressed) -> dict[str, Any]:
    to = tmp_path_factory.mktemp("whole") / "i.dsrindex"
    made(source, to, addressed)
    return contents(to, addressed)


def test_records_are_what_they_are_in_an_index_of_faces(source: Path, tmp_path: Path, addressed: Addressed) -> None:
    people = source / "people.csv"
    made(people, tmp_path / "i.dsrindex", addressed)
    build_fake([people], tmp_path / "f.dsrindex", addressed=addressed)
    assert contents(tmp_path / "i.dsrindex", addressed) == contents(tmp_path / "f.dsrindex", addressed)


def test_photos_have_the_addresses_and_words_of_an_index_of_faces(
    source: Path, tmp_path: Path, addressed: Addressed, whole: dict[str, Any]
) -> None:
    build_fake([source], tmp_path / "f.dsrindex", addressed=addressed)
    faces = contents(tmp_path / "f.dsrindex", addressed)
    assert [row[:9] for row in whole["items"]] == [row[:9] for row in faces["items"]]
    assert [whole[what] for what in ("records", "vocabulary", "lookups")] == [
        faces[what] for what in ("records", "vocabulary", "lookups")
    ]


@pytest.mark.parametrize("items", [3, 17])
def test_one_that_broke_off_anywhere_goes_on_and_is_the_same(
    items: int, source: Path, tmp_path: Path, addressed: Addressed, whole: dict[str, Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(celled, "BLOCK_ITEMS", 5)
    monkeypatch.setattr(inventory, "BATCH_ITEMS", items)
    noted = inventory.Inventory._note
    written = 0

    def fails(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal written
        written += 1
        noted(self, *args, **kwargs)
        if written % 4 == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(inventory.Inventory, "_note", fails)
    for _ in range(40):
        try:
            made(source, tmp_path / "i.dsrindex", addressed)
            break
        except KeyboardInterrupt:
            continue
    assert written > 8
    assert contents(tmp_path / "i.dsrindex", addressed) == whole


def test_one_that_is_brought_up_to_date_is_as_one_that_was_made_anew(tmp_path: Path, addressed: Addressed) -> None:
    source = make(tmp_path / "set")
    made(source, tmp_path / "i.dsrindex", addressed)
    people = (source / "people.csv").read_text().splitlines()
    (source / "people.csv").write_text("\n".join([people[0], people[7], *people[2:], "Eva,e@example.com", ""]))
    (source / "0.tar").unlink()
    (source / "loose.jpg").write_bytes(photo((1, 3)))
    (source / "cut.tar").write_bytes((source / "2.tar").read_bytes())
    report = made(source, tmp_path / "i.dsrindex", addressed)
    assert (report.read, report.removed) == (3, 1)
    made(source, tmp_path / "j.dsrindex", addressed)
    assert contents(tmp_path / "i.dsrindex", addressed) == contents(tmp_path / "j.dsrindex", addressed)


def test_a_container_that_breaks_off_costs_itself_alone(source: Path, tmp_path: Path, addressed: Addressed) -> None:
    report = made(source, tmp_path / "i.dsrindex", addressed, workers=3)
    assert list(report.damaged) == ["set/cut.tar"]
    assert list(report.left_out) == ["set/notes.bin"]
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        there = {one.name: (one.state, one.entries) for one in index.containers()}
    assert there["set/2.tar"] == ("read", 12)
    state, entries = there["set/cut.tar"]
    assert state == "damaged"
    assert 0 < entries < 12


def test_items_that_are_alike_are_numbered_in_their_order(source: Path, tmp_path: Path, addressed: Addressed) -> None:
    made(source, tmp_path / "i.dsrindex", addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        people = [one for one in all_items(index) if one.address.container == "set/people.csv"]
        rows = list(index.rows("SELECT id, address FROM items"))
    assert len({one.address for one in people}) == len(people) == ALIKE
    alike = [one.address.occurrence for one in people if one.address.digest == people[1].address.digest]
    assert alike == list(range(len(alike)))
    found = {one.row: one.address for one in people}
    assert all(found[row].id == address.hex() for row, address in rows if row in found)
    assert isinstance(people[0].address, ItemAddress)


def test_a_build_that_ended_by_force_leaves_no_index_that_opens(
    source: Path, tmp_path: Path, addressed: Addressed, monkeypatch: Any
) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inventory, "look_up", fails)
    with pytest.raises(KeyboardInterrupt):
        made(source, tmp_path / "i.dsrindex", addressed)
    with pytest.raises(Exception, match="INDEX-UNFINISHED"):
        Index.open(tmp_path / "i.dsrindex", addressed.secret)


def test_the_order_of_addresses_does_not_depend_on_how_many_are_sorted_at_once(
    source: Path, tmp_path: Path, addressed: Addressed, monkeypatch: Any
) -> None:
    made(source, tmp_path / "i.dsrindex", addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        index.db.conn.execute("UPDATE items SET digest = x'' WHERE id % 3 = 0")  # as of what could not be read
        wanted = [
            address + digest for address, digest in index.rows("SELECT address, digest FROM items ORDER BY address")
        ]
        assert list(chain.from_iterable(addresses.in_order(index.db))) == wanted
        monkeypatch.setattr(addresses, "AT_ONCE", 7)
        assert list(chain.from_iterable(addresses.in_order(index.db))) == wanted


def test_what_the_root_is_over_is_salted_by_hmac(source: Path, tmp_path: Path, addressed: Addressed) -> None:
    made(source, tmp_path / "i.dsrindex", addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        salt = bytes.fromhex(index.setting("salt"))
        rows = index.rows("SELECT address, digest FROM items ORDER BY address")
        leaves = [merkle.leaf_hash(hmac.digest(salt, address, "sha256") + address + digest) for address, digest in rows]
        assert list(inventory_leaves(index.db)) == leaves
        assert index.about.inventory == merkle.root(leaves).hex()


def test_rows_of_an_older_index_are_kept_and_their_numbers_never_used_again(tmp_path: Path) -> None:
    db = open_encrypted(tmp_path / "i.db", bytes(32))
    migrate(db, schema.MIGRATIONS[:3])
    db.conn.execute(
        "INSERT INTO containers (id, name, path, format, fingerprint, state) VALUES (1, '', '', '', '', '')"
    )
    columns = "address, container, member, digest, occurrence, record, size"
    put = f"INSERT INTO items ({columns}) VALUES (?, 1, 'm', ?, 0, 0, 5)"
    for address in (b"a", b"b", b"c"):
        db.conn.execute(put, [address, b"d"])
    db.conn.execute("DELETE FROM items WHERE address = ?", [b"c"])
    before = db.conn.execute("SELECT * FROM items").fetchall()
    migrate(db, schema.MIGRATIONS)
    assert db.conn.execute("SELECT * FROM items").fetchall() == before
    db.conn.execute(put, [b"e", b"d"])
    assert db.conn.execute("SELECT max(id) FROM items").fetchone() == (4,)
    with pytest.raises(Exception, match="UNIQUE"):
        db.conn.execute(put, [b"e", b"d"])
    db.close()


def test_nothing_is_looked_at_whatever_the_photo_holds(tmp_path: Path, addressed: Addressed, monkeypatch: Any) -> None:
    def fails(*_: object, **__: object) -> None:
        raise AssertionError("an inventory decodes nothing")

    source = make(tmp_path / "set")
    monkeypatch.setattr(Image, "open", fails)
    assert made(source, tmp_path / "i.dsrindex", addressed).ledger["listed"] > 40


class Here(Workers):
    """Works in this process."""

    size = 2

    def close(self, *, at_once: bool) -> None:
        """Nothing to let go."""

    def _begin(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Future[Any]:  # noqa: ARG002
        done: Future[Any] = Future()
        done.set_result(function(*args))
        return done

    def _outcome(self, begun: Future[Any], *_: Any) -> Any:
        return begun.result()


def test_what_comes_back_in_several_answers_is_said_once(source: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 4)
    monkeypatch.setattr(reading, "BLOCK_ITEMS", 3)
    containers = celled_in(source)
    waiting = [reading.WaitingContainer(one, row, 0) for row, one in enumerate(containers)]
    for one, said in reading.by_workers(Here(), waiting, CancelToken()):
        told, wanted = [], []
        for into, come in ((told, said), (wanted, one.container.inventory())):
            try:
                into.extend(come)
            except Exception as error:  # noqa: BLE001 - the one that is cut
                into.append(str(error))
        assert members(told) == members(wanted)
        assert [one for one in told if not hasattr(one, "members")] == [
            one for one in wanted if not hasattr(one, "members")
        ]


def celled_in(source: Path) -> list[celled.CelledContainer]:
    return list(survey(source).containers)


def members(told: list[Any]) -> list[str]:
    return [member for one in told if hasattr(one, "members") for member in one.members.split("\n")]


def test_a_worker_that_does_not_see_the_sources_is_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        reading.see((tmp_path / "elsewhere",))


@pytest.mark.long
def test_a_cluster_gives_the_same_inventory(
    source: Path, tmp_path: Path, addressed: Addressed, whole: dict[str, Any]
) -> None:
    with DaskCluster(tmp_path / "dask", 2) as dask:
        report = made(source, tmp_path / "i.dsrindex", addressed, workers=dask.cluster)
    assert report.complete
    assert contents(tmp_path / "i.dsrindex", addressed) == whole
