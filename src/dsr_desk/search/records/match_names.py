"""How alike two names are, and what makes it: order, initials, nicknames, transliteration, misspelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from dsr_desk.core.message import Message, message
from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.identifiers import token_key
from dsr_desk.search.records.names import HEARD_KOREAN, NameWord, name_ways, skeleton, with_vowels, word_of, words_of
from dsr_desk.search.records.nicknames import nicknames
from dsr_desk.search.records.scripts import korean_sound

SAME, TRANSLITERATED, NICKNAME, MISSPELLED, SOUNDS_ALIKE, INITIAL = 1.0, 0.95, 0.92, 0.88, 0.82, 0.7
LEAST = 0.75
SHORTEST_JOINED = 6
SYLLABLES = frozenset(("han", "kana", "hangul"))
"""Scripts whose words are read, and then compared as they stand."""

IN_OTHER_LETTERS = message("likeness.letters")
MOST_RECORDS = 2000
"""So many records at most are compared for one name, those first whose words agree to the letter."""


@dataclass(frozen=True)
class Likeness:
    """`score` from 0 to 1 and what takes from it; no notes where the names are the same."""

    score: float
    notes: tuple[Message, ...] = ()


def compare_names(wanted: str, there: str) -> Likeness | None:
    """None where the two are not alike enough to be shown.

    Every word of the shorter name must have a partner in the longer one; a single word alone is not enough. Of a name
    that can be parted in several ways the one counts that is most alike.
    """
    found = [
        like
        for ours in name_ways(wanted)
        for theirs in name_ways(there)
        if (like := _compare_ways(wanted, there, *_joined(ours, theirs))) is not None
    ]
    return max(found, key=lambda one: one.score, default=None)


def _compare_ways(wanted: str, there: str, ours: tuple[NameWord, ...], theirs: tuple[NameWord, ...]) -> Likeness | None:
    if not ours or not theirs:
        return None
    short, long = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    left = list(long)
    scores: list[float] = []
    notes: list[Message] = []
    places: list[int] = []
    for word in sorted(short, key=lambda one: len(one.forms[0]), reverse=True):
        compared = [_compare_words(word, other) for other in left]
        score, note = best = max(compared, key=lambda one: one[0])
        if score == 0:
            return _written_together(wanted, there)
        partner = left.pop(compared.index(best))
        scores.append(score)
        places.append(short.index(word) - long.index(partner))
        if note:
            notes.append(note)
    full = sum(1 for score in scores if score > INITIAL)
    if not full or (len(scores) == 1 and (len(long) > 1 or scores[0] < SAME)):
        return None
    score = sum(scores) / len(scores) * (1 - 0.08 * len(left) / len(long))
    if len(places) > 1 and max(places) != min(places):
        notes.append(message("likeness.order"))
    if left:
        notes.append(message("likeness.parts"))
    if score < LEAST:
        return None
    return Likeness(round(score, 3), tuple(dict.fromkeys(notes)))


def _joined(
    ours: tuple[NameWord, ...], theirs: tuple[NameWord, ...]
) -> tuple[tuple[NameWord, ...], tuple[NameWord, ...]]:
    """Both names, with two words of the longer taken as one where the other name writes them so."""
    if len(ours) == len(theirs):
        return ours, theirs
    long, short = (ours, theirs) if len(ours) > len(theirs) else (theirs, ours)
    for place in range(len(long) - 1):
        one = word_of(long[place].forms[0] + long[place + 1].forms[0])
        if one and any(_compare_words(one, other)[0] >= TRANSLITERATED for other in short):
            long = (*long[:place], one, *long[place + 2 :])
            break
    return (long, short) if len(ours) > len(theirs) else (short, long)


def similar_names(index: Index, name: str) -> tuple[list[int], int]:
    """Rows of records that could hold this name, and how many further ones there are that were not taken.

    Two words of the name must stand there in some form; where it has only one that is no initial, that one.
    """
    rows, left_out = set[int](), 0
    for words in name_ways(name):
        found, further = _similar(index, words)
        rows.update(found)
        left_out += further
    return sorted(rows), left_out


def _similar(index: Index, words: tuple[NameWord, ...]) -> tuple[list[int], int]:
    full = [word for word in words if len(word.forms[0]) > 1]
    if not full:
        return [], 0
    near, exact = (np.zeros(index.last_row + 1, np.uint8) for _ in range(2))
    for place, word in enumerate(words):
        exact[index.postings.rows(map(token_key, word.forms))] += 1
        near[index.postings.rows(map(token_key, _near(index, words, place)))] += 1
    enough = exact if len(words) == 1 else near
    rows = np.flatnonzero(enough >= min(2, len(full)))
    if len(rows) > MOST_RECORDS:
        rows = _best(rows, near[rows] + exact[rows])
    return rows.tolist(), int((enough >= min(2, len(full))).sum()) - len(rows)


def edits_allowed(length: int) -> int:
    """How many letters of a word may differ before it is another word."""
    return 0 if length <= 2 else 1 if length <= 7 else 2


def _best(rows: NDArray[np.int64], likeness: NDArray[np.uint8]) -> NDArray[np.int64]:
    order = np.argsort(-likeness.astype(np.int16), kind="stable")
    return np.sort(rows[order[:MOST_RECORDS]])


def _near(index: Index, words: tuple[NameWord, ...], place: int) -> Iterable[str]:
    """Everything that may stand for this word of a name: nicknames, slips, its initial, its sound, its neighbours."""
    word = words[place]
    found = {*word.forms, *word.sounds, *word.also, *(form[0] for form in word.forms)}
    found.update(HEARD_KOREAN + korean_sound(form) for form in word.forms if form.isascii())
    for form in word.forms:
        found |= nicknames(form)
        found.update(index.vocabulary.near(form, edits_allowed(len(form))))
    for other in (place - 1, place):
        if 0 <= other < len(words) - 1:
            found.add(words[other].forms[0] + words[other + 1].forms[0])
    return found


def _compare_words(one: NameWord, other: NameWord) -> tuple[float, Message | None]:
    """The best score of any two forms, with its note; score 0 where the two are different words."""
    changed = one.script != other.script
    if changed and {one.script, other.script} & SYLLABLES:
        return (TRANSLITERATED, IN_OTHER_LETTERS) if _read_alike(one, other) else (0.0, None)
    if not changed and one.script in SYLLABLES:
        return (SAME, None) if one.forms[-1] == other.forms[-1] else (0.0, None)
    compared = [_compare(mine, theirs) for mine in one.forms for theirs in other.forms]
    found = max(compared, key=lambda one: one[0])
    if one.script == other.script == "voiceless" and found[0] < SAME:
        return _slip(one.forms[-1], other.forms[-1])
    if found[0] == SAME and changed:
        return TRANSLITERATED, IN_OTHER_LETTERS
    if found[0] >= NICKNAME or not set(one.sounds) & set(other.sounds):
        return found
    if "voiceless" in (one.script, other.script):
        if not _begin_alike(one, other):
            return found
        return (TRANSLITERATED, IN_OTHER_LETTERS) if changed else found
    ours, theirs = with_vowels(one.forms[0]), with_vowels(other.forms[0])
    edits = OSA.distance(ours, theirs, score_cutoff=2)
    if edits > (2 if min(len(ours), len(theirs)) > 4 else 1):
        return found
    if changed and "other" in (one.script, other.script):
        return TRANSLITERATED, IN_OTHER_LETTERS
    return found if found[0] else (SOUNDS_ALIKE, message("likeness.sound"))


def _slip(one: str, other: str) -> tuple[float, Message | None]:
    """Without short vowels another letter is another word, but in long ones; one too many or too few is a slip."""
    shorter, longer = sorted((len(one), len(other)))
    slips = OSA.distance(one, other, score_cutoff=1) == 1
    exchanged = shorter == longer and sorted(one) == sorted(other)
    if slips and longer >= 4 and (shorter < longer or exchanged or longer >= 6):
        return MISSPELLED * (0.5 + fuzz.ratio(one, other) / 200), message("likeness.misspelled", count=1)
    return 0.0, None


def _begin_alike(one: NameWord, other: NameWord) -> bool:
    """False where one begins with a written alef and the other with a consonant."""
    voiceless, voiced = (one, other) if one.script == "voiceless" else (other, one)
    own = voiceless.forms[-1]
    return own[0] != "ا" or own.startswith("ال") or voiced.forms[0][0] in "aeiou"


def _read_alike(one: NameWord, other: NameWord) -> bool:
    """Whether two words, one of them of syllables, have a reading in common; a letter more or less is another word."""
    if set(one.forms) & set(other.forms):
        return True
    if "hangul" not in (one.script, other.script):
        return False
    korean, latin = (one, other) if one.script == "hangul" else (other, one)
    return any(HEARD_KOREAN + korean_sound(form) in korean.sounds for form in latin.forms)


def _compare(one: str, other: str) -> tuple[float, Message | None]:
    if one == other:
        return SAME, None
    if other in nicknames(one):
        return NICKNAME, message("likeness.nickname")
    if len(one) == 1 or len(other) == 1:
        return (INITIAL, message("likeness.initial")) if one[0] == other[0] else (0.0, None)
    edits = OSA.distance(one, other, score_cutoff=2)
    if edits <= edits_allowed(max(len(one), len(other))):
        score = MISSPELLED * (0.5 + fuzz.ratio(one, other) / 200)
        return score, message("likeness.misspelled", count=edits)
    return 0.0, None


def _written_together(wanted: str, there: str) -> Likeness | None:
    """Names that are the same but for where their words end, one letter more or less."""
    ours, theirs = words_of(wanted), words_of(there)
    one, other = (skeleton("".join(words)) for words in (ours, theirs))
    edits = 0 if len(ours) == len(theirs) else 1
    if min(len(one), len(other)) < SHORTEST_JOINED or OSA.distance(one, other, score_cutoff=edits) > edits:
        return None
    return Likeness(MISSPELLED, (message("likeness.joined"),))
