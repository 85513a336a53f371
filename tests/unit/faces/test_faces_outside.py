"""Photos from outside: looked at in cells, and what a hostile one makes its decoder do costs that photo alone."""

from __future__ import annotations

import struct
import threading

import numpy as np
import pytest
from PIL import Image

from dsr_desk.core.items import Box, LedgerClass
from dsr_desk.core.message import message
from dsr_desk.deletion.mask import CannotMask, mask
from dsr_desk.evidence.contents.content import FaceCrop
from dsr_desk.evidence.report.crops import CropRefused, clean_crop
from dsr_desk.faces import outside
from dsr_desk.faces.decode import decode
from dsr_desk.faces.outside import Eyes, Shown, look_at, shown
from dsr_desk.faces.phash import perceptual_hash
from dsr_desk.faces.photo import PhotoResult, examine
from dsr_desk.faces.registry import load_engine
from dsr_desk.jobs.cell import Limits, load
from dsr_desk.jobs.confine import enforced
from planted_photos import DEEDS, asking

KEPT = {"read": enforced().files, "write": enforced().files} | dict.fromkeys(
    ("connect", "bind", "fork", "run", "kill"), enforced().calls
)

NO_PIXELS = (LedgerClass.UNREADABLE, message("why.photo.no-pixels"))
ENDS = {
    "crash": (LedgerClass.CRASHED, message("why.cell.ended", exit_code=-11)),
    "hang": (LedgerClass.CRASHED, message("why.cell.slow", seconds=2)),
    "memory": (LedgerClass.SKIPPED, message("why.photo.memory")),
}


@pytest.fixture(autouse=True)
def _planted() -> None:
    load("planted_photos")


@pytest.fixture(params=sorted(DEEDS))
def deed(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not KEPT.get(name, True):
        pytest.skip("not kept from cells by the kernel here")
    return name


def test_a_decoder_that_goes_astray_costs_its_photo_alone(deed, face_jpeg, tmp_path, monkeypatch):
    seconds = 2.0 if deed == "hang" else 60.0
    for name in ("LIMITS", "TO_SHOW"):
        monkeypatch.setattr(outside, name, Limits(seconds=seconds, memory=256 << 20))
    secret = tmp_path / "secret"
    secret.write_bytes(b"hers")
    data = asking(face_jpeg, deed, secret if deed == "read" else tmp_path / "new")
    result = look_at("standard", data)
    assert (result.ledger_class, result.reason) == ENDS.get(deed, NO_PIXELS)
    assert result.faces == ()
    assert list(tmp_path.iterdir()) == [secret]
    picture = shown(data, 100)
    assert (picture.rows, picture.why) == (b"", result.reason)
    with Eyes() as eyes:
        assert eyes.hash_of(data) == b""
        assert eyes.shown(data, 100).why == result.reason
        assert eyes.hash_of(face_jpeg) == perceptual_hash(decode(face_jpeg).pixels)


def test_the_next_photo_is_looked_at_as_if_nothing_had_been(face_jpeg):
    look_at("standard", asking(face_jpeg, "crash"))
    seen, here = look_at("standard", face_jpeg, thumbnails=True), examine(load_engine(), face_jpeg, thumbnails=True)
    assert len(seen.faces) == 1
    assert alike(seen) == alike(here)
    assert np.array_equal(seen.faces[0].template, here.faces[0].template)


def test_closing_does_not_wait_for_a_photo_that_never_ends(face_jpeg):
    eyes, ended = Eyes(), threading.Event()
    eyes.shown(face_jpeg, 10)
    looking = threading.Thread(target=lambda: (eyes.shown(asking(face_jpeg, "hang"), 10), ended.set()))
    looking.start()
    assert not ended.wait(0.5)
    eyes.close()
    assert ended.wait(10)
    looking.join()
    assert eyes.shown(face_jpeg, 10).rows == b""


def alike(result: PhotoResult) -> list[object]:
    faces = [(one.box, one.score, one.quality, one.comparable, one.thumbnail) for one in result.faces]
    return [result.ledger_class, result.reason, result.width, result.height, result.phash, faces]


def test_a_face_is_not_masked_by_a_decoder_that_ends(face_jpeg):
    with pytest.raises(CannotMask) as refused:
        mask(asking(face_jpeg, "crash"), [Box(40, 20, 60, 40)])
    assert refused.value.why == ENDS["crash"][1]


def test_a_crop_whose_decoder_ends_goes_into_no_report(face_jpeg):
    with pytest.raises(CropRefused) as refused:
        clean_crop(FaceCrop(asking(face_jpeg, "crash"), "ab" * 32, 1), "item-1")
    assert refused.value.why == ENDS["crash"][1]


@pytest.mark.parametrize("side", [100, 400, 900])
@pytest.mark.parametrize("orientation", [None, 6])
def test_a_photo_is_shown_upright_and_no_larger_than_asked(side, orientation, encoded):
    photo = Image.effect_noise((800, 600), 60).convert("RGB")
    picture = shown(encoded(photo, "JPEG"), side, orientation)
    assert picture.whole == ((600, 800) if orientation else (800, 600))
    assert max(picture.width, picture.height) == min(side, 800)
    assert len(picture.rows) == 3 * picture.width * picture.height


@pytest.mark.parametrize("format", ["HEIF", "AVIF", "JPEG2000", "TIFF", "GIF", "WEBP", "BMP"])
def test_photos_of_every_format_are_shown(format, heic, encoded):
    photo = Image.new("RGB", (400, 200), (120, 80, 40))
    picture = shown(heic(photo) if format == "HEIF" else encoded(photo, format), 100)
    assert (picture.width, picture.height, picture.whole) == (100, 50, (400, 200))


def test_what_lies_around_a_face_is_shown_alone(encoded):
    photo = Image.new("RGB", (400, 300), "blue")
    photo.paste("red", (100, 100, 200, 200))
    picture = shown(encoded(photo, "PNG"), 50, around=Box(110, 110, 190, 190))
    assert (picture.width, picture.height) == (50, 50)
    assert np.frombuffer(picture.rows, np.uint8).reshape(-1, 3).mean(axis=0).tolist() == [255, 0, 0]
    beside = shown(encoded(photo, "PNG"), 50, around=Box(-80, -80, 40, 40))
    assert beside.width == beside.height == 40


@pytest.mark.parametrize("claim", [(2, 2, 11), (2, 2, 13), (-2, -2, 12), (outside.LARGEST_SHOWN + 1, 1, 24579)])
def test_a_picture_of_another_size_than_it_says_is_none(claim):
    width, height, size = claim
    with pytest.raises(ValueError, match="picture"):
        Shown(width, height, bytes(size), (2, 2))


@pytest.mark.parametrize("template", [b"", b"123", struct.pack("<2f", 1.0, float("nan"))])
def test_a_template_that_is_none_is_refused(template):
    with pytest.raises(ValueError, match=r"template|multiple"):
        outside._Face(Box(0, 0, 9, 9), 1.0, (), True, template, None)
