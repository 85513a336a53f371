"""Pictures for lists: fetched by one worker thread, decoded in cells, kept in a cache that counts bytes.

What was asked for last comes first, and what scrolled away long ago falls out of the queue unread.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from dsr_desk.app.case.references import Shown
from dsr_desk.core.message import Message

QUEUE = 128
PATIENCE = 0.5
"""Seconds."""

CACHE_BYTES = 64 * 1024 * 1024


def painted(shown: Shown) -> QImage:
    """Pixels from a cell as Qt paints them; null where there are none. No decoder of Qt's ever sees a photo."""
    if not shown.rows:
        return QImage()
    image = QImage(shown.rows, shown.width, shown.height, 3 * shown.width, QImage.Format.Format_RGB888)
    return image.copy()  # otherwise it would point into bytes that Python lets go


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
    """`get` answers from the cache or asks the worker; `arrived` then names the key. A null image means: none.

    `fetch` runs in the worker and has a photo decoded; `why` says why one that was fetched cannot be shown.
    """

    arrived = Signal(str)
    _decoded = Signal(str, QImage, object)

    def __init__(self, fetch: Callable[[str], Shown | None], parent: QObject) -> None:
        super().__init__(parent)
        self.cache = ByteCache()
        self._fetch = fetch
        self._why: dict[str, Message] = {}
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

    def why(self, key: str) -> Message | None:
        return self._why.get(key)

    def close(self) -> None:
        """Drop what waits, forget the pictures. A photo that takes long is not waited for; nobody hears of it."""
        with self._turn:
            self._open = False
            self._queue.clear()
            worker = self._worker
        if worker is not None:
            worker.join(PATIENCE)
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
            image, why = self._load(key)
            with self._turn:
                if key in self._queue:
                    self._queue.remove(key)
                if self._open:
                    self._decoded.emit(key, image, why)

    def _load(self, key: str) -> tuple[QImage, Message | None]:
        try:
            shown = self._fetch(key)
        except Exception:  # noqa: BLE001 - a picture that cannot be fetched is shown as missing, the list goes on
            return QImage(), None
        return (painted(shown), shown.why) if shown is not None else (QImage(), None)

    def _keep(self, key: str, image: QImage, why: Message | None) -> None:
        if self._open:
            self.cache.put(key, image)
            if why is not None:
                self._why[key] = why
            self.arrived.emit(key)
