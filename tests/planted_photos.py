"""A decoder that somebody planted: what a hostile photo could make a library do.

Loaded where cells come from, it waits in Pillow's JPEG decoder for a photo whose comment asks for a deed. A deed that
succeeds ends the process with SUCCEEDED; one that is refused is an error of the decoder.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

from PIL import JpegImagePlugin

from deeds import connect, crash, eat, fork, hang
from dsr_desk.jobs.inside import is_inside

SUCCEEDED = 77
ASKS = b"planted "


def _read(what: str) -> None:
    Path(what).read_bytes()


def _write(what: str) -> None:
    Path(what).write_bytes(b"here")


def _bind(_what: str) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("127.0.0.1", 0))


def _run(_what: str) -> None:
    os.execv("/bin/true", ["true"])


def _kill(_what: str) -> None:
    os.kill(os.getppid(), 0)


DEEDS = {"memory": eat} | {
    deed.__name__.removeprefix("_"): deed for deed in (crash, hang, _read, _write, connect, _bind, fork, _run, _kill)
}


def asking(jpeg: bytes, deed: str, what: object = "") -> bytes:
    """The photo with a comment that asks for this deed."""
    comment = ASKS + f"{deed} {what}".encode()
    return b"".join((jpeg[:2], b"\xff\xfe", struct.pack(">H", len(comment) + 2), comment, jpeg[2:]))


_load = JpegImagePlugin.JpegImageFile.load


def load(self: JpegImagePlugin.JpegImageFile) -> object:
    asks = self.info.get("comment", b"")
    if asks.startswith(ASKS):
        if not is_inside():
            raise RuntimeError("decoded by a process that is no cell")
        deed, _, what = asks.removeprefix(ASKS).decode().partition(" ")
        DEEDS[deed](what)
        os._exit(SUCCEEDED)
    return _load(self)


JpegImagePlugin.JpegImageFile.load = load  # type: ignore[method-assign, assignment]
