"""Layouts are recognised by what lies around a file, and their parts are never written anew loosely."""

from __future__ import annotations

from pathlib import Path

import pytest
from layout_samples import doomed_in, laid_out, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import SourceNotUnderstood, survey

pytestmark = pytest.mark.usefixtures("readers_in_process")

AROUND = {
    "hudi": ("part.parquet", [".hoodie/20240101.commit"]),
    "tensorflow-datasets": ("part.parquet", ["dataset_info.json", "features.json"]),
    "saved-by-datasets": ("part.parquet", ["dataset_info.json", "state.json"]),
    "hub-cache": ("blobs/" + "a" * 64, ["refs/main", "snapshots/x/README.md"]),
    "git-objects": (".git/lfs/objects/aa/bb", [".git/objects/pack/x.idx"]),
    "dvc-cache": (".dvc/cache/files/md5/aa/bb", [".dvc/config"]),
}
"""Kinds whose parts stay as they are: where a part lies, and what lies around it."""


@pytest.mark.parametrize("kind", AROUND)
def test_a_part_is_read_and_not_written_anew_loosely(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "set"
    part = laid_out(root, *AROUND[kind])
    before = stored(root)
    containers = [one for one in survey(root).containers if one.path == part]
    for container in (*containers, *survey(part).containers):
        for refused in (container.before_erasing, container.erase):
            with pytest.raises(PartOfLayout) as caught:
                refused(doomed_in(container))
            assert caught.value.details["layout"] == message(f"layout.{kind}")
    assert len(containers) == 1
    assert stored(root) == before


@pytest.mark.parametrize(
    ("kind", "files"),
    {
        "delta": ["_delta_log/00000000000000000000.json", "_delta_log/_last_checkpoint"],
        "iceberg": ["metadata/00000-a.metadata.json"],
        "hudi": [".hoodie/20240101.commit"],
        "tensorflow-datasets": ["dataset_info.json", "features.json"],
        "saved-by-datasets": ["dataset_info.json", "state.json"],
    }.items(),
)
def test_a_layouts_own_files_are_named_and_are_no_tables(kind: str, files: list[str], tmp_path: Path) -> None:
    root = tmp_path / "set"
    laid_out(root, "part.parquet", files)
    found = survey(root)
    assert [one.name for one in found.containers] == ["set/part.parquet"]
    why = message("why.layout.own", layout=message(f"layout.{kind}"))
    assert {one.name: one.why for one in found.not_understood} == dict.fromkeys(files, why)
    for alone in (root / files[0], (root / files[0]).parent):
        if alone != root:
            with pytest.raises(SourceNotUnderstood):
                survey(alone)


def test_a_table_that_lies_in_no_layout_is_erased_as_ever(tmp_path: Path) -> None:
    part = laid_out(tmp_path / "set", "part.parquet", ["README.md", "metadata/people.json"])
    (container,) = survey(part).containers
    assert container.before_erasing(doomed_in(container)) == ()
    assert len(container.erase(doomed_in(container)).erased) == 1


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("w.jpg", "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12345\n", "lfs"),
        ("people.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12345\n", "lfs"),
        ("p.parquet", "/annex/objects/SHA256E-s1--aa.parquet\n", "annex"),
        ("people.csv.dvc", "outs:\n- md5: aa\n  size: 3\n  path: people.csv\n", "dvc"),
        (".w.jpg.icloud", "bplist00", "icloud"),
        ("people.gsheet", '{"url": "x", "doc_id": "y"}', "document"),
    ],
)
def test_a_pointer_is_named_and_is_neither_photo_nor_table(name: str, text: str, kind: str, tmp_path: Path) -> None:
    root = tmp_path / "set"
    laid_out(root, "other.parquet", [])
    (root / name).write_text(text)
    found = survey(root)
    why = message(f"why.pointer.{kind}")
    listed = {entry.member: entry.problem for one in found.containers for entry in one.entries() if entry.problem}
    assert listed | {one.name: one.why for one in found.not_understood} == {name: why}
    assert not any(one.path.name == name for one in found.containers)


def test_a_file_that_dvc_tracks_and_that_is_here_is_no_pointer(tmp_path: Path) -> None:
    root = tmp_path / "set"
    laid_out(root, "other.parquet", [])
    (root / "other.parquet.dvc").write_text("outs:\n- md5: aa\n  path: other.parquet\n")
    assert message("why.pointer.dvc") not in [one.why for one in survey(root).not_understood]


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    root = tmp_path / "set"
    laid_out(root, "other.parquet", [])
    (root / "a.jpg").symlink_to(root / "gone.jpg")
    (root / "b.jpg").symlink_to(".git/annex/objects/xx/SHA256E-s1--aa.jpg")
    (root / "c.parquet").symlink_to("other.parquet")
    named = {one.name: one.why for one in survey(root).not_understood}
    assert named == {"a.jpg": message("why.folder.link-broken"), "b.jpg": message("why.pointer.annex")}


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    root = tmp_path / "set"
    laid_out(root, "other.parquet", [])
    (root / "people.csv").touch()
    assert [(one.name, one.why) for one in survey(root).not_understood] == [("people.csv", message("why.file.empty"))]
