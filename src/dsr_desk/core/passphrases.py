"""New passphrases: how easy one is to guess, and how the program makes one itself.

Whoever sets a passphrase is told why it is refused. Unlocking never asks: a vault with a weak one still opens.

The program's own ones can be read out on the telephone: groups of syllables, 85 bits. They have 31 characters, since
some PDF readers look at the first 32 of what is typed.
"""

from __future__ import annotations

import math
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message

SCORED = 72
"""Characters that are looked at, at most: the work grows with them. All of a longer passphrase is used."""
MOST_WORK = 400_000
"""Pairs of places in a text, for each way to read its signs as letters: a quarter of a second."""
ENOUGH = 4
LEAST_WORD = 3
OWN_WORDS = ("dsr desk",)
LEVELS = ("guessed.at-once", "guessed.at-once", "guessed.soon", "guessed.by-many", "guessed.hardly")

FEEDBACK = {
    "Use a few words, avoid common phrases.": "use-words",
    "No need for symbols, digits, or uppercase letters.": "no-symbols",
    "Add another word or two. Uncommon words are better.": "add-words",
    "Straight rows of keys are easy to guess.": "rows",
    "Short keyboard patterns are easy to guess.": "keyboard",
    "Use a longer keyboard pattern with more turns.": "more-turns",
    'Repeats like "aaa" are easy to guess.': "repeated-letters",
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': "repeated-words",
    "Avoid repeated words and characters.": "no-repeats",
    'Sequences like "abc" or "6543" are easy to guess.': "sequences",
    "Avoid sequences.": "no-sequences",
    "Recent years are easy to guess.": "years",
    "Avoid recent years.": "no-years",
    "Avoid years that are associated with you.": "no-own-years",
    "Dates are often easy to guess.": "dates",
    "Avoid dates and years that are associated with you.": "no-own-dates",
    "This is a top-10 common password.": "ten",
    "This is a top-100 common password.": "hundred",
    "This is a very common password.": "common",
    "This is similar to a commonly used password.": "like-common",
    "A word by itself is easy to guess.": "one-word",
    "Names and surnames by themselves are easy to guess.": "name-alone",
    "Common names and surnames are easy to guess.": "names",
    "Capitalization doesn't help very much.": "capital",
    "All-uppercase is almost as easy to guess as all-lowercase.": "capitals",
    "Reversed words aren't much harder to guess.": "backwards",
    "Predictable substitutions like '@' instead of 'a' don't help very much.": "substitutes",
}
"""What zxcvbn says, and the code under which we say it."""

_CONSONANTS = "bdfghjklmnprst"
_VOWELS = "aeiou"
_GROUPS = (4, 3, 4, 3)

BITS = sum(_GROUPS) * math.log2(len(_CONSONANTS) * len(_VOWELS))

_turn = threading.Lock()


class PassphraseWeak(DeskError):
    code = "PASSPHRASE-WEAK"
    happened = "This passphrase was not taken. {why:sentences}"
    means = "Whoever gets a copy of the vault could open it, so nothing was written."
    todo = "Take five or six words at random, or one that the program makes: --generate, in the window “Suggest one”."


@dataclass(frozen=True)
class PassphraseStrength:
    """How hard a passphrase is to guess, from 0 to 4; `why` says it, with what makes it easy and what would help."""

    score: int
    why: tuple[Message, ...]

    @property
    def enough(self) -> bool:
        return self.score >= ENOUGH


def strength(passphrase: str, names: Iterable[str] = ()) -> PassphraseStrength:
    """`names` are those that somebody who guesses knows: of the organisation and of its officers."""
    from zxcvbn import feedback, zxcvbn  # its lists of words take longer to load than most commands to run

    text = one_spelling(passphrase)
    if text != text.strip() or not text.isprintable():
        return PassphraseStrength(0, (message("passphrase.unseen"),))
    if not text:
        sequence, score = [], 0
    else:
        with _turn:  # zxcvbn keeps the known words in one place for all
            found = zxcvbn(_scored(text), list(_known(names)))
        sequence, score = found["sequence"], found["score"]
    if score >= ENOUGH:
        return PassphraseStrength(score, (message(f"passphrase.{LEVELS[score]}"),))
    said = feedback.get_feedback(min(score, 2), sequence)  # beyond 2 it would say nothing
    why = [LEVELS[score]]
    if any(part.get("dictionary_name") == "user_inputs" for part in sequence):
        why.append("known-name")
    why += [FEEDBACK[one] for one in (said["warning"], *said["suggestions"]) if one in FEEDBACK]
    return PassphraseStrength(score, tuple(message(f"passphrase.{one}") for one in why))


def require_strong(passphrase: str, names: Iterable[str] = ()) -> None:
    """For a passphrase that is being set. Raises PassphraseWeak."""
    found = strength(passphrase, names)
    if not found.enough:
        raise PassphraseWeak(why=found.why)


def one_spelling(passphrase: str) -> str:
    """Letters with marks are the same, whichever keyboard or system typed them."""
    return unicodedata.normalize("NFC", passphrase)


def new_passphrase() -> str:
    """Like "tobirane-kasemu-lodifigo-pagune", each syllable drawn at random."""
    return "-".join("".join(_syllable() for _ in range(syllables)) for syllables in _GROUPS)


def without_marks(typed: str) -> str:
    """One of the program's own, as a bundle hashes it: small letters alone, so that reading aloud and typing may
    differ in spaces and hyphens.

    The page open-me.html does the same.
    """
    return re.sub(r"[^a-z]", "", typed.lower())


def _scored(text: str) -> str:
    """Its beginning. With very many signs that could stand for letters a shorter one, or it would take seconds."""
    from zxcvbn import matching

    end = min(len(text), SCORED)
    while end * end * _ways(matching.relevant_l33t_subtable(text[:end], matching.L33T_TABLE)) > MOST_WORK:
        end -= 1
    return text[:end]


def _ways(signs: Mapping[str, Sequence[str]]) -> int:
    return math.prod(len(several) for several in signs.values())


def _known(names: Iterable[str]) -> Iterable[str]:
    """Names as they are, without their blanks, and their words."""
    for name in map(one_spelling, (*OWN_WORDS, *names)):
        for known in (name, "".join(name.split()), *re.findall(r"\w+", name)):
            if len(known) >= LEAST_WORD:
                yield known


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)
