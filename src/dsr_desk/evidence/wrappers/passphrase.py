"""Passphrases that a person reads out on the telephone: groups of syllables of our own, 85 bits.

They have 31 characters, since some PDF readers look at the first 32 of what is typed.
"""

from __future__ import annotations

import math
import re
import secrets

_CONSONANTS = "bdfghjklmnprst"
_VOWELS = "aeiou"
_GROUPS = (4, 3, 4, 3)

BITS = sum(_GROUPS) * math.log2(len(_CONSONANTS) * len(_VOWELS))


def new_passphrase() -> str:
    """Like "tobirane-kasemu-lodifigo-pagune", each syllable drawn at random."""
    return "-".join("".join(_syllable() for _ in range(syllables)) for syllables in _GROUPS)


def normal_passphrase(typed: str) -> str:
    """What is hashed: small letters without spaces and hyphens, so that reading aloud and typing may differ in these.

    The page open-me.html does the same.
    """
    return re.sub(r"[^a-z]", "", typed.lower())


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)
