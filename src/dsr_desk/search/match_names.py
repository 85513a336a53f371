"""How alike two names are, in a sentence: order, initials, nicknames, transliteration, misspelling."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from dsr_desk.search.index import Index
from dsr_desk.search.names import CONSONANTS, consonants, name_tokens, name_words, nicknames

SAME, TRANSLITERATED, NICKNAME, MISSPELLED, INITIAL = 1.0, 0.95, 0.92, 0.88, 0.7
LEAST = 0.75
RARE = 2000
"""A token that more records than this hold proposes none by itself; together with another of the name it does."""


@dataclass(frozen=True)
class Likeness:
    """`score` from 0 to 1 and what makes it."""

    score: float
    says: str


def compare_names(wanted: str, there: str) -> Likeness | None:
    """None where the two are not alike enough to be shown.

    Every word of the shorter name must have a partner in the longer one; a single word alone is not enough.
    """
    ours, theirs = name_words(wanted), name_words(there)
    if not ours or not theirs:
        return None
    short, long = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    left = list(long)
    scores: list[float] = []
    notes: list[str] = []
    places: list[int] = []
    for word in sorted(short, key=lambda forms: len(forms[0]), reverse=True):
        compared = [_compare_words(word, other, wanted, there) for other in left]
        score, note = best = max(compared, key=lambda one: one[0])
        if score == 0:
            return None
        partner = left.pop(compared.index(best))
        scores.append(score)
        places.append(short.index(word) - long.index(partner))
        if note:
            notes.append(note)
    full = sum(1 for score in scores if score > INITIAL)
    if not full or (len(scores) == 1 and len(long) > 1):
        return None
    score = sum(scores) / len(scores) * (1 - 0.08 * len(left) / len(long))
    if len(scores) == 1 and scores[0] < SAME:
        return None
    if len(places) > 1 and max(places) != min(places):
        notes.append("in another order")
    if left:
        notes.append("one of the two has more parts")
    if score < LEAST:
        return None
    return Likeness(round(score, 3), _sentence(notes))


def similar_tokens(index: Index, name: str) -> set[int]:
    """Rows of records that could hold this name: two tokens alike, or one alike that is rare."""
    tokens = [token for token in name_tokens(name) if len(token) > 1]
    vocabulary = index.name_tokens
    if not tokens or not vocabulary:
        return set()
    counts: dict[int, int] = {}
    alone: set[int] = set()
    for token in tokens:
        rows: set[int] = set()
        ids = _near(token, vocabulary)
        for (row,) in index.rows_in("SELECT item FROM names WHERE token IN ({})", ids):
            rows.add(row)
        for row in rows:
            counts[row] = counts.get(row, 0) + 1
        if len(rows) <= RARE:
            alone |= rows
    if len(tokens) == 1:
        return set(counts)
    return alone | {row for row, count in counts.items() if count > 1}


def edits_allowed(length: int) -> int:
    """How many letters of a word may differ before it is another word."""
    return 0 if length <= 2 else 1 if length <= 7 else 2


def _near(token: str, vocabulary: dict[str, int]) -> list[int]:
    """Numbers of the tokens that may stand for this one."""
    close = {token, consonants(token), *nicknames(token)}
    if token.startswith(CONSONANTS):
        close.update(known for known in vocabulary if consonants(known) == token)
    allowed = edits_allowed(len(token))
    if allowed:
        close.update(
            known
            for known, _, _ in process.extract(
                token, list(vocabulary), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
        )
    return [vocabulary[known] for known in close if known in vocabulary]


def _compare_words(one: tuple[str, ...], other: tuple[str, ...], wanted: str, there: str) -> tuple[float, str]:
    """The best score of any two forms, with its note; score 0 where the two are different words."""
    changed = wanted.isascii() != there.isascii()
    found = max(
        (_compare(mine, theirs) for mine in one for theirs in other if CONSONANTS not in (mine[0], theirs[0])),
        key=lambda compared: compared[0],
        default=(0.0, ""),
    )
    if found == (SAME, "") and changed:
        return TRANSLITERATED, "spelled in other letters"
    spoken = {form for form in (*one, *other) if form.startswith(CONSONANTS)}
    if found[0] < TRANSLITERATED and spoken and consonants(one[0]) == consonants(other[0]):
        return TRANSLITERATED, "spelled in other letters"
    return found


def _compare(one: str, other: str) -> tuple[float, str]:
    if one == other:
        return SAME, ""
    if other in nicknames(one):
        return NICKNAME, "one first name is a short or other form of the other"
    if len(one) == 1 or len(other) == 1:
        return (INITIAL, "one part is an initial") if one[0] == other[0] else (0.0, "")
    allowed = edits_allowed(max(len(one), len(other)))
    edits = OSA.distance(one, other, score_cutoff=allowed)
    if 0 < edits <= allowed:
        score = MISSPELLED * (0.5 + fuzz.ratio(one, other) / 200)
        return score, f"{'one letter differs' if edits == 1 else f'{edits} letters differ'}"
    return 0.0, ""


def _sentence(notes: list[str]) -> str:
    return ", ".join(dict.fromkeys(notes)) or "the same"
