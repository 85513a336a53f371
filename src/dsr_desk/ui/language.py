"""The language of the windows: English in the source, others in a catalogue of sentences.

A catalogue is a JSON object from the English sentence to its translation, and from a sentence with `%Ln` to its two
forms, for one and for several. What stands in no catalogue stays English.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their own names, as everybody finds them."""

_installed: list[QTranslator] = []


class Catalogue(QTranslator):
    """Translates whole sentences, whichever class asks."""

    def __init__(self, sentences: dict[str, str | list[str]]) -> None:
        super().__init__()
        self._sentences = sentences

    def isEmpty(self) -> bool:
        return not self._sentences

    def translate(self, _context: str, source: str, _remark: str | None = None, n: int = -1) -> str:
        found = self._sentences.get(source, "")
        return found if isinstance(found, str) else found[0 if n == 1 else 1]


@lru_cache(maxsize=4)
def sentences(language: str) -> dict[str, str | list[str]]:
    """The catalogue of a language; empty for English."""
    source = resources.files("dsr_desk.ui").joinpath(f"resources/words/{language}.json")
    if not source.is_file():
        return {}
    found: dict[str, str | list[str]] = json.loads(source.read_text(encoding="utf-8"))
    return found


def resolve(wish: str) -> str:
    """The language that a wish ("system" or two letters) comes to."""
    if wish in LANGUAGES:
        return wish
    system = QLocale.system().name()[:2]
    return system if system in LANGUAGES else "en"


def speak(app: QApplication, wish: str) -> None:
    """From now on new windows speak this language; figures and days are written as it writes them."""
    for old in _installed:
        app.removeTranslator(old)
    _installed.clear()
    language = resolve(wish)
    system = QLocale.system()
    if system.language() == QLocale.Language.C or system.name()[:2] != language:
        # A machine without a locale would print 3004118 for 3,004,118.
        QLocale.setDefault(QLocale("en_GB" if language == "en" else "de_DE"))
    else:
        QLocale.setDefault(system)
    if language == "en":
        return
    own = Catalogue(sentences(language))
    of_qt = QTranslator()
    of_qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (of_qt, own):
        app.installTranslator(translator)
        _installed.append(translator)
