"""Which rights a letter exercises, and which it says that it does not.

A right counts where the person's own words ask for it, clause by clause with their negation, and never by the number
of an article alone: article 17 of the GDPR is erasure, article 18 of the LGPD holds many rights. The words are in
`vocabulary/`, those of a negation in the language of the word that they negate.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from re import Match, Pattern

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind, Law, Right
from dsr_desk.intake.laws import named_in
from dsr_desk.intake.model import Passage
from dsr_desk.intake.words import LANGUAGES, every, of_language

ORDER = (
    Right.ACCESS,
    Right.PORTABILITY,
    Right.ERASURE,
    Right.OPT_OUT,
    Right.OBJECTION,
    Right.RESTRICTION,
    Right.RECTIFICATION,
    Right.WITHDRAWAL,
)
"""In which rights of one letter are to be met: what is erased can no longer be handed out."""

LONGEST_SENTENCE = 1_500
"""Signs after which a sentence is cut, at a blank where there is one: a bound on the work for hostile text."""

LONGEST_SHORT = 8
"""Signs of an abbreviation, with what stands before it."""

FARTHEST = 14
"""Words between a negation and what it negates."""

_GDPR_ARTICLES = {
    15: Right.ACCESS,
    16: Right.RECTIFICATION,
    17: Right.ERASURE,
    18: Right.RESTRICTION,
    20: Right.PORTABILITY,
    21: Right.OBJECTION,
}
_CCPA_SECTIONS = {
    100: Right.ACCESS,
    105: Right.ERASURE,
    106: Right.RECTIFICATION,
    110: Right.ACCESS,
    115: Right.ACCESS,
    120: Right.OPT_OUT,
}
_LGPD_ITEMS = {
    "II": Right.ACCESS,
    "III": Right.RECTIFICATION,
    "IV": Right.ERASURE,
    "V": Right.PORTABILITY,
    "VI": Right.ERASURE,
    "IX": Right.WITHDRAWAL,
}
_NUMBER = r"\d{1,3}(?![\d.]*\d)(?: ?\(\d\w?\))*(?: ?\([a-z]\))*(?: ?(?:abs|ust|par|lid|§)\.? ?\d)*"
_ARTICLES = re.compile(
    r"(?<!\w)(?:art(?:icles?|ikeln?|[íi]culos?|igos?|icol[oi]|yku(?:ł|l)\w*|\.|t\.)?|ст(?:атт\w+|ать\w+"
    r"|\.)|madde\w*|第|§)"
    rf" ?({_NUMBER}(?: ?(?:,|/|and|und|et|y|e|en|i|и|та|or|oder|ou|o|of|lub|або|bzw\."
    rf"|sowie) ?(?:art\w*\.? )?{_NUMBER})*)"
    r"(?! ?(?:-|–|bis|to|à|a|al|do|t/m) ?\d)",
    re.IGNORECASE,
)
_TURKISH = re.compile(r"(?<!\w)(\d{1,3})\.? ?(?:madde|maddesi\w*)(?!\w)", re.IGNORECASE)
_SECTIONS = re.compile(r"\b1798\.(\d{3})\b")
_ITEMS = re.compile(r"\bart(?:igo|\.)? ?18(?:º|°)?,? ?(?:inc(?:iso|\.)? ?)?(IX|IV|VI|V|III|II)\b", re.IGNORECASE)
_UNTICKED = re.compile(r"(?:\[ ?\]|[☐□❏❑◻▢])[^\n\[☐□❏❑◻▢☑☒✓✔■]*")
_TICK = "☒"
_NO_PROSE = re.compile(r"\b(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,80}@[\w.-]+")
_QUOTE = re.compile(r"^[>\s]+", re.MULTILINE)
_BULLET = re.compile(r"\s*(?:[-*•–·▪◦]|\(?\d{1,2}[.)]|\(?[a-z]\)|\[[x ]?\]|[☐☑☒□■✓✔])\s")
_LABEL = re.compile(r"\s*[^\s:：][^:：\n.!?]{0,40}[:：](?:\s|\S)")
_END = re.compile(r"[.!?;…]+(?=[\s\"'”“»)\]]|$)|[。！？；\n]+")
_SHORT = re.compile(
    r"(?<!\w)(?:art|abs|nr|no|par|sec|lit|inc|ust|pkt|ст|ч|cf|i\.e|e\.g|z\.b|bzw|vgl|gem|dr|mr|mrs|ms|p)\.$", re.I
)
_COMMA = re.compile(r"[,，、:：–—]|\s-\s")
_TURNED = re.compile(r"\b(?:do|must|should|shall|may)\s+not\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Spoken:
    """A word for a right, by its place in a sentence. `language` is "" for an article's number."""

    begin: int
    end: int
    right: Right
    language: str
    declined: bool = False


