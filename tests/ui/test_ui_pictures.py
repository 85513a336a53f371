from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

import dsr_desk.ui
from dsr_desk.app.case.references import Shown, shown
from dsr_desk.core.message import message
from dsr_desk.faces import outside
from dsr_desk.jobs.cell import Limits, load
from dsr_desk.ui.pictures import ByteCache, Pictures, painted
from planted_photos import asking


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    made = Image.new("RGB", (width, height), (120, 80, 40))
    exif = made.getexif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif)
    return out.getvalue()


def colours_of(image: QImage) -> tuple[int, int, int]:
    colour = image.pixelColor(image.width() // 2, image.height() // 2)
    return colour.red(), colour.green(), colour.blue()


def test_pixels_from_a_cell_are_painted_as_they_are() -> None:
    image = painted(shown(jpeg(401, 200, orientation=6), 100))
    assert (image.width(), image.height()) == (50, 100)
    assert max(abs(one - other) for one, other in zip(colours_of(image), (120, 80, 40), strict=True)) < 6


def test_what_has_no_pixels_is_painted_as_nothing() -> None:
    nothing = shown(b"certainly not a picture", 100)
    assert painted(nothing).isNull()
    assert nothing.why is not None


def test_no_decoder_of_the_window_system_is_used() -> None:
    used = [
        f"{path.name}: {word}"
        for path in Path(dsr_desk.ui.__file__).parent.rglob("*.py")
        for word in ("QImageReader", "loadFromData", "fromData", "QMovie", "QImage.load", "PIL", "dsr_desk.faces")
        if word in path.read_text("utf-8")
    ]
    assert used == []


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

    def fetch(_key: str) -> Shown:
        seen.append(threading.current_thread().name)
        return shown(jpeg(20, 20), 16)

    pictures = Pictures(fetch, owner)
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

    def fetch(key: str) -> Shown:
        asked.append(key)
        raise OSError("gone")

    pictures = Pictures(fetch, owner)
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

    def fetch(key: str) -> Shown:
        order.append(key)
        begun.set()
        go_on.wait(10)
        return Shown(8, 8, bytes(192), (8, 8))

    pictures = Pictures(fetch, owner)
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


def test_a_photo_that_never_ends_is_missing_for_its_reason_and_the_window_goes_on(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("planted_photos")
    monkeypatch.setattr(outside, "TO_SHOW", Limits(seconds=1.0))
    owner, ticks = QObject(), []
    timer = QTimer(owner)
    timer.timeout.connect(lambda: ticks.append(1))
    pictures = Pictures(lambda deed: shown(asking(jpeg(20, 20), deed), 16), owner)
    with qtbot.waitSignal(pictures.arrived, timeout=60_000):
        timer.start(20)
        assert pictures.get("hang") is None
    assert len(ticks) > 10
    image = pictures.get("hang")
    assert image is not None
    assert image.isNull()
    assert pictures.why("hang") == message("why.cell.slow", seconds=1)
    pictures.close()
    owner.deleteLater()


def test_a_photo_that_never_ends_is_not_waited_for_when_a_screen_is_closed(qtbot: QtBot) -> None:
    owner, begun, go_on = QObject(), threading.Event(), threading.Event()

    def fetch(_key: str) -> Shown:
        begun.set()
        go_on.wait(30)
        return Shown(1, 1, bytes(3), (1, 1))

    pictures = Pictures(fetch, owner)
    pictures.get("one")
    assert begun.wait(10)
    worker = next(thread for thread in threading.enumerate() if thread.name == "pictures")
    pictures.close()
    assert worker.is_alive()
    with qtbot.assertNotEmitted(pictures.arrived, wait=50):
        go_on.set()
        worker.join(10)
    assert pictures.cache.bytes == 0
    owner.deleteLater()
