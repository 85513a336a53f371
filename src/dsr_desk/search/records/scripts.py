"""Words of names in other scripts, read in Latin letters by kept libraries; each is loaded when first needed.

ICU reads letters and syllables, pypinyin Chinese characters, and SudachiPy (an extra) Japanese ones, where installed.
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice, product
from typing import Any

LONGEST_HAN = 6
"""A name in Chinese characters has no more; what is longer is no name."""

MOST_READINGS = 12
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff々〆]+")
_KANA = re.compile(r"[\u3040-\u30ff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_VOICELESS = re.compile(r"[\u0590-\u08ff\u0e00-\u0eff]")

_DOUBLE_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 宇文 长孙 南宫 端木 轩辕 独孤 西门 司空".split()  # noqa: SIM905
)
_SURNAMES_READ = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "查": "zha",
    "区": "ou",
    "盖": "ge",
    "任": "ren",
    "华": "hua",
    "朴": "piao",
    "秘": "bi",
    "翟": "zhai",
    "缪": "miao",
    "覃": "qin",
    "葛": "ge",
    "冼": "xian",
}
"""Characters that are read otherwise as a family name."""

_ELSEWHERE = {
    "li": "lee lei",
    "chen": "chan tan chin",
    "wang": "wong ong",
    "huang": "wong ng hwang",
    "lin": "lam lim",
    "wu": "ng goh woo",
    "zhang": "chang cheung teo",
    "liu": "lau liew",
    "zhou": "chou chow chew",
    "xu": "hsu tsui",
    "he": "ho",
    "guo": "kuo kwok",
    "cai": "tsai choi chua",
    "zheng": "cheng cheang tay",
    "xie": "hsieh tse",
    "zhao": "chao chiu",
    "yang": "yeung yeoh",
    "liang": "leung",
    "zhu": "chu",
    "ye": "yeh yip",
    "xiao": "hsiao siu",
    "zeng": "tseng tsang",
    "deng": "teng tang",
    "feng": "fung",
    "lu": "lo luk",
    "jiang": "chiang",
    "gao": "kao ko",
    "luo": "lo law",
    "song": "sung soong",
    "tang": "tong",
    "pan": "poon",
    "su": "soo so",
    "hong": "hung ang",
}
"""Family names as they are written in Hong Kong, Taiwan and Singapore."""

_WADE_GILES = (
    (re.compile("^zh"), "ch"),
    (re.compile("^[jq]"), "ch"),
    (re.compile("^x"), "hs"),
    (re.compile("^z"), "ts"),
    (re.compile("^c(?!h)"), "ts"),
    (re.compile("^r"), "j"),
    (re.compile("^b"), "p"),
    (re.compile("^d"), "t"),
    (re.compile("^g"), "k"),
    (re.compile("ong$"), "ung"),
    (re.compile("(?<=[dtlnzcsgk])uo$"), "o"),
    (re.compile("ian$"), "ien"),
)
_LEADS = (
    *("k g", "kk gg", "n", "d t", "tt", "r l", "m", "b p", "pp bb", "s sh", "ss", "", "j ch", "jj"),
    *("ch", "k", "t", "p", "h"),
)
_VOWELS = (
    *("a ah", "ae ai", "ya", "yae", "eo u o", "e", "yeo you yu yo", "ye", "o oh", "wa", "wae", "oe oi", "yo"),
    *("u oo woo", "wo weo won", "we", "wi", "yu yoo", "eu u", "ui ee eui", "i ee"),
)
_TAILS = (
    *("", "k g", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng"),
    *("t", "t", "k", "t", "p", "t"),
)
_KOREAN_SURNAMES = {
    "김": "kim gim",
    "이": "lee yi rhee li i",
    "박": "park pak bak",
    "최": "choi choe",
    "정": "jung jeong chung",
    "강": "kang gang",
    "조": "cho jo",
    "윤": "yoon yun",
    "장": "jang chang",
    "임": "lim im",
    "오": "oh o",
    "신": "shin sin",
    "서": "seo suh",
    "권": "kwon gwon",
    "황": "hwang",
    "안": "ahn an",
    "송": "song",
    "유": "yoo yu",
    "류": "ryu yoo",
    "홍": "hong",
    "전": "jeon chun",
    "고": "ko go",
    "문": "moon mun",
    "손": "son sohn",
    "배": "bae pae",
    "백": "baek paik",
    "허": "heo hur",
    "노": "noh roh",
    "심": "shim sim",
    "우": "woo u",
    "구": "koo gu",
    "주": "joo ju",
    "한": "han",
    "양": "yang",
}


def other_script(word: str) -> str:
    """han, kana, hangul, voiceless (no short vowels are written), other, or "" for Latin letters.

    Cyrillic, Greek and Arabic are read by tables of `names`, which know how such names are written in Latin letters.
    """
    if word.isascii():
        return ""
    for script, pattern in (("kana", _KANA), ("hangul", _HANGUL), ("han", _HAN)):
        if pattern.search(word):
            return script
    if _VOICELESS.search(word):
        return "voiceless"
    return "other" if any(unicodedata.category(char)[0] == "L" and ord(char) >= 0x370 for char in word) else ""


@lru_cache(maxsize=8)
def _transliterator(rules: str) -> Callable[[str], str]:
    import icu

    made: Callable[[str], str] = icu.Transliterator.createInstance(rules).transliterate
    return made


@lru_cache(maxsize=1 << 14)
def romanised(word: str) -> str:
    """A word in small plain Latin letters, as ICU reads its script; what it cannot read is left out."""
    text = _transliterator("Any-Latin")(word).casefold()
    if "\u0e00" <= word[0] <= "\u0e7f":
        text = re.sub("c(?!h)", "j", text)
    for letters, instead in (("r̥", "ri"), ("ṛ", "ri"), ("ẕ", "z"), ("ẖ", "h"), ("š", "sh"), ("ś", "sh"), ("ṣ", "sh")):
        text = text.replace(unicodedata.normalize("NFD", letters), instead).replace(letters, instead)
    return "".join(char for char in _transliterator("Latin-ASCII; Lower")(text) if "a" <= char <= "z")


def simplified(word: str) -> str:
    """Chinese characters as they are written in short."""
    return _transliterator("Traditional-Simplified")(word)


Part = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A part of a name as it stands, its readings in Latin letters, and further words that it may be looked up by."""