def rights_in(passages: Collection[Passage]) -> tuple[tuple[Right, ...], tuple[Right, ...], list[Found]]:
    """Rights asked for in the order in which they are to be met, rights declined, and where each stands.

    A right can be both: "delete my photos, but do not delete my account".
    """
    law = _only_law(passages)
    asked: dict[Right, Message] = {}
    declined: dict[Right, Message] = {}
    for passage in passages:
        text = _prose(passage.text)
        for begin, sentence in _sentences(text):
            for spoken in _spoken(sentence, law):
                line = passage.line + text.count("\n", 0, begin + spoken.begin)
                place = message("where.line", place=passage.where, line=line)
                words = " ".join(sentence[spoken.begin : spoken.end].split())
                said = declined if spoken.declined else asked
                said.setdefault(spoken.right, message("where.words", place=place, words=words))
        for number, words, right in _chosen(text):
            if right not in declined:
                place = message("where.line", place=passage.where, line=passage.line + number)
                asked.setdefault(right, message("where.words", place=place, words=words))
    ranked = tuple(right for right in ORDER if right in asked)
    found = [Found(FoundKind.RIGHT, right, asked[right]) for right in ranked]
    return ranked, tuple(right for right in ORDER if right in declined), found


def _chosen(text: str) -> Iterator[tuple[int, str, Right]]:
    """Line (from 0), word and right of what was ticked or entered in a form by a noun alone: `☒ access to my data`."""
    for number, line in enumerate(text.split("\n")):
        label, colon, value = line.partition(":")
        entered = [value] if colon and every("columns", "right").fullmatch(label.strip()) else []
        for option in [*line.split(_TICK)[1:], *entered]:
            word = next(iter(option.replace(_TICK, " ").split()), "")
            if (right := right_named(word)) is not Right.UNKNOWN:
                yield number, word, right


def right_named(text: str) -> Right:
    """The one right that a cell or a field names; UNKNOWN where it names none or another as well."""
    folded = " ".join(re.split(r"[\W_]+", text.casefold())).strip()
    named = {right for right in Right if folded == right.value.replace("-", " ")} | _cells(folded)
    named = named or {one.right for one in _spoken(text, Law.UNKNOWN) if not one.declined}
    return next(iter(named)) if len(named) == 1 else Right.UNKNOWN


def rights_named(text: str) -> tuple[Right, ...]:
    """All rights that a cell or a field names, in the order in which they are to be met."""
    one = right_named(text)
    said = [] if one is not Right.UNKNOWN else _spoken(text, Law.UNKNOWN)
    named = {one, *(spoken.right for spoken in said if not spoken.declined)}
    parts = re.split(r"[,;/+&|]|\band\b|\bund\b", text)
    named |= {right_named(part) for part in parts if part.strip() != text.strip()}
    return tuple(right for right in ORDER if right in named)


_CELLS = {
    Right.ACCESS: "access|info|know|right to know|categories|specific pieces|copy|dsar|sar|zugang|accès|acceso|accesso|"
    "acesso|inzage|dostęp|erişim|доступ|開示|アクセス",
    Right.ERASURE: "deletion|delete|erasure|erase|delete my data|data deletion|removal|suppression|supresión|olvido",
    Right.PORTABILITY: "portability|export|data export|transfer|data transfer",
    Right.OPT_OUT: "do not sell|dns|do not sell or share|do not share|opt out|optout|sale opt out|opt out of sale|"
    "dnsmpi",
    Right.RECTIFICATION: "correction|correct|update|rectification|edit|data correction",
    Right.OBJECTION: "object|objection",
    Right.RESTRICTION: "restrict|restriction|limit|limit use|limit processing",
    Right.WITHDRAWAL: "withdraw consent|consent withdrawal|revoke consent",
}


