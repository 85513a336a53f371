"""An inventory lists and hashes, goes on where it was stopped, and never passes for a search of faces."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from dsr_desk.core.items import LedgerClass
from dsr_desk.datasets import celled
from dsr_desk.faces.facts import INVENTORY
from dsr_desk.jobs.progress import CancelToken, Progress
from dsr_desk.search.index import build as building
from dsr_desk.search.index import inventory as inventories
from dsr_desk.search.index.build import Addressed, IndexOtherEngine
from dsr_desk.search.index.check import check
from dsr_desk.search.index.folder import Index
from dsr_desk.search.scope import not_in_index
from search_fakes import VERSION, all_items, build_fake, contents, photo

PHOTOS = {f"{number:02}.png": photo((number, 0)) for number in range(5)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "photos"
    place.mkdir()
    for name, data in PHOTOS.items():
        (place / name).write_bytes(data)
    (place / "people.csv").write_text("name,mail\nWilma,w@example.com\n")
    (place / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    return place


def _no_engine() -> None:
    raise AssertionError("an inventory loads no network")


def inventory(folder: Path, to: Path, addressed: Addressed, **options: object) -> building.BuildReport:
    how = {"version": VERSION, "engine_name": INVENTORY, "load": _no_engine, "addressed": addressed, **options}
    return building.build([folder], to, **how)  # type: ignore[arg-type]


def test_it_has_every_photo_with_its_digest_and_looks_at_none(folder, tmp_path, addressed):
    report = inventory(folder, tmp_path / "i.dsrindex", addressed)
    assert (report.photos, report.faces, report.records) == (6, 0, 1)
    assert +Counter(report.ledger) == {"listed": 6}
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        found = {one.address.member: one.address.digest for one in all_items(index) if one.ledger_class}
    whole = {**PHOTOS, "broken.jpg": b"\xff\xd8\xff"}
    assert found == {name: hashlib.sha256(data).hexdigest() for name, data in whole.items()}


def test_every_search_says_that_its_photos_were_not_looked_at(folder, tmp_path, addressed):
    inventory(folder, tmp_path / "i.dsrindex", addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        (gap,) = (one for one in not_in_index(index) if one.kind and one.kind.code == "kind.photos.listed")
        assert (gap.count, gap.why.code) == (6, "why.photos.listed")


def test_one_that_was_stopped_goes_on_and_equals_one_that_was_not(folder, tmp_path, addressed, monkeypatch):
    monkeypatch.setattr(inventories, "REPORT_SECONDS", 0.0)
    monkeypatch.setattr(celled, "BLOCK_ITEMS", 2)
    cancel = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.done >= 3:
            cancel.cancel()

    report = inventory(folder, tmp_path / "a.dsrindex", addressed, cancel=cancel, report=stop)
    assert not report.complete
    assert 0 < report.photos < 6
    assert inventory(folder, tmp_path / "a.dsrindex", addressed).complete
    inventory(folder, tmp_path / "b.dsrindex", addressed)
    assert contents(tmp_path / "a.dsrindex", addressed) == contents(tmp_path / "b.dsrindex", addressed)


def test_it_notices_what_changed_and_is_proved_without_faces(folder, tmp_path, addressed):
    inventory(folder, tmp_path / "i.dsrindex", addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        assert check(index).ok
        (folder / "00.png").unlink()
        assert not check(index).ok
    assert inventory(folder, tmp_path / "i.dsrindex", addressed).photos == 5


def test_an_index_of_faces_never_becomes_an_inventory_nor_the_other_way(folder, tmp_path, addressed):
    inventory(folder, tmp_path / "i.dsrindex", addressed)
    build_fake([folder], tmp_path / "f.dsrindex", addressed=addressed)
    with pytest.raises(IndexOtherEngine):
        build_fake([folder], tmp_path / "i.dsrindex", addressed=addressed)
    with pytest.raises(IndexOtherEngine):
        inventory(folder, tmp_path / "f.dsrindex", addressed)


def test_a_folder_of_that_name_is_no_model(tmp_path, monkeypatch, folder, addressed):
    (tmp_path / INVENTORY).mkdir()
    monkeypatch.chdir(tmp_path)
    assert inventory(folder, tmp_path / "i.dsrindex", addressed).ledger[LedgerClass.LISTED] == 6
