"""MDS datasets: the index says of each shard what it holds, packed or not."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import pytest
import zstandard
from layout_samples import doomed_in, erased_everywhere, left_over, photo, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.container import Accounts
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey

COLUMNS = {"image": "jpeg", "name": "str", "age": "int"}
SIZES = {"image": None, "name": None, "age": 8}
PEOPLE = ("Ada", "Wilma", "Zoe")

pytestmark = pytest.mark.usefixtures("readers_in_process")


def shard_of(*names: str) -> bytes:
    """As the streaming library writes it: number of samples, offsets, columns, samples."""
    about = {"column_encodings": [*COLUMNS.values()], "column_names": [*COLUMNS], "column_sizes": [*SIZES.values()]}
    config = json.dumps({**about, "compression": None, "format": "mds", "version": 2}, sort_keys=True).encode()
    samples = []
    for number, name in enumerate(names):
        image, text = photo(number), name.encode()
        samples.append(struct.pack("<II", len(image), len(text)) + image + text + struct.pack("<q", 40 + number))
    begin = 4 * (len(samples) + 2) + len(config)
    offsets = [begin + sum(map(len, samples[:number])) for number in range(len(samples) + 1)]
    return struct.pack(f"<{len(samples) + 2}I", len(samples), *offsets) + config + b"".join(samples)


def told(name: str, data: bytes) -> dict[str, object]:
    return {"basename": name, "bytes": len(data), "hashes": {"sha1": hashlib.sha1(data).hexdigest()}}


def mds(root: Path, *, packed: bool = False) -> None:
    root.mkdir(parents=True)
    shards = []
    for number in range(2):
        name, data = f"shard.0000{number}.mds", shard_of(*PEOPLE)
        small = zstandard.compress(data)
        zipped = told(f"{name}.zstd", small) if packed else None
        shards.append({"format": "mds", "version": 2, "samples": 3, "raw_data": told(name, data), "zip_data": zipped})
        (root / (f"{name}.zstd" if packed else name)).write_bytes(small if packed else data)
    (root / "index.json").write_text(json.dumps({"version": 2, "shards": shards}))


def samples_by_the_index(root: Path) -> list[str]:
    """The names in all samples, read as the streaming library does: sizes and digests compared, offsets followed."""
    names = []
    for shard in json.loads((root / "index.json").read_text())["shards"]:
        zipped = shard["zip_data"]
        data = (root / (zipped or shard["raw_data"])["basename"]).read_bytes()
        if zipped:
            assert (len(data), hashlib.sha1(data).hexdigest()) == (zipped["bytes"], zipped["hashes"]["sha1"])
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        raw = shard["raw_data"]
        assert (len(data), hashlib.sha1(data).hexdigest()) == (raw["bytes"], raw["hashes"]["sha1"])
        (count,) = struct.unpack_from("<I", data)
        assert count == shard["samples"]
        offsets = struct.unpack_from(f"<{count + 1}I", data, 4)
        assert offsets[-1] == len(data)
        for start in offsets[:-1]:
            image, text = struct.unpack_from("<II", data, start)
            names.append(data[start + 8 + image :][:text].decode())
    return names


@pytest.mark.parametrize("packed", [False, True])
def test_the_index_says_what_each_shard_holds_now(packed: bool, tmp_path: Path) -> None:
    root = tmp_path / "people"
    mds(root, packed=packed)
    found = survey(root)
    assert [one.name for one in found.not_understood] == ["index.json"]
    first = found.containers[0]
    first.erase(doomed_in(first))
    assert samples_by_the_index(root) == ["Ada", "Zoe", *PEOPLE]
    erased_everywhere(root)
    assert samples_by_the_index(root) == ["Ada", "Zoe"] * 2
    assert not left_over(tmp_path)


def test_a_shard_that_lies_there_twice_is_left_whole(tmp_path: Path) -> None:
    root = tmp_path / "people"
    mds(root, packed=True)
    (root / "shard.00000.mds").write_bytes(shard_of(*PEOPLE))
    before = stored(root)
    for container in (one for one in survey(root).containers if "00000" in one.name):
        with pytest.raises(PartOfLayout) as caught:
            container.erase(doomed_in(container))
        assert caught.value.details["why"] == message("why.layout.mds-twice")
    assert stored(root) == before


def test_bare_pixels_are_a_photo(tmp_path: Path) -> None:
    about = {"column_encodings": ["pil"], "column_names": ["image"], "column_sizes": [None]}
    config = json.dumps({**about, "format": "mds", "version": 2}).encode()
    pixels = struct.pack("<3I", 4, 2, 3) + b"RGB" + bytes(range(24))
    sample = struct.pack("<I", len(pixels)) + pixels
    begin = 12 + len(config)
    path = tmp_path / "shard.00000.mds"
    path.write_bytes(struct.pack("<3I", 1, begin, begin + len(sample)) + config + sample)
    (container,) = survey(path).containers
    (entry,) = container.entries()
    assert entry.read() == b"P6 4 2 255\n" + bytes(range(24))
    assert not entry.problem


def test_every_cell_of_a_shard_is_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "shard.00000.mds"
    path.write_bytes(shard_of(*PEOPLE))
    (container,) = survey(path).containers
    *_, accounts = container.listing()
    assert isinstance(accounts, Accounts)
    assert accounts.own == accounts.answered == 9
