"""Lance datasets, written and read by the library of the format."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pyarrow as pa
import pytest
from layout_samples import doomed_in, erased_everywhere, left_over, photo, stored

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets.celled import CelledContainer, ContainerPlace
from dsr_desk.datasets.container import Accounts, Doomed, Unread
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey

lance = pytest.importorskip("lance", reason="the lance library is not installed")

PEOPLE = pa.table(
    {"name": ["Ada", "Wilma", "Zoe"], "image": [photo(1), photo(2), photo(3)], "age": pa.array([1, 2, 3], pa.int32())}
)


def dataset(root: Path) -> None:
    lance.write_dataset(PEOPLE, str(root))
    lance.write_dataset(PEOPLE.slice(0, 1), str(root), mode="append")


def names_in(root: Path) -> list[str]:
    names: list[str] = lance.dataset(str(root)).to_table()["name"].to_pylist()
    return names


@pytest.mark.usefixtures("readers_in_process")
def test_rows_and_photos_are_read_and_erased_in_all_versions(tmp_path: Path) -> None:
    root = tmp_path / "sets" / "people.lance"
    dataset(root)
    (container,) = survey(tmp_path / "sets").containers
    assert (container.format, container.name) == ("lance", "sets/people.lance")
    entries = list(container.entries())
    assert [entry.kind for entry in entries].count(ItemKind.PHOTO) == 4
    doomed = doomed_in(container)
    assert len(doomed) == 2
    assert message("note.layout.lance", versions=1, indexes=0) in container.before_erasing(doomed)
    done = container.erase(doomed)
    assert (len(done.erased), done.kept) == (2, 6)
    assert names_in(root) == ["Ada", "Zoe", "Ada"]
    assert not any(b"Wilma" in data or photo(2) in data for data in stored(tmp_path).values())
    assert len(lance.dataset(str(root)).versions()) == 1
    assert not left_over(tmp_path)


def test_its_library_works_in_a_cell(tmp_path: Path) -> None:
    root = tmp_path / "people.lance"
    dataset(root)
    place = ContainerPlace("lance", root, "people.lance")
    data = next(entry for entry in place.reader().entries() if entry.record and entry.record["name"] == "Zoe").read()
    assert CelledContainer(place).erase([Doomed("", hashlib.sha256(data).hexdigest(), hint=2)]).kept == 7


@pytest.mark.usefixtures("readers_in_process")
def test_what_older_versions_and_deleted_rows_hold_is_named(tmp_path: Path) -> None:
    root = tmp_path / "people.lance"
    dataset(root)
    lance.dataset(str(root)).delete("name = 'Wilma'")
    (container,) = survey(root).containers
    *listed, accounts = container.listing()
    assert [(one.why, one.count) for one in listed if isinstance(one, Unread)] == [
        (message("why.lance.versions"), 2),
        (message("why.lance.deleted"), 1),
    ]
    assert isinstance(accounts, Accounts)
    assert accounts.own == accounts.answered == 3 * 3 + 3 + 3, "rows, what is hidden, columns"
    erased_everywhere(root, "Zoe")
    assert names_in(root) == ["Ada", "Ada"]
    assert not any(b"Wilma" in data for data in stored(root).values())


@pytest.mark.usefixtures("readers_in_process")
def test_versions_that_somebody_tagged_are_left_to_them(tmp_path: Path) -> None:
    root = tmp_path / "people.lance"
    dataset(root)
    lance.dataset(str(root)).tags.create("paper", 1)
    (container,) = survey(root).containers
    with pytest.raises(PartOfLayout) as caught:
        container.before_erasing(doomed_in(container))
    assert caught.value.details["why"] == message("why.layout.lance-tags")


@pytest.mark.usefixtures("readers_in_process")
def test_without_the_library_it_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset(tmp_path / "sets" / "people.lance")
    (tmp_path / "sets" / "a.csv").write_text("name\nAda\n")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "lance" else find(name))
    found = survey(tmp_path / "sets")
    assert [(one.name, one.why) for one in found.not_understood] == [
        ("people.lance", message("why.layout.needs", library="lance"))
    ]
