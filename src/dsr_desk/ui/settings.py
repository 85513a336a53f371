"""What the windows remember on this computer of how they look and when they lock. Never what is in a vault."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, QSettings

IDLE_MINUTES = 10
NEVER = 0
IDLE_CHOICES = (2, 5, 10, 20, 60, NEVER)


def _settings() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "dsr-desk", "dsr-desk")


def read(key: str, usual: str) -> str:
    return str(_settings().value(key, usual))


def write(key: str, value: str) -> None:
    settings = _settings()
    settings.setValue(key, value)
    settings.sync()


remember_language = partial(write, "language")
remember_look = partial(write, "look")


def sample_folder() -> Path:
    """Where the sample organisation lies once somebody asked for it."""
    return Path.home() / "DSR Desk sample"


def language() -> str:
    """ "system", or the two letters of a language."""
    return read("language", "system")


def look() -> str:
    """ "system", or the name of a palette."""
    return read("look", "system")


def last_screen() -> str:
    """The name of the screen that the window was on last."""
    return read("screen", "")


def window_left(screen: str) -> tuple[QRect | None, bool]:
    """Where the window lay on a screen, in logical pixels, and whether it filled it. None where it never was there."""
    match = re.fullmatch(r"(-?\d{1,6}) (-?\d{1,6}) (\d{1,6}) (\d{1,6}) (full|part)", read(f"window/{screen}", ""))
    if match is None:
        return None, False
    left, top, width, height = map(int, match.groups()[:4])
    return QRect(left, top, width, height), match[5] == "full"


def remember_window(screen: str, left: QRect, *, maximised: bool) -> None:
    write("screen", screen)
    place = (left.x(), left.y(), left.width(), left.height())
    write(f"window/{screen}", " ".join(map(str, place)) + (" full" if maximised else " part"))


def idle_minutes() -> int:
    """Minutes without a key or a mouse after which the window locks; NEVER where it does not by itself."""
    value = read("idle", str(IDLE_MINUTES))
    return int(value) if value.isdecimal() and int(value) in IDLE_CHOICES else IDLE_MINUTES


def remember_idle_minutes(value: int) -> None:
    write("idle", str(value))
