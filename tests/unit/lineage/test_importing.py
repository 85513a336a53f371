"""Lineage is read in a cell: what a file does there costs that file only, and what comes out of it is checked."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import planted_importers
import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Edge, Node, NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.jobs.cell import Limits
from dsr_desk.jobs.confine import enforced
from dsr_desk.lineage.importers import registry
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import LineageFileUnreadable, cut, import_file, read_file, read_pieces
from mlflow_store import store_of_files

files_kept = pytest.mark.skipif(not enforced().files, reason="the kernel does not keep files from cells here")
calls_kept = pytest.mark.skipif(not enforced().calls, reason="the kernel does not keep calls from cells here")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    path = folder / "own.csv"
    path.write_text("from_kind,from_name,role,to_kind,to_name\ndataset,faces,train,model,gate\n")
    return path


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A model as the cache of Hugging Face keeps it."""
    blobs = tmp_path / "models--acme--gate" / "blobs"
    made = blobs.parent / "snapshots" / "0a1b"
    blobs.mkdir(parents=True)
    made.mkdir(parents=True)
    (blobs / "c0ffee").write_text("---\nbase_model: acme/base\n---\n# Gate\n")
    (made / "README.md").symlink_to("../../blobs/c0ffee")
    return made


@pytest.mark.parametrize(("does", "code"), planted_importers.ENDS.items())
def test_a_file_that_ends_its_reader_or_answers_with_no_graph_is_named_with_the_reason(
    does: Callable[[Path], Iterable[object]], code: str, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "read_pieces", does)
    monkeypatch.setattr(
        registry, "_limits", lambda *_: Limits(seconds=1 if code.endswith("slow") else 60, memory=1 << 28)
    )
    with pytest.raises(LineageFileUnreadable) as refused:
        import_file(table)
    assert refused.value.details["file"] == "own.csv"
    assert refused.value.why.code == code
    assert "Jane" not in str(refused.value.as_json())

    monkeypatch.setattr(registry, "read_pieces", read_pieces)
    assert len(import_file(table).nodes) == 2


@calls_kept
@files_kept
@pytest.mark.parametrize("does", planted_importers.REACHES)
def test_a_file_reaches_no_other_file_no_network_and_no_process(
    does: Callable[[Path], Iterable[object]], table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sorted(table.parent.iterdir())
    monkeypatch.setattr(registry, "read_pieces", does)
    with pytest.raises(LineageFileUnreadable) as refused:
        import_file(table)
    assert refused.value.why.code == "why.cell.fault"
    assert "PermissionError" in refused.value.what_happened
    assert sorted(table.parent.iterdir()) == there


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_what_is_cut_into_pieces_is_whole_again(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "A_PIECE", 4)
    nodes = tuple(Node(f"model:{i}", NodeKind.MODEL, f"{i}") for i in range(count))
    edges = tuple(Edge("model:0", node.id, Role.DERIVE, source="d") for node in nodes[1:])
    whole = Imported("own.csv", "any", "d", nodes, edges, (message("note.lineage.nothing"),), "2026-01-01T00:00:00Z")
    pieces = list(cut(whole))
    assert max(len(one.nodes) + len(one.edges) for one in pieces) <= 4
    assert registry._joined(iter(pieces)) == whole


def test_more_than_a_graph_can_hold_is_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MOST_THINGS", 2)
    with pytest.raises(LineageFileUnreadable):
        import_file(table)


def test_a_path_may_be_given_as_it_is_seen_from_here(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(table.parent)
    assert import_file(Path("own.csv")) == import_file(table)


@files_kept
def test_a_link_out_of_a_folder_is_not_followed_and_is_named(tmp_path: Path) -> None:
    elsewhere = store_of_files(tmp_path / "elsewhere")
    whole = store_of_files(tmp_path / "mlruns")
    shutil.rmtree(whole / "1" / "datasets")
    (whole / "1" / "datasets").symlink_to(elsewhere / "1" / "datasets")
    with pytest.raises(LineageFileUnreadable) as refused:
        import_file(whole)
    assert refused.value.why.code == "why.lineage.link"
    assert refused.value.why.values["name"] == "1/datasets"

    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "mlruns").symlink_to(elsewhere)
    with pytest.raises(LineageFileUnreadable) as refused:
        import_file(tmp_path / "project")
    assert refused.value.why.code == "why.lineage.link"


@files_kept
def test_a_link_to_a_file_outside_is_not_followed_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "dvc.lock").symlink_to(tmp_path / "dvc.lock")
    with pytest.raises(LineageFileUnreadable) as refused:
        import_file(tmp_path / "project")
    assert refused.value.why.values == {"name": "dvc.lock"}


