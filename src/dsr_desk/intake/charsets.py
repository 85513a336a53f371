"""Which encoding bytes are in where nothing says so: the reading that looks most like what somebody wrote.

Each code page is tried strictly. A reading is as natural as the share of its letters that one language writes with,
less what no language does: capitals inside words, signs inside words. Good for a line of text and more, not for a word.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections import Counter
from functools import cache

_LATIN = {
    "cp1252": (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüªº¡¿", "ãáâàçéêíõóôúü", "àèéìòù", "ëïéèóöü", "åäöæøé", "àçéèíïóòúü·",
        "áæéíóöú",
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "iso8859-2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâî",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "mac-roman": ("äöüß", "àâçéèêëîïôœùûü", "áéíñóúü¡¿", "ãáâàçéêíõóôúü", "àèéìòù", "åäöæøé"),
}  # fmt: skip
_OTHER = {
    "cp1251": ("оаеинтсрвлкмдпуязьбгчйхжшюцщфіїєґ", "оаеинтсрвлкмдпуяыьзбгчйхжшюцщэфъё"),
    "koi8-u": ("оаеинтсрвлкмдпуязьбгчйхжшюцщфіїєґ", "оаеинтсрвлкмдпуяыьзбгчйхжшюцщэфъё"),
    "iso8859-5": ("оаеинтсрвлкмдпуязьбгчйхжшюцщфіїє", "оаеинтсрвлкмдпуяыьзбгчйхжшюцщэфъё"),
    "cp866": ("оаеинтсрвлкмдпуяыьзбгчйхжшюцщэфъё",),
    "cp1253": ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",),
    "cp1255": ("אבגדהוזחטיכלמנסעפצקרשתםןץףך",),
    "cp1256": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئ،؟پچژگکی",),
    "iso8859-6": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئ،؟",),
    "cp874": ("กขคงจฉชซญฐณดตถทธนบปผพฟภมยรลวศษสหอฮะัาำิีึืุูเแโใไ็่้์",),
}
_FREQUENT = frozenset(
    "оаеинтсрвлкмдпуяьзбгіыαειονςστηρκπμλυτάέίόאוילהםרתמשבןנדקחעכاليمنوترعبدهسفكقحةأيىกงดตทนบปมยรลวสหอาเะัิี่้ไแ์"
)
_DOUBLE = ("cp932", "euc-jp", "gb18030", "big5", "cp949")
_MARKS = frozenset("„“”‚‘’–—…•€§°«»№")
_CJK_MARKS = frozenset("、。，！？：；（）「」『』・ー〒－　")
_SAMPLE = 20_000

_ALIASES = {
    "ascii": "cp1252", "us-ascii": "cp1252", "latin1": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "latin-1": "cp1252", "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "iso-8859-11": "cp874", "tis-620": "cp874", "shift_jis": "cp932", "shift-jis": "cp932",
    "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc-jp",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "euc-cn": "gb18030",
    "big5": "big5hkscs", "x-big5": "big5hkscs", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949",
    "iso-2022-jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext", "koi8-ru": "koi8-u", "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8",
}  # fmt: skip


def known(label: str) -> str:
    """The code page that a declaration means (as programs write it, not as it is defined); "" where it means none."""
    name = label.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return name if getattr(codec, "_is_text_encoding", True) else ""


def strictly(data: bytes, encoding: str) -> str | None:
    """The text, None where these bytes are not in this encoding."""
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return None


def likeliest(data: bytes) -> str:
    """The most natural reading of bytes that are neither ASCII nor UTF-8. Never fails."""
    # A multi-byte sign may be cut at the end of the sample; it is then read whole or not at all below.
    sample = data[:_SAMPLE]
    if len(data) > _SAMPLE:
        sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b" ")) + 1] or sample
    best, most = "cp1252", -9.0
    for encoding in (*_LATIN, *_OTHER, *_DOUBLE):
        text = strictly(sample, encoding)
        if text is not None and (score := _score(text, encoding)) > most:
            best, most = encoding, score
    return data.decode(best, errors="replace")


def naturalness(text: str, encoding: str = "") -> float:
    """How much a reading looks like what is written in this encoding (in any, where none is named), at most 1."""
    every = (*_LATIN, *_OTHER, *_DOUBLE)
    return max(_score(text, one) for one in ((encoding,) if encoding in every else (*every, "")))


def _score(text: str, encoding: str) -> float:
    signs = Counter(sign for sign in text if ord(sign) > 127)
    total = signs.total()
    if not total:
        return 0.0
    if encoding in _DOUBLE:
        points = sum(_east_asian(sign, encoding) * count for sign, count in signs.items())
    elif encoding:
        alphabets = _LATIN.get(encoding) or _OTHER[encoding]
        points = max(
            sum(_alphabetic(sign, alphabet, encoding) * count for sign, count in signs.items())
            for alphabet in alphabets
        )
    else:
        points = sum(0.6 * count for sign, count in signs.items() if unicodedata.category(sign)[0] in "LM")
    return (points - _odd(text)) / total


def _alphabetic(sign: str, alphabet: str, encoding: str) -> float:
    if sign in _MARKS or sign == "\xa0":
        return 0.7
    if sign.lower() not in alphabet and sign not in "İ":
        return -1.0 if not sign.isalpha() else 0.0
    return 1.0 if encoding in _LATIN or sign.lower() in _FREQUENT else 0.5


@cache
def _east_asian(sign: str, encoding: str) -> float:
    if sign in _CJK_MARKS:
        return 0.9
    place = ord(sign)
    if 0x3041 <= place <= 0x30FE:
        return 1.0 if encoding in ("cp932", "euc-jp") else 0.0
    if 0xAC00 <= place <= 0xD7A3:
        common = len(sign.encode("euc-kr", errors="replace")) == 2  # others are written as eight bytes
        return 0.9 if encoding == "cp949" and common else 0.0
    if 0xFF01 <= place <= 0xFF5E:
        return 0.5
    lead = {"cp932": "euc-jp", "euc-jp": "euc-jp", "gb18030": "gb2312", "big5": "big5"}.get(encoding)
    try:
        first = sign.encode(lead)[0] if lead else 0
    except UnicodeError:
        return -0.5
    last = {"euc-jp": 0xCF, "gb2312": 0xD7, "big5": 0xC6}.get(lead or "", 0)
    least = 0xA4 if lead == "big5" else 0xB0
    return 0.75 if least <= first <= last else 0.05


def _odd(text: str) -> int:
    """What nobody writes: a capital after a small letter where either is beyond ASCII, a sign inside a word."""
    odd = 0
    for before, sign, after in zip(text, text[1:], text[2:] + " ", strict=False):
        if ord(before) < 128 and ord(sign) < 128:
            continue
        if before.islower() and sign.isupper():
            odd += 1
        elif ord(sign) > 127 and not sign.isalpha() and before.isalpha() and after.isalpha():
            odd += sign not in "’·-\u00ad\u200c\u200d" and not unicodedata.combining(sign)
    return odd