@lru_cache(maxsize=1 << 14)
def parts_of(word: str) -> tuple[tuple[Part, ...], ...]:
    """The ways to part a word of Chinese, Japanese or Korean into family and given name; none for other scripts."""
    if len(word) > LONGEST_HAN * 2:
        return ()
    if _HANGUL.fullmatch(word) and len(word) > 1:
        return (_korean(word),)
    if _HAN.fullmatch(word) and 1 < len(word) <= LONGEST_HAN:
        return (*((_chinese(word),) if len(word) <= 4 else ()), *_japanese(word))
    return ((_kana(word),),) if _KANA.fullmatch(word) else _japanese(word)


@lru_cache(maxsize=1 << 14)
def one_part(word: str) -> Part | None:
    """A word that stands apart from the other parts of its name already; None for other scripts."""
    if len(word) > LONGEST_HAN * 2:
        return None
    if _HANGUL.fullmatch(word):
        surname = tuple(_KOREAN_SURNAMES.get(word, "").split())
        return word, _few([*surname, *_syllables(word)]), ()
    if _KANA.fullmatch(word):
        return _kana(word)
    if _HAN.fullmatch(word):
        family = _readings(word, "姓")
        elsewhere = _ELSEWHERE.get((_pinyin(simplified(word)) or ("",))[0], "").split() if len(word) == 1 else []
        return simplified(word), _few([*_pinyin(simplified(word)), *elsewhere, *family, *_readings(word, "名")]), ()
    return None


def _chinese(word: str) -> tuple[Part, ...]:
    short = simplified(word)
    family = 2 if len(short) > 2 and short[:2] in _DOUBLE_SURNAMES else 1
    known = _SURNAMES_READ.get(short[:family])
    first = (known,) if known else _pinyin(short[:family])[:1]
    also = tuple(way for one in first for way in _ELSEWHERE.get(one, "").split())
    given = short[family:]
    readings = _pinyin(given)
    syllables = tuple(dict.fromkeys(way for char in given for way in _pinyin(char)[:2])) if len(given) > 1 else ()
    return ((short[:family], (*first, *also), ()), (given, readings, syllables))


