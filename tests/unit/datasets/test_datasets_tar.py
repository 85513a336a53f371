"""Tar archives and WebDataset shards."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from container_checks import doomed, opened, unread

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets import tar
from dsr_desk.datasets.container import TOO_LARGE, Accounts, ContainerDamaged
from dsr_desk.datasets.tar import TarArchive
from dsr_desk.datasets.tar_headers import headers as headers_of
from dsr_desk.datasets.tar_headers import is_header

JPEG = b"\xff\xd8\xff\xe0 photo "


def write(path: Path, members: list[tuple[str, bytes]], **options: object) -> Path:
    with tarfile.open(path, "w", **options) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def headers(path: Path) -> list[tuple[object, ...]]:
    with tarfile.open(path) as archive:
        return [(info.name, info.uid, info.mode, info.mtime, info.pax_headers) for info in archive]


def names(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return archive.getnames()


SHARD = [
    ("d/0001.left.jpg", JPEG + b"1l"),
    ("d/0001.right.jpg", JPEG + b"1r"),
    ("d/0001.json", b'{"id": 1}'),
    ("d/0001.cls", b"3"),
    ("d/0002.v2.jpg", JPEG + b"2"),
    ("d/0002.txt", b"a caption"),
    ("d/0002.npy", b"embedding"),
]


def test_members_belong_to_the_photos_whose_names_they_share_up_to_a_dot(tmp_path: Path) -> None:
    container = opened(write(tmp_path / "s.tar", SHARD))
    assert container.format == "webdataset"
    assert [(entry.kind, entry.member, entry.group) for entry in container.entries()] == [
        (ItemKind.PHOTO, "d/0001.left.jpg", "d/0001"),
        (ItemKind.PHOTO, "d/0001.right.jpg", "d/0001"),
        (ItemKind.RECORD, "d/0001.json", "d/0001"),
        (ItemKind.PHOTO, "d/0002.v2.jpg", "d/0002"),
        (ItemKind.RECORD, "d/0002.txt", "d/0002"),
    ]


def test_a_dot_in_the_folder_does_not_end_a_key(tmp_path: Path) -> None:
    container = opened(write(tmp_path / "s.tar", [("v1.0/a.jpg", JPEG), ("v1.0/a.json", b"{}")]))
    assert {entry.group for entry in container.entries()} == {"v1.0/a"}


def test_labels_and_embeddings_go_with_the_last_photo_of_their_sample(tmp_path: Path) -> None:
    path = write(tmp_path / "s.tar", SHARD)
    container = opened(path)
    done = container.erase(doomed(container, "d/0001.left.jpg", "d/0002.v2.jpg", "d/0002.txt"))
    assert names(path) == ["d/0001.right.jpg", "d/0001.json", "d/0001.cls"]
    assert done.notes == (message("note.tar.followers", count=1),)


def test_members_of_an_ordinary_tar_stay_whatever_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG), ("b.jpg", JPEG + b"b"), ("notes.md", b"x")])
    container = opened(path)
    assert container.format == "tar"
    container.erase(doomed(container, "a.jpg"))
    assert names(path) == ["b.jpg", "notes.md"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_headers_of_the_members_that_stay_are_kept_as_they_are(tmp_path: Path, form: int) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w", format=form, pax_headers={"comment": "kept"}) as archive:
        for number in range(3):
            name = f"{'n' * 90}/{'é' * 20}{number}.jpg" if form != tarfile.USTAR_FORMAT else f"{number}.jpg"
            info = tarfile.TarInfo(name)
            info.size, info.uid, info.mode, info.mtime = len(JPEG) + 1, 1234, 0o600, 1_600_000_000
            archive.addfile(info, io.BytesIO(JPEG + b"%d" % number))
    container = opened(path)
    before = headers(path)
    first = next(iter(container.entries())).member
    container.erase(doomed(container, first))
    assert headers(path) == before[1:]


def test_links_to_an_erased_member_go_with_it_and_are_never_items(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind, target in (
            ("a.jpg", tarfile.REGTYPE, ""),
            ("hard.jpg", tarfile.LNKTYPE, "a.jpg"),
            ("soft.jpg", tarfile.SYMTYPE, "/etc/passwd"),
            ("b.jpg", tarfile.REGTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            info.size = len(JPEG) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(JPEG))
    container = opened(path)
    assert [entry.member for entry in container.entries()] == ["a.jpg", "b.jpg"]
    container.erase(doomed(container, "a.jpg")[:1])
    assert names(path) == ["soft.jpg", "b.jpg"]


def test_a_broken_header_in_the_middle_is_damage_and_not_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG), ("b.jpg", JPEG), ("c.jpg", JPEG)])
    data = bytearray(path.read_bytes())
    data[1024 + 100] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ContainerDamaged):
        list(opened(path).entries())


def test_an_archive_behind_another_is_read_and_erased_from_too(tmp_path: Path) -> None:
    one = write(tmp_path / "one.tar", [("a.jpg", JPEG)])
    two = write(tmp_path / "two.tar", [("b.jpg", JPEG), ("c.jpg", JPEG + b"c")])
    one.write_bytes(one.read_bytes() + two.read_bytes())
    container = opened(one)
    assert [entry.member for entry in container.entries()] == ["a.jpg", "b.jpg", "c.jpg"]
    container.erase(doomed(container, "b.jpg"))
    assert [entry.member for entry in container.entries()] == ["a.jpg", "c.jpg"]


def test_an_archive_from_which_all_went_is_an_archive_still(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG)])
    container = opened(path)
    container.erase(doomed(container, "a.jpg"))
    assert list(opened(path).listing()) == [Accounts(0)]
    assert opened(path).format == "tar"


def test_bytes_behind_the_end_mark_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG)])
    path.write_bytes(path.read_bytes() + b"hidden" * 100)
    (found,) = unread(opened(path))
    assert (found.kind, found.size) == (message("kind.hidden"), 600)
    path.write_bytes(gzip.compress(write(tmp_path / "u.tar", [("a.jpg", JPEG)]).read_bytes()) + b"junk")
    (found,) = unread(opened(path))
    assert (found.why, found.size) == (message("why.packed.hidden"), 4)


def test_every_member_is_an_item_a_label_opened_or_named(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("w.jpg", JPEG + b"w")
        archive.writestr("x.npy", b"\x93NUMPY")
    container = opened(
        write(
            tmp_path / "t.tar",
            [
                ("a.jpg", JPEG),
                ("a.txt", b"beside a photo"),
                ("b.zip", inner.getvalue()),
                ("people.csv", b"name;mail\nWilma Q;w@example.com\n"),
                ("rows.jsonl", b'{"name": "Wilma"}\n'),
                ("list.json", b'[{"name": "Wilma"}, {"name": "Anna"}]'),
                ("alone.json", b'{"name": "Wilma"}'),
                ("about.md", b"Wilma wrote this"),
                ("old.rar", b"Rar!\x1a\x07 more"),
                ("model.bin", b"\1\2\3"),
                ("0.cls", b"3"),
                ("empty.dat", b""),
            ],
        )
    )
    assert [(entry.kind.value, entry.member) for entry in container.entries()] == [
        ("photo", "a.jpg"),
        ("record", "a.txt"),
        ("photo", "b.zip › w.jpg"),
        ("record", "people.csv"),
        ("record", "rows.jsonl"),
        ("record", "list.json"),
        ("record", "list.json"),
        ("record", "alone.json"),
        ("record", "about.md"),
    ]
    assert [(one.place, one.kind) for one in unread(container)] == [
        ("b.zip › x.npy", message("kind.numpy")),
        ("old.rar", message("kind.rar")),
        ("model.bin", message("kind.suffix", suffix=".bin")),
    ]
    for entry in container.entries():
        data = entry.read()
        for hint in (entry.hint, None, 10**9):
            assert container.read(entry.member, hashlib.sha256(data).hexdigest(), 0, hint) == data


def test_a_member_that_the_library_counts_and_the_reader_does_not_is_no_whole_listing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG), ("b.jpg", JPEG)])
    accounts = list(TarArchive(path, "t.tar").listing())[-1]
    assert accounts == Accounts(2, items=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tar, "headers", lambda file, at=0: islice(headers_of(file, at), 1))
        accounts = list(TarArchive(path, "t.tar").listing())[-1]
    assert isinstance(accounts, Accounts)
    assert accounts.answered < accounts.own


def test_sparse_members_are_read_whole_and_stay_sparse(tmp_path: Path) -> None:
    content = bytearray(200_000)
    content[:10], content[150_000:150_010] = JPEG[:10], b"0123456789"
    (tmp_path / "s.jpg").write_bytes(JPEG)
    with (tmp_path / "s.jpg").open("r+b") as file:
        file.truncate(0)
        for at in (0, 150_000):
            file.seek(at)
            file.write(content[at : at + 10])
        file.truncate(len(content))
    (tmp_path / "b.jpg").write_bytes(JPEG)
    for form in ("gnu", "posix"):
        path = tmp_path / f"{form}.tar"
        command = ["tar", "--sparse", f"--format={form}", "-cf", str(path), "b.jpg", "s.jpg"]
        subprocess.run(command, cwd=tmp_path, check=True)
        assert path.stat().st_size < len(content)
        container = opened(path)
        assert [entry.read() for entry in container.entries()] == [JPEG, bytes(content)]
        container.erase(doomed(container, "b.jpg"))
        assert [(entry.member, entry.read()) for entry in container.entries()] == [("s.jpg", bytes(content))]
        assert path.stat().st_size < len(content)


def test_attributes_of_members_are_named_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a.jpg", "b.jpg"):
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(JPEG), {"SCHILY.xattr.user.owner": "Wilma"}
            archive.addfile(info, io.BytesIO(JPEG))
    container = opened(path)
    assert [(one.place, one.kind.code) for one in unread(container)] == [
        ("a.jpg", "kind.attributes"),
        ("b.jpg", "kind.attributes"),
    ]
    container.erase(doomed(container, "a.jpg"))
    assert headers(path)[0][-1] == {"SCHILY.xattr.user.owner": "Wilma"}


DOTS = [
    ("2020.05.01_anna.jpg", JPEG + b"anna"),
    ("2020.05.01_anna.json", b'{"name": "Anna"}'),
    ("2020.05.01_anna.npy", b"\x93NUMPY anna"),
    ("2020.05.02_w.jpg", JPEG + b"w"),
    ("2020.05.02_w.json", b'{"name": "Wilma"}'),
    ("2020.05.02_w.npy", b"\x93NUMPY w"),
    ("2020.npy", b"\x93NUMPY of both"),
]


def test_keys_with_dots_make_no_sample_of_two_people(tmp_path: Path) -> None:
    path = write(tmp_path / "s.tar", DOTS)
    container = opened(path)
    assert {entry.group for entry in container.entries()} == {"2020.05.01_anna", "2020.05.02_w"}
    done = container.erase(doomed(container, "2020.05.02_w.jpg", "2020.05.02_w.json"))
    assert names(path) == [*(name for name, _ in DOTS[:3]), "2020.npy"]
    assert done.notes == (message("note.tar.followers", count=1), message("note.archive.beside", count=1))


def test_a_member_that_claims_to_be_huge_is_a_problem_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    size = 300 * 1024 * 1024
    info = tarfile.TarInfo("bomb.jpg")
    info.size = size
    with path.open("wb") as file:
        file.write(info.tobuf())
        file.write(JPEG)
        file.truncate(512 + size)
        file.seek(0, 2)
        file.write(b"\0" * 1024)
    (entry,) = opened(path).entries()
    assert entry.problem == TOO_LARGE


@pytest.mark.parametrize(("field", "total"), [(b"no digit", -1), (b"\0 random", 0), (b"-0000001", -1), (b"", -1)])
def test_bytes_whose_sum_no_header_states_are_no_header(field: bytes, total: int) -> None:
    """One photo or zip in some thousands adds up to nothing, as numbers with signs, by chance."""
    block = bytearray(b"PK\3\4" + bytes(508))
    block[148:156] = field.ljust(8, b"?")
    over = sum(block[:148]) + sum(block[156:]) + 8 * ord(" ") - total
    for place in range(4, 4 + over // 128):
        block[place] = 128
    block[100] = 256 - over % 128 if over % 128 else 0
    signed = sum(byte - 256 * (byte > 127) for byte in block[:148] + b" " * 8 + block[156:])
    assert signed == total
    assert not is_header(bytes(block))
