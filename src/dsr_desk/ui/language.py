"""The language of the windows: English in the source, others in a catalogue of sentences.

A catalogue is a JSON object from the English sentence to its translation, and from a sentence with `%Ln` to its two
forms, for one and for several. What stands in no catalogue stays English.

What the core says as a code with values has its own catalogues there (`say`); the others are for what is no code yet.

A second catalogue (`.errors`) holds the three sentences of each error. A third (`.said`) holds what other rooms say:
whole sentences, or such with holes, `{}` for words and `{n}` for figures. In the translation a hole stays as it is,
`{:said}` is said in turn, `{:list}` part by part, `{:figure}` and `{:day}` are written as the language writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value
from dsr_desk.ui import names, words

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their own names, as everybody finds them."""

WORDED = frozenset({"why", "what", "sentence", "needed", "how", "right", "state", "fate", "before", "after", "verdict"})
"""Details of errors that are words of the program; all others are names and figures."""

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


def say(message: Message) -> str:
    """What the core says, in the language that is spoken now. Of a refusal it is what happened and what to do."""
    if message.code in DeskError.registry:
        return refusal_said(message.error)
    return Message(message.code, _written(message.values)).say(_spoken)


def refusal_said(error: DeskError) -> str:
    """What happened and what to do: the reason that a button gives."""
    happened, _, todo = error_says(error)
    return f"{happened} {todo}"


def error_says(error: DeskError) -> tuple[str, str, str]:
    """What happened, what it means and what to do, in the language of the windows where it has the sentences."""
    details = {name: _detail(name, value) for name, value in error.details.items()}
    happened, means, todo = (
        words.tr(template).format(**details) for template in (error.happened, error.means, error.todo)
    )
    return happened, means, todo


def _detail(name: str, value: object) -> object:
    if name == "parts":
        return ", ".join(names.part_name(part) for part in str(value).split(", "))
    return said(str(value)) if name in WORDED else value


def _written(values: Mapping[str, Value]) -> dict[str, Value]:
    """Figures, days and words of the trade as this language writes them."""
    return {name: _value(name, value) for name, value in values.items()}


def _value(name: str, value: Value) -> Value:
    if isinstance(value, int) and not isinstance(value, bool):
        return _Figure(value)
    if not isinstance(value, str):
        return value
    if name in WORDED:
        return said(value)
    return words.stamp(value) if _STAMP.fullmatch(value) else value


class _Figure(int):
    """A number that counts like any other and is written with separators."""

    def __format__(self, way: str) -> str:
        return super().__format__(way) if way else words.figure(int(self))


_STAMP = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?")
"""A day or a moment as ISO 8601 writes it."""


@lru_cache(maxsize=4)
def sentences(language: str) -> dict[str, str | list[str]]:
    """What the windows and the errors say, in a language; empty for English."""
    return {**_read(f"{language}.errors"), **_read(language)}


def said(text: str) -> str:
    """What another room says, in the language that is spoken now."""
    return _said(text, _spoken)


def said_parts(text: str) -> str:
    """The same for what is listed with commas, each part by itself."""
    return _parts(text, _spoken)


def said_gap(what: str, why: str) -> str:
    """What was not looked at and why. A bare word such as "faces" counts with its reason only: it may be a name."""
    whole = _read(f"{_spoken}.said").get(f"{what}: {why}")
    return str(whole) if whole else f"{said(what)}: {said(why)}"


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> str:
    """Text that is in no catalogue as a whole is said sentence by sentence."""
    for pattern, translation in _patterns(language):
        if (found := pattern.fullmatch(text)) is not None:
            return translation.format(*(_Hole(words, language) for words in found.groups()))
    sentences = _BETWEEN.split(text)
    return " ".join(_said(one, language) for one in sentences) if len(sentences) > 1 else text


def _parts(text: str, language: str) -> str:
    return ", ".join(_said(one, language) for one in text.split(", "))


class _Hole:
    """What stands in a hole of a sentence."""

    def __init__(self, words: str, language: str) -> None:
        self._words, self._language = words, language

    def __format__(self, way: str) -> str:
        if way == "said":
            return _said(self._words, self._language)
        if way == "list":
            return _parts(self._words, self._language)
        if way == "day":
            day = QLocale(QLocale.Language.English).toDate(self._words, "dddd d MMMM yyyy")
            return QLocale(self._language).toString(day) if day.isValid() else self._words
        if way == "figure":
            locale = QLocale(self._language)
            return self._words.translate({ord(","): locale.groupSeparator(), ord("."): locale.decimalPoint()})
        return self._words


_BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
_HOLES = {"{}": r"((?:(?![.!?] [A-Z0-9]).)+)", "{n}": r"(\d[\d.,]*)"}
"""A hole ends with its sentence, or the first sentence of a statement would swallow the others."""
_NAMED = re.compile(r"\{(\w+)[^}]*\}")


@lru_cache(maxsize=4)
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those without holes first, then the longest, so that the most exact one counts.

    Sentences of errors are among them: a gap gives the one of the error that made it.
    """
    errors = (_unnamed(english, str(german)) for english, german in _read(f"{language}.errors").items())
    entries = {**dict(errors), **_read(f"{language}.said")}
    ordered = sorted(entries.items(), key=lambda one: ("{" in one[0], -len(one[0])))
    return tuple((_pattern(english), str(translation)) for english, translation in ordered)


def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"(\{n?\})", english)
    return re.compile("".join(_HOLES.get(part) or re.escape(part) for part in parts), re.DOTALL)


def _unnamed(english: str, translation: str) -> tuple[str, str]:
    """A sentence of an error with its details in the order of their places."""
    names = _NAMED.findall(english)

    def placed(found: re.Match[str]) -> str:
        way = ":said" if found[1] in WORDED else ""
        return f"{{{names.index(found[1])}{way}}}"

    return _NAMED.sub("{}", english), _NAMED.sub(placed, translation)


@lru_cache(maxsize=16)
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