def _pinyin(text: str) -> tuple[str, ...]:
    """Readings, the usual one first; of each the spelling of Wade and Giles beside it."""
    from pypinyin import Style, pinyin

    each = pinyin(text, style=Style.NORMAL, heteronym=len(text) == 1, errors="ignore")
    ways = list(islice(product(*(one[:3] for one in each)), 4))
    found = ["".join(way).replace("ü", "u") for way in ways]
    found += ["".join(map(_wade_giles, way)) for way in ways[:1]]
    return tuple(dict.fromkeys(one for one in found if one.isascii() and one))


def _wade_giles(syllable: str) -> str:
    for pattern, letters in _WADE_GILES:
        syllable = pattern.sub(letters, syllable)
    return syllable


def _korean(word: str) -> tuple[Part, ...]:
    family = word[0]
    given = word[1:]
    surname = tuple(_KOREAN_SURNAMES.get(family, "").split()) or _syllables(family)
    each = tuple(dict.fromkeys(way for char in given for way in _syllables(char))) if len(given) > 1 else ()
    whole = (romanised(word),) if len(word) < 4 else ()
    return ((family, surname, ()), (given, _syllables(given), (*each, *whole)))


def _syllables(word: str) -> tuple[str, ...]:
    """Spellings of Korean syllables: the official one first, then customary ones."""
    ways = [_syllable(char) for char in word]
    return tuple(dict.fromkeys(["".join(way) for way in islice(product(*ways), 40)]))


def _syllable(char: str) -> list[str]:
    code = ord(char) - 0xAC00
    parts = (_LEADS[code // 588], _VOWELS[code % 588 // 28], _TAILS[code % 28])
    return ["".join(way) for way in product(*((part.split() or [""]) for part in parts))]


def korean_sound(latin: str) -> str:
    """Spellings of one Korean name in Latin letters that are customary sound alike by this; others mostly do not."""
    text = latin
    for pattern, letters in _KOREAN:
        text = pattern.sub(letters, text)
    return text


_KOREAN = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
        *(("oo|woo", "u"), ("ee", "i"), ("ou|eo", "o"), ("u(?=n|ng)", "o"), ("h(?![aeiouy])", "")),
        *(
            ("eu", "u"),
            ("(?<=h)ui", "i"),
            ("sh", "s"),
            ("ch", "j"),
            ("k", "g"),
            ("p", "b"),
            ("t", "d"),
            ("(.)\\1", "\\1"),
        ),
    )
)


def _kana(word: str) -> Part:
    return word, kana_read(word), ()


def kana_read(word: str) -> tuple[str, ...]:
    """Hepburn's spelling of kana, long vowels written short, and as they stand."""
    text = _transliterator("Katakana-Hiragana; Hiragana-Latin; Latin-ASCII; Lower")(word)
    text = "".join(char for char in text if char.isalpha())
    short = re.sub(r"ou|oo", "o", text).replace("uu", "u").replace("aa", "a")
    return tuple(dict.fromkeys([short, text]))


@lru_cache(maxsize=1)
def _sudachi() -> tuple[Any, Any] | None:
    if not japanese_installed():
        return None
    import sudachipy

    dictionary = sudachipy.Dictionary(dict="small")
    return dictionary, dictionary.tokenizer()


@lru_cache(maxsize=1)
def japanese_installed() -> bool:
    """Whether Japanese characters are read here (the extra "japanese")."""
    return all(importlib.util.find_spec(name) is not None for name in ("sudachipy", "sudachidict_small"))


def may_be_japanese(name: str) -> bool:
    """Whether a name has characters that are read in Japanese by a dictionary alone."""
    return _HAN.search(name) is not None


def _japanese(word: str) -> tuple[tuple[Part, ...], ...]:
    """A family name and a given name that the dictionary knows as such, with all readings that it has for them."""
    known = _sudachi()
    if known is None or len(word) < 2:
        return ()
    for cut in sorted(range(1, len(word)), key=lambda one: abs(one - 2)):
        family, given = _readings(word[:cut], "姓"), _readings(word[cut:], "名")
        if family and given:
            return (((word[:cut], family, ()), (word[cut:], given, ())),)
    return ()


def _readings(surface: str, part: str) -> tuple[str, ...]:
    known = _sudachi()
    if known is None:
        return ()
    found = [one.reading_form() for one in known[0].lookup(surface) if part in one.part_of_speech()]
    return _few(way for reading in dict.fromkeys(found) for way in kana_read(reading))


def _few(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(values), MOST_READINGS))