def _cells(folded: str) -> set[Right]:
    bare = re.sub(r" (?:request|requests|my|data|personal information|information)$", "", folded)
    return {right for right, words in _CELLS.items() if {folded, bare} & set(words.split("|"))}


def _prose(text: str) -> str:
    """The text with all that says nothing blanked, each sign in its place."""
    for pattern in (_QUOTE, _UNTICKED, _NO_PROSE):
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return text


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with their places; a line that goes on in the next is one with it."""
    joined = list(text)
    lines = text.split("\n")
    place = 0
    for number, line in enumerate(lines[:-1]):
        place += len(line)
        if line.strip() and (after := lines[number + 1]).strip() and not (
            _BULLET.match(after) or _LABEL.match(after) or _is_field(line)
        ):  # fmt: skip
            joined[place] = " "
        place += 1
    whole = "".join(joined)
    begin = 0
    for match in _END.finditer(whole):
        end = match.end()
        short = _SHORT.search(whole, max(begin, end - LONGEST_SHORT), end)
        if match[0] == "." and (short or re.match(r"\s*[\d(]", whole[end : end + 5])):
            continue
        yield from _pieces(whole, begin, end)
        begin = end
    yield from _pieces(whole, begin, len(whole))


def _pieces(whole: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    while end - begin > LONGEST_SENTENCE:
        cut = max(whole.rfind(" ", begin + 1, begin + LONGEST_SENTENCE), begin + LONGEST_SENTENCE // 2)
        yield begin, whole[begin:cut]
        begin = cut
    yield begin, whole[begin:end]


def _is_field(line: str) -> bool:
    """Whether a line is a label with its value, and not prose that goes on."""
    match = _LABEL.match(line)
    return match is not None and len(line[match.end() - 1 :].split()) <= 3


def _spoken(sentence: str, letter: Law) -> list[_Spoken]:
    found = [one for language in LANGUAGES for one in _words(sentence, language)]
    opted = [one for one in found if one.right is Right.OPT_OUT]
    judged = [
        one if one.declined or not one.language else replace(one, declined=_negated(sentence, one, found, opted))
        for one in found
    ]
    judged = [_agreed(one, judged) for one in judged]
    numbers = _articles(sentence, letter)
    languages = tuple(dict.fromkeys(one.language for one in judged)) or LANGUAGES
    for number in numbers:
        declined = any(
            _negated(sentence, replace(number, language=language), [*found, *numbers], opted) for language in languages
        )
        judged.append(replace(number, declined=declined))
    return sorted(judged, key=lambda one: one.begin)


def _words(sentence: str, language: str) -> Iterator[_Spoken]:
    taken: list[tuple[int, int]] = []
    for right in ORDER:
        for match in of_language(language, "declined", right.value).finditer(sentence):
            taken.append(match.span())
            yield _Spoken(*match.span(), right, language, declined=True)
    for right in ORDER:
        for match in of_language(language, "rights", right.value).finditer(sentence):
            if not any(begin < match.end() and match.start() < end for begin, end in taken):
                yield _Spoken(*match.span(), right, language)


def _agreed(one: _Spoken, others: Sequence[_Spoken]) -> _Spoken:
    """Languages share words: where one of them knows a negation, it holds for all."""
    same = (other for other in others if other.right is one.right and other.begin < one.end and one.begin < other.end)
    return replace(one, declined=any(other.declined for other in same))


@cache
def _of(language: str, part: str) -> Pattern[str]:
    return of_language(language, "negations", part)


def _negated(sentence: str, one: _Spoken, found: Sequence[_Spoken], opted: Sequence[_Spoken]) -> bool:
    language = one.language
    if one.right is Right.OPT_OUT and one in opted:
        return False
    never = [match.span() for match in _of(language, "never").finditer(sentence)]
    never += [(other.begin, other.end) for other in opted]

    def counts(match: Match[str]) -> bool:
        return not any(begin <= match.start() and match.end() <= end for begin, end in never)

    if _of(language, "except").search(sentence, one.end) and _excepted(sentence, one):
        return False
    for match in _of(language, "adjacent").finditer(sentence, 0, one.begin):
        if counts(match) and _near(sentence[match.end() : one.begin], 2):
            return True
    for match in _of(language, "after").finditer(sentence, one.end):
        between, rest = sentence[one.end : match.start()], sentence[match.end() :]
        ends = not rest.strip(" .!?;…\"'”“»)\n")
        if counts(match) and _near(between, FARTHEST if ends else 3):
            return not (_of(language, "contrast").search(between) or _of(language, "and").search(between))
    return any(
        counts(match) and _governs(sentence, match, one, found)
        for match in _of(language, "before").finditer(sentence, 0, one.begin)
    )


def _near(between: str, words: int) -> bool:
    return len(between.split()) <= words and not _COMMA.search(between)


def _excepted(sentence: str, one: _Spoken) -> bool:
    match = _of(one.language, "except").search(sentence, one.end)
    return match is not None and _near(sentence[one.end : match.start()], 2)


def _governs(sentence: str, negation: Match[str], one: _Spoken, found: Sequence[_Spoken]) -> bool:
    """Whether a negation before a right negates it, and not something else in the same sentence."""
    language, gap = one.language, sentence[negation.end() : one.begin]
    if len(gap.split()) > FARTHEST or _of(language, "contrast").search(gap):
        return False

    def same_before(place: int) -> list[_Spoken]:
        return [
            other
            for other in found
            if other.right is one.right and negation.end() <= other.begin and other.end <= negation.end() + place
        ]

    for comma in _COMMA.finditer(gap):
        listed = any(
            not gap[other.end - negation.end() : comma.start()].strip() for other in same_before(comma.start())
        )
        goes_on = _of(language, "that").match(gap[comma.end() :].lstrip())
        turned = not gap[: comma.start()].strip() and _TURNED.search(sentence, 0, negation.end())
        if not (listed or goes_on or turned or (comma.start() and _turned_before(sentence, negation, gap))):
            return False
    for joined in _of(language, "and").finditer(gap):
        if not same_before(joined.start()) or _of(language, "asking").search(gap, joined.end()):
            return False
    asking = [match for match in _of(language, "asking").finditer(gap) if len(gap[: match.start()].split()) >= 2]
    return not asking


def _turned_before(sentence: str, negation: Match[str], gap: str) -> bool:
    """The second comma of "do not, under any circumstances, delete"."""
    first = _COMMA.match(gap.lstrip())
    return first is not None and bool(_TURNED.search(sentence, 0, negation.end())) and len(gap.split()) <= 6


def _articles(sentence: str, letter: Law) -> list[_Spoken]:
    """Rights by the numbers of their articles, only together with the law that the numbers are of."""
    if not any(sign.isdigit() for sign in sentence):
        return []
    laws = named_in(sentence)
    found = [
        _Spoken(*match.span(), right, "")
        for match in _SECTIONS.finditer(sentence)
        if (right := _CCPA_SECTIONS.get(int(match[1])))
    ]
    for match in _ITEMS.finditer(sentence):
        if _law_near(match, laws, letter) is Law.LGPD:
            found.append(_Spoken(*match.span(), _LGPD_ITEMS[match[1].upper()], ""))
    for match in (*_ARTICLES.finditer(sentence), *_TURKISH.finditer(sentence)):
        if _law_near(match, laws, letter) in (Law.EU_GDPR, Law.UK_GDPR):
            numbers = [
                int(one)
                for one in re.findall(
                    r"(?<![\d(.])\d{1,3}(?![\d)])", re.sub(r"(?i)(?:abs|ust|par|lid|§)\.? ?\d", "", match[1])
                )
            ]
            found += [_Spoken(*match.span(), _GDPR_ARTICLES[one], "") for one in numbers if one in _GDPR_ARTICLES]
    return found


def _law_near(match: Match[str], laws: Sequence[tuple[int, int, Law]], letter: Law) -> Law:
    """The law that stands nearest in the sentence, else the only one of the letter."""
    if not laws:
        return letter
    return min(laws, key=lambda law: min(abs(law[0] - match.end()), abs(match.start() - law[1])))[2]


def _only_law(passages: Collection[Passage]) -> Law:
    named = {law for one in passages for _, _, law in named_in(one.text)}
    if named <= {Law.EU_GDPR, Law.UK_GDPR} and named:
        return Law.EU_GDPR
    return next(iter(named)) if len(named) == 1 else Law.UNKNOWN
