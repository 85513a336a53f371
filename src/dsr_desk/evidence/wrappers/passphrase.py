"""Passphrases that a person reads out on the telephone: groups of syllables of our own, 92 bits."""

from __future__ import annotations

import math
import re
import secrets

_CONSONANTS = "bdfghjklmnprst"
_VOWELS = "aeiou"
_GROUPS, _SYLLABLES = 5, 3

BITS = _GROUPS * _SYLLABLES * math.log2(len(_CONSONANTS) * len(_VOWELS))


def new_passphrase() -> str:
    """Like "tobira-kasemu-lodifi-pagune-siroba", each syllable drawn at random."""
    return "-".join("".join(_syllable() for _ in range(_SYLLABLES)) for _ in range(_GROUPS))


def normal_passphrase(typed: str) -> str:
    """What is hashed: small letters without spaces and hyphens, so that reading aloud and typing may differ in these.

    The page open-me.html does the same.
    """
    return re.sub(r"[^a-z]", "", typed.lower())


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)