@pytest.mark.parametrize("hidden", ["1/r/inputs", "1/r/inputs/i", "1/datasets", "models/gate", "code"])
def test_a_folder_that_cannot_be_looked_into_is_no_empty_one(
    hidden: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store_of_files(tmp_path / "mlruns")
    if hidden == "code":
        shutil.rmtree(whole)
        (whole / "code").mkdir(parents=True)
        (whole / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    looked_into = os.scandir

    def scandir(path: str) -> object:
        if Path(path) == whole / hidden:
            raise PermissionError(errno.EACCES, "no", str(path))
        return looked_into(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(LineageFileUnreadable) as refused:
        read_file(whole)
    assert refused.value.why == message("why.no-permission")


def test_a_file_named_by_a_link_is_read(table: Path, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(table)
    assert len(import_file(tmp_path / "link.csv").nodes) == 2


def test_a_folder_in_the_cache_of_hugging_face_is_read_through_its_links(snapshot: Path) -> None:
    assert {node.name for node in import_file(snapshot).nodes} == {"acme/gate", "acme/base"}


@files_kept
def test_only_the_blobs_of_such_a_folder_are_read_through_links(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("---\nbase_model: acme/base\n---\n# Gate\n")
    (snapshot / "README.md").unlink()
    (snapshot / "README.md").symlink_to(tmp_path / "other")
    with pytest.raises(LineageFileUnreadable) as refused:
        import_file(snapshot)
    assert refused.value.why.code == "why.lineage.link"


@pytest.fixture
def crashed(mlflow_store: Path, tmp_path: Path) -> Path:
    """A store whose server was killed: what it wrote last lies in the log, and nobody has it open."""
    db = sqlite3.connect(mlflow_store)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("INSERT INTO datasets VALUES ('d9', 1, 'fresh', '00', 'local', '{}')")
    db.commit()
    copy = tmp_path / "copy"
    copy.mkdir()
    for end in ("", "-wal"):
        shutil.copy(f"{mlflow_store}{end}", copy)
    db.close()
    return copy / mlflow_store.name


def test_the_log_of_a_database_that_was_not_closed_is_read_and_nothing_is_written_beside_it(crashed: Path) -> None:
    before = {path.name: path.read_bytes() for path in crashed.parent.iterdir()}
    assert "fresh" in {node.name for node in import_file(crashed).nodes}
    assert {path.name: path.read_bytes() for path in crashed.parent.iterdir()} == before


def test_the_log_is_found_where_a_linked_database_lies(crashed: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(crashed)
    assert "fresh" in {node.name for node in import_file(tmp_path / "link.db").nodes}


def test_a_database_that_stopped_in_the_middle_of_a_change_is_refused(mlflow_store: Path, tmp_path: Path) -> None:
    """The journal holds what the pages held before; without it half a change would be read."""
    copy = tmp_path / "copy"
    copy.mkdir()
    with sqlite3.connect(mlflow_store) as db:
        db.execute("PRAGMA cache_size = 1")
        db.execute("PRAGMA cache_spill = 1")
        db.execute("BEGIN")
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
            "INSERT INTO tags SELECT 'k', hex(randomblob(40)), i FROM n"
        )
        for end in ("", "-journal"):
            shutil.copy(f"{mlflow_store}{end}", copy)
        db.rollback()
    db.close()
    assert (copy / f"{mlflow_store.name}-journal").stat().st_size
    with pytest.raises(LineageFileDamaged) as refused:
        import_file(copy / mlflow_store.name)
    assert refused.value.why.code == "damage.database-unfinished"


def test_a_damaged_name_in_a_database_is_no_traceback(mlflow_store: Path) -> None:
    """SQLite quotes the name in what it complains of, and what it quotes is no text."""
    data = mlflow_store.read_bytes()
    damaged = data.replace(b"tablerunsruns", b"table\xff\xfe\xff\xferuns").replace(
        b"CREATE TABLE runs", b"CREATE TXBLE runs"
    )
    assert damaged.count(b"\xff\xfe\xff\xfe") == 1
    mlflow_store.write_bytes(damaged)
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(mlflow_store)
    assert refused.value.why.code == "damage.database"


def test_what_does_not_fit_into_memory_at_once_is_sorted_without_a_file(mlflow_store: Path) -> None:
    with sqlite3.connect(mlflow_store) as db:
        db.execute("DROP TABLE IF EXISTS logged_model_metrics")
        db.execute("CREATE TABLE logged_model_metrics (model_id TEXT, dataset_name TEXT, dataset_digest TEXT)")
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
            "INSERT INTO logged_model_metrics SELECT hex(randomblob(30)), hex(randomblob(30)), i FROM n"
        )
    db.close()
    assert import_file(mlflow_store).nodes
