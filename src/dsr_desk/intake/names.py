"""Names of people as they stand in letters: which words can be one, and in which order they are meant."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dsr_desk.intake import words

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "mba", "msc", "ma", "ba", "llm", "jd", "dds"})
_EAST = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff々〆ヶ・]{1,10}(?:[ \u3000]{1,2}[\u3040-\u30ff\u3400-\u9fff々〆ヶ]{1,8})?"
)
_CASELESS = re.compile(r"[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_NOBODY = re.compile(
    r"(?<!\w)(?:gmbh|ltd|limited|inc|llc|llp|plc|ag|kg|mbh|ug|sarl|sas|s\.?a\.?s?|s\.?l\.?u?|s\.?p\.?a|s\.?r\.?l|b\.?v"
    r"|n\.?v|sp\.? z o\.?o|a\.?ş|şti|corp|corporation|company|gbr|e\.?v|oü|ab|oy|тов|ооо|株式会社|有限会社|公司"
    r"|team|support|help ?desk|office|department|privacy|legal|service|services|customer|website|site|form|forms|admin"
    r"|administrator|notifications?|no-?reply|noreply|mailer|postmaster|webmaster|wordpress|formidable|newsletter|info"
    r"|kontakt|contact|datenschutz|kundenservice|kundendienst|biuro|obsługa|équipe|service client|atención|soporte"
    r"|suporte|supporto|ufficio|klantenservice|destek|підтримка|поддержка|system|zendesk|freshdesk|jira|salesforce"
    r"|hubspot|typeform|jotform|onetrust|group|gruppe|verein|photos|studio|shop|store|online|iphone|android|outlook"
    r"|sehr|damen|herren|sir|madam|whom|everyone|all)(?!\w)",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|(?:\bvia\b|\bper\b|\büber\b).*$)")


@cache
def _titles() -> frozenset[str]:
    return frozenset(one.lower() for code in words.LANGUAGES for one in words.phrases(code, "titles"))


@cache
def _particles() -> frozenset[str]:
    return frozenset(one for code in words.LANGUAGES for one in words.phrases(code, "particles"))


def leading_name(text: str, *, least: int) -> str:
    """The words of a name that a text begins with, particles included; "" where there are fewer than `least`."""
    if east := _EAST.match(text):
        return _eastern(east[0])
    found: list[str] = []
    proper = 0
    for word in text.split()[:7]:
        bare = word.rstrip(".,;:!?)，،。؛")
        if not _can_be_in_name(bare):
            break
        short = word == f"{bare}." and (len(bare) == 1 or bare.lower() in _titles())
        found.append(word if short else bare)
        proper += bare not in _particles() and bare.lower() not in _titles()
        if bare != word and not short:
            break
    while found and (found[-1] in _particles() and not _CASELESS.search(found[-1])):
        found.pop()
    while found and found[0].rstrip(".").lower() in _titles() and found[0].rstrip(".").lower() not in ("dr", "prof"):
        found.pop(0)
    return " ".join(found) if least <= proper <= 5 else ""


def _can_be_in_name(word: str) -> bool:
    if not word or any(sign.isdigit() or sign in "@/_<>=&#" for sign in word):
        return False
    return word[0].isupper() or word in _particles() or _CASELESS.match(word) is not None


def _eastern(text: str) -> str:
    """A Japanese or Chinese name at the beginning of a sentence, without what joins it to the sentence."""
    bare = re.split(r"(?:です|と申|といい|と言い|は、|は|で、|の|より|が|を|拝|様|さん|氏|，|、)", text.strip())[
        0
    ].strip()
    length = len(re.sub(r"\s", "", bare))
    return bare if 2 <= length <= 8 else ""


def whole_name(line: str) -> str:
    """The line, if it is nothing but the name of a person, of two words or more."""
    bare = " ".join(line.split()).strip(" .,*_-–—")
    if _EAST.fullmatch(bare):
        return bare if 3 <= len(bare.replace(" ", "")) <= 8 and not _NOBODY.search(bare) else ""
    return bare if leading_name(bare, least=2) == bare and not is_organisation(bare) else ""


def is_organisation(text: str) -> bool:
    """Whether a name is that of an office, a company or a program."""
    return _NOBODY.search(text) is not None


def written_name(text: str) -> str:
    """A name from a field or a From line in the order in which it is said; "" where it cannot be a person's.

    `Okafor, Daniel` becomes `Daniel Okafor`; titles, what stands in brackets and letters of degrees are left out.
    """
    bare = _ALIAS.sub("", " ".join(text.split())).strip(" \"'“”„«».,;*")
    family, comma, given = bare.partition(",")
    if comma:
        suffix = re.sub(r"[^\w]", "", given).lower()
        bare = family if suffix in _SUFFIXES else f"{given.strip()} {family.strip()}"
    if _EAST.fullmatch(bare):
        return bare if len(bare.replace(" ", "")) <= 10 else ""
    parts = bare.split()
    while parts and parts[0].rstrip(".").lower() in _titles() - {"dr", "prof", "d", "m"}:
        parts.pop(0)
    bare = " ".join(parts)
    if not 0 < len(parts) <= 7 or is_organisation(bare):
        return ""
    if any(sign.isdigit() or sign in "@/_<>=&#:" for sign in bare) or not any(sign.isalpha() for sign in bare):
        return ""
    return bare


def has_title(text: str) -> bool:
    """Whether a word like "Mr" or "Frau" stands in a text."""
    return any(word.strip(".,:").lower() in _titles() for word in text.split())


def same_person(one: str, other: str) -> bool:
    """Whether all words of the shorter name stand in the longer."""
    short, long = sorted((words_of(one), words_of(other)), key=len)
    return bool(short) and short <= long


@lru_cache(4_096)
def words_of(name: str) -> frozenset[str]:
    """The words of a name without particles, case set aside."""
    return frozenset(re.findall(r"[^\W\d_]+", name.casefold())) - {part.casefold() for part in _particles()}
