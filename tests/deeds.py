"""What a hostile file could make a library do, whatever the library was asked for."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from typing import Any


def crash(*_asked: Any) -> Any:
    ctypes.string_at(0)


def hang(*_asked: Any) -> Any:
    threading.Event().wait()


def eat(*_asked: Any) -> Any:
    held = []
    while True:
        held.append(bytearray(1 << 24))


def fork(*_asked: Any) -> Any:
    if os.fork() == 0:
        os._exit(0)


def connect(*_asked: Any) -> Any:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM)
