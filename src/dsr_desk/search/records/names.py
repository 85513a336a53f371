"""People's names made comparable: words without accents and in Latin letters, with how they sound beside them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from dsr_desk.search.records import scripts

_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0981-\u0dff\u0e31-\u0e4e"
_LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
_WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_HUMP = re.compile(r"(?<=[a-zß-ÿ]{4})(?=[A-ZÀ-Þ])|(?<=#[A-ZÀ-Þ][a-zß-ÿ]{2})(?=[A-ZÀ-Þ])")
LONGEST_NAME = 200
"""Letters of a name that are read; what is longer is no name."""

_SERVANT = re.compile("(?:abd|abdu|abde|abda)(?:ou?l|[uea]?[lrsnzdt])?(.{2,})")
_ABD = frozenset(("abd", "abdul", "abdel", "abdal", "abdoul", "abdur", "abder"))


def _table(letters: str, latin: str) -> dict[str, str]:
    """Latin letters for each letter; a dash stands for none."""
    return {char: "" if text == "-" else text for char, text in zip(letters, latin.split(), strict=True)}


_CYRILLIC = _table(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ",
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i yi ye g u j lj nj c dj dz",
)
_GREEK = _table("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
# Arabic and Persian letters; short vowels are not written, so such names are compared by how they sound.
_ARABIC = _table(
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئپچژگکی",
    "a b t th j h kh d dh r z s sh s d t z - gh f q k l m n h w y a a - a a a w y p ch zh g k y",
)
_LATIN = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
_LETTERS = _CYRILLIC | _GREEK | _ARABIC | _LATIN
_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_ARTICLE = "ال"
_TITLES = frozenset(
    """mr mrs ms miss dr prof sir herr frau dipl ing med von van vom zu zum zur de der den del dos das do
    la le da di du bin ibn ben bint abu al el ul e y""".split()  # noqa: SIM905
)
SOUND = "~"
"""Begins what stands for a sound; no word of a name does."""
NAME_ENGINE = 2
"""By which way names are read; of another one than an index was begun with, records can be missed, and that is said."""

HEARD_KOREAN = SOUND + "k:"


@dataclass(frozen=True)
class NameWord:
    """A word of a name. `forms` are its spellings, the first in plain Latin letters; `sounds` how it sounds.

    `script` is plain (Latin without accents), latin, other, voiceless (without short vowels, such as Arabic), or han,
    kana, hangul. `also` are further words to look it up by, which no record is found by itself.
    """

    forms: tuple[str, ...]
    sounds: tuple[str, ...]
    script: str = "plain"
    also: tuple[str, ...] = ()


def skeleton(word: str) -> str:
    """A word in plain Latin letters without accents: Müller becomes muller."""
    text = unicodedata.normalize("NFKC", word).casefold()
    text = _stripped("".join(_LETTERS.get(char, char) for char in text))
    return "".join(_LETTERS.get(char, char) for char in text).replace("'", "").replace("’", "")


def _stripped(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@lru_cache(maxsize=1 << 18)
def word_of(word: str) -> NameWord | None:
    """None for what holds no letter: a mark of punctuation in another script, say.

    Forms of a Latin word: as it is, and with umlauts written out. Of another script: in Latin letters, and as it is.
    """
    composed = unicodedata.normalize("NFKC", word).casefold()
    if (part := scripts.one_part(composed)) is not None:
        return _word_of_part(part)
    plain = composed.replace("'", "") if composed.isascii() else skeleton(composed)
    if plain and not plain.isascii() and (script := scripts.other_script(composed)):
        return _word_by_icu(composed, script)
    if not plain:
        return None
    if plain.isascii() and word.isascii():
        return NameWord((plain,), sounds(plain))
    if any("\u0590" <= char <= "\u08ff" for char in word):
        stem = skeleton(composed.removeprefix(_ARTICLE)) if len(composed) > len(_ARTICLE) + 2 else plain
        forms = [plain, stem, _stripped(composed)]
        heard = [*sounds(plain), *sounds(stem), *sounds(plain.replace("w", "")), *sounds(stem.replace("w", ""))]
        return NameWord(_once(forms), _once(heard), "voiceless")
    if any(char in _CYRILLIC or char in _GREEK for char in _stripped(composed)):
        return NameWord(_once([plain, _stripped(composed)]), sounds(plain), "other")
    written = skeleton("".join(_WRITTEN_OUT.get(char, char) for char in composed))
    return NameWord(_once([plain, written]), _once([*sounds(plain), *sounds(written)]), "latin")


def _word_of_part(part: scripts.Part) -> NameWord:
    """A hangul word is found by how it sounds, which fewer keys say than all its spellings."""
    own, readings, also = part
    script = scripts.other_script(own)
    if script == "hangul":
        heard = (HEARD_KOREAN + scripts.korean_sound(readings[0]),)
        return NameWord(_once([*readings[:4], own]), heard, script, _once([*readings[4:], *also]))
    return NameWord(_once([*readings, own]), (), script, also)


def _word_by_icu(word: str, script: str) -> NameWord | None:
    plain = scripts.romanised(word)
    if not plain:
        return None
    heard = [*sounds(plain), *sounds(plain.replace("v", "")), *sounds(plain.removesuffix("h"))]
    if script == "voiceless":
        heard += [*sounds(plain.replace("p", "f")), *sounds(plain.removesuffix("h").replace("p", "f"))]
    return NameWord(_once([plain, _stripped(word)]), _once(heard), script)


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


_JOINED = re.compile(r"schtsch|shch|tsch|dsch|tch|sch|dzh|sh|zh|sz|cz|ts|tz|kh|gh|ck|ph|th|dj|ks")
_SAME_SOUND = dict.fromkeys(("schtsch", "shch", "tsch", "tch", "sch", "sh", "zh", "sz", "cz", "ts", "tz"), "s") | {
    **dict.fromkeys(("kh", "gh", "ck"), "k"),
    **dict.fromkeys(("dsch", "dzh", "dj"), "j"),
    "ph": "f",
    "th": "t",
    "ks": "x",
}
_ONE_SOUND = str.maketrans("hqcgzvwby", "kkkksfffi")
_VOWELS = str.maketrans("", "", "aeiouj")
_LIKE_VOWELS = ((re.compile("j"), "i"), (re.compile(r"(.)\1+"), r"\1"), (re.compile("^ie"), "e"))


def sounds(token: str) -> tuple[str, ...]:
    """How a word sounds, roughly: the same for most ways to write a name of another script in Latin letters.

    Vowels and what may stand for one are left out, letters of one kind count as one. Where a "c" can be spoken in two
    ways there are two. Empty where nothing is left.
    """
    plain = _one_letter_a_sound(token.removesuffix("h") if len(token) > 3 else token)
    heard = (plain, plain.replace("ch", "s").replace("c", "s")) if "c" in plain else (plain,)
    consonants = (way.replace("ch", "k").translate(_ONE_SOUND).translate(_VOWELS) for way in heard)
    return _once([SOUND + re.sub(r"(.)\1+", r"\1", way) for way in consonants if way])


def with_vowels(token: str) -> str:
    """A word as `sounds` hears it, vowels kept: tells words apart that sound alike."""
    plain = _one_letter_a_sound(token).translate(_ONE_SOUND)
    for pattern, letters in _LIKE_VOWELS:
        plain = pattern.sub(letters, plain)
    return plain


def _one_letter_a_sound(token: str) -> str:
    return _JOINED.sub(lambda found: _SAME_SOUND[found[0]], token)


def words_of(name: str) -> list[str]:
    """The words of the beginning of a name, what cannot be seen left out; humps and hyphens part words."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", name[:LONGEST_NAME]))
    return _WORD.findall(_HUMP.sub(" ", text).replace("-", " ").replace("_", " "))


