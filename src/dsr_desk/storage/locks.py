"""One writer at a time: an advisory lock of the operating system that a crash releases."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.storage.files import disk_errors


class InUse(DeskError):
    code = "STORAGE-IN-USE"
    happened = "{where} is open in another window or program."
    means = "Two writers would damage it, so it was not opened. Nothing is lost."
    todo = "Close it there, then try again."


_HELD = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


class FileLock:
    """Held from creation to `release`, by this process alone. Raises InUse, NotWritable."""

    def __init__(self, path: Path, where: Path | str) -> None:
        with disk_errors(where):
            self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            self._descriptor = None
            if error.errno in _HELD:
                raise InUse(where=where) from error
            raise

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
