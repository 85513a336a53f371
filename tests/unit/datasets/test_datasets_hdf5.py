"""HDF5 files: photos as pixels or files, what runs beside them, and a new file without some of the rows."""

from __future__ import annotations

import fcntl
import hashlib
import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from contracts.container_samples import photo
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets.container import ContainerEntry, Doomed
from dsr_desk.datasets.hdf5 import Hdf5NotCopied
from dsr_desk.datasets.registry import open_source, reopen

CHANCE = np.random.default_rng(5)


def pixels(*shape: int) -> np.ndarray[Any, Any]:
    return CHANCE.integers(0, 256, shape, np.uint8)


def entries(path: Path) -> list[ContainerEntry]:
    (found,) = open_source(path)
    assert found.format == "hdf5"
    return list(found.entries())


def doomed(entry: ContainerEntry, new: bytes | None = None) -> Doomed:
    return Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest(), replacement=new)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Twelve photos as pixels with labels, names and embeddings beside, more in another group, attributes and links."""
    made = tmp_path / "t.h5"
    with h5py.File(made, "w") as file:
        train = file.create_group("train")
        train.create_dataset(
            "images", data=pixels(12, 20, 30, 3), chunks=(5, 20, 30, 3), compression="gzip", shuffle=True
        )
        train.create_dataset("names", data=[f"Person {number}" for number in range(12)], dtype=h5py.string_dtype())
        train.create_dataset("labels", data=np.arange(12), maxshape=(None,), chunks=(4,), fletcher32=True)
        train.create_dataset("embeddings", data=CHANCE.random((12, 64), np.float32))
        train["images"].attrs["colours"] = "RGB"
        file.create_dataset("mean", data=pixels(20, 30, 3))
        file.attrs["made"] = "2024"
        file["again"] = h5py.SoftLink("/train/labels")
        file["same"] = train["names"]
    return made


def test_pixels_are_photos_and_what_runs_beside_them_is_their_record(path: Path) -> None:
    found = entries(path)
    photos = [one for one in found if one.kind is ItemKind.PHOTO]
    records = [one for one in found if one.kind is ItemKind.RECORD and not one.problem and "@" not in one.member]
    assert (len(photos), len(records)) == (12, 12)
    with h5py.File(path) as file:
        stored = file["train/images"][3]
    with Image.open(io.BytesIO(photos[3].read())) as image:
        assert np.array_equal(np.asarray(image), stored)
    assert records[3].record == {"group": "train", "labels": "3", "same": "Person 3"}
    assert photos[3].group == records[3].group


def test_a_row_goes_from_all_datasets_and_all_else_stays_as_it_was(path: Path) -> None:
    found = entries(path)
    gone = [one for one in found if one.group in ("row 2", "row 7")]
    before = {}
    with h5py.File(path) as file:
        before = {name: file[f"train/{name}"][()] for name in file["train"]}
        mean = file["mean"][()]
    done = reopen("hdf5", path, "t").erase([doomed(one) for one in gone])
    assert (len(done.erased), done.kept) == (4, len(found) - 4)
    kept = [number for number in range(12) if number not in (2, 7)]
    with h5py.File(path) as file:
        for name, values in before.items():
            assert np.array_equal(file[f"train/{name}"][()], values[kept])
        images = file["train/images"]
        assert (images.chunks, images.compression, images.shuffle) == ((5, 20, 30, 3), "gzip", True)
        assert images.attrs["colours"] == "RGB"
        assert file["train/labels"].maxshape == (None,)
        assert file["train/labels"].fletcher32
        assert np.array_equal(file["mean"][()], mean)
        assert file.attrs["made"] == "2024"
        assert file.get("again", getlink=True).path == "/train/labels"
        assert file["same"] == file["train/names"]
    assert b"Person 7" not in path.read_bytes()
    assert before["embeddings"][7].tobytes() not in path.read_bytes()


@pytest.mark.parametrize("shape", [(4, 20, 30, 3), (4, 3, 20, 30), (4, 20, 30), (4, 20, 30, 1)])
def test_pixels_in_any_usual_order_are_seen_and_masked(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        file["x"] = pixels(*shape)
    one = entries(path)[1]
    with Image.open(io.BytesIO(one.read())) as image:
        assert image.size == (30, 20)
        grey = Image.new(image.mode, image.size, 128 if image.mode == "L" else (128, 128, 128))
    new = io.BytesIO()
    grey.save(new, "PPM")
    reopen("hdf5", path, "t").erase([doomed(one, new.getvalue())])
    with h5py.File(path) as file:
        assert (file["x"][1] == 128).all()
        assert file["x"].shape == shape


def test_photos_as_files_carry_the_names_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        files = file.create_dataset("jpg", (3,), h5py.vlen_dtype(np.uint8))
        for number in range(3):
            files[number] = np.frombuffer(photo(number), np.uint8)
        file["file"] = [b"ada.jpg", b"bo.jpg", b"cy.jpg"]
    found = [one for one in entries(path) if one.kind is ItemKind.PHOTO]
    assert [(one.member, one.read()) for one in found] == [
        ("ada.jpg", photo(0)),
        ("bo.jpg", photo(1)),
        ("cy.jpg", photo(2)),
    ]


def test_tables_of_compound_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.h5"
    kind = np.dtype([("name", "S20"), ("age", "i4")])
    with h5py.File(path, "w") as file:
        file["people"] = np.array([(b"Ada Example", 40), (b"Bo Sample", 50)], kind)
    assert [one.record for one in entries(path)] == [
        {"people.age": "40", "people.name": "Ada Example"},
        {"people.age": "50", "people.name": "Bo Sample"},
    ]


def test_what_holds_no_photo_and_no_text_is_named_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        file["floats"] = np.zeros((4, 20, 30, 3), np.float32)
        file["layers"] = pixels(4, 20, 30, 7)
        file["weights"] = np.zeros((4, 9))
        file["count"] = 4
    assert {one.member: one.problem for one in entries(path)} == {
        "floats": message("why.hdf5.pixels-as", type="float32"),
        "layers": message("why.hdf5.pixel-order"),
        "weights": message("why.hdf5.numbers-alone"),
        "count": message("why.hdf5.single"),
    }


def test_datasets_of_other_groups_run_beside_photos_where_only_one_has_as_many(tmp_path: Path) -> None:
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        file["train/x"], file["train/y"], file["meta/y"] = pixels(4, 20, 30, 3), [1, 2, 3, 4], ["a", "b", "c", "d"]
        file["test/x"], file["test/who"] = pixels(3, 20, 30, 3), ["e", "f", "g"]
    found = entries(path)
    assert [one.record for one in found if one.record] == [
        *({"group": "test", "who": name} for name in "efg"),
        *({"group": "train", "train/y": str(number), "meta/y": name} for number, name in enumerate("abcd", start=1)),
    ]
    reopen("hdf5", path, "t").erase([doomed(one) for one in found if one.group == "row 4"])
    with h5py.File(path) as file:
        assert file["meta/y"].asstr()[()].tolist() == ["a", "c", "d"]
        assert (len(file["train/x"]), len(file["train/y"]), len(file["test/x"])) == (3, 3, 3)


def test_where_it_is_not_known_what_belongs_together_nothing_is_erased(tmp_path: Path) -> None:
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        file["train/x"], file["test/x"], file["names"] = pixels(3, 20, 30, 3), pixels(3, 20, 30, 3), ["a", "b", "c"]
    with pytest.raises(Hdf5NotCopied, match="may belong together"):
        reopen("hdf5", path, "t").erase([doomed(entries(path)[0])])


def _reference(file: h5py.File) -> None:
    file["train/labels"].make_scale("labels")
    file["train/names"].dims[0].attach_scale(file["train/labels"])


def _by_row(file: h5py.File) -> None:
    file["train"].attrs["owners"] = [f"Person {number}" for number in range(12)]


def _elsewhere(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((12,), "i8")
    layout[:] = h5py.VirtualSource("other.h5", "x", (12,))
    file.create_virtual_dataset("v", layout)


@pytest.mark.parametrize(
    ("change", "why"),
    [(_reference, "references"), (_by_row, "attribute-by-row"), (_elsewhere, "elsewhere")],
)
def test_what_cannot_be_carried_over_keeps_the_file_from_being_rewritten(path: Path, change: Any, why: str) -> None:
    with h5py.File(path, "a") as file:
        change(file)
    before = path.read_bytes()
    gone = [doomed(one) for one in entries(path) if one.group == "row 2"]
    with pytest.raises(Hdf5NotCopied) as caught:
        reopen("hdf5", path, "t").erase(gone)
    assert caught.value.why == message(f"why.hdf5.{why}")
    assert path.read_bytes() == before


def test_a_photo_does_not_go_without_its_row(path: Path) -> None:
    with pytest.raises(Hdf5NotCopied):
        reopen("hdf5", path, "t").erase([doomed(next(one for one in entries(path) if one.kind is ItemKind.PHOTO))])


def test_a_file_is_read_without_a_lock_and_left_as_it_is(path: Path) -> None:
    before = (path.stat().st_mtime_ns, path.read_bytes())
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert len(entries(path)) > 24
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
