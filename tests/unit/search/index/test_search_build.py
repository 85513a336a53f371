"""Building an index: the ledger, crashes, kills, updates, what is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import search_fakes
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.items import DatasetVersion, LedgerClass
from dsr_desk.datasets.csv_table import NoHeader
from dsr_desk.datasets.registry import SourceEmpty
from dsr_desk.jobs.progress import CancelToken, Progress
from dsr_desk.search.index.about import IndexPurpose, IndexSigner
from dsr_desk.search.index.build import (
    FolderNotAnIndex,
    IndexOtherDataset,
    IndexOtherEngine,
    SourcesAlike,
)
from dsr_desk.search.index.folder import Index, IndexUnfinished
from dsr_desk.storage.locks import FileLock, InUse
from search_fakes import all_items, build_fake, contents, photo


def shard(path: Path, people: range, shots: range = range(2)) -> None:
    with tarfile.open(path, "w") as archive:
        for person in people:
            for shot in shots:
                for name, data in (
                    (f"{person:04}{shot}.png", photo((person, shot))),
                    (f"{person:04}{shot}.json", f'{{"account_id": "a{person}", "email": "p{person}@x.org"}}'.encode()),
                ):
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    archive.addfile(info, BytesIO(data))


def test_every_photo_ends_in_exactly_one_class_of_the_ledger(world):
    report = world.photo_report
    assert report.photos == sum(report.ledger.values()) == 110 * 3 + 4
    assert report.ledger["faces"] == 331
    assert report.ledger["no_face_found"] == 1
    assert report.ledger["unreadable"] == 1
    assert report.ledger["crashed"] == 1
    assert report.faces == 333
    assert report.records == 1


def test_a_photo_that_ends_its_worker_costs_nothing_else(world):
    with Index.open(world.photo_index, world.addressed.secret) as index:
        crashed = [item for item in all_items(index) if item.ledger_class is LedgerClass.CRASHED]
    assert [item.address.member for item in crashed] == ["crash.png"]
    assert len(crashed[0].address.digest) == 64
    assert "code 3" in crashed[0].reason.say()


def test_a_record_keeps_all_its_fields(world):
    with Index.open(world.table_index, world.addressed.secret) as index:
        rows = [index.fields(item.row) for item in all_items(index)]
    assert rows[0]["email"] == "ann.lee@example.org"
    assert rows[2]["name"] == "Łukasz Müller"
    assert "email" not in rows[1]


def test_thumbnails_are_kept_only_when_asked_for(world):
    with Index.open(world.photo_index, world.addressed.secret) as index:
        item = next(item for item in all_items(index) if item.address.member == "group.png")
        assert index.thumbnail(item.address.id, 2)[:3] == b"\xff\xd8\xff"
        assert index.thumbnail(item.address.id, 3) is None


def test_an_index_holds_less_than_a_kilobyte_a_face(tmp_path, addressed):
    photos = tmp_path / "photos"
    photos.mkdir()
    for person in range(60):
        faces = [((person * 12 + i) % 500, i) for i in range(12)]
        (photos / f"{person}.png").write_bytes(photo(*faces))
    report = build_fake([photos], tmp_path / "a.dsrindex", addressed=addressed)
    size = sum(path.stat().st_size for path in (tmp_path / "a.dsrindex").iterdir())
    empty = 30 * 4096
    assert report.faces == 720
    assert (size - empty) / report.faces < 1024


def test_items_that_are_alike_in_everything_are_counted(tmp_path, addressed):
    table = tmp_path / "people.csv"
    table.write_text("name,email\nAnn,a@x.org\nBob,b@x.org\nAnn,a@x.org\nAnn,a@x.org\n")
    report = build_fake([table], tmp_path / "a.dsrindex", addressed=addressed)
    with Index.open(tmp_path / "a.dsrindex", addressed.secret) as index:
        occurrences = [item.address.occurrence for item in all_items(index)]
    assert report.records == 4
    assert occurrences == [0, 0, 1, 2]


def test_an_index_that_was_killed_goes_on_and_equals_one_that_was_not(tmp_path, addressed):
    for number in range(3):
        shard(tmp_path / f"s{number}.tar", range(number * 40, number * 40 + 40))
    sources = [tmp_path / f"s{number}.tar" for number in range(3)]
    killed, whole = tmp_path / "killed.dsrindex", tmp_path / "whole.dsrindex"
    program = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from pathlib import Path\n"
        "import search_fakes\n"
        "from dsr_desk.search.index import build\n"
        "from dsr_desk.search.index.keyfile import Secret\n"
        "build.REPORT_SECONDS = 0\n"
        "if __name__ == '__main__':\n"
        "    public, secret, to, *sources = sys.argv[2:]\n"
        "    addressed = build.Addressed((public,), Secret(identity=secret))\n"
        "    search_fakes.build_fake([Path(s) for s in sources], Path(to), addressed=addressed,\n"
        "        report=lambda moment: print(moment.done, flush=True))\n"
    )
    script = tmp_path / "program.py"
    script.write_text(program)
    for stop in (70, 190):
        arguments = [
            str(Path(search_fakes.__file__).parent),
            addressed.recipients[0],
            addressed.secret.identity,
            str(killed),
        ]
        child = subprocess.Popen(
            [sys.executable, str(script), *arguments, *map(str, sources)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) >= stop:
                os.kill(child.pid, signal.SIGKILL)
                break
        child.stdout.close()
        child.wait()
        assert child.returncode == -signal.SIGKILL
        with pytest.raises(IndexUnfinished):
            Index.open(killed, addressed.secret)
    resumed = build_fake(sources, killed, addressed=addressed)
    build_fake(sources, whole, addressed=addressed)
    assert resumed.photos == 240
    assert contents(killed, addressed) == contents(whole, addressed)


def test_adding_a_shard_reads_only_that_one(tmp_path, addressed):
    shards = tmp_path / "shards"
    shards.mkdir()
    shard(shards / "a.tar", range(5))
    build_fake([shards], tmp_path / "i.dsrindex", addressed=addressed)
    shard(shards / "b.tar", range(5, 9))
    report = build_fake([shards], tmp_path / "i.dsrindex", addressed=addressed)
    assert (report.read, report.kept, report.photos, report.records) == (1, 1, 18, 18)


def test_a_changed_shard_is_read_again_and_a_removed_one_taken_out(tmp_path, addressed):
    shards, to = tmp_path / "shards", tmp_path / "i.dsrindex"
    shards.mkdir()
    for name, people in (("a", range(4)), ("b", range(4, 8)), ("c", range(8, 12))):
        shard(shards / f"{name}.tar", people)
    build_fake([shards], to, addressed=addressed)
    shard(shards / "a.tar", range(20, 23))
    (shards / "b.tar").unlink()
    report = build_fake([shards], to, addressed=addressed)
    build_fake([shards], tmp_path / "new.dsrindex", addressed=addressed)
    assert (report.read, report.kept, report.removed) == (1, 1, 1)
    assert contents(to, addressed) == contents(tmp_path / "new.dsrindex", addressed)


def test_only_new_photos_of_a_changed_folder_are_looked_at(tmp_path, addressed):
    photos, to = tmp_path / "photos", tmp_path / "i.dsrindex"
    photos.mkdir()
    for number in range(6):
        (photos / f"{number}.png").write_bytes(photo((number, 0), (number + 50, 1)))
    (photos / "1.json").write_text('{"email": "a@x.org"}')
    build_fake([photos], to, addressed=addressed)
    (photos / "0.png").unlink()
    (photos / "2.png").write_bytes(photo((30, 0)))
    (photos / "new.png").write_bytes(photo((31, 0)))
    report = build_fake([photos], to, addressed=addressed, load=_only_one_face)
    assert (report.photos, report.records, report.faces) == (6, 1, 10)
    build_fake([photos], tmp_path / "new.dsrindex", addressed=addressed)
    assert contents(to, addressed) == contents(tmp_path / "new.dsrindex", addressed)


def test_a_table_whose_rows_moved_keeps_them(tmp_path, addressed):
    table, to = tmp_path / "t.csv", tmp_path / "i.dsrindex"
    table.write_text("name,email\nAnn,a@x.org\nBob,b@x.org\nAnn,a@x.org\nCy,c@x.org\n")
    build_fake([table], to, addressed=addressed)
    table.write_text("name,email\nDee,d@x.org\nAnn,a@x.org\nCy,c@x.org\n")
    report = build_fake([table], to, addressed=addressed)
    assert report.records == 3
    build_fake([table], tmp_path / "new.dsrindex", addressed=addressed)
    assert contents(to, addressed) == contents(tmp_path / "new.dsrindex", addressed)


def test_cancelling_keeps_what_is_done_and_says_that_it_is_not_all(tmp_path, addressed):
    for name, people in (("a", range(20)), ("b", range(20, 40))):
        shard(tmp_path / f"{name}.tar", people)
    cancel, to = CancelToken(), tmp_path / "i.dsrindex"
    sources = [tmp_path / "a.tar", tmp_path / "b.tar"]

    def stop(moment: Progress) -> None:
        if moment.done >= 1:
            cancel.cancel()

    report = build_fake(sources, to, addressed=addressed, cancel=cancel, report=stop)
    assert not report.complete
    assert 0 < report.photos < 80
    with Index.open(to, addressed.secret) as index:
        assert {state.state for state in index.containers()} >= {"waiting"}
    resumed = build_fake(sources, to, addressed=addressed)
    build_fake(sources, tmp_path / "whole.dsrindex", addressed=addressed)
    assert resumed.complete
    assert contents(to, addressed) == contents(tmp_path / "whole.dsrindex", addressed)


def test_a_damaged_shard_keeps_what_lies_before_the_damage(tmp_path, addressed):
    shard(tmp_path / "a.tar", range(10))
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[: len(data) // 2])
    report = build_fake([tmp_path / "a.tar"], tmp_path / "i.dsrindex", addressed=addressed)
    assert 0 < report.photos < 20
    assert list(report.damaged) == ["a.tar"]


def test_the_statement_is_signed_and_says_what_was_read(tmp_path, addressed):
    key = Ed25519PrivateKey.generate()
    signer = IndexSigner(key.public_key().public_bytes_raw().hex(), key.sign)
    register = IndexPurpose(purpose="finding data subjects", destroy_by="2027-01-01")
    shard(tmp_path / "a.tar", range(3))
    to = tmp_path / "i.dsrindex"
    build_fake([tmp_path / "a.tar"], to, addressed=addressed, signer=signer, register=register)
    envelope = json.loads((to / "about.json").read_bytes())
    assert envelope["public_key"] == signer.public_key
    signature, statement = bytes.fromhex(envelope["signature"]), envelope["statement"]
    key.public_key().verify(signature, canonical_json(statement))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, canonical_json({**statement, "photos": 7}))
    with Index.open(to, addressed.secret) as index:
        assert index.about.register == register
        assert (index.about.photos, index.about.records, index.about.containers) == (6, 6, {"read": 1})


def test_an_empty_folder_is_an_error(tmp_path, addressed):
    (tmp_path / "photos").mkdir()
    with pytest.raises(SourceEmpty):
        build_fake([tmp_path / "photos"], tmp_path / "i.dsrindex", addressed=addressed)
    assert not (tmp_path / "i.dsrindex").exists()


def test_two_sources_of_one_name_are_refused(tmp_path, addressed):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shard(tmp_path / folder / "s.tar", range(2))
    with pytest.raises(SourcesAlike):
        build_fake([tmp_path / "a/s.tar", tmp_path / "b/s.tar"], tmp_path / "i.dsrindex", addressed=addressed)


def test_an_index_belongs_to_one_dataset_version_and_one_engine(world):
    other = DatasetVersion("people", "2")
    with pytest.raises(IndexOtherDataset):
        build_fake([world.table], world.table_index, addressed=world.addressed, version=other)
    with pytest.raises(IndexOtherEngine):
        build_fake([world.table], world.table_index, addressed=world.addressed, load=_other_engine)
    with Index.open(world.table_index, world.addressed.secret) as index:
        assert index.about.records == 5


def test_a_folder_that_is_no_index_is_left_alone(tmp_path, addressed, world):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(FolderNotAnIndex):
        build_fake([world.table], tmp_path / "mine", addressed=addressed)


def test_two_builders_of_one_index_are_refused(tmp_path, addressed, world):
    to = tmp_path / "i.dsrindex"
    to.mkdir()
    lock = FileLock(to / ".lock", to)
    try:
        with pytest.raises(InUse):
            build_fake([world.table], to, addressed=addressed)
    finally:
        lock.release()


class _OneFaceEngine(search_fakes.FakeEngine):
    """Breaks on any photo with more than one face, so it shows which photos are looked at."""

    def detect(self, pixels):
        assert pixels[0, 0, 0] == 1
        return super().detect(pixels)


def _only_one_face() -> search_fakes.FakeEngine:
    return _OneFaceEngine()


def _other_engine() -> search_fakes.FakeEngine:
    engine = search_fakes.FakeEngine()
    engine.digest = "fake-2"
    return engine


def test_a_table_without_a_header_is_an_error_where_it_was_named_and_a_gap_in_a_folder(tmp_path, addressed):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.png").write_bytes(photo((1, 1)))
    (folder / "people.csv").write_text("Ada Example,ada@example.org\nBo Example,bo@example.org\n")
    with pytest.raises(NoHeader):
        build_fake([folder / "people.csv"], tmp_path / "named.dsrindex", addressed=addressed)

    report = build_fake([folder], tmp_path / "folder.dsrindex", addressed=addressed)

    assert report.photos == 1
    assert "names of its columns" in report.damaged["data/people.csv"].say()
