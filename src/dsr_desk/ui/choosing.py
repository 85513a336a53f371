"""Asks for folders and files, and begins where the last one lay; the first time at home. Nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

# Qt's own dialog would write the folders that were visited into a file that all its programs share.
QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, "/dev/null")

_last = Path.home()


def ask_folder(parent: QWidget, title: str, begin: str = "") -> Path | None:
    """None where nobody chose; `begin` is a path to begin at."""
    return _remembered(QFileDialog.getExistingDirectory(parent, title, begin or str(_last)), is_folder=True)


def ask_file(parent: QWidget, title: str, kinds: str = "") -> Path | None:
    return _remembered(QFileDialog.getOpenFileName(parent, title, str(_last), kinds)[0])


def ask_files(parent: QWidget, title: str, kinds: str = "") -> list[Path]:
    chosen = [Path(path) for path in QFileDialog.getOpenFileNames(parent, title, str(_last), kinds)[0]]
    if chosen:
        _remembered(str(chosen[0]))
    return chosen


def ask_new_file(parent: QWidget, title: str, name: str, kinds: str = "") -> Path | None:
    """Nothing is written over by this program, so nobody is asked whether it may be."""
    option = QFileDialog.Option.DontConfirmOverwrite
    return _remembered(QFileDialog.getSaveFileName(parent, title, str(_last / name), kinds, options=option)[0])


def _remembered(path: str, *, is_folder: bool = False) -> Path | None:
    global _last
    if not path:
        return None
    chosen = Path(path)
    _last = chosen if is_folder else chosen.parent
    return chosen
