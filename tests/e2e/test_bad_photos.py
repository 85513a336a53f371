"""A folder of everything that photos can be: each lands in its class of the ledger, and none stops the job."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pyrage
import pytest
from PIL import Image, ImageDraw

from dsr_desk.core.items import DatasetVersion, LedgerClass
from dsr_desk.search.index.build import Addressed, build
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.keyfile import Secret

pytestmark = pytest.mark.slow

EXPECTED = {
    "upright.jpg": LedgerClass.NO_FACE,
    "no-name-ending": LedgerClass.NO_FACE,
    "really-a-png.jpg": LedgerClass.NO_FACE,
    "cmyk.jpg": LedgerClass.NO_FACE,
    "sixteen-bit.png": LedgerClass.NO_FACE,
    "animated.gif": LedgerClass.NO_FACE,
    "empty.jpg": LedgerClass.UNREADABLE,
    "text.jpg": LedgerClass.UNREADABLE,
    "bomb.bmp": LedgerClass.SKIPPED,
    "closed.jpg": LedgerClass.UNREADABLE,
    "leads-out.jpg": LedgerClass.UNREADABLE,
}


def landscape() -> Image.Image:
    image = Image.new("RGB", (320, 240), (90, 140, 200))
    ImageDraw.Draw(image).polygon([(0, 240), (120, 90), (240, 240)], fill=(60, 90, 50))
    return image


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    jpeg = encoded(landscape(), "JPEG", quality=95)
    bomb = bytearray(encoded(landscape(), "BMP"))
    bomb[18:26] = (20_000).to_bytes(4, "little") * 2
    frames = [landscape().rotate(90 * i) for i in range(3)]
    photos = {
        "upright.jpg": jpeg,
        "no-name-ending": jpeg,
        "really-a-png.jpg": encoded(landscape(), "PNG"),
        "cmyk.jpg": encoded(landscape().convert("CMYK"), "JPEG"),
        "sixteen-bit.png": encoded(landscape().convert("I;16"), "PNG"),
        "animated.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "empty.jpg": b"",
        "text.jpg": b"no photo at all" * 10,
        "bomb.bmp": bytes(bomb),
        "closed.jpg": jpeg + b"closed",
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        photos[f"turned-{orientation}.jpg"] = encoded(landscape(), "JPEG", exif=exif)
    for tenth in range(1, 10):
        photos[f"cut-{tenth}.jpg"] = jpeg[: len(jpeg) * tenth // 10]
    for name, data in photos.items():
        (folder / name).write_bytes(data)
    (tmp_path / "secret.jpg").write_bytes(jpeg)
    (folder / "leads-out.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "loop").symlink_to(folder)
    (folder / "closed.jpg").chmod(0)
    allowed = os.access
    # Root may read what nobody may.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "closed.jpg" and allowed(path, mode))
    return folder


@pytest.mark.usefixtures("readers_in_process")  # the corpus says what may be read here alone
def test_every_photo_of_a_bad_folder_is_in_one_class_with_a_reason_and_the_job_ends(corpus, tmp_path):
    identity = pyrage.x25519.Identity.generate()
    addressed = Addressed((str(identity.to_public()),), Secret(identity=str(identity)))
    to = tmp_path / "bad.dsrindex"
    report = build([corpus], to, version=DatasetVersion("bad", "1"), addressed=addressed)
    assert report.photos == sum(report.ledger.values()) == len(EXPECTED) + 8 + 9
    with Index.open(to, addressed.secret) as index:
        found = {item.address.member: item for item in index.items(range(1, index.last_row + 1)).values()}
    assert {name: found[name].ledger_class for name in EXPECTED} == EXPECTED
    assert all(found[f"turned-{i}.jpg"].ledger_class is LedgerClass.NO_FACE for i in range(1, 9))
    cut = [found[f"cut-{tenth}.jpg"] for tenth in range(1, 10)]
    assert {item.ledger_class for item in cut} <= {LedgerClass.TRUNCATED, LedgerClass.UNREADABLE}
    without_reason = {name for name, item in found.items() if not item.reason}
    assert without_reason == {name for name, item in found.items() if item.ledger_class is LedgerClass.NO_FACE}
    sizes = {i: (found[f"turned-{i}.jpg"].width, found[f"turned-{i}.jpg"].height) for i in range(1, 9)}
    assert sizes == {i: (320, 240) if i < 5 else (240, 320) for i in range(1, 9)}
