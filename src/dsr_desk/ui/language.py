"""The language of the windows: labels are English in the source and translated by sentence; all else are messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from dsr_desk.core.catalogue import Form, labels
from dsr_desk.core.errors import DeskError, error_of
from dsr_desk.core.language import LANGUAGES, plural
from dsr_desk.core.message import Message

_installed: list[QTranslator] = []
_spoken = "en"


class Catalogue(QTranslator):
    """Translates whole labels, whichever class asks."""

    def __init__(self, sentences: Mapping[str, Form]) -> None:
        super().__init__()
        self._sentences = sentences

    def isEmpty(self) -> bool:
        return not self._sentences

    def translate(self, _context: str, source: str, _remark: str | None = None, n: int = -1) -> str:
        """None where there is none: an empty sentence would count as a translation, of Qt's own words too."""
        found = self._sentences.get(source)
        if isinstance(found, tuple):
            return found[plural(n, _spoken)]
        return found  # type: ignore[return-value]


def spoken() -> str:
    """The language that the windows speak now."""
    return _spoken


def say(message: Message) -> str:
    """What another room says, in the language that is spoken now. Of a refusal: what happened and what to do."""
    if message.code in DeskError.registry:
        happened, _, todo = error_of(message).say(_spoken)
        return f"{happened} {todo}"
    return message.say(_spoken)


def say_all(messages: Iterable[Message]) -> str:
    """Sentences that follow each other."""
    return " ".join(map(say, messages))


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
    own = Catalogue(labels(language))
    of_qt = QTranslator()
    of_qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (of_qt, own):
        app.installTranslator(translator)
        _installed.append(translator)
