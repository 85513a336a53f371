"""Opening an index: keys, damage, statements; carrying, checking and destroying it."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

import search_fakes
from dsr_desk.core.message import message, said_all
from dsr_desk.search.index.build import IndexOtherWriter
from dsr_desk.search.index.carry import (
    ExportNotReadable,
    TargetExists,
    claim_index,
    destroy_index,
    export_index,
)
from dsr_desk.search.index.check import check
from dsr_desk.search.index.folder import (
    Index,
    IndexDamaged,
    IndexMissing,
    IndexNewer,
    IndexOtherEngine,
    IndexUnfinished,
    open_database,
)
from dsr_desk.search.index.keyfile import (
    IndexForeign,
    IndexSecretMissing,
    IndexWrongPassphrase,
    RecipientUnusable,
    Secret,
)
from quick_keys import make_keys_quick
from search_fakes import addressed_to, all_items, build_fake, photo


@pytest.fixture
def copy(world, tmp_path) -> Path:
    """A copy of the photo index that a test may spoil."""
    to = tmp_path / "copy.dsrindex"
    shutil.copytree(world.photo_index, to)
    return to


def read_everything(folder: Path, secret: Secret) -> int:
    with Index.open(folder, secret) as index:
        return len(all_items(index)) + len(index.coarse)


def test_an_index_opens_for_its_recipient_alone(world):
    with Index.open(world.photo_index, world.addressed.secret, "fake-1") as index:
        assert len(index.coarse) == index.about.faces == 333
    stranger = addressed_to(pyrage.x25519.Identity.generate())
    with pytest.raises(IndexForeign):
        Index.open(world.photo_index, stranger.secret)
    with pytest.raises(IndexSecretMissing):
        Index.open(world.photo_index, Secret(passphrase="a passphrase"))


def test_a_recipient_that_is_no_key_is_refused_before_anything_is_written(tmp_path, world):
    with pytest.raises(RecipientUnusable):
        export_index(world.photo_index, world.addressed.secret, tmp_path / "x", recipients=["ssh-rsa AAAA"])
    assert list(tmp_path.iterdir()) == []


def test_nothing_there_is_an_error(tmp_path, world):
    with pytest.raises(IndexMissing):
        Index.open(tmp_path / "none.dsrindex", world.addressed.secret)


def test_a_secret_does_not_show_in_what_is_printed():
    assert "rain" not in repr(Secret(passphrase="rain", identity="rain"))


@pytest.mark.parametrize("part", ["index.db", "about.json", "key.age"])
def test_a_missing_part_is_named(copy, world, part):
    (copy / part).unlink()
    with pytest.raises((IndexMissing, IndexDamaged)):
        Index.open(copy, world.addressed.secret)


def test_a_changed_statement_is_noticed(copy, world):
    about = json.loads((copy / "about.json").read_text())
    about["statement"]["photos"] += 1
    (copy / "about.json").write_text(json.dumps(about))
    with pytest.raises(IndexDamaged):
        Index.open(copy, world.addressed.secret)


def test_a_flipped_byte_is_noticed_wherever_it_is(copy, world):
    data = bytearray((copy / "index.db").read_bytes())
    for page in range(0, len(data), 4096 * 10):
        data[page + 2000] ^= 1
    (copy / "index.db").write_bytes(bytes(data))
    with pytest.raises(IndexDamaged):
        read_everything(copy, world.addressed.secret)


def test_an_index_of_a_newer_version_is_not_opened(copy, world):
    with closing(open_database(copy, world.addressed.secret)) as db:
        db.conn.execute("INSERT INTO migrations VALUES ('index-999-later')")
        db.conn.commit()
    with pytest.raises(IndexNewer):
        Index.open(copy, world.addressed.secret)


def test_an_unfinished_index_is_not_searched(copy, world):
    with closing(open_database(copy, world.addressed.secret)) as db:
        db.conn.execute("UPDATE settings SET value = 'building' WHERE key = 'state'")
        db.conn.commit()
    with pytest.raises(IndexUnfinished):
        Index.open(copy, world.addressed.secret)


def test_another_engine_is_refused(world):
    with pytest.raises(IndexOtherEngine):
        Index.open(world.photo_index, world.addressed.secret, "standard-1")


def test_an_exported_index_is_claimed_by_another_vault_and_updated_by_the_first_alone(copy, world, tmp_path):
    other = addressed_to(pyrage.x25519.Identity.generate())
    exported = export_index(copy, world.addressed.secret, tmp_path / "out.dsrx", other.recipients)
    about = claim_index(exported.path, tmp_path / "claimed.dsrindex", other.secret)
    assert about == exported.about
    with Index.open(tmp_path / "claimed.dsrindex", other.secret) as index:
        assert len(index.coarse) == 333
    with pytest.raises(IndexForeign):
        Index.open(tmp_path / "claimed.dsrindex", world.addressed.secret)
    with pytest.raises(IndexOtherWriter):
        build_fake([world.photos], tmp_path / "claimed.dsrindex", addressed=other)


def test_a_passphrase_export_can_be_taken_into_a_vault(copy, world, tmp_path, monkeypatch):
    make_keys_quick(monkeypatch)
    export_index(copy, world.addressed.secret, tmp_path / "out.dsrx", passphrase="rain on the roof")
    secret = Secret(passphrase="rain on the roof")
    other = addressed_to(pyrage.x25519.Identity.generate())
    with pytest.raises(IndexWrongPassphrase):
        claim_index(tmp_path / "out.dsrx", tmp_path / "in.dsrindex", Secret(passphrase="sun on the roof"))
    claim_index(tmp_path / "out.dsrx", tmp_path / "in.dsrindex", secret, other.recipients)
    assert not (tmp_path / "in.dsrindex" / "key.passphrase.age").exists()
    with Index.open(tmp_path / "in.dsrindex", other.secret) as index:
        assert index.about.faces == 333


def test_what_is_no_export_is_refused_and_leaves_nothing(tmp_path, world):
    (tmp_path / "x.dsrx").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(ExportNotReadable):
        claim_index(tmp_path / "x.dsrx", tmp_path / "in.dsrindex", world.addressed.secret)
    with pytest.raises(TargetExists):
        export_index(world.photo_index, world.addressed.secret, tmp_path / "x.dsrx", world.addressed.recipients)
    assert [path.name for path in tmp_path.iterdir()] == ["x.dsrx"]


def test_destroying_removes_the_key_and_everything_else_and_says_what_it_does_not_reach(copy):
    destroyed = destroy_index(copy)
    assert not copy.exists()
    assert destroyed.files[0] == "key.age"
    assert [sentence.code for sentence in destroyed.says] == ["destroyed.key", "destroyed.copies"]
    assert not any(word in said_all(destroyed.says) for word in ("purged", "sanitised"))
    with pytest.raises(IndexMissing):
        destroy_index(copy)


def test_a_check_reads_the_data_again_and_finds_faces_of_the_index(world):
    with Index.open(world.photo_index, world.addressed.secret) as index:
        report = check(index, load=search_fakes.load_fake)
    assert report.ok
    assert report.found_again.found == report.found_again.tried >= 20


def test_a_check_names_what_was_added_removed_and_changed(tmp_path, addressed):
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(4):
        (photos / f"{number}.png").write_bytes(photo((number, 1)))
    table = tmp_path / "t.csv"
    table.write_text("name\nAnn\nBob\n")
    build_fake([photos, table], tmp_path / "i.dsrindex", addressed=addressed)
    (photos / "0.png").unlink()
    (photos / "1.png").write_bytes(photo((9, 1)))
    (photos / "new.png").write_bytes(photo((10, 1)))
    table.write_text("name\nAnn\nBen\n")
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        report = check(index, load=search_fakes.load_fake)
    assert not report.ok
    assert report.changed.changed == (message("item.member", container="photos", member="1.png"),)
    assert message("item.member", container="photos", member="0.png") in report.changed.removed
    assert message("item.member", container="photos", member="new.png") in report.changed.added
    assert len(report.changed.added) == len(report.changed.removed) == 2


def test_a_check_says_which_container_is_gone(tmp_path, addressed):
    table = tmp_path / "t.csv"
    table.write_text("name\nAnn\n")
    build_fake([table], tmp_path / "i.dsrindex", addressed=addressed)
    table.unlink()
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        report = check(index, load=search_fakes.load_fake)
    assert not report.ok
    assert report.problems[0].values["container"] == "t.csv"
