"""Folders of photos as they lie on disk."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets.container import Doomed, ItemGone
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.registry import reopen

JPEG = b"\xff\xd8\xff\xe0 not a whole photo"
PNG = b"\x89PNG\r\n\x1a\n neither"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def listed(root: Path) -> dict[str, tuple[ItemKind, str, str]]:
    return {
        entry.member: (entry.kind, entry.group, entry.problem) for entry in FolderOfPhotos(root, "photos").entries()
    }


def test_photos_are_known_by_content_in_any_depth_and_case(root: Path) -> None:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "ONE.JPG").write_bytes(JPEG)
    (root / "two").write_bytes(PNG)
    (root / "three.jpg").write_bytes(PNG)
    (root / "notes.md").write_bytes(b"text")
    assert listed(root) == {
        "a/b/ONE.JPG": (ItemKind.PHOTO, "a/b/ONE", None),
        "three.jpg": (ItemKind.PHOTO, "three", None),
        "two": (ItemKind.PHOTO, "two", None),
    }


def test_what_is_named_like_a_photo_and_is_none_is_listed_with_the_reason(root: Path) -> None:
    (root / "empty.jpg").touch()
    (root / "text.png").write_bytes(b"hello")
    assert {member: problem for member, (_, _, problem) in listed(root).items()} == {
        "empty.jpg": message("why.photo.empty"),
        "text.png": message("why.photo.by-name-alone"),
    }


def test_sidecars_of_either_habit_are_records_of_their_photo(root: Path) -> None:
    (root / "p.jpg").write_bytes(JPEG)
    (root / "p.json").write_text('{"who": {"mail": "a@example.org"}, "tags": ["x", "y"], "n": 3}')
    (root / "p.jpg.txt").write_text("a caption\n")
    (root / "alone.json").write_text("{}")
    entries = {entry.member: entry for entry in FolderOfPhotos(root, "photos").entries()}
    assert set(entries) == {"p.jpg", "p.json", "p.jpg.txt"}
    assert {entry.group for entry in entries.values()} == {"p"}
    assert entries["p.json"].record == {"who.mail": "a@example.org", "tags.1": "x", "tags.2": "y", "n": "3"}
    assert entries["p.jpg.txt"].record == {"text": "a caption"}


def test_json_that_does_not_parse_is_still_searched_as_text(root: Path) -> None:
    (root / "p.jpg").write_bytes(JPEG)
    (root / "p.json").write_text("{mail: a@example.org")
    records = [entry.record for entry in FolderOfPhotos(root, "photos").entries() if entry.record]
    assert records == [{"text": "{mail: a@example.org"}]


def test_links_that_lead_out_are_named_and_never_followed(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(JPEG)
    (root / "in.jpg").write_bytes(JPEG)
    (root / "link.jpg").symlink_to(outside / "secret.jpg")
    (root / "folder").symlink_to(outside)
    (root / "twice.jpg").symlink_to(root / "in.jpg")
    (root / "loop").symlink_to(root)
    found = listed(root)
    assert set(found) == {"in.jpg", "link.jpg", "folder"}
    assert found["link.jpg"][2] == found["folder"][2] == message("why.folder.link-out")
    digest = hashlib.sha256(JPEG).hexdigest()
    container = reopen("folder", root, "photos")
    for member in ("link.jpg", "folder/secret.jpg", "../outside/secret.jpg", str(outside / "secret.jpg"), "twice.jpg"):
        with pytest.raises(ItemGone):
            container.read(member, digest)
        assert container.erase([Doomed(member, digest)]).missing
    assert (outside / "secret.jpg").exists()
    assert (root / "in.jpg").exists()


def test_a_folder_that_cannot_be_read_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "closed").mkdir()
    (root / "open.jpg").write_bytes(JPEG)
    scandir = os.scandir

    def guarded(path: Path | int) -> object:
        if not isinstance(path, int) and Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert listed(root)["closed"][2] == message("why.folder.closed")


def test_a_device_or_a_pipe_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.jpg")
    assert listed(root) == {}


def test_another_name_of_an_erased_file_is_pointed_out(root: Path) -> None:
    (root / "a.jpg").write_bytes(JPEG)
    os.link(root / "a.jpg", root.parent / "elsewhere")
    done = reopen("folder", root, "photos").erase([Doomed("a.jpg", hashlib.sha256(JPEG).hexdigest())])
    assert done.notes == (message("note.erase.second-names", count=1),)


def test_a_file_that_was_changed_since_is_not_erased(root: Path) -> None:
    (root / "a.jpg").write_bytes(PNG)
    done = reopen("folder", root, "photos").erase([Doomed("a.jpg", hashlib.sha256(JPEG).hexdigest())])
    assert (len(done.missing), done.kept) == (1, 1)
    assert (root / "a.jpg").exists()


def test_leftovers_of_a_killed_run_are_no_items_and_go_with_the_next_run(root: Path) -> None:
    (root / "a.jpg").write_bytes(JPEG)
    (root / ".b.jpg.dsr-new").write_bytes(JPEG)
    assert set(listed(root)) == {"a.jpg"}
    reopen("folder", root, "photos").erase([])
    assert sorted(file.name for file in root.iterdir()) == ["a.jpg"]
