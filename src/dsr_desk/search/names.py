"""People's names made comparable: tokens without accents, in Latin letters, with nicknames beside them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def _table(letters: str, latin: str) -> dict[str, str]:
    """Latin letters for each letter; a dash stands for none."""
    return {char: "" if text == "-" else text for char, text in zip(letters, latin.split(), strict=True)}


_CYRILLIC = _table(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ",
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i yi ye g u j lj nj c dj dz",
)
_GREEK = _table("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
# Arabic and Persian letters; short vowels are not written, so such names are compared by their consonants.
_ARABIC = _table(
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئپچژگکی",
    "a b t th j h kh d dh r z s sh s d t z - gh f q k l m n h w y a a - a a a w y p ch zh g k y",
)
_LATIN = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
_LETTERS = _CYRILLIC | _GREEK | _ARABIC | _LATIN
_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_TITLES = frozenset(
    "mr mrs ms miss dr prof sir herr frau dipl ing med von van de der den del la le da di bin al el".split()  # noqa: SIM905
)
CONSONANTS = "~"
"""Marks a token that holds consonants alone."""

_NICKNAMES = """
alexander alex sasha sandro xander|alexandra alex sandra sasha lexi|andrew andy drew|anthony tony|barbara barb babs
|benjamin ben benny|catherine katherine kate cathy kathy katie katja|charles charlie chuck karl|christina tina chris
|christopher chris kit|daniel dan danny|david dave|deborah debbie deb|edward ed eddie ted ned|elizabeth liz beth eliza
lisa betty elisabeth elsbeth|eugene gene|florian flo|francis frank francisco paco franz|frederick fred freddy fritz
friedrich|gabriele gaby gabi|george georg jorge jurgen|gregory greg|harold harry hal|henry harry hank heinrich heinz
|ivan vanya|jacob jake jakob|james jim jimmy jamie|jennifer jenny jen|jessica jess jessie|johann hans johannes|john jack
johnny jon|jonathan jon jonny|joseph joe joey josef pepe jose|joshua josh|katarzyna kasia|kenneth ken kenny|kimberly kim
lawrence larry|leonard leo len|margaret maggie meg peggy greta margarete|maria mary mia marie|matthew matt matthias
|maximilian max|michael mike mick micha mikhail misha|nicholas nick nico niklas nikolai kolya|nathaniel nathan nat
|olga olya|pamela pam|patricia pat patty trish|patrick pat paddy|peter pete piotr pjotr|philip phil|raymond ray
|rebecca becky|richard rick dick richie|robert bob rob bobby robbie|ronald ron|samantha sam|samuel sam|sebastian basti
seb|sophia sophie|stephen steve steven stefan|susan sue susie susanne|svetlana sveta|tatiana tanya|theodore ted theo
|thomas tom tommy|timothy tim|valentina valya|veronica vera|victoria vicky tori|vincent vince|vladimir vova volodya
|walter walt|wilhelm willi|william bill will billy liam|zachary zach
"""


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """A word in plain Latin letters without accents: Müller becomes muller."""
    text = unicodedata.normalize("NFKC", word).casefold()
    text = "".join(_LETTERS.get(char, char) for char in text)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(_LETTERS.get(char, char) for char in text if not unicodedata.combining(char))
    return text.replace("'", "").replace("’", "")


def forms_of_word(word: str) -> tuple[str, ...]:
    """The skeletons under which a word is known: as it is, with umlauts written out, by its consonants alone."""
    composed = unicodedata.normalize("NFKC", word).casefold()
    forms = [skeleton(composed), skeleton("".join(_WRITTEN_OUT.get(char, char) for char in composed))]
    if any("\u0590" <= char <= "\u08ff" for char in word):
        forms.append(consonants(forms[0]))
    return tuple(dict.fromkeys(form for form in forms if form))


def consonants(token: str) -> str:
    """Consonants without repetitions: how a name that came from a script without vowels is compared."""
    kept = re.sub(r"[aeiouyw]", "", token.replace("q", "k").replace("c", "k").replace("ph", "f"))
    return CONSONANTS + re.sub(r"(.)\1+", r"\1", kept)


def words_of(name: str) -> list[str]:
    return _WORD.findall(name.replace("-", " "))


@lru_cache(maxsize=65536)
def name_words(name: str) -> tuple[tuple[str, ...], ...]:
    """Forms of each word of a name, titles and particles left out where anything else remains."""
    words = tuple(filter(None, map(forms_of_word, words_of(name))))
    return tuple(forms for forms in words if forms[0] not in _TITLES) or words


def name_tokens(name: str) -> tuple[str, ...]:
    """All forms of all words of a name, each once: what a name is looked up by."""
    return tuple(dict.fromkeys(form for forms in name_words(name) for form in forms))


def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _NICKNAMES.replace("\n", " ").split("|"):
        names = {skeleton(name) for name in line.split()}
        for name in names:
            found.setdefault(name, set()).update(names)
    return {name: frozenset(group) for name, group in found.items()}


_SAME = _groups()


def nicknames(token: str) -> frozenset[str]:
    """Other forms that this first name goes by, itself left out."""
    return _SAME.get(token, frozenset()) - {token}
