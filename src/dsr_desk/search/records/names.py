"""People's names made comparable: words without accents and in Latin letters, with how they sound beside them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
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
    "mr mrs ms miss dr prof sir herr frau dipl ing med von van de der den del la le da di bin al el".split()  # noqa: SIM905
)
SOUND = "~"
"""Begins what stands for a sound; no word of a name does."""

_NICKNAMES = """
alexander aleksandr alex sasha sascha sandro xander shura|alexandra aleksandra alex sandra sasha sascha lexi ola
|andrew andy drew andreas|andrzej jedrek|anthony tony antonio toni anton antoni|barbara barb babs basia
|benjamin ben benny|agnieszka aga|anna anya anja ania annie|anastasia anastasiya nastya nastja
|aleksey alexei lyosha alyosha ljoscha|bartlomiej bartek|boris borya
|catherine katherine kate cathy kathy katie katja katya katharina kathi|ekaterina katya katja
|charles charlie chuck karl carl carlos|christina tina chris kristina|christopher chris kit|concepcion conchita concha
|daniel dan danny|david dave|deborah debbie deb|dmitry dmitriy dmitrij dima mitya|dolores lola|edward ed eddie ted ned
|elena lena|elizabeth liz beth eliza lisa betty elisabeth elsbeth elzbieta ela|emmanuel manu manuel manolo
|enrique quique|eugene gene evgeny evgeniy jewgenij zhenya shenja|florian flo|francis frank francisco paco franz curro
|frederick fred freddy fritz friedrich frederic|gabriele gaby gabi gabriela|george georg jorge jurgen jerzy jurek
|gregory greg grigory grigoriy grisha|harold harry hal|henry harry hank heinrich heinz|ibrahim ibo|ignacio nacho
|irina ira|ivan vanya wanja|jacob jake jakob jakub kuba|james jim jimmy jamie|jaroslaw jarek|javier javi
|jennifer jenny jen|jessica jess jessie|jesus chuy chus|joanna asia|johann hans johannes hannes|john jack johnny jon
|jonathan jon jonny|joseph joe joey josef pepe jose sepp jozef|joshua josh|katarzyna kasia|kenneth ken kenny
|kimberly kim|konstantin kostya kostja|krzysztof krzysiek|lawrence larry|leonard leo len|magdalena magda lena
|malgorzata gosia|margaret maggie meg peggy greta margarete margarita|maria mary mia marie mariya masha mascha
|matthew matt matthias mateusz|maximilian max maximiliano|mehmet memo
|michael mike mick micha mikhail misha mischa michal miguel|monika moni|natalia natalya natalja natasha natascha
|nicholas nick nico niklas nikolai nikolay nikolaj kolya kolja|nathaniel nathan nat|olga olya olja|pamela pam
|patricia pat patty trish|patrick pat paddy|pavel pasha pascha|peter pete piotr pjotr petr petya pedro|philip phil
|pilar pili|raymond ray|rebecca becky|richard rick dick richie|robert bob rob bobby robbie|ronald ron|rosario charo
|rudolf rudi|samantha sam|samuel sam|sebastian basti seb|sergey sergei sergej seryozha serjoscha|sophia sophie sofia
|sofia zofia zosia|stanislaw staszek stach|stefanie steffi|stephen steve steven stefan|susan sue susie susanne susi
|svetlana sveta sweta|tatiana tatyana tatjana tanya tanja|theodore ted theo|thomas tom tommy tomasz tomek|timothy tim
|ursula uschi|valentina valya|veronica vera|victoria vicky tori|vincent vince|vladimir wladimir vova volodya wowa
|walter walt|wilhelm willi|william bill will billy liam|wojciech wojtek|yulia yuliya julia julija yulya julja
|yuri yuriy jurij yura jura|zachary zach
"""


@dataclass(frozen=True)
class NameWord:
    """A word of a name. `forms` are its spellings, the first in plain Latin letters; `sounds` how it sounds.

    `script` is plain (Latin without accents), latin, other, or voiceless (without short vowels, such as Arabic).
    """

    forms: tuple[str, ...]
    sounds: tuple[str, ...]
    script: str = "plain"


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
    plain = composed.replace("'", "") if composed.isascii() else skeleton(composed)
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
    return _WORD.findall(unicodedata.normalize("NFKC", name).replace("-", " ").replace("_", " "))


def name_words(name: str) -> tuple[NameWord, ...]:
    """The words of a name, titles and particles left out where anything else remains."""
    words = tuple(word for text in words_of(name) if (word := word_of(text.casefold())) is not None)
    return tuple(word for word in words if word.forms[0] not in _TITLES) or words


def name_tokens(name: str) -> tuple[str, ...]:
    """All spellings and sounds of all words of a name, each once: what a name is looked up by."""
    return tuple(dict.fromkeys(token for word in name_words(name) for token in (*word.forms, *word.sounds)))


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
