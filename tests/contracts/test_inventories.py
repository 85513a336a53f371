"""An inventory says of every format what its listing says, with digests in place of bytes."""

from __future__ import annotations

import hashlib
import io
import os
import random
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from container_samples import Sample, photo
from test_containers import every_format, items, opened

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Accounts, Container, ContainerDamaged, ContainerEntry, Listed, Unread
from dsr_desk.datasets.hashed import DIGEST, NO_HINT, SEPARATOR, Apart, Block, blocks
from dsr_desk.datasets.tar import TarArchive

Item = tuple[object, ...]


def listed(listing: Iterable[Listed]) -> list[Item | Unread | Accounts]:
    return [_item(one) if isinstance(one, ContainerEntry) else one for one in listing]


def _item(entry: ContainerEntry) -> Item:
    try:
        digest = hashlib.sha256(entry.read()).hexdigest() if entry.problem is None else ""
    except ContainerDamaged:
        raise
    except DeskError:
        digest = ""
    record = dict(entry.record) if entry.record is not None else None
    return (entry.kind, entry.member, entry.group, entry.size, entry.hint, digest, record, entry.orientation)


def inventoried(container: Container, first: int = 0) -> Iterator[Item | Unread | Accounts]:
    for one in container.inventory(first):
        if isinstance(one, Block):
            yield from _items(one)
        else:
            yield one


def _items(block: Block) -> Iterator[Item]:
    assert block.is_whole()
    apart = {one.place: one for one in block.apart}
    sizes, hints = memoryview(block.sizes).cast("q"), memoryview(block.hints).cast("q")
    members, groups = block.members.split(SEPARATOR), block.groups.split(SEPARATOR)
    for at, kind in enumerate(block.kinds):
        said = apart.get(at, Apart(at))
        digest = "" if said.why else block.digests[DIGEST * at : DIGEST * (at + 1)].hex()
        hint = None if hints[at] == NO_HINT else hints[at]
        record = dict(said.record) if said.record is not None else None
        what = (ItemKind.PHOTO, ItemKind.RECORD)[kind]
        yield (what, members[at], groups[at], sizes[at], hint, digest, record, said.orientation)


def apart(told: Iterable[object]) -> tuple[list[object], list[object]]:
    """Items, and what is said beside them: they may stand in another order to each other."""
    told = list(told)
    return [one for one in told if isinstance(one, tuple)], [one for one in told if not isinstance(one, tuple)]


def test_the_columns_of_a_block_are_as_long_as_each_other() -> None:
    whole = Block(b"\0", "a", "a", bytes(8), bytes(8), bytes(32))
    assert whole.is_whole()
    for broken in (
        Block(b"\2", "a", "a", bytes(8), bytes(8), bytes(32)),
        Block(b"\0", "a\nb", "a", bytes(8), bytes(8), bytes(32)),
        Block(b"\0", "a", "a\nb", bytes(8), bytes(8), bytes(32)),
        Block(b"\0", "a", "a", bytes(16), bytes(8), bytes(32)),
        Block(b"\0", "a", "a", b"\xff" * 8, bytes(8), bytes(32)),
        Block(b"\0", "a", "a", bytes(8), bytes(8), bytes(31)),
        Block(b"\0", "a", "a", bytes(8), bytes(8), bytes(32), (Apart(1),)),
        Block(b"", "", "", b"", b"", b""),
    ):
        assert not broken.is_whole()


@every_format
def test_an_inventory_is_the_listing_with_digests_from_any_item_on(sample: Sample, tmp_path: Path) -> None:
    container = opened(sample.write(tmp_path, items(sample)))
    whole, beside = apart(inventoried(container))
    assert (whole, beside) == apart(listed(container.listing()))
    assert apart(inventoried(container, 4))[0] == whole[4:]
    assert apart(inventoried(container, len(whole)))[0] == []


def _tar(path: Path, seed: int) -> TarArchive:
    """An archive of members of all kinds, in one of the forms that there are."""
    chance = random.Random(seed)
    form = chance.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    headers = {"comment": "x"} if form == tarfile.PAX_FORMAT and chance.random() < 0.2 else {}
    with tarfile.open(path, "w", format=form, pax_headers=headers) as archive:
        for number in range(chance.randrange(1, 20)):
            folder = chance.choice(("", "a/", "über/", "b" * 90 + "/", "labels/"))
            ending = chance.choice((".jpg", ".jpg", ".jpg", ".json", ".txt", ".cls", ".bin", "/"))
            info = tarfile.TarInfo(f"{folder}{number // 2:03}{ending}")
            info.mtime = chance.choice((0, 1.5 if form == tarfile.PAX_FORMAT else 1))
            data = photo(number) if ending == ".jpg" and chance.random() < 0.9 else b"{}" * chance.randrange(4)
            info.size = len(data)
            if ending == "/":
                info.type, info.size, data = chance.choice((tarfile.DIRTYPE, tarfile.AREGTYPE)), 0, b""
            elif chance.random() < 0.1:
                info.type, info.linkname, info.size, data = tarfile.SYMTYPE, "000.jpg", 0, b""
            archive.addfile(info, io.BytesIO(data))
    if chance.random() < 0.2:
        with path.open("ab") as file:
            file.write(os.urandom(512) if chance.random() < 0.5 else path.read_bytes())
    if chance.random() < 0.2:
        os.truncate(path, chance.randrange(512, path.stat().st_size))
    return TarArchive(path, "a.tar")


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[TarArchive]:
    folder = tmp_path_factory.mktemp("archives")
    return [_tar(folder / f"{seed}.tar", seed) for seed in range(60)]


def told_before_the_end(listing: Iterable[object]) -> tuple[list[object], str]:
    told: list[object] = []
    try:
        told.extend(listing)
    except DeskError as error:
        return told, str(error)
    return told, ""


def test_whatever_the_members_of_a_tar_are_the_short_way_says_the_same(archives: list[TarArchive]) -> None:
    for archive in archives:
        _says_the_same(archive)


def _says_the_same(archive: TarArchive) -> None:
    def short() -> Iterator[object]:
        for piece in blocks(archive.inventory(), 0, 3):
            yield from _items(piece.block) if piece.block else ()
            yield from piece.unread
            yield from [piece.accounts] if piece.accounts else ()

    def long() -> Iterator[object]:
        yield from (one for entry in archive.listing() for one in listed([entry]))

    said, why = told_before_the_end(short())
    wanted, because = told_before_the_end(long())
    assert (*apart(said), why) == (*apart(wanted), because), archive.path


def test_members_of_a_tar_are_counted_as_the_library_counts_them(archives: list[TarArchive]) -> None:
    for archive in archives:
        try:
            with tarfile.open(archive.path, "r:", ignore_zeros=True) as library:
                count = len(library.getmembers())
        except tarfile.TarError:
            with pytest.raises(DeskError):
                archive.own()
            continue
        assert archive.own() == count, archive.path
