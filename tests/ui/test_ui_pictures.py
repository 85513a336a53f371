from __future__ import annotations

import io
import threading

import pillow_heif
import pytest
from PIL import Image
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dsr_desk.ui.pictures import ByteCache, Pictures, decode, upright_size


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    made = Image.new("RGB", (width, height), (120, 80, 40))
    exif = made.getexif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photo_is_decoded_upright_and_no_larger_than_asked() -> None:
    data = jpeg(400, 200, orientation=6)
    assert upright_size(data) == QSize(200, 400)
    image = decode(data, 100)
    assert (image.width(), image.height()) == (50, 100)


@pytest.mark.parametrize("format", ["HEIF", "AVIF", "JPEG2000", "TIFF"])
def test_a_photo_that_the_window_system_does_not_know_is_shown_too(format: str) -> None:
    made, out = Image.new("RGB", (400, 200), (120, 80, 40)), io.BytesIO()
    if format == "HEIF":
        pillow_heif.from_pillow(made).save(out)
    else:
        made.save(out, format)
    assert upright_size(out.getvalue()) == QSize(400, 200)
    image = decode(out.getvalue(), 100)
    assert (image.width(), image.height()) == (100, 50)


def test_what_is_no_picture_decodes_to_nothing() -> None:
    assert decode(b"certainly not a picture").isNull()


def test_the_cache_forgets_the_oldest_once_its_bytes_are_spent() -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    cache = ByteCache(most=3 * image.sizeInBytes())
    for name in "abc":
        cache.put(name, image)
    assert cache.get("a") is not None
    cache.put("d", image)
    assert cache.get("b") is None
    assert cache.get("a") is not None
    assert cache.bytes == 3 * image.sizeInBytes()


def test_pictures_come_from_a_worker_thread(qtbot: QtBot) -> None:
    owner, seen = QObject(), []

    def fetch(_key: str) -> bytes:
        seen.append(threading.current_thread().name)
        return jpeg(20, 20)

    pictures = Pictures(fetch, 16, owner)
    with qtbot.waitSignal(pictures.arrived) as caught:
        assert pictures.get("one") is None
    assert caught.args == ["one"]
    image = pictures.get("one")
    assert image is not None
    assert image.width() == 16
    assert seen == ["pictures"]
    pictures.close()
    owner.deleteLater()


def test_a_picture_that_cannot_be_fetched_is_missing_and_not_asked_for_again(qtbot: QtBot) -> None:
    owner, asked = QObject(), []

    def fetch(key: str) -> bytes:
        asked.append(key)
        raise OSError("gone")

    pictures = Pictures(fetch, 16, owner)
    with qtbot.waitSignal(pictures.arrived):
        pictures.get("one")
    image = pictures.get("one")
    assert image is not None
    assert image.isNull()
    assert asked == ["one"]
    pictures.close()
    owner.deleteLater()


def test_the_newest_wish_comes_first_and_old_ones_fall_away(qtbot: QtBot) -> None:
    owner, order = QObject(), []
    begun, go_on = threading.Event(), threading.Event()

    def fetch(key: str) -> bytes:
        order.append(key)
        begun.set()
        go_on.wait(10)
        return jpeg(8, 8)

    pictures = Pictures(fetch, 8, owner)
    pictures.get("first")
    assert begun.wait(10)
    for number in range(300):
        pictures.get(f"scrolled {number}")
    go_on.set()
    qtbot.waitUntil(lambda: "scrolled 299" in order)
    assert order[1] == "scrolled 299"
    pictures.close()
    assert len(order) < 200
    owner.deleteLater()
