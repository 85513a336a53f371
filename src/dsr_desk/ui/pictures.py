"""Pictures for lists: fetched and decoded by one worker thread, kept in a cache that counts bytes.

What was asked for last comes first, and what scrolled away long ago falls out of the queue unread.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from dsr_desk.app.case.references import as_shown

QUEUE = 128
CACHE_BYTES = 64 * 1024 * 1024


def decode(data: bytes, long_side: int = 0) -> QImage:
    """An upright picture whose longer side is at most `long_side` pixels (0: as it is); null where it is none."""
    buffer = QBuffer()
    buffer.setData(QByteArray(as_shown(data)))
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if long_side and size.isValid() and max(size.width(), size.height()) > long_side:
        reader.setScaledSize(size.scaled(QSize(long_side, long_side), Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def upright_size(data: bytes) -> QSize:
    """Width and height once the photo is turned as its camera said; invalid where it cannot be read."""
    buffer = QBuffer()
    buffer.setData(QByteArray(as_shown(data)))
    reader = QImageReader(buffer)
    size = reader.size()
    turned = reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90
    return size.transposed() if turned else size


class ByteCache:
    """Least recently used pictures go first once the bytes are spent."""

    def __init__(self, most: int = CACHE_BYTES) -> None:
        self._most = most
        self._held: OrderedDict[str, QImage] = OrderedDict()
        self.bytes = 0

    def get(self, key: str) -> QImage | None:
        image = self._held.get(key)
        if image is not None:
            self._held.move_to_end(key)
        return image

    def put(self, key: str, image: QImage) -> None:
        self.drop(key)
        self._held[key] = image
        self.bytes += image.sizeInBytes()
        while self.bytes > self._most and len(self._held) > 1:
            self.drop(next(iter(self._held)))

    def drop(self, key: str) -> None:
        image = self._held.pop(key, None)
        if image is not None:
            self.bytes -= image.sizeInBytes()

    def clear(self) -> None:
        self._held.clear()
        self.bytes = 0


class Pictures(QObject):
    """`get` answers from the cache or asks the worker; `arrived` then names the key. A null image means: none."""

    arrived = Signal(str)
    _decoded = Signal(str, QImage)

    def __init__(self, fetch: Callable[[str], bytes | None], long_side: int, parent: QObject) -> None:
        super().__init__(parent)
        self.cache = ByteCache()
        self._fetch = fetch
        self._long_side = long_side
        self._queue: deque[str] = deque(maxlen=QUEUE)
        self._turn = threading.Lock()
        self._worker: threading.Thread | None = None
        self._open = True
        self._decoded.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def get(self, key: str) -> QImage | None:
        image = self.cache.get(key)
        if image is None:
            self._ask(key)
        return image

    def close(self) -> None:
        """Drop what waits, join the worker, forget the pictures."""
        with self._turn:
            self._open = False
            self._queue.clear()
            worker = self._worker
        if worker is not None:
            worker.join()
        self.cache.clear()

    def _ask(self, key: str) -> None:
        with self._turn:
            if not self._open or key in self._queue:
                return
            self._queue.append(key)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="pictures")
                self._worker.start()

    def _work(self) -> None:
        while True:
            with self._turn:
                if not self._queue:
                    self._worker = None
                    return
                key = self._queue[-1]
            image = self._load(key)
            with self._turn:
                if key in self._queue:
                    self._queue.remove(key)
                if self._open:
                    self._decoded.emit(key, image)

    def _load(self, key: str) -> QImage:
        try:
            data = self._fetch(key)
        except Exception:  # noqa: BLE001 - a picture that cannot be fetched is shown as missing, the list goes on
            return QImage()
        return decode(data, self._long_side) if data else QImage()

    def _keep(self, key: str, image: QImage) -> None:
        if self._open:
            self.cache.put(key, image)
            self.arrived.emit(key)
