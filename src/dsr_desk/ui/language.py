"""The language of the windows: English in the source, others in a catalogue of sentences.

A catalogue is a JSON object from the English sentence to its translation, and from a sentence with `%Ln` to its two
forms, for one and for several. What stands in no catalogue stays English.

A second catalogue holds what the other rooms say in English sentences: whole, or with holes `{}` for what varies.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their own names, as everybody finds them."""

_installed: list[QTranslator] = []
_spoken = "en"


class Catalogue(QTranslator):
    """Translates whole sentences, whichever class asks."""

    def __init__(self, sentences: dict[str, str | list[str]]) -> None:
        super().__init__()
        self._sentences = sentences

    def isEmpty(self) -> bool:
        return not self._sentences

    def translate(self, _context: str, source: str, _remark: str | None = None, n: int = -1) -> str:
        """None where there is none: an empty sentence would count as a translation, of Qt's own words too."""
        found = self._sentences.get(source)
        if isinstance(found, list):
            return found[0 if n == 1 else 1]
        return found  # type: ignore[return-value]


@lru_cache(maxsize=4)
def sentences(language: str) -> dict[str, str | list[str]]:
    """The catalogue of a language; empty for English."""
    return _read(language)


def said(text: str) -> str:
    """What another room says, in the language that is spoken now."""
    return _said(text, _spoken)


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> str:
    for pattern, translation in _patterns(language):
        if (found := pattern.fullmatch(text)) is not None:
            return translation.format(*found.groups())
    return text


@lru_cache(maxsize=4)
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those without holes first, then the longest, so that the most exact one counts."""
    entries = sorted(_read(f"{language}.said").items(), key=lambda one: ("{}" in one[0], -len(one[0])))
    return tuple(
        (re.compile("(.+)".join(re.escape(part) for part in english.split("{}")), re.DOTALL), str(translation))
        for english, translation in entries
    )


def _read(name: str) -> dict[str, str | list[str]]:
    source = resources.files("dsr_desk.ui").joinpath(f"resources/words/{name}.json")
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
    global _spoken
    for old in _installed:
        app.removeTranslator(old)
    _installed.clear()
    _spoken = language = resolve(wish)
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