def name_ways(name: str) -> tuple[tuple[NameWord, ...], ...]:
    """The words of a name, in each way in which one word of Chinese characters may be parted; one way at least."""
    texts = [text.casefold() for text in words_of(name)]
    if len(texts) == 1 and (ways := scripts.parts_of(texts[0])):
        return tuple(tuple(map(_word_of_part, way)) for way in ways)
    words = tuple(word for text in _servants(texts) if (word := word_of(text)) is not None)
    return (tuple(word for word in words if word.script == "latin" or word.forms[0] not in _TITLES) or words,)


def _servants(texts: list[str]) -> list[str]:
    """Arabic names of a servant of God as one word, whichever way they are parted and their article is written."""
    found: list[str] = []
    rest = iter(texts)
    for text in rest:
        if text == "عبد" and (other := next(rest, "")):
            found.append(text + other)
        elif text in _ABD and (other := next(rest, "")):
            further = next(rest, "") if other in ("al", "el", "ar", "er") else other
            found.append("abdul" + (further or other))
        elif text.isascii() and len(text) > 6 and (served := _SERVANT.fullmatch(text)):
            found.append("abdul" + served[1])
        else:
            found.append(text)
    return found


def name_tokens(name: str) -> tuple[str, ...]:
    """All spellings and sounds of all words of a name, each once: what a name is looked up by."""
    words = (word for way in name_ways(name) for word in way)
    return tuple(dict.fromkeys(token for word in islice(words, 40) for token in (*word.forms, *word.sounds)))
