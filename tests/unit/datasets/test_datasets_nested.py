"""Containers inside containers: found at any bounded depth, erased from inside out, named where a bound is passed."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
import zstandard

from dsr_desk.core.message import message
from dsr_desk.datasets import archive, nested
from dsr_desk.datasets.container import Container, Doomed, Unread
from dsr_desk.datasets.erasing import NotVerified
from dsr_desk.datasets.registry import open_source
from dsr_desk.datasets.zip import ZipArchive
from dsr_desk.jobs import scratch

JPEG = b"\xff\xd8\xff\xe0 photo "
ROWS = b"name;mail\nAnna Novotna;a@example.com\nWilma Q;w@example.com\n"


def tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in members:
            made.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


PACKS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}


def opened(path: Path, data: bytes) -> Container:
    path.write_bytes(data)
    (container,) = open_source(path)
    return container


def addresses(container: Container) -> list[str]:
    return [entry.member for entry in container.entries()]


def unread(container: Container) -> list[Unread]:
    return [one for one in container.listing() if isinstance(one, Unread)]


def doomed_at(container: Container, position: int) -> Doomed:
    entries = [(entry.member, hashlib.sha256(entry.read()).hexdigest()) for entry in container.entries()]
    return Doomed(*entries[position], entries[:position].count(entries[position]))


def test_an_address_leads_through_and_an_erasure_goes_inside_out(tmp_path: Path) -> None:
    deepest = zipped(("w.jpg", JPEG + b"w"), ("anna.jpg", JPEG + b"anna"))
    middle = tar(("c.zip", deepest), ("people.csv.zst", zstandard.compress(ROWS)), ("notes.bin", b"\1\2"))
    container = opened(tmp_path / "a.zip", zipped(("b.tar.gz", gzip.compress(middle)), ("top.jpg", JPEG)))
    assert addresses(container) == [
        "b.tar.gz › c.zip › w.jpg",
        "b.tar.gz › c.zip › anna.jpg",
        "b.tar.gz › people.csv.zst",
        "b.tar.gz › people.csv.zst",
        "top.jpg",
    ]
    assert [one.place for one in unread(container)] == ["b.tar.gz › notes.bin"]
    both = [doomed_at(container, 0), doomed_at(container, 3)]
    for one in both:
        assert hashlib.sha256(container.read(one.member, one.digest)).hexdigest() == one.digest
    done = container.erase(both)
    assert (done.kept, set(done.erased)) == (3, set(both))
    assert addresses(container) == ["b.tar.gz › c.zip › anna.jpg", "b.tar.gz › people.csv.zst", "top.jpg"]
    assert [entry.read() for entry in container.entries()][1] == b"Anna Novotna;a@example.com"
    assert [one.place for one in unread(container)] == ["b.tar.gz › notes.bin"]


def test_of_a_photo_in_two_inner_archives_only_the_meant_one_goes(tmp_path: Path) -> None:
    inner = zipped(("w.jpg", JPEG))
    container = opened(tmp_path / "t.tar", tar(("one.zip", inner), ("one.zip", inner), ("w.jpg", JPEG)))
    container.erase([doomed_at(container, 1)])
    with tarfile.open(tmp_path / "t.tar") as left:
        contents = [left.extractfile(info).read() for info in left]  # type: ignore[union-attr]
    assert contents[0] == inner
    assert contents[2] == JPEG
    assert addresses(container) == ["one.zip › w.jpg", "w.jpg"]


@pytest.mark.parametrize(
    "document",
    [
        b'[{"name": "Anna"}, {"name": "Wilma"}]',
        b'{"people": [{"name": "Anna"}, {"name": "Wilma"}]}',
        b'{"1.jpg": {"name": "Anna"}, "2.jpg": {"name": "Wilma"}}',
    ],
)
def test_a_list_in_an_archive_stays_one_where_a_single_thing_is_left_of_it(document: bytes, tmp_path: Path) -> None:
    container = opened(tmp_path / "a.zip", zipped(("in.tar", tar(("list.json", document))), ("z.jpg", JPEG)))
    anna, wilma, _ = container.entries()
    container.erase([Doomed(wilma.member, hashlib.sha256(wilma.read()).hexdigest())])
    left = next(iter(container.entries()))
    assert (left.member, left.read()) == (anna.member, anna.read())
    assert "Wilma" not in str(left.record)


@pytest.mark.parametrize("suffix", PACKS)
def test_packed_tables_and_archives_are_searched_and_packed_again_in_the_same_way(tmp_path: Path, suffix: str) -> None:
    pack = PACKS[suffix]
    for name, data, left in (
        ("people.csv", ROWS, ["Anna Novotna"]),
        ("rows.jsonl", b'{"name": "Anna"}\n{"name": "Wilma"}\n', ["Anna"]),
        ("photos.tar", tar(("anna.jpg", JPEG), ("w.jpg", JPEG + b"w")), [None]),
    ):
        path = tmp_path / f"{name}{suffix}"
        container = opened(path, pack(data))
        assert len(addresses(container)) == 2
        container.erase([doomed_at(container, 1)])
        assert [(entry.record or {}).get("name") for entry in container.entries()] == left
        assert path.read_bytes()[:2] == pack(data)[:2]


def test_a_packed_photo_is_an_item_and_other_packed_things_are_named(tmp_path: Path) -> None:
    photo = opened(tmp_path / "w.jpg.gz", gzip.compress(JPEG))
    assert addresses(photo) == ["w.jpg"]
    photo.erase([doomed_at(photo, 0)])
    assert gzip.decompress((tmp_path / "w.jpg.gz").read_bytes()) == b""
    other = opened(tmp_path / "x.npy.gz", gzip.compress(b"\x93NUMPY"))
    assert [(one.kind.code, one.why.code) for one in unread(other)] == [("kind.numpy", "why.format.unknown")]
    joined = opened(tmp_path / "people.csv.gz", gzip.compress(ROWS) + gzip.compress(b"Vera;v@example.com\n") + b"junk")
    assert len(addresses(joined)) == 3
    assert [(one.kind.code, one.size) for one in unread(joined)] == [("kind.hidden", 4)]


def test_what_lies_too_deep_is_named(tmp_path: Path) -> None:
    data = JPEG
    for level in range(nested.DEEPEST + 2):
        data = tar((f"{level}.jpg" if not level else f"{level}.tar", data))
    container = opened(tmp_path / "t.tar", data)
    assert addresses(container) == []
    (found,) = unread(container)
    assert found.place.count("›") == nested.DEEPEST
    assert found.why == message("why.nested.deep", most=nested.DEEPEST)


@pytest.mark.usefixtures("readers_in_process")
def test_what_is_too_large_or_unpacks_to_too_much_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(ROWS + b"x;y\n" * 100_000)
    container = opened(tmp_path / "t.tar", tar(("people.csv", ROWS), ("bomb.csv.gz", gzip.compress(bomb))))
    with monkeypatch.context() as patch:
        patch.setattr(nested, "LARGEST", 100)
        assert {one.why.code for one in unread(container)} == {"why.nested.large"}
    with monkeypatch.context() as patch:
        patch.setattr(nested, "FREE_BYTES", 0)
        patch.setattr(nested, "MOST_GROWTH", 0)
        assert {one.why.code for one in unread(container)} == {"why.nested.bomb"}
    assert addresses(container)[:2] == ["people.csv", "people.csv"]


def test_a_damaged_inner_archive_is_named_and_what_lies_beside_is_read(tmp_path: Path) -> None:
    good = tar(*((f"{number}.jpg", JPEG) for number in range(3)))
    container = opened(tmp_path / "t.tar", tar(("bad.tar", good[:2000]), ("fine.tar", good)))
    assert addresses(container)[-3:] == [f"fine.tar › {number}.jpg" for number in range(3)]
    assert [one.place for one in unread(container)] == ["bad.tar"]


@pytest.mark.usefixtures("readers_in_process")
def test_an_inner_container_whose_accounts_do_not_agree_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = opened(tmp_path / "t.tar", tar(("b.zip", zipped(("w.jpg", JPEG)))))
    monkeypatch.setattr(ZipArchive, "own", lambda _: 2)
    (found,) = unread(container)
    assert (found.place, found.why) == ("b.zip", message("why.accounts", own=2, answered=1))


@pytest.mark.usefixtures("readers_in_process")
def test_an_archive_that_was_not_written_byte_for_byte_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tar(("a.jpg", JPEG), ("b.jpg", JPEG), ("c.jpg", JPEG))
    container = opened(tmp_path / "t.tar", before)

    def miscopied(file: IO[bytes], out: IO[bytes], start: int, end: int) -> None:
        file.seek(start)
        out.write(file.read(min(end - start, 100_000)).replace(b"photo", b"photq", 1))

    monkeypatch.setattr(archive, "copy_span", miscopied)
    with pytest.raises(NotVerified) as caught:
        container.erase([doomed_at(container, 1)])
    assert caught.value.why == message("why.erase.rest")
    assert (tmp_path / "t.tar").read_bytes() == before


@pytest.mark.usefixtures("readers_in_process")
def test_nothing_of_what_lies_inside_is_written_beside_or_kept(tmp_path: Path) -> None:
    container = opened(tmp_path / "t.tar", tar(("b.zip", zipped(("w.jpg", JPEG)))))
    ready = len(scratch._ready)
    assert addresses(container) == ["b.zip › w.jpg"]
    assert [file.name for file in tmp_path.iterdir()] == ["t.tar"]
    assert all(Path(scratch.place_of(number)).stat().st_size == 0 for number in scratch._ready[ready:])


def test_a_marker_at_any_place_of_nested_archives_is_found_and_goes_alone(tmp_path: Path) -> None:
    chance = random.Random(14)
    for number in range(4):
        data, way = JPEG + b"marker", "w.jpg"
        for level in range(chance.randrange(1, 5)):
            around = [(f"{level}{place}.jpg", JPEG + bytes([level, place])) for place in range(chance.randrange(3))]
            around.insert(chance.randrange(len(around) + 1), (way.partition(" › ")[0] if level else way, data))
            kind = chance.choice((tar, zipped))
            suffix = chance.choice(("", *PACKS)) if kind is tar else ""
            data = PACKS.get(suffix, bytes)(kind(*around))
            name = f"level{level}.{'tar' if kind is tar else 'zip'}{suffix}"
            way = f"{name} › {way}"
        name, _, inside = way.partition(" › ")
        container = opened(tmp_path / f"{number}-{name}", data)
        before = addresses(container)
        assert inside in before
        container.erase([doomed_at(container, before.index(inside))])
        assert addresses(container) == [one for one in before if one != inside]
