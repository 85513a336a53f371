"""Photos that are found by the names of their files alone are found as any other, many at a time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dsr_desk.faces.facts import INVENTORY
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.search.index import build as building
from dsr_desk.search.index import inventory as inventories
from dsr_desk.search.index.build import Addressed
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.photo_texts import say_nothing, texts_of
from dsr_desk.search.index.postings import Postings
from dsr_desk.search.records.identifiers import file_key, file_keys, keys_of_files
from search_fakes import VERSION, all_items, contents, photo

LETTERS = "aB1./? \\é@›"


def drawn(seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(LETTERS, k=chance.randrange(6))) for _ in range(chance.randrange(1, 4))]


def test_many_names_have_the_keys_that_each_has() -> None:
    plain = ["1.jpg", "a/B.JPG", ".jpg", "x", "1..jpg", "y/" + "z" * 255]
    for names in (plain, [*plain, "z" * 256], [""], ["a/", "b"], *map(drawn, range(500))):
        keys, places = keys_of_files(names)
        assert {(at, key) for at, name in enumerate(names) for key in file_keys(name)} == set(
            zip(places.tolist(), keys.tolist(), strict=True)
        )


def test_paths_that_say_nothing_are_those_that_nothing_is_found_by() -> None:
    assert say_nothing("set/00000.tar", "000.jpg\n01/000.jpg\n01/x1.jpg")
    for container in ("set", "set/a.tar", "set/anna.zip"):
        for names in (["123456/1.jpg", "1.jpg"], ["anna"], ["1/anna.jpg"], *map(drawn, range(500))):
            silent = not any(texts_of(container, name, {}, {}) for name in names)
            assert silent or not say_nothing(container, "\n".join(names))


def inventory(folder: Path, to: Path, addressed: Addressed, cancel: CancelToken | None = None) -> None:
    building.build([folder], to, version=VERSION, engine_name=INVENTORY, addressed=addressed, cancel=cancel)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folders of numbered photos, before and behind one whose photos are called after somebody."""
    for place in ("1/1.png", "1/2.png", "2/wilma.png", "3/3.png"):
        path = tmp_path / "photos" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo((len(place), 0)))
    return tmp_path / "photos"


def test_all_are_found_by_their_names_also_where_a_build_was_stopped(folder, tmp_path, addressed, monkeypatch):
    monkeypatch.setattr(inventories, "BATCH_ITEMS", 1)
    monkeypatch.setattr("dsr_desk.datasets.celled.BLOCK_ITEMS", 1)
    inventory(folder, tmp_path / "whole.dsrindex", addressed)
    token = CancelToken()
    told = inventories.ContainerWriter.block

    def first_of_all(writer, block):
        token.cancel()
        return told(writer, block)

    monkeypatch.setattr(inventories.ContainerWriter, "block", first_of_all)
    inventory(folder, tmp_path / "stopped.dsrindex", addressed, token)
    monkeypatch.setattr(inventories.ContainerWriter, "block", told)
    inventory(folder, tmp_path / "stopped.dsrindex", addressed)
    for name in ("whole", "stopped"):
        with Index.open(tmp_path / f"{name}.dsrindex", addressed.secret) as index:
            rows = {one.address.member: one.row for one in all_items(index)}
            for member, row in rows.items():
                stem = Path(member).stem
                assert Postings(index.db).rows([file_key(stem)]).tolist() == [row]
            assert list(index.rows("SELECT count(*) FROM records")) == [(1,)]
    assert contents(tmp_path / "whole.dsrindex", addressed) == contents(tmp_path / "stopped.dsrindex", addressed)
