"""Containers whose readers are hostile: they cost themselves, are named, and nothing around them is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import planted_readers
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import celled, registry
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import ContainerNotRead, Doomed, ItemGone, items_of
from dsr_desk.datasets.erasing import ContainerNotRewritten, ContainerNotWritable, NotVerified
from dsr_desk.datasets.registry import LeftOut, SourceUnreadable, reopen, survey
from dsr_desk.jobs import cell
from dsr_desk.jobs.confine import enforced
from planted_readers import WHILE_WRITING, LyingPlace, PlantedPlace

pytestmark = pytest.mark.usefixtures("real_cells")
confined = pytest.mark.skipif(
    not (enforced().calls and enforced().files), reason="the kernel does not confine cells here"
)

ENDS = ["crash", "hang", "eat", "fault"]
REACHES = ["look_around", "write_around", "fork", "connect"]


@pytest.fixture(autouse=True)
def _small_limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    cell.load("planted_readers")
    monkeypatch.setattr(celled, "FILE_SECONDS", 2.0 if "[hang" in request.node.name else 30.0)
    monkeypatch.setattr(celled, "MEMORY", 256 << 20)


def planted(folder: Path, *lines: str) -> CelledContainer:
    path = folder / "planted.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    return CelledContainer(PlantedPlace("csv", path, "planted.csv"))


def lying(folder: Path, lie: str) -> CelledContainer:
    path = folder / "lying.csv"
    path.write_text(f"{lie}\n")
    return CelledContainer(LyingPlace("csv", path, "lying.csv"))


def why(error: DeskError) -> str:
    reason = error.details["why"]
    assert isinstance(reason, Message)
    return reason.code


def listed_until_broken(container: CelledContainer) -> tuple[list[str], ContainerNotRead]:
    found: list[str] = []
    entries = container.entries()
    with pytest.raises(ContainerNotRead) as caught:
        found.extend(entry.read().decode() for entry in entries)
    return found, caught.value


def doomed(line: str) -> list[Doomed]:
    return [Doomed("", hashlib.sha256(line.encode()).hexdigest())]


@pytest.mark.parametrize("deed", ENDS)
def test_what_ends_a_reader_is_told_and_all_items_before_it_are_listed(tmp_path: Path, deed: str) -> None:
    found, error = listed_until_broken(planted(tmp_path, "Ada", "Bo", f"! {deed}", "Cy"))
    assert found == ["Ada", "Bo"]
    # Who has eaten all memory may have none left to say so.
    codes = {"crash": ["ended"], "hang": ["slow"], "eat": ["memory", "ended"], "fault": ["fault"]}
    assert why(error).removeprefix("why.cell.") in codes[deed]
    assert "ada@example.org" not in error.what_happened


@confined
@pytest.mark.parametrize("deed", REACHES)
def test_a_reader_reaches_nothing_but_its_own_file(tmp_path: Path, deed: str) -> None:
    neighbour = tmp_path / "neighbour.csv"
    neighbour.write_text("name\nDi\n")
    found, error = listed_until_broken(planted(tmp_path, "Ada", f"! {deed} {neighbour}"))
    assert found == ["Ada"]
    assert why(error) == "why.no-permission"
    assert neighbour.read_text() == "name\nDi\n"


@pytest.mark.parametrize("deed", ENDS)
def test_an_erasure_that_ends_early_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, deed: str) -> None:
    container = planted(tmp_path, "Ada", "Bo", f"{WHILE_WRITING}! {deed}")
    before = container.path.read_bytes()
    with pytest.raises(ContainerNotRewritten) as caught:
        container.erase(doomed("Ada"))
    assert why(caught.value).startswith("why.cell.")
    assert container.path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["planted.csv"]


@confined
@pytest.mark.parametrize("deed", REACHES)
def test_an_erasure_writes_to_nothing_but_its_own_folder(tmp_path: Path, deed: str) -> None:
    neighbour = tmp_path / "neighbour.csv"
    neighbour.write_text("name\nDi\n")
    container = planted(tmp_path, "Ada", "Bo", f"{WHILE_WRITING}! {deed} {neighbour}")
    before = container.path.read_bytes()
    with pytest.raises(ContainerNotWritable):
        container.erase(doomed("Ada"))
    assert container.path.read_bytes() == before
    assert neighbour.read_text() == "name\nDi\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["neighbour.csv", "planted.csv"]


@confined
def test_a_reader_that_erases_may_not_change_even_the_file_that_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "planted.csv"
    container = planted(tmp_path, "Ada", "Bo", f"{WHILE_WRITING}! write_around {path}")
    before = path.read_bytes()
    with pytest.raises(ContainerNotWritable):
        container.erase(doomed("Ada"))
    assert path.read_bytes() == before


def test_an_erasure_of_the_planted_reader_works_where_it_does_nothing_else(tmp_path: Path) -> None:
    container = planted(tmp_path, "Ada", "Bo")
    assert (container.erase(doomed("Ada")).kept, container.path.read_text()) == (1, "Bo\n")


@pytest.mark.parametrize("lie", ["outside", "twice"])
def test_files_that_an_erasure_names_and_may_not_are_not_swapped(tmp_path: Path, lie: str) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    container = lying(tmp_path, lie)
    with pytest.raises(ContainerNotRewritten):
        container.erase(doomed("Ada"))
    assert (container.path.read_text(), other.read_text()) == (f"{lie}\n", "mine")


def test_a_file_that_has_a_second_name_takes_no_place(tmp_path: Path) -> None:
    container = lying(tmp_path, "link")
    with pytest.raises(NotVerified):
        container.erase(doomed("Ada"))
    assert container.path.read_text() == "link\n"


def test_bytes_that_are_not_those_that_were_asked_for_are_no_item(tmp_path: Path) -> None:
    with pytest.raises(ItemGone):
        lying(tmp_path, "outside").read("", hashlib.sha256(b"Ada").hexdigest())


def test_a_name_that_a_reader_did_not_make_safe_is_made_safe_all_the_same(tmp_path: Path) -> None:
    assert [entry.member for entry in lying(tmp_path, "outside").entries()] == ["a\\x1b[31m\\x0a.jpg"]


def test_a_file_that_ends_the_look_at_a_folder_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "bad.csv", "c.csv"):
        (tmp_path / name).write_text("name\nAda\n")
    monkeypatch.setattr(registry, "recognised", planted_readers.recognised_but_one)
    found = survey(tmp_path)
    assert [one.name.rpartition("/")[2] for one in found.containers] == ["a.csv", "c.csv"]
    assert found.not_understood == (LeftOut("bad.csv", message("why.cell.ended", exit_code=-11)),)
    with pytest.raises(SourceUnreadable) as caught:
        survey(tmp_path / "bad.csv")
    assert why(caught.value) == "why.cell.ended"


def test_entries_behind_the_first_are_listed_alone(tmp_path: Path) -> None:
    container = planted(tmp_path, "Ada", "Bo", "Cy")
    assert [entry.read() for entry in items_of(container.listing(1))] == [b"Bo", b"Cy"]


def test_a_file_that_vanished_is_an_error_that_names_it(tmp_path: Path) -> None:
    container = planted(tmp_path, "Ada")
    container.path.unlink()
    for act in (container.digest, container.fingerprint, lambda: list(container.entries())):
        with pytest.raises(ContainerNotRead):
            act()


@confined
def test_a_database_with_a_log_is_read_and_erased_without_a_file_beside_it(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    path, copy = tmp_path / "live" / "people.db", tmp_path / "copy" / "people.db"
    path.parent.mkdir()
    copy.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE people (name TEXT)")
        db.execute("INSERT INTO people VALUES ('Ada'), ('Bo')")
        for file in (path, path.with_name("people.db-wal")):
            (copy.parent / file.name).write_bytes(file.read_bytes())
    container = reopen("sqlite", copy, "people.db")
    found = {(entry.record or {})["name"]: entry.read() for entry in container.entries()}
    assert set(found) == {"Ada", "Bo"}
    assert sorted(file.name for file in copy.parent.iterdir()) == ["people.db", "people.db-wal"]
    assert container.erase([Doomed("", hashlib.sha256(found["Ada"]).hexdigest())]).kept == 1
    assert not any(b"Ada" in file.read_bytes() for file in copy.parent.iterdir())
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT name FROM people").fetchall() == [("Bo",)]


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*.dsr-new"))
